import type { BackupPlan } from '$lib/backend/types/BackupPlan';
import type { BackupRow } from '$lib/backend/types/BackupRow';
import { clockTime, localDay } from '$lib/dates';
import { number, plural } from '$lib/words';

/** How often copies are made by the clock, as it is chosen from a list. */
export type Schedule = 'off' | 'day' | 'week' | 'hours';

export const SCHEDULES: { value: Schedule; label: string }[] = [
  { value: 'off', label: 'Off' },
  { value: 'day', label: 'Every day' },
  { value: 'week', label: 'Every week' },
  { value: 'hours', label: 'Every so many hours' },
];

const DAY = 24;
const WEEK = 7 * DAY;
/** What "every so many hours" begins with. */
const SOME_HOURS = 6;
const HOURS: Record<Schedule, number> = { off: 0, day: DAY, week: WEEK, hours: SOME_HOURS };
const MOST_HOURS = 366 * DAY;
const MOST_KEPT = 1000;

/** The choice that stands for a number of hours. */
export const scheduleOf = (hours: number): Schedule =>
  hours === 0 ? 'off' : hours === DAY ? 'day' : hours === WEEK ? 'week' : 'hours';

/** The hours of a choice; those that are there already stay when they are of that choice. */
export const hoursOf = (choice: Schedule, now: number): number =>
  scheduleOf(now) === choice ? now : HOURS[choice];

/** What was typed, or why it cannot be. */
const wholeFrom = (text: string, most: number): number | string => {
  const typed = text.trim();
  const n = /^\d{1,9}$/.test(typed) ? Number(typed) : 0;
  return n >= 1 && n <= most ? n : `Enter a number from 1 to ${number(most)}.`;
};
export const readHours = (text: string): number | string => wholeFrom(text, MOST_HOURS);
export const readKeep = (text: string): number | string => wholeFrom(text, MOST_KEPT);

const every = (hours: number): string => {
  const choice = scheduleOf(hours);
  if (choice === 'day' || choice === 'week') return `every ${choice}`;
  return hours === 1 ? 'every hour' : `every ${number(hours)} hours`;
};

/** When a copy is made, in a sentence. */
export function planWords({ every_hours, before_import }: BackupPlan): string {
  if (every_hours > 0)
    return `A copy is made ${every(every_hours)} while the book is open, if anything was done since the last one.`;
  return before_import
    ? 'A copy is made before imports, and when you ask for one.'
    : 'A copy is made only when you ask for one.';
}

/** What a change of the plan did. */
export function changeWords(change: Partial<BackupPlan>): string {
  if (change.every_hours !== undefined)
    return change.every_hours > 0
      ? `Copies are made ${every(change.every_hours)}`
      : 'No copies are made by the clock';
  if (change.keep !== undefined)
    return change.keep === 1 ? '1 copy is kept' : `${number(change.keep)} copies are kept`;
  return change.before_import ? 'A copy is made before imports' : 'No copy is made before imports';
}

/** Whether a change changes nothing. */
export const isSame = (plan: BackupPlan, change: Partial<BackupPlan>): boolean =>
  (Object.keys(change) as (keyof BackupPlan)[]).every((key) => plan[key] === change[key]);

/** The same parts of a plan as a change has, as they are: what undoes it. */
export function undoOf(plan: BackupPlan, change: Partial<BackupPlan>): Partial<BackupPlan> {
  const keys = Object.keys(change) as (keyof BackupPlan)[];
  return Object.fromEntries(keys.map((key) => [key, plan[key]]));
}

/** What becomes of the copies when the next one is made. */
export function roomWords(copies: number, keep: number): string {
  const go = copies + 1 - keep;
  if (go <= 0) return 'The oldest make room for new ones.';
  return go === 1 ? 'The oldest goes with the next copy.' : `The oldest ${number(go)} go with the next copy.`;
}

/** A copy that is due is made within a minute: one that is not there after this was not made. */
const LATE_MS = 5 * 60_000;

/** Since when a copy should have been there; null while none is missing. */
export function overdueSince(
  plan: BackupPlan,
  newest: Pick<BackupRow, 'at'> | undefined,
  savedAt: string | null,
  now: number,
): number | null {
  if (plan.every_hours === 0 || !newest || !savedAt) return null;
  const [made, saved] = [Date.parse(newest.at), Date.parse(savedAt)];
  if (saved <= made) return null;
  const due = Math.max(saved, made + plan.every_hours * 3_600_000);
  return now > due + LATE_MS ? due : null;
}

/** The name that is proposed for a book made of a copy: beside the present one, and of the time of the copy. */
export const copyPath = (book: string, { at }: Pick<BackupRow, 'at'>): string =>
  `${book.replace(/\.tieout$/i, '')} restored ${localDay(at)} ${clockTime(at).replace(':', '')}.tieout`;

export const copiesWords = (
  copies: readonly Pick<BackupRow, 'bytes'>[],
  size: (bytes: number) => string,
): string =>
  copies.length
    ? `${plural(copies.length, 'copy', 'copies')}, ${size(copies.reduce((sum, { bytes }) => sum + bytes, 0))}`
    : '';
