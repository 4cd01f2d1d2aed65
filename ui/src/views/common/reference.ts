/** What the book writes where no reference was given: the id of the posting or of its entry, with a number behind for the others of the entry, or a letter for a commit. */
const MADE = /^[a-z]{3}_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:-|$)/;

/** The reference as somebody gave it; empty where nobody did, and what stands there is an id. */
export const givenReference = (reference: string | null): string =>
  reference !== null && MADE.test(reference) ? '' : (reference ?? '');

/** A posting by one name, where there is no column beside: its reference, or what it was for. */
export const nameOfPosting = (row: { reference: string; description: string }): string =>
  givenReference(row.reference) || row.description || 'No reference';

/** Of a column of references: what is copied is what was given, and a filter by value finds the row all the same. */
export const referenceColumn = {
  text: (row: { reference: string | null }): string => givenReference(row.reference),
  filterValue: (row: { reference: string | null }): string => row.reference ?? '',
  filterText: (row: { reference: string | null }): string => row.reference ?? '',
};
