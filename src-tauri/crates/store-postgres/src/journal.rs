//! The busy part of a unit of work: what it reads ahead, and the batch it writes, each table with one statement over
//! arrays.

use jiff::civil::Date;
use ledger::balance::Side;
use serde_json::Value;
use sqlx::{PgConnection, QueryBuilder};
use store::journal::{Batch, Database, Ends, FoundRow, NewRow, Pending};
use store::ledger::{BalanceRecord, BalanceRef, DayTurnover, HoldRecord, LegOf, hold_state_text, status_text};
use store::recon::SignedRecord;
use store::rows::{self, Fields, value, value::micros};
use store::{StoreError, StoreResult};

use crate::error::from_sqlx;
use crate::ledger::{balances, rows as selected};
use crate::recon::imports;
use crate::row::{all, first};
use crate::unit::PostgresUnit;

/// One column of a batch.
fn column<T, C>(rows: &[T], of: impl Fn(&T) -> C) -> Vec<C> {
    rows.iter().map(of).collect()
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[async_trait::async_trait]
impl Database for PostgresUnit {
    fn pending(&mut self) -> &mut Pending {
        self.kept()
    }

    async fn read_balances(
        &mut self,
        ids: &[String],
        indicators: &[(String, String)],
    ) -> StoreResult<Vec<BalanceRecord>> {
        let mut query = QueryBuilder::new(selected::BALANCE);
        query.push(" FROM balance b JOIN ledger l ON l.key = b.ledger_key WHERE b.id = ANY(").push_bind(ids.to_vec());
        query.push(") OR (b.indicator, b.currency) IN (SELECT * FROM unnest(");
        query.push_bind(column(indicators, |(name, _)| name.clone())).push("::text[], ");
        query.push_bind(column(indicators, |(_, currency)| currency.clone())).push("::text[]))");
        all(self.bare(), query, rows::balance).await
    }

    async fn read_named(&mut self, ledger_id: &str, name: &str, currency: &str) -> StoreResult<Option<BalanceRecord>> {
        let named =
            BalanceRef::Named { ledger_id: ledger_id.to_owned(), name: name.to_owned(), currency: currency.to_owned() };
        balances::one(self.bare(), &named).await
    }

    async fn read_by_reference(&mut self, references: &[String]) -> StoreResult<Vec<FoundRow>> {
        let mut query = QueryBuilder::new(selected::TRANSACTION);
        query.push("WHERE t.reference = ANY(").push_bind(references.to_vec()).push(")");
        all(self.bare(), query, selected::found).await
    }

    async fn read_waiting(&mut self, references: &[String]) -> StoreResult<Vec<(String, String)>> {
        let mut query = QueryBuilder::new(
            "SELECT reference, id FROM scheduled WHERE state = 'waiting' AND reference <> '' AND reference = ANY(",
        );
        query.push_bind(references.to_vec()).push(")");
        all(self.bare(), query, |row: &crate::row::Got| Ok((row.word("reference")?, row.word("id")?))).await
    }

    async fn read_by_id(&mut self, ids: &[String]) -> StoreResult<Vec<FoundRow>> {
        let mut query = QueryBuilder::new(selected::TRANSACTION);
        query.push("WHERE t.id = ANY(").push_bind(ids.to_vec()).push(")");
        all(self.bare(), query, selected::found).await
    }

    async fn read_hold(&mut self, row_key: i64) -> StoreResult<Option<HoldRecord>> {
        selected::hold_of(self.bare(), row_key).await
    }

    async fn read_settings(&mut self, keys: &[String]) -> StoreResult<Vec<(String, Value)>> {
        let mut query = QueryBuilder::new("SELECT key, value::text FROM setting WHERE key = ANY(");
        query.push_bind(keys.to_vec()).push(")");
        let read = |row: &crate::row::Got| Ok((row.word("key")?, value::json("setting", &row.word("value")?)?));
        all(self.bare(), query, read).await
    }

    async fn read_signed_from(&mut self, balance_keys: &[i64], day: Date) -> StoreResult<Vec<(i64, SignedRecord)>> {
        imports::signed_from(self.bare(), balance_keys, day).await
    }

    async fn read_turnover(&mut self, days: &[(i64, Date)]) -> StoreResult<Vec<(i64, DayTurnover)>> {
        let mut query = QueryBuilder::new(
            "SELECT d.balance_key, d.day::text, d.credit::text, d.debit::text, d.entries FROM balance_day d JOIN unnest(",
        );
        query.push_bind(column(days, |(key, _)| *key)).push(", ");
        query.push_bind(column(days, |(_, day)| day.to_string()));
        query.push("::text[]) AS v (balance_key, day) ON d.balance_key = v.balance_key AND d.day = v.day::date");
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
        write_settings(connection, batch).await?;
        write_events(connection, batch).await
    }
}

async fn write_rows(connection: &mut PgConnection, new: &[NewRow]) -> StoreResult<()> {
    if new.is_empty() {
        return Ok(());
    }
    let searched = |row: &ledger::TransactionRow| {
        let amount = row.amount.to_decimal(row.currency.exponent());
        format!("{} {} {amount}", row.reference, row.description).to_lowercase()
    };
    // The keys follow the newest row, which nobody else adds to while this unit holds the lock of the writer. The sequence
    // of the column follows the keys.
    sqlx::query(
        "INSERT INTO txn (key, id, parent_key, status, reference, source_key, destination_key, amount, currency, exponent, description,
                          effective_date, created_at, expires_at, reason, actor, metadata, input_hash, words)
         OVERRIDING SYSTEM VALUE
         SELECT key, id, parent_key, status, reference, source_key, destination_key, amount::numeric, currency, exponent, description,
                effective_date::date, created_at, expires_at, reason, actor, metadata::json, input_hash, words
         FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[],
                     $10::bigint[], $11::text[], $12::text[], $13::bigint[], $14::bigint[], $15::text[], $16::text[], $17::text[],
                     $18::bytea[], $19::text[])
              AS v (key, id, parent_key, status, reference, source_key, destination_key, amount, currency, exponent, description,
                    effective_date, created_at, expires_at, reason, actor, metadata, input_hash, words)
              CROSS JOIN (SELECT setval(pg_get_serial_sequence('txn', 'key'), $20)) AS follows ORDER BY key",
    )
    .bind(column(new, |row| row.key))
    .bind(column(new, |row| row.new.row.id.clone()))
    .bind(column(new, |row| row.new.parent_key))
    .bind(column(new, |row| status_text(row.new.row.status)))
    .bind(column(new, |row| row.new.row.reference.clone()))
    .bind(column(new, |row| row.new.source_key))
    .bind(column(new, |row| row.new.destination_key))
    .bind(column(new, |row| row.new.row.amount.to_string()))
    .bind(column(new, |row| row.new.row.currency.code().to_owned()))
    .bind(column(new, |row| i64::from(row.new.row.currency.exponent())))
    .bind(column(new, |row| row.new.row.description.clone()))
    .bind(column(new, |row| row.new.row.effective_date.to_string()))
    .bind(column(new, |row| micros(row.new.row.created_at)))
    .bind(column(new, |row| row.new.row.expires_at.map(micros)))
    .bind(column(new, |row| row.new.row.reason.clone()))
    .bind(column(new, |row| row.new.row.actor.clone()))
    .bind(column(new, |row| row.new.metadata.clone()))
    .bind(column(new, |row| row.new.input_hash.to_vec()))
    .bind(column(new, |row| searched(&row.new.row)))
    .bind(new.last().map(|row| row.key))
    .execute(&mut *connection)
    .await
    .map_err(from_sqlx)?;
    let refunds: Vec<(i64, i64)> =
        new.iter().filter_map(|row| Some((row.key, row.new.refund_of.as_ref()?.key))).collect();
    if !refunds.is_empty() {
        sqlx::query("INSERT INTO refund (txn_key, of_key) SELECT * FROM unnest($1::bigint[], $2::bigint[])")
            .bind(column(&refunds, |(key, _)| *key))
            .bind(column(&refunds, |(_, of_key)| *of_key))
            .execute(&mut *connection)
            .await
            .map_err(from_sqlx)?;
    }
    let legs: Vec<(i64, &LegOf)> = new.iter().filter_map(|row| Some((row.key, row.new.leg.as_ref()?))).collect();
    if !legs.is_empty() {
        sqlx::query(
            "INSERT INTO leg (txn_key, first_key, position, legs)
             SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])",
        )
        .bind(column(&legs, |(key, _)| *key))
        .bind(column(&legs, |(key, leg)| leg.first.as_ref().map_or(*key, |(first, _)| *first)))
        .bind(column(&legs, |(_, leg)| i64::from(leg.position)))
        .bind(column(&legs, |(_, leg)| i64::from(leg.legs)))
        .execute(connection)
        .await
        .map_err(from_sqlx)?;
    }
    Ok(())
}

