import type { EntryLine } from '$lib/backend/types/EntryLine';
import type { EntryPreview } from '$lib/backend/types/EntryPreview';
import type { EntryRequest } from '$lib/backend/types/EntryRequest';
import type { EntryShare } from '$lib/backend/types/EntryShare';
import type { PostPreview } from '$lib/backend/types/PostPreview';
import { absMinor, cmpMinor, formatMinor, isZero, parseAmount, subMinor, sumMinor } from '$lib/money';
import type { ComboOption } from '$lib/parts';
import { columnNames } from '$lib/settings';
import { plural } from '$lib/words';
import { isClosed, saysClosed } from '../common/closed';
import { lastDay } from '../common/signed';
import { money } from '../common/words';
import { CLOSED_PERIOD, commitOf, expiryOf, IN_CLOSED, missingOfTimers, type Party } from './posting';

/** How a balance is found and named in a row. */
export interface Finding {
  search: (text: string) => Promise<ComboOption[]>;
  create: (take: (party: Party) => void) => {
    label: (text: string) => string;
    when: (text: string) => boolean;
    run: (text: string) => void;
  };
  onparty: (party: Party | null) => void;
  onchange: () => void;
}

/** Most lines or shares of one entry. */
export const MOST_LINES = 1000;

/** One line. In is what the engine books as credit of the balance, Out as debit, whatever the book calls them. */
export interface LineRow {
  id: number;
  party: Party | null;
  /** As typed; at most one of both sides is filled. */
  inText: string;
  inMinor: string | null;
  outText: string;
  outMinor: string | null;
}

export interface ShareRow {
  id: number;
  party: Party | null;
  /** As typed: an amount, `12.5%`, or `rest`. */
  share: string;
}

export interface EntryValues {
  form: 'lines' | 'split';
  mode: 'post' | 'hold';
  currency: string;
  date: string | null;
  reference: string;
  description: string;
  expiryDay: string | null;
  expiryTime: string;
  commitDay: string | null;
  commitTime: string;
  overdraft: boolean;
  /** Somebody chose to post into a signed period. */
  anyway: boolean;
  signedReason: string;
  lines: LineRow[];
  whole: Party | null;
  /** The money goes from the whole to the shares; otherwise it comes from the shares. */
  wholeIsSource: boolean;
  amount: string;
  minor: string | null;
  shares: ShareRow[];
}

export const blankLine = (id: number): LineRow => ({
  id,
  party: null,
  inText: '',
  inMinor: null,
  outText: '',
  outMinor: null,
});
export const blankShare = (id: number): ShareRow => ({ id, party: null, share: '' });

export const blankEntry = (currency: string, today: string): EntryValues => ({
  form: 'lines',
  mode: 'post',
  currency,
  date: today,
  reference: '',
  description: '',
  expiryDay: null,
  expiryTime: '17:00',
  commitDay: null,
  commitTime: '09:00',
  overdraft: false,
  anyway: false,
  signedReason: '',
  lines: [blankLine(1), blankLine(2), blankLine(3)],
  whole: null,
  wholeIsSource: true,
  amount: '',
  minor: null,
  shares: [blankShare(1), blankShare(2)],
});

export const nextId = (rows: readonly { id: number }[]): number =>
  rows.reduce((most, { id }) => Math.max(most, id), 0) + 1;

export const isBlankLine = (row: LineRow): boolean =>
  row.party === null && !row.inText.trim() && !row.outText.trim();
export const isBlankShare = (row: ShareRow): boolean => row.party === null && !row.share.trim();

/** A row to write in always stands at the end, until there are as many as an entry may have. */
export function withRoom<R extends { id: number }>(
  rows: readonly R[],
  isBlank: (row: R) => boolean,
  make: (id: number) => R,
): R | null {
  const last = rows.at(-1);
  if (rows.length >= MOST_LINES || (last && isBlank(last))) return null;
  return make(nextId(rows));
}

export const usedLines = (values: EntryValues): LineRow[] => values.lines.filter((row) => !isBlankLine(row));
export const usedShares = (values: EntryValues): ShareRow[] =>
  values.shares.filter((row) => !isBlankShare(row));
