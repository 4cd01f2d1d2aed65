//! Whatever the bytes: no panic, no lost row, no wrong cent.

use ledger::Amount;
use proptest::prelude::*;
use statements::ReadOptions;

use crate::support::{assert_nothing_lost, assert_nothing_lost_unless_refused, fixtures};

fn check(bytes: &[u8], name: &str) {
    let options = ReadOptions::default();
    let reading = statements::read(bytes, name, &options);
    assert_nothing_lost_unless_refused(&reading, name);
    let inspection = statements::inspect(bytes, name, &options);
    assert_eq!(inspection.format, reading.format);
    assert_eq!(inspection.detection.mapping, reading.detection.mapping);
}

fn fixture_names() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(fixtures().join("statements"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Amounts of any size and any number of days, printed in one of the notations.
#[derive(Debug, Clone)]
struct Printed {
    amounts: Vec<i128>,
    comma: bool,
    grouped: bool,
    newest_first: bool,
    two_columns: bool,
    before_row: bool,
}

fn printed() -> impl Strategy<Value = Printed> {
    let amount = prop_oneof![-100_000i128..100_000, -10i128.pow(32)..10i128.pow(32)];
    (
        proptest::collection::vec(amount, 4..40),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
    )
        .prop_map(|(amounts, comma, grouped, newest_first, two_columns, before_row)| Printed {
            amounts,
            comma,
            grouped,
            newest_first,
            two_columns,
            before_row,
        })
}

fn show(amount: i128, printed: &Printed) -> String {
    let plain = Amount::from(amount.abs()).to_decimal(2);
    let (whole, fraction) = plain.split_once('.').unwrap();
    let mut out = String::from(if amount < 0 { "-" } else { "" });
    for (index, digit) in whole.chars().enumerate() {
        if printed.grouped && index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(if printed.comma { '.' } else { ',' });
        }
        out.push(digit);
    }
    format!("{out}{}{fraction}", if printed.comma { ',' } else { '.' })
}

fn print(printed: &Printed) -> String {
    let mut balance = 12_345i128;
    let mut day: jiff::civil::Date = "2026-01-05".parse().unwrap();
    let mut rows = Vec::new();
    for &amount in &printed.amounts {
        let shown = if printed.before_row { balance } else { balance + amount };
        balance += amount;
        day = day.tomorrow().unwrap();
        let money = if printed.two_columns {
            let (out, into) = if amount < 0 {
                (show(-amount, printed), String::new())
            } else {
                (String::new(), show(amount, printed))
            };
            format!("{out};{into}")
        } else {
            show(amount, printed)
        };
        rows.push(format!("{};Line;{money};{}\n", day.strftime("%d.%m.%Y"), show(shown, printed)));
    }
    if printed.newest_first {
        rows.reverse();
    }
    let head = if printed.two_columns { "Date;Text;Debit;Credit;Balance\n" } else { "Date;Text;Amount;Balance\n" };
    format!("{head}{}", rows.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..4_000)) {
        check(&bytes, "random.csv");
    }

    #[test]
    fn random_text_never_panics(text in "[0-9.,;\t\"\n\r'/:A-Za-zé€\u{a0} -]{0,1500}") {
        check(text.as_bytes(), "random.csv");
    }

    #[test]
    fn random_tables_lose_no_row(rows in proptest::collection::vec(("(0[1-9]|[123][0-9])[./-]1[0-9][./-]20[0-9]{2}|", "[A-Za-z ]{0,12}", "-?[0-9]{1,5}([.,][0-9]{2})?|x|", "[0-9]{0,4}|Total|"), 0..40), head in any::<bool>()) {
        let mut text = if head { "Date;Description;Amount;Balance\n".to_owned() } else { String::new() };
        for (date, words, amount, last) in rows {
            text += &format!("{date};{words};{amount};{last}\n");
        }
        check(text.as_bytes(), "table.csv");
    }

    #[test]
    fn mutated_fixtures_never_panic(pick in any::<prop::sample::Index>(), edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in proptest::option::of(any::<prop::sample::Index>())) {
        let names = fixture_names();
        let name = pick.get(&names);
        let mut bytes = std::fs::read(fixtures().join("statements").join(name)).unwrap();
        if !bytes.is_empty() {
            for (place, value) in edits {
                let place = place.index(bytes.len());
                bytes[place] = value;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
        }
        check(&bytes, name);
    }

    #[test]
    fn printed_tables_come_back_to_the_cent(printed in printed()) {
        let text = print(&printed);
        let reading = statements::read(text.as_bytes(), "printed.csv", &ReadOptions::default());
        assert_nothing_lost(&reading, &text);
        prop_assert_eq!(reading.statements.len(), 1);
        let statement = &reading.statements[0];
        let mut expected: Vec<Amount> = printed.amounts.iter().map(|&amount| Amount::from(amount)).collect();
        if printed.newest_first {
            expected.reverse();
        }
        let own: Vec<Amount> = statement.lines.iter().map(|line| line.amount.clone()).collect();
        prop_assert_eq!(own, expected, "{}", text);
        if let Some(check) = &statement.check {
            prop_assert!(check.difference.is_zero());
        }
    }
}

#[test]
fn hostile_shapes_stay_linear() {
    let quotes = "\"a\n".repeat(200_000);
    let columns = ",".repeat(2_000_000);
    let openers = "1;\"x;2\n".repeat(150_000);
    for text in [quotes, columns, openers] {
        let started = std::time::Instant::now();
        check(text.as_bytes(), "hostile.csv");
        assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
    }
}

/// Run in release: `cargo test -p statements --release -- --ignored --nocapture million`.
#[test]
#[ignore = "a measurement, for release builds"]
fn a_million_rows() {
    let mut text = String::from("Date,Description,Reference,Amount,Balance\n");
    let mut balance = 0i64;
    for index in 0..1_000_000i64 {
        let amount = (index * 7919) % 100_000 - 50_000;
        balance += amount;
        let money = |cents: i64| Amount::from(cents).to_decimal(2);
        text += &format!(
            "2026-{:02}-{:02},Payment {index} to somebody,INV{index},{},{}\n",
            1 + index / 90_000,
            1 + (index / 3_500) % 28,
            money(amount),
            money(balance)
        );
    }
    let started = std::time::Instant::now();
    let reading = statements::read(text.as_bytes(), "million.csv", &ReadOptions::default());
    println!("{} MB, {} lines in {:?}", text.len() / 1_000_000, reading.line_count(), started.elapsed());
    assert_eq!(reading.line_count(), 1_000_000);
    assert!(started.elapsed().as_secs() < 60);
}
