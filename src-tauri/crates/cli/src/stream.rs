//! Postings one by one from standard input: the answer to a line is printed once the posting is durable.

use std::io::{BufRead, Write};

use engine::Engine;

use crate::Done;
use crate::fault::{Answer, Exit, Fault};
use crate::output::Output;
use crate::post::{Draft, Poster, RowOutcome};

/// Reads until the input ends.
pub(crate) async fn run(engine: &Engine) -> Answer<Done> {
    let mut poster = Poster::default();
    let (mut line, mut failed, mut posted) = (0_u64, 0_u64, 0_u64);
    let mut text = String::new();
    loop {
        text.clear();
        let read = std::io::stdin()
            .lock()
            .read_line(&mut text)
            .map_err(|error| Fault::new(Exit::File, "FILE", format!("Standard input: {error}.")))?;
        if read == 0 {
            break;
        }
        line += 1;
        if text.trim().is_empty() {
            continue;
        }
        let draft: Result<Draft, _> = serde_json::from_str(&text);
        let outcome = match draft {
            Ok(draft) => {
                let outcome = poster.post(engine, &draft).await;
                RowOutcome::of(line, &draft.reference, outcome)
            }
            Err(error) => {
                RowOutcome::of(line, "", Err(Fault::argument("line", format!("Line {line} is no posting: {error}."))))
            }
        };
        failed += u64::from(!outcome.ok);
        posted += u64::from(outcome.ok);
        answer(&outcome).map_err(|error| Fault::new(Exit::File, "OUTPUT", format!("Standard output: {error}.")))?;
    }
    Ok(Done { output: Output::nothing(), fault: Fault::refused_of_many(failed, posted) })
}

/// One line per answer, sent at once: whoever reads it may rely on it.
fn answer(outcome: &RowOutcome) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, outcome)?;
    writeln!(out)?;
    out.flush()
}
