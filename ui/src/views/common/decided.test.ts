import { describe, expect, it } from 'vitest';
import type { TransactionDetail } from '$lib/backend/types/TransactionDetail';
import { localDay } from '$lib/dates';
import { decidedBy } from './decided';

const AT = '2026-11-19T10:23:00Z';
const clock = `${String(new Date(AT).getHours()).padStart(2, '0')}:23`;
const child = (status: string) => ({
  id: 'b',
  parent_id: 'a',
  status,
  actor: 'Niamh Corcoran',
  created_at: AT,
});
const detail = (state: string, ...children: ReturnType<typeof child>[]) =>
  ({
    family: { state },
    rows: [
      { id: 'a', parent_id: null, status: 'INFLIGHT', actor: 'Tadhg Molloy', created_at: AT },
      ...children,
    ],
  }) as unknown as TransactionDetail;

describe('who decided on a hold', () => {
  it('is named with the time, and with the day when it was another', () => {
    const voided = detail('voided', child('VOID'));
    expect(decidedBy(voided, localDay(AT))).toBe(
      `Niamh Corcoran voided this hold at ${clock}. Nothing was posted.`,
    );
    expect(decidedBy(voided, '2026-11-25')).toContain('voided this hold on 2026-11-19 ');
  });

  it('is nobody when its time ran out, or while it is open', () => {
    expect(decidedBy(detail('expired', child('VOID')), localDay(AT))).toBe(
      `This hold ran out and was voided at ${clock}. Nothing was posted.`,
    );
    expect(decidedBy(detail('held'), localDay(AT))).toBeNull();
    expect(decidedBy(detail('part_committed', child('APPLIED')), localDay(AT))).toBeNull();
  });
});
