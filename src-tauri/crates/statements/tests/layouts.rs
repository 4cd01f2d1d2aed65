//! Layouts of real banks, cut to a few invented rows: where money ran the wrong way or into the wrong account.

use statements::{Proof, ReadOptions, Reading, Reason, SignModel, Topic};

use crate::support::{amounts, assert_nothing_lost, errors};

fn read(text: &str) -> Reading {
    statements::read(text.as_bytes(), "statement.csv", &ReadOptions::default())
}

/// Whether a person is asked which way the amounts run.
fn asks_for_sign(reading: &Reading) -> bool {
    let Proof::Ambiguous { readings } = &reading.statements[0].proof else { return false };
    readings.iter().all(|one| one.choice.sign_model.is_some())
}

#[test]
fn amounts_without_any_sign_are_asked_about_however_few() {
    for text in [
        "Date,Description,Amount\n2026-11-02,Shop,129.00\n2026-11-03,Restaurant,64.50\n",
        "2026-11-02,RBC VISA PAYMENT,500.00,,1000.00\n2026-11-03,LOBLAWS,80.00,,920.00\n",
    ] {
        assert!(asks_for_sign(&read(text)), "{text}");
    }
}

#[test]
fn balances_of_one_day_do_not_tell_amounts_without_signs() {
    let one_day = "Fecha;Concepto;Importe;Saldo\n08/10/2026;TRANSF;7.700,00;107.700,00\n08/10/2026;PAGO PROVEEDOR;20.000,00;87.700,00\n";
    assert!(asks_for_sign(&read(one_day)));
    let payments =
        "Date,Text,Amount,Balance\n2026-10-08,A,50.00,950.00\n2026-10-08,B,20.00,930.00\n2026-10-08,C,30.00,900.00\n";
    assert!(asks_for_sign(&read(payments)));
    // One step tells for one of two rows.
    let step = "Date,Text,Amount,Balance\n2026-10-08,Rent,100.00,900.00\n2026-10-09,Wages,2500.00,3400.00\n";
    assert!(asks_for_sign(&read(step)));
    // With an order of days and more steps they do tell.
    let days = "Date,Text,Amount,Balance\n2026-10-08,A,50.00,950.00\n2026-10-09,B,20.00,930.00\n2026-10-10,C,30.00,900.00\n2026-10-11,D,10.00,890.00\n";
    let told = read(days);
    assert!(!asks_for_sign(&told));
    assert_eq!(amounts(&told), ["-50.00", "-20.00", "-30.00", "-10.00"]);
}

#[test]
fn days_in_disorder_do_not_turn_signs_round() {
    let text = "Buchungstag;Verwendungszweck;Betrag;Waehrung;Saldo nach Buchung\n\
                06.11.2026;Basislastschrift;-6;EUR;1000\n05.11.2026;Dauerauftrag;600;EUR;1600\n\
                04.11.2026;Kartenzahlung;-17;EUR;1583\n03.11.2026;Abschluss;-19,2;EUR;1563,8\n";
    assert!(asks_for_sign(&read(text)));
}

#[test]
fn cards_are_known_by_their_headings_and_by_how_they_are_paid() {
    for text in [
        "Extrato;Conta Cartão Número 123\nData;Descrição;Valor\n2026-11-02;COMPRA Tesla;9.99\n2026-11-03;COMPRA Loja;12.00\n2026-11-04;PAGAMENTO CARTAO DE CREDITO;-9.99\n",
        "Trans. Date,Post Date,Description,Amount,Category\n11/02/2026,11/03/2026,COFFEE CO,10.00,Restaurants\n11/04/2026,11/05/2026,BOOKS,50.00,Merchandise\n11/16/2026,11/17/2026,EMPLOYER,-1000.00,Payments\n",
        "Date,Activity Type,Card Number,Merchant Name,Amount\n2026-11-02,TRANS,************1234,GROCER,$64.20\n2026-11-03,PAYMENT,************1234,PAYMENT,-$200.00\n",
        "date,title,amount\n2026-11-01,Estorno,\"- 5,17\"\n2026-11-02,Loja,\"150,00\"\n2026-11-03,Pagamento recebido,\"- 2.675,73\"\n2026-11-04,Loja,\"289,81\"\n",
        "date,title,amount\n2026-11-02,Loja,\"150,00\"\n2026-11-03,Pagamento recebido,\"- 2.675,73\"\n",
    ] {
        assert!(asks_for_sign(&read(text)), "{text}");
    }
    // A card that prints purchases with a minus needs no question.
    let plain = "Transaction Date,Post Date,Description,Category,Amount\n11/12/2026,11/13/2026,COFFEE CO,Food,-10.00\n11/14/2026,11/15/2026,BOOKS,Shopping,-50.00\n11/16/2026,11/17/2026,Payment Thank You,,60.00\n";
    assert!(!asks_for_sign(&read(plain)));
}

