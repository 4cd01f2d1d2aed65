use crate::app::{App, Size};
use crate::drag::drop_file;
use crate::paths::{artifacts_dir, binary};
use crate::services::{Bus, Display, DriverServer, wait_for_end};
use crate::{Error, Result};
use futures_util::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A person's desk for one scenario: an empty home folder, a screen and a message bus.
pub struct Desk {
    home: TempDir,
    artifacts: PathBuf,
    environment: Vec<(String, String)>,
    running: Option<Running>,
    // Declared last: fields drop in order, and the display outlives what draws on it.
    _bus: Bus,
    display: Display,
}

struct Running {
    app: App,
    server: DriverServer,
    args: Vec<String>,
}

/// Runs one scenario on a fresh desk and fails the test with everything needed to see why.
///
/// `name` is the folder of its artifacts; use the name of the test function.
///
/// # Panics
/// When the scenario fails: that is how a test fails.
pub fn scenario(name: &str, body: impl AsyncFnOnce(&mut Desk) -> Result<()>) {
    // Built together with the whole workspace the driver's client has TLS, and asks which kind. It speaks to this machine only.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut desk = Desk::new(name).unwrap_or_else(|error| panic!("{error}"));
        let outcome = AssertUnwindSafe(body(&mut desk)).catch_unwind().await;
        let failure = match outcome {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(panic) => Some(panic_text(&*panic)),
        };
        if failure.is_some() {
            desk.keep_evidence().await;
        }
        let closed = desk.close().await;
        if let Some(failure) = failure {
            panic!("{failure}\nevidence: {}", desk.artifacts.display());
        }
        closed.unwrap_or_else(|error| panic!("the window did not close: {error}"));
    });
}

impl Desk {
    fn new(name: &str) -> Result<Self> {
        let artifacts = artifacts_dir().join(name);
        // Evidence of an earlier run would be taken for this one's.
        match std::fs::remove_dir_all(&artifacts) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => std::fs::create_dir_all(&artifacts)?,
        }
        let home = tempfile::Builder::new().prefix("tieout-").tempdir()?;
        let display = Display::start(Size::DEFAULT.width, Size::DEFAULT.height, &artifacts.join("display.log"))?;
        let bus = Bus::start(home.path(), &artifacts.join("bus.log"))?;
        let environment = environment(home.path(), &display.name, &bus.address)?;
        Ok(Self { home, artifacts, environment, running: None, _bus: bus, display })
    }

    /// The home folder of this scenario; put books and statements here.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// Where this scenario may leave files for a person to look at.
    pub fn artifacts(&self) -> &Path {
        &self.artifacts
    }

    /// Adds a variable to the environment of the app, for the next start.
    pub fn set_env(&mut self, key: &str, value: &str) {
        self.environment.retain(|(name, _)| name != key);
        self.environment.push((key.to_owned(), value.to_owned()));
    }

    /// Starts the app with these arguments, closing the one that is running.
    pub async fn start(&mut self, args: &[&str]) -> Result<App> {
        self.close().await?;
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let program = binary("tieout-app")?;
        let server = DriverServer::start(&self.environment, &self.artifacts.join("app.log"))?;
        let app = App::connect(&server.url, &program, &args).await?;
        self.running = Some(Running { app: app.clone(), server, args });
        Ok(app)
    }

    /// Starts the app on a book.
    pub async fn open(&mut self, book: &Path) -> Result<App> {
        let book = book.to_string_lossy().into_owned();
        self.start(&["--book", &book]).await
    }

    /// Closes the window as a person would and starts it again the same way.
    pub async fn restart(&mut self) -> Result<App> {
        let args = self.running.as_ref().ok_or(Error::NotRunning)?.args.clone();
        self.close().await?;
        self.start(&args.iter().map(String::as_str).collect::<Vec<_>>()).await
    }

    /// Ends the app without any warning, as a crash or a power cut does.
    pub async fn kill(&mut self) -> Result<()> {
        let running = self.running.take().ok_or(Error::NotRunning)?;
        let pid = running.server.app_pid().ok_or(Error::NotRunning)?;
        let status = Command::new("kill").args(["-KILL", &pid.to_string()]).status()?;
        if !status.success() {
            return Err(Error::NotRunning);
        }
        // The session is dead with its window; only the server can still be told, and it may refuse.
        let _ = running.app.quit().await;
        Ok(())
    }

    /// Drags a file onto the window and lets go, as from a file manager.
    pub fn drop_file(&self, file: &Path) -> Result<()> {
        drop_file(&self.display.name, file)
    }

    /// Closes the app if it runs.
    pub async fn close(&mut self) -> Result<()> {
        match self.running.take() {
            Some(running) => {
                let pid = running.server.app_pid();
                running.app.quit().await?;
                // The window is gone before its program is: whoever starts it anew would meet it.
                pid.map_or(Ok(()), wait_for_end)
            }
            None => Ok(()),
        }
    }

    /// Runs the headless binary in this home folder and returns what it printed.
    pub fn headless(&self, args: &[&str]) -> Result<Output> {
        let output = Command::new(binary("tieout")?)
            .args(args)
            .current_dir(self.home())
            .env_clear()
            .envs(self.environment.iter().map(|(key, value)| (key, value)))
            .output()?;
        if output.status.success() {
            return Ok(output);
        }
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Error::Headless { command: args.join(" "), stderr })
    }

    /// Makes the sample book with its two unreconciled statements and returns the book's path.
    pub fn sample_book(&self) -> Result<PathBuf> {
        let folder = self.home().join("sample");
        self.headless(&["sample", "--out", &folder.to_string_lossy()])?;
        Ok(folder.join("Brackwater Instruments.tieout"))
    }

    async fn keep_evidence(&self) {
        let Some(running) = &self.running else { return };
        // Best effort: a window that crashed has no picture, and the first failure is the one to report.
        let _ = running.app.picture(&self.artifacts.join("failure.png")).await;
        if let Ok(source) = running.app.driver().source().await {
            let _ = std::fs::write(self.artifacts.join("failure.html"), source);
        }
        let mut errors = running.app.page_errors().await.unwrap_or_default();
        errors.extend(running.app.startup_error().await.ok().flatten());
        let _ = std::fs::write(self.artifacts.join("page-errors.txt"), errors.join("\n"));
    }
}

