//! One writing transaction.

use sqlx::{Sqlite, SqliteConnection, Transaction};
use store::journal::Pending;
use store::{JournalWrites, StoreResult, Unit};

use crate::error::of_commit;
use crate::lists::Writes;

/// `BEGIN IMMEDIATE` … `COMMIT` on the writer connection. Dropping it rolls back.
pub(crate) struct SqliteUnit {
    transaction: Transaction<'static, Sqlite>,
    writes: Writes,
    kept: Pending,
    /// Words were indexed anew: lists that were found by them may be others now.
    searched_anew: bool,
}

impl SqliteUnit {
    pub(crate) fn new(transaction: Transaction<'static, Sqlite>, writes: Writes) -> Self {
        Self { transaction, writes, kept: Pending::default(), searched_anew: false }
    }

    /// The connection as it is, for the journal alone.
    pub(crate) fn bare(&mut self) -> &mut SqliteConnection {
        &mut self.transaction
    }

    pub(crate) fn kept(&mut self) -> &mut Pending {
        &mut self.kept
    }

    pub(crate) fn searched_anew(&mut self) {
        self.searched_anew = true;
    }

    /// The connection to read from, once it has everything that the unit booked.
    pub(crate) async fn reading(&mut self) -> StoreResult<&mut SqliteConnection> {
        self.flush().await?;
        Ok(&mut self.transaction)
    }

    /// The connection to write to, past the journal.
    pub(crate) async fn connection(&mut self) -> StoreResult<&mut SqliteConnection> {
        self.flush().await?;
        self.kept.wrote_past();
        Ok(&mut self.transaction)
    }
}

#[async_trait::async_trait]
impl Unit for SqliteUnit {
    async fn commit(mut self: Box<Self>) -> StoreResult<()> {
        self.flush().await?;
        let done = self.transaction.commit().await.map_err(of_commit);
        // Also after a failure: whether it reached the file is not known then.
        self.writes.happened();
        if self.searched_anew {
            self.writes.forget_lists();
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use store::system::{JobKind, JobRecord, JobState};
    use store::{Store, StoreError, SystemReads};

    use crate::open::SqliteStore;

    fn job(number: usize, size: usize) -> JobRecord {
        JobRecord {
            id: format!("job_{number}"),
            kind: JobKind::Check,
            title: "x".repeat(size),
            state: JobState::Running,
            params: serde_json::json!({}),
            phase: String::new(),
            done: 0,
            total: 0,
            result: None,
            error: None,
            actor: "Ada".into(),
            started_at: jiff::Timestamp::UNIX_EPOCH,
            finished_at: None,
        }
    }

    /// SQLite undoes the whole transaction by itself then; nothing of it is there, and the next one is written.
    #[tokio::test]
    async fn after_a_full_disk_the_next_unit_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::create(&folder.path().join("full.tieout")).await.unwrap();
        let mut unit = store.begin().await.unwrap();
        unit.insert_job(&job(0, 10)).await.unwrap();
        unit.commit().await.unwrap();
        store.limit_pages(true).await;
        let mut unit = store.begin().await.unwrap();
        let mut outcome = Ok(());
        for number in 1..200 {
            outcome = unit.insert_job(&job(number, 100_000)).await;
            if outcome.is_err() {
                break;
            }
        }
        assert!(matches!(outcome, Err(StoreError::DiskFull)), "{outcome:?}");
        drop(unit);
        store.limit_pages(false).await;
        let mut unit = store.begin().await.expect("the book can be written again");
        unit.insert_job(&job(500, 10)).await.unwrap();
        unit.commit().await.unwrap();
        let mut ids: Vec<String> = store.jobs(50).await.unwrap().into_iter().map(|job| job.id).collect();
        ids.sort();
        assert_eq!(ids, ["job_0", "job_500"]);
        store.close().await;
    }
}
