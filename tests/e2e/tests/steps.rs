//! Steps that several flows share, named as a person would say them.

use e2e::thirtyfour::WebElement;
use e2e::{App, Desk, Error, Result};
use serde_json::Value;
use std::path::PathBuf;

/// The statement of the sample book that ends so: `csv` for the main account, `xlsx` for the small one.
pub(crate) fn statement_file(desk: &Desk, ending: &str) -> Result<PathBuf> {
    let files = std::fs::read_dir(desk.home().join("sample"))?;
    let found =
        files.flatten().map(|entry| entry.path()).find(|path| path.extension().is_some_and(|ext| ext == ending));
    Ok(found.unwrap_or_else(|| panic!("the sample has no {ending} statement")))
}

/// A book of a small company in which nothing was posted.
pub(crate) fn company_book(desk: &Desk) -> Result<PathBuf> {
    let book = desk.home().join("quay.tieout");
    let path = book.to_string_lossy();
    let named = ["book", "create", &*path, "--name", "Quay Chandlers"];
    desk.headless(&[named.as_slice(), &["--currency", "EUR", "--chart", "small-company"]].concat())?;
    Ok(book)
}

/// No error and no rejected promise since the window opened.
pub(crate) async fn no_page_errors(app: &App) -> Result<()> {
    assert_eq!(app.page_errors().await?, Vec::<String>::new());
    Ok(())
}

/// `data-testid` of what has the focus, empty for anything else.
pub(crate) async fn focused(app: &App) -> Result<String> {
    let id = app.execute("return document.activeElement?.dataset.testid ?? ''", vec![]).await?;
    Ok(id.as_str().unwrap_or_default().to_owned())
}

/// Waits until the element with this `data-testid` has the focus.
pub(crate) async fn wait_focus(app: &App, testid: &str) -> Result<()> {
    app.wait_until(&format!("the focus on {testid}"), async || Ok(focused(app).await? == testid)).await
}

/// Presses Tab until the element has the focus, as somebody without a mouse does.
pub(crate) async fn tab_to(app: &App, testid: &str) -> Result<()> {
    app.get(testid).await?;
    for _ in 0..80 {
        if focused(app).await? == testid {
            return Ok(());
        }
        app.press("Tab").await?;
    }
    panic!("{testid} cannot be reached with Tab")
}

/// Types a name into the focused combination field and takes the option that has it.
pub(crate) async fn choose(app: &App, testid: &str, name: &str) -> Result<()> {
    wait_focus(app, testid).await?;
    app.press("Ctrl+a").await?;
    app.type_text(name).await?;
    let option = format!("{testid}-option");
    app.wait_until(&format!("{name} to be offered"), async || {
        let all = app.all(&option).await?;
        Ok(match all.first() {
            Some(first) => first.prop("innerText").await?.unwrap_or_default().starts_with(name),
            None => false,
        })
    })
    .await?;
    app.press("Enter").await?;
    app.wait_until(&format!("{name} to be taken"), async || Ok(value(app, testid).await? == name)).await?;
    // Typing alone makes the text right: the list still lies over the next field.
    app.wait_gone(&option).await
}

/// Opens a list with the mouse and takes the option with this text.
pub(crate) async fn select(app: &App, testid: &str, label: &str) -> Result<()> {
    app.click(testid).await?;
    click_text(app, "[role=option]", label).await?;
    app.wait_text(testid, label).await
}

/// Takes the option with this text from a list, as somebody without a mouse does.
pub(crate) async fn select_by_keys(app: &App, testid: &str, label: &str) -> Result<()> {
    tab_to(app, testid).await?;
    app.press("Enter").await?;
    app.find_css("[role=option]").await?;
    app.press("Home").await?;
    for _ in 0..40 {
        let at = texts(app, "[role=option][data-highlighted]").await?;
        if at.first().is_some_and(|option| option.starts_with(label)) {
            app.press("Enter").await?;
            return app.wait_text(testid, label).await;
        }
        app.press("Down").await?;
    }
    panic!("{testid} offers no {label}")
}

/// Waits until the element with this `data-testid` stands still: a form that grows while it is looked at moves away from
/// under the pointer.
pub(crate) async fn stands_still(app: &App, testid: &str) -> Result<()> {
    let place =
        "return JSON.stringify(document.querySelector(`[data-testid='${arguments[0]}']`).getBoundingClientRect())";
    let still = async || {
        let before = app.execute(place, vec![testid.into()]).await?;
        tokio::time::sleep(std::time::Duration::from_millis(250)).await;
        Ok(app.execute(place, vec![testid.into()]).await? == before)
    };
    app.wait_until(&format!("{testid} to stand still"), still).await
}

