//! A bank balance with postings, and statements as the bank would send them.

use engine::EngineResult;
use engine::api::desk::{DeskEntry, DeskFilter, DeskLine, DeskLinesQuery, DifferencePosting};
use engine::api::imports::{ImportOptions, ImportPlan, ImportRequest, ImportResult, ImportSource};
use engine::api::statements::{RunFallback, RunRequest};
use engine::api::transactions::PostRequest;

use crate::support::TestBook;

/// A book with a bank balance of 1,000.00 EUR since August.
pub struct Bank {
    pub book: TestBook,
    pub bank: String,
    pub other: String,
    pub fees: String,
}

/// Date, description, amount in decimal text.
pub type Row<'a> = (&'a str, &'a str, &'a str);

pub const ROWS: &[Row<'static>] = &[
    ("2026-10-01", "SEPA CR DUNMORE AQUACULTURE INV-20062", "648.00"),
    ("2026-10-05", "SEPA CR TOLKA MARINA INV-20014", "372.14"),
    ("2026-10-08", "SEPA CR VESTMAR SURVEY INV-19988 LESS CHG", "182.44"),
    ("2026-10-14", "CARDLINE PAYOUT 87797", "93.84"),
    ("2026-10-15", "DD LIFFEY ENERGY 00412277", "-138.62"),
    ("2026-10-31", "CREDIT INTEREST", "0.37"),
];

/// An amount as a bank that prints both signs has it: few rows without any would be asked about.
fn signed(amount: &str) -> String {
    if amount.starts_with(['-', '+']) { amount.to_owned() } else { format!("+{amount}") }
}

