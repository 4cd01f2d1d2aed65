//! What callers are told when the database fails under several of them.

use engine::api::transactions::{BatchOutcome, CommitItem, PostRequest, VoidItem, VoidRequest};

use crate::faults::{self, How};
use crate::raw::Raw;
use crate::support::{TestBook, transfer};

fn code(outcome: engine::EngineResult<BatchOutcome>) -> Option<String> {
    outcome.unwrap().rows.remove(0).code
}

/// A void that comes with the commit of the same hold is refused over that commit. When the commit does not last, neither
/// does the refusal: the hold is as open as before.
#[tokio::test]
async fn nobody_is_refused_over_what_did_not_last() {
    let book = TestBook::new().await;
    let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
    book.fund(&a, "EUR", "1000").await;
    let hold = PostRequest { hold: true, ..transfer("H", &a, &b, "300") };
    let id = book.engine.post(hold).await.unwrap().family.id;
    let mut raw = Raw::of(&book).await;
    faults::prepare(&book, &mut raw).await;
    let commit = || vec![CommitItem { id: id.clone(), ..CommitItem::default() }];
    let void = || VoidRequest {
        items: vec![VoidItem { id: id.clone(), reference: None }],
        reason: "Duplicate".into(),
        note: None,
    };
    for how in [How::Commit, How::Abort, How::Fail, How::Rollback] {
        faults::arm(&mut raw, 0, how).await;
        let (committed, voided) = tokio::join!(book.engine.holds_commit(commit()), book.engine.holds_void(void()));
        faults::disarm(&mut raw).await;
        assert_eq!(code(committed).as_deref(), Some("DATABASE"), "{how:?}");
        assert_eq!(code(voided).as_deref(), Some("DATABASE"), "{how:?}");
        let family = book.engine.transaction_get(&id).await.unwrap().family;
        assert_eq!(family.remaining.as_deref(), Some("300"), "{how:?}");
    }
    let (committed, voided) = tokio::join!(book.engine.holds_commit(commit()), book.engine.holds_void(void()));
    assert_eq!(code(committed), None);
    assert_eq!(code(voided).as_deref(), Some("TXN_ALREADY_COMMITTED"));
    faults::clear(&mut raw).await;
    assert_eq!(book.engine.book_check().await.unwrap().problems, [""; 0]);
}

/// Figures are written over figures of the version they were read in, or not at all: here they change between the two.
#[tokio::test]
async fn figures_of_another_version_are_not_written_over() {
    let book = TestBook::new().await;
    let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
    book.fund(&a, "EUR", "1000").await;
    let mut raw = Raw::of(&book).await;
    let bump = "UPDATE balance SET version = version + 1 WHERE key IN (NEW.source_key, NEW.destination_key);";
    let set = raw.either(
        "CREATE TRIGGER sooner AFTER INSERT ON txn BEGIN UPDATE balance SET version = version + 1 WHERE key IN (NEW.source_key, NEW.destination_key); END",
        "CREATE TRIGGER sooner AFTER INSERT ON txn FOR EACH ROW EXECUTE FUNCTION sooner()",
    );
    if matches!(raw, Raw::Server(_)) {
        let function =
            format!("CREATE FUNCTION sooner() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {bump} RETURN NULL; END $$");
        raw.execute(&function).await.unwrap();
    }
    raw.execute(set).await.unwrap();
    let refused = book.transfer("R", &a, &b, "100").await.unwrap_err();
    assert_eq!(refused.code(), "CHANGED_ELSEWHERE");
    assert_eq!(book.engine.balance_get(&a, None).await.unwrap().row.figures.balance, "1000");
    let drop = raw.either("DROP TRIGGER sooner", "DROP TRIGGER sooner ON txn");
    raw.execute(drop).await.unwrap();
    book.transfer("R", &a, &b, "100").await.unwrap();
    let versions = raw.numbers("SELECT version FROM balance WHERE name IN ('A', 'B') ORDER BY name").await;
    assert_eq!(versions, [[Some(3)], [Some(2)]], "one more with each write, from 1");
    assert_eq!(book.engine.book_check().await.unwrap().problems, [""; 0]);
}

/// A server that goes away while it commits has not said how that ended; sent again, what it was is booked once.
#[tokio::test]
async fn a_commit_that_nobody_answered_is_told_as_not_known() {
    let book = TestBook::new().await;
    let (a, b) = (book.balance("A", "EUR").await, book.balance("B", "EUR").await);
    book.fund(&a, "EUR", "1000").await;
    let mut raw = Raw::of(&book).await;
    if matches!(raw, Raw::File(_)) {
        // Nobody can go away from a file that this program writes itself.
        return;
    }
    for sql in [
        "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(20); RETURN NULL; END $$",
        "CREATE CONSTRAINT TRIGGER slowly AFTER INSERT ON txn DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION slowly()",
    ] {
        raw.execute(sql).await.unwrap();
    }
    let end = async {
        let gone = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
            WHERE datname = current_database() AND query = 'COMMIT' AND state = 'active'";
        for _ in 0..500 {
            if raw.execute(gone).await.unwrap() > 0 {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("nobody commits");
    };
    let (posted, ()) = tokio::join!(book.transfer("R", &a, &b, "100"), end);
    let error = posted.unwrap_err();
    assert_eq!(error.code(), "OUTCOME_UNKNOWN");
    assert!(!error.body().message.contains("Nothing was"), "{}", error.body().message);
    raw.execute("DROP TRIGGER slowly ON txn").await.unwrap();
    book.transfer("R", &a, &b, "100").await.unwrap();
    book.transfer("R", &a, &b, "100").await.unwrap();
    assert_eq!(book.engine.balance_get(&a, None).await.unwrap().row.figures.balance, "900");
    assert_eq!(book.engine.book_check().await.unwrap().problems, [""; 0]);
}
