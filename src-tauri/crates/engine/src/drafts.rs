//! Postings as people write them down: balances by name, amounts as decimal text; one by one, or as a file.

use std::collections::{BTreeSet, HashMap};

use ledger::{Amount, Currency};
use serde::{Deserialize, Serialize};
use statements::RawRow;

use crate::api::bulk::{PostingsFile, PostingsFileRow};
use crate::api::imports::ImportSource;
use crate::api::ledgers::BalanceRow;
use crate::api::page::{FilterCondition, FilterTest, ListQuery};
use crate::api::transactions::PostRequest;
use crate::bulk::MOST_ITEMS;
use crate::imports::load;
use crate::{Engine, EngineError, EngineResult, lineage, words};

/// A posting as it is written down.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Draft {
    pub from: String,
    pub to: String,
    pub amount: String,
    pub currency: String,
    pub reference: String,
    pub description: String,
    pub date: Option<String>,
    pub hold: bool,
    pub expires: Option<String>,
    /// When what is still held is booked by itself.
    pub commits: Option<String>,
    /// Where the money comes from, for balances that keep lineage.
    pub origin: Option<String>,
    pub allow_overdraft: bool,
    pub overdraft_limit: Option<String>,
    pub create_indicators: bool,
    pub signed_reason: Option<String>,
}

/// Columns of a file of postings; the first three must be there.
const COLUMNS: [&str; 15] = [
    "from",
    "to",
    "amount",
    "currency",
    "reference",
    "description",
    "date",
    "hold",
    "expires",
    "commits",
    "origin",
    "allow_overdraft",
    "overdraft_limit",
    "create_indicators",
    "signed_reason",
];
const NEEDED: usize = 3;

/// Finds balances once for many postings.
#[derive(Default)]
pub struct Drafts {
    known: HashMap<(String, String), BalanceRow>,
}

impl Drafts {
    /// The request that a draft stands for.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] naming the field, [`EngineError::NotFound`] for a balance that is not there.
    pub async fn request(&mut self, engine: &Engine, draft: &Draft) -> EngineResult<PostRequest> {
        self.with_exponent(engine, draft).await.map(|(request, _)| request)
    }

    async fn with_exponent(&mut self, engine: &Engine, draft: &Draft) -> EngineResult<(PostRequest, u8)> {
        let source = self.side(engine, "from", &draft.from, &draft.currency).await?;
        let destination = self.side(engine, "to", &draft.to, &draft.currency).await?;
        let sides = || source.iter().chain(destination.iter());
        // A balance in another currency is refused by the engine, with both named.
        let fits = sides().find(|row| row.currency == draft.currency).or_else(|| sides().next());
        let exponent = match fits {
            Some(row) => row.exponent,
            None => iso_exponent(&draft.currency)?,
        };
        let limit =
            draft.overdraft_limit.as_deref().map(|text| minor("overdraft_limit", text, exponent)).transpose()?;
        let id = |row: Option<BalanceRow>, text: &str| match row {
            Some(row) if !text.starts_with('@') => row.id,
            _ => text.to_owned(),
        };
        let request = PostRequest {
            reference: draft.reference.clone(),
            amount: minor("amount", &draft.amount, exponent)?.to_string(),
            currency: draft.currency.clone(),
            source: id(source, &draft.from),
            destination: id(destination, &draft.to),
            description: draft.description.clone(),
            effective_date: draft.date.clone(),
            hold: draft.hold,
            expires_at: draft.expires.as_deref().map(|text| instant_of("expires", text)).transpose()?,
            commits_at: draft.commits.as_deref().map(|text| instant_of("commits", text)).transpose()?,
            allow_overdraft: draft.allow_overdraft,
            overdraft_limit: limit.map(|limit| limit.to_string()),
            metadata: draft.origin.as_deref().map(lineage::origin_metadata),
            create_indicators: draft.create_indicators,
            signed_reason: draft.signed_reason.clone(),
            refunds: None,
        };
        Ok((request, exponent))
    }

    /// The balance of one side; none for an `@name` that does not exist in the currency.
    async fn side(
        &mut self,
        engine: &Engine,
        field: &str,
        text: &str,
        currency: &str,
    ) -> EngineResult<Option<BalanceRow>> {
        let key = (text.to_owned(), currency.to_owned());
        if let Some(row) = self.known.get(&key) {
            return Ok(Some(row.clone()));
        }
        if text.is_empty() {
            let message = format!("Say which balance is meant by {field}. Nothing was posted.");
            return Err(EngineError::invalid(field, message));
        }
        let row = if text.starts_with('@') {
            let mut found = engine.balances_called(text).await?;
            found.retain(|row| row.currency == currency);
            found.pop()
        } else {
            Some(engine.balance_called(field, text, Some(currency)).await?)
        };
        if let Some(row) = &row {
            self.known.insert(key, row.clone());
        }
        Ok(row)
    }
}

