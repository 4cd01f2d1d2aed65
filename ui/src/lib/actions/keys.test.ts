import { describe, expect, it } from 'vitest';
import { comboOf, isTyping, type KeyLike, keyCaps, normaliseKey } from './keys';
import { rank } from './sources';

const press = (key: string, mods: Partial<KeyLike> = {}): string =>
  comboOf({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...mods });

describe('keys', () => {
  it('names what was pressed as the table writes it', () => {
    expect(press('a')).toBe(normaliseKey('A'));
    expect(press('R', { shiftKey: true })).toBe(normaliseKey('Shift+R'));
    expect(press('?', { shiftKey: true })).toBe(normaliseKey('?'));
    expect(press('L', { ctrlKey: true, shiftKey: true })).toBe(normaliseKey('Shift+Ctrl+L'));
    expect(press('ArrowLeft', { altKey: true })).toBe(normaliseKey('Alt+Left'));
    expect(press('Enter', { ctrlKey: true, shiftKey: true })).toBe(normaliseKey('Ctrl+Shift+Enter'));
    expect(press('+', { ctrlKey: true, shiftKey: true })).toBe(normaliseKey('Ctrl+Plus'));
    expect(press('!', { shiftKey: true })).toBe('!');
    expect(press(' ')).toBe('Space');
  });

  it('prints caps', () => {
    expect(keyCaps('Ctrl+Shift+K')).toEqual(['Ctrl', 'Shift', 'K']);
    expect(keyCaps('g o')).toEqual(['G', 'O']);
  });

  it('knows what would type', () => {
    expect(isTyping('a')).toBe(true);
    expect(isTyping('Shift+r')).toBe(true);
    expect(isTyping('Ctrl+k')).toBe(false);
    expect(isTyping('F6')).toBe(false);
  });

  it('ranks exact before prefix before inside', () => {
    const order = ['PAY-7741', 'PAY-7741-2', 'Pays PAY-7741', 'xPAY-7741'].map(
      (text) => rank(text, 'pay-7741') ?? -1,
    );
    expect(order).toEqual([...order].sort((a, b) => b - a));
    expect(rank('Merrion', 'zz')).toBeNull();
  });
});
