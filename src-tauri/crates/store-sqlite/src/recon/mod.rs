//! Statements, rules, runs, matches and sign-off.
//!
//! One file per group of tables; this one only says which connection a call runs on.

mod entries;
pub(crate) mod imports;
mod lines;
mod matches;
mod rows;
mod runs;

pub(crate) use rows::{LINE, LINE_JOINS};
pub(crate) use runs::RULE;

use jiff::{Timestamp, civil::Date};
use ledger::Amount;
use sqlx::{Sqlite, pool::PoolConnection};
use store::recon::{
    ActionRecord, DeskLineRecord, EntryQuery, EntryRecord, ImportSeen, KnownLine, LedgerSide, LineFigures, LineQuery,
    LineRecord, MatchRecord, NewLine, NewMatch, NewStatement, ProfileRecord, ProofSpan, ProposalRecord, RuleRecord,
    RuleVersionRecord, RunRecord, SignOffRecord, SignedRecord, StatementRecord, StatementState,
};
use store::rows::value::micros;
use store::{Page, ReconReads, ReconWrites, StoreResult};

use crate::error::from_sqlx;
use crate::{open::SqliteStore, unit::SqliteUnit};

impl SqliteStore {
    async fn reader(&self) -> StoreResult<PoolConnection<Sqlite>> {
        self.readers.acquire().await.map_err(from_sqlx)
    }
}

