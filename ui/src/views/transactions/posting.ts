import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import type { Check } from '$lib/backend/types/Check';
import type { FamilyRow } from '$lib/backend/types/FamilyRow';
import type { PostPreview } from '$lib/backend/types/PostPreview';
import type { PostRequest } from '$lib/backend/types/PostRequest';
import type { ScheduledRow } from '$lib/backend/types/ScheduledRow';
import { clockTime, localDay } from '$lib/dates';
import { isZero } from '$lib/money';
import type { ComboOption } from '$lib/parts';
import { lastDay } from '../common/signed';
import { instantOf } from '../common/times.svelte';
import { money } from '../common/words';
import { LONGEST, metadataOf, originOf, tooLong } from './origin';

/** The row that a posting gives back, and what that is called. */
export interface Refunds {
  id: string;
  reference: string;
  word: 'Refund' | 'Reverse';
}

/** What another view knows already. */
export interface Prefill {
  amount?: string;
  currency?: string;
  exponent?: number;
  reference?: string;
  description?: string;
  hold?: boolean;
  source?: ComboOption;
  destination?: ComboOption;
  /** The row that it gives back. */
  refunds?: Refunds;
  /** A scheduled posting: to be changed, or with `again` to be asked for once more. */
  scheduled?: ScheduledRow;
  again?: boolean;
  /** It is to be booked on a day and time, which is not known yet. */
  later?: boolean;
}

export type Side = 'source' | 'destination';

export interface Party extends ComboOption {
  /** Id of the balance, also where its value is an `@name`. */
  id?: string;
  /** What stands beside it on each side of the form. */
  beside?: Record<Side, string>;
  /** Missing for a balance that does not exist yet. */
  currency?: string;
  exponent?: number;
  /** Statements are reconciled with it: it has only what is in it. */
  bank?: boolean;
  /** End of its last signed statement: through this day it takes no postings without a reason. */
  signedThrough?: string | null;
}

export interface Values {
  mode: 'post' | 'hold';
  /** As typed. */
  amount: string;
  minor: string | null;
  currency: string;
  date: string | null;
  source: Party | null;
  destination: Party | null;
  reference: string;
  description: string;
  expiryDay: string | null;
  expiryTime: string;
  /** When what is still held is booked by itself. */
  commitDay: string | null;
  commitTime: string;
  /** Where the money comes from, as typed. */
  origin: string;
  /** What else is noted with it. */
  metadata: Record<string, unknown> | null;
  overdraft: boolean;
  limit: string;
  limitMinor: string | null;
  /** Somebody chose to post into a signed period. */
  anyway: boolean;
  signedReason: string;
  /** The row that it gives back. */
  refunds: Refunds | null;
  when: 'now' | 'later';
  dueDay: string | null;
  dueTime: string;
  /** The scheduled posting that is changed. */
  scheduled: { id: string; reference: string } | null;
}

export const blank = (currency: string, today: string): Values => ({
  mode: 'post',
  amount: '',
  minor: null,
  currency,
  date: today,
  source: null,
  destination: null,
  reference: '',
  description: '',
  expiryDay: null,
  expiryTime: '17:00',
  commitDay: null,
  commitTime: '09:00',
  origin: '',
  metadata: null,
  overdraft: false,
  limit: '',
  limitMinor: null,
  anyway: false,
  signedReason: '',
  refunds: null,
  when: 'now',
  dueDay: null,
  dueTime: '09:00',
  scheduled: null,
});

export function partyOf(row: BalanceRow, side: Side): Party {
  const beside = {
    source: `${money(row.figures.available, row.exponent, row.currency)} available`,
    // Nothing is taken from where the money goes: what it has is enough.
    destination: `${money(row.figures.balance, row.exponent, row.currency)} balance`,
  };
  return {
    value: row.indicator ?? row.id,
    id: row.id,
    label: row.name,
    detail: row.ledger,
    right: beside[side],
    beside,
    currency: row.currency,
    exponent: row.exponent,
    bank: row.reconcilable,
    signedThrough: row.reconciled_to,
  };
}

/** The same balance on a side of the form, with the figure that counts there. */
export const onSide = (party: Party | null, side: Side): Party | null =>
  party?.beside ? { ...party, right: party.beside[side] } : party;

/** Last day that one of both balances has signed for. */
export const signedThrough = (values: Values): string | null =>
  lastDay([values.source?.signedThrough, values.destination?.signedThrough]);

/** When open holds decide on themselves, as it is typed. */
export type TypedTimers = { mode: string } & Pick<
  Values,
  'expiryDay' | 'expiryTime' | 'commitDay' | 'commitTime'
>;

/** The instant an open hold voids itself, `undefined` when what is typed is no time. */
export function expiryOf(values: TypedTimers): string | null | undefined {
  if (values.mode !== 'hold' || !values.expiryDay) return null;
  return instantOf(values.expiryDay, values.expiryTime) ?? undefined;
}

