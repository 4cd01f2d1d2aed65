import type { BookSettings } from '$lib/backend/types/BookSettings';
import type { RunFallback } from '$lib/backend/types/RunFallback';

/** What a run does with lines that no rule speaks for, until somebody says otherwise. */
export const fallbackOf = (book: Pick<BookSettings, 'closest_text'> | undefined): RunFallback =>
  (book?.closest_text ?? true) ? 'closest_text' : 'none';

/** What a run does where no rule is on. */
export const noRuleWords = (fallback: RunFallback): string =>
  fallback === 'none'
    ? 'No rule is on. The run proposes nothing.'
    : 'No rule is on. The run proposes by the closest text alone.';
