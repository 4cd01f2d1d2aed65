//! Ledgers, balances, registers and charts.

use std::collections::HashMap;

use jiff::civil::Date;
use ledger::{Amount, Currency};
use store::Unit;
use store::filters::{BALANCES, LEDGERS, REGISTER};
use store::kept::{self, BalanceTerms, RecordKind};
use store::ledger::{BalanceEdit, BalanceRecord, BalanceRef, LedgerRecord, NewBalance};
use store::recon::StatementState;
use store::system::Event;

use crate::api::ledgers::{
    BalanceCheck, BalanceDetail, BalanceRow, BalanceTotal, BalanceUpdate, ChartPoint, LedgerRow, NewBalanceRequest,
    RegisterRow,
};
use crate::api::overview::ActivityRow;
use crate::api::page::{FieldError, ListPage, ListQuery};
use crate::clock::new_id;
use crate::filters::checked;
use crate::kept::Sealing;
use crate::post::{GENERAL_LEDGER_ID, below_zero_key, check_indicator};
use crate::{Engine, EngineError, EngineResult, Stamp, Topic, view, words};

/// Longest name of a ledger or balance.
const MAX_NAME: usize = 200;
/// Changes of a balance that are shown.
const HISTORY: u32 = 200;

impl Engine {
    /// All ledgers by name.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn ledgers_list(&self) -> EngineResult<Vec<LedgerRow>> {
        let types = self.ledger_types().await?;
        Ok(self.store.ledgers().await?.into_iter().map(view::ledger).map(|row| types.with(row)).collect())
    }

    /// A page of ledgers.
    ///
    /// # Errors
    /// [`EngineError::Filter`] for a condition that the list does not take.
    pub async fn ledgers_page(&self, query: ListQuery) -> EngineResult<ListPage<LedgerRow>> {
        let types = self.ledger_types().await?;
        let page = self.store.ledger_page(&checked(&LEDGERS, query)?).await?;
        Ok(ListPage::from_store(page, |record| types.with(view::ledger(record))))
    }

    /// A new, empty ledger.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for an empty or overlong name.
    pub async fn ledger_create(&self, name: &str) -> EngineResult<LedgerRow> {
        let name = check_name(name, "Name the ledger.")?;
        self.free_ledger_name(&name, "").await?;
        let stamp = self.stamp();
        let id = new_id("ldg");
        let mut unit = self.store.begin().await?;
        unit.insert_ledger(&id, &name, stamp.at).await?;
        let payload = serde_json::json!({ "name": name });
        let event =
            Event { at: stamp.at, actor: stamp.actor, kind: "ledger.created".into(), object_id: id.clone(), payload };
        let sealing = Sealing::of(RecordKind::Ledger, &id, Some(&kept::ledger(&name)));
        unit.record_event(&sealing.on(event)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Balances]);
        Ok(self.ledger_types().await?.with(LedgerRow { id, name, balances: 0, account_type: None }))
    }

    /// Two ledgers of one name could not be told apart where ledgers are named.
    async fn free_ledger_name(&self, name: &str, own: &str) -> EngineResult<()> {
        let taken = |ledger: &LedgerRecord| ledger.id != own && ledger.name.eq_ignore_ascii_case(name);
        if self.store.ledgers().await?.iter().any(taken) {
            return Err(EngineError::invalid(
                "name",
                format!("There is a ledger {name} already. Nothing was changed."),
            ));
        }
        Ok(())
    }

    /// Gives a ledger another name.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] or [`EngineError::Invalid`].
    pub async fn ledger_rename(&self, id: &str, name: &str) -> EngineResult<()> {
        let name = check_name(name, "Name the ledger.")?;
        self.free_ledger_name(&name, id).await?;
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        if !unit.rename_ledger(id, &name).await? {
            return Err(EngineError::not_found("ledger", id));
        }
        let payload = serde_json::json!({ "name": name });
        let event =
            Event { at: stamp.at, actor: stamp.actor, kind: "ledger.renamed".into(), object_id: id.into(), payload };
        let sealing = Sealing::of(RecordKind::Ledger, id, Some(&kept::ledger(&name)));
        unit.record_event(&sealing.on(event)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Balances]);
        Ok(())
    }

    /// A page of balances.
    ///
    /// # Errors
    /// [`EngineError::Filter`] for a condition that the list does not take.
    pub async fn balances_page(&self, query: ListQuery) -> EngineResult<ListPage<BalanceRow>> {
        let signed = self.reconciled_to().await?;
        let page = self.store.balances(&checked(&BALANCES, query)?).await?;
        Ok(ListPage::from_store(page, |record| row(&record, &signed)))
    }

    /// Sums of a filtered list of balances by currency, proven against their entries.
    ///
    /// # Errors
    /// As [`Engine::balances_page`].
    pub async fn balances_totals(&self, query: ListQuery) -> EngineResult<Vec<BalanceTotal>> {
        let totals = self.store.balance_totals(&checked(&BALANCES, query)?).await?;
        Ok(totals
            .into_iter()
            .map(|total| BalanceTotal {
                currency: total.currency.code().to_owned(),
                exponent: total.currency.exponent(),
                balances: total.balances,
                agrees: (&total.figures.credit, &total.figures.debit) == (&total.entries.0, &total.entries.1),
                figures: view::figures(&total.figures),
            })
            .collect())
    }

    /// Balances whose name, ledger, number or id holds `text`.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn balance_search(
        &self,
        text: &str,
        currency: Option<&str>,
        limit: u32,
    ) -> EngineResult<Vec<BalanceRow>> {
        let mut query = store::Query { limit, text: Some(text.to_owned()), ..store::Query::default() };
        if let Some(currency) = currency {
            query.conditions.push(store::Condition {
                field: "currency".into(),
                test: store::Test::Is,
                values: vec![currency.to_owned()],
            });
        }
        let page = self.store.balances(&query).await?;
        self.balance_rows(&page.rows).await
    }

    /// A new balance with zero figures.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] naming every wrong field; `DUPLICATE` when an indicator is taken.
    pub async fn balance_create(&self, request: NewBalanceRequest) -> EngineResult<BalanceRow> {
        let new = self.check_new_balance(&request).await?;
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        name_is_free(unit.as_mut(), &new.ledger_id, &new.name, &new.currency).await?;
        one_exponent(unit.as_mut(), &new.currency).await?;
        unit.insert_balance(&new).await?;
        let mut sealing = sealed(&new);
        if request.below_zero {
            sealing = sealing.setting(unit.as_mut(), &below_zero_key(&new.id), &true.into()).await?;
        }
        unit.record_event(&sealing.on(created(&stamp, &new, request.below_zero))).await?;
        unit.commit().await?;
        self.changed(&[Topic::Balances]);
        Ok(view::balance(&self.balance_record(&new.id).await?, None))
    }

    async fn check_new_balance(&self, request: &NewBalanceRequest) -> EngineResult<NewBalance> {
        let mut fields = Vec::new();
        let mut wrong = |field: &str, message: String| fields.push(FieldError { field: field.into(), message });
        let name = request.name.trim().to_owned();
        let indicator = name.starts_with('@').then(|| name.clone());
        if let Err(error) = check_name(&name, "Name the balance.") {
            wrong("name", error.sentence());
        }
        if indicator.is_some()
            && let Err(error) = check_indicator(&name)
        {
            wrong("name", error.sentence());
        }
        if indicator.is_some() && request.ledger_id != GENERAL_LEDGER_ID {
            wrong("ledger_id", "A balance whose name begins with @ lives in the general ledger.".into());
        }
        if !self.store.ledgers().await?.iter().any(|ledger| ledger.id == request.ledger_id) {
            wrong("ledger_id", "Choose a ledger.".into());
        }
        let code = request.currency.trim().to_uppercase();
        let currency = match (Currency::iso(&code), request.exponent) {
            (Some(iso), Some(exponent)) if exponent != iso.exponent() => {
                wrong("exponent", format!("{iso} has {} decimals.", iso.exponent()));
                None
            }
            (Some(iso), _) => Some(iso),
            (None, None) => {
                wrong("exponent", format!("“{}” is not in ISO 4217. Say how many decimals it has.", request.currency));
                None
            }
            (None, Some(exponent)) => match Currency::new(&code, exponent) {
                Ok(own) => Some(own),
                Err(error) => {
                    wrong("currency", format!("{error}."));
                    None
                }
            },
        };
        match currency {
            Some(currency) if fields.is_empty() => Ok(NewBalance {
                id: new_id("bln"),
                ledger_id: request.ledger_id.clone(),
                name,
                indicator,
                currency,
                account_number: request
                    .account_number
                    .as_deref()
                    .map(str::trim)
                    .filter(|text| !text.is_empty())
                    .map(str::to_owned),
                reconcilable: request.reconcilable,
                created_at: self.clock.now(),
            }),
            _ => Err(EngineError::Invalid { fields }),
        }
    }

    /// Changes name, account number and marks of a balance. Its currency never changes.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] or [`EngineError::Invalid`].
    pub async fn balance_update(&self, request: BalanceUpdate) -> EngineResult<BalanceRow> {
        let record = self.balance_record(&request.id).await?;
        let name = check_name(&request.name, "Name the balance.")?;
        if record.indicator.as_ref().is_some_and(|indicator| *indicator != name) {
            return Err(EngineError::invalid("name", "A balance that is found by its @name keeps it."));
        }
        if record.indicator.is_none() && name.starts_with('@') {
            return Err(EngineError::invalid("name", "Only a balance created as @name can be called so."));
        }
        let edit = BalanceEdit {
            name,
            account_number: request.account_number,
            reconcilable: request.reconcilable,
            pinned: request.pinned,
        };
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        if edit.name != record.balance.name {
            name_is_free(unit.as_mut(), &record.ledger_id, &edit.name, &record.balance.currency).await?;
        }
        if !unit.edit_balance(&request.id, &edit).await? {
            return Err(EngineError::not_found("balance", &request.id));
        }
        let terms = BalanceTerms::edited(&record, &edit).document();
        let mut sealing = Sealing::of(RecordKind::Balance, &request.id, Some(&terms));
        if let Some(below_zero) = request.below_zero {
            sealing = sealing.setting(unit.as_mut(), &below_zero_key(&request.id), &below_zero.into()).await?;
        }
        let payload = serde_json::json!({ "name": edit.name, "account_number": edit.account_number, "reconcilable": edit.reconcilable, "pinned": edit.pinned, "below_zero": request.below_zero });
        let event = Event {
            at: stamp.at,
            actor: stamp.actor,
            kind: "balance.changed".into(),
            object_id: request.id.clone(),
            payload,
        };
        unit.record_event(&sealing.on(event)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Balances]);
        Ok(row(&self.balance_record(&request.id).await?, &self.reconciled_to().await?))
    }

    /// One balance with its holds; with `as_of` the figures at the end of that day: what counts for it or an earlier one,
    /// and what was held when it ended.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn balance_get(&self, id: &str, as_of: Option<&str>) -> EngineResult<BalanceDetail> {
        let record = self.balance_record(id).await?;
        let mut row = row(&record, &self.reconciled_to().await?);
        let turnover_to = parse_day(as_of, "as_of")?;
        if let Some(day) = turnover_to {
            let (credit, debit) = self.store.settled_at(record.key, day).await?;
            let end = day.tomorrow().map_or(jiff::Timestamp::MAX, |next| self.clock.start_of(next));
            let (inflight_credit, inflight_debit) = self.store.held_before(record.key, end).await?;
            let figures = ledger::Figures { credit, debit, inflight_credit, inflight_debit };
            row.figures = view::figures(&figures);
        }
        let entries = self.store.turnover(record.key, None, turnover_to).await?.iter().map(|day| day.entries).sum();
        let holds = if turnover_to.is_some() {
            Vec::new()
        } else {
            self.store.holds_of(record.key).await?.iter().map(view::family).collect()
        };
        let below_zero = self.may_go_below_zero(id).await?;
        let identity = self.balance_identity(id).await?;
        let (scheduled_in, scheduled_out) = match turnover_to {
            Some(_) => (Amount::ZERO, Amount::ZERO),
            None => self.scheduled_of(&record).await?,
        };
        Ok(BalanceDetail {
            identity,
            row,
            as_of: turnover_to.map(|day| day.to_string()),
            holds,
            entries,
            below_zero,
            scheduled_in: scheduled_in.to_string(),
            scheduled_out: scheduled_out.to_string(),
        })
    }

    /// What was done to the balance itself, newest first; its entries stand in the register.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn balance_history(&self, id: &str) -> EngineResult<Vec<ActivityRow>> {
        self.balance_record(id).await?;
        Ok(crate::overview::changes(&self.store.events(Some(id), HISTORY).await?))
    }

    /// The balance at the end of every day on which it moved, from the last value before `from`.
    ///
    /// # Errors
    /// [`EngineError::NotFound`] or a wrong day.
    pub async fn balance_chart(&self, id: &str, from: Option<&str>, to: Option<&str>) -> EngineResult<Vec<ChartPoint>> {
        let record = self.balance_record(id).await?;
        self.chart(&record, parse_day(from, "from")?, parse_day(to, "to")?).await
    }

    pub(crate) async fn chart(
        &self,
        record: &BalanceRecord,
        from: Option<Date>,
        to: Option<Date>,
    ) -> EngineResult<Vec<ChartPoint>> {
        let mut balance = Amount::ZERO;
        let mut points = Vec::new();
        if let Some(from) = from {
            let (credit, debit) = self.store.settled_at(record.key, from.yesterday().unwrap_or(from)).await?;
            balance = credit - debit;
            points.push(ChartPoint { day: from.to_string(), balance: balance.to_string() });
        }
        for day in self.store.turnover(record.key, from, to).await? {
            balance += &(day.credit - day.debit);
            if points.last().is_some_and(|point| point.day == day.day.to_string()) {
                points.pop();
            }
            points.push(ChartPoint { day: day.day.to_string(), balance: balance.to_string() });
        }
        Ok(points)
    }

    /// A page of the register, newest first unless sorted by `date` ascending.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], [`EngineError::Filter`] for a condition that the register does not take.
    pub async fn register_page(&self, id: &str, query: ListQuery) -> EngineResult<ListPage<RegisterRow>> {
        let record = self.balance_record(id).await?;
        let page = self.store.register(record.key, &checked(&REGISTER, query)?).await?;
        Ok(ListPage::from_store(page, view::register))
    }

    /// The six figures as stored, beside the six that the journal gives.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn balance_check(&self, id: &str) -> EngineResult<BalanceCheck> {
        let found = self.store.recompute(id).await?.ok_or_else(|| EngineError::not_found("balance", id))?;
        Ok(BalanceCheck {
            id: id.to_owned(),
            stored: view::figures(&found.stored.figures),
            agrees: found.figures == found.stored.figures,
            recomputed: view::figures(&found.figures),
        })
    }

    /// Balances as lists show them.
    pub(crate) async fn balance_rows(&self, records: &[BalanceRecord]) -> EngineResult<Vec<BalanceRow>> {
        let signed = self.reconciled_to().await?;
        Ok(records.iter().map(|record| row(record, &signed)).collect())
    }

    /// End of the last signed statement, by balance id.
    pub(crate) async fn reconciled_to(&self) -> EngineResult<HashMap<String, Date>> {
        let mut signed: HashMap<String, Date> = HashMap::new();
        for statement in self.store.statements(None).await? {
            if statement.state == StatementState::Signed {
                let day = signed.entry(statement.balance_id).or_insert(statement.period_to);
                *day = (*day).max(statement.period_to);
            }
        }
        Ok(signed)
    }
}

