import { readStored, writeStored } from '$lib/settings';

const KEY = 'person';

/** The name last given on this computer, to be offered for a new book. Empty where nobody has said. */
export async function knownPerson(): Promise<string> {
  return (await readStored<string>(KEY)) ?? '';
}

export function rememberPerson(name: string): void {
  void writeStored(KEY, name);
}

const KEPT = 'works-as';

/**
 * Who this computer's user is likely to be, when that is not the person whose name the book has: it may have come from
 * somebody else. Null where they are the same, nothing is known, or it was asked before.
 */
export async function otherPerson(book: string, person: string): Promise<string | null> {
  const [mine, kept] = await Promise.all([knownPerson(), readStored<string>(KEPT, book)]);
  return mine && mine !== person && kept !== person ? mine : null;
}

/** The user goes on under the name of the book: not asked again until it changes. */
export function keepPerson(book: string, person: string): void {
  void writeStored(KEPT, person, book);
}