#[test]
fn both_sides_are_known_by_name() {
    for (debit, credit) in [("Разход", "Приход"), ("Withdrawn", "Paid In"), ("Withdrawn", "Deposited")] {
        let text = format!("Date,Text,{credit},{debit}\n2026-11-02,A,0.00,1.96\n2026-11-03,B,20.00,0.00\n");
        assert_eq!(amounts(&read(&text)), ["-1.96", "20.00"], "{debit}");
    }
}

#[test]
fn a_bare_iban_beside_each_payment_is_the_other_side() {
    let head = "\"Girokonto\";\"DE89370400440532013000\"\n\"Buchungsdatum\";\"Zahlungsempfänger\";\"Verwendungszweck\";\"IBAN\";\"Betrag (€)\"\n";
    let other = ["DE75512108001245126199", "AT611904300234573201"];
    let rows: String = (0..6)
        .map(|at| format!("\"0{}.11.26\";\"A\";\"Rent\";\"{}\";\"-{}0,00\"\n", at + 1, other[at % 2], at + 1))
        .collect();
    let reading = read(&format!("{head}{rows}"));
    assert_eq!(reading.statements.len(), 1);
    let lines = &reading.statements[0].lines;
    assert!(lines.iter().all(|line| line.counterparty_account.as_deref().is_some_and(|iban| other.contains(&iban))));
}

#[test]
fn the_amount_is_in_the_currency_of_the_account() {
    let card = "Belegdatum;Eingangstag;Verwendungszweck;Fremdwährung;Betrag;Kurs;Betrag;Währung\n\
                03.11.2026;03.11.2026;Hotel;USD;- 123,45;1,10000;- 112,23;EUR\n04.11.2026;04.11.2026;Taxi;USD;- 22,00;1,10000;- 20,00;EUR\n";
    let reading = read(card);
    assert_eq!(amounts(&reading), ["-112.23", "-20.00"]);
    assert_eq!(reading.statements[0].currency.as_deref(), Some("EUR"));
    let account = "Datum,Empfänger,Verwendungszweck,Betrag (EUR),Betrag (Fremdwährung),Fremdwährung\n\
                   2026-11-01,GROCER,a,-59.99,-59.99,EUR\n2026-11-02,HOSTING,b,-5.97,-7.00,USD\n2026-11-03,BAKER,c,-12.00,,\n";
    let reading = read(account);
    assert_eq!(amounts(&reading), ["-59.99", "-5.97", "-12.00"]);
    assert_eq!(reading.statements[0].currency.as_deref(), Some("EUR"));
}

#[test]
fn two_currencies_are_not_two_sides() {
    let text = "Transaction Date,Description 1,CAD$,USD$\n1/15/2026,COFFEE,-3.45,\n1/16/2026,BOOKS,,-20.00\n1/17/2026,TEA,-5.00,\n";
    let reading = read(text);
    let model = reading.detection.decision(Topic::SignModel).map(|decision| decision.value.clone());
    assert!(model.is_none_or(|model| !model.starts_with("debit_credit")));
    assert!(!errors(&reading).is_empty(), "the row in the other currency is a problem of its own");
}

