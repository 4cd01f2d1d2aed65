//! The history of the book: read, proved, and its head given out.
//!
//! The chain shows that no event was changed, dropped or added. That the journal says the same as its events is compared
//! row by row, and that nothing was cut off at the end is seen against the head and against heads given out earlier.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::{Head, Link};
use serde_json::{Value, json};
use store::history::{HistoryState, SealedEvent};
use store::ledger::{StoredTransaction, status_text};

use crate::api::book::JobProgress;
use crate::api::history::{HeadExport, HistoryCheck, HistoryField, HistoryRow};
use crate::api::page::{FilterTest, ListPage, ListQuery};
use crate::balances::parse_day;
use crate::{Engine, EngineError, EngineResult, ExportProgress, files, overview, words};

/// Events that write a row of the journal; their object is that row.
const OF_THE_JOURNAL: [&str; 5] =
    ["transaction.posted", "hold.placed", "hold.committed", "hold.voided", "hold.expired"];
/// Setting with the heads that were given out, oldest first.
const HEADS: &str = "history_heads";
/// Heads that are remembered.
const HEADS_KEPT: usize = 50;
/// Events read at once.
const AT_ONCE: u32 = 1_000;
/// Problems that are told; one broken place may spoil a million rows.
const TOLD: usize = 20;
/// A listener hears of progress at most this often.
const TELL_EVERY: Duration = Duration::from_millis(120);

/// The walk along the chain.
struct Walk {
    last: Head,
    journal_rows: u64,
    broken_at: Option<u64>,
    problems: Vec<String>,
    /// Earlier heads by their number, and how many of them were found.
    earlier: HashMap<u64, Vec<Link>>,
    heads_found: u32,
}

impl Engine {
    /// A page of the history, newest first. Conditions: `number`, `date`, `actor`, `kind`, `object`.
    ///
    /// # Errors
    /// [`EngineError::Store`] for an unknown field, [`EngineError::Invalid`] for a day that is none.
    pub async fn history_page(&self, query: ListQuery) -> EngineResult<ListPage<HistoryRow>> {
        let page = self.store.history(&with_instants(query)?.into()).await?;
        let total = page.total;
        let rows = page.rows.iter().map(row).collect::<EngineResult<Vec<_>>>()?;
        Ok(ListPage { rows, total })
    }

    /// Computes every link of the history again, compares the journal with it, and looks for heads that were given out
    /// earlier: those this book remembers, and those in `earlier`.
    ///
    /// # Errors
    /// `CANCELLED`; [`EngineError::Invalid`] where `earlier` is no head; [`EngineError::Store`].
    pub async fn history_verify(
        &self,
        job: &str,
        earlier: Option<&str>,
        progress: Option<ExportProgress<'_>>,
    ) -> EngineResult<HistoryCheck> {
        let started = Instant::now();
        let mut heads = self.remembered_heads().await?;
        if let Some(text) = earlier {
            heads.push(head_in(text)?);
        }
        let mut walk = Walk::new(&heads);
        let mut told = started;
        let mut total = self.store.history_state().await?.head.sequence;
        tell(job, 0, total, started, progress)?;
        let state = loop {
            let events = self.store.history_after(walk.last.sequence, AT_ONCE).await?;
            if events.is_empty() {
                // What was written meanwhile is looked at as well, so that the counts are of one moment.
                let state = self.store.history_state().await?;
                if walk.broken_at.is_some() || state.head.sequence <= walk.last.sequence {
                    break state;
                }
                // Links that the head counts and nobody finds.
                if self.store.history_after(walk.last.sequence, 1).await?.is_empty() {
                    break state;
                }
                continue;
            }
            let rows = self.journal_of(&events).await?;
            walk.take(&events, &rows)?;
            if walk.broken_at.is_some() {
                break self.store.history_state().await?;
            }
            total = total.max(walk.last.sequence);
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                tell(job, walk.last.sequence, total, started, progress)?;
            }
        };
        let check = walk.end(&state, &heads, started);
        if let Some(first) = check.problems.first() {
            self.remember_problem(format!("The history does not hold: {first}"));
            self.changed(&[crate::Topic::Book]);
        }
        Ok(check)
    }

    /// The rows that the events of the journal wrote.
    async fn journal_of(&self, events: &[SealedEvent]) -> EngineResult<HashMap<String, StoredTransaction>> {
        let ids: Vec<String> =
            events.iter().filter(|event| is_of_journal(event)).map(|event| event.object_id.clone()).collect();
        let rows = if ids.is_empty() { Vec::new() } else { self.store.journal_by_id(&ids).await? };
        Ok(rows.into_iter().map(|stored| (stored.row.id.clone(), stored)).collect())
    }

    async fn remembered_heads(&self) -> EngineResult<Vec<Head>> {
        let stored = self.store.setting(HEADS).await?;
        let texts = stored.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        Ok(texts.filter_map(|text| text.parse().ok()).collect())
    }

    /// The head as it stands, `number:link`.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn history_head(&self) -> EngineResult<String> {
        Ok(self.store.history_state().await?.head.to_string())
    }

    /// Writes the head to a small text file that can be printed, and remembers it. From then on a check of the history
    /// finds out when anything up to it was changed.
    ///
    /// # Errors
    /// [`EngineError::File`] if it cannot be written.
    pub async fn history_head_export(&self, path: &Path) -> EngineResult<HeadExport> {
        let info = self.book_info().await?;
        let head = self.store.history_state().await?.head;
        let entries = words::plural(head.sequence, "entry", "entries");
        let text = format!(
            "Head of the history of a Tieout book\n\nBook     {}\nTaken    {}\nCovers   {entries}\nHead     {head}\n\n\
             Keep it apart from the book. It shows later that none of these entries was changed or taken away:\n\
             tieout verify BOOK --head {head}\n",
            info.name,
            words::clock(self.clock.now())
        );
        files::write_atomically(path, text.as_bytes())
            .map_err(|error| EngineError::File { path: path.display().to_string(), reason: files::reason(&error) })?;
        if self.store.read_only().is_none() {
            let mut unit = self.store.begin().await?;
            let stored = unit.load_setting(HEADS).await?;
            let mut heads: Vec<String> =
                stored.and_then(|value| serde_json::from_value(value).ok()).unwrap_or_default();
            heads.retain(|known| *known != head.to_string());
            heads.push(head.to_string());
            let first = heads.len().saturating_sub(HEADS_KEPT);
            unit.put_setting(HEADS, &json!(heads[first..])).await?;
            unit.commit().await?;
        }
        Ok(HeadExport { head: head.to_string(), path: path.display().to_string() })
    }
}

