// Several servers on one database, with or without a Redis that they share: as their bus and for their cache.
import { Client } from './api.mjs';
import { Postgres } from './postgres.mjs';
import { Redis } from './redis.mjs';
import { startServer } from './server.mjs';

export class Nodes {
  all = [];

  // `count` nodes; `env` is for each of them, and what `envOf` answers for the one it is asked about.
  static async start(count, { bus = true, env = {}, envOf = () => ({}) } = {}) {
    const nodes = new Nodes();
    nodes.postgres = await Postgres.start();
    await nodes.postgres.createDatabase('madang');
    if (bus) nodes.redis = await Redis.start();
    nodes.env = { MADANG_STORAGE_URL: nodes.postgres.url('madang'), ...(bus && { MADANG_BUS_URLS: nodes.redis.url, MADANG_CACHE_URL: nodes.redis.url }), ...env };
    // One after the other: the first makes the schema.
    for (let i = 0; i < count; i += 1) nodes.all.push(await startServer({ env: { ...nodes.env, ...await envOf(i, nodes) } }));
    return nodes;
  }

  async stop() {
    await Promise.all(this.all.map((node) => node.stop()));
    await this.redis?.kill();
    await this.postgres.stop();
  }
}

// The same person with the same session, on another node: any of them takes any token. Over the person's own kept connections, because
// who asks until something shows asks a thousand times.
export function on(node, person) {
  const client = new Client(node.url, { agent: person.agent });
  return Object.assign(client, { username: person.username, password: person.password, token: person.token, refreshToken: person.refreshToken, user: person.user });
}

// Of what it has in Redis: its bus and its cache.
export async function state(node) {
  const { bus, cache } = await (await fetch(`${node.adminUrl}/readyz`)).json();
  return bus === 'ok' && cache === 'failing' ? cache : bus;
}

