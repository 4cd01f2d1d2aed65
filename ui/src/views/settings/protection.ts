/** What is done to the protection of a book. Each writes the whole book into a new file. */
export type Change = 'protect' | 'change' | 'remove';

/** What a button of it is called, the dialog behind it, and what that does. */
export const CHANGES: Record<Change, { button: string; title: string; body: string; confirm: string }> = {
  protect: {
    button: 'Protect with a passphrase…',
    title: 'Protect with a passphrase',
    body: 'The whole book is written into a new file, encrypted, and that file is opened. The present one stays as it is.',
    confirm: 'Protect the book',
  },
  change: {
    button: 'Change passphrase…',
    title: 'Change the passphrase',
    body: 'The whole book is written into a new file under the new passphrase, and that file is opened. The present one stays as it is.',
    confirm: 'Change the passphrase',
  },
  remove: {
    button: 'Remove protection…',
    title: 'Remove the protection',
    body: 'The whole book is written into a new file that is not encrypted, and that file is opened. Whoever has it can read it. The present one stays as it is.',
    confirm: 'Remove the protection',
  },
};

/** How the open book is protected, in a sentence or two. */
export function protectionWords(isProtected: boolean, remembered: boolean): string {
  if (!isProtected) return 'Not protected. Whoever has the file can read it.';
  return remembered
    ? 'Protected with a passphrase. This computer remembers it and does not ask for it.'
    : 'Protected with a passphrase. This computer asks for it whenever the book is opened.';
}

const ENDING = /\.tieout$/i;
/** What an earlier change put behind the name. */
const EARLIER = / (?:protected|unprotected)(?: (\d+))?$/;

/** The name that is proposed for the new file: beside the present one. */
export function newPath(path: string, change: Change): string {
  const name = path.replace(ENDING, '');
  const plain = name.replace(EARLIER, '');
  if (change === 'protect') return `${plain} protected.tieout`;
  if (change === 'remove') return `${plain} unprotected.tieout`;
  return `${plain} protected ${Number(EARLIER.exec(name)?.[1] ?? 1) + 1}.tieout`;
}

/** What was done, and the file that it was done to. */
export interface Moved {
  change: Change;
  from: string;
  to: string;
}

const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** What the old file is by now: it is not deleted by itself. */
export function leftWords({ change, from }: Moved): string {
  const opens: Record<Change, string> = {
    protect: 'whoever has them can read them',
    change: 'they open with the old passphrase',
    remove: 'they open with their passphrase',
  };
  return `${nameOf(from)} is still where it was, and so are the copies that were made of it: ${opens[change]}. Delete them by hand once you have opened the new book again and seen that it opens.`;
}

export const movedTitle = ({ change }: Moved): string =>
  ({
    protect: 'The book is protected',
    change: 'The passphrase was changed',
    remove: 'The protection was removed',
  })[change];
