// Package form draws what stands on a 去向登记信息表. What it says is made by
// model/form.
package form