async fn write_holds(connection: &mut PgConnection, batch: &Batch) -> StoreResult<()> {
    let (opened, saved) = (&batch.new_holds, &batch.saved_holds);
    if !opened.is_empty() {
        sqlx::query(
            "INSERT INTO hold (txn_key, state, committed, remaining, expires_at, commits_at)
             SELECT key, 'open', 0, amount::numeric, expires_at, commits_at
             FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::bigint[]) AS v (key, amount, expires_at, commits_at)",
        )
        .bind(column(opened, |hold| hold.row_key))
        .bind(column(opened, |hold| hold.amount.to_string()))
        .bind(column(opened, |hold| hold.timers.expires_at.map(micros)))
        .bind(column(opened, |hold| hold.timers.commits_at.map(micros)))
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    }
    if saved.is_empty() {
        return Ok(());
    }
    // Only an open hold changes: a second decision on the same hold finds nothing to write.
    let done = sqlx::query(
        "UPDATE hold SET state = v.state, committed = v.committed::numeric, remaining = v.remaining::numeric, closed_at = v.closed_at
         FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS v (key, state, committed, remaining, closed_at)
         WHERE hold.txn_key = v.key AND hold.state = 'open'",
    )
    .bind(column(saved, |hold| hold.row_key))
    .bind(column(saved, |hold| hold_state_text(hold.open.state)))
    .bind(column(saved, |hold| hold.open.committed.to_string()))
    .bind(column(saved, |hold| hold.open.remaining().to_string()))
    .bind(column(saved, |hold| hold.closed_at.map(micros)))
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    all_of(done.rows_affected(), saved.len(), "hold")
}

