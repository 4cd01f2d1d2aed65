//! Files beside transactions.

use std::path::Path;

use engine::api::attachments::AttachmentRow;
use engine::files::may_write;
use engine::words::plural;
use serde_json::json;

use crate::Done;
use crate::args::AttachmentCommand;
use crate::fault::{Answer, Fault};
use crate::output::{Output, Table};
use crate::session::{Actor, open_to_read, open_to_write};
use crate::transactions::find;

pub(crate) async fn run(command: &AttachmentCommand, actor: Actor<'_>) -> Answer<Done> {
    match command {
        AttachmentCommand::Add { book, transaction, file } => {
            let engine = open_to_write(book, actor).await?;
            let row = async {
                let found = find(&engine, transaction).await?;
                Ok::<_, Fault>(engine.attachment_add(&found.family.id, file).await?)
            }
            .await;
            engine.close().await;
            let row = row?;
            let text = table(std::slice::from_ref(&row));
            Ok(Output::new(row, text).into())
        }
        AttachmentCommand::List { book, transaction, all } => {
            let engine = open_to_read(book, actor).await?;
            let found = find(&engine, transaction).await;
            engine.close().await;
            let mut rows = found?.attachments;
            rows.retain(|row| *all || row.detached.is_none());
            let text = table(&rows);
            Ok(Output::new(rows, text).into())
        }
        AttachmentCommand::Save { book, id, out } => save(book, id, out, actor).await,
        AttachmentCommand::Detach { book, id, reason } => {
            let engine = open_to_write(book, actor).await?;
            let row = engine.attachment_detach(id, reason).await;
            engine.close().await;
            let row = row?;
            let text = format!("{} was detached. Its content stays in the book: the history names it.", row.name);
            Ok(Output::new(row, text).into())
        }
    }
}

/// Into a folder under its own name, or to a file of another.
async fn save(book: &Path, id: &str, out: &Path, actor: Actor<'_>) -> Answer<Done> {
    let engine = open_to_read(book, actor).await?;
    let saved = async {
        let row = engine.attachment_get(id).await?;
        let path = if out.is_dir() { out.join(&row.name) } else { out.to_owned() };
        Fault::folder_of(&path)?;
        may_write(&path, &[book], false)
            .map_err(|kept| Fault::argument("out", format!("{}: {kept}.", path.display())))?;
        Ok::<_, Fault>((engine.attachment_save(id, &path).await?, path))
    }
    .await;
    engine.close().await;
    let (row, path) = saved?;
    let text = format!("{} written to {}.", plural(row.size, "byte", "bytes"), path.display());
    Ok(Output::new(json!({ "attachment": row, "path": path }), text).into())
}

fn table(rows: &[AttachmentRow]) -> String {
    let mut table = Table::new(&["Id", "Name", "Type", ">Bytes", "Attached", "By", "Detached", "Why"]);
    for row in rows {
        let (off, why) =
            row.detached.as_ref().map_or_else(Default::default, |end| (end.at.clone(), end.reason.clone()));
        table.row(vec![
            row.id.clone(),
            row.name.clone(),
            row.media_type.clone(),
            engine::words::number(row.size),
            row.attached_at.clone(),
            row.attached_by.clone(),
            off,
            why,
        ]);
    }
    table.or("No file is attached.")
}
