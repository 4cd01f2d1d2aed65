//! One book in a file and one on a server, given the same random commands: every answer must be the same, row for row,
//! in every list, order, filter and sum.

use engine::Clock;
use engine::api::page::{FilterCondition, FilterTest, ListQuery, SortKey};
use engine::api::transactions::{CommitItem, PostRequest, VoidItem, VoidRequest};
use jiff::ToSpan;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde::Serialize;

use crate::server::Database;
use crate::support::{Place, TestBook};

/// Name and currency of each balance; the last two stand in another currency.
const BALANCES: &[(&str, &str)] = &[
    ("Bank", "EUR"),
    ("customers", "EUR"),
    ("Zeeland Waterbouw", "EUR"),
    ("Çelik & Söhne 100%", "EUR"),
    ("Dinar account", "KWD"),
    ("Dinar fees", "KWD"),
];
/// References and texts whose order and search differ between databases that sort by language.
const WORDS: &[&str] =
    &["inv-1", "INV-2", "Éclair", "a_b", "a%b", "ab", "Zz", "_", "naïve café", "10.00", "O'Brien \\ co"];

#[derive(Debug, Clone)]
enum Command {
    Post {
        from: usize,
        to: usize,
        amount: u128,
        hold: Option<u8>,
        allow: bool,
        day: u8,
        word: usize,
    },
    Commit {
        hold: usize,
        part: Option<u128>,
    },
    Void {
        hold: usize,
    },
    /// Hours go by, and holds run out.
    Wait {
        hours: u8,
    },
    Rename {
        balance: usize,
        word: usize,
    },
    /// Gives back a part, or what is left, of something booked before.
    Refund {
        of: usize,
        part: Option<u128>,
    },
    /// Several postings in one group, one by one or all of them; some ask for a balance that is to be made.
    Bulk {
        items: Vec<(usize, usize, u128, bool, bool)>,
        atomic: bool,
    },
    /// A split, and what is left goes to the last.
    Split {
        whole: usize,
        amount: u128,
        percents: Vec<u8>,
    },
}

fn commands() -> impl Strategy<Value = Vec<Command>> {
    let amount = prop_oneof![4 => 1_u128..20_000, 1 => Just(1), 1 => 10_u128.pow(29)..10_u128.pow(38)];
    let post = (
        0..BALANCES.len(),
        0..BALANCES.len(),
        amount.clone(),
        prop::option::of(1_u8..40),
        prop::bool::weighted(0.8),
        1_u8..15,
        0..WORDS.len(),
    )
        .prop_map(|(from, to, amount, hold, allow, day, word)| Command::Post {
            from,
            to,
            amount,
            hold,
            allow,
            day,
            word,
        });
    let item = (0..BALANCES.len(), 0..BALANCES.len(), amount.clone(), any::<bool>(), prop::bool::weighted(0.7));
    let split = (0..BALANCES.len(), 1_u128..9_000, prop::collection::vec(1_u8..60, 1..3));
    let command = prop_oneof![
        2 => (prop::collection::vec(item, 1..8), prop::bool::weighted(0.3))
            .prop_map(|(items, atomic)| Command::Bulk { items, atomic }),
        1 => split.prop_map(|(whole, amount, percents)| Command::Split { whole, amount, percents }),
        8 => post,
        3 => (0_usize..10, prop::option::of(amount)).prop_map(|(hold, part)| Command::Commit { hold, part }),
        1 => (0_usize..10).prop_map(|hold| Command::Void { hold }),
        1 => (1_u8..30).prop_map(|hours| Command::Wait { hours }),
        1 => (0..BALANCES.len(), 0..WORDS.len()).prop_map(|(balance, word)| Command::Rename { balance, word }),
        3 => (0_usize..30, prop::option::of(1_u128..9_000)).prop_map(|(of, part)| Command::Refund { of, part }),
    ];
    prop::collection::vec(command, 5..60)
}