async fn write_figures(connection: &mut PgConnection, batch: &Batch) -> StoreResult<()> {
    let (entries, turnover, balances) = (&batch.entries, &batch.turnover, &batch.balances);
    if !entries.is_empty() {
        sqlx::query(
            "INSERT INTO entry (balance_key, effective_date, txn_key, side, amount)
             SELECT balance_key, day::date, txn_key, side, amount::numeric
             FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[]) AS v (balance_key, day, txn_key, side, amount)",
        )
        .bind(column(entries, |entry| entry.balance_key))
        .bind(column(entries, |entry| entry.day.to_string()))
        .bind(column(entries, |entry| entry.row_key))
        .bind(column(entries, |entry| if entry.side == Side::Debit { "debit" } else { "credit" }))
        .bind(column(entries, |entry| entry.amount.to_string()))
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
        sqlx::query(
            "INSERT INTO balance_day (balance_key, day, credit, debit, entries)
             SELECT balance_key, day::date, credit::numeric, debit::numeric, entries
             FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS v (balance_key, day, credit, debit, entries)
             ON CONFLICT (balance_key, day) DO UPDATE SET credit = excluded.credit, debit = excluded.debit, entries = excluded.entries",
        )
        .bind(column(turnover, |saved| saved.balance_key))
        .bind(column(turnover, |saved| saved.turnover.day.to_string()))
        .bind(column(turnover, |saved| saved.turnover.credit.to_string()))
        .bind(column(turnover, |saved| saved.turnover.debit.to_string()))
        .bind(column(turnover, |saved| whole(saved.turnover.entries)))
        .execute(&mut *connection)
        .await
        .map_err(from_sqlx)?;
    }
    if balances.is_empty() {
        return Ok(());
    }
    let figure =
        |of: fn(&ledger::Figures) -> ledger::Amount| column(balances, |saved| of(&saved.balance.figures).to_string());
    let done = sqlx::query(
        "UPDATE balance SET credit = v.credit::numeric, debit = v.debit::numeric, balance = v.balance::numeric,
             inflight_credit = v.inflight_credit::numeric, inflight_debit = v.inflight_debit::numeric,
             inflight_balance = v.inflight_balance::numeric, version = balance.version + 1,
             last_entry_on = greatest(balance.last_entry_on, v.last_entry_on::date)
         FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
              AS v (key, version, credit, debit, balance, inflight_credit, inflight_debit, inflight_balance, last_entry_on)
         WHERE balance.key = v.key AND balance.version = v.version",
    )
    .bind(column(balances, |saved| saved.key))
    .bind(column(balances, |saved| saved.balance.version))
    .bind(figure(|figures| figures.credit.clone()))
    .bind(figure(|figures| figures.debit.clone()))
    .bind(figure(ledger::Figures::balance))
    .bind(figure(|figures| figures.inflight_credit.clone()))
    .bind(figure(|figures| figures.inflight_debit.clone()))
    .bind(figure(ledger::Figures::inflight_balance))
    .bind(column(balances, |saved| saved.last_entry_on.map(|day| day.to_string())))
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    all_of(done.rows_affected(), balances.len(), "balance")
}

