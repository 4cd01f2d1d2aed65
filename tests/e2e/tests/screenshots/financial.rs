//! Profit and loss, the type of a ledger, and closed periods.

use super::{both_themes, go, small};
use crate::financial::{book_settings, close_last_month, fill_posting, small_book};
use e2e::scenario;

#[test]
fn screenshots_of_the_financial_reports() {
    scenario("screenshots_of_the_financial_reports", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        go(&app, "f", "financial").await?;
        app.wait_text("financial-report", "Total assets").await?;
        app.press("2").await?;
        let result = [("financial-report", "Total expenses"), ("financial-choice", "This fiscal year")];
        both_themes(desk, &app, "financial-result", &result).await?;
        small(desk, &app, "financial-result", &result).await?;
        app.press("c").await?;
        let compared = [("financial-report", "Change"), ("financial-compare", "Previous period")];
        both_themes(desk, &app, "financial-compared", &compared).await?;
        app.press("d").await?;
        app.get("financial-from").await?;
        both_themes(desk, &app, "financial-days", &[("financial-report", "Total expenses")]).await
    });
}

#[test]
fn screenshots_of_a_ledger_type_and_a_closed_period() {
    scenario("screenshots_of_a_ledger_type_and_a_closed_period", async |desk| {
        let book = small_book(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        go(&app, "f", "financial").await?;
        let untyped = [("financial-untyped", "General ledger"), ("financial-report", "@opening")];
        both_themes(desk, &app, "financial-untyped", &untyped).await?;
        app.press("t").await?;
        both_themes(desk, &app, "ledger-type", &[("ledger-dialog", "Type of General ledger")]).await?;
        app.press("Esc").await?;
        app.wait_gone("ledger-dialog").await?;

        book_settings(&app).await?;
        app.press("Shift+C").await?;
        both_themes(desk, &app, "period-close", &[("period-close-dialog", "are refused afterwards")]).await?;
        app.press("Esc").await?;
        app.wait_gone("period-close-dialog").await?;
        let last = close_last_month(&app).await?;
        let show = "document.querySelector('[data-testid=settings-period]').scrollIntoView({ block: 'center' })";
        app.execute(show, vec![]).await?;
        both_themes(desk, &app, "settings-period", &[("settings-period", "Closed through")]).await?;
        small(desk, &app, "settings-period", &[("settings-period", "Closed through")]).await?;
        app.press("Shift+O").await?;
        both_themes(desk, &app, "period-reopen", &[("period-reopen-dialog", "The last part")]).await?;
        app.press("Esc").await?;
        app.wait_gone("period-reopen-dialog").await?;
        fill_posting(&app, "LATE-1", &last).await?;
        both_themes(desk, &app, "posting-closed", &[("closed-period", "The books are closed")]).await
    });
}
