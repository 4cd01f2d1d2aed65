//! Posting: one, a file of many, or a stream.

use std::collections::HashMap;
use std::path::Path;

use engine::Engine;
use engine::api::ledgers::BalanceRow;
use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::api::transactions::{PostPreview, PostRequest, TransactionDetail};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Done;
use crate::args::PostArgs;
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, figure, progress, progress_end};
use crate::session::{Actor, balance, iso_exponent, minor, open_to_write};
use crate::transactions::sentence;

/// A posting as it is written down: balances by name, amounts as decimal text.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Draft {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) amount: String,
    pub(crate) currency: String,
    pub(crate) reference: String,
    pub(crate) description: String,
    pub(crate) date: Option<String>,
    pub(crate) hold: bool,
    pub(crate) expires: Option<String>,
    pub(crate) allow_overdraft: bool,
    pub(crate) overdraft_limit: Option<String>,
    pub(crate) create_indicators: bool,
    pub(crate) signed_reason: Option<String>,
}

/// What became of one of many.
#[derive(Debug, Serialize)]
pub(crate) struct RowOutcome {
    /// Line of the input, from 1.
    pub(crate) line: u64,
    pub(crate) ok: bool,
    pub(crate) id: Option<String>,
    pub(crate) reference: String,
    /// It was there before: the same reference with the same content.
    pub(crate) existing: bool,
    pub(crate) error: Option<Value>,
}

impl RowOutcome {
    pub(crate) fn of(line: u64, reference: &str, outcome: Answer<TransactionDetail>) -> Self {
        match outcome {
            Ok(detail) => Self {
                line,
                ok: true,
                id: Some(detail.family.id),
                reference: detail.family.reference,
                existing: detail.existing,
                error: None,
            },
            Err(fault) => {
                let error = fault.named_as_input().to_json().get_mut("error").map(Value::take);
                Self { line, ok: false, id: None, reference: reference.to_owned(), existing: false, error }
            }
        }
    }
}

/// What became of many.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Counts {
    pub(crate) posted: u64,
    /// There already, with the same content.
    pub(crate) before: u64,
    pub(crate) refused: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, row: &RowOutcome) {
        let place = match (row.ok, row.existing) {
            (false, _) => &mut self.refused,
            (true, true) => &mut self.before,
            (true, false) => &mut self.posted,
        };
        *place += 1;
    }
}

/// Finds balances once for many postings.
#[derive(Default)]
pub(crate) struct Poster {
    known: HashMap<(String, String), BalanceRow>,
}

impl Poster {
    /// Posts a draft. Durable when it returns.
    pub(crate) async fn post(&mut self, engine: &Engine, draft: &Draft) -> Answer<TransactionDetail> {
        let request = self.request(engine, draft).await?;
        Ok(engine.post(request).await?)
    }

    async fn request(&mut self, engine: &Engine, draft: &Draft) -> Answer<PostRequest> {
        let source = self.side(engine, "from", &draft.from, &draft.currency).await?;
        let destination = self.side(engine, "to", &draft.to, &draft.currency).await?;
        let sides = || source.iter().chain(destination.iter());
        // A balance in another currency is refused by the engine, with both named.
        let fits = sides().find(|row| row.currency == draft.currency).or_else(|| sides().next());
        let exponent = match fits {
            Some(row) => row.exponent,
            None => iso_exponent(&draft.currency)?,
        };
        let limit =
            draft.overdraft_limit.as_deref().map(|text| minor("overdraft_limit", text, exponent)).transpose()?;
        let id = |row: Option<BalanceRow>, text: &str| row.map_or_else(|| text.to_owned(), |row| row.id);
        Ok(PostRequest {
            reference: draft.reference.clone(),
            amount: minor("amount", &draft.amount, exponent)?.to_string(),
            currency: draft.currency.clone(),
            source: if draft.from.starts_with('@') { draft.from.clone() } else { id(source, &draft.from) },
            destination: if draft.to.starts_with('@') { draft.to.clone() } else { id(destination, &draft.to) },
            description: draft.description.clone(),
            effective_date: draft.date.clone(),
            hold: draft.hold,
            expires_at: draft.expires.as_deref().map(instant).transpose()?,
            allow_overdraft: draft.allow_overdraft,
            overdraft_limit: limit.map(|limit| limit.to_string()),
            metadata: None,
            create_indicators: draft.create_indicators,
            signed_reason: draft.signed_reason.clone(),
            refunds: None,
        })
    }

    /// The balance of one side; none for an `@name` that does not exist in the currency.
    async fn side(&mut self, engine: &Engine, field: &str, text: &str, currency: &str) -> Answer<Option<BalanceRow>> {
        let key = (text.to_owned(), currency.to_owned());
        if let Some(row) = self.known.get(&key) {
            return Ok(Some(row.clone()));
        }
        if text.is_empty() {
            return Err(Fault::argument(field, format!("Say which balance is meant by {field}. Nothing was posted.")));
        }
        let row = if text.starts_with('@') {
            indicator(engine, text, currency).await?
        } else {
            Some(balance(engine, field, text, Some(currency)).await?)
        };
        if let Some(row) = &row {
            self.known.insert(key, row.clone());
        }
        Ok(row)
    }
}

