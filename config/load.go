package config

import (
	"net"
	"slices"
	"strings"
)

// Prefix starts the name of every setting in the environment.
const Prefix = "QUXIANG_"

// testPrefix starts names that belong to the test suite: they reach the
// program when a test starts it and set nothing.
const testPrefix = Prefix + "TEST_"

const inEnvironment = "环境变量"

// Load returns the defaults, changed by the YAML file (none when its name is
// empty), then by environ, which has the form of os.Environ; a setting with an
// empty value in environ keeps what it had. It then checks the whole for the
// given needs as Validate does. The error, an *Error, lists every unknown key
// and every bad value at once, and no values.
func Load(file string, environ []string, needs ...Need) (Config, error) {
	c := Default()
	var problems []Problem
	if file != "" {
		data, trouble := readSmall(file)
		if trouble != "" {
			problems = append(problems, Problem{Where: file, Text: "无法读取配置文件：" + trouble})
		} else {
			problems = append(problems, applyFile(&c, file, data)...)
		}
	}
	problems = append(problems, applyEnviron(&c, environ)...)
	if trouble := applyKeyFile(&c); len(trouble) > 0 {
		problems = append(problems, trouble...)
		needs = slices.DeleteFunc(slices.Clone(needs), func(n Need) bool { return n == NeedKeys })
	}
	if c.PublicURL == "" {
		c.PublicURL = loopbackURL(c.Listen)
	}
	problems = append(problems, c.check(needs)...)
	if err := errorOf(problems); err != nil {
		return Config{}, err
	}
	return c, nil
}

// applyEnviron sets what environ names, by name, so that the report's order
// does not depend on the shell.
func applyEnviron(c *Config, environ []string) []Problem {
	known := make(map[string]Setting)
	for _, s := range Settings() {
		known[s.Env] = s
	}
	values := make(map[string]string)
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if strings.HasPrefix(name, Prefix) && !strings.HasPrefix(name, testPrefix) {
			values[name] = value
		}
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)

	var problems []Problem
	for _, name := range names {
		s, ok := known[name]
		if !ok {
			problems = append(problems, Problem{Env: name, Where: inEnvironment, Text: "没有这个设置，请核对名称（见 docs/config.md）或删去。"})
			continue
		}
		if strings.TrimSpace(values[name]) != "" && !s.set(c, values[name]) {
			problems = append(problems, s.unreadable(inEnvironment))
		}
	}
	return problems
}

// loopbackURL returns the origin of a loopback listener, or "" when the
// listener can be reached from elsewhere or has no fixed port.
func loopbackURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "0" || !isLoopback(host) {
		return ""
	}
	return "http://" + listen
}
