//! Every scenario in the real window, one module per view or flow.

mod screenshots;
mod window;
