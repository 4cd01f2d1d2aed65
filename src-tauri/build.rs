//! Declares the app's commands, so that the window may call what its capability names and nothing else.

#[path = "src/commands/list.rs"]
mod list;

fn main() {
    // A checkout without a built interface still compiles; the window then says what is missing.
    let dist = std::path::Path::new("ui/dist");
    if !dist.join("index.html").exists() {
        std::fs::create_dir_all(dist).expect("ui/dist can be made");
        std::fs::write(
            dist.join("index.html"),
            "<!doctype html><meta charset=utf-8><title>Tieout</title><p>UI not built: run npm run build in ui/.",
        )
        .expect("ui/dist can be written");
    }
    println!("cargo:rerun-if-changed=ui/dist");
    let attributes =
        tauri_build::Attributes::new().app_manifest(tauri_build::AppManifest::new().commands(list::COMMANDS));
    tauri_build::try_build(attributes).expect("tauri.conf.json and capabilities are right");
}
