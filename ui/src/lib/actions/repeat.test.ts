import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { addHandlers, defineActions, dispatchKey, lookFirst } from './actions.svelte';

class Part {
  constructor(private readonly is: '' | 'button' | 'list' = '') {}
  isContentEditable = false;
  closest = (css: string): Part | null =>
    (this.is === 'button' && css.startsWith('button')) ||
    (this.is === 'list' && css.includes('[aria-haspopup="listbox"]'))
      ? this
      : null;
}

/** A key as the window gets it, and whether the window kept it from doing anything else. */
function press(key: string, repeat: boolean, target = new Part()) {
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

/** Whether a menu, a list or a popover is open. */
let layer = false;

describe('a key that is held down', () => {
  const approve = vi.fn();
  let stop = (): void => {};
  // One clock for all: what was decided a moment ago in one test is long past in the next.
  beforeAll(() => {
    vi.useFakeTimers();
  });
  afterAll(() => {
    vi.useRealTimers();
  });
  beforeEach(() => {
    vi.advanceTimersByTime(60_000);
    for (const name of ['HTMLElement', 'HTMLInputElement', 'HTMLTextAreaElement', 'HTMLSelectElement'])
      vi.stubGlobal(name, name === 'HTMLElement' ? Part : class {});
    vi.stubGlobal('document', { querySelector: () => (layer ? {} : null) });
    layer = false;
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
    expect(press('Enter', false, new Part('button'))).toBe(false);
    expect(press('Enter', true, new Part('button'))).toBe(true);
  });

  it('decides once when it is pressed twice in a moment', () => {
    defineActions([{ id: 'test.decide', label: 'Decide', keys: ['D'], where: 'everywhere', decides: true }]);
    const decide = vi.fn();
    const undo = addHandlers({ 'test.decide': { run: decide } });
    expect([press('d', false), press('d', false)]).toEqual([true, true]);
    expect(decide).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(600);
    press('d', false);
    expect(decide).toHaveBeenCalledTimes(2);
    undo();
  });

  it('does not decide on what has come up this moment', () => {
    lookFirst('test.approve');
    expect(press('a', false)).toBe(true);
    expect(approve).not.toHaveBeenCalled();
    vi.advanceTimersByTime(600);
    expect([press('a', false), press('a', false)]).toEqual([true, true]);
    expect(approve).toHaveBeenCalledTimes(2);
  });

  it('sleeps under a menu, a list or a popover', () => {
    layer = true;
    expect(press('a', false)).toBe(false);
    expect(approve).not.toHaveBeenCalled();
    layer = false;
    press('a', false);
    expect(approve).toHaveBeenCalledTimes(1);
  });

  it('chooses by its letter in a closed drop-down list, and does nothing else', () => {
    expect(press('a', false, new Part('list'))).toBe(false);
    expect(approve).not.toHaveBeenCalled();
  });

  it('leaves other keys to the page', () => {
    expect(press('b', true)).toBe(false);
    expect(approve).not.toHaveBeenCalled();
  });
});
