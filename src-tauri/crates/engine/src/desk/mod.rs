//! The review desk: what is left, what fits, and what was done about it.

mod actions;
mod basket;
mod focus;
mod near;
mod opening;
pub(crate) mod reverse;
mod sums;
mod undo;
mod view;

use std::collections::{HashMap, HashSet};

use ledger::Amount;
use store::Word;
use store::recon::{
    DeskLineRecord, EntryQuery, EntryRecord, LineFilter, LineQuery, LineSort, ProofSpan, StatementRecord,
};

use crate::api::desk::{
    DeskEntries, DeskEntriesQuery, DeskFilter, DeskHeader, DeskLines, DeskLinesQuery, DeskSort, EntrySign, TierCount,
};
use crate::recon::{
    WINDOW_DAYS, count, ledger_cleared, left_to_clear, missing, place, plus_days, previous, span, statement_cleared,
};
use crate::{Engine, EngineError, EngineResult};

pub(crate) use actions::confirm_proposals;
pub(crate) use basket::slug;
pub(crate) use opening::OpeningGap;
pub(crate) use view::{entry_view, line_view};

/// Rows of one page at most.
const PAGE: u32 = 200;
/// Lines of one look where all of them are wanted.
const MANY: u32 = 5_000;

/// The words of a search among amounts of the statement's currency.
fn words_of(text: Option<&str>, statement: &StatementRecord) -> Vec<Word> {
    Word::all(text.unwrap_or_default(), statement.currency.exponent())
}

impl Engine {
    /// The proof strip of a statement.
    pub async fn desk(&self, statement_id: &str) -> EngineResult<DeskHeader> {
        let statement = self.statement_record(statement_id).await?;
        let all = self.store.statements(Some(statement.balance_key)).await?;
        let rules = self.store.rules().await?;
        let figures = self.store.line_figures(statement.key).await?;
        let run = self.store.latest_run(statement.key).await?;
        let open = self.open_outstanding(&statement, run.as_ref()).await?;
        let side = self.store.ledger_side(&ProofSpan { open, ..span(&statement, &all) }).await?;
        let tiers =
            self.store.desk_tiers(statement.key, statement.balance_key, run.as_ref().map(|run| run.key)).await?;
        let row = self.statement_row(&statement, &rules).await?;
        let (can_undo, can_redo) = undo::ends(&self.store.actions(statement.key).await?);
        let before = previous(place(&statement), &all);
        let signed_before = before.filter(|other| other.state == store::recon::StatementState::Signed);
        let cleared = statement_cleared(&statement, &figures);
        let ledger = ledger_cleared(&side);
        let difference = &ledger - &cleared;
        let gap = OpeningGap::read(self.store.as_ref(), &statement, &all, &figures, &difference).await?;
        Ok(DeskHeader {
            opening: statement.opening.to_string(),
            previous_closing: signed_before.map(|other| other.closing.to_string()),
            opening_continues: before.map(|_| signed_before.is_some_and(|other| other.closing == statement.opening)),
            cleared_in: figures.confirmed_in.to_string(),
            cleared_in_lines: count(figures.confirmed_in_lines),
            cleared_out: figures.confirmed_out.to_string(),
            cleared_out_lines: count(figures.confirmed_out_lines),
            cleared: cleared.to_string(),
            closing: statement.closing.to_string(),
            left_to_clear: left_to_clear(&statement, &figures).to_string(),
            lines: count(figures.lines),
            to_review: row.to_review,
            ledger_balance: side.balance.to_string(),
            less_unmatched: (-&side.unmatched).to_string(),
            unmatched_entries: count(side.unmatched_entries),
            less_outstanding: (-&side.outstanding).to_string(),
            outstanding_entries: count(side.outstanding_entries),
            timing: (&side.matched_later_dated - &side.matched_on_later).to_string(),
            ledger_cleared: ledger.to_string(),
            ledger_agrees: difference.is_zero(),
            ledger_difference: difference.to_string(),
            opening_missing: gap.as_ref().and_then(|gap| gap.offered().map(ToString::to_string)),
            opening_early: gap.as_ref().is_some_and(|gap| gap.early_words().is_some()),
            missing: Some(missing(&statement, &figures)).filter(|one| !one.is_zero()).map(|one| one.to_string()),
            review_in: figures.open_in.to_string(),
            review_out: figures.open_out.to_string(),
            last_run_at: row.last_run_at.clone(),
            rules_changed: row.rules_changed,
            can_undo,
            can_redo,
            tiers: tiers
                .into_iter()
                .map(|(tier, lines)| TierCount {
                    tier: if tier == "none" && run.is_none() { view::NOT_RUN.into() } else { tier },
                    lines,
                })
                .collect(),
            statement: row,
        })
    }

