//! What is logged: which use case, under which id, refused with which code, and nothing of the book.

use std::io::Write;
use std::sync::{Arc, Mutex};

use engine::api::transactions::CommitItem;
use tracing_subscriber::fmt::MakeWriter;

use crate::support::TestBook;

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn a_refusal_stands_under_the_id_of_its_request_and_tells_nothing_of_the_book() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(log.clone())
        .with_ansi(false)
        .with_max_level(tracing::Level::TRACE)
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let book = TestBook::in_file().await;
    let (till, rent) = (book.balance("Till of Niamh", "EUR").await, book.balance("Rent of Padraig", "EUR").await);
    book.fund(&till, "EUR", "1000").await;
    log.0.lock().unwrap().clear();
    book.transfer("SECRET-REFERENCE", &till, &rent, "777777").await.unwrap_err();
    let gone = CommitItem { id: "txn_gone".into(), ..CommitItem::default() };
    assert!(!book.engine.holds_commit(vec![gone]).await.unwrap().rows[0].ok);

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let refusals: Vec<&str> = text.lines().filter(|line| line.contains("refused")).collect();
    assert_eq!(refusals.len(), 2, "{text}");
    for (line, name, code) in [
        (refusals[0], "what=\"PostCommand\"", "TXN_INSUFFICIENT_FUNDS"),
        (refusals[1], "what=\"Committing\"", "NOT_FOUND"),
    ] {
        assert!(line.contains(name) && line.contains(code), "{line}");
        assert_eq!(line.matches("request{id=req_").count(), 1, "one id, that of the request: {line}");
    }
    let ours: Vec<&str> = text.lines().filter(|line| !line.contains("sqlx")).collect();
    for secret in ["Niamh", "Padraig", "SECRET-REFERENCE", "777777", "7777.77"] {
        assert!(ours.iter().all(|line| !line.contains(secret)), "{secret}: {ours:#?}");
    }
}
