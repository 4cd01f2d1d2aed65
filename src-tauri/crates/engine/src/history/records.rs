//! The records outside of the journal, held against what the history says last of each.

use std::collections::HashMap;

use serde_json::{Map, Value, json};
use store::history::SealedEvent;
use store::kept::RecordKind;
use store::system::Event;
use store::{StoreError, StoreResult};

use super::BROKEN;
use crate::kept::{MEMBER, Sealing, answered_for, is_answered_for, name, seal, unsealed};
use crate::{Engine, EngineResult, words};

/// The event that says how the records stood when the history began to answer for them.
pub(crate) const TAKEN_UP: &str = "history.records_taken_up";
/// The first event of a book.
const CREATED: &str = "book.created";
/// Records that are read at once.
const AT_ONCE: u32 = 1_000;
/// Letters of a digest that tell two findings apart.
const SHORT: usize = 16;

/// Setting that spares the next opening to look for the event. Without it the event is looked for.
const IS_TAKEN_UP: &str = "records_taken_up";

/// What is left of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Gone,
    Sealed([u8; 32]),
    /// Told in a form of seals that this program does not know.
    OtherForm,
    /// Stored, and cannot be read.
    Unreadable,
}

impl Left {
    fn told(seal: &Value) -> Self {
        match seal {
            Value::Null => Self::Gone,
            Value::String(seal) => unsealed(seal).map_or(Self::OtherForm, Self::Sealed),
            _ => Self::OtherForm,
        }
    }
}

/// What the history says of records.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// What was left of each that is not gone.
    last: HashMap<String, Left>,
    /// From when the records are read on: everything that is said of one.
    since: Option<HashMap<String, Vec<Left>>>,
    /// The history answers for every record.
    all: bool,
    /// A record was taken up as another than what was told of it before.
    otherwise: Vec<(String, u64)>,
}

/// A record that is not what the history said of it when the records were read.
#[derive(Debug)]
pub(super) struct Suspect {
    name: String,
    /// What a person calls it.
    called: String,
    stored: Left,
    told: Left,
}

/// What does not fit: in words that stay the same, and for a person.
pub(super) struct Finding {
    pub(super) fixed: String,
    pub(super) sentence: String,
}

impl Told {
    pub(super) fn take(&mut self, event: &SealedEvent) {
        if event.kind == TAKEN_UP {
            self.all = true;
        }
        // Most events are of the journal and name no record: those are not read again.
        if !event.payload.contains("\"kept\":") {
            return;
        }
        let Ok(told) = event.event() else { return };
        let Some(records) = told.payload[MEMBER].as_object() else { return };
        self.all |= event.kind == CREATED;
        for (name, left) in records {
            let left = Left::told(left);
            if event.kind == TAKEN_UP && self.last.get(name).is_some_and(|known| !fits(left, *known)) {
                // Nobody takes up what is answered for already.
                self.otherwise.push((name.clone(), event.sequence));
            }
            if let Some(since) = &mut self.since {
                since.entry(name.clone()).or_default().push(left);
            } else if left == Left::Gone {
                self.last.remove(name);
            } else {
                self.last.insert(name.clone(), left);
            }
        }
    }

    /// The findings among those that did not fit: what was changed in the meantime has said so.
    pub(super) fn findings(&self, suspects: Vec<Suspect>) -> Vec<Finding> {
        let said = |suspect: &Suspect| {
            let since = self.since.as_ref().and_then(|since| since.get(&suspect.name));
            since.is_some_and(|since| since.iter().any(|told| fits(suspect.stored, *told)))
        };
        let changed = suspects.into_iter().filter(|suspect| !said(suspect)).map(|suspect| {
            let called = &suspect.called;
            let sentence = match (suspect.stored, suspect.told) {
                (Left::Unreadable, _) => format!("{called} cannot be read."),
                (Left::Gone, _) => format!("{called} is in the history, but not in the book."),
                (_, Left::Gone) => format!("{called} is in the book, but the history does not tell of it."),
                _ => format!("{called} is not what the history says: it was changed by other means."),
            };
            let mark = match suspect.stored {
                Left::Sealed(digest) => short(&digest),
                Left::Unreadable => "unreadable".to_owned(),
                Left::Gone | Left::OtherForm => "gone".to_owned(),
            };
            Finding { fixed: format!("{} {mark}", suspect.name), sentence }
        });
        let taken_up = self.otherwise.iter().map(|(name, entry)| Finding {
            fixed: format!("{name} taken up at {entry}"),
            sentence: format!(
                "Entry {} of the history takes up {name} as another than what was told of it before.",
                words::number(*entry)
            ),
        });
        changed.chain(taken_up).collect()
    }
}

