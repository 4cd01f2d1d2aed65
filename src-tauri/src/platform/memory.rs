//! How much memory the window takes on Linux.
//!
//! The window's script engine lets its heap double before it collects while the machine has memory left, and the C
//! library keeps a separate pool for every thread that ever asked for memory. A workbench that stays open all day
//! beside a mail program should do neither. Without a graphics processor the window's picture is composed by the
//! processor, in buffers that take as much again as the whole program; the older way of drawing needs none of them.
//! All of them read the environment once, when the program starts.

use std::env;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The script engine collects as on a machine with so much memory: it does not keep more garbage than work.
const BOUNDS: [(&str, &str); 2] = [("JSC_forceRAMSize", "268435456"), ("MALLOC_ARENA_MAX", "2")];
const DRAWN_BY_PROCESSOR: (&str, &str) = ("WEBKIT_DISABLE_DMABUF_RENDERER", "1");

/// Starts the program once more, in the same process, with the bounds that are not set yet. Returns when there is
/// nothing to set, and when that is not possible: the app then runs without them.
pub(crate) fn bound() {
    let mut missing = BOUNDS.to_vec();
    if !has_graphics_processor() && !is_driven() {
        missing.push(DRAWN_BY_PROCESSOR);
    }
    missing.retain(|(name, _)| env::var_os(name).is_none());
    let (false, Ok(program)) = (missing.is_empty(), env::current_exe()) else { return };
    let error = Command::new(program).args(env::args_os().skip(1)).envs(missing).exec();
    tracing::warn!("memory is not bounded: {error}");
}

/// A window that is driven by a test: WebKit waits half a minute for a picture of one that is drawn the older way.
fn is_driven() -> bool {
    env::var_os("TAURI_AUTOMATION").is_some()
}

/// Linux names each one that can draw without a screen `renderD…`.
fn has_graphics_processor() -> bool {
    let Ok(devices) = std::fs::read_dir("/dev/dri") else { return false };
    devices.flatten().any(|device| device.file_name().to_string_lossy().starts_with("renderD"))
}
