//! Holds are approved whole and in part, voided, and decided several at once, with the mouse and with the keyboard.

use crate::steps::{
    attributes, command, no_page_errors, select, tab_to, texts, value, wait_focus, wait_toast, with_text,
};
use e2e::{App, Result, scenario};
use serde_json::{Value, json};

const ROWS: &str = "[data-testid=approvals-grid] [role=row][data-key]";

/// A hold of the sample that waits, found by what it is for.
pub(crate) async fn hold(app: &App, description: &str) -> Result<Value> {
    let query = json!({ "query": { "offset": 0, "limit": 50, "sort": [], "text": description,
        "conditions": [{ "field": "state", "test": "is", "values": ["held", "part_committed"] }] } });
    let page = command(app, "transactions_page", query).await?.expect("the holds");
    Ok(page["rows"]
        .as_array()
        .and_then(|rows| rows.first())
        .unwrap_or_else(|| panic!("no hold for {description}"))
        .clone())
}

/// The hold as it is now, decided or not.
async fn family(app: &App, id: &Value) -> Result<Value> {
    Ok(command(app, "transaction_get", json!({ "id": id })).await?.expect("the hold")["family"].clone())
}

/// Settled balance and held amount going out of the balance a hold takes from, in minor units.
async fn figures(app: &App, hold: &Value) -> Result<(i128, i128)> {
    let found =
        command(app, "balance_get", json!({ "id": hold["source_id"], "as_of": null })).await?.expect("the balance");
    let figures = &found["row"]["figures"];
    let number = |value: &Value| {
        value.as_str().and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("no amount in {figures}"))
    };
    Ok((number(&figures["balance"]), number(&figures["held_out"])))
}

fn amount(hold: &Value) -> i128 {
    hold["remaining"].as_str().or(hold["amount"].as_str()).and_then(|text| text.parse().ok()).expect("an amount")
}

pub(crate) async fn row(app: &App, hold: &Value) -> Result<String> {
    let css = format!("{ROWS}[data-key='{}']", hold["id"].as_str().unwrap_or_default());
    app.find_css(&css).await?;
    Ok(css)
}

async fn click_row(app: &App, hold: &Value) -> Result<()> {
    let css = format!("{} [data-column=reference]", row(app, hold).await?);
    app.click_css(&css).await?;
    app.wait_text("holds-inspector", hold["reference"].as_str().unwrap_or_default()).await
}

/// Moves down the queue until the cursor is on the hold.
async fn row_by_keys(app: &App, hold: &Value) -> Result<()> {
    app.press("Ctrl+Home").await?;
    for _ in 0..60 {
        let now = attributes(app, &format!("{ROWS}.current"), "data-key").await?;
        if now.first().map(String::as_str) == hold["id"].as_str() {
            return Ok(());
        }
        app.press("Down").await?;
    }
    panic!("the queue has no row for {}", hold["reference"])
}

async fn wait_state(app: &App, hold: &Value, state: &str) -> Result<()> {
    app.wait_until(&format!("{} to be {state}", hold["reference"]), async || {
        Ok(family(app, &hold["id"]).await?["state"] == state)
    })
    .await
}

