//! What of a request is in the log: what kind of command it is, an id that all its lines have, and the code it was refused
//! with. Nothing of the book: no names, amounts or texts.

use tracing::Span;

use crate::clock::new_id;

/// The span of a request for commands of one kind.
pub(crate) fn request<C>() -> Span {
    let kind = std::any::type_name::<C>();
    tracing::info_span!("request", id = %new_id("req"), what = kind.rsplit("::").next().unwrap_or(kind))
}
