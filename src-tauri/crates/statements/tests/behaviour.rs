//! What a person can do with a reading: repair, leave out, overrule, save, recognise.

use jiff::civil::date;
use ledger::{Amount, Currency};
use statements::{
    CellRepair, Confidence, DateFormat, Field, IgnoreReason, Mapping, Proof, ReadOptions, Reading, Reason, Role,
    Severity, SignModel, Topic, line_fingerprint, line_fingerprints,
};

use crate::support::{amounts, assert_nothing_lost, errors, fixture, fixtures, outcome, read};

fn read_text(text: &str, options: &ReadOptions) -> Reading {
    let reading = statements::read(text.as_bytes(), "test.csv", options);
    assert_nothing_lost(&reading, text);
    reading
}

#[test]
fn bad_cells_explain_themselves_and_their_repair_ties_the_statement() {
    let name = "harbour_current_2026-11.csv";
    let reading = read(name);
    let bad: Vec<_> = reading.problems.iter().filter(|p| p.severity == Severity::Error).collect();
    assert_eq!(bad.len(), 2);
    let amount = bad.iter().find(|p| p.reason == Reason::NotANumber).unwrap();
    assert!(
        amount.message.contains("is not a number. “O” is a letter. The balance column rises by"),
        "{}",
        amount.message
    );
    assert_eq!((amount.field, amount.column, amount.column_name.as_deref()), (Field::Credit, Some(5), Some("Credit")));
    let date = bad.iter().find(|p| p.reason == Reason::ImpossibleDate).unwrap();
    assert!(date.message.contains("November has 30 days. The rows around it are dated"), "{}", date.message);

    let check = reading.statements[0].check.as_ref().unwrap();
    assert!(!check.difference.is_zero());
    assert_eq!(check.explained_by, bad.iter().map(|p| p.line.unwrap()).collect::<Vec<_>>());

    let repairs = bad
        .iter()
        .map(|p| CellRepair {
            line: p.line.unwrap(),
            column: p.column.unwrap(),
            value: p.suggestion.as_ref().unwrap().value.clone(),
        })
        .collect();
    let repaired = statements::read(&fixture(name), name, &ReadOptions { repairs, ..ReadOptions::default() });
    assert_nothing_lost(&repaired, name);
    assert!(errors(&repaired).is_empty());
    assert_eq!(repaired.line_count(), 40);
    assert!(repaired.statements[0].check.as_ref().unwrap().difference.is_zero());
    assert!(matches!(repaired.statements[0].proof, Proof::Proved { agree: 40, of: 40, .. }));
}

#[test]
fn a_repair_is_notation_free() {
    let text = "Datum;Text;Betrag\n01.11.2026;A;1.234,50\n02.11.2026;B;oops\n";
    let with = |value: &str| {
        read_text(
            text,
            &ReadOptions {
                repairs: vec![CellRepair { line: 3, column: 3, value: value.into() }],
                ..ReadOptions::default()
            },
        )
    };
    assert_eq!(amounts(&with("2.50")), ["1234.50", "2.50"]);
    assert_eq!(errors(&with("2,50")), [(Some(3), Reason::BadRepair)]);
}

#[test]
fn rows_can_be_left_out() {
    let text = "Date,Text,Amount\n2026-11-02,A,1.00\n2026-11-03,B,x\n2026-11-04,C,3.00\n";
    assert_eq!(errors(&read_text(text, &ReadOptions::default())), [(Some(3), Reason::NotANumber)]);
    let reading = read_text(text, &ReadOptions { skip_lines: vec![3], ..ReadOptions::default() });
    assert!(errors(&reading).is_empty());
    assert!(reading.ignored.iter().any(|row| row.line == 3 && row.reason == IgnoreReason::LeftOut));
}

#[test]
fn ambiguous_dates_are_asked_once_and_settled_by_the_answer() {
    let reading = read("open_dates.csv");
    let Proof::Ambiguous { readings } = &reading.statements[0].proof else {
        panic!("{:?}", reading.statements[0].proof)
    };
    let first: Vec<_> = readings.iter().map(|r| r.sample[0].booking_date.unwrap().to_string()).collect();
    assert_eq!(first, ["2026-03-04", "2026-04-03"]);
    let options = ReadOptions { date_format: readings[1].choice.date_format, ..ReadOptions::default() };
    let settled = statements::read(&fixture("open_dates.csv"), "open_dates.csv", &options);
    assert_eq!(settled.statements[0].lines[0].booking_date.to_string(), "2026-04-03");
    assert_eq!(outcome(&settled.statements[0].proof), "not_provable");
    assert_eq!(settled.detection.decision(Topic::DateFormat).unwrap().confidence, Confidence::Chosen);
}

