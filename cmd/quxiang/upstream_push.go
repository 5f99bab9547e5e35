package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"quxiang/handler/api"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/roster"
)

// pushPath is where platforms post.
const pushPath = "/api/v1/upstream/destinations"

// secretVariable holds the secret for push: a flag would stand in the list of
// processes. It is no setting of the service, and is not named like one.
const secretVariable = "UPSTREAM_SECRET" // #nosec G101 -- a name

// pusher signs and posts as a platform upstream does, so that one can try a key
// and a platform's programmers have something to compare with.
type pusher struct {
	url, key, secret, idempotency string
	now                           time.Time
	client                        http.Client
}

func newPush() *cobra.Command {
	var p pusher
	var school, now string
	c := &cobra.Command{
		Use:   "push FILE --url URL --key ID",
		Short: "以上级平台的身份签名并推送一个文件（.json 原样推送；.xlsx、.csv 为含去向的生源名单或去向表），密钥内容取自 " + secretVariable,
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			p.secret = os.Getenv(secretVariable)
			if p.secret == "" || p.key == "" || p.url == "" {
				return fmt.Errorf("%w: 请给出 --url 和 --key，并把密钥内容放在环境变量 %s 中", errUsage, secretVariable)
			}
			p.now, p.client.Timeout = time.Now(), time.Minute
			if now != "" {
				var err error
				if p.now, err = time.Parse(time.RFC3339, now); err != nil {
					return fmt.Errorf("%w: --now 应写成 2027-06-01T09:00:00+08:00 的形式", errUsage)
				}
			}
			bodies, err := pushBodies(args[0], school, p.now)
			if err != nil {
				return err
			}
			for _, body := range bodies {
				answer, err := p.push(c.Context(), body)
				fmt.Fprintf(c.OutOrStdout(), "%s\n", answer)
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	f := c.Flags()
	f.StringVar(&p.url, "url", "", "服务的网址，如 https://dj.example.edu.cn")
	f.StringVar(&p.key, "key", "", "密钥的编号（quxiang upstream key add 显示的 key）")
	f.StringVar(&p.idempotency, "idempotency", "", "幂等键，只用于一批能推完的文件（默认：由内容算出，重复推送得到同样的答复）")
	f.StringVar(&school, "school", "", "学校代码；名单没有院校代码一列时需要")
	f.StringVar(&now, "now", "", "签名所用的时间（演示环境的时钟被拨动过时需要；默认：现在）")
	return c
}

// push posts one body and returns what was answered.
func (p *pusher) push(ctx context.Context, body []byte) (answer []byte, err error) {
	idempotency := p.idempotency
	if idempotency == "" {
		sum := sha256.Sum256(body)
		idempotency = hex.EncodeToString(sum[:16])
	}
	base, err := url.Parse(p.url)
	if err != nil || base.Host == "" {
		return nil, fmt.Errorf("%w: --url 应为 http 或 https 网址", errUsage)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base.JoinPath(pushPath).String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	timestamp, nonce := strconv.FormatInt(p.now.Unix(), 10), rand.Text()
	for name, value := range map[string]string{
		"Content-Type": "application/json", api.HeaderKey: p.key, api.HeaderTimestamp: timestamp, api.HeaderNonce: nonce, api.HeaderIdempotency: idempotency,
		api.HeaderSignature: api.Sign(p.secret, http.MethodPost, req.URL.EscapedPath(), timestamp, nonce, idempotency, body),
	} {
		req.Header.Set(name, value)
	}
	res, err := p.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("不能推送：%w", err)
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	answer, err = io.ReadAll(io.LimitReader(res.Body, 4<<20))
	answer = bytes.TrimSpace(answer)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("服务答复 %s", res.Status)
	}
	return answer, err
}

// pushItems is how many destinations one post carries.
const pushItems = 500

// pushBodies are the posts that a file makes: a JSON file is one as it is, a
// sheet as many as it needs.
func pushBodies(file, school string, now time.Time) ([][]byte, error) {
	if err := readable(file); err != nil {
		return nil, err
	}
	if strings.EqualFold(filepath.Ext(file), ".json") {
		body, err := os.ReadFile(file) // #nosec G304 -- whoever runs the command names the file
		return [][]byte{body}, err
	}
	table, err := tables(codes.Default)
	if err != nil {
		return nil, err
	}
	reader, err := roster.Open(file, roster.Options{Kind: model.SheetRoster, Codes: table, School: school})
	if err != nil {
		reader, err = roster.Open(file, roster.Options{Kind: model.SheetDestinations, Codes: table, School: school})
	}
	if err != nil {
		return nil, err
	}
	bodies, err := sheetBodies(reader, now)
	if err == nil && len(bodies) == 0 {
		err = model.Invalid("file", "表格里没有填写去向，没有可推送的内容。")
	}
	return bodies, errors.Join(err, reader.Close())
}

func sheetBodies(reader *roster.Reader, now time.Time) ([][]byte, error) {
	var bodies [][]byte
	var items []api.Item
	flush := func() error {
		if len(items) == 0 {
			return nil
		}
		body, err := json.Marshal(map[string]any{"destinations": items})
		bodies, items = append(bodies, body), nil
		return err
	}
	for {
		row, err := reader.Next()
		if errors.Is(err, io.EOF) {
			err := flush()
			return bodies, err
		}
		if err != nil {
			return nil, err
		}
		if len(row.Faults) > 0 {
			return nil, errors.New(row.Faults[0].String())
		}
		if row.Destination == nil {
			continue
		}
		if row.CohortCode == "" {
			return nil, model.Invalid("file", "请增加“毕业时间”一列：上级平台的接口按届区分毕业生。")
		}
		if row.ReportedAt.IsZero() {
			row.ReportedAt = now
		}
		items = append(items, api.NewItem(row.CohortCode, row.Basics.ExamNumber, row.Basics.Name, *row.Destination, row.ReportedAt))
		if len(items) == pushItems {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
}
