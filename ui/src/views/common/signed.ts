import { BackendError } from '$lib/backend';

/** Code of a refusal: the day lies in a signed period of a balance. */
export const SIGNED_PERIOD = 'SIGNED_PERIOD';
/** Longest reason that is kept. */
export const MAX_REASON = 500;

/** The last of several days; null when there is none. */
export const lastDay = (days: readonly (string | null | undefined)[]): string | null =>
  days.reduce<string | null>((last, day) => (day && (last === null || day > last) ? day : last), null);

/**
 * Does something that posts. When a signed period refuses it, the person is asked why it should be posted all the same,
 * and it is tried again with that reason. Without a reason the refusal stands.
 */
export async function orWithReason<T>(
  ask: (refusal: string) => Promise<string | null>,
  work: (reason: string | null) => Promise<T>,
): Promise<T> {
  try {
    return await work(null);
  } catch (thrown) {
    const error = BackendError.from(thrown);
    if (error.code !== SIGNED_PERIOD) throw error;
    const reason = await ask(error.message);
    if (reason === null) throw error;
    return work(reason);
  }
}
