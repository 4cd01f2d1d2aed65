//! A mapping made ready for reading rows: which column is what, under which notation.

use std::collections::{HashMap, HashSet};

use jiff::civil::Date;
use ledger::{Amount, AmountError};

use crate::dates::{self, DateError, DateFormat};
use crate::mapping::{ColumnMapping, DirectionWords, Mapping, Role, SignModel};
use crate::model::Format;
use crate::number::{self, DecimalMark, NumberError};
use crate::problem::Field;
use crate::table::{Kind, Row};
use crate::words;

/// Columns by role with every notation decided.
#[derive(Debug, Clone, Default)]
pub(crate) struct Plan {
    pub(crate) date: Option<usize>,
    pub(crate) value_date: Option<usize>,
    pub(crate) amount: Option<usize>,
    pub(crate) debit: Option<usize>,
    pub(crate) credit: Option<usize>,
    pub(crate) direction: Option<usize>,
    pub(crate) balance: Option<usize>,
    pub(crate) currency: Option<usize>,
    /// Where each side names its currency for itself: that of the other side.
    pub(crate) other_currency: Option<usize>,
    pub(crate) account: Option<usize>,
    pub(crate) description: Vec<usize>,
    pub(crate) reference: Option<usize>,
    pub(crate) counterparty: Option<usize>,
    pub(crate) counterparty_account: Option<usize>,
    pub(crate) bank_code: Option<usize>,
    pub(crate) marks: Vec<DecimalMark>,
    pub(crate) formats: Vec<DateFormat>,
    pub(crate) sign: Option<SignModel>,
    /// The amounts have their side beside them, some this and some that one: an amount without any is not read.
    pub(crate) sided: bool,
    /// Only money in is marked in the column of amounts: turned round, a mark keeps its word.
    pub(crate) one_sided: bool,
    pub(crate) words: Words,
    /// A column of fees that are taken off besides the amount.
    pub(crate) fee: Option<usize>,
    /// Fees are printed with a minus, and one without is a fee that came back.
    pub(crate) fee_minus: bool,
    /// The column that says which rows are not booked.
    pub(crate) state: Option<usize>,
}

/// Folded direction words with the side they stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    debit: HashSet<String>,
    credit: HashSet<String>,
}

fn word_key(text: &str) -> String {
    let folded = words::fold(text);
    if folded.is_empty() { text.trim().to_owned() } else { folded }
}

impl Words {
    pub(crate) fn new(words: &DirectionWords) -> Self {
        let set = |list: &[String]| list.iter().map(|word| word_key(word)).collect();
        Self { debit: set(&words.debit), credit: set(&words.credit) }
    }

    /// `Some(true)` for debit.
    pub(crate) fn side(&self, text: &str) -> Option<bool> {
        let key = word_key(text);
        if self.debit.contains(&key) {
            Some(true)
        } else if self.credit.contains(&key) {
            Some(false)
        } else if self.debit.is_empty() && self.credit.is_empty() {
            words::side(text)
        } else {
            // The words of a saved mapping may come from a file that only had one side.
            words::side(text).filter(|&debit| if debit { self.debit.is_empty() } else { self.credit.is_empty() })
        }
    }
}

impl Plan {
    /// Reads the roles of a mapping; notations that it leaves open are filled with the given defaults.
    pub(crate) fn of(mapping: &Mapping) -> Self {
        let first = |role| mapping.columns_with(role).next();
        Self {
            date: first(Role::BookingDate),
            value_date: first(Role::ValueDate),
            amount: first(Role::Amount),
            debit: first(Role::Debit),
            credit: first(Role::Credit),
            direction: first(Role::Direction),
            balance: first(Role::Balance),
            currency: first(Role::Currency),
            other_currency: mapping.columns_with(Role::Currency).nth(1),
            account: first(Role::Account),
            description: mapping.columns_with(Role::Description).collect(),
            reference: first(Role::Reference),
            counterparty: first(Role::Counterparty),
            counterparty_account: first(Role::CounterpartyAccount),
            bank_code: first(Role::BankCode),
            marks: mapping.columns.iter().map(|c| c.decimal_mark.unwrap_or(DecimalMark::Point)).collect(),
            formats: mapping.columns.iter().map(|c| c.date_format.unwrap_or(DateFormat::Ymd)).collect(),
            sign: mapping.sign_model,
            sided: false,
            one_sided: false,
            words: Words::new(&mapping.direction_words),
            fee: first(Role::Fee),
            fee_minus: false,
            state: first(Role::State),
        }
    }