async fn indicator(engine: &Engine, name: &str, currency: &str) -> Answer<Option<BalanceRow>> {
    let is = |field: &str, value: &str| FilterCondition {
        field: field.into(),
        test: FilterTest::Is,
        values: vec![value.to_owned()],
    };
    let conditions = vec![is("name", name), is("currency", currency)];
    Ok(engine.balances_page(ListQuery { limit: 1, conditions, ..ListQuery::default() }).await?.rows.pop())
}

/// An instant as it is, or a local day and time.
fn instant(text: &str) -> Answer<String> {
    if text.parse::<jiff::Timestamp>().is_ok() {
        return Ok(text.to_owned());
    }
    text.parse::<DateTime>()
        .ok()
        .filter(|_| text.contains(['T', ' ']))
        .and_then(|local| local.to_zoned(TimeZone::system()).ok())
        .map(|zoned| zoned.timestamp().to_string())
        .ok_or_else(|| {
            Fault::argument(
                "expires",
                format!("“{text}” is no time. Write 2026-11-30T17:00, or an instant such as 2026-11-30T17:00:00Z."),
            )
        })
}

pub(crate) async fn run(options: &PostArgs, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_write(&options.book, actor).await?;
    let answer = if options.stream {
        crate::stream::run(&engine).await
    } else if let Some(file) = &options.batch {
        batch(&engine, file, options).await
    } else {
        one(&engine, options).await
    };
    engine.close().await;
    answer
}

async fn one(engine: &Engine, options: &PostArgs) -> Answer<Done> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let draft = Draft {
        from: text(&options.from),
        to: text(&options.to),
        amount: text(&options.amount),
        currency: text(&options.currency),
        reference: options.reference.clone(),
        description: options.description.clone(),
        date: options.date.map(|day| day.to_string()),
        hold: options.hold,
        expires: options.expires.clone(),
        allow_overdraft: options.allow_overdraft,
        overdraft_limit: options.overdraft_limit.clone(),
        create_indicators: options.create_indicators,
        signed_reason: options.signed_reason.clone(),
    };
    let mut poster = Poster::default();
    if options.dry_run {
        return Ok(preview_of(&engine.post_preview(poster.request(engine, &draft).await?).await?));
    }
    let detail = poster.post(engine, &draft).await?;
    let before = if detail.existing { "Posted before: " } else { "" };
    Ok(Output::new(&detail, format!("{before}{}", sentence(&detail.family))).into())
}

/// What would happen, and a fault where it would be refused.
pub(crate) fn preview_of(preview: &PostPreview) -> Done {
    let refused = || Fault::new(Exit::Refused, "WOULD_BE_REFUSED", failed(preview));
    Done { output: Output::new(preview, describe(preview)), fault: (!preview.ready).then(refused) }
}

fn failed(preview: &PostPreview) -> String {
    // Some of the sentences end in it themselves.
    const END: &str = " Nothing was posted.";
    let failing = preview.checks.iter().filter(|check| !check.ok);
    let reasons: Vec<_> = failing.map(|check| check.text.strip_suffix(END).unwrap_or(&check.text)).collect();
    format!("{}{END}", reasons.join(" "))
}

fn describe(preview: &PostPreview) -> String {
    let mut text = String::new();
    for check in &preview.checks {
        text.push_str(&format!("{}  {}\n", if check.ok { "ok " } else { "no " }, check.text));
    }
    let mut table = Table::new(&["Balance", "Currency", ">Before", ">After", ">Held out", ">Available after"]);
    for effect in &preview.effects {
        let show = |minor: &str| figure(minor, effect.exponent);
        let (before, after) = (&effect.before, &effect.after);
        table.row(vec![
            effect.name.clone(),
            effect.currency.clone(),
            show(&before.balance),
            show(&after.balance),
            show(&after.held_out),
            show(&after.available),
        ]);
    }
    text + &table.or("Nothing would be posted.")
}

