// Shows /openapi.json as a page. No framework, no inline script, no innerHTML:
// texts of the document are only ever put in as text.
'use strict';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

function element(tag, attributes, ...children) {
  const e = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) e.setAttribute(name, value);
  for (const child of children) if (child !== null && child !== undefined) e.append(child);
  return e;
}

function resolve(doc, node) {
  if (!node || !node.$ref) return node || {};
  return node.$ref.slice(2).split('/').reduce((at, key) => (at || {})[key], doc) || {};
}

// typeOf says a schema in one line.
function typeOf(doc, schema) {
  if (!schema) return '';
  if (schema.$ref) return schema.$ref.split('/').pop();
  if (schema.allOf) return schema.allOf.map((s) => typeOf(doc, s)).join(' & ') + (schema.nullable ? ' | null' : '');
  if (schema.type === 'array') return typeOf(doc, schema.items) + '[]';
  if (schema.enum) return schema.enum.join(' | ');
  if (schema.additionalProperties) return 'map of ' + typeOf(doc, schema.additionalProperties);
  return (schema.type || 'any') + (schema.format && schema.format !== 'enum' ? ' (' + schema.format + ')' : '') + (schema.nullable ? ' | null' : '');
}

function table(heads, rows) {
  const body = element('tbody');
  for (const row of rows) body.append(element('tr', {}, ...row.map((cell) => element('td', {}, cell))));
  const head = element('tr', {}, ...heads.map((h) => element('th', { scope: 'col' }, h)));
  return element('div', { class: 'table' }, element('table', {}, element('thead', {}, head), body));
}

// fields lists a schema and, below it, each schema that it mentions, once.
function fields(doc, schema, seen) {
  const out = element('div');
  const queue = [schema];
  while (queue.length) {
    const next = queue.shift();
    const name = next && next.$ref ? next.$ref.split('/').pop() : '';
    if (name && seen.has(name)) continue;
    if (name) seen.add(name);
    const node = resolve(doc, next);
    if (!node.properties) continue;
    const required = new Set(node.required || []);
    out.append(element('h3', {}, name || 'Body'));
    if (node.description) out.append(element('p', {}, node.description));
    out.append(table(['Field', 'Type', 'Always there', 'Meaning'], Object.entries(node.properties).map(([key, p]) => {
      for (const ref of [p, p.items, p.additionalProperties, ...(p.allOf || [])]) if (ref && ref.$ref) queue.push(ref);
      return [element('code', {}, key), typeOf(doc, p), required.has(key) ? 'yes' : '', p.description || ''];
    })));
  }
  return out;
}

function contentSchema(node) {
  const content = (node && node.content) || {};
  const kind = Object.keys(content)[0];
  return kind ? content[kind].schema : null;
}

function operation(doc, method, path, op) {
  const logins = (op.security || []).map((s) => Object.keys(s)[0]);
  const inner = element('div');
  if (op.description) inner.append(element('p', {}, op.description));
  inner.append(element('p', { class: 'facts' }, 'Permission: ' + (op['x-permission'] || '?') + ' · login: ' + (logins.join(' or ') || 'none')));
  const parameters = (op.parameters || []).map((p) => resolve(doc, p));
  if (parameters.length) {
    inner.append(element('h3', {}, 'Parameters'));
    inner.append(table(['Name', 'In', 'Type', 'Required', 'Meaning'], parameters.map((p) =>
      [element('code', {}, p.name), p.in, typeOf(doc, p.schema), p.required ? 'yes' : '', p.description || ''])));
  }
  const request = contentSchema(op.requestBody);
  const reply = contentSchema(resolve(doc, (op.responses || {})['200']));
  if (request) inner.append(element('h3', {}, 'Request: ' + typeOf(doc, request)), fields(doc, request, new Set()));
  if (reply) inner.append(element('h3', {}, 'Reply: ' + typeOf(doc, reply)), fields(doc, reply, new Set()));
  const title = element('summary', {}, element('span', { class: 'method' }, method.toUpperCase()), element('code', {}, path));
  const box = element('details', { id: op.operationId }, title, inner);
  box.dataset.text = [method, path, op.operationId, op['x-permission'], op.description].join(' ').toLowerCase();
  return box;
}

function show(doc) {
  document.getElementById('title').textContent = doc.info.title;
  document.getElementById('description').textContent = doc.info.description || '';
  const main = document.getElementById('operations');
  main.replaceChildren();
  const groups = new Map();
  for (const [path, methods] of Object.entries(doc.paths || {})) {
    for (const method of METHODS) {
      if (!methods[method]) continue;
      const tag = (methods[method].tags || ['Other'])[0];
      if (!groups.has(tag)) groups.set(tag, element('section', {}, element('h2', {}, tag)));
      groups.get(tag).append(operation(doc, method, path, methods[method]));
    }
  }
  for (const tag of [...groups.keys()].sort()) main.append(groups.get(tag));
  main.append(element('section', {}, element('h2', {}, 'Errors'), fields(doc, { $ref: '#/components/schemas/Error' }, new Set())));
  document.getElementById('filter').addEventListener('input', (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const box of main.querySelectorAll('details')) box.hidden = !box.dataset.text.includes(wanted);
    for (const group of main.querySelectorAll('section')) {
      const boxes = [...group.querySelectorAll('details')];
      group.hidden = boxes.length > 0 && boxes.every((box) => box.hidden);
    }
  });
  const asked = location.hash.slice(1) && document.getElementById(location.hash.slice(1));
  if (asked) { asked.open = true; asked.scrollIntoView(); }
}

fetch('/openapi.json')
  .then((answer) => (answer.ok ? answer.json() : Promise.reject(new Error('HTTP ' + answer.status))))
  .then(show)
  .catch((err) => {
    document.getElementById('operations').replaceChildren(element('p', { role: 'alert' },
      'The document could not be loaded (' + err.message + '). Reload the page, or open /openapi.yaml.'));
  });
