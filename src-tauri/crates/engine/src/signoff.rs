//! Sign-off: a checklist in words, a typed name, and a report that stays as it was signed.

use ledger::Amount;
use serde_json::json;
use store::recon::{EntryQuery, EntryRecord, LineFigures, SignOffRecord, StatementRecord, StatementState};
use store::system::Event;
use store::{Store, StoreError, Unit};

use crate::api::book::Topic;
use crate::api::statements::{Report, SignoffCheck, SignoffItem};
use crate::book::{PERSON, person_name};
use crate::desk::OpeningGap;
use crate::recon::{
    apart, closing_is_computed, left_out_rows, left_out_words, left_to_clear, load_statement, missing, missing_words,
    must_be_open, next, place, previous, span,
};
use crate::report::entry_row;
use crate::{Engine, EngineError, EngineResult, Stamp, history, words};

/// Entries of the period that are neither matched nor outstanding.
pub(crate) fn open_entries(statement: &StatementRecord, all: &[StatementRecord]) -> EntryQuery {
    let span = span(statement, all);
    EntryQuery { from: Some(span.baseline), ..EntryQuery::new(statement.balance_key, span.period_to) }
}

/// What is looked at before a signature.
struct Looked {
    all: Vec<StatementRecord>,
    figures: LineFigures,
    /// Entries that would be left outstanding.
    open: Vec<EntryRecord>,
    /// What the ledger clears to less what the statement does.
    apart: Amount,
    gap: Option<OpeningGap>,
}

impl Looked {
    /// Inside the unit that would write the signature: nobody else changes it in between.
    async fn within(unit: &mut dyn Unit, statement: &StatementRecord) -> EngineResult<Self> {
        let all = unit.load_statements(statement.balance_key).await?;
        let figures = unit.load_line_figures(statement.key).await?;
        let side = unit.load_ledger_side(&span(statement, &all)).await?;
        let apart = apart(&side, statement, &figures);
        Ok(Self {
            open: unit.load_entry_list(&open_entries(statement, &all)).await?,
            gap: OpeningGap::within(unit, statement, &all, &figures, &apart).await?,
            all,
            figures,
            apart,
        })
    }

    /// Through the readers, which a book that is open for reading only has too.
    async fn read(store: &dyn Store, statement: &StatementRecord) -> EngineResult<Self> {
        let all = store.statements(Some(statement.balance_key)).await?;
        let figures = store.line_figures(statement.key).await?;
        let side = store.ledger_side(&span(statement, &all)).await?;
        let apart = apart(&side, statement, &figures);
        Ok(Self {
            open: store.entries(&open_entries(statement, &all)).await?.rows,
            gap: OpeningGap::read(store, statement, &all, &figures, &apart).await?,
            all,
            figures,
            apart,
        })
    }
}

