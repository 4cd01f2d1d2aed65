import { describe, expect, it } from 'vitest';
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
