import { describe, expect, it } from 'vitest';
import { memoryBackend, setBackend } from './backend';
import { FormState } from './forms.svelte';

describe('a form that learns later what it begins from', () => {
  const form = () => new FormState({ initial: { name: '', person: '' } });

  it('takes it up as no change of the person’s', () => {
    const one = form();
    one.startFrom({ person: 'Orla Keane' });
    expect(one.values.person).toBe('Orla Keane');
    expect(one.dirty).toBe(false);
    one.values.name = 'Harbour Light';
    one.reset();
    expect(one.values).toEqual({ name: '', person: 'Orla Keane' });
  });

  it('leaves what was typed', () => {
    const one = form();
    one.values.person = 'Niamh';
    one.startFrom({ person: 'Orla Keane' });
    expect(one.values.person).toBe('Niamh');
    expect(one.dirty).toBe(true);
  });
});

describe('a draft', () => {
  it('is kept with what was typed last when the form is left at once', async () => {
    const stored = new Map<string, string>();
    setBackend(
      memoryBackend({
        handlers: {
          settings_get: ({ key }: { key: string }) => stored.get(key) ?? null,
          settings_set: ({ key, value }: { key: string; value: string }) => {
            stored.set(key, value);
            return null;
          },
        },
      }),
    );
    const form = () => new FormState({ key: 'entry', initial: { amount: '' } });
    const left = form();
    left.values.amount = '80.50';
    left.keepDraft();
    await left.saveDraft();
    const again = form();
    expect(await again.restoreDraft()).toBe(true);
    expect(again.values.amount).toBe('80.50');
  });
});
