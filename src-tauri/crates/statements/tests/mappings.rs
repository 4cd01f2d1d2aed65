//! What a saved mapping keeps for the next file, and what a person can overrule in it.

use statements::{IgnoreReason, Mapping, Proof, ReadOptions, Reading, Reason, Role, Severity, SignModel};

use crate::support::{amounts, assert_nothing_lost, errors};

fn read_under(text: &str, mapping: Option<&Mapping>) -> Reading {
    let options = ReadOptions { mapping: mapping.cloned(), ..ReadOptions::default() };
    let reading = statements::read(text.as_bytes(), "x.csv", &options);
    assert_nothing_lost(&reading, text);
    reading
}

/// What a file was read by, through its storable form.
fn saved(reading: &Reading) -> Mapping {
    let stored = serde_json::to_string(reading.detection.mapping.as_ref().unwrap()).unwrap();
    serde_json::from_str(&stored).unwrap()
}

/// The same as it was stored before fees and states had roles.
fn saved_before(reading: &Reading) -> Mapping {
    let mut stored = serde_json::to_value(reading.detection.mapping.as_ref().unwrap()).unwrap();
    stored.as_object_mut().unwrap().remove("fees_and_states");
    for column in stored["columns"].as_array_mut().unwrap() {
        if column["role"] == "fee" || column["role"] == "state" {
            column["role"] = "ignore".into();
        }
    }
    if stored["sign_model"] == "debit_credit_minus" {
        stored["sign_model"] = "debit_credit".into();
    }
    serde_json::from_value(stored).unwrap()
}

fn warned(reading: &Reading, reason: Reason) -> bool {
    reading.problems.iter().any(|problem| problem.reason == reason && problem.severity == Severity::Warning)
}

fn role(reading: &Reading, column: usize) -> Role {
    reading.detection.mapping.as_ref().unwrap().columns[column].role
}

fn opening(reading: &Reading) -> String {
    let statement = &reading.statements[0];
    statement.opening.as_ref().unwrap().amount.to_decimal(statement.exponent)
}

const WALLET: &str = "Date,Text,Amount,Fee,Balance\n";

fn wallet(rows: &str) -> String {
    format!("{WALLET}{rows}")
}

fn first_month() -> String {
    wallet(
        "2026-10-01,Rathlin Ferries,-100.00,1.00,899.00\n2026-10-02,Tolka Marina,-50.00,0.50,848.50\n\
         2026-10-05,Corrib Cables,-20.00,0.00,828.50\n2026-10-09,Kells Packaging,300.00,2.00,1126.50\n",
    )
}

/// A month whose balances say nothing about its fee.
fn second_month() -> String {
    wallet("2026-11-01,Rathlin Ferries,-100.00,1.00,899.00\n2026-11-02,Tolka Marina,-50.00,0.00,849.00\n")
}

#[test]
fn a_proved_fee_is_part_of_the_saved_mapping() {
    let first = read_under(&first_month(), None);
    assert_eq!(role(&first, 3), Role::Fee);
    let second = read_under(&second_month(), Some(&saved(&first)));
    assert_eq!(amounts(&second), ["-101.00", "-50.00"]);
    assert_eq!(opening(&second), "1000.00");
    assert_eq!(errors(&second), []);
    assert!(!warned(&second, Reason::FeesBeside));
    assert_eq!(role(&second, 3), Role::Fee);
}

#[test]
fn fees_that_nothing_proves_are_said_under_a_saved_mapping_too() {
    let alone = read_under(&second_month(), None);
    assert!(warned(&alone, Reason::FeesBeside));
    assert_eq!(role(&alone, 3), Role::Ignore);
    for mapping in [saved(&alone), saved_before(&alone), saved_before(&read_under(&first_month(), None))] {
        let again = read_under(&second_month(), Some(&mapping));
        assert_eq!(amounts(&again), ["-100.00", "-50.00"]);
        assert!(warned(&again, Reason::FeesBeside), "{:?}", again.problems);
    }
}

