export const SECTIONS = [
  ['proof', 'Statement proof'],
  ['sides', 'Bank and books'],
  ['lines', 'A. Statement lines not yet matched'],
  ['entries', 'B. Ledger entries not yet matched'],
  ['outstanding', 'C. Outstanding entries'],
  ['matched', 'D. Lines matched'],
  ['matches', 'Matches by tier and rule'],
  ['differences', 'Differences and entries posted'],
  ['left', 'Rows left out of the import'],
  ['acts', 'Who did what'],
] as const;

export type Shown = Record<(typeof SECTIONS)[number][0], boolean>;