impl Engine {
    /// The balance that `text` names: its id, its `@name` or its name. `currency` decides between balances of one name.
    ///
    /// # Errors
    /// [`EngineError::NotFound`], or [`EngineError::Invalid`] where several have the name.
    pub async fn balance_called(&self, field: &str, text: &str, currency: Option<&str>) -> EngineResult<BalanceRow> {
        let mut found = self.balances_called(text).await?;
        if let Some(currency) = currency
            && (found.len() > 1 || text.starts_with('@'))
        {
            let kept: BTreeSet<String> = found.iter().map(|row| row.currency.clone()).collect();
            found.retain(|row| row.currency.eq_ignore_ascii_case(currency));
            if found.is_empty() && !kept.is_empty() {
                let kept = kept.into_iter().collect::<Vec<_>>().join(", ");
                let message = format!("“{text}” is kept in {kept}, not in {currency}. Nothing was posted.");
                return Err(EngineError::invalid(field, message));
            }
        }
        match found.len() {
            0 => Err(EngineError::not_found("balance called", &format!("“{text}”"))),
            1 => Ok(found.remove(0)),
            count => {
                let names: Vec<_> =
                    found.iter().map(|row| format!("{} ({}, {})", row.id, row.ledger, row.currency)).collect();
                let message = format!("{count} balances are called “{text}”: {}. Use the id.", names.join(", "));
                Err(EngineError::invalid(field, message))
            }
        }
    }

    async fn balances_called(&self, text: &str) -> EngineResult<Vec<BalanceRow>> {
        let field = if text.starts_with("bln_") { "id" } else { "name" };
        let conditions =
            vec![FilterCondition { field: field.into(), test: FilterTest::Is, values: vec![text.to_owned()] }];
        Ok(self.balances_page(ListQuery { limit: 50, conditions, ..ListQuery::default() }).await?.rows)
    }

    /// As [`Self::postings_read`], of a file on the disk.
    ///
    /// # Errors
    /// [`EngineError::File`] if it cannot be read, and as there.
    pub async fn postings_open(&self, path: String) -> EngineResult<PostingsFile> {
        let (name, bytes) = load(ImportSource::Path { path }).await?;
        self.postings_read(&name, &bytes).await
    }

    /// Reads a file of postings: what each row asks for, or what is wrong with it. Nothing is booked.
    ///
    /// # Errors
    /// [`EngineError::Conflict`] for a file that is no table of postings, or one that is too long.
    pub async fn postings_read(&self, name: &str, bytes: &[u8]) -> EngineResult<PostingsFile> {
        let book = self.book_info().await?;
        let read = read_drafts(name, bytes, &Draft { currency: book.currency, ..Draft::default() }, MOST_ITEMS)?;
        let mut drafts = Drafts::default();
        let mut rows = Vec::with_capacity(read.len());
        for (line, draft, problem) in read {
            let outcome = match problem {
                None => drafts.with_exponent(self, &draft).await,
                Some(problem) => Err(problem),
            };
            if let Err(EngineError::Store(error)) = outcome {
                return Err(error.into());
            }
            let problem = outcome.as_ref().err().map(|error| {
                let sentence = error.sentence();
                let fields = error.body().fields;
                let column = fields.first().map(|field| format!("{}: ", field.field)).unwrap_or_default();
                format!("{column}{}", sentence.replace(" Nothing was posted.", ""))
            });
            let (request, exponent) = outcome.map_or((None, 0), |(request, exponent)| (Some(request), exponent));
            rows.push(PostingsFileRow {
                line,
                from: draft.from,
                to: draft.to,
                amount: draft.amount,
                currency: draft.currency,
                reference: draft.reference,
                description: draft.description,
                date: draft.date,
                hold: draft.hold,
                request,
                exponent,
                problem,
            });
        }
        Ok(PostingsFile { name: name.to_owned(), rows })
    }
}

/// A row of a file: its line, what it says, and what is wrong with it.
pub type DraftRow = (u32, Draft, Option<EngineError>);

/// Cuts a file of at most `most` rows into postings. What a row leaves open is as in `defaults`.
///
/// # Errors
/// [`EngineError::Conflict`] for a file that is no table of postings, or one that is too long.
pub fn read_drafts(name: &str, bytes: &[u8], defaults: &Draft, most: usize) -> EngineResult<Vec<DraftRow>> {
    let refuse = |message: String| EngineError::Conflict {
        code: "BATCH_HEAD",
        message: format!("{name}: {message} Nothing was posted."),
    };
    let rows = statements::rows(bytes, name).map_err(|problem| refuse(problem.message))?;
    let Some((head, rows)) = rows.split_first() else {
        return Err(refuse("there is no row.".into()));
    };
    let head = Head::of(head).map_err(refuse)?;
    if rows.len() > most {
        let count = words::number(rows.len() as u64);
        return Err(refuse(format!(
            "{count} rows are too many for one file, which may have {}.",
            words::number(most as u64)
        )));
    }
    Ok(rows.iter().map(|row| head.draft(row, defaults)).collect())
}

/// Where each column stands.
struct Head {
    places: HashMap<&'static str, usize>,
    width: usize,
}

