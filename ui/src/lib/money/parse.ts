import { defaultLocale, formatMinor } from './format';

export type AmountProblem =
  | 'empty'
  | 'not-a-number'
  | 'too-many-decimals'
  | 'ambiguous'
  | 'division-by-zero'
  | 'too-long'
  | 'negative'
  | 'zero';

export type ParsedAmount =
  | { ok: true; minor: string /** What was understood, formatted. */; echo: string }
  | { ok: false; code: AmountProblem; message: string };

/** An exact fraction. The denominator is positive. */
interface Ratio {
  n: bigint;
  d: bigint;
}

class Refused extends Error {
  constructor(
    readonly code: AmountProblem,
    message: string,
  ) {
    super(message);
  }
}

const MAX_LENGTH = 200;
const pow10 = (n: number): bigint => 10n ** BigInt(n);

/**
 * Reads one written number. The decimal mark is the last of `.` and `,` when both appear. When one of them
 * stands alone before exactly three digits (`1,234`) both readings exist and they are a factor of 1000 apart:
 * the reader's own locale decides, so that `10.999` is never taken for ten thousand where `.` is the decimal mark.
 */
export function readNumber(raw: string, locale: string): Ratio {
  const text = raw.replace(/[\s\u00a0\u202f'’_]/g, '');
  const scale = /[kmKM]$/.exec(text)?.[0]?.toLowerCase();
  const body = scale ? text.slice(0, -1) : text;
  if (!/^[\d.,]+$/.test(body) || !/\d/.test(body)) {
    throw new Refused('not-a-number', notANumber(raw));
  }
  const mark = decimalMark(body, locale, raw);
  const cut = mark ? body.lastIndexOf(mark) : -1;
  const whole = cut < 0 ? body : body.slice(0, cut);
  const fraction = cut < 0 ? '' : body.slice(cut + 1);
  checkGroups(whole, raw);
  const integer = whole.replace(/[.,]/g, '');
  const factor = scale === 'k' ? 1_000n : scale === 'm' ? 1_000_000n : 1n;
  return { n: BigInt(`${integer}${fraction}` || '0') * factor, d: pow10(fraction.length) };
}

function notANumber(raw: string): string {
  const odd = /[^\d\s.,+\-*/()=kKmM'’_\u00a0\u202f\u2212]/u.exec(raw)?.[0];
  if (!odd) return `${raw.trim()} is not a number.`;
  return /\p{L}/u.test(odd)
    ? `${raw.trim()} is not a number. “${odd}” is a letter.`
    : `${raw.trim()} is not a number. “${odd}” does not belong in an amount.`;
}

function decimalMark(body: string, locale: string, raw: string): '.' | ',' | null {
  const dots = body.split('.').length - 1;
  const commas = body.split(',').length - 1;
  if (dots && commas) {
    const mark = body.lastIndexOf('.') > body.lastIndexOf(',') ? '.' : ',';
    if ((mark === '.' ? dots : commas) > 1) throw new Refused('not-a-number', notANumber(raw));
    return mark;
  }
  const mark = dots ? '.' : commas ? ',' : null;
  if (!mark) return null;
  if (dots + commas > 1) return null; // 1,234,567: only groups repeat
  const [before = '', after = ''] = body.split(mark);
  const looksGrouped = after.length === 3 && /^[1-9]\d{0,2}$/.test(before);
  return looksGrouped && mark !== localeMark(locale) ? null : mark;
}

function localeMark(locale: string): string {
  const parts = new Intl.NumberFormat(locale).formatToParts(1.5);
  return parts.find((part) => part.type === 'decimal')?.value ?? '.';
}

function checkGroups(whole: string, raw: string): void {
  if (!/[.,]/.test(whole)) return;
  if (/\./.test(whole) && /,/.test(whole)) throw new Refused('not-a-number', notANumber(raw));
  const [first = '', ...rest] = whole.split(/[.,]/);
  // Indian grouping (12,34,567) ends in three digits and has pairs before.
  const western = first.length >= 1 && first.length <= 3 && rest.every((group) => group.length === 3);
  const indian =
    first.length >= 1 &&
    first.length <= 2 &&
    rest.at(-1)?.length === 3 &&
    rest.slice(0, -1).every((group) => group.length === 2);
  if (!western && !indian) throw new Refused('not-a-number', notANumber(raw));
}

/** `=` expressions: + - * / and brackets over written numbers, in exact fractions. */
class Expression {
  private at = 0;

  constructor(
    private readonly source: string,
    private readonly locale: string,
  ) {}

  evaluate(): Ratio {
    const value = this.sum();
    this.skip();
    if (this.at < this.source.length) {
      throw new Refused('not-a-number', `“${this.source.slice(this.at)}” was not understood.`);
    }
    return value;
  }

  private skip(): void {
    while (/\s/.test(this.source[this.at] ?? '')) this.at += 1;
  }

  private take(...symbols: string[]): string | null {
    this.skip();
    const symbol = this.source[this.at] ?? '';
    if (!symbols.includes(symbol)) return null;
    this.at += 1;
    return symbol;
  }

  private sum(): Ratio {
    let left = this.product();
    for (let op = this.take('+', '-', '\u2212'); op; op = this.take('+', '-', '\u2212')) {
      const right = this.product();
      const n = op === '+' ? left.n * right.d + right.n * left.d : left.n * right.d - right.n * left.d;
      left = { n, d: left.d * right.d };
    }
    return left;
  }

  private product(): Ratio {
    let left = this.factor();
    for (let op = this.take('*', '×', '/', '÷'); op; op = this.take('*', '×', '/', '÷')) {
      const right = this.factor();
      if (op === '*' || op === '×') {
        left = { n: left.n * right.n, d: left.d * right.d };
        continue;
      }
      if (right.n === 0n) throw new Refused('division-by-zero', 'This divides by 0.');
      const sign = right.n < 0n ? -1n : 1n;
      left = { n: left.n * right.d * sign, d: left.d * right.n * sign };
    }
    return left;
  }

  private factor(): Ratio {
    if (this.take('-', '\u2212')) {
      const value = this.factor();
      return { n: -value.n, d: value.d };
    }
    if (this.take('+')) return this.factor();
    if (this.take('(')) {
      const value = this.sum();
      if (!this.take(')')) throw new Refused('not-a-number', 'A closing bracket is missing.');
      return value;
    }
    this.skip();
    const match = /^[\d.,'’_\u00a0\u202f]+[kKmM]?/.exec(this.source.slice(this.at));
    if (!match) throw new Refused('not-a-number', notANumber(this.source));
    this.at += match[0].length;
    const percent = this.take('%') !== null;
    // Inside a calculation a lone mark is a decimal mark: rates such as 0.875 and 1.163 are what people type.
    const value = readFactor(match[0], this.locale);
    return percent ? { n: value.n, d: value.d * 100n } : value;
  }
}

function readFactor(raw: string, locale: string): Ratio {
  const single = /^(\d+)[.](\d+)$/.exec(raw);
  if (single) return { n: BigInt(single[1]! + single[2]!), d: pow10(single[2]!.length) };
  return readNumber(raw, locale);
}

function stripSign(text: string): { negative: boolean; body: string } {
  const bracketed = /^\((.*)\)$/.exec(text);
  if (bracketed) return { negative: true, body: bracketed[1] ?? '' };
  const signed = /^([+\-\u2212])\s*(.*)$/.exec(text) ?? null;
  if (signed) return { negative: signed[1] !== '+', body: signed[2] ?? '' };
  const trailing = /^(.*\d[kKmM]?)\s*[-\u2212]$/.exec(text);
  if (trailing) return { negative: true, body: trailing[1] ?? '' };
  return { negative: false, body: text };
}

export interface ParseOptions {
  allowNegative?: boolean;
  allowZero?: boolean;
  currency?: string;
  locale?: string;
}

/**
 * Understands what a person types into an amount field and answers in minor units. More decimals than the
 * currency has is an error and never a rounding.
 */
export function parseAmount(text: string, exponent: number, options: ParseOptions = {}): ParsedAmount {
  const { allowNegative = true, allowZero = true, currency, locale = defaultLocale() } = options;
  try {
    const minor = toMinor(text, exponent, locale, currency);
    if (minor < 0n && !allowNegative) {
      throw new Refused('negative', 'Enter the amount without a sign. The direction comes from From and To.');
    }
    if (minor === 0n && !allowZero) throw new Refused('zero', 'Enter an amount above 0.');
    return { ok: true, minor: minor.toString(), echo: formatMinor(minor.toString(), exponent, { locale }) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, code: error.code, message: error.message };
    throw error;
  }
}

function toMinor(text: string, exponent: number, locale: string, currency?: string): bigint {
  const trimmed = text.trim();
  if (!trimmed) throw new Refused('empty', 'Enter an amount.');
  if (trimmed.length > MAX_LENGTH)
    throw new Refused('too-long', `An amount has at most ${MAX_LENGTH} characters.`);
  let value: Ratio;
  if (trimmed.startsWith('=')) {
    value = new Expression(trimmed.slice(1), locale).evaluate();
  } else {
    const { negative, body } = stripSign(trimmed);
    value = readNumber(body, locale);
    refuseTwoReadings(body, exponent, locale);
    if (negative) value = { n: -value.n, d: value.d };
  }
  const scaled = value.n * pow10(exponent);
  if (scaled % value.d !== 0n) throw new Refused('too-many-decimals', tooManyDecimals(exponent, currency));
  return scaled / value.d;
}

/**
 * `3.000` is three where `.` is the decimal mark, and three thousand for many who type it. Where an amount has fewer
 * decimals than that, nobody writes three of them: it is asked for again.
 */
function refuseTwoReadings(body: string, exponent: number, locale: string): void {
  const found = /^([1-9]\d{0,2})([.,])(\d{3})$/.exec(body.trim());
  if (!found || exponent >= 3 || found[2] !== localeMark(locale)) return;
  const [, whole = '', mark = '', after = ''] = found;
  if (/[1-9]/.test(after.slice(exponent))) return;
  const less = exponent ? `${whole}${mark}${after.slice(0, exponent)}` : whole;
  throw new Refused(
    'ambiguous',
    `“${body.trim()}” can be read in two ways. Write ${whole}${after} or ${less}.`,
  );
}

function tooManyDecimals(exponent: number, currency = 'This currency'): string {
  if (exponent === 0) return `${currency} has no decimals. The amount is not rounded.`;
  return `${currency} has ${exponent} decimals. The amount is not rounded.`;
}