async fn write_settings(connection: &mut PgConnection, batch: &Batch) -> StoreResult<()> {
    if batch.settings.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO setting (key, value) SELECT key, value::json FROM unnest($1::text[], $2::text[]) AS v (key, value)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    )
    .bind(column(&batch.settings, |(key, _)| key.clone()))
    .bind(column(&batch.settings, |(_, value)| value.to_string()))
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

async fn write_events(connection: &mut PgConnection, batch: &Batch) -> StoreResult<()> {
    let events = &batch.events;
    if events.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO event (key, at, actor, kind, object_id, payload) OVERRIDING SYSTEM VALUE
         SELECT key, at, actor, kind, object_id, payload::json
         FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) AS v (key, at, actor, kind, object_id, payload)
              CROSS JOIN (SELECT setval(pg_get_serial_sequence('event', 'key'), $7)) AS follows ORDER BY key",
    )
    .bind(column(events, |new| new.key))
    .bind(column(events, |new| micros(new.event.at)))
    .bind(column(events, |new| new.event.actor.clone()))
    .bind(column(events, |new| new.event.kind.clone()))
    .bind(column(events, |new| new.event.object_id.clone()))
    .bind(column(events, |new| new.payload.clone()))
    .bind(events.last().map(|new| new.key))
    .execute(&mut *connection)
    .await
    .map_err(from_sqlx)?;
    sqlx::query(
        "INSERT INTO history_link (sequence, event_key, link)
         SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bytea[]) AS v (sequence, event_key, link) ORDER BY sequence",
    )
    .bind(column(events, |new| whole(new.head.sequence)))
    .bind(column(events, |new| new.key))
    .bind(column(events, |new| new.head.link.bytes().to_vec()))
    .execute(connection)
    .await
    .map_err(from_sqlx)?;
    Ok(())
}

/// Every row that was to change did.
fn all_of(changed: u64, wanted: usize, what: &'static str) -> StoreResult<()> {
    if changed == wanted as u64 { Ok(()) } else { Err(StoreError::Stale(what)) }
}
