//! The euro business: invoices, bills, the web shop, wages, tax and rent.

use jiff::civil::{Date, Weekday};

use super::{OPEN_MONTH, Story, cut, posting, units};
use crate::calendar::{day_of, is_business, on_or_after, on_or_before, plus, plus_business};
use crate::company::{
    CARD_FEES, CARDS, FEES, INTEREST, JPY, KWD, MAIN, NET_PAY, OFFICE, PAY_TAX, POWER, PURCHASES, RENT, RESERVE, SALES,
    SERVICE, TRAVEL, USD, VAT, WAGES, Who,
};

/// Customer, whether Irish VAT is due, days until it pays.
const CUSTOMERS: [(&str, bool, i64); 6] = [
    ("Kinsale Harbour Board", true, 21),
    ("Valentia Marine Rescue", true, 14),
    ("Bantry Ferries", true, 28),
    ("Achill Salmon", true, 10),
    ("Institut Océan Bretagne", false, 24),
    ("Zeeland Waterbouw", false, 17),
];

/// Product, net price, whether it is sold by the piece.
const CATALOGUE: [(&str, i64, bool); 8] = [
    ("Tide gauge TG-4", units(1_240), true),
    ("Echo sounder ES-20", units(2_960), true),
    ("Salinity probe", units(415), true),
    ("Data logger DL-8", units(786) + 50, true),
    ("Mooring cable, 50 m", units(188) + 40, true),
    ("Pressure housing", units(342) + 75, true),
    ("Calibration on site", units(290), false),
    ("Repair", units(164) + 20, false),
];

/// Supplier, whether Irish VAT is on its bills, days until it is paid, lowest and highest net bill.
const SUPPLIERS: [(&str, bool, i64, i64, i64); 4] = [
    ("Ballina Castings", true, 20, units(640), units(5_200)),
    ("Ormeau PCB", false, 25, units(380), units(3_900)),
    ("Delft Optiek", false, 28, units(900), units(8_400)),
    ("Clew Freight", true, 12, units(120), units(1_450)),
];

const MERCHANTS: [(&str, &str, &str, i64, i64); 8] = [
    ("IARNRÓD ÉIREANN GALWAY", TRAVEL, "Train, site visit", 18_00, 96_00),
    ("CIRCLE K ORANMORE", TRAVEL, "Fuel, survey van", 42_00, 118_00),
    ("AER LINGUS EI4417", TRAVEL, "Flight, installation", 74_00, 412_00),
    ("HOTEL MERIADEC BREST", TRAVEL, "Hotel, sea trial", 96_00, 348_00),
    ("CAFÉ RUAIRÍ CLIFDEN", TRAVEL, "Meals, survey crew", 12_50, 64_00),
    ("WOODIES DIY 0231", OFFICE, "Tools and sundries", 14_95, 189_00),
    ("VIKING DIRECT", OFFICE, "Stationery", 22_40, 143_00),
    ("SCREWFIX GALWAY", OFFICE, "Fixings", 9_80, 87_00),
];

/// Payments from here on need the controller.
const LARGE: i64 = units(4_500);

impl Story {
    pub(super) fn euro(&mut self) {
        self.open_items();
        let mut day = self.start;
        while day <= self.today {
            if is_business(day) && day < self.today {
                self.trading_day(day);
            }
            day = plus(day, 1);
        }
        self.web_shop();
        for number in 0..4 {
            self.month_routine(number);
        }
    }

