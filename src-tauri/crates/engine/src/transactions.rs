//! Transactions: lists, one family, posting.

use std::collections::BTreeSet;

use ledger::{Amount, Lifecycle, Overdraft, Status, hold};
use store::filters::TRANSACTIONS;
use store::ledger::{BalanceRecord, BalanceRef, FamilyRecord, StoredTransaction, Timers};
use store::scheduled::ScheduledState;
use store::{Query, Test};

use crate::api::page::{ListPage, ListQuery, MoneyTotal};
use crate::api::transactions::{Effect, FamilyRow, JournalRow, PostRequest, TransactionDetail};
use crate::days::entry_day;
use crate::filters::checked;
use crate::idempotency::reference_of;
use crate::post::{PostCommand, Posted};
use crate::refunds::Refundable;
use crate::{Engine, EngineError, EngineResult, Topic, entries, signed, view, words};

/// Longest description that is stored.
const MAX_DESCRIPTION: usize = 2_000;

impl Engine {
    /// A page of families.
    ///
    /// # Errors
    /// [`EngineError::Filter`] for a condition that the list does not take, [`EngineError::Store`] for a failing book.
    pub async fn transactions_page(&self, query: ListQuery) -> EngineResult<ListPage<FamilyRow>> {
        let page = self.store.families(&self.with_families(query).await?).await?;
        Ok(ListPage { total: page.total, rows: self.family_rows(&page.rows).await? })
    }

    /// The first rows of a list whose length takes longer to find than they do; nothing when its page comes as fast.
    ///
    /// # Errors
    /// As [`Engine::transactions_page`].
    pub async fn transactions_start(&self, query: ListQuery) -> EngineResult<Option<Vec<FamilyRow>>> {
        let rows = self.store.families_start(&self.with_families(query).await?).await?;
        match rows {
            Some(rows) => Ok(Some(self.family_rows(&rows).await?)),
            None => Ok(None),
        }
    }

    /// Whoever names one row of a family, such as a commit of a hold, means the family: lists hold first rows alone.
    async fn with_families(&self, query: ListQuery) -> EngineResult<Query> {
        let mut query = checked(&TRANSACTIONS, query)?;
        let named = query.conditions.iter_mut().chain(&mut query.any_of);
        for condition in named.filter(|one| one.field == "id" && one.test == Test::Is) {
            if let [id] = condition.values.as_mut_slice()
                && let Some((family, _)) = self.store.family(id).await?
            {
                *id = family.first.row.id;
            }
        }
        Ok(query)
    }