#[test]
fn many_steps_without_a_fee_prove_nothing_about_fees() {
    let text = wallet(
        "2026-11-01,A,-100.00,1.00,899.00\n2026-11-02,B,-50.00,0.00,849.00\n2026-11-03,C,-9.00,0.00,840.00\n\
         2026-11-04,D,-40.00,0.00,800.00\n2026-11-05,E,-1.00,0.00,799.00\n",
    );
    assert!(warned(&read_under(&text, None), Reason::FeesBeside));
    let included = text.replace("0.00,849.00", "1.00,849.00");
    assert!(!warned(&read_under(&included, None), Reason::FeesBeside), "the second step includes its fee");
}

#[test]
fn a_person_can_set_and_unset_the_fee() {
    let mut mapping = saved(&read_under(&second_month(), None));
    mapping.columns[3].role = Role::Fee;
    let taken = read_under(&second_month(), Some(&mapping));
    assert_eq!(amounts(&taken), ["-101.00", "-50.00"]);
    let mut mapping = saved(&read_under(&first_month(), None));
    mapping.columns[3].role = Role::Ignore;
    let whole = read_under(&first_month(), Some(&mapping));
    assert_eq!(amounts(&whole), ["-100.00", "-50.00", "-20.00", "300.00"]);
    assert!(warned(&whole, Reason::FeesBeside), "the balances still say otherwise");
    assert_eq!(role(&whole, 3), Role::Ignore);
}

#[test]
fn mappings_saved_before_fees_had_a_role_still_find_them() {
    let first = read_under(&first_month(), None);
    let again = read_under(&first_month(), Some(&saved_before(&first)));
    assert_eq!(amounts(&again), amounts(&first));
    assert_eq!(role(&again, 3), Role::Fee);
}

#[test]
fn a_fee_that_came_back_is_added() {
    // Printed with a minus, as the share that is lost; the one without was paid back.
    let text = wallet(
        "2026-10-01,A,-100.00,-1.00,899.00\n2026-10-02,B,-50.00,-0.50,848.50\n2026-10-05,B back,50.00,0.50,899.00\n",
    );
    let reading = read_under(&text, None);
    assert_eq!(amounts(&reading), ["-101.00", "-50.50", "50.50"]);
    assert_eq!(opening(&reading), "1000.00");
}

#[test]
fn fees_are_taken_off_two_columns_as_well() {
    let text = "Date,Text,Debit,Credit,Fee\n2026-10-01,A,100.00,,1.00\n2026-10-02,B,,50.00,0.50\n";
    let mut mapping = saved(&read_under(text, None));
    mapping.columns[4].role = Role::Fee;
    assert_eq!(amounts(&read_under(text, Some(&mapping))), ["-101.00", "49.50"]);
}

const CARD: &str = "Date,Text,Debit,Credit\n";

#[test]
fn credits_with_a_minus_are_part_of_the_saved_mapping() {
    let first = read_under(&format!("{CARD}2026-10-01,A,100.00,\n2026-10-02,B,,-50.00\n"), None);
    assert_eq!(amounts(&first), ["-100.00", "50.00"]);
    assert!(warned(&first, Reason::CreditsWithMinus));
    let mapping = saved(&first);
    assert_eq!(mapping.sign_model, Some(SignModel::DebitCreditMinus));
    // Alone, a month of nothing but credits could not tell.
    let next = format!("{CARD}2026-11-02,B,,-50.00\n2026-11-03,C,,-7.00\n");
    let second = read_under(&next, Some(&mapping));
    assert_eq!(amounts(&second), ["50.00", "7.00"]);
    assert!(warned(&second, Reason::CreditsWithMinus));
}

