//! Options of identities, their accounts and keys, and of webhooks.

use std::path::PathBuf;

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum IdentityCommand {
    /// List identities
    List {
        book: PathBuf,
        /// Words that occur in what may be read of them
        #[arg(long)]
        search: Option<String>,
        #[command(flatten)]
        filter: super::Conditions,
        #[command(flatten)]
        page: super::PageArgs,
    },
    /// Show one with its balances and accounts
    Show { book: PathBuf, id: String },
    /// Make one
    Create {
        book: PathBuf,
        /// individual or organisation
        kind: String,
        /// A field and its value: first_name, last_name, other_names, organisation_name, date_of_birth, gender,
        /// nationality, email_address, phone_number, street, city, state, post_code, country, category
        #[arg(long, value_name = "FIELD=VALUE")]
        set: Vec<String>,
        /// A field that only the key of the book opens
        #[arg(long, value_name = "FIELD")]
        protect: Vec<String>,
    },
    /// Change or clear fields
    Change {
        book: PathBuf,
        id: String,
        #[arg(long)]
        kind: Option<String>,
        #[arg(long, value_name = "FIELD=VALUE")]
        set: Vec<String>,
        #[arg(long, value_name = "FIELD")]
        clear: Vec<String>,
    },
    /// Delete one that nothing refers to
    Delete { book: PathBuf, id: String },
    /// Protect fields
    Protect { book: PathBuf, id: String, fields: Vec<String> },
    /// End the protection of fields
    Unprotect {
        book: PathBuf,
        id: String,
        fields: Vec<String>,
        /// Why; stored
        #[arg(long)]
        reason: String,
    },
    /// Look at protected fields, all of them or those named
    Reveal {
        book: PathBuf,
        id: String,
        fields: Vec<String>,
        /// Why; stored
        #[arg(long)]
        reason: String,
    },
    /// Say whom a balance belongs to
    Link {
        book: PathBuf,
        /// Id, @name or name
        balance: String,
        id: String,
        /// Decides between balances of one name
        #[arg(long)]
        currency: Option<String>,
    },
    /// Say that a balance belongs to nobody
    Unlink {
        book: PathBuf,
        /// Id, @name or name
        balance: String,
        #[arg(long)]
        currency: Option<String>,
    },
    /// What was done to one
    History { book: PathBuf, id: String },
    /// Add, change or delete an account that somebody has elsewhere
    #[command(subcommand)]
    Account(AccountCommand),
    /// The key of protected fields
    #[command(subcommand)]
    Key(KeyCommand),
}

/// What an account is.
#[derive(Debug, clap::Args)]
pub(crate) struct AccountArgs {
    /// Number or IBAN, however it is written
    #[arg(long)]
    pub(crate) number: String,
    #[arg(long, default_value = "")]
    pub(crate) name: String,
    #[arg(long, default_value = "")]
    pub(crate) bank: String,
    /// That of the balance if left out
    #[arg(long, default_value = "")]
    pub(crate) currency: String,
    /// The balance that keeps its money: id, @name or name
    #[arg(long)]
    pub(crate) balance: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Add an account to an identity
    Add {
        book: PathBuf,
        identity: String,
        #[command(flatten)]
        account: AccountArgs,
    },
    /// Change an account
    Change {
        book: PathBuf,
        id: String,
        #[command(flatten)]
        account: AccountArgs,
    },
    /// Delete an account; what was booked stays
    Delete { book: PathBuf, id: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// Which key seals, where it is kept, and what is sealed
    Status { book: PathBuf },
    /// Print the keys, to be kept in a safe place; that they were printed is in the history
    Show { book: PathBuf },
    /// Take in keys from standard input, as “show” printed them elsewhere
    Add { book: PathBuf },
    /// Draw a new key and seal everything anew
    Replace {
        book: PathBuf,
        /// Draw none: go on where it was cut off, or seal with a key given from outside
        #[arg(long)]
        resume: bool,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum WebhookCommand {
    /// List webhooks and hooks, and how their deliveries went
    List { book: PathBuf },
    /// Make one; the secret that signs is printed this once
    Create {
        book: PathBuf,
        /// https://…; http:// and private hosts only where allowed by name
        url: String,
        #[arg(long)]
        name: String,
        #[command(flatten)]
        about: WebhookArgs,
        /// webhook, before or after (a posting), or slack
        #[arg(long, default_value = "webhook")]
        role: String,
    },
    /// Change one; what is left out stays
    Change {
        book: PathBuf,
        id: String,
        #[arg(long)]
        url: Option<String>,
        #[arg(long)]
        name: Option<String>,
        #[command(flatten)]
        about: WebhookArgs,
    },
    /// Delete one with its deliveries
    Delete { book: PathBuf, id: String },
    /// Give one a new secret, which is printed this once
    Secret { book: PathBuf, id: String },
    /// Send a test now
    Test { book: PathBuf, id: String },
    /// Names of events
    Events,
    /// Show the hosts that may be reached although they are not public, or say which
    Hosts {
        book: PathBuf,
        /// All that are allowed from now on
        #[arg(long, value_name = "HOST", num_args = 0..)]
        set: Option<Vec<String>>,
    },
    /// Tell what happened and try again what is due
    Deliver {
        book: PathBuf,
        /// Go on until stopped
        #[arg(long)]
        watch: bool,
    },
    /// List deliveries, newest first
    Deliveries {
        book: PathBuf,
        /// waiting, delivered or dead
        #[arg(long)]
        state: Option<String>,
        #[arg(long)]
        event: Option<String>,
        /// Id of a webhook
        #[arg(long)]
        webhook: Option<String>,
        #[command(flatten)]
        page: super::PageArgs,
    },
    /// Show a delivery with what is sent and what was answered
    Delivery { book: PathBuf, id: String },
    /// Tell again
    Replay {
        book: PathBuf,
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// How a webhook is told.
#[derive(Debug, clap::Args)]
pub(crate) struct WebhookArgs {
    /// An event it is told of; everything if there is none
    #[arg(long = "event", value_name = "EVENT")]
    pub(crate) events: Vec<String>,
    /// Before a posting: wait for the answer and take a no
    #[arg(long)]
    pub(crate) blocking: bool,
    /// Seconds that an answer may take
    #[arg(long, value_name = "SECONDS")]
    pub(crate) timeout: Option<u32>,
    /// Attempts until a delivery is given up
    #[arg(long)]
    pub(crate) attempts: Option<u32>,
    /// on, paused (told later) or off (not told)
    #[arg(long)]
    pub(crate) state: Option<String>,
}
