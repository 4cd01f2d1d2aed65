//! Books: make, check, describe, copy; and the sample.

use std::path::{Path, PathBuf};

use engine::api::backups::{BackupPlan, BackupRow};
use engine::api::book::{BookInfo, BookSettings, Chart, ColumnNames, NewBook};
use engine::words::plural;
use engine::{KeyError, create_book};
use keys::BookKeys;
use serde_json::json;
use store::Store;
use store_sqlite::{BookKey, BookLock, SqliteStore, key_id};

use crate::Done;
use crate::args::{BookCommand, ChartName, SampleArgs, SettingsArgs, Switch};
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, progress, progress_end};
use crate::passphrase::{first_key, key_of, new_key};
use crate::session::{Actor, name_of, open, open_to_read, open_to_write, store_to_read};

pub(crate) async fn run(command: &BookCommand, actor: Actor<'_>) -> Answer<Done> {
    match command {
        BookCommand::Create { file, name, currency, chart, protect } => {
            create(file, name, currency, *chart, *protect, actor).await
        }
        BookCommand::Protect { file, to } => {
            Fault::folder_of(to)?;
            let store = store_to_read(file).await?;
            anew(store, file, to, Some(new_key()?)).await
        }
        BookCommand::Unprotect { file, to } => {
            Fault::folder_of(to)?;
            anew(store_to_read(file).await?, file, to, None).await
        }
        BookCommand::Remember { file } => remember(file).await,
        BookCommand::Forget { file } => {
            if let Some(id) = key_id(file)? {
                BookKeys::forget(&id).map_err(keyring)?;
            }
            let text = format!("This computer asks for the passphrase of {} from now on.", file.display());
            Ok(Output::new(json!({ "book": file, "remembered": false }), text).into())
        }
        BookCommand::Check { file } => check(file, actor).await,
        BookCommand::Reindex { file } => crate::search::rebuild(file, actor).await,
        BookCommand::Settings(chosen) => settings(chosen, actor).await,
        BookCommand::Info { file } => {
            let engine = open_to_read(file, actor).await?;
            let info = engine.book_info().await?;
            engine.close().await;
            Ok(Output::new(&info, describe(&info)).into())
        }
        BookCommand::Restore { copy, to } => restore(copy, to, actor).await,
        BookCommand::Backup { file, to } => {
            Fault::folder_of(to)?;
            let engine = open(file, actor).await?;
            engine.book_backup(to).await?;
            engine.close().await;
            let text = format!("Copied to {}.", to.display());
            Ok(Output::new(json!({ "book": file, "copy": to }), text).into())
        }
        BookCommand::Backups { file } => {
            let engine = open_to_read(file, actor).await?;
            let copies = engine.backups_list();
            engine.close().await;
            let copies = copies?;
            let text = copies_table(&copies);
            Ok(Output::new(copies, text).into())
        }
        BookCommand::BackupNow { file } => {
            let engine = open_to_write(file, actor).await?;
            let copy = engine.backup_now().await;
            engine.close().await;
            let copy = copy?;
            let text = format!("Copied to {}.", copy.path);
            Ok(Output::new(copy, text).into())
        }
        BookCommand::BackupPlan { file, every_hours, keep, before_import } => {
            let chosen = Chosen { every_hours: *every_hours, keep: *keep, before_import: *before_import };
            backup_plan(file, chosen, actor).await
        }
    }
}

/// What of the plan is to change.
#[derive(Clone, Copy)]
struct Chosen {
    every_hours: Option<u32>,
    keep: Option<u32>,
    before_import: Option<Switch>,
}

async fn backup_plan(file: &Path, chosen: Chosen, actor: Actor<'_>) -> Answer<Done> {
    let writes = chosen.every_hours.is_some() || chosen.keep.is_some() || chosen.before_import.is_some();
    let engine = if writes { open_to_write(file, actor).await? } else { open_to_read(file, actor).await? };
    let plan = async {
        let before = engine.backup_plan().await?;
        if !writes {
            return Answer::Ok(before);
        }
        let plan = BackupPlan {
            every_hours: chosen.every_hours.unwrap_or(before.every_hours),
            keep: chosen.keep.unwrap_or(before.keep),
            before_import: chosen.before_import.map_or(before.before_import, |switch| switch == Switch::On),
            folder: None,
        };
        Ok(engine.backup_plan_set(plan).await?)
    };
    let plan = plan.await;
    engine.close().await;
    let plan = plan?;
    let by_the_clock = match plan.every_hours {
        0 => "no copy by the clock".to_owned(),
        hours => {
            format!("a copy every {} if anything was done", plural(u64::from(hours), "hour", "hours"))
        }
    };
    let text = format!(
        "{by_the_clock}; {} kept; {} before imports{}",
        plural(u64::from(plan.keep), "copy is", "copies are"),
        if plan.before_import { "a copy" } else { "none" },
        plan.folder.as_ref().map(|folder| format!("\nin {folder}")).unwrap_or_default(),
    );
    Ok(Output::new(plan, text).into())
}

