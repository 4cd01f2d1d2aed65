//! The overview: does the book tie, is there money, what waits.

use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

use jiff::{ToSpan, civil::Date};
use ledger::{Amount, Currency};
use store::ledger::BalanceRecord;
use store::query::MAX_PAGE;
use store::recon::StatementState;
use store::system::{Event, JobState};
use store::{Condition, Query, Sort, Test};

use crate::api::ledgers::ChartPoint;
use crate::api::overview::{
    ActivityRow, AgeRow, AttentionRow, Awaiting, AwaitingRow, CashRow, TrialBalance, TrialRowView,
};
use crate::balances::parse_day;
use crate::{Engine, EngineResult, view, words};

/// Days the cash chart looks back.
const CHART_DAYS: i32 = 90;
/// Sentences of one kind that are shown under "Needs attention".
const MOST_SENTENCES: usize = 5;

impl Engine {
    /// Cash by currency over all balances that statements are expected for. Currencies are never added up.
    ///
    /// # Errors
    /// [`crate::EngineError::Store`] or a wrong day.
    pub async fn overview_cash(&self, as_of: Option<&str>) -> EngineResult<Vec<CashRow>> {
        let today = parse_day(as_of, "as_of")?.unwrap_or_else(|| self.clock.today());
        let mut by_currency: BTreeMap<String, Vec<BalanceRecord>> = BTreeMap::new();
        for record in self.bank_accounts().await? {
            by_currency.entry(record.balance.currency.code().to_owned()).or_default().push(record);
        }
        let mut rows = Vec::new();
        for records in by_currency.into_values() {
            rows.push(self.cash_of(&records, today, as_of.is_none()).await?);
        }
        Ok(rows)
    }

    async fn cash_of(&self, records: &[BalanceRecord], today: Date, with_holds: bool) -> EngineResult<CashRow> {
        let from = today.saturating_sub(CHART_DAYS.days());
        let month_ago = today.saturating_sub(30.days());
        let (mut opening, mut before, mut available) = (Amount::ZERO, Amount::ZERO, Amount::ZERO);
        let mut moves: BTreeMap<Date, Amount> = BTreeMap::new();
        for record in records {
            let (credit, debit) = self.store.settled_at(record.key, from.yesterday().unwrap_or(from)).await?;
            opening += &(credit - debit);
            let (credit, debit) = self.store.settled_at(record.key, month_ago).await?;
            before += &(credit - debit);
            for day in self.store.turnover(record.key, Some(from), Some(today)).await? {
                *moves.entry(day.day).or_default() += &(day.credit - day.debit);
            }
            // What is already booked for a later day is as gone as what is held.
            available += &record.balance.figures.available();
        }
        let mut reached = opening;
        let mut series = vec![ChartPoint { day: from.to_string(), balance: reached.to_string() }];
        for (day, net) in moves {
            reached += &net;
            if series.last().is_some_and(|point| point.day == day.to_string()) {
                series.pop();
            }
            series.push(ChartPoint { day: day.to_string(), balance: reached.to_string() });
        }
        // Where nothing moved any more the line goes on to the day it is for.
        if series.last().is_some_and(|point| point.day != today.to_string()) {
            series.push(ChartPoint { day: today.to_string(), balance: reached.to_string() });
        }
        let currency = records.first().map(|record| record.balance.currency.clone());
        Ok(CashRow {
            currency: currency.as_ref().map(|currency| currency.code().to_owned()).unwrap_or_default(),
            exponent: currency.as_ref().map_or(0, Currency::exponent),
            after_holds: if with_holds { available.to_string() } else { reached.to_string() },
            change_30_days: (&reached - &before).to_string(),
            now: reached.to_string(),
            series,
        })
    }

