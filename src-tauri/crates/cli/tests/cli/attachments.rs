//! Files beside transactions.

use crate::support::{Book, ok, text, tieout};

#[test]
fn a_file_is_attached_saved_and_taken_off() {
    let book = Book::new();
    book.fund("Main", "EUR", "10.00");
    book.post("P", "1.00", &[]).json();
    let invoice = book.file("Invoice 7.pdf");
    std::fs::write(&invoice, b"%PDF-1.7 invoice").unwrap();
    let added = ok(&["attachment", "add", &book.path, "P", &text(&invoice), "--as", "Ada"]);
    assert_eq!(
        (added["name"].as_str(), added["media_type"].as_str(), added["size"].as_u64(), added["attached_by"].as_str()),
        (Some("Invoice 7.pdf"), Some("application/pdf"), Some(16), Some("Ada"))
    );
    assert_eq!(tieout(&["attachment", "add", &book.path, "P", &text(&invoice)]).refused(1), "ATTACHED");
    assert_eq!(tieout(&["attachment", "add", &book.path, "none", &text(&invoice)]).refused(1), "NOT_FOUND");
    assert_eq!(tieout(&["attachment", "add", &book.path, "P", &text(&book.file("none"))]).refused(3), "FILE");
    assert_eq!(ok(&["attachment", "list", &book.path, "P"]), serde_json::json!([added]));
    assert_eq!(ok(&["show", &book.path, "P"])["attachments"], serde_json::json!([added]));

    let id = added["id"].as_str().unwrap();
    let folder = book.file("out");
    std::fs::create_dir(&folder).unwrap();
    let save = |to: &str| tieout(&["attachment", "save", &book.path, id, "--out", to, "--json"]);
    let saved = save(&text(&folder)).json();
    assert_eq!(saved["path"].as_str().unwrap(), text(&folder.join("Invoice 7.pdf")));
    assert_eq!(std::fs::read(folder.join("Invoice 7.pdf")).unwrap(), b"%PDF-1.7 invoice");
    assert_eq!(save(&text(&folder)).refused(1), "INVALID_INPUT", "nothing is replaced");
    assert_eq!(save(&text(&folder.join("none/a.pdf"))).refused(3), "FILE");

    assert_eq!(tieout(&["attachment", "detach", &book.path, id]).refused(2), "USAGE");
    let off = ok(&["attachment", "detach", &book.path, id, "--reason", "Wrong invoice"]);
    assert_eq!(off["detached"]["reason"], "Wrong invoice");
    assert_eq!(tieout(&["attachment", "detach", &book.path, id, "--reason", "x"]).refused(1), "DETACHED");
    assert_eq!(ok(&["attachment", "list", &book.path, "P"]), serde_json::json!([]));
    assert_eq!(ok(&["attachment", "list", &book.path, "P", "--all"]), serde_json::json!([off]));
    book.check();
}
