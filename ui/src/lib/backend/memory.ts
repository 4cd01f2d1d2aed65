import { type Backend, BackendError, Channel } from './backend';
import type { Command, Commands, EventName, Events } from './commands';

type Handlers = {
  [C in Command]?: (args: Commands[C]['args']) => Commands[C]['result'] | Promise<Commands[C]['result']>;
};

/** A backend made of functions, for tests and the parts gallery. */
export function memoryBackend(
  options: { handlers?: Handlers } = {},
): Backend & { emit<E extends EventName>(event: E, payload: Events[E]): void } {
  const listeners = new Map<string, Set<(payload: never) => void>>();
  return {
    async call<C extends Command>(command: C, args: Commands[C]['args']): Promise<Commands[C]['result']> {
      const handler = options.handlers?.[command];
      if (!handler)
        throw new BackendError({ code: 'NO_SUCH_COMMAND', message: `No handler for ${command}.` });
      try {
        return await handler(args);
      } catch (error) {
        throw BackendError.from(error);
      }
    },
    subscribe(event, listener) {
      const set = listeners.get(event) ?? new Set();
      listeners.set(event, set.add(listener as (payload: never) => void));
      return () => set.delete(listener as (payload: never) => void);
    },
    emit(event, payload) {
      for (const listener of listeners.get(event) ?? []) listener(payload as never);
    },
    channel: (onmessage) => new Channel(onmessage),
    window: null,
  };
}
