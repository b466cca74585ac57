// Runs one of the binary's commands to its end, beside a server or without one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { patience, within } from './deadline.mjs';
import { binary, environment } from './server.mjs';

export async function command(args, { dataDir, env = {}, input = '' } = {}) {
  const child = spawn(binary, args, { env: environment({ dataDir, env }), stdio: ['pipe', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (part) => { stdout += part; });
  child.stderr.on('data', (part) => { stderr += part; });
  child.stdin.on('error', () => {});  // not every command reads it
  child.stdin.end(input);
  const [code] = await within(once(child, 'close'), patience * 3, `madang ${args.join(' ')}`);
  return { code, stdout, stderr };
}