    async fn family_rows(&self, records: &[FamilyRecord]) -> EngineResult<Vec<FamilyRow>> {
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            rows.push(self.family_row(record).await?);
        }
        Ok(rows)
    }

    /// A family as a line of a list. Only a hold that something happened to needs its rows.
    pub(crate) async fn family_row(&self, record: &FamilyRecord) -> EngineResult<FamilyRow> {
        let below = match (&record.hold, record.children) {
            (Some(_), 1..) => self.store.family(&record.first.row.id).await?,
            _ => None,
        };
        let rows = below.map(|(_, rows)| rows).unwrap_or_default();
        Ok(FamilyRow { booked_on: booked_on(record, &rows), ..view::family(record) })
    }

    /// Sums of a filtered list by currency; voided money is not counted.
    ///
    /// # Errors
    /// As [`Engine::transactions_page`].
    pub async fn transactions_totals(&self, query: ListQuery) -> EngineResult<Vec<MoneyTotal>> {
        let query = self.with_families(query).await?;
        Ok(self.store.family_totals(&query).await?.into_iter().map(view::total).collect())
    }

    /// One transaction with its whole family, whichever row of it is asked for.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn transaction_get(&self, id: &str) -> EngineResult<TransactionDetail> {
        let remaining = |family: &FamilyRecord| family.hold.as_ref().map(|hold| hold.remaining.clone());
        let (mut family, mut children) = self.family_of(id).await?;
        loop {
            let effects = self.effect_of_rest(&family).await;
            let held = remaining(&family);
            if held.is_some() {
                // The hold and its balances are read one after another. When somebody decided on the hold in between,
                // they do not belong together, and the book would look damaged although it is not.
                (family, children) = self.family_of(id).await?;
            }
            if remaining(&family) == held {
                let refundable = self.refundable(&family.first, &children).await?;
                let gives_back = self.gives_back(&family.first).await?;
                let told = detail(&family, &children, effects?, &refundable);
                let metadata = self.with_later_notes(&told.family.id, told.metadata.clone()).await?;
                let attachments = self.attachments_of(&told.family.id).await?;
                return Ok(TransactionDetail { refund_of: gives_back, metadata, attachments, ..told });
            }
        }
    }

    /// A transaction by the id or the reference of any of its rows: a commit or a void finds its hold.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn transaction_called(&self, text: &str) -> EngineResult<TransactionDetail> {
        if let Some(id) = self.posted_as(text).await? {
            return self.transaction_get(&id).await;
        }
        match self.store.transaction_by_reference(text).await? {
            Some(found) => self.transaction_get(&found.row.id).await,
            None => self.transaction_get(text).await,
        }
    }

    /// The transaction that an accepted posting became, by the id that it was answered with; nothing for another id.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] while it waits, and where nothing came of it.
    pub(crate) async fn posted_as(&self, id: &str) -> EngineResult<Option<String>> {
        if !id.starts_with("sch_") {
            return Ok(None);
        }
        let Some(accepted) = self.store.scheduled_by_id(id).await? else { return Ok(None) };
        let waits = |why: &str| EngineError::Conflict {
            code: "NOT_POSTED",
            message: format!("{} {why} Nothing was changed.", accepted.reference),
        };
        match &accepted.state {
            ScheduledState::Posted(id) => Ok(Some(id.clone())),
            ScheduledState::Waiting => Err(waits("was accepted and still waits to be booked.")),
            ScheduledState::Rejected(reason) => Err(waits(&format!("was not posted: {reason}"))),
            ScheduledState::Cancelled(reason) => Err(waits(&format!("was cancelled: {reason}."))),
        }
    }

    pub(crate) async fn family_of(&self, id: &str) -> EngineResult<(FamilyRecord, Vec<StoredTransaction>)> {
        self.store.family(id).await?.ok_or_else(|| EngineError::not_found("transaction", id))
    }

    /// What committing the rest of a hold would do to both its balances; nothing when nothing is held.
    async fn effect_of_rest(&self, family: &FamilyRecord) -> EngineResult<Vec<Effect>> {
        let Some(hold) = family.hold.as_ref().filter(|hold| !hold.remaining.is_zero()) else {
            return Ok(Vec::new());
        };
        let source = self.balance_record(&family.first.row.source).await?;
        let destination = self.balance_record(&family.first.row.destination).await?;
        let (from, to) = hold::commit(&source.balance, &destination.balance, &hold.remaining)?;
        Ok(vec![view::effect(&source.balance, &from), view::effect(&destination.balance, &to)])
    }

    /// Posts or holds. Durable when it returns.
    ///
    /// # Errors
    /// Any refusal of the ledger, in words; nothing is then written.
    pub async fn post(&self, request: PostRequest) -> EngineResult<TransactionDetail> {
        let command = self.command(&request)?;
        self.ask_before("post", std::slice::from_ref(&request)).await?;
        let posted = self.book(command).await?;
        if let Some(stored) =
            posted.fresh.filter(|stored| stored.row.status == Status::Applied && stored.refund_of.is_none())
        {
            // Nothing can have become of it yet: what was booked is all there is to tell.
            let refundable = Refundable::new([&*stored], Vec::new());
            let lifecycle = Lifecycle::Applied;
            let family = FamilyRecord { first: *stored, hold: None, lifecycle, children: 0, attachments: 0 };
            return Ok(detail(&family, &[], Vec::new(), &refundable));
        }
        let mut detail = self.transaction_get(&posted.id).await?;
        detail.existing = posted.existing;
        Ok(detail)
    }

    /// Hands a posting to the writer and tells the views.
    async fn book(&self, command: PostCommand) -> EngineResult<Posted> {
        let signed = command.signed_reason.is_some();
        let posted = match self.writer.submit(&self.actor(), command).await {
            Ok(posted) => posted,
            Err(error) => return Err(self.with_closest(error).await?),
        };
        if !posted.existing {
            self.changed(&[Topic::Transactions, Topic::Balances, Topic::Holds]);
            if signed {
                self.changed(&[Topic::Statements]);
            }
        }
        Ok(posted)
    }

    /// A refusal, with the names that are close to an indicator that is not there.
    pub(crate) async fn with_closest(&self, error: EngineError) -> EngineResult<EngineError> {
        let EngineError::UnknownIndicator { name, currency, .. } = error else { return Ok(error) };
        let closest = self.closest_indicators(&name, &currency).await?;
        Ok(EngineError::UnknownIndicator { name, currency, closest })
    }

    /// Names of indicator balances that resemble `name`, nearest first.
    pub(crate) async fn closest_indicators(&self, name: &str, currency: &str) -> EngineResult<Vec<String>> {
        let query = store::Query {
            limit: 200,
            conditions: vec![store::Condition {
                field: "currency".into(),
                test: store::Test::Is,
                values: vec![currency.to_owned()],
            }],
            text: Some("@".into()),
            ..store::Query::default()
        };
        let mut names: Vec<(usize, String)> = self
            .store
            .balances(&query)
            .await?
            .rows
            .into_iter()
            .filter_map(|record| record.indicator)
            .map(|known| (distance(&known, name), known))
            .collect();
        names.sort();
        Ok(names.into_iter().filter(|(distance, _)| *distance <= 4).take(3).map(|(_, name)| name).collect())
    }

    /// Reads a request: every wrong field is named.
    pub(crate) fn command(&self, request: &PostRequest) -> EngineResult<PostCommand> {
        let mut fields = Vec::new();
        let mut wrong = |field: &str, message: String| {
            fields.push(crate::api::page::FieldError { field: field.to_owned(), message })
        };
        let amount = parse_amount(&request.amount, "amount", &mut wrong);
        if request.source.is_empty() {
            wrong("source", "Choose where the money comes from.".into());
        }
        if request.destination.is_empty() {
            wrong("destination", "Choose where the money goes.".into());
        }
        let reference = reference_of(&request.reference).unwrap_or_else(|error| {
            wrong("reference", error.sentence());
            String::new()
        });
        if request.description.chars().count() > MAX_DESCRIPTION {
            wrong("description", format!("A description has at most {MAX_DESCRIPTION} characters."));
        }
        // Not every database keeps it, and what was accepted must be readable in all of them.
        for (field, text) in [
            ("source", &request.source),
            ("destination", &request.destination),
            ("currency", &request.currency),
            ("description", &request.description),
        ] {
            if text.contains('\0') {
                wrong(field, "It holds a character that is none (NUL).".into());
            }
        }
        if request.metadata.as_ref().is_some_and(words::has_nul) {
            wrong("metadata", "It holds a character that is none (NUL).".into());
        }
        let day = entry_day(request.effective_date.as_deref(), self.clock.today(), "effective_date");
        let effective_date = day.unwrap_or_else(|error| {
            wrong("effective_date", error.sentence());
            None
        });
        let timers = Timers {
            expires_at: timer("expires_at", request.expires_at.as_deref(), &mut wrong),
            commits_at: timer("commits_at", request.commits_at.as_deref(), &mut wrong),
        };
        let refunds = request.refunds.clone().filter(|id| !id.is_empty());
        if request.hold && refunds.is_some() {
            wrong("refunds", "A refund is posted at once, not held.".into());
        }
        if timers.expires_at.is_some() && !request.hold {
            wrong("expires_at", "Only a hold can expire.".into());
        }
        if timers.commits_at.is_some() && !request.hold {
            wrong("commits_at", "Only a hold can commit itself.".into());
        }
        if timers.commits_at.zip(timers.expires_at).is_some_and(|(commits, expires)| expires <= commits) {
            wrong("commits_at", "The hold would have run out before it commits itself.".into());
        }
        let signed_reason = match signed::reason_of(request.signed_reason.as_deref()) {
            Ok(reason) => reason,
            Err(error) => {
                wrong("signed_reason", error.sentence());
                None
            }
        };
        let limit = request
            .overdraft_limit
            .as_deref()
            .filter(|text| !text.is_empty())
            .map(|text| parse_limit(text, &mut wrong));
        if !fields.is_empty() {
            return Err(EngineError::Invalid { fields });
        }
        Ok(PostCommand {
            reference,
            amount,
            currency: request.currency.trim().to_uppercase(),
            source: request.source.clone(),
            destination: request.destination.clone(),
            description: request.description.trim().to_owned(),
            effective_date,
            hold: request.hold,
            timers,
            // What is owed back goes back, whatever the other side has by now.
            overdraft: Overdraft::from_request(request.allow_overdraft || refunds.is_some(), limit),
            metadata: request.metadata.clone().filter(|value| !value.is_null()),
            create_indicators: request.create_indicators,
            signed_reason,
            refunds,
            leg: None,
            reserved: None,
        })
    }

    pub(crate) async fn balance_record(&self, id: &str) -> EngineResult<BalanceRecord> {
        self.store.balance(&BalanceRef::Id(id.to_owned())).await?.ok_or_else(|| EngineError::not_found("balance", id))
    }
}

