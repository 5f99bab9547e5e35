package roster

// field is a column that rosters can have.
type field int

const (
	examNumber field = iota
	name
	idNumber
	idKind
	sexCode
	sex
	ethnicityCode
	ethnicity
	politicsCode
	politics
	schoolCode
	schoolName
	college
	class
	studentNumber
	levelCode
	level
	majorCode
	major
	majorDirection
	trainingCode
	training
	commissioner
	originCode
	origin
	years
	entered
	graduates
	hardshipCode
	hardship
	teacherCode
	teacher
	degree
	archiveIn
	householdIn
	phone
	email
	categoryCode
	category
	unitCode
	unit
	unitKindCode
	unitKind
	industryCode
	industry
	unitPlaceCode
	unitPlace
	jobKindCode
	jobKind
	signedOn
	note
	archiveType
	archiveUnit
	archivePlace
	archiveAddress
	archivePostcode
	archiveContact
	archivePhone
	householdType
	householdPlace
	reportedAt
	contactRole
	contactPhone
	counsellor
	counsellorPhone
	office
	officePhone
	reviewLevel
	reviewRevision
	reviewResult
	reviewReason
	formKind
	formNumber
	fields // how many there are
)

// column says how files call a field. The label is what we call it ourselves;
// the pinyin is the national sheet's, "" where that has no such column.
type column struct {
	field   field
	label   string
	pinyin  string
	aliases []string
}

