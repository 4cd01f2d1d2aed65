//! What the history answers for beside the journal: what is changed by other means than the program is found.

use std::collections::BTreeMap;

use engine::api::backups::BackupPlan;
use engine::api::book::{BookSettings, Chart, ColumnNames};
use engine::api::history::HistoryCheck;
use engine::api::ledgers::BalanceUpdate;
use engine::api::lineage::LineageRequest;
use engine::api::monitors::MonitorRequest;
use engine::api::page::ListQuery;
use engine::api::people::{AccountRequest, IdentityEdit, IdentityRequest};
use engine::api::rules::RuleDraft;
use engine::api::transactions::PostRequest;
use engine::api::webhooks::WebhookRequest;
use serde_json::json;

use crate::raw::{Raw, without_guards};
use crate::support::{TestBook, older_book, raw, transfer};

async fn verify(book: &TestBook) -> HistoryCheck {
    book.engine.history_verify("test", None, None).await.unwrap()
}

/// A book in which everything that can be changed was changed.
async fn changed_everywhere() -> TestBook {
    let book = TestBook::with_chart(Chart::SmallCompany).await;
    let engine = &book.engine;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.claim("Shop").await);
    book.fund(&bank, "EUR", "10000").await;
    engine.ledger_rename(&book.ledger, "Assets/Banks").await.unwrap();
    engine.ledger_type_set(&book.ledger, Some("asset")).await.unwrap();
    let update = BalanceUpdate {
        id: bank.clone(),
        name: "Main bank".into(),
        account_number: Some("IE29AIBK93115212345678".into()),
        reconcilable: true,
        pinned: true,
        below_zero: Some(true),
    };
    engine.balance_update(update).await.unwrap();
    engine.column_names_set(ColumnNames::DebitCredit).await.unwrap();
    engine.book_settings_set(BookSettings { together: false, ..engine.book_settings().await.unwrap() }).await.unwrap();
    engine.backup_plan_set(BackupPlan { keep: 5, ..engine.backup_plan().await.unwrap() }).await.unwrap();
    engine
        .metadata_merge(&bank, json!({ "branch": "Galway", "desk": 4, "rate": 1e-24, "share": 4.776303295770299e-10 }))
        .await
        .unwrap();
    let lineage = LineageRequest { balance_id: shop.clone(), strategy: Some("fifo".into()) };
    engine.lineage_set(&lineage).await.unwrap();
    // A fraction that is read back as another than it was.
    engine.metadata_merge(&bank, json!({ "since": "2024" })).await.unwrap();
    for (reference, due) in [("LATER", "2026-12-24T09:00:00Z"), ("SOON", "2026-11-19T10:25:00Z")] {
        let request =
            PostRequest { metadata: Some(json!({ "rate": 1e-24 })), ..transfer(reference, &bank, &shop, "100") };
        engine.schedule(request, due).await.unwrap();
    }
    let cancelled = engine.schedule(transfer("NEVER", &bank, &shop, "1"), "2026-12-24T09:00:00Z").await.unwrap();
    engine.scheduled_cancel(&cancelled.id, "Not any more").await.unwrap();
    for outcome in engine.queue(vec![transfer("QUEUED", &bank, &shop, "7")]).await {
        outcome.unwrap();
    }
    book.clock.set("2026-11-19T11:00:00Z".parse().unwrap());
    assert_eq!(engine.post_due().await.unwrap(), 2);
    people(&book, &bank).await;
    told(&book, &bank).await;
    engine.period_close("2026-01-31").await.unwrap();
    book
}

async fn people(book: &TestBook, bank: &str) {
    let engine = &book.engine;
    let fields = [("first_name", "Niamh"), ("last_name", "Ó Briain"), ("country", "IE")];
    let request = IdentityRequest {
        kind: "individual".into(),
        fields: fields.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect(),
        protect: vec!["last_name".into()],
    };
    let made = engine.identity_create(request.clone()).await.unwrap();
    let fields = BTreeMap::from([("country".to_owned(), Some("FR".to_owned()))]);
    let edit = IdentityEdit { id: made.row.id.clone(), version: made.version, kind: None, fields };
    engine.identity_update(edit).await.unwrap();
    engine.identity_protect(&made.row.id, &["first_name".into()]).await.unwrap();
    engine.identity_unprotect(&made.row.id, &["first_name".into()], "Asked for it").await.unwrap();
    engine.balance_identity_set(bank, Some(&made.row.id)).await.unwrap();
    let account = AccountRequest {
        identity_id: made.row.id.clone(),
        name: "Current".into(),
        bank: "AIB".into(),
        number: "GB33BUKB20201555555555".into(),
        currency: "EUR".into(),
        ..AccountRequest::default()
    };
    let account = engine.account_create(account.clone()).await.map(|row| (row.id, account)).unwrap();
    engine.account_update(&account.0, AccountRequest { bank: "BUKB".into(), ..account.1 }).await.unwrap();
    let gone = engine.identity_create(request).await.unwrap();
    engine.identity_delete(&gone.row.id).await.unwrap();
}