/// A book with the names under which its ids are compared.
struct Side {
    book: TestBook,
    balances: Vec<String>,
    holds: Vec<String>,
    /// Every id with its place in the order of making.
    ids: Vec<String>,
}

impl Side {
    async fn new(place: Place) -> Self {
        let book = TestBook::at(place).await;
        let mut balances = Vec::new();
        for (name, currency) in BALANCES {
            balances.push(book.balance(name, currency).await);
        }
        let ids = std::iter::once(book.ledger.clone()).chain(balances.iter().cloned()).collect();
        Self { book, balances, holds: Vec::new(), ids }
    }

    /// What the book answered, ids left aside.
    fn plain(&self, answer: &impl Serialize) -> String {
        let mut answer = serde_json::to_value(answer).expect("an answer is JSON");
        if let Some(fields) = answer.as_object_mut() {
            // How long it took is no part of it.
            fields.remove("took_ms");
        }
        let mut text = answer.to_string();
        for (number, id) in self.ids.iter().enumerate() {
            text = text.replace(id.as_str(), &format!("#{number}"));
        }
        text
    }

    fn said<T: Serialize>(&self, outcome: &engine::EngineResult<T>) -> String {
        match outcome {
            Ok(answer) => self.plain(answer),
            Err(error) => self.plain(&(error.code(), error.sentence())),
        }
    }

    async fn bulk(&mut self, number: usize, items: &[(usize, usize, u128, bool, bool)], atomic: bool) -> String {
        let item = |(at, (from, to, amount, hold, allow)): (usize, &(usize, usize, u128, bool, bool))| PostRequest {
            reference: format!("bulk-{number}-{}", at % 6),
            amount: amount.to_string(),
            currency: BALANCES[*from].1.into(),
            source: self.balances[*from].clone(),
            destination: if *to == 0 { format!("@made-{number}-{at}") } else { self.balances[*to].clone() },
            effective_date: Some("2026-11-03".into()),
            hold: *hold,
            allow_overdraft: *allow,
            create_indicators: true,
            ..PostRequest::default()
        };
        let items = items.iter().enumerate().map(item).collect();
        let request = engine::api::bulk::BulkRequest { items, atomic };
        let preview = self.book.engine.bulk_preview(request.clone()).await.expect("a preview");
        let told: Vec<_> = preview.rows.iter().map(|row| (&row.code, &row.message, row.existing)).collect();
        let told = serde_json::to_string(&told).expect("JSON");
        let outcome = self.book.engine.bulk_post(request.clone()).await;
        for item in request.items.iter().filter(|item| item.destination.starts_with('@')) {
            let made = self.book.engine.balance_called("to", &item.destination, Some(&item.currency)).await;
            self.ids.extend(made.ok().map(|row| row.id));
        }
        for (row, item) in outcome.iter().flat_map(|outcome| &outcome.rows).zip(&request.items) {
            let Some(id) = row.id.clone().filter(|id| !self.ids.contains(id)) else { continue };
            if item.hold {
                self.holds.push(id.clone());
            }
            self.ids.push(id);
        }
        format!("{told} {}", self.said(&outcome))
    }

    async fn split(&mut self, number: usize, whole: usize, amount: u128, percents: &[u8]) -> String {
        use engine::api::bulk::{EntryForm, EntryRequest, EntryShare};
        let mut shares: Vec<EntryShare> = percents
            .iter()
            .enumerate()
            .map(|(at, percent)| EntryShare {
                balance: self.balances[(whole + at + 1) % 4].clone(),
                share: format!("{percent}%"),
            })
            .collect();
        shares.push(EntryShare { balance: self.balances[(whole + 3) % 4].clone(), share: "left".into() });
        let request = EntryRequest {
            reference: format!("split-{number}"),
            currency: "EUR".into(),
            description: "Shared".into(),
            effective_date: Some("2026-11-04".into()),
            hold: number.is_multiple_of(2),
            expires_at: None,
            commits_at: None,
            allow_overdraft: true,
            metadata: None,
            create_indicators: false,
            signed_reason: None,
            form: EntryForm::Split {
                whole: self.balances[whole].clone(),
                whole_is_source: number.is_multiple_of(3),
                amount: amount.to_string(),
                shares,
            },
        };
        let preview = self.book.engine.entry_preview(request.clone()).await.expect("a preview");
        let outcome = self.book.engine.entry_post(request.clone()).await;
        for leg in outcome.iter().flat_map(|entry| &entry.legs) {
            self.ids.push(leg.id.clone());
            if request.hold {
                self.holds.push(leg.id.clone());
            }
        }
        format!("{} {}", self.plain(&preview), self.said(&outcome))
    }

