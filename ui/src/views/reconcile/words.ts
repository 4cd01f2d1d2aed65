import { clockTime, localDay, monthName as monthWord } from '$lib/dates';
import { formatMinor } from '$lib/money';
import { settings } from '$lib/settings';

export { plural } from '$lib/words';

/** `November 2026` from any of its days, as statements are named. */
export const monthName = (iso: string): string => `${monthWord(Number(iso.slice(5, 7)))} ${iso.slice(0, 4)}`;

/** `2026-11-19 10:24`, where this window runs. */
export function clock(instant: string): string {
  return Number.isNaN(Date.parse(instant)) ? instant : `${localDay(instant)} ${clockTime(instant)}`;
}

export const amount = (minor: string, exponent: number): string =>
  formatMinor(minor, exponent, { negatives: settings.negatives });

export const amountIn = (minor: string, exponent: number, currency: string): string =>
  `${amount(minor, exponent)} ${currency}`;

/** `IE •••• 4471`: country and last 4, as an account number is shown and printed everywhere. */
export function maskedAccount(number: string): string {
  const plain = number.replace(/[^\p{L}\p{N}]/gu, '');
  if (plain.length <= 4) return number;
  const country = /^[A-Za-z]{2}(?=\d)/.exec(plain)?.[0].toUpperCase();
  return `${country ? `${country} ` : ''}\u2022\u2022\u2022\u2022 ${plain.slice(-4)}`;
}

export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** Weights come in hundredths of a bit. */
export function weightText(hundredths: number): string {
  const tenths = Math.round(Math.abs(hundredths) / 10);
  const text = `${Math.floor(tenths / 10)}.${tenths % 10}`;
  if (tenths === 0) return '0.0';
  return hundredths < 0 ? `\u2212${text}` : `+${text}`;
}

/** The name beside its balance: names suggested at the import begin with the balance; it is not said twice. */
export const statementName = (balance: string, name: string): string =>
  name.startsWith(`${balance}, `) ? name.slice(balance.length + 2) : name;

/** Names suggested at the import begin with the balance; it is not said twice. */
export const statementTitle = (balance: string, name: string): string =>
  name.startsWith(balance) ? name : `${balance}, ${name}`;