#[test]
fn holds_are_approved_in_part_and_voided() {
    scenario("holds_are_approved_in_part_and_voided", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.click("nav-approvals").await?;
        app.find_css(ROWS).await?;

        // Whole: what was shown before is what becomes true.
        let whole = hold(&app, "Armoured cable").await?;
        let before = figures(&app, &whole).await?;
        click_row(&app, &whole).await?;
        // A letter typed into what floats over the queue, or chosen by in a list, decides nothing below it.
        app.click("approvals-grid-add-filter").await?;
        app.get("approvals-grid-filter-field").await?;
        app.press("a").await?;
        app.click("approvals-grid-filter-field").await?;
        app.press("a").await?;
        app.press("Escape").await?;
        app.press("Escape").await?;
        app.wait_gone("approvals-grid-filter-field").await?;
        assert_eq!(family(&app, &whole["id"]).await?["state"], whole["state"]);
        app.wait_text("holds-effects", whole["source_name"].as_str().unwrap_or_default()).await?;
        // Money out and money in are summed each for itself.
        app.wait_text("approvals-grid-totals", "Out, ").await?;
        app.wait_text("approvals-grid-totals", "In, ").await?;
        app.click("hold-commit").await?;
        // The hold is dated ahead: it counts for today, and the window says so.
        let today = app.execute("return new Date().toLocaleDateString('sv')", vec![]).await?;
        wait_toast(&app, &format!("dated {}", today.as_str().unwrap_or_default())).await?;
        wait_state(&app, &whole, "committed").await?;
        assert_eq!(figures(&app, &whole).await?, (before.0 - amount(&whole), before.1 - amount(&whole)));

        // In part: more than is held is refused with a sentence, the rest stays held.
        let part = hold(&app, "Controller boards").await?;
        let before = figures(&app, &part).await?;
        click_row(&app, &part).await?;
        app.click("hold-part").await?;
        app.fill("part-amount", "99,999.00").await?;
        app.wait_text("part-dialog", "Only 2,118.60 EUR is still held").await?;
        app.fill("part-amount", "1,000.00").await?;
        app.wait_text("part-dialog", "1,118.60").await?;
        app.click("part-confirm").await?;
        wait_toast(&app, "approved").await?;
        wait_state(&app, &part, "part_committed").await?;
        assert_eq!(figures(&app, &part).await?, (before.0 - 100_000, before.1 - 100_000));
        assert_eq!(family(&app, &part["id"]).await?["remaining"], "111860");

        // Voided: nothing moves but what was held; the reason is needed and kept.
        let void = hold(&app, "Stainless fixings").await?;
        let before = figures(&app, &void).await?;
        click_row(&app, &void).await?;
        app.click("hold-void").await?;
        app.click("void-dialog-ok").await?;
        app.wait_text("void-dialog", "Choose a reason").await?;
        select(&app, "void-reason", "Duplicate").await?;
        app.fill("void-note", "Entered twice on Monday").await?;
        app.click("void-dialog-ok").await?;
        wait_toast(&app, "voided").await?;
        wait_state(&app, &void, "voided").await?;
        assert_eq!(figures(&app, &void).await?, (before.0, before.1 - amount(&void)));
        no_page_errors(&app).await?;

        let app = desk.restart().await?;
        app.click("nav-approvals").await?;
        app.find_css(ROWS).await?;
        for (decided, state) in [(&whole, "committed"), (&part, "part_committed"), (&void, "voided")] {
            assert_eq!(family(&app, &decided["id"]).await?["state"], state);
        }
        click_row(&app, &part).await?;
        app.wait_text("holds-sums", "1,118.60").await?;
        let kept = command(&app, "transaction_get", json!({ "id": void["id"] })).await?.expect("the hold").to_string();
        assert!(kept.contains("Duplicate") && kept.contains("Entered twice on Monday"), "{kept}");
        no_page_errors(&app).await
    });
}

#[test]
fn several_holds_at_once_tell_which_one_failed() {
    scenario("several_holds_at_once_tell_which_one_failed", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.click("nav-approvals").await?;
        app.find_css(ROWS).await?;
        let good = [hold(&app, "Armoured cable").await?, hold(&app, "Controller boards").await?];
        let gone = hold(&app, "Stainless fixings").await?;

        for one in good.iter().chain([&gone]) {
            app.click_css(&format!("{} [data-check]", row(&app, one).await?)).await?;
        }
        app.wait_text("holds-inspector", "3 holds selected").await?;
        app.click("hold-commit").await?;
        app.get("approve-dialog").await?;
        // While the question stands, somebody else decides on one of the three.
        let items = json!([{ "id": gone["id"], "reference": null }]);
        let void = json!({ "request": { "items": items, "reason": "Wrong payee", "note": null } });
        command(&app, "holds_void", void).await?.expect("the hold is voided");
        app.click("approve-dialog-ok").await?;

        app.wait_text("result-dialog", "2 of 3 holds approved, 1 was not").await?;
        let rows = texts(&app, "[data-testid=result-dialog-row]").await?;
        assert_eq!(rows.len(), 3);
        let reference = gone["reference"].as_str().unwrap_or_default();
        assert!(rows[0].contains(reference) && rows[0].contains("voided"), "what failed stands first: {rows:?}");
        assert!(rows[1..].iter().all(|row| row.contains("Posted")), "{rows:?}");
        app.click("result-dialog-done").await?;
        app.wait_gone("result-dialog").await?;
        for one in &good {
            wait_state(&app, one, "committed").await?;
        }
        assert_eq!(family(&app, &gone["id"]).await?["state"], "voided");
        no_page_errors(&app).await
    });
}

