/** `12,345` as the reader's locale groups it. */
export const number = (n: number): string => n.toLocaleString(navigator.language);

/** `1 line`, `12 lines`, `1 entry`, `12 entries`. Every count with its noun is written by this. */
export const plural = (n: number, one: string, many = `${one}s`): string =>
  `${number(n)} ${n === 1 ? one : many}`;
