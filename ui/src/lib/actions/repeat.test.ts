import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { addHandlers, defineActions, dispatchKey } from './actions.svelte';

class Part {
  constructor(private readonly button: boolean) {}
  isContentEditable = false;
  closest = (css: string): Part | null => (this.button && css.startsWith('button') ? this : null);
}

/** A key as the window gets it, and whether the window kept it from doing anything else. */
function press(key: string, repeat: boolean, target = new Part(false)) {
  const event = {
    key,
    repeat,
    target,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    isComposing: false,
    defaultPrevented: false,
    preventDefault: vi.fn(),
  };
  dispatchKey(event as unknown as KeyboardEvent);
  return event.preventDefault.mock.calls.length > 0;
}

describe('a key that is held down', () => {
  const approve = vi.fn();
  let stop = (): void => {};
  beforeEach(() => {
    for (const name of ['HTMLElement', 'HTMLInputElement', 'HTMLTextAreaElement', 'HTMLSelectElement'])
      vi.stubGlobal(name, name === 'HTMLElement' ? Part : class {});
    defineActions([{ id: 'test.approve', label: 'Approve', keys: ['A'], where: 'everywhere' }]);
    approve.mockClear();
    stop = addHandlers({ 'test.approve': { run: approve } });
  });
  afterEach(() => {
    stop();
    vi.unstubAllGlobals();
  });

  it('runs its action once', () => {
    expect(press('a', false)).toBe(true);
    expect([press('a', true), press('a', true)]).toEqual([true, true]);
    expect(approve).toHaveBeenCalledTimes(1);
    press('a', false);
    expect(approve).toHaveBeenCalledTimes(2);
  });

  it('presses the button that has the focus once', () => {
    expect(press('Enter', false, new Part(true))).toBe(false);
    expect(press('Enter', true, new Part(true))).toBe(true);
  });

  it('leaves other keys to the page', () => {
    expect(press('b', true)).toBe(false);
    expect(approve).not.toHaveBeenCalled();
  });
});