const outs = (values: EntryValues): LineRow[] => usedLines(values).filter((row) => row.outMinor !== null);
const ins = (values: EntryValues): LineRow[] => usedLines(values).filter((row) => row.inMinor !== null);

export interface LineSums {
  in: string;
  out: string;
  /** What is missing, and on which side. Null when both are equal. */
  missing: { side: 'in' | 'out'; minor: string } | null;
}

export function sumsOf(rows: readonly LineRow[]): LineSums {
  const sumIn = sumMinor(rows.flatMap((row) => row.inMinor ?? []));
  const sumOut = sumMinor(rows.flatMap((row) => row.outMinor ?? []));
  const minor = absMinor(subMinor(sumIn, sumOut));
  if (isZero(minor)) return { in: sumIn, out: sumOut, missing: null };
  return { in: sumIn, out: sumOut, missing: { side: cmpMinor(sumIn, sumOut) < 0 ? 'in' : 'out', minor } };
}

/**
 * The line that takes what is missing: the given one while it has no amount, otherwise the last with a balance and
 * without an amount.
 */
export function fillTarget(rows: readonly LineRow[], at: number | null): LineRow | null {
  const open = (row: LineRow | undefined): row is LineRow =>
    row !== undefined && !row.inText.trim() && !row.outText.trim();
  const here = at === null ? undefined : rows[at];
  if (open(here)) return here;
  return rows.findLast((row) => row.party !== null && open(row)) ?? null;
}

export type ReadShare =
  | { ok: true; kind: 'amount' | 'percent' | 'rest'; share: string }
  | { ok: false; message: string };

/** The word for what the other shares leave. */
export const REST = 'rest';
/** `left` is the word of the engine, and of the command line. */
const RESTS = /^(rest|the rest|left)$/i;
const PERCENT_DECIMALS = 8;

/** An amount, a percentage of the whole, or the rest. The answer is as the engine takes it. */
export function readShare(text: string, exponent: number, currency: string): ReadShare {
  const typed = text.trim();
  if (!typed) return { ok: false, message: 'Enter an amount, a percentage such as 12.5%, or rest' };
  if (RESTS.test(typed)) return { ok: true, kind: 'rest', share: 'left' };
  if (typed.endsWith('%')) return readPercent(typed);
  const read = parseAmount(typed, exponent, { allowNegative: false, allowZero: false, currency });
  return read.ok ? { ok: true, kind: 'amount', share: read.minor } : { ok: false, message: read.message };
}

function readPercent(typed: string): ReadShare {
  const found = /^(\d{1,3})(?:[.,](\d+))?$/.exec(typed.slice(0, -1).trim());
  if (!found) return { ok: false, message: `${typed} is not a percentage. Write it as 12.5%.` };
  const whole = found[1] ?? '0';
  const decimals = (found[2] ?? '').replace(/0+$/, '');
  if (decimals.length > PERCENT_DECIMALS)
    return { ok: false, message: `A percentage has at most ${PERCENT_DECIMALS} decimals` };
  const scaled = BigInt(whole + decimals.padEnd(PERCENT_DECIMALS, '0'));
  if (scaled === 0n || scaled > 100n * 10n ** BigInt(PERCENT_DECIMALS))
    return { ok: false, message: 'A percentage lies above 0 and up to 100' };
  return {
    ok: true,
    kind: 'percent',
    share: `${BigInt(whole).toString()}${decimals ? `.${decimals}` : ''}%`,
  };
}

/** All balances that the entry names. */
export const partiesOf = (values: EntryValues): Party[] =>
  (values.form === 'lines'
    ? values.lines.map((row) => row.party)
    : [values.whole, ...values.shares.map((row) => row.party)]
  ).filter((party) => party !== null);

export const signedThrough = (values: EntryValues): string | null =>
  lastDay(partiesOf(values).map((party) => party.signedThrough));

/** The books are closed on its day: there is another day, and no reason. A hold moves no money, so it may be placed. */
export const inClosedPeriod = (values: EntryValues, through: string | null): boolean =>
  values.mode === 'post' && isClosed(values.date, through);

