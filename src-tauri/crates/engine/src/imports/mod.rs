//! Importing a statement: the file stays in memory until the last step, which is one database transaction.

mod chain;
mod commit;
mod known;
mod plan;
mod preview;
mod proof;
mod work;

use std::sync::{Arc, Mutex, PoisonError};

use ledger::Currency;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use statements::{CellRepair, Cut, Mapping, ReadOptions, ReadStep, Reading, Role};
use store::recon::{ImportSeen, ProfileRecord};

use crate::api::imports::{EarlierImport, ImportOptions, ImportSession, ImportSource, MappingProfile};
use crate::clock::new_id;
use crate::runs::hex;
use crate::{Engine, EngineError, EngineResult, files};
pub use work::ImportProgress;

/// Largest file that is read; it is held in memory.
const MAX_BYTES: u64 = files::STATEMENT_BYTES;

/// A file open in the wizard.
pub(crate) struct Session {
    id: String,
    name: String,
    bytes: Vec<u8>,
    sha256: String,
    /// Saved mapping the file is known by.
    profile: Option<ProfileRecord>,
    /// The rows that the file was recognised by, until they are read.
    cut: Mutex<Option<Cut>>,
    last: work::LastReading,
    switches: work::Switches,
}

/// A unit variant as its stored word.
pub(crate) fn word<T: Serialize>(value: T) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// A stored word as its variant; an unknown word is a wrong field.
fn parse<T: DeserializeOwned>(field: &str, text: Option<&String>) -> EngineResult<Option<T>> {
    text.map(|text| {
        serde_json::from_value(Value::String(text.clone()))
            .map_err(|_| EngineError::invalid(field, format!("“{text}” is not a choice here.")))
    })
    .transpose()
}

fn seen_view(seen: &ImportSeen) -> EarlierImport {
    EarlierImport {
        statement_id: seen.statement_id.clone(),
        statement_name: seen.statement_name.clone(),
        file_name: seen.file_name.clone(),
        balance_id: seen.balance_id.clone(),
        balance_name: seen.balance_name.clone(),
        at: seen.at.to_string(),
    }
}

impl Session {
    /// What the reader is told: the person's choices, over the saved mapping, over detection.
    fn read_options(
        &self,
        options: &ImportOptions,
        hint: Option<&Currency>,
        today: jiff::civil::Date,
    ) -> EngineResult<ReadOptions> {
        let currency = match &options.currency {
            Some(code) => Some(
                Currency::iso(code)
                    .ok_or_else(|| EngineError::invalid("currency", format!("“{code}” is not a currency.")))?,
            ),
            None => hint.cloned(),
        };
        let mut read = ReadOptions {
            encoding: options.encoding.clone(),
            delimiter: options.delimiter.as_ref().and_then(|text| text.chars().next()),
            sheet: options.sheet.clone(),
            header_row: options.header_line,
            mapping: self.profile.as_ref().and_then(|profile| serde_json::from_value(profile.mapping.clone()).ok()),
            currency_hint: currency,
            today: Some(today),
            date_format: parse("date_format", options.date_format.as_ref())?,
            decimal_mark: parse("decimal_mark", options.decimal_mark.as_ref())?,
            sign_model: parse("sign_model", options.sign_model.as_ref())?,
            repairs: options
                .repairs
                .iter()
                .map(|repair| CellRepair { line: repair.line, column: repair.column + 1, value: repair.value.clone() })
                .collect(),
            skip_lines: options.leave_out.clone(),
        };
        if let Some(roles) = &options.columns {
            read.mapping = Some(self.with_roles(&read, roles)?);
        }
        Ok(read)
    }

    /// The file under these options. The rows that it was recognised by are taken the first time.
    fn read(
        &self,
        options: &ReadOptions,
        watch: &mut dyn FnMut(ReadStep) -> EngineResult<()>,
    ) -> EngineResult<Reading> {
        let cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner).take();
        match cut.filter(|cut| cut.is_under(options)) {
            Some(cut) => cut.read_watched(&self.name, options, watch),
            None => statements::read_watched(&self.bytes, &self.name, options, watch),
        }
    }

    /// The detected mapping with other roles. A column whose role changed is read by its own evidence again.
    fn with_roles(&self, read: &ReadOptions, roles: &[String]) -> EngineResult<Mapping> {
        // The roles of the saved mapping are that mapping, with all that it knows besides.
        if let Some(saved) = &read.mapping
            && saved.columns.iter().map(|column| word(column.role)).eq(roles.iter().cloned())
        {
            return Ok(saved.clone());
        }
        let found = statements::inspect(&self.bytes, &self.name, &ReadOptions { mapping: None, ..read.clone() });
        let mut mapping = found
            .detection
            .mapping
            .ok_or_else(|| EngineError::invalid("columns", "There is no table in this file."))?;
        let mut changed = false;
        for (column, text) in mapping.columns.iter_mut().zip(roles) {
            let role: Role = parse("columns", Some(text))?.unwrap_or(Role::Ignore);
            if column.role != role {
                changed = true;
                column.role = role;
                column.decimal_mark = None;
                column.date_format = None;
            }
        }
        if changed {
            mapping.sign_model = None;
        }
        Ok(mapping)
    }
}

