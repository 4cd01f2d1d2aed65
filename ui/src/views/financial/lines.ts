import type { FinancialKind } from '$lib/backend/types/FinancialKind';
import type { FinancialPart } from '$lib/backend/types/FinancialPart';
import type { FinancialReport } from '$lib/backend/types/FinancialReport';
import type { FinancialRow } from '$lib/backend/types/FinancialRow';
import type { FinancialSection } from '$lib/backend/types/FinancialSection';
import { isNegative, isZero, subMinor, sumMinor } from '$lib/money';
import { typeOfName } from '../ledgers/types';

export const UNTYPED = 'untyped';
export const TITLES: Record<FinancialKind, string> = {
  balance_sheet: 'Balance sheet',
  profit_and_loss: 'Profit and loss',
};

/** Lines of one ledger within a section. */
export interface Group {
  ledger: string;
  /** The ledger without what the section says already; empty where the section says it all. */
  label: string;
  rows: FinancialRow[];
  total: string;
}

/** `Bank` from `Assets/Bank` among the assets. */
function labelOf(section: FinancialSection, ledger: string): string {
  const parts = ledger.split('/');
  if (typeOfName(ledger) !== section.kind) return ledger;
  return parts.slice(1).join('/').trim();
}

/** The lines of a section by ledger, in the order they come. */
export function groupsOf(section: FinancialSection): Group[] {
  const groups = new Map<string, FinancialRow[]>();
  for (const row of section.rows) groups.set(row.ledger, [...(groups.get(row.ledger) ?? []), row]);
  return [...groups].map(([ledger, rows]) => ({
    ledger,
    label: labelOf(section, ledger),
    rows,
    total: sumMinor(rows.map((row) => row.amount)),
  }));
}

export interface Side {
  sections: FinancialSection[];
  /** What the sum of the side is called. */
  label: string;
  total: string;
}

/** What there is, and where it came from. */
export function sidesOf(part: FinancialPart): [Side, Side] {
  const total = (sections: FinancialSection[]) => sumMinor(sections.map((section) => section.total));
  const assets = part.sections.filter(({ kind }) => kind === 'asset');
  const others = part.sections.filter(({ kind }) => kind !== 'asset');
  const untyped = others.some(({ kind }) => kind === UNTYPED);
  return [
    { sections: assets, label: 'Total assets', total: total(assets) },
    {
      sections: others,
      label: untyped ? 'Total liabilities, equity and untyped' : 'Total liabilities and equity',
      total: total(others),
    },
  ];
}

/** By how much the assets differ from what they came from. */
export function differenceOf(part: FinancialPart): string {
  const [assets, others] = sidesOf(part);
  return subMinor(assets.total, others.total);
}

/** A result is named by its sign. */
export const resultWord = (result: string): string =>
  isZero(result) ? 'Neither profit nor loss' : isNegative(result) ? 'Loss' : 'Profit';

/** Ledgers that stand apart because nothing says what they are, each once. */
export function untypedLedgers(report: FinancialReport): string[] {
  const sections = report.currencies.flatMap((part) => part.sections).filter(({ kind }) => kind === UNTYPED);
  return [...new Set(sections.flatMap((section) => section.rows.map((row) => row.ledger)))];
}

/** Currencies that do not tie. */
export const wrongOf = (report: FinancialReport): string[] =>
  report.currencies.filter((part) => !part.ties).map((part) => part.currency);

/** How many balances the report lists. */
export const balancesOf = (report: FinancialReport): number =>
  report.currencies
    .flatMap((part) => part.sections.flatMap((section) => section.rows))
    .filter((row) => row.balance_id !== null).length;
