//! Books that are protected with a passphrase.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{Engine, SystemClock};
use store::Store;
use store::error::OpenError;
use store_sqlite::{BookKey, SqliteStore, key_id};

use crate::support::{PASSPHRASE, Place, TestBook, test_key, transfer};

const SECRET_WORDS: &str = "Settlement with the claimant";

/// A protected book with something to hide in it.
async fn protected() -> (TestBook, String) {
    let book = TestBook::at(Place::Protected(test_key())).await;
    let bank = book.balance("Bank", "EUR").await;
    (book, bank)
}

async fn fill(book: &TestBook, bank: &str) {
    let other = book.claim("Claims").await;
    book.fund(bank, "EUR", "10000").await;
    for number in 0..40 {
        let mut request = transfer(&format!("R-{number}"), bank, &other, "7");
        request.description = SECRET_WORDS.into();
        book.engine.post(request).await.unwrap();
    }
}

async fn refusal(path: &Path, key: Option<&BookKey>) -> OpenError {
    let looked = SqliteStore::open_to_read_with(path, key).await.err().expect("refused");
    let error = SqliteStore::open_with(path, key).await.err().expect("refused");
    assert_eq!(std::mem::discriminant(&looked), std::mem::discriminant(&error), "{looked:?}");
    error
}

async fn opened(path: &Path, key: Option<&BookKey>) -> Engine {
    let store = SqliteStore::open_with(path, key).await.unwrap();
    Engine::new(Arc::new(store), Arc::new(SystemClock), "Orla Keane")
}

/// Files beside a book, its log among them, that show what the book holds.
fn showing(folder: &Path) -> Vec<PathBuf> {
    let shows = |path: &PathBuf| {
        let bytes = std::fs::read(path).unwrap();
        let holds = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
        holds(SECRET_WORDS) || holds("SQLite format") || holds("CREATE TABLE")
    };
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .filter(shows)
        .collect()
}

#[tokio::test]
async fn a_protected_book_shows_nothing_and_opens_with_its_passphrase_alone() {
    let (book, bank) = protected().await;
    fill(&book, &bank).await;
    assert_eq!(showing(book.folder.path()), Vec::<PathBuf>::new(), "neither the file nor its log shows anything");
    let TestBook { engine, path, folder, .. } = book;
    let before = engine.balance_get(&bank, None).await.unwrap().row.figures;
    engine.close().await;
    assert_eq!(showing(folder.path()), Vec::<PathBuf>::new());

    assert!(matches!(refusal(&path, None).await, OpenError::Protected(_)));
    let wrong = BookKey::of_book(&path, "Correct horse battery staple").unwrap().expect("it is protected");
    assert!(matches!(refusal(&path, Some(&wrong)).await, OpenError::WrongPassphrase(_)));

    let key = BookKey::of_book(&path, PASSPHRASE).unwrap().expect("it is protected");
    let again = opened(&path, Some(&key)).await;
    assert_eq!(again.balance_get(&bank, None).await.unwrap().row.figures, before);
    assert_eq!(again.book_check().await.unwrap().problems, [""; 0]);
    again.close().await;

    // As a keyring keeps it.
    assert_eq!(key_id(&path).unwrap(), Some(key.id()));
    let kept = BookKey::of_text(&path, &key.text()).expect("a key");
    opened(&path, Some(&kept)).await.close().await;
    for wrong in ["", "zz", &"g".repeat(64), &"é".repeat(32)] {
        assert!(BookKey::of_text(&path, wrong).is_none(), "{wrong}");
    }
}

#[tokio::test]
async fn a_key_is_not_looked_at_where_nothing_is_protected() {
    let book = TestBook::in_file().await;
    let TestBook { engine, path, folder, .. } = book;
    engine.close().await;
    assert_eq!(key_id(&path).unwrap(), None);
    assert!(BookKey::of_book(&path, PASSPHRASE).unwrap().is_none());
    opened(&path, Some(&test_key())).await.close().await;
    drop(folder);
}

