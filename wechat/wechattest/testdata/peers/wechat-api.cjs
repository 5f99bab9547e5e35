// npm wechat-api at work: reads {base, appid, secret, openid, nobody, template,
// menu, data} from its input and prints what each call came to, as one object.
'use strict';

const API = require('wechat-api');

const input = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const api = new API(input.appid, input.secret);
api.endpoint = input.base;
api.mpPrefix = input.base + '/cgi-bin/';

const call = (name, ...args) => new Promise((resolve) => {
  api[name](...args, (err, data) => resolve(err ? {error: err.code ?? err.message} : data));
});

(async () => {
  const out = {};
  out.token = typeof (await call('getAccessToken')).accessToken;
  out.createMenu = await call('createMenu', input.menu);
  out.getMenu = await call('getMenu');
  out.getMenuConfig = await call('getMenuConfig');
  out.addConditional = await call('createCustomMenu', {...input.menu, matchrule: {client_platform_type: '2'}});
  out.tryMatch = await call('testCustomMenu', input.openid);
  out.delConditional = await call('removeCustomMenu', out.addConditional.menuid);
  out.removeMenu = await call('removeMenu');
  out.noMenu = await call('getMenu');
  out.templates = await call('getAllPrivateTemplate');
  out.send = await call('sendTemplate', input.openid, input.template, 'http://127.0.0.1/', input.data);
  out.sendToNobody = await call('sendTemplate', input.nobody, input.template, '', input.data);
  out.addTemplate = await call('addTemplate', '41001');
  out.delTemplate = await call('delPrivateTemplate', out.addTemplate.template_id);
  out.user = await call('getUser', input.openid);
  out.followers = await call('getFollowers');
  out.remark = await call('updateRemark', input.openid, '班长');
  out.createTag = await call('createTag', '未绑定');
  const tag = out.createTag.tag.id;
  out.sameTag = await call('createTag', '未绑定');
  out.editTag = await call('editTag', tag, '待确认');
  out.tagging = await call('membersBatchtagging', tag, [input.openid]);
  out.tagUsers = await call('getTagUsers', tag, '');
  out.userTags = await call('getUserTags', input.openid);
  out.tags = await call('getTags');
  out.untagging = await call('membersBatchuntagging', tag, [input.openid]);
  out.deleteTag = await call('deleteTag', tag);
  out.qr = await call('createTmpQRCode', 'class-0801', 3600);
  out.limitQR = await call('createLimitQRCode', 17);
  const picture = await fetch(api.showQRCodeURL(out.qr.ticket));
  out.picture = [picture.status, picture.headers.get('content-type')];
  out.js = await call('getJsConfig', {debug: false, jsApiList: ['scanQRCode'], url: input.base + '/verify?a=1'});
  out.ip = await call('getIp');
  // Its token is replaced by another program: it knows what to do about 40001 only
  // by trying the same token again, so that it fails until the token's own end.
  await fetch(input.base + '/sim/tokens', {method: 'POST', body: '{"errcode":40001}'});
  out.stale = await call('getTags');
  // Its connections would keep the process up for a while.
  process.stdout.write(JSON.stringify(out), () => process.exit(0));
})();
