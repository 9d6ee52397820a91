// A customer, wherever one is spoken of.
import { h } from './dom.js';
import { shortId } from './format.js';

export function customerLink(id) {
  return h('a', { href: `#/customers/${id}`, title: id, class: 'customer' },
    h('span', { class: 'unseen' }, 'Customer '), shortId(id));
}
