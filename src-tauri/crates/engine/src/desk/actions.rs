//! What can be done on the desk. Each call is one database transaction and one row of the log.

use serde_json::{Value, json};
use store::recon::{ActionRecord, DeskLineRecord, LineQuery, NewMatch, StatementRecord};
use store::system::Event;
use store::{StoreError, Unit};

use super::basket::{Basket, NEW_ENTRY, post_bank_movement};
use super::undo::Effect;
use crate::api::book::Topic;
use crate::api::desk::{DeskDone, DifferencePosting, TierPreview};
use crate::clock::new_id;
use crate::recon::{left_to_clear, load_statement, must_be_open};
use crate::{Engine, EngineError, EngineResult, Stamp, words};

pub(super) fn desk_event(stamp: &Stamp, statement: &StatementRecord, kind: &str, text: &str) -> Event {
    Event {
        at: stamp.at,
        actor: stamp.actor.clone(),
        kind: format!("desk.{kind}"),
        object_id: statement.id.clone(),
        payload: json!({ "statement": statement.name, "text": text }),
    }
}

/// Writes the row of the log and of the history; answers with the key of the action.
pub(super) async fn log(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    statement: &StatementRecord,
    kind: &str,
    text: &str,
    effects: &[Effect],
) -> EngineResult<i64> {
    let undo =
        serde_json::to_value(effects).map_err(|error| EngineError::Store(StoreError::damaged("desk action", error)))?;
    let action = ActionRecord {
        key: 0,
        statement_key: statement.key,
        at: stamp.at,
        actor: stamp.actor.clone(),
        kind: kind.to_owned(),
        summary: text.to_owned(),
        undo,
        undone_at: None,
        undone_by: None,
    };
    let key = unit.insert_action(&action).await?;
    unit.record_event(&desk_event(stamp, statement, kind, text)).await?;
    Ok(key)
}

/// The answer to an action, still inside its unit.
pub(super) async fn done(
    unit: &mut dyn Unit,
    statement: &StatementRecord,
    action: i64,
    text: String,
) -> EngineResult<DeskDone> {
    let figures = unit.load_line_figures(statement.key).await?;
    Ok(DeskDone {
        action_id: action.to_string(),
        text,
        match_ids: Vec::new(),
        posted: None,
        next_line_id: None,
        left_to_clear: left_to_clear(statement, &figures).to_string(),
    })
}

/// Confirms live proposals of these lines (one to one, no difference) as one action; answers with their number.
pub(crate) async fn confirm_proposals(
    unit: &mut dyn Unit,
    statement: &StatementRecord,
    run_key: i64,
    lines: &[i64],
    stamp: &Stamp,
) -> EngineResult<u32> {
    let wanted: std::collections::HashSet<i64> = lines.iter().copied().collect();
    let live = unit.load_live_proposals(run_key, statement.balance_key, "certain").await?;
    let live: Vec<_> = live.into_iter().filter(|row| wanted.contains(&row.line.key)).collect();
    let confirmed = confirm(unit, statement, &live, stamp, "confirm_certain", "Confirmed by the run").await?;
    Ok(confirmed.map_or(0, |(_, _, count)| count))
}

/// Matches made, the action's key and the number of matches; `None` when there was nothing to confirm.
async fn confirm(
    unit: &mut dyn Unit,
    statement: &StatementRecord,
    rows: &[DeskLineRecord],
    stamp: &Stamp,
    kind: &str,
    verb: &str,
) -> EngineResult<Option<(Vec<String>, i64, u32)>> {
    let mut matches = Vec::new();
    for row in rows {
        let Some(one) = row.proposal.as_ref().filter(|one| one.difference.is_zero()) else { continue };
        let new = NewMatch {
            id: new_id("mat"),
            statement_key: statement.key,
            kind: "proposal",
            tier: Some(one.tier.clone()),
            rule_id: one.rule_id.clone(),
            run_key: Some(one.run_key),
            reasons: one.detail["reasons"].clone(),
            posted: None,
            at: stamp.at,
            actor: stamp.actor.clone(),
        };
        matches.push((new, row.line.key, one.txn_key));
    }
    if matches.is_empty() {
        return Ok(None);
    }
    let keys = unit.insert_pair_matches(statement.balance_key, &matches).await?;
    let effects: Vec<_> = keys
        .iter()
        .zip(&matches)
        .map(|(key, (_, line, entry))| Effect::Matched { key: *key, lines: vec![*line], entries: vec![*entry] })
        .collect();
    let text = format!("{verb}: {}", words::plural(matches.len() as u64, "match", "matches"));
    let action = log(unit, stamp, statement, kind, &text, &effects).await?;
    Ok(Some((matches.iter().map(|(new, ..)| new.id.clone()).collect(), action, matches.len() as u32)))
}

