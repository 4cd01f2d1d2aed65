import { invoke, Channel as TauriChannel } from '@tauri-apps/api/core';
import { type EventCallback, listen } from '@tauri-apps/api/event';
import { getCurrentWebview } from '@tauri-apps/api/webview';
import { getCurrentWindow } from '@tauri-apps/api/window';
import { type Backend, BackendError, Channel } from './backend';
import type { Command, Commands, EventName, Events } from './commands';

/** Channels may stand anywhere at the top level of the arguments. */
function encode(args: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(args).map(([name, value]) => {
      if (!(value instanceof Channel)) return [name, value];
      const channel = new TauriChannel<unknown>();
      channel.onmessage = value.onmessage;
      return [name, channel];
    }),
  );
}

/** `listen` answers later; a listener removed before that must still be removed. */
function later(subscribed: Promise<() => void>): () => void {
  let ended = false;
  let stop: (() => void) | undefined;
  subscribed.then(
    (unlisten) => {
      if (ended) unlisten();
      else stop = unlisten;
    },
    (error: unknown) => console.error('subscription failed', error),
  );
  return () => {
    ended = true;
    stop?.();
  };
}

function fileDrops(listener: (payload: Events['files-dropped']) => void): () => void {
  return later(
    getCurrentWebview().onDragDropEvent(({ payload }) => {
      listener({ kind: payload.type, paths: 'paths' in payload ? payload.paths : [] });
    }),
  );
}

export function tauriBackend(): Backend {
  const own = getCurrentWindow();
  const quietly = (work: Promise<void>) => work.catch((error: unknown) => console.error(error));
  return {
    async call<C extends Command>(command: C, args: Commands[C]['args']): Promise<Commands[C]['result']> {
      try {
        return await invoke<Commands[C]['result']>(command, encode(args as object));
      } catch (error) {
        throw BackendError.from(error);
      }
    },
    subscribe<E extends EventName>(event: E, listener: (payload: Events[E]) => void) {
      if (event === 'files-dropped') return fileDrops(listener as (payload: Events['files-dropped']) => void);
      const forward: EventCallback<Events[E]> = ({ payload }) => listener(payload);
      return later(listen<Events[E]>(event, forward));
    },
    channel: (onmessage) => new Channel(onmessage),
    window: {
      minimise: () => void quietly(own.minimize()),
      toggleMaximise: () => void quietly(own.toggleMaximize()),
      close: () => void quietly(own.close()),
      startDragging: () => void quietly(own.startDragging()),
    },
  };
}
