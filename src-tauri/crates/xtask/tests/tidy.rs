//! Rules about the text of the sources that no compiler keeps.

use std::path::{Path, PathBuf};

const LONGEST: usize = 600;
/// Crates without I/O, clock and randomness.
const PURE: &[&str] = &["ledger", "identity", "statements", "matching"];
/// Crates used by others: what they print nobody asked for.
const LIBRARIES: &[&str] =
    &["ledger", "identity", "statements", "matching", "reports", "store", "store-sqlite", "engine", "keys", "courier"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").canonicalize().expect("the workspace is there")
}

/// All Rust files under a folder of the repository, with their text.
fn sources(folder: &str) -> Vec<(String, String)> {
    files(folder, &["rs"])
}

/// What people wrote of the interface; the types that are generated are not for reading.
fn interface() -> Vec<(String, String)> {
    let mut all = files("ui/src", &["ts", "svelte", "css"]);
    all.retain(|(name, _)| !name.contains("lib/backend/types"));
    all
}

/// All files with one of these endings under a folder of the repository, with their text.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut files = Vec::new();
    collect(&root().join(folder), endings, &mut files);
    assert!(!files.is_empty(), "{folder} holds no file ending in {endings:?}");
    let name = |path: &Path| path.strip_prefix(root()).unwrap_or(path).display().to_string();
    files.into_iter().map(|path| (name(&path), std::fs::read_to_string(&path).expect("UTF-8 text"))).collect()
}

fn collect(folder: &Path, endings: &[&str], files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && !path.ends_with("target") {
            collect(&path, endings, files);
        } else if path.extension().is_some_and(|ending| endings.iter().any(|one| ending == *one)) {
            files.push(path);
        }
    }
}

/// `file:line: word` for every line of code, comments left out if asked, that holds one of the words.
fn find(files: &[(String, String)], words: &[&str], comments: bool) -> Vec<String> {
    let mut found = Vec::new();
    for (name, text) in files {
        for (number, line) in text.lines().enumerate() {
            let code = if comments { line } else { line.split("//").next().unwrap_or("") };
            if let Some(word) = words.iter().find(|word| holds(code, word)) {
                found.push(format!("{name}:{}: {word}", number + 1));
            }
        }
    }
    found
}

/// Whether `word` stands in the line on its own, not as the end or start of a longer name.
fn holds(line: &str, word: &str) -> bool {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let open_start = !word.starts_with(is_name) || !before.is_some_and(is_name);
        let open_end = !word.ends_with(is_name) || !after.is_some_and(is_name);
        open_start && open_end
    })
}

#[test]
fn no_source_file_is_too_long_to_read() {
    let files = [sources("src-tauri"), sources("tests"), interface()].concat();
    let long: Vec<_> = files
        .iter()
        .map(|(name, text)| (name, text.lines().count()))
        .filter(|(_, lines)| *lines > LONGEST)
        .map(|(name, lines)| format!("{name}: {lines} lines, at most {LONGEST}"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here so that this file does not find itself.
    let words = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("to", "do!"), concat!("unimple", "mented!")];
    let found = find(&[sources("src-tauri"), sources("tests"), interface()].concat(), &words, true);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn libraries_print_nothing() {
    for name in LIBRARIES {
        let found = find(
            &sources(&format!("src-tauri/crates/{name}/src")),
            &["println!", "eprintln!", "print!", "eprint!", "dbg!"],
            false,
        );
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

/// Files of the headless binary that work without a book, and the crates they may use past the engine.
const WITHOUT_A_BOOK: &[(&str, &[&str])] =
    &[("statements::", &["statement.rs", "unread.rs", "mapping.rs"]), ("matching::", &["match_files.rs"])];

#[test]
fn only_commands_without_a_book_go_past_the_engine() {
    let files = sources("src-tauri/crates/cli/src");
    for (word, allowed) in WITHOUT_A_BOOK {
        // `engine::api::statements::` is the engine's own.
        let names = |line: &str| line.match_indices(word).any(|(at, _)| !line[..at].ends_with(':'));
        let found: Vec<_> = files
            .iter()
            .filter(|(name, _)| !allowed.iter().any(|file| name.ends_with(&format!("src/{file}"))))
            .filter(|(_, text)| text.lines().any(|line| names(line.split("//").next().unwrap_or_default())))
            .map(|(name, _)| format!("{name} uses {word}"))
            .collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
        for file in *allowed {
            // A name that is gone would allow a file that nobody decided on.
            let used = files.iter().any(|(name, text)| name.ends_with(&format!("src/{file}")) && text.contains(word));
            assert!(used, "{file} uses no {word}");
        }
    }
}

#[test]
fn pure_crates_name_no_io_clock_or_randomness() {
    let words = [
        "std::fs",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "SystemTime",
        "Instant",
        "Timestamp::now",
        "Zoned::now",
        "RandomState",
        "thread_rng",
    ];
    for name in PURE {
        let found = find(&sources(&format!("src-tauri/crates/{name}/src")), &words, false);
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

#[test]
fn pure_crates_keep_the_same_lint_rules() {
    let rules = |name: &str| std::fs::read_to_string(root().join(format!("src-tauri/crates/{name}/clippy.toml")));
    let first = rules(PURE[0]).expect("the ledger has lint rules");
    assert!(first.contains("SystemTime::now"));
    for name in PURE {
        assert_eq!(rules(name).expect("a pure crate has lint rules"), first, "{name}");
    }
}

/// What `deny.toml` allows of crates, and two that only npm packages have: fonts, and a licence without conditions.
fn allowed_licences() -> Vec<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).expect("deny.toml is there");
    let list = text.split("allow = [").nth(1).and_then(|rest| rest.split(']').next()).expect("a list of licences");
    let mut all: Vec<_> = list.split(',').map(|one| one.trim().trim_matches('"').to_owned()).collect();
    all.retain(|one| !one.is_empty());
    all.extend(["OFL-1.1".to_owned(), "0BSD".to_owned()]);
    all
}

#[test]
fn packages_of_the_interface_have_licences_that_crates_may_have() {
    // Names its licence in a file only, which is MIT.
    const IN_A_FILE: &str = "node_modules/svelte-toolbelt";
    let text = std::fs::read_to_string(root().join("ui/package-lock.json")).expect("the lock file is there");
    let lock: serde_json::Value = serde_json::from_str(&text).expect("the lock file is JSON");
    let allowed = allowed_licences();
    assert!(allowed.len() > 10 && allowed.iter().any(|one| one == "MIT"), "{allowed:?}");
    let fits = |licence: &str| licence.split(" OR ").any(|one| allowed.iter().any(|known| known == one));
    let packages = lock["packages"].as_object().expect("packages");
    let wrong: Vec<_> = packages
        .iter()
        .filter(|(name, _)| !name.is_empty() && *name != IN_A_FILE)
        .filter(|(_, package)| !package["license"].as_str().is_some_and(fits))
        .map(|(name, package)| format!("{name}: {}", package["license"]))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn words_are_found_whole() {
    assert!(holds("use std::time::Instant;", "Instant"));
    assert!(!holds("struct InstantPayment;", "Instant"));
    assert!(holds("    dbg!(x)", "dbg!"));
    assert!(!holds("eprintln!()", "println!"));
    let files = [("a.rs".to_owned(), "let a = 1; // Instant\nInstant::now()".to_owned())];
    assert_eq!(find(&files, &["Instant"], false), ["a.rs:2: Instant"]);
}