impl Engine {
    pub(super) fn desk_changed(&self) {
        self.changed(&[Topic::Statements, Topic::Transactions, Topic::Balances]);
    }

    async fn with_next(&self, statement: &StatementRecord, mut result: DeskDone, after: u32) -> EngineResult<DeskDone> {
        let query = LineQuery { limit: 1, ..self.line_query(statement).await? };
        let next = self.store.desk_lines(&LineQuery { after: Some(after), ..query.clone() }).await?.rows.pop();
        let next = match next {
            Some(row) => Some(row),
            None => self.store.desk_lines(&query).await?.rows.pop(),
        };
        result.next_line_id = next.map(|row| row.line.id);
        Ok(result)
    }

    /// Matches lines with entries. Their sums must be equal, or `difference` says against which balance to post what
    /// is between them. Entries alone, or lines alone, may be matched when they cancel out or no money moved.
    ///
    /// # Errors
    /// `DOES_NOT_TIE`, `ALREADY_MATCHED`, `STATEMENT_SIGNED`, and any refusal of the posting. Nothing is changed then.
    pub async fn match_accept(
        &self,
        statement_id: &str,
        line_ids: Vec<String>,
        entry_ids: Vec<String>,
        difference: Option<DifferencePosting>,
    ) -> EngineResult<DeskDone> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let basket = Basket::load(unit.as_mut(), statement_id, &line_ids, &entry_ids).await?;
        basket.must_be_free()?;
        let statement = &basket.statement;
        let apart = basket.difference();
        // Where no money moved there is nothing that an entry could say.
        let no_money = !basket.lines.is_empty() && basket.line_total().is_zero();
        if basket.entries.is_empty() && !no_money {
            return Err(EngineError::Conflict {
                code: "NOTHING_TO_MATCH",
                message: "There is no entry in this match. Add one, or make a new entry from the line.".into(),
            });
        }
        let mut entries: Vec<i64> = basket.entries.iter().map(|entry| entry.txn_key).collect();
        let posted = match (&difference, apart.is_zero()) {
            (None, true) => None,
            (Some(posting), _) if !apart.is_zero() => {
                let first = basket.lines.first().ok_or_else(|| does_not_tie(&apart, statement))?;
                Some(post_bank_movement(unit.as_mut(), &stamp, statement, first, &apart, posting, "difference").await?)
            }
            (Some(_), _) => {
                return Err(EngineError::Conflict {
                    code: "DIFFERENCE_CHANGED",
                    message: "There is no difference to post any more. Nothing was posted.".into(),
                });
            }
            (None, false) => return Err(does_not_tie(&apart, statement)),
        };
        entries.extend(posted.iter().map(|posted| posted.key));
        let proposal = self.proposal_of(statement, &basket).await?;
        let new = NewMatch {
            id: new_id("mat"),
            statement_key: statement.key,
            kind: if proposal.is_some() { "proposal" } else { "manual" },
            tier: proposal.as_ref().map(|one| one.tier.clone()),
            rule_id: proposal.as_ref().and_then(|one| one.rule_id.clone()),
            run_key: proposal.as_ref().map(|one| one.run_key),
            reasons: proposal.as_ref().map_or_else(|| json!([]), |one| one.detail["reasons"].clone()),
            posted: posted.as_ref().map(|posted| (posted.key, "difference")),
            at: stamp.at,
            actor: stamp.actor.clone(),
        };
        let lines: Vec<i64> = basket.lines.iter().map(|line| line.key).collect();
        let key = unit.insert_match(&new, statement.balance_key, &lines, &entries).await?;
        let mut text = accept_words(&basket);
        if let (Some(_), Some(posting)) = (&posted, &difference) {
            text = format!(
                "{text}, {} posted as “{}”",
                words::money(&apart, &statement.currency),
                posting.description.trim()
            );
        }
        let action =
            log(unit.as_mut(), &stamp, statement, "accept", &text, &[Effect::Matched { key, lines, entries }]).await?;
        let mut result = done(unit.as_mut(), statement, action, text).await?;
        unit.commit().await?;
        result.match_ids = vec![new.id];
        result.posted = posted.map(|posted| posted.id);
        self.desk_changed();
        self.with_next(statement, result, basket.lines.last().map_or(0, |line| line.position)).await
    }

    /// The live proposal, when a basket is exactly that.
    async fn proposal_of(
        &self,
        statement: &StatementRecord,
        basket: &Basket,
    ) -> EngineResult<Option<store::recon::ProposalRecord>> {
        let ([line], [entry]) = (basket.lines.as_slice(), basket.entries.as_slice()) else { return Ok(None) };
        let query = LineQuery { after: line.position.checked_sub(1), limit: 5, ..self.line_query(statement).await? };
        let rows = self.store.desk_lines(&query).await?.rows;
        let proposal = rows.into_iter().find(|row| row.line.key == line.key).and_then(|row| row.proposal);
        Ok(proposal.filter(|one| one.txn_key == entry.txn_key))
    }

    /// What accepting every proposal of a tier would do.
    pub async fn match_tier_preview(&self, statement_id: &str, tier: &str) -> EngineResult<TierPreview> {
        let statement = self.statement_record(statement_id).await?;
        let query = self.line_query(&statement).await?;
        let mut preview = TierPreview {
            tier: tier.to_owned(),
            lines: 0,
            total_in: String::new(),
            total_out: String::new(),
            left_to_clear_after: String::new(),
            with_difference: 0,
        };
        let (mut total_in, mut total_out) = (ledger::Amount::ZERO, ledger::Amount::ZERO);
        self.each_line(LineQuery { tier: Some(tier.to_owned()), ..query }, |row| {
            if row.proposal.as_ref().is_none_or(|one| !one.difference.is_zero()) {
                preview.with_difference += 1;
                return;
            }
            preview.lines += 1;
            if row.line.amount.is_negative() {
                total_out += &row.line.amount;
            } else {
                total_in += &row.line.amount;
            }
        })
        .await?;
        let figures = self.store.line_figures(statement.key).await?;
        preview.left_to_clear_after = (&(&left_to_clear(&statement, &figures) - &total_in) - &total_out).to_string();
        preview.total_in = total_in.to_string();
        preview.total_out = total_out.to_string();
        Ok(preview)
    }

    /// Accepts every live proposal of a tier that has no difference, as one action. `lines` is the number the preview
    /// showed: another number by now refuses.
    pub async fn match_accept_tier(&self, statement_id: &str, tier: &str, lines: u32) -> EngineResult<DeskDone> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let statement = load_statement(unit.as_mut(), statement_id).await?;
        must_be_open(&statement)?;
        if tier == "ambiguous" {
            return Err(EngineError::Conflict {
                code: "AMBIGUOUS",
                message: "Ambiguous lines are accepted one by one. Nothing was changed.".into(),
            });
        }
        let run = self.store.latest_run(statement.key).await?.ok_or_else(|| nothing_of(tier))?;
        let live = unit.load_live_proposals(run.key, statement.balance_key, tier).await?;
        let now = live.iter().filter(|row| row.proposal.as_ref().is_some_and(|one| one.difference.is_zero())).count();
        if now != lines as usize {
            return Err(EngineError::Conflict {
                code: "CHANGED_ELSEWHERE",
                message: format!(
                    "There are {now} {tier} matches by now, not {lines}. Nothing was changed. Look at them again."
                ),
            });
        }
        let confirmed =
            confirm(unit.as_mut(), &statement, &live, &stamp, "accept_tier", &format!("Accepted all {tier}")).await?;
        let (ids, action, count) = confirmed.ok_or_else(|| nothing_of(tier))?;
        let mut result = done(
            unit.as_mut(),
            &statement,
            action,
            format!("Accepted {}", words::plural(u64::from(count), "match", "matches")),
        )
        .await?;
        unit.commit().await?;
        result.match_ids = ids;
        self.desk_changed();
        self.with_next(&statement, result, 0).await
    }

    /// Says that an entry does not belong to a line; it is not proposed for it again.
    pub async fn match_reject(&self, statement_id: &str, line_id: &str, entry_id: &str) -> EngineResult<DeskDone> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let basket = Basket::load(unit.as_mut(), statement_id, &[line_id.to_owned()], &[entry_id.to_owned()]).await?;
        let (Some(line), Some(entry)) = (basket.lines.first(), basket.entries.first()) else {
            return Err(EngineError::not_found("line", line_id));
        };
        let text = format!("Rejected {} for line {}", entry.reference, line.position);
        if !unit.put_rejected(line.key, entry.txn_key, stamp.at, &stamp.actor).await? {
            return Err(EngineError::Conflict {
                code: "ALREADY_REJECTED",
                message: format!("{} was rejected for this line before.", entry.reference),
            });
        }
        let effects = [Effect::Rejected { line: line.key, entry: entry.txn_key }];
        let action = log(unit.as_mut(), &stamp, &basket.statement, "reject", &text, &effects).await?;
        let result = done(unit.as_mut(), &basket.statement, action, text).await?;
        unit.commit().await?;
        self.desk_changed();
        self.with_next(&basket.statement, result, line.position).await
    }

    /// Posts a line that has no entry against a named balance, and matches the two.
    pub async fn line_new_entry(
        &self,
        statement_id: &str,
        line_id: &str,
        posting: DifferencePosting,
    ) -> EngineResult<DeskDone> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let basket = Basket::load(unit.as_mut(), statement_id, &[line_id.to_owned()], &[]).await?;
        basket.must_be_free()?;
        let (statement, line) = (&basket.statement, &basket.lines[0]);
        if line.amount.is_zero() {
            return Err(EngineError::invalid("amount", "The line is zero: there is nothing to post."));
        }
        let posted =
            post_bank_movement(unit.as_mut(), &stamp, statement, line, &line.amount, &posting, NEW_ENTRY).await?;
        let new = manual(statement, &stamp, Some((posted.key, "new_entry")));
        let key = unit.insert_match(&new, statement.balance_key, &[line.key], &[posted.key]).await?;
        let text = format!("Posted line {} as “{}”", line.position, posting.description.trim());
        let effects = [Effect::Matched { key, lines: vec![line.key], entries: vec![posted.key] }];
        let action = log(unit.as_mut(), &stamp, statement, "new_entry", &text, &effects).await?;
        let mut result = done(unit.as_mut(), statement, action, text).await?;
        unit.commit().await?;
        result.match_ids = vec![new.id];
        result.posted = Some(posted.id);
        self.desk_changed();
        self.with_next(statement, result, line.position).await
    }

    /// Leaves an entry for a later statement, or takes it back among the unmatched ones.
    pub async fn entry_outstanding(&self, statement_id: &str, entry_id: &str, on: bool) -> EngineResult<DeskDone> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let basket = Basket::load(unit.as_mut(), statement_id, &[], &[entry_id.to_owned()]).await?;
        basket.must_be_free()?;
        let (statement, entry) = (&basket.statement, &basket.entries[0]);
        let (effect, text) = match (on, entry.outstanding_on) {
            (true, None) => {
                unit.put_outstanding(statement.key, statement.balance_key, &[entry.txn_key], stamp.at, &stamp.actor)
                    .await?;
                (Effect::Outstanding { entry: entry.txn_key }, format!("Left {} outstanding", entry.reference))
            }
            (false, Some(carrier)) => {
                if carrier != statement.key {
                    return Err(EngineError::Conflict {
                        code: "OUTSTANDING_ELSEWHERE",
                        message: format!(
                            "{} was left outstanding on another statement. Match it, or change that statement. Nothing was changed.",
                            entry.reference
                        ),
                    });
                }
                unit.delete_outstanding(statement.balance_key, &[entry.txn_key]).await?;
                (
                    Effect::NotOutstanding { entry: entry.txn_key },
                    format!("Took {} back from the outstanding entries", entry.reference),
                )
            }
            _ => {
                return Err(EngineError::Conflict {
                    code: "NO_CHANGE",
                    message: "It is that way already. Nothing was changed.".into(),
                });
            }
        };
        let action = log(unit.as_mut(), &stamp, statement, "outstanding", &text, &[effect]).await?;
        let result = done(unit.as_mut(), statement, action, text).await?;
        unit.commit().await?;
        self.desk_changed();
        Ok(result)
    }
}