impl Head {
    fn of(row: &RawRow) -> Result<Self, String> {
        let names: Vec<String> = row.cells.iter().map(|cell| cell.trim().to_lowercase()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let width = names.iter().rposition(|name| !name.is_empty()).map_or(0, |last| last + 1);
        let names = &names[..width];
        if let Some((_, twice)) = names.iter().enumerate().find(|(at, name)| names[..*at].contains(name)) {
            return Err(format!("the head names the column “{twice}” twice."));
        }
        let quoted = |names: &[&str]| names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ");
        let word = |count: usize| if count == 1 { "column" } else { "columns" };
        let unknown: Vec<&str> = names.iter().filter(|name| !COLUMNS.contains(name)).copied().collect();
        let missing: Vec<&str> = COLUMNS[..NEEDED].iter().filter(|name| !names.contains(name)).copied().collect();
        let mut said = Vec::new();
        if !unknown.is_empty() {
            said.push(format!("has the unknown {} {}", word(unknown.len()), quoted(&unknown)));
        }
        if !missing.is_empty() {
            said.push(format!("lacks the {} {}", word(missing.len()), quoted(&missing)));
        }
        if !said.is_empty() {
            return Err(format!("the head {}. Known are {}.", said.join(" and "), COLUMNS.join(", ")));
        }
        let places = COLUMNS.iter().filter_map(|known| Some((*known, names.iter().position(|name| name == known)?)));
        Ok(Self { places: places.collect(), width })
    }

    fn draft(&self, row: &RawRow, defaults: &Draft) -> DraftRow {
        let cell = |name: &str| self.places.get(name).map_or("", |at| row.cells.get(*at)).trim();
        let some = |name: &str, default: &Option<String>| {
            Some(cell(name)).filter(|text| !text.is_empty()).map(str::to_owned).or_else(|| default.clone())
        };
        let mut wrong = None;
        let mut flag = |name: &str, default: bool| match cell(name).to_ascii_lowercase().as_str() {
            "" => default,
            "0" | "no" | "false" => false,
            "1" | "yes" | "true" => true,
            other => {
                let message = format!("“{other}” is neither yes nor no. Nothing was posted.");
                wrong.get_or_insert_with(|| EngineError::invalid(name, message));
                false
            }
        };
        let draft = Draft {
            from: cell("from").to_owned(),
            to: cell("to").to_owned(),
            amount: cell("amount").to_owned(),
            currency: some("currency", &Some(defaults.currency.clone())).unwrap_or_default(),
            reference: cell("reference").to_owned(),
            description: cell("description").to_owned(),
            date: some("date", &defaults.date),
            hold: flag("hold", defaults.hold),
            expires: some("expires", &defaults.expires),
            commits: some("commits", &defaults.commits),
            origin: some("origin", &defaults.origin),
            allow_overdraft: flag("allow_overdraft", defaults.allow_overdraft),
            overdraft_limit: some("overdraft_limit", &defaults.overdraft_limit),
            create_indicators: flag("create_indicators", defaults.create_indicators),
            signed_reason: some("signed_reason", &defaults.signed_reason),
        };
        if row.cells.iter().skip(self.width).any(|cell| !cell.trim().is_empty()) {
            let message = format!("the row has more cells than the head, which has {}.", self.width);
            wrong.get_or_insert_with(|| EngineError::invalid("row", message));
        }
        (row.line, draft, wrong)
    }
}

/// Decimal text as minor units with `exponent` decimals. Nothing is rounded.
///
/// # Errors
/// [`EngineError::Invalid`] naming `field`.
pub fn minor(field: &str, text: &str, exponent: u8) -> EngineResult<Amount> {
    Amount::parse_written(text, exponent).map_err(|error| {
        EngineError::invalid(field, format!("“{text}” is not an amount with at most {exponent} decimals: {error}."))
    })
}

/// Decimals of a currency that no balance names: those of ISO 4217.
///
/// # Errors
/// [`EngineError::Invalid`] for another code.
pub fn iso_exponent(currency: &str) -> EngineResult<u8> {
    Currency::iso(currency)
        .map(|known| known.exponent())
        .ok_or_else(|| EngineError::invalid("currency", format!("“{currency}” is not an ISO 4217 currency.")))
}

/// An instant as it is, or a local day and time as one.
///
/// # Errors
/// [`EngineError::Invalid`] naming `field`.
pub fn instant_of(field: &str, text: &str) -> EngineResult<String> {
    if text.parse::<jiff::Timestamp>().is_ok() {
        return Ok(text.to_owned());
    }
    text.parse::<jiff::civil::DateTime>()
        .ok()
        .filter(|_| text.contains(['T', ' ']))
        .and_then(|local| local.to_zoned(jiff::tz::TimeZone::system()).ok())
        .map(|zoned| zoned.timestamp().to_string())
        .ok_or_else(|| {
            let message =
                format!("“{text}” is no time. Write 2026-11-30T17:00, or an instant such as 2026-11-30T17:00:00Z.");
            EngineError::invalid(field, message)
        })
}