/// Before and after of both balances.
pub(crate) fn effects(
    source: &ledger::Balance,
    destination: &ledger::Balance,
    from: &ledger::Balance,
    to: &ledger::Balance,
) -> Vec<Effect> {
    vec![view::effect(source, from), view::effect(destination, to)]
}

fn parse_amount(text: &str, field: &str, wrong: &mut impl FnMut(&str, String)) -> Amount {
    match text.parse::<Amount>() {
        Ok(amount) if !amount.fits_one_row() => {
            wrong(field, format!("An amount has at most {} digits.", Amount::MOST_DIGITS))
        }
        Ok(amount) if amount.is_positive() => return amount,
        Ok(_) => wrong(field, "The amount must be above zero.".into()),
        Err(_) if text.is_empty() => wrong(field, "Enter an amount.".into()),
        Err(_) => wrong(field, format!("“{text}” is not an amount in minor units.")),
    }
    Amount::ZERO
}

/// The instant of a timer. Whether it is past is for the posting to say: a repetition may come after it.
fn timer(field: &str, text: Option<&str>, wrong: &mut impl FnMut(&str, String)) -> Option<jiff::Timestamp> {
    let text = text?;
    match text.parse::<jiff::Timestamp>() {
        // Stored times have microseconds.
        Ok(at) => Some(jiff::Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at)),
        Err(_) => {
            wrong(field, format!("“{text}” is not a time."));
            None
        }
    }
}

