//! The history, proved and not.

use super::{both_themes, go, small};
use e2e::scenario;

#[test]
fn screenshots_of_the_audit() {
    scenario("screenshots_of_the_audit", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        go(&app, "u", "audit").await?;
        app.wait_text("audit-grid", "placed a hold").await?;
        app.press("Shift+V").await?;
        let holds = [("audit-verified", "The history holds."), ("inspector", "Written down")];
        both_themes(desk, &app, "audit", &holds).await?;
        small(desk, &app, "audit", &[("audit-verified", "The history holds.")]).await?;
        app.press("Shift+E").await?;
        both_themes(desk, &app, "audit-head", &[("head-dialog", "Export the head")]).await?;
        app.press("Esc").await?;
        app.wait_gone("head-dialog").await?;
        app.press("c").await?;
        app.fill("compare-head", &format!("3:{}", "ab".repeat(32))).await?;
        app.press("Enter").await?;
        let differs =
            [("audit-head-differs", "The head is not in this history."), ("audit-head-differs", "fit each other")];
        both_themes(desk, &app, "audit-head-differs", &differs).await
    });
}
