//! Many postings at once: whole batches, batches item by item, and commands that are booked in one group.

use engine::api::book::BookSettings;
use engine::api::bulk::{BulkOutcome, BulkRequest};
use engine::api::page::ListQuery;
use engine::api::transactions::{CommitItem, PostRequest};
use engine::{EngineError, MOST_ITEMS};

use crate::raw::Raw;
use crate::support::{TestBook, transfer};

fn request(items: Vec<PostRequest>, atomic: bool) -> BulkRequest {
    BulkRequest { items, atomic }
}

async fn figures(book: &TestBook, id: &str) -> String {
    book.engine.balance_get(id, None).await.unwrap().row.figures.balance
}

async fn families(book: &TestBook) -> Vec<String> {
    let query = ListQuery { limit: 500, ..ListQuery::default() };
    let mut references: Vec<String> =
        book.engine.transactions_page(query).await.unwrap().rows.into_iter().map(|row| row.reference).collect();
    references.sort();
    references
}

async fn sound(book: &TestBook) {
    assert_eq!(book.engine.book_check().await.unwrap().problems, [""; 0]);
}

fn codes(outcome: &BulkOutcome) -> Vec<&str> {
    outcome.rows.iter().map(|row| row.code.as_deref().unwrap_or(if row.existing { "existing" } else { "ok" })).collect()
}

#[tokio::test]
async fn a_batch_is_booked_whole_or_not_at_all() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "1000").await;
    let before = families(&book).await;
    let items = |last: &str| {
        vec![transfer("A", &bank, &shop, "600"), transfer("B", &shop, &bank, "100"), transfer("C", &bank, &shop, last)]
    };
    let refused = book.engine.bulk_post(request(items("501"), true)).await.unwrap_err();
    assert_eq!(refused.code(), "BATCH_REFUSED");
    assert!(
        refused.sentence().starts_with("1 of 3 postings are refused, so none was posted. First, 3 (C): Bank has"),
        "{}",
        refused.sentence()
    );
    assert_eq!(refused.body().fields[0].field, "items.2");
    assert_eq!(families(&book).await, before, "nothing of the batch is visible");
    assert_eq!((figures(&book, &bank).await, figures(&book, &shop).await), ("1000".into(), "0".into()));
    let done = book.engine.bulk_post(request(items("500"), true)).await.unwrap();
    assert_eq!((done.posted, done.existing, done.failed), (3, 0, 0));
    assert!(done.rows.iter().all(|row| row.id.is_some()));
    let again = book.engine.bulk_post(request(items("500"), true)).await.unwrap();
    assert_eq!((again.posted, again.existing, again.failed), (0, 3, 0), "the same batch again is booked once");
    assert_eq!((figures(&book, &bank).await, figures(&book, &shop).await), ("0".into(), "1000".into()));
    sound(&book).await;
}

#[tokio::test]
async fn everything_that_is_wrong_with_a_batch_is_told_at_once() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.claim("Bank").await, book.balance("Shop", "EUR").await);
    let mut items =
        vec![transfer("A", &bank, &shop, "1"), transfer("B", &bank, &bank, "1"), transfer("A", &bank, &shop, "1")];
    items.push(transfer("D", &bank, "@nobody", "1"));
    let Err(EngineError::Batch { items: count, refused, .. }) = book.engine.bulk_post(request(items, true)).await
    else {
        panic!("the batch is refused");
    };
    // The one that stands twice is seen before anything is tried.
    assert_eq!((count, refused.len(), refused[0].index), (4, 1, 2));
    assert!(refused[0].error.sentence().contains("stands twice"));
    let items =
        vec![transfer("A", &bank, &shop, "1"), transfer("B", &bank, &bank, "1"), transfer("D", &bank, "@nobody", "1")];
    let Err(EngineError::Batch { refused, .. }) = book.engine.bulk_post(request(items, true)).await else {
        panic!("the batch is refused");
    };
    let told: Vec<_> = refused.iter().map(|one| (one.index, one.error.code())).collect();
    assert_eq!(told, [(1, "SELF_TRANSFER"), (2, "UNKNOWN_INDICATOR")]);
    assert_eq!(families(&book).await, [""; 0]);
    for items in [Vec::new(), vec![transfer("", &bank, &shop, "1"); MOST_ITEMS + 1]] {
        assert_eq!(book.engine.bulk_post(request(items, true)).await.unwrap_err().code(), "INVALID_INPUT");
    }
}

