//! The history of the book: read, proved, and its head given out.
//!
//! The chain shows that no event was changed, dropped or added. That the journal says the same as its events is compared
//! row by row, and that nothing was cut off at the end is seen against the head and against heads given out earlier.

mod broken;
mod records;
mod walk;

pub(crate) use self::broken::BROKEN;
pub(crate) use self::records::TAKEN_UP;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use ledger::Head;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::filters::HISTORY;
use store::history::SealedEvent;
use store::ledger::{LegOf, status_text};
use store::rows::value;
use store::system::Event;
use store::{Query, StoreError, Test};

use self::walk::{Journal, SignedReport, Walk, is_of_journal};
use crate::api::book::JobProgress;
use crate::api::history::{HeadExport, HistoryCheck, HistoryField, HistoryRow};
use crate::api::page::{ListPage, ListQuery};
use crate::balances::parse_day;
use crate::filters::checked;
use crate::{Engine, EngineError, EngineResult, ExportProgress, files, overview, words};

/// Setting with the heads that were given out, oldest first.
const HEADS: &str = "history_heads";
/// Heads that are remembered.
const HEADS_KEPT: usize = 50;
/// Events read at once.
const AT_ONCE: u32 = 1_000;
/// A listener hears of progress at most this often.
const TELL_EVERY: Duration = Duration::from_millis(120);

impl Engine {
    /// A page of the history, newest first. Conditions: `number`, `date`, `actor`, `kind`, `object`.
    ///
    /// # Errors
    /// [`EngineError::Filter`] for a condition that the history does not take.
    pub async fn history_page(&self, query: ListQuery) -> EngineResult<ListPage<HistoryRow>> {
        let page = self.store.history(&with_instants(checked(&HISTORY, query)?)?).await?;
        let total = page.total;
        Ok(ListPage { rows: page.rows.iter().map(row).collect(), total })
    }

    /// What the history says last about an object, in an entry of one of these kinds.
    pub(crate) async fn newest_event(&self, object_id: &str, kinds: &[&str]) -> EngineResult<Option<Event>> {
        let events = self.store.events(Some(object_id), u32::MAX).await?;
        Ok(events.into_iter().find(|event| kinds.contains(&event.kind.as_str())))
    }

    /// Computes every link of the history again, compares the journal and every other record that it answers for with
    /// it, and looks for heads that were given out earlier: those this book remembers, and those in `earlier`. Where
    /// something does not fit that nobody has decided on, the book is read-only from then on.
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
        let heads = self.remembered_heads().await?;
        let given = earlier.map(head_in).transpose()?;
        let mut walk = Walk::new(&heads, given, self.broken().await?.accepted);
        let mut told = started;
        let mut total = self.store.history_state().await?.head.sequence;
        tell(job, 0, total, started, progress)?;
        let mut suspects = None;
        let (state, attached) = loop {
            let events = self.store.history_after(walk.last.sequence, AT_ONCE).await?;
            if events.is_empty() {
                // Before the head is looked at: what is in the list then has its event behind it.
                let attached = Some(self.store.attachments(None).await?);
                if suspects.is_none() {
                    suspects = Some(self.records_suspected(&mut walk.records).await?);
                }
                // What was written meanwhile is looked at as well, so that the counts are of one moment.
                let state = self.store.history_state().await?;
                if walk.stopped || state.head.sequence <= walk.last.sequence {
                    break (state, attached);
                }
                // Links that the head counts and nobody finds.
                if self.store.history_after(walk.last.sequence, 1).await?.is_empty() {
                    break (state, attached);
                }
                continue;
            }
            let rows = self.journal_of(&events).await?;
            walk.take(&events, &rows);
            if walk.stopped {
                break (self.store.history_state().await?, None);
            }
            total = total.max(walk.last.sequence);
            if told.elapsed() >= TELL_EVERY {
                told = Instant::now();
                tell(job, walk.last.sequence, total, started, progress)?;
            }
        };
        for sentence in self.reports_changed(&walk.signed).await? {
            walk.problem(sentence);
        }
        // Behind a break nobody knows what was told.
        let suspects = suspects.filter(|_| !walk.stopped).unwrap_or_default();
        for finding in walk.records.findings(suspects) {
            walk.finding(finding.fixed, finding.sentence);
        }
        let done = walk.last.sequence;
        let going_on = || tell(job, done, total, started, progress);
        for sentence in self.attachments_changed(&walk.attached, attached, going_on).await? {
            walk.problem(sentence);
        }
        let check = walk.end(&state, &heads, started);
        if let Some(first) = check.problems.first() {
            self.remember_problem(format!("The history does not hold: {first}"));
            self.changed(&[crate::Topic::Book]);
            if let Err(error) = self.history_stop(&check).await {
                tracing::error!(code = error.code(), "that the history is broken could not be stored");
            }
        }
        Ok(check)
    }

    /// Signed reports that are not what was signed.
    async fn reports_changed(&self, signed: &[SignedReport]) -> EngineResult<Vec<String>> {
        let mut wrong = Vec::new();
        for one in signed {
            let statement = self.store.statement(&one.statement_id).await?;
            let versions = match &statement {
                Some(statement) => self.store.sign_offs(statement.key).await?,
                None => Vec::new(),
            };
            let stored = versions.iter().find(|stored| u64::from(stored.version) == one.version);
            match stored {
                None => {
                    wrong.push(format!("Version {} of {} was signed, but its report is gone.", one.version, one.name))
                }
                Some(stored) if digest(&stored.report) != one.digest => wrong.push(format!(
                    "The signed report of {}, version {}, is not what was signed.",
                    one.name, one.version
                )),
                Some(_) => {}
            }
        }
        Ok(wrong)
    }

    /// The rows that the events of the journal wrote.
    async fn journal_of(&self, events: &[SealedEvent]) -> EngineResult<Journal> {
        let ids: Vec<String> =
            events.iter().filter(|event| is_of_journal(event)).map(|event| event.object_id.clone()).collect();
        match self.store.journal_by_id(&ids).await {
            Ok(rows) => return Ok(rows.into_iter().map(|stored| (stored.row.id.clone(), Ok(stored))).collect()),
            Err(StoreError::Damaged { .. }) => {}
            Err(other) => return Err(other.into()),
        }
        // One of them cannot be read: which one is found by reading each alone.
        let mut rows = Journal::new();
        for id in ids {
            match self.store.journal_by_id(std::slice::from_ref(&id)).await {
                Ok(found) => rows.extend(found.into_iter().map(|stored| (id.clone(), Ok(stored)))),
                Err(StoreError::Damaged { .. }) => {
                    let sentence = format!("The row {id} of the journal cannot be read.");
                    rows.insert(id, Err(sentence));
                }
                Err(other) => return Err(other.into()),
            }
        }
        Ok(rows)
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

fn tell(job: &str, done: u64, total: u64, started: Instant, progress: Option<ExportProgress<'_>>) -> EngineResult<()> {
    let step = JobProgress::running(job, "Verify the history", "verify", (done, total), started);
    if progress.is_none_or(|progress| progress(step)) { Ok(()) } else { Err(EngineError::Cancelled) }
}

/// SHA-256 over a document as JSON without blanks, the members of every object in the order of their names: the same
/// whatever order a program keeps them in.
pub(crate) fn digest(document: &Value) -> String {
    fn write(value: &Value, out: &mut String) {
        match value {
            Value::Object(members) => {
                let sorted: BTreeMap<&String, &Value> = members.iter().collect();
                out.push('{');
                for (at, (name, member)) in sorted.into_iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    out.push_str(&Value::from(name.as_str()).to_string());
                    out.push(':');
                    write(member, out);
                }
                out.push('}');
            }
            Value::Array(parts) => {
                out.push('[');
                for (at, part) in parts.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    write(part, out);
                }
                out.push(']');
            }
            plain => out.push_str(&plain.to_string()),
        }
    }
    let mut text = String::new();
    write(document, &mut text);
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
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

