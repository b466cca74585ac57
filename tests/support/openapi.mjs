// Holds real answers against static/openapi.json: an undocumented path, status or shape is an error.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { repository } from './server.mjs';

export const document = JSON.parse(readFileSync(join(repository, 'static/openapi.json'), 'utf8'));

const ajv = new Ajv2020.default({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'openapi', true);

const compiled = new Map();
const escaped = (part) => part.replaceAll('~', '~0').replaceAll('/', '~1');

export function validator(...pointer) {
  const reference = `openapi#/${pointer.map(escaped).map(encodeURIComponent).join('/')}`;
  if (!compiled.has(reference)) compiled.set(reference, ajv.compile({ $ref: reference }));
  return compiled.get(reference);
}

function check(validate, value, what) {
  if (validate(value)) return value;
  const errors = validate.errors.map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`);
  throw new Error(`${what} is not as documented:\n  ${errors.join('\n  ')}\n${JSON.stringify(value, null, 2)}`);
}

// For what comes over STOMP in the same shapes, such as 'Event', 'Room' and 'Problem'.
export const checkShape = (name, value) => check(validator('components', 'schemas', name), value, name);

const routes = Object.entries(document.paths).map(([template, item]) => {
  const prefix = (item.servers ?? document.servers)[0].url.replace(/\/$/, '');
  const pattern = template.split(/\{\w+\}/).map((text) => text.replace(/[.]/g, '\\$&')).join('[^/]+');
  return { template, item, literal: !template.includes('{'), pattern: new RegExp(`^${prefix}${pattern}$`) };
});

// Literal segments win over parameters: /sessions/current before /sessions/{sessionId}.
export function operationFor(method, pathname) {
  const matches = routes.filter(({ pattern, item }) => pattern.test(pathname) && item[method.toLowerCase()]);
  matches.sort((a, b) => a.template.split('{').length - b.template.split('{').length);
  if (matches.length === 0) throw new Error(`${method} ${pathname} is not documented`);
  return matches[0];
}

export function checkAnswer(method, pathname, { status, headers, body, text }) {
  const { template, item } = operationFor(method, pathname);
  const what = `${method} ${template} ${status}`;
  const verb = method.toLowerCase();
  const documented = item[verb].responses[status];
  if (!documented) throw new Error(`${what} is not documented: ${text}`);
  const pointer = documented.$ref
    ? documented.$ref.slice(2).split('/')
    : ['paths', template, verb, 'responses', String(status)];
  const response = pointer.reduce((node, part) => node[part], document);
  for (const name of Object.keys(response.headers ?? {})) {
    if (headers[name.toLowerCase()] === undefined) throw new Error(`${what} has no header ${name}`);
  }
  if (!response.content) {
    if (text !== '') throw new Error(`${what} has a body: ${text}`);
    return;
  }
  const [type] = Object.keys(response.content);
  const given = (headers['content-type'] ?? '').split(';')[0].trim();
  if (given !== type) throw new Error(`${what} is ${given}, not ${type}`);
  check(validator(...pointer, 'content', type, 'schema'), body, what);
  if (type === 'application/problem+json' && body.requestId !== headers['x-request-id']) {
    throw new Error(`${what}: requestId ${body.requestId} is not X-Request-Id ${headers['x-request-id']}`);
  }
}
