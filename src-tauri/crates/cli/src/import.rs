//! Importing a statement: whole or not at all.

use engine::Engine;
use engine::api::book::JobProgress;
use engine::api::imports::{ImportOptions, ImportPlan, ImportPreview, ImportRequest, ImportSession, ImportSource};

use crate::Done;
use crate::args::ImportArgs;
use crate::fault::{Answer, Exit, Fault};
use crate::mapping::import_options;
use crate::output::{Output, figure, progress, progress_end};
use crate::session::{Actor, balance, minor, open_to_read, open_to_write};
use crate::statement::Pick;
use crate::unread::Unread;

/// Known lines that are told one by one to people.
const KNOWN_SHOWN: usize = 20;

pub(crate) async fn run(options: &ImportArgs, actor: Actor<'_>) -> Answer<Done> {
    // Told before the book is opened. A pipe is refused later: opening one could wait for ever.
    let about = std::fs::metadata(&options.file);
    about
        .and_then(|about| if about.is_file() { std::fs::File::open(&options.file).map(drop) } else { Ok(()) })
        .map_err(|error| Fault::file(&options.file, &error))?;
    let engine = if options.dry_run {
        open_to_read(&options.book, actor).await?
    } else {
        open_to_write(&options.book, actor).await?
    };
    let answer = import(&engine, options).await;
    progress_end();
    engine.close().await;
    answer
}

async fn import(engine: &Engine, args: &ImportArgs) -> Answer<Done> {
    progress("Reading");
    let session = engine.import_open(ImportSource::Path { path: args.file.to_string_lossy().into_owned() }).await?;
    let chosen = match (&args.balance, &session.suggested_balance) {
        (Some(text), _) => balance(engine, "balance", text, None).await?,
        (None, Some(id)) => balance(engine, "balance", id, None).await?,
        (None, None) => {
            return Err(Fault::argument(
                "balance",
                "The file names no account of this book. Say which balance it is for. Nothing was imported.",
            ));
        }
    };
    let mut options = import_options(&args.mapping, profile(engine, args.profile.as_deref()).await?);
    options.statement = args.statement;
    options.opening = typed("opening", args.opening.as_deref(), chosen.exponent)?;
    options.closing = typed("closing", args.closing.as_deref(), chosen.exponent)?;
    options.keep_known.clone_from(&args.keep_known);
    options.keep_all_known = args.keep_all_known;
    options.same.clone_from(&args.same);
    options.all_same = args.all_same;
    let plan = engine.import_plan(&session.id, options.clone(), &chosen.id).await?;
    let preview = async || {
        let preview = engine.import_preview(&session.id, options.clone(), Some(chosen.id.clone())).await?;
        Answer::Ok((Unread::of_preview(&preview), picks(&preview, &options)))
    };
    if args.dry_run {
        let (unread, picks) = preview().await?;
        let fault = would_be_refused(args, &plan, &unread, &picks);
        let mut json = serde_json::to_value(&plan).unwrap_or_default();
        json["detail"] = unread.detail();
        return Ok(Done { output: Output::new(json, describe(&plan, &session, &picks)), fault });
    }
    if plan.bad_rows > 0 && !args.leave_out_bad_rows {
        return Err(preview().await?.0.fault("BAD_ROWS", NOT_IMPORTED));
    }
    if !plan.missing.is_empty() {
        let (_, picks) = preview().await?;
        // The import says all else that is missing; which option picks a reading only the command line knows.
        if !picks.is_empty() {
            return Err(incomplete(&plan, &picks));
        }
    }
    let request = ImportRequest {
        session: session.id.clone(),
        options,
        balance_id: chosen.id.clone(),
        name: args.name.clone().unwrap_or(plan.suggested_name),
        leave_out_bad_rows: args.leave_out_bad_rows,
        save_profile: args.save_profile.clone(),
        accept_other_account: args.accept_other_account,
        accept_other_balance: args.accept_other_balance,
        accept_same_file: args.again,
        accept_late_lines: args.late,
    };
    let tell = |step: JobProgress| {
        progress(&format!("{}: {} of {}", step.title, step.done, step.total));
        true
    };
    let result = engine.import_commit(request, Some(&tell)).await?;
    let id = result.statement_id.as_deref().map(|id| format!("{id}  ")).unwrap_or_default();
    let text = std::iter::once(format!("{id}{}", result.message)).chain(result.notes.clone()).collect::<Vec<_>>();
    Ok(Output::new(&result, text.join("\n")).into())
}

const NOT_IMPORTED: &str = "Nothing was imported. Repair the file, or leave the rows out.";