export function requestOfEntry(values: EntryValues, exponent: number, create: boolean): EntryRequest {
  return {
    reference: values.reference.trim(),
    currency: values.currency,
    description: values.description.trim(),
    effective_date: values.date,
    hold: values.mode === 'hold',
    expires_at: expiryOf(values) ?? null,
    commits_at: commitOf(values) ?? null,
    allow_overdraft: values.overdraft,
    metadata: null,
    create_indicators: create,
    signed_reason: (values.anyway && values.signedReason.trim()) || null,
    form: values.form === 'lines' ? linesForm(values) : splitForm(values, exponent),
  };
}

function linesForm(values: EntryValues): EntryRequest['form'] {
  const line = (row: LineRow, minor: string | null): EntryLine => ({
    balance: row.party?.value ?? '',
    amount: minor ?? '',
  });
  return {
    kind: 'lines',
    debits: outs(values).map((row) => line(row, row.outMinor)),
    credits: ins(values).map((row) => line(row, row.inMinor)),
  };
}

function splitForm(values: EntryValues, exponent: number): EntryRequest['form'] {
  const shares = usedShares(values).map((row): EntryShare => {
    const read = readShare(row.share, exponent, values.currency);
    return { balance: row.party?.value ?? '', share: read.ok ? read.share : row.share };
  });
  return {
    kind: 'split',
    whole: values.whole?.value ?? '',
    whole_is_source: values.wholeIsSource,
    amount: values.minor ?? '',
    shares,
  };
}

/** What is not filled in yet, in the order of the form. Without these nothing needs to be asked of the engine. */
export function missingOfEntry(values: EntryValues, exponent: number): string | null {
  if (!values.date) return 'Enter the effective date';
  const missing =
    values.form === 'lines' ? missingOfLines(values, exponent) : missingOfSplit(values, exponent);
  if (missing) return missing;
  const timers = missingOfTimers(values);
  if (timers) return timers;
  if (values.anyway && !values.signedReason.trim())
    return 'Enter the reason for posting into a signed period';
  return null;
}

function missingOfLines(values: EntryValues, exponent: number): string | null {
  for (const [at, row] of values.lines.entries()) {
    if (isBlankLine(row)) continue;
    if (!row.party) return `Choose the balance of line ${at + 1}`;
    if (row.inMinor === null && row.outMinor === null)
      return row.inText.trim() || row.outText.trim()
        ? `The amount of line ${at + 1} is not readable yet`
        : `Enter the amount of line ${at + 1}`;
  }
  const sums = sumsOf(values.lines);
  if (isZero(sums.in) && isZero(sums.out)) return 'Enter at least two lines';
  if (!sums.missing) return null;
  const { side, minor } = sums.missing;
  return `${columnNames()[side]} is short by ${money(minor, exponent, values.currency)}`;
}

function missingOfSplit(values: EntryValues, exponent: number): string | null {
  if (values.minor === null)
    return values.amount.trim() ? 'The amount is not readable yet' : 'Enter an amount';
  if (!values.whole)
    return values.wholeIsSource ? 'Choose the balance it comes from' : 'Choose the balance it goes to';
  if (!usedShares(values).length) return 'Choose the first balance with a share';
  let rests = 0;
  for (const [at, row] of values.shares.entries()) {
    if (isBlankShare(row)) continue;
    if (!row.party) return `Choose the balance of share ${at + 1}`;
    if (!row.share.trim()) return `Enter share ${at + 1}`;
    const read = readShare(row.share, exponent, values.currency);
    if (!read.ok) return `Share ${at + 1} is not readable yet`;
    if (read.kind === 'rest') rests += 1;
    if (rests > 1) return 'Only one share can take the rest';
  }
  return null;
}

export type Place =
  | { at: 'line' | 'share'; id: number }
  | {
      at:
        | 'date'
        | 'signed'
        | 'amount'
        | 'whole'
        | 'reference'
        | 'description'
        | 'currency'
        | 'expiry'
        | 'commit';
    }
  | null;

const PLACES: Record<string, Place> = {
  date: { at: 'signed' },
  effective_date: { at: 'date' },
  amount: { at: 'amount' },
  whole: { at: 'whole' },
  reference: { at: 'reference' },
  description: { at: 'description' },
  currency: { at: 'currency' },
  expires_at: { at: 'expiry' },
  commits_at: { at: 'commit' },
};

