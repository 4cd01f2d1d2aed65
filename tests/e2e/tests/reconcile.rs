//! The main job: a statement from its file to the signature, with the mouse and with the keyboard alone.

use crate::steps::{
    attributes, choose, click_text, command, focused, no_page_errors, open_import, select, select_by_keys,
    statement_file, tab_to, texts, value, wait_focus, wait_ready, wait_toast, with_text,
};
use e2e::{App, Desk, Result, scenario};
use serde_json::{Value, json};

const LINES: &str = "[data-testid^=desk-line-][role=option]";

/// Line number and state of the line the cursor is on.
async fn line_at_cursor(app: &App) -> Result<Option<(String, String)>> {
    let css = format!("{LINES}[aria-selected=true]");
    let ids = attributes(app, &css, "data-testid").await?;
    let states = attributes(app, &css, "data-state").await?;
    Ok(ids.into_iter().zip(states).next())
}

/// What is left to clear, in minor units, as the proof shows it.
async fn left_to_clear(app: &App) -> Result<String> {
    let all = attributes(app, "[data-testid=desk-proof] .left [data-minor]", "data-minor").await?;
    Ok(all.into_iter().next().expect("the proof shows what is left to clear"))
}

/// Number of lines that nobody has decided on.
pub(crate) async fn to_review(app: &App) -> Result<u32> {
    let text = app.text("desk-filter").await?;
    let digits: String = text.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    Ok(digits.parse().unwrap_or_else(|_| panic!("no count in {text:?}")))
}

/// The field that searches the open lines. A step that was just taken gives the focus back to the lines when it is done.
async fn search_lines(app: &App) -> Result<()> {
    app.wait_until("the focus on the search", async || {
        if focused(app).await? != "desk-search" {
            app.press("/").await?;
        }
        Ok(focused(app).await? == "desk-search")
    })
    .await
}

/// Searches the open lines and puts the cursor on the first one with this text. Keyboard only.
pub(crate) async fn go_to_line(app: &App, text: &str) -> Result<()> {
    search_lines(app).await?;
    app.press("Ctrl+a").await?;
    app.type_text(text).await?;
    app.wait_until(&format!("the line {text}"), async || {
        let lines = texts(app, LINES).await?;
        Ok(!lines.is_empty() && lines.iter().all(|line| line.contains(text)))
    })
    .await?;
    app.press("Enter").await?;
    wait_focus(app, "desk-lines").await?;
    wait_for_card(app).await
}

/// All open lines again, the cursor on the first. Keyboard only.
pub(crate) async fn all_lines(app: &App) -> Result<()> {
    search_lines(app).await?;
    app.press("Esc").await?;
    app.wait_gone("desk-search").await
}

/// The right pane speaks of the line under the cursor.
async fn wait_for_card(app: &App) -> Result<()> {
    app.wait_until("the card of the line", async || {
        let Some((id, _)) = line_at_cursor(app).await? else { return Ok(false) };
        let number = id.trim_start_matches("desk-line-");
        Ok(app.text("desk-match").await?.contains(&format!("Line {number}\n")))
    })
    .await
}

/// Does something that decides on lines and waits until fewer are left.
async fn decide(app: &App, step: impl AsyncFnOnce() -> Result<()>) -> Result<()> {
    let before = to_review(app).await?;
    step().await?;
    app.wait_until(&format!("fewer than {before} lines to review"), async || Ok(to_review(app).await? < before))
        .await?;
    wait_ready(app, "desk-undo").await
}

/// An entry of the right pane, brought into view by searching for it.
pub(crate) async fn put_into_basket(app: &App, reference: &str) -> Result<()> {
    if app.all("desk-entries-search").await?.is_empty() {
        app.click("desk-entries-search-open").await?;
    }
    app.fill("desk-entries-search", reference).await?;
    // A row that is still on its way to another place takes no click.
    app.wait_until(&format!("only entries {reference}"), async || {
        let shown = attributes(app, "[data-testid^=desk-entry-]", "data-testid").await?;
        let wanted = format!("desk-entry-{reference}");
        Ok(!shown.is_empty() && shown.iter().all(|entry| entry.starts_with(&wanted)))
    })
    .await?;
    let css = format!("[data-testid^='desk-entry-{reference}']:is([data-of=unmatched],[data-of=outstanding])");
    click_text(app, &css, reference).await
}

