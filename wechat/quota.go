package wechat

import "context"

const pathQuota = "/cgi-bin/openapi/quota/get"

// Quota is the daily allowance of one API path, in calls.
type Quota struct {
	Daily  int64 `json:"daily_limit"`
	Used   int64 `json:"used"`
	Remain int64 `json:"remain"`
}

// Quota returns today's allowance of cgiPath, such as
// "/cgi-bin/message/template/send". The figure grows with the number of
// followers, so it is asked and not assumed.
func (c *Client) Quota(ctx context.Context, cgiPath string) (Quota, error) {
	body := struct {
		CGIPath string `json:"cgi_path"`
	}{cgiPath}
	var out struct {
		Quota Quota `json:"quota"`
	}
	err := c.call(ctx, request{path: pathQuota, body: body}, &out)
	return out.Quota, err
}