    /// Debits and credits of every currency; each must agree.
    ///
    /// # Errors
    /// [`crate::EngineError::Store`] or a wrong day.
    pub async fn overview_trial(&self, as_of: Option<&str>) -> EngineResult<TrialBalance> {
        let started = Instant::now();
        let rows = self.store.trial_balance(parse_day(as_of, "as_of")?).await?;
        let took_ms = u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX);
        let rows: Vec<TrialRowView> = rows
            .into_iter()
            .map(|row| TrialRowView {
                currency: row.currency.code().to_owned(),
                exponent: row.currency.exponent(),
                balances: row.balances,
                entries: row.entries,
                difference: (&row.debit - &row.credit).to_string(),
                debit: row.debit.to_string(),
                credit: row.credit.to_string(),
            })
            .collect();
        Ok(TrialBalance {
            ties: rows.iter().all(|row| row.difference == "0"),
            balances: rows.iter().map(|row| row.balances).sum(),
            entries: rows.iter().map(|row| row.entries).sum(),
            rows,
            checked_at: self.clock.now().to_string(),
            took_ms,
        })
    }

    /// Unreconciled entries of each bank account by age. Entries before its first statement count as explained by
    /// that statement's opening balance.
    ///
    /// # Errors
    /// [`crate::EngineError::Store`].
    pub async fn overview_ages(&self) -> EngineResult<Vec<AgeRow>> {
        let today = self.clock.today();
        let signed = self.reconciled_to().await?;
        let statements = self.store.statements(None).await?;
        let mut rows = Vec::new();
        for record in self.bank_accounts().await? {
            let baseline = statements
                .iter()
                .filter(|statement| statement.balance_key == record.key && statement.state != StatementState::Undone)
                .map(|statement| statement.period_from)
                .min();
            let mut buckets = vec![0_u64; 5];
            let mut net = Amount::ZERO;
            for bucket in self.store.unmatched_ages(record.key, baseline, today).await? {
                if let Some(count) = buckets.get_mut(bucket.bucket) {
                    *count += bucket.entries;
                }
                net += &bucket.net;
            }
            rows.push(AgeRow {
                balance_id: record.balance.id.clone(),
                name: record.balance.name.clone(),
                currency: record.balance.currency.code().to_owned(),
                exponent: record.balance.currency.exponent(),
                locked_to: signed.get(&record.balance.id).map(|day| day.to_string()),
                entries: buckets.iter().sum(),
                buckets,
                net: net.to_string(),
            });
        }
        Ok(rows)
    }

    /// Held money by currency and what expires next.
    ///
    /// # Errors
    /// [`crate::EngineError::Store`].
    pub async fn overview_awaiting(&self) -> EngineResult<Awaiting> {
        let open =
            Condition { field: "state".into(), test: Test::Is, values: vec!["held".into(), "part_committed".into()] };
        let query = Query {
            limit: 500,
            sort: vec![Sort { field: "expires".into(), descending: false }],
            conditions: vec![open],
            ..Query::default()
        };
        let page = self.store.families(&query).await?;
        let totals = self.store.family_totals(&query).await?;
        let banks = self.bank_accounts().await?;
        let now = self.clock.now();
        let soon = |at: jiff::Timestamp| at.as_second() - now.as_second() < 24 * 60 * 60;
        let mut rows: Vec<AwaitingRow> = Vec::new();
        for total in totals.iter().filter(|total| total.group == "held") {
            let of_currency = banks.iter().filter(|record| record.balance.currency.code() == total.currency);
            let (mut out, mut come) = (Amount::ZERO, Amount::ZERO);
            for record in of_currency {
                out += &record.balance.figures.inflight_debit;
                come += &record.balance.figures.inflight_credit;
            }
            rows.push(AwaitingRow {
                currency: total.currency.clone(),
                exponent: total.exponent,
                holds: total.count,
                money_out: out.to_string(),
                money_in: come.to_string(),
            });
        }
        let expiring = |record: &&store::ledger::FamilyRecord| {
            record.hold.as_ref().and_then(|hold| hold.timers.expires_at).is_some_and(soon)
        };
        Ok(Awaiting {
            rows,
            holds: page.total,
            expire_today: page.rows.iter().filter(expiring).count() as u64,
            next: page
                .rows
                .first()
                .filter(|record| record.hold.as_ref().is_some_and(|hold| hold.timers.expires_at.is_some()))
                .map(view::family),
        })
    }

    /// What was done last.
    ///
    /// # Errors
    /// [`crate::EngineError::Store`].
    pub async fn overview_activity(&self, limit: u32) -> EngineResult<Vec<ActivityRow>> {
        Ok(self.store.events(None, limit.min(200)).await?.iter().map(activity).collect())
    }

    /// What somebody should look at.
    ///
    /// # Errors
    /// [`crate::EngineError::Store`].
    pub async fn overview_attention(&self) -> EngineResult<Vec<AttentionRow>> {
        let mut rows = Vec::new();
        let damage = self.file_problems.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        for sentence in first_of(damage) {
            let sentence = sentence.trim_end_matches('.');
            let text =
                format!("{sentence}. Check the book in Settings; if it is damaged, restore the last good backup.");
            rows.push(attention("problem", "This book does not hold together".into(), text, "settings", None));
        }
        let waiting = self.held_up.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        for (kind, sentences) in waiting {
            let target = if kind == "scheduled" { "scheduled" } else { "approvals" };
            for sentence in first_of(sentences) {
                rows.push(attention("problem", "Waits although its time has come".into(), sentence, target, None));
            }
        }
        for row in self.store.trial_balance(None).await? {
            if row.debit != row.credit {
                let gap = words::money(&(&row.debit - &row.credit), &row.currency);
                rows.push(attention(
                    "problem",
                    format!("{} does not tie", row.currency),
                    format!("Debits and credits differ by {gap}."),
                    "settings",
                    None,
                ));
            }
        }
        for job in self.store.jobs(20).await? {
            if job.state == JobState::Interrupted {
                rows.push(attention(
                    "job",
                    format!("{} was interrupted", job.title),
                    "It can start again from what it stored, with the same result.".into(),
                    "jobs",
                    Some(job.id),
                ));
            }
        }
        let awaiting = self.overview_awaiting().await?;
        if awaiting.expire_today > 0 {
            let holds = words::plural(awaiting.expire_today, "hold expires", "holds expire");
            rows.push(attention(
                "expiring",
                format!("{holds} within a day"),
                "They void themselves if nobody acts.".into(),
                "approvals",
                None,
            ));
        }
        let today = self.clock.today();
        let signed = self.reconciled_to().await?;
        let mut in_review: HashSet<String> = HashSet::new();
        for one in self.store.statements(None).await? {
            let title = match one.name.starts_with(&one.balance_name) {
                true => one.name.clone(),
                false => format!("{}, {}", one.balance_name, one.name),
            };
            if one.state == StatementState::Signed {
                let booked = self.booked_since(&one, one.version).await?.len() as u64;
                if booked > 0 {
                    let entries = words::plural(booked, "entry was", "entries were");
                    let text =
                        format!("{entries} booked into its period. Reopen and sign it again, or leave it flagged.");
                    rows.push(attention(
                        "reconcile",
                        format!("{title} changed since signing"),
                        text,
                        "reconcile",
                        None,
                    ));
                }
                continue;
            }
            let figures = self.store.line_figures(one.key).await?;
            let text = match figures.open_in_lines + figures.open_out_lines {
                0 => "Every line is decided. It waits for its signature.".to_owned(),
                lines => format!("{} to review.", words::plural(lines, "line", "lines")),
            };
            in_review.insert(one.balance_id);
            rows.push(attention("reconcile", format!("{title} is not signed"), text, "reconcile", None));
        }
        for record in self.bank_accounts().await? {
            let behind = signed.get(&record.balance.id).is_none_or(|day| *day < today.saturating_sub(45.days()));
            // A statement that is in review is told by itself.
            if behind && record.last_entry_on.is_some() && !in_review.contains(&record.balance.id) {
                let title = match signed.get(&record.balance.id) {
                    Some(day) => format!("{} not reconciled since {}", record.balance.name, words::day(*day, today)),
                    None => format!("{} was never reconciled", record.balance.name),
                };
                rows.push(attention(
                    "reconcile",
                    title,
                    "Import its next statement.".into(),
                    "reconcile",
                    Some(record.balance.id),
                ));
            }
        }
        Ok(rows)
    }

    /// Balances that statements are expected for, by name.
    pub(crate) async fn bank_accounts(&self) -> EngineResult<Vec<BalanceRecord>> {
        let condition = Condition { field: "reconcilable".into(), test: Test::Is, values: vec!["1".into()] };
        let mut query = Query {
            limit: MAX_PAGE,
            conditions: vec![condition],
            sort: vec![Sort { field: "name".into(), descending: false }],
            ..Query::default()
        };
        let mut accounts = Vec::new();
        loop {
            let page = self.store.balances(&query).await?;
            accounts.extend(page.rows);
            query.offset += u64::from(MAX_PAGE);
            if query.offset >= page.total {
                return Ok(accounts);
            }
        }
    }
}

