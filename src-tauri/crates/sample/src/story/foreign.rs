//! The accounts in other currencies. What is sold and bought there goes over `@` balances of the currency.

use jiff::civil::Date;

use super::{OPEN_MONTH, Story, cut, posting};
use crate::calendar::{is_business, on_or_before, plus};
use crate::company::{GBP, JPY, KWD, USD, Who};

/// One account abroad. Amounts are minor units and multiples of `step`.
struct Abroad {
    bank: &'static str,
    currency: &'static str,
    customers: &'static [&'static str],
    suppliers: &'static [&'static str],
    /// Chance in percent that a working day brings an invoice, a bill, a card purchase.
    chances: [i64; 3],
    sale: (i64, i64),
    purchase: (i64, i64),
    expense: (i64, i64),
    step: i64,
    fee: i64,
    large: i64,
}

const ABROAD: [Abroad; 4] = [
    Abroad {
        bank: GBP,
        currency: "GBP",
        customers: &["Fleetwood Dredging", "Solway Offshore"],
        suppliers: &["Wapping Cables", "Tyne Fixings"],
        chances: [55, 38, 26],
        sale: (310_00, 4_900_00),
        purchase: (95_00, 3_700_00),
        expense: (8_40, 186_00),
        step: 1,
        fee: 12_00,
        large: 2_900_00,
    },
    Abroad {
        bank: USD,
        currency: "USD",
        customers: &["Penobscot Hydrographics"],
        suppliers: &["Parallax Sensors"],
        chances: [38, 24, 0],
        sale: (900_00, 8_800_00),
        purchase: (700_00, 7_400_00),
        expense: (10_00, 90_00),
        step: 5,
        fee: 25_00,
        large: 6_000_00,
    },
    Abroad {
        bank: JPY,
        currency: "JPY",
        customers: &["Ise Bay Survey"],
        suppliers: &["Tamagawa Glass"],
        chances: [16, 18, 0],
        sale: (180_000, 1_400_000),
        purchase: (140_000, 1_150_000),
        expense: (2_000, 20_000),
        step: 100,
        fee: 2_200,
        large: 900_000,
    },
    Abroad {
        bank: KWD,
        currency: "KWD",
        customers: &["Bubiyan Port Works"],
        suppliers: &["Jahra Logistics"],
        chances: [15, 14, 0],
        sale: (420_000, 3_900_000),
        purchase: (160_000, 1_900_000),
        expense: (8_000, 60_000),
        step: 250,
        fee: 7_500,
        large: 1_500_000,
    },
];

impl Story {
    pub(super) fn foreign(&mut self) {
        for abroad in &ABROAD {
            let mut day = self.start;
            while day < self.today {
                if is_business(day) {
                    self.abroad_day(abroad, day);
                }
                day = plus(day, 1);
            }
            for number in 0..3 {
                let day = on_or_before(self.month(number).last_of_month());
                let reference = format!("FEE-{}-{}", abroad.currency, day.strftime("%m"));
                if number == OPEN_MONTH && abroad.bank == GBP {
                    self.line(
                        abroad.bank,
                        day,
                        "MONTHLY ACCOUNT CHARGE".into(),
                        String::new(),
                        -abroad.fee,
                        Vec::new(),
                    );
                } else {
                    let pay =
                        posting(&reference, abroad.fee, abroad.currency, abroad.bank, "@bank-fees", "Account fees");
                    self.direct(day, Who::Controller, pay, 0, "MONTHLY ACCOUNT CHARGE", "");
                }
            }
        }
    }

    fn abroad_day(&mut self, abroad: &Abroad, day: Date) {
        let round = |amount: i64| amount / abroad.step * abroad.step;
        let [sale, bill, expense] = abroad.chances;
        if self.rng.chance(sale) {
            let customer = *self.rng.pick(abroad.customers);
            let amount = round(self.rng.between(abroad.sale.0, abroad.sale.1));
            let document = self.next_invoice();
            self.post(
                day,
                Who::Sales,
                posting(&document, amount, abroad.currency, "@sales", customer, &format!("Instruments, {customer}")),
            );
            let paid = plus(day, self.rng.between(9, 30));
            self.receipt(paid, abroad.bank, abroad.currency, customer, &document, amount);
        }
        if self.rng.chance(bill) {
            let supplier = *self.rng.pick(abroad.suppliers);
            let amount = round(self.rng.between(abroad.purchase.0, abroad.purchase.1));
            let document = self.next_bill();
            self.post(
                day,
                Who::Payables,
                posting(&document, amount, abroad.currency, supplier, "@purchases", &format!("Bill of {supplier}")),
            );
            let paid = plus(day, self.rng.between(8, 26));
            self.payment(paid, abroad.bank, abroad.currency, supplier, &document, amount, abroad.large);
        }
        if self.rng.chance(expense) {
            let (merchant, what) = *self.rng.pick(&[
                ("CALMAC FERRIES", "Ferry, survey crew"),
                ("PREMIER INN FLEETWOOD", "Hotel, installation"),
                ("ESSO SOLWAY", "Fuel, hire van"),
            ]);
            let amount = self.rng.between(abroad.expense.0, abroad.expense.1);
            let reference = self.next_expense();
            let text = cut(&format!("CARD {merchant} {}", day.strftime("%d%b").to_string().to_uppercase()), 34);
            let lag = self.rng.between(0, 1);
            self.direct(
                day,
                Who::Payables,
                posting(&reference, amount, abroad.currency, abroad.bank, "@travel", what),
                lag,
                &text,
                "",
            );
        }
    }
}
