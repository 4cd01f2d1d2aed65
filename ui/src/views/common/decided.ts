import type { TransactionDetail } from '$lib/backend/types/TransactionDetail';
import { atTime, localDay } from '$lib/dates';

/** "Niamh Corcoran voided this hold at 10:23. Nothing was posted." Null while it is still open. */
export function decidedBy({ family, rows }: TransactionDetail, today: string): string | null {
  const last = rows.filter((row) => row.parent_id !== null).at(-1);
  if (!last) return null;
  const when = `${localDay(last.created_at) === today ? 'at' : 'on'} ${atTime(last.created_at, today)}`;
  if (family.state === 'expired') return `This hold ran out and was voided ${when}. Nothing was posted.`;
  if (last.status === 'VOID') return `${last.actor} voided this hold ${when}. Nothing was posted.`;
  if (family.state === 'committed')
    return `${last.actor} committed this hold in full ${when}. Nothing more was posted.`;
  return null;
}
