//! The import, step by step, with files that are read at once, with two readings, with errors, and while it works.

use super::{both_themes, folder, small};
use crate::steps::{no_page_errors, open_import, statement_file, wait_ready, with_text};
use e2e::{App, Result, Size, Theme, fixtures_dir, scenario};
use std::fmt::Write as _;
use std::path::Path;

/// Lines of a file that takes long enough to be seen at work.
const MANY: u32 = 60_000;

#[test]
fn screenshots_of_an_import() {
    scenario("screenshots_of_an_import", async |desk| {
        let book = desk.sample_book()?;
        let file = statement_file(desk, "csv")?;
        let first = first_details(&std::fs::read(&file)?);
        let broken = desk.home().join("Corrib with errors.csv");
        std::fs::write(&broken, with_bad_cells(&std::fs::read(&file)?))?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_import(&app).await?;
        both_themes(desk, &app, "import-file", &[("main", "Import statement")]).await?;

        columns(&app, &broken).await?;
        let failing = [("import-verdict", ""), ("main", "need a decision"), ("main", "31/02/2026")];
        both_themes(desk, &app, "import-columns-failing", &failing).await?;
        leave(&app).await?;

        open_import(&app).await?;
        open_file(&app, &file).await?;
        both_themes(desk, &app, "import-format", &[("dialect-encoding", "Windows-1252"), ("import-preview", &first)])
            .await?;
        small(desk, &app, "import-format", &[("dialect-encoding", "Windows-1252")]).await?;
        app.click("import-next").await?;
        app.get("column-role-0").await?;
        both_themes(desk, &app, "import-columns", &[("import-verdict", "Ties"), ("import-preview", &first)]).await?;
        small(desk, &app, "import-columns", &[("import-verdict", "Ties")]).await?;
        app.click("import-next").await?;
        with_text(&app, "h3", "new lines").await?;
        both_themes(desk, &app, "import-duplicates", &[("main", " new lines")]).await?;
        app.click("import-next").await?;
        app.get("import-name").await?;
        wait_ready(&app, "import-next").await?;
        both_themes(desk, &app, "import-last", &[("main", "lines")]).await?;
        app.click("import-next").await?;
        both_themes(desk, &app, "import-done", &[("import-result", "lines imported")]).await?;

        // The same file again adds nothing.
        app.click("import-to-list").await?;
        open_import(&app).await?;
        open_file(&app, &file).await?;
        both_themes(desk, &app, "import-again", &[("import-same-file", "adds nothing")]).await
    });
}

#[test]
fn screenshots_of_two_readings() {
    scenario("screenshots_of_two_readings", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_import(&app).await?;
        app.fill("import-path", &fixtures_dir().join("statements/open_dates.csv").to_string_lossy()).await?;
        app.click("import-open").await?;
        let two = [
            ("import-readings", "Several readings fit"),
            ("import-reading-0", "Use this"),
            ("import-reading-1", "Use this"),
        ];
        both_themes(desk, &app, "import-readings", &two).await?;
        small(desk, &app, "import-readings", &two).await
    });
}

#[test]
fn screenshots_of_an_import_at_work() {
    scenario("screenshots_of_an_import_at_work", async |desk| {
        let book = desk.sample_book()?;
        let large = desk.home().join("Corrib large.csv");
        std::fs::write(&large, with_many_lines(&std::fs::read(statement_file(desk, "csv")?)?))?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        open_import(&app).await?;
        app.fill("import-path", &large.to_string_lossy()).await?;
        app.click("import-open").await?;
        for _ in 0..4 {
            app.get("import-next").await?;
            if !app.all("import-name").await?.is_empty() {
                break;
            }
            wait_ready(&app, "import-next").await?;
            app.click("import-next").await?;
        }
        app.get("import-name").await?;
        // It opens at zero, which is not where the last signed statement ended.
        // The box itself is transparent, and the driver takes that for hidden; its label is not.
        app.click_css("label:has([data-testid=import-accept-opening])").await?;
        wait_ready(&app, "import-next").await?;
        app.click("import-next").await?;
        // Not `both_themes`: a page that counts is never still.
        for theme in [Theme::Dark, Theme::Light] {
            app.wait_text("import-progress", "60,000 lines").await?;
            app.screenshot(&folder(desk), "import-storing", theme, Size::DEFAULT).await?;
        }
        app.click("import-stop").await?;
        both_themes(desk, &app, "import-stopped", &[("import-stopped", "Nothing was imported")]).await?;
        no_page_errors(&app).await
    });
}

/// A file that is known is read at once; back to the step that shows how.
async fn open_file(app: &App, path: &Path) -> Result<()> {
    app.fill("import-path", &path.to_string_lossy()).await?;
    app.click("import-open").await?;
    app.get("import-balance").await?;
    wait_ready(app, "import-next").await?;
    app.click("import-step-format").await?;
    app.get("import-preview").await?;
    Ok(())
}

/// As far as the step of the columns.
async fn columns(app: &App, path: &Path) -> Result<()> {
    open_file(app, path).await?;
    app.click("import-next").await?;
    app.get("column-role-0").await?;
    Ok(())
}

async fn leave(app: &App) -> Result<()> {
    app.click("import-cancel").await?;
    app.click("import-leave-ok").await?;
    app.get("statements").await?;
    Ok(())
}

/// What the first line of the file says; its letters are those of Windows-1252.
fn first_details(file: &[u8]) -> String {
    let row = file.split(|byte| *byte == b'\n').nth(8).expect("a first line");
    let details = row.split(|byte| *byte == b';').nth(2).expect("its details");
    details.iter().map(|byte| char::from(*byte)).collect()
}

/// The file with a date and amounts nobody can read.
fn with_bad_cells(file: &[u8]) -> Vec<u8> {
    let mut lines: Vec<Vec<u8>> = file.split(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    for (line, cell, text) in [(10, 0, "31/02/2026"), (13, 4, "2.39x,41"), (16, 4, "1.550,4,3")] {
        let mut cells: Vec<Vec<u8>> = lines[line].split(|byte| *byte == b';').map(<[u8]>::to_vec).collect();
        cells[cell] = text.as_bytes().to_vec();
        lines[line] = cells.join(&b';');
    }
    lines.join(&b'\n')
}

/// The head of the file above [`MANY`] lines of 1.00 each, whose balances prove it.
fn with_many_lines(file: &[u8]) -> Vec<u8> {
    let rows: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
    // A day behind the twelfth, so that it is no month as well.
    let day = rows[8..]
        .iter()
        .filter_map(|row| row.split(|byte| *byte == b';').next())
        .map(String::from_utf8_lossy)
        .find(|day| day.get(..2).and_then(|day| day.parse::<u8>().ok()).is_some_and(|day| day > 12))
        .expect("a day in the second half of the month");
    let mut many = rows[..8].join(&b'\n');
    // The opening balance of the head is replaced by one that is easy to count on from.
    let head = String::from_utf8_lossy(rows[5]).trim_end().to_owned();
    let at = many.windows(head.len()).position(|part| part == head.as_bytes()).expect("an opening balance");
    many.splice(at..at + head.len(), b"Opening balance;0,00".iter().copied());
    let mut text = String::from("\n");
    for number in 1..=MANY {
        write!(text, "{day};{day};SEPA CR ORDER {number};ORD-{number};;1,00;{number},00\r\n").expect("a text grows");
    }
    write!(text, "\r\nClosing balance;{MANY},00\r\n").expect("a text grows");
    many.extend_from_slice(text.as_bytes());
    many
}
