/** Names and types of the book's commands, from the types the engine exports. */
import type { ActivityRow } from '$lib/backend/types/ActivityRow';
import type { AgeRow } from '$lib/backend/types/AgeRow';
import type { AppState } from '$lib/backend/types/AppState';
import type { AttentionRow } from '$lib/backend/types/AttentionRow';
import type { Awaiting } from '$lib/backend/types/Awaiting';
import type { BalanceCheck } from '$lib/backend/types/BalanceCheck';
import type { BalanceDetail } from '$lib/backend/types/BalanceDetail';
import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import type { BalanceTotal } from '$lib/backend/types/BalanceTotal';
import type { BalanceUpdate } from '$lib/backend/types/BalanceUpdate';
import type { BatchOutcome } from '$lib/backend/types/BatchOutcome';
import type { BatchRow } from '$lib/backend/types/BatchRow';
import type { BookCheck } from '$lib/backend/types/BookCheck';
import type { BookInfo } from '$lib/backend/types/BookInfo';
import type { CashRow } from '$lib/backend/types/CashRow';
import type { Changed } from '$lib/backend/types/Changed';
import type { ChartPoint } from '$lib/backend/types/ChartPoint';
import type { ColumnNames } from '$lib/backend/types/ColumnNames';
import type { CommitItem } from '$lib/backend/types/CommitItem';
import type { ExportDone } from '$lib/backend/types/ExportDone';
import type { FamilyRow } from '$lib/backend/types/FamilyRow';
import type { HeadExport } from '$lib/backend/types/HeadExport';
import type { HeldTotal } from '$lib/backend/types/HeldTotal';
import type { HistoryCheck } from '$lib/backend/types/HistoryCheck';
import type { HistoryRow } from '$lib/backend/types/HistoryRow';
import type { HoldsEffect } from '$lib/backend/types/HoldsEffect';
import type { JobProgress } from '$lib/backend/types/JobProgress';
import type { JobRow } from '$lib/backend/types/JobRow';
import type { LedgerRow } from '$lib/backend/types/LedgerRow';
import type { ListPage } from '$lib/backend/types/ListPage';
import type { ListQuery } from '$lib/backend/types/ListQuery';
import type { MoneyTotal } from '$lib/backend/types/MoneyTotal';
import type { NewBalanceRequest } from '$lib/backend/types/NewBalanceRequest';
import type { NewBook } from '$lib/backend/types/NewBook';
import type { OpenBook } from '$lib/backend/types/OpenBook';
import type { PostPreview } from '$lib/backend/types/PostPreview';
import type { PostRequest } from '$lib/backend/types/PostRequest';
import type { RegisterRow } from '$lib/backend/types/RegisterRow';
import type { TransactionDetail } from '$lib/backend/types/TransactionDetail';
import type { TransactionsExport } from '$lib/backend/types/TransactionsExport';
import type { TrialBalance } from '$lib/backend/types/TrialBalance';
import type { VoidRequest } from '$lib/backend/types/VoidRequest';

type None = Record<string, never>;

declare module '$lib/backend/commands' {
  interface Commands {
    app_state: { args: None; result: AppState };
    book_create: { args: { path: string; book: NewBook }; result: OpenBook };
    book_open: { args: { path: string }; result: OpenBook };
    book_sample: { args: None; result: OpenBook };
    book_close: { args: None; result: null };
    book_info: { args: None; result: BookInfo };
    book_restore: { args: { backup: string; path: string }; result: OpenBook };
    book_backup: { args: { path: string }; result: null };
    book_check: { args: None; result: BookCheck };
    recent_forget: { args: { path: string }; result: null };
    pick_file: {
      args: { kind: 'open_book' | 'new_book' | 'statement' | 'export'; suggested: string | null };
      result: string | null;
    };
    person_set: { args: { name: string }; result: BookInfo };
    column_names_set: { args: { names: ColumnNames }; result: BookInfo };
    jobs_list: { args: None; result: JobRow[] };
    job_cancel: { args: { id: string }; result: null };
    job_resume: { args: { id: string }; result: null };
    overview_cash: { args: { as_of: string | null }; result: CashRow[] };
    overview_trial: { args: { as_of: string | null }; result: TrialBalance };
    overview_ages: { args: None; result: AgeRow[] };
    overview_awaiting: { args: None; result: Awaiting };
    overview_activity: { args: { limit: number }; result: ActivityRow[] };
    overview_attention: { args: None; result: AttentionRow[] };
    ledgers_list: { args: None; result: LedgerRow[] };
    ledger_create: { args: { name: string }; result: LedgerRow };
    ledger_rename: { args: { id: string; name: string }; result: null };
    balances_page: { args: { query: ListQuery }; result: ListPage<BalanceRow> };
    balances_totals: { args: { query: ListQuery }; result: BalanceTotal[] };
    balance_history: { args: { id: string }; result: ActivityRow[] };
    balance_search: { args: { text: string; currency: string | null; limit: number }; result: BalanceRow[] };
    balance_create: { args: { request: NewBalanceRequest }; result: BalanceRow };
    balance_update: { args: { request: BalanceUpdate }; result: BalanceRow };
    balance_get: { args: { id: string; as_of: string | null }; result: BalanceDetail };
    balance_chart: { args: { id: string; from: string | null; to: string | null }; result: ChartPoint[] };
    register_page: { args: { id: string; query: ListQuery }; result: ListPage<RegisterRow> };
    balance_check: { args: { id: string }; result: BalanceCheck };
    transactions_start: { args: { query: ListQuery }; result: FamilyRow[] | null };
    transactions_page: { args: { query: ListQuery }; result: ListPage<FamilyRow> };
    transactions_totals: { args: { query: ListQuery }; result: MoneyTotal[] };
    transactions_export: { args: { request: TransactionsExport }; result: ExportDone };
    transaction_get: { args: { id: string }; result: TransactionDetail };
    post_preview: { args: { request: PostRequest }; result: PostPreview };
    post: { args: { request: PostRequest }; result: TransactionDetail };
    history_page: { args: { query: ListQuery }; result: ListPage<HistoryRow> };
    history_verify: { args: { job: string; head: string | null }; result: HistoryCheck };
    history_head: { args: None; result: string };
    history_head_export: { args: { path: string }; result: HeadExport };
    holds_effect: { args: { ids: string[]; void: boolean }; result: HoldsEffect };
    holds_report: { args: { rows: BatchRow[]; path: string }; result: null };
    holds_totals: { args: { query: ListQuery }; result: HeldTotal[] };
    holds_commit: { args: { items: CommitItem[] }; result: BatchOutcome };
    holds_void: { args: { request: VoidRequest }; result: BatchOutcome };
  }
  interface Events {
    changed: Changed;
    'job-progress': JobProgress;
  }
}
