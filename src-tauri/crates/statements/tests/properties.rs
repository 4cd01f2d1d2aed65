//! Whatever the bytes: no panic, no lost row, no wrong cent.

use ledger::Amount;
use proptest::prelude::*;
use statements::{ReadOptions, Severity};

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

/// Prints a table, puts quotes into its body, and looks at where every physical line went.
fn quotes_lose_nothing(
    amounts: &[(i64, String)],
    quotes: &[(prop::sample::Index, bool)],
    with_balance: bool,
    text_last: bool,
) {
    let mut body = String::new();
    let mut balance = 10_000i64;
    for (index, (amount, words)) in amounts.iter().enumerate() {
        balance += amount;
        let mut money = Amount::from(*amount).to_decimal(2);
        if with_balance {
            money += &format!(";{}", Amount::from(balance).to_decimal(2));
        }
        let rest = if text_last { format!("{money};{words}") } else { format!("{words};{money}") };
        body += &format!("2026-01-{:02};{rest}\n", index + 1);
    }
    for (place, at_cell) in quotes {
        // Quotes at the edge of a cell are those that open and close something.
        let edges: Vec<usize> =
            body.char_indices().filter(|(_, c)| matches!(c, ';' | '\n')).flat_map(|(at, _)| [at, at + 1]).collect();
        let at = if *at_cell { *place.get(&edges) } else { place.index(body.len()) };
        body.insert(at, '"');
    }
    let money = if with_balance { "Amount;Balance" } else { "Amount" };
    let head = if text_last { format!("Date;{money};Details\n") } else { format!("Date;Details;{money}\n") };
    let text = head + &body;
    let reading = statements::read(text.as_bytes(), "quotes.csv", &ReadOptions::default());
    assert_nothing_lost(&reading, &text);
    if reading.problems.iter().any(|p| p.severity == Severity::Error && p.line.is_none()) {
        return;
    }
    let flagged: Vec<u32> = crate::support::errors(&reading).iter().filter_map(|(line, _)| *line).collect();
    for (index, (amount, _)) in amounts.iter().enumerate() {
        let position = index as u32 + 2;
        let line = reading.statements.iter().flat_map(|s| &s.lines).find(|line| line.position == position);
        match line {
            Some(line) => assert_eq!(line.amount, Amount::from(*amount), "line {position} of\n{text}"),
            None => assert!(flagged.contains(&position), "line {position} is gone from\n{text}"),
        }
    }
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
    fn stray_quotes_never_lose_an_amount(
        amounts in proptest::collection::vec((-99_999i64..99_999, "[A-Za-z]{1,8}( [0-9]{1,2})?"), 12..30),
        quotes in proptest::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..6),
        with_balance in any::<bool>(),
        text_last in any::<bool>(),
    ) {
        quotes_lose_nothing(&amounts, &quotes, with_balance, text_last);
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
