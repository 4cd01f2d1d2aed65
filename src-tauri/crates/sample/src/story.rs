//! Three months and the current one, as a plan. Every figure comes from here.

mod euro;
mod foreign;

use jiff::civil::{Date, DateTime};

use crate::calendar::{month, on_or_after, plus, plus_business};
use crate::company::{GBP, JPY, KWD, MAIN, RESERVE, USD, Who};
use crate::model::{Act, BankLine, Plan, Posting, Timed};
use crate::rng::Rng;

/// Month, counted from the start, whose statements are written as files and not imported.
pub(crate) const OPEN_MONTH: i64 = 2;

/// Always the same company.
const SEED: u64 = 0x00B2_AC4A_7E21;

const OPENINGS: [(&str, &str, i64); 6] = [
    (MAIN, "EUR", 287_412_66),
    (RESERVE, "EUR", 350_000_00),
    (GBP, "GBP", 74_318_40),
    (USD, "USD", 96_204_15),
    (JPY, "JPY", 14_872_300),
    (KWD, "KWD", 31_640_250),
];

/// The plan while it is written.
pub(crate) struct Story {
    pub(crate) rng: Rng,
    pub(crate) today: Date,
    pub(crate) start: Date,
    pub(crate) acts: Vec<Timed>,
    pub(crate) lines: Vec<BankLine>,
    invoices: u32,
    bills: u32,
    payments: u32,
    expenses: u32,
    /// VAT owed for each month.
    vat: [i64; 4],
}

/// The plan that ends on `today`; `None` at the edge of the calendar.
pub(crate) fn plan(today: Date) -> Option<Plan> {
    if !(100..9900).contains(&today.year()) {
        return None;
    }
    let mut story = Story {
        rng: Rng::new(SEED),
        today,
        start: month(today, -3),
        acts: Vec::new(),
        lines: Vec::new(),
        invoices: 20_010,
        bills: 4_410,
        payments: 7_300,
        expenses: 36_100,
        vat: [0; 4],
    };
    story.openings();
    story.euro();
    story.foreign();
    story.specials();
    story.holds();
    story.acts.sort_by_key(|timed| timed.at);
    Some(Plan { today, start: story.start, acts: story.acts, lines: story.lines, openings: OPENINGS.to_vec() })
}

/// Whole currency units as minor units of a currency with two decimals.
pub(crate) const fn units(amount: i64) -> i64 {
    amount * 100
}

impl Story {
    fn openings(&mut self) {
        let day = plus(self.start, -1);
        for (name, currency, amount) in OPENINGS {
            let reference = format!("OPEN-{}", name.replace(' ', "-").to_uppercase());
            self.post(day, Who::Controller, posting(&reference, amount, currency, "@opening", name, "Opening balance"));
        }
    }

    /// The first day of a month counted from the start.
    pub(crate) fn month(&self, number: i64) -> Date {
        month(self.start, number)
    }

    /// A random minute of a working day. Today's work was done early, so that it lies behind whoever looks.
    pub(crate) fn moment(&mut self, day: Date) -> DateTime {
        let minute = if day == self.today {
            self.rng.between(6 * 60, 6 * 60 + 25)
        } else {
            self.rng.between(8 * 60 + 30, 17 * 60 + 20)
        };
        day.at(i8::try_from(minute / 60).unwrap_or(9), i8::try_from(minute % 60).unwrap_or(0), 0, 0)
    }

    /// Adds a posting for `day`, unless that lies ahead.
    pub(crate) fn post(&mut self, day: Date, who: Who, mut posting: Posting) {
        if day <= self.today {
            let at = self.moment(day);
            posting.date = day;
            self.acts.push(Timed { at, who, act: Act::Post(posting) });
        }
    }

    /// Adds a line that the bank books on `day` or, at a weekend, after it.
    pub(crate) fn line(
        &mut self,
        account: &'static str,
        day: Date,
        text: String,
        reference: String,
        amount: i64,
        entries: Vec<String>,
    ) -> Date {
        let booked = on_or_after(day);
        let value = if amount > 0 && self.rng.chance(12) { plus_business(booked, 1) } else { booked };
        let order = self.rng.next();
        self.lines.push(BankLine { account, booked, value, text, reference, amount, entries, order });
        booked
    }

    /// Working days that a payment takes to reach the account.
    pub(crate) fn lag(&mut self) -> i64 {
        match self.rng.between(1, 10) {
            1..=6 => 0,
            7..=9 => 1,
            _ => 2,
        }
    }

    pub(crate) fn next_invoice(&mut self) -> String {
        self.invoices += 1;
        format!("INV-{}", self.invoices)
    }

    pub(crate) fn next_bill(&mut self) -> String {
        self.bills += 1;
        format!("BILL-{}", self.bills)
    }

    pub(crate) fn next_payment(&mut self) -> String {
        self.payments += 1;
        format!("PAY-{}", self.payments)
    }

    pub(crate) fn next_expense(&mut self) -> String {
        self.expenses += 1;
        format!("EXP-{}", self.expenses)
    }

    /// A customer pays a document: the entry, and the line of the bank.
    pub(crate) fn receipt(
        &mut self,
        day: Date,
        bank: &'static str,
        currency: &'static str,
        customer: &'static str,
        document: &str,
        amount: i64,
    ) {
        let day = on_or_after(day);
        let reference = format!("{document}-P");
        self.post(
            day,
            Who::Sales,
            posting(&reference, amount, currency, customer, bank, &format!("Receipt for {document}")),
        );
        let booked = plus_business(day, self.lag());
        let (text, field) = self.incoming_text(currency, customer, document);
        self.line(bank, booked, text, field, amount, vec![reference]);
    }