    /// A page of lines with what was found for each.
    pub async fn desk_lines(&self, query: DeskLinesQuery) -> EngineResult<DeskLines> {
        let statement = self.statement_record(&query.statement_id).await?;
        let wanted = LineQuery {
            filter: match query.filter {
                DeskFilter::Review => LineFilter::Open,
                DeskFilter::Confirmed => LineFilter::Confirmed,
                DeskFilter::All => LineFilter::All,
            },
            words: words_of(query.text.as_deref(), &statement),
            tier: query.tier,
            sort: match query.sort {
                DeskSort::Position => LineSort::Position,
                DeskSort::Amount => LineSort::Amount,
                DeskSort::Date => LineSort::Date,
                DeskSort::Tier => LineSort::Tier,
            },
            descending: query.descending,
            offset: u64::from(query.offset),
            limit: if query.limit == 0 { PAGE } else { query.limit.min(PAGE) },
            ..self.line_query(&statement).await?
        };
        let page = self.store.desk_lines(&wanted).await?;
        Ok(DeskLines {
            total: count(page.total),
            offset: query.offset,
            lines: self.line_views(&statement, &page.rows).await?,
        })
    }

    /// Open lines of a statement in position order, under its newest run.
    pub(crate) async fn line_query(&self, statement: &StatementRecord) -> EngineResult<LineQuery> {
        let run = self.store.latest_run(statement.key).await?;
        Ok(LineQuery {
            statement_key: statement.key,
            balance_key: statement.balance_key,
            run_key: run.map(|run| run.key),
            filter: LineFilter::Open,
            words: Vec::new(),
            after: None,
            tier: None,
            sort: LineSort::Position,
            descending: false,
            offset: 0,
            limit: PAGE,
        })
    }

    /// Lines with what was found, entries looked up at once for all of them.
    pub(crate) async fn line_views(
        &self,
        statement: &StatementRecord,
        rows: &[DeskLineRecord],
    ) -> EngineResult<Vec<crate::api::desk::DeskLine>> {
        let proposed: Vec<i64> = rows.iter().filter_map(|row| row.proposal.as_ref().map(|one| one.txn_key)).collect();
        let entries: HashMap<i64, _> = self
            .store
            .entries_by_key(statement.balance_key, &proposed)
            .await?
            .into_iter()
            .map(|entry| (entry.txn_key, entry))
            .collect();
        let run = self.store.latest_run(statement.key).await?;
        let unexplained = rows.iter().any(|row| row.line.match_key.is_none() && row.proposal.is_none());
        let not_seen = match &run {
            Some(run) if unexplained => undo::not_seen(&self.store.actions(statement.key).await?, run.started_at),
            _ => HashSet::new(),
        };
        let ran = |row: &DeskLineRecord| run.is_some() && !not_seen.contains(&row.line.key);
        let nothing = |row: &&DeskLineRecord| row.line.match_key.is_none() && row.proposal.is_none() && ran(row);
        let near = self.near_misses(statement, &rows.iter().filter(nothing).collect::<Vec<_>>()).await?;
        let mut matched = HashMap::new();
        for key in rows.iter().filter_map(|row| row.line.match_key) {
            if let std::collections::hash_map::Entry::Vacant(place) = matched.entry(key) {
                place.insert(self.store.match_entries(key).await?);
            }
        }
        Ok(rows
            .iter()
            .map(|row| {
                let entry = row.proposal.as_ref().and_then(|one| entries.get(&one.txn_key));
                let sides = row.line.match_key.and_then(|key| matched.get(&key));
                let near = near.get(&row.line.key).map(String::as_str);
                let searched = ran(row).then(|| near.unwrap_or("No entry found"));
                line_view(row, searched, entry, sides.map(Vec::as_slice), &statement.currency)
            })
            .collect())
    }