    /// The storable form.
    pub(crate) fn to_mapping(
        &self,
        format: Format,
        header: Vec<String>,
        width: usize,
        words: DirectionWords,
    ) -> Mapping {
        let columns = (0..width)
            .map(|column| {
                let role = self.role_of(column);
                let is_number = matches!(role, Role::Amount | Role::Debit | Role::Credit | Role::Balance | Role::Fee);
                let is_date = matches!(role, Role::BookingDate | Role::ValueDate);
                ColumnMapping {
                    role,
                    decimal_mark: is_number.then(|| self.mark(column)),
                    date_format: is_date.then(|| self.format(column)),
                }
            })
            .collect();
        Mapping {
            format,
            header,
            columns,
            sign_model: self.sign,
            direction_words: words,
            currency: None,
            fees_and_states: true,
        }
    }

    fn role_of(&self, column: usize) -> Role {
        let at = Some(column);
        [
            (self.state, Role::State),
            (self.date, Role::BookingDate),
            (self.value_date, Role::ValueDate),
            (self.amount, Role::Amount),
            (self.debit, Role::Debit),
            (self.credit, Role::Credit),
            (self.direction, Role::Direction),
            (self.balance, Role::Balance),
            (self.currency, Role::Currency),
            (self.other_currency, Role::Currency),
            (self.account, Role::Account),
            (self.reference, Role::Reference),
            (self.counterparty, Role::Counterparty),
            (self.counterparty_account, Role::CounterpartyAccount),
            (self.bank_code, Role::BankCode),
            (self.fee, Role::Fee),
        ]
        .into_iter()
        .find(|(place, _)| *place == at)
        .map_or(if self.description.contains(&column) { Role::Description } else { Role::Ignore }, |(_, role)| role)
    }

    pub(crate) fn mark(&self, column: usize) -> DecimalMark {
        self.marks.get(column).copied().unwrap_or(DecimalMark::Point)
    }

    pub(crate) fn format(&self, column: usize) -> DateFormat {
        self.formats.get(column).copied().unwrap_or(DateFormat::Ymd)
    }

    /// Columns that hold money of the line.
    pub(crate) fn money_columns(&self) -> impl Iterator<Item = usize> {
        [self.amount, self.debit, self.credit].into_iter().flatten()
    }
}

/// What is wrong with one cell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Fault {
    pub(crate) column: Option<usize>,
    pub(crate) field: Field,
    pub(crate) cause: Cause,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cause {
    Missing,
    Number(NumberError),
    /// More decimals than the currency has.
    Decimals {
        given: usize,
        allowed: u8,
    },
    Date(DateError),
    /// A day that no bank can have booked on yet.
    Ahead(Date),
    DebitAndCredit,
    Direction,
    /// A word that is no currency.
    UnknownCurrency,
    /// What is printed here is no amount of the row's currency.
    OtherCurrency {
        printed: String,
        row: String,
    },
    /// A spreadsheet error value.
    Cell,
    /// A number with more digits than a workbook stores.
    Inexact,
    /// A correction that is itself no number or date.
    Repair,
}

/// Corrections by line and column, both from 1.
pub(crate) type Repairs<'a> = HashMap<(u32, u32), &'a str>;

/// A cell as money.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Money {
    pub(crate) amount: Amount,
    pub(crate) currency: Option<String>,
    /// The stored double carried dust beyond the currency's decimals.
    pub(crate) dusted: bool,
}

/// Reads cells of rows under a plan.
pub(crate) struct RowReader<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) repairs: &'a Repairs<'a>,
}