#[async_trait::async_trait]
impl ReconReads for SqliteStore {
    async fn file_imports(&self, sha256: &str) -> StoreResult<Vec<ImportSeen>> {
        imports::file_imports(&mut *self.reader().await?, sha256).await
    }
    async fn known_lines(&self, balance_key: i64, fingerprints: &[String]) -> StoreResult<Vec<KnownLine>> {
        imports::known_lines(&mut *self.reader().await?, balance_key, fingerprints).await
    }
    async fn lines_of_days(&self, balance_key: i64, days: &[Date]) -> StoreResult<Vec<KnownLine>> {
        imports::lines_of_days(&mut *self.reader().await?, balance_key, days).await
    }
    async fn profiles(&self) -> StoreResult<Vec<ProfileRecord>> {
        imports::profiles(&mut *self.reader().await?, None).await
    }
    async fn profile_by_fingerprint(&self, fingerprint: &str) -> StoreResult<Option<ProfileRecord>> {
        Ok(imports::profiles(&mut *self.reader().await?, Some(fingerprint)).await?.pop())
    }
    async fn statements(&self, balance_key: Option<i64>) -> StoreResult<Vec<StatementRecord>> {
        imports::statements(&mut *self.reader().await?, balance_key).await
    }
    async fn statement(&self, id: &str) -> StoreResult<Option<StatementRecord>> {
        imports::statement_by_id(&mut *self.reader().await?, id).await
    }
    async fn signed_from(&self, balance_key: i64, day: Date) -> StoreResult<Vec<SignedRecord>> {
        let found = imports::signed_from(&mut *self.reader().await?, &[balance_key], day).await?;
        Ok(found.into_iter().map(|(_, signed)| signed).collect())
    }
    async fn line_figures(&self, statement_key: i64) -> StoreResult<LineFigures> {
        lines::figures(&mut *self.reader().await?, statement_key).await
    }
    async fn ledger_side(&self, span: &ProofSpan) -> StoreResult<LedgerSide> {
        entries::ledger_side(&mut *self.reader().await?, span).await
    }
    async fn rules(&self) -> StoreResult<Vec<RuleRecord>> {
        runs::rules(&mut *self.reader().await?).await
    }
    async fn rule(&self, id: &str) -> StoreResult<Option<RuleRecord>> {
        runs::rule_by_id(&mut *self.reader().await?, id).await
    }
    async fn rule_versions(&self, id: &str) -> StoreResult<Vec<RuleVersionRecord>> {
        runs::rule_versions(&mut *self.reader().await?, id).await
    }
    async fn rule_use(&self) -> StoreResult<Vec<(String, u32, u32)>> {
        runs::rule_use(&mut *self.reader().await?).await
    }
    async fn latest_run(&self, statement_key: i64) -> StoreResult<Option<RunRecord>> {
        runs::latest(&mut *self.reader().await?, statement_key).await
    }
    async fn run_of_job(&self, job_id: &str) -> StoreResult<Option<RunRecord>> {
        runs::of_job(&mut *self.reader().await?, job_id).await
    }
    async fn newest_txn_key(&self) -> StoreResult<i64> {
        sqlx::query_scalar("SELECT coalesce(max(key), 0) FROM txn").fetch_one(&self.readers).await.map_err(from_sqlx)
    }
    async fn desk_lines(&self, query: &LineQuery) -> StoreResult<Page<DeskLineRecord>> {
        lines::page(&mut *self.reader().await?, query).await
    }
    async fn desk_tiers(
        &self,
        statement_key: i64,
        balance_key: i64,
        run_key: Option<i64>,
    ) -> StoreResult<Vec<(String, u32)>> {
        lines::tiers(&mut *self.reader().await?, statement_key, balance_key, run_key).await
    }
    async fn lines(&self, ids: &[String]) -> StoreResult<Vec<LineRecord>> {
        lines::by_id(&mut *self.reader().await?, ids).await
    }
    async fn statement_lines(&self, statement_key: i64, open_only: bool) -> StoreResult<Vec<LineRecord>> {
        lines::of_statement(&mut *self.reader().await?, statement_key, open_only).await
    }
    async fn match_lines(&self, match_key: i64) -> StoreResult<Vec<LineRecord>> {
        lines::of_match(&mut *self.reader().await?, match_key).await
    }
    async fn entries(&self, query: &EntryQuery) -> StoreResult<Page<EntryRecord>> {
        entries::page(&mut *self.reader().await?, query).await
    }
    async fn outstanding_proposed(&self, balance_key: i64, run_key: i64) -> StoreResult<Vec<i64>> {
        entries::outstanding_proposed(&mut *self.reader().await?, balance_key, run_key).await
    }
    async fn entries_sum(&self, query: &EntryQuery) -> StoreResult<Amount> {
        Ok(entries::sum(&mut *self.reader().await?, query).await?.0)
    }
    async fn entries_by_id(&self, balance_key: i64, txn_ids: &[String]) -> StoreResult<Vec<EntryRecord>> {
        entries::by_id(&mut *self.reader().await?, balance_key, txn_ids).await
    }
    async fn entries_by_key(&self, balance_key: i64, txn_keys: &[i64]) -> StoreResult<Vec<EntryRecord>> {
        entries::by_key(&mut *self.reader().await?, balance_key, txn_keys).await
    }
    async fn match_entries(&self, match_key: i64) -> StoreResult<Vec<EntryRecord>> {
        entries::of_match(&mut *self.reader().await?, match_key).await
    }
    async fn statement_entries(&self, statement_key: i64) -> StoreResult<Vec<EntryRecord>> {
        entries::of_statement(&mut *self.reader().await?, statement_key).await
    }
    async fn rejected_pairs(&self, statement_key: i64) -> StoreResult<Vec<(i64, i64)>> {
        matches::rejected(&mut *self.reader().await?, statement_key).await
    }
    async fn match_by_id(&self, id: &str) -> StoreResult<Option<MatchRecord>> {
        matches::by_id(&mut *self.reader().await?, id).await
    }
    async fn matches(&self, statement_key: i64) -> StoreResult<Vec<MatchRecord>> {
        matches::standing(&mut *self.reader().await?, statement_key).await
    }
    async fn postings(&self, statement_key: i64) -> StoreResult<Vec<MatchRecord>> {
        matches::postings(&mut *self.reader().await?, statement_key).await
    }
    async fn actions(&self, statement_key: i64) -> StoreResult<Vec<ActionRecord>> {
        matches::actions(&mut *self.reader().await?, statement_key).await
    }
    async fn sign_offs(&self, statement_key: i64) -> StoreResult<Vec<SignOffRecord>> {
        matches::sign_offs(&mut *self.reader().await?, statement_key).await
    }
}

