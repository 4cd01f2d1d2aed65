//! A statement from the run to the signature.

use super::{both_themes, go, small};
use crate::first::asked_about_earlier_entries;
use crate::posting::parties;
use crate::reconcile::{
    all_lines, charged_invoice, go_to_line, import_by_mouse, put_into_basket, review_by_mouse, to_review,
};
use crate::steps::{choose, command, wait_ready, wait_toast, with_text};
use e2e::{App, Desk, Result, scenario};
use serde_json::json;

/// The statement of the main account, imported and matched, on the desk.
async fn on_the_desk(desk: &Desk, app: &App) -> Result<()> {
    import_by_mouse(desk, app).await?;
    app.click("import-run").await?;
    app.click("run-start").await?;
    app.wait_text("run-result", "proposed").await
}

#[test]
fn screenshots_of_a_review() {
    scenario("screenshots_of_a_review", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        import_by_mouse(desk, &app).await?;
        app.click("import-review").await?;
        both_themes(desk, &app, "review-desk-no-run", &[("desk-no-run", "No matching run yet")]).await?;
        app.click("desk-first-run").await?;
        both_themes(desk, &app, "run", &[("run-dialog", "Run matching")]).await?;
        app.click("run-dry").await?;
        app.click("run-start").await?;
        both_themes(desk, &app, "run-dry", &[("run-dry-note", "Nothing was kept"), ("run-dialog", "Certain")]).await?;
        app.press("Esc").await?;
        app.wait_gone("run-dialog").await?;
        app.click("desk-first-run").await?;
        app.click("run-dry").await?;
        app.click("run-start").await?;
        both_themes(desk, &app, "run-result", &[("run-result", "proposed"), ("run-dialog", "Certain")]).await?;
        app.click("run-review").await?;
        app.get("desk-proof").await?;
        app.click("desk-accept-certain").await?;
        both_themes(desk, &app, "accept-certain", &[("accept-certain", "Left to clear after")]).await?;
        app.click("accept-certain-ok").await?;
        app.wait_gone("accept-certain").await?;
        app.wait_gone("toast").await?;
        let desk_shown = [("desk-proof", "Left to clear"), ("desk-lines", "Likely"), ("desk-why", "Why")];
        both_themes(desk, &app, "review-desk", &desk_shown).await?;
        small(desk, &app, "review-desk", &desk_shown).await?;
        app.click("desk-filter-confirmed").await?;
        both_themes(desk, &app, "review-desk-confirmed", &[("desk-match", "The match")]).await?;
        app.click("desk-filter-review").await?;
        app.wait_text("desk-lines", "Likely").await?;
        go_to_line(&app, "CF-88120").await?;
        both_themes(desk, &app, "review-desk-ambiguous", &[("desk-choose", "Nothing is picked yet")]).await?;
        all_lines(&app).await?;
        // Not possible yet: the button says why.
        app.execute("document.querySelector('[data-testid=sign-off]').focus()", vec![]).await?;
        with_text(&app, ".tip", "lines to review").await?;
        both_themes(desk, &app, "sign-off-failing", &[("desk-proof", "Left to clear")]).await?;

        go_to_line(&app, "LESS CHG").await?;
        let invoice = charged_invoice(&app).await?;
        put_into_basket(&app, &invoice).await?;
        app.click("desk-post-difference").await?;
        choose(&app, "difference-against", "Bank fees").await?;
        let difference = [("desk-match", "Post difference"), ("desk-match", "1 entry"), ("desk-left-over", "0.00")];
        both_themes(desk, &app, "review-desk-difference", &difference).await?;
        small(desk, &app, "review-desk-difference", &difference).await?;
        // The balance of the difference has the focus and takes every letter.
        app.execute("document.querySelector('[data-testid=desk-lines]').focus()", vec![]).await?;
        go_to_line(&app, "2 FACTUREN").await?;
        app.click("desk-find-sum").await?;
        app.get("find-sum-take-0").await?;
        both_themes(desk, &app, "find-sum", &[("find-sum", "Take these 2"), ("find-sum-verdict", "searched")]).await?;
        app.press("Esc").await?;
        app.wait_gone("find-sum").await?;
        app.click("desk-new-entry").await?;
        both_themes(desk, &app, "new-entry", &[("new-entry", "New entry from line")]).await?;
        app.press("Esc").await?;
        app.wait_gone("new-entry").await?;
        app.click("desk-log").await?;
        both_themes(desk, &app, "desk-log", &[("desk-log-dialog", "newest first"), ("log-row-0", "ndo")]).await?;
        app.press("Esc").await?;
        app.wait_gone("desk-log-dialog").await?;
        app.click("desk-report").await?;
        let draft = [("report-paper", "Draft"), ("report-state", "raft"), ("report-paper", "Schedule A")];
        both_themes(desk, &app, "report", &draft).await?;
        small(desk, &app, "report", &draft).await?;
        go(&app, "r", "reconcile").await?;
        both_themes(desk, &app, "reconcile-open", &[("statements", "To review"), ("main", "Missing")]).await
    });
}

