import { beforeEach, describe, expect, it } from 'vitest';
import { memoryBackend, setBackend } from '$lib/backend';
import type { LedgerRow } from '$lib/backend/types/LedgerRow';
import { saveLedger } from './save';
import { typeOfName } from './types';

let given: string | null = null;
let name = '';
let asked: string[] = [];
const row = (): LedgerRow => ({ id: 'l1', name, balances: 1, account_type: given ?? typeOfName(name) });

/** One ledger, kept as the engine keeps it: a given type outlives a new name. */
function book(start: string, type: string | null): LedgerRow {
  name = start;
  given = type;
  return row();
}

describe('saving a ledger', () => {
  beforeEach(() => {
    asked = [];
    setBackend(
      memoryBackend({
        handlers: {
          ledger_create: (args) => {
            asked.push(`create ${args.name}`);
            return book(args.name, null);
          },
          ledger_rename: (args) => {
            asked.push(`rename ${args.name}`);
            name = args.name;
            return null;
          },
          ledgers_list: () => [row()],
          ledger_type_set: (args) => {
            asked.push(`type ${args.account_type}`);
            given = args.account_type;
            return row();
          },
        },
      }),
    );
  });

  it('changes only what was changed', async () => {
    const ledger = book('Till', null);
    expect(await saveLedger(ledger, 'Till', '')).toBe('l1');
    expect(asked).toEqual([]);
    await saveLedger(ledger, 'Till', 'asset');
    expect(asked).toEqual(['type asset']);
    await saveLedger(row(), 'Shop till', 'asset');
    expect(asked).toEqual(['type asset', 'rename Shop till']);
    await saveLedger(row(), 'Shop till', '');
    expect(asked.at(-1)).toBe('type null');
  });

  it('lets the name say the type', async () => {
    await saveLedger(undefined, 'Assets/Till', '');
    await saveLedger(undefined, 'Assets/Till', 'asset');
    expect(asked).toEqual(['create Assets/Till', 'create Assets/Till']);
    await saveLedger(undefined, 'Assets/Till', 'expense');
    expect(asked.at(-1)).toBe('type expense');
  });

  it('takes away a type that the name said as well', async () => {
    // It was given and is what the name says, so the form shows the name as its source.
    await saveLedger(book('Assets/Till', 'asset'), 'Till', '');
    expect(asked).toEqual(['rename Till', 'type null']);
    expect(row().account_type).toBeNull();
  });
});