pub(crate) async fn import_by_mouse(desk: &Desk, app: &App) -> Result<()> {
    let file = statement_file(desk, "csv")?;
    open_import(app).await?;
    app.fill("import-path", &file.to_string_lossy()).await?;
    app.click("import-open").await?;

    // A layout that is remembered leads to the last step at once; every step can still be looked at.
    app.get("import-balance").await?;
    wait_ready(app, "import-next").await?;
    app.click("import-step-format").await?;
    app.wait_text("dialect-encoding", "Windows-1252").await?;
    app.wait_text("dialect-delimiter", "Semicolon").await?;
    app.wait_text("dialect-decimal-mark", "1.234,56").await?;
    app.wait_text("dialect-date-format", "DD/MM/YYYY").await?;
    assert_eq!(value(app, "import-balance").await?, "Corrib Operating");
    app.click("import-next").await?;

    // The proof follows the mapping: without its money out the file does not tie, with it again it does.
    app.wait_text("import-verdict", "Ties").await?;
    let role = app.text("column-role-4").await?;
    select(app, "column-role-4", "Ignore").await?;
    app.wait_until("the proof to fail", async || Ok(app.text("import-verdict").await? != "Ties")).await?;
    select(app, "column-role-4", role.trim()).await?;
    app.wait_text("import-verdict", "Ties").await?;
    app.click("import-next").await?;

    with_text(app, "h3", " new lines").await?;
    app.click("import-next").await?;
    app.get("import-name").await?;
    app.click("import-next").await?;
    app.wait_text("import-result", " lines imported").await
}

#[test]
fn a_statement_is_imported_matched_reviewed_and_signed() {
    scenario("a_statement_is_imported_matched_reviewed_and_signed", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        import_by_mouse(desk, &app).await?;

        app.click("import-run").await?;
        app.click("run-start").await?;
        app.wait_text("run-result", "proposed").await?;
        app.click("run-review").await?;
        app.wait_gone("run-dialog").await?;
        wait_focus(&app, "desk-lines").await?;
        // How many the sample has depends on the weekdays of the month before today.
        assert!(to_review(&app).await? > 100);
        assert_ne!(left_to_clear(&app).await?, "0");

        review_by_mouse(&app).await?;
        assert_eq!(to_review(&app).await?, 0);
        assert_eq!(left_to_clear(&app).await?, "0");

        app.click("sign-off").await?;
        app.fill("sign-off-name", "Niamh Corcoran").await?;
        app.click("sign-off-ok").await?;
        app.wait_text("desk-signed", "by Niamh Corcoran").await?;
        nothing_can_be_changed(&app).await?;
        no_page_errors(&app).await?;

        let app = desk.restart().await?;
        let signed = signed_now(&app).await?;
        assert_eq!(
            (&signed["balance_name"], &signed["signed_by"]),
            (&json!("Corrib Operating"), &json!("Niamh Corcoran"))
        );
        app.click("nav-reconcile").await?;
        let row = app.find_css(&format!("tr[data-statement='{}']", signed["id"].as_str().unwrap_or_default())).await?;
        assert!(row.prop("innerText").await?.unwrap_or_default().contains("Signed"));
        app.click_css(&format!("tr[data-statement='{}'] td:nth-child(2)", signed["id"].as_str().unwrap_or_default()))
            .await?;
        app.click("statement-report").await?;
        app.wait_text("report-state", "igned").await?;
        app.wait_text("report-paper", "Niamh Corcoran").await?;
        export_the_report(desk, &app).await?;
        no_page_errors(&app).await
    });
}