#[test]
fn screenshots_of_a_signature() {
    scenario("screenshots_of_a_signature", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        on_the_desk(desk, &app).await?;
        app.click("run-review").await?;
        app.wait_gone("run-dialog").await?;
        review_by_mouse(&app).await?;
        assert_eq!(to_review(&app).await?, 0);
        app.wait_gone("toast").await?;
        both_themes(desk, &app, "review-desk-done", &[("desk-done", "Nothing is left to review")]).await?;
        app.click("sign-off").await?;
        app.fill("sign-off-name", "Niamh Corcoran").await?;
        let ready = [("sign-off-dialog", "is frozen with its report"), ("sign-off-ok", "Sign off and lock")];
        assert!(app.all("sign-off-failure").await?.is_empty());
        both_themes(desk, &app, "sign-off", &ready).await?;
        small(desk, &app, "sign-off", &ready).await?;
        app.click("sign-off-ok").await?;
        wait_toast(&app, "is signed").await?;
        both_themes(desk, &app, "review-desk-signed", &[("desk-signed", "by Niamh Corcoran")]).await?;
        app.click("desk-reopen").await?;
        both_themes(desk, &app, "reopen", &[("reopen", "Reopen"), ("reopen", "version 2")]).await?;
        app.press("Esc").await?;
        app.wait_gone("reopen").await?;
        app.click("desk-report").await?;
        let signed = [("report-state", "igned"), ("report-paper", "Niamh Corcoran")];
        both_themes(desk, &app, "report-signed", &signed).await?;
        go(&app, "r", "reconcile").await?;
        with_text(&app, "[data-testid=statements] tr", "Signed").await?;
        let full = [("statements", "Corrib Operating"), ("statements", "Avonmouth Current")];
        both_themes(desk, &app, "reconcile-signed", &full).await?;
        small(desk, &app, "reconcile-signed", &full).await
    });
}

#[test]
fn screenshots_of_a_change_since_signing() {
    scenario("screenshots_of_a_change_since_signing", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        let signed = signed_last(&app, "Corrib Operating").await?;
        go(&app, "t", "transactions").await?;
        app.find_css("[data-testid=transactions-grid] [role=row][data-key]").await?;
        app.press("n").await?;
        app.fill("field-amount", "38.20").await?;
        parties(&app, "Corrib Operating", "Office and tools").await?;
        app.fill("field-description", "Late stationery invoice").await?;
        app.fill("field-date", signed["period_to"].as_str().unwrap_or_default()).await?;
        app.press("Tab").await?;
        let refused = [("signed-period", "signed off through"), ("signed-period", "Post it anyway with a reason")];
        both_themes(desk, &app, "signed-period", &refused).await?;
        small(desk, &app, "signed-period", &refused).await?;
        app.click("signed-period-anyway").await?;
        app.fill("field-signed-reason", "The invoice arrived after the month was signed").await?;
        wait_ready(&app, "posting-post").await?;
        let reason = [("new-transaction-dialog", "flagged as changed since signing"), ("posting-effects", "Corrib")];
        both_themes(desk, &app, "signed-period-reason", &reason).await?;
        app.press("Ctrl+Enter").await?;
        wait_toast(&app, "Posted").await?;
        app.wait_gone("new-transaction-dialog").await?;

        go(&app, "r", "reconcile").await?;
        let row =
            format!("[data-testid=statements] tr[data-statement='{}']", signed["id"].as_str().unwrap_or_default());
        app.click_css(&format!("{row} td:nth-child(2)")).await?;
        with_text(&app, &row, "changed since").await?;
        both_themes(desk, &app, "reconcile-changed-since", &[("statement-report", "eport")]).await?;
        app.click("statement-report").await?;
        let changed = [("report-booked-since", "1 entry"), ("report-booked-since", "arrived after the month")];
        both_themes(desk, &app, "report-changed-since", &changed).await
    });
}

#[test]
fn screenshots_of_a_first_statement() {
    scenario("screenshots_of_a_first_statement", async |desk| {
        let app = asked_about_earlier_entries(desk).await?;
        let asked = [("sign-off-dialog", "Post opening balance"), ("sign-off-ledger-agrees", "is that amount")];
        both_themes(desk, &app, "sign-off-first", &asked).await?;
        small(desk, &app, "sign-off-first", &asked).await?;
        app.press("Esc").await?;
        app.wait_gone("sign-off-dialog").await?;
        app.click("desk-show-earlier").await?;
        let earlier = [("desk-ledger-differs", "Mark the earlier entries"), ("desk-entries", "CHQ-100501")];
        both_themes(desk, &app, "review-desk-first", &earlier).await
    });
}

/// The newest signed statement of a balance.
async fn signed_last(app: &App, balance: &str) -> Result<serde_json::Value> {
    let all = command(app, "statements_list", json!({})).await?.expect("the statements");
    let signed = all.as_array().expect("a list").iter().filter(|one| one["state"] == "signed");
    let own = signed.filter(|one| one["balance_name"] == balance);
    Ok(own.max_by_key(|one| one["period_to"].as_str().unwrap_or_default().to_owned()).expect("a signed one").clone())
}
