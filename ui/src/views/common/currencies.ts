import { defaultLocale } from '$lib/money';
import type { ComboOption } from '$lib/parts';

/** Currency of a region, for the first suggestion only. */
const OF_REGION: Record<string, string> = {
  US: 'USD',
  GB: 'GBP',
  CH: 'CHF',
  JP: 'JPY',
  KW: 'KWD',
  SE: 'SEK',
  NO: 'NOK',
  DK: 'DKK',
  PL: 'PLN',
  CZ: 'CZK',
  CA: 'CAD',
  AU: 'AUD',
  NZ: 'NZD',
  IN: 'INR',
  BR: 'BRL',
  ZA: 'ZAR',
  CN: 'CNY',
  KR: 'KRW',
  TR: 'TRY',
  MX: 'MXN',
};

export function defaultCurrency(): string {
  const region = new Intl.Locale(defaultLocale()).maximize().region ?? '';
  return OF_REGION[region] ?? 'EUR';
}

function nameOf(code: string): string {
  try {
    return new Intl.DisplayNames([defaultLocale()], { type: 'currency' }).of(code) ?? '';
  } catch {
    return '';
  }
}

export const currencyOption = (code: string): ComboOption => ({
  value: code,
  label: code,
  detail: nameOf(code),
});

/** Codes known to this system, by code first and then by name. */
export function searchCurrencies(text: string): ComboOption[] {
  const needle = text.trim().toLowerCase();
  const all = Intl.supportedValuesOf('currency').map(currencyOption);
  const fits = (option: ComboOption): boolean =>
    option.label.toLowerCase().startsWith(needle) || (option.detail ?? '').toLowerCase().includes(needle);
  const byCode = (option: ComboOption): number => (option.label.toLowerCase().startsWith(needle) ? 0 : 1);
  return all
    .filter(fits)
    .sort((a, b) => byCode(a) - byCode(b) || a.label.localeCompare(b.label))
    .slice(0, 40);
}

/** Decimals of a currency as this system knows them; the engine has the last word. */
export function exponentOf(code: string): number {
  try {
    return (
      new Intl.NumberFormat('en', { style: 'currency', currency: code }).resolvedOptions()
        .maximumFractionDigits ?? 2
    );
  } catch {
    return 2;
  }
}