#[test]
fn holds_are_decided_with_the_keyboard_alone() {
    scenario("holds_are_decided_with_the_keyboard_alone", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "a"]).await?;
        app.find_css(ROWS).await?;
        tab_to_grid(&app).await?;

        let whole = hold(&app, "Armoured cable").await?;
        let part = hold(&app, "Controller boards").await?;
        let void = hold(&app, "Stainless fixings").await?;
        let several = [hold(&app, "Pressure sensors").await?, hold(&app, "Optics, second half").await?];

        row_by_keys(&app, &whole).await?;
        app.press("a").await?;
        wait_state(&app, &whole, "committed").await?;

        focus_back(&app).await?;
        row_by_keys(&app, &part).await?;
        app.press("p").await?;
        wait_focus(&app, "part-amount").await?;
        app.type_text("18.60").await?;
        app.wait_text("part-dialog", "2,100.00").await?;
        app.press("Enter").await?;
        wait_state(&app, &part, "part_committed").await?;
        assert_eq!(family(&app, &part["id"]).await?["remaining"], "210000");

        focus_back(&app).await?;
        row_by_keys(&app, &void).await?;
        app.press("v").await?;
        tab_to(&app, "void-reason").await?;
        app.press("Enter").await?;
        with_text(&app, "[role=option]", "Cancelled order").await?;
        app.type_text("Can").await?;
        app.press("Enter").await?;
        app.wait_text("void-reason", "Cancelled order").await?;
        tab_to(&app, "void-note").await?;
        app.type_text("By phone").await?;
        assert_eq!(value(&app, "void-note").await?, "By phone");
        app.press("Enter").await?;
        wait_state(&app, &void, "voided").await?;

        focus_back(&app).await?;
        for one in &several {
            row_by_keys(&app, one).await?;
            app.press("Space").await?;
        }
        app.wait_text("holds-inspector", "2 holds selected").await?;
        app.press("a").await?;
        wait_focus(&app, "approve-dialog-ok").await?;
        app.press("Enter").await?;
        for one in &several {
            wait_state(&app, one, "committed").await?;
        }
        no_page_errors(&app).await?;

        let app = desk.restart().await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "a"]).await?;
        app.find_css(ROWS).await?;
        assert_eq!(family(&app, &whole["id"]).await?["state"], "committed");
        assert_eq!(family(&app, &void["id"]).await?["state"], "voided");
        assert_eq!(family(&app, &part["id"]).await?["remaining"], "210000");
        no_page_errors(&app).await
    });
}

/// Whether a cell of the queue has the focus.
async fn in_grid(app: &App) -> Result<bool> {
    let inside = app.execute("return document.activeElement?.getAttribute('role') === 'gridcell'", vec![]).await?;
    Ok(inside.as_bool() == Some(true))
}

/// Presses Tab until a cell of the queue has the focus.
async fn tab_to_grid(app: &App) -> Result<()> {
    for _ in 0..40 {
        if in_grid(app).await? {
            return Ok(());
        }
        app.press("Tab").await?;
    }
    panic!("the queue cannot be reached with Tab")
}

/// Waits until a decision is over: its dialog is gone, and the queue has the focus again without a key.
async fn focus_back(app: &App) -> Result<()> {
    for dialog in ["part-dialog", "void-dialog", "approve-dialog"] {
        app.wait_gone(dialog).await?;
    }
    app.wait_until("the focus to come back to the queue", async || in_grid(app).await).await
}
