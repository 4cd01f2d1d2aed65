//! Copies of a book by themselves: every so often, and before many rows are imported. Old ones make room.
//!
//! A copy is a whole book under a name that says when it was made. It is written under another name and takes its own in
//! one step, so that no half copy ever looks like one.

use std::path::{Path, PathBuf};
use std::sync::PoisonError;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::api::backups::{BackupPlan, BackupRow};
use crate::kept::Sealing;
use crate::{Engine, EngineError, EngineResult, Topic, files};

/// Setting with the plan.
pub(crate) const PLAN: &str = "backup_plan";
/// Setting with the last copy: when it was made, and of how many entries of the history.
const LAST: &str = "backup_last";
/// Batches from so many postings on are copied before, like imports.
pub(crate) const MANY: usize = 1_000;
/// Hours of a year.
const MOST_HOURS: u32 = 24 * 366;
const MOST_KEPT: u32 = 1_000;

/// Where copies go and how they are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupPlace {
    folder: PathBuf,
    stem: String,
}

impl BackupPlace {
    /// A folder beside the book, called like it.
    pub fn beside(book: &Path) -> Self {
        let stem = book.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self { folder: book.with_file_name(format!("{stem} backups")), stem }
    }

    /// The name of a copy made at `at`. It sorts by time.
    fn name(&self, at: Timestamp) -> String {
        format!("{} {}.tieout", self.stem, at.strftime("%Y-%m-%d %H%M%SZ"))
    }

    /// When a copy was made, by its name; nothing for other files.
    fn made_at(&self, name: &str) -> Option<Timestamp> {
        let stamp = name.strip_prefix(&self.stem)?.strip_prefix(' ')?.strip_suffix(".tieout")?;
        let civil = jiff::civil::DateTime::strptime("%Y-%m-%d %H%M%SZ", stamp).ok()?;
        civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
    }

    /// The copies that are there, the newest first.
    fn copies(&self) -> Vec<BackupRow> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let row = |entry: std::fs::DirEntry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let at = self.made_at(&name)?;
            let bytes = entry.metadata().ok()?.len();
            Some(BackupRow { path: entry.path().to_string_lossy().into_owned(), name, at: at.to_string(), bytes })
        };
        let mut copies: Vec<BackupRow> = entries.filter_map(row).collect();
        copies.sort_by(|a, b| b.name.cmp(&a.name));
        copies
    }
}

impl Engine {
    /// The same engine with a place for copies that are made by themselves.
    #[must_use]
    pub fn with_backups(mut self, place: BackupPlace) -> Self {
        self.backups = Some(place);
        self
    }

    fn place(&self) -> EngineResult<&BackupPlace> {
        self.backups.as_ref().ok_or_else(|| EngineError::Conflict {
            code: "NO_BACKUPS",
            message: "This book is not copied by this program. Back it up by hand.".into(),
        })
    }

    /// When copies are made, and where they are.
    ///
    /// # Errors
    /// [`EngineError::Store`].
    pub async fn backup_plan(&self) -> EngineResult<BackupPlan> {
        let kept = self.store.setting(PLAN).await?;
        let plan: BackupPlan = match kept {
            Some(kept) => serde_json::from_value(kept).map_err(|error| store::StoreError::damaged("setting", error))?,
            None => BackupPlan::default(),
        };
        let folder = self.backups.as_ref().map(|place| place.folder.to_string_lossy().into_owned());
        Ok(BackupPlan { folder, ..plan })
    }

