import { shortMonth } from '../dates';

/** The axis of days of a chart: where it is labelled, and with what. Everything is in unix seconds, and in UTC. */

const DAY = 86_400;
/** A longer time is told by months, a shorter one by days. */
const MONTHS_FROM = 45 * DAY;
/** Px that a label takes, the space to the next one included. */
const ROOM = 76;
/** Px that half a label stands beyond its tick, less the margin of the chart: nearer to the end it would be cut. */
const BEYOND = 24;

/** `2026-10-14` of an instant. */
export const dayOf = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 10);

const byMonths = (from: number, to: number): boolean => to - from > MONTHS_FROM;

function monthStart(seconds: number, on: number): number {
  const at = new Date(seconds * 1000);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + on, 1) / 1000;
}

/** First days of months, or days; only every second or third one where they would stand too close. */
export function dayTicks(from: number, to: number, width: number): number[] {
  const most = Math.max(2, width / ROOM);
  const unit = byMonths(from, to) ? 30 * DAY : DAY;
  const step = Math.max(1, Math.ceil((to - from) / unit / most));
  const start = Math.ceil(from / DAY) * DAY;
  const next = (n: number) => (unit === DAY ? start + n * step * DAY : monthStart(from, n * step));
  const last = to - ((to - from) * BEYOND) / Math.max(1, width);
  const found: number[] = [];
  for (let n = 0, at = next(0); at <= last; n += 1, at = next(n)) if (at >= from) found.push(at);
  return found;
}

/** What stands below a tick. The year is always there: nothing else on the chart says it. */
export const tickText = (at: number, from: number, to: number): string =>
  byMonths(from, to) ? shortMonth(dayOf(at)) : dayOf(at);
