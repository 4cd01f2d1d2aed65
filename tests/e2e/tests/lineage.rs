//! Where money comes from: origins of a balance, spent and followed; and holds that commit themselves.

use crate::financial::small_book;
use crate::posting::parties;
use crate::scheduled::day;
use crate::steps::{
    choose, no_page_errors, select_by_keys, tab_to, texts, value, wait_focus, wait_ready, wait_toast, with_text,
};
use e2e::{App, Result, scenario};

/// A line of the table of origins, and of the list of their moves.
pub(crate) const ORIGIN: &str = "[data-testid=lineage-origins-grid] [role=row][data-key]";
const MOVE: &str = "[data-testid=lineage-moves-grid] [role=row][data-key]";

/// Opens the page of the bank account, by the keyboard.
pub(crate) async fn open_account(app: &App) -> Result<()> {
    const ROW: &str = "[data-testid=balances-grid] [role=row][data-key]";
    app.press_all(&["g", "l"]).await?;
    app.find_css(ROW).await?;
    app.press("/").await?;
    app.type_text("Operating account").await?;
    app.wait_until("the account alone to be listed", async || {
        let rows = texts(app, ROW).await?;
        Ok(matches!(rows.as_slice(), [row] if row.contains("Operating account")))
    })
    .await?;
    app.press("Enter").await?;
    wait_inside(app, "balances-grid").await?;
    app.press("Enter").await?;
    app.wait_text("balance-strip", "Available").await
}

/// Waits until a cell of the grid has the focus.
async fn wait_inside(app: &App, grid: &str) -> Result<()> {
    let script = "return document.activeElement?.closest('[data-testid]')?.dataset.testid ?? ''";
    app.wait_until(&format!("the focus in {grid}"), async || {
        Ok(app.execute(script, vec![]).await?.as_str() == Some(grid))
    })
    .await
}

/// Fills in a new transaction of the bank account, by the keyboard. It is posted with Ctrl+Enter.
pub(crate) async fn fill(app: &App, reference: &str, amount: &str, from: &str, to: &str) -> Result<()> {
    app.press("n").await?;
    wait_focus(app, "field-amount").await?;
    app.wait_until("the account to be there", async || Ok(value(app, "field-from").await? == "Operating account"))
        .await?;
    app.type_text(amount).await?;
    for (field, name) in [("field-from", from), ("field-to", to)] {
        tab_to(app, field).await?;
        choose(app, field, name).await?;
    }
    tab_to(app, "field-reference").await?;
    app.press("Ctrl+a").await?;
    app.type_text(reference).await?;
    // It is asked for because the account keeps lineage.
    tab_to(app, "field-origin").await
}

async fn post(app: &App, reference: &str) -> Result<()> {
    wait_ready(app, "posting-post").await?;
    app.press("Ctrl+Enter").await?;
    wait_toast(app, &format!("Posted {reference}")).await?;
    app.wait_gone("new-transaction-dialog").await
}