fn row(record: &BalanceRecord, signed: &HashMap<String, Date>) -> BalanceRow {
    view::balance(record, signed.get(&record.balance.id).map(|day| day.to_string()))
}

/// Two balances that nobody can tell apart would be taken for each other.
async fn name_is_free(unit: &mut dyn Unit, ledger_id: &str, name: &str, currency: &Currency) -> EngineResult<()> {
    let named = BalanceRef::Named {
        ledger_id: ledger_id.to_owned(),
        name: name.to_owned(),
        currency: currency.code().to_owned(),
    };
    match unit.load_balance(&named).await? {
        None => Ok(()),
        Some(other) => Err(EngineError::invalid(
            "name",
            format!("{} has a balance called {name} in {currency} already. Choose another name.", other.ledger_name),
        )),
    }
}

/// Sums go by the code of a currency: a book keeps each with one number of decimals.
pub(crate) async fn one_exponent(unit: &mut dyn Unit, currency: &Currency) -> EngineResult<()> {
    match unit.load_exponent(currency.code()).await? {
        Some(kept) if kept != currency.exponent() => Err(EngineError::invalid(
            "exponent",
            format!(
                "This book keeps {currency} with {}, not {}. Nothing was changed. Use {kept}, or another code.",
                words::plural(kept.into(), "decimal", "decimals"),
                currency.exponent()
            ),
        )),
        _ => Ok(()),
    }
}

