package config

import (
	"fmt"
	"strings"
)

// Problem is one thing wrong with the configuration, told to an operator: it
// never holds the value that was found, which may be a secret.
type Problem struct {
	Key   string // key in the file, "" when the name in Env is unknown
	Env   string // name in the environment, "" when the key in the file is unknown
	Where string // file and line, or 环境变量; "" when no place is to blame
	Text  string // what is wrong, the limit and what to do, in Chinese
}

// String returns the problem as one line.
func (p Problem) String() string {
	names := p.Key
	switch {
	case p.Key == "":
		names = p.Env
	case p.Env != "":
		names += "（" + p.Env + "）"
	}
	if names != "" {
		names += "："
	}
	if p.Where != "" {
		return p.Where + "：" + names + p.Text
	}
	return names + p.Text
}

// Error is everything wrong with a configuration, found in one pass.
type Error struct {
	Problems []Problem
}

// Error returns one line for each problem, below a line with their number.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "配置有 %d 处需要改正：", len(e.Problems))
	for _, p := range e.Problems {
		b.WriteString("\n  - " + p.String())
	}
	return b.String()
}

// errorOf returns the problems as an error, nil when there are none. A problem
// without a place comes from checking the whole, and is dropped when its key
// was named before: what cannot be read would else be called missing, too.
func errorOf(problems []Problem) error {
	seen := make(map[string]bool)
	var kept []Problem
	for _, p := range problems {
		if p.Where == "" && seen[p.Key] {
			continue
		}
		seen[p.Key] = true
		kept = append(kept, p)
	}
	if len(kept) == 0 {
		return nil
	}
	return &Error{Problems: kept}
}

// #nosec G101 -- words about secrets, not secrets
var kindWords = map[Kind]string{
	KindText:     "一段文字",
	KindSecret:   "一段文字",
	KindNumber:   "整数",
	KindSwitch:   "true 或 false",
	KindDuration: "带单位的时长，例如 500ms、20s、5m",
	KindClock:    "24 小时制的时刻，例如 10:00",
	KindQuiet:    "时段，例如 22:00-08:00（首尾不能相同），或 off",
	KindLevel:    "debug、info、warn、error 之一",
	KindTexts:    "文字列表",
	KindNumbers:  "整数列表，例如 30,14,7（文件中写 [30, 14, 7]）",
	KindNetworks: "网段列表，例如 10.0.0.0/8（文件中每行一个）",
}

func (s Setting) unreadable(where string) Problem {
	return Problem{Key: s.Key, Env: s.Env, Where: where, Text: "无法读取，应为：" + kindWords[s.Kind] + "。"}
}
