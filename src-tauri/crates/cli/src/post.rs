//! Posting: one, a file of many, or a stream.

use std::path::Path;

use engine::api::bulk::{BulkRequest, BulkRow};
use engine::api::scheduled::ScheduledRow;
use engine::api::transactions::{Effect, PostPreview, PostRequest, TransactionDetail};
use engine::drafts::{Draft, Drafts, instant_of, read_drafts};
use engine::{Engine, EngineError, MOST_ITEMS, Refused};
use serde::Serialize;
use serde_json::{Value, json};

use crate::Done;
use crate::args::PostArgs;
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, figure, progress, progress_end};
use crate::session::{Actor, open_to_write};
use crate::transactions::sentence;

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
            Err(fault) => Self {
                line,
                ok: false,
                id: None,
                reference: reference.to_owned(),
                existing: false,
                error: fault.into_input(),
            },
        }
    }

    /// One that was accepted and is booked later; its id is that of what waits.
    fn accepted(line: u64, row: ScheduledRow) -> Self {
        Self { line, ok: true, id: Some(row.id), reference: row.reference, existing: row.existing, error: None }
    }

    /// One that is still to be posted.
    fn waiting(line: u64, reference: &str) -> Self {
        Self { line, ok: false, id: None, reference: reference.to_owned(), existing: false, error: None }
    }

    /// One that was not tried because another of its batch was refused.
    fn not_tried(self) -> Self {
        let fault = || Fault::new(Exit::Refused, "NOT_TRIED", "Another row of the batch was refused.");
        Self { ok: false, error: self.error.or_else(|| fault().into_input()), ..self }
    }

    fn of_bulk(line: u64, row: BulkRow) -> Self {
        let error = row.code.as_ref().and_then(|code| {
            Fault::of_parts(code, &row.message.unwrap_or_default(), row.detail, row.fields).into_input()
        });
        Self { line, ok: error.is_none(), id: row.id, reference: row.reference, existing: row.existing, error }
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

/// Posts a draft, or accepts it into the queue. Durable when it returns.
pub(crate) async fn post_row(
    engine: &Engine,
    drafts: &mut Drafts,
    draft: &Draft,
    line: u64,
    queue: bool,
) -> RowOutcome {
    let outcome = async {
        let request = drafts.request(engine, draft).await?;
        Ok(if queue {
            RowOutcome::accepted(line, queued(engine, request).await?)
        } else {
            RowOutcome::of(line, &draft.reference, Ok(engine.post(request).await?))
        })
    };
    outcome.await.unwrap_or_else(|fault| RowOutcome::of(line, &draft.reference, Err(fault)))
}

async fn queued(engine: &Engine, request: PostRequest) -> Answer<ScheduledRow> {
    let accepted = engine.queue(vec![request]).await.pop();
    accepted.unwrap_or_else(|| Err(EngineError::invalid("items", "Nothing was accepted."))).map_err(Into::into)
}

pub(crate) async fn run(options: &PostArgs, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_write(&options.book, actor).await?;
    let answer = if options.stream {
        crate::stream::run(&engine, options.queue).await
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
        commits: options.commits.clone(),
        origin: options.origin.clone(),
        allow_overdraft: options.allow_overdraft,
        overdraft_limit: options.overdraft_limit.clone(),
        create_indicators: options.create_indicators,
        signed_reason: options.signed_reason.clone(),
    };
    let mut drafts = Drafts::default();
    if let Some(due) = &options.at {
        let request = drafts.request(engine, &draft).await?;
        let row = engine.schedule(request, &instant_of("at", due)?).await?;
        return Ok(crate::scheduled::told(&row));
    }
    if options.queue {
        let request = drafts.request(engine, &draft).await?;
        return Ok(crate::scheduled::told(&queued(engine, request).await?));
    }
    if options.dry_run {
        return Ok(preview_of(&engine.post_preview(drafts.request(engine, &draft).await?).await?));
    }
    let detail = engine.post(drafts.request(engine, &draft).await?).await?;
    let before = if detail.existing { "Posted before: " } else { "" };
    Ok(Output::new(&detail, format!("{before}{}", sentence(&detail.family))).into())
}

/// What would happen, and a fault where it would be refused.
pub(crate) fn preview_of(preview: &PostPreview) -> Done {
    if preview.existing {
        let text = format!("{} was posted before. Posting it again changes nothing.", preview.reference);
        return Output::new(preview, text).into();
    }
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
    text + &effects(&preview.effects).or("Nothing would be posted.")
}

/// Before and after of balances.
pub(crate) fn effects(effects: &[Effect]) -> Table {
    let mut table = Table::new(&["Balance", "Currency", ">Before", ">After", ">Held out", ">Available after"]);
    for effect in effects {
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
    table
}

/// A file of postings: each row by itself, so that one that is refused does not spoil the others, or all or none.
async fn batch(engine: &Engine, file: &Path, options: &PostArgs) -> Answer<Done> {
    let bytes = std::fs::read(file).map_err(|error| Fault::file(file, &error))?;
    let defaults = Draft {
        currency: options.currency.clone().unwrap_or_default(),
        date: options.date.map(|day| day.to_string()),
        hold: options.hold,
        expires: options.expires.clone(),
        allow_overdraft: options.allow_overdraft,
        overdraft_limit: options.overdraft_limit.clone(),
        create_indicators: options.create_indicators,
        signed_reason: options.signed_reason.clone(),
        ..Draft::default()
    };
    let mut drafts = Drafts::default();
    let (mut rows, mut items, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for (line, draft, problem) in read_drafts(&file.display().to_string(), &bytes, &defaults, usize::MAX)? {
        let outcome = match problem {
            None => drafts.request(engine, &draft).await,
            Some(problem) => Err(problem),
        };
        match outcome {
            Ok(request) => {
                places.push((rows.len(), line));
                items.push(request);
                rows.push(RowOutcome::waiting(line.into(), &draft.reference));
            }
            Err(error) => rows.push(RowOutcome::of(line.into(), &draft.reference, Err(error.into()))),
        }
    }
    if options.atomic && items.len() < rows.len() {
        // A row that cannot be read is refused with all the others. What is wrong with those is told too, at once.
        let mut rows: Vec<RowOutcome> = rows.into_iter().map(RowOutcome::not_tried).collect();
        for (places, items) in places.chunks(MOST_ITEMS).zip(items.chunks(MOST_ITEMS)) {
            let request = BulkRequest { items: items.to_vec(), atomic: false };
            let preview = engine.bulk_preview(request).await?;
            for ((at, line), row) in places.iter().zip(preview.rows).filter(|(_, row)| row.code.is_some()) {
                rows[*at] = RowOutcome::of_bulk((*line).into(), row);
            }
        }
        return Ok(summary(rows, Vec::new(), options.dry_run));
    }
    let mut changes = Vec::new();
    for (places, items) in places.chunks(MOST_ITEMS).zip(items.chunks(MOST_ITEMS)) {
        if options.atomic && items.len() < rows.len() {
            let message = format!("At most {MOST_ITEMS} postings can be posted whole, not {}.", rows.len());
            return Err(Fault::argument("batch", message));
        }
        let request = BulkRequest { items: items.to_vec(), atomic: options.atomic };
        let outcome = match options.dry_run {
            true => engine.bulk_preview(request).await?,
            false => match engine.bulk_post(request).await {
                Err(EngineError::Batch { refused, .. }) => return Ok(refused_whole(rows, &refused)),
                other => other?,
            },
        };
        for ((at, line), row) in places.iter().zip(outcome.rows) {
            rows[*at] = RowOutcome::of_bulk((*line).into(), row);
        }
        changes.extend(outcome.effects);
        progress(&format!("{} rows", places.last().map_or(0, |(at, _)| at + 1)));
    }
    progress_end();
    Ok(summary(rows, changes, options.dry_run))
}

/// A batch that was refused as a whole: what was refused of it, and the rest not tried.
fn refused_whole(rows: Vec<RowOutcome>, refused: &[Refused]) -> Done {
    let mut rows: Vec<RowOutcome> = rows.into_iter().map(RowOutcome::not_tried).collect();
    for one in refused {
        if let Some(row) = rows.get_mut(one.index) {
            let body = one.error.body();
            row.error = Fault::of_parts(&body.code, &body.message, body.detail, body.fields).into_input();
        }
    }
    summary(rows, Vec::new(), false)
}

/// Totals, a table of the refused, and an error when there are any.
fn summary(rows: Vec<RowOutcome>, changes: Vec<Effect>, dry_run: bool) -> Done {
    let mut counts = Counts::default();
    rows.iter().for_each(|row| counts.add(row));
    let would = if dry_run { "would be " } else { "" };
    let mut text = format!(
        "{} {would}posted, {} posted before, {} {would}refused\n",
        counts.posted, counts.before, counts.refused
    );
    for row in rows.iter().filter(|row| !row.ok) {
        let message = row.error.as_ref().and_then(|error| error["message"].as_str()).unwrap_or_default();
        text.push_str(&format!("line {}: {message}\n", row.line));
    }
    if !changes.is_empty() {
        text.push_str(&effects(&changes).or(""));
    }
    let Counts { posted, before, refused } = counts;
    let answer = json!({ "rows": rows, "posted": posted, "before": before, "refused": refused, "effects": changes });
    Done {
        output: Output::new(answer, text),
        fault: if dry_run { Fault::would_refuse(&counts) } else { Fault::refused_of_many(&counts) },
    }
}