pub(super) fn manual(statement: &StatementRecord, stamp: &Stamp, posted: Option<(i64, &'static str)>) -> NewMatch {
    NewMatch {
        id: new_id("mat"),
        statement_key: statement.key,
        kind: "manual",
        tier: None,
        rule_id: None,
        run_key: None,
        reasons: Value::Array(Vec::new()),
        posted,
        at: stamp.at,
        actor: stamp.actor.clone(),
    }
}

fn nothing_of(tier: &str) -> EngineError {
    EngineError::Conflict {
        code: "NOTHING_TO_ACCEPT",
        message: format!("There is no {tier} match without a difference. Nothing was changed."),
    }
}

fn does_not_tie(apart: &ledger::Amount, statement: &StatementRecord) -> EngineError {
    EngineError::Conflict {
        code: "DOES_NOT_TIE",
        message: format!(
            "The lines and the entries are {} apart. Post the difference, or change the match. Nothing was changed.",
            words::money(apart, &statement.currency)
        ),
    }
}

fn accept_words(basket: &Basket) -> String {
    let lines = match basket.lines.as_slice() {
        [] => {
            return format!(
                "Cleared {} against each other",
                words::plural(basket.entries.len() as u64, "entry", "entries")
            );
        }
        [one] => format!("line {}", one.position),
        many => words::plural(many.len() as u64, "line", "lines"),
    };
    if basket.entries.is_empty() {
        return format!("Confirmed {lines}: no money moved");
    }
    match basket.entries.as_slice() {
        [one] => format!("Matched {lines} to {}", one.reference),
        many => format!("Matched {lines} to {}", words::plural(many.len() as u64, "entry", "entries")),
    }
}
