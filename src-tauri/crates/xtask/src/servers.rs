//! `cargo xtask servers up|down`: private servers for tests, from the distribution's own packages.
//!
//! PostgreSQL listens on a free port of the loopback interface, keeps its data in a folder of its own, wants a password
//! made for this run, and runs as a user that is not root: it refuses root.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::{Error, Result, at};
use crate::{host, process};

/// The variable by which tests find the server.
pub const POSTGRES: &str = "TIEOUT_TEST_POSTGRES";
/// Role of the tests.
const ROLE: &str = "tieout";
/// The user of the distribution's package, when this is root.
const SERVICE_USER: &str = "postgres";
/// Connections: every test has pools of its own.
const CONNECTIONS: u32 = 400;

#[derive(clap::Args)]
pub struct Options {
    #[command(subcommand)]
    action: Action,
}

#[derive(Clone, Copy, clap::Subcommand)]
enum Action {
    /// Start the servers and print how to reach them
    Up,
    /// Stop them and remove their data
    Down,
}

/// Starts or stops the servers of this checkout.
pub fn run(options: &Options) -> Result {
    match options.action {
        Action::Up => {
            host::prepare(host::Purpose::Servers)?;
            let servers = Servers::start(&home())?;
            println!("export {POSTGRES}={}", servers.url);
            println!("Stop them with: cargo xtask servers down");
            std::mem::forget(servers);
            Ok(())
        }
        Action::Down => stop(&home()),
    }
}

/// The folder of this checkout's servers: outside of it, since another user must be able to enter.
fn home() -> PathBuf {
    let mut hasher = DefaultHasher::new();
    process::root().hash(&mut hasher);
    std::env::temp_dir().join(format!("tieout-servers-{:016x}", hasher.finish()))
}

/// Running servers. They stop, and their data goes, when this is dropped.
pub struct Servers {
    folder: PathBuf,
    /// Where other databases may be made.
    pub url: String,
}

impl Servers {
    /// Servers for one run of the tests, beside any that a developer has started.
    pub fn for_tests() -> Result<Self> {
        Self::start(&std::env::temp_dir().join(format!("tieout-servers-test-{}", std::process::id())))
    }

    fn start(folder: &Path) -> Result<Self> {
        if folder.exists() {
            stop(folder)?;
        }
        let (data, secret) = (folder.join("postgres"), folder.join("password"));
        at(folder, std::fs::create_dir_all(folder))?;
        let servers = |url| Self { folder: folder.to_owned(), url };
        // From here on a failure takes the folder with it.
        let mut guard = servers(String::new());
        let password = password()?;
        at(&secret, std::fs::write(&secret, &password))?;
        at(&secret, std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o600)))?;
        if is_root() {
            process::run(Command::new("chown").arg("-R").arg(SERVICE_USER).arg(folder))?;
        }
        let port = free_port()?;
        process::run(
            as_server("initdb")?
                .args(["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--username", ROLE])
                .arg("--pwfile")
                .arg(&secret)
                .arg("--pgdata")
                .arg(&data),
        )?;
        let settings = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections={CONNECTIONS}"
        );
        process::run(
            as_server("pg_ctl")?
                .arg("-D")
                .arg(&data)
                .arg("-l")
                .arg(folder.join("log"))
                .args(["-w", "-o", &settings, "start"]),
        )?;
        guard.url = format!("postgres://{ROLE}:{password}@127.0.0.1:{port}/postgres");
        Ok(guard)
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        if let Err(error) = stop(&self.folder) {
            eprintln!("The servers of the tests did not stop: {error}");
        }
    }
}

fn stop(folder: &Path) -> Result {
    let data = folder.join("postgres");
    if data.join("postmaster.pid").exists() {
        process::run(as_server("pg_ctl")?.arg("-D").arg(&data).args(["-m", "immediate", "-w", "stop"]))?;
    }
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => at(folder, Err(error)),
        _ => Ok(()),
    }
}

/// A program of the server, as a user that it accepts.
fn as_server(program: &str) -> Result<Command> {
    let program = find(program)?;
    if !is_root() {
        return Ok(Command::new(program));
    }
    let mut command = Command::new("runuser");
    command.args(["-u", SERVICE_USER, "--"]).arg(program).current_dir(std::env::temp_dir());
    Ok(command)
}

/// Debian keeps the programs of each major version in a folder of their own, outside of the path.
fn find(program: &str) -> Result<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin").join(program))
        .filter(|path| path.is_file())
        .collect();
    versions.sort();
    if let Some(newest) = versions.pop() {
        return Ok(newest);
    }
    if process::exists(program) {
        return Ok(program.into());
    }
    Err(Error::Missing(format!("{program} of PostgreSQL is not installed")))
}

fn is_root() -> bool {
    process::capture(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0")
}

fn free_port() -> Result<u16> {
    let listener = at("127.0.0.1", TcpListener::bind(("127.0.0.1", 0)))?;
    Ok(at("127.0.0.1", listener.local_addr())?.port())
}

/// 32 hexadecimal digits from the system's own source of randomness.
fn password() -> Result<String> {
    let source = Path::new("/dev/urandom");
    let mut bytes = [0_u8; 16];
    let mut file = at(source, std::fs::File::open(source))?;
    at(source, std::io::Read::read_exact(&mut file, &mut bytes))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
