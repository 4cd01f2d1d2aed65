//! Developer commands of Tieout: `cargo xtask run`, `test`, `bench`, `servers`, `screenshots`.
//!
//! Every command first brings the machine to the state it needs, so a fresh clone needs nothing else.

mod bench;
mod binaries;
mod error;
mod host;
mod npm;
mod process;
mod run;
mod screenshots;
#[cfg(unix)]
mod servers;
mod test;

use clap::{Parser, Subcommand};
use error::Result;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Developer commands of Tieout")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, build, and open the app on the sample book
    Run(run::Options),
    /// Install what is missing, build, and run every test
    Test(test::Options),
    /// Run the benches of one area, or all
    Bench(bench::Options),
    /// Start or stop private servers for the tests
    #[cfg(unix)]
    Servers(servers::Options),
    /// Take the pictures of the user guide from the real window
    Screenshots,
}

fn main() -> ExitCode {
    match dispatch(Arguments::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything asked for went well. An error means it could not be tried.
fn dispatch(command: Command) -> Result<bool> {
    match command {
        Command::Run(options) => run::run(&options).map(|()| true),
        Command::Test(options) => test::run(&options),
        Command::Bench(options) => bench::run(&options).map(|()| true),
        #[cfg(unix)]
        Command::Servers(options) => servers::run(&options).map(|()| true),
        Command::Screenshots => screenshots::run().map(|()| true),
    }
}
