import type { FinancialKind } from '$lib/backend/types/FinancialKind';
import type { FinancialPart } from '$lib/backend/types/FinancialPart';
import type { FinancialReport } from '$lib/backend/types/FinancialReport';
import type { FinancialRow } from '$lib/backend/types/FinancialRow';
import type { FinancialSection } from '$lib/backend/types/FinancialSection';
import { absMinor, formatMinor, isNegative, isZero, subMinor, sumMinor } from '$lib/money';
import { typeOfName } from '../ledgers/types';

export const UNTYPED = 'untyped';
export const TITLES: Record<FinancialKind, string> = {
  balance_sheet: 'Balance sheet',
  profit_and_loss: 'Profit and loss',
};

/** An amount, and that of the days it is compared with. */
export interface Pair {
  now: string;
  before: string;
}
export interface Line extends FinancialRow {
  before: string;
}
export interface Section {
  kind: string;
  title: string;
  rows: Line[];
  total: Pair;
}
export interface Part {
  currency: string;
  exponent: number;
  sections: Section[];
  result: Pair;
  ties: boolean;
}

const ORDER = ['asset', 'liability', 'equity', 'income', 'expense', UNTYPED];
const lineKey = (row: FinancialRow): string => row.balance_id ?? `${row.ledger}\n${row.name}`;

function mergedRows(now: FinancialRow[], before: FinancialRow[]): Line[] {
  const earlier = new Map(before.map((row) => [lineKey(row), row]));
  const lines = now.map((row): Line => {
    const key = lineKey(row);
    const amount = earlier.get(key)?.amount ?? '0';
    earlier.delete(key);
    return { ...row, before: amount };
  });
  // What stood there only before stands there all the same; results come last.
  for (const row of earlier.values()) lines.push({ ...row, amount: '0', before: row.amount });
  return [
    ...lines.filter((row) => row.balance_id !== null),
    ...lines.filter((row) => row.balance_id === null),
  ];
}

function mergedSections(now: FinancialSection[], before: FinancialSection[]): Section[] {
  const find = (list: FinancialSection[], kind: string) => list.find((section) => section.kind === kind);
  const kinds = [...new Set([...now, ...before].map(({ kind }) => kind))];
  kinds.sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
  return kinds.map((kind) => {
    const [here, there] = [find(now, kind), find(before, kind)];
    return {
      kind,
      title: here?.title ?? there?.title ?? kind,
      rows: mergedRows(here?.rows ?? [], there?.rows ?? []),
      total: { now: here?.total ?? '0', before: there?.total ?? '0' },
    };
  });
}

/** The report by currency, beside an earlier one: what stands in only one of them has nothing in the other. */
export function partsOf(report: FinancialReport, earlier: FinancialReport | null): Part[] {
  const others = new Map(earlier?.currencies.map((part) => [part.currency, part]));
  const merge = (now: FinancialPart | null, before: FinancialPart | null): Part[] => {
    const one = now ?? before;
    if (!one) return [];
    return [
      {
        currency: one.currency,
        exponent: one.exponent,
        sections: mergedSections(now?.sections ?? [], before?.sections ?? []),
        result: { now: now?.result ?? '0', before: before?.result ?? '0' },
        ties: now?.ties ?? true,
      },
    ];
  };
  const parts = report.currencies.flatMap((part) => {
    const before = others.get(part.currency) ?? null;
    others.delete(part.currency);
    return merge(part, before);
  });
  return [...parts, ...[...others.values()].flatMap((part) => merge(null, part))];
}

const sumOf = (pairs: readonly Pair[]): Pair => ({
  now: sumMinor(pairs.map(({ now }) => now)),
  before: sumMinor(pairs.map(({ before }) => before)),
});

export const changeOf = ({ now, before }: Pair): string => subMinor(now, before);

/** Lines of one ledger within a section. */
export interface Group {
  ledger: string;
  /** The ledger without what the section says already; empty where the section says it all. */
  label: string;
  rows: Line[];
  total: Pair;
}

/** `Bank` from `Assets/Bank` among the assets. */
function labelOf(section: Section, ledger: string): string {
  const parts = ledger.split('/');
  if (typeOfName(ledger) !== section.kind) return ledger;
  return parts.slice(1).join('/').trim();
}

/** The lines of a section by ledger, in the order they come. */
export function groupsOf(section: Section): Group[] {
  const groups = new Map<string, Line[]>();
  for (const row of section.rows) groups.set(row.ledger, [...(groups.get(row.ledger) ?? []), row]);
  return [...groups].map(([ledger, rows]) => ({
    ledger,
    label: labelOf(section, ledger),
    rows,
    total: sumOf(rows.map(({ amount, before }) => ({ now: amount, before }))),
  }));
}

export interface Side {
  sections: Section[];
  /** What the sum of the side is called. */
  label: string;
  total: Pair;
}

/** What there is, and where it came from. */
export function sidesOf(part: Pick<Part, 'sections'>): [Side, Side] {
  const total = (sections: Section[]) => sumOf(sections.map((section) => section.total));
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

/** Characters of the longest amount in a part. A change may have a sign that no amount has. */
export function longestOf(part: Part, exponent: number): number {
  const sums = [
    part.result,
    ...sidesOf(part).map(({ total }) => total),
    ...part.sections.map(({ total }) => total),
  ];
  const lines = part.sections.flatMap(({ rows }) =>
    rows.map((row) => ({ now: row.amount, before: row.before })),
  );
  const amounts = [...sums, ...lines].flatMap((pair) => [pair.now, pair.before, changeOf(pair)]);
  return 1 + Math.max(...amounts.map((minor) => formatMinor(absMinor(minor), exponent).length));
}

/** By how much the assets differ from what they came from. */
export function differenceOf(part: Pick<Part, 'sections'>): string {
  const [assets, others] = sidesOf(part);
  return subMinor(assets.total.now, others.total.now);
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