    /// Invoices that were unpaid when the book began.
    fn open_items(&mut self) {
        let before = plus(self.start, -1);
        for index in 0..18_u32 {
            let (customer, ..) = *self.rng.pick(&CUSTOMERS);
            let amount = self.rng.between(units(260), units(6_900));
            let document = format!("INV-{}", 19_961 + index * 2);
            self.post(
                before,
                Who::Controller,
                posting(&document, amount, "EUR", "@opening", customer, "Open invoice brought forward"),
            );
            let paid = plus(self.start, self.rng.between(0, 26));
            self.receipt(paid, MAIN, "EUR", customer, &document, amount);
        }
        let owed = units(11_318) + 44;
        self.post(before, Who::Controller, posting("OPEN-VAT", owed, "EUR", VAT, "@opening", "VAT brought forward"));
        let paid = on_or_after(day_of(self.start, 19));
        self.direct(
            paid,
            Who::Payables,
            posting("VAT-0", owed, "EUR", MAIN, VAT, "VAT, earlier period"),
            0,
            "SEPA DD REVENUE COMMISSIONERS VAT3",
            "IE6388047V",
        );
        let tax = units(9_204) + 70;
        self.post(
            before,
            Who::Controller,
            posting("OPEN-PAYE", tax, "EUR", PAY_TAX, "@opening", "Payroll taxes brought forward"),
        );
        let paid = on_or_after(day_of(self.start, 14));
        self.direct(
            paid,
            Who::Payables,
            posting("PAYE-0", tax, "EUR", MAIN, PAY_TAX, "Payroll taxes, earlier month"),
            0,
            "SEPA DD REVENUE COMMISSIONERS PAYE",
            "IE6388047V",
        );
    }

    fn trading_day(&mut self, day: Date) {
        for _ in 0..self.rng.between(1, 3) {
            self.invoice(day);
        }
        if self.rng.chance(82) {
            self.bill(day);
        }
        if self.rng.chance(30) {
            self.bill(day);
        }
        if self.rng.chance(80) {
            self.card_purchase(day);
        }
        if self.rng.chance(9) {
            self.credit_note(day);
        }
    }

    fn month_number(&self, day: Date) -> usize {
        (0..4)
            .rev()
            .find(|number| self.month(*number) <= day)
            .and_then(|number| usize::try_from(number).ok())
            .unwrap_or(0)
    }

    fn invoice(&mut self, day: Date) {
        let (customer, irish, terms) = *self.rng.pick(&CUSTOMERS);
        let (product, price, pieces) = *self.rng.pick(&CATALOGUE);
        let quantity = if pieces { self.rng.between(1, 4) } else { self.rng.between(1, 3) };
        let mut net = price * quantity;
        if self.rng.chance(35) {
            // A freight charge or a small job on top makes sums uneven, as they are.
            net += self.rng.between(8_00, 96_00);
        }
        let document = self.next_invoice();
        let income = if pieces { SALES } else { SERVICE };
        self.post(
            day,
            Who::Sales,
            posting(&document, net, "EUR", income, customer, &format!("{quantity} × {product}")),
        );
        let mut gross = net;
        if irish {
            let vat = (net * 23 + 50) / 100;
            gross += vat;
            self.vat[self.month_number(day)] += vat;
            self.post(
                day,
                Who::Sales,
                posting(&format!("{document}-VAT"), vat, "EUR", VAT, customer, &format!("VAT 23 % on {document}")),
            );
        }
        let paid = plus(day, terms + self.rng.between(-4, 9));
        self.receipt(paid, MAIN, "EUR", customer, &document, gross);
    }

    fn bill(&mut self, day: Date) {
        let (supplier, irish, terms, low, high) = *self.rng.pick(&SUPPLIERS);
        let net = self.rng.between(low, high);
        let document = self.next_bill();
        self.post(
            day,
            Who::Payables,
            posting(&document, net, "EUR", supplier, PURCHASES, &format!("Bill of {supplier}")),
        );
        let mut gross = net;
        if irish {
            let vat = (net * 23 + 50) / 100;
            gross += vat;
            self.vat[self.month_number(day)] -= vat;
            self.post(
                day,
                Who::Payables,
                posting(&format!("{document}-VAT"), vat, "EUR", supplier, VAT, &format!("VAT 23 % on {document}")),
            );
        }
        let paid = plus(day, terms + self.rng.between(-2, 5));
        self.payment(paid, MAIN, "EUR", supplier, &document, gross, LARGE);
    }