#[test]
fn what_surrounds_the_table_settles_dates() {
    let body = "Date,Text,Amount\n03/04/2026,A,1.00\n04/04/2026,B,2.00\n";
    let later = body.replace("/04/", "/11/");
    let today = ReadOptions { today: Some("2026-04-20".parse().unwrap()), ..ReadOptions::default() };
    assert_eq!(read_text(&later, &today).statements[0].lines[0].booking_date.to_string(), "2026-03-11");
    let named = statements::read(body.as_bytes(), "export_2026-04-01_2026-04-30.csv", &ReadOptions::default());
    assert_eq!(named.statements[0].lines[0].booking_date.to_string(), "2026-04-03");
    let points = read_text(&body.replace("/", "."), &ReadOptions::default());
    assert_eq!(points.statements[0].lines[0].booking_date.to_string(), "2026-04-03");
}

#[test]
fn unnamed_sides_are_settled_by_choosing_a_mapping() {
    let reading = read("unnamed_sides.csv");
    let Proof::Ambiguous { readings } = &reading.statements[0].proof else { panic!() };
    let sum = |reading: &Reading| reading.statements[0].lines.iter().map(|l| &l.amount).sum::<Amount>();
    let options = ReadOptions { mapping: readings[1].choice.mapping.clone(), ..ReadOptions::default() };
    let other = statements::read(&fixture("unnamed_sides.csv"), "unnamed_sides.csv", &options);
    assert_eq!(sum(&other), -sum(&reading));
    assert_eq!(other.line_count(), reading.line_count());
}

#[test]
fn a_card_can_be_turned_round() {
    let options = ReadOptions { sign_model: Some(SignModel::Inverse), ..ReadOptions::default() };
    let turned = statements::read(&fixture("credit_card.csv"), "credit_card.csv", &options);
    assert!(
        turned.statements[0]
            .lines
            .iter()
            .filter(|l| l.amount.is_positive())
            .all(|l| l.description.contains("THANK YOU"))
    );
    assert_eq!(outcome(&turned.statements[0].proof), "not_provable");
}

#[test]
fn inverse_signs_are_proved_by_balance_and_date_order() {
    let text = "Date,Text,Amount,Balance\n2026-11-02,Open,0.00,100.00\n2026-11-03,Shop,25.00,75.00\n2026-11-04,Shop,5.00,70.00\n2026-11-05,Refund,-10.00,80.00\n2026-11-06,Shop,1.00,79.00\n";
    let reading = read_text(text, &ReadOptions::default());
    assert_eq!(amounts(&reading), ["0.00", "-25.00", "-5.00", "10.00", "-1.00"]);
    assert_eq!(reading.detection.decision(Topic::SignModel).unwrap().value, "inverse");
    assert_eq!(outcome(&reading.statements[0].proof), "proved");
}

#[test]
fn a_chance_agreement_does_not_turn_signs() {
    // Rows are missing in between, and the one step happens to fit the mirror image.
    let text = "Date,Text,Amount,Balance\n2026-11-13,A,50.00,100.00\n2026-11-24,B,-20.00,50.00\n";
    let reading = read_text(text, &ReadOptions::default());
    assert_eq!(amounts(&reading), ["50.00", "-20.00"]);
    assert_eq!(outcome(&reading.statements[0].proof), "not_provable");
}

#[test]
fn the_next_file_of_the_bank_is_read_by_the_saved_mapping() {
    let first = statements::inspect(&fixture("kontoauszug_ch.csv"), "kontoauszug_ch.csv", &ReadOptions::default());
    let mapping = first.detection.mapping.unwrap();
    let stored = serde_json::to_string(&mapping).unwrap();
    let mapping: Mapping = serde_json::from_str(&stored).unwrap();
    // Another month: longer preamble, other dates, one row.
    let next = "Konto:;X\nBemerkung:;neu\nWährung:;CHF\n\nDatum;Avisierungstext;Gutschrift in CHF;Lastschrift in CHF;Valuta;Saldo in CHF\n01.12.2026;Miete;;-1'000.00;01.12.2026;11'000.00\n";
    let seen = statements::inspect(next.as_bytes(), "next.csv", &ReadOptions::default());
    assert_eq!(seen.detection.fingerprint, Some(mapping.own_fingerprint()));
    let reading = read_text(next, &ReadOptions { mapping: Some(mapping.clone()), ..ReadOptions::default() });
    assert_eq!(amounts(&reading), ["-1000.00"]);
    assert_eq!(reading.statements[0].currency.as_deref(), Some("CHF"));
    assert_eq!(reading.detection.mapping.unwrap().columns, mapping.columns);
    let other = read_text("A;B\n1;2\n", &ReadOptions { mapping: Some(mapping), ..ReadOptions::default() });
    assert!(other.problems.iter().any(|p| p.reason == Reason::HeaderNotFound));
}

