//! A file dragged onto the window and let go there, as a file manager does it: by XDND, the drag-and-drop protocol of
//! X11. The window cannot tell this from a hand, except that no pointer moves.
//!
//! Protocol: <https://freedesktop.org/wiki/Specifications/XDND/>, version 5.

use crate::{Error, Result, WAIT};
use std::path::Path;
use std::time::{Duration, Instant};
use x11rb::CURRENT_TIME;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, MapState, PropMode,
    SELECTION_NOTIFY_EVENT, SelectionNotifyEvent, SelectionRequestEvent, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

const VERSION: u32 = 5;

x11rb::atom_manager! {
    Atoms: AtomsCookie {
        XdndAware,
        XdndSelection,
        XdndEnter,
        XdndPosition,
        XdndStatus,
        XdndDrop,
        XdndFinished,
        XdndActionCopy,
        UriList: b"text/uri-list",
    }
}

/// Whoever holds the file.
struct Source {
    x: RustConnection,
    atoms: Atoms,
    root: Window,
    window: Window,
    target: Window,
    /// The files, as the target asks for them.
    uris: String,
}

/// Drags `file` into the middle of the window on this display and lets go.
pub(crate) fn drop_file(display: &str, file: &Path) -> Result<()> {
    let source = Source::new(display, file)?;
    let atoms = &source.atoms;
    source.tell(atoms.XdndEnter, [VERSION << 24, atoms.UriList, 0, 0])?;
    let place = source.middle()?;
    let over = || source.tell(atoms.XdndPosition, [0, place, CURRENT_TIME, atoms.XdndActionCopy]);
    over()?;
    // The first answers come before the window has looked at the file, and say no.
    source.until("the window to take the file", over, |message| {
        message.type_ == atoms.XdndStatus && message.data.as_data32()[1] & 1 == 1
    })?;
    source.tell(atoms.XdndDrop, [0, CURRENT_TIME, 0, 0])?;
    source.until("the window to have the file", || Ok(()), |message| message.type_ == atoms.XdndFinished)
}

impl Source {
    fn new(display: &str, file: &Path) -> Result<Self> {
        let (x, screen) = RustConnection::connect(Some(display)).map_err(failed)?;
        let atoms = Atoms::new(&x).map_err(failed)?.reply().map_err(failed)?;
        let root = x.setup().roots[screen].root;
        let window = x.generate_id().map_err(failed)?;
        let aux = CreateWindowAux::new();
        x.create_window(0, window, root, 0, 0, 1, 1, 0, WindowClass::INPUT_ONLY, 0, &aux).map_err(failed)?;
        x.set_selection_owner(window, atoms.XdndSelection, CURRENT_TIME).map_err(failed)?;
        let target = aware(&x, root, atoms.XdndAware)?.ok_or_else(|| failed("no window on the display takes files"))?;
        let uris = format!("file://{}\r\n", escaped(file));
        Ok(Self { x, atoms, root, window, target, uris })
    }

    /// Sends one message of the protocol; its first word is always the source.
    fn tell(&self, kind: u32, [one, two, three, four]: [u32; 4]) -> Result<()> {
        let message = ClientMessageEvent::new(32, self.target, kind, [self.window, one, two, three, four]);
        self.x.send_event(false, self.target, EventMask::NO_EVENT, message).map_err(failed)?;
        self.x.flush().map_err(failed)
    }

    /// The middle of the target, packed as the protocol wants it.
    fn middle(&self) -> Result<u32> {
        let size = self.x.get_geometry(self.target).map_err(failed)?.reply().map_err(failed)?;
        let (x, y) = (size.width / 2, size.height / 2);
        let at = self.x.translate_coordinates(self.target, self.root, x.cast_signed(), y.cast_signed());
        let at = at.map_err(failed)?.reply().map_err(failed)?;
        Ok(u32::from(at.dst_x.cast_unsigned()) << 16 | u32::from(at.dst_y.cast_unsigned()))
    }

    /// Answers what the window asks until it says what is waited for; `nudge` is repeated meanwhile, as a hand trembles.
    fn until(
        &self,
        what: &str,
        nudge: impl Fn() -> Result<()>,
        wanted: impl Fn(&ClientMessageEvent) -> bool,
    ) -> Result<()> {
        let start = Instant::now();
        while start.elapsed() < WAIT {
            match self.x.poll_for_event().map_err(failed)? {
                Some(Event::SelectionRequest(asked)) => self.hand_over(&asked)?,
                Some(Event::ClientMessage(message)) if wanted(&message) => return Ok(()),
                Some(_) => {}
                None => {
                    std::thread::sleep(Duration::from_millis(50));
                    nudge()?;
                }
            }
        }
        Err(Error::Timeout { what: what.to_owned(), waited: WAIT })
    }

    /// Gives the list of files to whoever asks for it.
    fn hand_over(&self, asked: &SelectionRequestEvent) -> Result<()> {
        let known = asked.target == self.atoms.UriList;
        if known {
            let bytes = self.uris.as_bytes();
            self.x
                .change_property8(PropMode::REPLACE, asked.requestor, asked.property, asked.target, bytes)
                .map_err(failed)?;
        }
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: asked.time,
            requestor: asked.requestor,
            selection: asked.selection,
            target: asked.target,
            property: if known { asked.property } else { AtomEnum::NONE.into() },
        };
        self.x.send_event(false, asked.requestor, EventMask::NO_EVENT, answer).map_err(failed)?;
        self.x.flush().map_err(failed)
    }
}

/// The first shown window below this one that says it takes files.
fn aware(x: &RustConnection, below: Window, mark: u32) -> Result<Option<Window>> {
    for child in x.query_tree(below).map_err(failed)?.reply().map_err(failed)?.children {
        let property =
            x.get_property(false, child, mark, AtomEnum::ATOM, 0, 1).map_err(failed)?.reply().map_err(failed)?;
        let shown =
            x.get_window_attributes(child).map_err(failed)?.reply().map_err(failed)?.map_state == MapState::VIEWABLE;
        if shown && property.value_len > 0 {
            return Ok(Some(child));
        }
        if let Some(found) = aware(x, child, mark)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A path as a URI writes it.
fn escaped(file: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let text = file.to_string_lossy();
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn failed(error: impl std::fmt::Display) -> Error {
    Error::Display(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_written_as_a_uri() {
        assert_eq!(escaped(Path::new("/home/a b/€.csv")), "/home/a%20b/%E2%82%AC.csv");
    }
}