impl Walk {
    fn new(heads: &[Head]) -> Self {
        let mut earlier: HashMap<u64, Vec<Link>> = HashMap::new();
        for head in heads {
            earlier.entry(head.sequence).or_default().push(head.link);
        }
        Self { last: Head::START, journal_rows: 0, broken_at: None, problems: Vec::new(), earlier, heads_found: 0 }
    }

    fn problem(&mut self, sentence: String) {
        if self.problems.len() < TOLD {
            self.problems.push(sentence);
        }
    }

    /// Goes on over `events`, which follow one another, up to the first that is broken.
    fn take(&mut self, events: &[SealedEvent], rows: &HashMap<String, StoredTransaction>) -> EngineResult<()> {
        for event in events {
            let next = self.last.sequence + 1;
            if event.sequence != next {
                self.broken_at = Some(next);
                self.problem(format!("Entry {} of the history is missing.", words::number(next)));
                return Ok(());
            }
            let head = self.last.then(&event.sealed());
            if head.link != event.link {
                self.broken_at = Some(next);
                let what = overview::activity(&event.event()?);
                self.problem(format!(
                    "Entry {} of the history, “{} {} {}”, is not what was sealed there: it or its link was changed.",
                    words::number(next),
                    event.actor,
                    what.verb,
                    what.object
                ));
                return Ok(());
            }
            self.last = head;
            for link in self.earlier.remove(&next).unwrap_or_default() {
                if link == head.link {
                    self.heads_found += 1;
                } else {
                    self.problem(format!(
                        "The head that was given out at entry {} is another: the history up to there was written anew, or the head is of another book.",
                        words::number(next)
                    ));
                }
            }
            if is_of_journal(event) {
                self.journal_rows += 1;
                if let Some(sentence) = compare(event, rows.get(&event.object_id))? {
                    self.problem(sentence);
                }
            }
        }
        Ok(())
    }

    /// Looks at what the chain alone does not show.
    fn end(mut self, state: &HistoryState, heads: &[Head], started: Instant) -> HistoryCheck {
        let count = |number: u64| words::plural(number, "entry", "entries");
        let verified = self.last.sequence;
        if self.broken_at.is_none() {
            if state.head != self.last {
                self.broken_at = Some(verified + 1);
                self.problem(format!(
                    "The history ends after {}, but {} were sealed: its end was cut off.",
                    count(verified),
                    words::number(state.head.sequence)
                ));
            } else if state.events != verified {
                self.problem(format!(
                    "{} are in the history, but {} were sealed.",
                    count(state.events),
                    words::number(verified)
                ));
            }
            for head in heads.iter().filter(|head| head.sequence > verified) {
                self.problem(format!(
                    "A head was given out at entry {}, but the history has {} now: its end was cut off.",
                    words::number(head.sequence),
                    count(verified)
                ));
            }
            if state.journal_rows != self.journal_rows {
                self.problem(format!(
                    "{} in the journal, but the history tells of {}.",
                    words::plural(state.journal_rows, "row is", "rows are"),
                    words::number(self.journal_rows)
                ));
            }
        }
        HistoryCheck {
            verified,
            journal_rows: self.journal_rows,
            head: self.last.to_string(),
            broken_at: self.broken_at,
            problems: self.problems,
            heads_found: self.heads_found,
            took_ms: u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX),
        }
    }
}