#[test]
fn mappings_saved_before_still_find_credits_with_a_minus() {
    let text = format!("{CARD}2026-10-01,A,100.00,\n2026-10-02,B,,-50.00\n");
    let first = read_under(&text, None);
    let again = read_under(&text, Some(&saved_before(&first)));
    assert_eq!(amounts(&again), ["-100.00", "50.00"]);
    assert!(warned(&again, Reason::CreditsWithMinus));
    // A person who chose the plain model gets it, and is told.
    let plain = ReadOptions { sign_model: Some(SignModel::DebitCredit), ..ReadOptions::default() };
    let chosen = statements::read(text.as_bytes(), "x.csv", &plain);
    assert_eq!(amounts(&chosen), ["-100.00", "-50.00"]);
    assert!(warned(&chosen, Reason::CreditsWithMinus));
}

#[test]
fn debits_of_both_signs_are_asked_about_unless_balances_prove_them() {
    let mixed =
        format!("{CARD}2026-10-01,A,100.00,\n2026-10-02,B,,50.00\n2026-10-03,A back,-100.00,\n2026-10-04,C,7.00,\n");
    let reading = read_under(&mixed, None);
    let Proof::Ambiguous { readings } = &reading.statements[0].proof else { panic!("nothing is asked") };
    let signs: Vec<_> = readings.iter().map(|one| one.choice.sign_model).collect();
    assert_eq!(signs, [Some(SignModel::DebitCredit), Some(SignModel::DebitCreditSigned)]);
    // What was chosen is told.
    for (sign, expected) in [
        (SignModel::DebitCredit, ["-100.00", "50.00", "100.00", "-7.00"]),
        (SignModel::DebitCreditSigned, ["100.00", "50.00", "-100.00", "7.00"]),
    ] {
        let chosen = ReadOptions { sign_model: Some(sign), ..ReadOptions::default() };
        let reading = statements::read(mixed.as_bytes(), "x.csv", &chosen);
        assert_eq!(amounts(&reading), expected);
        assert!(warned(&reading, Reason::DebitsOfBothSigns));
        assert!(!matches!(reading.statements[0].proof, Proof::Ambiguous { .. }));
    }
    let plain = read_under(&format!("{CARD}2026-10-01,A,100.00,\n2026-10-02,B,,50.00\n"), None);
    assert!(!warned(&plain, Reason::DebitsOfBothSigns));
    let proved = "Date,Text,Debit,Credit,Balance\n2026-10-01,A,100.00,,900.00\n2026-10-02,B,,50.00,950.00\n\
                  2026-10-03,A back,-100.00,,1050.00\n2026-10-04,C,7.00,,1043.00\n";
    let reading = read_under(proved, None);
    assert_eq!(amounts(&reading), ["-100.00", "50.00", "100.00", "-7.00"]);
    assert!(!warned(&reading, Reason::DebitsOfBothSigns));
    // The minus is money out where the balances say so, whichever sign is the commoner.
    let minus = "Date,Text,Withdrawals,Deposits,Balance\n2026-10-01,Rent,-1200.00,,8800\n\
                 2026-10-02,Client,,300.00,9100\n2026-10-13,Rev,5.00,,9105\n";
    let reading = read_under(minus, None);
    assert_eq!(amounts(&reading), ["-1200.00", "300.00", "5.00"]);
    assert!(matches!(reading.statements[0].proof, Proof::Proved { .. }));
}

#[test]
fn a_minus_beside_a_credit_is_a_problem_of_its_cell() {
    let text = "Date,Text,Amount\n2026-10-01,A,100.00 DR\n2026-10-02,B,50.00 CR\n2026-10-03,C,-20.00 CR\n";
    let reading = read_under(text, None);
    assert_eq!(amounts(&reading), ["-100.00", "50.00"]);
    let problem = reading.problems.iter().find(|problem| problem.reason == Reason::SignAgainstSide).unwrap();
    assert_eq!((problem.line, problem.column), (Some(4), Some(3)));
}