fn check(statement: &StatementRecord, looked: &Looked) -> SignoffCheck {
    let Looked { all, figures, open, apart, gap } = looked;
    let money = |amount: &Amount| words::money(amount, &statement.currency);
    let left = left_to_clear(statement, figures);
    let missing = missing(statement, figures);
    let lines_open = figures.open_in_lines + figures.open_out_lines;
    let item = |key: &str, ok: bool, required: bool, text: String| SignoffItem { key: key.into(), ok, required, text };
    let mut items = vec![
        item(
            "left_to_clear",
            left.is_zero() && lines_open == 0,
            true,
            if left.is_zero() && lines_open == 0 {
                match figures.lines {
                    1 => "The one line is confirmed and nothing is left to clear.".to_owned(),
                    lines => format!(
                        "All {} are confirmed and nothing is left to clear.",
                        words::plural(lines, "line", "lines")
                    ),
                }
            } else if !missing.is_zero() {
                format!(
                    "{} left to clear, {} open. {}",
                    money(&left),
                    words::plural(lines_open, "line is", "lines are"),
                    missing_words(statement, &missing)
                )
            } else {
                format!("{} left to clear, {} open.", money(&left), words::plural(lines_open, "line is", "lines are"))
            },
        ),
        item(
            "ledger_agrees",
            apart.is_zero(),
            true,
            match gap {
                _ if apart.is_zero() => "The ledger clears to the same amount.".into(),
                Some(gap) => gap.words(statement),
                None => format!("The ledger clears to an amount that is {} apart.", money(apart)),
            },
        ),
    ];
    let (ok, text) = match previous(place(statement), all) {
        None => (true, "This is the first statement of the balance.".to_owned()),
        Some(before) if before.state != StatementState::Signed => {
            (false, format!("{} is not signed yet.", before.name))
        }
        Some(before) if before.closing == statement.opening => (true, format!("Opening continues {}.", before.name)),
        Some(before) => (
            false,
            format!(
                "Opening is {}, but {} closed with {}.",
                money(&statement.opening),
                before.name,
                money(&before.closing)
            ),
        ),
    };
    items.push(item("opening_continues", ok, true, text));
    // Imported after the statement behind it was signed.
    if let Some(next) = next(place(statement), all).filter(|next| next.state == StatementState::Signed) {
        let ok = next.opening == statement.closing;
        let text = if ok {
            format!("{} continues the closing.", next.name)
        } else {
            format!(
                "Closing is {}, but {} is signed and opened with {}. Reopen it first.",
                money(&statement.closing),
                next.name,
                money(&next.opening)
            )
        };
        items.push(item("closing_continues", ok, true, text));
    }
    if closing_is_computed(statement) {
        let text =
            "The file did not state its closing balance: it was computed from the lines. Compare it with the bank.";
        items.push(item("closing_stated", true, false, text.to_owned()));
    }
    let total: Amount = open.iter().map(|entry| &entry.amount).sum();
    let text = match open.len() {
        0 => "No entry of the period is unmatched.".to_owned(),
        count => format!(
            "{} of {} will be left outstanding.",
            words::plural(count as u64, "unmatched entry", "unmatched entries"),
            money(&total)
        ),
    };
    items.push(item("outstanding", true, false, text));
    let left_out = left_out_rows(statement);
    if left_out > 0 {
        items.push(item("left_out", true, false, format!("{} The report says which.", left_out_words(left_out))));
    }
    let rows = open.iter().map(|entry| entry_row(entry, statement.period_to)).collect();
    SignoffCheck {
        ready: items.iter().all(|item| item.ok || !item.required),
        items,
        becoming_outstanding: rows,
        becoming_outstanding_total: total.to_string(),
        version: statement.version,
        opening_missing: gap.as_ref().and_then(|gap| gap.offered().map(ToString::to_string)),
        opening_early: gap.as_ref().and_then(OpeningGap::early_words),
        opening_like: gap.as_ref().and_then(OpeningGap::like).map(|entry| entry_row(entry, statement.period_to)),
    }
}

impl Engine {
    /// Whether a statement may be signed, in words. Writes nothing; signing looks at it all again.
    ///
    /// # Errors
    /// `STATEMENT_SIGNED` when it is signed already.
    pub async fn signoff_check(&self, statement_id: &str) -> EngineResult<SignoffCheck> {
        let statement = self.statement_record(statement_id).await?;
        must_be_open(&statement)?;
        Ok(check(&statement, &Looked::read(self.store.as_ref(), &statement).await?))
    }

