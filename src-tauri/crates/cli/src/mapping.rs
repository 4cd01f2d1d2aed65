//! What overrules detection, as the reader and the engine take it.

use engine::api::imports::ImportOptions;
use ledger::Currency;
use serde::de::DeserializeOwned;
use serde_json::Value;
use statements::{Mapping, ReadOptions, Role};

use crate::args::MappingArgs;
use crate::fault::{Answer, Fault};

/// The choices for an import, over those of a saved mapping.
pub(crate) fn import_options(args: &MappingArgs, base: ImportOptions) -> ImportOptions {
    ImportOptions {
        encoding: args.encoding.clone().or(base.encoding),
        delimiter: args.delimiter.map(String::from).or(base.delimiter),
        sheet: args.sheet.clone().or(base.sheet),
        header_line: args.header_line.or(base.header_line),
        date_format: args.date_format.clone().or(base.date_format),
        decimal_mark: args.decimal_mark.clone().or(base.decimal_mark),
        sign_model: args.sign_model.clone().or(base.sign_model),
        columns: args.columns.clone().or(base.columns),
        currency: args.currency.clone().or(base.currency),
        ..base
    }
}

/// The choices for reading a file without a book.
pub(crate) fn read_options(args: &MappingArgs, bytes: &[u8], name: &str) -> Answer<ReadOptions> {
    let currency = match &args.currency {
        Some(code) => Some(
            Currency::iso(code)
                .ok_or_else(|| Fault::argument("file-currency", format!("“{code}” is not an ISO 4217 currency.")))?,
        ),
        None => None,
    };
    let mut options = ReadOptions {
        encoding: args.encoding.clone(),
        delimiter: args.delimiter,
        sheet: args.sheet.clone(),
        header_row: args.header_line,
        currency_hint: currency,
        today: Some(jiff::Zoned::now().date()),
        date_format: word("date-format", args.date_format.as_deref())?,
        decimal_mark: word("decimal-mark", args.decimal_mark.as_deref())?,
        sign_model: word("sign-model", args.sign_model.as_deref())?,
        ..ReadOptions::default()
    };
    if let Some(roles) = &args.columns {
        options.mapping = Some(with_roles(roles, bytes, name, &options)?);
    }
    Ok(options)
}

/// The detected mapping with other roles; a column whose role changed is read by its own evidence again.
fn with_roles(roles: &[String], bytes: &[u8], name: &str, options: &ReadOptions) -> Answer<Mapping> {
    let mut mapping = statements::inspect(bytes, name, options)
        .detection
        .mapping
        .ok_or_else(|| Fault::argument("columns", "There is no table in this file."))?;
    if roles.len() != mapping.columns.len() {
        return Err(Fault::argument(
            "columns",
            format!("The table has {} columns, not {}.", mapping.columns.len(), roles.len()),
        ));
    }
    for (column, text) in mapping.columns.iter_mut().zip(roles) {
        let role: Role = word("columns", Some(text))?.unwrap_or(Role::Ignore);
        if role != column.role {
            column.role = role;
            column.decimal_mark = None;
            column.date_format = None;
            mapping.sign_model = None;
        }
    }
    Ok(mapping)
}

/// A word of the command line as the variant it names.
fn word<T: DeserializeOwned>(field: &str, text: Option<&str>) -> Answer<Option<T>> {
    text.map(|text| {
        serde_json::from_value(Value::String(text.to_owned()))
            .map_err(|_| Fault::argument(field, format!("“{text}” is no choice for --{field}.")))
    })
    .transpose()
}