fn parse_limit(text: &str, wrong: &mut impl FnMut(&str, String)) -> Amount {
    match text.parse::<Amount>() {
        Ok(limit) if !limit.is_negative() => return limit,
        Ok(_) => wrong("overdraft_limit", "The limit of an overdraft is zero or more.".into()),
        Err(_) => wrong("overdraft_limit", format!("“{text}” is not an amount in minor units.")),
    }
    Amount::ZERO
}

/// The days on which a family moved money, as its registers have them.
fn booked_on(family: &FamilyRecord, children: &[StoredTransaction]) -> Option<String> {
    if family.hold.is_none() {
        return Some(family.first.row.effective_date.to_string());
    }
    let commits = children.iter().filter(|child| child.row.status == Status::Applied);
    let days: BTreeSet<String> = commits.map(|child| child.row.effective_date.to_string()).collect();
    (!days.is_empty()).then(|| days.into_iter().collect::<Vec<_>>().join(", "))
}

fn detail(
    family: &FamilyRecord,
    children: &[StoredTransaction],
    if_committed: Vec<Effect>,
    refundable: &Refundable,
) -> TransactionDetail {
    // What gives back something is not given back itself, and a void moved nothing.
    let left = |stored: &StoredTransaction| {
        let moves = stored.row.status != Status::Void && stored.refund_of.is_none();
        moves.then(|| refundable.left(&stored.row.id).to_string())
    };
    let row = |stored: &StoredTransaction| JournalRow { refundable: left(stored), ..view::journal(stored) };
    let mut rows = vec![row(&family.first)];
    rows.extend(children.iter().map(row));
    TransactionDetail {
        family: FamilyRow { booked_on: booked_on(family, children), ..view::family(family) },
        rows,
        metadata: family.first.metadata.as_deref().and_then(|text| serde_json::from_str(text).ok()),
        if_committed,
        refunds: refundable.rows(),
        refund_of: None,
        entry: family.first.leg.as_ref().map(entries::place),
        attachments: Vec::new(),
        existing: false,
    }
}

/// How far a typed name is from a known one: from the whole of it, or from one of its words. `@Feees` means `@bank-fees`.
fn distance(known: &str, typed: &str) -> usize {
    let (known, typed) = (known.to_lowercase(), typed.to_lowercase());
    let bare = typed.trim_start_matches('@');
    known
        .trim_start_matches('@')
        .split(['-', '_', '.', '/'])
        .map(|word| strsim::levenshtein(word, bare))
        .chain([strsim::levenshtein(&known, &typed)])
        .min()
        .unwrap_or(usize::MAX)
}
