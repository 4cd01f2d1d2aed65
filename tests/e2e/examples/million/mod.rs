//! What is done to the window, and how long it takes until its result is on the screen.
//!
//! The page itself holds the watch: it starts at the last key or click that it was given and stops in the frame that draws
//! what was waited for. What driving costs is not in it, but for the moment that a frame takes.

pub(crate) mod balances;
pub(crate) mod forms;
pub(crate) mod holds;
pub(crate) mod lists;
pub(crate) mod reports;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::steps::texts;
use e2e::{App, Error, Result};
use serde_json::{Value, json};

/// Milliseconds for what a person waits for at once: a view that opens, its first rows, a filter, a search, details, a
/// jump, a posting, a decision. A book of any size keeps far below it; the room is for a debug build on two cores that
/// also draw and run the driver. A watch outside of the page would add the ways of WebDriver, up to about 100 ms.
const LIMIT: u64 = 1_000;

/// How long anything is waited for that should be there long since: the table is to be whole, however slow a line of it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Something that is on the screen when an action is done.
#[derive(Clone)]
pub(crate) struct Seen {
    what: &'static str,
    css: String,
    /// Part of its text.
    text: String,
    /// What its text holds no longer.
    without: Option<String>,
    gone: bool,
    /// Counts only once the first of the others is there: until then it is still what it was.
    after: bool,
    limit: bool,
    patience: Duration,
}

/// An element that is shown and says this.
pub(crate) fn shown(what: &'static str, css: &str, text: &str) -> Seen {
    let (css, text) = (css.to_owned(), text.to_owned());
    Seen { what, css, text, without: None, gone: false, after: false, limit: true, patience: PATIENCE }
}

/// An element with this `data-testid`.
pub(crate) fn part(what: &'static str, testid: &str) -> Seen {
    shown(what, &format!("[data-testid='{testid}']"), "")
}

/// Rows of a grid that were not there before the key or click.
pub(crate) fn rows(grid: &str) -> Seen {
    shown("rows", &format!("[data-testid='{grid}'] [role=row][data-key]:not([data-before])"), "")
}

/// Sums below a grid that are not being counted any more. The rows are there before them, so nobody waits for them to go on.
pub(crate) fn sums(grid: &str, text: &str) -> Seen {
    shown("sums", &format!("[data-testid='{grid}-totals'][aria-busy=false]"), text).after().later()
}

/// How many rows a list has, as the head of the view says it.
pub(crate) fn counted(text: &str) -> Seen {
    shown("count", "#main header", text).after().later()
}

impl Seen {
    /// It is told when it is there; nobody sits and waits for it.
    pub(crate) fn later(self) -> Self {
        Self { limit: false, ..self }
    }

    /// It takes as long as it takes, within reason.
    pub(crate) fn within(self, seconds: u64) -> Self {
        Self { patience: Duration::from_secs(seconds), ..self.later() }
    }

    fn after(self) -> Self {
        Self { after: true, ..self }
    }

    /// It says something else than before.
    pub(crate) fn instead_of(self, before: &str) -> Self {
        Self { without: Some(before.to_owned()), ..self }
    }

    /// It leaves the screen.
    pub(crate) fn gone(self) -> Self {
        Self { gone: true, ..self }
    }
}

/// The window that is measured, and what was found so far.
pub(crate) struct Bench {
    pub(crate) app: App,
    pictures: PathBuf,
    view: &'static str,
    taken: usize,
    over: Vec<String>,
}

impl Bench {
    /// `pictures` is the folder for a picture of each view.
    pub(crate) fn new(app: &App, pictures: PathBuf) -> Self {
        println!("| view | done | with | seen | ms |\n| --- | --- | --- | --- | ---: |");
        Self { app: app.clone(), pictures, view: "", taken: 0, over: Vec::new() }
    }

    /// Names the view that the next lines are about.
    pub(crate) fn view(&mut self, name: &'static str) {
        self.view = name;
    }

    /// Presses chords one after another; the watch starts at the last one.
    pub(crate) async fn press(&mut self, done: &str, chords: &[&str], seen: &[Seen]) -> Result<()> {
        let with = format!("`{}`", chords.join(" "));
        self.measure(done, &with, seen, async |app| app.press_all(chords).await).await
    }

    /// Types into what has the focus; the watch starts at the last letter.
    pub(crate) async fn type_text(&mut self, done: &str, text: &str, seen: &[Seen]) -> Result<()> {
        self.measure(done, &format!("`{text}`"), seen, async |app| app.type_text(text).await).await
    }

    /// Clicks an element by its `data-testid`.
    pub(crate) async fn click(&mut self, done: &str, testid: &str, seen: &[Seen]) -> Result<()> {
        self.measure(done, "mouse", seen, async |app| app.click(testid).await).await
    }

    /// Clicks the first element that fits.
    pub(crate) async fn click_css(&mut self, done: &str, css: &str, seen: &[Seen]) -> Result<()> {
        self.measure(done, "mouse", seen, async |app| app.click_css(css).await).await
    }

    async fn measure(
        &mut self,
        done: &str,
        with: &str,
        seen: &[Seen],
        act: impl AsyncFnOnce(&App) -> Result<()>,
    ) -> Result<()> {
        let wanted = seen.iter().map(|one| json!([one.css, one.text, one.without, one.gone, one.after])).collect();
        self.app.execute(WATCH, vec![Value::Array(wanted)]).await?;
        act(&self.app).await?;
        for (one, milliseconds) in seen.iter().zip(self.met(done, seen).await?) {
            self.tell(done, with, one.what, milliseconds, one.limit);
        }
        Ok(())
    }

