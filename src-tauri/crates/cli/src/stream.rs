//! Postings one by one from standard input: the answer to a line is printed once the posting is durable.

use std::io::{BufRead, Read, Write};

use engine::Engine;
use engine::drafts::{Draft, Drafts};
use serde_json::Value;

use crate::Done;
use crate::fault::{Answer, Exit, Fault};
use crate::output::Output;
use crate::post::{Counts, RowOutcome, post_row};

/// Reads until the input ends. What was only accepted, into the queue, is booked after that.
pub(crate) async fn run(engine: &Engine, queue: bool) -> Answer<Done> {
    let mut drafts = Drafts::default();
    let (mut line, mut counts) = (0_u64, Counts::default());
    let mut bytes = Vec::new();
    loop {
        let whole = next_line(&mut std::io::stdin().lock(), &mut bytes)
            .map_err(|error| Fault::new(Exit::File, "FILE", format!("Standard input: {error}.")))?;
        if bytes.is_empty() {
            break;
        }
        line += 1;
        let outcome = match readable(&bytes, whole, line) {
            Ok(text) if text.trim().is_empty() => continue,
            Ok(text) => post_line(engine, &mut drafts, line, text, queue).await,
            Err(refused) => RowOutcome::of(line, "", Err(refused)),
        };
        counts.add(&outcome);
        answer(&outcome).map_err(|error| Fault::new(Exit::File, "OUTPUT", format!("Standard output: {error}.")))?;
    }
    if queue {
        engine.post_due().await?;
    }
    Ok(Done { output: Output::nothing(), fault: Fault::refused_of_many(&counts) })
}

fn readable(bytes: &[u8], whole: bool, line: u64) -> Answer<&str> {
    let what = match std::str::from_utf8(bytes) {
        _ if !whole => format!("is longer than {MAX_LINE} bytes"),
        Ok(text) => return Ok(text),
        Err(error) => format!("is not UTF-8, from byte {} on", error.valid_up_to() + 1),
    };
    Err(Fault::argument("line", format!("Line {line} {what}. Nothing was posted.")))
}

async fn post_line(engine: &Engine, drafts: &mut Drafts, line: u64, text: &str, queue: bool) -> RowOutcome {
    // A list would be taken as the fields in their order, and nobody writes a posting so on purpose.
    let draft = if text.trim_start().starts_with('[') {
        Err(<serde_json::Error as serde::de::Error>::custom("a list"))
    } else {
        serde_json::from_str::<Draft>(text)
    };
    match draft {
        Ok(draft) => post_row(engine, drafts, &draft, line, queue).await,
        Err(error) => {
            let reference = serde_json::from_str::<Value>(text).ok();
            let reference = reference.as_ref().and_then(|draft| draft["reference"].as_str()).unwrap_or_default();
            RowOutcome::of(line, reference, Err(unreadable(line, text, &error)))
        }
    }
}

/// Longest line that is read; a posting has a few hundred bytes.
const MAX_LINE: u64 = 1 << 20;

/// Reads the next line; empty at the end of the input. False for one that is too long: its beginning was kept and the
/// rest skipped, so that the lines behind it are answered too.
fn next_line(input: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<bool> {
    line.clear();
    input.by_ref().take(MAX_LINE).read_until(b'\n', line)?;
    if line.len() as u64 == MAX_LINE && line.last() != Some(&b'\n') {
        input.skip_until(b'\n')?;
        return Ok(false);
    }
    Ok(true)
}

/// What is wrong with a line that is no posting, by field where it is one.
fn unreadable(line: u64, text: &str, error: &serde_json::Error) -> Fault {
    let said = |field: &str, what: String| {
        Fault::argument(field, format!("Line {line}, {field}: {what}. Nothing was posted."))
    };
    let whole = |what: String| Fault::argument("line", format!("Line {line} {what}. Nothing was posted."));
    let fields = match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) => return whole("is no JSON object such as {\"from\":…,\"to\":…,\"amount\":…}".to_owned()),
        Err(_) => return whole(format!("is not JSON, from character {} on", error.column())),
    };
    for (field, value) in &fields {
        let text_only = "must be text in quotes";
        let fits = match KINDS.iter().find(|(known, _)| known == field) {
            None => {
                let known: Vec<_> = KINDS.iter().map(|(name, _)| *name).collect();
                return said(field, format!("there is no such field. Known are {}", known.join(", ")));
            }
            Some((_, Kind::Text)) => value.is_string().then_some(()).ok_or(text_only),
            Some((_, Kind::TextOrNull)) => (value.is_string() || value.is_null()).then_some(()).ok_or(text_only),
            Some((_, Kind::Flag)) => value.is_boolean().then_some(()).ok_or("must be true or false"),
        };
        if let Err(what) = fits {
            return said(field, format!("{what}, not {value}"));
        }
    }
    // A name that stands twice in one object is the only fault left.
    whole("names a field twice".to_owned())
}

/// What a field of a posting holds.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    TextOrNull,
    Flag,
}

const KINDS: [(&str, Kind); 15] = [
    ("from", Kind::Text),
    ("to", Kind::Text),
    ("amount", Kind::Text),
    ("currency", Kind::Text),
    ("reference", Kind::Text),
    ("description", Kind::Text),
    ("date", Kind::TextOrNull),
    ("hold", Kind::Flag),
    ("expires", Kind::TextOrNull),
    ("commits", Kind::TextOrNull),
    ("origin", Kind::TextOrNull),
    ("allow_overdraft", Kind::Flag),
    ("overdraft_limit", Kind::TextOrNull),
    ("create_indicators", Kind::Flag),
    ("signed_reason", Kind::TextOrNull),
];

/// One line per answer, sent at once: whoever reads it may rely on it.
fn answer(outcome: &RowOutcome) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, outcome)?;
    writeln!(out)?;
    out.flush()
}
