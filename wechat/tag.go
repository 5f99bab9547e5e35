package wechat

import (
	"context"
	"fmt"
	"slices"
)

const (
	pathTags       = "/cgi-bin/tags/get"
	pathTagCreate  = "/cgi-bin/tags/create"
	pathTagUpdate  = "/cgi-bin/tags/update"
	pathTagDelete  = "/cgi-bin/tags/delete"
	pathTagMembers = "/cgi-bin/user/tag/get"
	pathUserTags   = "/cgi-bin/tags/getidlist"
	pathTagging    = "/cgi-bin/tags/members/batchtagging"
	pathUntagging  = "/cgi-bin/tags/members/batchuntagging"
)

// Limits of tags (WeChat's page 用户标签管理).
const (
	// MaxTags is how many tags an account may have, WeChat's own aside.
	MaxTags = 100
	// MaxTagName bounds a tag's name, in bytes: the page says 30 characters, its
	// error 45158 says 30 bytes, and the smaller of the two is always taken.
	MaxTagName = 30
	// MaxTagBatch is how many openids one call tags or untags.
	MaxTagBatch = 50
	// MaxUserTags is how many tags one user may carry.
	MaxUserTags = 20
)

// Tag groups followers; conditional menus are chosen by it.
type Tag struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	// Count is how many followers carry it; CreateTag does not fill it.
	Count int64 `json:"count"`
}

// Tags lists the account's tags, WeChat's own (ids 0 to 2) among them.
func (c *Client) Tags(ctx context.Context) ([]Tag, error) {
	var out struct {
		Tags []Tag `json:"tags"`
	}
	if err := c.call(ctx, request{path: pathTags}, &out); err != nil {
		return nil, err
	}
	return out.Tags, nil
}

// CreateTag makes a tag. [CodeTagName] tells that the name is taken: another
// replica may have made it meanwhile, so look it up in [Client.Tags].
func (c *Client) CreateTag(ctx context.Context, name string) (Tag, error) {
	if err := checkTagName(name); err != nil {
		return Tag{}, err
	}
	var out struct {
		Tag Tag `json:"tag"`
	}
	if err := c.call(ctx, request{path: pathTagCreate, body: tagBody{Tag{Name: name}.shaped()}}, &out); err != nil {
		return Tag{}, err
	}
	return out.Tag, nil
}

// RenameTag changes a tag's name.
func (c *Client) RenameTag(ctx context.Context, id int64, name string) error {
	if err := checkTagName(name); err != nil {
		return err
	}
	return c.call(ctx, request{path: pathTagUpdate, body: tagBody{Tag{ID: id, Name: name}.shaped()}}, nil)
}

// DeleteTag removes a tag from everybody and from the account. WeChat refuses
// while more than 100,000 followers carry it.
func (c *Client) DeleteTag(ctx context.Context, id int64) error {
	return c.call(ctx, request{path: pathTagDelete, body: tagBody{Tag{ID: id}.shaped()}}, nil)
}

// TagUsers gives a tag to up to [MaxTagBatch] followers. Somebody who has it
// already is no error. One openid that WeChat refuses fails the whole batch:
// when KindOf says recipient, nobody of it may be taken as tagged.
func (c *Client) TagUsers(ctx context.Context, tagID int64, openids []string) error {
	return c.tagging(ctx, pathTagging, tagID, openids)
}

// UntagUsers takes a tag from up to [MaxTagBatch] followers, as TagUsers gives it.
func (c *Client) UntagUsers(ctx context.Context, tagID int64, openids []string) error {
	return c.tagging(ctx, pathUntagging, tagID, openids)
}

func (c *Client) tagging(ctx context.Context, path string, tagID int64, openids []string) error {
	if len(openids) == 0 || len(openids) > MaxTagBatch {
		return fmt.Errorf("wechat: %s takes 1 to %d openids, not %d", path, MaxTagBatch, len(openids))
	}
	body := struct {
		OpenIDs []string `json:"openid_list"`
		TagID   int64    `json:"tagid"`
	}{openids, tagID}
	return c.call(ctx, request{path: path, body: body, private: slices.Clone(openids)}, nil)
}

// TagMembers lists who carries a tag, a page at a time, as [Client.Followers]
// lists followers. Its pages carry no total.
func (c *Client) TagMembers(ctx context.Context, tagID int64, after string) (FollowerPage, error) {
	body := struct {
		TagID int64  `json:"tagid"`
		Next  string `json:"next_openid"`
	}{tagID, after}
	return c.followers(ctx, request{path: pathTagMembers, body: body, private: []string{after}}, after)
}

// UserTags lists the ids of the tags that a follower carries.
func (c *Client) UserTags(ctx context.Context, openid string) ([]int64, error) {
	body := struct {
		OpenID string `json:"openid"`
	}{openid}
	var out struct {
		IDs []int64 `json:"tagid_list"`
	}
	if err := c.call(ctx, request{path: pathUserTags, body: body, private: []string{openid}}, &out); err != nil {
		return nil, err
	}
	return out.IDs, nil
}

// tagBody is the body of the calls on one tag.
type tagBody struct {
	Tag shapedTag `json:"tag"`
}

// shapedTag leaves out what a call does not give, and always the count.
type shapedTag struct {
	ID   int64  `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

func (t Tag) shaped() shapedTag { return shapedTag{t.ID, t.Name} }

func checkTagName(name string) error {
	if name == "" || len(name) > MaxTagName {
		return fmt.Errorf("wechat: the name of a tag has 1 to %d bytes, not %d", MaxTagName, len(name))
	}
	return nil
}
