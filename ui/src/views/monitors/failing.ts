import { backend } from '$lib/backend';
import '../common/commands';
import { failing } from './webhooks';

const TOGETHER_MS = 200;

/**
 * Says how many webhooks do not get through while the book is open, after every change of theirs. Returns the function
 * that ends it.
 */
export function watchWebhooks(tell: (failing: number) => void): () => void {
  let ended = false;
  let asked = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function look(): Promise<void> {
    asked += 1;
    const mine = asked;
    try {
      const rows = await backend.call('webhooks_list', {});
      if (!ended && mine === asked) tell(rows.filter(failing).length);
    } catch (thrown) {
      // Nothing that the person did failed; the list itself says what is wrong with it.
      if (!ended) console.error(thrown);
    }
  }

  void look();
  const stop = backend.subscribe('changed', ({ topics }) => {
    if (!topics.includes('webhooks')) return;
    clearTimeout(timer);
    // Several notices of one round are answered by one look.
    timer = setTimeout(() => void look(), TOGETHER_MS);
  });
  return () => {
    ended = true;
    clearTimeout(timer);
    stop();
  };
}
