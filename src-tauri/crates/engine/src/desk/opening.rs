//! The opening balance of the first statement: what the bank had before the book knew the account.

use jiff::civil::Date;
use ledger::{Amount, Overdraft};
use serde_json::json;
use store::recon::{EntryQuery, EntryRecord, LineFigures, StatementRecord};
use store::{Store, Unit};

use super::actions::{done, log};
use super::basket::{free_reference, slug};
use crate::api::desk::DeskDone;
use crate::post::{PostCommand, post_in};
use crate::recon::{apart, load_statement, must_be_open, place, plus_days, previous, span};
use crate::{Engine, EngineError, EngineResult, signed, words};

/// What the book lacks before the first statement of a balance. Matches tie exactly, so the two halves of its proof can
/// only be apart by what the book had when the statement began: money it never knew of, or entries of its own that the
/// bank had not booked by then.
pub(crate) struct OpeningGap {
    /// First day of the statement; the posting is dated before it.
    begins: Date,
    /// What the ledger counts as covered by the opening balance.
    book: Amount,
    /// To be posted, as the bank balance moves. Never zero.
    missing: Amount,
    /// Lines without a match. Each may stand for an entry from before the statement that is part of the difference.
    open_lines: u64,
    /// The book has entries from before the statement that are neither matched nor outstanding. One that the bank had
    /// not booked by then is the difference, or part of it, and to post it would book that money twice.
    early: bool,
    /// One of them that is the whole difference.
    like: Option<EntryRecord>,
}

impl OpeningGap {
    /// `apart` is what the ledger clears to less what the statement does. `None` when they agree, or when it is not the
    /// first statement: then the entries before it were signed for.
    fn of(statement: &StatementRecord, all: &[StatementRecord], figures: &LineFigures, apart: &Amount) -> Option<Self> {
        let begins = span(statement, all).baseline;
        let first = previous(place(statement), all).is_none() && begins == statement.period_from;
        (first && !apart.is_zero()).then(|| Self {
            begins,
            book: &statement.opening + apart,
            missing: -apart,
            open_lines: figures.open_in_lines + figures.open_out_lines,
            early: false,
            like: None,
        })
    }

    /// As [`OpeningGap::read`], inside the unit that would post.
    pub(crate) async fn within(
        unit: &mut dyn Unit,
        statement: &StatementRecord,
        all: &[StatementRecord],
        figures: &LineFigures,
        apart: &Amount,
    ) -> EngineResult<Option<Self>> {
        let Some(gap) = Self::of(statement, all, figures, apart) else { return Ok(None) };
        let early = !unit.load_entry_list(&gap.early_entry(statement)).await?.is_empty();
        let like = unit.load_entry_list(&gap.like_entry(statement)).await?.pop();
        Ok(Some(Self { early, like, ..gap }))
    }

    /// What the book lacks, with the entries that may be the reason.
    pub(crate) async fn read(
        store: &dyn Store,
        statement: &StatementRecord,
        all: &[StatementRecord],
        figures: &LineFigures,
        apart: &Amount,
    ) -> EngineResult<Option<Self>> {
        let Some(gap) = Self::of(statement, all, figures, apart) else { return Ok(None) };
        let early = !store.entries(&gap.early_entry(statement)).await?.rows.is_empty();
        let like = store.entries(&gap.like_entry(statement)).await?.rows.pop();
        Ok(Some(Self { early, like, ..gap }))
    }

    fn early_entry(&self, statement: &StatementRecord) -> EntryQuery {
        EntryQuery { limit: 1, ..EntryQuery::new(statement.balance_key, self.day()) }
    }

    fn like_entry(&self, statement: &StatementRecord) -> EntryQuery {
        let sign = if self.missing.is_negative() { 1 } else { -1 };
        EntryQuery { amounts: Some(vec![self.missing.abs()]), sign, ..self.early_entry(statement) }
    }

    /// What may be posted. Nothing while a line is open: a cheque of an earlier month that the bank paid now would be
    /// booked a second time.
    pub(crate) fn offered(&self) -> Option<&Amount> {
        (self.open_lines == 0).then_some(&self.missing)
    }

    /// What somebody has to say before it is posted, when the book has earlier entries.
    pub(crate) fn early_words(&self) -> Option<String> {
        self.early.then(|| format!("The bank had booked every entry that the book has before {}", self.begins))
    }

    /// The earlier entry that has the amount, when the difference may be posted at all.
    pub(crate) fn like(&self) -> Option<&EntryRecord> {
        self.like.as_ref().filter(|_| self.offered().is_some())
    }