fn tell(job: &str, done: u64, total: u64, started: Instant, progress: Option<ExportProgress<'_>>) -> EngineResult<()> {
    let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX).max(1);
    let rate = done.saturating_mul(1_000) / millis;
    let step = JobProgress {
        job_id: job.to_owned(),
        title: "Verify the history".into(),
        phase: "verify".into(),
        done,
        total,
        rate,
        seconds_left: total.saturating_sub(done).checked_div(rate).and_then(|seconds| u32::try_from(seconds).ok()),
        matches: 0,
        state: "running".into(),
    };
    if progress.is_none_or(|progress| progress(step)) { Ok(()) } else { Err(EngineError::Cancelled) }
}

fn is_of_journal(event: &SealedEvent) -> bool {
    OF_THE_JOURNAL.contains(&event.kind.as_str())
}

/// What the history says of a row of the journal: what `post::event` writes down.
pub(crate) fn told_of(row: &ledger::TransactionRow, metadata: Option<&Value>) -> Value {
    json!({
        "reference": row.reference,
        "amount": row.amount,
        "currency": row.currency.code(),
        "exponent": row.currency.exponent(),
        "source": row.source,
        "destination": row.destination,
        "description": row.description,
        "effective_date": row.effective_date.to_string(),
        "parent": row.parent,
        "reason": row.reason,
        "status": status_text(row.status),
        // As it is stored: to the microsecond.
        "expires_at": row.expires_at.map(|at| at.as_microsecond()),
        "metadata": metadata,
    })
}

/// Where a row of the journal is not what its event says.
fn compare(event: &SealedEvent, stored: Option<&StoredTransaction>) -> EngineResult<Option<String>> {
    let told = event.event()?;
    let reference = told.payload["reference"].as_str().unwrap_or_default();
    let Some(stored) = stored else {
        return Ok(Some(format!("{reference} is in the history, but not in the journal.")));
    };
    let metadata = stored.metadata.as_deref().and_then(|text| serde_json::from_str::<Value>(text).ok());
    let row = told_of(&stored.row, metadata.as_ref());
    // An event of before said less; what it said must be so.
    let parts = row.as_object().into_iter().flatten();
    let mut wrong: Vec<&str> = parts
        .filter(|(name, value)| told.payload.get(name.as_str()).is_some_and(|told| told != *value))
        .map(|(name, _)| name.as_str())
        .collect();
    if stored.row.actor != told.actor {
        wrong.push("actor");
    }
    if stored.row.created_at != told.at {
        wrong.push("created_at");
    }
    wrong.sort_unstable();
    if wrong.is_empty() {
        return Ok(None);
    }
    Ok(Some(format!(
        "{reference} in the journal has another {} than the history says.",
        wrong.join(", ").replace('_', " ")
    )))
}

fn row(event: &SealedEvent) -> EngineResult<HistoryRow> {
    let told = event.event()?;
    let parts = told.payload.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
    let fields = parts
        .map(|(name, value)| HistoryField {
            name: name.clone(),
            value: value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        })
        .collect();
    Ok(HistoryRow { number: event.sequence, what: overview::activity(&told), fields, link: event.link.to_string() })
}

/// The first head in a text: typed, or the file that was given out.
///
/// # Errors
/// [`EngineError::Invalid`] if there is none.
fn head_in(text: &str) -> EngineResult<Head> {
    text.split_whitespace().find_map(|word| word.parse().ok()).ok_or_else(|| {
        EngineError::invalid("head", "This is no head of a history: a number, a colon and 64 hexadecimal digits.")
    })
}

/// Days are compared as instants, and the lists of this program are sorted by number.
fn with_instants(mut query: ListQuery) -> EngineResult<ListQuery> {
    for condition in query.conditions.iter_mut().filter(|condition| condition.field == "date") {
        let days = condition
            .values
            .iter()
            .map(|text| parse_day(Some(text), "date")?.ok_or_else(|| EngineError::invalid("date", "Enter a day.")));
        let days = days.collect::<EngineResult<Vec<Date>>>()?;
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            return Err(EngineError::invalid("date", "Enter a day."));
        };
        let from = micros(*first, 0)?;
        let to = micros(*last, 1)? - 1;
        let (test, values) = match condition.test {
            FilterTest::AtLeast => (FilterTest::AtLeast, vec![from]),
            FilterTest::AtMost => (FilterTest::AtMost, vec![to]),
            _ => (FilterTest::Between, vec![from, to]),
        };
        condition.field = "at".into();
        condition.test = test;
        condition.values = values.iter().map(ToString::to_string).collect();
    }
    query.sort.iter_mut().filter(|sort| sort.field == "date").for_each(|sort| sort.field = "at".into());
    Ok(query)
}

/// When a local day begins, `later` days on, in microseconds.
fn micros(day: Date, later: i64) -> EngineResult<i64> {
    let day = day.checked_add(jiff::Span::new().days(later));
    let begin = day.and_then(|day| day.to_zoned(TimeZone::system()));
    let begin = begin.map_err(|_| EngineError::invalid("date", "This day is outside of the calendar."))?;
    Ok(begin.timestamp().as_microsecond())
}