#[test]
fn what_is_only_announced_is_left_out_or_told() {
    let open = "\"Buchungstag\";\"Vorgang\";\"Buchungstext\";\"Umsatz in EUR\"\n\"offen\";\"Karte\";\"Text1\";\"-23,86\"\n\
                \"06.10.2026\";\"Lastschrift\";\"Text2\";\"-40,01\"\n\"05.10.2026\";\"Übertrag\";\"Text3\";\"1.265,64\"\n";
    let reading = read(open);
    assert_eq!(amounts(&reading), ["-40.01", "1265.64"]);
    assert!(errors(&reading).is_empty());
    let told =
        read("Dato;Forklaring;Ut;Inn\n02.11.2026;Varekjøp Reservert transaksjon;100,00;\n03.11.2026;Lønn;;1000,00\n");
    let warning = told.problems.iter().find(|problem| problem.reason == Reason::UnknownState).expect("a warning");
    assert!(warning.message.contains("1 row says") && warning.message.contains("line 2"), "{}", warning.message);
}

#[test]
fn an_account_that_some_rows_leave_out_is_the_other_side() {
    let wallet = "\"Date\",\"Description\",\"Currency\",\"Gross\",\"Fee\",\"Net\",\"Balance\",\"Bank Account\"\n\
                  \"2026-11-13\",\"Supplier\",\"USD\",\"-33.50\",\"-2.30\",\"-35.80\",\"64.20\",\"123456789\"\n\
                  \"2026-11-14\",\"Customer\",\"USD\",\"1,525.00\",\"0\",\"1,525.00\",\"1,589.20\",\"\"\n";
    let reading = read(wallet);
    assert_eq!(reading.statements.len(), 1);
    assert_eq!(reading.statements[0].account, None);
    assert_eq!(amounts(&reading), ["-35.80", "1525.00"]);
    let bare = "2026-11-01,2026-11-30,'PL61109010140000071219812874',WYCIAG\n\
                30-11-2026,30-11-2026,CZYNSZ,Anna,'DE89370400440532013000',-1900.00,100.00,1\n\
                29-11-2026,29-11-2026,SKLEP,SKLEP,,-50.00,2000.00,2\n\
                28-11-2026,28-11-2026,WYNAGRODZENIE,FIRMA,'DE89370400440532013000',2000.00,2050.00,3\n";
    let reading = read(bare);
    assert_eq!(reading.statements.len(), 1);
    let lines = &reading.statements[0].lines;
    assert_eq!(
        lines[0].counterparty_account.as_deref().map(|one| one.trim_matches('\'')),
        Some("DE89370400440532013000")
    );
}

#[test]
fn each_side_may_name_the_currency_for_itself() {
    let text = "DATE;ACTIVITY TYPE;ACTIVITY NAME;DEBIT;DEBIT CURRENCY;CREDIT;CREDIT CURRENCY;LOCALITY\n\
                31.10.2026;PAYMENT_OUT;Grocer;-22.35;CHF;;;Zürich\n30.10.2026;ORDER_EXECUTED;Salary;;;5400;CHF;\n";
    let reading = read(text);
    assert_eq!(reading.statements.len(), 1);
    assert_eq!(reading.statements[0].currency.as_deref(), Some("CHF"));
    let texts: Vec<&str> = reading.statements[0].lines.iter().map(|line| &*line.description).collect();
    assert_eq!(texts, ["Grocer", "Salary"]);
}

