//! A second file that begins on a day the first one ended with, and names a line of it in other words.

use crate::steps::{company_book, no_page_errors, open_import, wait_ready, with_text};
use e2e::{App, Desk, Result, scenario};

const FIRST: &str = "Date;Description;Amount\n\
    2024-03-01;HARBOUR DUES;-120.00\n\
    2024-03-04;TIDE TABLES;-35.50\n\
    2024-03-05;CARD 4471 MOORING;-80.00\n";
const SECOND: &str = "Date;Description;Amount\n\
    2024-03-05;MOORING PIER 3 REF 4471;-80.00\n\
    2024-03-06;CHART CORRECTIONS;-12.25\n\
    2024-03-07;FENDER REPAIR;-64.00\n";
const BALANCE: &str = "Operating account";

/// The wizard, which is open, at its lines of a file without balances that goes into the bank account.
async fn at_the_lines(desk: &Desk, app: &App, name: &str, content: &str, opening: Option<&str>) -> Result<()> {
    let file = desk.home().join(name);
    std::fs::write(&file, content)?;
    app.fill("import-path", &file.to_string_lossy()).await?;
    app.click("import-open").await?;
    app.fill("import-balance", BALANCE).await?;
    app.click("import-balance-option").await?;
    // The first time the reading is looked at first; then its layout is known and leads to the last step at once.
    app.click_css("button[data-testid=import-step-columns], main:not(:has(button[data-testid=import-step-columns])) [data-testid=import-next]").await?;
    if let Some(opening) = opening {
        app.fill("import-opening", opening).await?;
    }
    wait_ready(app, "import-next").await?;
    app.click("import-next").await?;
    with_text(app, "h3", " new line").await?;
    Ok(())
}

/// From the lines to the stored statement.
async fn store(app: &App, result: &str) -> Result<()> {
    app.click("import-next").await?;
    app.get("import-name").await?;
    wait_ready(app, "import-next").await?;
    app.click("import-next").await?;
    app.wait_text("import-result", result).await
}

#[test]
fn a_line_in_other_words_is_taken_as_stored_already() {
    scenario("a_line_in_other_words_is_taken_as_stored_already", async |desk| {
        let book = company_book(desk)?;
        let app = desk.open(&book).await?;
        app.click("nav-reconcile").await?;
        app.click("import-statement").await?;
        at_the_lines(desk, &app, "march-1.csv", FIRST, Some("1000.00")).await?;
        store(&app, "3 lines imported").await?;

        open_import(&app).await?;
        at_the_lines(desk, &app, "march-2.csv", SECOND, None).await?;
        app.wait_text("import-late-lines", "1 line to look at").await?;
        app.wait_text("import-late-lines", "MOORING PIER 3").await?;
        // Undecided, the file is not stored.
        app.click("import-next").await?;
        app.get("import-late").await?;
        assert_eq!(app.get("import-next").await?.attr("aria-disabled").await?.as_deref(), Some("true"));
        app.click("import-back").await?;

        app.get("import-same-2").await?.focus().await?;
        app.press("s").await?;
        app.wait_gone("import-late-lines").await?;
        with_text(&app, "h3", "1 line taken as stored already").await?;
        with_text(&app, "h3", "2 new lines").await?;
        store(&app, "2 lines imported").await?;

        // What is stored already moved the money once: 1,000.00 − 235.50, and then 12.25 and 64.00 more.
        let stored = String::from_utf8(desk.headless(&["statements", "quay.tieout", "--json"])?.stdout).expect("text");
        assert!(stored.contains("68825"), "{stored}");

        // What was said is remembered: nothing of the file is left to add, and nothing is asked.
        open_import(&app).await?;
        at_the_lines(desk, &app, "march-3.csv", SECOND, None).await?;
        app.get("import-nothing-new").await?;
        assert!(app.all("import-late-lines").await?.is_empty());

        // Another file of the same lines is asked about; said once of all of them, nothing is left either.
        app.press("Esc").await?;
        app.click("import-leave-ok").await?;
        app.wait_gone("import-leave").await?;
        open_import(&app).await?;
        at_the_lines(desk, &app, "march-4.csv", &format!("{SECOND}\n"), None).await?;
        app.get("import-late-lines").await?;
        app.click("import-all-same").await?;
        app.wait_gone("import-late-lines").await?;
        app.get("import-nothing-new").await?;
        no_page_errors(&app).await
    });
}
