import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { memoryBackend, setBackend } from '$lib/backend';
import type { WebhookRow } from '$lib/backend/types/WebhookRow';
import { watchWebhooks } from './failing';

let rows: Partial<WebhookRow>[];
let asked: number;
let told: number[];
let memory: ReturnType<typeof memoryBackend>;
let stop = () => {};
const settle = () => vi.advanceTimersByTimeAsync(1000);
const BROKEN = { state: 'on', dead: 0, last_error: 'No answer came in time.' };

describe('webhooks while a book is open', () => {
  beforeEach(async () => {
    vi.useFakeTimers();
    [rows, asked, told] = [[BROKEN, { state: 'on', dead: 0, last_error: null }], 0, []];
    memory = memoryBackend({
      handlers: {
        webhooks_list: () => {
          asked += 1;
          return rows as WebhookRow[];
        },
      },
    });
    setBackend(memory);
    stop = watchWebhooks((n) => told.push(n));
    await settle();
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('are counted where they do not get through, anew after changes of theirs and once for several', async () => {
    expect(told).toEqual([1]);
    memory.emit('changed', { topics: ['transactions'] });
    await settle();
    expect(asked).toBe(1);
    rows = [BROKEN, { state: 'on', dead: 3, last_error: null }, { state: 'off', dead: 1, last_error: 'x' }];
    for (let n = 0; n < 4; n += 1) memory.emit('changed', { topics: ['webhooks'] });
    await settle();
    expect(asked).toBe(2);
    expect(told).toEqual([1, 2]);
  });

  it('are silent once the book is closed', async () => {
    const problem = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    memory.emit('changed', { topics: ['webhooks'] });
    stop();
    setBackend(memoryBackend());
    await settle();
    expect(told).toEqual([1]);
    expect(problem).not.toHaveBeenCalled();
    problem.mockRestore();
  });
});
