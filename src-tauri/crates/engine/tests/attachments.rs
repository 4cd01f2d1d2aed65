//! Files beside transactions: attached, saved, taken off, and found out when somebody touched them.

use std::path::PathBuf;

use engine::api::page::ListQuery;
use engine::api::transactions::{CommitItem, PostRequest};
use engine::{ATTACHMENT_BYTES, EngineError};
use sha2::{Digest, Sha256};
use store_sqlite::SqliteStore;

use crate::raw::{Raw, without_guards};
use crate::support::{TestBook, transfer};

const INVOICE: &[u8] = b"%PDF-1.7\nInvoice 7, 12.50 EUR";

struct Desk {
    book: TestBook,
    bank: String,
    shop: String,
    posted: String,
}

/// A book with one posting, `R-1`.
async fn desk() -> Desk {
    let book = TestBook::new().await;
    desk_in(book).await
}

async fn desk_in(book: TestBook) -> Desk {
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "10000").await;
    let posted = book.transfer("R-1", &bank, &shop, "1250").await.unwrap().family.id;
    Desk { book, bank, shop, posted }
}

impl Desk {
    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.book.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    async fn problems(&self) -> Vec<String> {
        self.book.engine.book_check().await.unwrap().problems
    }
}

async fn count(raw: &mut Raw, sql: &str) -> i64 {
    raw.numbers(sql).await[0][0].unwrap()
}

fn code(error: &EngineError) -> &'static str {
    error.code()
}

#[tokio::test]
async fn a_file_is_attached_listed_saved_and_still_there_after_a_restart() {
    let desk = desk().await;
    let path = desk.file("Invoice 7.exe", INVOICE);
    let row = desk.book.engine.attachment_add(&desk.posted, &path).await.unwrap();
    assert_eq!((row.name.as_str(), row.media_type.as_str(), row.size), ("Invoice 7.exe", "application/pdf", 29));
    assert_eq!((row.attached_by.as_str(), row.attached_at.as_str()), ("Orla Keane", crate::support::NOW));
    let digest: String = Sha256::digest(INVOICE).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(row.sha256, digest);
    // What was attached does not change with the file that it came from.
    std::fs::remove_file(&path).unwrap();
    let desk = Desk { book: desk.book.reopen().await, ..desk };
    let detail = desk.book.engine.transaction_get(&desk.posted).await.unwrap();
    assert_eq!(detail.attachments, std::slice::from_ref(&row));
    assert_eq!(detail.family.attachments, 1);
    let saved = desk.book.folder.path().join("saved");
    assert_eq!(desk.book.engine.attachment_save(&row.id, &saved).await.unwrap(), row);
    assert_eq!(std::fs::read(&saved).unwrap(), INVOICE);
    assert_eq!(desk.problems().await, [""; 0]);
}

#[tokio::test]
async fn a_row_of_a_family_stands_for_the_whole_of_it() {
    let desk = desk().await;
    let hold = PostRequest { hold: true, ..transfer("H-1", &desk.bank, &desk.shop, "300") };
    let hold = desk.book.engine.post(hold).await.unwrap().family.id;
    let part = CommitItem { id: hold.clone(), amount: Some("100".into()), ..CommitItem::default() };
    desk.book.engine.holds_commit(vec![part]).await.unwrap();
    let commit = desk.book.engine.transaction_get(&hold).await.unwrap().rows[1].id.clone();
    let row = desk.book.engine.attachment_add(&commit, &desk.file("a.txt", b"a note")).await.unwrap();
    assert_eq!((row.transaction_id.as_str(), row.media_type.as_str()), (hold.as_str(), "text/plain"));
    assert_eq!(desk.book.engine.attachments_list(&commit).await.unwrap(), [row]);
    let page = desk.book.engine.transactions_page(ListQuery { limit: 10, ..ListQuery::default() }).await.unwrap();
    let marks: Vec<(&str, u64)> = page.rows.iter().map(|row| (row.reference.as_str(), row.attachments)).collect();
    assert!(marks.contains(&("H-1", 1)) && marks.contains(&("R-1", 0)), "{marks:?}");
}

