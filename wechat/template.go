package wechat

import (
	"context"
	"errors"
)

const (
	pathSendTemplate = "/cgi-bin/message/template/send"
	pathTemplates    = "/cgi-bin/template/get_all_private_template"

	// minPrivateValue is two 汉字, a short name, in bytes.
	minPrivateValue = 6
)

// TemplateMessage is one template message for one follower.
type TemplateMessage struct {
	// ToUser is the openid.
	ToUser string
	// TemplateID is the account's id of the template.
	TemplateID string
	// URL is the page that a tap opens; may be empty.
	URL string
	// ClientMsgID makes WeChat deliver the same message to the same openid once
	// within 10 minutes; may be empty.
	ClientMsgID string
	// Data maps keys such as thing1 (not thing1.DATA) to values.
	Data map[string]string
}

// SendTemplate sends m and returns WeChat's id of it, which the receipt
// TEMPLATESENDJOBFINISH repeats; it exceeds 2^53. Success means accepted, not
// delivered. The id is 0 if the answer names none.
func (c *Client) SendTemplate(ctx context.Context, m TemplateMessage) (msgID int64, err error) {
	if m.ToUser == "" || m.TemplateID == "" {
		return 0, errors.New("wechat.SendTemplate: ToUser and TemplateID are required")
	}
	type value struct {
		Value string `json:"value"`
	}
	body := struct {
		ToUser      string           `json:"touser"`
		TemplateID  string           `json:"template_id"`
		URL         string           `json:"url,omitempty"`
		ClientMsgID string           `json:"client_msg_id,omitempty"`
		Data        map[string]value `json:"data"`
	}{m.ToUser, m.TemplateID, m.URL, m.ClientMsgID, make(map[string]value, len(m.Data))}
	// What a message says to somebody is theirs: an errmsg that quotes it is redacted
	// like one that quotes the openid. Shorter values would redact ordinary words.
	private := []string{m.ToUser, m.URL}
	for k, v := range m.Data {
		body.Data[k] = value{v}
		if len(v) >= minPrivateValue {
			private = append(private, v)
		}
	}
	var out struct {
		MsgID int64 `json:"msgid"`
	}
	err = c.call(ctx, request{path: pathSendTemplate, body: body, private: private}, &out)
	return out.MsgID, err
}

// Template is one of the account's own templates.
type Template struct {
	ID    string `json:"template_id"`
	Title string `json:"title"`
	// PrimaryIndustry and DeputyIndustry are WeChat's names of the industries.
	PrimaryIndustry string `json:"primary_industry"`
	DeputyIndustry  string `json:"deputy_industry"`
	// Content holds the placeholders, such as {{thing1.DATA}}.
	Content string `json:"content"`
	Example string `json:"example"`
}

// Templates lists the account's templates, at most 25.
func (c *Client) Templates(ctx context.Context) ([]Template, error) {
	var out struct {
		List []Template `json:"template_list"`
	}
	if err := c.call(ctx, request{path: pathTemplates}, &out); err != nil {
		return nil, err
	}
	return out.List, nil
}