impl RowReader<'_> {
    fn repair(&self, row: &Row, column: usize) -> Option<&str> {
        if self.repairs.is_empty() {
            return None;
        }
        let column = u32::try_from(column + 1).ok()?;
        self.repairs.get(&(row.line, column)).copied()
    }

    pub(crate) fn text<'r>(&'r self, row: &'r Row, column: usize) -> &'r str {
        self.repair(row, column).map_or_else(|| row.cell(column), crate::table::trim)
    }

    /// Reads a money cell. Blank cells and lone dashes are [`NumberError::Blank`].
    pub(crate) fn money(&self, row: &Row, column: usize, field: Field, exponent: u8) -> Result<Money, Fault> {
        let fault = |cause| Fault { column: Some(column), field, cause };
        if let Some(value) = self.repair(row, column) {
            if value.trim().is_empty() {
                return Err(fault(Cause::Number(NumberError::Blank)));
            }
            let amount = Amount::parse_decimal(value, exponent).map_err(|error| match error {
                AmountError::Decimals { given, allowed } => fault(Cause::Decimals { given, allowed }),
                _ => fault(Cause::Repair),
            })?;
            return Ok(Money { amount, currency: None, dusted: false });
        }
        let text = row.cell(column);
        match row.kind(column) {
            Kind::Error => return Err(fault(Cause::Cell)),
            Kind::Date => return Err(fault(Cause::Number(NumberError::Character('-')))),
            Kind::Number => return stored_number(text, exponent).map_err(fault),
            Kind::Text => {}
        }
        if is_dash(text) {
            return Err(fault(Cause::Number(NumberError::Blank)));
        }
        let number = number::parse(text, self.plan.mark(column)).map_err(|error| fault(Cause::Number(error)))?;
        let amount = plain_amount(&number.plain, exponent).map_err(fault)?;
        Ok(Money { amount, currency: number.currency, dusted: false })
    }

    /// The signed amount of a row.
    pub(crate) fn amount(&self, row: &Row, exponent: u8) -> Result<Money, Fault> {
        let mut money = match self.plan.sign {
            Some(SignModel::DebitCredit | SignModel::DebitCreditSigned | SignModel::DebitCreditMinus) => {
                self.two_columns(row, exponent)?
            }
            _ => self.one_column(row, exponent)?,
        };
        if let Some(fee) = self.plan.fee {
            money.amount = &money.amount - &self.fee(row, fee, exponent)?;
        }
        Ok(money)
    }

    fn one_column(&self, row: &Row, exponent: u8) -> Result<Money, Fault> {
        let column = self.plan.amount;
        let missing = Fault { column, field: Field::Amount, cause: Cause::Missing };
        let Some(column) = column else {
            return Err(missing);
        };
        let mut money = self.money(row, column, Field::Amount, exponent).map_err(|fault| match fault.cause {
            Cause::Number(NumberError::Blank) => missing,
            _ => fault,
        })?;
        if self.plan.sided && self.is_sideless(row, column) && !money.amount.is_zero() {
            let cause = Cause::Number(NumberError::Sideless);
            return Err(Fault { column: Some(column), field: Field::Amount, cause });
        }
        let negate = match self.plan.sign {
            Some(SignModel::Inverse) => !self.plan.one_sided || self.is_sideless(row, column),
            Some(SignModel::Directed) => self.is_debit(row)?,
            _ => false,
        };
        if negate {
            money.amount = -&money.amount;
        }
        Ok(money)
    }

    /// No sign and no side, where neither a correction nor a column of directions says which way it runs.
    fn is_sideless(&self, row: &Row, column: usize) -> bool {
        let told = self.plan.sign == Some(SignModel::Directed) || self.repair(row, column).is_some();
        !told && !number::shape(row.cell(column)).marked
    }

    /// The money of a cell that may be blank.
    fn money_or_blank(&self, row: &Row, column: usize, field: Field, exponent: u8) -> Result<Option<Money>, Fault> {
        match self.money(row, column, field, exponent) {
            Err(Fault { cause: Cause::Number(NumberError::Blank), .. }) => Ok(None),
            read => read.map(Some),
        }
    }

    /// What a fee takes off; a blank is none.
    fn fee(&self, row: &Row, column: usize, exponent: u8) -> Result<Amount, Fault> {
        let fee = self.money_or_blank(row, column, Field::Amount, exponent)?.map_or(Amount::ZERO, |money| money.amount);
        Ok(if self.plan.fee_minus { -&fee } else { fee })
    }

    fn is_debit(&self, row: &Row) -> Result<bool, Fault> {
        let fault = || Fault { column: self.plan.direction, field: Field::Direction, cause: Cause::Direction };
        let column = self.plan.direction.ok_or_else(fault)?;
        self.plan.words.side(self.text(row, column)).ok_or_else(fault)
    }

    fn two_columns(&self, row: &Row, exponent: u8) -> Result<Money, Fault> {
        let read = |column: Option<usize>, field| {
            column.map_or(Ok(None), |column| self.money_or_blank(row, column, field, exponent))
        };
        let debit = read(self.plan.debit, Field::Debit)?;
        let mut credit = read(self.plan.credit, Field::Credit)?;
        if let Some(money) = credit.as_mut().filter(|_| self.plan.sign == Some(SignModel::DebitCreditMinus)) {
            money.amount = money.amount.abs();
        }
        let signed = self.plan.sign == Some(SignModel::DebitCreditSigned);
        let out = |money: Money| Money { amount: if signed { money.amount } else { -&money.amount }, ..money };
        match (debit, credit) {
            (None, None) => {
                Err(Fault { column: self.plan.debit.or(self.plan.credit), field: Field::Amount, cause: Cause::Missing })
            }
            (Some(debit), None) => Ok(out(debit)),
            (None, Some(credit)) => Ok(credit),
            (Some(debit), Some(credit)) if credit.amount.is_zero() => Ok(out(debit)),
            (Some(debit), Some(credit)) if debit.amount.is_zero() => Ok(credit),
            (Some(_), Some(_)) => {
                Err(Fault { column: self.plan.debit, field: Field::Amount, cause: Cause::DebitAndCredit })
            }
        }
    }

    /// The balance printed in a row; none when the cell is blank.
    pub(crate) fn balance(&self, row: &Row, exponent: u8) -> Result<Option<Money>, Fault> {
        self.plan.balance.map_or(Ok(None), |column| self.money_or_blank(row, column, Field::Balance, exponent))
    }

    /// A date cell; [`DateError::Blank`] when it is blank.
    pub(crate) fn date(&self, row: &Row, column: usize, field: Field) -> Result<Date, Fault> {
        let fault = |cause| Fault { column: Some(column), field, cause };
        if let Some(value) = self.repair(row, column) {
            return value.trim().parse().map_err(|_| fault(Cause::Repair));
        }
        let text = row.cell(column);
        let format = match row.kind(column) {
            Kind::Error => return Err(fault(Cause::Cell)),
            Kind::Date => DateFormat::Ymd,
            _ => self.plan.format(column),
        };
        dates::parse(text, format).map_err(|error| fault(Cause::Date(error)))
    }
}

