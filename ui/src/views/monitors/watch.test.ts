import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryBackend, setBackend } from '$lib/backend';
import type { MonitorAlert } from '$lib/backend/types/MonitorAlert';
import type { MonitorRow } from '$lib/backend/types/MonitorRow';
import { watchMonitors } from './watch';

let monitors: number;
let alerts: MonitorAlert[];
let asked: number;
let holding: number;
let told: string[][];
let firing: number[];
let memory: ReturnType<typeof memoryBackend>;
let stop: () => void;

const fires = (transaction_id: string) =>
  (alerts = [{ monitor_id: 'm', at: transaction_id, transaction_id } as MonitorAlert, ...alerts]);
const settle = () => vi.advanceTimersByTimeAsync(1000);

async function begin(): Promise<void> {
  stop = watchMonitors({
    tell: (fresh) => told.push(fresh.map((alert) => alert.transaction_id)),
    firing: (count) => firing.push(count),
  });
  await settle();
}

describe('monitors while a book is open', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    [monitors, alerts, asked, told, holding, firing] = [1, [], 0, [], 0, []];
    memory = memoryBackend({
      handlers: {
        monitors_list: () =>
          Array.from({ length: monitors }, (_, at) => ({ holds: at < holding }) as MonitorRow),
        monitor_alerts: () => {
          asked += 1;
          return alerts;
        },
      },
    });
    setBackend(memory);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('say each alert once, and none of before', async () => {
    fires('old');
    await begin();
    expect(told).toEqual([]);
    fires('new');
    memory.emit('changed', { topics: ['transactions', 'balances'] });
    memory.emit('changed', { topics: ['balances'] });
    await settle();
    expect(told).toEqual([['new']]);
    memory.emit('changed', { topics: ['transactions'] });
    await settle();
    expect(told).toHaveLength(1);
    fires('a');
    fires('b');
    memory.emit('changed', { topics: ['balances'] });
    await settle();
    expect(told.at(-1)).toEqual(['b', 'a']);
  });

  it('are asked after a change and never by themselves, once for several notices', async () => {
    await begin();
    const before = asked;
    await vi.advanceTimersByTimeAsync(3_600_000);
    memory.emit('changed', { topics: ['rules', 'jobs'] });
    await settle();
    expect(asked).toBe(before);
    for (let n = 0; n < 5; n += 1) memory.emit('changed', { topics: ['transactions'] });
    await settle();
    expect(asked).toBe(before + 1);
  });

  it('are not asked where nothing is watched, until something is', async () => {
    monitors = 0;
    await begin();
    const before = asked;
    memory.emit('changed', { topics: ['transactions'] });
    await settle();
    expect(asked).toBe(before);
    monitors = 1;
    memory.emit('changed', { topics: ['monitors'] });
    await settle();
    fires('first');
    memory.emit('changed', { topics: ['transactions'] });
    await settle();
    expect(told).toEqual([['first']]);
  });

  it('are counted while they fire, anew after every change', async () => {
    [monitors, holding] = [3, 2];
    await begin();
    expect(firing.at(-1)).toBe(2);
    holding = 0;
    memory.emit('changed', { topics: ['balances'] });
    await settle();
    expect(firing.at(-1)).toBe(0);
    // One of them is deleted, and another one changed so that it holds.
    [monitors, holding] = [2, 1];
    memory.emit('changed', { topics: ['monitors'] });
    await settle();
    expect(firing.at(-1)).toBe(1);
    const before = firing.length;
    memory.emit('changed', { topics: ['balances'] });
    stop();
    await settle();
    expect(firing).toHaveLength(before);
  });

  it('are silent once the book is closed', async () => {
    await begin();
    fires('late');
    memory.emit('changed', { topics: ['transactions'] });
    stop();
    await settle();
    expect(told).toEqual([]);
  });

  it('say it later when it could not be read', async () => {
    await begin();
    const problem = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    fires('kept');
    setBackend(memoryBackend());
    memory.emit('changed', { topics: ['transactions'] });
    await settle();
    expect(problem).toHaveBeenCalled();
    setBackend(memory);
    memory.emit('changed', { topics: ['transactions'] });
    await settle();
    expect(told).toEqual([['kept']]);
    problem.mockRestore();
  });
});
