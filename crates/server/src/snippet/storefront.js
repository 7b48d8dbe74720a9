/* Fortnight for shop pages: recommendations and the events they learn from. No cookies; what is kept ends with the tab.
<script src="https://YOUR-FORTNIGHT/storefront.js" data-key="pk_…" data-product="SKU" defer></script>
<div data-fortnight="product" data-items="4"></div>
data-visitor: the shop's own id of the device; data-cart: SKUs, comma between; data-quiet: do not send views. */
(function () {
  var me = document.currentScript, base = new URL(me.src).origin, set = me.dataset, memory = {};
  function keep(name, value) {
    try {
      if (value === undefined) return JSON.parse(sessionStorage.getItem('fn.' + name));
      sessionStorage.setItem('fn.' + name, JSON.stringify(value));
    } catch (e) {
      if (value === undefined) return memory[name];
      memory[name] = value;
    }
  }
  function fresh() { return Date.now().toString(36) + Math.random().toString(36).slice(2, 12); }
  var visitor = set.visitor || keep('id');
  if (!visitor) keep('id', visitor = fresh());
  function list(text) { return (text || '').split(',').map(function (s) { return s.trim(); }).filter(Boolean); }
  function send(path, body) {
    return fetch(base + path, {
      method: 'POST', keepalive: true, credentials: 'omit', body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', authorization: 'Bearer ' + set.key }
    }).then(function (r) { if (!r.ok) throw Error('Fortnight answers ' + r.status); return r.json(); });
  }
  function track(event, properties) {
    return send('/api/v1/events', {
      type: 'track', event: event, anonymousId: visitor, messageId: fresh(),
      timestamp: new Date().toISOString(), properties: properties
    });
  }
  function recommend(ask) {
    ask.anonymous_id = visitor;
    ask.locale = ask.locale || document.documentElement.lang;
    ask.session = ask.session || keep('seen') || [];
    return send('/api/v1/recommendations', ask);
  }
  function put(tag, className, parent, text) {
    var node = document.createElement(tag);
    node.className = className;
    if (text) node.textContent = text;
    return parent.appendChild(node);
  }
  function show(place, answer) {
    place.textContent = '';
    answer.items.forEach(function (item) {
      var card = put('a', 'fn-item', place);
      if (/^https?:/.test(item.url)) card.href = item.url;
      if (/^https?:/.test(item.image_url)) { var image = put('img', 'fn-image', card); image.src = item.image_url; image.alt = ''; }
      put('span', 'fn-title', card, item.title);
      put('span', 'fn-reason', card, item.reason.text);
      card.addEventListener('click', function () {
        track('Product Clicked', { product_id: item.product_id, placement: answer.placement, change_id: answer.change, arm: answer.arm });
      });
    });
  }
  function fill(place) {
    var data = place.dataset, ask = { placement: data.fortnight, limit: +data.items || 0, cart: list(set.cart) };
    if (set.product) ask.product = set.product;
    recommend(ask).then(function (answer) { show(place, answer); }).catch(function () {});
  }
  function start() {
    document.querySelectorAll('[data-fortnight]').forEach(fill);
    if (set.product && !set.quiet) {
      var seen = (keep('seen') || []).filter(function (id) { return id !== set.product; });
      keep('seen', seen.concat(set.product).slice(-20));
      track('Product Viewed', { product_id: set.product }).catch(function () {});
    }
  }
  window.fortnight = { recommend: recommend, track: track };
  document.readyState === 'loading' ? document.addEventListener('DOMContentLoaded', start) : start();
})();