#[tokio::test]
async fn one_content_is_stored_once_and_attached_once_to_a_transaction() {
    let desk = desk().await;
    let engine = &desk.book.engine;
    let other = desk.book.transfer("R-2", &desk.bank, &desk.shop, "1").await.unwrap().family.id;
    let (one, two) = (desk.file("one.pdf", INVOICE), desk.file("two.pdf", INVOICE));
    engine.attachment_add(&desk.posted, &one).await.unwrap();
    engine.attachment_add(&other, &two).await.unwrap();
    let again = engine.attachment_add(&desk.posted, &two).await.unwrap_err();
    assert_eq!(code(&again), "ATTACHED");
    assert_eq!(again.sentence(), "This file is attached to it already, as one.pdf. Nothing was changed.");
    let mut raw = Raw::of(&desk.book).await;
    assert_eq!(count(&mut raw, "SELECT count(*) FROM attachment_content").await, 1);
    assert_eq!(count(&mut raw, "SELECT count(*) FROM attachment").await, 2);
    assert_eq!(count(&mut raw, "SELECT count(*) FROM event WHERE kind = 'attachment.added'").await, 2);
}

#[tokio::test]
async fn a_file_that_is_taken_off_stays_in_history_and_book() {
    let desk = desk().await;
    let engine = &desk.book.engine;
    let path = desk.file("wrong.pdf", INVOICE);
    let row = engine.attachment_add(&desk.posted, &path).await.unwrap();
    assert_eq!(code(&engine.attachment_detach(&row.id, "  ").await.unwrap_err()), "INVALID_INPUT");
    let off = engine.attachment_detach(&row.id, "Belongs to R-2").await.unwrap();
    let end = off.detached.clone().unwrap();
    assert_eq!((end.by.as_str(), end.reason.as_str()), ("Orla Keane", "Belongs to R-2"));
    assert_eq!(code(&engine.attachment_detach(&row.id, "Again").await.unwrap_err()), "DETACHED");
    let detail = engine.transaction_get(&desk.posted).await.unwrap();
    assert_eq!((detail.family.attachments, detail.attachments), (0, vec![off]));
    // The evidence can still be looked at, and the same file attached anew.
    let saved = desk.book.folder.path().join("saved.pdf");
    engine.attachment_save(&row.id, &saved).await.unwrap();
    assert_eq!(std::fs::read(&saved).unwrap(), INVOICE);
    engine.attachment_add(&desk.posted, &path).await.unwrap();
    let told = engine.history_page(ListQuery { limit: 3, ..ListQuery::default() }).await.unwrap().rows;
    let said: Vec<String> = told.iter().map(|row| format!("{} {}", row.what.verb, row.what.object)).collect();
    assert_eq!(said, ["attached wrong.pdf to R-1", "detached wrong.pdf from R-1", "attached wrong.pdf to R-1"]);
    let field = |name: &str| told[1].fields.iter().find(|field| field.name == name).unwrap().value.clone();
    assert_eq!((field("sha256"), field("size"), field("reason")), (row.sha256, "29".into(), "Belongs to R-2".into()));
    assert_eq!(desk.problems().await, [""; 0]);
}

