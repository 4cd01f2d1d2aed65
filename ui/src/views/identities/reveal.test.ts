import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Reveal, SHOWN_S } from './reveal.svelte';

describe('texts that are shown for a while', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const shown = () => {
    const reveal = new Reveal();
    reveal.show('idt_1', 3, { phone_number: '+353' });
    return reveal;
  };

  it('count down and are masked again', () => {
    const reveal = shown();
    expect(reveal.left).toBe(SHOWN_S);
    expect(reveal.of('idt_1')).toEqual({ phone_number: '+353' });
    vi.advanceTimersByTime(10_000);
    expect(reveal.left).toBe(SHOWN_S - 10);
    vi.advanceTimersByTime((SHOWN_S - 10) * 1000);
    expect([reveal.id, reveal.left]).toEqual([null, 0]);
    expect(reveal.of('idt_1')).toEqual({});
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are not shown longer where the computer slept', () => {
    const reveal = shown();
    vi.setSystemTime(Date.now() + 3_600_000);
    vi.advanceTimersByTime(300);
    expect(reveal.id).toBeNull();
  });

  it('begin again when they are asked for again', () => {
    const reveal = shown();
    vi.advanceTimersByTime(20_000);
    reveal.show('idt_1', 3, { street: '4 Quay' });
    vi.advanceTimersByTime(20_000);
    expect(reveal.left).toBe(SHOWN_S - 20);
    expect(reveal.of('idt_1')).toEqual({ street: '4 Quay' });
  });

  it('belong to one identity alone', () => {
    expect(shown().of('idt_2')).toEqual({});
  });

  it('go when somebody else is looked at, or what stands there changed', () => {
    for (const [id, version, stays] of [
      ['idt_1', 3, true],
      ['idt_1', null, true],
      ['idt_2', null, false],
      [null, null, false],
      ['idt_1', 4, false],
    ] as const) {
      const reveal = shown();
      reveal.follow(id, version);
      expect(reveal.id !== null, `${id} ${version}`).toBe(stays);
    }
  });

  it('go when they are to', () => {
    const reveal = shown();
    reveal.end();
    expect(reveal.of('idt_1')).toEqual({});
    expect(vi.getTimerCount()).toBe(0);
  });
});