/// Every kind of decision once: one certain match, all certain ones, a rejection, a match by hand, a sum of entries,
/// posted differences, an entry that was outstanding, and new entries.
pub(crate) async fn review_by_mouse(app: &App) -> Result<()> {
    go_to_line(app, "PARKMORE ESTATES").await?;
    assert_eq!(line_at_cursor(app).await?.map(|(_, state)| state).as_deref(), Some("likely"));
    decide(app, async || accept(app).await).await?;
    // The cheque was written the month before: its number finds it among the outstanding entries.
    go_to_line(app, "CHQ 100482").await?;
    app.wait_text("desk-match", "1 entry").await?;
    decide(app, async || accept(app).await).await?;
    all_lines(app).await?;

    decide(app, async || {
        app.click("desk-accept-certain").await?;
        app.click("accept-certain-ok").await
    })
    .await?;
    app.wait_gone("accept-certain").await?;

    // Rejected, the pair is not proposed again; by hand it is still possible.
    go_to_line(app, "ATLANTIC UNDERWRITING").await?;
    app.wait_text("desk-match", "1 entry").await?;
    app.click("desk-reject").await?;
    wait_toast(app, "eject").await?;
    app.wait_text("desk-why", "No entry was proposed").await?;
    put_into_basket(app, "INS-").await?;
    decide(app, async || accept(app).await).await?;

    // One line, two receipts.
    go_to_line(app, "2 FACTUREN").await?;
    app.click("desk-find-sum").await?;
    app.click("find-sum-take-0").await?;
    app.wait_gone("find-sum").await?;
    app.wait_text("desk-match", "2 entries").await?;
    decide(app, async || accept(app).await).await?;

    match_a_payout(app).await?;
    for (line, entry, against) in [
        ("LESS CHG", "INV-", "Bank fees"),
        ("SHANNON POWER", "SP-", "Power and telecoms"),
        ("FX EUR/JPY", "FX-3384-A", "Exchange differences"),
    ] {
        go_to_line(app, line).await?;
        let reference = if entry == "INV-" { charged_invoice(app).await? } else { entry.to_owned() };
        put_into_basket(app, &reference).await?;
        app.click("desk-post-difference").await?;
        choose(app, "difference-against", against).await?;
        decide(app, async || accept(app).await).await?;
    }

    for (line, against) in [
        ("QUARTERLY MAINTENANCE", "Bank fees"),
        ("ACCOUNT FEES", "Bank fees"),
        ("CARD REFUND", "Card takings"),
        ("CREDIT INTEREST", "Interest received"),
    ] {
        go_to_line(app, line).await?;
        app.click("desk-new-entry").await?;
        choose_by_mouse(app, "new-entry-against", against).await?;
        decide(app, async || app.click("new-entry-post").await).await?;
        app.wait_gone("new-entry").await?;
    }
    all_lines(app).await?;
    accept_the_rest(app, async || accept(app).await, "Clew Freight").await
}

/// A payout of card takings that the book has day by day: all of its days to one line, the fee posted.
async fn match_a_payout(app: &App) -> Result<()> {
    go_to_line(app, "SUMPAY SETTLEMENT").await?;
    let text = texts(app, &format!("{LINES}[aria-selected=true]")).await?.join(" ");
    let number = text.split("SETTLEMENT ").nth(1).and_then(|rest| rest.split_whitespace().next()).expect("its number");
    put_into_basket(app, &format!("SUM-{number}-")).await?;
    let css = format!("[data-testid^='desk-entry-SUM-{number}-']");
    let days = attributes(app, &css, "data-testid").await?;
    // The payout of a Friday has three days, that of a Tuesday four; which of them it is depends on the month.
    assert!(matches!(days.len(), 3 | 4), "{days:?}");
    for day in &days[1..] {
        put_into_basket(app, day.trim_start_matches("desk-entry-")).await?;
    }
    app.wait_text("desk-match", &format!("{} entries", days.len())).await?;
    app.click("desk-post-difference").await?;
    choose(app, "difference-against", "Card fees").await?;
    decide(app, async || accept(app).await).await
}

/// Presses Accept once the figures of the match are there.
async fn accept(app: &App) -> Result<()> {
    wait_ready(app, "desk-accept").await?;
    app.click("desk-accept").await
}

