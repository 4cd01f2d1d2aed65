//! `tieout`: the engine without a window.
//!
//! A command decodes its arguments, calls the engine and prints what it answers: a table, or with `--json` one JSON
//! document. Whatever goes wrong is one JSON object on standard error and an exit code.

#![forbid(unsafe_code)]

mod args;
mod attachments;
mod book;
mod entries;
mod fault;
mod financial;
mod history;
mod holds;
mod identities;
mod import;
mod ledgers;
mod lineage;
mod mapping;
mod match_files;
mod monitors;
mod output;
mod passphrase;
mod post;
mod reconcile;
mod refund;
mod rules;
mod scheduled;
mod search;
mod session;
mod statement;
mod stream;
mod transactions;
mod trial;
mod unread;
mod webhooks;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use engine::api::financial::FinancialKind;
use engine::api::transactions::{CommitItem, VoidItem};

use crate::args::{Cli, Command};
use crate::fault::{Answer, Exit, Fault};
use crate::financial::Asked;
use crate::output::Output;
use crate::session::Actor;

/// Longest wait for a book, in seconds: a day.
const MAX_WAIT: u64 = 86_400;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            // Help and version are answers, not errors.
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => return tell(&Fault::usage(&error)),
    };
    if let Some(filter) = &cli.log {
        let filter = tracing_subscriber::EnvFilter::try_new(filter)
            .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            return tell(&Fault::new(Exit::Internal, "RUNTIME", format!("The program could not start: {error}.")));
        }
    };
    match runtime.block_on(run(&cli)) {
        Ok(answer) => finish(&cli, &answer),
        Err(fault) => tell(&fault.named_as_options()),
    }
}

/// An answer, and what still is to be complained about.
struct Done {
    output: Output,
    fault: Option<Fault>,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self { output, fault: None }
    }
}

fn finish(cli: &Cli, done: &Done) -> ExitCode {
    if let Err(error) = done.output.print(cli.json)
        // Whoever read the beginning and closed the pipe has what they wanted.
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        return tell(&Fault::new(Exit::File, "OUTPUT", format!("The answer could not be printed: {error}.")));
    }
    done.fault.as_ref().map_or(ExitCode::SUCCESS, tell)
}

fn tell(fault: &Fault) -> ExitCode {
    eprintln!("{}", fault.to_json());
    ExitCode::from(fault.exit as u8)
}

async fn run(cli: &Cli) -> Answer<Done> {
    let actor = Actor { name: cli.actor.as_deref(), wait: Duration::from_secs(cli.wait.min(MAX_WAIT)) };
    match &cli.command {
        Command::Book(command) => book::run(command, actor).await,
        Command::Ledger(command) => ledgers::ledger_command(command, actor).await,
        Command::Ledgers { book, search, filter } => {
            ledgers::list_ledgers(book, search.as_deref(), filter, actor).await
        }
        Command::Balance(command) => ledgers::balance_command(command, actor).await,
        Command::Balances { book, search, filter } => {
            ledgers::list_balances(book, search.as_deref(), filter, actor).await
        }
        Command::Accounts { book, search, filter, page } => {
            search::accounts(book, search.as_deref(), filter, page, actor).await
        }
        Command::Search { book, words, limit } => search::everything(book, words, *limit, actor).await,
        Command::Register { book, balance, page, file } => match &file.out {
            Some(out) => ledgers::register_file(book, balance, file, out, actor).await,
            None => ledgers::register(book, balance, page, actor).await,
        },
        Command::TrialBalance { book, as_of, out } => trial::run(book, *as_of, out.as_deref(), actor).await,
        Command::BalanceSheet { book, as_of, out } => {
            let kind = FinancialKind::BalanceSheet;
            financial::report(book, Asked { kind, from: None, to: *as_of, out: out.as_deref() }, actor).await
        }
        Command::ProfitAndLoss { book, from, to, out } => {
            let kind = FinancialKind::ProfitAndLoss;
            financial::report(book, Asked { kind, from: *from, to: *to, out: out.as_deref() }, actor).await
        }
        Command::Lineage(command) => lineage::run(command, actor).await,
        Command::Monitor(command) => monitors::run(command, actor).await,
        Command::Identity(command) => identities::run(command, actor).await,
        Command::Webhook(command) => webhooks::run(command, actor).await,
        Command::Period(command) => financial::period(command, actor).await,
        Command::Transactions { book, filter, page } => transactions::list(book, filter, page, actor).await,
        Command::Show { book, id } => transactions::show(book, id, actor).await,
        Command::Metadata { book, id, set, unset } => transactions::metadata(book, id, set, unset, actor).await,
        Command::Attachment(command) => attachments::run(command, actor).await,
        Command::Statement(command) => statement::read(command),
        Command::Post(options) => post::run(options, actor).await,
        Command::Entry(options) => entries::run(options, actor).await,
        Command::Split(options) => entries::split(options, actor).await,
        Command::Scheduled(command) => scheduled::run(command, actor).await,
        Command::Commit { book, hold, amount, void_rest, date, signed_reason, reference, dry_run } => {
            let item = CommitItem {
                id: hold.clone(),
                amount: amount.clone(),
                void_rest: *void_rest,
                date: date.map(|day| day.to_string()),
                signed_reason: signed_reason.clone(),
                reference: reference.clone(),
            };
            holds::commit(book, item, *dry_run, actor).await
        }
        Command::Void { book, hold, reason, reference, dry_run } => {
            let item = VoidItem { id: hold.clone(), reference: reference.clone() };
            holds::void(book, item, reason, *dry_run, actor).await
        }
        Command::Refund(options) => refund::run(options, actor).await,
        Command::Import(options) => import::run(options, actor).await,
        Command::Rule(command) => rules::run(command, actor).await,
        Command::Reconcile(command) => reconcile::run(command, actor).await,
        Command::Statements { book } => reconcile::list(book, actor).await,
        Command::History { book, filter, page } => history::list(book, filter, page, actor).await,
        Command::Verify { book, accept: Some(reason), .. } => history::accept(book, reason, actor).await,
        Command::Verify { book, head, head_file, accept: None } => {
            history::verify(book, head.as_deref(), head_file.as_deref(), actor).await
        }
        Command::Head { book, out } => history::head(book, out.as_deref(), actor).await,
        Command::Match(options) => match_files::run(options),
        Command::Sample(options) => book::sample(options).await,
    }
}
