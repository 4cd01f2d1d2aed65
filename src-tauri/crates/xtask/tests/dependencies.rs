//! The arrows between our crates, and what each may be built on.
//!
//! `ui → shell → engine → {matching, statements, reports, store} → ledger`. A crate that is not
//! listed here fails the test: where it stands is a decision, not an accident.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// Crate, and our crates it may use in what is shipped.
const ALLOWED: &[(&str, &[&str])] = &[
    ("ledger", &[]),
    ("identity", &[]),
    ("statements", &["ledger"]),
    ("matching", &["ledger"]),
    ("reports", &["ledger"]),
    ("store", &["identity", "ledger"]),
    ("store-sqlite", &["identity", "ledger", "store"]),
    ("store-postgres", &["identity", "ledger", "store"]),
    ("engine", &["identity", "ledger", "statements", "matching", "reports", "store"]),
    ("keys", &["identity", "engine"]),
    ("courier", &["engine"]),
    // The places where a concrete store is chosen: the sample book is made as a file, and the two
    // programs open books. Whatever they do with a book goes through the engine.
    ("sample", &["engine", "store", "store-sqlite"]),
    // Amounts, and what needs no book: `statement read` and `match`. `tidy.rs` says in which files.
    ("tieout", &["ledger", "statements", "matching", "store", "store-sqlite", "engine", "keys", "courier", "sample"]),
    ("tieout-app", &["store", "store-sqlite", "engine", "keys", "courier", "sample"]),
    // Tools: they start the binaries and link none of our crates.
    ("xtask", &[]),
    ("e2e", &[]),
];

/// Crates without I/O, clock and randomness.
const PURE: &[&str] = &["ledger", "identity", "statements", "matching"];

/// What a pure crate must not even reach through others. (`rand_core` and `getrandom` come with the
/// ZIP reader of spreadsheets, which uses them for writing encrypted archives only.)
const IMPURE: &[&str] =
    &["tokio", "async-std", "mio", "socket2", "hyper", "reqwest", "sqlx", "libsqlite3-sys", "tauri", "rand"];
/// What only the store's implementation may reach.
const DATABASES: &[&str] = &["sqlx", "sqlx-core", "libsqlite3-sys", "tokio-postgres", "redis"];
/// What only the window may reach.
const WINDOWS: &[&str] = &["tauri", "wry", "tao", "gtk", "webkit2gtk"];

/// Read once: cargo needs a second for it, and every test here asks the same.
fn graph() -> &'static Graph {
    static GRAPH: OnceLock<Graph> = OnceLock::new();
    GRAPH.get_or_init(Graph::load)
}

struct Graph {
    /// Our packages: name → id.
    ours: BTreeMap<String, String>,
    names: BTreeMap<String, String>,
    /// Package id → ids it is built from in what is shipped (tests left out).
    edges: BTreeMap<String, BTreeSet<String>>,
    /// The same with the dependencies of tests.
    test_edges: BTreeMap<String, BTreeSet<String>>,
}

impl Graph {
    fn load() -> Self {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let output = Command::new(cargo)
            .args(["metadata", "--format-version=1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"])
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
            .output()
            .expect("cargo runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let data: Value = serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
        let text = |value: &Value| value.as_str().expect("a string").to_owned();
        let list = |value: &Value| value.as_array().expect("a list").clone();

        let names: BTreeMap<_, _> =
            list(&data["packages"]).iter().map(|package| (text(&package["id"]), text(&package["name"]))).collect();
        let ours = list(&data["workspace_members"]).iter().map(|id| (names[&text(id)].clone(), text(id))).collect();
        let (mut edges, mut test_edges) = (BTreeMap::new(), BTreeMap::new());
        for node in list(&data["resolve"]["nodes"]) {
            let (mut shipped, mut any) = (BTreeSet::new(), BTreeSet::new());
            for dependency in list(&node["deps"]) {
                let id = text(&dependency["pkg"]);
                // Kind null is an ordinary dependency; "build" runs while compiling and ends up in nothing.
                if list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()) {
                    shipped.insert(id.clone());
                }
                any.insert(id);
            }
            edges.insert(text(&node["id"]), shipped);
            test_edges.insert(text(&node["id"]), any);
        }
        Self { ours, names, edges, test_edges }
    }

    fn ours_of(&self, name: &str, edges: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
        edges[&self.ours[name]]
            .iter()
            .map(|id| self.names[id].clone())
            .filter(|dependency| self.ours.contains_key(dependency))
            .collect()
    }

    /// The path by which `name` reaches one of `targets`, if it does.
    fn path_to(&self, name: &str, targets: &[&str]) -> Option<String> {
        let start = &self.ours[name];
        let mut came_from: BTreeMap<&String, &String> = BTreeMap::new();
        let mut queue = vec![start];
        while let Some(id) = queue.pop() {
            if id != start && targets.contains(&self.names[id].as_str()) {
                let chain = std::iter::successors(Some(id), |id| came_from.get(id).copied());
                let mut words: Vec<_> = chain.map(|id| self.names[id].as_str()).collect();
                words.reverse();
                return Some(words.join(" → "));
            }
            for next in &self.edges[id] {
                if next != start && !came_from.contains_key(next) {
                    came_from.insert(next, id);
                    queue.push(next);
                }
            }
        }
        None
    }
}

#[test]
fn every_crate_of_ours_has_its_place() {
    let graph = graph();
    let listed: BTreeSet<_> = ALLOWED.iter().map(|(name, _)| (*name).to_owned()).collect();
    let present: BTreeSet<_> = graph.ours.keys().cloned().collect();
    assert_eq!(present, listed, "left: in the workspace, right: in the list of this test");
}

#[test]
fn arrows_point_down_only() {
    let graph = graph();
    let mut wrong = Vec::new();
    for (name, allowed) in ALLOWED {
        for used in graph.ours_of(name, &graph.edges) {
            if !allowed.contains(&used.as_str()) {
                wrong.push(format!("{name} must not depend on {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn tests_of_pure_crates_reach_no_store() {
    let graph = graph();
    for name in PURE {
        let used = graph.ours_of(name, &graph.test_edges);
        assert!(used.iter().all(|used| used == "ledger"), "{name} and its tests may use ledger only, not {used:?}");
    }
}

#[test]
fn pure_crates_reach_no_io_clock_or_randomness() {
    let graph = graph();
    let found: Vec<_> = PURE.iter().filter_map(|name| graph.path_to(name, IMPURE)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn only_store_implementations_reach_a_database() {
    let graph = graph();
    let names = ["ledger", "identity", "statements", "matching", "reports", "store", "engine"];
    let found: Vec<_> = names.iter().filter_map(|name| graph.path_to(name, DATABASES)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    // The search itself must be able to find one.
    assert!(graph.path_to("store-sqlite", DATABASES).is_some());
}

#[test]
fn only_the_app_reaches_the_window_system() {
    let graph = graph();
    let names = graph.ours.keys().filter(|name| *name != "tieout-app");
    let found: Vec<_> = names.filter_map(|name| graph.path_to(name, WINDOWS)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
    assert!(graph.path_to("tieout-app", WINDOWS).is_some());
}