/// The first shown element that fits `css` and contains `text`.
pub(crate) async fn with_text(app: &App, css: &str, text: &str) -> Result<WebElement> {
    let script = "return [...document.querySelectorAll(arguments[0])].findIndex((e) => e.getClientRects().length && e.innerText.includes(arguments[1]))";
    let place = async || -> Result<i64> {
        Ok(app.execute(script, vec![css.into(), text.into()]).await?.as_i64().unwrap_or(-1))
    };
    app.wait_until(&format!("{css} with {text:?}"), async || Ok(place().await? >= 0)).await?;
    let all = app.driver().find_all(e2e::thirtyfour::By::Css(css)).await?;
    let at = usize::try_from(place().await?).unwrap_or(usize::MAX);
    all.into_iter().nth(at).ok_or_else(|| Error::Timeout { what: format!("{css} with {text:?}"), waited: e2e::WAIT })
}

/// Clicks the first shown element that fits `css` and contains `text`, waiting while something still moves over it.
pub(crate) async fn click_text(app: &App, css: &str, text: &str) -> Result<()> {
    let clicked = async || {
        let element = with_text(app, css, text).await?;
        // An element that moves or is covered for a moment is tried again; `wait_until` ends the trying.
        Ok(element.click().await.is_ok())
    };
    app.wait_until(&format!("a click on {text:?}"), clicked).await
}

/// What stands in a field.
pub(crate) async fn value(app: &App, testid: &str) -> Result<String> {
    Ok(app.get(testid).await?.prop("value").await?.unwrap_or_default())
}

/// Text of everything that fits, one per element.
pub(crate) async fn texts(app: &App, css: &str) -> Result<Vec<String>> {
    let script =
        "return [...document.querySelectorAll(arguments[0])].map((e) => e.innerText.replace(/\\s+/g, ' ').trim())";
    Ok(strings(app.execute(script, vec![css.into()]).await?))
}

/// An attribute of everything that fits.
pub(crate) async fn attributes(app: &App, css: &str, name: &str) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll(arguments[0])].map((e) => e.getAttribute(arguments[1]) ?? '')";
    Ok(strings(app.execute(script, vec![css.into(), name.into()]).await?))
}

fn strings(list: Value) -> Vec<String> {
    serde_json::from_value(list).unwrap_or_default()
}

/// Waits for a message that says this, and closes it so that the next one is not mistaken for it.
pub(crate) async fn wait_toast(app: &App, part: &str) -> Result<()> {
    with_text(app, "[data-testid=toast]", part).await?;
    app.execute(
        "for (const x of document.querySelectorAll('[data-testid=toast] button[aria-label=Close]')) x.click()",
        vec![],
    )
    .await?;
    app.wait_gone("toast").await
}

/// Sends a command as the page itself would, past its buttons: what it answers, or the sentence it is refused with.
pub(crate) async fn command(app: &App, name: &str, args: Value) -> Result<std::result::Result<Value, String>> {
    let script = "const done = arguments[arguments.length - 1];
        window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])
            .then((value) => done({ value }), (error) => done({ error: error?.message ?? String(error) }))";
    let answer = app.driver().execute_async(script, vec![name.into(), args]).await?.json().clone();
    Ok(match answer["error"].as_str() {
        Some(error) => Err(error.to_owned()),
        None => Ok(answer["value"].clone()),
    })
}

/// Waits until a button can be pressed: it exists and says no reason against it.
pub(crate) async fn wait_ready(app: &App, testid: &str) -> Result<()> {
    app.wait_until(&format!("{testid} to be ready"), async || {
        Ok(app.get(testid).await?.attr("aria-disabled").await?.as_deref() != Some("true"))
    })
    .await
}

/// Opens the import from the list of statements.
pub(crate) async fn open_import(app: &App) -> Result<()> {
    app.click("nav-reconcile").await?;
    app.get("statements").await?;
    // The details come a moment later and move the button to the left.
    with_text(app, "#inspector-slot", "Left to clear").await?;
    app.click("import-statement").await?;
    app.get("import-path").await?;
    Ok(())
}
