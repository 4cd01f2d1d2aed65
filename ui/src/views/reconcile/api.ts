import { backend, everyPage } from '$lib/backend';
import type { BalanceRow } from '$lib/backend/types/BalanceRow';
import type { Changed } from '$lib/backend/types/Changed';
import type { DeskAction } from '$lib/backend/types/DeskAction';
import type { DeskDone } from '$lib/backend/types/DeskDone';
import type { DeskEffect } from '$lib/backend/types/DeskEffect';
import type { DeskEntries } from '$lib/backend/types/DeskEntries';
import type { DeskEntriesQuery } from '$lib/backend/types/DeskEntriesQuery';
import type { DeskFocus } from '$lib/backend/types/DeskFocus';
import type { DeskHeader } from '$lib/backend/types/DeskHeader';
import type { DeskLines } from '$lib/backend/types/DeskLines';
import type { DeskLinesQuery } from '$lib/backend/types/DeskLinesQuery';
import type { DifferencePosting } from '$lib/backend/types/DifferencePosting';
import type { ImportOptions } from '$lib/backend/types/ImportOptions';
import type { ImportPlan } from '$lib/backend/types/ImportPlan';
import type { ImportPreview } from '$lib/backend/types/ImportPreview';
import type { ImportRequest } from '$lib/backend/types/ImportRequest';
import type { ImportResult } from '$lib/backend/types/ImportResult';
import type { ImportSession } from '$lib/backend/types/ImportSession';
import type { ImportSource } from '$lib/backend/types/ImportSource';
import type { ImportStep } from '$lib/backend/types/ImportStep';
import type { InterruptedRun } from '$lib/backend/types/InterruptedRun';
import type { JobProgress } from '$lib/backend/types/JobProgress';
import type { JobRow } from '$lib/backend/types/JobRow';
import type { Report } from '$lib/backend/types/Report';
import type { ReportFormat } from '$lib/backend/types/ReportFormat';
import type { Rule } from '$lib/backend/types/Rule';
import type { RuleCheck } from '$lib/backend/types/RuleCheck';
import type { RuleDraft } from '$lib/backend/types/RuleDraft';
import type { RulePreview } from '$lib/backend/types/RulePreview';
import type { RuleVersion } from '$lib/backend/types/RuleVersion';
import type { RunRequest } from '$lib/backend/types/RunRequest';
import type { SignoffCheck } from '$lib/backend/types/SignoffCheck';
import type { StatementRow } from '$lib/backend/types/StatementRow';
import type { SumSearch } from '$lib/backend/types/SumSearch';
import type { TierPreview } from '$lib/backend/types/TierPreview';

/** Every command the statement, desk, report and rule views use, in one place and typed. */
function call<T>(command: string, args: object = {}): Promise<T> {
  return backend.call(command as never, args as never) as Promise<T>;
}

function listen<T>(event: string, listener: (payload: T) => void): () => void {
  return backend.subscribe(event as never, listener as never);
}

export const onChanged = (listener: (changed: Changed) => void): (() => void) => listen('changed', listener);
export const onJobProgress = (listener: (step: JobProgress) => void): (() => void) =>
  listen('job-progress', listener);

export const jobsList = () => call<JobRow[]>('jobs_list');
export const jobCancel = (id: string) => call<null>('job_cancel', { id });
export const jobResume = (id: string) => call<null>('job_resume', { id });
export const pickFile = (kind: 'statement' | 'export', suggested: string | null) =>
  call<string | null>('pick_file', { kind, suggested });
export const balanceSearch = (text: string, currency: string | null, limit = 20) =>
  call<BalanceRow[]>('balance_search', { text, currency, limit });
export const balanceGet = (id: string) => call<{ row: BalanceRow }>('balance_get', { id, as_of: null });

export const importOpen = (source: ImportSource) => call<ImportSession>('import_open', { source });
export const importCancel = (session: string) => call<null>('import_cancel', { session });
export const onImportProgress = (listener: (told: ImportStep) => void): (() => void) =>
  listen('import-progress', listener);
export const importClose = (session: string) => call<null>('import_close', { session });
export const importPreview = (session: string, options: ImportOptions, balance_id: string | null) =>
  call<ImportPreview>('import_preview', { session, options, balance_id });
export const importPlan = (session: string, options: ImportOptions, balance_id: string) =>
  call<ImportPlan>('import_plan', { session, options, balance_id });
export const importCommit = (request: ImportRequest) => call<ImportResult>('import_commit', { request });
export const importProblemsCsv = (session: string, options: ImportOptions, path: string) =>
  call<null>('import_problems_csv', { session, options, path });
export const importUndo = (statement_id: string) => call<null>('import_undo', { statement_id });

