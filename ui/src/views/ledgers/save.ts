import { backend } from '$lib/backend';
import type { LedgerRow } from '$lib/backend/types/LedgerRow';
import '../common/commands';
import { typeOfName } from './types';

/** The ledger as it stands once it has this name. */
async function named(ledger: LedgerRow | undefined, name: string): Promise<LedgerRow> {
  if (!ledger) return backend.call('ledger_create', { name });
  if (name === ledger.name) return ledger;
  await backend.call('ledger_rename', { id: ledger.id, name });
  const found = (await backend.call('ledgers_list', {})).find(({ id }) => id === ledger.id);
  return found ?? { ...ledger, name };
}

/**
 * Makes a ledger or changes one, and answers its id. `type` is '' where its name is to say the type: it is written only
 * where the ledger would not have it otherwise.
 */
export async function saveLedger(ledger: LedgerRow | undefined, name: string, type: string): Promise<string> {
  const row = await named(ledger, name);
  const wanted = type || typeOfName(name);
  if (row.account_type !== wanted)
    await backend.call('ledger_type_set', { id: row.id, account_type: type || null });
  return row.id;
}
