// The state of the page and those who look at it. One store a page, made in app.js.
import { useEffect, useReducer, useRef } from 'preact/hooks';

export function createStore(initial) {
  let state = initial;
  const listeners = new Set();
  const get = () => state;
  // Takes a patch, or a function from the state to the next one.
  const set = (change) => {
    const next = typeof change === 'function' ? change(state) : { ...state, ...change };
    if (next === state) return;
    state = next;
    for (const listener of [...listeners]) listener();
  };
  const subscribe = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return { get, set, subscribe };
}

// The state as a hook. The component is drawn again when the value that `select` returns is another one.
export function useSelect(store, select) {
  const [, redraw] = useReducer((count) => count + 1, 0);
  const latest = useRef();
  const value = select(store.get());
  latest.current = { select, value };
  useEffect(() => {
    const look = () => {
      if (!Object.is(latest.current.select(store.get()), latest.current.value)) redraw();
    };
    look();
    return store.subscribe(look);
  }, [store]);
  return value;
}
