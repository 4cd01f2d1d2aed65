//! The busy part of a unit of work: what it reads ahead, and the batch it writes, one statement for each table.
//!
//! sqlx hands every statement to a thread of its own, so rows are written many at a time. Statements come in a few sizes,
//! which keeps the number of prepared texts small.

use jiff::civil::Date;
use ledger::balance::Side;
use serde_json::Value;
use sqlx::query_builder::Separated;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use store::journal::{Batch, Database, Ends, FoundRow, NewRow, Pending};
use store::ledger::{BalanceRecord, BalanceRef, DayTurnover, HoldRecord, LegOf, hold_state_text, status_text};
use store::recon::SignedRecord;
use store::rows::{self, Fields, value, value::micros};
use store::{StoreError, StoreResult};

use crate::error::from_sqlx;
use crate::ledger::{balances, rows as selected};
use crate::recon::imports;
use crate::row::{all, first};
use crate::sql::list;
use crate::unit::SqliteUnit;

/// Rows that one statement takes; what is left goes in smaller ones.
const SIZES: [usize; 5] = [256, 64, 16, 4, 1];

/// Cuts rows into parts of [`SIZES`], in their order.
fn parts<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len())?;
        let (part, rest) = rows.split_at(size);
        rows = rest;
        Some(part)
    })
}

