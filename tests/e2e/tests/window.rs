//! The window itself: it opens, takes a size, draws and closes.

use e2e::{Size, Theme, scenario};

#[test]
fn window_opens_with_its_title() {
    scenario("window_opens_with_its_title", async |desk| {
        let app = desk.start(&[]).await?;
        assert_eq!(app.title().await?, "Tieout");
        assert_eq!(app.size().await?, Size::DEFAULT);
        // A title comes with the bare page; only a running interface shows its main part.
        app.get("main").await?;
        assert_eq!(app.page_errors().await?, Vec::<String>::new());
        Ok(())
    });
}

#[test]
fn window_takes_sizes_without_a_window_manager() {
    scenario("window_takes_sizes_without_a_window_manager", async |desk| {
        let app = desk.start(&[]).await?;
        for size in [Size { width: 1000, height: 700 }, Size::MINIMUM, Size::DEFAULT] {
            app.resize(size).await?;
        }
        let file = desk.artifacts().join("page-dark.png");
        app.screenshot(desk.artifacts(), "page", Theme::Dark, Size::DEFAULT).await?;
        assert_eq!(png_size(&std::fs::read(file)?), Some(Size::DEFAULT));
        Ok(())
    });
}

#[test]
fn window_comes_back_after_a_restart_and_after_a_kill() {
    scenario("window_comes_back_after_a_restart_and_after_a_kill", async |desk| {
        desk.start(&[]).await?;
        let app = desk.restart().await?;
        assert_eq!(app.title().await?, "Tieout");
        desk.kill().await?;
        let app = desk.start(&[]).await?;
        assert_eq!(app.title().await?, "Tieout");
        Ok(())
    });
}

/// Width and height from the header of a PNG file: two big-endian numbers from byte 16 on.
fn png_size(bytes: &[u8]) -> Option<Size> {
    let number = |at: usize| Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?));
    Some(Size { width: number(16)?, height: number(20)? })
}