#[test]
fn an_amount_without_a_side_is_none_where_both_sides_are_named() {
    for (out, into) in
        [(" DR", " CR"), ("DR", "CR"), (" Dr.", " Cr."), (" D", " C"), (" S", " H"), (" debit", " credit")]
    {
        let text = format!(
            "Date,Text,Amount\n2026-11-02,A,1.00{out}\n2026-11-03,B,2.00{into}\n2026-11-04,C,2.00\n2026-11-05,D,-3.00\n2026-11-06,E,0.00\n"
        );
        let reading = read(&text);
        assert_eq!(errors(&reading), [(Some(4), Reason::UnknownDirection)], "{out}{into}");
        assert_eq!(amounts(&reading), ["-1.00", "2.00", "-3.00", "0.00"], "{out}{into}");
        let message = &reading.problems.iter().find(|problem| problem.line == Some(4)).unwrap().message;
        assert!(message.contains("2.00 does not say whether it went out or came in"), "{message}");
    }
    // Nothing is asked about the sides, however few there are of one.
    let mostly: String = (1..=9).map(|day| format!("2026-11-0{day},A,{day}.00 CR\n")).collect();
    let mostly = read(&format!("Date,Text,Amount\n{mostly}2026-11-10,B,1.00 DR\n"));
    assert!(!asks_for_sign(&mostly) && errors(&mostly).is_empty());
    // The balances say which of the two it is, and a correction settles it.
    let balances = "Date,Text,Amount,Balance\n2026-11-02,A,1.00 DR,99.00\n2026-11-03,B,2.00 CR,101.00\n2026-11-04,C,2.00,103.00\n2026-11-05,D,4.00 CR,107.00\n2026-11-06,E,1.00 DR,106.00\n2026-11-07,F,1.00 DR,105.00\n2026-11-08,G,1.00 DR,104.00\n";
    let reading = read(balances);
    let problem = reading.problems.iter().find(|problem| problem.line == Some(4)).unwrap();
    let value = problem.suggestion.as_ref().unwrap().value.clone();
    assert_eq!(value, "2.00");
    let repairs = vec![statements::CellRepair { line: 4, column: 3, value }];
    let repaired = statements::read(balances.as_bytes(), "x.csv", &ReadOptions { repairs, ..ReadOptions::default() });
    assert!(errors(&repaired).is_empty(), "{:?}", repaired.problems);
    assert_eq!(amounts(&repaired), ["-1.00", "2.00", "2.00", "4.00", "-1.00", "-1.00", "-1.00"]);
    // A saved mapping changes nothing about it.
    let mapping = reading.detection.mapping.clone();
    let mapped = statements::read(balances.as_bytes(), "x.csv", &ReadOptions { mapping, ..ReadOptions::default() });
    assert_eq!(errors(&mapped), [(Some(4), Reason::UnknownDirection)]);
}

#[test]
fn where_one_side_is_named_a_bare_amount_is_the_other() {
    // Only money in is marked: whether the others are money out is for a person to say, and the mark keeps its word.
    for mark in ["50.00 CR", "+50.00"] {
        let card =
            format!("Date,Text,Amount\n2026-11-02,Shop,12.00\n2026-11-03,Payment,{mark}\n2026-11-04,Shop,8.00\n");
        let reading = read(&card);
        assert!(errors(&reading).is_empty() && asks_for_sign(&reading), "{mark}");
        let options = ReadOptions { sign_model: Some(SignModel::Inverse), ..ReadOptions::default() };
        let chosen = statements::read(card.as_bytes(), "statement.csv", &options);
        assert_eq!(amounts(&chosen), ["-12.00", "50.00", "-8.00"]);
    }
    let debits = "Date,Text,Amount\n2026-11-02,Shop,12.00 DR\n2026-11-03,Wages,50.00\n2026-11-04,Shop,8.00 DR\n";
    assert_eq!(amounts(&read(debits)), ["-12.00", "50.00", "-8.00"]);
    assert!(errors(&read(debits)).is_empty());
}

#[test]
fn a_text_with_a_line_break_is_one_cell() {
    let bare = "Date,Text,Amount\n2026-11-01,\"Line one\nline two, y\",-1.00\n2026-11-02,B,-2.00\n2026-11-03,C,3.00\n";
    let balance = "Date,Text,Amount,Balance\n2026-11-01,\"Line one\nline two, y, z\",-1.00,99.00\n2026-11-02,B,-2.00,97.00\n2026-11-03,C,3.00,100.00\n";
    let quoted = "\"Date\",\"Text\",\"Amount\"\n\"2026-11-01\",\"Line one\nline two, y\",\"-1.00\"\n\"2026-11-02\",\"B\",\"-2.00\"\n\"2026-11-03\",\"C\",\"3.00\"\n";
    let three = "Date,Text,Amount\n2026-11-01,\"Line one\nline, two\nline three, y\",-1.00\n2026-11-02,B,-2.00\n2026-11-03,C,3.00\n";
    let twice = "Date,Payee,Text,Amount\n2026-11-01,\"Line\none, x\",\"line two\nof, it, y\",-1.00\n2026-11-02,B,b,-2.00\n2026-11-03,C,c,3.00\n";
    for text in [bare, balance, quoted, three, twice] {
        for text in [text.to_owned(), text.replace('\n', "\r\n")] {
            let reading = read(&text);
            assert_nothing_lost(&reading, &text);
            assert_eq!((errors(&reading), amounts(&reading).join(" ")), (vec![], "-1.00 -2.00 3.00".into()), "{text}");
            let line = &reading.statements[0].lines[0];
            let said = format!("{} {}", line.counterparty.as_deref().unwrap_or_default(), line.description);
            assert!(said.contains("one") && said.contains("two") && said.ends_with(['y', 'z']), "{said}");
        }
    }
}

