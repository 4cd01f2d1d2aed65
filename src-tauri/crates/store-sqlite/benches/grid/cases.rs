//! What is asked of the book, each beside the SQL that finds the same rows.

use store::{Condition, Query, Sort, Test};

/// Rows of a page, as the window asks for them.
pub const PAGE: u32 = 200;

/// How far into a list a page begins.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Place {
    First,
    /// Tenths of the list.
    At(u64),
    End,
    Anywhere,
}

/// What a question is put to.
pub enum Ask {
    Families(Query),
    Totals(Query),
    Register(Query),
    Balances(Query),
    TrialBalance,
}

/// One line of the table.
pub struct Case {
    pub name: &'static str,
    pub ask: Ask,
    pub place: Place,
    /// `FROM … WHERE …` of the bare SQL.
    pub from: &'static str,
    pub order: &'static str,
    /// Whether it must stay under the limit. What is shown beside a list, which does not wait for it, need not.
    pub gated: bool,
}

const TXN: &str = "FROM txn t WHERE t.parent_key IS NULL";
const NEWEST: &str = "t.effective_date DESC, t.key DESC";
const COMMON: &str =
    "FROM txn t WHERE t.parent_key IS NULL AND t.key IN (SELECT rowid FROM txn_text WHERE words MATCH '\"invoice\"')";
const HOT: &str = "FROM txn t WHERE t.parent_key IS NULL AND (t.source_key = 1 OR t.destination_key = 1)";

fn condition(field: &str, test: Test, values: &[&str]) -> Condition {
    Condition { field: field.into(), test, values: values.iter().map(|value| (*value).to_owned()).collect() }
}

fn filtered(conditions: Vec<Condition>) -> Query {
    Query { conditions, limit: PAGE, ..Query::default() }
}

fn sorted(field: &str, descending: bool, conditions: Vec<Condition>) -> Query {
    Query { sort: vec![Sort { field: field.into(), descending }], ..filtered(conditions) }
}

fn words(text: &str) -> Query {
    Query { text: Some(text.into()), ..filtered(Vec::new()) }
}

