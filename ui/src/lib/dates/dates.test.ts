import { describe, expect, it } from 'vitest';
import { addMonths, dateKey, endOfMonth, isIso, readDate, shortMonth, weekdayName } from './index';

const today = '2026-11-19';
const read = (text: string) => readDate(text, today);

describe('dates', () => {
  it('reads the short forms', () => {
    expect(read('15').value).toBe('2026-11-15');
    expect(read('1511').value).toBe('2026-11-15');
    expect(read('151125').value).toBe('2025-11-15');
    expect(read('15/3').value).toBe('2026-03-15');
    expect(read('15.03.2024').value).toBe('2024-03-15');
    expect(read('2024-02-29').value).toBe('2024-02-29');
    expect(read('mon').value).toBe('2026-11-16');
    expect(read('thursday').value).toBe('2026-11-12');
  });

  it('refuses a day and a month that can change places', () => {
    const message = 'Write 2026-04-03 or 2026-03-04.';
    for (const typed of ['03/04/2026', '3/4', '3-4-26', '3 4'])
      expect(read(typed)).toMatchObject({
        ok: false,
        message: `“${typed}” can be read in two ways. ${message}`,
      });
    expect(read('03.04.2026').value).toBe('2026-04-03');
    expect(read('3.4.').value).toBe('2026-04-03');
    expect(read('2026-04-03').value).toBe('2026-04-03');
    expect(read('2026/4/3').value).toBe('2026-04-03');
    expect(read('0304').value).toBe('2026-04-03');
    expect(read('4/4').value).toBe('2026-04-04');
    expect(read('13/4').value).toBe('2026-04-13');
    expect(read('4/13/2026').ok).toBe(false);
  });

  it('refuses days that do not exist and says why', () => {
    expect(read('31/11/2026')).toMatchObject({ ok: false, message: 'November 2026 has 30 days.' });
    expect(read('2025-02-29').ok).toBe(false);
    expect(read('soon').ok).toBe(false);
    expect(isIso('2026-02-30')).toBe(false);
  });

  it('moves by key', () => {
    expect(dateKey('t', null, today)).toBe(today);
    expect(dateKey('+', '2026-12-31', today)).toBe('2027-01-01');
    expect(dateKey('-', '2026-03-01', today)).toBe('2026-02-28');
    expect(dateKey('PageDown', '2026-01-31', today)).toBe('2026-02-28');
    expect(dateKey('PageUp', '2026-01-15', today)).toBe('2025-12-15');
    expect(dateKey('[', today, today)).toBe('2026-11-01');
    expect(dateKey(']', '2024-02-03', today)).toBe('2024-02-29');
    expect(dateKey('q', today, today)).toBeNull();
    expect(addMonths('2026-11-30', -9)).toBe('2026-02-28');
    expect(endOfMonth('2100-02-01')).toBe('2100-02-28');
    expect(weekdayName(today)).toBe('Thu');
  });

  it('names a month with its year, in three letters', () => {
    expect(['2026-09-01', '2027-05-31'].map(shortMonth)).toEqual(['Sep 2026', 'May 2027']);
  });
});
