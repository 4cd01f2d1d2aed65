//! What the desk posts into a signed period: the reason is asked for in front of the form, never behind it.

use crate::reconcile::to_review;
use crate::steps::{choose, click_text, company_book, no_page_errors, wait_focus, wait_ready};
use e2e::scenario;
use serde_json::json;

/// Whether the middle of a dialog shows that dialog, and nothing that lies above it.
const IN_FRONT: &str = "const dialog = document.querySelector(`[data-testid=${arguments[0]}]`);
    if (!dialog) return false;
    const box = dialog.getBoundingClientRect();
    return dialog.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2));";

#[test]
fn the_reason_for_a_signed_period_is_asked_for_in_front_of_the_form() {
    scenario("the_reason_for_a_signed_period_is_asked_for_in_front_of_the_form", async |desk| {
        let book = company_book(desk)?;
        let path = book.to_string_lossy().into_owned();
        let post = ["post", &path, "--from", "Sales", "--to", "Operating account", "--amount", "100.00"];
        let words = ["--currency", "EUR", "--reference", "INV-2041", "--date", "2026-10-05", "--allow-overdraft"];
        desk.headless(&[post.as_slice(), words.as_slice()].concat())?;
        let import = |name: &str, text: &str, more: &[&str]| {
            let file = desk.home().join(format!("{name}.csv"));
            std::fs::write(&file, text)?;
            let file = file.to_string_lossy().into_owned();
            let args = ["import", &path, &file, "--balance", "Operating account", "--name", name];
            desk.headless(&[args.as_slice(), more].concat())
        };
        import("October", "Date;Description;Amount;Balance\n2026-10-05;INV-2041 HARBOUR YACHTS;100.00;100.00\n", &[])?;
        desk.headless(&["reconcile", "run", &path, "October", "--accept-certain"])?;
        desk.headless(&["reconcile", "signoff", &path, "October", "--name", "Orla Keane"])?;
        // The bank books a charge on the last day that was signed, and sends it with the next statement.
        let late = "Date;Description;Amount;Balance\n2026-10-05;CHARGE;-6.00;94.00\n2026-11-02;FEE;-1.00;93.00\n";
        import("November", late, &["--late"])?;

        let app = desk.open(&book).await?;
        app.click("nav-reconcile").await?;
        app.get("statements").await?;
        click_text(&app, "[data-testid=statements] tbody tr td", "2026-10-05 to 2026-11-02").await?;
        app.click("review-statement").await?;
        app.get("desk-lines").await?;
        assert_eq!(to_review(&app).await?, 2);
        app.execute("document.querySelector('[data-testid=desk-lines]').focus()", vec![]).await?;
        app.press("Home").await?;
        app.wait_text("desk-match", "Line 2").await?;
        app.press("n").await?;
        choose(&app, "new-entry-against", "Bank fees").await?;
        wait_ready(&app, "new-entry-post").await?;
        app.press("Ctrl+Enter").await?;
        app.get("signed-reason").await?;
        assert_eq!(app.execute(IN_FRONT, vec![json!("signed-reason")]).await?, json!(true));
        app.type_text("The bank booked it late").await?;
        app.press("Enter").await?;
        app.wait_gone("signed-reason").await?;
        app.wait_gone("new-entry").await?;
        wait_focus(&app, "desk-lines").await?;
        assert_eq!(to_review(&app).await?, 1);
        no_page_errors(&app).await
    });
}
