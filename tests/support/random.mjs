// Random choices that can be made again: MADANG_SEED repeats a run's. The order in which processes answer is not ours to repeat.
export function seeded(name) {
  const seed = Number(process.env.MADANG_SEED ?? Math.floor(Math.random() * 2 ** 32)) >>> 0;
  console.log(`# ${name}: MADANG_SEED=${seed}`);
  let state = seed;
  const next = () => {  // mulberry32
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, between: (least, most) => least + below(most - least + 1), pick: (list) => list[below(list.length)] };
}

export function shuffled(dice, list) {
  const deck = [...list];
  for (let i = deck.length - 1; i > 0; i -= 1) {
    const j = dice.below(i + 1);
    [deck[i], deck[j]] = [deck[j], deck[i]];
  }
  return deck;
}