/// The reference of the invoice the line names, written with a hyphen as the ledger does.
pub(crate) async fn charged_invoice(app: &App) -> Result<String> {
    let line = texts(app, &format!("{LINES}[aria-selected=true]")).await?.join(" ");
    let digits: String =
        line.split("INV").nth(1).unwrap_or_default().chars().take_while(char::is_ascii_digit).collect();
    Ok(format!("INV-{digits}"))
}

async fn choose_by_mouse(app: &App, testid: &str, name: &str) -> Result<()> {
    app.fill(testid, name).await?;
    let options = format!("[data-testid={testid}-option]");
    // Until the list is the one for the whole name, its rows move under the pointer.
    app.wait_until(&format!("{name} to be offered"), async || {
        let offered = texts(app, &options).await?;
        Ok(!offered.is_empty() && offered.iter().all(|text| text.contains(name)))
    })
    .await?;
    click_text(app, &options, name).await?;
    app.wait_until(name, async || Ok(value(app, testid).await? == name)).await
}

/// What is proposed is accepted, and a line without a proposal becomes an entry against `against`.
async fn accept_the_rest(app: &App, accept: impl AsyncFn() -> Result<()>, against: &str) -> Result<()> {
    while to_review(app).await? > 0 {
        wait_for_card(app).await?;
        let (_, state) = line_at_cursor(app).await?.expect("a line is left");
        if state == "none" {
            app.press("n").await?;
            choose(app, "new-entry-against", against).await?;
            tab_to(app, "new-entry-post").await?;
            decide(app, async || app.press("Enter").await).await?;
            app.wait_gone("new-entry").await?;
        } else {
            pick_where_several_fit(app).await?;
            app.wait_until("a match that ties", async || Ok(app.text("desk-left-over").await?.contains("0.00")))
                .await?;
            decide(app, &accept).await?;
        }
    }
    Ok(())
}

/// Where another entry is as good none is picked, and Enter alone accepts nothing. Keyboard only.
async fn pick_where_several_fit(app: &App) -> Result<()> {
    if app.all("desk-choose").await?.is_empty() {
        return Ok(());
    }
    let before = to_review(app).await?;
    app.press("Enter").await?;
    assert!(app.text("desk-match").await?.contains("Nothing is picked yet"), "a coin was tossed");
    assert_eq!(to_review(app).await?, before);
    app.press("F6").await?;
    wait_focus(app, "desk-entries").await?;
    // Past the head of the group, to the first entry that fits.
    app.press_all(&["Down", "Space"]).await?;
    app.wait_text("desk-match", "1 entry").await?;
    app.press("Shift+F6").await?;
    wait_focus(app, "desk-lines").await
}

/// A signed statement takes no change: no button is offered, the keys do nothing, the commands behind them are refused.
async fn nothing_can_be_changed(app: &App) -> Result<()> {
    app.click("desk-filter-confirmed").await?;
    app.wait_text("desk-match", "The match").await?;
    for action in ["desk-unmatch", "desk-accept", "desk-undo", "sign-off"] {
        assert!(app.all(action).await?.is_empty(), "{action} is offered on a signed statement");
    }
    app.press("u").await?;
    app.press("Ctrl+z").await?;

    let statement = signed_now(app).await?;
    let id = statement["id"].as_str().expect("an id");
    let lines = json!({ "query": { "statement_id": id, "filter": "confirmed", "text": null, "tier": null,
        "sort": "position", "descending": false, "offset": 0, "limit": 1 } });
    let lines = command(app, "desk_lines", lines).await?.expect("the lines");
    let matched = lines["lines"][0]["match_id"].as_str().expect("a confirmed line").to_owned();
    for (name, args) in [
        ("match_undo", json!({ "match_id": matched, "reverse": false })),
        ("desk_undo", json!({ "statement_id": id, "action_id": null })),
        ("import_undo", json!({ "statement_id": id })),
        ("sign_off", json!({ "statement_id": id, "name": "Somebody else" })),
    ] {
        let refused = command(app, name, args).await?.expect_err("a signed statement was changed");
        assert!(refused.contains("signed"), "{name}: {refused}");
    }
    app.click("desk-filter-review").await?;
    app.get("desk-done").await?;
    assert_eq!(to_review(app).await?, 0);
    Ok(())
}

