import type { AccountRequest } from '$lib/backend/types/AccountRequest';
import type { AccountRow } from '$lib/backend/types/AccountRow';
import type { ComboOption } from '$lib/parts';
import { currencyOption } from '../common/currencies';

export interface AccountValues {
  number: string;
  bank: string;
  name: string;
  /** Its currency is that of the account. */
  balance: (ComboOption & { currency: string }) | null;
  currency: ComboOption | null;
}

export function accountValues(account: AccountRow | null): AccountValues {
  if (!account) return { number: '', bank: '', name: '', balance: null, currency: null };
  const { number, bank, name, balance_id: id, balance_name: label, currency } = account;
  const balance = id ? { value: id, label: label ?? id, right: currency, currency } : null;
  return { number, bank, name, balance, currency: currencyOption(currency) };
}

export function accountProblems(values: AccountValues): Partial<Record<keyof AccountValues, string>> {
  const problems: Partial<Record<keyof AccountValues, string>> = {};
  if (!/[\p{L}\p{N}]/u.test(values.number))
    problems.number = 'Enter the number of the account, with letters or digits.';
  if (!values.balance && !values.currency) problems.currency = 'Choose a currency, or the balance.';
  return problems;
}

/** The currency of a balance is left to the balance: it may be a unit of its own. */
export const accountRequest = (identity: string, values: AccountValues): AccountRequest => ({
  identity_id: identity,
  balance_id: values.balance?.value ?? null,
  name: values.name.trim(),
  bank: values.bank.trim(),
  number: values.number.trim(),
  currency: values.balance ? '' : (values.currency?.value ?? ''),
});
