package model

import (
	"fmt"
	"time"
)

// NoticeVerified tells the holder that somebody verified a form: once for each
// form and day of Shanghai, by its key. It names the department where that is
// known, and never the holder, the number or where the form leads. A
// verification that is old news by now gives a notice that is too late to send.
func NoticeVerified(v Verification, school School, now time.Time) Notice {
	remark := "如有疑问，请点开查看核验记录"
	if v.Department != "" {
		remark = "核验部门：" + v.Department
	}
	return Notice{
		Kind: MessageVerified,
		Key:  fmt.Sprintf("%s/%d/%s", MessageVerified, v.AuthorizationID, DateOf(v.At)),
		Vars: map[string]string{
			VarItem: v.Kind.Chinese() + "被核验", VarStatus: "已被核验", VarTime: Minute(v.At), VarRemark: Shorten(remark, 20), VarSchool: school.Name,
		},
		Path: "/h5/verifications", NotBefore: now, NotAfter: v.At.Add(progressLife),
	}
}
