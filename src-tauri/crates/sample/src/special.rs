//! The lines of the open statements that need a person: each kind of trouble once.

use jiff::civil::Date;

use crate::calendar::{day_of, on_or_after, plus, plus_business};
use crate::company::{GBP, JPY, MAIN, POWER, PURCHASES, SALES, Who};
use crate::story::{OPEN_MONTH, Story, posting, units};

impl Story {
    pub(crate) fn specials(&mut self) {
        self.main_account();
        self.pound_account();
    }

    fn open_day(&self, day: i64) -> Date {
        on_or_after(day_of(self.month(OPEN_MONTH), day))
    }

    /// An invoice written a good month before it is paid.
    fn earlier_invoice(
        &mut self,
        currency: &'static str,
        from: &'static str,
        customer: &'static str,
        amount: i64,
        paid: Date,
    ) -> String {
        let document = self.next_invoice();
        self.post(
            on_or_after(plus(paid, -34)),
            Who::Sales,
            posting(&document, amount, currency, from, customer, &format!("Instruments, {customer}")),
        );
        document
    }

    /// A receipt in the ledger; what the bank says of it is up to the caller.
    fn entered_receipt(
        &mut self,
        day: Date,
        bank: &'static str,
        currency: &'static str,
        customer: &'static str,
        document: &str,
        amount: i64,
    ) -> String {
        let reference = format!("{document}-P");
        self.post(
            day,
            Who::Sales,
            posting(&reference, amount, currency, customer, bank, &format!("Receipt for {document}")),
        );
        reference
    }

    fn main_account(&mut self) {
        let on = |story: &Self, day| story.open_day(day);
        // A fee nobody has entered, and a card refund the shop has not reported.
        let day = on(self, 5);
        self.line(MAIN, day, "BANK CHARGES QUARTERLY MAINTENANCE".into(), String::new(), -46_80, Vec::new());
        let day = on(self, 23);
        self.line(MAIN, day, "CARD REFUND WEB ORDER 57118".into(), String::new(), -214_90, Vec::new());

        // Two digits swapped in the ledger.
        let day = on(self, 15);
        let reference = format!("SP-{}", self.month(OPEN_MONTH).strftime("%m"));
        self.post(day, Who::Payables, posting(&reference, 1_368_40, "EUR", MAIN, POWER, "Shannon Power, meter 2"));
        self.line(MAIN, day, "SEPA DD SHANNON POWER 412238".into(), String::new(), -1_386_40, vec![reference]);

        // One line that two entries fit: the other one reaches the bank next month.
        let (first, second) = (on(self, 26), on(self, 27));
        let one = self.earlier_invoice("EUR", SALES, "Bantry Ferries", units(5_000), first);
        let other = self.earlier_invoice("EUR", SALES, "Kinsale Harbour Board", units(5_000), second);
        let one = self.entered_receipt(first, MAIN, "EUR", "Bantry Ferries", &one, units(5_000));
        let document = other.clone();
        let other = self.entered_receipt(second, MAIN, "EUR", "Kinsale Harbour Board", &other, units(5_000));
        self.line(
            MAIN,
            plus(second, 1).min(second.last_of_month()),
            "SEPA CR NO REFERENCE 00017".into(),
            String::new(),
            units(5_000),
            vec![one],
        );
        let next = on_or_after(plus(self.month(OPEN_MONTH + 1), 2));
        self.line(
            MAIN,
            next,
            format!("SEPA CR KINSALE HARBOUR BOARD {document}"),
            String::new(),
            units(5_000),
            vec![other],
        );

        // One line for two invoices.
        let day = on(self, 19);
        let mut entries = Vec::new();
        for amount in [8_480_00, 6_935_50] {
            let document = self.earlier_invoice("EUR", SALES, "Zeeland Waterbouw", amount, day);
            entries.push(self.entered_receipt(day, MAIN, "EUR", "Zeeland Waterbouw", &document, amount));
        }
        self.line(MAIN, day, "SEPA CR ZEELAND WATERBOUW 2 FACTUREN".into(), String::new(), 15_415_50, entries);

        // A direct debit the bank took twice.
        let day = on(self, 20);
        let bill = self.next_bill();
        self.post(
            plus_business(plus(day, -16), 0),
            Who::Payables,
            posting(&bill, 1_310_00, "EUR", "Clew Freight", PURCHASES, "Freight, sea containers"),
        );
        let reference = self.next_payment();
        self.post(
            day,
            Who::Payables,
            posting(&reference, 1_310_00, "EUR", MAIN, "Clew Freight", &format!("Pays {bill}")),
        );
        self.line(MAIN, day, "SEPA DD CLEW FREIGHT CF-88120".into(), String::new(), -1_310_00, vec![reference]);
        self.line(MAIN, plus(day, 1), "SEPA DD CLEW FREIGHT CF-88120".into(), String::new(), -1_310_00, Vec::new());

        // A customer whose bank took a charge on the way.
        let day = on(self, 8);
        let document = self.earlier_invoice("EUR", SALES, "Institut Océan Bretagne", 7_250_00, day);
        let entry = self.entered_receipt(day, MAIN, "EUR", "Institut Océan Bretagne", &document, 7_250_00);
        self.line(
            MAIN,
            day,
            format!("SEPA CR INSTITUT OCÉAN {} LESS CHG", document.replace('-', "")),
            String::new(),
            7_244_00,
            vec![entry],
        );

        // An exchange at a slightly better rate than entered.
        let day = on(self, 6);
        self.post(day, Who::Controller, posting("FX-3384-A", 10_413_49, "EUR", MAIN, "@fx", "Euro to yen, FX-3384"));
        self.line(
            MAIN,
            day,
            "FX EUR/JPY 1,697,399 AT 163.08 FX3384".into(),
            String::new(),
            -10_408_83,
            vec!["FX-3384-A".into()],
        );
        self.incoming_exchange(day, "FX-3384", 1_697_399, "JPY", JPY, "Euro to yen");

        self.cheque(
            MAIN,
            "EUR",
            "Ballina Castings",
            PURCHASES,
            ["CHQ-100482", "CHQ-100483"],
            [2_916_00, 3_940_00],
            "CHQ",
        );
    }