    fn card_purchase(&mut self, day: Date) {
        let (merchant, balance, what, low, high) = *self.rng.pick(&MERCHANTS);
        let amount = self.rng.between(low, high);
        let reference = self.next_expense();
        let text = cut(&format!("POS {merchant} {}", day.strftime("%d/%m")), 42);
        let lag = self.rng.between(0, 1);
        self.direct(day, Who::Payables, posting(&reference, amount, "EUR", MAIN, balance, what), lag, &text, "");
    }

    fn credit_note(&mut self, day: Date) {
        let (customer, ..) = *self.rng.pick(&CUSTOMERS);
        let (product, price, _) = *self.rng.pick(&CATALOGUE[2..6]);
        let note = self.next_invoice().replace("INV", "CRN");
        self.post(
            day,
            Who::Sales,
            posting(&note, price, "EUR", customer, SALES, &format!("Credit, {product} returned")),
        );
        let text = cut(&format!("SEPA CT {} {note}", customer.to_uppercase()), 42);
        self.direct(
            plus(day, 2),
            Who::Sales,
            posting(&format!("{note}-R"), price, "EUR", MAIN, customer, &format!("Refund of {note}")),
            1,
            &text,
            "",
        );
    }

    /// Takings every day, paid out on Tuesdays and Fridays less the fee of the card company.
    fn web_shop(&mut self) {
        let mut waiting: Vec<(Date, i64)> = Vec::new();
        let (mut number, mut in_open_month) = (87_640_u32, 0);
        let mut day = self.start;
        while day < self.today {
            let takings = self.rng.between(140_00, 1_380_00);
            self.post(
                day,
                Who::Shop,
                posting(
                    &format!("WEB-{}", day.strftime("%y%m%d")),
                    takings,
                    "EUR",
                    SALES,
                    CARDS,
                    "Web shop, orders of the day",
                ),
            );
            waiting.push((day, takings));
            let payout = matches!(day.weekday(), Weekday::Tuesday | Weekday::Friday);
            if payout && plus(day, 1) < self.today {
                number += i64_to_u32(self.rng.between(1, 9));
                in_open_month += i32::from(day >= self.month(OPEN_MONTH) && day < self.month(OPEN_MONTH + 1));
                let gross_entries = in_open_month == 3 && day < self.month(OPEN_MONTH + 1);
                self.payout(plus(day, 1), number, &waiting, gross_entries);
                waiting.clear();
            }
            day = plus(day, 1);
        }
    }

    fn payout(&mut self, day: Date, number: u32, waiting: &[(Date, i64)], gross_entries: bool) {
        let day = on_or_after(day);
        let gross: i64 = waiting.iter().map(|(_, takings)| takings).sum();
        let fee = (gross * 172 + 5_000) / 10_000;
        let text = format!("SUMPAY SETTLEMENT {number} BRACKWATER");
        if gross_entries {
            // Somebody entered the days instead of the payout: several entries to one line, less a fee.
            let mut entries = Vec::new();
            for (of, takings) in waiting {
                let reference = format!("SUM-{number}-{}", of.strftime("%d"));
                self.post(
                    day,
                    Who::Sales,
                    posting(
                        &reference,
                        *takings,
                        "EUR",
                        CARDS,
                        MAIN,
                        &format!("Card takings of {}", of.strftime("%-d %b")),
                    ),
                );
                entries.push(reference);
            }
            self.line(MAIN, plus_business(day, 1), text, String::new(), gross - fee, entries);
            return;
        }
        let reference = format!("SUM-{number}");
        self.post(
            day,
            Who::Shop,
            posting(&reference, gross - fee, "EUR", CARDS, MAIN, &format!("Card payout {number}")),
        );
        self.post(
            day,
            Who::Shop,
            posting(&format!("{reference}-F"), fee, "EUR", CARDS, CARD_FEES, &format!("Fee of payout {number}")),
        );
        let lag = self.rng.between(0, 1);
        self.line(MAIN, plus_business(day, lag), text, String::new(), gross - fee, vec![reference]);
    }