/// Everything the app may read from its surroundings; the caller's own variables are not passed on.
fn environment(home: &Path, display: &str, bus: &str) -> Result<Vec<(String, String)>> {
    let mut list: Vec<(String, String)> = Vec::new();
    for (key, folder) in [
        ("HOME", "."),
        ("XDG_DATA_HOME", ".local/share"),
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_CACHE_HOME", ".cache"),
        ("XDG_STATE_HOME", ".local/state"),
        ("XDG_RUNTIME_DIR", ".run"),
    ] {
        let folder = home.join(folder);
        std::fs::create_dir_all(&folder)?;
        restrict(&folder)?;
        list.push((key.to_owned(), folder.to_string_lossy().into_owned()));
    }
    let fixed = [
        ("DISPLAY", display),
        ("DBUS_SESSION_BUS_ADDRESS", bus),
        ("TAURI_AUTOMATION", "true"),
        ("TAURI_WEBVIEW_AUTOMATION", "true"),
        ("GDK_BACKEND", "x11"),
        // WebKit's own rendering switches stay untouched: with WEBKIT_DISABLE_DMABUF_RENDERER or
        // WEBKIT_DISABLE_COMPOSITING_MODE a screenshot never returns.
        ("NO_AT_BRIDGE", "1"),
        ("LANG", "C.UTF-8"),
        ("TZ", "UTC"),
        ("RUST_BACKTRACE", "1"),
        // The key of protected fields and of secrets; the keyring of this machine is not asked.
        ("TIEOUT_SECRET", "e2e-secret-of-the-window-tests"),
    ];
    list.extend(fixed.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    // A day other than today, by libfaketime: the sample ends today, so every day is another book.
    for (key, ours) in [("TIEOUT_TEST_DAY", "FAKETIME"), ("TIEOUT_TEST_DAY_BY", "LD_PRELOAD")] {
        list.extend(std::env::var(key).ok().map(|value| (ours.to_owned(), value)));
    }
    Ok(list)
}

/// The runtime folder is refused by its users unless nobody else can read it.
#[cfg(unix)]
fn restrict(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    Ok(std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?)
}

#[cfg(not(unix))]
fn restrict(_folder: &Path) -> Result<()> {
    Ok(())
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (_, Some(text)) => text.clone(),
        _ => "the scenario panicked".to_owned(),
    }
}
