//! Statements as the two banks write them: text for the euro account, a workbook for pounds.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};

use crate::SampleError;
use crate::company::{GBP, HOLDER, MAIN, account_of};
use crate::model::{Plan, Statement};
use crate::story::OPEN_MONTH;

/// Decimals of a currency of the sample.
pub(crate) fn decimals(currency: &str) -> u32 {
    match currency {
        "JPY" => 0,
        "KWD" => 3,
        _ => 2,
    }
}

/// Writes the statements that are not imported yet.
pub(crate) fn write_open(plan: &Plan, folder: &Path) -> Result<Vec<PathBuf>, SampleError> {
    let mut written = Vec::new();
    for (account, ending) in [(MAIN, "csv"), (GBP, "xlsx")] {
        let statement = plan.statement(account, OPEN_MONTH).ok_or(SampleError::Calendar(plan.today))?;
        let path = folder.join(file_name(&statement, ending));
        let fault = |reason: String| SampleError::File { path: path.display().to_string(), reason };
        let bytes = if ending == "csv" {
            csv(&statement)
        } else {
            xlsx(&statement).map_err(|error| fault(error.to_string()))?
        };
        std::fs::write(&path, bytes).map_err(|error| fault(error.to_string()))?;
        written.push(path);
    }
    Ok(written)
}

pub(crate) fn file_name(statement: &Statement, ending: &str) -> String {
    format!("{} {}.{ending}", statement.account, statement.from.strftime("%Y-%m"))
}

/// `1.234,56`, without a sign.
fn comma(amount: i64, decimals: u32) -> String {
    let digits = amount.unsigned_abs().to_string();
    let places = usize::try_from(decimals).unwrap_or(0);
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded.split_at(padded.len() - places);
    let mut text = if amount < 0 { "-".to_owned() } else { String::new() };
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push('.');
        }
        text.push(digit);
    }
    if places > 0 {
        text.push(',');
        text.push_str(fraction);
    }
    text
}

fn day(date: Date) -> String {
    date.strftime("%d/%m/%Y").to_string()
}

/// Semicolons, Windows-1252, days before months, commas for decimals, two amount columns and a running balance.
pub(crate) fn csv(statement: &Statement) -> Vec<u8> {
    let money = |amount| comma(amount, statement.decimals);
    let currency = statement.currency;
    let mut rows = vec![
        "Corrib Bank – Statement of account".to_owned(),
        format!("Account holder;{HOLDER}"),
        format!("IBAN;{}", account_of(statement.account)),
        format!("Currency;{currency}"),
        format!("Period;{} – {}", day(statement.from), day(statement.to)),
        format!("Opening balance;{}", money(statement.opening)),
        String::new(),
        "Posting date;Value date;Details;Reference;Debit;Credit;Balance".to_owned(),
    ];
    let mut balance = statement.opening;
    for line in &statement.lines {
        balance += line.amount;
        let (debit, credit) =
            if line.amount < 0 { (money(-line.amount), String::new()) } else { (String::new(), money(line.amount)) };
        rows.push(format!(
            "{};{};{};{};{debit};{credit};{}",
            day(line.booked),
            day(line.value),
            line.text,
            line.reference,
            money(balance)
        ));
    }
    rows.push(String::new());
    rows.push(format!("Closing balance;{}", money(statement.closing())));
    let text = rows.join("\r\n") + "\r\n";
    encoding_rs::WINDOWS_1252.encode(&text).0.into_owned()
}

/// A workbook with real dates and numbers, as the pound bank exports it.
pub(crate) fn xlsx(statement: &Statement) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The file carries the day of the statement, not of its making: the same sample is the same file.
    book.set_properties(
        &DocProperties::new().set_author("Avonmouth Bank").set_creation_datetime(&excel(statement.to)?),
    );
    let sheet = book.add_worksheet();
    sheet.set_name("Transactions")?;
    let bold = Format::new().set_bold();
    let dates = Format::new().set_num_format("dd mmm yyyy");
    let sums = Format::new().set_num_format("#,##0.00");
    for (row, (label, value)) in [
        ("Avonmouth Bank", String::new()),
        ("Account name", HOLDER.to_owned()),
        ("IBAN", account_of(statement.account).to_owned()),
        ("Currency", statement.currency.to_owned()),
        ("Statement period", format!("{} – {}", day(statement.from), day(statement.to))),
    ]
    .into_iter()
    .enumerate()
    {
        let row = u32::try_from(row).unwrap_or(0);
        sheet.write_with_format(row, 0, label, &bold)?;
        sheet.write(row, 1, value)?;
    }
    sheet.write(5, 0, "Opening balance")?;
    sheet.write_with_format(5, 1, number(statement.opening, statement.decimals), &sums)?;
    for (column, name) in (0_u16..).zip(["Date", "Description", "Reference", "Paid out", "Paid in", "Balance"]) {
        sheet.write_with_format(7, column, name, &bold)?;
    }
    let mut balance = statement.opening;
    let mut row = 8;
    for line in &statement.lines {
        balance += line.amount;
        sheet.write_with_format(row, 0, &excel(line.booked)?, &dates)?;
        sheet.write(row, 1, line.text.as_str())?;
        sheet.write(row, 2, line.reference.as_str())?;
        let column = if line.amount < 0 { 3 } else { 4 };
        sheet.write_with_format(row, column, number(line.amount.abs(), statement.decimals), &sums)?;
        sheet.write_with_format(row, 5, number(balance, statement.decimals), &sums)?;
        row += 1;
    }
    sheet.write(row + 1, 0, "Closing balance")?;
    sheet.write_with_format(row + 1, 1, number(statement.closing(), statement.decimals), &sums)?;
    sheet.set_column_width(0, 18)?.set_column_width(1, 42)?.set_column_width(2, 18)?;
    book.save_to_buffer()
}

fn excel(date: Date) -> Result<ExcelDateTime, XlsxError> {
    let part = |value: i8| u8::try_from(value).unwrap_or(1);
    ExcelDateTime::from_ymd(u16::try_from(date.year()).unwrap_or(1900), part(date.month()), part(date.day()))
}

/// A workbook holds numbers as floats. Read from the decimal text, it is the float that prints as this amount.
fn number(amount: i64, decimals: u32) -> f64 {
    comma(amount, decimals).replace('.', "").replace(',', ".").parse().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_with_points_and_commas() {
        assert_eq!(comma(123_456_789, 2), "1.234.567,89");
        assert_eq!(comma(-5, 2), "-0,05");
        assert_eq!(comma(1_500, 0), "1.500");
        assert_eq!(comma(12, 3), "0,012");
    }
}
