import { settings } from '$lib/settings';

/** What the balances of a ledger are in the books. */
export type AccountType = 'asset' | 'liability' | 'equity' | 'income' | 'expense';

export const ACCOUNT_TYPES: { value: AccountType; label: string }[] = [
  { value: 'asset', label: 'Asset' },
  { value: 'liability', label: 'Liability' },
  { value: 'equity', label: 'Equity' },
  { value: 'income', label: 'Income' },
  { value: 'expense', label: 'Expense' },
];

export interface TypeMeaning {
  /** What its balances are. */
  means: string;
  /** On which side it grows. */
  side: 'in' | 'out';
  report: string;
}

export const MEANINGS: Record<AccountType, TypeMeaning> = {
  asset: {
    means: 'What is owned, and what others owe: bank, customers, stock',
    side: 'in',
    report: 'Balance sheet, assets',
  },
  liability: {
    means: 'What is owed to others: suppliers, taxes, loans',
    side: 'out',
    report: 'Balance sheet, liabilities',
  },
  equity: {
    means: 'What the owners put in, and results that were kept',
    side: 'out',
    report: 'Balance sheet, equity',
  },
  income: {
    means: 'What was earned: sales, interest received',
    side: 'out',
    report: 'Profit and loss, income',
  },
  expense: {
    means: 'What was used up: wages, rent, fees',
    side: 'in',
    report: 'Profit and loss, expenses',
  },
};

/** `Debit (in)`, in the words that the book chose for its columns. */
export const sideWord = (side: 'in' | 'out'): string =>
  `${(side === 'in') === (settings.columnNames !== 'as-stored') ? 'Debit' : 'Credit'} (${side})`;

/** First parts of names that say the type themselves, as the engine reads them. */
const SAID = new Map<string, AccountType>([
  ['asset', 'asset'],
  ['assets', 'asset'],
  ['liability', 'liability'],
  ['liabilities', 'liability'],
  ['equity', 'equity'],
  ['income', 'income'],
  ['revenue', 'income'],
  ['expense', 'expense'],
  ['expenses', 'expense'],
]);

const firstPart = (name: string): string => (name.split('/')[0] ?? '').trim().toLowerCase();

/** The type that the name of a ledger says: `Assets/Bank` holds assets. Null for other names. */
export const typeOfName = (name: string): AccountType | null => SAID.get(firstPart(name)) ?? null;

/** `Asset` from `asset`. */
export const typeWord = (type: string): string =>
  ACCOUNT_TYPES.find(({ value }) => value === type)?.label ?? type;

/** The choice of a form: the type that was given, or '' where the name says it or nothing does. */
export const givenType = (ledger: { name: string; account_type: string | null }): string =>
  ledger.account_type === typeOfName(ledger.name) ? '' : (ledger.account_type ?? '');

/** What stands beside the name of a ledger: only what the name does not say itself. */
export function typeBeside(ledger: { name: string; account_type: string | null }): string {
  if (ledger.account_type === null) return 'no type';
  return givenType(ledger) && typeWord(ledger.account_type).toLowerCase();
}

/** The choices, the first of which says what it comes to for this name. */
export function typeOptions(name: string): { value: string; label: string; detail?: string }[] {
  const said = typeOfName(name);
  return [
    { value: '', label: 'By its name', detail: said ? typeWord(said) : 'says no type' },
    ...ACCOUNT_TYPES,
  ];
}

/** The type that a form comes to: the one that is chosen, or the one that the name says. */
export const chosenType = (name: string, type: string): AccountType | null =>
  ACCOUNT_TYPES.find(({ value }) => value === type)?.value ?? typeOfName(name);