    /// Milliseconds until each was on the screen.
    async fn met(&self, done: &str, seen: &[Seen]) -> Result<Vec<u64>> {
        let started = Instant::now();
        loop {
            let answer = self.app.driver().execute_async(MET, vec![]).await?.json().clone();
            let times: Vec<Option<u64>> = serde_json::from_value(answer).unwrap_or_default();
            let missing = seen.iter().enumerate().find(|(at, _)| times.get(*at).copied().flatten().is_none());
            let Some((_, one)) = missing else { return Ok(times.into_iter().flatten().collect()) };
            if started.elapsed() > one.patience {
                let what = format!("{} of {}, {done}: {} {:?}", one.what, self.view, one.css, one.text);
                return Err(Error::Timeout { what, waited: one.patience });
            }
        }
    }

    /// Writes a line of the table. With a limit, it must be kept.
    pub(crate) fn tell(&mut self, done: &str, with: &str, seen: &str, milliseconds: u64, limit: bool) {
        let over = limit && milliseconds > LIMIT;
        let mark = if over { "**" } else { "" };
        println!("| {} | {done} | {with} | {seen} | {mark}{milliseconds}{mark} |", self.view);
        if over {
            self.over.push(format!("{}, {done}, {seen}: {milliseconds} ms", self.view));
        }
    }

    /// Waits until a cell of a list has the focus, as a person looks where the cursor is before going on.
    pub(crate) async fn in_grid(&self) -> Result<()> {
        let at = "return document.activeElement?.getAttribute('role') === 'gridcell'";
        self.app.wait_until("the focus in the list", async || Ok(self.app.execute(at, vec![]).await? == true)).await
    }

    /// Puts the cursor into the list of the view, wherever a click left the focus.
    pub(crate) async fn to_grid(&self, grid: &str) -> Result<()> {
        self.app.press("/").await?;
        crate::steps::wait_focus(&self.app, &format!("{grid}-filter")).await?;
        self.app.press("Escape").await?;
        self.in_grid().await
    }

    /// Looks for words in a list, and takes them out again.
    pub(crate) async fn search(&mut self, grid: &str, what: &str, words: &str, seen: &[Seen]) -> Result<()> {
        self.app.press("/").await?;
        crate::steps::wait_focus(&self.app, &format!("{grid}-filter")).await?;
        self.type_text(&format!("search, {what}"), words, seen).await?;
        self.press("search taken out", &["Escape"], &[rows(grid)]).await?;
        self.app.press("Escape").await?;
        self.in_grid().await
    }

    /// Text of the first element that fits, to be compared with what comes.
    pub(crate) async fn text_of(&self, css: &str) -> Result<String> {
        self.app.find_css(css).await?;
        let script = "return document.querySelector(arguments[0])?.innerText ?? ''";
        Ok(self.app.execute(script, vec![css.into()]).await?.as_str().unwrap_or_default().to_owned())
    }

    /// What stands in a column of a line of a list.
    pub(crate) async fn cell(&self, grid: &str, line: usize, column: &str) -> Result<String> {
        let css = format!("{} [data-column={column}]", line_of(grid, line));
        self.app.find_css(&css).await?;
        Ok(texts(&self.app, &css).await?.into_iter().next().unwrap_or_default())
    }

    /// Keeps a picture of the view as it is.
    pub(crate) async fn picture(&mut self, name: &str) -> Result<()> {
        self.taken += 1;
        self.app.settle().await?;
        self.app.picture(&self.pictures.join(format!("{:02}-{name}.png", self.taken))).await
    }

    /// What took longer than a person waits.
    pub(crate) fn over(&self) -> String {
        self.over.join("\n")
    }
}

/// A line of a list by its place, from 0.
pub(crate) fn line_of(grid: &str, line: usize) -> String {
    format!("[data-testid='{grid}'] [role=row][data-line='{line}']")
}

/// Every key and click starts the watch anew and marks the rows that are there: those of before must not pass for new ones.
const WATCH: &str = r#"
    window.__watch?.stop();
    const [wanted] = arguments;
    const watch = (window.__watch = { at: null, met: wanted.map(() => null) });
    const fits = ([css, text, without, gone]) => gone !== [...document.querySelectorAll(css)].some((one) =>
        one.getClientRects().length && one.innerText.includes(text) && !(without && one.innerText.includes(without)));
    const begin = (event) => {
        watch.at = event.timeStamp;
        watch.met.fill(null);
        for (const row of document.querySelectorAll("[role=row][data-key]")) row.dataset.before = "";
    };
    const look = () => {
        if (watch.at !== null)
            wanted.forEach((one, at) => {
                const due = watch.met[at] === null && (!one[4] || at === 0 || watch.met[0] !== null);
                if (due && fits(one)) watch.met[at] = performance.now() - watch.at;
            });
        frame = requestAnimationFrame(look);
    };
    const begins = ["keydown", "click"];
    for (const kind of begins) addEventListener(kind, begin, true);
    let frame = requestAnimationFrame(look);
    watch.stop = () => {
        cancelAnimationFrame(frame);
        for (const kind of begins) removeEventListener(kind, begin, true);
    };
"#;

/// Answers when all was met, or after a moment with what was.
const MET: &str = r#"
    const done = arguments[arguments.length - 1];
    const until = performance.now() + 2000;
    const look = () => {
        const { met } = window.__watch;
        if (met.some((time) => time === null) && performance.now() < until) return setTimeout(look, 10);
        done(met.map((time) => (time === null ? null : Math.round(time))));
    };
    look();
"#;
