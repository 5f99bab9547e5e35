package form

import (
	"strings"

	"quxiang/model"
)

// Form (去向登记信息表) is what one form says, ready to be drawn.
type Form struct {
	Title          string
	Number         model.VerificationNumber
	Kind           model.FormKind
	Revision       int // the confirmed revision that it shows
	Blocks         []Block
	Notes          []string // 注意事项, numbered by the renderer
	Issuer         string
	ServiceAddress string
	ValidUntil     model.Date
	Sample         bool // carries 演示样张
}

// Block is a titled part of the form.
type Block struct {
	Title string
	Rows  []Row
}

// Row is a label and its value. Two neighbouring rows that are Half share a
// line, as 姓名 and 性别 do in figure 8. A Value of "" is drawn as –.
type Row struct {
	Label string
	Value string
	Half  bool
}

// Options are what the service's operator decides about forms.
type Options struct {
	Issuer         string   // who issues the form
	ServiceAddress string   // where it can be verified, as printed
	Sample         bool     // the sandbox's forms say that they are none
	Notes          []string // replace the guide's four notes when not empty
}

// title stands above both forms (guide, figure 8).
const title = "全国普通高等学校毕业生去向登记信息"

// Content makes the form that a stands for: the graduate's basic information
// without the ID number, the destination, and the archive or the household
// block, each as it was in the revision that a names. A block that was not
// registered then is left out (guide §5.1).
func Content(r model.Record, a model.Authorization, codes model.Codes, o Options) Form {
	f := Form{
		Title: title, Number: a.Number, Kind: a.Kind, Revision: a.Revision,
		Issuer: o.Issuer, ServiceAddress: o.ServiceAddress, ValidUntil: a.Until(r), Sample: o.Sample,
		Notes:  o.Notes,
		Blocks: []Block{basics(r, codes)},
	}
	if len(f.Notes) == 0 {
		f.Notes = notes(a.Kind, o)
	}
	rev := r.Revision(a.Revision)
	if rev == nil {
		return f
	}
	d := rev.Destination
	f.Blocks = append(f.Blocks, destination(d, codes))
	switch {
	case a.Kind == model.FormArchive && d.HasArchive():
		f.Blocks = append(f.Blocks, archive(d.Archive, codes))
	case a.Kind == model.FormHousehold && d.HasHousehold():
		f.Blocks = append(f.Blocks, household(d.Household, codes))
	}
	return f
}

func basics(r model.Record, codes model.Codes) Block {
	b := r.Graduate.Basics
	return Block{Title: titleBasics, Rows: []Row{
		{Label: "姓名", Value: b.Name, Half: true},
		{Label: "性别", Value: name(codes, model.TableSex, b.Sex), Half: true},
		{Label: "毕业院校", Value: r.School.Name},
		{Label: "毕业时间", Value: string(b.Graduates), Half: true},
		{Label: "学制", Value: b.Years, Half: true},
		{Label: "专业", Value: b.Major, Half: true},
		{Label: "学历", Value: name(codes, model.TableLevel, b.Level), Half: true},
		{Label: "生源所在地", Value: b.OriginName},
	}}
}

func destination(d model.Destination, codes model.Codes) Block {
	block := Block{Title: titleDestination, Rows: []Row{{Label: "毕业去向", Value: DestinationName(d, codes)}}}
	label := "单位名称"
	if c, ok := codes.Category(d.Category); ok {
		label = c.UnitLabel
	}
	if d.Unit != "" {
		block.Rows = append(block.Rows, Row{Label: label, Value: d.Unit})
	}
	if d.UnitPlace != "" {
		block.Rows = append(block.Rows, Row{Label: strings.TrimSuffix(label, "名称") + "所在地", Value: d.UnitPlace})
	}
	return block
}

func archive(a model.ArchiveTransfer, codes model.Codes) Block {
	rows := []Row{
		{Label: "档案转递类型", Value: name(codes, model.TableArchive, a.Type)},
		{Label: "单位名称", Value: a.Unit},
		{Label: "单位所在地", Value: a.Place},
	}
	if a.Address != "" {
		rows = append(rows, Row{Label: "单位地址", Value: a.Address})
	}
	return Block{Title: titleArchive, Rows: append(
		rows,
		Row{Label: "单位邮编", Value: a.Postcode},
		Row{Label: "联系人/联系部门", Value: a.Contact, Half: true},
		Row{Label: "联系电话", Value: a.Phone, Half: true},
	)}
}

func household(h model.HouseholdTransfer, codes model.Codes) Block {
	return Block{Title: titleHousehold, Rows: []Row{
		{Label: "户口迁移类型", Value: name(codes, model.TableHousehold, h.Type)},
		{Label: "户口迁移所在地", Value: h.Place},
	}}
}

// DestinationName says a 毕业去向 as the guide's figures do: 签就业协议形式就业 by its
// category (figure 8), 求职中 by its finer code where that is all there is
// (figure 6), and both where the finer code alone would be unclear.
func DestinationName(d model.Destination, codes model.Codes) string {
	c, ok := codes.Category(d.Category)
	if !ok {
		return d.Category
	}
	for _, s := range c.Sub {
		switch {
		case s.Code != d.SubCategory:
		case c.NeedsSub:
			return s.Name
		default:
			return c.Name + "（" + s.Name + "）"
		}
	}
	return c.Name
}

// name is the Chinese name of a code, or the code where no table knows it.
func name(codes model.Codes, table model.CodeTable, code string) string {
	if n, ok := codes.Name(table, code); ok {
		return n
	}
	return code
}

// notes are the four of figure 8, with our own issuer, address and scanner.
func notes(kind model.FormKind, o Options) []string {
	return []string{
		"登记信息由" + o.Issuer + "提供。",
		"核验方式：①前往 " + o.ServiceAddress + "，选择“" + kind.Module() + "”模块，正确输入毕业生姓名和核验编号进行核验；②使用手机扫一扫功能扫描表中的二维码在线核验。",
		"登记信息来自于毕业生离校时上报的信息，如有问题请联系毕业生核实。",
		"查询核验服务时间截止到毕业生的毕业时间加六个月。",
	}
}
