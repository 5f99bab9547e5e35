package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"quxiang/config"
	"quxiang/model"
)

// menuFileVersion is that of the form below.
const menuFileVersion = 1

// menuFile is the account's menu as people keep it in git.
type menuFile struct {
	Version       int `yaml:"version"`
	model.MenuSet `yaml:",inline"`
}

// menuFileHead explains the form where it is read.
const menuFileHead = `# 公众号菜单。quxiang menu diff 文件：与线上比较；quxiang menu apply 文件：检查并发布。
# 每个按钮有 name，另有三者之一：
#   action  内置功能：register 去向登记、progress 办理进度、verify 核验入口、deadline 截止日期、rebind 换绑微信、help 帮助
#   type    微信的类型：view（url）、click（key）、miniprogram（url、appid、pagepath）、scancode_waitmsg 等（key）、
#           media_id 或 view_limited（media_id）、article_id 或 article_view_limited（article_id）
#   items   子按钮，最多 5 个
# default 是默认菜单，最多 3 个一级按钮；conditional 是个性化菜单，条件为 tag（标签名称）和 platform（ios、android、other），
# 排在前面的先匹配。名称：一级最多 16 字节，子按钮最多 60 字节；手机上显示前 4 个、8 个汉字。
`

// writeMenuFile is the file with its comments.
func writeMenuFile(set model.MenuSet) ([]byte, error) {
	body, err := yaml.MarshalWithOptions(menuFile{Version: menuFileVersion, MenuSet: set}, yaml.IndentSequence(true))
	if err != nil {
		return nil, fmt.Errorf("write menu: %w", err)
	}
	return append([]byte(menuFileHead), body...), nil
}

// readMenuFile refuses unknown and doubled fields, naming the line.
func readMenuFile(path string) (model.MenuSet, error) {
	data, err := os.ReadFile(path) // #nosec G304 -- the operator's own file
	if err != nil {
		return model.MenuSet{}, fmt.Errorf("不能读取 %s：%w", path, err)
	}
	var f menuFile
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return model.MenuSet{}, model.Errorf(model.CodeInvalid, "菜单文件无法识别：%s", yaml.FormatError(err, false, true)).Because(err)
	}
	if f.Version != menuFileVersion {
		return model.MenuSet{}, model.Invalid("version", "菜单文件的 version 应为 %d。", menuFileVersion)
	}
	return f.MenuSet, nil
}

func newMenu() *cobra.Command {
	var l loader
	c := &cobra.Command{Use: "menu", Short: "公众号菜单：保存为文件、比较、发布"}
	with := func(f func(c *cobra.Command, a *app, file string) error) func(*cobra.Command, []string) error {
		return func(c *cobra.Command, args []string) error {
			cfg, err := l.load(config.NeedDatabase, config.NeedKeys, config.NeedWeChat, config.NeedSite)
			if err != nil {
				return err
			}
			a, err := newApp(c.Context(), cfg, newClock(time.Time{}), newLogger(cfg, c.ErrOrStderr()))
			if err != nil {
				return err
			}
			defer func() { _ = a.stop(c.Context()) }()
			return f(c, a, args[0])
		}
	}
	var yes bool
	pull := &cobra.Command{
		Use: "pull FILE", Short: "把线上菜单写入文件（YAML）", Args: cobra.ExactArgs(1),
		RunE: with(func(c *cobra.Command, a *app, file string) error {
			return a.pullMenu(c.Context(), file, c.OutOrStdout(), c.ErrOrStderr())
		}),
	}
	diff := &cobra.Command{
		Use: "diff FILE", Short: "比较文件与线上菜单，并检查文件", Args: cobra.ExactArgs(1),
		RunE: with(func(c *cobra.Command, a *app, file string) error {
			_, _, err := a.diffMenu(c.Context(), file, c.OutOrStdout(), c.ErrOrStderr())
			return err
		}),
	}
	apply := &cobra.Command{
		Use: "apply FILE", Short: "检查文件，显示改动，确认后发布整套菜单", Args: cobra.ExactArgs(1),
		RunE: with(func(c *cobra.Command, a *app, file string) error {
			return a.applyMenu(c.Context(), file, yes, c.InOrStdin(), c.OutOrStdout(), c.ErrOrStderr())
		}),
	}
	apply.Flags().BoolVar(&yes, "yes", false, "不询问，直接发布")
	for _, sub := range []*cobra.Command{pull, diff, apply} {
		l.flag(sub)
		c.AddCommand(sub)
	}
	return c
}

