//! A signed period is closed: settled money gets in only for a reason, and then everybody can see it.

use engine::api::desk::DifferencePosting;
use engine::api::imports::ImportOptions;
use engine::api::transactions::{CommitItem, PostRequest};

use crate::raw::without_guards;
use crate::recon_support::{Bank, Row, csv};

const OCTOBER: &[Row<'static>] = &[("2026-10-01", "PAYMENT IN-1", "100.00"), ("2026-10-31", "PAYMENT OUT-1", "-40.00")];
const REASON: &str = "The auditor asked for it";

fn request(bank: &Bank, reference: &str, date: &str, money_in: bool) -> PostRequest {
    let (source, destination) = if money_in { (&bank.other, &bank.bank) } else { (&bank.bank, &bank.other) };
    PostRequest {
        reference: reference.into(),
        amount: "500".into(),
        currency: "EUR".into(),
        source: source.clone(),
        destination: destination.clone(),
        effective_date: Some(date.into()),
        allow_overdraft: true,
        ..PostRequest::default()
    }
}

fn with_reason(request: PostRequest) -> PostRequest {
    PostRequest { signed_reason: Some(REASON.into()), ..request }
}

/// October of the bank, matched and signed: closed through 2026-10-31 with 1,060.00 EUR.
async fn signed() -> (Bank, String) {
    let bank = Bank::new().await;
    let ids = [
        bank.post("IN-1", "2026-10-01", "100.00", "In").await,
        bank.post("OUT-1", "2026-10-31", "-40.00", "Out").await,
    ];
    let statement = bank.import("October", csv(100_000, OCTOBER), false).await.unwrap().statement_id.unwrap();
    for (line, entry) in bank.lines(&statement).await.into_iter().zip(ids) {
        bank.book.engine.match_accept(&statement, vec![line.id], vec![entry], None).await.unwrap();
    }
    bank.book.engine.sign_off(&statement, "Orla Keane").await.unwrap();
    (bank, statement)
}

#[tokio::test]
async fn a_signed_report_that_was_changed_by_hand_is_found() {
    let (bank, _) = signed().await;
    let problems = async || bank.book.engine.history_verify("test", None, None).await.unwrap().problems;
    assert_eq!(problems().await, [""; 0]);
    let mut raw = without_guards(&bank.book, &["sign_off"]).await;
    let change = raw.either(
        "UPDATE sign_off SET report = replace(report, 'Orla Keane', 'Eve Keane')",
        "UPDATE sign_off SET report = replace(report::text, 'Orla Keane', 'Eve Keane')::json",
    );
    let change = change.to_owned();
    assert_eq!(raw.execute(&change).await.unwrap(), 1);
    assert_eq!(problems().await, ["The signed report of October, version 1, is not what was signed."]);
    assert_eq!(raw.execute("DELETE FROM sign_off").await.unwrap(), 1);
    assert_eq!(problems().await, ["Version 1 of October was signed, but its report is gone."]);
}

/// A second account, empty, of which nothing but its name is known to the bank.
async fn reserve(bank: &Bank) -> String {
    bank.book.balance("Merrion Reserve", "EUR").await
}

/// Signs the second account through `day`, on which `amount` came in as one entry that is in the book already.
async fn sign_reserve(bank: &Bank, reserve: &str, day: &str, amount: &str) {
    let engine = &bank.book.engine;
    let rows = [(day, "SWEEP", amount)];
    // A file of one row does not show on which side of the balance it stands.
    let options = ImportOptions { opening: Some("0".into()), ..ImportOptions::default() };
    let imported = bank.import_into(reserve, "Reserve", csv(0, &rows), false, options, false).await.unwrap();
    let statement = imported.statement_id.unwrap();
    let line = bank.lines(&statement).await.remove(0);
    let entry = bank.entries(&statement).await.remove(0);
    engine.match_accept(&statement, vec![line.id], vec![entry.id], None).await.unwrap();
    engine.sign_off(&statement, "Orla Keane").await.unwrap();
}

fn hold(bank: &Bank, reference: &str, date: &str) -> PostRequest {
    PostRequest { hold: true, ..request(bank, reference, date, false) }
}

#[tokio::test]
async fn money_on_either_side_is_refused_through_the_last_day_and_welcome_after_it() {
    let (bank, statement) = signed().await;
    let engine = &bank.book.engine;
    let before = engine.balance_get(&bank.bank, None).await.unwrap().row.figures;
    for (day, money_in) in [("2026-10-31", true), ("2026-10-31", false), ("2026-10-01", true), ("2026-08-01", false)] {
        let error = engine.post(request(&bank, "LATE", day, money_in)).await.unwrap_err();
        let body = error.body();
        assert_eq!(body.code, "SIGNED_PERIOD", "{day}");
        assert_eq!(body.fields.iter().map(|field| field.field.as_str()).collect::<Vec<_>>(), ["date"]);
        assert_eq!(body.object_id.as_deref(), Some(statement.as_str()));
        assert_eq!(
            body.message,
            format!(
                "Merrion Operating is signed off through 2026-10-31, so {day} is closed to postings. The first open day is 2026-11-01. Nothing was posted."
            )
        );
        let detail = body.detail.unwrap();
        assert!(detail.contains("reopen “October”") && detail.contains("--signed-reason"), "{detail}");
    }
    assert_eq!(engine.balance_get(&bank.bank, None).await.unwrap().row.figures, before);
    engine.post(request(&bank, "LATE", "2026-11-01", true)).await.unwrap();
    engine.post(request(&bank, "TODAY", "2026-11-19", false)).await.unwrap();
    // The same posting as before is still that posting, whatever was signed since.
    let again =
        PostRequest { amount: "10000".into(), description: "In".into(), ..request(&bank, "IN-1", "2026-10-01", true) };
    assert!(engine.post(again).await.unwrap().existing);
    assert_eq!(engine.statement(&statement).await.unwrap().booked_since, 0);
    assert!(engine.book_check().await.unwrap().problems.is_empty());
}

#[tokio::test]
async fn both_accounts_of_a_transfer_count_and_the_later_end_decides() {
    let (bank, _) = signed().await;
    let reserve = reserve(&bank).await;
    let put = PostRequest { destination: reserve.clone(), ..request(&bank, "PUT", "2026-11-05", true) };
    bank.book.engine.post(put).await.unwrap();
    sign_reserve(&bank, &reserve, "2026-11-05", "5.00").await;
    let transfer = |reference: &str, day: &str| PostRequest {
        destination: reserve.clone(),
        ..request(&bank, reference, day, false)
    };
    let refused = bank.book.engine.post(transfer("MOVE", "2026-10-20")).await.unwrap_err();
    assert_eq!(
        refused.sentence(),
        "Merrion Operating is signed off through 2026-10-31, Merrion Reserve through 2026-11-05, so 2026-10-20 is closed to postings. The first open day is 2026-11-06. Nothing was posted."
    );
    let refused = bank.book.engine.post(transfer("MOVE", "2026-11-01")).await.unwrap_err();
    assert!(
        refused.sentence().starts_with("Merrion Reserve is signed off through 2026-11-05"),
        "{}",
        refused.sentence()
    );
    bank.book.engine.post(with_reason(transfer("MOVE", "2026-10-20"))).await.unwrap();
    let rows = bank.book.engine.statements().await.unwrap();
    assert_eq!(rows.iter().map(|row| row.booked_since).collect::<Vec<_>>(), [1, 1], "both statements are others now");
}

#[tokio::test]
async fn a_reason_is_logged_and_flags_the_statement_until_it_is_signed_again() {
    let (bank, statement) = signed().await;
    let engine = &bank.book.engine;
    let frozen = engine.report(&statement, None).await.unwrap();
    assert!(frozen.booked_since.is_empty());
    for wrong in [" ", &"x".repeat(501)] {
        let request = PostRequest { signed_reason: Some(wrong.into()), ..request(&bank, "AUDIT", "2026-10-15", false) };
        assert_eq!(engine.post(request).await.unwrap_err().code(), "INVALID_INPUT");
    }
    let posted = engine.post(with_reason(request(&bank, "AUDIT", "2026-10-15", false))).await.unwrap();
    assert!(engine.post(with_reason(request(&bank, "AUDIT", "2026-10-15", false))).await.unwrap().existing);
    assert_eq!(engine.statement(&statement).await.unwrap().booked_since, 1);
    assert_eq!(engine.desk(&statement).await.unwrap().statement.booked_since, 1);

    let mut report = engine.report(&statement, None).await.unwrap();
    let since = std::mem::take(&mut report.booked_since);
    assert_eq!(report, frozen, "what was signed stays as it was signed");
    assert_eq!(
        (since[0].transaction_id.as_str(), since[0].reference.as_str(), since[0].amount.as_str()),
        (posted.family.id.as_str(), "AUDIT", "-500")
    );
    assert_eq!(
        (since[0].date.as_str(), since[0].reason.as_str(), since[0].actor.as_str()),
        ("2026-10-15", REASON, "Orla Keane")
    );
    let csv = engine.report_bytes(&statement, None, engine::api::statements::ReportFormat::Csv).await.unwrap();
    assert!(String::from_utf8(csv).unwrap().contains(REASON));
    let told = engine.overview_activity(10).await.unwrap();
    assert!(told.iter().any(|row| row.object_id == statement && row.verb.contains("signed period")), "{told:?}");

    // Reopened, the period is open; signed again, the new version covers what was booked.
    engine.reopen(&statement, "To take in the late entry").await.unwrap();
    assert_eq!(engine.statement(&statement).await.unwrap().booked_since, 0);
    engine.post(request(&bank, "LATE", "2026-10-16", true)).await.unwrap();
    engine.sign_off(&statement, "Orla Keane").await.unwrap();
    assert_eq!(engine.statement(&statement).await.unwrap().booked_since, 0);
    assert!(engine.report(&statement, None).await.unwrap().booked_since.is_empty());
    assert_eq!(
        engine.report(&statement, Some(1)).await.unwrap().booked_since,
        since,
        "the first version keeps its note"
    );
    assert_eq!(engine.post(request(&bank, "AGAIN", "2026-10-16", true)).await.unwrap_err().code(), "SIGNED_PERIOD");
}

#[tokio::test]
async fn a_day_in_an_earlier_signed_period_flags_every_statement_that_ends_after_it() {
    let (bank, october) = signed().await;
    let engine = &bank.book.engine;
    let entry = bank.post("NOV-1", "2026-11-03", "-3.00", "Fee").await;
    let rows = [("2026-11-03", "FEE", "-3.00")];
    let november = bank.import("November", csv(106_000, &rows), false).await.unwrap().statement_id.unwrap();
    let line = bank.lines(&november).await.remove(0);
    engine.match_accept(&november, vec![line.id], vec![entry], None).await.unwrap();
    engine.sign_off(&november, "Orla Keane").await.unwrap();
    let refused = engine.post(request(&bank, "A", "2026-10-15", true)).await.unwrap_err();
    assert!(refused.sentence().contains("through 2026-11-03"), "{}", refused.sentence());
    engine.post(with_reason(request(&bank, "A", "2026-10-15", true))).await.unwrap();
    engine.post(with_reason(request(&bank, "B", "2026-11-02", true))).await.unwrap();
    let since = |id: String| async move { engine.statement(&id).await.unwrap().booked_since };
    assert_eq!((since(october).await, since(november).await), (1, 2));
}

#[tokio::test]
async fn a_hold_may_be_placed_but_its_commit_follows_the_rule() {
    let (bank, statement) = signed().await;
    let engine = &bank.book.engine;
    let mut ids = Vec::new();
    for (reference, day) in [("OLD", "2026-10-20"), ("NEW", "2026-11-10"), ("LAST", "2026-10-31")] {
        ids.push(engine.post(hold(&bank, reference, day)).await.unwrap().family.id);
    }
    let effect = engine.holds_effect(ids.clone(), false).await.unwrap();
    assert_eq!((effect.in_signed_period, effect.open_from.as_deref()), (2, Some("2026-11-01")));
    assert_eq!(engine.holds_effect(ids.clone(), true).await.unwrap().open_from, None, "voiding books nothing");

    let whole = |id: &String| CommitItem { id: id.clone(), ..CommitItem::default() };
    let outcome = engine.holds_commit(vec![whole(&ids[0]), whole(&ids[1])]).await.unwrap();
    assert_eq!((outcome.done, outcome.failed), (1, 1));
    let refused = &outcome.rows[0];
    assert_eq!(refused.code.as_deref(), Some("SIGNED_PERIOD"));
    assert!(refused.message.as_deref().unwrap().contains("2026-11-01"), "{refused:?}");
    assert!(refused.detail.as_deref().unwrap().contains("--signed-reason"), "{refused:?}");

    // A part that lets the rest go is refused whole: the rest is still held.
    let part = CommitItem { amount: Some("200".into()), void_rest: true, ..whole(&ids[0]) };
    assert_eq!(engine.holds_commit(vec![part.clone()]).await.unwrap().failed, 1);
    assert_eq!(engine.transaction_get(&ids[0]).await.unwrap().family.remaining.as_deref(), Some("500"));
    let dated = CommitItem { date: Some("2026-11-01".into()), ..part };
    assert_eq!(engine.holds_commit(vec![dated]).await.unwrap().done, 1);
    assert_eq!(engine.statement(&statement).await.unwrap().booked_since, 0);

    let anyway = CommitItem { signed_reason: Some(REASON.into()), ..whole(&ids[2]) };
    assert_eq!(engine.holds_commit(vec![anyway]).await.unwrap().done, 1);
    assert_eq!(engine.report(&statement, None).await.unwrap().booked_since[0].reference, "LAST-C1");
    assert!(engine.book_check().await.unwrap().problems.is_empty());
}

#[tokio::test]
async fn a_hold_that_runs_out_in_a_signed_period_moves_nothing_and_is_let_go() {
    let (bank, statement) = signed().await;
    let engine = &bank.book.engine;
    let request = PostRequest { expires_at: Some("2026-11-20T10:00:00Z".into()), ..hold(&bank, "OLD", "2026-10-20") };
    let id = engine.post(request).await.unwrap().family.id;
    bank.book.clock.set("2026-11-21T10:00:00Z".parse().unwrap());
    assert_eq!(engine.expire_holds().await.unwrap(), 1);
    assert_eq!(engine.transaction_get(&id).await.unwrap().rows[1].status, "VOID");
    assert_eq!(engine.statement(&statement).await.unwrap().booked_since, 0);
}

#[tokio::test]
async fn a_preview_says_it_as_a_check_with_the_first_open_day() {
    let (bank, _) = signed().await;
    let engine = &bank.book.engine;
    let preview = engine.post_preview(request(&bank, "A", "2026-10-31", true)).await.unwrap();
    let check = preview.checks.iter().find(|check| check.kind == "signed_period").unwrap();
    assert!(!preview.ready && !check.ok);
    assert_eq!(
        (check.field.as_deref(), check.suggestions.as_slice()),
        (Some("effective_date"), &["2026-11-01".to_owned()][..])
    );
    assert!(check.text.starts_with("Merrion Operating is signed off through 2026-10-31"), "{}", check.text);
    let preview = engine.post_preview(with_reason(request(&bank, "A", "2026-10-31", true))).await.unwrap();
    assert!(preview.ready && preview.checks.iter().any(|check| check.kind == "signed_period" && check.ok));
    for free in [request(&bank, "A", "2026-11-01", true), hold(&bank, "A", "2026-10-20")] {
        let preview = engine.post_preview(free).await.unwrap();
        assert!(preview.ready && preview.checks.iter().all(|check| check.kind != "signed_period"), "{preview:?}");
    }
}

#[tokio::test]
async fn what_the_desk_posts_follows_the_rule_on_both_sides() {
    let (bank, october) = signed().await;
    let engine = &bank.book.engine;
    let reserve = reserve(&bank).await;
    let entry = bank.post("NOV-1", "2026-11-02", "-9.00", "Fee").await;
    let rows = [("2026-11-02", "FEE", "-9.50"), ("2026-11-03", "SWEEP", "-3.00"), ("2026-11-04", "TAX", "-2.00")];
    let november = bank.import("November", csv(106_000, &rows), false).await.unwrap().statement_id.unwrap();
    let [fee, sweep, tax]: [_; 3] = bank.lines(&november).await.try_into().unwrap();
    let posting = |against: &str, amount: &str, date: Option<&str>, reason: Option<&str>| DifferencePosting {
        against: against.into(),
        description: "From the bank".into(),
        amount: amount.into(),
        effective_date: date.map(Into::into),
        signed_reason: reason.map(Into::into),
    };
    let swept = engine.line_new_entry(&november, &sweep.id, posting(&reserve, "-300", None, None)).await.unwrap();
    sign_reserve(&bank, &reserve, "2026-11-03", "3.00").await;

    // The statement's own balance: a new entry dated into its signed October.
    let back = |reason| posting(&bank.fees, "-200", Some("2026-10-31"), reason);
    assert_eq!(engine.line_new_entry(&november, &tax.id, back(None)).await.unwrap_err().code(), "SIGNED_PERIOD");
    engine.line_new_entry(&november, &tax.id, back(Some(REASON))).await.unwrap();
    assert_eq!(engine.statement(&october).await.unwrap().booked_since, 1);

    // The other side: a difference against an account that has signed for the day.
    let accept = |reason| {
        engine.match_accept(
            &november,
            vec![fee.id.clone()],
            vec![entry.clone()],
            Some(posting(&reserve, "-50", None, reason)),
        )
    };
    assert_eq!(accept(None).await.unwrap_err().code(), "SIGNED_PERIOD");
    assert!(bank.line(&november, "FEE").await.match_id.is_none());
    accept(Some(REASON)).await.unwrap();

    // A reversal carries the day of what it reverses.
    let undo = |reason| engine.match_undo(&swept.match_ids[0], true, reason);
    assert_eq!(undo(None).await.unwrap_err().code(), "SIGNED_PERIOD");
    assert!(bank.line(&november, "SWEEP").await.match_id.is_some(), "nothing was taken apart either");
    undo(Some(REASON)).await.unwrap();
    let rows = engine.statements().await.unwrap();
    let of = |name: &str| rows.iter().find(|row| row.name == name).map(|row| row.booked_since);
    assert_eq!((of("October"), of("Reserve"), of("November")), (Some(1), Some(2), Some(0)));
    assert!(engine.book_check().await.unwrap().problems.is_empty());
}
