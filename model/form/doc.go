// Package form makes the content of the two 去向登记信息表 (guide §5.1, figure 8)
// and the numbers by which they are verified. It knows nothing of how a form is
// drawn: handler/form and the pages do that.
package form
