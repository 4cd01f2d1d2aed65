import { readStored, writeStored } from '$lib/settings';

const KEY = 'person';

/** The name last given on this computer, to be offered for a new book. Empty where nobody has said. */
export async function knownPerson(): Promise<string> {
  return (await readStored<string>(KEY)) ?? '';
}

export function rememberPerson(name: string): void {
  void writeStored(KEY, name);
}