/** The instant an open hold commits itself, `undefined` when what is typed is no time. */
export function commitOf(values: TypedTimers): string | null | undefined {
  if (values.mode !== 'hold' || !values.commitDay) return null;
  return instantOf(values.commitDay, values.commitTime) ?? undefined;
}

/** The instant it is booked at, `undefined` when what is typed is no time, null for one that is booked now. */
export function dueOf(values: Pick<Values, 'when' | 'dueDay' | 'dueTime'>): string | null | undefined {
  if (values.when !== 'later') return null;
  return (values.dueDay && instantOf(values.dueDay, values.dueTime)) || undefined;
}

/** How it is booked, as the head of the form offers it. */
export type Way = 'post' | 'hold' | 'later';
export const WAYS: { value: Way; label: string }[] = [
  { value: 'post', label: 'Post now' },
  { value: 'hold', label: 'Hold for approval' },
  { value: 'later', label: 'Schedule' },
];
/** A hold can be scheduled too: that it is one is said beside its day. */
export const wayOf = ({ when, mode }: Pick<Values, 'when' | 'mode'>): Way =>
  when === 'later' ? 'later' : mode;

/** The effective date goes with the day it is booked on, until somebody set it apart. */
export function takeWay(
  values: Pick<Values, 'when' | 'mode' | 'date' | 'dueDay'>,
  way: Way,
  today: string,
): void {
  values.when = way === 'later' ? 'later' : 'now';
  values.mode = way === 'hold' ? 'hold' : 'post';
  if (values.when === 'now' && values.date === values.dueDay) values.date = today;
  if (values.when === 'later' && values.dueDay && values.date === today) values.date = values.dueDay;
}

/** The form as a scheduled posting has it. One that is asked for again gets a time of its own. */
export function valuesOfScheduled(
  row: ScheduledRow,
  again: boolean,
): Omit<Partial<Values>, 'source' | 'destination'> {
  const { request, due_at: due } = row;
  const { expires_at: expires, commits_at: commits } = request;
  return {
    mode: request.hold ? 'hold' : 'post',
    date: request.effective_date,
    expiryDay: expires && localDay(expires),
    ...(expires ? { expiryTime: clockTime(expires) } : {}),
    commitDay: commits ? localDay(commits) : null,
    ...(commits ? { commitTime: clockTime(commits) } : {}),
    ...originOf(request.metadata),
    overdraft: request.allow_overdraft,
    anyway: request.signed_reason !== null,
    signedReason: request.signed_reason ?? '',
    when: 'later',
    dueDay: again ? null : localDay(due),
    dueTime: clockTime(due),
    scheduled: again ? null : { id: row.id, reference: row.reference },
  };
}

export function requestOf(values: Values, create: boolean): PostRequest {
  const commits = commitOf(values);
  return {
    reference: values.reference.trim(),
    amount: values.minor ?? '',
    currency: values.currency,
    source: values.source?.value ?? '',
    destination: values.destination?.value ?? '',
    description: values.description.trim(),
    effective_date: values.date,
    hold: values.mode === 'hold',
    expires_at: expiryOf(values) ?? null,
    ...(commits ? { commits_at: commits } : {}),
    allow_overdraft: values.overdraft,
    overdraft_limit: values.overdraft ? values.limitMinor : null,
    metadata: metadataOf(values),
    create_indicators: create,
    signed_reason: (values.anyway && values.signedReason.trim()) || null,
    refunds: values.refunds?.id ?? null,
  };
}

/** What is not filled in yet, in the order of the form. Without these nothing needs to be asked of the engine. */
export function missingOf(values: Values): string | null {
  if (values.minor === null)
    return values.amount.trim() ? 'The amount is not readable yet' : 'Enter an amount';
  if (!values.date) return 'Enter the effective date';
  if (!values.source) return 'Choose the balance it comes from';
  if (!values.destination) return 'Choose the balance it goes to';
  const timers = missingOfTimers(values);
  if (timers) return timers;
  if (tooLong(values.origin)) return `The origin has at most ${LONGEST} characters`;
  const late = missingOfDue(values);
  if (late) return late;
  if (values.overdraft && values.limit.trim() && values.limitMinor === null)
    return 'The overdraft limit is not readable yet';
  if (values.anyway && !values.signedReason.trim())
    return 'Enter the reason for posting into a signed period';
  return null;
}

/** What is wrong with the times at which open holds decide on themselves. */
export function missingOfTimers(values: TypedTimers): string | null {
  const [commits, expiry] = [commitOf(values), expiryOf(values)];
  if (expiry === undefined || commits === undefined) return 'Enter the time as 17:00';
  return commits && expiry && expiry <= commits
    ? 'The hold would void itself before it commits itself'
    : null;
}