/// Every row on its own: one that is refused does not spoil the others.
async fn batch(engine: &Engine, file: &Path, options: &PostArgs) -> Answer<Done> {
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file).map_err(|error| unreadable(file, &error))?;
    let head = reader.headers().map_err(|error| unreadable(file, &error))?.clone();
    check_head(file, &head)?;
    let mut poster = Poster::default();
    let mut rows = Vec::new();
    for record in reader.records() {
        let line = record.as_ref().map_or_else(
            |error| error.position().map_or(0, csv::Position::line),
            |row| row.position().map_or(0, csv::Position::line),
        );
        let draft = record
            .map_err(|error| Fault::argument("row", format!("{error}.")))
            .and_then(|record| draft_of(&head, &record, options));
        let reference = draft.as_ref().map(|draft| draft.reference.clone()).unwrap_or_default();
        let outcome = match draft {
            Ok(draft) => poster.post(engine, &draft).await,
            Err(fault) => Err(fault),
        };
        rows.push(RowOutcome::of(line, &reference, outcome));
        if rows.len() % 100 == 0 {
            progress(&format!("{} rows", rows.len()));
        }
    }
    progress_end();
    Ok(summary(rows))
}

/// Totals, a table of the refused, and an error when there are any.
fn summary(rows: Vec<RowOutcome>) -> Done {
    let mut counts = Counts::default();
    rows.iter().for_each(|row| counts.add(row));
    let mut text = format!("{} posted, {} posted before, {} refused\n", counts.posted, counts.before, counts.refused);
    for row in rows.iter().filter(|row| !row.ok) {
        let message = row.error.as_ref().and_then(|error| error["message"].as_str()).unwrap_or_default();
        text.push_str(&format!("line {}: {message}\n", row.line));
    }
    let Counts { posted, before, refused } = counts;
    let answer = json!({ "rows": rows, "posted": posted, "before": before, "refused": refused });
    Done { output: Output::new(answer, text), fault: Fault::refused_of_many(&counts) }
}

const COLUMNS: [&str; 13] = [
    "from",
    "to",
    "amount",
    "currency",
    "reference",
    "description",
    "date",
    "hold",
    "expires",
    "allow_overdraft",
    "overdraft_limit",
    "create_indicators",
    "signed_reason",
];

fn check_head(file: &Path, head: &csv::StringRecord) -> Answer<()> {
    if let Some((_, twice)) = head.iter().enumerate().find(|(at, name)| head.iter().take(*at).any(|own| own == *name)) {
        let message = format!("{}: the head names the column “{twice}” twice. Nothing was posted.", file.display());
        return Err(Fault::new(Exit::File, "BATCH_HEAD", message));
    }
    let unknown: Vec<_> = head.iter().filter(|name| !COLUMNS.contains(name)).collect();
    let missing: Vec<_> = COLUMNS[..3].iter().filter(|name| !head.iter().any(|own| own == **name)).collect();
    if unknown.is_empty() && missing.is_empty() {
        return Ok(());
    }
    let quoted = |names: &[&str]| names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ");
    let missing: Vec<&str> = missing.into_iter().copied().collect();
    let mut said = Vec::new();
    if !unknown.is_empty() {
        said.push(format!("has the unknown {} {}", word(unknown.len()), quoted(&unknown)));
    }
    if !missing.is_empty() {
        said.push(format!("lacks the {} {}", word(missing.len()), quoted(&missing)));
    }
    let message = format!(
        "{}: the head {}. Known are {}. Nothing was posted.",
        file.display(),
        said.join(" and "),
        COLUMNS.join(", ")
    );
    Err(Fault::new(Exit::File, "BATCH_HEAD", message))
}

fn word(columns: usize) -> &'static str {
    if columns == 1 { "column" } else { "columns" }
}

fn draft_of(head: &csv::StringRecord, record: &csv::StringRecord, options: &PostArgs) -> Answer<Draft> {
    let cell = |name: &str| head.iter().position(|own| own == name).and_then(|at| record.get(at)).unwrap_or_default();
    let some = |name: &str| Some(cell(name)).filter(|text| !text.is_empty()).map(str::to_owned);
    let flag = |name: &str| match cell(name).to_ascii_lowercase().as_str() {
        "" | "0" | "no" | "false" => Ok(false),
        "1" | "yes" | "true" => Ok(true),
        other => Err(Fault::argument(name, format!("“{other}” is neither yes nor no. Nothing was posted."))),
    };
    Ok(Draft {
        from: cell("from").to_owned(),
        to: cell("to").to_owned(),
        amount: cell("amount").to_owned(),
        currency: some("currency").or_else(|| options.currency.clone()).unwrap_or_default(),
        reference: cell("reference").to_owned(),
        description: cell("description").to_owned(),
        date: some("date").or_else(|| options.date.map(|day| day.to_string())),
        hold: flag("hold")? || options.hold,
        expires: some("expires"),
        allow_overdraft: flag("allow_overdraft")? || options.allow_overdraft,
        overdraft_limit: some("overdraft_limit").or_else(|| options.overdraft_limit.clone()),
        create_indicators: flag("create_indicators")? || options.create_indicators,
        signed_reason: some("signed_reason").or_else(|| options.signed_reason.clone()),
    })
}

fn unreadable(file: &Path, error: &csv::Error) -> Fault {
    Fault::new(Exit::File, "FILE", format!("{}: {error}.", file.display()))
}
