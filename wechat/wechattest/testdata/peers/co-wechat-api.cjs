// npm co-wechat-api at work: reads {base, appid, secret, openid, nobody, template,
// menu, data} from its input and prints what each call came to, as one object.
'use strict';

const API = require('co-wechat-api');

const input = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const api = new API(input.appid, input.secret);
api.prefix = input.base + '/cgi-bin/';
api.mpPrefix = input.base + '/cgi-bin/';

const call = async (name, ...args) => {
  try {
    return await api[name](...args);
  } catch (err) {
    return {error: err.code ?? err.message};
  }
};

(async () => {
  const out = {};
  out.createMenu = await call('createMenu', input.menu);
  out.getMenu = await call('getMenu');
  out.getMenuConfig = await call('getMenuConfig');
  out.addConditional = await call('addConditionalMenu', {...input.menu, matchrule: {client_platform_type: '2'}});
  out.tryMatch = await call('tryConditionalMenu', input.openid);
  out.delConditional = await call('delConditionalMenu', out.addConditional.menuid);
  out.removeMenu = await call('removeMenu');
  out.noMenu = await call('getMenu');
  out.templates = await call('getAllPrivateTemplate');
  out.send = await call('sendTemplate', input.openid, input.template, 'http://127.0.0.1/', '#FF0000', input.data);
  out.msgid = String(out.send.msgid); // a big number: JSON of it would be rounded
  out.sendToNobody = await call('sendTemplate', input.nobody, input.template, '', '', input.data);
  out.addTemplate = await call('addTemplate', '41001');
  out.delTemplate = await call('delPrivateTemplate', out.addTemplate.template_id);
  out.user = await call('getUser', {openid: input.openid, lang: 'zh_CN'});
  out.users = await call('batchGetUsers', [input.openid]);
  out.followers = await call('getFollowers');
  out.remark = await call('updateRemark', input.openid, '班长');
  out.createTag = await call('createTags', '未绑定');
  const tag = out.createTag.tag.id;
  out.sameTag = await call('createTags', '未绑定');
  out.editTag = await call('updateTag', tag, '待确认');
  out.tagging = await call('batchTagging', [input.openid], tag);
  out.tagUsers = await call('getUsersFromTag', tag);
  out.userTags = await call('getIdList', input.openid);
  out.tags = await call('getTags');
  out.untagging = await call('batchUnTagging', [input.openid], tag);
  out.deleteTag = await call('deleteTag', tag);
  out.qr = await call('createTmpQRCode', 'class-0801', 3600);
  out.limitQR = await call('createLimitQRCode', 17);
  const picture = await fetch(api.showQRCodeURL(out.qr.ticket));
  out.picture = [picture.status, picture.headers.get('content-type')];
  out.js = await call('getJsConfig', {debug: false, jsApiList: ['scanQRCode'], url: input.base + '/verify?a=1'});
  out.ip = await call('getIp');
  // Its token is replaced by another program: it fetches a new one and goes on.
  await fetch(input.base + '/sim/tokens', {method: 'POST', body: '{"errcode":40001}'});
  out.stale = await call('getTags');
  // Its connections would keep the process up for a while.
  process.stdout.write(JSON.stringify(out), () => process.exit(0));
})();
