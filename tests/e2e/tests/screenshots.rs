//! The tour of all views, light and dark: pictures for the guide, and proof that each view draws without an error.
//!
//! `cargo xtask screenshots` writes over the pictures in `docs/screenshots`; as a test they go to the artifacts.

use e2e::{App, Desk, Result, Size, Theme, docs_screenshots_dir, scenario};
use std::path::PathBuf;

/// Name of the view and the key that goes there after `g`.
const VIEWS: &[(&str, &str)] = &[
    ("overview", "o"),
    ("approvals", "a"),
    ("reconcile", "r"),
    ("transactions", "t"),
    ("ledgers", "l"),
    ("rules", "m"),
];

fn folder(desk: &Desk) -> PathBuf {
    if std::env::var_os("TIEOUT_SCREENSHOTS").is_some_and(|mode| mode == "write") {
        docs_screenshots_dir()
    } else {
        desk.artifacts().to_path_buf()
    }
}

async fn both_themes(desk: &Desk, app: &App, name: &str) -> Result<()> {
    for theme in [Theme::Dark, Theme::Light] {
        app.screenshot(&folder(desk), name, theme, Size::DEFAULT).await?;
    }
    assert_eq!(app.page_errors().await?, Vec::<String>::new(), "errors in {name}");
    Ok(())
}

#[test]
fn screenshots_of_the_start() {
    scenario("screenshots_of_the_start", async |desk| {
        let app = desk.start(&[]).await?;
        app.find_css("[data-testid=main][data-view=start]").await?;
        both_themes(desk, &app, "start").await
    });
}

#[test]
fn screenshots_of_every_view() {
    scenario("screenshots_of_every_view", async |desk| {
        let book = desk.sample_book()?;
        let app = desk.open(&book).await?;
        app.get("sidebar").await?;
        for (view, key) in VIEWS {
            app.press_all(&["g", key]).await?;
            app.find_css(&format!("[data-testid=nav-{view}][aria-current=page]")).await?;
            both_themes(desk, &app, view).await?;
        }
        Ok(())
    });
}
