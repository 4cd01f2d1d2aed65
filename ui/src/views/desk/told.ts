import { actionState, allActions, comboOf, covered, keysOf, normaliseKey } from '$lib/actions';

const FIELDS = 'input, textarea, select, [contenteditable="true"], [role="menu"], [aria-haspopup="listbox"]';
const PRESSED = 'button, a, [role="button"], summary';

/**
 * Why the action of a key that did nothing cannot run now, or null. Its button says so where the pointer rests on it; a
 * key has nothing to rest on. Asked after the key was offered to every action.
 */
export function whyNot(event: KeyboardEvent, where: string): string | null {
  if (event.defaultPrevented || event.repeat || event.isComposing) return null;
  const stroke = comboOf(event);
  const action = allActions().find(
    (one) =>
      one.where === where &&
      one.palette !== false &&
      keysOf(one.id).some((key) => normaliseKey(key) === stroke),
  );
  if (!action) return null;
  const { bound, reason } = actionState(action.id);
  return bound ? reason : null;
}

/** Whether a key was meant for something else than the view: a field, a button, or what lies above. */
export function meantElsewhere({ target, key }: KeyboardEvent): boolean {
  if (covered() || document.querySelector('[data-dialog]')) return true;
  if (!(target instanceof Element)) return false;
  return (
    target.closest(FIELDS) !== null || (['Enter', ' '].includes(key) && target.closest(PRESSED) !== null)
  );
}
