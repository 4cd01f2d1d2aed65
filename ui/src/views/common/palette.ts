import ArrowLeftRight from '@lucide/svelte/icons/arrow-left-right';
import BookOpen from '@lucide/svelte/icons/book-open';
import Landmark from '@lucide/svelte/icons/landmark';
import Library from '@lucide/svelte/icons/library';
import Rows3 from '@lucide/svelte/icons/rows-3';
import Scale from '@lucide/svelte/icons/scale';
import Users from '@lucide/svelte/icons/users';
import { router } from '$app/router.svelte';
import { type PaletteFound, type PaletteItem, registerSource } from '$lib/actions';
import { backend } from '$lib/backend';
import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import type { FamilyRow } from '$lib/backend/types/FamilyRow';
import type { IdentityRow } from '$lib/backend/types/IdentityRow';
import type { ListQuery } from '$lib/backend/types/ListQuery';
import type { SearchHit } from '$lib/backend/types/SearchHit';
import type { SearchKind } from '$lib/backend/types/SearchKind';
import type { StatementRow } from '$lib/backend/types/StatementRow';
import { parseAmount } from '$lib/money';
import { about, nameOf } from '../identities/words';
import { statementsList } from '../reconcile/api';
import './commands';
import { nameOfPosting } from './reference';
import { count, money, STATES } from './words';

const LIMIT = 6;
const NONE: PaletteFound = { items: [], total: 0 };
/** The same minor units are other amounts in other currencies, which are left out of what was read. */
const SAME_AMOUNT = 100;
/** Exponents of ISO 4217, for reading a typed amount in any currency. */
const EXPONENTS = [0, 2, 3, 4];

const ofBalance = (row: BalanceRow): PaletteItem => ({
  id: `balance/${row.id}`,
  label: row.name,
  detail: row.ledger,
  right: money(row.figures.balance, row.exponent, row.currency),
  icon: BookOpen,
  run: () => router.go('ledgers', { id: row.id }),
});

const ofFamily = (row: FamilyRow): PaletteItem => ({
  id: `transaction/${row.id}`,
  label: nameOfPosting(row),
  detail: `${row.source_name} to ${row.destination_name}, ${row.date}, ${STATES[row.state].toLowerCase()}`,
  right: money(row.amount, row.exponent, row.currency),
  icon: ArrowLeftRight,
  run: () => router.go('transactions', { id: row.id }),
});

const ofIdentity = (row: IdentityRow): PaletteItem => ({
  id: `identity/${row.id}`,
  label: nameOf(row),
  detail: about(row),
  icon: Users,
  run: () => router.go('identities', { id: row.id }),
});

const asked = (change: Partial<ListQuery>): { query: ListQuery } => ({
  query: { offset: 0, limit: LIMIT, sort: [], conditions: [], text: null, ...change },
});

const ofStatement = (row: StatementRow): PaletteItem => ({
  id: `statement/${row.id}`,
  label: row.name,
  detail: row.state === 'signed' ? 'signed off' : `${count(row.lines - row.confirmed, 'line', 'lines')} left`,
  icon: Scale,
  run: () => router.go(row.state === 'signed' ? 'report' : 'desk', { statement: row.id }),
});

/** Places of what only the search of everything finds. */
const FOUND: { kind: SearchKind; group: string; icon: typeof Scale; open: (hit: SearchHit) => void }[] = [
  {
    kind: 'ledger',
    group: 'Ledgers',
    icon: Library,
    open: (hit) => router.go('ledgers', { ledger: hit.open_id }),
  },
  {
    kind: 'account',
    group: 'Accounts',
    icon: Landmark,
    open: (hit) => router.go('identities', { id: hit.open_id, tab: 'accounts' }),
  },
  {
    kind: 'line',
    group: 'Lines of statements',
    icon: Rows3,
    open: (hit) => router.go('desk', { statement: hit.open_id, find: hit.title }),
  },
];