    async fn run(&mut self, number: usize, command: &Command) -> String {
        match command {
            Command::Post { from, to, amount, hold, allow, day, word } => {
                let request = PostRequest {
                    reference: format!("{}-{number}", WORDS[*word]),
                    amount: amount.to_string(),
                    currency: BALANCES[*from].1.into(),
                    source: self.balances[*from].clone(),
                    destination: self.balances[*to].clone(),
                    description: format!("{} for {number}", WORDS[(*word + number) % WORDS.len()]),
                    effective_date: Some(format!("2026-11-{day:02}")),
                    hold: hold.is_some(),
                    expires_at: hold
                        .filter(|hours| *hours < 30)
                        .map(|hours| (self.book.clock.now() + i64::from(hours).hours()).to_string()),
                    allow_overdraft: *allow,
                    ..PostRequest::default()
                };
                let outcome = self.book.engine.post(request).await;
                if let Ok(detail) = &outcome {
                    self.ids.push(detail.family.id.clone());
                    if hold.is_some() {
                        self.holds.push(detail.family.id.clone());
                    }
                }
                self.said(&outcome)
            }
            Command::Commit { hold, part } => {
                let Some(id) = self.holds.get(*hold).cloned() else { return String::new() };
                let item = CommitItem { id, amount: part.map(|part| part.to_string()), ..CommitItem::default() };
                let outcome = self.book.engine.holds_commit(vec![item]).await;
                self.learn(*hold).await;
                self.said(&outcome)
            }
            Command::Void { hold } => {
                let Some(id) = self.holds.get(*hold).cloned() else { return String::new() };
                let items = vec![VoidItem { id, ..VoidItem::default() }];
                let request = VoidRequest { items, reason: "Duplicate".into(), note: None };
                let outcome = self.book.engine.holds_void(request).await;
                self.learn(*hold).await;
                self.said(&outcome)
            }
            Command::Wait { hours } => {
                self.book.clock.set(self.book.clock.now() + i64::from(*hours).hours());
                let expired = self.book.engine.expire_holds().await;
                for hold in 0..self.holds.len() {
                    self.learn(hold).await;
                }
                self.said(&expired)
            }
            Command::Refund { of, part } => {
                // The ids before are those of the ledger and the balances.
                let Some(id) = self.ids.get(1 + BALANCES.len() + of).cloned() else { return String::new() };
                let whole = match self.book.engine.refund_request(&id).await {
                    Ok(whole) => whole,
                    Err(error) => return self.plain(&(error.code(), error.sentence())),
                };
                let amount = part.map_or(whole.amount.clone(), |part| part.to_string());
                let request = PostRequest { reference: format!("back-{number}"), amount, ..whole };
                let outcome = self.book.engine.post(request).await;
                if let Ok(detail) = &outcome {
                    self.ids.push(detail.family.id.clone());
                }
                self.said(&outcome)
            }
            Command::Bulk { items, atomic } => self.bulk(number, items, *atomic).await,
            Command::Split { whole, amount, percents } => self.split(number, *whole, *amount, percents).await,
            Command::Rename { balance, word } => {
                let update = engine::api::ledgers::BalanceUpdate {
                    id: self.balances[*balance].clone(),
                    name: format!("{} {balance}", WORDS[*word]),
                    account_number: None,
                    reconcilable: true,
                    pinned: number.is_multiple_of(2),
                    below_zero: None,
                };
                self.said(&self.book.engine.balance_update(update).await)
            }
        }
    }

