import { describe, expect, it } from 'vitest';
import { againProblem, NewPassphrase, passphraseProblem } from './passphrase.svelte';

describe('a new passphrase', () => {
  it('has at least 8 letters, counted as the book counts them', () => {
    expect(passphraseProblem('')).toBe('Enter a passphrase.');
    expect(passphraseProblem('harbour')).toContain('at least 8 letters');
    expect(passphraseProblem('harbours')).toBeUndefined();
    // A letter and its accent are one letter, a sign outside the basic plane too; a space is a letter.
    expect(passphraseProblem('e\u0301'.repeat(7))).toContain('at least 8 letters');
    expect(passphraseProblem('\u{1F511}'.repeat(7))).toContain('at least 8 letters');
    expect(passphraseProblem('\u{1F511}'.repeat(8))).toBeUndefined();
    expect(passphraseProblem('a b c d ')).toBeUndefined();
    expect(passphraseProblem(' '.repeat(12))).toContain('at least 8 letters');
  });

  it('is typed twice, however a keyboard composes it', () => {
    expect(againProblem('harbour light', '')).toBe('Enter the same passphrase again.');
    expect(againProblem('harbour light', 'Harbour light')).toBe('The two are not the same.');
    expect(againProblem('harbour light', 'harbour light ')).toBe('The two are not the same.');
    expect(againProblem('caf\u00e9 light', 'cafe\u0301 light')).toBeUndefined();
  });

  it('is wrong of a field that was left with something in it, and of each once all was tried', () => {
    const typed = new NewPassphrase();
    typed.leave('again');
    expect([typed.error('passphrase'), typed.error('again')]).toEqual([undefined, undefined]);
    typed.passphrase = 'short';
    expect(typed.error('passphrase')).toBeUndefined();
    typed.leave('passphrase');
    expect(typed.error('passphrase')).toContain('at least 8 letters');
    expect(typed.check()).toBe(false);
    expect(typed.error('again')).toContain('again');
    typed.passphrase = 'harbour light';
    typed.again = 'harbour lights';
    expect(typed.problem).toBe('The two are not the same.');
    typed.again = 'harbour light';
    expect(typed.check()).toBe(true);
  });

  it('goes with the dialog', () => {
    const typed = new NewPassphrase();
    typed.passphrase = typed.again = 'harbour light';
    typed.remember = typed.shown = true;
    typed.check();
    typed.clear();
    expect([typed.passphrase, typed.again, typed.remember, typed.shown]).toEqual(['', '', false, false]);
    expect(typed.error('passphrase')).toBeUndefined();
  });
});