fn check_name(name: &str, missing: &str) -> EngineResult<String> {
    let name = name.trim();
    if name.is_empty() {
        return Err(EngineError::invalid("name", missing));
    }
    if name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(EngineError::invalid(
            "name",
            format!("A name has at most {MAX_NAME} characters and no line breaks."),
        ));
    }
    Ok(name.to_owned())
}

/// What the history answers for of a new balance.
pub(crate) fn sealed(new: &NewBalance) -> Sealing {
    Sealing::of(RecordKind::Balance, &new.id, Some(&BalanceTerms::from(new).document()))
}

/// The history entry of a new balance, without what seals it.
pub(crate) fn created(stamp: &Stamp, new: &NewBalance, below_zero: bool) -> Event {
    Event {
        at: stamp.at,
        actor: stamp.actor.clone(),
        kind: "balance.created".into(),
        object_id: new.id.clone(),
        payload: serde_json::json!({
            "name": new.name,
            "ledger": new.ledger_id,
            "currency": new.currency.code(),
            "exponent": new.currency.exponent(),
            "account_number": new.account_number,
            "reconcilable": new.reconcilable,
            "below_zero": below_zero,
        }),
    }
}

pub(crate) fn parse_day(text: Option<&str>, field: &str) -> EngineResult<Option<Date>> {
    text.map(|text| {
        text.parse().map_err(|_| EngineError::invalid(field, format!("“{text}” is not a day of the calendar.")))
    })
    .transpose()
}
