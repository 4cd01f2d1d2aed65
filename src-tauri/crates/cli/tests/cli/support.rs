//! Running the executable and reading what it says.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Path of the executable under test.
pub const TIEOUT: &str = env!("CARGO_BIN_EXE_tieout");

/// What one run answered.
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The JSON document on standard output.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    /// The error object on standard error.
    pub fn error(&self) -> Value {
        let value: Value =
            serde_json::from_str(self.err.trim()).unwrap_or_else(|error| panic!("{error}: {}", self.err));
        value["error"].clone()
    }

    /// The code of the error, after checking the exit code.
    pub fn refused(&self, exit: i32) -> String {
        assert_eq!(self.code, exit, "{} {}", self.out, self.err);
        let error = self.error();
        assert!(!error["message"].as_str().unwrap().is_empty());
        error["code"].as_str().unwrap().to_owned()
    }
}

/// What the key of protected fields is derived from: no keyring of the machine is touched.
pub const SECRET: &str = "secret of the tests of tieout";

/// Runs `tieout` with arguments.
pub fn tieout(args: &[&str]) -> Ran {
    tieout_without_key(args, &[("TIEOUT_SECRET", SECRET)])
}

/// Runs `tieout` with arguments and variables, and no other secret than they give.
pub fn tieout_without_key(args: &[&str], variables: &[(&str, &str)]) -> Ran {
    let output = Command::new(TIEOUT)
        .args(args)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("tieout runs");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// As [`tieout`], and it must succeed with a JSON document.
pub fn ok(args: &[&str]) -> Value {
    let ran = tieout(&[args, &["--json"]].concat());
    assert_eq!(ran.code, 0, "{args:?}: {} {}", ran.out, ran.err);
    assert_eq!(ran.err, "", "{args:?}");
    ran.json()
}

/// A small book: a bank, a customer and a supplier in EUR, yen and dinars beside them.
pub struct Book {
    pub folder: TempDir,
    pub path: String,
}

impl Book {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = text(&folder.path().join("Small.tieout"));
        ok(&["book", "create", &path, "--name", "Small", "--currency", "EUR"]);
        for ledger in ["Bank", "Customers", "Suppliers"] {
            ok(&["ledger", "create", &path, ledger]);
        }
        let balance = |ledger: &str, name: &str, currency: &str, more: &[&str]| {
            let args = ["balance", "create", &path, "--ledger", ledger, "--name", name, "--currency", currency];
            ok(&[&args, more].concat());
        };
        balance("Bank", "Main", "EUR", &["--account-number", "IE59CRRB99017100447120", "--reconcilable"]);
        balance("Bank", "Yen", "JPY", &[]);
        balance("Bank", "Dinar", "KWD", &[]);
        balance("Customers", "Acme", "EUR", &[]);
        balance("Suppliers", "Steel", "EUR", &[]);
        Self { folder, path }
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Puts money on a balance.
    pub fn fund(&self, name: &str, currency: &str, amount: &str) {
        let from = ["post", &self.path, "--from", "@opening", "--to", name, "--amount", amount, "--currency", currency];
        ok(&[&from[..], &["--allow-overdraft", "--create-indicators", "--reference", &format!("OPEN-{name}")]]
            .concat());
    }

    pub fn post(&self, reference: &str, amount: &str, more: &[&str]) -> Ran {
        let args = [
            "post",
            &self.path,
            "--from",
            "Main",
            "--to",
            "Steel",
            "--amount",
            amount,
            "--currency",
            "EUR",
            "--reference",
            reference,
            "--json",
        ];
        tieout(&[&args[..], more].concat())
    }

    /// A figure of a balance in minor units.
    pub fn figure(&self, name: &str, figure: &str) -> String {
        let rows = ok(&["balances", &self.path]);
        let row = rows
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["name"] == name)
            .unwrap_or_else(|| panic!("no balance {name}"));
        row["figures"][figure].as_str().unwrap().to_owned()
    }

    /// The book ties.
    pub fn check(&self) {
        check(&self.path);
    }
}

/// The book at a path ties.
pub fn check(path: &str) {
    assert_eq!(ok(&["book", "check", path])["problems"], serde_json::json!([]));
}

pub fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}
