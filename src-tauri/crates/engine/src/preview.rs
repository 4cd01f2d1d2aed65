//! What a posting would do, and every rule that it is held against, before it is booked.

use ledger::{Overdraft, Posting, transaction};

use crate::api::transactions::{Check, Effect, PostPreview, PostRequest};
use crate::idempotency::Asked;
use crate::post::{PostCommand, balance_ref, below_zero_key, check_indicator, empty_indicator, is_allowed};
use crate::transactions::effects;
use crate::{Engine, EngineError, EngineResult, words};

/// Kind of the check of closed periods.
const CLOSED_PERIOD: &str = "closed_period";
/// Kind of the check of signed periods.
const SIGNED_PERIOD: &str = "signed_period";

impl Engine {
    /// What a posting would do, and every condition it meets or does not. Writes nothing.
    ///
    /// # Errors
    /// [`EngineError::Store`]; a posting that would be refused is not an error here.
    pub async fn post_preview(&self, request: PostRequest) -> EngineResult<PostPreview> {
        self.post_preview_of(request, None).await
    }

    /// As [`Self::post_preview`], of what the waiting posting with this id is changed into: its reference is its own.
    ///
    /// # Errors
    /// As [`Self::post_preview`].
    pub async fn post_preview_of(&self, request: PostRequest, waiting: Option<&str>) -> EngineResult<PostPreview> {
        let reference = request.reference.trim().to_owned();
        let mut preview = PostPreview {
            effects: Vec::new(),
            checks: Vec::new(),
            ready: false,
            reference: reference.clone(),
            existing: false,
        };
        let command = match self.command(&request) {
            Ok(command) => Some(command),
            Err(EngineError::Invalid { fields }) => {
                for field in fields {
                    preview.checks.push(failed("input", field.message, Some(&field.field)));
                }
                None
            }
            Err(other) => return Err(other),
        };
        let source = self.preview_balance(&mut preview, &request, "source").await?;
        let destination = self.preview_balance(&mut preview, &request, "destination").await?;
        let ids =
            source.as_ref().zip(destination.as_ref()).map(|(source, destination)| (&*source.id, &*destination.id));
        if let Some((field, message)) = command.as_ref().and_then(|command| command.past(self.clock.now())) {
            preview.checks.push(failed("input", message.into(), Some(field)));
        }
        let asked = command.as_ref().zip(ids);
        let asked = asked.map(|(command, (source, destination))| Asked { command, source, destination });
        self.check_reference(&mut preview, &reference, asked.as_ref(), waiting).await?;
        if let (Some(command), Some(source), Some(destination)) = (command, source, destination) {
            let below_zero = self.may_go_below_zero(&source.id).await?;
            self.check_posting(&mut preview, &command, &source, &destination, below_zero);
            self.check_refund(&mut preview, &command, [&source.id, &destination.id]).await?;
            self.check_period(&mut preview, &command, [&source.id, &destination.id]).await?;
        }
        if preview.existing {
            preview.effects.clear();
        }
        preview.ready = preview.checks.iter().all(|check| check.ok) && !preview.effects.is_empty();
        Ok(preview)
    }

    /// Whether enough is left of the row that it gives back.
    async fn check_refund(
        &self,
        preview: &mut PostPreview,
        command: &PostCommand,
        balance_ids: [&str; 2],
    ) -> EngineResult<()> {
        let Some(of) = &command.refunds else { return Ok(()) };
        preview.checks.push(match self.refund_preview(of, &command.amount, balance_ids).await {
            Ok(text) => passed("refund", text),
            Err(EngineError::Store(error)) => return Err(EngineError::Store(error)),
            Err(error) => failed("refund", error.sentence().replace(" Nothing was posted.", ""), Some("amount")),
        });
        Ok(())
    }

    /// A hold moves no money; what is committed of it is checked then.
    async fn check_period(
        &self,
        preview: &mut PostPreview,
        command: &PostCommand,
        balance_ids: [&str; 2],
    ) -> EngineResult<()> {
        let day = command.effective_date.unwrap_or_else(|| self.clock.today());
        if command.hold || balance_ids[0] == balance_ids[1] {
            return Ok(());
        }
        if let Some((sentence, open_from)) = self.closed_period(day).await? {
            let suggestions = vec![open_from];
            preview.checks.push(Check { suggestions, ..failed(CLOSED_PERIOD, sentence, Some("effective_date")) });
        }
        if let Some(period) = self.signed_period(balance_ids, day).await? {
            preview.checks.push(match command.signed_reason {
                Some(_) => passed(SIGNED_PERIOD, period.allowed()),
                None => Check {
                    suggestions: vec![period.open_from().to_string()],
                    ..failed(SIGNED_PERIOD, period.sentence(), Some("effective_date"))
                },
            });
        }
        Ok(())
    }

