//! Earlier months: imported, matched and signed through the engine, as a person would have done it.

use std::collections::HashMap;

use engine::api::desk::{DeskEntriesQuery, DeskFilter, DeskLine, DeskLinesQuery};
use engine::api::imports::{ImportOptions, ImportRequest, ImportSource};
use engine::api::statements::{RunFallback, RunRequest};
use engine::{Engine, EngineError, EngineResult};
use jiff::civil::Date;

use crate::SampleError;
use crate::calendar::{month, plus_business};
use crate::company::{GBP, MAIN, RESERVE, Who};
use crate::files;
use crate::model::{Plan, Statement};

/// Most lines and entries asked for at once.
const PAGE: u32 = 200;

/// A statement to sign, and the day on which that happens.
pub(crate) struct Due {
    pub(crate) day: Date,
    pub(crate) account: &'static str,
    month: i64,
}

/// What is signed before `today`: two months of the main and the pound account, three of the reserve.
pub(crate) fn due(plan: &Plan) -> Vec<Due> {
    let mut due: Vec<_> = [(MAIN, 0), (MAIN, 1), (GBP, 0), (GBP, 1), (RESERVE, 0), (RESERVE, 1), (RESERVE, 2)]
        .into_iter()
        .map(|(account, number)| Due { day: plus_business(month(plan.start, number + 1), 4), account, month: number })
        .filter(|due| due.day < plan.today)
        .collect();
    due.sort_by_key(|due| due.day);
    due
}

/// Imports, matches and signs one statement.
pub(crate) async fn sign(engine: &Engine, plan: &Plan, due: &Due, balance: &str) -> Result<(), SampleError> {
    let statement = plan.statement(due.account, due.month).ok_or(SampleError::Calendar(plan.today))?;
    let step = |error: EngineError| {
        SampleError::engine(&format!("Reconciling {} {}", due.account, statement.from.strftime("%Y-%m")), error)
    };
    let id = import(engine, &statement, balance).await.map_err(step)?;
    let Some(id) = id else { return Ok(()) };
    let run = RunRequest {
        statement_id: id.clone(),
        rule_ids: None,
        fallback: Some(RunFallback::ClosestText),
        dry_run: false,
        auto_confirm: true,
    };
    engine.run_now(run).await.map_err(step)?;
    settle(engine, &statement, &id).await.map_err(step)?;
    engine.sign_off(&id, Who::Controller.name()).await.map_err(step)?;
    Ok(())
}

async fn import(engine: &Engine, statement: &Statement, balance: &str) -> EngineResult<Option<String>> {
    let workbook = statement.account == GBP;
    let bytes = if workbook {
        files::xlsx(statement)
            .map_err(|error| EngineError::File { path: "workbook".into(), reason: error.to_string() })?
    } else {
        files::csv(statement)
    };
    let name = files::file_name(statement, if workbook { "xlsx" } else { "csv" });
    let session = engine.import_open(ImportSource::Bytes { name, bytes }).await?;
    let request = ImportRequest {
        session: session.id.clone(),
        options: ImportOptions::default(),
        balance_id: balance.to_owned(),
        name: format!("{}, {}", statement.account, statement.from.strftime("%B %Y")),
        leave_out_bad_rows: false,
        save_profile: workbook.then(|| "Avonmouth Bank, workbook".to_owned()),
        accept_other_account: false,
        accept_other_balance: false,
        accept_same_file: false,
        accept_late_lines: false,
    };
    let imported = engine.import_commit(request, None).await;
    engine.import_close(&session.id);
    Ok(imported?.statement_id)
}

/// Confirms every line with the entries it is about; what the run took for something else is undone first.
async fn settle(engine: &Engine, statement: &Statement, id: &str) -> EngineResult<()> {
    let lines = lines(engine, id).await?;
    for (line, truth) in lines.iter().zip(&statement.lines) {
        let Some(found) = &line.match_id else { continue };
        let confirmed = engine.desk_focus(&line.id).await?.confirmed;
        let right = confirmed
            .is_some_and(|confirmed| confirmed.entries.iter().map(|entry| &entry.reference).eq(&truth.entries));
        if !right {
            engine.match_undo(found, false, None).await?;
        }
    }
    let entries = entries(engine, id).await?;
    for (line, truth) in self::lines(engine, id).await?.into_iter().zip(&statement.lines) {
        if line.match_id.is_none() {
            let ids = truth.entries.iter().filter_map(|reference| entries.get(reference).cloned()).collect();
            engine.match_accept(id, vec![line.id], ids, None).await?;
        }
    }
    Ok(())
}

/// Lines in file order, which is the plan's order.
async fn lines(engine: &Engine, id: &str) -> EngineResult<Vec<DeskLine>> {
    let mut lines = Vec::new();
    loop {
        let offset = u32::try_from(lines.len()).unwrap_or(u32::MAX);
        let query = DeskLinesQuery {
            statement_id: id.into(),
            filter: DeskFilter::All,
            offset,
            limit: PAGE,
            ..DeskLinesQuery::default()
        };
        let page = engine.desk_lines(query).await?;
        if page.lines.is_empty() {
            return Ok(lines);
        }
        lines.extend(page.lines);
    }
}

/// Open entries of the account: reference to id.
async fn entries(engine: &Engine, id: &str) -> EngineResult<HashMap<String, String>> {
    let mut found = HashMap::new();
    let mut offset = 0;
    loop {
        let query = DeskEntriesQuery {
            statement_id: id.into(),
            earlier: true,
            later: true,
            offset,
            limit: PAGE,
            ..DeskEntriesQuery::default()
        };
        let page = engine.desk_entries(query).await?;
        found.extend(page.outstanding.into_iter().map(|entry| (entry.reference, entry.id)));
        if page.unmatched.is_empty() {
            return Ok(found);
        }
        offset += u32::try_from(page.unmatched.len()).unwrap_or(PAGE);
        found.extend(page.unmatched.into_iter().map(|entry| (entry.reference, entry.id)));
    }
}
