//! New transactions: what they would do is shown before, what does not hold is refused with a sentence.

use crate::steps::{
    choose, click_text, command, no_page_errors, open_import, stands_still, statement_file, value, wait_ready,
    wait_toast, with_text,
};
use e2e::{App, Result, scenario};
use serde_json::json;

/// Fills both sides of the form.
pub(crate) async fn parties(app: &App, from: &str, to: &str) -> Result<()> {
    for (field, name) in [("field-from", from), ("field-to", to)] {
        app.click(field).await?;
        choose(app, field, name).await?;
    }
    Ok(())
}

/// A row of the list of transactions, its head left out.
pub(crate) const ROW: &str = "[data-testid=transactions-grid] [role=row][data-key] [data-column=amount]";

/// Posts money between two balances of the sample, as the form does it.
pub(crate) async fn post(app: &App, reference: &str, amount: &str) -> Result<()> {
    app.press_all(&["g", "t"]).await?;
    app.find_css("[data-testid=transactions-grid] [role=row][data-key]").await?;
    app.press("n").await?;
    app.fill("field-amount", amount).await?;
    parties(app, "Corrib Operating", "Office and tools").await?;
    app.fill("field-reference", reference).await?;
    wait_ready(app, "posting-post").await?;
    app.press("Ctrl+Enter").await?;
    wait_toast(app, &format!("Posted {reference}")).await?;
    app.wait_gone("new-transaction-dialog").await
}

#[test]
fn a_transaction_is_previewed_refused_and_posted() {
    scenario("a_transaction_is_previewed_refused_and_posted", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.click("nav-transactions").await?;
        app.click("new-transaction").await?;
        app.fill("field-amount", "9,999,999.00").await?;
        parties(&app, "Corrib Operating", "Office and tools").await?;
        with_text(&app, "[data-testid=posting-checks] [data-ok=false]", "Corrib Operating has").await?;
        assert_eq!(app.get("posting-post").await?.attr("aria-disabled").await?.as_deref(), Some("true"));

        app.fill("field-amount", "120.50").await?;
        app.fill("field-reference", "TEST-1").await?;
        app.fill("field-description", "Desk lamp").await?;
        app.wait_text("posting-effects", "Corrib Operating").await?;
        wait_ready(&app, "posting-post").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Posted TEST-1").await?;
        app.wait_gone("new-transaction-dialog").await?;
        app.fill("transactions-grid-filter", "TEST-1").await?;
        with_text(&app, "[data-testid=transactions-grid] [role=row]", "TEST-1").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn an_unknown_indicator_asks_first_and_a_huge_amount_is_shown_in_full() {
    scenario("an_unknown_indicator_asks_first_and_a_huge_amount_is_shown_in_full", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        let huge = "1,000,000,000,000,000,000,000,000,000,000.00";
        app.click("nav-transactions").await?;
        app.click("new-transaction").await?;
        app.fill("field-amount", huge).await?;
        app.click("field-from").await?;
        app.fill("field-from", "@nowhere").await?;
        app.click("field-from-create").await?;
        app.click("field-to").await?;
        choose(&app, "field-to", "Office and tools").await?;
        app.wait_text("indicator-unknown", "No balance is called @nowhere").await?;
        assert_eq!(app.get("posting-post").await?.attr("aria-disabled").await?.as_deref(), Some("true"));
        stands_still(&app, "indicator-create").await?;
        app.click("indicator-create").await?;
        app.wait_text("indicator-agreed", "@nowhere will be created").await?;
        app.wait_text("posting-checks", "has 0.00 EUR available").await?;
        app.click("posting-more").await?;
        click_text(&app, "label", "Allow an overdraft").await?;
        app.fill("field-reference", "HUGE-1").await?;
        wait_ready(&app, "posting-post").await?;
        assert_eq!(value(&app, "field-amount").await?, huge);
        let cut =
            "const e = document.querySelector('[data-testid=field-amount]'); return e.scrollWidth > e.clientWidth";
        assert_eq!(app.execute(cut, vec![]).await?, json!(false), "the amount is cut in the form");
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, huge).await?;
        app.wait_gone("new-transaction-dialog").await?;
        app.fill("transactions-grid-filter", "HUGE-1").await?;
        with_text(&app, "[data-testid=transactions-grid] [role=row] [data-column=amount]", huge).await?;
        no_page_errors(&app).await
    });
}

#[test]
fn a_posting_is_given_back_in_parts_with_the_keyboard() {
    scenario("a_posting_is_given_back_in_parts_with_the_keyboard", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        post(&app, "SALE-1", "500.00").await?;
        app.fill("transactions-grid-filter", "SALE-1").await?;
        app.press("Enter").await?;
        with_text(&app, "#inspector-slot", "SALE-1").await?;
        click_text(&app, ROW, "500.00").await?;
        app.press("Shift+R").await?;
        app.wait_text("new-transaction-dialog", "Refund SALE-1").await?;
        app.wait_text("posting-check-refund", "SALE-1 is given back whole").await?;
        assert_eq!(value(&app, "field-amount").await?, "500.00");
        app.fill("field-amount", "500.01").await?;
        app.wait_text("posting-check-refund", "Only 500.00 EUR of SALE-1 is left to give back").await?;
        app.fill("field-amount", "200").await?;
        app.wait_text("posting-check-refund", "300.00 EUR of SALE-1 is left to give back after this").await?;
        wait_ready(&app, "posting-post").await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Posted SALE-1-R").await?;
        app.wait_gone("new-transaction-dialog").await?;
        // The entry says what went back of it, and the refund what it gives back.
        click_text(&app, ROW, "500.00").await?;
        app.wait_text("refunds", "SALE-1-R").await?;
        app.wait_text("refund-left", "300.00").await?;
        click_text(&app, "[data-testid=refunds] button", "SALE-1-R").await?;
        with_text(&app, "#inspector-slot", "Gives back").await?;
        no_page_errors(&app).await
    });
}

#[test]
fn the_same_file_twice_adds_nothing() {
    scenario("the_same_file_twice_adds_nothing", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        let file = statement_file(desk, "xlsx")?.to_string_lossy().into_owned();
        for again in [false, true] {
            open_import(&app).await?;
            app.fill("import-path", &file).await?;
            app.click("import-open").await?;
            app.get("import-balance").await?;
            for _ in 0..4 {
                if !app.all("import-name").await?.is_empty() {
                    break;
                }
                wait_ready(&app, "import-next").await?;
                app.click("import-next").await?;
            }
            app.get("import-name").await?;
            if again {
                app.wait_text("import-nothing-new", "already in the book").await?;
            }
            wait_ready(&app, "import-next").await?;
            app.click("import-next").await?;
            app.get("import-result").await?;
        }
        let all = command(&app, "statements_list", json!({})).await?.expect("the statements");
        let open = all.as_array().expect("a list").iter().filter(|one| one["state"] != "signed").count();
        assert_eq!(open, 1, "the second import made a statement");
        no_page_errors(&app).await
    });
}