#[test]
fn a_changed_role_leaves_the_rest_to_detection() {
    let bytes = fixture("uk_current.csv");
    let mut mapping = statements::inspect(&bytes, "uk.csv", &ReadOptions::default()).detection.mapping.unwrap();
    let reference = mapping.columns.iter().position(|c| c.role == Role::BankCode).unwrap();
    mapping.columns[reference].role = Role::Reference;
    for column in &mut mapping.columns {
        column.date_format = None;
        column.decimal_mark = None;
    }
    mapping.sign_model = None;
    let reading = statements::read(&bytes, "uk.csv", &ReadOptions { mapping: Some(mapping), ..ReadOptions::default() });
    assert_eq!(outcome(&reading.statements[0].proof), "proved");
    assert!(reading.statements[0].lines.iter().all(|l| l.reference.is_some()));
}

#[test]
fn every_decision_can_be_overruled() {
    let text = "Date;Text;Amount\n2026-11-03;é;1.234\n";
    let base = ReadOptions::default();
    let eur = ReadOptions { currency_hint: Currency::iso("EUR"), ..base.clone() };
    let kwd = ReadOptions { currency_hint: Currency::iso("KWD"), ..base.clone() };
    assert_eq!(amounts(&read_text(text, &eur)), ["1234.00"]);
    assert_eq!(outcome(&read_text(text, &kwd).statements[0].proof), "ambiguous");
    let point = ReadOptions { decimal_mark: Some(statements::DecimalMark::Point), ..kwd };
    assert_eq!(amounts(&read_text(text, &point)), ["1.234"]);
    let latin = statements::read(
        "Date;Text;Amount\n2026-11-03;\u{e9};1\n".as_bytes(),
        "x.csv",
        &ReadOptions { encoding: Some("windows-1252".into()), ..base.clone() },
    );
    assert_eq!(latin.statements[0].lines[0].description, "Ã©");
    let wrong =
        statements::read(text.as_bytes(), "x.csv", &ReadOptions { encoding: Some("klingon".into()), ..base.clone() });
    assert_eq!(errors(&wrong), [(None, Reason::UnknownEncoding)]);
    let comma = ReadOptions { delimiter: Some(','), ..base.clone() };
    assert_eq!(errors(&read_text(text, &comma)), [(None, Reason::NotAStatement)]);
    let serial = ReadOptions { date_format: Some(DateFormat::Dmy), ..base };
    assert_eq!(errors(&read_text(text, &serial)), [(Some(2), Reason::NotADate)]);
}

#[test]
fn header_and_sheet_can_be_chosen() {
    let text = "Date;Text;Amount\n2026-11-02;A;1.00\nDate;Text;Amount\n2026-11-03;B;2.00\n";
    let reading = read_text(text, &ReadOptions { header_row: Some(3), ..ReadOptions::default() });
    assert_eq!(amounts(&reading), ["2.00"]);
    let none = read_text(
        "2026-11-02;A;1.00\n2026-11-03;B;2.00\n",
        &ReadOptions { header_row: Some(0), ..ReadOptions::default() },
    );
    assert_eq!(amounts(&none), ["1.00", "2.00"]);
    let sheet = ReadOptions { sheet: Some("Pending".into()), ..ReadOptions::default() };
    assert_eq!(statements::read(&fixture("workbook_two_sheets.xlsx"), "x.xlsx", &sheet).line_count(), 1);
    let missing = ReadOptions { sheet: Some("Nope".into()), ..ReadOptions::default() };
    assert_eq!(
        errors(&statements::read(&fixture("workbook_two_sheets.xlsx"), "x.xlsx", &missing)),
        [(None, Reason::UnknownSheet)]
    );
}

