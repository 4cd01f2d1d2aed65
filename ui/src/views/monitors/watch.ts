import { backend } from '$lib/backend';
import type { MonitorAlert } from '$lib/backend/types/MonitorAlert';
import type { Topic } from '$lib/backend/types/Topic';
import '../common/commands';
import { alertKey } from './words';

const TOGETHER_MS = 120;
const MOVES_MONEY: readonly Topic[] = ['transactions', 'balances'];

interface Heard {
  /** Alerts that came while the book is open, each once. */
  tell: (alerts: MonitorAlert[]) => void;
  /** How many monitors are firing, after every look at them. */
  firing: (count: number) => void;
}

/**
 * Says what monitors tell while the book is open, and how many of them are firing. It asks only after something was
 * booked, and only where a balance is watched. Returns the function that ends it.
 */
export function watchMonitors({ tell, firing }: Heard): () => void {
  /** The alerts of before the book was opened, and those that were said already. Null until they were read. */
  let known: Set<string> | null = null;
  let watched = false;
  let ended = false;
  let busy = false;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function count(): Promise<void> {
    const monitors = await backend.call('monitors_list', {});
    watched = monitors.length > 0;
    if (!ended) firing(monitors.filter(({ holds }) => holds).length);
  }

  async function look(): Promise<void> {
    await count();
    if (!watched) return;
    const alerts = await backend.call('monitor_alerts', {});
    const before = known;
    known = new Set(alerts.map(alertKey));
    if (ended || !before) return;
    const fresh = alerts.filter((alert) => !before.has(alertKey(alert)));
    if (fresh.length) tell(fresh);
  }

  /** One at a time: what comes meanwhile is looked at once more. */
  async function run(work: () => Promise<void>): Promise<void> {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      await work();
    } catch (thrown) {
      // Nothing that the person did failed; the alerts stand in their list.
      console.error(thrown);
    } finally {
      busy = false;
    }
    if (!again || ended) return;
    again = false;
    await run(look);
  }

  void run(async () => {
    await count();
    known = new Set((await backend.call('monitor_alerts', {})).map(alertKey));
  });
  const stop = backend.subscribe('changed', ({ topics }) => {
    if (topics.includes('monitors')) void run(count);
    if (!topics.some((topic) => MOVES_MONEY.includes(topic))) return;
    clearTimeout(timer);
    // Several notices of one action are answered by one look.
    timer = setTimeout(() => watched && void run(look), TOGETHER_MS);
  });
  return () => {
    ended = true;
    clearTimeout(timer);
    stop();
  };
}
