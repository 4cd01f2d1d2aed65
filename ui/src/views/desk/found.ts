/** Reasons whose tail says again what stands above or beside them: the amount, the reference, the text. */
const SHORT: [RegExp, string][] = [
  [/^same amount, .*$/iu, 'same amount'],
  [/^same reference, .*$/iu, 'same reference'],
  [/^reference .* found in the line text$/iu, 'in the text'],
  [/^.* partly named in the line text, (\d+ %)$/iu, 'name partly in the text, $1'],
  [/^.* named in the line text$/iu, 'name in the text'],
];

export interface Found {
  /** The entry, or what leads to it, when the words begin with one. */
  entry: string | null;
  words: string;
}

/** What was found for a line, short enough for its second line; what is an amount of its own stays whole. */
export function shortFound(found: string, references: boolean): Found {
  // An amount at the end stays whole: what stands before it gives way.
  const apart = / apart$/u.test(found) ? found.lastIndexOf(', ') : -1;
  const at = references ? found.indexOf(', ') : apart;
  const words = at < 0 ? found : found.slice(at + 2);
  const hit = SHORT.find(([pattern]) => pattern.test(words));
  return { entry: at < 0 ? null : found.slice(0, at), words: hit ? words.replace(hit[0], hit[1]) : words };
}
