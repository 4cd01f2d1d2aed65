//! Holds: those that wait on the last day, and some that were decided on or ran out before.

use jiff::civil::{Date, DateTime};

use crate::calendar::{day_of, on_or_after, on_or_before, plus, plus_business};
use crate::company::{GBP, JPY, KWD, MAIN, NET_PAY, RENT, USD, Who};
use crate::model::{Act, Timed};
use crate::story::{Story, posting, units};

/// A hold that waits: amount, currency, from, to, what for, days until it expires, hour and minute.
type Waiting = (i64, &'static str, &'static str, &'static str, &'static str, i64, (i8, i8));

const WAITING: [Waiting; 14] = [
    (642_000, "JPY", JPY, "Tamagawa Glass", "Lens blanks, lot 12", 0, (20, 0)),
    (units(7_960), "EUR", MAIN, "Ballina Castings", "Gauge housings", 0, (22, 30)),
    (1_284_50, "EUR", MAIN, "Clew Freight", "Freight, Brest", 0, (23, 45)),
    (units(8_400), "USD", USD, "Parallax Sensors", "Pressure sensors, 40 pieces", 1, (12, 0)),
    (318_250, "KWD", KWD, "Bubiyan Port Works", "Refund, cancelled visit", 1, (17, 0)),
    (3_218_75, "GBP", GBP, "Wapping Cables", "Armoured cable, 400 m", 1, (17, 0)),
    (2_118_60, "EUR", MAIN, "Ormeau PCB", "Controller boards", 4, (17, 0)),
    (442_30, "GBP", GBP, "Tyne Fixings", "Stainless fixings", 4, (17, 0)),
    (units(5_000), "USD", "Penobscot Hydrographics", USD, "Deposit, survey set", 5, (17, 0)),
    (12_412_36, "EUR", MAIN, NET_PAY, "Bonus payments, net", 6, (9, 0)),
    (288_500, "JPY", JPY, "Tamagawa Glass", "Glass, lot 13", 7, (17, 0)),
    (1_250_500, "KWD", "Bubiyan Port Works", KWD, "Deposit, tide station", 8, (17, 0)),
    (3_960_24, "EUR", MAIN, "Delft Optiek", "Optics, second half", 11, (17, 0)),
    (units(8_450), "EUR", MAIN, RENT, "Rent, next month", 12, (9, 0)),
];

impl Story {
    pub(crate) fn holds(&mut self) {
        self.decided();
        self.waiting();
    }

    fn waiting(&mut self) {
        for (index, (amount, currency, from, to, what, days, (hour, minute))) in WAITING.into_iter().enumerate() {
            let incoming = !matches!(from, MAIN | GBP | USD | JPY | KWD);
            let number = self.next_payment();
            let reference = if incoming { number.replace("PAY", "DEP") } else { number };
            // Placed over the last days, the one that expires last first.
            let placed = on_or_before(plus(self.today, -1 - i64::try_from(index % 5).unwrap_or(0)));
            let mut hold = posting(&reference, amount, currency, from, to, what);
            hold.date = plus(self.today, days);
            let who = if incoming { Who::Sales } else { Who::Payables };
            let at = self.moment(placed);
            self.act(at, who, Act::Hold(hold, plus(self.today, days).at(hour, minute, 0, 0)));
            if currency == "USD" && !incoming {
                let at = self.moment(self.today);
                self.act(at, Who::Controller, Act::Commit { reference, amount: Some(3_150_00), void_rest: false });
            }
        }
    }

    fn act(&mut self, at: DateTime, who: Who, act: Act) {
        self.acts.push(Timed { at, who, act });
    }

    /// Holds of earlier months, voided, run out or committed in part.
    fn decided(&mut self) {
        let voided = [
            (0, 11, 2_480_00, "EUR", MAIN, "Delft Optiek", "Supplier changed its bank details"),
            (1, 8, 1_930_00, "EUR", MAIN, "Ormeau PCB", "Duplicate of another hold"),
            (1, 16, 611_20, "GBP", GBP, "Wapping Cables", "Goods returned"),
            (2, 13, 214_000, "JPY", JPY, "Tamagawa Glass", "Wrong amount"),
        ];
        for (month, day, amount, currency, from, to, reason) in voided {
            let day = on_or_after(day_of(self.month(month), day));
            let reference = self.hold_of_supplier(day, amount, currency, from, to);
            let at = self.moment(plus_business(day, 2));
            self.act(at, Who::Controller, Act::Void { reference, reason });
        }
        // Nobody decided on these in time.
        for (month, day, amount, currency, from, to) in
            [(0, 20, 890_00, "EUR", MAIN, "Clew Freight"), (2, 7, 402_750, "KWD", KWD, "Jahra Logistics")]
        {
            let day = on_or_after(day_of(self.month(month), day));
            self.hold_of_supplier(day, amount, currency, from, to);
        }
        // Part of the goods came: that part was paid and the rest let go.
        for (month, day, amount, part, currency, from, to) in [
            (1, 10, 1_840_00, 1_150_00, "GBP", GBP, "Wapping Cables"),
            (2, 9, 5_200_00, 3_400_00, "USD", USD, "Parallax Sensors"),
        ] {
            let day = on_or_after(day_of(self.month(month), day));
            let reference = self.hold_of_supplier(day, amount, currency, from, to);
            let paid = plus_business(day, 2);
            let at = self.moment(paid);
            self.act(
                at,
                Who::Controller,
                Act::Commit { reference: reference.clone(), amount: Some(part), void_rest: true },
            );
            let prefix = if currency == "GBP" { "FPO" } else { "TT DEBIT" };
            self.line(
                from,
                paid,
                format!("{prefix} {} {reference}", to.to_uppercase()),
                String::new(),
                -part,
                vec![format!("{reference}-C1")],
            );
        }
    }

    fn hold_of_supplier(
        &mut self,
        day: Date,
        amount: i64,
        currency: &'static str,
        from: &'static str,
        to: &'static str,
    ) -> String {
        let reference = self.next_payment();
        let mut hold = posting(&reference, amount, currency, from, to, &format!("Order of {to}"));
        hold.date = day;
        let at = self.moment(day);
        self.act(at, Who::Payables, Act::Hold(hold, plus(day, 7).at(17, 0, 0, 0)));
        reference
    }
}
