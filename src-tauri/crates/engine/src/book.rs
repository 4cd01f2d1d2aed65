//! The book itself: what a new one starts from, what the window says about it, and the check of everything.

use std::path::Path;

use ledger::Currency;
use serde_json::json;
use store::kept::{self, BalanceTerms, RecordKind};
use store::ledger::Recomputed;
use store::system::{Event, JobKind, JobRecord};
use store::{StoreError, StoreResult};

use crate::api::book::{BookCheck, BookInfo, BookSettings, Chart, ColumnNames, JobRow, NewBook};
use crate::clock::new_id;
use crate::jobs::state_word;
use crate::kept::Sealing;
use crate::post::{GENERAL_LEDGER, GENERAL_LEDGER_ID, below_zero_key};
use crate::{Engine, EngineError, EngineResult, SYSTEM_ACTOR, Topic, words};

/// Keys of the book's settings.
pub(crate) const BOOK: &str = "book";
pub(crate) const PERSON: &str = "person";
const LAST_BACKUP: &str = "last_backup";
pub(crate) const SETTINGS: &str = "settings";
/// Jobs that the jobs list shows.
const JOBS_SHOWN: u32 = 50;

/// Ledgers and balances that a chart brings: ledger, names, whether statements are expected.
type ChartRow = (&'static str, &'static [&'static str], bool);

const SMALL_COMPANY: &[ChartRow] = &[
    ("Assets/Bank", &["Operating account"], true),
    ("Assets/Receivables", &["Trade debtors"], false),
    ("Liabilities/Suppliers", &["Trade creditors"], false),
    ("Liabilities/Tax", &["VAT"], false),
    ("Equity", &["Capital"], false),
    ("Income", &["Sales", "Interest received"], false),
    ("Expenses", &["Purchases", "Rent", "Wages", "Bank fees", "Other expenses"], false),
];

/// Ledgers whose balances are the other side of what the company has: they begin below zero, and are meant to.
const BELOW_ZERO: [&str; 3] = ["Equity", "Income", "Liabilities"];

const PAYMENT_PROVIDER: &[ChartRow] = &[
    ("Assets/Settlement", &["Settlement account"], true),
    ("Liabilities/Customers", &["Customer funds"], false),
    ("Liabilities/Payouts", &["Payouts in transit"], false),
    ("Income", &["Fees earned"], false),
    ("Expenses", &["Processing costs", "Chargebacks"], false),
];

/// The settings as they are stored under [`SETTINGS`].
pub(crate) fn settings_of(stored: Option<serde_json::Value>) -> StoreResult<BookSettings> {
    let kept = stored.map(serde_json::from_value).transpose();
    Ok(kept.map_err(|error| StoreError::damaged("setting", error))?.unwrap_or_default())
}

impl Engine {
    /// The id that the book was given when it was made.
    pub(crate) async fn book_id(&self) -> EngineResult<String> {
        let book = self.store.setting(BOOK).await?.unwrap_or_default();
        let id = book["id"].as_str();
        id.map(str::to_owned).ok_or_else(|| StoreError::damaged("setting", "the book has no id").into())
    }

    /// Fills a book that was just made: name, currency, the general ledger and a chart to start from.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] naming every wrong field; the book then stays empty.
    pub async fn book_found(&self, book: NewBook) -> EngineResult<BookInfo> {
        let currency = Currency::iso(&book.currency).ok_or_else(|| {
            EngineError::invalid("currency", format!("“{}” is not an ISO 4217 currency.", book.currency))
        })?;
        let name = book.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 200 {
            return Err(EngineError::invalid("name", "Name the book, with at most 200 characters."));
        }
        if format!("2024-{}", book.fiscal_year_start).parse::<jiff::civil::Date>().is_err() {
            return Err(EngineError::invalid(
                "fiscal_year_start",
                "The fiscal year starts on a month and day such as 01-01.",
            ));
        }
        let person = book.person.as_deref().map(person_name).transpose()?;
        if let Some(name) = person {
            self.set_actor(name);
        }
        let stamp = self.stamp();
        let id = new_id("book");
        let mut unit = self.store.begin().await?;
        if let Some(name) = person {
            unit.put_setting(PERSON, &json!(name)).await?;
        }
        let settings = json!({
            "id": id, "name": name, "currency": currency.code(), "exponent": currency.exponent(),
            "fiscal_year_start": book.fiscal_year_start, "column_names": book.column_names, "created_at": stamp.at.to_string(),
        });
        let mut sealing = Sealing::default().setting(unit.as_mut(), BOOK, &settings).await?;
        unit.insert_ledger(GENERAL_LEDGER_ID, GENERAL_LEDGER, stamp.at).await?;
        sealing = sealing.and(RecordKind::Ledger, GENERAL_LEDGER_ID, Some(&kept::ledger(GENERAL_LEDGER)));
        let chart = match book.chart {
            Chart::Empty => &[][..],
            Chart::SmallCompany => SMALL_COMPANY,
            Chart::PaymentProvider => PAYMENT_PROVIDER,
        };
        for (ledger, balances, reconcilable) in chart {
            let ledger_id = new_id("ldg");
            unit.insert_ledger(&ledger_id, ledger, stamp.at).await?;
            sealing = sealing.and(RecordKind::Ledger, &ledger_id, Some(&kept::ledger(ledger)));
            let below_zero = ledger.split('/').next().is_some_and(|group| BELOW_ZERO.contains(&group));
            for balance in *balances {
                let balance_id = new_id("bln");
                if below_zero {
                    sealing = sealing.setting(unit.as_mut(), &below_zero_key(&balance_id), &true.into()).await?;
                }
                let new = store::ledger::NewBalance {
                    id: balance_id,
                    ledger_id: ledger_id.clone(),
                    name: (*balance).to_owned(),
                    indicator: None,
                    currency: currency.clone(),
                    account_number: None,
                    reconcilable: *reconcilable,
                    created_at: stamp.at,
                };
                unit.insert_balance(&new).await?;
                sealing = sealing.and(RecordKind::Balance, &new.id, Some(&BalanceTerms::from(&new).document()));
            }
        }
        sealing = crate::rules::add_default_rules(unit.as_mut(), &stamp, sealing).await?;
        let event =
            Event { at: stamp.at, actor: stamp.actor, kind: "book.created".into(), object_id: id, payload: settings };
        unit.record_event(&sealing.on(event)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Book, Topic::Balances]);
        self.book_info().await
    }

    /// Takes up a book that was opened: who works in it, and jobs that were cut off. What time did while it was closed
    /// comes with [`Self::catch_up`], which may take longer than somebody waits for a book to open.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn book_take_up(&self) -> EngineResult<BookInfo> {
        if let Some(person) = self.store.setting(PERSON).await?.and_then(|value| value.as_str().map(str::to_owned)) {
            self.set_actor(&person);
        }
        self.hold_if_broken().await?;
        if self.store.read_only().is_none() {
            let mut unit = self.store.begin().await?;
            let interrupted = unit.interrupt_running_jobs().await?;
            unit.commit().await?;
            tracing::info!(interrupted, "book taken up");
            // A book must open whatever its history is like: it cannot be checked otherwise.
            if let Err(error) = self.records_take_up().await {
                tracing::error!(code = error.code(), "the history could not take up the records of this book");
            }
        }
        self.book_info().await
    }

    /// Does what time would have done while the book was closed, once after [`Self::book_take_up`]. What cannot be done
    /// is in the log and under "Needs attention": a book must open whatever state its holds are in, or it could not be
    /// checked.
    pub async fn catch_up(&self) {
        if self.store.read_only().is_some() {
            return;
        }
        if let Err(error) = self.time_passed().await {
            tracing::error!(code = error.code(), "what time does by itself could not be done");
        }
        if let Err(error) = self.deliveries_sweep().await {
            tracing::warn!(code = error.code(), "old deliveries could not be swept");
        }
    }

    /// Does what is due by the clock: voids holds that ran out, posts what was scheduled, makes the copy that is due.
    /// Called again and again while the book is open; correct after any time closed.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn time_passed(&self) -> EngineResult<()> {
        // Both are tried, whatever becomes of the first.
        let expired = self.expire_holds().await;
        let posted = self.post_due().await;
        self.back_up_by_the_clock().await;
        expired.and(posted).map(|_| ())
    }

    /// Looks at every page of a book that was too large for that when it opened. What is found stands under
    /// "Needs attention".
    ///
    /// # Errors
    /// [`EngineError::Store`] if the file cannot be read at all.
    pub async fn look_over_file(&self) -> EngineResult<()> {
        if self.store.checked_at_open() {
            return Ok(());
        }
        let found = self.store.look_over_file().await?;
        if !found.is_empty() {
            tracing::error!(problems = found.len(), "the file is damaged");
            for sentence in found {
                self.alert("BOOK_DAMAGED", &sentence).await;
                self.remember_problem(sentence);
            }
            self.changed(&[Topic::Book]);
        }
        Ok(())
    }

    /// Puts a sentence under "Needs attention", once.
    pub(crate) fn remember_problem(&self, sentence: String) {
        let mut problems = self.file_problems.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !problems.contains(&sentence) {
            problems.push(sentence);
        }
    }

    /// Puts what waits although its time has come under "Needs attention", instead of what the last round found.
    pub(crate) fn held_up(&self, kind: &'static str, sentences: Vec<String>) {
        let mut known = self.held_up.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let before = known.insert(kind, sentences.clone()).unwrap_or_default();
        drop(known);
        if before != sentences {
            self.changed(&[Topic::Book]);
        }
    }

    /// What the window says about the book.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn book_info(&self) -> EngineResult<BookInfo> {
        let settings = self.store.setting(BOOK).await?.unwrap_or_else(|| json!({}));
        let text = |key: &str| settings.get(key).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
        let counts = self.store.counts().await?;
        let currency = text("currency");
        let newest = self.store.events(None, 1).await?.pop();
        Ok(BookInfo {
            id: text("id"),
            name: text("name"),
            exponent: Currency::iso(&currency).map_or(2, |known| known.exponent()),
            currency,
            fiscal_year_start: text("fiscal_year_start"),
            column_names: settings
                .get("column_names")
                .and_then(|value| serde_json::from_value(value.clone()).ok())
                .unwrap_or_default(),
            settings: self.book_settings().await?,
            read_only: match self.store.read_only() {
                None => self.history_stops().await?,
                why => why,
            },
            balances: counts.balances,
            transactions: counts.families,
            entries: counts.entries,
            open_holds: counts.open_holds,
            open_statements: counts.open_statements,
            person: self.actor(),
            person_said: self.store.setting(PERSON).await?.is_some(),
            last_backup_at: self.store.setting(LAST_BACKUP).await?.and_then(|value| value.as_str().map(str::to_owned)),
            saved_at: newest.map(|event| event.at.to_string()),
            today: self.clock.today().to_string(),
        })
    }

    /// Says who works in this book. Recorded on everything from now on.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] for an empty name.
    pub async fn person_set(&self, name: &str) -> EngineResult<BookInfo> {
        let name = person_name(name)?;
        self.put(PERSON, &json!(name)).await?;
        self.set_actor(name);
        self.changed(&[Topic::Book]);
        self.book_info().await
    }

    /// Chooses how registers name their sides. Names only: no sign and no order changes.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn column_names_set(&self, names: ColumnNames) -> EngineResult<BookInfo> {
        let mut settings = self.store.setting(BOOK).await?.unwrap_or_else(|| json!({}));
        let before = settings["column_names"].take();
        settings["column_names"] = json!(names);
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let sealing = Sealing::default().setting(unit.as_mut(), BOOK, &settings).await?;
        let event = Event {
            at: stamp.at,
            actor: stamp.actor,
            kind: "book.settings_changed".into(),
            object_id: self.book_id().await?,
            payload: json!({ "before": { "column_names": before }, "after": { "column_names": names } }),
        };
        unit.record_event(&sealing.on(event)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Book]);
        self.book_info().await
    }

    /// What the book does where nobody says otherwise.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn book_settings(&self) -> EngineResult<BookSettings> {
        Ok(self.stored_settings().await?)
    }

    pub(crate) async fn stored_settings(&self) -> StoreResult<BookSettings> {
        settings_of(self.store.setting(SETTINGS).await?)
    }

    /// Chooses what the book does where nobody says otherwise. The history tells who chose what.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn book_settings_set(&self, settings: BookSettings) -> EngineResult<BookInfo> {
        let before = self.book_settings().await?;
        if before != settings {
            let stamp = self.stamp();
            let mut unit = self.store.begin().await?;
            let sealing = Sealing::default().setting(unit.as_mut(), SETTINGS, &json!(settings)).await?;
            let event = Event {
                at: stamp.at,
                actor: stamp.actor,
                kind: "book.settings_changed".into(),
                object_id: self.book_id().await?,
                payload: json!({ "before": before, "after": settings }),
            };
            unit.record_event(&sealing.on(event)).await?;
            unit.commit().await?;
            self.changed(&[Topic::Book]);
        }
        self.book_info().await
    }

    async fn put(&self, key: &str, value: &serde_json::Value) -> EngineResult<()> {
        let mut unit = self.store.begin().await?;
        unit.put_setting(key, value).await?;
        unit.commit().await?;
        Ok(())
    }

    /// A consistent copy of the open book.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] if there is a file already, [`EngineError::Store`] if it cannot be written.
    pub async fn book_backup(&self, path: &Path) -> EngineResult<()> {
        if path.exists() {
            return Err(EngineError::invalid(
                "path",
                format!("{} exists already. Choose another name.", path.display()),
            ));
        }
        self.store.backup_to(path).await?;
        if self.store.read_only().is_none() {
            self.put(LAST_BACKUP, &json!(self.clock.now().to_string())).await?;
        }
        self.changed(&[Topic::Book]);
        Ok(())
    }

    /// Checks the file, recomputes every balance from the journal, compares debits with credits, and proves the history.
    ///
    /// # Errors
    /// [`EngineError::Store`] when the book cannot even be read.
    pub async fn book_check(&self) -> EngineResult<BookCheck> {
        let mut problems = self.store.check_file().await?;
        let audit = self.store.audit().await?;
        for Recomputed { stored, figures } in &audit.balances {
            if stored.figures != *figures {
                problems.push(format!(
                    "{} is stored with {} but its entries give {}.",
                    stored.name,
                    words::money(&stored.figures.balance(), &stored.currency),
                    words::money(&figures.balance(), &stored.currency)
                ));
            }
        }
        problems.extend(audit.derived);
        for row in audit.trial.iter().filter(|row| row.debit != row.credit) {
            let gap = words::money(&(&row.debit - &row.credit), &row.currency);
            problems.push(format!("{} does not tie: debits and credits differ by {gap}.", row.currency));
        }
        problems.extend(self.lineage_problems().await?);
        problems.extend(self.timer_problems().await?);
        problems.extend(self.history_verify("check", None, None).await?.problems);
        let entries = audit.trial.iter().map(|row| row.entries).sum();
        Ok(BookCheck { balances: audit.balances.len() as u64, entries, problems })
    }

    /// Long work, newest first.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn jobs_list(&self) -> EngineResult<Vec<JobRow>> {
        Ok(self.store.jobs(JOBS_SHOWN).await?.into_iter().map(job_row).collect())
    }
}

/// What a person may be called.
///
/// # Errors
/// [`EngineError::Invalid`] for an empty or long name, one with control characters, and the name that stands for what
/// time does by itself.
pub fn person_name(name: &str) -> EngineResult<&str> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(EngineError::invalid("person", "Enter your name, with at most 100 characters."));
    }
    if name.eq_ignore_ascii_case(SYSTEM_ACTOR) {
        let message = format!("{SYSTEM_ACTOR} stands for what happens by itself. Enter your own name.");
        return Err(EngineError::invalid("person", message));
    }
    Ok(name)
}

fn job_row(job: JobRecord) -> JobRow {
    let kind = match job.kind {
        JobKind::Import => "import",
        JobKind::Reconcile => "reconcile",
        JobKind::Export => "export",
        JobKind::Check => "check",
    };
    JobRow {
        id: job.id,
        kind: kind.into(),
        title: job.title,
        state: state_word(job.state).into(),
        phase: job.phase,
        done: job.done,
        total: job.total,
        result: job.result,
        error: job.error,
        started_at: job.started_at.to_string(),
        finished_at: job.finished_at.map(|at| at.to_string()),
    }
}
