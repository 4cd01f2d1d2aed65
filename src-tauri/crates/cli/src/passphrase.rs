//! Passphrases of protected books: from the surroundings of the program, the keyring, or whoever sits at the terminal.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::Mutex;

use keys::BookKeys;
use store::error::OpenError;
use store_sqlite::{BookKey, key_id};
use zeroize::Zeroizing;

use crate::fault::{Answer, Exit, Fault};

const PASSPHRASE: &str = "TIEOUT_PASSPHRASE";
const NEW_PASSPHRASE: &str = "TIEOUT_NEW_PASSPHRASE";

/// The key that was made last. Making one takes a moment on purpose, and who waits for a book opens it again and again.
static LAST: Mutex<Option<BookKey>> = Mutex::new(None);

fn given(variable: &str) -> Option<Zeroizing<String>> {
    std::env::var(variable).ok().filter(|text| !text.is_empty()).map(Zeroizing::new)
}

fn asked(what: &str) -> Answer<Option<Zeroizing<String>>> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let read = rpassword::prompt_password(what).map(Zeroizing::new);
    read.map(Some)
        .map_err(|error| Fault::new(Exit::File, "FILE", format!("The passphrase could not be read: {error}.")))
}

/// What opens the book at `path`; nothing if it is not protected.
pub(crate) fn key_of(path: &Path) -> Answer<Option<BookKey>> {
    let Some(id) = key_id(path)? else { return Ok(None) };
    let mut last = LAST.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(known) = last.as_ref().filter(|known| known.id() == id) {
        return Ok(Some(known.clone()));
    }
    let key = if let Some(passphrase) = given(PASSPHRASE) {
        BookKey::of_book(path, &passphrase)?
    } else if let Some(kept) = BookKeys::recall(&id).and_then(|text| BookKey::of_text(path, &text)) {
        Some(kept)
    } else if let Some(passphrase) = asked("Passphrase: ")? {
        BookKey::of_book(path, &passphrase)?
    } else {
        let error = OpenError::Protected(path.file_name().unwrap_or_default().to_string_lossy().into());
        let message = format!("{error} A program gives the passphrase in the variable {PASSPHRASE}.");
        return Err(Fault::new(Exit::Book, error.code(), message));
    };
    last.clone_from(&key);
    Ok(key)
}

/// The key of a book that is made: the one passphrase there is will do.
pub(crate) fn first_key() -> Answer<BookKey> {
    match given(PASSPHRASE) {
        Some(passphrase) if given(NEW_PASSPHRASE).is_none() => Ok(BookKey::fresh(&passphrase)?),
        _ => new_key(),
    }
}

/// The key of a book that gets another passphrase. That it has now is never taken for the new one.
pub(crate) fn new_key() -> Answer<BookKey> {
    if let Some(passphrase) = given(NEW_PASSPHRASE) {
        return Ok(BookKey::fresh(&passphrase)?);
    }
    let (first, again) = (asked("New passphrase: ")?, asked("The same again: ")?);
    match (first, again) {
        (Some(first), Some(again)) if first == again => Ok(BookKey::fresh(&first)?),
        (Some(_), _) => Err(Fault::argument("passphrase", "The two are not the same.")),
        (None, _) => {
            Err(Fault::argument("passphrase", format!("Give the new passphrase in the variable {NEW_PASSPHRASE}.")))
        }
    }
}