#[test]
fn money_with_an_origin_is_followed_by_the_keyboard() {
    scenario("money_with_an_origin_is_followed_by_the_keyboard", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_account(&app).await?;
        app.press("Shift+K").await?;
        app.wait_text("lineage-dialog", "Lineage of Operating account").await?;
        wait_focus(&app, "lineage-choice").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Operating account keeps lineage: first in, first out").await?;
        app.wait_gone("lineage-dialog").await?;
        app.wait_text("lineage-strategy", "First in, first out").await?;
        app.wait_text("lineage-empty", "No money with a known origin").await?;
        app.wait_text("lineage", "1,250.00").await?;

        // What comes says where it is from.
        fill(&app, "IN-1", "300", "Sales", "Operating account").await?;
        app.wait_text("new-transaction-dialog", "Left empty, the money has no known origin").await?;
        app.type_text("Grant 7").await?;
        app.wait_text("new-transaction-dialog", "Operating account notes that the money came from it").await?;
        post(&app, "IN-1").await?;
        with_text(&app, ORIGIN, "Grant 7").await?;
        with_text(&app, ORIGIN, "Without a known origin").await?;
        with_text(&app, MOVE, "IN-1").await?;
        with_text(&app, MOVE, "Received").await?;

        // What goes takes the origin along without being asked.
        fill(&app, "OUT-1", "120", "Operating account", "Bank fees").await?;
        app.wait_text("new-transaction-dialog", "spends its origins by itself: first in, first out").await?;
        post(&app, "OUT-1").await?;
        with_text(&app, ORIGIN, "180.00").await?;
        with_text(&app, MOVE, "OUT-1").await?;
        wait_inside(&app, "lineage-origins-grid").await?;
        app.press("Ctrl+Home").await?;
        app.press("Down").await?;
        app.wait_text("lineage-moves-of", "Grant 7").await?;
        with_text(&app, MOVE, "OUT-1").await?;
        app.press("Enter").await?;
        wait_inside(&app, "lineage-moves-grid").await?;
        app.press("Ctrl+Home").await?;
        app.press("Enter").await?;
        with_text(&app, "#inspector-slot", "OUT-1").await?;
        for said in ["Operating account", "Grant 7", "Spent", "120.00"] {
            app.wait_text("transaction-origins", said).await?;
        }
        app.press_all(&["g", "u"]).await?;
        app.wait_text("audit-origins", "Grant 7").await?;
        app.wait_text("audit-origins", "Spent").await?;

        // The tab goes with the lineage, and the money stays.
        open_account(&app).await?;
        app.press("Shift+K").await?;
        wait_focus(&app, "lineage-choice").await?;
        select_by_keys(&app, "lineage-choice", "Off").await?;
        app.wait_text("lineage-ends", "180.00 EUR from 1 origin becomes money without a known origin").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Operating account keeps no lineage any more").await?;
        app.wait_gone("balance-tab-lineage").await?;
        app.wait_text("figure-balance", "1,430.00").await?;
        no_page_errors(&app).await
    });
}

/// Holds money that commits itself in three days, and would void itself in five.
pub(crate) async fn hold_that_commits(app: &App, reference: &str) -> Result<()> {
    app.press_all(&["g", "t"]).await?;
    app.click("new-transaction").await?;
    app.click("posting-mode-hold").await?;
    app.fill("field-amount", "40.00").await?;
    parties(app, "Operating account", "Bank fees").await?;
    app.fill("field-reference", reference).await?;
    app.fill("field-commit-day", &day(app, 3).await?).await?;
    app.press("Tab").await?;
    app.fill("field-expiry-day", &day(app, 2).await?).await?;
    app.press("Tab").await?;
    app.wait_text("new-transaction-dialog", "before it commits itself").await?;
    app.fill("field-expiry-day", &day(app, 5).await?).await?;
    app.press("Tab").await?;
    wait_ready(app, "posting-post").await
}

#[test]
fn a_hold_that_commits_itself_says_when() {
    scenario("a_hold_that_commits_itself_says_when", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        hold_that_commits(&app, "HELD-1").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Held HELD-1").await?;
        app.wait_gone("new-transaction-dialog").await?;

        app.press_all(&["g", "a"]).await?;
        let row = "[data-testid=approvals-grid] [role=row][data-key]";
        with_text(&app, row, "HELD-1").await?;
        with_text(&app, row, "commits ").await?;
        app.wait_text("timeline-commits", "Commits by itself").await?;
        app.wait_text("timeline-commits", ", in ").await?;
        app.wait_text("holds-inspector", "Otherwise voids itself").await?;

        open_account(&app).await?;
        tab_to(&app, "balance-tab-register").await?;
        app.press("Right").await?;
        let held = "[data-testid=balance-holds-grid] [role=row][data-key]";
        with_text(&app, held, "HELD-1").await?;
        with_text(&app, held, "commits ").await?;
        app.press_all(&["g", "t"]).await?;
        with_text(&app, "[data-testid=transactions-grid] [role=row][data-key]", "HELD-1").await?;
        app.wait_text("timeline-commits", "Commits by itself").await?;
        no_page_errors(&app).await
    });
}