impl RowReader<'_> {
    /// What a cell says by itself, whatever is wrong beside it: an ISO day or minor units.
    pub(crate) fn alone(&self, row: &Row, column: usize, exponent: u8) -> Option<String> {
        let money = |field| self.money(row, column, field, exponent).ok().map(|money| money.amount);
        match self.plan.role_of(column) {
            Role::BookingDate => self.date(row, column, Field::BookingDate).ok().map(|day| day.to_string()),
            Role::ValueDate => self.date(row, column, Field::ValueDate).ok().map(|day| day.to_string()),
            Role::Amount => self.amount(row, exponent).ok().map(|money| money.amount.to_string()),
            Role::Debit => money(Field::Debit).map(|amount| amount.abs().to_string()),
            Role::Credit => money(Field::Credit).map(|amount| amount.to_string()),
            Role::Balance => money(Field::Balance).map(|amount| amount.to_string()),
            Role::Fee => money(Field::Amount).map(|amount| amount.to_string()),
            _ => None,
        }
    }
}

/// A cell that says "nothing" with a dash.
pub(crate) fn is_dash(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| matches!(c, '-' | '\u{2013}' | '\u{2014}' | '\u{2212}'))
}

fn plain_amount(plain: &str, exponent: u8) -> Result<Amount, Cause> {
    Amount::parse_decimal(plain, exponent).map_err(|error| match error {
        AmountError::Decimals { given, allowed } => Cause::Decimals { given, allowed },
        AmountError::Long => Cause::Number(NumberError::Long),
        _ => Cause::Number(NumberError::NoDigits),
    })
}

/// A number as a workbook stores it. Doubles that are the sum of decimals carry dust in the 16th or 17th digit; only
/// such dust is dropped, never a digit that a person could have typed.
fn stored_number(text: &str, exponent: u8) -> Result<Money, Cause> {
    match plain_amount(text, exponent) {
        // Beyond that the neighbours of a double lie further apart than a cent.
        Ok(_) if crate::workbook::digits(text) > crate::workbook::EXACT_DIGITS => Err(Cause::Inexact),
        Ok(amount) => Ok(Money { amount, currency: None, dusted: false }),
        Err(cause @ Cause::Decimals { .. }) => {
            let clean = crate::workbook::fifteen_digits(text).ok_or_else(|| cause.clone())?;
            let amount = plain_amount(&clean, exponent).map_err(|_| cause)?;
            Ok(Money { amount, currency: None, dusted: true })
        }
        Err(cause) => Err(cause),
    }
}
