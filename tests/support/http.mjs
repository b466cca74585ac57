// One HTTP exchange with full control over the headers (fetch decides some of them itself).
import http from 'node:http';
import { patience, within } from './deadline.mjs';

export function exchange(url, { method = 'GET', headers = {}, body, agent } = {}) {
  const answered = new Promise((done, failed) => {
    const request = http.request(url, { method, headers, agent }, (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', failed);
      response.on('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        done({ status: response.statusCode, headers: response.headers, text, body: parsed(response.headers, text) });
      });
    });
    request.on('error', failed);
    request.end(body);
  });
  return within(answered, patience * 3, `${method} ${url}`);
}

export const isJson = (type) => /^application\/(problem\+)?json\b/.test(type ?? '');

function parsed(headers, text) {
  return isJson(headers['content-type']) && text !== '' ? JSON.parse(text) : undefined;
}