#[test]
fn a_total_in_the_middle_does_not_hide_a_line_without_a_date() {
    let text =
        "Date;Text;Amount\n2026-11-02;A;1.00\n;Total Energies Dublin station;-50.00\n2026-11-03;B;2.00\nTotal;;3.00\n";
    let reading = read_text(text, &ReadOptions::default());
    assert_eq!(errors(&reading), [(Some(3), Reason::MissingDate)]);
    assert_eq!(
        reading.ignored.iter().map(|r| (r.line, r.reason)).collect::<Vec<_>>(),
        [(1, IgnoreReason::Header), (5, IgnoreReason::Total)]
    );
}

#[test]
fn a_payee_called_like_a_total_does_not_hide_a_line_without_a_date() {
    for payee in ["Total Energies", "Sum Up", "Balance Shoes"] {
        let text = format!(
            "Date;Text;Amount\n2026-11-02;A;1.00\n;{payee};-50.00\n;Subtotal;-49.00\n2026-11-03;B;2.00\n;Total;3.00\n"
        );
        let reading = read_text(&text, &ReadOptions::default());
        assert_eq!(errors(&reading), [(Some(3), Reason::MissingDate)], "{payee}");
        let totals = reading.ignored.iter().filter(|row| row.reason == IgnoreReason::Total);
        assert_eq!(totals.map(|row| row.line).collect::<Vec<_>>(), [4, 6], "{payee}");
    }
    let text = "Date;Text;Amount\n2026-11-02;A;1.00\n32.11.2026x;Total Energies;-50.00\n2026-11-03;B;2.00\n";
    assert_eq!(errors(&read_text(text, &ReadOptions::default())), [(Some(3), Reason::NotADate)]);
}

#[test]
fn a_heading_between_rows_is_only_believed_with_its_counterpart() {
    let rows = |heading: &str, other: &str| {
        format!("Date;Text;Amount\n{heading}\n02.11.2026;A;1,00\n{other}\n13.11.2026;B;-2,00\n")
    };
    let both = read_text(&rows("Pending Transactions", "Posted Transactions"), &ReadOptions::default());
    assert_eq!(amounts(&both), ["-2.00"]);
    assert!(both.problems.iter().any(|problem| problem.reason == Reason::NotBooked));
    for (heading, other) in [("Pending Transactions", "More"), ("Posted", "More"), ("More", "Posted Transactions")] {
        let reading = read_text(&rows(heading, other), &ReadOptions::default());
        assert_eq!(amounts(&reading), ["1.00", "-2.00"], "{heading}");
    }
}

#[test]
fn a_payment_called_like_a_balance_stays_a_line() {
    let head = "Date;Text;Debit;Credit\n2026-11-02;A;1.00;\n2026-11-03;B;2.00;\n2026-11-04;C;;7.00\n";
    for payee in ["Total", "Balance", "Balance Shoes", "Total Energies"] {
        let text = format!("{head}2026-11-05;{payee};9.00;\n2026-11-06;Closing balance;;20.00\n");
        let reading = read_text(&text, &ReadOptions::default());
        assert_eq!(amounts(&reading), ["-1.00", "-2.00", "7.00", "-9.00"], "{payee}");
        assert_eq!(reading.statements[0].closing.as_ref().unwrap().amount, Amount::from(2_000i64));
    }
}

#[test]
fn a_table_of_which_nothing_is_read_says_so() {
    let text = "Date,Text,More,Amount\nMonday,Shop,12.00,\nTuesday,Quay,13.00,\n";
    let reading = read_text(text, &ReadOptions::default());
    assert_eq!((reading.line_count(), errors(&reading)), (0, vec![(None, Reason::NotAStatement)]));
}

#[test]
fn dates_without_a_year_are_named_as_what_is_missing() {
    let text = "Wann,Was,Wieviel\n12/29,Tolka Marina,-1.23\n12/30,Halden Werft,-345.67\n";
    let reading = read_text(text, &ReadOptions::default());
    assert_eq!(errors(&reading), [(None, Reason::NotAStatement)]);
    assert!(reading.problems[0].message.contains("have no year"), "{:?}", reading.problems);
}

#[test]
fn a_delimiter_inside_a_text_moves_no_money() {
    let text = "Date;Text;More;Debit;Credit\n2026-11-02;A;x;5.00;\n2026-11-03;B;;C;7.00;\n2026-11-04;D;y;;9.00\n";
    let reading = read_text(text, &ReadOptions::default());
    assert!(errors(&reading).iter().any(|(line, _)| *line == Some(3)), "{:?}", reading.problems);
    assert_eq!(amounts(&reading), ["-5.00", "9.00"]);
}

