// Hands the parts that app.js has put together to every component.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { useSelect } from './store.js';

export const AppContext = createContext(undefined);

export function useApp() {
  return useContext(AppContext);
}

// A value of the state; the component follows it.
export function useStore(select) {
  return useSelect(useApp().store, select);
}
