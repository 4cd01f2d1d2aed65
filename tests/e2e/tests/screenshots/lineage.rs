//! Origins of money: where they are kept, spent and asked for; and a hold that commits itself.

use super::{both_themes, go, small};
use crate::financial::small_book;
use crate::lineage::{ORIGIN, fill, hold_that_commits, open_account};
use crate::steps::{wait_ready, with_text};
use e2e::{Desk, Result, scenario};
use std::path::{Path, PathBuf};

/// The small book, with money from two origins, of which some was spent and some is held.
fn book_with_origins(desk: &Desk) -> Result<PathBuf> {
    let book = small_book(desk)?;
    let path = book.to_string_lossy();
    desk.headless(&["lineage", "set", &*path, "Operating account", "fifo"])?;
    let come = ["--from", "Sales", "--to", "Operating account"];
    let gone = ["--from", "Operating account", "--to", "Bank fees"];
    post(desk, &book, &[come.as_slice(), &["--amount", "900.00", "--origin", "Harbour grant"]].concat())?;
    post(desk, &book, &[come.as_slice(), &["--amount", "420.50", "--origin", "Skerries Lifeboat Trust"]].concat())?;
    post(desk, &book, &[gone.as_slice(), &["--amount", "310.00", "--reference", "FEE-1"]].concat())?;
    post(desk, &book, &[gone.as_slice(), &["--amount", "75.00", "--hold", "--origin", "Harbour grant"]].concat())?;
    Ok(book)
}

fn post(desk: &Desk, book: &Path, words: &[&str]) -> Result<()> {
    let path = book.to_string_lossy();
    let args = ["post", &*path, "--currency", "EUR"];
    desk.headless(&[args.as_slice(), words].concat())?;
    Ok(())
}

#[test]
fn screenshots_of_lineage() {
    scenario("screenshots_of_lineage", async |desk| {
        let book = book_with_origins(desk)?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_account(&app).await?;
        app.click("balance-tab-lineage").await?;
        with_text(&app, ORIGIN, "Harbour grant").await?;
        let origins = [("lineage-strategy", "First in"), ("lineage-moves-grid", "FEE-1")];
        both_themes(desk, &app, "lineage", &origins).await?;
        small(desk, &app, "lineage", &origins).await?;
        app.press("Shift+K").await?;
        both_themes(desk, &app, "lineage-dialog", &[("lineage-dialog", "In proportion")]).await?;
        app.press("Esc").await?;
        app.wait_gone("lineage-dialog").await?;

        fill(&app, "FEE-2", "60", "Operating account", "Bank fees").await?;
        app.type_text("Harbour grant").await?;
        // The list of origins goes, and what the choice does can be read.
        app.press("Tab").await?;
        wait_ready(&app, "posting-post").await?;
        let asked = [("new-transaction-dialog", "It is spent first")];
        both_themes(desk, &app, "new-transaction-origin", &asked).await?;
        small(desk, &app, "new-transaction-origin", &asked).await?;
        app.press("Ctrl+Enter").await?;
        app.wait_gone("new-transaction-dialog").await?;
        go(&app, "t", "transactions").await?;
        both_themes(desk, &app, "transaction-origins", &[("transaction-origins", "Spent")]).await?;

        hold_that_commits(&app, "HELD-1").await?;
        both_themes(desk, &app, "new-hold-commits", &[("posting-post", "Hold 40.00 EUR")]).await?;
        app.press("Ctrl+Enter").await?;
        app.wait_gone("new-transaction-dialog").await?;
        go(&app, "a", "approvals").await?;
        with_text(&app, "[data-testid=approvals-grid] [role=row][data-key]", "HELD-1").await?;
        let waits = [("approvals-grid", "commits ")];
        both_themes(desk, &app, "approvals-commits", &waits).await?;
        small(desk, &app, "approvals-commits", &waits).await
    });
}