#[tokio::test]
async fn one_refused_item_leaves_its_neighbours_alone() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100").await;
    let items = vec![
        transfer("A", &bank, &shop, "60"),
        transfer("B", &bank, &shop, "41"),
        transfer("C", &bank, &shop, "x"),
        transfer("D", &bank, &shop, "40"),
        transfer("A", &bank, &shop, "60"),
        transfer("A", &bank, &shop, "61"),
        transfer("E", &shop, &bank, "100"),
        transfer("", &bank, &shop, "1"),
    ];
    let outcome = book.engine.bulk_post(request(items, false)).await.unwrap();
    assert_eq!(
        codes(&outcome),
        ["ok", "TXN_INSUFFICIENT_FUNDS", "INVALID_INPUT", "ok", "existing", "TXN_DUPLICATE_REFERENCE", "ok", "ok"]
    );
    assert_eq!((outcome.posted, outcome.existing, outcome.failed), (4, 1, 3));
    assert_eq!((figures(&book, &bank).await, figures(&book, &shop).await), ("99".into(), "1".into()));
    assert_eq!(families(&book).await.iter().filter(|reference| ["A", "D", "E"].contains(&&***reference)).count(), 3);
    sound(&book).await;
}

/// A refused posting that had made a balance cannot be taken back from a group: the group is booked one by one.
#[tokio::test]
async fn what_a_refused_item_made_is_not_left_behind() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100").await;
    let mut poor = transfer("B", &shop, "@new", "1");
    poor.create_indicators = true;
    let mut rich = transfer("C", &bank, "@other", "1");
    rich.create_indicators = true;
    let items = vec![
        transfer("A", &bank, &shop, "0"),
        transfer("A", &bank, "@new", "1"),
        poor,
        rich,
        transfer("D", &bank, &shop, "5"),
    ];
    let outcome = book.engine.bulk_post(request(items, false)).await.unwrap();
    assert_eq!(codes(&outcome), ["INVALID_INPUT", "UNKNOWN_INDICATOR", "TXN_INSUFFICIENT_FUNDS", "ok", "ok"]);
    let names: Vec<String> = book
        .engine
        .balances_page(ListQuery { limit: 100, ..ListQuery::default() })
        .await
        .unwrap()
        .rows
        .into_iter()
        .map(|row| row.name)
        .collect();
    assert!(names.contains(&"@other".to_owned()) && !names.contains(&"@new".to_owned()), "{names:?}");
    assert_eq!(figures(&book, &bank).await, "94");
    sound(&book).await;
}

#[tokio::test]
async fn callers_at_the_same_time_get_their_own_answers() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "320").await;
    // 64 callers want 10 each; 32 of them get it, whatever the order, and nobody goes below zero.
    let mut callers = tokio::task::JoinSet::new();
    for number in 0..64 {
        let (engine, post) = (book.engine.clone(), transfer(&format!("R-{number}"), &bank, &shop, "10"));
        callers.spawn(async move {
            let reference = post.reference.clone();
            match engine.post(post).await {
                Ok(detail) => {
                    assert_eq!(detail.family.reference, reference, "the answer is that of the caller");
                    true
                }
                Err(error) => {
                    assert_eq!(error.code(), "TXN_INSUFFICIENT_FUNDS");
                    false
                }
            }
        });
    }
    let done = callers.join_all().await.into_iter().filter(|done| *done).count();
    assert_eq!(done, 32);
    assert_eq!((figures(&book, &bank).await, figures(&book, &shop).await), ("0".into(), "320".into()));
    sound(&book).await;
}

#[tokio::test]
async fn a_hold_is_decided_on_once_within_one_group() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100").await;
    let hold = PostRequest { hold: true, ..transfer("H", &bank, &shop, "50") };
    let id = book.engine.post(hold).await.unwrap().family.id;
    let commit = |amount: Option<&str>| CommitItem {
        id: id.clone(),
        amount: amount.map(str::to_owned),
        ..CommitItem::default()
    };
    let outcome = book
        .engine
        .holds_commit(vec![commit(Some("20")), commit(Some("31")), commit(None), commit(None)])
        .await
        .unwrap();
    let codes: Vec<_> = outcome.rows.iter().map(|row| row.code.as_deref().unwrap_or("ok")).collect();
    assert_eq!(codes, ["ok", "INVALID_AMOUNT", "ok", "TXN_ALREADY_COMMITTED"]);
    let booked: Vec<_> = outcome.rows.iter().filter_map(|row| row.booked.as_deref()).collect();
    assert_eq!(booked, ["H-C1", "H-C2"]);
    assert_eq!((figures(&book, &bank).await, figures(&book, &shop).await), ("50".into(), "50".into()));
    sound(&book).await;
}

