/** Key combinations as written in the action table: `a`, `Shift+R`, `Ctrl+Shift+K`, `g o`, `?`. */

const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform ?? '');

const NAMED: Record<string, string> = {
  ' ': 'Space',
  ArrowUp: 'Up',
  ArrowDown: 'Down',
  ArrowLeft: 'Left',
  ArrowRight: 'Right',
  Escape: 'Esc',
  '+': 'Plus',
};

const MODIFIERS = ['Ctrl', 'Alt', 'Shift'];

export type KeyLike = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** The combination an event stands for. Shift is named with letters and named keys, not with symbols such as `?`. */
export function comboOf(event: KeyLike): string {
  const named = NAMED[event.key];
  const isLetter = /^\p{L}$/u.test(event.key);
  const key = named ?? (isLetter ? event.key.toLowerCase() : event.key);
  const parts: string[] = [];
  if (isMac ? event.metaKey : event.ctrlKey) parts.push('Ctrl');
  if (event.altKey) parts.push('Alt');
  const shiftCounts = isLetter || (named !== undefined && named !== 'Plus') || event.key.length > 1;
  if (event.shiftKey && shiftCounts) parts.push('Shift');
  return [...parts, key].join('+');
}

/** One spelling: modifiers in order, single letters in lower case. */
export function normaliseKey(written: string): string {
  return written
    .split(' ')
    .map((stroke) => {
      const parts = stroke === '+' ? ['Plus'] : stroke.split('+');
      const key = parts.pop() ?? '';
      const modifiers = MODIFIERS.filter((name) => parts.includes(name));
      return [...modifiers, /^\p{L}$/u.test(key) ? key.toLowerCase() : key].join('+');
    })
    .join(' ');
}

/** Caps to print on a button: `Ctrl+Shift+K` is three, `g o` is two. */
export function keyCaps(written: string): string[] {
  return normaliseKey(written)
    .split(' ')
    .flatMap((stroke) => stroke.split('+'))
    .map((key) => {
      if (key === 'Ctrl' && isMac) return 'Cmd';
      if (key === 'Plus') return '+';
      if (key === 'Up') return '\u2191';
      if (key === 'Down') return '\u2193';
      return /^\p{L}$/u.test(key) ? key.toUpperCase() : key;
    });
}

/** Strokes that would type something: they sleep inside a field. */
export function isTyping(combo: string): boolean {
  const parts = combo.split('+');
  if (parts.includes('Ctrl') || parts.includes('Alt')) return false;
  const key = parts.at(-1) ?? '';
  return !/^(F\d{1,2}|Esc)$/.test(key);
}