/// What the import would say no to, as far as its plan tells: days that are signed are among what is missing.
fn would_be_refused(args: &ImportArgs, plan: &ImportPlan, unread: &Unread, picks: &[Pick]) -> Option<Fault> {
    if plan.bad_rows > 0 && !args.leave_out_bad_rows {
        return Some(unread.fault("BAD_ROWS", NOT_IMPORTED));
    }
    if !plan.missing.is_empty() {
        return Some(incomplete(plan, picks));
    }
    if let Some(message) = plan.same_file.as_ref().filter(|_| !args.again) {
        return Some(Fault::new(Exit::Refused, "SAME_FILE", message));
    }
    let late = plan.late.as_ref().filter(|_| !args.late);
    late.map(|message| Fault::new(Exit::Refused, "LATE_LINES", message))
}

fn incomplete(plan: &ImportPlan, picks: &[Pick]) -> Fault {
    let mut message = plan.missing.join(" ");
    if !picks.is_empty() {
        message.push_str(&format!(" {}", Pick::sentence(picks)));
    }
    Fault::new(Exit::Refused, "IMPORT_INCOMPLETE", message)
}

/// The readings that fit, each with the options that it has besides those that were given.
fn picks(preview: &ImportPreview, given: &ImportOptions) -> Vec<Pick> {
    let other = |own: &Option<String>, given: &Option<String>| own.clone().filter(|_| own != given);
    let pick = |one: &engine::api::imports::Reading| {
        let own = &one.options;
        let columns = own.columns.as_ref().filter(|_| own.columns != given.columns).map(|roles| roles.join(","));
        Pick::new(
            &one.label,
            [
                ("date-format", other(&own.date_format, &given.date_format)),
                ("decimal-mark", other(&own.decimal_mark, &given.decimal_mark)),
                ("sign-model", other(&own.sign_model, &given.sign_model)),
                ("columns", columns),
            ],
        )
    };
    preview.readings.iter().map(pick).collect()
}

async fn profile(engine: &Engine, name: Option<&str>) -> Answer<ImportOptions> {
    let Some(name) = name else { return Ok(ImportOptions::default()) };
    let found = engine.profiles().await?.into_iter().find(|profile| profile.name == name || profile.id == name);
    found.map(|profile| profile.options).ok_or_else(|| {
        Fault::new(
            Exit::Refused,
            "NOT_FOUND",
            format!("There is no saved mapping called “{name}”. Nothing was imported."),
        )
    })
}

fn typed(field: &str, text: Option<&str>, exponent: u8) -> Answer<Option<String>> {
    text.map(|text| minor(field, text, exponent).map(|amount| amount.to_string())).transpose()
}

fn describe(plan: &ImportPlan, session: &ImportSession, picks: &[Pick]) -> String {
    let show = |minor: &Option<String>| {
        minor.as_deref().map_or_else(|| "unknown".to_owned(), |minor| figure(minor, plan.exponent))
    };
    let mut text = format!(
        "{} for {}, {}\n{} new lines, {} known before\nOpening {}, closing {}\n{}\n",
        session.file_name,
        plan.balance_name,
        plan.currency,
        plan.new_count,
        plan.known_count,
        show(&plan.proof.opening),
        show(&plan.proof.closing),
        plan.proof.verdict_words
    );
    if let (Some(apart), Some(name)) = (&plan.proof.previous_apart, &plan.proof.previous_name) {
        let apart = figure(apart, plan.exponent);
        text.push_str(&format!("{}\n", engine::words::apart_from(&apart, name)));
    }
    for line in plan.known_lines.iter().take(KNOWN_SHOWN) {
        let from = line.known.as_ref().map(|seen| seen.statement_name.as_str()).unwrap_or_default();
        let amount = figure(&line.amount, plan.exponent);
        text.push_str(&format!("Known: row {}, {}, {amount}, {}, in {from}\n", line.line, line.date, line.description));
    }
    for line in plan.late_lines.iter().take(KNOWN_SHOWN) {
        let amount = figure(&line.amount, plan.exponent);
        let like = line.known.as_ref().map(|seen| format!(", like one in {}", seen.statement_name)).unwrap_or_default();
        let (row, date, description) = (line.line, &line.date, &line.description);
        text.push_str(&format!("Asked about: row {row}, {date}, {amount}, {description}{like}\n"));
    }
    let warnings = [&plan.account_warning, &plan.balance_warning, &plan.same_file, &plan.late];
    let picks = Pick::lines(picks).map(|line| format!("Fits: {line}")).collect::<Vec<_>>();
    for said in plan.missing.iter().chain(&picks).chain(warnings.into_iter().flatten()).chain(&plan.warnings) {
        text.push_str(&format!("{said}\n"));
    }
    text
}