fn copies_table(copies: &[BackupRow]) -> String {
    let mut table = Table::new(&["Made", ">Bytes", "File"]);
    for copy in copies {
        table.row(vec![copy.at.clone(), engine::words::number(copy.bytes), copy.path.clone()]);
    }
    table.or("The book has made no copy yet.")
}

/// A copy becomes a book of its own, whole or not at all.
async fn restore(copy: &Path, to: &Path, actor: Actor<'_>) -> Answer<Done> {
    Fault::folder_of(to)?;
    engine::files::copy_new(copy, to).map_err(|error| match error.kind() {
        std::io::ErrorKind::ResourceBusy => {
            let message =
                format!("{} is open in a program or was not closed properly. Open it as a book.", copy.display());
            Fault::new(Exit::Book, "BOOK_IN_USE", message)
        }
        std::io::ErrorKind::AlreadyExists => Fault::new(
            Exit::Refused,
            "FILE_EXISTS",
            format!("There is a file {} already. Restore into a new one.", to.display()),
        ),
        _ => Fault::file(copy, &error),
    })?;
    let info = async {
        let engine = open_to_write(to, actor).await?;
        let info = engine.book_info().await;
        engine.close().await;
        Answer::Ok(info?)
    };
    match info.await {
        Ok(info) => Ok(Output::new(&info, format!("Restored {} in {}.", info.name, to.display())).into()),
        Err(fault) => {
            // A copy of something that is no book, or of a damaged one, helps nobody.
            let _ = std::fs::remove_file(to);
            Err(fault)
        }
    }
}

async fn create(
    file: &Path,
    name: &str,
    currency: &str,
    chart: ChartName,
    protect: bool,
    actor: Actor<'_>,
) -> Answer<Done> {
    Fault::folder_of(file)?;
    let book = NewBook {
        name: name.to_owned(),
        currency: currency.to_owned(),
        fiscal_year_start: "01-01".to_owned(),
        chart: match chart {
            ChartName::Empty => Chart::Empty,
            ChartName::SmallCompany => Chart::SmallCompany,
            ChartName::PaymentProvider => Chart::PaymentProvider,
        },
        column_names: ColumnNames::InOut,
        person: None,
    };
    let key = protect.then(first_key).transpose()?;
    let make = |part: PathBuf| async move { SqliteStore::create_with(&part, key.as_ref()).await };
    let info = create_book(file, book, name_of(actor)?, make).await?;
    Ok(Output::new(&info, format!("Made {} in {}.", info.name, file.display())).into())
}

/// Writes a book anew under another key, or under none.
async fn anew(store: SqliteStore, file: &Path, to: &Path, key: Option<BookKey>) -> Answer<Done> {
    // Whoever writes into it meanwhile would go on in the old file.
    let path = std::fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let lock = match BookLock::take(&path) {
        Ok(None) => {
            store.close().await;
            let message = "Another program has this book open. Close it there, then write it anew.";
            return Err(Fault::new(Exit::Book, "BOOK_READ_ONLY", message));
        }
        // Where nobody can write there is nothing to lock.
        other => other.ok().flatten(),
    };
    let written = store.write_anew(to, key.as_ref()).await;
    store.close().await;
    drop(lock);
    written?;
    let how = if key.is_some() { "is protected with the new passphrase" } else { "can be opened by anybody" };
    let text = format!("{} {how}. {} stays as it was.", to.display(), file.display());
    Ok(Output::new(json!({ "book": file, "copy": to, "protected": key.is_some() }), text).into())
}

async fn remember(file: &Path) -> Answer<Done> {
    let Some(key) = key_of(file)? else {
        return Err(Fault::argument("file", format!("{} is not protected.", file.display())));
    };
    // A passphrase that does not open it is not kept.
    SqliteStore::open_to_read_with(file, Some(&key)).await?.close().await;
    BookKeys::remember(&key.id(), &key.text()).map_err(keyring)?;
    let text = format!("This computer opens {} without asking.", file.display());
    Ok(Output::new(json!({ "book": file, "remembered": true }), text).into())
}