#[async_trait::async_trait]
impl ReconWrites for SqliteUnit {
    async fn put_file(&mut self, sha256: &str, name: &str, bytes: &[u8], at: Timestamp) -> StoreResult<()> {
        imports::put_file(self.connection().await?, sha256, name, bytes, micros(at)).await
    }
    async fn put_profile(&mut self, profile: &ProfileRecord) -> StoreResult<()> {
        imports::put_profile(self.connection().await?, profile).await
    }
    async fn delete_profile(&mut self, id: &str) -> StoreResult<bool> {
        imports::delete_profile(self.connection().await?, id).await
    }
    async fn insert_statement(&mut self, statement: &NewStatement) -> StoreResult<i64> {
        imports::insert_statement(self.connection().await?, statement).await
    }
    async fn insert_lines(&mut self, statement_key: i64, balance_key: i64, lines: &[NewLine]) -> StoreResult<()> {
        imports::insert_lines(self.connection().await?, statement_key, balance_key, lines).await
    }
    async fn load_statement(&mut self, id: &str) -> StoreResult<Option<StatementRecord>> {
        imports::statement_by_id(self.reading().await?, id).await
    }
    async fn load_statements(&mut self, balance_key: i64) -> StoreResult<Vec<StatementRecord>> {
        imports::statements(self.reading().await?, Some(balance_key)).await
    }
    async fn load_known_lines(&mut self, balance_key: i64, fingerprints: &[String]) -> StoreResult<Vec<KnownLine>> {
        imports::known_lines(self.reading().await?, balance_key, fingerprints).await
    }
    async fn load_lines_of_days(&mut self, balance_key: i64, days: &[Date]) -> StoreResult<Vec<KnownLine>> {
        imports::lines_of_days(self.reading().await?, balance_key, days).await
    }
    async fn set_statement_state(&mut self, key: i64, state: StatementState, version: u32) -> StoreResult<()> {
        imports::set_statement_state(self.connection().await?, key, state, version).await
    }
    async fn put_rule(&mut self, rule: &RuleRecord) -> StoreResult<()> {
        runs::put_rule(self.connection().await?, rule).await
    }
    async fn load_rules(&mut self) -> StoreResult<Vec<RuleRecord>> {
        runs::rules(self.reading().await?).await
    }
    async fn insert_run(&mut self, run: &RunRecord) -> StoreResult<i64> {
        runs::insert(self.connection().await?, run).await
    }
    async fn save_run(&mut self, run: &RunRecord) -> StoreResult<()> {
        runs::save(self.connection().await?, run).await
    }
    async fn insert_proposals(&mut self, proposals: &[ProposalRecord]) -> StoreResult<()> {
        runs::insert_proposals(self.connection().await?, proposals).await
    }
    async fn load_live_proposals(
        &mut self,
        run_key: i64,
        balance_key: i64,
        tier: &str,
    ) -> StoreResult<Vec<DeskLineRecord>> {
        lines::live_proposals(self.reading().await?, run_key, balance_key, tier).await
    }
    async fn load_lines(&mut self, ids: &[String]) -> StoreResult<Vec<LineRecord>> {
        lines::by_id(self.reading().await?, ids).await
    }
    async fn load_lines_by_key(&mut self, keys: &[i64]) -> StoreResult<Vec<LineRecord>> {
        lines::by_key(self.reading().await?, keys).await
    }
    async fn load_entries(&mut self, balance_key: i64, txn_ids: &[String]) -> StoreResult<Vec<EntryRecord>> {
        entries::by_id(self.reading().await?, balance_key, txn_ids).await
    }
    async fn load_entries_by_key(&mut self, balance_key: i64, txn_keys: &[i64]) -> StoreResult<Vec<EntryRecord>> {
        entries::by_key(self.reading().await?, balance_key, txn_keys).await
    }
    async fn load_match(&mut self, key: i64) -> StoreResult<Option<MatchRecord>> {
        matches::by_key(self.reading().await?, key).await
    }
    async fn load_matches(&mut self, statement_key: i64) -> StoreResult<Vec<MatchRecord>> {
        matches::standing(self.reading().await?, statement_key).await
    }
    async fn load_match_sides(&mut self, key: i64) -> StoreResult<(Vec<i64>, Vec<i64>)> {
        matches::sides(self.reading().await?, key).await
    }
    async fn insert_match(
        &mut self,
        new: &NewMatch,
        balance_key: i64,
        lines: &[i64],
        entries: &[i64],
    ) -> StoreResult<i64> {
        matches::insert(self.connection().await?, new, balance_key, lines, entries).await
    }
    async fn insert_pair_matches(
        &mut self,
        balance_key: i64,
        matches: &[(NewMatch, i64, i64)],
    ) -> StoreResult<Vec<i64>> {
        matches::insert_pairs(self.connection().await?, balance_key, matches).await
    }
    async fn undo_matches(&mut self, keys: &[i64], at: Timestamp) -> StoreResult<()> {
        matches::undo(self.connection().await?, keys, at).await
    }
    async fn restore_match(&mut self, key: i64, balance_key: i64, lines: &[i64], entries: &[i64]) -> StoreResult<()> {
        matches::restore(self.connection().await?, key, balance_key, lines, entries).await
    }
    async fn put_rejected(&mut self, line_key: i64, txn_key: i64, at: Timestamp, actor: &str) -> StoreResult<bool> {
        matches::put_rejected(self.connection().await?, line_key, txn_key, at, actor).await
    }
    async fn delete_rejected(&mut self, line_key: i64, txn_key: i64) -> StoreResult<bool> {
        matches::delete_rejected(self.connection().await?, line_key, txn_key).await
    }
    async fn put_outstanding(
        &mut self,
        statement_key: i64,
        balance_key: i64,
        txn_keys: &[i64],
        at: Timestamp,
        actor: &str,
    ) -> StoreResult<()> {
        matches::put_outstanding(self.connection().await?, statement_key, balance_key, txn_keys, at, actor).await
    }
    async fn delete_outstanding(&mut self, balance_key: i64, txn_keys: &[i64]) -> StoreResult<()> {
        matches::delete_outstanding(self.connection().await?, balance_key, txn_keys).await
    }
    async fn insert_action(&mut self, action: &ActionRecord) -> StoreResult<i64> {
        matches::insert_action(self.connection().await?, action).await
    }
    async fn load_action(&mut self, key: i64) -> StoreResult<Option<ActionRecord>> {
        matches::action_by_key(self.reading().await?, key).await
    }
    async fn mark_action(&mut self, key: i64, undone: Option<(Timestamp, &str)>) -> StoreResult<()> {
        matches::mark_action(self.connection().await?, key, undone).await
    }
    async fn load_line_figures(&mut self, statement_key: i64) -> StoreResult<LineFigures> {
        lines::figures(self.reading().await?, statement_key).await
    }
    async fn load_ledger_side(&mut self, span: &ProofSpan) -> StoreResult<LedgerSide> {
        entries::ledger_side(self.reading().await?, span).await
    }
    async fn load_entry_list(&mut self, query: &EntryQuery) -> StoreResult<Vec<EntryRecord>> {
        Ok(entries::page(self.reading().await?, &EntryQuery { limit: 0, ..query.clone() }).await?.rows)
    }
    async fn insert_sign_off(&mut self, statement_key: i64, sign_off: &SignOffRecord) -> StoreResult<()> {
        matches::insert_sign_off(self.connection().await?, statement_key, sign_off).await
    }
    async fn reopen_sign_off(
        &mut self,
        statement_key: i64,
        version: u32,
        at: Timestamp,
        actor: &str,
        reason: &str,
    ) -> StoreResult<()> {
        matches::reopen(self.connection().await?, statement_key, version, at, actor, reason).await
    }
}
