/** Instants as the clock of this computer has them. Today is always given. */
import { shortDay } from '../words';

const pad = (n: number): string => String(n).padStart(2, '0');

/** The local calendar day of an instant, `YYYY-MM-DD`. */
export function localDay(at: string | number): string {
  const day = new Date(at);
  return `${day.getFullYear()}-${pad(day.getMonth() + 1)}-${pad(day.getDate())}`;
}

export function clockTime(at: string | number): string {
  const time = new Date(at);
  return `${pad(time.getHours())}:${pad(time.getMinutes())}`;
}

/** With the year where it is another one. */
function dayOf(at: string | number, today: string): string {
  const day = localDay(at);
  const year = day.slice(0, 4);
  return year === today.slice(0, 4) ? shortDay(day) : `${shortDay(day)} ${year}`;
}

/** `14:00` today, `20 Nov, 12:00` on other days. */
export function atTime(at: string | number, today: string): string {
  return localDay(at) === today ? clockTime(at) : `${dayOf(at, today)}, ${clockTime(at)}`;
}

/** `16 Nov 09:41`, always with the day: for a history. */
export const dayAndTime = (at: string | number, today: string): string =>
  `${dayOf(at, today)} ${clockTime(at)}`;

/** `09:41` today, `16 Nov 09:41` on other days: for a narrow list. */
export const moment = (at: string | number, today: string): string =>
  localDay(at) === today ? clockTime(at) : dayAndTime(at, today);