function missingOfDue(values: Values): string | null {
  const due = dueOf(values);
  if (due === null) return null;
  if (!values.dueDay) return 'Enter the day it is booked on';
  if (due === undefined) return 'Enter the time as 17:00';
  if (Date.parse(due) <= Date.now()) return 'The time it is booked at has passed';
  const [commits, expiry] = [commitOf(values), expiryOf(values)];
  if (commits && commits <= due) return 'The hold would commit itself before it is made';
  return expiry && expiry <= due ? 'The hold would void itself before it is made' : null;
}

/** The books are closed through that day: no reason lets an entry through. */
export const CLOSED_PERIOD = 'closed_period';
const SIGNED_PERIOD = 'signed_period';
/** Said beside the button of every form that settles on a day. */
export const IN_CLOSED = 'The date lies in a closed period';
export const IN_SIGNED = 'The date lies in a signed period';
export const ofPeriod = (check: Pick<Check, 'kind'>): boolean =>
  check.kind === CLOSED_PERIOD || check.kind === SIGNED_PERIOD;

/** What is said about the day: that the books are closed comes before that a statement was signed. */
export const periodOf = (preview: PostPreview | null): Check | null =>
  preview?.checks.find((check) => check.kind === CLOSED_PERIOD) ?? preview?.checks.find(ofPeriod) ?? null;

/** What fails now may hold when a scheduled posting is due: money comes in. */
export const stands = (values: Pick<Values, 'when'>, check: Pick<Check, 'ok' | 'kind'>): boolean =>
  !check.ok && !(values.when === 'later' && check.kind === 'funds');

/** Why the form cannot be posted, or null when it can. */
export function obstacle(values: Values, preview: PostPreview | null, asked: boolean): string | null {
  const missing = missingOf(values);
  if (missing) return missing;
  if (!preview || !asked) return 'Checking';
  if (preview.ready) return null;
  const failed = preview.checks.find((check) => stands(values, check));
  if (!failed && values.when === 'later') return null;
  if (failed?.kind === CLOSED_PERIOD) return IN_CLOSED;
  if (failed?.kind === SIGNED_PERIOD) return IN_SIGNED;
  if (failed?.kind === 'funds') return 'The amount is more than is available';
  return failed?.text ?? 'One of the checks does not hold';
}

/** Characters of a reference. */
const MOST_REFERENCE = 255;
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTVWXYZ';

const tail = (): string =>
  [...crypto.getRandomValues(new Uint8Array(5))].map((byte) => LETTERS[byte % LETTERS.length]).join('');

/**
 * A reference to start from. Because it is fixed before posting, the same form sent twice, as after a crash, is
 * recognised by the engine and booked once.
 */
export function suggestReference(today: string): string {
  return `TX-${today.slice(2).replaceAll('-', '')}-${tail()}`;
}

type Booked = Pick<FamilyRow, 'id' | 'reference' | 'amount' | 'currency' | 'exponent'> &
  Pick<FamilyRow, 'source_id' | 'source_name' | 'destination_id' | 'destination_name'>;

/** What moved money: of a hold what was committed of it, which may be a part or nothing. */
export const bookedOf = ({
  state,
  amount,
  committed,
}: Pick<FamilyRow, 'state' | 'amount' | 'committed'>): string =>
  state === 'applied' ? amount : (committed ?? '0');

/** Why there is nothing to give back, or true. `left` is what is left of it, as far as that is known. */
export function canReverse(
  row: Pick<FamilyRow, 'state' | 'amount' | 'committed' | 'reference'>,
  left?: string | null,
): true | string {
  if (isZero(bookedOf(row)))
    return `Nothing of ${row.reference} was booked, so there is nothing to give back`;
  if (left === null) return `${row.reference} is a refund itself`;
  return left !== undefined && isZero(left) ? `${row.reference} was given back already` : true;
}

/**
 * The form that gives back what was booked: its amount the other way. Its reference follows from the one of the entry
 * and from how many refunds there are already, so that the same one asked for twice is noticed.
 */
export function refundOf(booked: Booked, word: 'Refund' | 'Reversal', before = 0): Prefill {
  const ending = before ? `-R${before + 1}` : '-R';
  return {
    amount: booked.amount,
    currency: booked.currency,
    exponent: booked.exponent,
    reference: `${[...booked.reference].slice(0, MOST_REFERENCE - ending.length).join('')}${ending}`,
    description: `${word} of ${booked.reference}`,
    source: { value: booked.destination_id, label: booked.destination_name },
    destination: { value: booked.source_id, label: booked.source_name },
    refunds: {
      id: booked.id,
      reference: booked.reference,
      word: word === 'Refund' ? 'Refund' : 'Reverse',
    },
  };
}

/**
 * A reference for a commit (C) or a void (V) of a hold, fixed when its dialog opens for the same reason. A reference may
 * be 255 characters; the ending takes its room from the end of a longer one.
 */
export function decisionReference(hold: string, letter: 'C' | 'V'): string {
  return `${[...hold].slice(0, 240).join('')}-${letter}-${tail()}`;
}