/// The statement that was signed last.
async fn signed_now(app: &App) -> Result<Value> {
    let all = command(app, "statements_list", json!({})).await?.expect("the statements");
    let signed = all.as_array().expect("a list").iter().filter(|one| one["state"] == "signed");
    Ok(signed.max_by_key(|one| one["signed_at"].as_str().unwrap_or_default().to_owned()).expect("a signed one").clone())
}

/// Both formats, to a typed path; what is written is read again.
async fn export_the_report(desk: &Desk, app: &App) -> Result<()> {
    let csv = desk.home().join("report.csv");
    let xlsx = desk.home().join("report.xlsx");
    for (format, path) in [("csv", &csv), ("xlsx", &xlsx)] {
        app.click(&format!("report-format-{format}")).await?;
        app.fill("report-path", &path.to_string_lossy()).await?;
        app.click("report-save").await?;
        wait_toast(app, "Saved").await?;
    }
    let text = std::fs::read_to_string(&csv)?;
    assert!(text.contains("Niamh Corcoran") && text.contains("Corrib Operating"), "{text}");
    // An XLSX file is a ZIP archive.
    assert!(std::fs::read(&xlsx)?.starts_with(b"PK\x03\x04"));
    Ok(())
}

#[test]
fn a_statement_is_reconciled_with_the_keyboard_alone() {
    scenario("a_statement_is_reconciled_with_the_keyboard_alone", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        let file = statement_file(desk, "xlsx")?;
        app.get("sidebar").await?;
        app.press_all(&["g", "r"]).await?;
        app.get("statements").await?;
        app.press("Ctrl+i").await?;
        wait_focus(&app, "import-path").await?;
        app.type_text(&file.to_string_lossy()).await?;
        app.press("Enter").await?;

        app.get("import-balance").await?;
        map_by_keys(&app).await?;

        // Enter is the only key from here to the stored lines.
        for _ in ["format", "columns", "duplicates", "import"] {
            wait_ready(&app, "import-next").await?;
            let step = texts(&app, "[aria-current=step]").await?;
            let done = async || -> Result<bool> { Ok(!app.all("import-result").await?.is_empty()) };
            app.press("Enter").await?;
            app.wait_until("the next step", async || {
                Ok(done().await? || texts(&app, "[aria-current=step]").await? != step)
            })
            .await?;
            if done().await? {
                break;
            }
        }
        app.wait_text("import-result", "lines imported").await?;
        tab_to(&app, "import-run").await?;
        app.press("Enter").await?;

        wait_focus(&app, "run-start").await?;
        app.press("Enter").await?;
        wait_focus(&app, "run-review").await?;
        app.press("Enter").await?;
        app.wait_gone("run-dialog").await?;
        wait_focus(&app, "desk-lines").await?;
        let all = to_review(&app).await?;
        reject_by_keys(&app).await?;
        decide(&app, async || {
            app.press("a").await?;
            wait_focus(&app, "accept-certain-ok").await?;
            app.press("Enter").await
        })
        .await?;
        app.wait_gone("accept-certain").await?;
        wait_focus(&app, "desk-lines").await?;
        assert!(to_review(&app).await? < all);

        // Undo and redo take the whole step.
        wait_ready(&app, "desk-undo").await?;
        app.press("Ctrl+z").await?;
        app.wait_until("the step to be undone", async || Ok(to_review(&app).await? == all)).await?;
        wait_ready(&app, "desk-redo").await?;
        app.press("Ctrl+Shift+z").await?;
        app.wait_until("the step to be done again", async || Ok(to_review(&app).await? < all)).await?;

        // By hand: across to the entries, down to one, into the match, its difference posted.
        go_to_line(&app, "PREMIER INN WHITEHAVEN").await?;
        entry_by_keys(&app, "EXP-", "154.80").await?;
        app.press("w").await?;
        choose(&app, "difference-against", "@travel").await?;
        tab_to(&app, "desk-accept").await?;
        decide(&app, async || app.press("Enter").await).await?;
        all_lines(&app).await?;
        accept_the_rest(&app, async || app.press("Enter").await, "@travel").await?;
        assert_eq!(left_to_clear(&app).await?, "0");

        app.press("Ctrl+Enter").await?;
        wait_focus(&app, "sign-off-name").await?;
        app.type_text("Niamh Corcoran").await?;
        app.press("Enter").await?;
        app.wait_text("desk-signed", "by Niamh Corcoran").await?;
        no_page_errors(&app).await?;

        let app = desk.restart().await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "r"]).await?;
        app.get("statements").await?;
        assert_eq!(signed_now(&app).await?["signed_by"], "Niamh Corcoran");
        no_page_errors(&app).await
    });
}

