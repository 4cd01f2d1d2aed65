//! Balance sheet, profit and loss, the types of ledgers they go by, and closed periods.

use crate::posting::parties;
use crate::steps::{company_book, no_page_errors, select_by_keys, tab_to, value, wait_focus, wait_ready, wait_toast};
use e2e::{App, Desk, Result, scenario};
use std::path::{Path, PathBuf};

/// A book with one sale that came in and one opening balance, whose ledger says no type.
pub(crate) fn small_book(desk: &Desk) -> Result<PathBuf> {
    let book = company_book(desk)?;
    post(desk, &book, &["--from", "Sales", "--amount", "250.00"])?;
    post(desk, &book, &["--from", "@opening", "--amount", "1000.00", "--create-indicators", "--allow-overdraft"])?;
    Ok(book)
}

/// Posts to the bank account, today.
fn post(desk: &Desk, book: &Path, words: &[&str]) -> Result<()> {
    let path = book.to_string_lossy();
    let args = ["post", &*path, "--to", "Operating account", "--currency", "EUR"];
    desk.headless(&[args.as_slice(), words].concat())?;
    Ok(())
}

/// The last day of the month before, or of the one `back` months before it, as this computer has it.
async fn month_end(app: &App, back: u32) -> Result<String> {
    let script = "const now = new Date(); const day = new Date(now.getFullYear(), now.getMonth() - arguments[0], 0);
        const two = (n) => String(n).padStart(2, '0');
        return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`";
    Ok(app.execute(script, vec![back.into()]).await?.as_str().expect("a day").to_owned())
}

/// Opens the page of the settings that is about the book.
pub(crate) async fn book_settings(app: &App) -> Result<()> {
    app.press_all(&["g", "s"]).await?;
    app.click("settings-tab-book").await?;
    app.get("period-state").await?;
    Ok(())
}

/// Closes the books through the end of last month, by the keyboard.
pub(crate) async fn close_last_month(app: &App) -> Result<String> {
    let last = month_end(app, 0).await?;
    app.press("Shift+C").await?;
    app.wait_text("period-close-dialog", "are refused afterwards").await?;
    app.wait_text("period-close-dialog", "Closed until now").await?;
    assert_eq!(value(app, "period-through").await?, last);
    wait_focus(app, "period-close-dialog-ok").await?;
    app.press("Enter").await?;
    app.wait_text("period-state", &format!("Closed through {last}")).await?;
    wait_toast(app, &format!("The books are closed through {last}")).await?;
    // Its keys sleep until the dialog has faded.
    app.wait_gone("period-close-dialog").await?;
    Ok(last)
}

/// A posting from sales to the bank, dated on a day, as far as it is filled in.
pub(crate) async fn fill_posting(app: &App, reference: &str, day: &str) -> Result<()> {
    app.press_all(&["g", "t"]).await?;
    app.click("new-transaction").await?;
    app.fill("field-amount", "40.00").await?;
    app.fill("field-date", day).await?;
    parties(app, "Sales", "Operating account").await?;
    app.fill("field-reference", reference).await
}

#[test]
fn the_financial_reports_are_read_and_written_by_the_keyboard() {
    scenario("the_financial_reports_are_read_and_written_by_the_keyboard", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        app.press_all(&["g", "f"]).await?;
        app.wait_text("financial-report", "Total liabilities, equity and untyped").await?;
        app.wait_text("financial-ties-eur", "Ties").await?;
        app.wait_text("financial-eur-equity", "Result of this year").await?;
        app.wait_text("financial-eur-untyped", "@opening").await?;

        // What has no type is given one, and then stands with the others.
        wait_focus(&app, "financial-report").await?;
        app.press("t").await?;
        app.wait_text("ledger-dialog", "Type of General ledger").await?;
        select_by_keys(&app, "ledger-type", "Equity").await?;
        app.press("Ctrl+Enter").await?;
        app.wait_gone("financial-untyped").await?;
        app.wait_gone("ledger-dialog").await?;
        app.wait_text("financial-eur-equity", "@opening").await?;
        app.wait_text("financial-ties-eur", "Ties").await?;

        app.press("2").await?;
        app.wait_text("financial-report", "Total income").await?;
        app.wait_text("financial-result-eur", "250.00").await?;
        app.wait_text("financial-report", "Result for the period").await?;
        // The days before stand beside it, and are gone again.
        app.press("c").await?;
        app.wait_text("financial-report", "Change").await?;
        app.wait_text("financial-compare", "Previous period").await?;
        app.press("c").await?;
        app.wait_text("financial-compare", "Previous year").await?;
        app.press("c").await?;
        app.wait_text("financial-compare", "Nothing").await?;
        app.press("[").await?;
        app.press("[").await?;
        app.wait_until("this month", async || {
            let month = app.get("financial-choice-month").await?;
            Ok(month.attr("aria-checked").await?.as_deref() == Some("true"))
        })
        .await?;
        let file = desk.home().join("result.csv");
        app.press("Ctrl+e").await?;
        app.click("financial-format-csv").await?;
        app.fill("financial-path", &file.to_string_lossy()).await?;
        app.press("Enter").await?;
        wait_toast(&app, "line was written to").await?;
        app.wait_gone("financial-export-dialog").await?;
        let text = std::fs::read_to_string(&file)?;
        assert!(text.contains("Income,Income,Sales,EUR,250.00"), "{text}");

        // A line leads to the register of its balance, and Back to the report as it was.
        tab_to(&app, "financial-line").await?;
        app.press("Enter").await?;
        app.wait_text("balance-strip", "Available").await?;
        app.press("Alt+Left").await?;
        app.wait_text("financial-report", "Total income").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_closed_period_refuses_a_posting_until_it_is_reopened() {
    scenario("a_closed_period_refuses_a_posting_until_it_is_reopened", async |desk| {
        let book = company_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        book_settings(&app).await?;
        app.wait_text("period-state", "Every day is open.").await?;
        let last = close_last_month(&app).await?;
        app.wait_text("period-steps", &format!("Closed through {last}")).await?;

        // No reason lets it through; another day does.
        fill_posting(&app, "LATE-1", &last).await?;
        app.wait_text("closed-period", &format!("The books are closed through {last}")).await?;
        assert!(app.all("signed-period-anyway").await?.is_empty());
        assert_eq!(app.get("posting-post").await?.attr("aria-disabled").await?.as_deref(), Some("true"));
        app.wait_text("closed-period-use", "Date it").await?;
        app.click("closed-period-use").await?;
        app.wait_gone("closed-period").await?;
        assert!(value(&app, "field-date").await? > last);
        wait_ready(&app, "posting-post").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Posted LATE-1").await?;
        app.wait_gone("new-transaction-dialog").await?;

        // A part of it is reopened, which needs a reason, and then the rest.
        book_settings(&app).await?;
        app.press("Shift+O").await?;
        wait_focus(&app, "period-reopen-dialog-reason").await?;
        assert_eq!(app.get("period-reopen-dialog-ok").await?.attr("aria-disabled").await?.as_deref(), Some("true"));
        app.press("Enter").await?;
        app.wait_text("period-reopen-dialog", "Enter a reason").await?;
        app.type_text("A bill came late").await?;
        app.press("Enter").await?;
        let before = month_end(&app, 1).await?;
        app.wait_text("period-state", &format!("Closed through {before}")).await?;
        app.wait_text("period-steps", "A bill came late").await?;
        app.wait_gone("period-reopen-dialog").await?;
        app.press("Shift+O").await?;
        app.click("period-part-all").await?;
        app.fill("period-reopen-dialog-reason", "Start again").await?;
        app.press("Enter").await?;
        app.wait_text("period-state", "Every day is open.").await?;
        app.wait_gone("period-reopen-dialog").await?;
        fill_posting(&app, "LATE-2", &last).await?;
        wait_ready(&app, "posting-post").await?;
        assert!(app.all("closed-period").await?.is_empty());
        no_page_errors(&app).await
    });
}
