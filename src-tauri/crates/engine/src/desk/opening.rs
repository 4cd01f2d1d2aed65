//! The opening balance of the first statement: what the bank had before the book knew the account.

use ledger::Overdraft;
use serde_json::json;

use super::actions::{done, log};
use super::basket::{free_reference, slug};
use crate::api::desk::DeskDone;
use crate::post::{PostCommand, post_in};
use crate::recon::{ledger_cleared, load_statement, must_be_open, span, statement_cleared};
use crate::signoff::OpeningGap;
use crate::{Engine, EngineError, EngineResult, signed};

impl Engine {
    /// Posts what the book lacks before the first statement of a balance, dated the day before it, against a balance
    /// the person names. The entry is covered by the opening balance and never waits to be matched.
    ///
    /// # Errors
    /// `NO_OPENING_DIFFERENCE` when there is none or another statement came before; `LINES_OPEN` while a line is not
    /// matched; any refusal of the posting.
    pub async fn opening_post(
        &self,
        statement_id: &str,
        balance_id: &str,
        signed_reason: Option<&str>,
    ) -> EngineResult<DeskDone> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let statement = load_statement(unit.as_mut(), statement_id).await?;
        must_be_open(&statement)?;
        let all = unit.load_statements(statement.balance_key).await?;
        let figures = unit.load_line_figures(statement.key).await?;
        let side = unit.load_ledger_side(&span(&statement, &all)).await?;
        let apart = &ledger_cleared(&side) - &statement_cleared(&statement, &figures);
        let gap = OpeningGap::of(&statement, &all, &figures, &apart).ok_or_else(|| EngineError::Conflict {
            code: "NO_OPENING_DIFFERENCE",
            message: "The opening balance needs no posting here. Nothing was posted.".into(),
        })?;
        let missing = gap.offered().ok_or_else(|| EngineError::Conflict {
            code: "LINES_OPEN",
            message: format!("{} Nothing was posted.", gap.waits()),
        })?;
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
            expires_at: None,
            // The bank has the money already; the books can only follow.
            overdraft: Overdraft::Unlimited,
            metadata: Some(json!({ "statement": statement.id })),
            create_indicators: false,
            signed_reason: signed::reason_of(signed_reason)?,
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