    fn check_posting(
        &self,
        preview: &mut PostPreview,
        command: &PostCommand,
        source: &ledger::Balance,
        destination: &ledger::Balance,
        below_zero: bool,
    ) {
        let posting = Posting {
            reference: command.reference.clone(),
            amount: command.amount.clone(),
            currency: source.currency.clone(),
            description: command.description.clone(),
            effective_date: command.effective_date.unwrap_or_else(|| self.clock.today()),
            hold: command.hold,
            expires_at: command.timers.expires_at,
            overdraft: match &command.overdraft {
                Overdraft::Refused if below_zero => Overdraft::Unlimited,
                asked => asked.clone(),
            },
        };
        if source.currency.code() != command.currency {
            let text =
                format!("{} is kept in {}. {} cannot be booked there.", source.name, source.currency, command.currency);
            preview.checks.push(failed("currency", text, Some("currency")));
            return;
        }
        match transaction::post(source, destination, &posting) {
            Ok((from, to)) => {
                let left = from.figures.available();
                let text = if left.is_negative() {
                    format!("{} may go below zero, to {}", source.name, words::money(&left, &from.currency))
                } else {
                    format!("{} has {} available after this", source.name, words::money(&left, &from.currency))
                };
                preview.checks.push(passed("funds", text));
                preview.effects = effects(source, destination, &from, &to);
            }
            Err(error) => {
                preview.effects = if_there_were_money(source, destination, posting);
                let (kind, field) = match &error {
                    ledger::LedgerError::InsufficientFunds { .. } | ledger::LedgerError::OverdraftLimit { .. } => {
                        ("funds", "amount")
                    }
                    ledger::LedgerError::CurrencyMismatch { .. } => ("currency", "destination"),
                    ledger::LedgerError::AmountNotPositive => ("amount", "amount"),
                    _ => ("balances", "destination"),
                };
                let sentence = EngineError::from(error).sentence();
                let sentence = if kind == "funds" { sentence } else { sentence.replace(" Nothing was posted.", "") };
                preview.checks.push(failed(kind, sentence, Some(field)));
            }
        }
    }

    /// The balance is marked as one that may go below zero.
    pub(crate) async fn may_go_below_zero(&self, balance_id: &str) -> EngineResult<bool> {
        Ok(is_allowed(self.store.setting(&below_zero_key(balance_id)).await?))
    }

    async fn preview_balance(
        &self,
        preview: &mut PostPreview,
        request: &PostRequest,
        field: &str,
    ) -> EngineResult<Option<ledger::Balance>> {
        let text = if field == "source" { &request.source } else { &request.destination };
        if text.is_empty() {
            return Ok(None);
        }
        if let Some(record) = self.store.balance(&balance_ref(text, &request.currency)).await? {
            return Ok(Some(record.balance));
        }
        if !text.starts_with('@') {
            preview.checks.push(failed("balances", format!("There is no balance {text}."), Some(field)));
            return Ok(None);
        }
        if let Err(error) = check_indicator(text) {
            preview.checks.push(failed("balances", error.sentence(), Some(field)));
            return Ok(None);
        }
        if request.create_indicators {
            preview.checks.push(passed("balances", format!("{text} will be created in {}", request.currency)));
            return Ok(ledger::Currency::iso(&request.currency).map(|currency| empty_indicator(text, &currency)));
        }
        let mut check =
            failed("balances", format!("No balance is called {text} in {}. Create it?", request.currency), Some(field));
        check.suggestions = self.closest_indicators(text, &request.currency).await?;
        preview.checks.push(check);
        Ok(None)
    }

    async fn check_reference(
        &self,
        preview: &mut PostPreview,
        reference: &str,
        asked: Option<&Asked<'_>>,
        waiting: Option<&str>,
    ) -> EngineResult<()> {
        if reference.is_empty() {
            preview.checks.push(passed("reference", "A reference will be made".into()));
            return Ok(());
        }
        match self.store.transaction_by_reference(reference).await? {
            None if self.store.scheduled_under(reference).await?.is_some_and(|other| Some(&*other.id) != waiting) => {
                let text = format!("{reference} waits to be booked already");
                preview.checks.push(failed("reference", text, Some("reference")));
            }
            None => preview.checks.push(passed("reference", format!("{reference} is free"))),
            Some(existing) if asked.is_some_and(|asked| asked.is(&existing, self.clock.today())) => {
                preview.existing = true;
                preview.checks.push(failed(
                    "reference",
                    format!("{reference} is already posted with this very content"),
                    Some("reference"),
                ));
            }
            Some(existing) => {
                let amount = words::money(&existing.row.amount, &existing.row.currency);
                let text =
                    format!("{reference} is already used by an entry of {amount}, entered by {}.", existing.row.actor);
                preview.checks.push(failed("reference", text, Some("reference")));
            }
        }
        Ok(())
    }
}

/// What a posting would come to if the balance it takes from might go below zero. Nothing for what no money would help.
fn if_there_were_money(source: &ledger::Balance, destination: &ledger::Balance, posting: Posting) -> Vec<Effect> {
    let posting = Posting { overdraft: Overdraft::Unlimited, ..posting };
    transaction::post(source, destination, &posting)
        .map_or_else(|_| Vec::new(), |(from, to)| effects(source, destination, &from, &to))
}

fn passed(kind: &str, text: String) -> Check {
    Check { kind: kind.into(), ok: true, text, field: None, suggestions: Vec::new() }
}

fn failed(kind: &str, text: String, field: Option<&str>) -> Check {
    Check { kind: kind.into(), ok: false, text, field: field.map(str::to_owned), suggestions: Vec::new() }
}