#[tokio::test]
async fn what_cannot_be_attached_is_refused_and_leaves_nothing() {
    let desk = desk().await;
    let engine = &desk.book.engine;
    let folder = desk.book.folder.path();
    let most = usize::try_from(ATTACHMENT_BYTES).unwrap();
    let large = desk.file("large.bin", &vec![7; most + 1]);
    for (path, why) in [
        (desk.file("empty.pdf", b""), "there is nothing in it. Nothing was attached"),
        (large.clone(), "larger than 25 MB. Nothing was attached"),
        (folder.join("missing.pdf"), "Nothing was attached"),
        (folder.to_owned(), "this is not a file. Nothing was attached"),
    ] {
        let refused = engine.attachment_add(&desk.posted, &path).await.unwrap_err();
        assert_eq!(code(&refused), "FILE");
        assert!(refused.sentence().contains(why), "{}", refused.sentence());
    }
    let nobody = engine.attachment_add("txn_other", &large).await.unwrap_err();
    assert_eq!(code(&nobody), "NOT_FOUND");
    assert_eq!(code(&engine.attachment_save("att_other", folder).await.unwrap_err()), "NOT_FOUND");
    assert_eq!(code(&engine.attachment_detach("att_other", "x").await.unwrap_err()), "NOT_FOUND");
    assert_eq!(count(&mut Raw::of(&desk.book).await, "SELECT count(*) FROM attachment_content").await, 0);
    std::fs::write(&large, vec![7; most]).unwrap();
    let row = engine.attachment_add(&desk.posted, &large).await.unwrap();
    assert_eq!((row.size, row.media_type.as_str()), (ATTACHMENT_BYTES, "application/octet-stream"));
}

#[tokio::test]
async fn what_is_changed_by_hand_is_found_and_not_handed_out() {
    let bytes = |text: &str| text.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    let forged = bytes("%PDF-1.7\nInvoice 7, 99.50 EUR");
    for (sql, sentence) in [
        (
            "UPDATE attachment_content SET bytes = x'FORGED'",
            "The content of the attachment invoice.pdf is not what was attached.",
        ),
        (
            "UPDATE attachment SET name = 'other.pdf'",
            "The attachment invoice.pdf of R-1 is another than the history says.",
        ),
        (
            "UPDATE attachment SET detached_at = attached_at, detached_by = 'Eve', reason = 'x'",
            "The attachment invoice.pdf of R-1 is another than the history says.",
        ),
        ("DELETE FROM attachment", "invoice.pdf was attached to R-1, but it or its content is gone."),
        (
            "INSERT INTO attachment (id, txn_key, sha256, name, media_type, attached_at, attached_by) \
             SELECT 'att_x', min(t.key), min(c.sha256), 'x', 'text/plain', 0, 'Eve' FROM txn t, attachment_content c",
            "1 attachment is in the book, but not in the history.",
        ),
    ] {
        let desk = desk().await;
        let row = desk.book.engine.attachment_add(&desk.posted, &desk.file("invoice.pdf", INVOICE)).await.unwrap();
        let mut raw = without_guards(&desk.book, &["attachment", "attachment_content"]).await;
        let sql = match &raw {
            Raw::File(_) => sql.replace("FORGED", &forged),
            Raw::Server(_) => sql.replace("x'FORGED'", &format!("'\\x{forged}'")),
        };
        raw.execute(&sql).await.unwrap_or_else(|error| panic!("{error}: {sql}"));
        let problems = desk.problems().await;
        assert!(problems.iter().any(|problem| problem == sentence), "{sql}: {problems:?}");
        if sql.contains("attachment_content SET") {
            let saved = desk.book.folder.path().join("saved.pdf");
            let refused = desk.book.engine.attachment_save(&row.id, &saved).await.unwrap_err();
            assert_eq!(code(&refused), "BOOK_DAMAGED");
            assert!(!saved.exists());
        }
    }
}

#[tokio::test]
async fn a_copy_of_the_book_has_its_files() {
    let desk = desk_in(TestBook::in_file().await).await;
    let row = desk.book.engine.attachment_add(&desk.posted, &desk.file("invoice.pdf", INVOICE)).await.unwrap();
    let copy = desk.book.folder.path().join("copy.tieout");
    desk.book.engine.book_backup(&copy).await.unwrap();
    let store = std::sync::Arc::new(SqliteStore::open(&copy).await.unwrap());
    let engine = engine::Engine::new(store, desk.book.clock.clone(), "Ada");
    let saved = desk.book.folder.path().join("saved.pdf");
    engine.attachment_save(&row.id, &saved).await.unwrap();
    assert_eq!(std::fs::read(&saved).unwrap(), INVOICE);
    assert_eq!(engine.book_check().await.unwrap().problems, [""; 0]);
    engine.close().await;
}