    /// Entries that may be matched: the suggestion for a line, other unmatched ones by page, and outstanding ones. The
    /// period of the proof unless more is asked for, so that what is listed is what the proof counts.
    pub async fn desk_entries(&self, query: DeskEntriesQuery) -> EngineResult<DeskEntries> {
        let statement = self.statement_record(&query.statement_id).await?;
        let all = self.store.statements(Some(statement.balance_key)).await?;
        let begins = span(&statement, &all).baseline.min(statement.period_from);
        let earliest = (!query.any_age).then(|| plus_days(begins, -WINDOW_DAYS));
        let latest = plus_days(statement.period_to, WINDOW_DAYS);
        let to = match &query.to_date {
            Some(text) => {
                text.parse().map_err(|_| EngineError::invalid("to_date", format!("“{text}” is not a day.")))?
            }
            None if query.later => latest,
            None => statement.period_to,
        };
        let (suggested, alternatives) = self.suggested(&statement, query.line_id.as_deref()).await?;
        let run = self.store.latest_run(statement.key).await?;
        let wanted = EntryQuery {
            from: if query.earlier { earliest } else { Some(begins) },
            open: self.open_outstanding(&statement, run.as_ref()).await?,
            words: words_of(query.text.as_deref(), &statement),
            sign: match query.sign {
                EntrySign::Any => 0,
                EntrySign::In => 1,
                EntrySign::Out => -1,
            },
            // Each entry stands in one place.
            except: suggested.iter().map(|entry| entry.txn_key).chain(alternatives).collect(),
            offset: u64::from(query.offset),
            limit: if query.limit == 0 { PAGE } else { query.limit.min(PAGE) },
            ..EntryQuery::new(statement.balance_key, to)
        };
        let unmatched = self.store.entries(&wanted).await?;
        let counted = EntryQuery { offset: 0, limit: 1, open: Vec::new(), ..wanted.clone() };
        let before = EntryQuery { from: earliest, to: plus_days(begins, -1), ..counted.clone() };
        let after = EntryQuery { from: Some(plus_days(to, 1)), to: latest, ..counted };
        let earlier = if query.earlier { 0 } else { self.store.entries(&before).await?.total };
        let later = if to < latest { self.store.entries(&after).await?.total } else { 0 };
        let carried = EntryQuery { from: None, outstanding: true, offset: 0, limit: PAGE, ..wanted };
        let outstanding = self.store.entries(&carried).await?;
        let sum: Amount = self.store.entries_sum(&carried).await?;
        Ok(DeskEntries {
            suggested: suggested.iter().map(entry_view).collect(),
            unmatched_total: count(unmatched.total),
            unmatched: unmatched.rows.iter().map(entry_view).collect(),
            earlier_total: count(earlier),
            later_total: count(later),
            offset: query.offset,
            outstanding_total: count(outstanding.total),
            outstanding: outstanding.rows.iter().map(entry_view).collect(),
            outstanding_sum: sum.to_string(),
        })
    }

    /// The entry that is proposed for an open line, and the keys of those that are shown beside it.
    async fn suggested(
        &self,
        statement: &StatementRecord,
        line_id: Option<&str>,
    ) -> EngineResult<(Vec<EntryRecord>, Vec<i64>)> {
        let none = || Ok((Vec::new(), Vec::new()));
        let Some(line_id) = line_id else { return none() };
        let (_, row) = self.desk_line(line_id).await?;
        let Some(proposal) = row.proposal.filter(|_| row.line.match_key.is_none()) else { return none() };
        let mut entries = self.store.entries_by_key(statement.balance_key, &[proposal.txn_key]).await?;
        entries.retain(|entry| entry.match_key.is_none());
        let alternatives = focus::alternatives(&proposal).iter().map(|other| other.entry.cast_signed()).collect();
        Ok((entries, alternatives))
    }

    /// Open lines of a statement that have a live proposal, in position order.
    pub(crate) async fn proposed_lines(&self, statement: &StatementRecord) -> EngineResult<Vec<DeskLineRecord>> {
        let query = self.line_query(statement).await?;
        if query.run_key.is_none() {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        self.each_line(query, |row| found.extend(row.proposal.is_some().then_some(row))).await?;
        Ok(found)
    }

    /// Every line of a query, in position order. It goes on from the last position: an offset would be counted anew
    /// each time.
    pub(super) async fn each_line(&self, query: LineQuery, mut take: impl FnMut(DeskLineRecord)) -> EngineResult<()> {
        let mut wanted = LineQuery { sort: LineSort::Position, descending: false, offset: 0, limit: MANY, ..query };
        loop {
            let rows = self.store.desk_lines(&wanted).await?.rows;
            let Some(last) = rows.last() else { return Ok(()) };
            wanted.after = Some(last.line.position);
            let whole = rows.len() < MANY as usize;
            rows.into_iter().for_each(&mut take);
            if whole {
                return Ok(());
            }
        }
    }
}
