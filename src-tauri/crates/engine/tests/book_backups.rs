//! Copies of a book by themselves.

use std::sync::Arc;

use engine::api::backups::BackupPlan;
use engine::api::bulk::BulkRequest;
use engine::{BackupPlace, Clock, Engine, FixedClock, Notice};
use store_sqlite::SqliteStore;

use crate::support::{TestBook, transfer};

struct Copied {
    engine: Engine,
    clock: Arc<FixedClock>,
    book: TestBook,
    bank: String,
    shop: String,
}

/// A book that is copied beside itself.
async fn copied() -> Copied {
    let book = TestBook::in_file().await;
    let (bank, shop) = (book.balance("Bank", "EUR").await, book.balance("Shop", "EUR").await);
    book.fund(&bank, "EUR", "1000000").await;
    book.engine.close().await;
    let store = Arc::new(SqliteStore::open(&book.path).await.unwrap());
    let clock = book.clock.clone();
    let engine = Engine::new(store, clock.clone(), "Orla Keane").with_backups(BackupPlace::beside(&book.path));
    Copied { engine, clock, book, bank, shop }
}

impl Copied {
    async fn pay(&self, reference: &str) {
        self.engine.post(transfer(reference, &self.bank, &self.shop, "1")).await.unwrap();
    }

    fn later(&self, hours: i64) {
        self.clock.set(self.clock.now() + jiff::SignedDuration::from_hours(hours));
    }

    fn copies(&self) -> usize {
        self.engine.backups_list().unwrap().len()
    }
}

#[tokio::test]
async fn a_copy_is_made_every_day_on_which_something_was_done_and_old_ones_make_room() {
    let copied = copied().await;
    let plan = BackupPlan { keep: 3, ..BackupPlan::default() };
    assert_eq!(copied.engine.backup_plan_set(plan).await.unwrap().every_hours, 24);
    for day in 0..6 {
        copied.pay(&format!("DAY{day}")).await;
        assert!(copied.engine.backup_if_due().await.unwrap(), "day {day}");
        assert!(!copied.engine.backup_if_due().await.unwrap(), "once a day");
        copied.later(25);
    }
    assert!(!copied.engine.backup_if_due().await.unwrap(), "nothing was done");
    assert_eq!(copied.copies(), 3);
    // The newest is a whole book with everything up to then.
    let newest = copied.engine.backups_list().unwrap().remove(0);
    let store = Arc::new(SqliteStore::open_to_read(newest.path.as_ref()).await.unwrap());
    let restored = Engine::new(store, copied.clock.clone(), "Reader");
    assert_eq!(restored.transactions_page(Default::default()).await.unwrap().total, 7);
    assert!(restored.book_check().await.unwrap().problems.is_empty());
    // A clock that was set back does not put it off.
    copied.pay("BACK").await;
    copied.later(-24 * 30);
    assert!(copied.engine.backup_if_due().await.unwrap());
    // Its copy stays, although the others say that they are newer, and has what was booked.
    assert_eq!(copied.copies(), 3);
    let oldest = copied.engine.backups_list().unwrap().pop().unwrap();
    let store = Arc::new(SqliteStore::open_to_read(oldest.path.as_ref()).await.unwrap());
    let restored = Engine::new(store, copied.clock.clone(), "Reader");
    assert_eq!(restored.transactions_page(Default::default()).await.unwrap().total, 8);
}

#[tokio::test]
async fn many_postings_are_copied_before_and_not_booked_without_the_copy() {
    let copied = copied().await;
    let items = |name: &str| -> Vec<_> {
        (0..1_000).map(|row| transfer(&format!("{name}{row}"), &copied.bank, &copied.shop, "1")).collect()
    };
    copied.engine.bulk_post(BulkRequest { items: items("A"), atomic: true }).await.unwrap();
    let copy = copied.engine.backups_list().unwrap().remove(0);
    let store = Arc::new(SqliteStore::open_to_read(copy.path.as_ref()).await.unwrap());
    let before = Engine::new(store, copied.clock.clone(), "Reader");
    assert_eq!(before.transactions_page(Default::default()).await.unwrap().total, 1);
    before.close().await;
    // Where a folder should be stands a file.
    let folder = copied.book.path.with_file_name("test backups");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let refused = copied.engine.bulk_post(BulkRequest { items: items("B"), atomic: true }).await.unwrap_err();
    assert_eq!(refused.code(), "NO_BACKUP");
    assert_eq!(copied.engine.transactions_page(Default::default()).await.unwrap().total, 1_001);
    copied.engine.backup_plan_set(BackupPlan { before_import: false, ..BackupPlan::default() }).await.unwrap();
    copied.engine.bulk_post(BulkRequest { items: items("B"), atomic: true }).await.unwrap();
}

#[tokio::test]
async fn a_copy_that_cannot_be_made_is_told_once_and_tried_again_later() {
    let copied = copied().await;
    let folder = copied.book.path.with_file_name("test backups");
    std::fs::write(&folder, "in the way").unwrap();
    let mut notices = copied.engine.listen();
    let mut told = async || {
        copied.engine.time_passed().await.unwrap();
        std::iter::from_fn(|| notices.try_recv().ok()).filter(|notice| matches!(notice, Notice::Alert { .. })).count()
    };
    assert_eq!((told().await, told().await), (1, 0));
    copied.later(2);
    assert_eq!(told().await, 1);
    std::fs::remove_file(&folder).unwrap();
    copied.later(2);
    assert_eq!((told().await, copied.copies()), (0, 1));
    // Twice within a second is one copy.
    assert_eq!(copied.engine.backup_now().await.unwrap().name, copied.engine.backup_now().await.unwrap().name);
}

#[tokio::test]
async fn a_plan_is_checked_and_a_book_without_a_place_is_not_copied() {
    let copied = copied().await;
    for (plan, field) in [
        (BackupPlan { keep: 0, ..BackupPlan::default() }, "keep"),
        (BackupPlan { every_hours: 100_000, ..BackupPlan::default() }, "every_hours"),
    ] {
        let error = copied.engine.backup_plan_set(plan).await.unwrap_err();
        assert_eq!(error.body().fields[0].field, field);
    }
    copied.engine.backup_plan_set(BackupPlan { every_hours: 0, ..BackupPlan::default() }).await.unwrap();
    assert!(!copied.engine.backup_if_due().await.unwrap());
    copied.engine.close().await;
    let without = copied.book.reopen().await;
    assert_eq!(without.engine.backups_list().unwrap_err().code(), "NO_BACKUPS");
    assert_eq!(without.engine.backup_plan().await.unwrap().folder, None);
}
