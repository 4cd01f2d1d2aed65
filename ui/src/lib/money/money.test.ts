import { describe, expect, it } from 'vitest';
import {
  addMinor,
  cmpMinor,
  formatMinor,
  fractionPadding,
  MINUS,
  parseAmount,
  speakMoney,
  subMinor,
  sumByCurrency,
  toDecimal,
} from './index';

const en = { locale: 'en-IE' } as const;

describe('arithmetic', () => {
  it('is exact far beyond 2^53', () => {
    expect(addMinor('9007199254740993', '1')).toBe('9007199254740994');
    expect(subMinor(`1${'0'.repeat(40)}`, '1')).toBe('9'.repeat(40));
    expect(cmpMinor('-1', '0')).toBe(-1);
    expect(cmpMinor('10', '9')).toBe(1);
  });

  it('refuses what is no integer', () => {
    for (const bad of ['1.5', '', '1e3', ' 1', '0x10', '--1'])
      expect(() => addMinor(bad, '1')).toThrow(RangeError);
  });

  it('adds per currency and never mixes', () => {
    const sums = sumByCurrency([
      { minor: '100', exponent: 2, currency: 'EUR' },
      { minor: '5', exponent: 0, currency: 'JPY' },
      { minor: '-30', exponent: 2, currency: 'EUR' },
    ]);
    expect(sums).toEqual([
      { minor: '70', exponent: 2, currency: 'EUR', count: 2 },
      { minor: '5', exponent: 0, currency: 'JPY', count: 1 },
    ]);
    expect(() =>
      sumByCurrency([
        { minor: '1', exponent: 2, currency: 'EUR' },
        { minor: '1', exponent: 3, currency: 'EUR' },
      ]),
    ).toThrow(RangeError);
  });
});

describe('formatting', () => {
  it('writes plain decimals', () => {
    expect(toDecimal('-5', 2)).toBe('-0.05');
    expect(toDecimal('0', 3)).toBe('0.000');
    expect(toDecimal('1284000', 0)).toBe('1284000');
  });

  it('groups and signs', () => {
    expect(formatMinor('-138620', 2, en)).toBe(`${MINUS}1,386.20`);
    expect(formatMinor('-138620', 2, { ...en, negatives: 'parentheses' })).toBe('(1,386.20)');
    expect(formatMinor('37575750', 3, en)).toBe('37,575.750');
    expect(formatMinor('5', 2, { ...en, sign: 'always' })).toBe('+0.05');
    expect(formatMinor('-5', 2, { ...en, sign: 'none' })).toBe('0.05');
    expect(formatMinor('0', 2, { ...en, sign: 'always' })).toBe('0.00');
  });

  it('keeps every digit of 10^30 and more', () => {
    const minor = '1234567890123456789012345678901234567';
    expect(formatMinor(minor, 2, en).replace(/[^\d]/g, '')).toBe(minor);
    expect(formatMinor(`1${'0'.repeat(32)}`, 2, en)).toBe('1,000,000,000,000,000,000,000,000,000,000.00');
    expect(formatMinor('99999999999999999999999999999999999999', 2, en)).toBe(
      '999,999,999,999,999,999,999,999,999,999,999,999.99',
    );
  });

  it('pads to the widest exponent', () => {
    expect(fractionPadding(0, 3)).toBe('.000');
    expect(fractionPadding(2, 3)).toBe('0');
    expect(fractionPadding(2, 2)).toBe('');
  });

  it('speaks sign, currency and direction', () => {
    expect(speakMoney({ minor: '-136820', exponent: 2, currency: 'EUR' }, 'out', 'en-IE')).toBe(
      'minus 1,368.20 euro, out',
    );
    expect(speakMoney({ minor: '12', exponent: 0, currency: 'POINTS' }, undefined, 'en-IE')).toBe(
      '12 points',
    );
  });
});