#[test]
fn broken_balances_are_listed() {
    let mut text = "Date,Text,Amount,Balance\n".to_owned();
    for day in 1..=20 {
        let balance = if day == 9 { 999 } else { 100 + day };
        text += &format!("2026-11-{day:02},T{day},1.00,{balance}.00\n");
    }
    let reading = read_text(&text, &ReadOptions::default());
    let statement = &reading.statements[0];
    assert_eq!(statement.lines.len(), 20);
    assert_eq!(statement.breaks, [10, 11]);
    assert_eq!(statement.closing.as_ref().unwrap().amount.to_decimal(2), "120.00");
    assert!(matches!(statement.proof, Proof::Proved { agree: 18, of: 20, .. }));
    assert!(reading.problems.iter().any(|p| p.reason == Reason::BalanceBreak && p.line == Some(10)));
}

#[test]
fn a_gap_in_the_balances_stops_the_file_and_says_where() {
    let text = "Date;Text;Amount;Balance\n2026-01-01;A;-5.00;95.00\n2026-01-03;C;-7.00;82.00\n2026-01-04;D;-8.00;74.00\n2026-01-06;E;-1.00;73.00\n";
    let reading = read_text(text, &ReadOptions::default());
    assert_eq!(errors(&reading), [(None, Reason::BalanceBreak)]);
    let problem = reading.problems.iter().find(|p| p.severity == Severity::Error).unwrap();
    assert!(
        problem.message.contains("does not tie at line 3: expected 88.00, it says 82.00, 6.00 apart"),
        "{}",
        problem.message
    );
    // The same rows from the last to the first.
    let mut rows: Vec<&str> = text.lines().collect();
    rows[1..].reverse();
    let turned = read_text(&(rows.join("\n") + "\n"), &ReadOptions::default());
    let problem = turned.problems.iter().find(|p| p.severity == Severity::Error).unwrap();
    assert!(problem.message.contains("line 4: expected 88.00, it says 82.00, 6.00 apart"), "{}", problem.message);
    // Rows that a person left out are no gap of the file; nor is a column that is not to be believed.
    let whole = text.replace("2026-01-03", "2026-01-02;B;-6.00;89.00\n2026-01-03");
    let left_out = read_text(&whole, &ReadOptions { skip_lines: vec![3], ..ReadOptions::default() });
    assert!(errors(&left_out).is_empty(), "{:?}", left_out.problems);
    let mut mapping = reading.detection.mapping.clone().unwrap();
    mapping.columns[3].role = Role::Ignore;
    let without = read_text(text, &ReadOptions { mapping: Some(mapping), ..ReadOptions::default() });
    assert!(errors(&without).is_empty(), "{:?}", without.problems);
}

#[test]
fn balances_of_a_short_file_that_contradict_its_amounts_are_told() {
    let told = |text: &str| {
        let reading = read_text(text, &ReadOptions::default());
        assert!(errors(&reading).is_empty(), "{:?}", reading.problems);
        let breaks = reading.problems.iter().filter(|problem| problem.reason == Reason::BalanceBreak);
        breaks.map(|problem| (problem.line, problem.message.clone())).collect::<Vec<_>>()
    };
    let row = |line, figures: &str| {
        (Some(line), format!("The balance of this row does not follow from the row before it: {figures} apart."))
    };
    let contradicting = "Date,Description,Amount,Balance\n2026-11-01,A,-1.00,99.00\n2026-11-02,B,2.00,102.00\n2026-11-03,C,2.00,104.00\n";
    assert_eq!(told(contradicting), [row(3, "expected 101.00, it says 102.00, 1.00")]);
    let reading = read_text(contradicting, &ReadOptions::default());
    assert_eq!(reading.statements[0].breaks, [3]);
    assert_eq!(outcome(&reading.statements[0].proof), "not_provable");
    // One row of four is gone, oldest first and newest first.
    let gone = "Date,Description,Amount,Balance\n2026-11-01,A,-1.00,99.00\n2026-11-02,B,-2.00,97.00\n2026-11-04,D,-4.00,90.00\n";
    assert_eq!(told(gone), [row(4, "expected 93.00, it says 90.00, 3.00")]);
    let turned = "Date,Description,Amount,Balance\n2026-11-04,D,-4.00,90.00\n2026-11-02,B,-2.00,97.00\n2026-11-01,A,-1.00,99.00\n";
    assert_eq!(told(turned), [row(2, "expected 93.00, it says 90.00, 3.00")]);
    // Debits without a sign: what is said of the columns and what is said of the rows is the same.
    let unsigned =
        "Date,Text,Amount,Balance\n2026-10-08,A,50.00,950.00\n2026-10-09,B,20.00,930.00\n2026-10-10,C,30.00,900.00\n";
    assert!(told(unsigned)[0].1.contains("on no row. First at line 3: expected 970.00"), "{:?}", told(unsigned));
    let signs = read_text(unsigned, &ReadOptions::default()).detection.decision(Topic::SignModel).unwrap().clone();
    assert!(signs.evidence[1].contains("on 0 of 2 rows only"), "{:?}", signs.evidence);
    // Nothing agrees: said once, with the first place.
    let none = told("Date,Text,Amount,Balance\n2026-11-01,A,-1.00,99.00\n2026-11-04,D,-4.00,90.00\n");
    assert!(
        matches!(&none[..], [(None, said)] if said.contains("line 3: expected 95.00, it says 90.00, 5.00 apart")),
        "{none:?}"
    );
}