#[test]
fn descriptions_that_are_called_like_states_are_read() {
    let text = "Date;Description;Amount\n2026-11-02;Refunded;5.00\n2026-11-03;Reservation;-7.00\n";
    let reading = read_under(text, None);
    assert_eq!(amounts(&reading), ["5.00", "-7.00"]);
    assert_eq!(role(&reading, 1), Role::Description);
    let headless = read_under("2026-11-02;Refunded;5.00\n2026-11-03;Reservation;-7.00\n", None);
    assert_eq!(amounts(&headless), ["5.00", "-7.00"]);
}

const STATES: &str = "Date;Status;Description;Amount\n2026-11-02;Booked;Tolka Marina;5.00\n\
                      2026-11-03;Pending;Corrib Cables;-7.00\n2026-11-04;Declined;Halden Werft;-9.00\n";

fn not_booked(reading: &Reading) -> usize {
    reading.ignored.iter().filter(|row| row.reason == IgnoreReason::NotBooked).count()
}

#[test]
fn states_are_part_of_the_saved_mapping() {
    let first = read_under(STATES, None);
    assert_eq!((role(&first, 1), not_booked(&first)), (Role::State, 2));
    let mapping = saved(&first);
    // A word that no list has does not switch the column off, and is said.
    let next = STATES.replace("Booked", "Awaiting the harbour");
    let second = read_under(&next, Some(&mapping));
    assert_eq!((amounts(&second), not_booked(&second)), (vec!["5.00".to_owned()], 2));
    assert!(warned(&second, Reason::UnknownState));
    let before = read_under(STATES, Some(&saved_before(&first)));
    assert_eq!((role(&before, 1), not_booked(&before)), (Role::State, 2));
}

#[test]
fn a_person_can_read_what_the_file_calls_not_booked() {
    for other in [Role::Ignore, Role::Description, Role::BankCode] {
        let mut mapping = saved(&read_under(STATES, None));
        mapping.columns[1].role = other;
        let reading = read_under(STATES, Some(&mapping));
        assert_eq!(amounts(&reading), ["5.00", "-7.00", "-9.00"], "{other:?}");
        assert_eq!(role(&reading, 1), other);
        let again = read_under(STATES, Some(&saved(&reading)));
        assert_eq!((role(&again, 1), not_booked(&again)), (other, 0), "a saved mapping remembers");
    }
}

#[test]
fn a_person_can_say_which_column_holds_states() {
    let text = "Date;Description;Amount\n2026-11-02;Refunded;5.00\n2026-11-03;Reservation;-7.00\n";
    let mut mapping = saved(&read_under(text, None));
    mapping.columns[1].role = Role::State;
    let reading = read_under(text, Some(&mapping));
    assert_eq!((amounts(&reading), not_booked(&reading)), (vec!["5.00".to_owned()], 1));
}

#[test]
fn a_column_called_info_stays_part_of_the_description() {
    let text = "Datum;Info;Verwendungszweck;Betrag\n02.11.2026;Umsatz gebucht;Tolka Marina;5,00\n\
                03.11.2026;Umsatz vorgemerkt;Corrib Cables;-7,00\n";
    let first = read_under(text, None);
    assert_eq!(first.statements[0].lines[0].description, "Umsatz gebucht Tolka Marina");
    for mapping in [saved(&first), saved_before(&first)] {
        let again = read_under(text, Some(&mapping));
        assert_eq!(again.statements[0].lines[0].description, "Umsatz gebucht Tolka Marina");
        assert_eq!(not_booked(&again), 1);
    }
}

#[test]
fn cents_are_named_and_not_read_as_whole_units() {
    let text = "Date;Text;Amount\n2026-11-02;A;1.00\n2026-11-03;B;50¢\n2026-11-04;C;2.00\n";
    let reading = read_under(text, None);
    assert_eq!(amounts(&reading), ["1.00", "2.00"]);
    let problem = reading.problems.iter().find(|problem| problem.line == Some(3)).unwrap();
    assert_eq!(problem.message, "50¢ is not a number. “¢” does not belong in one.");
}
