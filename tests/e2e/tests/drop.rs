//! Files dropped on the window. The drag is a real one of the display: what is dropped goes through the window system
//! and the shell to the page, as from a file manager. Only the pointer that would carry it is not drawn.

use crate::steps::{no_page_errors, statement_file, texts};
use e2e::scenario;

#[test]
fn a_statement_dropped_on_the_window_is_read() {
    scenario("a_statement_dropped_on_the_window_is_read", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.click("nav-reconcile").await?;
        app.get("statements").await?;
        // A name that nobody may type: only a file that was pointed at is read whatever it is called.
        let file = desk.home().join("from the bank, März.dat");
        std::fs::copy(statement_file(desk, "csv")?, &file)?;
        desk.drop_file(&file)?;
        app.wait_text("main", "from the bank, März.dat").await?;
        app.wait_until("the balance it is of", async || {
            Ok(app.get("import-balance").await?.prop("value").await?.as_deref() == Some("Corrib Operating"))
        })
        .await?;
        assert!(!texts(&app, "[aria-current=step]").await?.is_empty());
        no_page_errors(&app).await
    });
}

#[test]
fn a_typed_path_of_such_a_name_is_refused() {
    scenario("a_typed_path_of_such_a_name_is_refused", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        let file = desk.home().join("from the bank, März.dat");
        std::fs::copy(statement_file(desk, "csv")?, &file)?;
        crate::steps::open_import(&app).await?;
        app.fill("import-path", &file.to_string_lossy()).await?;
        app.click("import-open").await?;
        app.wait_text("main", "drop it on the window").await
    });
}