async fn told(book: &TestBook, bank: &str) {
    let engine = &book.engine;
    engine.webhook_hosts_set(&["erp.example.local".into()]).await.unwrap();
    let webhook = WebhookRequest {
        name: "ERP".into(),
        url: "http://erp.example.local/hook".into(),
        role: "webhook".into(),
        ..WebhookRequest::default()
    };
    let made = engine.webhook_create(webhook.clone()).await.unwrap();
    engine.webhook_update(&made.row.id, WebhookRequest { name: "Warehouse".into(), ..webhook.clone() }).await.unwrap();
    engine.webhook_secret_renew(&made.row.id).await.unwrap();
    let gone = engine.webhook_create(webhook).await.unwrap();
    engine.webhook_delete(&gone.row.id).await.unwrap();
    engine.key_replace(true).await.unwrap();
    let monitor = MonitorRequest {
        balance_id: bank.to_owned(),
        field: "balance".into(),
        operator: "<".into(),
        value: "500".into(),
        repeat: None,
        description: "Low".into(),
        webhook: None,
    };
    engine.monitor_create(monitor).await.unwrap();
    let rules = engine.rules().await.unwrap();
    let (first, last) = (&rules[0], rules.last().unwrap());
    let draft = RuleDraft {
        id: Some(first.id.clone()),
        name: "Renamed".into(),
        enabled: first.enabled,
        body: first.body.clone(),
    };
    engine.rule_save(draft).await.unwrap();
    engine.rule_toggle(&last.id, false).await.unwrap();
    engine.rule_reorder(rules.iter().rev().map(|rule| rule.id.clone()).collect()).await.unwrap();
    engine.rule_delete(&first.id).await.unwrap();
}

#[tokio::test]
async fn what_the_program_changes_is_what_the_history_says() {
    let book = changed_everywhere().await;
    assert_eq!(verify(&book).await.problems, [""; 0]);
    let book = book.reopen().await;
    assert_eq!(verify(&book).await.problems, [""; 0], "nor after a restart");
    let entries = book.engine.history_page(ListQuery { limit: 500, ..ListQuery::default() }).await.unwrap().rows;
    assert!(entries.iter().all(|entry| entry.fields.iter().all(|field| field.name != "kept")), "seals are not shown");
    assert!(entries.iter().all(|entry| entry.what.kind != "history.records_taken_up"), "it answers from the beginning");
}

