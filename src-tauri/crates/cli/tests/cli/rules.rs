//! Matching rules, copies, and statements that are opened again or taken back.

use serde_json::{Value, json};

use crate::support::{Book, ok, text, tieout};

fn names(rules: &Value) -> Vec<String> {
    rules.as_array().unwrap().iter().map(|rule| rule["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn rules_are_listed_saved_moved_and_put_away() {
    let book = Book::new();
    let path = &book.path;
    let rules = ok(&["rule", "list", path]);
    let (first, second) = (names(&rules)[0].clone(), names(&rules)[1].clone());
    let shown = ok(&["rule", "show", path, &first]);
    assert_eq!(shown["versions"].as_array().unwrap().len(), 1);

    // What is shown is what is taken: changed, it is the next version.
    let file = book.file("rule.json");
    let changed = json!({ "id": shown["id"], "name": "By number", "enabled": true, "body": shown["body"] });
    std::fs::write(&file, changed.to_string()).unwrap();
    ok(&["rule", "save", path, &text(&file)]);
    assert_eq!(ok(&["rule", "show", path, "By number"])["versions"].as_array().unwrap().len(), 2);
    let new = json!({ "id": null, "name": "New one", "enabled": true, "body": shown["body"] });
    std::fs::write(&file, new.to_string()).unwrap();
    let rules = ok(&["rule", "save", path, &text(&file)]);
    assert_eq!(names(&rules).last().unwrap(), "New one");

    let moved = ok(&["rule", "move", path, "New one", "1"]);
    assert_eq!(names(&moved)[..2], ["New one", "By number"]);
    assert_eq!(tieout(&["rule", "move", path, "New one", "99"]).refused(1), "INVALID_INPUT");
    let off = ok(&["rule", "disable", path, "New one"]);
    assert_eq!(off[0]["enabled"], false);
    assert_eq!(ok(&["rule", "enable", path, "New one"])[0]["enabled"], true);
    let id = off[0]["id"].as_str().unwrap();
    assert!(!names(&ok(&["rule", "delete", path, "New one"])).contains(&"New one".to_owned()));
    assert_eq!(tieout(&["rule", "show", path, "New one"]).refused(1), "NOT_FOUND");
    assert_eq!(names(&ok(&["rule", "restore", path, id]))[0], "New one");
    assert!(names(&ok(&["rule", "list", path])).contains(&second), "the others stay");

    std::fs::write(&file, "{\"name\": \"half\"}").unwrap();
    assert_eq!(tieout(&["rule", "save", path, &text(&file)]).refused(3), "NOT_A_RULE");
    let empty = json!({ "id": null, "name": "", "enabled": true, "body": { "criteria": [], "confirm": false } });
    std::fs::write(&file, empty.to_string()).unwrap();
    assert_eq!(tieout(&["rule", "save", path, &text(&file)]).refused(1), "INVALID_INPUT");
    assert_eq!(ok(&["verify", path])["problems"], json!([]));
}

#[test]
fn the_copies_of_a_book_are_planned_made_and_listed() {
    let book = Book::new();
    let path = &book.path;
    assert_eq!(ok(&["book", "backups", path]), json!([]));
    let plan = ok(&["book", "backup-plan", path]);
    assert_eq!((&plan["every_hours"], &plan["keep"], &plan["before_import"]), (&json!(24), &json!(10), &json!(true)));
    let plan = ok(&["book", "backup-plan", path, "--keep", "3", "--before-import", "off"]);
    assert_eq!((&plan["every_hours"], &plan["keep"], &plan["before_import"]), (&json!(24), &json!(3), &json!(false)));
    assert_eq!(ok(&["book", "backup-plan", path]), plan, "it stays");
    assert_eq!(tieout(&["book", "backup-plan", path, "--keep", "0"]).refused(1), "INVALID_INPUT");
    let copy = ok(&["book", "backup-now", path]);
    let copies = ok(&["book", "backups", path]);
    assert_eq!(copies.as_array().unwrap().len(), 1);
    assert_eq!(copies[0], copy);
    let info = ok(&["book", "info", copy["path"].as_str().unwrap()]);
    assert_eq!(info["name"], "Small");
}

#[test]
fn a_statement_is_opened_again_and_an_import_taken_back() {
    let book = Book::new();
    let path = &book.path;
    let file = book.file("nov.csv");
    std::fs::write(&file, "Date;Details;Amount;Balance\n02.11.2026;TO STEEL R-1;-10,00;-10,00\n").unwrap();
    book.fund("Main", "EUR", "0.01");
    let import = ["import", path, &text(&file), "--balance", "Main", "--file-currency", "EUR", "--name", "November"];
    ok(&[&import[..], &["--opening", "0.00"]].concat());
    assert_eq!(
        tieout(&["reconcile", "reopen", path, "November", "--reason", "Again"]).refused(1),
        "NOT_SIGNED",
        "it is open"
    );
    let undone = ok(&["reconcile", "undo-import", path, "November"]);
    assert!(undone["undone"].as_str().unwrap().starts_with("stm_"), "{undone}");
    assert_eq!(ok(&["statements", path]), json!([]));
    assert_eq!(tieout(&["reconcile", "undo-import", path, "November"]).refused(1), "NOT_FOUND");
}