#[test]
fn what_is_no_running_balance_is_not_told_row_by_row() {
    let table = |rows: &[(u32, i32, &str)]| {
        let rows = rows.iter().map(|(day, amount, balance)| format!("2026-11-{day:02},T,{amount}.00,{balance}\n"));
        format!("Date,Text,Amount,Balance\n{}", rows.collect::<String>())
    };
    let available = [(1, -1, "500.00"), (2, -2, "500.00"), (3, 3, "500.00"), (4, -4, "500.00")];
    let evening = [(1, -1, "97.00"), (1, -2, "97.00"), (2, 3, "96.00"), (2, -4, "96.00"), (3, 5, "101.00")];
    let sparse = [(1, -1, ""), (1, -2, "97.00"), (2, 3, ""), (2, -4, "96.00"), (3, 5, "101.00")];
    for rows in [&available[..], &evening, &sparse] {
        let text = table(rows);
        let reading = read_text(&text, &ReadOptions::default());
        assert!(
            reading.problems.iter().all(|problem| problem.reason != Reason::BalanceBreak),
            "{:?}",
            reading.problems
        );
        assert!(reading.statements[0].breaks.is_empty());
    }
    // A long column of something else is told about in a few words.
    let other: Vec<(u32, i32, String)> =
        (1..=28).map(|day| (day, 7, format!("{}.00", (day * day * 37) % 101))).collect();
    let other: Vec<(u32, i32, &str)> = other.iter().map(|(day, amount, text)| (*day, *amount, &**text)).collect();
    let reading = read_text(&table(&other), &ReadOptions::default());
    let told = reading.problems.iter().filter(|problem| problem.reason == Reason::BalanceBreak);
    assert!((1..=11).contains(&told.clone().count()), "{:?}", reading.problems);
    assert!(told.clone().all(|problem| problem.severity == Severity::Warning));
    // Rows that were left out by choice are no contradiction.
    let text = table(&[(1, -1, "99.00"), (2, 2, "102.00"), (3, 2, "104.00"), (4, -4, "100.00"), (5, 1, "200.00")]);
    let left_out = read_text(&text, &ReadOptions { skip_lines: vec![5], ..ReadOptions::default() });
    let told = left_out.problems.iter().filter(|problem| problem.reason == Reason::BalanceBreak);
    assert_eq!(told.map(|problem| problem.line).collect::<Vec<_>>(), [Some(3)]);
}

#[test]
fn what_is_asked_or_was_chosen_is_not_said_to_be_named() {
    let text = "Date,Text,Amount\n2026-11-02,Shop,129.00\n2026-11-03,Restaurant,64.50\n";
    let signs = |options: &ReadOptions| {
        let decision = read_text(text, options).detection.decision(Topic::SignModel).unwrap().clone();
        (decision.evidence.join(" "), decision.confidence)
    };
    let (asked, open) = signs(&ReadOptions::default());
    assert!(asked.starts_with("Nothing in the file says which way the amounts run."), "{asked}");
    assert_eq!(open, Confidence::Open);
    for sign in [SignModel::Signed, SignModel::Inverse] {
        let options = ReadOptions { sign_model: Some(sign), ..ReadOptions::default() };
        assert_eq!(signs(&options), ("Chosen by you.".into(), Confidence::Chosen));
    }
    let mapping = read_text(text, &ReadOptions::default()).detection.mapping;
    let saved = ReadOptions { mapping, ..ReadOptions::default() };
    assert_eq!(signs(&saved), ("From the mapping.".into(), Confidence::Chosen));
}

