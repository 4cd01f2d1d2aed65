/**
 * Exact arithmetic on amounts. An amount is an integer count of minor units written as a decimal string
 * (`"-138620"`) together with the currency's exponent (2 for EUR). BigInt does every step; a JavaScript
 * number never holds an amount.
 */

export interface MoneyValue {
  /** Minor units, optional leading minus. */
  minor: string;
  exponent: number;
  currency: string;
}

export interface CurrencySum extends MoneyValue {
  count?: number;
}

const INTEGER = /^-?\d+$/;

/** Reads minor units. Throws on anything but an integer: a malformed amount must never become a value. */
export function toBig(minor: string): bigint {
  if (!INTEGER.test(minor)) throw new RangeError(`not minor units: ${JSON.stringify(minor)}`);
  return BigInt(minor);
}

export const addMinor = (a: string, b: string): string => (toBig(a) + toBig(b)).toString();
export const subMinor = (a: string, b: string): string => (toBig(a) - toBig(b)).toString();
export const negMinor = (a: string): string => (-toBig(a)).toString();
export const isZero = (a: string): boolean => toBig(a) === 0n;
export const isNegative = (a: string): boolean => toBig(a) < 0n;

export function absMinor(a: string): string {
  const value = toBig(a);
  return (value < 0n ? -value : value).toString();
}

export function cmpMinor(a: string, b: string): -1 | 0 | 1 {
  const x = toBig(a);
  const y = toBig(b);
  return x < y ? -1 : x > y ? 1 : 0;
}

export function sumMinor(values: Iterable<string>): string {
  let total = 0n;
  for (const value of values) total += toBig(value);
  return total.toString();
}

/** Adds up per currency, in the order of the codes. Never mixes currencies; refuses two exponents of one currency. */
export function sumByCurrency(items: Iterable<MoneyValue>): Required<CurrencySum>[] {
  const sums = new Map<string, Required<CurrencySum>>();
  for (const item of items) {
    const sum = sums.get(item.currency);
    if (!sum) {
      sums.set(item.currency, {
        minor: toBig(item.minor).toString(),
        exponent: item.exponent,
        currency: item.currency,
        count: 1,
      });
    } else {
      if (sum.exponent !== item.exponent) throw new RangeError(`${item.currency} has two exponents`);
      sum.minor = addMinor(sum.minor, item.minor);
      sum.count += 1;
    }
  }
  return [...sums.values()].sort((a, b) => (a.currency < b.currency ? -1 : 1));
}

/** The plain decimal, `"-1386.20"`: no grouping, full fraction. Used for copying and for Intl. */
export function toDecimal(minor: string, exponent: number): string {
  const value = toBig(minor);
  const digits = (value < 0n ? -value : value).toString().padStart(exponent + 1, '0');
  const sign = value < 0n ? '-' : '';
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