#[test]
fn a_text_with_a_line_break_holds_no_row() {
    let rows = |broken: &str| format!("Date,Text,Amount\n2026-11-01,A,-1.00\n{broken}\n2026-11-04,D,-4.00\n");
    // Whole rows on either side of the break, or in the middle: nothing says that they are a text.
    for broken in [
        "2026-11-02,\"B,-2.00\n2026-11-03,C\",-3.00",
        "2026-11-02,\"B\n2026-11-03,C,-3.00\nend, x\",-3.00",
        "2026-11-02,\"B\n2026-11-03,C\",-3.00",
    ] {
        let text = rows(broken);
        let reading = read(&text);
        assert_nothing_lost(&reading, &text);
        assert!(reading.problems.iter().any(|problem| problem.reason == Reason::StrayQuote), "{text}");
    }
}

#[test]
fn each_side_is_in_the_currency_that_it_names() {
    let text = "DATE;NAME;DEBIT;DEBIT CURRENCY;CREDIT;CREDIT CURRENCY\n31.10.2026;Grocer;-22.35;CHF;;\n\
                30.10.2026;Salary;;;5400.00;EUR\n29.10.2026;Rent;-93.00;CHF;;\n";
    let reading = read(text);
    let mut found: Vec<_> =
        reading.statements.iter().map(|one| (one.currency.as_deref().unwrap_or_default(), one.lines.len())).collect();
    found.sort_unstable();
    assert_eq!(found, [("CHF", 2), ("EUR", 1)]);
}

#[test]
fn an_account_of_ours_that_some_rows_leave_blank_stays_ours() {
    let row = |day: u32, iban: &str| format!("0{day}.11.2026;{iban};Miete {day};-{day}0,00\n");
    let own = "DE89370400440532013000";
    let rows: String = (1..=9).map(|day| row(day, if day == 3 || day == 5 { "" } else { own })).collect();
    let reading = read(&format!("Buchungstag;IBAN Auftragskonto;Verwendungszweck;Betrag\n{rows}"));
    assert!(reading.statements.iter().any(|one| one.account.as_deref() == Some(own)));
    assert!(reading.statements.iter().flat_map(|one| &one.lines).all(|line| line.counterparty_account.is_none()));
}

#[test]
fn three_decimals_that_end_in_a_zero_may_be_two() {
    let asks = |amounts: [&str; 3]| {
        let rows: String =
            amounts.iter().zip(2..).map(|(one, day)| format!("2026-11-0{day};Shop;{one};EUR\n")).collect();
        let reading = read(&format!("Date;Text;Amount;Currency\n{rows}"));
        matches!(&reading.statements[0].proof, Proof::Ambiguous { readings } if readings[0].choice.decimal_mark.is_some())
    };
    assert!(asks(["-12.340", "5.670", "-100.250"]));
    assert!(!asks(["-12.345", "5.670", "-100.250"]), "thousands: a euro has no mills");
}

#[test]
fn the_balance_beside_a_single_row_is_the_banks_word() {
    let reading = read("Date,Text,Amount,Balance\n2026-09-10,Gap A2,-10.00,900.00\n");
    let statement = &reading.statements[0];
    let minor = |balance: &Option<statements::DatedBalance>| balance.as_ref().map(|one| one.amount.to_string());
    assert_eq!((minor(&statement.opening), minor(&statement.closing)), (Some("91000".into()), Some("90000".into())));
    assert!(matches!(statement.proof, Proof::NotProvable { .. }));

    // So is the only one of several rows, for what stands before it; behind it nobody has said anything.
    let ends = |text: &str| {
        let reading = read(text);
        (minor(&reading.statements[0].opening), minor(&reading.statements[0].closing))
    };
    let last = "Date,Text,Amount,Balance\n2026-09-10,A,-10.00,\n2026-09-11,B,-20.00,880.00\n";
    assert_eq!(ends(last), (Some("91000".into()), Some("88000".into())));
    let newest_first = "Date,Text,Amount,Balance\n2026-09-11,B,-20.00,880.00\n2026-09-10,A,-10.00,\n";
    assert_eq!(ends(newest_first), (Some("91000".into()), Some("88000".into())));
    let first = "Date,Text,Amount,Balance\n2026-09-10,A,-10.00,900.00\n2026-09-11,B,-20.00,\n";
    assert_eq!(ends(first), (Some("91000".into()), None));
    let ragged = "Date,Text,Amount,Balance\n2026-09-09,A,-5.00,\n2026-09-10,B,-10.00,900.00\n2026-09-11,C,-20.00,880.00\n\
                  2026-09-12,D,50.00,930.00\n2026-09-13,E,-1.00,\n";
    assert_eq!(ends(ragged), (Some("91500".into()), None));
}