#[tokio::test]
async fn a_preview_of_a_batch_shows_every_balance_and_books_nothing() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100").await;
    let before = (families(&book).await, book.engine.history_head().await.unwrap());
    let items = vec![
        transfer("A", &bank, &shop, "60"),
        transfer("B", &shop, &bank, "10"),
        transfer("C", &bank, &shop, "51"),
        PostRequest { hold: true, ..transfer("D", &bank, &shop, "20") },
    ];
    for atomic in [true, false] {
        let preview = book.engine.bulk_preview(request(items.clone(), atomic)).await.unwrap();
        assert_eq!(codes(&preview), ["ok", "ok", "TXN_INSUFFICIENT_FUNDS", "ok"]);
        assert!(preview.rows.iter().all(|row| row.id.is_none()));
        let effects: Vec<_> = preview
            .effects
            .iter()
            .map(|one| {
                (
                    one.name.as_str(),
                    one.before.balance.as_str(),
                    one.after.balance.as_str(),
                    one.after.held_out.as_str(),
                )
            })
            .collect();
        assert_eq!(effects, [("Bank", "100", "50", "20"), ("Shop", "0", "50", "0")]);
    }
    assert_eq!((families(&book).await, book.engine.history_head().await.unwrap()), before);
    sound(&book).await;
}

/// A hold whose row is damaged fails by itself: those decided on together with it are decided on.
#[tokio::test]
async fn a_damaged_row_spoils_nobody_in_its_group() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100").await;
    let mut holds = Vec::new();
    for number in 0..3 {
        let hold = PostRequest { hold: true, ..transfer(&format!("H-{number}"), &bank, &shop, "10") };
        holds.push(book.engine.post(hold).await.unwrap().family.id);
    }
    let mut raw = crate::raw::Raw::of(&book).await;
    let sql = "UPDATE hold SET remaining = 7 WHERE txn_key = (SELECT key FROM txn WHERE reference = 'H-1')";
    let file = sql.replace("= 7", "= '7'");
    let damage = raw.either(&file, sql);
    assert_eq!(raw.execute(damage).await.unwrap(), 1);
    let items = holds.into_iter().map(|id| CommitItem { id, ..CommitItem::default() }).collect();
    let outcome = book.engine.holds_commit(items).await.unwrap();
    let told: Vec<_> = outcome.rows.iter().map(|row| row.ok).collect();
    assert_eq!(told, [true, false, true], "{outcome:?}");
    // The balance itself lists its holds, the damaged one among them.
    let rows = book.engine.balances_page(ListQuery { limit: 10, ..ListQuery::default() }).await.unwrap().rows;
    assert_eq!(rows.iter().find(|row| row.id == shop).unwrap().figures.balance, "20");
}

#[tokio::test]
async fn a_preview_says_what_booking_would_do_with_the_same_items() {
    let book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "100").await;
    let twice = vec![transfer("A", &bank, &shop, "1"), transfer("A", &bank, &shop, "1")];
    let preview = book.engine.bulk_preview(request(twice.clone(), true)).await.unwrap();
    assert_eq!(codes(&preview), ["ok", "INVALID_INPUT"]);
    assert_eq!(book.engine.bulk_post(request(twice, true)).await.unwrap_err().code(), "BATCH_REFUSED");
    // What a refused item would have made is not there for the next.
    let mut poor = transfer("B", &shop, "@new", "1");
    poor.create_indicators = true;
    let items = vec![poor, transfer("C", &bank, "@new", "1"), transfer("D", &bank, &shop, "1")];
    let told = ["TXN_INSUFFICIENT_FUNDS", "UNKNOWN_INDICATOR", "ok"];
    assert_eq!(codes(&book.engine.bulk_preview(request(items.clone(), false)).await.unwrap()), told);
    assert_eq!(codes(&book.engine.bulk_post(request(items, false)).await.unwrap()), told);
    sound(&book).await;
}

