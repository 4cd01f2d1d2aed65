//! The processes a window needs around it: a display, a message bus and the WebDriver server.

use crate::{Error, Result};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A child process that does not outlive its owner.
pub(crate) struct Service(Child);

impl Service {
    fn start(program: &'static str, command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::null()).spawn().map(Self).map_err(|source| Error::Program { program, source })
    }

    /// The first line the process prints: how Xvfb and the bus tell where they listen.
    fn first_line(&mut self, program: &'static str) -> Result<String> {
        let mut line = String::new();
        let out = self.0.stdout.take().expect("started with a pipe");
        let mut reader = BufReader::new(out);
        reader.read_line(&mut line)?;
        if line.trim().is_empty() {
            return Err(Error::NotReady { program, detail: "it ended without saying where it listens".into() });
        }
        // The pipe stays open as long as the process: closing it would kill a writer with SIGPIPE.
        std::thread::spawn(move || std::io::copy(&mut reader, &mut std::io::sink()));
        Ok(line.trim().to_owned())
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Already gone is as good as killed, and the wait only reaps.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A virtual screen of its own, so that keyboard focus is never shared with another test.
pub(crate) struct Display {
    _server: Service,
    /// For the variable DISPLAY.
    pub(crate) name: String,
}

impl Display {
    pub(crate) fn start(width: u32, height: u32, log: &Path) -> Result<Self> {
        let mut server = Service::start(
            "Xvfb",
            Command::new("Xvfb")
                .args(["-displayfd", "1", "-screen", "0", &format!("{width}x{height}x24"), "-nolisten", "tcp"])
                .args(["-noreset", "-dpi", "96"])
                .stdout(Stdio::piped())
                .stderr(File::create(log)?),
        )?;
        let number = server.first_line("Xvfb")?;
        Ok(Self { _server: server, name: format!(":{number}") })
    }
}

/// A private session bus: GTK and the single-instance check look for one.
pub(crate) struct Bus {
    _daemon: Service,
    /// For the variable DBUS_SESSION_BUS_ADDRESS.
    pub(crate) address: String,
}

/// A bus that starts nothing by itself: the desktop services of the machine running the test
/// (portals, accessibility, settings) would otherwise be woken, slowly and on the person's own files.
const BUS_CONFIG: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

impl Bus {
    pub(crate) fn start(home: &Path, log: &Path) -> Result<Self> {
        let config = home.join(".bus.conf");
        std::fs::write(&config, BUS_CONFIG)?;
        let mut daemon = Service::start(
            "dbus-daemon",
            Command::new("dbus-daemon")
                .arg(format!("--config-file={}", config.display()))
                .args(["--nofork", "--nopidfile", "--print-address"])
                .stdout(Stdio::piped())
                .stderr(File::create(log)?),
        )?;
        let address = daemon.first_line("dbus-daemon")?;
        Ok(Self { _daemon: daemon, address })
    }
}

/// One WebKitWebDriver. It starts the app itself, so the app inherits the environment given here.
pub(crate) struct DriverServer {
    process: Service,
    pub(crate) url: String,
}

impl DriverServer {
    /// `environment` replaces the caller's own completely, except for what finds programs and libraries.
    pub(crate) fn start(environment: &[(String, String)], log: &Path) -> Result<Self> {
        // The server cannot choose a port itself; one the system just handed out is free in practice.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let log = File::options().create(true).append(true).open(log)?;
        let mut command = Command::new("WebKitWebDriver");
        command.env_clear();
        for keep in ["PATH", "LD_LIBRARY_PATH"] {
            if let Some(value) = std::env::var_os(keep) {
                command.env(keep, value);
            }
        }
        let process = Service::start(
            "WebKitWebDriver",
            command
                .arg(format!("--port={port}"))
                .envs(environment.iter().map(|(key, value)| (key, value)))
                .stdout(log.try_clone()?)
                .stderr(log),
        )?;
        wait_for_port(port)?;
        Ok(Self { process, url: format!("http://127.0.0.1:{port}") })
    }

    /// Process id of the app this server started.
    pub(crate) fn app_pid(&self) -> Option<u32> {
        let parent = self.process.id();
        let children = std::fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
        children.split_whitespace().filter_map(|pid| pid.parse().ok()).find(|pid| is_app(*pid)).or_else(|| {
            // A child started from another thread of the server is not listed above.
            processes().find(|pid| parent_of(*pid) == Some(parent) && is_app(*pid))
        })
    }
}

/// Waits until a process has ended.
pub(crate) fn wait_for_end(pid: u32) -> Result<()> {
    let start = Instant::now();
    while is_app(pid) {
        if start.elapsed() > Duration::from_secs(15) {
            return Err(Error::NotReady { program: "tieout-app", detail: "it does not end".to_owned() });
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

fn wait_for_port(port: u16) -> Result<()> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(15) {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Err(Error::NotReady { program: "WebKitWebDriver", detail: format!("nothing listens on port {port}") })
}

fn processes() -> impl Iterator<Item = u32> {
    std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// Field 4 of `/proc/<pid>/stat`, counted from behind the name, which may itself hold spaces.
fn parent_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn is_app(pid: u32) -> bool {
    std::fs::read_link(format!("/proc/{pid}/exe"))
        .is_ok_and(|exe| exe.file_name().is_some_and(|name| name.to_string_lossy().starts_with("tieout-app")))
}
