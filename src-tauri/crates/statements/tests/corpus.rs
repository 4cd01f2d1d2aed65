//! Real files with independent counts and sums. The folder is given by TIEOUT_CORPUS, else it is looked for beside the
//! repository; the files are not ours to publish, so they may be absent.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use ledger::Amount;
use statements::{ReadOptions, Reading, Severity};

use crate::support::outcome;

/// Where the corpus is looked for without TIEOUT_CORPUS, from the top of the repository.
const BESIDE: &str = "../shared/corpus";
const KNOWN_FAILURES: &str = include_str!("corpus/known_failures.tsv");
const FLOOR: &str = include_str!("corpus/floor.txt");

fn folder() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../..").join(BESIDE);
    std::env::var_os("TIEOUT_CORPUS").map_or_else(beside, PathBuf::from)
}

/// The columns of the index that are needed, by place.
struct Index {
    file: usize,
    family: Option<usize>,
    count: usize,
    sum: usize,
}

impl Index {
    /// Finds a column by its whole name, else by how it begins, else by one of its words.
    fn place(heads: &[String], names: &[&str]) -> Option<usize> {
        type Way = fn(&str, &str) -> bool;
        let ways: [Way; 3] = [
            |head, name| head == name,
            |head, name| name.len() > 2 && head.starts_with(name),
            |head, name| head.split(|c: char| !c.is_alphanumeric()).any(|word| word == name),
        ];
        ways.iter().find_map(|way| names.iter().find_map(|name| heads.iter().position(|head| way(head, name))))
    }

    fn of(header: &str) -> Result<Self, String> {
        let heads: Vec<String> =
            header.trim_start_matches('\u{feff}').split('\t').map(|name| name.trim().to_lowercase()).collect();
        let needed = |what: &str, names: &[&str]| {
            Self::place(&heads, names)
                .ok_or_else(|| format!("INDEX.tsv has no column for the {what}: none of {names:?} among {heads:?}"))
        };
        Ok(Self {
            file: needed("file", &["file", "path", "filename", "name"])?,
            family: Self::place(&heads, &["family", "format", "type", "kind"]),
            count: needed("count", &["count", "transactions", "lines", "rows", "entries", "n"])?,
            sum: needed("sum", &["sum", "total", "amount"])?,
        })
    }
}

fn cell<'r>(row: &[&'r str], place: usize) -> &'r str {
    row.get(place).map_or("", |text| text.trim())
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

/// Lines of a checked-in list that are no comments.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// What a comparison found.
#[derive(Default)]
struct Report {
    table: String,
    summary: String,
    failures: Vec<String>,
}

/// Compares every delimited file and workbook of the index with it.
fn compare(folder: &Path, known: &str, floor: usize) -> Report {
    let mut report = Report::default();
    let known: Vec<&str> = listed(known)
        .map(|line| match line.split_once('\t') {
            Some((file, reason)) if !reason.trim().is_empty() => file,
            _ => {
                report.failures.push(format!("known failure without a reason: {line}"));
                line
            }
        })
        .collect();
    let index = std::fs::read_to_string(folder.join("INDEX.tsv"))
        .map_err(|error| format!("{}/INDEX.tsv: {error}", folder.display()));
    let compared = index.and_then(|text| {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let index = Index::of(lines.next().unwrap_or(""))?;
        Ok(lines.map(|line| compare_row(folder, &index, line, &known, &mut report)).collect::<Vec<_>>())
    });
    let rows = match compared {
        Ok(rows) => rows,
        Err(failure) => {
            report.failures.push(failure);
            Vec::new()
        }
    };
    let rows: Vec<Fit> = rows.into_iter().flatten().collect();
    let files = rows.len();
    let counted = rows.iter().filter(|fit| fit.count).count();
    let right = rows.iter().filter(|fit| fit.count && fit.sum).count();
    let (unknown, unknown_right) = (
        rows.iter().filter(|fit| !fit.known).count(),
        rows.iter().filter(|fit| !fit.known && fit.count && fit.sum).count(),
    );
    report.summary = format!("corpus: {files} files, {counted} with the reference count, {right} with count and sum");
    if files == 0 {
        report.failures.push("the index names no delimited or workbook file".to_owned());
    } else if unknown_right * 100 < floor * unknown {
        report
            .failures
            .push(format!("{unknown_right} of {unknown} files have count and sum, less than {floor} percent"));
    }
    report
}

/// How a file compares with its row.
struct Fit {
    count: bool,
    sum: bool,
    known: bool,
}