/// The first of many sentences, and how many more there are.
fn first_of(mut sentences: Vec<String>) -> Vec<String> {
    let more = sentences.len().saturating_sub(MOST_SENTENCES);
    sentences.truncate(MOST_SENTENCES);
    if more > 0
        && let Some(last) = sentences.last_mut()
    {
        last.push_str(&format!(" And {} more.", words::number(more as u64)));
    }
    sentences
}

fn attention(kind: &str, title: String, text: String, target: &str, object_id: Option<String>) -> AttentionRow {
    AttentionRow { kind: kind.into(), title, text, target: target.into(), object_id }
}

/// What was done on a desk says so itself: “matched line 5 to INV-1 on” and the name of the statement.
fn desk_activity(event: &Event, text: &str, statement: String) -> ActivityRow {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_lowercase).into_iter().flatten();
    ActivityRow {
        at: event.at.to_string(),
        actor: event.actor.clone(),
        kind: event.kind.clone(),
        object_id: event.object_id.clone(),
        verb: format!("{}{} on", first.collect::<String>(), letters.as_str()),
        object: statement,
        currency: None,
        exponent: None,
        amount: None,
    }
}

/// The history of one balance, newest first. An entry keeps the whole of what was written; beside the one before it,
/// it tells what is different.
pub(crate) fn changes(events: &[Event]) -> Vec<ActivityRow> {
    let told = |(at, event): (usize, &Event)| {
        let mut row = activity(event);
        if event.kind == "balance.changed" {
            let parts = differences(events.get(at + 1..).unwrap_or_default(), &event.payload);
            if !parts.is_empty() {
                row.object = format!("{}: {}", row.object, parts.join(", "));
            }
        }
        row
    };
    events.iter().enumerate().map(told).collect()
}