impl Engine {
    /// Takes a file into the wizard. Nothing is stored.
    ///
    /// # Errors
    /// `FILE` if it cannot be read or is larger than 64 MB; `NOT_A_STATEMENT` with a sentence if it is something else.
    pub async fn import_open(&self, source: ImportSource) -> EngineResult<ImportSession> {
        let (name, bytes) = load(source).await?;
        let sha256 = hex(&Sha256::digest(&bytes));
        let size = bytes.len() as u64;
        let (name, bytes, cut, found) = tokio::task::spawn_blocking(move || {
            let cut = Cut::new(&bytes, &name, &ReadOptions::default());
            let found = cut.recognise();
            (name, bytes, cut, found)
        })
        .await
        .map_err(reading_failed)?;
        let found =
            found.map_err(|problem| EngineError::Conflict { code: "NOT_A_STATEMENT", message: problem.message })?;
        let profile = self.store.profile_by_fingerprint(&found.fingerprint).await?;
        let before = self.store.file_imports(&sha256).await?;
        let suggested = match (before.first(), profile.as_ref().and_then(|profile| profile.balance_id.clone())) {
            (Some(seen), _) => Some(seen.balance_id.clone()),
            (None, Some(id)) => Some(id),
            (None, None) => self.balance_of_account(found.account.as_deref()).await?,
        };
        let session = ImportSession {
            id: new_id("imp"),
            file_name: name.clone(),
            size,
            sha256: sha256.clone(),
            format: word(found.format),
            profile: profile.as_ref().map(|profile| profile.name.clone()),
            imported_before: before.iter().map(seen_view).collect(),
            suggested_balance: suggested,
        };
        let kept = Session {
            id: session.id.clone(),
            name,
            bytes,
            sha256,
            profile,
            cut: Mutex::new(Some(cut)),
            last: work::LastReading::default(),
            switches: work::Switches::default(),
        };
        self.recon.sessions().insert(session.id.clone(), Arc::new(kept));
        Ok(session)
    }

    /// Forgets a file, and ends what still runs on it.
    pub fn import_close(&self, session: &str) {
        if let Some(session) = self.recon.sessions().remove(session) {
            session.switches.end_all();
        }
    }

    /// Ends what runs on a file: reading it, comparing it or storing it. Nothing of it is kept.
    pub fn import_cancel(&self, session: &str) {
        if let Ok(session) = self.session(session) {
            session.switches.end_all();
        }
    }

    fn session(&self, id: &str) -> EngineResult<Arc<Session>> {
        self.recon.sessions().get(id).cloned().ok_or_else(|| EngineError::not_found("open import", id))
    }

    async fn balance_of_account(&self, account: Option<&str>) -> EngineResult<Option<String>> {
        let Some(account) = account else { return Ok(None) };
        let query = store::Query { limit: store::query::MAX_PAGE, ..store::Query::default() };
        let balances = self.store.balances(&query).await?.rows;
        let fits = balances
            .into_iter()
            .find(|record| record.account_number.as_deref().is_some_and(|own| same_account(own, account)));
        Ok(fits.map(|record| record.balance.id))
    }

    /// Saved mappings.
    pub async fn profiles(&self) -> EngineResult<Vec<MappingProfile>> {
        let profiles = self.store.profiles().await?;
        Ok(profiles
            .into_iter()
            .map(|profile| {
                let mapping: Option<Mapping> = serde_json::from_value(profile.mapping).ok();
                MappingProfile {
                    id: profile.id,
                    name: profile.name,
                    balance_id: profile.balance_id,
                    options: mapping.map(|mapping| mapping_options(&mapping)).unwrap_or_default(),
                    updated_at: profile.updated_at.to_string(),
                }
            })
            .collect())
    }

    /// Forgets a saved mapping. Imports made with it stay.
    pub async fn profile_delete(&self, profile_id: &str) -> EngineResult<()> {
        let mut unit = self.store.begin().await?;
        if !unit.delete_profile(profile_id).await? {
            return Err(EngineError::not_found("mapping", profile_id));
        }
        unit.commit().await?;
        Ok(())
    }
}

/// The choices that a mapping stands for.
fn mapping_options(mapping: &Mapping) -> ImportOptions {
    ImportOptions {
        columns: Some(mapping.columns.iter().map(|column| word(column.role)).collect()),
        sign_model: mapping.sign_model.map(word),
        decimal_mark: mapping.columns.iter().find_map(|column| column.decimal_mark).map(word),
        date_format: mapping.columns.iter().find_map(|column| column.date_format).map(word),
        ..ImportOptions::default()
    }
}

/// Whether two account numbers are the same, however they are grouped or masked. One may be the end of the other.
fn same_account(a: &str, b: &str) -> bool {
    let plain = |text: &str| {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_uppercase).collect::<String>()
    };
    let (a, b) = (plain(a), plain(b));
    let (short, long) = if a.len() < b.len() { (&a, &b) } else { (&b, &a) };
    a == b || (short.len() >= 4 && long.ends_with(short.as_str()))
}

/// The name and the bytes of a file.
pub(crate) async fn load(source: ImportSource) -> EngineResult<(String, Vec<u8>)> {
    match source {
        ImportSource::Bytes { name, bytes } => {
            too_large(&name, bytes.len() as u64)?;
            Ok((name, bytes))
        }
        ImportSource::Path { path } => tokio::task::spawn_blocking(move || {
            let failed = |error: std::io::Error| EngineError::File { path: path.clone(), reason: error.to_string() };
            let bytes = files::bounded(path.as_ref(), MAX_BYTES).map_err(failed)?;
            too_large(&path, bytes.len() as u64)?;
            let name = std::path::Path::new(&path)
                .file_name()
                .map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned());
            Ok((name, bytes))
        })
        .await
        .map_err(reading_failed)?,
    }
}

fn too_large(path: &str, size: u64) -> EngineResult<()> {
    if size > MAX_BYTES {
        return Err(EngineError::File {
            path: path.to_owned(),
            reason: "larger than 64 MB; split it. Nothing was imported".into(),
        });
    }
    Ok(())
}

fn reading_failed(error: tokio::task::JoinError) -> EngineError {
    EngineError::Conflict {
        code: "READ_FAILED",
        message: format!("Reading stopped because of a fault in Tieout: {error}. Nothing was imported."),
    }
}