#[test]
fn stated_balances_are_named_where_nothing_is_proved() {
    let why = |before: &str, after: &str| {
        let text = format!("{before}Date;Text;Amount\n2026-11-02;A;-1.00\n2026-11-03;B;3.00\n{after}");
        match read_text(&text, &ReadOptions::default()).statements.remove(0).proof {
            Proof::NotProvable { why } => why,
            other => format!("{other:?}"),
        }
    };
    let (opening, closing) = ("Opening balance;100.00\n\n", "\nClosing balance;102.00\n");
    assert!(why(opening, closing).contains("by: Totals"), "{}", why(opening, closing));
    assert_eq!(
        why(opening, ""),
        "There is no balance column. The file gives 100.00 as opening balance and no closing balance. Enter it to check the sum."
    );
    assert_eq!(
        why("", closing),
        "There is no balance column. The file gives 102.00 as closing balance and no opening balance. Enter it to check the sum."
    );
    assert_eq!(
        why(opening, "\nClosing balance;112.00\n"),
        "There is no balance column. The opening balance of 100.00 and the lines make 102.00, 10.00 apart from the closing balance of 112.00."
    );
    assert_eq!(why("", ""), "There is no balance column. Enter the opening and closing balance to check the sum.");
}

#[test]
fn a_text_that_may_hold_rows_is_not_believed_either_way() {
    let text =
        "Date;Text;Amount\n2026-01-01;A;-5.00\n2026-01-02;\"B\n2026-01-01;C;-7.00\nend\";-8.00\n2026-01-06;E;-1.00\n";
    let reading = read_text(text, &ReadOptions::default());
    assert_eq!(amounts(&reading), ["-5.00", "-1.00"]);
    assert!(errors(&reading).contains(&(Some(4), Reason::StrayQuote)));
}

#[test]
fn quotes_that_join_cells_of_one_row_move_no_money() {
    let text = "Date;Text;Amount;Balance\n2026-01-01;A;-5.00;95.00\n2026-01-02;\"B;-6.00\";89.00\n2026-01-03;C;-7.00;82.00\n2026-01-04;\"D; 5 pieces\";-8.00;74.00\n";
    let reading = read_text(text, &ReadOptions::default());
    assert_eq!(errors(&reading), [(Some(3), Reason::NotANumber)]);
    assert_eq!(amounts(&reading), ["-5.00", "-7.00", "-8.00"]);
}

#[test]
fn lines_are_recognised_when_they_come_again() {
    let reading = read("zeros_and_duplicates.csv");
    let lines = &reading.statements[0].lines;
    let keys = line_fingerprints(lines);
    assert_eq!(keys.iter().map(|k| k.occurrence).collect::<Vec<_>>(), [1, 1, 2, 3, 1, 2]);
    assert_eq!(keys[1].key, keys[2].key);
    let mut moved = lines[1].clone();
    moved.running_balance = None;
    moved.position = 99;
    moved.description = "STANDING  ORDER".into();
    assert_eq!(line_fingerprint(&moved), keys[1].key);
    moved.amount = Amount::from(501i64);
    assert_ne!(line_fingerprint(&moved), keys[1].key);
}

#[test]
fn unnamed_currency_is_said_and_the_hint_is_used() {
    let text = "Date,Text,Amount\n2026-11-02,A,1.50\n";
    let reading = read_text(text, &ReadOptions::default());
    assert!(reading.problems.iter().any(|p| p.reason == Reason::MissingCurrency && p.severity == Severity::Warning));
    let hinted = read_text(text, &ReadOptions { currency_hint: Currency::iso("KWD"), ..ReadOptions::default() });
    assert_eq!((hinted.statements[0].currency.as_deref(), hinted.statements[0].exponent), (Some("KWD"), 3));
    assert_eq!(hinted.statements[0].lines[0].amount.to_string(), "1500");
    let yen = read_text(text, &ReadOptions { currency_hint: Currency::iso("JPY"), ..ReadOptions::default() });
    assert_eq!(errors(&yen), [(Some(2), Reason::TooManyDecimals)]);
}

