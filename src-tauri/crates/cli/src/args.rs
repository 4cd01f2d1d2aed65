//! The command line.

mod attachments;
mod entries;
mod import;
mod ledgers;
mod lineage;
mod lists;
mod people;
mod rules;

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use attachments::AttachmentCommand;
pub(crate) use entries::{EntryArgs, EntryCommon, MonitorCommand, PeriodCommand, ScheduledCommand, SplitArgs};
pub(crate) use import::{ImportArgs, MappingArgs};
pub(crate) use ledgers::{BalanceChanges, BalanceCommand, LedgerCommand, YesNo};
pub(crate) use lineage::LineageCommand;
pub(crate) use lists::{Conditions, HistoryFilter, PageArgs, RefundArgs, RegisterFile, TransactionFilter};
pub(crate) use people::{AccountArgs, AccountCommand, IdentityCommand, KeyCommand, WebhookArgs, WebhookCommand};
pub(crate) use rules::RuleCommand;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused: a rule, a name that is missing or taken, or problems that were found
  2  the command line cannot be understood
  3  a file or folder cannot be read, written or understood
  4  the book cannot be opened, or is open for reading only
  5  the program or the database failed

Errors are one JSON object on standard error: {\"error\":{\"code\",\"message\",\"detail\",\"fields\"}}";

/// Double-entry ledger and bank reconciliation, without a window
#[derive(Debug, Parser)]
#[command(name = "tieout", version, after_help = EXIT_CODES, propagate_version = true)]
pub(crate) struct Cli {
    /// Print one JSON document instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Who acts; the user of this machine if left out
    #[arg(long = "as", global = true, value_name = "NAME")]
    pub(crate) actor: Option<String>,
    /// How long to wait for a book that another program writes to
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 2)]
    pub(crate) wait: u64,
    /// Log to standard error, with a filter such as info or engine=debug
    #[arg(long, global = true, value_name = "FILTER", num_args = 0..=1, require_equals = true, default_missing_value = "info")]
    pub(crate) log: Option<String>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make, check, describe or copy a book
    #[command(subcommand)]
    Book(BookCommand),
    /// Make a ledger
    #[command(subcommand)]
    Ledger(LedgerCommand),
    /// List ledgers
    Ledgers {
        book: PathBuf,
        /// Words of the name or the id
        #[arg(long)]
        search: Option<String>,
        #[command(flatten)]
        filter: Conditions,
    },
    /// Make a balance
    #[command(subcommand)]
    Balance(BalanceCommand),
    /// List balances
    Balances {
        book: PathBuf,
        /// Words of the name, the ledger, the account number or the id
        #[arg(long)]
        search: Option<String>,
        #[command(flatten)]
        filter: Conditions,
    },
    /// List the accounts that identities have elsewhere, their numbers masked
    Accounts {
        book: PathBuf,
        /// Words of the name, the bank or the number
        #[arg(long)]
        search: Option<String>,
        #[command(flatten)]
        filter: Conditions,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Look for words or an amount in everything that a book holds
    Search {
        book: PathBuf,
        words: String,
        /// Rows wanted of each kind
        #[arg(long, default_value_t = 10)]
        limit: u32,
    },
    /// List the entries of a balance, newest first
    Register {
        book: PathBuf,
        /// Id, @name or name
        balance: String,
        #[command(flatten)]
        page: PageArgs,
        #[command(flatten)]
        file: RegisterFile,
    },
    /// Every balance with what stands on it, and the proof that both sides are equal
    TrialBalance {
        book: PathBuf,
        /// Day at whose end it is; now if left out
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        as_of: Option<jiff::civil::Date>,
        /// Write it to a .csv, .xlsx or .pdf file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// What the company has, owes and was given, at the end of a day
    BalanceSheet {
        book: PathBuf,
        /// Today if left out
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        as_of: Option<jiff::civil::Date>,
        /// Write it to a .csv, .xlsx or .pdf file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// What was earned and spent
    ProfitAndLoss {
        book: PathBuf,
        /// First day; the start of the fiscal year if left out
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        from: Option<jiff::civil::Date>,
        /// Last day; today if left out
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        to: Option<jiff::civil::Date>,
        /// Write it to a .csv, .xlsx or .pdf file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Watch balances
    #[command(subcommand)]
    Monitor(MonitorCommand),
    /// From which origins the money of a balance came, and which a transaction spent
    #[command(subcommand)]
    Lineage(LineageCommand),
    /// Who is behind a balance: protected fields, accounts elsewhere
    #[command(subcommand)]
    Identity(Box<IdentityCommand>),
    /// Who is told what happens, and what became of telling them
    #[command(subcommand)]
    Webhook(Box<WebhookCommand>),
    /// Close the books up to a day, and reopen them
    #[command(subcommand)]
    Period(PeriodCommand),
    /// List transactions, newest first
    Transactions {
        book: PathBuf,
        #[command(flatten)]
        filter: TransactionFilter,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a transaction with everything that became of it
    Show {
        book: PathBuf,
        /// Id or reference
        id: String,
    },
    /// Show what is noted beside a transaction, balance or ledger, and note more
    Metadata {
        book: PathBuf,
        id: String,
        /// A key and its value, JSON or plain text
        #[arg(long, value_name = "KEY=VALUE")]
        set: Vec<String>,
        /// A key to take away
        #[arg(long, value_name = "KEY")]
        unset: Vec<String>,
    },
    /// Files beside a transaction: invoices, receipts
    #[command(subcommand)]
    Attachment(AttachmentCommand),
    /// Read bank files without a book
    #[command(subcommand)]
    Statement(StatementCommand),
    /// Post or hold
    Post(Box<PostArgs>),
    /// Post a journal entry of several lines, all of it or nothing
    Entry(Box<EntryArgs>),
    /// Post one amount over several balances, all of it or nothing
    Split(Box<SplitArgs>),
    /// What is accepted and waits for its time
    #[command(subcommand)]
    Scheduled(ScheduledCommand),
    /// Commit a hold, whole or in part
    Commit {
        book: PathBuf,
        /// Id or reference of the hold
        hold: String,
        /// Part to commit, decimal; all that is still held if left out
        #[arg(long, allow_hyphen_values = true)]
        amount: Option<String>,
        /// After a part: let the rest go at once
        #[arg(long, requires = "amount")]
        void_rest: bool,
        /// Day the commit counts for; the day of the hold if left out, or today while that is still to come
        #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
        date: Option<jiff::civil::Date>,
        /// Why it may settle in a signed period; logged, and flags the statement
        #[arg(long, value_name = "TEXT")]
        signed_reason: Option<String>,
        /// Reference of the commit; the same again with the same content is booked once
        #[arg(long)]
        reference: Option<String>,
        /// Only say what would happen
        #[arg(long)]
        dry_run: bool,
    },
    /// Let go what is still held
    Void {
        book: PathBuf,
        /// Id or reference of the hold
        hold: String,
        /// Why; stored and printed
        #[arg(long)]
        reason: String,
        /// Reference of the void; the same again with the same content is booked once
        #[arg(long)]
        reference: Option<String>,
        /// Only say what would happen
        #[arg(long)]
        dry_run: bool,
    },
    /// Give back a transaction, whole or in part
    Refund(Box<RefundArgs>),
    /// Import a statement into a book
    Import(Box<ImportArgs>),
    /// The matching rules of a book
    #[command(subcommand)]
    Rule(RuleCommand),
    /// Match, review and sign off statements
    #[command(subcommand)]
    Reconcile(ReconcileCommand),
    /// List statements
    Statements { book: PathBuf },
    /// List what was done in a book, newest first
    History {
        book: PathBuf,
        #[command(flatten)]
        filter: HistoryFilter,
        #[command(flatten)]
        page: PageArgs,
    },
    /// Prove that nothing of the history was changed, dropped or added afterwards
    Verify {
        book: PathBuf,
        /// A head that was given out earlier, as head or the window wrote it
        #[arg(long, value_name = "NUMBER:LINK", conflicts_with = "head_file")]
        head: Option<String>,
        /// A file that holds such a head
        #[arg(long, value_name = "FILE")]
        head_file: Option<PathBuf>,
        /// Let the book be written again although its history does not hold; the reason is kept in it
        #[arg(long, value_name = "REASON")]
        accept: Option<String>,
    },
    /// Print the head of the history, which stands for all of it
    Head {
        book: PathBuf,
        /// Write it to a file to keep apart, and remember it
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Match two CSV files without a book
    Match(MatchArgs),
    /// Make the sample book and its two statements that are not reconciled yet
    Sample(SampleArgs),
}

#[derive(Debug, Subcommand)]
pub(crate) enum StatementCommand {
    /// Show how a bank file is understood: format, encoding, statements, lines and problems
    Read {
        file: PathBuf,
        #[command(flatten)]
        mapping: MappingArgs,
    },
}

#[derive(Debug, Args)]
pub(crate) struct PostArgs {
    pub(crate) book: PathBuf,
    /// Balance the money leaves: id, @name or name
    #[arg(long, required_unless_present_any = ["batch", "stream"])]
    pub(crate) from: Option<String>,
    /// Balance the money reaches
    #[arg(long, required_unless_present_any = ["batch", "stream"])]
    pub(crate) to: Option<String>,
    /// Decimal text such as 12.50, above zero
    #[arg(long, allow_hyphen_values = true, required_unless_present_any = ["batch", "stream"])]
    pub(crate) amount: Option<String>,
    /// Must be that of both balances
    #[arg(long, required_unless_present_any = ["batch", "stream"])]
    pub(crate) currency: Option<String>,
    /// Unique in the book; the same reference with the same content is posted once
    #[arg(long, default_value = "")]
    pub(crate) reference: String,
    #[arg(long, default_value = "")]
    pub(crate) description: String,
    /// Day it counts for; today if left out
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) date: Option<jiff::civil::Date>,
    /// Hold the money instead of moving it
    #[arg(long)]
    pub(crate) hold: bool,
    /// When an open hold voids itself: an instant, or a local YYYY-MM-DDTHH:MM
    #[arg(long, requires = "hold")]
    pub(crate) expires: Option<String>,
    /// When what is still held is booked by itself: an instant, or a local YYYY-MM-DDTHH:MM
    #[arg(long, requires = "hold")]
    pub(crate) commits: Option<String>,
    /// Where the money comes from, for balances that keep lineage
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
    /// The source may go below zero without a floor
    #[arg(long)]
    pub(crate) allow_overdraft: bool,
    /// The source may go down to minus this amount
    #[arg(long, allow_hyphen_values = true)]
    pub(crate) overdraft_limit: Option<String>,
    /// Make @name balances that do not exist yet
    #[arg(long)]
    pub(crate) create_indicators: bool,
    /// Why it may settle in a signed period; logged, and flags the statement
    #[arg(long, value_name = "TEXT")]
    pub(crate) signed_reason: Option<String>,
    /// Say what would happen, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Accept it now and post it then: an instant, or a local YYYY-MM-DDTHH:MM. One in the past is posted at once
    #[arg(long, value_name = "TIME", conflicts_with_all = ["batch", "stream", "dry_run"])]
    pub(crate) at: Option<String>,
    /// Post every row of a CSV or XLSX file whose head names the options, and tell what became of each
    #[arg(long, value_name = "FILE", conflicts_with_all = ["from", "to", "amount", "stream"])]
    pub(crate) batch: Option<PathBuf>,
    /// All rows of the batch or none
    #[arg(long, requires = "batch")]
    pub(crate) atomic: bool,
    /// Read one JSON posting per line from standard input; answer each with one line once it is durable
    #[arg(long, conflicts_with_all = ["from", "to", "amount", "dry_run"])]
    pub(crate) stream: bool,
    /// Answer once it is accepted and durable; it is booked after the stream, or when the book is opened next
    #[arg(long, conflicts_with_all = ["at", "dry_run", "batch"])]
    pub(crate) queue: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReconcileCommand {
    /// Run the matching rules on a statement
    Run {
        book: PathBuf,
        /// Id or name
        statement: String,
        /// Count only, propose nothing
        #[arg(long)]
        dry_run: bool,
        /// Confirm certain matches without a difference
        #[arg(long)]
        accept_certain: bool,
        /// Rules only, no closest-text search, whatever the settings of the book say
        #[arg(long)]
        no_fallback: bool,
        /// Closest-text search where no rule speaks, whatever the settings of the book say
        #[arg(long, conflicts_with = "no_fallback")]
        fallback: bool,
    },
    /// Take up a run that was cut off
    Resume {
        book: PathBuf,
        /// Job of the run; the newest that was cut off if left out
        job: Option<String>,
    },
    /// Accept every proposal of a tier that has no difference
    Accept {
        book: PathBuf,
        statement: String,
        /// The tier
        #[arg(long, value_parser = tiers())]
        tier: String,
    },
    /// Print or write the reconciliation report
    Report {
        book: PathBuf,
        statement: String,
        /// A signed version; the newest state if left out
        #[arg(long)]
        version_number: Option<u32>,
        #[arg(long, value_enum)]
        format: Option<ReportKind>,
        /// Write to this file
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Replace the file if it exists; a book is never replaced
        #[arg(long, requires = "out")]
        force: bool,
    },
    /// Sign a statement, or say what still stands in the way
    Signoff {
        book: PathBuf,
        statement: String,
        /// Your name; without it the checklist is printed and nothing is signed
        #[arg(long)]
        name: Option<String>,
    },
    /// Open a signed statement again as its next version; the signed report stays
    Reopen {
        book: PathBuf,
        statement: String,
        #[arg(long)]
        reason: String,
    },
    /// Take a whole import back, while nothing of it is matched
    UndoImport { book: PathBuf, statement: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportKind {
    Csv,
    Xlsx,
    Pdf,
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct MatchArgs {
    /// ledger_id, account, date, amount, currency, reference, counterparty, description
    #[arg(long, value_name = "FILE")]
    pub(crate) ledger: PathBuf,
    /// statement_id, account, booking_date, value_date, amount, currency, reference, description
    #[arg(long, value_name = "FILE")]
    pub(crate) statement: PathBuf,
    /// Written: statement_id, ledger_id, group_id, tier, score. An older result is replaced, a book or an input never
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Subcommand)]
pub(crate) enum BookCommand {
    /// Make a new book
    Create {
        file: PathBuf,
        /// What the book is called
        #[arg(long)]
        name: String,
        /// Its main currency
        #[arg(long)]
        currency: String,
        /// Ledgers and balances to begin with
        #[arg(long, value_enum, default_value = "empty")]
        chart: ChartName,
        /// Encrypt it under a passphrase: of TIEOUT_NEW_PASSPHRASE or TIEOUT_PASSPHRASE, or the one that is asked for
        #[arg(long)]
        protect: bool,
    },
    /// Write the whole book into a new file that is encrypted under a new passphrase
    Protect {
        file: PathBuf,
        /// The new file; must not exist
        #[arg(long)]
        to: PathBuf,
    },
    /// Write the whole book into a new file that anybody can open
    Unprotect {
        file: PathBuf,
        /// The new file; must not exist
        #[arg(long)]
        to: PathBuf,
    },
    /// Keep the key of a protected book in the keyring of this computer, so that nobody is asked for it
    Remember { file: PathBuf },
    /// Take the key of a protected book out of the keyring of this computer
    Forget { file: PathBuf },
    /// Check the file, recompute every balance, compare debits with credits
    Check { file: PathBuf },
    /// Build anew what words are looked for in, from the rows
    Reindex { file: PathBuf },
    /// Say what is in the book
    Info { file: PathBuf },
    /// Show or choose what the book does where nobody says otherwise
    Settings(SettingsArgs),
    /// Make a book of a copy; the copy stays as it is
    Restore {
        copy: PathBuf,
        /// File of the book; must not exist
        to: PathBuf,
    },
    /// Copy the book, also while it is in use
    Backup {
        file: PathBuf,
        /// File of the copy; must not exist
        to: PathBuf,
    },
    /// List the copies that the book makes by itself, the newest first
    Backups { file: PathBuf },
    /// Make such a copy now; the oldest beyond those that are kept goes
    BackupNow { file: PathBuf },
    /// Show or choose when the book copies itself
    BackupPlan {
        file: PathBuf,
        /// Hours between two copies, if anything was done; 0: none by the clock
        #[arg(long)]
        every_hours: Option<u32>,
        /// Copies that are kept
        #[arg(long)]
        keep: Option<u32>,
        /// A copy before each import of statements or of a thousand postings
        #[arg(long, value_enum)]
        before_import: Option<Switch>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SettingsArgs {
    pub(crate) file: PathBuf,
    /// Refuse a queued posting at once if it could not be booked as things stand
    #[arg(long, value_enum)]
    pub(crate) intake_check: Option<Switch>,
    /// Try the closest text for lines that no rule speaks for
    #[arg(long, value_enum)]
    pub(crate) closest_text: Option<Switch>,
    /// New monitors tell at every change while they are true
    #[arg(long, value_enum)]
    pub(crate) monitors_repeat: Option<Switch>,
    /// Postings that come at the same time are made durable by one commit
    #[arg(long, value_enum)]
    pub(crate) together: Option<Switch>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Switch {
    On,
    Off,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ChartName {
    Empty,
    SmallCompany,
    PaymentProvider,
}

#[derive(Debug, Args)]
pub(crate) struct SampleArgs {
    /// Folder the files are written to
    #[arg(long, value_name = "FOLDER")]
    pub(crate) out: PathBuf,
    /// Last day of the sample; today if left out
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    pub(crate) today: Option<jiff::civil::Date>,
    /// Keep a sample that is there; make it anew only if its days have gone by and nobody worked in it
    #[arg(long)]
    pub(crate) renew: bool,
}

fn day(text: &str) -> Result<jiff::civil::Date, String> {
    text.parse().map_err(|_| "this is no day written as YYYY-MM-DD".to_owned())
}

/// Tiers of `reconcile accept`. An ambiguous match is refused by a rule of the desk, which says why.
fn tiers() -> PossibleValuesParser {
    let shown = ["certain", "likely", "possible"].map(PossibleValue::new);
    PossibleValuesParser::new(shown.into_iter().chain([PossibleValue::new("ambiguous").hide(true)]))
}