/// A file of postings: what is wrong is named with its line, and no sheet is left out in silence.
#[tokio::test]
async fn a_file_of_postings_is_read_row_by_row_or_refused_whole() {
    let book = TestBook::new().await;
    book.balance("Bank", "EUR").await;
    book.balance("Shop", "EUR").await;
    let csv = "From,To,Amount,Reference,Hold,Date\nBank,Shop,12.50,A,yes,2026-01-05\n\nBank,Nowhere,1.00,B,,\nBank,Shop,1.005,C,,\nBank,Shop,1.00,D,maybe,\nBank,Shop,1.00,E,,,,x\n";
    let read = book.engine.postings_read("p.csv", csv.as_bytes()).await.unwrap();
    let told: Vec<_> =
        read.rows.iter().map(|row| (row.line, row.problem.as_deref().unwrap_or("ok").to_owned())).collect();
    assert_eq!(told[0], (2, "ok".into()));
    let first = read.rows[0].request.as_ref().unwrap();
    assert_eq!(
        (first.amount.as_str(), first.hold, first.effective_date.as_deref(), first.currency.as_str()),
        ("1250", true, Some("2026-01-05"), "EUR")
    );
    for (row, line, part) in [
        (1, 4, "no balance called “Nowhere”"),
        (2, 5, "amount: “1.005”"),
        (3, 6, "hold: “maybe”"),
        (4, 7, "row: the row has more cells"),
    ] {
        assert_eq!(told[row].0, line);
        assert!(told[row].1.contains(part), "{:?}", told[row]);
        assert!(read.rows[row].request.is_none());
    }
    let sheet = |name: &str, rows: usize| reports::Table {
        name: name.into(),
        head: ["from", "to", "amount"].map(str::to_owned).to_vec(),
        rows: (0..rows)
            .map(|_| ["Bank", "Shop", "1.00"].map(|text| reports::Cell::Text(text.into())).to_vec())
            .collect(),
    };
    let one = reports::xlsx(&[sheet("Jan", 2)]).unwrap();
    assert_eq!(book.engine.postings_read("p.xlsx", &one).await.unwrap().rows.len(), 2);
    let two = reports::xlsx(&[sheet("Jan", 2), sheet("Feb", 1)]).unwrap();
    let refused = book.engine.postings_read("p.xlsx", &two).await.unwrap_err();
    assert!(refused.sentence().contains("“Jan” and “Feb” both hold rows"), "{}", refused.sentence());
    for (text, part) in [
        ("from,to\nBank,Shop\n", "lacks the column “amount”"),
        ("from,to,amount,sum\n", "has the unknown column “sum”"),
        ("from,to,amount,to\n", "names the column “to” twice"),
    ] {
        let refused = book.engine.postings_read("p.csv", text.as_bytes()).await.unwrap_err();
        assert_eq!(refused.code(), "BATCH_HEAD");
        assert!(refused.sentence().contains(part), "{}", refused.sentence());
    }
}

/// One posting in three has no money. It is refused by itself, and those around it are booked about as fast as without it:
/// nothing of them is booked one by one.
#[tokio::test]
async fn postings_without_money_slow_nobody_down() {
    let book = TestBook::new().await;
    let (bank, poor, shop) =
        (book.claim("Bank").await, book.balance("Poor", "EUR").await, book.balance("Shop", "EUR").await);
    let booked = async |name: String, mixed: bool| {
        let from = |at: usize| if mixed && at.is_multiple_of(3) { &poor } else { &bank };
        let items = (0..300).map(|at| transfer(&format!("{name}-{at}"), from(at), &shop, "1")).collect();
        let started = std::time::Instant::now();
        let outcome = book.engine.bulk_post(request(items, false)).await.unwrap();
        let took = started.elapsed();
        assert_eq!((outcome.posted, outcome.failed), if mixed { (200, 100) } else { (300, 0) });
        took
    };
    let mut fastest = [std::time::Duration::MAX; 2];
    for round in 0..3 {
        for mixed in [false, true] {
            let took = booked(format!("{round}-{mixed}"), mixed).await;
            let known = &mut fastest[usize::from(mixed)];
            *known = took.min(*known);
        }
    }
    let [clean, mixed] = fastest;
    println!("300 postings: {clean:.1?}; with 100 refused among them: {mixed:.1?}");
    assert!(mixed < clean * 3, "{mixed:?} instead of {clean:?}");
    assert_eq!(figures(&book, &shop).await, "1500");
    sound(&book).await;
}

/// Off stays off, also after the book was opened again. A balance counts the commits that changed it.
#[tokio::test]
async fn postings_are_booked_together_or_each_by_itself_as_the_book_says() {
    let mut book = TestBook::new().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.claim("Shop").await);
    let mut commits = Vec::new();
    for (round, together) in [("A", None), ("B", Some(false)), ("C", None), ("D", Some(true))] {
        if let Some(together) = together {
            let settings = BookSettings { together, ..BookSettings::default() };
            book.engine.book_settings_set(settings).await.unwrap();
        }
        book = book.reopen().await;
        let before = version(&book, &bank).await;
        let items = (0..10).map(|number| transfer(&format!("{round}{number}"), &shop, &bank, "1")).collect();
        let done = book.engine.bulk_post(request(items, false)).await.unwrap();
        assert_eq!((done.posted, done.failed), (10, 0));
        commits.push(version(&book, &bank).await - before);
    }
    assert_eq!(commits, [1, 10, 10, 1]);
    assert_eq!(figures(&book, &bank).await, "40");
    sound(&book).await;
}

async fn version(book: &TestBook, id: &str) -> i64 {
    let sql = format!("SELECT version FROM balance WHERE id = '{id}'");
    Raw::of(book).await.numbers(&sql).await[0][0].unwrap()
}
