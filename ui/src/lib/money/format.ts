import { absMinor, isNegative, isZero, type MoneyValue, toDecimal } from './decimal';

/** U+2212 is as wide as a digit in the interface font, the hyphen is not. */
export const MINUS = '\u2212';
export const EN_DASH = '\u2013';

export interface FormatOptions {
  /** `auto` prints a minus only; `always` also prints a plus; `none` prints the absolute value. */
  sign?: 'auto' | 'always' | 'none';
  negatives?: 'minus' | 'parentheses';
  locale?: string;
}

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(locale: string, exponent: number): Intl.NumberFormat {
  const key = `${locale}/${exponent}`;
  let made = formatters.get(key);
  if (!made) {
    made = new Intl.NumberFormat(locale, {
      minimumFractionDigits: exponent,
      maximumFractionDigits: exponent,
      useGrouping: true,
    });
    formatters.set(key, made);
  }
  return made;
}

/** The tag Intl may use. Some systems report "C", which every Intl constructor refuses. */
export function defaultLocale(): string {
  const tag = typeof navigator === 'undefined' ? 'en-IE' : navigator.language;
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? 'en-IE';
  } catch {
    return 'en-IE';
  }
}

/** Digits without a sign. Intl is given the string, so thirty and more digits stay exact. */
function digits(minor: string, exponent: number, locale: string): string {
  const text = toDecimal(absMinor(minor), exponent);
  // The lib typing accepts only numeric string literals; the runtime accepts any decimal string.
  const shown = formatter(locale, exponent).format(text as `${number}`);
  return shown.replaceAll('\u202f', '\u00a0');
}

export function formatMinor(minor: string, exponent: number, options: FormatOptions = {}): string {
  const { sign = 'auto', negatives = 'minus', locale = defaultLocale() } = options;
  const shown = digits(minor, exponent, locale);
  if (sign === 'none') return shown;
  if (isNegative(minor)) return negatives === 'parentheses' ? `(${shown})` : MINUS + shown;
  return sign === 'always' && !isZero(minor) ? `+${shown}` : shown;
}

/**
 * The invisible tail that lines up decimal points: what stands after the shown fraction up to the widest
 * exponent of the column, its own decimal point included when the amount has none.
 */
export function fractionPadding(exponent: number, widest: number): string {
  if (widest <= exponent) return '';
  return (exponent === 0 ? '.' : '') + '0'.repeat(widest - exponent);
}

/** For a column: the widest exponent, or the only one, in which case nothing is padded. */
export function widestExponent(values: Iterable<{ exponent: number } | null | undefined>): number {
  let widest = 0;
  for (const value of values) if (value && value.exponent > widest) widest = value.exponent;
  return widest;
}

const currencyNames = new Map<string, string>();

function currencyName(code: string, locale: string): string {
  const key = `${locale}/${code}`;
  const known = currencyNames.get(key);
  if (known) return known;
  let name = code;
  try {
    name = new Intl.DisplayNames([locale], { type: 'currency' }).of(code) ?? code;
  } catch {
    // A private unit such as POINTS is no ISO code: its own name is the best there is.
  }
  currencyNames.set(key, name);
  return name;
}

/** "minus 1,368.20 euro, out" for assistive technology, from the exact value. */
export function speakMoney(value: MoneyValue, direction?: 'in' | 'out', locale = defaultLocale()): string {
  const sign = isNegative(value.minor) ? 'minus ' : '';
  const name = value.currency ? ` ${currencyName(value.currency, locale).toLowerCase()}` : '';
  const way = direction ? `, ${direction}` : '';
  return `${sign}${digits(value.minor, value.exponent, locale)}${name}${way}`;
}
