//! The busy part of a unit of work: what it reads ahead, and the batch it writes, one statement for each table.
//!
//! sqlx hands every statement to a thread of its own, so rows are written many at a time. Statements come in a few sizes,
//! which keeps the number of prepared texts small.

use futures_util::TryStreamExt;
use futures_util::future::join;
use jiff::civil::Date;
use ledger::balance::Side;
use serde_json::Value;
use sqlx::query_builder::Separated;
use sqlx::{Either, Executor, QueryBuilder, Sqlite, SqliteConnection};
use store::journal::{Ahead, Batch, Database, Ends, Found, FoundRow, NewRow, Pending, one_by_one};
use store::ledger::{BalanceRecord, BalanceRef, DayTurnover, HoldRecord, hold_state_text, status_text};
use store::recon::SignedRecord;
use store::rows::{self, Fields, value, value::micros};
use store::{StoreError, StoreResult};

use crate::error::from_sqlx;
use crate::ledger::{balances, rows as selected};
use crate::recon::imports;
use crate::row::{Got, all, as_one, first, told};
use crate::sql::list;
use crate::unit::SqliteUnit;

/// Rows that one statement takes; what is left goes in smaller ones.
const SIZES: [usize; 9] = [256, 128, 64, 32, 16, 8, 4, 2, 1];

/// How a part of the rows becomes the text and the values of a statement.
type Make<'b> = Box<dyn FnOnce(&mut QueryBuilder<Sqlite>) + Send + 'b>;

/// One statement over some rows.
struct Statement<'b> {
    rows: usize,
    /// What may be missing among them.
    stale: &'static str,
    make: Make<'b>,
}

/// What is written, statement by statement; or, where it is one posting, all statements handed over at once.
///
/// Every row that is to be written or changed must be: a balance or hold that is not as it was read changes none.
#[derive(Default)]
struct Script<'b> {
    statements: Vec<Statement<'b>>,
}

impl<'b> Script<'b> {
    /// `before` + `VALUES (…), (…)` + `after` over all rows, in parts of [`SIZES`].
    fn write<T: Send + 'b>(
        &mut self,
        rows: impl IntoIterator<Item = T>,
        (before, after): (&'static str, &'static str),
        bind: fn(Separated<'_, Sqlite, &'static str>, T),
    ) {
        self.change("row", rows, (before, after), bind);
    }

    /// As [`Self::write`], of rows that must be as they were read.
    fn change<T: Send + 'b>(
        &mut self,
        stale: &'static str,
        rows: impl IntoIterator<Item = T>,
        (before, after): (&'static str, &'static str),
        bind: fn(Separated<'_, Sqlite, &'static str>, T),
    ) {
        let mut rows: Vec<T> = rows.into_iter().collect();
        while let Some(size) = SIZES.into_iter().find(|size| *size <= rows.len()) {
            let rest = rows.split_off(size);
            let part = std::mem::replace(&mut rows, rest);
            let make: Make<'b> = Box::new(move |query| {
                query.push(before).push_values(part, bind).push(after).push(";");
            });
            self.statements.push(Statement { rows: size, stale, make });
        }
    }

    /// All of it as one text.
    async fn at_once(self, connection: &mut SqliteConnection) -> StoreResult<()> {
        let (mut query, mut rows, mut stale) = (QueryBuilder::new(""), 0, "row");
        for statement in self.statements {
            (statement.make)(&mut query);
            rows += statement.rows;
            stale = if statement.stale == "row" { stale } else { statement.stale };
        }
        run(connection, query, rows, stale).await
    }

    /// One statement after another. While the database is at work on one, the next is made.
    async fn in_turn(self, connection: &mut SqliteConnection) -> StoreResult<()> {
        let mut rest = self.statements.into_iter();
        let mut make_next = move || {
            let Statement { rows, stale, make } = rest.next()?;
            let mut query = QueryBuilder::new("");
            make(&mut query);
            Some((query, rows, stale))
        };
        let mut next = make_next();
        while let Some((query, rows, stale)) = next {
            // The first is polled first, and has then handed its statement over.
            let (done, made) = join(run(connection, query, rows, stale), async { make_next() }).await;
            done?;
            next = made;
        }
        Ok(())
    }
}

async fn run(
    connection: &mut SqliteConnection,
    mut query: QueryBuilder<Sqlite>,
    rows: usize,
    stale: &'static str,
) -> StoreResult<()> {
    if rows == 0 {
        return Ok(());
    }
    let done = query.build().execute(connection).await.map_err(from_sqlx)?;
    if done.rows_affected() == rows as u64 { Ok(()) } else { Err(StoreError::Stale(stale)) }
}

fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[async_trait::async_trait]
impl Database for SqliteUnit {
    fn pending(&mut self) -> &mut Pending {
        self.kept()
    }

    /// A posting asks for everything at once: each question by itself would go to the thread of the database and back.
    async fn read_ahead(&mut self, ahead: &Ahead) -> StoreResult<Found> {
        match ahead.day {
            Some(day) if ahead.has_balances() => read_at_once(self.bare(), ahead, day).await,
            _ => one_by_one(self, ahead).await,
        }
    }

    async fn read_balances(
        &mut self,
        ids: &[String],
        indicators: &[(String, String)],
    ) -> StoreResult<Vec<BalanceRecord>> {
        let mut query = QueryBuilder::new("");
        push_balances(&mut query, ids, indicators);
        all(self.bare(), query, rows::balance).await
    }

    async fn read_named(&mut self, ledger_id: &str, name: &str, currency: &str) -> StoreResult<Option<BalanceRecord>> {
        let named =
            BalanceRef::Named { ledger_id: ledger_id.to_owned(), name: name.to_owned(), currency: currency.to_owned() };
        balances::one(self.bare(), &named).await
    }

    async fn read_by_reference(&mut self, references: &[String]) -> StoreResult<Vec<FoundRow>> {
        let mut query = QueryBuilder::new("");
        push_references(&mut query, references);
        all(self.bare(), query, selected::found).await
    }

    async fn read_waiting(&mut self, references: &[String]) -> StoreResult<Vec<(String, String)>> {
        let mut query = QueryBuilder::new("");
        push_waiting(&mut query, references);
        all(self.bare(), query, waits).await
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
        let mut query = QueryBuilder::new("");
        push_settings(&mut query, keys);
        all(self.bare(), query, setting).await
    }

    async fn read_signed_from(&mut self, balance_keys: &[i64], day: Date) -> StoreResult<Vec<(i64, SignedRecord)>> {
        imports::signed_from(self.bare(), balance_keys, day).await
    }

    async fn read_turnover(&mut self, days: &[(i64, Date)]) -> StoreResult<Vec<(i64, DayTurnover)>> {
        let mut query = QueryBuilder::new(TURNOVER);
        query
            .push("json_each(")
            .push_bind(list(days))
            .push(") v CROSS JOIN balance_day d ON d.balance_key = v.value ->> 0 AND d.day = v.value ->> 1");
        all(self.bare(), query, turnover).await
    }

    async fn read_ends(&mut self) -> StoreResult<Ends> {
        first(self.bare(), QueryBuilder::new(ENDS), ends)
            .await?
            .ok_or_else(|| StoreError::damaged("history", "there is no head"))
    }

    async fn write(&mut self, batch: &Batch) -> StoreResult<()> {
        let mut script = Script::default();
        write_rows(&mut script, &batch.rows);
        write_holds(&mut script, batch);
        write_figures(&mut script, batch);
        write_events(&mut script, batch);
        if batch.rows.len() <= 1 { script.at_once(self.bare()).await } else { script.in_turn(self.bare()).await }
    }
}

const TURNOVER: &str = "SELECT d.balance_key, d.day, d.credit, d.debit, d.entries FROM ";
/// What [`TURNOVER`] calls its columns.
const TURNOVER_COLUMNS: &[&str] = &["balance_key", "day", "credit", "debit", "entries"];
const ENDS: &str = "SELECT sequence, link, (SELECT coalesce(max(key), 0) FROM txn) AS newest_row, \
    (SELECT coalesce(max(key), 0) FROM event) AS newest_event FROM history_head";

/// Keys of balances by id, and by indicator and currency.
fn push_keys(query: &mut QueryBuilder<Sqlite>, ids: &[String], indicators: &[(String, String)]) {
    query.push("SELECT o.key FROM balance o WHERE o.id IN (SELECT value FROM json_each(").push_bind(list(ids));
    query.push("))");
    if !indicators.is_empty() {
        query
            .push(" UNION ALL SELECT o.key FROM json_each(")
            .push_bind(list(indicators))
            .push(") v CROSS JOIN balance o ON o.indicator = v.value ->> 0 AND o.currency = v.value ->> 1");
    }
}

fn push_balances(query: &mut QueryBuilder<Sqlite>, ids: &[String], indicators: &[(String, String)]) {
    query.push(selected::BALANCE).push(" FROM balance b JOIN ledger l ON l.key = b.ledger_key WHERE b.key IN (");
    push_keys(query, ids, indicators);
    query.push(")");
}