/// The file of a bank: signed amounts with a running balance.
pub fn csv(opening: i64, rows: &[Row<'_>]) -> Vec<u8> {
    let mut balance = opening;
    let mut text = String::from("Date;Description;Amount;Balance\n");
    for (date, description, amount) in rows {
        let minor: i64 = amount.replace('.', "").parse().unwrap();
        balance += minor;
        let sign = if balance < 0 { "-" } else { "" };
        text.push_str(&format!(
            "{date};{description};{};{sign}{}.{:02}\n",
            signed(amount),
            balance.abs() / 100,
            balance.abs() % 100
        ));
    }
    text.into_bytes()
}

/// A file without running balances.
pub fn plain(rows: &[Row<'_>]) -> Vec<u8> {
    let lines = rows.iter().map(|(date, text, amount)| format!("{date};{text};{}\n", signed(amount)));
    format!("Date;Description;Amount\n{}", lines.collect::<String>()).into_bytes()
}

impl Bank {
    /// A bank balance that nothing was posted to.
    pub async fn empty() -> Self {
        Self::empty_in(TestBook::new().await).await
    }

    async fn empty_in(book: TestBook) -> Self {
        let bank = book.balance("Merrion Operating", "EUR").await;
        let other = book.balance("Trade debtors", "EUR").await;
        let fees = book.balance("Bank fees", "EUR").await;
        Self { book, bank, other, fees }
    }

    pub async fn new() -> Self {
        Self::opened(TestBook::new().await).await
    }

    async fn opened(book: TestBook) -> Self {
        let this = Self::empty_in(book).await;
        this.post("OPEN-1", "2026-08-01", "1000.00", "Opening").await;
        this
    }

    /// A bank with the postings that [`ROWS`] speak about.
    pub async fn with_entries() -> Self {
        Self::with_entries_in(TestBook::new().await).await
    }

    pub async fn with_entries_in(book: TestBook) -> Self {
        let this = Self::opened(book).await;
        for (reference, date, amount, text) in [
            ("INV-20062", "2026-10-01", "648.00", "Payment, Dunmore Aquaculture"),
            ("INV-20014", "2026-10-04", "372.14", "Payment, Tolka Marina"),
            ("INV-19988", "2026-10-07", "182.50", "Payment, Vestmar Survey"),
            ("CLB-1210", "2026-10-12", "41.20", "Cardline batch, 12 Oct"),
            ("CLB-1310", "2026-10-13", "52.64", "Cardline batch, 13 Oct"),
            ("LE-412277", "2026-10-14", "-138.62", "Liffey Energy, September"),
            ("PAY-7557", "2026-10-30", "-124.80", "Payment, Ormond Castings"),
        ] {
            this.post(reference, date, amount, text).await;
        }
        this
    }

    /// Money in is above zero.
    pub async fn post(&self, reference: &str, date: &str, amount: &str, text: &str) -> String {
        let (source, destination) =
            if amount.starts_with('-') { (&self.bank, &self.other) } else { (&self.other, &self.bank) };
        let request = PostRequest {
            reference: reference.into(),
            amount: amount.replace(['-', '.'], "").trim_start_matches('0').into(),
            currency: "EUR".into(),
            source: source.clone(),
            destination: destination.clone(),
            description: text.into(),
            effective_date: Some(date.into()),
            allow_overdraft: true,
            ..PostRequest::default()
        };
        self.book.engine.post(request).await.unwrap().family.id
    }

    pub async fn import(&self, name: &str, bytes: Vec<u8>, leave_out: bool) -> EngineResult<ImportResult> {
        self.import_with(name, bytes, leave_out, ImportOptions::default()).await
    }

    pub async fn import_with(
        &self,
        name: &str,
        bytes: Vec<u8>,
        leave_out: bool,
        options: ImportOptions,
    ) -> EngineResult<ImportResult> {
        self.import_into(&self.bank, name, bytes, leave_out, options, false).await
    }

    pub async fn import_into(
        &self,
        balance: &str,
        name: &str,
        bytes: Vec<u8>,
        leave_out: bool,
        options: ImportOptions,
        accept_other_balance: bool,
    ) -> EngineResult<ImportResult> {
        let change = |request: &mut ImportRequest| {
            request.balance_id = balance.into();
            request.options = options;
            request.leave_out_bad_rows = leave_out;
            request.accept_other_balance = accept_other_balance;
        };
        self.import_as(name, bytes, change).await
    }

    /// Imports into the bank, with what else is said about it.
    pub async fn import_as(
        &self,
        name: &str,
        bytes: Vec<u8>,
        change: impl FnOnce(&mut ImportRequest),
    ) -> EngineResult<ImportResult> {
        let engine = &self.book.engine;
        let session = engine.import_open(ImportSource::Bytes { name: format!("{name}.csv"), bytes }).await?;
        let mut request = ImportRequest {
            session: session.id.clone(),
            options: ImportOptions::default(),
            balance_id: self.bank.clone(),
            name: name.into(),
            leave_out_bad_rows: false,
            save_profile: None,
            accept_other_account: false,
            accept_other_balance: false,
            accept_same_file: false,
            accept_late_lines: false,
        };
        change(&mut request);
        let result = engine.import_commit(request, None).await;
        engine.import_close(&session.id);
        result
    }

    /// What importing into the bank would do.
    pub async fn plan(&self, bytes: Vec<u8>, options: ImportOptions) -> ImportPlan {
        let engine = &self.book.engine;
        let source = ImportSource::Bytes { name: "plan.csv".into(), bytes };
        let session = engine.import_open(source).await.unwrap().id;
        let plan = engine.import_plan(&session, options, &self.bank).await.unwrap();
        engine.import_close(&session);
        plan
    }

    /// Imports [`ROWS`] as October.
    pub async fn october(&self) -> String {
        self.import("Merrion Operating, October 2026", csv(100_000, ROWS), false).await.unwrap().statement_id.unwrap()
    }

    pub async fn lines(&self, statement: &str) -> Vec<DeskLine> {
        let query =
            DeskLinesQuery { statement_id: statement.into(), filter: DeskFilter::All, ..DeskLinesQuery::default() };
        self.book.engine.desk_lines(query).await.unwrap().lines
    }

    pub async fn line(&self, statement: &str, text: &str) -> DeskLine {
        self.lines(statement).await.into_iter().find(|line| line.description.contains(text)).unwrap()
    }

    pub async fn entries(&self, statement: &str) -> Vec<DeskEntry> {
        let query = engine::api::desk::DeskEntriesQuery {
            statement_id: statement.into(),
            earlier: true,
            later: true,
            ..Default::default()
        };
        let page = self.book.engine.desk_entries(query).await.unwrap();
        page.unmatched.into_iter().chain(page.outstanding).collect()
    }

    /// Posts an entry for each of the rows, called after `prefix`, and matches the two.
    pub async fn match_each(&self, statement: &str, prefix: &str, rows: &[Row<'_>]) {
        for (at, (date, text, amount)) in rows.iter().enumerate() {
            let entry = self.post(&format!("{prefix}-{at}"), date, amount, text).await;
            let line = self.line(statement, text).await;
            self.book.engine.match_accept(statement, vec![line.id], vec![entry], None).await.unwrap();
        }
    }

    pub async fn entry(&self, statement: &str, reference: &str) -> DeskEntry {
        self.entries(statement).await.into_iter().find(|entry| entry.reference == reference).unwrap()
    }
}

/// A bank charge against a balance.
pub fn posting(against: &str, amount: &str) -> DifferencePosting {
    DifferencePosting {
        against: against.into(),
        description: "Bank charge".into(),
        amount: amount.into(),
        effective_date: None,
        signed_reason: None,
    }
}

pub fn run_request(statement: &str) -> RunRequest {
    RunRequest {
        statement_id: statement.into(),
        rule_ids: None,
        fallback: Some(RunFallback::ClosestText),
        dry_run: false,
        auto_confirm: false,
    }
}