    /// Remembers the ids of the rows below a hold.
    async fn learn(&mut self, hold: usize) {
        let detail = self.book.engine.transaction_get(&self.holds[hold]).await.expect("a hold that was placed");
        let known = |ids: &[String], id: &String| ids.contains(id);
        let new: Vec<String> =
            detail.rows.iter().map(|row| row.id.clone()).filter(|id| !known(&self.ids, id)).collect();
        self.ids.extend(new);
    }

    /// Everything that can be asked about the ledger.
    async fn everything(&self) -> Vec<(String, String)> {
        let engine = &self.book.engine;
        let mut answers = Vec::new();
        for query in self.queries() {
            let name = format!("{query:?}");
            let plain = self.plain(&name);
            answers.push((format!("page {plain}"), self.said(&engine.transactions_page(query.clone()).await)));
            answers.push((format!("sums {plain}"), self.said(&engine.transactions_totals(query).await)));
        }
        for field in ["name", "ledger", "currency", "last_entry_on", "pinned"] {
            for text in [None, Some("a"), Some("é"), Some("%")] {
                let query = ListQuery {
                    sort: vec![SortKey { field: field.into(), descending: text.is_some() }],
                    text: text.map(str::to_owned),
                    ..list()
                };
                answers.push((format!("balances {query:?}"), self.said(&engine.balances_page(query.clone()).await)));
                answers.push((format!("sums {query:?}"), self.said(&engine.balances_totals(query).await)));
            }
        }
        for (at, id) in self.balances.iter().enumerate() {
            for (descending, text, offset) in [
                (true, None, 0),
                (false, None, 2),
                (true, Some("inv"), 0),
                (true, Some("a_b"), 0),
                (false, Some("customers"), 0),
            ] {
                let query = ListQuery {
                    sort: vec![SortKey { field: "date".into(), descending }],
                    text: text.map(str::to_owned),
                    offset,
                    ..list()
                };
                answers.push((format!("register {at} {query:?}"), self.said(&engine.register_page(id, query).await)));
            }
            answers.push((format!("balance {at}"), self.said(&engine.balance_get(id, None).await)));
            answers.push((format!("balance {at} then"), self.said(&engine.balance_get(id, Some("2026-11-07")).await)));
            answers.push((format!("chart {at}"), self.said(&engine.balance_chart(id, Some("2026-11-03"), None).await)));
            answers.push((format!("check {at}"), self.said(&engine.balance_check(id).await)));
        }
        for day in [None, Some("2026-11-07")] {
            answers.push((format!("trial {day:?}"), self.said(&engine.overview_trial(day).await)));
            answers.push((format!("cash {day:?}"), self.said(&engine.overview_cash(day).await)));
            answers.push((format!("accounts {day:?}"), self.said(&engine.trial_report(day).await)));
        }
        answers.push(("ages".into(), self.said(&engine.overview_ages().await)));
        answers.push(("awaiting".into(), self.said(&engine.overview_awaiting().await)));
        answers.push(("check".into(), self.said(&engine.book_check().await)));
        for text in [None, Some("inv"), Some("é"), Some("10.00")] {
            let query = ListQuery { text: text.map(str::to_owned), ..list() };
            // Links differ: they cover ids and times.
            let told = engine.history_page(query).await.map(|page| {
                let line = |row: &engine::api::history::HistoryRow| {
                    (row.number, row.what.verb.clone(), row.what.object.clone())
                };
                (page.total, page.rows.iter().map(line).collect::<Vec<_>>())
            });
            answers.push((format!("history {text:?}"), self.said(&told)));
        }
        answers
    }