#[test]
fn a_minus_beside_words_for_the_side_is_asked_about() {
    let text = "Date,Text,Amount,Type\n2026-11-02,Rent,1200.00,Debit\n2026-11-03,Client,300.00,Credit\n\
                2026-11-04,Fee,5.00,Debit\n2026-11-05,Reversal,-7.00,Credit\n";
    let reading = read(text);
    let Proof::Ambiguous { readings } = &reading.statements[0].proof else {
        panic!("{:?}", reading.statements[0].proof)
    };
    let mapping = readings
        .iter()
        .find_map(|one| one.choice.mapping.clone().filter(|mapping| mapping.sign_model == Some(SignModel::Directed)));
    let options = ReadOptions { mapping, ..ReadOptions::default() };
    let chosen = statements::read(text.as_bytes(), "statement.csv", &options);
    assert_eq!(amounts(&chosen), ["-1200.00", "300.00", "-5.00", "-7.00"]);
}

#[test]
fn an_amount_printed_in_another_currency_is_no_amount_of_the_account() {
    let into = |code: &str, text: &str| {
        let options = ReadOptions { currency_hint: ledger::Currency::iso(code), ..ReadOptions::default() };
        statements::read(text.as_bytes(), "statement.csv", &options)
    };
    let dollars = "Date,Text,Amount\n2026-11-02,Shop,-$9.99\n2026-11-03,Wages,$120.00\n2026-11-04,Rent,-$50.00\n";
    let wrong = into("EUR", dollars);
    assert_eq!(errors(&wrong), [2, 3, 4].map(|line| (Some(line), Reason::OtherCurrency)));
    assert_nothing_lost(&wrong, "dollars");
    let message = &wrong.problems.iter().find(|p| p.line == Some(2)).unwrap().message;
    assert!(message.contains("“$” is not EUR"), "{message}");
    // Who books in dollars of whatever country gets them.
    for code in ["USD", "CAD"] {
        assert_eq!(amounts(&into(code, dollars)), ["-9.99", "120.00", "-50.00"], "{code}");
    }
    // A sign in the heading, in one row, or beside the balance says the same.
    let headed = "Date,Text,Amount ($)\n2026-11-02,Shop,-9.99\n2026-11-03,Wages,120.00\n";
    assert_eq!(errors(&into("EUR", headed)).len(), 2);
    assert_eq!(errors(&into("USD", headed)), []);
    let mixed = "Date,Text,Amount\n2026-11-02,Shop,-€9.99\n2026-11-03,Wages,$120.00\n2026-11-04,Rent,-€50.00\n";
    assert_eq!(errors(&into("EUR", mixed)), [(Some(3), Reason::OtherCurrency)]);
    let balance = "Date,Text,Amount,Balance\n2026-11-02,Shop,-9.99,$90.01\n2026-11-03,Wages,120.00,$210.01\n";
    assert_eq!(errors(&into("EUR", balance)).len(), 2);
    // A column of codes does not talk the sign away.
    let coded =
        "Date,Text,Amount,Currency\n2026-11-02,Shop,-9.99,EUR\n2026-11-03,Fee,-£4.00,EUR\n2026-11-04,Rent,-50.00,EUR\n";
    assert_eq!(errors(&into("EUR", coded)), [(Some(3), Reason::OtherCurrency)]);
    let kroner = "Date,Text,Amount\n2026-11-02,Shop,-9.99 kr\n2026-11-03,Wages,120.00 kr\n";
    assert_eq!(errors(&into("SEK", kroner)), []);
    assert_eq!(errors(&into("PLN", kroner)).len(), 2);
}
