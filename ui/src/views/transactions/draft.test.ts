import { beforeEach, describe, expect, it } from 'vitest';
import { memoryBackend, setBackend } from '$lib/backend';
import { Draft } from './draft.svelte';

interface Values {
  text: string;
  day: string;
}

let shut: number;
let made: number;
const open = () =>
  new Draft<Values>({
    key: 'test',
    book: 'b',
    fresh: () => {
      made += 1;
      return { text: '', day: `day ${made}` };
    },
    shut: () => (shut += 1),
  });

describe('a form with a draft', () => {
  beforeEach(() => {
    const stored = new Map<string, string>();
    [shut, made] = [0, 0];
    setBackend(
      memoryBackend({
        handlers: {
          settings_get: ({ key }) => stored.get(key) ?? null,
          settings_set: ({ key, value }) => {
            stored.set(key, value);
            return null;
          },
        },
      }),
    );
  });

  it('goes at once while nothing was typed, and asks otherwise', () => {
    const draft = open();
    expect(draft.close()).toBe(true);
    expect(shut).toBe(1);
    draft.changed();
    expect(draft.close()).toBe(false);
    expect(draft.leaving).toBe(true);
    // Asked already: pressing again decides nothing.
    expect(draft.close()).toBe(false);
    expect(shut).toBe(1);
  });

  it('is offered again when it was kept, until somebody starts afresh', async () => {
    const draft = open();
    draft.form.values.text = 'half of it';
    draft.changed();
    draft.close();
    draft.keep();
    expect(draft).toMatchObject({ leaving: false });
    expect(shut).toBe(1);

    const next = open();
    next.restart();
    await next.restore();
    expect(next).toMatchObject({ restored: true, typed: true });
    expect(next.form.values.text).toBe('half of it');
    await next.startFresh();
    expect(next).toMatchObject({ restored: false, typed: false });
    expect(next.form.values.text).toBe('');

    const last = open();
    await last.restore();
    expect(last.restored).toBe(false);
  });

  it('is gone when it was discarded', async () => {
    const draft = open();
    draft.form.values.text = 'half of it';
    draft.changed();
    await draft.form.saveDraft();
    draft.close();
    await draft.discard();
    expect(draft.leaving).toBe(false);
    expect(shut).toBe(1);
    const next = open();
    await next.restore();
    expect(next.restored).toBe(false);
  });

  it('keeps of the one before what it is told, and everything else is new', () => {
    const draft = open();
    draft.form.values.text = 'kept';
    draft.changed();
    const { text } = draft.form.values;
    draft.restart({ text });
    expect(draft.form.values).toEqual({ text: 'kept', day: 'day 2' });
    expect(draft.typed).toBe(false);
  });
});