    /// What the bank prints of a receipt, and what it puts in the reference column.
    fn incoming_text(&mut self, currency: &str, customer: &str, document: &str) -> (String, String) {
        let prefix = match currency {
            "EUR" => *self.rng.pick(&["SEPA CR", "SEPA CR", "SEPA INST CR", "TRF FROM"]),
            "GBP" => *self.rng.pick(&["FPI", "FPI", "BGC"]),
            _ => "TT CREDIT",
        };
        let name = customer.to_uppercase();
        let short: String = name.chars().take(14).collect();
        let digits = document.trim_start_matches(|c: char| !c.is_ascii_digit());
        let joined = document.replace('-', "");
        let (text, field) = match self.rng.between(0, 9) {
            0..=3 => (format!("{prefix} {name} {joined}"), String::new()),
            4..=5 => (format!("{prefix} {name}"), document.to_owned()),
            6 => (format!("{prefix} {short} {digits}"), String::new()),
            7 => (format!("{prefix} {short} INV {digits}"), "NOTPROVIDED".to_owned()),
            8 => (format!("{prefix} {name} RE {document}"), String::new()),
            _ => (format!("{prefix} {name}"), String::new()),
        };
        (cut(&text, 42), field)
    }

    /// We pay a supplier. Larger sums are held first and committed by the controller the day after.
    #[expect(clippy::too_many_arguments, reason = "a payment of the story reads like a line of a cash book")]
    pub(crate) fn payment(
        &mut self,
        day: Date,
        bank: &'static str,
        currency: &'static str,
        supplier: &'static str,
        bill: &str,
        amount: i64,
        large: i64,
    ) {
        let day = on_or_after(day);
        if day > self.today {
            return;
        }
        let reference = self.next_payment();
        let mut pay = posting(&reference, amount, currency, bank, supplier, &format!("Pays {bill}"));
        let entry = if amount >= large && plus(day, 2) < self.today {
            pay.date = day;
            let held = self.moment(day);
            let committed = self.moment(plus_business(day, 1));
            self.acts.push(Timed { at: held, who: Who::Payables, act: Act::Hold(pay, plus(day, 7).at(17, 0, 0, 0)) });
            self.acts.push(Timed {
                at: committed,
                who: Who::Controller,
                act: Act::Commit { reference: reference.clone(), amount: None, void_rest: false },
            });
            format!("{reference}-C1")
        } else {
            self.post(day, Who::Payables, pay);
            reference.clone()
        };
        let held_days = i64::from(entry != reference);
        let booked = plus_business(day, self.lag().min(1) + held_days);
        let name = supplier.to_uppercase();
        let prefix = match currency {
            "EUR" => "SEPA CT",
            "GBP" => "FPO",
            _ => "TT DEBIT",
        };
        let joined = reference.replace('-', "");
        let (text, field) = match self.rng.between(0, 9) {
            0..=4 => (format!("{prefix} {name} {reference}"), String::new()),
            5..=6 => (format!("{prefix} {name}"), reference.clone()),
            7 => (format!("{prefix} {name} {joined}"), String::new()),
            _ => (format!("{prefix} {name}"), String::new()),
        };
        self.line(bank, booked, cut(&text, 42), field, -amount, vec![entry]);
    }

    /// Something paid straight from the account, seen by the bank with its own words.
    pub(crate) fn direct(&mut self, day: Date, who: Who, pay: Posting, lag: i64, text: &str, field: &str) {
        let day = on_or_after(day);
        let (account, amount, reference) = (pay.from, pay.amount, pay.reference.clone());
        self.post(day, who, pay);
        self.line(account, plus_business(day, lag), text.to_owned(), field.to_owned(), -amount, vec![reference]);
    }
}

/// A posting whose day is set when it is added.
pub(crate) fn posting(
    reference: &str,
    amount: i64,
    currency: &'static str,
    from: &'static str,
    to: &'static str,
    description: &str,
) -> Posting {
    Posting {
        reference: reference.to_owned(),
        amount,
        currency,
        from,
        to,
        description: description.to_owned(),
        date: Date::MIN,
    }
}

/// Banks cut their texts.
pub(crate) fn cut(text: &str, length: usize) -> String {
    text.chars().take(length).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::account_of;
    use std::collections::{BTreeMap, HashSet};

    /// No bank balance may run dry on any day the sample is made on: a refused posting would leave no sample at all.
    #[test]
    fn banks_never_run_dry() {
        let mut today = jiff::civil::date(2026, 1, 1);
        for _ in 0..800 {
            let plan = plan(today).unwrap();
            let mut left: BTreeMap<&str, i64> = BTreeMap::new();
            let mut references = HashSet::new();
            for timed in &plan.acts {
                let (posting, held) = match &timed.act {
                    Act::Post(posting) => (posting, false),
                    Act::Hold(posting, expires) => {
                        assert!(*expires > timed.at, "{today}: {} expires before it is placed", posting.reference);
                        (posting, true)
                    }
                    _ => continue,
                };
                assert!(posting.amount > 0, "{today}: {}", posting.reference);
                assert!(references.insert(posting.reference.clone()), "{today}: {} twice", posting.reference);
                // Holds count as spent for good, which is harder than it is.
                if !account_of(posting.from).is_empty() {
                    *left.entry(posting.from).or_default() -= posting.amount;
                    assert!(left[posting.from] >= 0, "{today}: {} is dry at {}", posting.from, posting.reference);
                }
                if !held && !account_of(posting.to).is_empty() {
                    *left.entry(posting.to).or_default() += posting.amount;
                }
            }
            today = plus(today, 1);
        }
    }
}
