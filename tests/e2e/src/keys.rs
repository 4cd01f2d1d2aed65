//! Key chords as the keyboard sheet writes them: `Ctrl+Shift+L`, `Alt+Left`, `a`, `?`.

use thirtyfour::Key;

/// Modifiers and one key.
#[derive(Debug, Clone, PartialEq)]
pub struct Chord {
    /// Held down from first to last, released in reverse.
    pub modifiers: Vec<char>,
    /// The key itself, as WebDriver names it.
    pub key: char,
}

/// A chord no keyboard has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no key is called {0:?}")]
pub struct ChordError(String);

impl std::str::FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, ChordError> {
        // `+` alone and `Ctrl++` mean the plus key.
        let (head, last) = match text.strip_suffix('+') {
            Some(head) => (head.trim_end_matches('+'), "+"),
            None => text.rsplit_once('+').unwrap_or(("", text)),
        };
        let modifiers = head.split('+').filter(|name| !name.is_empty()).map(modifier).collect::<Result<_, _>>()?;
        Ok(Self { modifiers, key: key(last)? })
    }
}

fn modifier(name: &str) -> Result<char, ChordError> {
    Ok(match name {
        "Ctrl" => Key::Control.value(),
        "Shift" => Key::Shift.value(),
        "Alt" => Key::Alt.value(),
        "Meta" => Key::Meta.value(),
        _ => return Err(ChordError(name.to_owned())),
    })
}

fn key(name: &str) -> Result<char, ChordError> {
    let mut letters = name.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return Ok(letter);
    }
    Ok(match name {
        "Enter" => Key::Enter.value(),
        "Esc" | "Escape" => Key::Escape.value(),
        "Tab" => Key::Tab.value(),
        "Space" => ' ',
        "Backspace" => Key::Backspace.value(),
        "Delete" => Key::Delete.value(),
        "Left" => Key::Left.value(),
        "Right" => Key::Right.value(),
        "Up" => Key::Up.value(),
        "Down" => Key::Down.value(),
        "Home" => Key::Home.value(),
        "End" => Key::End.value(),
        "PageUp" => Key::PageUp.value(),
        "PageDown" => Key::PageDown.value(),
        "F1" => Key::F1.value(),
        "F2" => Key::F2.value(),
        "F6" => Key::F6.value(),
        _ => return Err(ChordError(name.to_owned())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_chords_as_the_keyboard_sheet_writes_them() {
        let chord: Chord = "Ctrl+Shift+L".parse().unwrap();
        assert_eq!(chord.modifiers, [Key::Control.value(), Key::Shift.value()]);
        assert_eq!(chord.key, 'L');
        assert_eq!("?".parse::<Chord>().unwrap(), Chord { modifiers: vec![], key: '?' });
        assert_eq!("Ctrl++".parse::<Chord>().unwrap(), Chord { modifiers: vec![Key::Control.value()], key: '+' });
        assert_eq!("Enter".parse::<Chord>().unwrap().key, Key::Enter.value());
    }

    #[test]
    fn refuses_keys_that_do_not_exist() {
        assert_eq!("Ctrl+Entr".parse::<Chord>(), Err(ChordError("Entr".into())));
        assert_eq!("Hyper+a".parse::<Chord>(), Err(ChordError("Hyper".into())));
    }
}
