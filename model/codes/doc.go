// Package codes holds the code tables of graduate registration as data, by
// version: which version a cohort uses stands in model.Cohort.CodeTable.
//
// The data files name the entries; their sources are:
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
//   - archive and household: no national codes are known, so these are stable
//     codes of our own. The database holds them: never change one.
package codes
