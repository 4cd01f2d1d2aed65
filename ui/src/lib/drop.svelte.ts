import { onDestroy } from 'svelte';
import { backend } from './backend';

export interface DropHandler {
  /** What happens to the files: "Import into Merrion Operating". */
  label: string;
  take: (paths: string[]) => void;
}

class Drops {
  over = $state(false);
  handlers: readonly DropHandler[] = $state.raw([]);

  get current(): DropHandler | undefined {
    return this.handlers.at(-1);
  }
}

export const drops = new Drops();
/** Outside reactive state: a teardown would read the list of before, and lose the taker that has just come. */
const takers: DropHandler[] = [];

/** Takes files dropped on the window for as long as the calling component lives; the newest taker wins. */
export function onFiles(take: (paths: string[]) => void, label: string | (() => string)): void {
  const handler: DropHandler = {
    take,
    get label() {
      return typeof label === 'string' ? label : label();
    },
  };
  takers.push(handler);
  drops.handlers = [...takers];
  onDestroy(() => {
    takers.splice(takers.indexOf(handler), 1);
    drops.handlers = [...takers];
  });
}

/** Called once by the shell. */
export function listenForDrops(): () => void {
  return backend.subscribe('files-dropped', ({ kind, paths }) => {
    drops.over = (kind === 'enter' || kind === 'over') && drops.handlers.length > 0;
    if (kind === 'drop' && paths.length) drops.current?.take(paths);
  });
}
