import { onDestroy } from 'svelte';
import type { FamilyRow } from '$lib/backend/types/FamilyRow';
import { atTime, localDay } from '$lib/dates';

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;

class Minute {
  /** Moves once a minute, on the minute, while somebody looks. */
  now = $state(Date.now());
  #users = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  use(): () => void {
    this.#users += 1;
    if (this.#users === 1) this.#tick();
    return () => {
      this.#users -= 1;
      if (this.#users === 0) clearTimeout(this.#timer);
    };
  }

  #tick(): void {
    this.now = Date.now();
    this.#timer = setTimeout(() => this.#tick(), MINUTE - (this.now % MINUTE) + 20);
  }
}

const minute = new Minute();

/** The present for countdowns: `now` is read again by the view once a minute. */
export function useMinute(): { readonly now: number } {
  onDestroy(minute.use());
  return minute;
}

/** Minutes below an hour, hours and minutes below a day, days and hours above. Null once it has passed. */
export function timeLeft(until: string, now: number): string | null {
  const left = Date.parse(until) - now;
  if (left <= 0) return null;
  const minutes = Math.floor(left / MINUTE);
  if (left < DAY) {
    const hours = Math.floor(minutes / 60);
    if (minutes < 1) return 'less than 1 m';
    return hours ? `${hours} h ${minutes % 60} m` : `${minutes} m`;
  }
  const days = Math.floor(left / DAY);
  const hours = Math.floor((left % DAY) / (60 * MINUTE));
  return hours ? `${days} d ${hours} h` : `${days} d`;
}

export const expiresSoon = (until: string | null, now: number): boolean =>
  until !== null && Date.parse(until) - now < DAY;

/** What the clock does to an open hold next. */
export interface Timer {
  what: 'commits' | 'expires';
  at: string;
  /** Null once it has passed. */
  left: string | null;
  soon: boolean;
}

/** A hold commits itself before it expires. One that could not be booked then is held still, and its expiry comes next. */
export function timerOf(hold: Pick<FamilyRow, 'commits_at' | 'expires_at'>, now: number): Timer | null {
  const { commits_at: commits, expires_at: expires } = hold;
  const what = commits && (!expires || Date.parse(commits) > now) ? 'commits' : 'expires';
  const at = what === 'commits' ? commits : expires;
  return at ? { what, at, left: timeLeft(at, now), soon: expiresSoon(at, now) } : null;
}

/** What stands beside the time that is left. */
export function timerWords({ what, at, left }: Timer, today: string): string {
  if (what === 'expires') return atTime(at, today);
  return `${left ? 'commits' : 'was to commit'} ${atTime(at, today)}`;
}

/** `2 d 3 h, commits 2026-11-21 14:00`: for a list of holds. */
export function timerText(
  hold: Pick<FamilyRow, 'commits_at' | 'expires_at'>,
  now: number,
  today: string,
): string {
  const timer = timerOf(hold, now);
  if (!timer) return 'No expiry';
  const words = timerWords(timer, today);
  if (timer.left) return `${timer.left}, ${words}`;
  return timer.what === 'commits' ? words : `expired, ${words}`;
}

/** The instant of a local day and clock time, or null when the time is not one. */
export function instantOf(day: string, time: string): string | null {
  const match = /^([01]?\d|2[0-3])[:.]?([0-5]\d)$/.exec(time.trim());
  if (!match) return null;
  const [year, month, date] = day.split('-').map(Number) as [number, number, number];
  return new Date(year, month - 1, date, Number(match[1]), Number(match[2])).toISOString();
}

export type Bucket = 'overdue' | 'today' | 'tomorrow' | 'week' | 'later' | 'never';

/** Groups of the approval queue, by calendar day. */
export function bucketOf(expires: string | null, today: string, tomorrow: string, week: string): Bucket {
  if (expires === null) return 'never';
  const day = localDay(expires);
  if (day < today) return 'overdue';
  if (day === today) return 'today';
  if (day === tomorrow) return 'tomorrow';
  return day <= week ? 'week' : 'later';
}

export const BUCKET_WORDS: Record<Bucket, string> = {
  overdue: 'Before today',
  today: 'Today',
  tomorrow: 'Tomorrow',
  week: 'Next 7 days',
  later: 'Later',
  never: 'No expiry',
};
