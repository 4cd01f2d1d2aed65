import type { FamilyRow } from '$lib/backend/types/FamilyRow';
import { atTime } from '$lib/dates';
import { type Timer, timerOf } from '../common/times.svelte';

type Hold = Pick<FamilyRow, 'reference' | 'commits_at' | 'expires_at'>;

/** What the clock does to these holds within a day, in sentences. */
export function clockWarning(holds: readonly Hold[], now: number, today: string): string | null {
  const soon = holds.flatMap((hold) => {
    const timer = timerOf(hold, now);
    return timer?.soon ? [{ reference: hold.reference, timer }] : [];
  });
  const said = (what: Timer['what'], one: string, ofSeveral: string, several: string): string[] => {
    const due = soon.filter(({ timer }) => timer.what === what);
    const first = due.toSorted((a, b) => Date.parse(a.timer.at) - Date.parse(b.timer.at))[0];
    if (!first) return [];
    const at = atTime(first.timer.at, today);
    // Its time has come, and the clock could not book it.
    if (holds.length === 1)
      return [
        first.timer.left || what === 'expires'
          ? `It ${one} at ${at} if nobody acts.`
          : `It was to commit itself at ${at}.`,
      ];
    const count =
      due.length === holds.length ? `All ${holds.length}` : `${due.length} of the ${holds.length}`;
    return [
      `${count} ${due.length === 1 ? ofSeveral : several} if nobody acts. ${first.reference} is first, at ${at}.`,
    ];
  };
  const sentences = [
    ...said(
      'expires',
      'voids itself',
      'expires within a day and voids itself',
      'expire within a day and void themselves',
    ),
    ...said('commits', 'commits itself', 'commits itself within a day', 'commit themselves within a day'),
  ];
  return sentences.join(' ') || null;
}
