//! What stands beside the lists: people, monitors, statements, the history and its proof, reports, settings.

use super::lists::A_DAY;
use super::{Bench, part, rows, shown, sums};
use crate::steps::{select, wait_toast};
use e2e::Result;

/// Of a book without any of them.
pub(crate) async fn people_and_watches(bench: &mut Bench) -> Result<()> {
    let none = |testid: &str| [part("that there is none", testid)];
    bench.view("Identities");
    bench.press("opened", &["g", "i"], &none("identities-empty")).await?;
    bench.picture("identities").await?;
    bench.press("form opened", &["n"], &[part("form", "identity-dialog")]).await?;
    bench.app.press("Escape").await?;
    bench.app.wait_gone("identity-dialog").await?;
    bench.view("Monitors");
    bench.press("opened", &["g", "n"], &none("monitors-empty")).await?;
    bench.picture("monitors").await?;
    for (key, tab) in [("2", "alerts"), ("3", "webhooks"), ("4", "deliveries")] {
        bench.press(&format!("tab, {tab}"), &[key], &none(&format!("{tab}-empty"))).await?;
        bench.picture(tab).await?;
    }
    bench.click("tab, monitors", "monitors-tab-monitors", &none("monitors-empty")).await
}

pub(crate) async fn statements(bench: &mut Bench) -> Result<()> {
    bench.view("Reconcile");
    bench.press("opened", &["g", "r"], &[part("that there is none", "statements-empty")]).await?;
    bench.picture("reconcile").await?;
    bench.press("import of a statement", &["Ctrl+i"], &[part("form", "import-path")]).await?;
    bench.picture("import").await?;
    bench.view("Rules");
    bench.press("opened", &["Alt+Left", "g", "m"], &[part("rules", "rules-list")]).await?;
    bench.picture("rules").await?;
    bench.view("Import of postings");
    bench.app.click("nav-transactions").await?;
    bench.in_grid().await?;
    bench.press("opened", &["Shift+I"], &[part("form", "postings-path")]).await?;
    bench.picture("postings").await
}

pub(crate) async fn audit(bench: &mut Bench) -> Result<()> {
    const GRID: &str = "audit-grid";
    bench.view("Audit");
    bench.app.click("nav-overview").await?;
    bench.app.get("overview").await?;
    bench.press("opened", &["g", "u"], &[rows(GRID)]).await?;
    bench.in_grid().await?;
    bench.picture("audit").await?;
    bench.press("last row", &["Ctrl+End"], &[rows(GRID)]).await?;
    bench.press("first row", &["Ctrl+Home"], &[rows(GRID)]).await?;
    bench.search(GRID, "one entry", "BENCH-7777", &[rows(GRID).later()]).await?;
    bench.app.click("audit-grid-add-filter").await?;
    select(&bench.app, "audit-grid-filter-value", "Hold voided").await?;
    bench.click("filter, what was done", "audit-grid-filter-apply", &[rows(GRID)]).await?;
    bench.click("filter taken out", "audit-grid-chip-kind-remove", &[rows(GRID)]).await?;

    let progress = || shown("progress", "[data-testid=audit-running]", " of ");
    bench.press("verification started", &["Shift+V"], &[progress()]).await?;
    bench.picture("audit-running").await?;
    bench.click("verification cancelled", "audit-cancel", &[part("its progress gone", "audit-running").gone()]).await?;
    wait_toast(&bench.app, "The check was cancelled").await?;
    // Whoever has it verified goes on meanwhile.
    bench.press("verification started", &["Shift+V"], &[progress()]).await?;
    bench.press("transactions while it runs", &["g", "t"], &[rows("transactions-grid")]).await?;
    bench.press("back while it runs", &["g", "u"], &[rows(GRID)]).await?;
    ended(bench).await
}

/// The verification goes on by itself: its end is waited for from here, not from a key.
async fn ended(bench: &mut Bench) -> Result<()> {
    let proof = part("its result", "audit-verified").within(300);
    bench.press("verification, from here to its end", &["Ctrl+Home"], &[proof]).await?;
    bench.picture("audit-verified").await
}

pub(crate) async fn trial(bench: &mut Bench) -> Result<()> {
    let total = "[data-testid=trial-total-eur]";
    bench.view("Trial balance");
    bench.press("opened", &["g", "b"], &[rows("trial-grid"), shown("totals", total, "")]).await?;
    bench.in_grid().await?;
    bench.picture("trial").await?;
    let now = bench.text_of(total).await?;
    bench.app.press("d").await?;
    bench.app.fill("as-of-day", A_DAY).await?;
    bench.press("as of another day", &["Enter"], &[shown("totals", total, "").instead_of(&now)]).await?;
    bench.click("back to today", "trial-today", &[shown("totals", total, &now)]).await?;
    bench.search("trial-grid", "one balance", "Balance 42", &[rows("trial-grid"), sums("trial-grid", "")]).await?;
    bench.press("export asked for", &["Ctrl+e"], &[part("dialog", "trial-export-dialog")]).await?;
    bench.app.press("Escape").await?;
    bench.app.wait_gone("trial-export-dialog").await
}

pub(crate) async fn financial(bench: &mut Bench) -> Result<()> {
    let report = |text| [shown("report", "[data-testid=financial-report]", text)];
    bench.view("Financial reports");
    bench.press("balance sheet opened", &["g", "f"], &report("Total")).await?;
    bench.picture("balance-sheet").await?;
    bench.press("compared with earlier days", &["c"], &report("Change")).await?;
    bench.picture("balance-sheet-compared").await?;
    bench.press("profit and loss", &["2"], &[part("that there is none", "financial-empty")]).await?;
    bench.picture("profit-and-loss").await?;
    bench.click("balance sheet", "financial-kind-balance_sheet", &report("Total")).await?;
    bench.press("export asked for", &["Ctrl+e"], &[part("dialog", "financial-export-dialog")]).await?;
    bench.app.press("Escape").await?;
    bench.app.wait_gone("financial-export-dialog").await
}

pub(crate) async fn settings(bench: &mut Bench) -> Result<()> {
    bench.view("Settings");
    bench.press("opened", &["g", "s"], &[part("page", "settings-appearance")]).await?;
    bench.picture("settings").await?;
    for page in ["keyboard", "book", "backup", "diagnostics"] {
        bench
            .click(
                &format!("page, {page}"),
                &format!("settings-tab-{page}"),
                &[part("page", &format!("settings-{page}"))],
            )
            .await?;
        bench.picture(&format!("settings-{page}")).await?;
    }
    checked(bench).await?;
    bench.app.click("settings-tab-backup").await?;
    let copies = "[data-testid=backups-list]";
    // The book was copied when it was opened; the new copy stands above that one.
    let before = bench.text_of(copies).await?;
    bench.click("copied", "backup-now", &[shown("the copy", copies, "").instead_of(&before).within(300)]).await?;
    bench.picture("settings-copied").await
}

/// Every figure of the book added up again, while somebody goes on.
async fn checked(bench: &mut Bench) -> Result<()> {
    bench.app.click("settings-tab-book").await?;
    let busy = "[data-testid=setting-check][aria-busy=true]";
    bench.click("check of the book started", "setting-check", &[shown("that it runs", busy, "")]).await?;
    bench.picture("settings-checking").await?;
    bench.press("transactions while it runs", &["g", "t"], &[rows("transactions-grid")]).await?;
    bench.press("back while it runs", &["Alt+Left"], &[part("page", "settings-book")]).await?;
    bench.press("check, from here to its end", &["Ctrl+Home"], &[part("its result", "check-ties").within(600)]).await
}
