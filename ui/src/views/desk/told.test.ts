import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addHandlers, defineActions } from '$lib/actions';
import { whyNot } from './told';

const press = (key: string, change: Partial<KeyboardEvent> = {}) =>
  whyNot({ key, ctrlKey: false, altKey: false, shiftKey: false, ...change } as KeyboardEvent, 'bench');

describe('a key that did nothing', () => {
  let able: true | string = true;
  let stop = (): void => {};
  beforeEach(() => {
    defineActions([
      { id: 'bench.difference', label: 'Post difference', keys: ['w'], where: 'bench' },
      { id: 'bench.clear', label: 'Back', keys: ['Esc'], where: 'bench', palette: false },
      { id: 'bench.unbound', label: 'Nothing', keys: ['y'], where: 'bench' },
    ]);
    const enabled = () => able;
    stop = addHandlers({
      'bench.difference': { run: () => {}, enabled },
      'bench.clear': { run: () => {}, enabled },
    });
    able = 'Choose the entries first, with Space';
  });
  afterEach(() => stop());

  it('says why', () => {
    expect(press('w')).toBe('Choose the entries first, with Space');
  });

  it('says nothing where it was used, held down, or possible', () => {
    expect(press('w', { defaultPrevented: true })).toBeNull();
    expect(press('w', { repeat: true })).toBeNull();
    able = true;
    expect(press('w')).toBeNull();
  });

  it('says nothing of keys that move about, or mean nothing here', () => {
    expect([press('Escape'), press('y'), press('q')]).toEqual([null, null, null]);
  });
});
