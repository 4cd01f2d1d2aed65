/**
 * Calendar days as `YYYY-MM-DD`, which is also how they are shown: whole, in lists, fields and sentences alike, since a
 * day without its year says nothing in a book of several. Pure: today is always given.
 */

export * from './instants';
export * from './locked';

export interface DateResult {
  ok: boolean;
  value: string;
  message?: string;
}

const pad = (n: number, width = 2): string => String(n).padStart(width, '0');
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** Days from 1970-01-01. UTC throughout, so no clock change can move a day. */
function toDays(iso: string): number {
  return Math.round(Date.UTC(+iso.slice(0, 4), +iso.slice(5, 7) - 1, +iso.slice(8, 10)) / 86_400_000);
}

function fromDays(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

export function isoDate(year: number, month: number, day: number): string | null {
  if (year < 1900 || year > 2999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month))
    return null;
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
}

export function isIso(text: string): boolean {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return !!match && isoDate(+match[1]!, +match[2]!, +match[3]!) !== null;
}

/** How many days `to` lies after `from`. */
export const daysBetween = (from: string, to: string): number => toDays(to) - toDays(from);

export const addDays = (iso: string, n: number): string => fromDays(toDays(iso) + n);

/** Same day n months on, or that month's last day: 2026-01-31 plus one month is 2026-02-28. */
export function addMonths(iso: string, n: number): string {
  const index = +iso.slice(0, 4) * 12 + (+iso.slice(5, 7) - 1) + n;
  const year = Math.floor(index / 12);
  const month = (index % 12) + 1;
  return `${pad(year, 4)}-${pad(month)}-${pad(Math.min(+iso.slice(8, 10), daysInMonth(year, month)))}`;
}

export const startOfMonth = (iso: string): string => `${iso.slice(0, 8)}01`;
export const endOfMonth = (iso: string): string =>
  iso.slice(0, 8) + pad(daysInMonth(+iso.slice(0, 4), +iso.slice(5, 7)));

/** 0 is Sunday. */
export const weekday = (iso: string): number => (((toDays(iso) + 4) % 7) + 7) % 7;

export function weekdayName(iso: string): string {
  const name = WEEKDAYS[weekday(iso)] ?? '';
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The result of a date key of the date field, or null when the key means nothing. */
export function dateKey(key: string, value: string | null, today: string): string | null {
  const from = value ?? today;
  switch (key) {
    case 't':
    case 'T':
      return today;
    case '+':
      return addDays(from, 1);
    case '-':
      return addDays(from, -1);
    case 'PageDown':
      return addMonths(from, 1);
    case 'PageUp':
      return addMonths(from, -1);
    case '[':
      return startOfMonth(from);
    case ']':
      return endOfMonth(from);
    default:
      return null;
  }
}

/**
 * Understands `15`, `1511`, `151126`, `2026-11-15`, `15/11`, `15.11.2026` and `mon` (the last Monday before today).
 * `3/4` is refused: for some that is in April and for others in March.
 */
export function readDate(text: string, today: string): DateResult {
  const raw = text.trim().toLowerCase();
  const fail = (message: string): DateResult => ({ ok: false, value: '', message });
  if (!raw) return fail('Enter a date.');
  if (raw === 't' || raw === 'today') return { ok: true, value: today };
  const dayName = WEEKDAYS.findIndex(
    (name) => raw.length >= 2 && raw.length <= 9 && (raw.startsWith(name) || name.startsWith(raw)),
  );
  if (dayName >= 0 && /^[a-z]+$/.test(raw)) {
    const back = (weekday(today) - dayName + 7) % 7 || 7;
    return { ok: true, value: addDays(today, -back) };
  }
  const year = +today.slice(0, 4);
  const month = +today.slice(5, 7);
  const parts = splitDate(raw, year, month);
  if (!parts) return fail(`${text.trim()} is not a date. Write 2026-11-15, 1511 or 15.`);
  const iso = isoDate(...parts);
  const [y, m, d] = parts;
  const other = isoDate(y, d, m);
  if (iso && other && iso !== other && hasTwoReadings(raw))
    return fail(`“${text.trim()}” can be read in two ways. Write ${iso} or ${other}.`);
  if (iso) return { ok: true, value: iso };
  if (m >= 1 && m <= 12 && d > daysInMonth(y, m))
    return fail(`${monthName(m)} ${y} has ${daysInMonth(y, m)} days.`);
  return fail(`${text.trim()} is not a date. Write 2026-11-15, 1511 or 15.`);
}

/** Day and month, or month and day. With dots the day is first everywhere, and so it is in the short form without marks. */
const hasTwoReadings = (raw: string): boolean => /^\d{1,2}[-/ ]\d{1,2}(?:[-/. ]|$)/.test(raw);

function splitDate(raw: string, year: number, month: number): [number, number, number] | null {
  const full = (y: string): number => (y.length === 2 ? 2000 + +y : +y);
  let match = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/.exec(raw);
  if (match) return [+match[1]!, +match[2]!, +match[3]!];
  match = /^(\d{1,2})[-/. ](\d{1,2})(?:[-/. ](\d{2}|\d{4}))?\.?$/.exec(raw);
  if (match) return [match[3] ? full(match[3]) : year, +match[2]!, +match[1]!];
  match = /^(\d{2})(\d{2})(\d{2}|\d{4})?$/.exec(raw);
  if (match) return [match[3] ? full(match[3]) : year, +match[2]!, +match[1]!];
  match = /^(\d{1,2})$/.exec(raw);
  if (match) return [year, month, +match[1]!];
  return null;
}

/** `Oct 2026` from any of its days, where a month stands for itself: on the axis of a chart. */
export const shortMonth = (iso: string): string =>
  `${monthName(Number(iso.slice(5, 7))).slice(0, 3)} ${iso.slice(0, 4)}`;

/** `October` from 10. */
export function monthName(month: number): string {
  return new Intl.DateTimeFormat('en-IE', { month: 'long', timeZone: 'UTC' }).format(
    Date.UTC(2026, month - 1, 1),
  );
}
