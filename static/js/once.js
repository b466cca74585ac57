// Work that is done once at a time for each name. Whoever asks while it is under way has it done once more afterwards,
// however many they are, and waits for that as well.
export function onceAtATime(work) {
  const running = new Map();

  async function repeat(name, turn) {
    try {
      do {
        turn.again = false;
        await work(name);
      } while (turn.again);
    } finally {
      running.delete(name);
    }
  }

  return (name) => {
    const present = running.get(name);
    if (present) {
      present.again = true;
      return present.done;
    }
    const turn = { again: false };
    running.set(name, turn);
    turn.done = repeat(name, turn);
    return turn.done;
  };
}