/** Where in the form a field of the engine stands. The engine counts the lines of each side, and only filled ones. */
export function placeOf(field: string | null, values: EntryValues): Place {
  const [name = '', index] = (field ?? '').split('.');
  const row = (list: readonly { id: number }[], at: 'line' | 'share'): Place => {
    const found = index === undefined ? undefined : list[Number(index)];
    return found ? { at, id: found.id } : null;
  };
  if (name === 'debits') return row(outs(values), 'line');
  if (name === 'credits') return row(ins(values), 'line');
  if (name === 'shares') return row(usedShares(values), 'share');
  return PLACES[name] ?? null;
}

/** What each share gets, by the id of its row. */
export function partsById(values: EntryValues, preview: EntryPreview | null): Map<number, string> {
  const parts = preview?.parts ?? [];
  return new Map(
    usedShares(values).flatMap((row, at) => (parts[at] === undefined ? [] : [[row.id, parts[at]]])),
  );
}

/** The whole amount of the entry, as far as it is known. */
export const wholeOf = (values: EntryValues): string | null =>
  values.form === 'split'
    ? values.minor
    : sumsOf(values.lines).missing || isZero(sumsOf(values.lines).in)
      ? null
      : sumsOf(values.lines).in;

/** Balances whose before and after are shown; the engine has worked out all of them. */
const SHOWN = 60;

/** Rows of the form in which something stands: the lines, or the shares. */
const rowsUsed = (values: EntryValues): string => {
  const lines = values.lines.filter((row) => !isBlankLine(row)).length;
  return values.form === 'lines'
    ? `${plural(lines, 'line')} ${lines === 1 ? 'makes' : 'make'}`
    : `${plural(usedShares(values).length, 'share')} ${usedShares(values).length === 1 ? 'makes' : 'make'}`;
};

/** Money goes from one balance to another in a posting: how many the rows come to. */
const postingsWords = (rows: string, many: number): string =>
  many === 1 ? `${rows} one posting` : `${rows} ${plural(many, 'posting')}, booked together or not at all`;

/** What an entry would do, as the panel beside the form shows it of a single posting. */
export function asPosting(preview: EntryPreview | null, values: EntryValues): PostPreview | null {
  if (!preview) return null;
  const check = (kind: string, ok: boolean, text: string) => ({
    kind,
    ok,
    text,
    field: ok ? null : preview.field,
    suggestions: [],
  });
  const many = preview.legs.length;
  const checks = preview.refusal
    ? [check(saysClosed(preview.refusal) ? CLOSED_PERIOD : 'entry', false, preview.refusal)]
    : [
        check(
          'entry',
          true,
          values.form === 'lines' ? 'Both sides are equal' : 'The shares come to the whole amount',
        ),
        check('postings', true, postingsWords(rowsUsed(values), many)),
      ];
  const more = preview.effects.length - SHOWN;
  if (more > 0)
    checks.push(
      check(
        'more',
        true,
        `${plural(more, 'balance')} more ${more === 1 ? 'changes' : 'change'} than stand here`,
      ),
    );
  return {
    effects: preview.effects.slice(0, SHOWN),
    checks,
    ready: preview.ready,
    reference: values.reference,
    existing: false,
  };
}

/** Why the entry cannot be posted, or null when it can. */
export function entryObstacle(
  values: EntryValues,
  exponent: number,
  preview: EntryPreview | null,
  asked: boolean,
  closedThrough: string | null = null,
): string | null {
  const missing = missingOfEntry(values, exponent);
  if (missing) return missing;
  if (inClosedPeriod(values, closedThrough)) return IN_CLOSED;
  if (!preview || !asked) return 'Checking';
  return preview.ready ? null : (preview.refusal ?? 'One of the checks does not hold');
}

/** Puts what is missing on the side that is short. */
export function fillLine(row: LineRow, missing: NonNullable<LineSums['missing']>, exponent: number): void {
  const text = formatMinor(missing.minor, exponent);
  row.inText = missing.side === 'in' ? text : '';
  row.inMinor = missing.side === 'in' ? missing.minor : null;
  row.outText = missing.side === 'out' ? text : '';
  row.outMinor = missing.side === 'out' ? missing.minor : null;
}