/// What a change made different from the entries before it, newest first, as far as they tell.
fn differences(earlier: &[Event], after: &serde_json::Value) -> Vec<String> {
    let Some(before) = earlier.first().map(|event| &event.payload) else { return Vec::new() };
    // Whether it may go below zero is only told where somebody said so.
    let below_zero = earlier.iter().find_map(|event| event.payload["below_zero"].as_bool());
    let mut parts = Vec::new();
    if let (Some(old), Some(new)) = (before["name"].as_str(), after["name"].as_str())
        && old != new
    {
        parts.push(format!("renamed from {old}"));
    }
    if before.get("account_number").is_some_and(|old| *old != after["account_number"]) {
        parts.push(if after["account_number"].is_null() { "number removed" } else { "number changed" }.into());
    }
    // A balance begins without a pin, and its first entry says nothing of it.
    let pinned = |state: &serde_json::Value| state["pinned"].as_bool().unwrap_or(false);
    let flags = [
        (Some(pinned(before)), Some(pinned(after)), "pinned", "no longer pinned"),
        (before["reconcilable"].as_bool(), after["reconcilable"].as_bool(), "a bank account", "no bank account"),
        (below_zero, after["below_zero"].as_bool(), "may go below zero", "may not go below zero"),
    ];
    for (old, new, on, off) in flags {
        if let (Some(old), Some(new)) = (old, new)
            && old != new
        {
            parts.push(if new { on } else { off }.into());
        }
    }
    parts
}

/// The fields that an entry about an identity speaks of. What stood in them is not in the history.
fn fields_of(event: &Event) -> String {
    let fields = event.payload["fields"].as_array();
    let fields = fields.into_iter().flatten().filter_map(serde_json::Value::as_str);
    fields.map(|field| field.replace('_', " ")).collect::<Vec<_>>().join(", ")
}

