/** Instants as the clock of this computer has them. Today is always given. */
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

/** `2026-11-16 09:41`: for a list or a history. */
export const dayAndTime = (at: string | number): string => `${localDay(at)} ${clockTime(at)}`;

/** `14:00` today, `2026-11-20 12:00` on other days. */
export const atTime = (at: string | number, today: string): string =>
  localDay(at) === today ? clockTime(at) : dayAndTime(at);
