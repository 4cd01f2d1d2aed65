//! What the operating system has to provide, and installing it where that is ours to do.

use crate::error::{Error, Result};
use crate::process;
use std::io::IsTerminal;
use std::path::Path;
use std::process::Command;

/// Debian and Ubuntu packages to build and open the window.
const DEBIAN_BUILD: &[&str] = &[
    "build-essential",
    "pkg-config",
    "libwebkit2gtk-4.1-dev",
    "librsvg2-dev",
    "libayatana-appindicator3-dev",
    "libxdo-dev",
    "libssl-dev",
];
/// Debian and Ubuntu packages to drive the window in tests.
const DEBIAN_TEST: &[&str] = &["webkit2gtk-driver", "xvfb", "dbus-x11", "procps"];
/// Debian and Ubuntu packages of the servers that tests talk to.
const DEBIAN_SERVERS: &[&str] = &["postgresql", "postgresql-contrib"];
/// Lowest Node the UI tools run on.
const NODE: (u32, u32) = (20, 19);

/// What the machine is about to be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Build and open the app.
    Run,
    /// The same, drive the window under a virtual display, and talk to servers.
    Test,
    /// Start the servers that tests talk to.
    Servers,
}

/// Brings the machine to the state `purpose` needs, or says exactly what a person has to install.
pub fn prepare(purpose: Purpose) -> Result {
    check_node()?;
    if cfg!(target_os = "linux") && process::exists("dpkg-query") && process::exists("apt-get") {
        return install_debian(purpose);
    }
    check_other(purpose)
}

fn debian_packages(purpose: Purpose) -> Vec<&'static str> {
    let parts: &[&[&'static str]] = match purpose {
        Purpose::Run => &[DEBIAN_BUILD],
        Purpose::Test => &[DEBIAN_BUILD, DEBIAN_TEST, DEBIAN_SERVERS],
        Purpose::Servers => &[DEBIAN_SERVERS],
    };
    parts.concat()
}

fn install_debian(purpose: Purpose) -> Result {
    let wanted = debian_packages(purpose);
    let missing = missing_debian(&wanted);
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing system packages: {}", missing.join(" "));
    let by_hand = || {
        Error::Missing(format!(
            "system packages are missing and could not be installed. Install them by hand:\n  \
             sudo apt-get update && sudo apt-get install {}",
            missing.join(" ")
        ))
    };
    // An outdated index is the usual reason for a failing install; a failing update alone is not fatal.
    if let Err(error) = process::run(apt(&["update"])?.arg("-q")) {
        println!("The package index could not be updated ({error}); trying with the one at hand.");
    }
    let install = apt(&["install", "-q", "-y", "--no-install-recommends"])?.args(&missing).status();
    let left = missing_debian(&missing);
    match install {
        Ok(status) if status.success() && left.is_empty() => Ok(()),
        _ => Err(by_hand()),
    }
}

/// `apt-get`, through sudo unless this is root already.
fn apt(arguments: &[&str]) -> Result<Command> {
    let root = process::capture(Command::new("id").arg("-u")).is_some_and(|id| id.trim() == "0");
    let mut command = if root {
        Command::new("env")
    } else if process::exists("sudo") {
        let mut sudo = Command::new("sudo");
        if !std::io::stdin().is_terminal() {
            // Nobody is there to type a password: fail at once rather than wait.
            sudo.arg("-n");
        }
        sudo.arg("env");
        sudo
    } else {
        return Err(Error::Missing(format!(
            "system packages are missing and there is no sudo. As root, run:\n  apt-get update && apt-get install {}",
            debian_packages(Purpose::Test).join(" ")
        )));
    };
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
    Ok(command)
}

