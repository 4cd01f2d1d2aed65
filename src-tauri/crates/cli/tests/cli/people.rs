//! Identities, protected fields, accounts and their key.

use crate::support::{Book, ok, tieout, tieout_without_key};

#[test]
fn an_identity_is_kept_protected_looked_at_and_deleted() {
    let book = Book::new();
    let made = ok(&[
        "identity",
        "create",
        &book.path,
        "individual",
        "--set",
        "first_name=Niamh",
        "--set",
        "last_name=Ó Briain",
        "--set",
        "phone=+353 1 555 0101",
        "--protect",
        "phoneNumber",
    ]);
    let id = made["row"]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (made["row"]["name"].as_str(), made["row"]["protected"][0].as_str()),
        (Some("Niamh Ó Briain"), Some("phone_number"))
    );
    let shown = tieout(&["identity", "show", &book.path, &id]);
    assert!(shown.out.contains("phone_number: ••••") && !shown.out.contains("555"), "{}", shown.out);
    let seen = ok(&["identity", "reveal", &book.path, &id, "--reason", "Call back"]);
    assert_eq!(seen["phone_number"], "+353 1 555 0101");
    let history = ok(&["identity", "history", &book.path, &id]);
    assert_eq!(
        (history[0]["kind"].as_str(), history[0]["object"].as_str()),
        (Some("identity.revealed"), Some("phone number"))
    );
    ok(&["identity", "change", &book.path, &id, "--set", "city=Cork", "--clear", "phone"]);
    ok(&["identity", "link", &book.path, "Main", &id]);
    let number = ["--number", "IE29 AIBK 9311 5212 3456 78", "--bank", "AIB", "--balance", "Main"];
    let account = ok(&[&["identity", "account", "add", &book.path, &id][..], &number].concat());
    let twice = tieout(&[
        "identity",
        "account",
        "add",
        &book.path,
        &id,
        "--number",
        "IE29AIBK93115212345678",
        "--currency",
        "EUR",
    ]);
    assert_eq!(twice.refused(1), "INVALID_INPUT");
    assert_eq!(tieout(&["identity", "delete", &book.path, &id]).refused(1), "IDENTITY_IN_USE");
    ok(&["identity", "account", "delete", &book.path, account["id"].as_str().unwrap()]);
    ok(&["identity", "unlink", &book.path, "Main"]);
    ok(&["identity", "delete", &book.path, &id]);
    assert_eq!(ok(&["identity", "list", &book.path])["total"], 0);
    book.check();
}

#[test]
fn a_key_given_from_outside_can_be_replaced_by_another() {
    let book = Book::new();
    let make = ["identity", "create", &book.path, "individual", "--set", "last_name=Walsh", "--protect", "last_name"];
    let id = ok(&make)["row"]["id"].as_str().unwrap().to_owned();
    let status = ok(&["identity", "key", "status", &book.path]);
    assert_eq!((status["sealed"].as_u64(), status["kept"].as_str()), (Some(1), Some("the variable TIEOUT_SECRET")));
    assert_eq!(tieout(&["identity", "key", "replace", &book.path]).refused(1), "KEY_GIVEN");
    let reveal = ["identity", "reveal", &book.path, &id, "--reason", "Check", "--json"];
    let other = [("TIEOUT_SECRET", "quite another secret than that")];
    assert_eq!(tieout_without_key(&reveal, &other).refused(1), "KEY_MISSING");
    let both = [other[0], ("TIEOUT_SECRET_BEFORE", crate::support::SECRET)];
    let replaced = tieout_without_key(&["identity", "key", "replace", &book.path, "--resume", "--json"], &both).json();
    assert_eq!((replaced["sealed"].as_u64(), replaced["older"].as_u64()), (Some(1), Some(0)));
    assert_eq!(tieout_without_key(&reveal, &other).json()["last_name"], "Walsh");
    book.check();
}
