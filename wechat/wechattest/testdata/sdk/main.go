// Command sdk lets silenceper/wechat talk to the simulator: it reads {base, appid,
// secret, openid, nobody, code, template, menu} from its input and prints what each
// call came to, as one object. With the argument serve it is an account's server
// instead: it reads {appid, token, key} from a line, prints its address, and answers
// every push, in secure mode, with a text that says what it read.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/officialaccount"
	"github.com/silenceper/wechat/v2/officialaccount/basic"
	"github.com/silenceper/wechat/v2/officialaccount/config"
	"github.com/silenceper/wechat/v2/officialaccount/message"
	"github.com/silenceper/wechat/v2/util"
)

type input struct {
	Base, AppID, Secret, Token, Key        string
	OpenID, Nobody, Code, Template, Stable string
	Menu                                   json.RawMessage
	Data                                   map[string]struct{ Value string }
}

func main() {
	log.SetFlags(0)
	if len(os.Args) > 1 && os.Args[1] == "serve" {
		serve()
		return
	}
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		log.Fatal(err)
	}
	util.SetURIModifier(func(uri string) string { return strings.Replace(uri, "https://api.weixin.qq.com", in.Base, 1) })
	account := officialaccount.NewOfficialAccount(&config.Config{
		AppID: in.AppID, AppSecret: in.Secret, Cache: cache.NewMemory(), UseStableAK: in.Stable == "yes",
	})
	out := map[string]any{}
	walk(in, account, out)
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		log.Fatal(err)
	}
}

// came is what a call came to: its value, "ok", or the errcode.
func came(value any, err error) any {
	if common, ok := errors.AsType[*util.CommonError](err); ok {
		return fmt.Sprintf("errcode %d", common.ErrCode)
	}
	if err != nil {
		return err.Error()
	}
	if value == nil {
		return "ok"
	}
	return value
}

func walk(in input, account *officialaccount.OfficialAccount, out map[string]any) {
	note := func(name string) func(any, error) { return func(v any, err error) { out[name] = came(v, err) } }
	menu := account.GetMenu()
	note("createMenu")(nil, menu.SetMenuByJSON(string(in.Menu)))
	got, err := menu.GetMenu()
	note("getMenu")(len(got.Menu.Button), err)
	info, err := menu.GetCurrentSelfMenuInfo()
	note("selfMenu")(info.IsMenuOpen, err)
	rule := `,"matchrule":{"client_platform_type":"2"}}`
	note("addConditional")(nil, menu.AddConditionalByJSON(strings.TrimSuffix(strings.TrimSpace(string(in.Menu)), "}")+rule))
	seen, err := menu.MenuTryMatch(in.OpenID)
	note("tryMatch")(len(seen), err)
	note("deleteMenu")(nil, menu.DeleteMenu())
	_, err = menu.GetMenu()
	note("noMenu")(nil, err)

	template := account.GetTemplate()
	list, err := template.List()
	note("templates")(len(list), err)
	data := map[string]*message.TemplateDataItem{}
	for key, v := range in.Data {
		data[key] = &message.TemplateDataItem{Value: v.Value, Color: "#173177"}
	}
	send := func(to string) (any, error) {
		id, err := template.Send(&message.TemplateMessage{ToUser: to, TemplateID: in.Template, URL: "http://127.0.0.1/", Data: data, ClientMsgID: "m1"})
		return fmt.Sprint(id), err
	}
	note("send")(send(in.OpenID))
	note("sendAgain")(send(in.OpenID))
	note("sendToNobody")(send(in.Nobody))
	id, err := template.Add("41001", []string{"事项"})
	note("addTemplate")(len(id), err)
	note("deleteTemplate")(nil, template.Delete(id))

	user := account.GetUser()
	someone, err := user.GetUserInfo(in.OpenID)
	if err == nil {
		note("user")(someone.Subscribe, nil)
	} else {
		note("user")(nil, err)
	}
	all, err := user.ListAllUserOpenIDs()
	note("followers")(all, err)
	tag, err := user.CreateTag("未绑定")
	if err != nil {
		note("createTag")(nil, err)
		return
	}
	note("createTag")(tag.Name, nil)
	note("renameTag")(nil, user.UpdateTag(tag.ID, "待确认"))
	note("tagging")(nil, user.BatchTag([]string{in.OpenID}, tag.ID))
	tags, err := user.GetTag()
	note("tags")(len(tags), err)
	members, err := user.OpenIDListByTag(tag.ID)
	if err == nil {
		note("members")(members.Count, nil)
	} else {
		note("members")(nil, err)
	}
	ids, err := user.UserTidList(in.OpenID)
	note("userTags")(len(ids), err)
	note("untagging")(nil, user.BatchUntag([]string{in.OpenID}, tag.ID))
	note("deleteTag")(nil, user.DeleteTag(tag.ID))
	note("blacklist")(nil, user.BatchBlackList(in.OpenID))
	note("unblacklist")(nil, user.BatchUnBlackList(in.OpenID))
	note("remark")(nil, user.UpdateRemark(in.OpenID, "班长"))

	b := account.GetBasic()
	for name, request := range map[string]*basic.Request{"qr": basic.NewTmpQrRequest(time.Hour, "class"), "limitQR": basic.NewLimitQrRequest(17)} {
		ticket, err := b.GetQRTicket(request)
		if err != nil {
			note(name)(nil, err)
			continue
		}
		note(name)(ticket.URL, nil)
	}
	ips, err := b.GetCallbackIP()
	note("ip")(ips, err)
	note("clearQuota")(nil, b.ClearQuota())
	js, err := account.GetJs().GetConfig(in.Base + "/verify?a=1")
	note("js")(js, err)
	token, err := account.GetOauth().GetUserAccessToken(in.Code)
	note("oauth")(token.OpenID, err)
	_, err = account.GetOauth().GetUserAccessToken(in.Code)
	note("oauthAgain")(nil, err)
}

func serve() {
	lines := bufio.NewScanner(os.Stdin)
	var in input
	if !lines.Scan() || json.Unmarshal(lines.Bytes(), &in) != nil {
		log.Fatal("no input")
	}
	account := officialaccount.NewOfficialAccount(&config.Config{
		AppID: in.AppID, Token: in.Token, EncodingAESKey: in.Key, Cache: cache.NewMemory(),
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s/\n", listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(http.Serve(listener, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server := account.GetServer(r, w)
		server.SetMessageHandler(func(m *message.MixMessage) *message.Reply {
			words := fmt.Sprintf("%s/%s/%s%s", m.MsgType, m.Event, m.EventKey, m.Content)
			return &message.Reply{MsgType: message.MsgTypeText, MsgData: message.NewText(words)}
		})
		if err := server.Serve(); err != nil {
			http.Error(w, err.Error(), http.StatusForbidden)
			return
		}
		if err := server.Send(); err != nil {
			log.Print(err)
		}
	})))
}
