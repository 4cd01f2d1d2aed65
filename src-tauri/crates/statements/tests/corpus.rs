//! Real files with independent counts and sums. The folder is given by TIEOUT_CORPUS, else it is looked for beside the
//! repository; the files are not ours to publish, so they may be absent.

use std::collections::HashMap;
use std::path::PathBuf;

use ledger::Amount;
use statements::{ReadOptions, Reading, Severity};

use crate::support::outcome;

fn folder() -> PathBuf {
    std::env::var_os("TIEOUT_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus"), PathBuf::from)
}

/// A row of the index by column name. Names are matched by what they begin with, so that a longer name still serves.
struct Index {
    columns: HashMap<String, usize>,
}

impl Index {
    fn of(header: &str) -> Self {
        let columns = header.split('\t').enumerate().map(|(at, name)| (name.trim().to_lowercase(), at)).collect();
        Self { columns }
    }

    fn get<'r>(&self, row: &'r [&str], names: &[&str]) -> &'r str {
        let exact = names.iter().find_map(|name| self.columns.get(*name));
        let begins = || {
            names.iter().find_map(|name| self.columns.iter().find(|(own, _)| own.starts_with(name)).map(|(_, at)| at))
        };
        exact.or_else(begins).and_then(|&at| row.get(at)).map_or("", |text| text.trim())
    }
}

/// Sum over all statements as a plain decimal, with as many decimals as the widest.
fn sum(reading: &Reading) -> String {
    let widest = reading.statements.iter().map(|s| s.exponent).max().unwrap_or(2);
    let total: Amount = reading
        .statements
        .iter()
        .map(|s| {
            let own: Amount = s.lines.iter().map(|line| &line.amount).sum();
            Amount::parse_decimal(&own.to_decimal(s.exponent), widest).unwrap_or(own)
        })
        .sum();
    total.to_decimal(widest)
}

fn same_sum(own: &str, reference: &str) -> bool {
    let parse = |text: &str| Amount::parse_decimal(&text.replace(',', ""), 18).ok();
    match (parse(own), parse(reference)) {
        (Some(own), Some(reference)) => own == reference,
        _ => false,
    }
}

fn problem_of(reading: &Reading) -> String {
    let first = reading.problems.iter().filter(|p| p.severity == Severity::Error).min_by_key(|p| p.line);
    first.map_or_else(String::new, |p| format!("line {}: {}", p.line.unwrap_or(0), p.message))
}

#[test]
fn corpus_counts_and_sums() {
    let folder = folder();
    let Ok(text) = std::fs::read_to_string(folder.join("INDEX.tsv")) else {
        assert!(
            std::env::var("TIEOUT_REQUIRE_CORPUS").as_deref() != Ok("1"),
            "TIEOUT_REQUIRE_CORPUS=1, but there is no {}/INDEX.tsv",
            folder.display()
        );
        println!("corpus not present: not run");
        return;
    };
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let index = Index::of(lines.next().unwrap_or(""));
    let (mut files, mut counted, mut summed) = (0, 0, 0);
    println!("{:<60} {:>7} {:>7} {:>18} {:>18} proof", "file", "count", "ref", "sum", "ref");
    for line in lines {
        let row: Vec<&str> = line.split('\t').collect();
        let name = index.get(&row, &["file", "path", "name"]);
        let family = index.get(&row, &["family", "format", "type", "kind"]).to_lowercase();
        let extension = name.rsplit('.').next().unwrap_or("").to_lowercase();
        let ours = ["csv", "tsv", "xlsx", "xls", "ods", "spreadsheet"];
        if !(ours.iter().any(|own| family.contains(own)) || family.is_empty() && ours.contains(&extension.as_str())) {
            continue;
        }
        let Ok(bytes) = std::fs::read(folder.join(name)) else {
            continue;
        };
        let (count, total) =
            (index.get(&row, &["count", "transactions", "n", "rows"]), index.get(&row, &["sum", "total"]));
        let reading = statements::read(&bytes, name, &ReadOptions::default());
        crate::support::assert_nothing_lost_unless_refused(&reading, name);
        let own = sum(&reading);
        let count_fits = count.parse() == Ok(reading.line_count());
        let sum_fits = total.is_empty() || same_sum(&own, total);
        files += 1;
        counted += usize::from(count_fits);
        summed += usize::from(count_fits && sum_fits);
        if !(count_fits && sum_fits) {
            let proof = reading.statements.first().map_or("none", |s| outcome(&s.proof));
            println!(
                "{name:<60} {:>7} {count:>7} {own:>18} {total:>18} {proof} {}",
                reading.line_count(),
                problem_of(&reading)
            );
        }
    }
    println!("{files} files: {counted} with the reference count, {summed} with count and sum");
    assert!(files > 0, "the index names no delimited or workbook file");
}
