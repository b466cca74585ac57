// One sample of /metrics, such as 'madang_hash_waiting' or 'madang_http_connections{listener="http"}'.
import { exchange } from './http.mjs';

export async function figure(server, sample) {
  const { text } = await exchange(`${server.adminUrl}/metrics`);
  const line = text.split('\n').find((one) => one.startsWith(`${sample} `));
  if (!line) throw new Error(`no sample ${sample}`);
  return Number(line.slice(sample.length + 1));
}