    /// Why nothing is offered yet.
    fn waits(&self) -> String {
        let one = self.open_lines == 1;
        format!(
            "{} open, and an entry dated before {} may belong to {}. What the book lacks is posted when no line is open.",
            words::plural(self.open_lines, "line is", "lines are"),
            self.begins,
            if one { "it" } else { "one of them" }
        )
    }

    /// What to look at before the difference is posted.
    fn look(&self, statement: &StatementRecord) -> String {
        let like = self.like.as_ref().map(|entry| {
            format!(
                " {} of {} dated {} is that amount.",
                entry.reference,
                words::money(&entry.amount, &statement.currency),
                entry.date
            )
        });
        format!(
            "Mark each entry dated before {} that the bank had not booked by then as outstanding.{}",
            self.begins,
            like.unwrap_or_default()
        )
    }

    /// The last day on which the posting may be dated.
    fn day(&self) -> Date {
        plus_days(self.begins, -1)
    }

    pub(crate) fn words(&self, statement: &StatementRecord) -> String {
        let money = |amount: &Amount| words::money(amount, &statement.currency);
        let said = format!(
            "The book has {} before {}, the statement opens with {}.",
            money(&self.book),
            self.begins,
            money(&statement.opening)
        );
        match self.offered() {
            Some(missing) if self.early => {
                format!("{said} {} Post only what is still apart then, now {}.", self.look(statement), money(missing))
            }
            Some(missing) => {
                format!("{said} Post the difference of {} dated {} or earlier.", money(missing), self.day())
            }
            None => format!("{said} {}", self.waits()),
        }
    }
}

impl Engine {
    /// Posts what the book lacks before the first statement of a balance, dated the day before it, against a balance
    /// the person names. The entry is covered by the opening balance and never waits to be matched. Where the book has
    /// earlier entries, `all_booked` says that none of them was still on its way to the bank.
    ///
    /// # Errors
    /// `NO_OPENING_DIFFERENCE` when there is none or another statement came before; `LINES_OPEN` while a line is not
    /// matched; `EARLIER_ENTRIES` when nobody has said that the bank had booked them; any refusal of the posting.
    pub async fn opening_post(
        &self,
        statement_id: &str,
        balance_id: &str,
        all_booked: bool,
        signed_reason: Option<&str>,
    ) -> EngineResult<DeskDone> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let statement = load_statement(unit.as_mut(), statement_id).await?;
        must_be_open(&statement)?;
        let all = unit.load_statements(statement.balance_key).await?;
        let figures = unit.load_line_figures(statement.key).await?;
        let side = unit.load_ledger_side(&span(&statement, &all)).await?;
        let apart = apart(&side, &statement, &figures);
        let gap = OpeningGap::within(unit.as_mut(), &statement, &all, &figures, &apart).await?;
        let gap = gap.ok_or_else(|| EngineError::Conflict {
            code: "NO_OPENING_DIFFERENCE",
            message: "The opening balance needs no posting here. Nothing was posted.".into(),
        })?;
        let missing = gap.offered().ok_or_else(|| EngineError::Conflict {
            code: "LINES_OPEN",
            message: format!("{} Nothing was posted.", gap.waits()),
        })?;
        if gap.early && !all_booked {
            return Err(EngineError::Conflict {
                code: "EARLIER_ENTRIES",
                message: format!("{} Nothing was posted.", gap.look(&statement)),
            });
        }
        let (bank, other) = (statement.balance_id.clone(), balance_id.to_owned());
        let (source, destination) = if missing.is_negative() { (bank, other) } else { (other, bank) };
        let text = format!("Opening balance of {}", statement.name);
        let command = PostCommand {
            reference: free_reference(unit.as_mut(), &format!("{}-opening", slug(&statement.name))).await?,
            amount: missing.abs(),
            currency: statement.currency.code().to_owned(),
            source,
            destination,
            description: text.clone(),
            effective_date: Some(gap.day()),
            hold: false,
            timers: store::ledger::Timers::default(),
            // The bank has the money already; the books can only follow.
            overdraft: Overdraft::Unlimited,
            metadata: Some(json!({ "statement": statement.id })),
            create_indicators: false,
            signed_reason: signed::reason_of(signed_reason)?,
            refunds: None,
            leg: None,
            reserved: None,
        };
        let posted = post_in(unit.as_mut(), &stamp, &command).await?;
        let text = format!("Posted {text}, dated {}", gap.day());
        // The desk takes back matches, never postings: there is no effect to undo.
        let action = log(unit.as_mut(), &stamp, &statement, "opening", &text, &[]).await?;
        let mut result = done(unit.as_mut(), &statement, action, text).await?;
        unit.commit().await?;
        result.posted = Some(posted.id);
        self.desk_changed();
        Ok(result)
    }
}
