//! Who did what, and the proof that nothing of it was changed afterwards.

use std::path::Path;

use engine::api::book::JobProgress;
use engine::api::history::HistoryCheck;
use engine::api::page::{FilterCondition, FilterTest, ListQuery};
use engine::files::may_write;
use engine::words::{number, plural};
use serde_json::json;

use crate::Done;
use crate::args::{HistoryFilter, PageArgs};
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, money, progress, progress_end};
use crate::session::{Actor, open_to_read, open_to_write, open_untouched};

/// Most rows that the engine hands out at once.
const PAGE: u32 = 500;
/// A head is a hundred bytes; a file that holds one is small.
const HEAD_FILE: u64 = 64 * 1024;

pub(crate) async fn list(book: &Path, filter: &HistoryFilter, page: &PageArgs, actor: Actor<'_>) -> Answer<Done> {
    let condition =
        |field: &str, test, value: String| FilterCondition { field: field.into(), test, values: vec![value] };
    let conditions = [
        filter.kind.as_ref().map(|kind| condition("kind", FilterTest::Is, kind.clone())),
        filter.by.as_ref().map(|name| condition("actor", FilterTest::Contains, name.clone())),
        filter.object.as_ref().map(|id| condition("object", FilterTest::Is, id.clone())),
        filter.from.map(|day| condition("date", FilterTest::AtLeast, day.to_string())),
        filter.to.map(|day| condition("date", FilterTest::AtMost, day.to_string())),
    ];
    let query = filter.more.narrow(ListQuery {
        offset: page.offset,
        limit: page.limit.min(PAGE),
        conditions: conditions.into_iter().flatten().collect(),
        text: filter.search.clone(),
        ..ListQuery::default()
    });
    let engine = open_to_read(book, actor).await?;
    let found = engine.history_page(query).await;
    engine.close().await;
    let found = found?;
    let mut table = Table::new(&[">Number", "At", "Who", "What", ">Amount", "Object"]);
    for row in &found.rows {
        let what = &row.what;
        let amount = what.amount.as_deref().zip(what.currency.as_deref());
        table.row(vec![
            number(row.number),
            what.at.clone(),
            what.actor.clone(),
            format!("{} {}", what.verb, what.object),
            amount.map(|(minor, code)| money(minor, code, what.exponent.unwrap_or_default())).unwrap_or_default(),
            what.object_id.clone(),
        ]);
    }
    let total = plural(found.total, "entry", "entries");
    let text = format!("{} of {total}\n{}", found.rows.len(), table.or("No entry fits."));
    Ok(Output::new(json!({ "total": found.total, "rows": found.rows }), text).into())
}

/// Computes the chain again and compares the journal with it.
pub(crate) async fn verify(
    book: &Path,
    head: Option<&str>,
    head_file: Option<&Path>,
    actor: Actor<'_>,
) -> Answer<Done> {
    let given = match (head, head_file) {
        (_, Some(file)) => Some(read_head(file)?),
        (text, None) => text.map(str::to_owned),
    };
    let engine = open_to_read(book, actor).await?;
    progress("Verifying");
    let told = |step: JobProgress| {
        let left = step.seconds_left.map(|seconds| format!(", {seconds} s left")).unwrap_or_default();
        progress(&format!(
            "Verifying: {} of {} entries, {} a second{left}",
            number(step.done),
            number(step.total),
            number(step.rate)
        ));
        true
    };
    let check = engine.history_verify("verify", given.as_deref(), Some(&told)).await;
    progress_end();
    engine.close().await;
    let check = check?;
    let fault = match check.problems.len() as u64 {
        0 => None,
        problems => {
            let stopped = stop_writing(book, &check, actor).await;
            let found = plural(problems, "problem was", "problems were");
            let message = format!(
                "{found} found in the history. Keep this file as evidence, and compare it with a backup.{stopped}"
            );
            Some(Fault::new(Exit::Refused, "HISTORY_PROBLEMS", message))
        }
    };
    let fault = fault.or_else(|| {
        let differs = check.head_differs.as_ref()?;
        Some(Fault::new(Exit::Refused, "HEAD_DIFFERS", differs.clone()))
    });
    Ok(Done { output: Output::new(&check, describe(&check)), fault })
}

/// Keeps the book from being written from now on, and says whether it could.
async fn stop_writing(book: &Path, check: &HistoryCheck, actor: Actor<'_>) -> &'static str {
    let Ok(engine) = open_untouched(book, actor).await else { return "" };
    let stored = engine.history_stop(check).await;
    let stopped = engine.history_stopped().await;
    engine.close().await;
    match (stored, stopped) {
        (Ok(()), Ok(true)) => {
            " The book is read-only until somebody decides; --accept REASON lets it be written again."
        }
        _ => "",
    }
}

/// Keeps a book from being written whose history does not hold: a check of it found something, and only read it.
pub(crate) async fn stop_if_broken(book: &Path, actor: Actor<'_>) {
    if let Ok(engine) = open_untouched(book, actor).await {
        // What was found is told already.
        let _ = engine.history_verify("check", None, None).await;
        engine.close().await;
    }
}

/// Goes on with a book whose history does not hold.
pub(crate) async fn accept(book: &Path, reason: &str, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_untouched(book, actor).await?;
    let accepted = engine.history_accept(reason).await;
    engine.close().await;
    let info = accepted.map_err(|error| Fault::from(error).named_as_options())?;
    Ok(Output::new(&info, format!("{} can be written again. The reason is in its history.", info.name)).into())
}

fn describe(check: &HistoryCheck) -> String {
    let mut text = format!(
        "{} verified, {} of the journal as the history says, {} ms\nHead {}\n",
        plural(check.verified, "entry", "entries"),
        plural(check.journal_rows, "row", "rows"),
        number(check.took_ms.into()),
        check.head
    );
    if check.heads_found > 0 {
        let heads = plural(check.heads_found.into(), "earlier head stands", "earlier heads stand");
        text.push_str(&format!("{heads} in it as given out\n"));
    }
    text + &check.problems.join("\n")
}

fn read_head(file: &Path) -> Answer<String> {
    let length = std::fs::metadata(file).map_err(|error| Fault::file(file, &error))?.len();
    if length > HEAD_FILE {
        return Err(Fault::argument("head_file", format!("{} is too long to hold a head.", file.display())));
    }
    let bytes = std::fs::read(file).map_err(|error| Fault::file(file, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Prints the head, or writes it to a file and remembers it.
pub(crate) async fn head(book: &Path, out: Option<&Path>, actor: Actor<'_>) -> Answer<Done> {
    let Some(out) = out else {
        let engine = open_to_read(book, actor).await?;
        let head = engine.history_head().await;
        engine.close().await;
        let head = head?;
        return Ok(Output::new(json!({ "head": head }), head.clone()).into());
    };
    Fault::folder_of(out)?;
    may_write(out, &[book], false).map_err(|kept| Fault::argument("out", format!("{}: {kept}.", out.display())))?;
    let engine = open_to_write(book, actor).await?;
    let written = engine.history_head_export(out).await;
    engine.close().await;
    let written = written?;
    let text = format!("{}\nWritten to {}.", written.head, written.path);
    Ok(Output::new(&written, text).into())
}