/// Verb and object of a history entry, as a sentence part.
pub(crate) fn activity(event: &Event) -> ActivityRow {
    let text = |key: &str| event.payload.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    if event.kind.starts_with("desk.") {
        return desk_activity(event, &text("text"), text("statement"));
    }
    let verb = match event.kind.as_str() {
        "transaction.posted" => "posted",
        "hold.placed" => "placed a hold",
        "hold.committed" => "approved",
        "hold.voided" => "voided",
        "hold.expired" => "ran out:",
        "monitor.fired" => "watched",
        "monitor.created" => "made the monitor",
        "monitor.changed" => "changed the monitor",
        "monitor.deleted" => "deleted the monitor",
        "webhook.created" => "made the webhook",
        "webhook.changed" => "changed the webhook",
        "webhook.deleted" => "deleted the webhook",
        "webhook.secret_renewed" => "renewed the secret of",
        "webhook.replayed" => "told again",
        "webhook.hosts_allowed" => "allowed hosts for webhooks:",
        "identity.created" => "created an identity",
        "identity.changed" => "changed an identity:",
        "identity.protected" => "protected",
        "identity.unprotected" => "ended the protection of",
        "identity.revealed" => "looked at",
        "identity.deleted" => "deleted an identity",
        "account.created" => "added the account",
        "account.changed" => "changed the account",
        "account.deleted" => "deleted the account",
        "balance.linked" => "said whose the balance is:",
        "balance.unlinked" => "said that the balance is nobody's:",
        "privacy.key_used" => "began to protect with another key",
        "privacy.key_shown" => "showed the key of protected fields",
        "privacy.sealed_anew" => "sealed protected fields with the new key",
        "attachment.added" => "attached",
        "attachment.detached" => "detached",
        "metadata.merged" => "noted something beside",
        "history.records_taken_up" => "began to answer for",
        "history.accepted" => "went on with a history that does not hold, of",
        "period.closed" => "closed the books",
        "period.reopened" => "reopened the books,",
        "posting.scheduled" => "scheduled",
        "posting.queued" => "queued",
        "posting.rescheduled" => "changed the scheduled",
        "posting.cancelled" => "cancelled the scheduled",
        "posting.rejected" => "could not post the scheduled",
        "posting.known" => "found already posted the scheduled",
        "balance.created" => "created balance",
        "balance.changed" => "changed balance",
        "balance.lineage" => "said how lineage is kept of",
        "ledger.created" => "created ledger",
        "ledger.typed" => "said what is in the ledger",
        "ledger.renamed" => "renamed ledger",
        "book.backup_planned" => "changed when copies are made",
        "book.created" => "created the book",
        "statement.imported" => "imported",
        "statement.import_undone" => "took back the import of",
        "statement.signed" => "signed",
        "statement.reopened" => "reopened",
        "statement.booked_since_signing" => "booked into the signed period of",
        "run.finished" => "ran the rules on",
        "rule.saved" => "saved the rule",
        "rule.enabled" => "switched on the rule",
        "rule.disabled" => "switched off the rule",
        "rule.deleted" => "deleted the rule",
        "rule.restored" => "brought back the rule",
        "rule.moved" => "moved the rule",
        other => other.rsplit('.').next().unwrap_or(other),
    };
    let object =
        ["summary", "reference", "name"].iter().map(|key| text(key)).find(|text| !text.is_empty()).unwrap_or_default();
    let object = match event.kind.as_str() {
        "attachment.added" => format!("{} to {object}", text("name")),
        "attachment.detached" => format!("{} from {object}", text("name")),
        kind if kind.starts_with("identity.") => fields_of(event),
        _ => object,
    };
    let description = text("description");
    let object =
        if description.is_empty() || !text("summary").is_empty() { object } else { format!("{object}, {description}") };
    let amount = event.payload.get("amount").and_then(|value| value.as_str()).map(str::to_owned);
    ActivityRow {
        at: event.at.to_string(),
        // Time ran out; whoever had the book open then did nothing.
        actor: if event.kind == "hold.expired" { String::new() } else { event.actor.clone() },
        kind: event.kind.clone(),
        object_id: event.object_id.clone(),
        verb: verb.to_owned(),
        object,
        currency: amount.as_ref().map(|_| text("currency")),
        exponent: event
            .payload
            .get("exponent")
            .and_then(serde_json::Value::as_u64)
            .and_then(|value| u8::try_from(value).ok()),
        amount,
    }
}
