//! Columns that are not money: dates, texts, accounts, codes. Content first, names where content leaves it open.

use crate::columns::Column;
use crate::plan::Plan;
use crate::words::Hint;

/// Date columns: what is booked, and what counts for interest.
pub(crate) fn dates(columns: &[Column], rows: usize, plan: &mut Plan) {
    let is_date = |c: &Column| c.is_date() || c.is_serial_date();
    let candidates: Vec<usize> = (0..columns.len()).filter(|&c| is_date(&columns[c])).collect();
    let rank = |c: usize| match columns[c].hint {
        Some((Hint::BookingDate, _)) => 0,
        Some((Hint::Date, _)) => 1,
        Some((Hint::ValueDate, _)) => 3,
        _ => 2,
    };
    let full = |c: usize| columns[c].filled * 2 >= rows;
    plan.date = candidates.iter().copied().min_by_key(|&c| (!full(c), rank(c), c));
    let rest = || candidates.iter().copied().filter(|c| Some(*c) != plan.date);
    plan.value_date = rest().find(|&c| columns[c].hinted(Hint::ValueDate)).or_else(|| {
        // Without names the second full date column is the value date; a named transaction date is not.
        rest().find(|&c| columns[c].hint.is_none() && columns[c].header.is_empty() && full(c))
    });
    if plan.date.is_none() {
        // A body without rows still has named columns.
        plan.date = [Hint::BookingDate, Hint::Date, Hint::ValueDate]
            .into_iter()
            .find_map(|hint| (0..columns.len()).find(|&c| columns[c].filled == 0 && columns[c].hinted(hint)));
    }
}

/// Account and currency of each row, and the direction column.
pub(crate) fn keys(columns: &[Column], rows: usize, plan: &mut Plan) -> Option<usize> {
    let constant = |c: &Column| !c.many && c.distinct.len() == 1;
    let named = |c: usize| {
        columns[c].hinted(Hint::Currency) && columns[c].isos * 2 >= columns[c].filled && columns[c].filled > 0
    };
    // Of the currency of a purchase and that of the account, the account's is what moved it.
    plan.currency = (0..columns.len())
        .filter(|&c| named(c))
        .min_by_key(|&c| !of_the_account(&columns[c].header))
        .or_else(|| (0..columns.len()).find(|&c| columns[c].is_currency() && !columns[c].hinted(Hint::Other)));
    plan.other_currency = plan.currency.and_then(|first| {
        let apart = |c: usize| c != first && columns[first].filled + columns[c].filled <= rows;
        (0..columns.len()).find(|&c| named(c) && apart(c))
    });
    let numbered = |c: &Column| {
        c.filled > 0 && (c.ibans * 10 >= c.filled * 9 || (c.mean_length() >= 4 && !c.many && c.distinct.len() <= 20))
    };
    // A column named like an account whose values differ in nearly every row names the other side. A bare "IBAN" may
    // name either: with several of them it is ours only where another column has the other side's, or where balances
    // run through the rows.
    let tells = |c: &Column| c.hinted(Hint::CounterpartyAccount) && !constant(c) || c.hinted(Hint::Balance);
    let others = columns.iter().any(|c| c.filled > 0 && tells(c));
    let bare = |c: &Column| matches!(crate::words::fold(&c.header).as_str(), "iban" | "bank account");
    let several = |c: &Column| c.filled >= 4 && c.distinct.len() * 2 <= c.filled && !c.many && (others || !bare(c));
    // Our own account stands in every row; where rows have none, a name that says neither names those who have one.
    let full = |c: &Column| c.filled * 10 >= rows * 9;
    let own = |c: &Column| numbered(c) && (full(c) || !bare(c)) && (constant(c) || several(c));
    plan.account = (0..columns.len())
        .filter(|&c| {
            columns[c].hinted(Hint::Account)
                && numbered(&columns[c])
                && !columns[c].is_date()
                && !columns[c].looks_like_money()
        })
        // A few rows prove nothing, but several numbers in them are the other sides, not several accounts of ours.
        .find(|&c| own(&columns[c]))
        .or_else(|| {
            (0..columns.len()).find(|&c| {
                columns[c].hint.is_none()
                    && columns[c].ibans == columns[c].filled
                    && columns[c].filled > 1
                    && full(&columns[c])
                    && constant(&columns[c])
            })
        });
    direction(columns, rows)
}

