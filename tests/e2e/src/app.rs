use crate::paths::axe_source;
use crate::picture::packed;
use crate::{Chord, Error, Result};
use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

/// How long a step waits for the window before the scenario fails.
pub const WAIT: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(40);
/// A few frames of the page.
const FRAMES: Duration = Duration::from_millis(50);

/// Colours of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    /// Value of `data-theme`, and the ending of a picture's file name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Size of the window in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Size {
    /// The size the window opens with.
    pub const DEFAULT: Self = Self { width: 1440, height: 900 };
    /// The smallest size the window accepts.
    pub const MINIMUM: Self = Self { width: 800, height: 560 };
}

/// One running window. Cheap to clone; ends when its [`crate::Desk`] closes it.
#[derive(Clone)]
pub struct App {
    driver: WebDriver,
}

impl App {
    pub(crate) async fn connect(url: &str, binary: &Path, args: &[String]) -> Result<Self> {
        let mut wanted = Capabilities::new();
        wanted.set("webkitgtk:browserOptions", serde_json::json!({ "binary": binary, "args": args }))?;
        let app = Self { driver: WebDriver::new(url, wanted).await? };
        app.execute(COLLECT_ERRORS, vec![]).await?;
        Ok(app)
    }

    /// The WebDriver session, for what no helper covers.
    pub fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// Title of the page, which the window shows as its own.
    pub async fn title(&self) -> Result<String> {
        Ok(self.driver.title().await?)
    }

    /// The element with this `data-testid`, waiting until it is shown.
    pub async fn get(&self, testid: &str) -> Result<WebElement> {
        self.find_css(&selector(testid)).await
    }

    /// All elements with this `data-testid` at this moment, none included.
    pub async fn all(&self, testid: &str) -> Result<Vec<WebElement>> {
        let css = selector(testid);
        // One that vanishes while it is looked for makes the driver fail.
        self.until_some(&css, async || Ok(Some(self.driver.find_all(By::Css(css.as_str())).await?))).await
    }

    /// The first element fitting a CSS selector, waiting until it is shown.
    pub async fn find_css(&self, css: &str) -> Result<WebElement> {
        let found = self.until_some(css, async || {
            let Some(element) = self.driver.find_all(By::Css(css)).await?.into_iter().next() else {
                return Ok(None);
            };
            Ok(element.is_displayed().await?.then_some(element))
        });
        found.await
    }

    /// Clicks the element with this `data-testid`.
    pub async fn click(&self, testid: &str) -> Result<()> {
        self.click_css(&selector(testid)).await
    }

    /// Clicks the first element fitting a CSS selector, waiting while something still moves over it.
    pub async fn click_css(&self, css: &str) -> Result<()> {
        let clicked = self.until_some(css, async || {
            let element = self.find_css(css).await?;
            // A button that a growing dialog pushes away between press and release is not clicked.
            let before = element.rect().await?;
            tokio::time::sleep(FRAMES).await;
            let after = element.rect().await?;
            if (before.x, before.y) != (after.x, after.y) {
                return Ok(None);
            }
            element.click().await?;
            Ok(Some(()))
        });
        clicked.await
    }

    /// Text of the element with this `data-testid`, as shown.
    pub async fn text(&self, testid: &str) -> Result<String> {
        // The driver leaves out text that ends in an ellipsis, although it is on the screen.
        let said = async || Ok(Some(self.get(testid).await?.prop("innerText").await?.unwrap_or_default()));
        self.until_some(testid, said).await
    }

    /// Replaces the content of a field by typing.
    pub async fn fill(&self, testid: &str, text: &str) -> Result<()> {
        self.click(testid).await?;
        self.press("Ctrl+a").await?;
        self.press("Delete").await?;
        self.type_text(text).await
    }