func (a *app) pullMenu(ctx context.Context, file string, out, notes io.Writer) error {
	live, err := a.menus.Live(ctx)
	if err != nil {
		return err
	}
	for _, n := range live.Notes {
		fmt.Fprintln(notes, "注意："+n)
	}
	data, err := writeMenuFile(live.Set)
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, data, 0o644); err != nil { // #nosec G306 -- a menu is public
		return fmt.Errorf("不能写入 %s：%w", file, err)
	}
	fmt.Fprintf(out, "menus=%d file=%s\n", live.Set.Menus(), file)
	return nil
}

// diffMenu checks the file and prints how the live menu would change.
func (a *app) diffMenu(ctx context.Context, file string, out, notes io.Writer) (model.MenuSet, []model.MenuChange, error) {
	set, err := readMenuFile(file)
	if err != nil {
		return set, nil, err
	}
	report := model.CheckMenus(set, a.cfg.PublicURL)
	for _, n := range report.Notes {
		fmt.Fprintln(notes, "注意："+n.String())
	}
	if err := report.Err(); err != nil {
		return set, nil, err
	}
	live, err := a.menus.Live(ctx)
	if err != nil {
		return set, nil, err
	}
	changes := model.DiffMenus(live.Set, set)
	for _, c := range changes {
		fmt.Fprintf(out, "%s %s %s\n", c.Kind.Mark(), c.Menu, c.Text)
	}
	fmt.Fprintf(out, "changes=%d\n", len(changes))
	return set, changes, nil
}

func (a *app) applyMenu(ctx context.Context, file string, yes bool, in io.Reader, out, notes io.Writer) error {
	set, changes, err := a.diffMenu(ctx, file, out, notes)
	if err != nil {
		return err
	}
	if len(changes) == 0 {
		return nil
	}
	if !yes {
		fmt.Fprint(notes, "发布以上改动？输入 yes 继续：")
		line, _ := bufio.NewReader(in).ReadString('\n') // an end of the input is no yes
		if strings.TrimSpace(line) != "yes" {
			return model.Errorf(model.CodeConflict, "没有发布。")
		}
	}
	v, err := a.publishMenu(ctx, set, "", model.BySystem("cli"))
	for _, s := range v.Steps {
		mark := map[bool]string{true: "✓", false: "✗"}[s.OK]
		fmt.Fprintln(notes, mark, s.Text, s.Said)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "version=%d\n", v.ID)
	return nil
}

// publishMenu publishes a set as a new version, and says so in the audit log.
func (a *app) publishMenu(ctx context.Context, set model.MenuSet, note string, by model.Actor) (model.MenuVersion, error) {
	now := a.clock.Now()
	v, err := a.store.AddMenu(ctx, model.MenuVersion{Set: set, State: model.MenuKept, Note: note, By: by, SavedAt: now})
	if err != nil {
		return v, err
	}
	v, err = a.menus.Publish(ctx, v.ID)
	action := "menu.publish"
	if err != nil {
		action += ".failed"
	}
	if aerr := a.store.AddAudit(ctx, model.Audit{At: now, Actor: by, Action: action, Detail: map[string]string{"version": strconv.FormatInt(v.ID, 10)}}); err == nil {
		err = aerr
	}
	return v, err
}

// sandboxMenu puts the menu on a simulator that has just begun: what was published
// last, or the default one.
func (a *app) sandboxMenu(ctx context.Context) error {
	published, _, err := a.store.PublishedMenu(ctx)
	if err != nil {
		return err
	}
	set := model.DefaultMenu()
	if published != nil && !published.Set.Empty() {
		set = published.Set
	}
	_, err = a.publishMenu(ctx, set, "演示环境启动", model.BySystem("sandbox"))
	return err
}
