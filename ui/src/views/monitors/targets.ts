import type { WebhookRow } from '$lib/backend/types/WebhookRow';
import { stateWord } from './webhooks';

/** What a monitor delivers to when it names no webhook. */
export const ALL = 'All webhooks that want it';
const GONE = 'A webhook that was deleted';

/** Whom a monitor may deliver to. One that was deleted is offered while a monitor names it. */
export function targetOptions(
  webhooks: readonly WebhookRow[],
  current: string | null,
): { value: string; label: string; detail?: string }[] {
  const usable = webhooks.filter(({ role }) => role === 'webhook');
  const options = usable.map((row) => ({
    value: row.id,
    label: row.name,
    ...(row.state === 'on' ? {} : { detail: stateWord(row) }),
  }));
  const gone = current && !usable.some(({ id }) => id === current) ? [{ value: current, label: GONE }] : [];
  return [{ value: '', label: ALL }, ...options, ...gone];
}

/** Whom a monitor delivers to, in words. */
export const targetWord = (webhooks: readonly WebhookRow[], id: string | null): string =>
  id ? (webhooks.find((row) => row.id === id)?.name ?? GONE) : ALL;
