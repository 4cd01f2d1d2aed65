import type { Backend } from './backend';

export {
  type Backend,
  BackendError,
  Channel,
  type ErrorPayload,
  isBackendError,
  type WindowControls,
} from './backend';
export type { Command, Commands, EventName, Events } from './commands';
export { memoryBackend } from './memory';
export { everyPage, PAGE } from './pages';

let current: Backend | null = null;

/** Called once at start, before anything is mounted. */
export function setBackend(made: Backend): void {
  current = made;
}

function get(): Backend {
  if (!current) throw new Error('the backend is used before it is set');
  return current;
}

export const backend: Backend = {
  call: (command, args) => get().call(command, args),
  subscribe: (event, listener) => get().subscribe(event, listener),
  channel: (onmessage) => get().channel(onmessage),
  get window() {
    return get().window;
  },
};