/// Runs `before` + `VALUES (…), (…)` + `after` over all rows, and says how many rows changed.
async fn write<T>(
    connection: &mut SqliteConnection,
    rows: &[T],
    (before, after): (&str, &str),
    bind: impl Fn(Separated<'_, Sqlite, &'static str>, &T) + Send,
) -> StoreResult<u64> {
    let mut changed = 0;
    for part in parts(rows) {
        let mut query = QueryBuilder::new(before);
        query.push_values(part, &bind).push(after);
        changed += query.build().execute(&mut *connection).await.map_err(from_sqlx)?.rows_affected();
    }
    Ok(changed)
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[async_trait::async_trait]
impl Database for SqliteUnit {
    fn pending(&mut self) -> &mut Pending {
        self.kept()
    }

    async fn read_balances(
        &mut self,
        ids: &[String],
        indicators: &[(String, String)],
    ) -> StoreResult<Vec<BalanceRecord>> {
        let mut query = QueryBuilder::new(selected::BALANCE);
        query.push(" FROM balance b JOIN ledger l ON l.key = b.ledger_key WHERE b.key IN (");
        query.push("SELECT o.key FROM balance o WHERE o.id IN (SELECT value FROM json_each(").push_bind(list(ids));
        query.push("))");
        if !indicators.is_empty() {
            query
                .push(" UNION ALL SELECT o.key FROM json_each(")
                .push_bind(list(indicators))
                .push(") v CROSS JOIN balance o ON o.indicator = v.value ->> 0 AND o.currency = v.value ->> 1");
        }
        query.push(")");
        all(self.bare(), query, rows::balance).await
    }

    async fn read_named(&mut self, ledger_id: &str, name: &str, currency: &str) -> StoreResult<Option<BalanceRecord>> {
        let named =
            BalanceRef::Named { ledger_id: ledger_id.to_owned(), name: name.to_owned(), currency: currency.to_owned() };
        balances::one(self.bare(), &named).await
    }

    async fn read_by_reference(&mut self, references: &[String]) -> StoreResult<Vec<FoundRow>> {
        let mut query = QueryBuilder::new(selected::TRANSACTION);
        query.push("WHERE t.reference IN (SELECT value FROM json_each(").push_bind(list(references)).push("))");
        all(self.bare(), query, selected::found).await
    }

    async fn read_by_id(&mut self, ids: &[String]) -> StoreResult<Vec<FoundRow>> {
        let mut query = QueryBuilder::new(selected::TRANSACTION);
        query.push("WHERE t.id IN (SELECT value FROM json_each(").push_bind(list(ids)).push("))");
        all(self.bare(), query, selected::found).await
    }

    async fn read_hold(&mut self, row_key: i64) -> StoreResult<Option<HoldRecord>> {
        selected::hold_of(self.bare(), row_key).await
    }

    async fn read_settings(&mut self, keys: &[String]) -> StoreResult<Vec<(String, Value)>> {
        let mut query = QueryBuilder::new("SELECT key, value FROM setting WHERE key IN (SELECT value FROM json_each(");
        query.push_bind(list(keys)).push("))");
        let read = |row: &crate::row::Got| Ok((row.word("key")?, value::json("setting", &row.word("value")?)?));
        all(self.bare(), query, read).await
    }

    async fn read_signed_from(&mut self, balance_keys: &[i64], day: Date) -> StoreResult<Vec<(i64, SignedRecord)>> {
        imports::signed_from(self.bare(), balance_keys, day).await
    }

    async fn read_turnover(&mut self, days: &[(i64, Date)]) -> StoreResult<Vec<(i64, DayTurnover)>> {
        let mut query = QueryBuilder::new("SELECT d.balance_key, d.day, d.credit, d.debit, d.entries FROM json_each(");
        query
            .push_bind(list(days))
            .push(") v CROSS JOIN balance_day d ON d.balance_key = v.value ->> 0 AND d.day = v.value ->> 1");
        all(self.bare(), query, |row| Ok((row.key("balance_key")?, rows::turnover(row)?))).await
    }

    async fn read_ends(&mut self) -> StoreResult<Ends> {
        let query = QueryBuilder::new(
            "SELECT sequence, link, (SELECT coalesce(max(key), 0) FROM txn) AS newest_row,
                    (SELECT coalesce(max(key), 0) FROM event) AS newest_event FROM history_head",
        );
        let read = |row: &crate::row::Got| {
            Ok(Ends { row: row.key("newest_row")?, event: row.key("newest_event")?, head: rows::head(row)? })
        };
        first(self.bare(), query, read).await?.ok_or_else(|| StoreError::damaged("history", "there is no head"))
    }

    async fn write(&mut self, batch: &Batch) -> StoreResult<()> {
        let connection = self.bare();
        write_rows(connection, &batch.rows).await?;
        write_holds(connection, batch).await?;
        write_figures(connection, batch).await?;
        write_events(connection, batch).await
    }
}

async fn write_rows(connection: &mut SqliteConnection, new: &[NewRow]) -> StoreResult<()> {
    write(
        connection,
        new,
        (
            "INSERT INTO txn (key, id, parent_key, status, reference, source_key, destination_key, amount, currency, exponent, description,
                              effective_date, created_at, expires_at, reason, actor, metadata, input_hash) ",
            "",
        ),
        |mut values, NewRow { key, new }| {
            let row = &new.row;
            values.push_bind(*key).push_bind(row.id.clone()).push_bind(new.parent_key);
            values.push_bind(status_text(row.status)).push_bind(row.reference.clone());
            values.push_bind(new.source_key).push_bind(new.destination_key);
            values.push_bind(row.amount.to_string()).push_bind(row.currency.code().to_owned());
            values.push_bind(row.currency.exponent()).push_bind(row.description.clone());
            values.push_bind(row.effective_date.to_string()).push_bind(micros(row.created_at));
            values.push_bind(row.expires_at.map(micros)).push_bind(row.reason.clone());
            values.push_bind(row.actor.clone()).push_bind(new.metadata.clone());
            values.push_bind(new.input_hash.to_vec());
        },
    )
    .await?;
    let searched: Vec<&NewRow> = new.iter().filter(|row| row.new.parent_key.is_none()).collect();
    write(connection, &searched, ("INSERT INTO txn_text (rowid, words) ", ""), |mut values, NewRow { key, new }| {
        let amount = new.row.amount.to_decimal(new.row.currency.exponent());
        values.push_bind(*key).push_bind(format!("{} {} {amount}", new.row.reference, new.row.description));
    })
    .await?;
    let refunds: Vec<(i64, i64)> =
        new.iter().filter_map(|row| Some((row.key, row.new.refund_of.as_ref()?.key))).collect();
    write(connection, &refunds, ("INSERT INTO refund (txn_key, of_key) ", ""), |mut values, (key, of_key)| {
        values.push_bind(*key).push_bind(*of_key);
    })
    .await?;
    let legs: Vec<(i64, &LegOf)> = new.iter().filter_map(|row| Some((row.key, row.new.leg.as_ref()?))).collect();
    write(
        connection,
        &legs,
        ("INSERT INTO leg (txn_key, first_key, position, legs) ", ""),
        |mut values, (key, leg)| {
            values.push_bind(*key).push_bind(leg.first.as_ref().map_or(*key, |(first, _)| *first));
            values.push_bind(i64::from(leg.position)).push_bind(i64::from(leg.legs));
        },
    )
    .await?;
    Ok(())
}

