package wechat

// verdict is what one errcode means here: what a caller does about it, and what
// an operator is told. Nobody's name or openid stands in a hint.
type verdict struct {
	kind Kind
	hint string
}

// verdicts is the one table of errcodes (WeChat's page of global return codes and
// the pages of the calls). A code that is not in it is [KindUnknown].
var verdicts = map[int]verdict{
	-1: {KindTransient, "微信系统繁忙，系统会自动重试，您无需处理。"},

	// The access token.
	40001: {KindStaleToken, "微信不接受当前的 access_token。请您确认没有其他系统在用同一账号强制刷新 access_token。"},
	40014: {KindStaleToken, "微信不接受当前的 access_token，系统会自动更换。请您确认没有其他系统在用同一账号获取 access_token。"},
	41001: {KindStaleToken, "调用时没有带上 access_token，系统会自动重试。"},
	42001: {KindStaleToken, "access_token 已过期，系统会自动更换，您无需处理。"},

	// Credentials and the list of addresses.
	40002: {KindConfiguration, "获取 access_token 的方式不被接受，请您检查接口地址是否被代理改写。"},
	40013: {KindConfiguration, "AppID 不正确，请您核对公众号配置。"},
	40125: {KindConfiguration, "AppSecret 不正确，请您在微信公众平台核对或重置后更新配置。"},
	40164: {KindConfiguration, "请您在微信公众平台“设置与开发”的“IP白名单”中加入本服务器的地址。"},
	40243: {KindConfiguration, "AppSecret 已被冻结，请您登录微信公众平台解冻后再试。"},
	41002: {KindConfiguration, "没有配置 AppID，请您填写公众号配置。"},
	41004: {KindConfiguration, "没有配置 AppSecret，请您填写公众号配置。"},
	89503: {KindConfiguration, "本服务器的地址调用接口需要公众号管理员确认，请管理员在微信中确认后再试。"},
	89506: {KindConfiguration, "管理员在 24 小时内拒绝了本服务器的地址，请您联系公众号管理员后再试。"},
	89507: {KindConfiguration, "管理员在 1 小时内拒绝了本服务器的地址，请您联系公众号管理员后再试。"},

	// Quotas.
	45009: {KindQuota, "今日的接口调用次数已用完，系统已暂停调用，次日自动恢复。您也可以在微信公众平台申请提高额度。"},
	45011: {KindRate, "调用过于频繁，系统会自动放慢，您无需处理。"},
	48006: {KindConfiguration, "本月清零接口调用次数的机会已用完，每月 10 次，请您等待次日恢复。"},
	76001: {KindConfiguration, "微信没有这个 rid 的记录，rid 只保留 7 天。"},
	76022: {KindConfiguration, "公众号不能查询这个接口的额度，请您联系开发者。"},
	76021: {KindConfiguration, "查询额度的接口路径不正确，请您联系开发者。"},

	// Rights.
	48001: {KindPermission, "公众号没有此接口的权限，请您确认公众号已认证，并在微信公众平台的接口权限中核对。"},
	48004: {KindPermission, "此接口已被微信封禁，请您登录微信公众平台查看通知。"},
	50001: {KindPermission, "用户没有授权公众号使用此接口，请您在微信公众平台的接口权限中核对。"},
	50002: {KindPermission, "公众号受到限制，可能已被冻结，请您登录微信公众平台查看通知。"},

	// Recipients. 48002 stands beside the rights to APIs but means that the follower
	// has switched the account's messages off.
	40003:            {KindRecipient, "该用户的 openid 无效或不属于本公众号，消息不会再发给该用户。"},
	48002:            {KindRecipient, "该用户在公众号设置中关闭了“接收消息”，消息不会送达。"},
	49003:            {KindRecipient, "该用户的 openid 不属于本公众号，请您确认 AppID 没有更换过。"},
	CodeNotFollowing: {KindRecipient, "该用户已取消关注，无法接收消息。"},
	CodeBlacklisted:  {KindRecipient, "该用户在公众号的黑名单中，无法接收消息。"},

	// Template messages.
	40037:             {KindTemplate, "模板编号无效，该模板可能已被删除。请您在微信公众平台核对后重新选择模板。"},
	40036:             {KindTemplate, "模板编号的长度不对，请您在微信公众平台核对后重新选择模板。"},
	40165:             {KindTemplate, "模板消息中小程序的页面路径无效，请您检查该模板的设置。"},
	43116:             {KindTemplate, "该模板因被投诉过多已被微信限制下发，请您登录微信公众平台查看通知并更换模板。"},
	45026:             {KindConfiguration, "公众号的模板数量已达上限，请您在微信公众平台删除不用的模板。"},
	47001:             {KindTemplate, "模板消息的内容不符合微信的要求，请您检查模板的设置。"},
	47003:             {KindTemplate, "模板消息的内容不符合微信的要求，请您检查模板的设置。"},
	CodeHeldForReview: {KindUnknown, "消息正在接受微信审核，暂未送达。"},

	// Menus.
	40015: {KindConfiguration, "菜单类型不合法，请您检查菜单。"},
	40016: {KindConfiguration, "菜单按钮的数量不合法，一级菜单为 1 至 3 个，请您调整后重试。"},
	40017: {KindConfiguration, "菜单按钮的类型不合法，请您重新选择该按钮的动作。"},
	40018: {KindConfiguration, "菜单按钮的名称过长或为空，请您修改后重试。"},
	40019: {KindConfiguration, "菜单按钮的 KEY 过长或为空，请您修改后重试。"},
	40020: {KindConfiguration, "菜单按钮的链接过长或为空，请您修改后重试。"},
	40022: {KindConfiguration, "菜单的级数过多，最多两级，请您调整后重试。"},
	40023: {KindConfiguration, "子菜单按钮的数量不合法，每个一级菜单下为 1 至 5 个，请您调整后重试。"},
	40024: {KindConfiguration, "子菜单按钮的类型不合法，请您重新选择该按钮的动作。"},
	40025: {KindConfiguration, "子菜单按钮的名称过长或为空，请您修改后重试。"},
	40026: {KindConfiguration, "子菜单按钮的 KEY 过长或为空，请您修改后重试。"},
	40027: {KindConfiguration, "子菜单按钮的链接过长或为空，请您修改后重试。"},
	40033: {KindConfiguration, "内容中有微信不接受的字符，请您修改后重试。"},
	40054: {KindConfiguration, "子菜单的链接不合法，请您检查链接是否以 http:// 或 https:// 开头。"},
	40055: {KindConfiguration, "菜单的链接不合法，请您检查链接是否以 http:// 或 https:// 开头。"},
	45010: {KindConfiguration, "菜单按钮的数量超出微信的限制，请您减少按钮后重试。"},
	40007: {KindConfiguration, "素材的 media_id 无效，该素材可能已被删除，请您重新选择素材。"},
	53600: {KindConfiguration, "文章的编号无效，该文章可能已被删除，请您重新选择文章。"},
	46002: {KindConfiguration, "微信中没有这一版本的菜单，请您重新发布菜单。"},
	46003: {KindConfiguration, "公众号还没有发布菜单，请您先发布菜单。"},
	65301: {KindConfiguration, "微信中没有这个个性化菜单，它可能已被删除，请您重新发布菜单。"},
	65302: {KindConfiguration, "没有找到用来预览菜单的用户，请您核对后重试。"},
	65303: {KindConfiguration, "公众号还没有默认菜单，请您先发布默认菜单，再发布个性化菜单。"},
	65304: {KindConfiguration, "个性化菜单没有设置匹配条件，请您选择标签或手机系统。"},
	65305: {KindConfiguration, "个性化菜单的数量已达上限，请您删除不用的个性化菜单。"},
	65307: {KindConfiguration, "个性化菜单是空的，请您添加按钮后重试。"},
	65308: {KindConfiguration, "个性化菜单中有按钮没有设置动作，请您补充后重试。"},
	65316: {KindConfiguration, "个性化菜单的链接最多指向 3 个域名，请您减少后重试。"},
	65317: {KindConfiguration, "个性化菜单中有链接不合法，请您检查链接是否以 http:// 或 https:// 开头。"},
	65320: {KindConfiguration, "微信已停止按性别、地区、语言匹配菜单，请您改用标签或手机系统。"},

	// Tags.
	40032:            {KindConfiguration, "一次打标签的人数超出微信的限制（50 人），请您联系开发者。"},
	45057:            {KindConfiguration, "该标签下的粉丝超过 10 万人，不能直接删除，请您先取消部分粉丝的标签。"},
	45058:            {KindConfiguration, "该标签是微信自带的标签，不能修改或删除。"},
	45158:            {KindConfiguration, "标签名过长，最多 30 个字节（约 10 个汉字），请您修改后重试。"},
	CodeTooManyTags:  {KindConfiguration, "公众号的标签数量已达上限（100 个），请您删除不用的标签。"},
	CodeTooManyOfOne: {KindConfiguration, "有用户的标签已达上限（20 个），请您在微信公众平台清理该用户的标签。"},
	CodeTagName:      {KindConfiguration, "标签名不合法或与已有标签重名，请您换一个名称。"},
	CodeTagUnknown:   {KindConfiguration, "该标签不存在，可能已在微信公众平台被删除，系统会重新建立。"},

	// QR codes.
	40052: {KindConfiguration, "二维码的类型不被接受，请您联系开发者。"},
	40053: {KindConfiguration, "二维码的场景不被接受，请您检查场景的名称（最多 64 个字符）。"},
	45029: {KindConfiguration, "永久二维码的数量已达上限（10 万个），请您改用临时二维码。"},

	// OAuth: the person begins again, nobody else has anything to do.
	CodeOAuthInvalid: {KindUnknown, "微信登录凭证无效，请用户从公众号菜单重新进入。"},
	CodeOAuthUsed:    {KindUnknown, "微信登录凭证已使用过，请用户从公众号菜单重新进入。"},
	CodeOAuthExpired: {KindUnknown, "微信登录凭证已过期，请用户从公众号菜单重新进入。"},
	41008:            {KindUnknown, "登录时没有带上微信登录凭证，请用户从公众号菜单重新进入。"},

	40030: {KindUnknown, "微信登录的 refresh_token 无效，请用户从公众号菜单重新进入。"},
	41003: {KindUnknown, "没有带上微信登录的 refresh_token，请用户从公众号菜单重新进入。"},
	41009: {KindUnknown, "调用时没有带上 openid，请用户从公众号菜单重新进入。"},
	42002: {KindUnknown, "微信登录的 refresh_token 已过期，请用户从公众号菜单重新进入。"},

	// Calls that do not fit what WeChat expects: a mistake of this program, or a
	// change of WeChat's.
	40035: {KindConfiguration, "微信不接受调用的参数，请您联系开发者。"},
	40097: {KindConfiguration, "微信不接受调用的参数，请您联系开发者。"},
	43001: {KindConfiguration, "微信要求以 GET 方式调用，请您检查代理的配置。"},
	43002: {KindConfiguration, "微信要求以 POST 方式调用，请您检查代理的配置。"},
	44002: {KindConfiguration, "微信没有收到调用的内容，请您检查代理的配置。"},
	45002: {KindConfiguration, "内容超出微信的长度限制，请您缩短后重试。"},
}