fn push_references(query: &mut QueryBuilder<Sqlite>, references: &[String]) {
    query.push(selected::TRANSACTION).push("WHERE t.reference IN (SELECT value FROM json_each(");
    query.push_bind(list(references)).push("))");
}

fn push_waiting(query: &mut QueryBuilder<Sqlite>, references: &[String]) {
    query.push("SELECT reference, id FROM scheduled WHERE state = 'waiting' AND reference <> '' AND reference IN ");
    query.push("(SELECT value FROM json_each(").push_bind(list(references)).push("))");
}

fn waits(row: &Got) -> StoreResult<(String, String)> {
    Ok((row.word("reference")?, row.word("id")?))
}

fn push_settings(query: &mut QueryBuilder<Sqlite>, keys: &[String]) {
    query.push("SELECT key, value FROM setting WHERE key IN (SELECT value FROM json_each(");
    query.push_bind(list(keys)).push("))");
}

fn setting(row: &Got) -> StoreResult<(String, Value)> {
    Ok((row.word("key")?, value::json("setting", &row.word("value")?)?))
}

fn turnover(row: &impl Fields) -> StoreResult<(i64, DayTurnover)> {
    Ok((row.key("balance_key")?, rows::turnover(row)?))
}

fn ends(row: &Got) -> StoreResult<Ends> {
    Ok(Ends { row: row.key("newest_row")?, event: row.key("newest_event")?, head: rows::head(row)? })
}

/// Everything that a posting asks for, as one text of several statements: what is signed and what was turned over on the
/// day belongs to the balances, whatever their keys are.
async fn read_at_once(connection: &mut SqliteConnection, ahead: &Ahead, day: Date) -> StoreResult<Found> {
    let mut query = QueryBuilder::new(as_one(selected::BALANCE_COLUMNS));
    push_balances(&mut query, &ahead.ids, &ahead.indicators);
    query.push(");");
    push_references(&mut query, &ahead.references);
    query.push(";");
    push_waiting(&mut query, &ahead.references);
    query.push(";");
    push_settings(&mut query, &ahead.settings);
    query.push(";");
    query.push(imports::SIGNED_OF);
    push_keys(&mut query, &ahead.ids, &ahead.indicators);
    imports::push_signed_from(&mut query, day);
    query.push(";").push(as_one(TURNOVER_COLUMNS)).push(TURNOVER).push("balance_day d WHERE d.balance_key IN (");
    push_keys(&mut query, &ahead.ids, &ahead.indicators);
    query.push(") AND d.day = ").push_bind(day.to_string());
    query.push(");").push(ENDS);

    let (mut found, mut question) = (Found::default(), 0);
    let mut answers = connection.fetch_many(query.build());
    while let Some(answer) = answers.try_next().await.map_err(from_sqlx)? {
        let row = match answer {
            Either::Right(row) => Got(row),
            Either::Left(_) => {
                question += 1;
                continue;
            }
        };
        match question {
            0 => found.balances = told(&row, selected::BALANCE_COLUMNS, rows::balance)?,
            1 => found.rows.push(selected::found(&row)?),
            2 => found.waiting.push(waits(&row)?),
            3 => found.settings.push(setting(&row)?),
            4 => found.signed.push(imports::signed(&row)?),
            5 => found.turnover = Some(told(&row, TURNOVER_COLUMNS, turnover)?),
            _ => found.ends = Some(ends(&row)?),
        }
    }
    Ok(found)
}

fn write_rows<'b>(script: &mut Script<'b>, new: &'b [NewRow]) {
    script
        .write(
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
    );
    let searched = new.iter().filter(|row| row.new.parent_key.is_none());
    script.write(searched, ("INSERT INTO txn_text (rowid, words) ", ""), |mut values, NewRow { key, new }| {
        let amount = new.row.amount.to_decimal(new.row.currency.exponent());
        values.push_bind(*key).push_bind(format!("{} {} {amount}", new.row.reference, new.row.description));
    });
    let refunds = new.iter().filter_map(|row| Some((row.key, row.new.refund_of.as_ref()?.key)));
    script.write(refunds, ("INSERT INTO refund (txn_key, of_key) ", ""), |mut values, (key, of_key)| {
        values.push_bind(key).push_bind(of_key);
    });
    let legs = new.iter().filter_map(|row| Some((row.key, row.new.leg.as_ref()?)));
    script.write(legs, ("INSERT INTO leg (txn_key, first_key, position, legs) ", ""), |mut values, (key, leg)| {
        values.push_bind(key).push_bind(leg.first.as_ref().map_or(key, |(first, _)| *first));
        values.push_bind(i64::from(leg.position)).push_bind(i64::from(leg.legs));
    });
}