    /// Says when copies are made. The folder stays where it is.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] naming the field.
    pub async fn backup_plan_set(&self, plan: BackupPlan) -> EngineResult<BackupPlan> {
        if plan.every_hours > MOST_HOURS {
            return Err(EngineError::invalid("every_hours", "At most a year lies between two copies."));
        }
        if plan.keep == 0 || plan.keep > MOST_KEPT {
            return Err(EngineError::invalid("keep", format!("Keep between 1 and {MOST_KEPT} copies.")));
        }
        let stamp = self.stamp();
        let kept = json!(BackupPlan { folder: None, ..plan });
        let mut unit = self.store.begin().await?;
        let sealing = Sealing::default().setting(unit.as_mut(), PLAN, &kept).await?;
        let event = store::system::Event {
            at: stamp.at,
            actor: stamp.actor,
            kind: "book.backup_planned".into(),
            object_id: PLAN.into(),
            payload: kept,
        };
        unit.record_event(&sealing.on(event)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Book]);
        self.backup_plan().await
    }

    /// The copies that were made by themselves, the newest first.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] where there is no place for them.
    pub fn backups_list(&self) -> EngineResult<Vec<BackupRow>> {
        Ok(self.place()?.copies())
    }

    /// Makes a copy now and lets the oldest go beyond those that are kept.
    ///
    /// # Errors
    /// [`EngineError::File`] when the folder cannot be made, [`EngineError::Store`] when the copy cannot be written; the
    /// copies that were there stay.
    pub async fn backup_now(&self) -> EngineResult<BackupRow> {
        let place = self.place()?;
        let keep = self.backup_plan().await?.keep;
        std::fs::create_dir_all(&place.folder)
            .map_err(|error| EngineError::File { path: files::name(&place.folder), reason: files::reason(&error) })?;
        let at = self.clock.now();
        let name = place.name(at);
        if let Some(copy) = place.copies().into_iter().find(|copy| copy.name == name) {
            // Asked for twice within a second.
            return Ok(copy);
        }
        let sequence = self.store.history_state().await?.head.sequence;
        let path = place.folder.join(&name);
        self.book_backup(&path).await?;
        let mut unit = self.store.begin().await?;
        unit.put_setting(LAST, &json!({ "at": at.to_string(), "entries": sequence })).await?;
        unit.commit().await?;
        let copies = place.copies();
        // Never the one that was just made: after a clock that ran ahead it is not the newest by its name.
        for old in copies.iter().filter(|copy| copy.name != name).skip((keep as usize).saturating_sub(1)) {
            // One that cannot be deleted is tried again with the next copy.
            if let Err(error) = std::fs::remove_file(&old.path) {
                tracing::warn!(%error, "an old copy could not be deleted");
            }
        }
        copies.into_iter().find(|copy| copy.name == name).ok_or_else(|| EngineError::File {
            path: files::name(&path),
            reason: "the copy is not there after it was made".into(),
        })
    }

    /// Whether anything was done since the last copy, and when that was made.
    async fn since_last(&self) -> EngineResult<(bool, Option<Timestamp>)> {
        let last = self.store.setting(LAST).await?.unwrap_or_default();
        let at = last["at"].as_str().and_then(|at| at.parse().ok());
        let entries = last["entries"].as_u64().unwrap_or_default();
        Ok((!self.store.history_after(entries, 1).await?.is_empty(), at))
    }

    /// Makes the copy that is due by the clock: something was done since the last, and that is long enough ago. A clock that
    /// was set back does not put it off.
    ///
    /// # Errors
    /// As [`Self::backup_now`].
    pub async fn backup_if_due(&self) -> EngineResult<bool> {
        if self.backups.is_none() || self.store.read_only().is_some() {
            return Ok(false);
        }
        let plan = self.backup_plan().await?;
        let (changed, last) = self.since_last().await?;
        if plan.every_hours == 0 || !changed {
            return Ok(false);
        }
        let age = last.map(|last| self.clock.now().duration_since(last).abs());
        if age.is_some_and(|age| age < SignedDuration::from_hours(plan.every_hours.into())) {
            return Ok(false);
        }
        self.backup_now().await.map(|_| true)
    }

    /// As [`Self::backup_if_due`]. A copy that cannot be made is told once, and tried again after an hour.
    pub(crate) async fn back_up_by_the_clock(&self) {
        let now = self.clock.now();
        let failed_at = || self.backup_failed.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = failed_at().is_some_and(|at| now.duration_since(at).abs() < SignedDuration::from_hours(1));
        if lately {
            return;
        }
        let outcome = self.backup_if_due().await;
        *failed_at() = outcome.is_err().then_some(now);
        if let Err(error) = outcome {
            self.alert("BACKUP_FAILED", &format!("The copy that is due could not be made: {}", error.sentence())).await;
        }
    }

    /// Makes a copy before many rows come in, if anything was done since the last.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] when it cannot be made: nothing comes in then.
    pub(crate) async fn backup_before(&self) -> EngineResult<()> {
        if self.backups.is_none() || !self.backup_plan().await?.before_import || !self.since_last().await?.0 {
            return Ok(());
        }
        match self.backup_now().await {
            Ok(_) => Ok(()),
            Err(error) => Err(EngineError::Conflict {
                code: "NO_BACKUP",
                message: format!(
                    "The copy before the import could not be made: {} Nothing was imported. Make room, or switch these copies off in the settings.",
                    error.sentence()
                ),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_known_by_its_name_and_other_files_are_left_alone() {
        let place = BackupPlace::beside(Path::new("/books/Small firm.tieout"));
        assert_eq!(place.folder, Path::new("/books/Small firm backups"));
        let at: Timestamp = "2026-11-19T10:24:05Z".parse().expect("a time");
        assert_eq!(place.name(at), "Small firm 2026-11-19 102405Z.tieout");
        assert_eq!(place.made_at(&place.name(at)), Some(at));
        for other in
            ["Small firm.tieout", "Small firm before upgrade 2026-11-19.tieout", "Other 2026-11-19 102405Z.tieout", "x"]
        {
            assert_eq!(place.made_at(other), None, "{other}");
        }
    }
}