async fn write_holds(connection: &mut SqliteConnection, batch: &Batch) -> StoreResult<()> {
    let opened = ("INSERT INTO hold (txn_key, state, committed, remaining, expires_at, commits_at) ", "");
    write(connection, &batch.new_holds, opened, |mut values, hold| {
        values.push_bind(hold.row_key).push_bind("open").push_bind("0").push_bind(hold.amount.to_string());
        values.push_bind(hold.timers.expires_at.map(micros)).push_bind(hold.timers.commits_at.map(micros));
    })
    .await?;
    // Only an open hold changes: a second decision on the same hold finds nothing to write.
    let saved = (
        "UPDATE hold SET state = v.column2, committed = v.column3, remaining = v.column4, closed_at = v.column5 FROM (",
        ") v WHERE hold.txn_key = v.column1 AND hold.state = 'open'",
    );
    let changed = write(connection, &batch.saved_holds, saved, |mut values, hold| {
        values.push_bind(hold.row_key).push_bind(hold_state_text(hold.open.state));
        values.push_bind(hold.open.committed.to_string()).push_bind(hold.open.remaining().to_string());
        values.push_bind(hold.closed_at.map(micros));
    })
    .await?;
    all_of(changed, batch.saved_holds.len(), "hold")
}

async fn write_figures(connection: &mut SqliteConnection, batch: &Batch) -> StoreResult<()> {
    let entries = ("INSERT INTO entry (balance_key, effective_date, txn_key, side, amount) ", "");
    write(connection, &batch.entries, entries, |mut values, entry| {
        let side = if entry.side == Side::Debit { "debit" } else { "credit" };
        values.push_bind(entry.balance_key).push_bind(entry.day.to_string()).push_bind(entry.row_key);
        values.push_bind(side).push_bind(entry.amount.to_string());
    })
    .await?;
    let turnover = (
        "INSERT INTO balance_day (balance_key, day, credit, debit, entries) ",
        " ON CONFLICT (balance_key, day) DO UPDATE SET credit = excluded.credit, debit = excluded.debit, entries = excluded.entries",
    );
    write(connection, &batch.turnover, turnover, |mut values, saved| {
        let of_day = &saved.turnover;
        values.push_bind(saved.balance_key).push_bind(of_day.day.to_string()).push_bind(of_day.credit.to_string());
        values.push_bind(of_day.debit.to_string()).push_bind(whole(of_day.entries));
    })
    .await?;
    let figures = (
        "UPDATE balance SET credit = v.column3, debit = v.column4, balance = v.column5, inflight_credit = v.column6,
             inflight_debit = v.column7, inflight_balance = v.column8, version = version + 1,
             last_entry_on = nullif(max(coalesce(last_entry_on, ''), v.column9), '') FROM (",
        ") v WHERE balance.key = v.column1 AND balance.version = v.column2",
    );
    let changed = write(connection, &batch.balances, figures, |mut values, saved| {
        let figures = &saved.balance.figures;
        values.push_bind(saved.key).push_bind(saved.balance.version);
        values.push_bind(figures.credit.to_string()).push_bind(figures.debit.to_string());
        values.push_bind(figures.balance().to_string()).push_bind(figures.inflight_credit.to_string());
        values.push_bind(figures.inflight_debit.to_string()).push_bind(figures.inflight_balance().to_string());
        values.push_bind(saved.last_entry_on.map(|day| day.to_string()).unwrap_or_default());
    })
    .await?;
    all_of(changed, batch.balances.len(), "balance")
}

async fn write_events(connection: &mut SqliteConnection, batch: &Batch) -> StoreResult<()> {
    let settings = ("INSERT INTO setting (key, value) ", " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    write(connection, &batch.settings, settings, |mut values, (key, value)| {
        values.push_bind(key.clone()).push_bind(value.to_string());
    })
    .await?;
    let events = ("INSERT INTO event (key, at, actor, kind, object_id, payload) ", "");
    write(connection, &batch.events, events, |mut values, new| {
        values.push_bind(new.key).push_bind(micros(new.event.at)).push_bind(new.event.actor.clone());
        values.push_bind(new.event.kind.clone()).push_bind(new.event.object_id.clone()).push_bind(new.payload.clone());
    })
    .await?;
    let links = ("INSERT INTO history_link (sequence, event_key, link) ", "");
    write(connection, &batch.events, links, |mut values, new| {
        values.push_bind(whole(new.head.sequence)).push_bind(new.key).push_bind(new.head.link.bytes().to_vec());
    })
    .await?;
    Ok(())
}

/// Every row that was to change did.
fn all_of(changed: u64, wanted: usize, what: &'static str) -> StoreResult<()> {
    if changed == wanted as u64 { Ok(()) } else { Err(StoreError::Stale(what)) }
}