/// A heading that says that its column is in the currency of the account.
pub(super) fn of_the_account(header: &str) -> bool {
    const WORDS: &[&str] = &["account", "konto", "kontowahrung", "compte", "cuenta", "conto", "rachunku", "счета"];
    crate::words::has_word(header, WORDS)
}

/// Only one side is ever named, in some rows: a CR beside what came in.
pub(super) fn marks_one_side(column: &Column, rows: usize) -> bool {
    let marks = |word: &String| ["CR", "DR"].iter().any(|mark| word.eq_ignore_ascii_case(mark));
    column.filled > 0 && column.filled < rows && column.distinct.len() == 1 && column.distinct.keys().all(marks)
}

fn direction(columns: &[Column], rows: usize) -> Option<usize> {
    let both = |c: &Column| c.debit_words > 0 && c.credit_words > 0;
    (0..columns.len())
        // Under such a name a few other words are rows that are neither, and are listed.
        .find(|&c| columns[c].hinted(Hint::Direction) && columns[c].is_mostly_direction())
        .or_else(|| {
            (0..columns.len()).find(|&c| columns[c].is_direction() && both(&columns[c]) && !columns[c].is_number())
        })
        .or_else(|| (0..columns.len()).find(|&c| columns[c].is_direction() && columns[c].hinted(Hint::BankCode)))
        .or_else(|| (0..columns.len()).find(|&c| columns[c].hint.is_none() && marks_one_side(&columns[c], rows)))
}

/// Texts: description, references, counterparty.
pub(crate) fn texts(columns: &[Column], plan: &mut Plan, taken: &[usize]) {
    let free = |c: usize| !taken.contains(&c);
    let texts = |c: usize| columns[c].lettered > 0 && !columns[c].is_number() && !columns[c].is_date();
    let named =
        |hint: Hint| (0..columns.len()).filter(move |&c| free(c) && columns[c].hinted(hint) && columns[c].filled > 0);
    plan.counterparty = named(Hint::Counterparty).find(|&c| texts(c));
    plan.reference = named(Hint::Reference).max_by_key(|&c| (columns[c].filled, std::cmp::Reverse(c)));
    plan.bank_code = named(Hint::BankCode).next();
    // One number in every row is hardly the other side's.
    let varied = |c: &usize| columns[*c].many || columns[*c].distinct.len() > 1;
    let accounts = || named(Hint::CounterpartyAccount).chain(named(Hint::Account).filter(|&c| Some(c) != plan.account));
    plan.counterparty_account = accounts().find(varied).or_else(|| accounts().next()).or_else(|| {
        (0..columns.len()).find(|&c| {
            free(c) && columns[c].hint.is_none() && columns[c].ibans * 2 > columns[c].filled && columns[c].filled > 0
        })
    });
    let used = |plan: &Plan, c: usize| {
        [plan.counterparty, plan.reference, plan.bank_code, plan.counterparty_account].contains(&Some(c))
    };
    plan.description = named(Hint::Description).filter(|&c| !used(plan, c)).collect();
    if plan.description.is_empty() {
        // No name says so: the columns with the longest texts.
        let mut open: Vec<usize> = (0..columns.len())
            .filter(|&c| {
                free(c)
                    && texts(c)
                    && columns[c].hint.is_none()
                    && !used(plan, c)
                    && columns[c].isos < columns[c].filled
                    && columns[c].mean_length() >= 4
            })
            .collect();
        open.sort_by_key(|&c| std::cmp::Reverse(columns[c].mean_length()));
        open.truncate(3);
        open.sort_unstable();
        plan.description = open;
    }
    if plan.description.is_empty() {
        // The counterparty or the code is all the text there is.
        let fallback = plan
            .counterparty
            .or(plan.bank_code)
            .or_else(|| (0..columns.len()).find(|&c| free(c) && texts(c) && !used(plan, c)));
        if let Some(column) = fallback {
            plan.description = vec![column];
            plan.counterparty = plan.counterparty.filter(|&c| c != column);
            plan.bank_code = plan.bank_code.filter(|&c| c != column);
        }
    }
}