// columns is the list of all that rosters are known to call their columns:
// those of the national sheet, then those of wider exports.
func columns() []column {
	return []column{
		{examNumber, "考生号", "ksh", []string{"高考考生号", "考生编号", "考号"}},
		{name, "姓名", "xm", []string{"学生姓名", "毕业生姓名"}},
		{idNumber, "身份证号", "sfzh", []string{"身份证号码", "居民身份证号", "公民身份号码", "证件号码", "证件号"}},
		{idKind, "证件类型", "", []string{"身份证件类型", "证件种类"}},
		{sexCode, "性别代码", "xbdm", nil},
		{sex, "性别", "xb", nil},
		{ethnicityCode, "民族代码", "mzdm", nil},
		{ethnicity, "民族", "mz", nil},
		{politicsCode, "政治面貌代码", "zzmmdm", nil},
		{politics, "政治面貌", "zzmm", nil},
		{schoolCode, "院校代码", "yxdm", []string{"学校代码", "毕业院校代码"}},
		{schoolName, "院校名称", "yx", []string{"学校名称", "毕业院校", "院校", "学校"}},
		{college, "所在院系", "szyx", []string{"院系", "学院", "所在学院", "院系名称", "学院名称"}},
		{class, "所在班级", "szbj", []string{"班级", "班级名称"}},
		{studentNumber, "学号", "xh", nil},
		{levelCode, "学历代码", "xldm", []string{"学历层次代码"}},
		{level, "学历", "xl", []string{"学历层次"}},
		{majorCode, "专业代码", "zydm", nil},
		{major, "专业", "zy", []string{"专业名称"}},
		{majorDirection, "专业方向", "zyfx", nil},
		{trainingCode, "培养方式代码", "pyfsdm", nil},
		{training, "培养方式", "pyfs", nil},
		{commissioner, "定向或委培单位", "dxhwpdw", []string{"定向委培单位", "定向/委培单位", "委培单位", "定向单位"}},
		{originCode, "生源所在地代码", "syszddm", []string{"生源地代码"}},
		{origin, "生源所在地", "syszd", []string{"生源地", "生源地名称", "生源所在地名称"}},
		{years, "学制", "xz", nil},
		{entered, "入学时间", "rxsj", []string{"入学年月", "入学日期"}},
		{graduates, "毕业时间", "bysj", []string{"毕业年月", "毕业日期"}},
		{hardshipCode, "困难生类别代码", "knslbdm", nil},
		{hardship, "困难生类别", "knslb", nil},
		{teacherCode, "师范生类别代码", "sfslbdm", nil},
		{teacher, "师范生类别", "sfslb", nil},
		{degree, "学位", "", []string{"学位名称", "授予学位"}},
		{archiveIn, "档案是否转入学校", "", []string{"档案是否转入", "档案是否在校"}},
		{householdIn, "户口是否转入学校", "", []string{"户口是否转入", "户口是否在校"}},
		{phone, "手机号码", "", []string{"手机", "手机号", "移动电话"}},
		{email, "电子邮箱", "", []string{"邮箱", "电子邮件", "e-mail", "email"}},
		{categoryCode, "毕业去向代码", "byqxdm", []string{"毕业去向类别代码"}},
		{category, "毕业去向", "byqx", []string{"毕业去向类别", "毕业去向名称"}},
		{unitCode, "统一社会信用代码", "dwzzjgdm", []string{"单位组织机构代码", "单位统一社会信用代码", "组织机构代码", "社会信用代码"}},
		{unit, "单位名称", "dwmc", []string{"就业单位名称", "就业单位", "工作单位", "实际所在单位名称"}},
		{unitKindCode, "单位性质代码", "dwxzdm", nil},
		{unitKind, "单位性质", "dwxz", nil},
		{industryCode, "单位行业代码", "dwhydm", nil},
		{industry, "单位行业", "dwhy", []string{"行业"}},
		{unitPlaceCode, "单位所在地代码", "dwszddm", nil},
		{unitPlace, "单位所在地", "dwszd", nil},
		{jobKindCode, "工作职位类别代码", "gzzwlbdm", []string{"职位类别代码"}},
		{jobKind, "工作职位类别", "gzzwlb", []string{"职位类别"}},
		{signedOn, "签约日期", "", []string{"签约时间"}},
		{note, "工作内容", "", []string{"去向说明"}},
		{archiveType, "档案转递类型", "", []string{"档案转寄类型"}},
		{archiveUnit, "档案转递单位名称", "", []string{"档案转递单位", "档案转寄单位名称", "档案转寄单位", "档案接收单位"}},
		{archivePlace, "档案转递单位所在地", "", []string{"档案转寄单位所在地", "档案转递所在地"}},
		{archiveAddress, "档案转递单位地址", "", []string{"档案转寄单位地址", "档案转递地址", "档案转寄地址"}},
		{archivePostcode, "档案转递单位邮编", "", []string{"档案转寄单位邮编", "档案转递邮编", "档案转寄邮编"}},
		{archiveContact, "档案转递联系人", "", []string{"档案转递联系人/联系部门", "档案转递单位联系人", "档案转寄联系人", "档案接收联系人", "联系人/联系部门"}},
		{archivePhone, "档案转递联系电话", "", []string{"档案转递单位电话", "档案转递单位联系电话", "档案转递电话", "档案转寄联系电话", "档案接收联系电话"}},
		{householdType, "户口迁移类型", "", []string{"户口迁转类型"}},
		{householdPlace, "户口迁移所在地", "", []string{"户口迁移地址", "户口迁转地址", "户口迁转所在地"}},
		{reportedAt, "上报时间", "", []string{"去向上报时间", "登记时间"}},
	}
}

// contactColumns is what files of contacts call their columns.
func contactColumns() []column {
	return []column{
		{schoolCode, "院校代码", "", []string{"学校代码"}},
		{college, "学院", "", []string{"院系", "所在院系", "所在学院", "学院名称", "院系名称"}},
		{class, "班级", "", []string{"所在班级", "班级名称"}},
		{contactRole, "角色", "", []string{"类型", "身份", "类别"}},
		{name, "姓名", "", []string{"联系人", "名称"}},
		{contactPhone, "电话", "", []string{"联系电话", "手机", "手机号码", "电话号码"}},
		{counsellor, "辅导员", "", []string{"辅导员姓名"}},
		{counsellorPhone, "辅导员电话", "", []string{"辅导员联系电话", "辅导员手机"}},
		{office, "就业指导中心", "", []string{"就业指导中心联系人", "就业指导中心名称"}},
		{officePhone, "就业指导中心电话", "", []string{"就业指导中心联系电话"}},
	}
}

// required are the columns without which a row says too little; each may be
// given as either of its fields (code or name).
func required(school string) [][]field {
	need := [][]field{{examNumber}, {name}, {idNumber}, {level, levelCode}, {college}, {graduates}}
	if school == "" {
		need = append(need, []field{schoolCode})
	}
	return need
}
