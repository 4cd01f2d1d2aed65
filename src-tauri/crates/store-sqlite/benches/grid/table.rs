//! The table for `docs/benchmarks.md`.

use std::time::Duration;

use crate::{LIMIT, Line, OPENINGS, POSTINGS, REPETITIONS, at};

pub fn print(families: u64, lines: &[Line]) {
    println!(
        "\n{families} transactions, times in ms: middle of {OPENINGS} openings, 9 of {POSTINGS} postings, 95 % of {REPETITIONS} repetitions\n"
    );
    println!(
        "| what | ratio to bare SQL | bare SQL | again, half | again, 95 % | after a posting | after opening | counted |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    for line in lines {
        println!("{}", row(line));
    }
}

/// What is over the limit stands out.
pub fn row(line: &Line) -> String {
    let (again, bare) = (at(&line.again, 50), at(&line.bare, 50));
    let hundredths = again.as_micros() * 100 / bare.as_micros().max(1);
    let shown = |times: &[Duration], percent| match times {
        [] => String::new(),
        times if at(times, percent) > LIMIT => format!("**{}**", milliseconds(at(times, percent))),
        times => milliseconds(at(times, percent)),
    };
    format!(
        "| {} | {}.{:02} | {} | {} | {} | {} | {} | {} |",
        line.name,
        hundredths / 100,
        hundredths % 100,
        milliseconds(bare),
        milliseconds(again),
        shown(&line.again, 95),
        shown(&line.posted, 90),
        shown(&line.opened, 50),
        if line.counted.is_empty() { String::new() } else { milliseconds(at(&line.counted, 50)) }
    )
}

pub fn milliseconds(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{}", micros / 1000, micros % 1000 / 100)
}