/** Every balance that statements are expected for. */
export function accountsList(): Promise<BalanceRow[]> {
  const asked = {
    sort: [{ field: 'name', descending: false }],
    conditions: [{ field: 'reconcilable', test: 'is', values: ['1'] }],
    text: null,
  };
  return everyPage((offset, limit) =>
    call<{ rows: BalanceRow[]; total: number }>('balances_page', { query: { offset, limit, ...asked } }),
  );
}
export const interruptedRuns = () => call<InterruptedRun[]>('interrupted_runs');
export const statementsList = () => call<StatementRow[]>('statements_list');
export const runStart = (request: RunRequest) => call<string>('run_start', { request });

export const rulesList = () => call<Rule[]>('rules_list');
export const ruleSave = (rule: RuleDraft) => call<Rule>('rule_save', { rule });
export const ruleToggle = (id: string, enabled: boolean) => call<null>('rule_toggle', { id, enabled });
export const rulesReorder = (ids: string[]) => call<null>('rules_reorder', { ids });
export const ruleDelete = (id: string) => call<null>('rule_delete', { id });
export const ruleRestore = (id: string) => call<null>('rule_restore', { id });
export const ruleVersions = (id: string) => call<RuleVersion[]>('rule_versions', { id });
export const ruleCheck = (rule: RuleDraft) => call<RuleCheck>('rule_validate', { rule });
export const ruleParse = (stored: string) => call<RuleDraft>('rule_parse', { stored });
export const rulePreview = (rule: RuleDraft, statement_id: string | null) =>
  call<RulePreview>('rule_preview', { rule, statement_id });

export const desk = (statement_id: string) => call<DeskHeader>('desk', { statement_id });
export const deskLines = (query: DeskLinesQuery) => call<DeskLines>('desk_lines', { query });
export const deskFocus = (line_id: string) => call<DeskFocus>('desk_focus', { line_id });
export const deskEntries = (query: DeskEntriesQuery) => call<DeskEntries>('desk_entries', { query });
export const deskEffect = (statement_id: string, line_ids: string[], entry_ids: string[]) =>
  call<DeskEffect>('desk_effect', { statement_id, line_ids, entry_ids });

export const matchAccept = (
  statement_id: string,
  line_ids: string[],
  entry_ids: string[],
  difference: DifferencePosting | null,
) => call<DeskDone>('match_accept', { statement_id, line_ids, entry_ids, difference });
export const matchTierPreview = (statement_id: string, tier: string) =>
  call<TierPreview>('match_tier_preview', { statement_id, tier });
/** `lines` is the count that was shown: refused when it is another by now. */
export const matchAcceptTier = (statement_id: string, tier: string, lines: number) =>
  call<DeskDone>('match_accept_tier', { statement_id, tier, lines });
export const matchReject = (statement_id: string, line_id: string, entry_id: string) =>
  call<DeskDone>('match_reject', { statement_id, line_id, entry_id });
export const matchUndo = (match_id: string, reverse: boolean, signed_reason: string | null = null) =>
  call<DeskDone>('match_undo', { match_id, reverse, signed_reason });
export const lineNewEntry = (statement_id: string, line_id: string, posting: DifferencePosting) =>
  call<DeskDone>('line_new_entry', { statement_id, line_id, posting });
export const entryOutstanding = (statement_id: string, entry_id: string, on: boolean) =>
  call<DeskDone>('entry_outstanding', { statement_id, entry_id, on });
export const openingPost = (
  statement_id: string,
  balance_id: string,
  all_booked: boolean,
  signed_reason: string | null,
) => call<DeskDone>('opening_post', { statement_id, balance_id, all_booked, signed_reason });
export const deskLog = (statement_id: string) => call<DeskAction[]>('desk_log', { statement_id });
export const deskUndo = (statement_id: string, action_id: string | null) =>
  call<DeskDone>('desk_undo', { statement_id, action_id });
export const deskRedo = (statement_id: string, action_id: string | null) =>
  call<DeskDone>('desk_redo', { statement_id, action_id });
export const findSum = (line_id: string) => call<SumSearch>('find_sum', { line_id });

export const signoffCheck = (statement_id: string) => call<SignoffCheck>('signoff_check', { statement_id });
export const signOff = (statement_id: string, name: string) =>
  call<unknown>('sign_off', { statement_id, name });
export const reopen = (statement_id: string, reason: string) =>
  call<unknown>('reopen', { statement_id, reason });
export const report = (statement_id: string, version: number | null) =>
  call<Report>('report', { statement_id, version });
export const reportExport = (
  statement_id: string,
  version: number | null,
  format: ReportFormat,
  path: string,
) => call<null>('report_export', { statement_id, version, format, path });