#[test]
fn readings_survive_json() {
    let mut reading = read("harbour_current_2026-11.csv");
    let json = serde_json::to_string(&reading).unwrap();
    // Rows that were set aside are for whoever read the file, and are no part of the stored form.
    assert!(!std::mem::take(&mut reading.set_aside).is_empty());
    assert_eq!(serde_json::from_str::<Reading>(&json).unwrap(), reading);
    let inspection = statements::inspect(&fixture("calc_sheet.ods"), "calc_sheet.ods", &ReadOptions::default());
    let json = serde_json::to_string(&inspection).unwrap();
    assert_eq!(serde_json::from_str::<statements::Inspection>(&json).unwrap(), inspection);
}

#[test]
fn cells_beyond_the_bounds_are_reported() {
    let long = "x".repeat(statements::MAX_CELL_BYTES + 1);
    let text = format!("Date,Text,Amount\n2026-11-02,{long},1.00\n2026-11-03,B,2.00\n");
    assert_eq!(
        errors(&statements::read(text.as_bytes(), "x.csv", &ReadOptions::default())),
        [(Some(2), Reason::CellTooLong)]
    );
    let wide = format!("Date,Text,Amount\n2026-11-02,A,1.00{}\n2026-11-03,B,2.00\n", ",9".repeat(400));
    let reading = statements::read(wide.as_bytes(), "x.csv", &ReadOptions::default());
    assert!(errors(&reading).contains(&(Some(2), Reason::TooManyColumns)));
    assert_eq!(reading.line_count(), 1);
}

#[test]
fn a_file_is_recognised_without_a_look_into_its_columns_as_it_is_with_one() {
    let mut seen = 0;
    for entry in std::fs::read_dir(fixtures().join("statements")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let options = ReadOptions::default();
        let inspected = statements::inspect(&bytes, &name, &options);
        let cut = statements::Cut::new(&bytes, &name, &options);
        match cut.recognise() {
            Err(problem) => {
                assert_eq!(inspected.format, statements::Format::Unreadable, "{name}");
                assert_eq!(Some(&problem), inspected.problems.first(), "{name}");
            }
            Ok(found) => {
                let account = inspected.detection.stated.iter().find(|stated| stated.what == "account");
                assert_eq!(found.format, inspected.format, "{name}");
                assert_eq!(Some(&found.fingerprint), inspected.detection.fingerprint.as_ref(), "{name}");
                assert_eq!(found.account.as_ref(), account.map(|stated| &stated.value), "{name}");
                seen += 1;
            }
        }
        let read = cut.read_watched::<std::convert::Infallible>(&name, &options, &mut |_| Ok(()));
        assert_eq!(read, Ok(statements::read(&bytes, &name, &options)), "{name}");
    }
    assert!(seen > 20, "{seen} fixtures");
}

#[test]
fn a_day_that_no_bank_can_have_booked_on_is_no_line() {
    let text =
        "Date,Text,Amount,Balance\n2026-11-02,A,1.00,101.00\n2062-11-03,B,2.00,103.00\n2026-11-04,C,3.00,106.00\n";
    let today = ReadOptions { today: Some(date(2026, 11, 28)), ..ReadOptions::default() };
    let reading = read_text(text, &today);
    assert_eq!(errors(&reading), [(Some(3), Reason::ImplausibleYear)]);
    assert_eq!(amounts(&reading), ["1.00", "3.00"]);
    // Without a today nothing can be said about it.
    assert_eq!(errors(&read_text(text, &ReadOptions::default())), []);
}

#[test]
fn days_that_need_a_look_are_named_with_their_lines() {
    let text = "Account;DE12 3456\nPeriod;2026-11-01;to;2026-11-30\n\nDate;Text;Amount\n\
                2026-11-02;A;1.00\n2026-10-31;B;2.00\n2027-01-04;C;3.00\n";
    let today = ReadOptions { today: Some(date(2026, 11, 28)), ..ReadOptions::default() };
    let reading = read_text(text, &today);
    assert_eq!(amounts(&reading), ["1.00", "2.00", "3.00"]);
    let said: Vec<_> = reading.problems.iter().map(|problem| (problem.reason, problem.message.as_str())).collect();
    for expected in [
        (
            Reason::OutsidePeriod,
            "2 lines are dated outside the period that the file states, 2026-11-01 to 2026-11-30: line 6 on 2026-10-31, \
             line 7 on 2027-01-04. Check the notation of the dates.",
        ),
        (
            Reason::AfterToday,
            "1 line is dated in the future: today is 2026-11-28: line 7 on 2027-01-04. Check the notation of the dates.",
        ),
    ] {
        assert!(said.contains(&expected), "{said:?}");
    }
    assert!(reading.problems.iter().all(|problem| problem.severity != Severity::Error), "{said:?}");
}