/** Which of its texts holds the words is said where the label does not show it. */
const ofHit = (hit: SearchHit, { kind, icon, open }: (typeof FOUND)[number]): PaletteItem => ({
  id: `${kind}/${hit.id}`,
  label: hit.title,
  detail: ['name', 'description'].includes(hit.found_in) ? hit.detail : `${hit.detail}, ${hit.found_in}`,
  icon,
  run: () => open(hit),
  ...(hit.amount !== null && hit.exponent !== null
    ? { right: money(hit.amount, hit.exponent, hit.currency ?? '') }
    : {}),
});

const families = (change: Partial<ListQuery>) => backend.call('transactions_page', asked(change));

/** A search that stops at a limit says no more than whether it stopped. */
const atMost = (items: PaletteItem[]): PaletteFound => ({
  items,
  total: items.length < LIMIT ? items.length : null,
});

/** The same amount is a different number of minor units in each currency. */
async function byAmount(text: string): Promise<PaletteFound> {
  let whole = true;
  const found = await Promise.all(
    EXPONENTS.map(async (exponent) => {
      const read = parseAmount(text, exponent);
      if (!read.ok) return [];
      const conditions = [{ field: 'amount', test: 'is' as const, values: [read.minor] }];
      const { rows, total } = await families({ conditions, limit: SAME_AMOUNT });
      whole &&= rows.length === total;
      return rows.filter((row) => row.exponent === exponent);
    }),
  );
  const items = found.flat().map(ofFamily);
  return { items, total: whole ? items.length : null };
}

/** Balances and transactions of the open book in the command palette. */
export function registerBookSources(): () => void {
  const balances = async (text: string): Promise<PaletteItem[]> =>
    (await backend.call('balance_search', { text, currency: null, limit: LIMIT })).map(ofBalance);
  const stops = [
    registerSource({
      id: 'balances',
      group: 'Balances',
      search: async (text) => atMost(await balances(text)),
    }),
    registerSource({
      id: 'indicators',
      group: 'Indicator balances',
      prefixes: ['@'],
      search: async (text) => {
        const { items, total } = atMost(await balances(`@${text}`));
        const signed = items.filter((item) => item.label.startsWith('@'));
        return {
          items: signed,
          total: total === null && signed.length === items.length ? null : signed.length,
        };
      },
    }),
    registerSource({
      id: 'identities',
      group: 'Identities',
      search: async (text) => {
        const { rows, total } = await backend.call('identities_page', asked({ text }));
        return { items: rows.map(ofIdentity), total };
      },
    }),
    registerSource({
      id: 'statements',
      group: 'Statements',
      search: async (text) => {
        const needle = text.toLowerCase();
        const fits = (await statementsList()).filter((row) => row.name.toLowerCase().includes(needle));
        fits.sort((a, b) => b.period_to.localeCompare(a.period_to));
        return { items: fits.slice(0, LIMIT).map(ofStatement), total: fits.length };
      },
    }),
    ...FOUND.map((of) =>
      registerSource({
        id: of.kind,
        group: of.group,
        search: async (text) => {
          const [found] = await backend.call('search_all', { text, kinds: [of.kind], limit: LIMIT });
          return found ? { items: found.hits.map((hit) => ofHit(hit, of)), total: found.total } : NONE;
        },
      }),
    ),
    registerSource({
      id: 'transactions',
      group: 'Transactions',
      search: async (text) => {
        const { rows, total } = await families({ text });
        return { items: rows.map(ofFamily), total };
      },
    }),
    registerSource({
      id: 'references',
      group: 'References and ids',
      prefixes: ['#'],
      search: async (text) => {
        const [byId, byText] = await Promise.all([
          families({ conditions: [{ field: 'id', test: 'is', values: [text] }] }),
          families({ text }),
        ]);
        const others = byText.rows.filter((row) => row.id !== byId.rows[0]?.id);
        const twice = byText.rows.length - others.length;
        return { items: [...byId.rows, ...others].map(ofFamily), total: byId.total + byText.total - twice };
      },
    }),
    registerSource({ id: 'amounts', group: 'Amounts', prefixes: ['='], search: byAmount }),
  ];
  return () => {
    for (const stop of stops) stop();
  };
}
