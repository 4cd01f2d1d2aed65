import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { router } from '../../app/router.svelte';
import { toasts } from './toasts.svelte';

const shown = (): string[] => toasts.list.map((toast) => toast.text);

describe('a failure that is told', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    for (const { id } of toasts.list) toasts.close(id);
    vi.useRealTimers();
  });

  it('goes after twenty seconds, other messages before', () => {
    toasts.fail('The disk is full.');
    toasts.show({ text: 'Posted PAY-7741' });
    vi.advanceTimersByTime(6000);
    expect(shown()).toEqual(['The disk is full.']);
    vi.advanceTimersByTime(14_000);
    expect(shown()).toEqual([]);
  });

  it('stays while somebody is at it', () => {
    const id = toasts.fail('The disk is full.');
    toasts.pause(id);
    vi.advanceTimersByTime(60_000);
    expect(shown()).toHaveLength(1);
    toasts.resume(id);
    vi.advanceTimersByTime(20_000);
    expect(shown()).toEqual([]);
  });

  it('goes with its view; what is told on arrival stays', () => {
    toasts.fail('The disk is full.');
    toasts.show({ text: 'Posted PAY-7741' });
    router.go('approvals');
    toasts.fail('The book was closed.');
    toasts.arrive(router.entry.id);
    expect(shown()).toEqual(['Posted PAY-7741', 'The book was closed.']);
  });

  it('gives way to other failures only', () => {
    toasts.fail('1');
    toasts.fail('2');
    toasts.show({ text: 'a' });
    toasts.show({ text: 'b' });
    expect(shown()).toEqual(['1', '2', 'b']);
  });
});
