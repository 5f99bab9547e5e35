package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"quxiang/model"
	"quxiang/model/form"
)

// keysName is where the published keys are looked for.
const keysName = "quxiang-keys.json"

// Bounds of what is read into memory.
const (
	maxVerified = 32 << 20 // a picture; PDFs have a smaller bound of their own
	maxKeys     = 1 << 20
	maxTyped    = 64 << 10
)

// errNotVerified ends a check that found something wrong, which has been told.
var errNotVerified = model.Invalid("form", "核验未通过。")

// verifyOptions are the flags of verify.
type verifyOptions struct {
	keys, content, today string
}

func newVerify() *cobra.Command {
	var o verifyOptions
	c := &cobra.Command{
		Use:   "verify FILE|TEXT|-",
		Short: "离线核验一张登记信息表：PDF、照片或扫描件、二维码文字；不需要数据库和网络",
		Long: `离线核验一张登记信息表，只用学校公布的公钥，不需要数据库、配置和网络。

FILE 是系统出具的 PDF，或拍有二维码的图片（PNG、JPEG、GIF、WebP）；TEXT 是扫码得到的文字；- 表示从标准输入读取。
第一行是给程序读的结果，其后是给人看的说明。核验通过时退出码为 0，未通过为 1，用法不对为 2。`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return verifyForm(c.Context(), c.OutOrStdout(), c.InOrStdin(), args[0], o)
		},
	}
	c.Flags().StringVar(&o.keys, "keys", keysName, "学校公布的公钥文件")
	c.Flags().StringVar(&o.content, "content", "", "从表上抄录的文字，每行“栏目=内容”，用来核对图片或二维码文字的内容")
	c.Flags().StringVar(&o.today, "today", "", "核验日期 YYYY-MM-DD（默认今天）")
	return c
}

func verifyForm(ctx context.Context, out io.Writer, stdin io.Reader, what string, o verifyOptions) error {
	today := model.DateOf(time.Now())
	if o.today != "" {
		if today = model.Date(o.today); today.Start().IsZero() {
			return fmt.Errorf("%w: --today 应写成 2027-07-01 的形式", errUsage)
		}
	}
	ring, issuer, err := readKeys(o.keys)
	if err != nil {
		return err
	}
	typed := ""
	if o.content != "" {
		b, err := readAtMost(o.content, maxTyped)
		if err != nil {
			return err
		}
		typed = string(b)
	}
	file, err := readInput(what, stdin)
	if err != nil {
		return err
	}
	v := verdict{issuer: visible(issuer), today: today}
	if err := v.judge(ctx, file, ring, typed); err != nil {
		return err
	}
	if err := v.print(out); err != nil {
		return err
	}
	if !v.passed() {
		return errNotVerified
	}
	return nil
}

// readKeys reads the published keys from a file: the network is never asked.
func readKeys(path string) (form.Ring, string, error) {
	b, err := readAtMost(path, maxKeys)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf(`%w: 没有找到公钥文件 %s。
请在能上网的电脑上打开学校登记系统的网址加 /.well-known/quxiang-keys.json，把内容存为 %s 放在当前目录，或用 --keys 指明文件。
网址请用学校公布的，不要用表上二维码里的：二维码谁都可以印。`, errUsage, path, keysName)
	}
	if err != nil {
		return nil, "", err
	}
	ring, issuer, err := form.ReadRing(b)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %s：%s", errUsage, path, messageOf(err))
	}
	return ring, issuer, nil
}

// readAtMost reads a file of a bounded size; what is wrong with it is wrong use.
func readAtMost(path string, most int64) (b []byte, err error) {
	f, err := os.Open(path) // #nosec G304 -- whoever runs the command names the file
	if err != nil {
		return nil, fmt.Errorf("%w: 不能读取 %s：%w", errUsage, path, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return readBounded(f, path, most)
}

func readBounded(r io.Reader, name string, most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return nil, fmt.Errorf("%w: 不能读取 %s：%w", errUsage, name, err)
	}
	if int64(len(b)) > most {
		return nil, fmt.Errorf("%w: %s 太大，最多 %d KB", errUsage, name, most>>10)
	}
	return b, nil
}

// readInput reads the file that is named, the standard input, or takes the
// argument itself for the text of a QR code.
func readInput(what string, stdin io.Reader) ([]byte, error) {
	if what == "-" {
		return readBounded(stdin, "标准输入", maxVerified)
	}
	b, err := readAtMost(what, maxVerified)
	switch {
	case err == nil || !looksLikeQR(what):
		return b, err
	default:
		return []byte(what), nil
	}
}

// looksLikeQR tells a scanned text from the name of a file that does not exist.
func looksLikeQR(s string) bool {
	lower := strings.ToLower(strings.TrimSpace(s))
	return strings.HasPrefix(lower, "https://") || strings.HasPrefix(lower, "http://") ||
		(len(lower) > 100 && strings.Trim(lower, "abcdefghijklmnopqrstuvwxyz234567") == "")
}