impl Engine {
    /// Reads every record that the history answers for, and says which are not what was told of them until now. What is
    /// told from now on is kept apart: it may be of what is read here, or of a change after it.
    pub(super) async fn records_suspected(&self, told: &mut Told) -> EngineResult<Vec<Suspect>> {
        told.since = Some(HashMap::new());
        let mut suspects = Vec::new();
        for kind in RecordKind::ALL {
            let mut after = String::new();
            loop {
                let records = match self.store.kept(kind, &after, AT_ONCE).await {
                    Ok(records) => records,
                    Err(StoreError::Damaged { .. }) => {
                        suspects.push(unreadable(kind));
                        told.last.retain(|name, _| !name.starts_with(kind.word()));
                        break;
                    }
                    Err(other) => return Err(other.into()),
                };
                let Some((last, _)) = records.last() else { break };
                after.clone_from(last);
                for (id, document) in &records {
                    suspects.extend(suspected(kind, id, document, told));
                }
            }
        }
        // What is left was told of and not read.
        suspects.extend(told.last.drain().map(|(name, left)| Suspect {
            called: called_by_name(&name),
            name,
            stored: Left::Gone,
            told: left,
        }));
        Ok(suspects)
    }

    /// Lets the history answer for the records of a book that was written before it did, as they stand.
    ///
    /// # Errors
    /// [`crate::EngineError::Store`].
    pub(crate) async fn records_take_up(&self) -> EngineResult<()> {
        if self.store.setting(IS_TAKEN_UP).await?.is_some() {
            return Ok(());
        }
        let book = self.book_id().await?;
        let created = self.store.events_of(&book, CREATED).await?;
        if created.iter().any(|event| event.payload[MEMBER].is_object()) {
            return Ok(());
        }
        let stamp = self.stamp();
        // Nobody else writes while the unit is open, nor takes up the same.
        let mut unit = self.store.begin().await?;
        unit.put_setting(IS_TAKEN_UP, &json!(true)).await?;
        if !self.store.events_of(&book, TAKEN_UP).await?.is_empty() {
            return Ok(unit.commit().await?);
        }
        for kind in RecordKind::ALL {
            let mut after = String::new();
            loop {
                let records = match self.store.kept(kind, &after, AT_ONCE).await {
                    Err(StoreError::Damaged { .. }) => break,
                    records => records?,
                };
                let Some((last, _)) = records.last() else { break };
                after.clone_from(last);
                // One that cannot be read is told by the check.
                let readable = records.iter().filter_map(|(id, document)| Some((id, document.as_ref().ok()?)));
                let of_history: Vec<_> = readable.filter(|(id, document)| of_history(kind, id, document)).collect();
                if of_history.is_empty() {
                    continue;
                }
                let sealing = of_history.iter().fold(Sealing::default(), |sealing, (id, document)| {
                    sealing.and_read(kind, id, document_of(kind, id, document))
                });
                let event = Event {
                    at: stamp.at,
                    actor: crate::SYSTEM_ACTOR.to_owned(),
                    kind: TAKEN_UP.into(),
                    object_id: book.clone(),
                    payload: json!({ "name": words::plural(of_history.len() as u64, "record", "records") }),
                };
                unit.record_event(&sealing.on(event)).await?;
            }
        }
        Ok(unit.commit().await?)
    }
}

fn of_history(kind: RecordKind, id: &str, document: &Value) -> bool {
    // Where nothing was decided on, nothing was told.
    let undecided = || id == BROKEN && answered_for(id, document).as_array().is_none_or(Vec::is_empty);
    kind != RecordKind::Setting || (is_answered_for(id) && !undecided())
}