describe('reading what people type', () => {
  const reads = (text: string, exponent: number, minor: string) =>
    expect(parseAmount(text, exponent), text).toMatchObject({ ok: true, minor });
  const refuses = (text: string, exponent: number, code: string) =>
    expect(parseAmount(text, exponent), text).toMatchObject({ ok: false, code });

  it('accepts both decimal marks and groups', () => {
    reads('1234.5', 2, '123450');
    reads('1,234.50', 2, '123450');
    reads('1.234,50', 2, '123450');
    reads('1234,5', 2, '123450');
    reads('1 234 567,89', 2, '123456789');
    reads("1'234.50", 2, '123450');
    reads('1.234.567', 2, '123456700');
    reads('12,34,567.00', 2, '123456700');
    reads('.5', 2, '50');
    reads('5.', 2, '500');
    reads('0', 2, '0');
  });

  it('lets the locale decide between a group and a fraction of three digits', () => {
    reads('1,234', 2, '123400');
    reads('1.284.000', 0, '1284000');
    reads('24,000,000', 0, '24000000');
    reads('0.120', 2, '12');
    reads('1.234', 3, '1234');
    refuses('1.234', 2, 'too-many-decimals');
    refuses('0.123', 2, 'too-many-decimals');
    expect(parseAmount('1.234', 2, { locale: 'de-DE' })).toMatchObject({ ok: true, minor: '123400' });
    expect(parseAmount('1,234', 3, { locale: 'de-DE' })).toMatchObject({ ok: true, minor: '1234' });
    expect(parseAmount('1,234', 2, { locale: 'de-DE' })).toMatchObject({
      ok: false,
      code: 'too-many-decimals',
    });
  });

  it('asks again where three is as likely as three thousand', () => {
    for (const text of ['3.000', '10.000', '-1.230', '1.230']) refuses(text, 2, 'ambiguous');
    refuses('3.000', 0, 'ambiguous');
    reads('3.000', 3, '3000');
    reads('0.100', 2, '10');
    reads('12.345.678', 2, '1234567800');
    expect(parseAmount('3,000', 2, { locale: 'de-DE' })).toMatchObject({
      ok: false,
      message: '“3,000” can be read in two ways. Write 3000 or 3,00.',
    });
    expect(parseAmount('3.000', 2, { locale: 'de-DE' })).toMatchObject({ ok: true, minor: '300000' });
  });

  it('accepts k and m exactly', () => {
    reads('12k', 2, '1200000');
    reads('1.5k', 0, '1500');
    reads('1.234k', 2, '123400');
    reads('2,5m', 2, '250000000');
    refuses('1.2345k', 0, 'too-many-decimals');
  });

  it('accepts every negative form', () => {
    for (const text of ['-5', '\u22125', '(5)', '5-', '- 5']) reads(text, 2, '-500');
    expect(parseAmount('-5', 2, { allowNegative: false })).toMatchObject({ ok: false, code: 'negative' });
    expect(parseAmount('0.00', 2, { allowZero: false })).toMatchObject({ ok: false, code: 'zero' });
  });

  it('calculates exactly', () => {
    reads('=1200*0.23', 2, '27600');
    reads('=0.1+0.2', 2, '30');
    reads('=(100-20)/4', 2, '2000');
    reads('=100/3*3', 2, '10000');
    reads('=1.163*1000', 0, '1163');
    reads('=-5+2', 2, '-300');
    reads('=19% * 200', 2, '3800');
    reads(`=1${'0'.repeat(30)}+0.01`, 2, `1${'0'.repeat(30)}01`);
    refuses('=100/3', 2, 'too-many-decimals');
    refuses('=1/0', 2, 'division-by-zero');
    refuses('=1+', 2, 'not-a-number');
    refuses('=(1+2', 2, 'not-a-number');
    refuses('=1)', 2, 'not-a-number');
  });

  it('never rounds', () => {
    refuses('1.0051', 0, 'too-many-decimals');
    refuses('10.999', 2, 'too-many-decimals');
  });

  it('names the letter in a bad number', () => {
    const bad = parseAmount('2.2O4,18', 2);
    expect(bad).toMatchObject({ ok: false, code: 'not-a-number' });
    expect(bad.ok ? '' : bad.message).toContain('“O” is a letter');
    for (const text of [
      '',
      'abc',
      '1..2',
      '1,2,3',
      '1.234,5.6',
      '12kk',
      'NaN',
      'Infinity',
      '1e5',
      '.',
      ',',
    ]) {
      expect(parseAmount(text, 2).ok, text).toBe(false);
    }
  });

  it('shows what was understood', () => {
    expect(parseAmount('12k', 2)).toEqual({ ok: true, minor: '1200000', echo: formatMinor('1200000', 2) });
  });

  it('reads back what it formats', () => {
    for (const minor of ['0', '1', '-1', '99', '100', '123456789012345678901234567890', '-4250000']) {
      for (const exponent of [0, 2, 3]) {
        const shown = formatMinor(minor, exponent, en);
        const back = parseAmount(shown, exponent);
        expect(back, shown).toMatchObject({ ok: true, minor });
      }
    }
  });
});
