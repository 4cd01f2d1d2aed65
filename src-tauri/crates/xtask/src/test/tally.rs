//! Counting what passed and failed over all parts.

use crate::error::Result;

/// Passed and failed tests of one program.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub passed: u64,
    pub failed: u64,
    /// Tests that exist and were not run.
    pub ignored: u64,
}

impl Counts {
    /// Adds a line such as `test result: ok. 12 passed; 0 failed; 1 ignored; …`, if it is one.
    pub fn add_line(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("test result: ") else {
            return;
        };
        let Some((_, counts)) = rest.split_once(". ") else {
            return;
        };
        for part in counts.split(';') {
            let Some((number, word)) = part.trim().split_once(' ') else {
                continue;
            };
            let Ok(number) = number.parse::<u64>() else {
                continue;
            };
            match word {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "ignored" => self.ignored += number,
                _ => {}
            }
        }
    }
}

/// The whole run.
#[derive(Debug, Default)]
pub struct Tally {
    parts: Vec<(String, Counts)>,
    /// Parts that were wanted and could not be run, and why.
    not_run: Vec<(String, String)>,
    notes: Vec<String>,
}

impl Tally {
    /// Counts one check as one test.
    pub fn step(&mut self, name: &str, check: impl FnOnce() -> Result) -> bool {
        println!("\n== {name}");
        let outcome = check();
        if let Err(error) = &outcome {
            println!("{name}: {error}");
        }
        let ok = outcome.is_ok();
        self.parts.push((name.to_owned(), Counts { passed: ok.into(), failed: (!ok).into(), ignored: 0 }));
        ok
    }

    /// Counts the tests of one program.
    ///
    /// `clean` tells whether the program itself ended well: one that broke off before it could
    /// count a failure is a failure.
    pub fn tests(&mut self, name: &str, mut counts: Counts, clean: bool) {
        if !clean && counts.failed == 0 {
            counts.failed = 1;
        }
        if clean && counts.passed + counts.failed == 0 {
            counts.failed = 1;
            self.notes.push(format!("{name}: no test ran at all, which counts as a failure."));
        }
        if counts.ignored > 0 {
            self.notes.push(format!("{name}: {} tests are marked as ignored and were not run.", counts.ignored));
        }
        self.parts.push((name.to_owned(), counts));
    }

    /// Keeps a sentence for the end, where it is seen.
    pub fn note(&mut self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        println!("{sentence}");
        self.notes.push(sentence);
    }

    /// Keeps a part that could not be run. It stands among the parts in the summary: nobody should take it for passed.
    pub fn not_run(&mut self, name: &str, why: &str) {
        println!("{name} NOT RUN: {why}");
        self.not_run.push((name.to_owned(), why.to_owned()));
    }

    /// Keeps a sentence for the end when it applies.
    pub fn note_if(&mut self, applies: bool, sentence: &str) {
        if applies {
            self.notes.push(sentence.to_owned());
        }
    }

    fn total(&self) -> Counts {
        self.parts.iter().fold(Counts::default(), |sum, (_, part)| Counts {
            passed: sum.passed + part.passed,
            failed: sum.failed + part.failed,
            ignored: sum.ignored + part.ignored,
        })
    }

    /// Prints the parts, the notes and the closing line; tells whether nothing failed.
    pub fn close(&self) -> bool {
        println!("\n== summary");
        for line in self.summary() {
            println!("{line}");
        }
        self.total().failed == 0
    }

    fn summary(&self) -> Vec<String> {
        let parts = self.parts.iter();
        let parts =
            parts.map(|(name, counts)| format!("{name:<28} {:>6} passed {:>4} failed", counts.passed, counts.failed));
        let not_run = self.not_run.iter().map(|(name, why)| format!("{name:<28} NOT RUN: {why}"));
        let notes = self.notes.iter().map(|note| format!("note: {note}"));
        let total = self.total();
        let closing = format!("{} passed, {} failed", total.passed, total.failed);
        parts.chain(not_run).chain(notes).chain([closing]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn reads_the_closing_lines_of_test_programs() {
        let mut counts = Counts::default();
        counts.add_line("running 3 tests");
        counts
            .add_line("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s");
        counts.add_line("test result: FAILED. 2 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out");
        assert_eq!(counts, Counts { passed: 14, failed: 3, ignored: 1 });
    }

    #[test]
    fn a_program_that_broke_off_or_ran_nothing_has_failed() {
        let mut tally = Tally::default();
        tally.tests("broken", Counts { passed: 4, ..Counts::default() }, false);
        tally.tests("empty", Counts::default(), true);
        tally.tests("good", Counts { passed: 2, ..Counts::default() }, true);
        assert_eq!(tally.total(), Counts { passed: 6, failed: 2, ignored: 0 });
        assert!(!tally.close());
    }

    #[test]
    fn what_was_not_run_is_told_apart_from_what_passed() {
        let mut tally = Tally::default();
        assert!(tally.step("licences", || Ok(())));
        tally.not_run("advisories", "nobody answers");
        let summary = tally.summary();
        assert!(
            summary[1].starts_with("advisories ") && summary[1].ends_with("NOT RUN: nobody answers"),
            "{summary:?}"
        );
        assert_eq!(summary.last().unwrap(), "1 passed, 0 failed");
    }

    #[test]
    fn steps_count_as_one_test_each() {
        let mut tally = Tally::default();
        assert!(tally.step("fine", || Ok(())));
        assert!(tally.close());
        assert!(!tally.step("bad", || Err(Error::Refused("no".into()))));
        assert_eq!(tally.total(), Counts { passed: 1, failed: 1, ignored: 0 });
    }
}
