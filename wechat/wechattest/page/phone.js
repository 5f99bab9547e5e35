// The phone: polls the simulator once a second and draws what has changed.
// Texts from the account are put in as text nodes only, never as HTML.
(() => {
  'use strict';
  const openid = document.body.dataset.openid;
  const $ = (id) => document.getElementById(id);
  const action = (name) => document.querySelector(`[data-action="${name}"]`);
  let last = 0;
  let shownMenu = '';
  let lastTime = 0;
  let phone = {following: false, snapshot: false};
  let opener = null;
  let timer = 0;

  const el = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  const post = async (path, body) => {
    const answer = await fetch(path, {method: 'POST', body: JSON.stringify(body)});
    const result = await answer.json();
    if (!answer.ok) throw new Error(result.error);
    return result;
  };

  const toast = (text) => {
    $('toast').textContent = text;
    $('toast').hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => { $('toast').hidden = true; }, 4000);
  };

  // busy runs one request with its button out of use, then polls at once.
  const busy = async (button, work) => {
    if (button) button.disabled = true;
    try {
      await work();
      await update();
    } catch (error) {
      toast('模拟器：' + error.message);
    } finally {
      if (button) button.disabled = false;
    }
  };

  const push = (button, body) => busy(button, () => post('/sim/push', {openid, ...body}));

  // Web view. The cookie tells the authorize page who holds the phone.
  const frame = (address) => {
    document.cookie = `sim_openid=${encodeURIComponent(openid)}; path=/; SameSite=Lax`;
    $('frame').replaceChildren(el('iframe', {
      id: 'webview', title: '网页内容', src: address,
      sandbox: 'allow-scripts allow-forms allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-downloads allow-modals',
    }));
  };
  const openWeb = (address, from) => {
    opener = from || document.activeElement;
    $('web-title').textContent = new URL(address).host;
    $('full-page').href = address;
    $('web').hidden = false;
    frame(address);
    action('close-webview').focus();
  };
  const closeWeb = () => {
    $('web').hidden = true;
    $('frame').replaceChildren();
    if (opener) opener.focus();
    update();
  };

  const isWeb = (text) => /^https?:\/\//i.test(text || '');
  const webLink = (address, ...children) => {
    const link = el('a', {href: address}, ...children);
    link.addEventListener('click', (event) => {
      event.preventDefault();
      openWeb(address, link);
    });
    return link;
  };

  // WeChat lets a reply hold <a href="…">…</a> and makes links of bare addresses.
  const words = (text) => {
    const parts = [];
    const pattern = /<a\s[^>]*?href\s*=\s*["']([^"']+)["'][^>]*>([^<]*)<\/a>|(https?:\/\/[^\s<>"'，。；！）]+)/gi;
    let from = 0;
    for (const match of text.matchAll(pattern)) {
      parts.push(text.slice(from, match.index));
      const address = match[1] || match[3];
      const label = match[2] || address;
      parts.push(isWeb(address) ? webLink(address, label) : label);
      from = match.index + match[0].length;
    }
    parts.push(text.slice(from));
    return parts;
  };

  const templateCard = (item) => {
    const rows = el('dl');
    for (const row of item.rows) rows.append(el('dt', {}, row.name), el('dd', {}, row.value));
    const card = el('article', {class: 'template-card', 'data-template': item.template_id}, el('h2', {}, item.title), rows);
    if (isWeb(item.url)) card.append(webLink(item.url, '查看详情', el('span', {'aria-hidden': 'true'}, '›')));
    return card;
  };

  const newsCards = (item) => item.articles.map((article) => {
    const card = el('article', {class: 'news-card'});
    if (isWeb(article.picurl)) card.append(el('img', {src: article.picurl, alt: ''}));
    card.append(el('h2', {}, article.title));
    if (article.description) card.append(el('p', {}, article.description));
    if (isWeb(article.url)) card.append(webLink(article.url, '阅读全文', el('span', {'aria-hidden': 'true'}, '›')));
    return card;
  });

  const beijing = (options) => new Intl.DateTimeFormat('zh-CN', {timeZone: 'Asia/Shanghai', ...options});
  const clockForm = beijing({month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});
  const dateForm = beijing({year: 'numeric', month: 'long', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});

  const draw = (item) => {
    const at = new Date(item.at);
    if (Math.abs(at - lastTime) > 5 * 60 * 1000) {
      $('chat').append(el('div', {class: 'when'}, clockForm.format(at)));
      lastTime = at;
    }
    const line = el('div', {class: item.type, 'data-seq': item.seq});
    const avatar = () => el('div', {class: 'avatar', 'aria-hidden': 'true'}, item.type === 'sent' ? '我' : '登');
    switch (item.type) {
      case 'template': line.append(templateCard(item)); break;
      case 'news': line.append(...newsCards(item)); break;
      case 'notice': line.append(item.content); break;
      case 'sent': line.append(el('div', {class: 'bubble'}, item.content), avatar()); break;
      default: line.append(avatar(), el('div', {class: 'bubble'}, ...words(item.content)));
    }
    $('chat').append(line);
  };

  const closeMenus = () => {
    for (const parent of document.querySelectorAll('#menu [aria-expanded]')) {
      parent.setAttribute('aria-expanded', 'false');
      parent.nextElementSibling.hidden = true;
    }
  };

  const ask = (then) => {
    const dialog = $('scan');
    dialog.returnValue = '';
    $('scan-text').value = '';
    dialog.showModal();
    dialog.addEventListener('close', () => {
      if (dialog.returnValue !== 'scan') return;
      then($('scan-text').value);
    }, {once: true});
  };

  const scan = (button, type, key) => ask((result) => {
    push(button, {event: type, event_key: key, scan_result: result});
    if (type === 'scancode_push' && isWeb(result)) openWeb(result, button);
  });

  // What one of the account's own QR codes says leads to the account.
  const scanAccount = (button) => ask((address) => busy(button, () => post('/sim/scan', {openid, url: address})));

  const press = (button, item) => {
    closeMenus();
    switch (item.type) {
      case 'click': push(button, {event: 'CLICK', event_key: item.key}); break;
      case 'view':
        push(null, {event: 'VIEW', event_key: item.url});
        openWeb(item.url, button);
        break;
      case 'scancode_push':
      case 'scancode_waitmsg': scan(button, item.type, item.key); break;
      case 'miniprogram': openWeb(item.url, button); break;
      default: toast('模拟器没有实现这种菜单：' + item.type);
    }
  };

  // WeChat shows 4 汉字 of a name in the bar and 8 in the list; two letters count as one.
  const cut = (name, limit) => {
    let width = 0;
    let shown = '';
    for (const {segment} of new Intl.Segmenter('zh', {granularity: 'grapheme'}).segment(name)) {
      width += /^[\x00-\x7f]$/.test(segment) ? 1 : 2;
      if (width > 2 * limit) return shown + '…';
      shown += segment;
    }
    return shown;
  };

  const menuButton = (item, limit) => {
    const button = el('button', {type: 'button', 'data-menu': item.name, title: item.name}, cut(item.name, limit));
    button.addEventListener('click', () => press(button, item));
    return button;
  };

  const drawMenu = (items) => {
    $('menu').replaceChildren();
    if (!items.length) $('menu').append(el('span', {class: 'none'}, '公众号还没有发布菜单'));
    items.forEach((item, i) => {
      if (!item.sub_button.length) {
        $('menu').append(el('div', {}, menuButton(item, 4)));
        return;
      }
      const list = el('ul', {id: 'submenu-' + i, hidden: ''}, ...item.sub_button.map((sub) => el('li', {}, menuButton(sub, 8))));
      const parent = el('button', {type: 'button', 'data-menu': item.name, 'aria-expanded': 'false', 'aria-controls': list.id},
        el('span', {'aria-hidden': 'true'}, '≡ '), cut(item.name, 4));
      parent.addEventListener('click', () => {
        const open = parent.getAttribute('aria-expanded') === 'true';
        closeMenus();
        parent.setAttribute('aria-expanded', String(!open));
        list.hidden = open;
      });
      $('menu').append(el('div', {}, parent, list));
    });
  };

  const apply = (state) => {
    phone = state.phone;
    const now = new Date(state.now);
    $('clock').textContent = clockForm.format(now);
    $('clock').dateTime = $('date').dateTime = state.now;
    $('date').textContent = dateForm.format(now);
    $('clock-buttons').hidden = $('clock-form').hidden = !state.clock_movable;
    $('clock-fixed').hidden = state.clock_movable;
    $('profile').hidden = phone.following;
    $('chat').hidden = $('foot').hidden = !phone.following;
    action('unfollow').hidden = !phone.following;
    $('snapshot').hidden = !phone.snapshot;
    const menu = JSON.stringify(state.menu);
    if (menu !== shownMenu) {
      shownMenu = menu;
      drawMenu(state.menu);
    }
    const fresh = state.messages.filter((item) => item.seq > last);
    fresh.forEach((item) => { draw(item); last = item.seq; });
    if (fresh.length) $('chat').scrollTop = $('chat').scrollHeight;
  };

  const update = async () => {
    const answer = await fetch(`/phone/state?openid=${encodeURIComponent(openid)}&since=${last}`);
    if (!answer.ok) throw new Error('这部手机已不存在');
    apply(await answer.json());
  };

  const poll = async () => {
    try {
      if (!document.hidden) await update();
    } catch (error) {
      toast('模拟器没有应答');
    }
    setTimeout(poll, 1000);
  };

  const panel = (open) => {
    document.body.classList.toggle('panel-open', open);
    action('panel').setAttribute('aria-expanded', String(open));
    action(open ? 'close-panel' : 'panel').focus();
  };
  const moveClock = (button, body) => busy(button, () => post('/sim/clock', body));

  const clicks = {
    'follow': (b) => push(b, {event: 'subscribe'}),
    'unfollow': (b) => busy(b, () => post('/sim/unfollow', {openid})),
    'scan-account': scanAccount,
    'keyboard': (b) => {
      const typing = $('write').hidden;
      $('write').hidden = !typing;
      $('menu').hidden = typing;
      b.setAttribute('aria-pressed', String(typing));
      if (typing) $('text').focus();
    },
    'panel': () => panel(!document.body.classList.contains('panel-open')),
    'close-panel': () => panel(false),
    'close-webview': closeWeb,
    'full-service': (b) => busy(b, async () => {
      await post('/phone/full', {openid});
      frame($('full-page').href);
    }),
    'clock-hour': (b) => moveClock(b, {advance: '1h'}),
    'clock-day': (b) => moveClock(b, {advance: '24h'}),
  };
  for (const [name, work] of Object.entries(clicks)) {
    const button = action(name);
    button.addEventListener('click', () => work(button));
  }
  $('write').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = $('text').value.trim();
    if (!text) return;
    $('text').value = '';
    push(action('send'), {text});
  });
  $('clock-form').addEventListener('submit', (event) => {
    event.preventDefault();
    moveClock(action('clock-set'), {now: $('clock-to').value + ':00+08:00'});
  });
  document.addEventListener('click', (event) => {
    if (!event.target.closest('#menu')) closeMenus();
  });
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    if (!$('web').hidden) closeWeb();
    else if (document.body.classList.contains('panel-open')) panel(false);
    else closeMenus();
  });
  poll();
})();