    /// Types into whatever has the focus.
    pub async fn type_text(&self, text: &str) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(text).perform().await?)
    }

    /// Presses one chord, such as `Ctrl+Shift+L`, into whatever has the focus.
    pub async fn press(&self, chord: &str) -> Result<()> {
        let chord: Chord = chord.parse()?;
        let held = chord.modifiers.iter().fold(self.driver.action_chain(), |actions, key| actions.key_down(*key));
        let pressed = held.key_down(chord.key).key_up(chord.key);
        let released = chord.modifiers.iter().rev().fold(pressed, |actions, key| actions.key_up(*key));
        Ok(released.perform().await?)
    }

    /// Presses several chords one after another.
    pub async fn press_all(&self, chords: &[&str]) -> Result<()> {
        for chord in chords {
            self.press(chord).await?;
        }
        Ok(())
    }

    /// Waits until the element with this `data-testid` is gone or hidden.
    pub async fn wait_gone(&self, testid: &str) -> Result<()> {
        self.wait_until(&format!("{testid} to go away"), async || {
            for element in self.all(testid).await? {
                if element.is_displayed().await? {
                    return Ok(false);
                }
            }
            Ok(true)
        })
        .await
    }

    /// Waits until the text of an element contains `part`.
    pub async fn wait_text(&self, testid: &str, part: &str) -> Result<()> {
        self.wait_until(&format!("{testid} to say {part:?}"), async || Ok(self.text(testid).await?.contains(part)))
            .await
    }

    /// Waits until `condition` holds. Elements that vanish while it looks count as "not yet".
    pub async fn wait_until(&self, what: &str, condition: impl AsyncFn() -> Result<bool>) -> Result<()> {
        self.until_some(what, async || Ok(condition().await?.then_some(()))).await
    }

    async fn until_some<T>(&self, what: &str, look: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
        let start = Instant::now();
        loop {
            match look().await {
                Ok(Some(found)) => return Ok(found),
                Ok(None) => {}
                // The page was redrawn between finding an element and asking it.
                Err(Error::Driver(error)) if is_transient(&error) => {}
                Err(error) => return Err(error),
            }
            if start.elapsed() > WAIT {
                return Err(Error::Timeout { what: what.to_owned(), waited: WAIT });
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Runs JavaScript in the page and returns what it returns.
    pub async fn execute(&self, script: &str, args: Vec<Value>) -> Result<Value> {
        Ok(self.driver.execute(script, args).await?.json().clone())
    }

    /// Errors and rejected promises the page has met since the window opened.
    pub async fn page_errors(&self) -> Result<Vec<String>> {
        let list = self.execute("return window.__e2eErrors ?? []", vec![]).await?;
        Ok(serde_json::from_value(list).unwrap_or_default())
    }

    /// Why the page stayed empty: what its own script throws when it is loaded once more.
    ///
    /// The session begins after the page, so an error of the very first moment was never seen.
    pub(crate) async fn startup_error(&self) -> Result<Option<String>> {
        let answer = self.driver.execute_async(LOAD_AGAIN, vec![]).await?;
        Ok(answer.json().as_str().map(str::to_owned))
    }

    /// What keeps somebody from using the page as it is shown: rules of WCAG 2.2 A and AA that it breaks seriously, one
    /// line for each element.
    pub async fn barriers(&self) -> Result<Vec<String>> {
        if self.execute("return typeof axe", vec![]).await? == "undefined" {
            // Not part of the app: the tests bring it, and the policy of the page does not concern it.
            self.execute(&std::fs::read_to_string(axe_source())?, vec![]).await?;
        }
        let found = self.driver.execute_async(FIND_BARRIERS, vec![]).await?;
        Ok(serde_json::from_value(found.json().clone()).unwrap_or_else(|_| vec![found.json().to_string()]))
    }

    /// Size of the page inside the window.
    pub async fn size(&self) -> Result<Size> {
        let value = self.execute("return [innerWidth, innerHeight]", vec![]).await?;
        let side = |index: usize| value[index].as_u64().and_then(|side| u32::try_from(side).ok()).unwrap_or(0);
        Ok(Size { width: side(0), height: side(1) })
    }

    /// Resizes the window and waits until the page has that size.
    pub async fn resize(&self, size: Size) -> Result<()> {
        self.driver.set_window_rect(0, 0, size.width, size.height).await?;
        self.wait_until(&format!("a window of {}x{}", size.width, size.height), async || Ok(self.size().await? == size))
            .await
    }

    /// Shows the page in one theme, without touching the person's setting.
    pub async fn show_theme(&self, theme: Theme) -> Result<()> {
        self.execute("document.documentElement.dataset.theme = arguments[0]", vec![theme.name().into()]).await?;
        self.settle().await
    }

    /// Waits for fonts, transitions and two frames, so that a picture is whole.
    pub async fn settle(&self) -> Result<()> {
        self.driver.execute_async(SETTLE, vec![]).await?;
        Ok(())
    }

    /// Writes a picture of the page to `<folder>/<name>-<theme>.png`.
    pub async fn screenshot(&self, folder: &Path, name: &str, theme: Theme, size: Size) -> Result<()> {
        if self.size().await? != size {
            self.resize(size).await?;
        }
        self.show_theme(theme).await?;
        self.picture(&folder.join(format!("{name}-{}.png", theme.name()))).await
    }

    /// Writes a picture of the page as it is.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        std::fs::write(file, packed(&self.driver.screenshot_as_png().await?)?)?;
        Ok(())
    }

    pub(crate) async fn quit(self) -> Result<()> {
        Ok(self.driver.quit().await?)
    }
}

fn selector(testid: &str) -> String {
    format!("[data-testid=\"{testid}\"]")
}

fn is_transient(error: &thirtyfour::error::WebDriverError) -> bool {
    use thirtyfour::error::WebDriverErrorInner as Kind;
    matches!(
        **error,
        Kind::StaleElementReference(_)
            | Kind::NoSuchElement(_)
            | Kind::ElementNotInteractable(_)
            | Kind::ElementClickIntercepted(_)
    )
}

const COLLECT_ERRORS: &str = r#"
    if (!window.__e2eErrors) {
        const seen = (window.__e2eErrors = []);
        addEventListener("error", (event) => seen.push(String(event.error?.stack ?? event.message)));
        addEventListener("unhandledrejection", (event) => seen.push(String(event.reason?.stack ?? event.reason)));
        addEventListener("securitypolicyviolation", (event) => seen.push(`policy: ${event.violatedDirective} ${event.blockedURI}`));
        const log = console.error;
        console.error = (...parts) => { seen.push(parts.map(String).join(" ")); log.apply(console, parts); };
    }
"#;

/// Elements that a rule cannot decide on are left out: what is behind a picture, for instance.
const FIND_BARRIERS: &str = r#"
    const done = arguments[arguments.length - 1];
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"], preload: false }).then(
        ({ violations, passes }) => done(passes.length === 0 ? ["axe looked at nothing"] : violations.filter((one) => one.impact === "serious" || one.impact === "critical")
            .flatMap((one) => one.nodes.map((node) =>
                `${one.id}: ${node.target.join(" ")}: ${(node.any[0] ?? node.all[0] ?? node.none[0])?.message ?? one.help}`))),
        (error) => done([`axe itself failed: ${error}`]));
"#;

const LOAD_AGAIN: &str = r#"
    const done = arguments[arguments.length - 1];
    const script = document.querySelector("script[type=module][src]");
    if (!script || document.body.innerText.trim() !== "") done(null);
    else import(`${script.src}?again`).then(() => done(null), (error) => done(`${error}\n${error.stack}`));
"#;

const SETTLE: &str = r#"
    const done = arguments[arguments.length - 1];
    const moves = document.getAnimations().filter((move) => move.effect?.getComputedTiming().iterations !== Infinity);
    Promise.allSettled([document.fonts.ready, ...moves.map((move) => move.finished)])
        .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))));
"#;
