//! What of a use case is in the log: its name, an id that all its lines have, and the code it was refused with. Nothing of
//! the book: no names, amounts or texts.

use tracing::Span;

use crate::clock::new_id;

/// Id of a use case in the log. Nothing inside of another one, whose id stands in front of the line already.
pub(crate) fn request() -> Option<String> {
    let inside = Span::current().metadata().is_some_and(|span| span.target().starts_with(env!("CARGO_CRATE_NAME")));
    (!inside).then(|| new_id("req"))
}