    /// Signs a statement: what is still unmatched becomes outstanding, the report is frozen, and the database refuses
    /// any change of its matches from then on.
    ///
    /// The typed name is the name of the person who works here. Where nobody has said yet who that is, another name than
    /// the one the program goes by becomes it.
    ///
    /// # Errors
    /// `NOT_READY` with what is missing; `INVALID_INPUT` without a name; `OTHER_PERSON` with the name of another one.
    pub async fn sign_off(&self, statement_id: &str, name: &str) -> EngineResult<Report> {
        let typed = name.trim();
        if typed.is_empty() {
            return Err(EngineError::invalid("name", "Type your name to sign."));
        }
        // The report is made from the state that the unit has found ready; nobody else writes in between.
        let mut unit = self.store.begin().await?;
        let statement = load_statement(unit.as_mut(), statement_id).await?;
        must_be_open(&statement)?;
        let looked = Looked::within(unit.as_mut(), &statement).await?;
        let check = check(&statement, &looked);
        let open = &looked.open;
        if !check.ready {
            let missing: Vec<_> =
                check.items.iter().filter(|item| item.required && !item.ok).map(|item| item.text.as_str()).collect();
            return Err(EngineError::Conflict {
                code: "NOT_READY",
                message: format!("{} Nothing was signed.", missing.join(" ")),
            });
        }
        let signer = self.signer(unit.as_mut(), typed).await?;
        let (name, stamp) = (signer.as_str(), Stamp { actor: signer.clone(), ..self.stamp() });
        let mut report = self.draft_report(&statement, true).await?;
        report.prepared_by = signer.clone();
        report.draft = false;
        report.signed_by = Some(name.to_owned());
        report.signed_at = Some(stamp.at.to_string());
        report.state = format!("Signed {} by {name}", stamp.today);
        let keys: Vec<i64> = open.iter().map(|entry| entry.txn_key).collect();
        unit.put_outstanding(statement.key, statement.balance_key, &keys, stamp.at, &stamp.actor).await?;
        let record = SignOffRecord {
            version: statement.version,
            signed_at: stamp.at,
            signed_by: name.to_owned(),
            report: serde_json::to_value(&report)
                .map_err(|error| EngineError::Store(StoreError::damaged("report", error)))?,
            reopened_at: None,
            reopened_by: None,
            reopen_reason: None,
        };
        unit.insert_sign_off(statement.key, &record).await?;
        unit.set_statement_state(statement.key, StatementState::Signed, statement.version).await?;
        unit.record_event(&Event {
            at: stamp.at,
            actor: stamp.actor.clone(),
            kind: "statement.signed".into(),
            object_id: statement.id.clone(),
            payload: json!({
                "name": statement.name,
                "version": statement.version,
                "signed_by": name,
                "report_sha256": history::digest(&record.report),
            }),
        })
        .await?;
        unit.commit().await?;
        if self.actor() != signer {
            self.set_actor(&signer);
            self.changed(&[Topic::Book]);
        }
        self.changed(&[Topic::Statements, Topic::Transactions, Topic::Balances]);
        Ok(report)
    }

    /// Who signs: the person who works here, as they spell their name. In a book where nobody has said who works in it,
    /// whoever signs with another name than the program goes by is that person from now on.
    async fn signer(&self, unit: &mut dyn Unit, typed: &str) -> EngineResult<String> {
        let person = self.actor();
        if person.trim().to_lowercase() == typed.to_lowercase() {
            return Ok(person);
        }
        if unit.load_setting(PERSON).await?.is_some() {
            return Err(EngineError::Conflict {
                code: "OTHER_PERSON",
                message: format!(
                    "{person} works here, and signs with that name. Nothing was signed. If you are somebody else, say so \
                     under Settings first."
                ),
            });
        }
        let name = person_name(typed)?;
        unit.put_setting(PERSON, &json!(name)).await?;
        Ok(name.to_owned())
    }

    /// Opens a signed statement again as its next version. The signed report stays.
    ///
    /// # Errors
    /// `LATER_SIGNED` when a later statement of the balance is signed; `INVALID_INPUT` without a reason.
    pub async fn reopen(&self, statement_id: &str, reason: &str) -> EngineResult<()> {
        let stamp = self.stamp();
        let reason = &*words::plain(reason.trim());
        if reason.is_empty() {
            return Err(EngineError::invalid("reason", "Reopening needs a reason."));
        }
        let mut unit = self.store.begin().await?;
        let statement = load_statement(unit.as_mut(), statement_id).await?;
        if statement.state != StatementState::Signed {
            return Err(EngineError::Conflict {
                code: "NOT_SIGNED",
                message: format!("{} is not signed. Nothing was changed.", statement.name),
            });
        }
        let all = unit.load_statements(statement.balance_key).await?;
        let later = all.iter().find(|other| {
            other.state == StatementState::Signed && (other.period_to, other.key) > (statement.period_to, statement.key)
        });
        if let Some(later) = later {
            return Err(EngineError::Conflict {
                code: "LATER_SIGNED",
                message: format!(
                    "{} is signed and continues this one. Reopen it first. Nothing was changed.",
                    later.name
                ),
            });
        }
        unit.reopen_sign_off(statement.key, statement.version, stamp.at, &stamp.actor, reason).await?;
        unit.set_statement_state(statement.key, StatementState::Open, statement.version + 1).await?;
        unit.record_event(&Event {
            at: stamp.at,
            actor: stamp.actor.clone(),
            kind: "statement.reopened".into(),
            object_id: statement.id.clone(),
            payload: json!({ "name": statement.name, "version": statement.version, "reason": reason }),
        })
        .await?;
        unit.commit().await?;
        self.changed(&[Topic::Statements, Topic::Transactions, Topic::Balances]);
        Ok(())
    }
}
