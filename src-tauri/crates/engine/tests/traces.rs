//! What is logged: which use case, under which id, refused with which code, and nothing of the book.

use std::cell::RefCell;
use std::io::Write;
use std::sync::Once;

use engine::api::transactions::CommitItem;

use crate::support::TestBook;

thread_local! {
    /// What this thread logged since somebody began to listen.
    static LOG: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Keeps what is logged on threads that listen. The log is one for all tests: a place in the code that is passed first
/// while nobody listens on its thread would stay silent everywhere.
struct OfThisThread;

impl Write for OfThisThread {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.with_borrow_mut(|log| log.as_mut().map(|log| log.extend_from_slice(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn listen() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let log = tracing_subscriber::fmt().with_writer(|| OfThisThread).with_ansi(false);
        tracing::subscriber::set_global_default(log.with_max_level(tracing::Level::INFO).finish()).unwrap();
    });
    LOG.set(Some(Vec::new()));
}

#[tokio::test]
async fn a_refusal_stands_under_the_id_of_its_request_and_tells_nothing_of_the_book() {
    let book = TestBook::in_file().await;
    let (till, rent) = (book.balance("Till of Niamh", "EUR").await, book.balance("Rent of Padraig", "EUR").await);
    book.fund(&till, "EUR", "1000").await;
    listen();
    book.transfer("SECRET-REFERENCE", &till, &rent, "777777").await.unwrap_err();
    let gone = CommitItem { id: "txn_gone".into(), ..CommitItem::default() };
    assert!(!book.engine.holds_commit(vec![gone]).await.unwrap().rows[0].ok);

    let text = String::from_utf8(LOG.take().unwrap()).unwrap();
    let refusals: Vec<&str> = text.lines().filter(|line| line.contains("refused")).collect();
    assert_eq!(refusals.len(), 2, "{text}");
    for (line, name, code) in [
        (refusals[0], "what=\"PostCommand\"", "TXN_INSUFFICIENT_FUNDS"),
        (refusals[1], "what=\"Committing\"", "NOT_FOUND"),
    ] {
        assert!(line.contains(name) && line.contains(code), "{line}");
        assert_eq!(line.matches("request{id=req_").count(), 1, "one id, that of the request: {line}");
    }
    for secret in ["Niamh", "Padraig", "SECRET-REFERENCE", "777777", "7777.77"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
}
