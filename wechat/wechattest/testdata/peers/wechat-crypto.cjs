// npm wechat-crypto as an account's server: reads {appid, token, key} from its
// input, prints its address, and answers every push, in secure mode, with a text
// that says what it read. It ends with its input.
'use strict';

const http = require('node:http');
const Crypto = require('wechat-crypto');

const lines = require('node:readline').createInterface({input: process.stdin});
lines.on('close', () => process.exit(0));
lines.once('line', (line) => {
  const input = JSON.parse(line);
  const crypt = new Crypto(input.token, input.key, input.appid);
  const field = (xml, name) => (xml.match(new RegExp(`<${name}>(?:<!\\[CDATA\\[)?([^\\]<]*)`)) || [])[1] || '';

  const answer = (query, body) => {
    const sealed = field(body, 'Encrypt');
    if (crypt.getSignature(query.get('timestamp'), query.get('nonce'), sealed) !== query.get('msg_signature')) return [401, ''];
    const opened = crypt.decrypt(sealed);
    if (opened.id !== input.appid) return [403, ''];
    const read = (name) => field(opened.message, name);
    const words = `${read('MsgType')}/${read('Event')}/${read('EventKey')}${read('Content')}`;
    const reply = `<xml><ToUserName><![CDATA[${read('FromUserName')}]]></ToUserName><FromUserName><![CDATA[${read('ToUserName')}]]></FromUserName>` +
      `<CreateTime>${read('CreateTime')}</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${words}]]></Content></xml>`;
    const encrypted = crypt.encrypt(reply);
    const signature = crypt.getSignature('1409735669', 'nonce1', encrypted);
    return [200, `<xml><Encrypt><![CDATA[${encrypted}]]></Encrypt><MsgSignature><![CDATA[${signature}]]></MsgSignature>` +
      `<TimeStamp>1409735669</TimeStamp><Nonce><![CDATA[nonce1]]></Nonce></xml>`];
  };

  const server = http.createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8');
    req.on('data', (part) => { body += part; });
    req.on('end', () => {
      const [status, text] = answer(new URL(req.url, 'http://x').searchParams, body);
      res.writeHead(status).end(text);
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`));
});
