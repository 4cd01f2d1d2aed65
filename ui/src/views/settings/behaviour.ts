import type { BookSettings } from '$lib/backend/types/BookSettings';

/** One thing that the book does by itself. */
export interface Behaviour {
  key: keyof BookSettings;
  label: string;
  hint: string;
  /** What is said when it was switched. */
  on: string;
  off: string;
}

export const BEHAVIOURS: readonly Behaviour[] = [
  {
    key: 'intake_check',
    label: 'Check queued postings when they are accepted',
    hint: 'What could not be booked as things stand is refused at once. Otherwise it is accepted, and refused when its turn comes.',
    on: 'Queued postings are checked when they are accepted',
    off: 'Queued postings are checked when their turn comes',
  },
  {
    key: 'closest_text',
    label: 'Try the closest text in runs',
    hint: 'For lines that no rule speaks for.',
    on: 'Runs try the closest text',
    off: 'Runs propose nothing for lines that no rule speaks for',
  },
  {
    key: 'monitors_repeat',
    label: 'Monitors tell at every change',
    hint: 'New monitors tell at every change while their condition is true, not only when it comes true.',
    on: 'New monitors tell at every change',
    off: 'New monitors tell when their condition comes true',
  },
  {
    key: 'together',
    label: 'Book postings together',
    hint: 'Postings that come at the same time are written to the disk at once, which is many times as fast. Otherwise each is written by itself.',
    on: 'Postings that come at the same time are booked together',
    off: 'Each posting is booked by itself',
  },
];

/** `setting-intake-check`. */
export const testidOf = ({ key }: Behaviour): string => `setting-${key.replaceAll('_', '-')}`;

export const switchedWords = (one: Behaviour, settings: BookSettings): string =>
  settings[one.key] ? one.on : one.off;