    /// Lists in every order and under every test of every field.
    fn queries(&self) -> Vec<ListQuery> {
        let mut queries = Vec::new();
        for field in [
            "date",
            "reference",
            "description",
            "amount",
            "currency",
            "source",
            "destination",
            "created",
            "expires",
            "id",
        ] {
            // Ids are random: their order says nothing.
            for descending in if field == "id" { &[][..] } else { &[true, false][..] } {
                for (offset, limit) in [(0, 5), (3, 4), (20, 500)] {
                    let sort = vec![SortKey { field: field.into(), descending: *descending }];
                    queries.push(ListQuery { offset, limit, sort, ..list() });
                }
            }
        }
        let of = |field: &str, test: FilterTest, values: &[&str]| {
            let values = values.iter().map(|value| (*value).to_owned()).collect();
            ListQuery { conditions: vec![FilterCondition { field: field.into(), test, values }], ..list() }
        };
        use FilterTest::{AtLeast, AtMost, Between, Contains, Is, IsNot};
        queries.extend([
            of("date", Is, &["2026-11-05", "2026-11-09"]),
            of("date", IsNot, &["2026-11-05"]),
            of("date", Between, &["2026-11-03", "2026-11-08"]),
            of("date", AtLeast, &["2026-11-10"]),
            of("amount", AtLeast, &["10000"]),
            of("amount", AtMost, &["999"]),
            of("amount", Between, &["1", "100000000000000000000000000000"]),
            of("amount", Is, &["1"]),
            of("currency", Is, &["KWD"]),
            of("currency", IsNot, &["KWD"]),
            of("reference", Contains, &["inv"]),
            of("reference", Contains, &["a%"]),
            of("reference", AtLeast, &["a"]),
            of("description", Contains, &["CAF"]),
            of("source", Contains, &["z"]),
            of("source", Is, &["Bank"]),
            of("destination", IsNot, &["Bank"]),
            of("source_id", Is, &[&self.balances[0]]),
            of("destination_id", IsNot, &[&self.balances[1]]),
            of("balance", Is, &[&self.balances[2], &self.balances[4]]),
            of("ledger", Is, &[&self.book.ledger]),
            of("state", Is, &["held"]),
            of("state", Is, &["applied", "committed"]),
            of("state", IsNot, &["applied"]),
            of("state", Is, &["part_committed", "part_voided", "voided", "expired"]),
            of("expires", AtMost, &["2026-11-20T12:00:00Z"]),
            of("expires", AtLeast, &["2026-11-20T12:00:00Z"]),
            of("nothing", Is, &["x"]),
            of("state", Contains, &["held"]),
        ]);
        for text in ["inv", "INV-2", "caf", "a_b", "%", "a%b", "\\", "in", "10.00", "Zeeland", "100%", "nothing at all"]
        {
            queries.push(ListQuery { text: Some(text.into()), ..list() });
        }
        queries
    }
}

fn list() -> ListQuery {
    ListQuery { limit: 500, ..ListQuery::default() }
}

async fn compare(commands: Vec<Command>) -> Result<(), TestCaseError> {
    let database = Database::create().await.expect("a server");
    let mut file = Side::new(Place::File).await;
    let mut server = Side::new(Place::Server(database)).await;
    for (number, command) in commands.iter().enumerate() {
        let (one, other) = (file.run(number, command).await, server.run(number, command).await);
        prop_assert_eq!(one, other, "{} {:?}", number, command);
    }
    for ((asked, one), (_, other)) in file.everything().await.into_iter().zip(server.everything().await) {
        prop_assert_eq!(one, other, "{}", asked);
    }
    Ok(())
}

#[test]
fn random_commands_give_the_same_book_in_a_file_and_on_a_server() {
    if !crate::server::is_there() {
        println!("no server to compare with: the other store was not tried");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut runner = TestRunner::new(crate::seeds::kept("both_stores", 12));
    runner.run(&commands(), |commands| runtime.block_on(compare(commands))).unwrap();
}