fn keyring(error: KeyError) -> Fault {
    Fault::new(Exit::Book, "KEYRING", error.to_string())
}

async fn settings(chosen: &SettingsArgs, actor: Actor<'_>) -> Answer<Done> {
    let SettingsArgs { file, intake_check, closest_text, monitors_repeat, together } = chosen;
    let changes = [intake_check, closest_text, monitors_repeat, together].iter().any(|one| one.is_some());
    let engine = if changes { open_to_write(file, actor).await? } else { open_to_read(file, actor).await? };
    let answer = async {
        let now = engine.book_settings().await?;
        if !changes {
            return Ok(now);
        }
        let or = |said: &Option<Switch>, now| said.map_or(now, |said| said == Switch::On);
        let settings = BookSettings {
            intake_check: or(intake_check, now.intake_check),
            closest_text: or(closest_text, now.closest_text),
            monitors_repeat: or(monitors_repeat, now.monitors_repeat),
            together: or(together, now.together),
        };
        Ok::<_, engine::EngineError>(engine.book_settings_set(settings).await?.settings)
    }
    .await;
    engine.close().await;
    let now = answer?;
    let word = |on| if on { "on" } else { "off" };
    let text = format!(
        "Check queued postings at intake  {}\nClosest text in runs             {}\nMonitors tell at every change    {}\nPostings are booked together     {}\n",
        word(now.intake_check),
        word(now.closest_text),
        word(now.monitors_repeat),
        word(now.together)
    );
    Ok(Output::new(now, text).into())
}

async fn check(file: &Path, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_read(file, actor).await?;
    progress("Checking");
    let found = engine.book_check().await;
    progress_end();
    engine.close().await;
    let found = found?;
    let counts =
        format!("{}, {}", plural(found.balances, "balance", "balances"), plural(found.entries, "entry", "entries"));
    let (text, fault) = if found.problems.is_empty() {
        (format!("{counts}: everything ties."), None)
    } else {
        crate::history::stop_if_broken(file, actor).await;
        let problems = plural(found.problems.len() as u64, "problem was", "problems were");
        let message = format!("{problems} found. Restore the last backup, or ask for help before posting.");
        (format!("{counts}\n{}", found.problems.join("\n")), Some(Fault::new(Exit::Refused, "BOOK_PROBLEMS", message)))
    };
    Ok(Done { output: Output::new(&found, text), fault })
}

fn describe(info: &BookInfo) -> String {
    let mut text = format!(
        "{}\nCurrency      {}\nBalances      {}\nTransactions  {}\nEntries       {}\nOpen holds    {}\nOpen statements  {}\n",
        info.name, info.currency, info.balances, info.transactions, info.entries, info.open_holds, info.open_statements
    );
    if let Some(reason) = &info.read_only {
        text.push_str(reason);
    }
    text
}

/// Makes the sample book and its statement files.
pub(crate) async fn sample(options: &SampleArgs) -> Answer<Done> {
    let today = options.today.unwrap_or_else(|| jiff::Zoned::now().date());
    std::fs::create_dir_all(&options.out).map_err(|error| Fault::file(&options.out, &error))?;
    let book = options.out.join(sample::BOOK_FILE);
    progress("Making the sample book");
    let made = if options.renew {
        let fresh = sample::keep_fresh(&book, &options.out, today).await;
        fresh.map(|()| sample::SampleFiles { book: book.clone(), statements: Vec::new() })
    } else {
        sample::write_sample(&book, &options.out, today).await
    };
    progress_end();
    let files = made.map_err(|error| match error {
        sample::SampleError::Open(error) => Fault::from(error),
        sample::SampleError::File { .. } => Fault::new(Exit::File, "FILE", error.to_string()),
        sample::SampleError::Calendar(_) => Fault::argument("today", error.to_string()),
        sample::SampleError::Engine { .. } => Fault::new(Exit::Internal, "SAMPLE", error.to_string()),
    })?;
    let mut text = format!("{}\n", files.book.display());
    for statement in &files.statements {
        text.push_str(&format!("{}\n", statement.display()));
    }
    Ok(Output::new(json!({ "book": files.book, "statements": files.statements }), text).into())
}
