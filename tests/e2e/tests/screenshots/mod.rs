//! The tour of all views, light and dark: pictures for the guide, and proof that each view draws without an error and
//! keeps the rules of accessibility that a program can check.
//!
//! `cargo xtask screenshots` writes over the pictures in `docs/screenshots`; as a test they go to the artifacts. Every
//! picture is taken only after the window was seen to show what the picture is about.

mod audit;
mod decisions;
mod entries;
mod financial;
mod identities;
mod import;
mod lineage;
mod monitors;
mod protected;
mod reconciliation;
mod start;
mod views;
mod webhooks;

use crate::steps::no_page_errors;
use e2e::{App, Desk, Result, Size, Theme, docs_screenshots_dir};
use serde_json::json;
use std::path::PathBuf;

/// Name of the picture, key that goes to the view after `g`, and its `data-testid` in the sidebar.
const VIEWS: &[(&str, &str, &str)] = &[
    ("overview", "o", "overview"),
    ("approvals", "a", "approvals"),
    ("reconcile", "r", "reconcile"),
    ("transactions", "t", "transactions"),
    ("ledgers", "l", "ledgers"),
    ("identities", "i", "identities"),
    ("trial", "b", "trial"),
    ("financial", "f", "financial"),
    ("rules", "m", "rules"),
    ("monitors", "n", "monitors"),
];
/// A small window, as on an older laptop.
const SMALL: Size = Size { width: 1024, height: 700 };

fn folder(desk: &Desk) -> PathBuf {
    if std::env::var_os("TIEOUT_SCREENSHOTS").is_some_and(|mode| mode == "write") {
        docs_screenshots_dir()
    } else {
        desk.artifacts().to_path_buf()
    }
}

/// Amounts in grids that their cell cuts: a lost sign or digit is a wrong amount.
const CUT_AMOUNTS: &str = "return [...document.querySelectorAll('[role=gridcell] .money')].filter((money) =>
    money.getBoundingClientRect().left < money.closest('[role=gridcell]').getBoundingClientRect().left)
    .map((money) => money.dataset.minor)";

/// Buttons that stand outside the window, where nobody reaches them. What a list scrolls to does not count.
const OUTSIDE: &str =
    "return [...document.querySelectorAll('main header button, main footer button, [role=dialog] button')]
    .filter((button) => { const box = button.getBoundingClientRect();
        return box.width > 0 && (box.right > innerWidth + 1 || box.left < -1); }).map((button) => button.innerText)";

/// What breaks a rule and is decided on: the switch of a rule stands in the list of rules, beside the option it is for.
const KNOWN_BARRIERS: &[&str] = &["aria-required-children: .cards"];

/// Values a page shows when a figure is missing.
const NO_VALUE: &[&str] = &["undefined", "NaN", "[object"];

/// What must be on the screen: a `data-testid` and a part of its text.
type Shown<'a> = (&'a str, &'a str);

/// One picture per theme, in the size the window opens with, once it shows all of `shown`.
async fn both_themes(desk: &Desk, app: &App, name: &str, shown: &[Shown<'_>]) -> Result<()> {
    if app.size().await? != Size::DEFAULT {
        app.resize(Size::DEFAULT).await?;
    }
    pictures(desk, app, name, shown, Size::DEFAULT, &[Theme::Dark, Theme::Light]).await
}

/// The same view in a small window, in light.
async fn small(desk: &Desk, app: &App, name: &str, shown: &[Shown<'_>]) -> Result<()> {
    app.resize(SMALL).await?;
    pictures(desk, app, &format!("{name}-small"), shown, SMALL, &[Theme::Light]).await?;
    app.resize(Size::DEFAULT).await
}

async fn pictures(desk: &Desk, app: &App, name: &str, shown: &[Shown<'_>], size: Size, themes: &[Theme]) -> Result<()> {
    for (testid, text) in shown {
        app.wait_text(testid, text).await?;
    }
    still(app).await?;
    for (what, script) in [("amounts cut", CUT_AMOUNTS), ("buttons outside", OUTSIDE)] {
        assert_eq!(app.execute(script, vec![]).await?, json!([]), "{what} in {name}");
    }
    let words = app.execute("return document.body.innerText", vec![]).await?.to_string();
    for none in NO_VALUE {
        assert!(!words.contains(none), "{none} in {name}: {words}");
    }
    for theme in themes {
        app.screenshot(&folder(desk), name, *theme, size).await?;
        let mut barriers = app.barriers().await?;
        barriers.retain(|barrier| !KNOWN_BARRIERS.iter().any(|known| barrier.starts_with(known)));
        assert!(barriers.is_empty(), "barriers in {name}, {}:\n{}", theme.name(), barriers.join("\n"));
    }
    no_page_errors(app).await
}

/// Waits until the page stays as it is: what it loads in steps has arrived.
async fn still(app: &App) -> Result<()> {
    let mut before = String::new();
    for _ in 0..20 {
        a_moment(app).await?;
        let now = app.execute("return document.body.innerText", vec![]).await?.to_string();
        if now == before {
            return Ok(());
        }
        before = now;
    }
    Ok(())
}

/// A quarter of a second of the page's own time.
async fn a_moment(app: &App) -> Result<()> {
    app.driver().execute_async("setTimeout(arguments[arguments.length - 1], 250)", vec![]).await?;
    Ok(())
}

async fn go(app: &App, key: &str, view: &str) -> Result<()> {
    app.press_all(&["g", key]).await?;
    app.find_css(&format!("[data-testid=nav-{view}][aria-current=page]")).await?;
    Ok(())
}
