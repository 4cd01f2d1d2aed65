//! Journal entries on the command line: lines, and splits.

use engine::Engine;
use engine::api::bulk::{EntryForm, EntryLine, EntryPreview, EntryRequest, EntryShare, EntryView};
use engine::drafts::instant_of;
use engine::words::plural;

use crate::Done;
use crate::args::{EntryArgs, EntryCommon, SplitArgs};
use crate::fault::{Answer, Exit, Fault};
use crate::output::{Output, Table, figure};
use crate::post::effects;
use crate::session::{Actor, balance, minor, open_to_write};

pub(crate) async fn run(options: &EntryArgs, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_write(&options.book, actor).await?;
    let answer = async {
        let currency = &options.common.currency;
        let (debits, exponent) = lines(&engine, "debit", &options.debit, currency).await?;
        let (credits, _) = lines(&engine, "credit", &options.credit, currency).await?;
        // Accountants debit what money reaches and credit what it leaves; the ledger keeps what comes in as credit.
        let form = EntryForm::Lines { debits: credits, credits: debits };
        book(&engine, &options.common, form, exponent).await
    }
    .await;
    engine.close().await;
    answer
}

pub(crate) async fn split(options: &SplitArgs, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_write(&options.book, actor).await?;
    let answer = async {
        let (whole, shares, field) = match (options.from.as_slice(), options.to.as_slice()) {
            ([one], several) if !one.contains('=') => (one, several, "to"),
            (several, [one]) if !one.contains('=') => (one, several, "from"),
            _ => {
                let message = "One side is a single balance with the whole amount, the other names a share for each.";
                return Err(Fault::argument("to", message));
            }
        };
        let currency = &options.common.currency;
        let from_one = field == "to";
        let (whole, exponent) = named(&engine, if from_one { "from" } else { "to" }, whole, currency).await?;
        let mut read = Vec::with_capacity(shares.len());
        for text in shares {
            let (name, share) = pair(field, text)?;
            let share = match share {
                share if share.eq_ignore_ascii_case("left") || share.ends_with('%') => share.to_owned(),
                amount => minor(field, amount, exponent)?.to_string(),
            };
            read.push(EntryShare { balance: named(&engine, field, name, currency).await?.0, share });
        }
        let amount = minor("amount", &options.amount, exponent)?.to_string();
        let form = EntryForm::Split { whole, whole_is_source: from_one, amount, shares: read };
        book(&engine, &options.common, form, exponent).await
    }
    .await;
    engine.close().await;
    answer
}

/// `Bank=119.00`: the last sign of equality divides, for names may hold one.
fn pair<'a>(field: &str, text: &'a str) -> Answer<(&'a str, &'a str)> {
    text.rsplit_once('=').map(|(name, value)| (name.trim(), value.trim())).ok_or_else(|| {
        Fault::argument(field, format!("“{text}” is no balance and amount. Write Bank=119.00. Nothing was posted."))
    })
}

/// How a request names a balance, and its decimals.
async fn named(engine: &Engine, field: &str, text: &str, currency: &str) -> Answer<(String, u8)> {
    if text.starts_with('@') {
        let exponent = match engine.balance_called(field, text, Some(currency)).await {
            Ok(row) => row.exponent,
            Err(_) => engine::drafts::iso_exponent(currency)?,
        };
        return Ok((text.to_owned(), exponent));
    }
    let row = balance(engine, field, text, Some(currency)).await?;
    Ok((row.id, row.exponent))
}

async fn lines(engine: &Engine, field: &str, texts: &[String], currency: &str) -> Answer<(Vec<EntryLine>, u8)> {
    let (mut lines, mut exponent) = (Vec::with_capacity(texts.len()), 0);
    for text in texts {
        let (name, amount) = pair(field, text)?;
        let (balance, decimals) = named(engine, field, name, currency).await?;
        exponent = decimals;
        lines.push(EntryLine { balance, amount: minor(field, amount, decimals)?.to_string() });
    }
    Ok((lines, exponent))
}

async fn book(engine: &Engine, common: &EntryCommon, form: EntryForm, exponent: u8) -> Answer<Done> {
    let request = EntryRequest {
        reference: common.reference.clone(),
        currency: common.currency.clone(),
        description: common.description.clone(),
        effective_date: common.date.map(|day| day.to_string()),
        hold: common.hold,
        expires_at: common.expires.as_deref().map(|text| instant_of("expires", text)).transpose()?,
        commits_at: common.commits.as_deref().map(|text| instant_of("commits", text)).transpose()?,
        allow_overdraft: common.allow_overdraft,
        metadata: None,
        create_indicators: common.create_indicators,
        signed_reason: common.signed_reason.clone(),
        form,
    };
    if common.dry_run {
        return Ok(preview(&engine.entry_preview(request).await?, exponent));
    }
    let posted = engine.entry_post(request).await?;
    Ok(Output::new(&posted, describe(&posted)).into())
}

fn preview(preview: &EntryPreview, exponent: u8) -> Done {
    let mut table = Table::new(&["Reference", ">Amount"]);
    for leg in &preview.legs {
        table.row(vec![leg.reference.clone(), figure(&leg.amount, exponent)]);
    }
    let text = format!("{}{}", table.or(""), effects(&preview.effects).or("Nothing would be posted."));
    let fault = preview
        .refusal
        .as_ref()
        .map(|refusal| Fault::new(Exit::Refused, "WOULD_BE_REFUSED", format!("{refusal} Nothing was posted.")));
    Done { output: Output::new(preview, text), fault }
}

fn describe(entry: &EntryView) -> String {
    let mut table = Table::new(&["Reference", "From", "To", ">Amount"]);
    for leg in &entry.legs {
        table.row(vec![
            leg.reference.clone(),
            leg.source_name.clone(),
            leg.destination_name.clone(),
            figure(&leg.amount, entry.exponent),
        ]);
    }
    let before = if entry.existing { "Posted before: " } else { "" };
    let count = plural(entry.legs.len() as u64, "posting", "postings");
    format!("{before}{}, {count}\n{}", entry.reference, table.or(""))
}
