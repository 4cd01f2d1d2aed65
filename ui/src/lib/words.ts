/** `12,345` as the reader's locale groups it. */
export const number = (n: number): string => n.toLocaleString(navigator.language);

/** `1 line`, `12 lines`, `1 entry`, `12 entries`. Every count with its noun is written by this. */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${number(n)} ${n === 1 ? one : many}`;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `1 Oct` from `2026-10-01`. */
export function shortDay(iso: string): string {
  return `${Number(iso.slice(8, 10))} ${MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''}`;
}