/// The packages of the list that dpkg does not have.
fn missing_debian(wanted: &[&'static str]) -> Vec<&'static str> {
    // dpkg-query fails as soon as one name is unknown, but still prints the others.
    let output = Command::new("dpkg-query")
        .args(["-W", "-f=${Package} ${db:Status-Status}\n"])
        .args(wanted)
        .output()
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    not_installed(wanted, &output)
}

fn not_installed(wanted: &[&'static str], dpkg: &str) -> Vec<&'static str> {
    let installed = |package: &str| dpkg.lines().any(|line| line.split_once(' ') == Some((package, "installed")));
    wanted.iter().copied().filter(|package| !installed(package)).collect()
}

fn check_node() -> Result {
    let version = process::capture(Command::new("node").arg("--version"));
    match version.as_deref().and_then(node_version) {
        Some(found) if found >= NODE => Ok(()),
        Some((major, minor)) => Err(Error::Missing(format!(
            "Node {major}.{minor} is too old: {}.{} or newer is needed (https://nodejs.org)",
            NODE.0, NODE.1
        ))),
        None => Err(Error::Missing(format!(
            "Node is not installed: {}.{} or newer is needed (https://nodejs.org)",
            NODE.0, NODE.1
        ))),
    }
}

/// Major and minor number of a line such as `v20.19.4`.
fn node_version(line: &str) -> Option<(u32, u32)> {
    let mut parts = line.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Systems whose packages we do not install: print the exact list, go on if it is all there.
fn check_other(purpose: Purpose) -> Result {
    let list = other_system();
    println!("{list}");
    let present = if cfg!(target_os = "linux") {
        process::capture(Command::new("pkg-config").args(["--exists", "webkit2gtk-4.1", "librsvg-2.0"])).is_some()
    } else if cfg!(target_os = "macos") {
        process::capture(Command::new("xcode-select").arg("-p")).is_some()
    } else {
        // WebView2 is part of Windows 11, and the compiler that built this program is MSVC's.
        true
    };
    if !present {
        return Err(Error::Missing("install what is listed above, then run the same command again".into()));
    }
    if purpose == Purpose::Test && !can_drive_window() {
        println!("The window tests need WebKitWebDriver, Xvfb and dbus-daemon, which only Linux has.");
    }
    Ok(())
}

/// Whether the programs that drive the window are here.
pub fn can_drive_window() -> bool {
    missing_window_programs().is_empty()
}

/// The programs the window tests stand on that are not here.
pub fn missing_window_programs() -> Vec<&'static str> {
    ["WebKitWebDriver", "Xvfb", "dbus-daemon"].into_iter().filter(|program| !process::exists(program)).collect()
}

fn other_system() -> &'static str {
    if cfg!(target_os = "macos") {
        return "macOS needs: Xcode command line tools (xcode-select --install), Rust (https://rustup.rs), Node 20.19 or newer.";
    }
    if cfg!(target_os = "windows") {
        return "Windows needs: Visual Studio build tools with \"Desktop development with C++\", \
                WebView2 (part of Windows 11), Rust with the MSVC toolchain, Perl (https://strawberryperl.com), Node 20.19 or newer.";
    }
    if Path::new("/etc/arch-release").exists() {
        return "Arch needs: sudo pacman -S --needed base-devel webkit2gtk-4.1 librsvg libayatana-appindicator xdotool openssl \
                dbus xorg-server-xvfb (WebKitWebDriver is part of webkit2gtk-4.1)";
    }
    "Fedora needs: sudo dnf install gcc gcc-c++ make pkgconf-pkg-config webkit2gtk4.1-devel librsvg2-devel \
     libappindicator-gtk3-devel libxdo-devel openssl-devel dbus-daemon xorg-x11-server-Xvfb webkit2gtk-driver\n\
     Other distributions have the same libraries under other names: WebKitGTK 4.1, librsvg, libayatana-appindicator 3, libxdo, OpenSSL."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fully_installed_packages_count() {
        let dpkg = "xvfb installed\ndbus-x11 config-files\n";
        assert_eq!(not_installed(&["xvfb", "dbus-x11", "libxdo-dev"], dpkg), ["dbus-x11", "libxdo-dev"]);
        assert!(not_installed(&["xvfb"], dpkg).is_empty());
    }

    #[test]
    fn reads_the_version_of_node() {
        assert_eq!(node_version("v20.19.4\n"), Some((20, 19)));
        assert_eq!(node_version("20.19"), None);
        assert!((22, 1) >= NODE && (20, 18) < NODE);
    }

    #[test]
    fn tests_need_more_than_the_app() {
        assert!(!debian_packages(Purpose::Run).contains(&"xvfb"));
        assert!(debian_packages(Purpose::Test).contains(&"xvfb"));
        assert!(debian_packages(Purpose::Test).contains(&"postgresql"));
        assert!(!debian_packages(Purpose::Servers).contains(&"xvfb"));
    }
}
