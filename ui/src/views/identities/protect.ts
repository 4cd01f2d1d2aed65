import type { IdentityField } from '$lib/backend/types/IdentityField';
import { plural } from '$lib/words';

export interface ProtectChange {
  begin: string[];
  end: string[];
}

/** What is to be done so that the wanted fields are protected and no other. */
export function changeOf(fields: readonly IdentityField[], wanted: readonly string[]): ProtectChange {
  const named = (those: IdentityField[]): string[] => those.map(({ field }) => field);
  return {
    begin: named(fields.filter((one) => !one.protected && wanted.includes(one.field))),
    end: named(fields.filter((one) => one.protected && !wanted.includes(one.field))),
  };
}

/** What the button does and to how much; null where nothing changes. */
export function protectButton({ begin, end }: ProtectChange): string | null {
  if (begin.length && end.length) return `Protect ${begin.length}, end the protection of ${end.length}`;
  if (begin.length) return `Protect ${plural(begin.length, 'field')}`;
  return end.length ? `End the protection of ${plural(end.length, 'field')}` : null;
}