#[tokio::test]
async fn a_copy_of_a_protected_book_is_protected_by_the_same_passphrase() {
    let (book, bank) = protected().await;
    fill(&book, &bank).await;
    let copies = tempfile::tempdir().unwrap();
    let copy = copies.path().join("copy.tieout");
    book.engine.book_backup(&copy).await.unwrap();
    assert_eq!(showing(copies.path()), Vec::<PathBuf>::new());
    assert!(matches!(refusal(&copy, None).await, OpenError::Protected(_)));
    let key = BookKey::of_book(&copy, PASSPHRASE).unwrap().expect("it is protected");
    let restored = opened(&copy, Some(&key)).await;
    assert_eq!(restored.book_check().await.unwrap().problems, [""; 0]);
    let of_copy = restored.balance_get(&bank, None).await.unwrap().row.figures;
    assert_eq!(of_copy, book.engine.balance_get(&bank, None).await.unwrap().row.figures);
    restored.close().await;
}

#[tokio::test]
async fn a_passphrase_is_set_changed_and_taken_away_in_a_new_file() {
    let book = TestBook::in_file().await;
    let bank = book.balance("Bank", "EUR").await;
    fill(&book, &bank).await;
    let TestBook { engine, path: plain, folder, .. } = book;
    let head = engine.history_head().await.unwrap();
    engine.close().await;
    let at = |name: &str| folder.path().join(name);
    let (first, second) = (test_key(), BookKey::fresh("another passphrase").unwrap());

    let anew = async |from: PathBuf, key: Option<&BookKey>, to: &str, new_key: Option<&BookKey>| {
        let store = SqliteStore::open_with(&from, key).await.unwrap();
        let written = store.write_anew(&at(to), new_key).await;
        store.close().await;
        written
    };
    anew(plain.clone(), None, "set.tieout", Some(&first)).await.unwrap();
    anew(at("set.tieout"), Some(&first), "changed.tieout", Some(&second)).await.unwrap();
    anew(at("changed.tieout"), Some(&second), "plain.tieout", None).await.unwrap();
    let source = opened(&plain, None).await;
    assert_eq!(source.history_head().await.unwrap(), head, "where it comes from stays as it is");
    source.close().await;
    assert!(matches!(refusal(&at("changed.tieout"), Some(&first)).await, OpenError::WrongPassphrase(_)));
    for (name, key) in [("set.tieout", Some(&first)), ("changed.tieout", Some(&second)), ("plain.tieout", None)] {
        let engine = opened(&at(name), key).await;
        assert_eq!(engine.book_check().await.unwrap().problems, [""; 0], "{name}");
        assert_eq!(engine.history_head().await.unwrap(), head, "{name}");
        // It is worked in as before: what guards the history came along.
        let again = engine.post(transfer("R-0", &bank, &bank, "7")).await.unwrap_err();
        assert!(!again.code().is_empty());
        let found = engine.search_all("claimant", &[], 5).await.unwrap();
        assert!(found.iter().any(|group| !group.hits.is_empty()), "{name}");
        engine.close().await;
    }
    assert_eq!(showing(folder.path()).len(), 2, "the plain books and no others");

    // What is there is not written over, and nothing half-written is left.
    let taken = anew(plain.clone(), None, "set.tieout", Some(&first)).await;
    assert!(matches!(taken, Err(OpenError::Exists(_))), "{taken:?}");
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("part"))
        .collect();
    assert_eq!(left, [""; 0]);
}

/// Every page carries its own seal: a byte that was changed is found, and never read as money.
#[tokio::test]
async fn a_damaged_page_of_a_protected_book_is_found() {
    let (book, bank) = protected().await;
    fill(&book, &bank).await;
    let TestBook { engine, path, folder, .. } = book;
    engine.close().await;
    let whole = std::fs::read(&path).unwrap();
    for at in [5_000, whole.len() / 2, whole.len() - 100] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let error = refusal(&path, Some(&test_key())).await;
        assert!(matches!(error, OpenError::Damaged(_)), "byte {at}: {error:?}");
    }
    // Cut off in the middle of a page, or hurt where the key is tried: no book of somebody else's, and no other figures.
    std::fs::write(&path, &whole[..whole.len() / 2 + 100]).unwrap();
    let error = refusal(&path, Some(&test_key())).await;
    assert!(matches!(error, OpenError::Damaged(_)), "cut: {error:?}");
    let mut bytes = whole.clone();
    bytes[100] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let error = refusal(&path, Some(&test_key())).await;
    assert!(matches!(error, OpenError::WrongPassphrase(_)) && error.to_string().contains("damaged"), "{error:?}");
    std::fs::write(&path, &whole).unwrap();
    opened(&path, Some(&test_key())).await.close().await;
    drop(folder);
}