/// Goes to the columns, takes the role of the amounts away and gives it back: the proof fails, then ties.
async fn map_by_keys(app: &App) -> Result<()> {
    wait_ready(app, "import-next").await?;
    // A remembered layout leads past the columns; the steps that are done can be looked at again.
    if texts(app, "[aria-current=step]").await?.iter().all(|step| step.contains("Format")) {
        app.press("Enter").await?;
    } else {
        tab_to(app, "import-step-columns").await?;
        app.press("Enter").await?;
    }
    app.wait_text("import-verdict", "Ties").await?;
    let roles = texts(app, "[data-testid^=column-role-]").await?;
    let ids = attributes(app, "[data-testid^=column-role-]", "data-testid").await?;
    let money = ["Amount", "Money out", "Money in"];
    let (id, role) = ids
        .iter()
        .zip(&roles)
        .find(|(_, role)| money.iter().any(|word| role.starts_with(word)))
        .unwrap_or_else(|| panic!("no column of amounts among {roles:?}"));
    select_by_keys(app, id, "Ignore").await?;
    app.wait_until("the proof to fail", async || Ok(app.text("import-verdict").await? != "Ties")).await?;
    select_by_keys(app, id, role).await?;
    app.wait_text("import-verdict", "Ties").await?;
    tab_to(app, "import-next").await
}

/// Rejects the first match that is proposed, and takes that back: the line is as it was.
async fn reject_by_keys(app: &App) -> Result<()> {
    for _ in 0..to_review(app).await? {
        wait_for_card(app).await?;
        if app.text("desk-match").await?.contains("1 entry") {
            break;
        }
        app.press("Down").await?;
    }
    let (line, proposed) = line_at_cursor(app).await?.expect("a line with a proposal");
    assert_ne!(proposed, "none");
    app.press("x").await?;
    // The cursor goes on to the next line.
    wait_state(app, &line, "none").await?;
    wait_ready(app, "desk-undo").await?;
    app.press("Ctrl+z").await?;
    wait_state(app, &line, &proposed).await?;
    wait_focus(app, "desk-lines").await?;
    // While the undo is being saved the desk takes no other step.
    wait_ready(app, "desk-accept-certain").await
}

/// Waits until a line is in a state, wherever the cursor is.
async fn wait_state(app: &App, line: &str, state: &str) -> Result<()> {
    let css = format!("[data-testid={line}][role=option]");
    app.wait_until(&format!("{line} to be {state}"), async || {
        Ok(attributes(app, &css, "data-state").await?.first().is_some_and(|now| now == state))
    })
    .await
}

/// Moves down the right pane until the entry under the cursor has this reference and amount, and takes it with Space.
async fn entry_by_keys(app: &App, reference: &str, amount: &str) -> Result<()> {
    app.press("F6").await?;
    wait_focus(app, "desk-entries").await?;
    for _ in 0..400 {
        let at = app
            .execute("return document.querySelector('[data-testid=desk-entries] .cursor')?.innerText ?? ''", vec![])
            .await?;
        let at = at.as_str().unwrap_or_default().to_owned();
        if at.contains(reference) && at.contains(amount) {
            app.press("Space").await?;
            return app.wait_text("desk-match", "1 entry").await;
        }
        app.press("Down").await?;
    }
    panic!("no entry {reference} over {amount}")
}