fn compare_row(folder: &Path, index: &Index, line: &str, known: &[&str], report: &mut Report) -> Option<Fit> {
    let row: Vec<&str> = line.split('\t').collect();
    let name = cell(&row, index.file);
    let family = index.family.map_or("", |place| cell(&row, place)).to_lowercase();
    let extension = name.rsplit('.').next().unwrap_or("").to_lowercase();
    let ours = ["csv", "tsv", "xlsx", "xls", "ods", "spreadsheet"];
    if !(ours.iter().any(|own| family.contains(own)) || family.is_empty() && ours.contains(&extension.as_str())) {
        return None;
    }
    let known = known.contains(&name);
    let bytes = match std::fs::read(folder.join(name)) {
        Ok(bytes) => bytes,
        Err(error) => {
            report.failures.push(format!("{name} is in the index: {error}"));
            return Some(Fit { count: false, sum: false, known });
        }
    };
    let (count, total) = (cell(&row, index.count), cell(&row, index.sum));
    let reading = statements::read(&bytes, name, &ReadOptions::default());
    crate::support::assert_nothing_lost_unless_refused(&reading, name);
    let own = sum(&reading);
    let fit =
        Fit { count: count.parse() == Ok(reading.line_count()), sum: total.is_empty() || same_sum(&own, total), known };
    let right = fit.count && fit.sum;
    if right && known {
        report.failures.push(format!("{name} is read right: take it from the known failures"));
    }
    let proof = reading.statements.first().map_or("none", |s| outcome(&s.proof));
    let said = if right { "ok" } else { "differs" };
    let lines = reading.line_count();
    let problem = problem_of(&reading);
    let _ = writeln!(report.table, "{said}\t{name}\t{lines}\t{count}\t{own}\t{total}\t{proof}\t{problem}");
    Some(fit)
}

#[test]
fn corpus_counts_and_sums() {
    let folder = folder();
    if !folder.is_dir() {
        let required = std::env::var("TIEOUT_REQUIRE_CORPUS").as_deref() == Ok("1");
        assert!(!required, "TIEOUT_REQUIRE_CORPUS=1, but there is no folder {}", folder.display());
        println!("corpus not present: not run");
        return;
    }
    let floor = listed(FLOOR).next().and_then(|line| line.trim().parse().ok()).expect("a share in percent");
    let report = compare(&folder, KNOWN_FAILURES, floor);
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("corpus.tsv");
    let heads = "outcome\tfile\tcount\treference\tsum\treference\tproof\tfirst problem";
    let failures: String = report.failures.iter().map(|failure| format!("# {failure}\n")).collect();
    std::fs::write(&path, format!("# {}\n{failures}{heads}\n{}", report.summary, report.table)).unwrap();
    println!("{}\n{}", report.summary, path.display());
    assert!(report.failures.is_empty(), "{}\n{}\n{}", report.summary, path.display(), report.failures.join("\n"));
}

/// A corpus of one file of two lines under a name of its own.
fn small_corpus(name: &str, index: Option<&str>) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("a.csv"), "Date,Text,Amount\n2026-11-02,A,1.50\n2026-11-03,B,-0.25\n").unwrap();
    if let Some(index) = index {
        std::fs::write(folder.join("INDEX.tsv"), index).unwrap();
    }
    folder
}

#[test]
fn a_corpus_that_differs_fails() {
    let failures = |name: &str, index: Option<&str>, known: &str| {
        compare(&small_corpus(name, index), known, 90).failures.join("\n")
    };
    let right = "File name\tFormat\tref_count\tref_sum\na.csv\tcsv\t2\t1.25\n";
    assert_eq!(failures("corpus-right", Some(right), ""), "");
    assert!(failures("corpus-bare", None, "").contains("INDEX.tsv"));
    assert!(failures("corpus-count", Some(&right.replace("\t2\t", "\t3\t")), "").contains("0 of 1"));
    assert!(failures("corpus-sum", Some(&right.replace("1.25", "1.26")), "").contains("0 of 1"));
    assert!(failures("corpus-gone", Some(&right.replace("a.csv", "b.csv")), "").contains("b.csv is in the index"));
    assert!(failures("corpus-column", Some(&right.replace("ref_sum", "x")), "").contains("no column for the sum"));
    assert!(failures("corpus-none", Some("file\tcount\tsum\na.ofx\t1\t1\n"), "").contains("names no"));
    assert!(failures("corpus-fixed", Some(right), "a.csv\told\n").contains("take it from"));
    assert_eq!(failures("corpus-known", Some(&right.replace("1.25", "1.26")), "a.csv\tthe index is wrong\n"), "");
    assert!(failures("corpus-reason", Some(right), "b.csv\n").contains("without a reason"));
}
