//! A book to post into, and how times are printed.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::api::book::{Chart, ColumnNames, NewBook};
use engine::api::ledgers::NewBalanceRequest;
use engine::api::transactions::PostRequest;
use engine::{Engine, SystemClock};
use store_sqlite::SqliteStore;

pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Balances that money moves between.
pub const PLACES: usize = 100;

pub fn argument(name: &str) -> Result<Option<usize>, Failure> {
    match std::env::args().any(|argument| argument == name) {
        false => Ok(None),
        true => Ok(Some(text_argument(name).ok_or("a number is missing")?.parse()?)),
    }
}

/// What follows the argument of this name.
pub fn text_argument(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

/// Bare time by ours, in hundredths.
pub fn ratio(ours: Duration, bare: Duration) -> String {
    let hundredths = bare.as_micros() * 100 / ours.as_micros().max(1);
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

pub fn milliseconds(time: Duration) -> String {
    let micros = time.as_micros();
    format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
}

/// A founded book with some balances that may go below zero.
pub async fn book(path: &Path, balances: usize) -> Result<(Arc<Engine>, Vec<String>), Failure> {
    let store = SqliteStore::create(path).await?;
    let engine = Arc::new(Engine::new(Arc::new(store), Arc::new(SystemClock), "Bench"));
    let new = NewBook {
        name: "Bench".into(),
        currency: "EUR".into(),
        fiscal_year_start: "01-01".into(),
        chart: Chart::Empty,
        column_names: ColumnNames::InOut,
        person: None,
    };
    engine.book_found(new).await?;
    let ledger_id = engine.ledger_create("Assets").await?.id;
    let mut ids = Vec::with_capacity(balances);
    for number in 0..balances {
        let request = NewBalanceRequest {
            ledger_id: ledger_id.clone(),
            name: format!("Balance {number}"),
            currency: "EUR".into(),
            exponent: None,
            account_number: None,
            reconcilable: false,
            below_zero: true,
        };
        ids.push(engine.balance_create(request).await?.id);
    }
    Ok((engine, ids))
}

pub fn request(ids: &[String], number: usize) -> PostRequest {
    PostRequest {
        reference: format!("BENCH-{number}"),
        amount: (100 + number % 9_000).to_string(),
        currency: "EUR".into(),
        source: ids[number % ids.len()].clone(),
        destination: ids[(number * 7 + 1) % ids.len()].clone(),
        description: format!("Invoice {number} of a customer"),
        ..PostRequest::default()
    }
}