#[tokio::test]
async fn what_is_changed_beside_the_program_is_found() {
    let cases = [
        ("UPDATE ledger SET name = 'Assets/Other' WHERE name = 'Assets/Banks'", "The ledger Assets/Other is not what"),
        ("UPDATE balance SET name = 'Bank of Eve' WHERE name = 'Main bank'", "The balance Bank of Eve is not what"),
        ("UPDATE balance SET account_number = 'IE00EVE' WHERE name = 'Main bank'", "The balance Main bank is not what"),
        (
            "UPDATE balance SET ledger_key = (SELECT max(key) FROM ledger) WHERE name = 'Main bank'",
            "The balance Main bank is not what",
        ),
        ("DELETE FROM balance_identity", "The owner of the balance"),
        ("UPDATE account SET number = 'GB00EVE', compared = 'GB00EVE'", "The account acc_"),
        ("DELETE FROM account", "is in the history, but not in the book"),
        ("UPDATE identity SET name = 'Eve', version = version + 1", "The identity idt_"),
        ("UPDATE webhook SET url = 'https://eve.example'", "The webhook Warehouse is not what"),
        ("DELETE FROM webhook", "The webhook whk_"),
        ("UPDATE webhook SET events = '3'", "cannot be read"),
        ("UPDATE matching_rule SET position = 40 WHERE name = 'Renamed'", "The matching rule Renamed is not what"),
        ("UPDATE matching_rule SET deleted = {false} WHERE name = 'Renamed'", "The matching rule Renamed is not what"),
        ("UPDATE scheduled SET request = {later} WHERE reference = 'LATER'", "The posting LATER, which waits,"),
        ("DELETE FROM scheduled WHERE reference = 'LATER'", "is in the history, but not in the book"),
        ("UPDATE setting SET value = '[]' WHERE key = 'monitors'", "The list of monitors is not what"),
        ("UPDATE setting SET value = '{}' WHERE key = 'settings'", "What the settings of the book say is not what"),
        ("UPDATE setting SET value = 'null' WHERE key = 'closed_through'", "The last closed day is not what"),
        ("DELETE FROM setting WHERE key = 'closed_through'", "The last closed day is in the history, but not in"),
        ("DELETE FROM setting WHERE key LIKE 'metadata/%'", "What is noted beside bln_"),
        (
            "UPDATE setting SET value = 'false' WHERE key LIKE 'below_zero/%' AND CAST(value AS TEXT) = 'true'",
            "may go below zero",
        ),
        (
            "INSERT INTO setting (key, value) VALUES ('below_zero/bln_eve', 'true')",
            "Whether the balance bln_eve may go below zero is in the book, but the history does not tell of it",
        ),
        (
            "INSERT INTO ledger (id, name, created_at) VALUES ('ldg_eve', 'Eve', 1)",
            "The ledger Eve is in the book, but the history does not tell of it",
        ),
    ];
    for (sql, sentence) in cases {
        let book = changed_everywhere().await;
        let mut raw = without_guards(&book, &["scheduled"]).await;
        let later = match raw {
            Raw::File(_) => "json_set(request, '$.amount', '9900')",
            Raw::Server(_) => "jsonb_set(request::jsonb, '{amount}', '\"9900\"')",
        };
        let sql = sql.replace("{later}", later).replace("{false}", raw.either("0", "false"));
        let changed = raw.execute(&sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
        assert!(changed > 0, "{sql}");
        let problems = verify(&book).await.problems;
        assert!(problems.iter().any(|found| found.contains(sentence)), "{sql}: {problems:?}");
        let book = book.reopen().await;
        let problems = verify(&book).await.problems;
        assert!(problems.iter().any(|found| found.contains(sentence)), "reopened, {sql}: {problems:?}");
    }
}

#[tokio::test]
async fn what_somebody_decided_on_is_told_again_once_it_is_another() {
    let book = changed_everywhere().await;
    let mut raw = without_guards(&book, &[]).await;
    raw.execute("UPDATE ledger SET name = 'One' WHERE name = 'Assets/Banks'").await.unwrap();
    assert_eq!(verify(&book).await.problems.len(), 1);
    assert!(book.engine.ledger_create("More").await.is_err(), "nothing is written into such a book");
    book.engine.history_accept("The name was mended by support").await.unwrap();
    book.engine.ledger_create("More").await.unwrap();
    assert_eq!(verify(&book).await.problems.len(), 1, "it is still so");
    book.engine.ledger_create("And more").await.unwrap();
    raw.execute("UPDATE ledger SET name = 'Two' WHERE name = 'One'").await.unwrap();
    assert!(verify(&book).await.problems[0].contains("The ledger Two"));
    assert!(book.engine.ledger_create("Too much").await.is_err());
    // Whoever adds what was found to what was decided on is found by that.
    raw.execute("UPDATE ledger SET name = 'One' WHERE name = 'Two'").await.unwrap();
    let forged = "UPDATE setting SET value = replace(value, '[', '[\"anything\",') WHERE key = 'history_broken'";
    let forged_there = "UPDATE setting SET value = replace(value::text, '[\"', '[\"anything\",\"')::jsonb WHERE key = 'history_broken'";
    let sql = raw.either(forged, forged_there);
    assert_eq!(raw.execute(sql).await.unwrap(), 1);
    let problems = verify(&book).await.problems;
    assert!(
        problems.iter().any(|found| found.contains("What was decided on about the history is not what")),
        "{problems:?}"
    );
}

#[tokio::test]
async fn a_book_of_before_is_taken_up_as_it_stands_and_answered_for_from_then_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = older_book(folder.path()).await;
    let mut old = raw(&path).await;
    for sql in [
        "INSERT INTO setting (key, value) VALUES ('book', '{\"id\":\"book_old\",\"name\":\"Old\",\"currency\":\"EUR\",\"exponent\":2}')",
        "INSERT INTO ledger (id, name, created_at) VALUES ('ldg_old', 'Old ledger', 1)",
    ] {
        sqlx::query(sql).execute(&mut old).await.unwrap();
    }
    drop(old);
    let fresh = TestBook::in_file().await;
    fresh.engine.close().await;
    std::fs::copy(&path, &fresh.path).unwrap();
    for rest in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{rest}", fresh.path.display()));
    }
    let book = fresh.reopen().await;
    let check = verify(&book).await;
    assert_eq!(check.problems, [""; 0]);
    let taken_up = |book: &TestBook| {
        let engine = book.engine.clone();
        async move {
            let rows = engine.history_page(ListQuery { limit: 500, ..ListQuery::default() }).await.unwrap().rows;
            rows.iter().filter(|row| row.what.kind == "history.records_taken_up").count()
        }
    };
    let entries = taken_up(&book).await;
    assert!(entries > 0);
    let book = book.reopen().await;
    assert_eq!(taken_up(&book).await, entries, "once");
    let mut raw = without_guards(&book, &[]).await;
    raw.execute("UPDATE ledger SET name = 'Forged'").await.unwrap();
    let problems = verify(&book).await.problems;
    assert!(problems.iter().any(|found| found.contains("The ledger Forged is not what")), "{problems:?}");
}
