// Every wait in the tests has a deadline, and says what it waited for when it passes.
import { setImmediate as turn } from 'node:timers/promises';

export const patience = 10_000;

export async function within(promise, ms, what) {
  let timer;
  const passed = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, passed]);
  } finally {
    clearTimeout(timer);
  }
}

// Asks again until the probe answers something true. A probe that goes over the wire paces itself; to others what comes is shown between.
export async function eventually(probe, what, ms = patience) {
  const end = Date.now() + ms;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await turn();
  }
}