/// What the history says of a posting's place in an entry. `id` is that of the posting.
pub(crate) fn leg_of(leg: &LegOf, id: &str) -> Value {
    let first = leg.first.as_ref().map_or(id, |(_, first)| first.as_str());
    json!({ "first": first, "position": leg.position, "legs": leg.legs })
}

/// A line of the list. What cannot be read is shown as far as it can.
fn row(event: &SealedEvent) -> HistoryRow {
    let told = event.event().unwrap_or_else(|_| Event {
        at: value::time("event", event.at).unwrap_or(Timestamp::UNIX_EPOCH),
        actor: event.actor.clone(),
        kind: event.kind.clone(),
        object_id: event.object_id.clone(),
        payload: json!({ "unreadable": event.payload }),
    });
    let seals = |name: &str| name == crate::kept::MEMBER;
    let parts = told.payload.as_object().into_iter().flatten().filter(|(name, value)| !value.is_null() && !seals(name));
    let fields = parts
        .map(|(name, value)| HistoryField {
            name: name.clone(),
            value: value.as_str().map_or_else(|| value.to_string(), str::to_owned),
        })
        .collect();
    HistoryRow { number: event.sequence, what: overview::activity(&told), fields, link: event.link.to_string() }
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
fn with_instants(mut query: Query) -> EngineResult<Query> {
    let dated = query.conditions.iter_mut().chain(&mut query.any_of).filter(|condition| condition.field == "date");
    for condition in dated {
        let days = condition
            .values
            .iter()
            .map(|text| parse_day(Some(text), "date")?.ok_or_else(|| EngineError::invalid("date", "Enter a day.")));
        let days = days.collect::<EngineResult<Vec<Date>>>()?;
        condition.field = "at".into();
        let (Some(first), Some(last)) = (days.first(), days.last()) else {
            // Every event has a time.
            continue;
        };
        let from = micros(*first, 0)?;
        let to = micros(*last, 1)? - 1;
        let (test, values) = match condition.test {
            Test::AtLeast => (Test::AtLeast, vec![from]),
            Test::AtMost => (Test::AtMost, vec![to]),
            Test::Above => (Test::Above, vec![to]),
            Test::Below => (Test::Below, vec![from]),
            Test::Between => (Test::Between, vec![from, to]),
            Test::Is if days.len() == 1 => (Test::Between, vec![from, to]),
            _ => return Err(EngineError::invalid("date", "Give one day, or a first and a last one.")),
        };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_does_not_depend_on_the_order_of_members() {
        let one = json!({ "a": [1, { "x": "Ä\"", "y": null }], "b": "2" });
        let other: Value = serde_json::from_str(r#"{ "b": "2", "a": [1, { "y": null, "x": "Ä\"" }] }"#).unwrap();
        assert_eq!(digest(&one), digest(&other));
        assert_ne!(digest(&one), digest(&json!({ "a": [1, { "x": "Ä\"", "y": null }], "b": 2 })));
        // Computed apart from this code, with Python's json and hashlib.
        assert_eq!(
            digest(&json!({ "b": [1, "x"], "a": null })),
            "c22cb7b0353770e2b38094af641143ebf008ddf2d1f2dedb9d875996fcf245fa"
        );
    }
}