    fn pound_account(&mut self) {
        let (first, second) = (self.open_day(21), self.open_day(22));
        let one = self.earlier_invoice("GBP", "@sales", "Fleetwood Dredging", 1_250_00, first);
        let other = self.earlier_invoice("GBP", "@sales", "Solway Offshore", 1_250_00, second);
        let one = self.entered_receipt(first, GBP, "GBP", "Fleetwood Dredging", &one, 1_250_00);
        let document = other.clone();
        let other = self.entered_receipt(second, GBP, "GBP", "Solway Offshore", &other, 1_250_00);
        self.line(GBP, plus(second, 1), "FPI NO REFERENCE 88041".into(), String::new(), 1_250_00, vec![one]);
        let next = on_or_after(plus(self.month(OPEN_MONTH + 1), 3));
        self.line(GBP, next, format!("FPI SOLWAY OFFSHORE {document}"), String::new(), 1_250_00, vec![other]);

        let day = self.open_day(12);
        let document = self.earlier_invoice("GBP", "@sales", "Solway Offshore", 3_600_00, day);
        let entry = self.entered_receipt(day, GBP, "GBP", "Solway Offshore", &document, 3_600_00);
        self.line(GBP, day, "BGC SOLWAY OFFSHORE LESS FEES".into(), String::new(), 3_585_00, vec![entry]);

        let day = self.open_day(14);
        let reference = self.next_expense();
        self.post(day, Who::Payables, posting(&reference, 154_80, "GBP", GBP, "@travel", "Hotel, harbour survey"));
        self.line(GBP, day, "CARD PREMIER INN WHITEHAVEN".into(), String::new(), -145_80, vec![reference]);

        self.cheque(GBP, "GBP", "Tyne Fixings", "@purchases", ["CHQ-000317", "CHQ-000318"], [388_40, 640_00], "CHEQUE");
    }

    /// Two cheques: one written before the open month and presented in it, one written in it and presented after.
    #[allow(clippy::too_many_arguments)]
    fn cheque(
        &mut self,
        bank: &'static str,
        currency: &'static str,
        supplier: &'static str,
        cost: &'static str,
        numbers: [&str; 2],
        amounts: [i64; 2],
        word: &str,
    ) {
        let written = [on_or_after(day_of(self.month(OPEN_MONTH - 1), 24)), self.open_day(27)];
        let presented = [self.open_day(6), on_or_after(day_of(self.month(OPEN_MONTH + 1), 9))];
        for index in 0..2 {
            let (number, amount) = (numbers[index], amounts[index]);
            let bill = self.next_bill();
            self.post(
                on_or_after(plus(written[index], -20)),
                Who::Payables,
                posting(&bill, amount, currency, supplier, cost, &format!("Bill of {supplier}")),
            );
            self.post(
                written[index],
                Who::Payables,
                posting(number, amount, currency, bank, supplier, &format!("Cheque for {bill}")),
            );
            let digits = number.trim_start_matches("CHQ-");
            self.line(
                bank,
                presented[index],
                format!("{word} {digits}"),
                String::new(),
                -amount,
                vec![number.to_owned()],
            );
        }
    }
}