fn document_of<'a>(kind: RecordKind, id: &str, document: &'a Value) -> &'a Value {
    if kind == RecordKind::Setting { answered_for(id, document) } else { document }
}

/// Whether what is stored may be what was told.
fn fits(stored: Left, told: Left) -> bool {
    stored == told || (told == Left::OtherForm && matches!(stored, Left::Sealed(_)))
}

fn suspected(kind: RecordKind, id: &str, document: &StoreResult<Value>, told: &mut Told) -> Option<Suspect> {
    let name = name(kind, id);
    let (stored, called) = match document {
        Ok(document) if !of_history(kind, id, document) => return None,
        Ok(document) => {
            let sealed = unsealed(&seal(document_of(kind, id, document)));
            (sealed.map_or(Left::OtherForm, Left::Sealed), called(kind, id, document.as_object()))
        }
        Err(_) if kind == RecordKind::Setting && !is_answered_for(id) => return None,
        Err(_) => (Left::Unreadable, called(kind, id, None)),
    };
    let known = told.last.remove(&name);
    let known = match known {
        Some(known) if fits(stored, known) => return None,
        // It was not answered for yet, and stays so until somebody changes it.
        None if !told.all && stored != Left::Unreadable => return None,
        known => known.unwrap_or(Left::Gone),
    };
    Some(Suspect { name, called, stored, told: known })
}

/// Not even the ids can be read.
fn unreadable(kind: RecordKind) -> Suspect {
    let called = format!("At least one record of the kind {}", kind.word());
    Suspect { name: format!("{}/", kind.word()), called, stored: Left::Unreadable, told: Left::Gone }
}

/// What a person calls a record.
fn called(kind: RecordKind, id: &str, document: Option<&Map<String, Value>>) -> String {
    let member = if kind == RecordKind::Scheduled { "reference" } else { "name" };
    let named = document.and_then(|document| document.get(member)).and_then(Value::as_str);
    let named = named.filter(|name| !name.is_empty()).map_or_else(|| id.to_owned(), words::plain);
    match kind {
        RecordKind::Setting => setting(id),
        RecordKind::Ledger => format!("The ledger {named}"),
        RecordKind::Balance => format!("The balance {named}"),
        RecordKind::Owner => format!("The owner of the balance {id}"),
        // Neither names nor numbers of people stand in a report.
        RecordKind::Identity => format!("The identity {id}"),
        RecordKind::Account => format!("The account {id}"),
        RecordKind::Webhook => format!("The webhook {named}"),
        RecordKind::Rule => format!("The matching rule {named}"),
        RecordKind::Scheduled => format!("The posting {named}, which waits,"),
    }
}

fn called_by_name(name: &str) -> String {
    let (word, id) = name.split_once('/').unwrap_or(("record", name));
    let kind = RecordKind::ALL.into_iter().find(|kind| kind.word() == word);
    kind.map_or_else(|| format!("The record {name}"), |kind| called(kind, id, None))
}

fn setting(key: &str) -> String {
    match key.split_once('/') {
        Some(("below_zero", id)) => format!("Whether the balance {id} may go below zero"),
        Some(("lineage", id)) => format!("How the balance {id} keeps lineage"),
        Some(("metadata", id)) => format!("What is noted beside {id}"),
        _ => match key {
            crate::book::BOOK => "The name or currency of the book".to_owned(),
            BROKEN => "What was decided on about the history".to_owned(),
            crate::book::SETTINGS => "What the settings of the book say".to_owned(),
            crate::monitors::MONITORS => "The list of monitors".to_owned(),
            crate::periods::CLOSED_THROUGH => "The last closed day".to_owned(),
            crate::financial::TYPES => "The list of ledger types".to_owned(),
            crate::webhooks::HOSTS => "The list of allowed hosts".to_owned(),
            other => format!("The setting {other}"),
        },
    }
}

fn short(digest: &[u8; 32]) -> String {
    digest.iter().take(SHORT / 2).map(|byte| format!("{byte:02x}")).collect()
}