/// First page, and a jump, of one list.
fn both(names: [&'static str; 2], query: Query, from: &'static str, order: &'static str, into: &mut Vec<Case>) {
    for (name, place) in names.into_iter().zip([Place::First, Place::Anywhere]) {
        into.push(Case { name, ask: Ask::Families(query.clone()), place, from, order, gated: true });
    }
}

pub fn all() -> Vec<Case> {
    [by_date(), in_other_orders(), under_filters(), under_several_filters(), with_words(), registers(), sums()]
        .into_iter()
        .flatten()
        .collect()
}

fn is(field: &str, value: &str) -> Condition {
    condition(field, Test::Is, &[value])
}

fn days() -> Condition {
    condition("date", Test::Between, &["2024-03-01", "2024-06-30"])
}

fn amounts() -> Condition {
    condition("amount", Test::Between, &["50000", "60000"])
}

/// The list as it opens.
fn by_date() -> Vec<Case> {
    let mut cases = Vec::new();
    let everything = || Ask::Families(filtered(Vec::new()));
    let places = [
        ("by date, first page", Place::First),
        ("by date, at 10 %", Place::At(1)),
        ("by date, at 50 %", Place::At(5)),
        ("by date, at 90 %", Place::At(9)),
        ("by date, end", Place::End),
        ("by date, anywhere", Place::Anywhere),
    ];
    for (name, place) in places {
        cases.push(Case { name, ask: everything(), place, from: TXN, order: NEWEST, gated: true });
    }
    cases
}

/// All rows by something else.
fn in_other_orders() -> Vec<Case> {
    let mut cases = Vec::new();
    both(
        ["by amount, first page", "by amount, anywhere"],
        sorted("amount", true, Vec::new()),
        TXN,
        "t.amount_length DESC, t.amount DESC, t.key DESC",
        &mut cases,
    );
    both(
        ["by reference, first page", "by reference, anywhere"],
        sorted("reference", false, Vec::new()),
        TXN,
        "t.reference, t.key",
        &mut cases,
    );
    cases
}

/// One condition each.
fn under_filters() -> Vec<Case> {
    let mut cases = Vec::new();
    both(
        ["one currency, first page", "one currency, anywhere"],
        filtered(vec![is("currency", "EUR")]),
        "FROM txn t WHERE t.parent_key IS NULL AND t.currency = 'EUR'",
        NEWEST,
        &mut cases,
    );
    both(
        ["busiest balance, first page", "busiest balance, anywhere"],
        filtered(vec![is("balance", "bln_0001")]),
        HOT,
        NEWEST,
        &mut cases,
    );
    both(
        ["quiet balance, first page", "quiet balance, anywhere"],
        filtered(vec![is("balance", "bln_0177")]),
        "FROM txn t WHERE t.parent_key IS NULL AND (t.source_key = 177 OR t.destination_key = 177)",
        NEWEST,
        &mut cases,
    );
    both(
        ["state held, first page", "state held, anywhere"],
        filtered(vec![is("state", "held")]),
        "FROM txn t JOIN hold h ON h.txn_key = t.key WHERE h.state = 'open' AND h.committed = '0'",
        NEWEST,
        &mut cases,
    );
    both(
        ["state applied, first page", "state applied, anywhere"],
        filtered(vec![is("state", "applied")]),
        "FROM txn t WHERE t.parent_key IS NULL AND t.status = 'APPLIED'",
        NEWEST,
        &mut cases,
    );
    cases
}

/// Ranges, several conditions, and a filter with another order.
fn under_several_filters() -> Vec<Case> {
    let mut cases = Vec::new();
    both(
        ["4 months, first page", "4 months, anywhere"],
        filtered(vec![days()]),
        "FROM txn t WHERE t.parent_key IS NULL AND t.effective_date BETWEEN '2024-03-01' AND '2024-06-30'",
        NEWEST,
        &mut cases,
    );
    both(
        ["amount range, first page", "amount range, anywhere"],
        filtered(vec![amounts()]),
        "FROM txn t WHERE t.parent_key IS NULL AND (t.amount_length, t.amount) >= (5, '50000') AND (t.amount_length, t.amount) <= (5, '60000')",
        NEWEST,
        &mut cases,
    );
    both(
        ["combined, first page", "combined, anywhere"],
        filtered(vec![is("currency", "EUR"), is("balance", "bln_0001"), days(), amounts()]),
        "FROM txn t WHERE t.parent_key IS NULL AND t.currency = 'EUR' AND (t.source_key = 1 OR t.destination_key = 1) AND t.effective_date BETWEEN '2024-03-01' AND '2024-06-30' AND (t.amount_length, t.amount) >= (5, '50000') AND (t.amount_length, t.amount) <= (5, '60000')",
        NEWEST,
        &mut cases,
    );
    both(
        ["busiest balance by reference, first page", "busiest balance by reference, anywhere"],
        sorted("reference", false, vec![is("balance", "bln_0001")]),
        HOT,
        "t.reference, t.key",
        &mut cases,
    );
    both(
        ["one currency by amount, first page", "one currency by amount, anywhere"],
        sorted("amount", true, vec![is("currency", "EUR")]),
        "FROM txn t WHERE t.parent_key IS NULL AND t.currency = 'EUR'",
        "t.amount_length DESC, t.amount DESC, t.key DESC",
        &mut cases,
    );
    cases
}

/// Searches.
fn with_words() -> Vec<Case> {
    let mut cases = Vec::new();
    both(
        ["rare words, first page", "rare words, anywhere"],
        words("kestrelenergy oy 57"),
        "FROM txn t WHERE t.parent_key IS NULL AND t.key IN (SELECT rowid FROM txn_text WHERE words MATCH '\"kestrelenergy oy 57\"')",
        NEWEST,
        &mut cases,
    );
    both(["common word, first page", "common word, anywhere"], words("invoice"), COMMON, NEWEST, &mut cases);
    both(
        ["common word by amount, first page", "common word by amount, anywhere"],
        Query { text: Some("invoice".into()), ..sorted("amount", true, Vec::new()) },
        COMMON,
        "t.amount_length DESC, t.amount DESC, t.key DESC",
        &mut cases,
    );
    both(
        ["words in half of all, first page", "words in half of all, anywhere"],
        words("operating account"),
        // Half of everything passes through a bank account, and all of them are named so.
        "FROM txn t WHERE t.parent_key IS NULL AND ((t.source_key - 1) % 40 = 0 OR (t.destination_key - 1) % 40 = 0)",
        NEWEST,
        &mut cases,
    );
    both(
        ["part of a description, first page", "part of a description, anywhere"],
        filtered(vec![condition("description", Test::Contains, &["Consulting Nova"])]),
        "FROM txn t WHERE t.parent_key IS NULL AND instr(lower(t.description), 'consulting nova') > 0",
        NEWEST,
        &mut cases,
    );
    cases
}

fn registers() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, place) in
        [("register, first page", Place::First), ("register, anywhere", Place::Anywhere), ("register, end", Place::End)]
    {
        let ask = Ask::Register(filtered(Vec::new()));
        cases.push(Case {
            name,
            ask,
            place,
            from: "FROM entry e JOIN txn t ON t.key = e.txn_key WHERE e.balance_key = 1",
            order: "e.effective_date DESC, e.txn_key DESC",
            gated: true,
        });
    }
    cases
}

/// What is shown beside the lists.
fn sums() -> Vec<Case> {
    let mut cases = Vec::new();
    let plain = |name, ask, from, order| Case { name, ask, place: Place::First, from, order, gated: false };
    cases.push(plain("balances", Ask::Balances(Query { limit: PAGE, ..Query::default() }), "", ""));
    cases.push(plain("trial balance", Ask::TrialBalance, "", ""));
    cases.push(plain("totals of all", Ask::Totals(filtered(Vec::new())), TXN, ""));
    cases.push(plain(
        "totals, one currency",
        Ask::Totals(filtered(vec![is("currency", "EUR")])),
        "FROM txn t WHERE t.parent_key IS NULL AND t.currency = 'EUR'",
        "",
    ));
    cases.push(plain("totals, busiest balance", Ask::Totals(filtered(vec![is("balance", "bln_0001")])), HOT, ""));
    cases.push(plain("totals, common word", Ask::Totals(words("invoice")), COMMON, ""));
    cases
}