    fn month_routine(&mut self, number: i64) {
        let first = self.month(number);
        let code = first.strftime("%m").to_string();
        let name = first.strftime("%B").to_string();
        let on = |day: i64| day_of(first, day);
        if number > 0 {
            // The first month's rent was paid before the book began.
            self.direct(
                on(1),
                Who::Payables,
                posting(&format!("RENT-{code}"), units(8_450), "EUR", MAIN, RENT, &format!("Rent, {name}")),
                0,
                "SO PARKMORE ESTATES RENT UNIT 7",
                "",
            );
            self.pay_vat(number, on(19));
        }
        self.wages(number, on_or_before(on(25)), &code, &name);
        let power = self.rng.between(units(980), units(1_620));
        if number != OPEN_MONTH {
            let text = format!("SEPA DD SHANNON POWER {}", 412_200 + number * 19);
            self.direct(
                on(15),
                Who::Payables,
                posting(&format!("SP-{code}"), power, "EUR", MAIN, POWER, &format!("Shannon Power, {name}")),
                0,
                &text,
                "",
            );
        }
        let phone = 214_90 + self.rng.between(0, 38_00);
        self.direct(
            on(9),
            Who::Payables,
            posting(&format!("TEL-{code}"), phone, "EUR", MAIN, POWER, &format!("Telephone and lines, {name}")),
            0,
            "SEPA DD EIR BUSINESS 8810442",
            "",
        );
        self.direct(
            on(3),
            Who::Payables,
            posting(&format!("INS-{code}"), units(612), "EUR", MAIN, OFFICE, "Insurance instalment"),
            0,
            "SEPA DD ATLANTIC UNDERWRITING 77120",
            "",
        );
        self.direct(
            on(27),
            Who::Controller,
            posting(&format!("RES-{code}"), units(5_000), "EUR", MAIN, RESERVE, "To reserve"),
            0,
            "TRANSFER TO 983315 RESERVE",
            "",
        );
        self.line(
            RESERVE,
            on(27),
            "TRANSFER FROM 447120".into(),
            String::new(),
            units(5_000),
            vec![format!("RES-{code}")],
        );
        self.exchange(number, on(6), on(20));
        self.bank_charges(number, on_or_before(first.last_of_month()), &code);
    }

    fn wages(&mut self, number: i64, day: Date, code: &str, name: &str) {
        let net = units(31_870) + self.rng.between(0, units(1_400));
        let tax = net * 29 / 100;
        self.post(
            day,
            Who::Controller,
            posting(&format!("WAGE-{code}"), net, "EUR", NET_PAY, WAGES, &format!("Net pay, {name}")),
        );
        self.post(
            day,
            Who::Controller,
            posting(&format!("WAGE-{code}-T"), tax, "EUR", PAY_TAX, WAGES, &format!("Payroll taxes, {name}")),
        );
        self.direct(
            day,
            Who::Controller,
            posting(&format!("SAL-{code}"), net, "EUR", MAIN, NET_PAY, &format!("Salaries, {name}")),
            0,
            "SEPA BULK SALARIES 11 PAYEES",
            &format!("SAL-{code}"),
        );
        if number < 3 {
            let due = on_or_after(day_of(self.month(number + 1), 14));
            self.direct(
                due,
                Who::Payables,
                posting(&format!("PAYE-{code}"), tax, "EUR", MAIN, PAY_TAX, &format!("Payroll taxes, {name}")),
                0,
                "SEPA DD REVENUE COMMISSIONERS PAYE",
                "IE6388047V",
            );
        }
    }

    /// What last month came to goes to the tax office.
    fn pay_vat(&mut self, number: i64, vat_day: Date) {
        let last = usize::try_from(number - 1).unwrap_or(0);
        let owed = self.vat[last];
        if owed > 0 {
            let code = self.month(number - 1).strftime("%m").to_string();
            self.direct(
                vat_day,
                Who::Payables,
                posting(&format!("VAT-{code}"), owed, "EUR", MAIN, VAT, "VAT, last month"),
                0,
                "SEPA DD REVENUE COMMISSIONERS VAT3",
                "IE6388047V",
            );
        }
    }