fn write_holds<'b>(script: &mut Script<'b>, batch: &'b Batch) {
    let opened = ("INSERT INTO hold (txn_key, state, committed, remaining, expires_at, commits_at) ", "");
    script.write(&batch.new_holds, opened, |mut values, hold| {
        values.push_bind(hold.row_key).push_bind("open").push_bind("0").push_bind(hold.amount.to_string());
        values.push_bind(hold.timers.expires_at.map(micros)).push_bind(hold.timers.commits_at.map(micros));
    });
    // Only an open hold changes: a second decision on the same hold finds nothing to write.
    let saved = (
        "UPDATE hold SET state = v.column2, committed = v.column3, remaining = v.column4, closed_at = v.column5 FROM (",
        ") v WHERE hold.txn_key = v.column1 AND hold.state = 'open'",
    );
    script.change("hold", &batch.saved_holds, saved, |mut values, hold| {
        values.push_bind(hold.row_key).push_bind(hold_state_text(hold.open.state));
        values.push_bind(hold.open.committed.to_string()).push_bind(hold.open.remaining().to_string());
        values.push_bind(hold.closed_at.map(micros));
    });
}

fn write_figures<'b>(script: &mut Script<'b>, batch: &'b Batch) {
    let entries = ("INSERT INTO entry (balance_key, effective_date, txn_key, side, amount) ", "");
    script.write(&batch.entries, entries, |mut values, entry| {
        let side = if entry.side == Side::Debit { "debit" } else { "credit" };
        values.push_bind(entry.balance_key).push_bind(entry.day.to_string()).push_bind(entry.row_key);
        values.push_bind(side).push_bind(entry.amount.to_string());
    });
    let turnover = (
        "INSERT INTO balance_day (balance_key, day, credit, debit, entries) ",
        " ON CONFLICT (balance_key, day) DO UPDATE SET credit = excluded.credit, debit = excluded.debit, entries = excluded.entries",
    );
    script.write(&batch.turnover, turnover, |mut values, saved| {
        let of_day = &saved.turnover;
        values.push_bind(saved.balance_key).push_bind(of_day.day.to_string()).push_bind(of_day.credit.to_string());
        values.push_bind(of_day.debit.to_string()).push_bind(whole(of_day.entries));
    });
    let figures = (
        "UPDATE balance SET credit = v.column3, debit = v.column4, balance = v.column5, inflight_credit = v.column6,
             inflight_debit = v.column7, inflight_balance = v.column8, version = version + 1,
             last_entry_on = nullif(max(coalesce(last_entry_on, ''), v.column9), '') FROM (",
        ") v WHERE balance.key = v.column1 AND balance.version = v.column2",
    );
    script.change("balance", &batch.balances, figures, |mut values, saved| {
        let figures = &saved.balance.figures;
        values.push_bind(saved.key).push_bind(saved.balance.version);
        values.push_bind(figures.credit.to_string()).push_bind(figures.debit.to_string());
        values.push_bind(figures.balance().to_string()).push_bind(figures.inflight_credit.to_string());
        values.push_bind(figures.inflight_debit.to_string()).push_bind(figures.inflight_balance().to_string());
        values.push_bind(saved.last_entry_on.map(|day| day.to_string()).unwrap_or_default());
    });
}

fn write_events<'b>(script: &mut Script<'b>, batch: &'b Batch) {
    let settings = ("INSERT INTO setting (key, value) ", " ON CONFLICT (key) DO UPDATE SET value = excluded.value");
    script.write(&batch.settings, settings, |mut values, (key, value)| {
        values.push_bind(key.clone()).push_bind(value.to_string());
    });
    let events = ("INSERT INTO event (key, at, actor, kind, object_id, payload) ", "");
    script.write(&batch.events, events, |mut values, new| {
        values.push_bind(new.key).push_bind(micros(new.event.at)).push_bind(new.event.actor.clone());
        values.push_bind(new.event.kind.clone()).push_bind(new.event.object_id.clone()).push_bind(new.payload.clone());
    });
    let links = ("INSERT INTO history_link (sequence, event_key, link) ", "");
    script.write(&batch.events, links, |mut values, new| {
        values.push_bind(whole(new.head.sequence)).push_bind(new.key).push_bind(new.head.link.bytes().to_vec());
    });
}