    /// Two exchanges a month, each two postings over `@fx`.
    fn exchange(&mut self, number: i64, first: Date, second: Date) {
        let deal = 3_380 + number * 2;
        let yen_rate = 161_20 + self.rng.between(0, 3_00);
        let euros = units(9_000) + self.rng.between(0, units(3_000));
        let yen = euros * yen_rate / 10_000;
        let fx = format!("FX-{deal}");
        if number != OPEN_MONTH {
            let text = format!("FX EUR/JPY {yen} AT {}.{:02} FX{deal}", yen_rate / 100, yen_rate % 100);
            self.direct(
                first,
                Who::Controller,
                posting(&format!("{fx}-A"), euros, "EUR", MAIN, "@fx", &format!("Euro to yen, {fx}")),
                0,
                &text,
                "",
            );
            self.incoming_exchange(first, &fx, yen, "JPY", JPY, "Euro to yen");
        }
        let deal = deal + 1;
        let fx = format!("FX-{deal}");
        let dollars = units(6_000) + self.rng.between(0, units(2_500));
        let euros = dollars * (8_510 + self.rng.between(0, 190)) / 10_000;
        self.direct(
            second,
            Who::Controller,
            posting(&format!("{fx}-A"), dollars, "USD", USD, "@fx", &format!("Dollar to euro, {fx}")),
            0,
            &format!("FX OUT {fx}"),
            "",
        );
        self.incoming_exchange(second, &fx, euros, "EUR", MAIN, "Dollar to euro");
        let fx = format!("FX-{deal}K");
        let dinars = 800_000 + self.rng.between(0, 500_000);
        let euros = dinars * (2_810 + self.rng.between(0, 40)) / 10_000;
        self.direct(
            plus(second, 3),
            Who::Controller,
            posting(&format!("{fx}-A"), euros, "EUR", MAIN, "@fx", &format!("Euro to dinar, {fx}")),
            0,
            &format!("FX EUR/KWD {fx}"),
            "",
        );
        self.incoming_exchange(plus(second, 3), &fx, dinars, "KWD", KWD, "Euro to dinar");
    }

    pub(crate) fn incoming_exchange(
        &mut self,
        day: Date,
        fx: &str,
        amount: i64,
        currency: &'static str,
        bank: &'static str,
        what: &str,
    ) {
        let day = on_or_after(day);
        let reference = format!("{fx}-B");
        self.post(day, Who::Controller, posting(&reference, amount, currency, "@fx", bank, &format!("{what}, {fx}")));
        self.line(bank, day, format!("FX IN {fx}"), String::new(), amount, vec![reference]);
    }

    /// Fees and interest at the end of a month. Those of the open month nobody has entered yet.
    fn bank_charges(&mut self, number: i64, day: Date, code: &str) {
        let fee = 28_50 + self.rng.between(0, 19) * 25;
        let interest = 17_00 + self.rng.between(0, 29_99);
        if number < OPEN_MONTH {
            self.direct(
                day,
                Who::Controller,
                posting(&format!("FEE-{code}"), fee, "EUR", MAIN, FEES, "Account fees"),
                0,
                "ACCOUNT FEES",
                "",
            );
            let reference = format!("INT-{code}");
            self.post(day, Who::Controller, posting(&reference, interest, "EUR", INTEREST, MAIN, "Interest received"));
            self.line(MAIN, day, "CREDIT INTEREST".into(), String::new(), interest, vec![reference]);
        } else if number == OPEN_MONTH {
            self.line(MAIN, day, "ACCOUNT FEES".into(), String::new(), -fee, Vec::new());
            self.line(MAIN, day, "CREDIT INTEREST".into(), String::new(), interest, Vec::new());
        }
    }
}

fn i64_to_u32(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(1)
}
