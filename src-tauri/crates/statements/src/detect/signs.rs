//! Signs that no balance proves: words beside signed amounts, and what looks like a card.

use super::Work;
use super::money::{Hypothesis, Outcome};
use crate::columns::Column;
use crate::mapping::SignModel;
use crate::model::{BalancePlace, Confidence, RowOrder};
use crate::number;
use crate::words::{self, Hint};

/// Rows that are looked at.
const ROWS: usize = 2_000;

/// Words for a card, whole words of Latin texts and parts of others.
const CARD_WORDS: &[&str] =
    &["card", "karte", "kreditkarte", "carte", "tarjeta", "carta", "kaart", "creditcard", "kort", "kortet", "cartao"];
const CARD_PARTS: &[&str] = &["カード", "信用卡", "신용카드", "ご利用", "利用日", "利用金額", "תאריך חיוב"];

/// What a card says when it was paid, folded.
const THANKED: &[&str] = &["thank you", "autopay"];
const RECEIVED: &[&str] =
    &["payment received", "pagamento recebido", "pago recibido", "paiement recu", "zahlung erhalten"];

/// Why balances that hang together do not say which way the amounts run, if they do not. Read from the other end, any
/// table is its own mirror image with every sign turned round: the order of the days tells the two apart.
fn unproven_by_balances(outcome: &Outcome, column: &Column, order: RowOrder) -> Option<&'static str> {
    let has_signs = column.negative > 0 || column.marked > 0;
    // A balance printed after its row is what banks do; where only the other way round fits, the days may be in disorder.
    let before_row = outcome.relation.is_some_and(|relation| relation.place == BalancePlace::BeforeRow);
    if has_signs && before_row && outcome.best.sign == SignModel::Inverse {
        return Some(
            "The balances follow only with every sign turned round, or if the rows are not in the order of their days.",
        );
    }
    match (has_signs, order == RowOrder::Unknown, outcome.fit.telling < 2) {
        (false, true, _) => Some("No amount has a sign, and without an order of days the balances fit either way."),
        (false, false, true) => Some("No amount has a sign, and the balances tell for one row only."),
        _ => None,
    }
}

impl Work<'_> {
    /// Signed amounts with a word for the side beside each: where every minus is called money in and every plain amount
    /// money out, plus is money out. Where they say the same, nothing is left to ask.
    pub(super) fn signs_by_words(&mut self, direction: Option<usize>, outcome: Option<&mut Outcome>) {
        let (Some(direction), Some(outcome)) = (direction, outcome) else { return };
        let (SignModel::Signed, Some(amount)) = (outcome.best.sign, outcome.best.amount) else { return };
        if outcome.relation.is_some() || outcome.confidence == Confidence::Chosen {
            return;
        }
        let (mut same, mut turned) = (0, 0);
        for &index in &self.layout.data {
            let row = &self.table.rows[index];
            let shape = number::shape(row.cell(amount));
            if let (Some(debit), true) = (words::side(row.cell(direction)), shape.marks != 0) {
                *(if debit == shape.negative { &mut same } else { &mut turned }) += 1;
            }
        }
        let minus = self.columns[amount].negative;
        if minus > 0 && same > 0 && turned > 0 {
            // A minus beside some words and not beside others: the words may say the side and the minus take it back.
            let by_words = Hypothesis { sign: SignModel::Directed, direction: Some(direction), ..outcome.best.clone() };
            outcome.open = vec![by_words];
            outcome.leave_open("The signs and the words for the side say different things.");
            return;
        }
        if minus == 0 || minus == self.columns[amount].numbers || (same > 0) == (turned > 0) {
            return;
        }
        let name = &self.columns[direction].header;
        let which = if name.is_empty() { format!("column {}", direction + 1) } else { name.clone() };
        outcome.confidence = Confidence::Certain;
        if turned > 0 {
            outcome.best.sign = SignModel::Inverse;
            self.plan.sign = Some(SignModel::Inverse);
            outcome.evidence.push(format!("Every minus is money in by the words of {which}."));
        } else {
            outcome.evidence.push(format!("The signs agree with the words of {which}."));
        }
    }

    /// Why a person must say which way signed amounts run, if one must.
    pub(super) fn unsure_of_sign(&self, outcome: Option<&Outcome>, order: RowOrder) -> Option<&'static str> {
        let outcome = outcome?;
        let (SignModel::Signed | SignModel::Inverse, Some(at)) = (outcome.best.sign, outcome.best.amount) else {
            return None;
        };
        // Without days it is no statement, and nothing is asked about it.
        if outcome.confidence == Confidence::Chosen || self.plan.date.is_none() || !outcome.open.is_empty() {
            return None;
        }
        let column = &self.columns[at];
        if outcome.relation.is_some() {
            return unproven_by_balances(outcome, column, order);
        }
        if outcome.confidence == Confidence::Certain {
            return None;
        }
        // A side beside each amount is the bank's own word.
        if column.names_both_sides() {
            return None;
        }
        let on_card = self.is_on_card();
        let amounts = column.amounts();
        // With a balance beside it, a month without a minus is nothing odd.
        let alone = self.plan.balance.is_none();
        if column.negative == 0 {
            if column.marks_credits_only() {
                return Some("Only money in has a mark, so nothing says whether an amount without one is money out.");
            }
            return match (column.marked == 0 && amounts > 0, on_card, alone) {
                (true, true, _) => Some("This looks like a card, and no amount has a sign."),
                (true, false, true) => Some("No amount has a sign, so nothing says that money came in."),
                _ => None,
            };
        }
        let fewer = |times: usize| column.negative * times < amounts;
        // Who uses a card pays for it less often than with it.
        if on_card && column.negative * 2 <= amounts
            || fewer(3) && self.thanks_for_payments(at)
            || self.only_thanks_are_negative(at)
            || self.receives_with_a_minus(at)
        {
            return Some("This looks like a card: purchases have no sign and payments a minus.");
        }
        // An account spends oftener than it receives.
        let few = alone && fewer(3) && amounts >= 6;
        few.then_some("Most amounts have no sign and a few have a minus, as purchases and refunds on a card have.")
    }

    fn is_on_card(&self) -> bool {
        let says_card =
            |text: &str| CARD_PARTS.iter().any(|part| text.contains(part)) || words::has_word(text, CARD_WORDS);
        let before = self.layout.header.map_or(self.layout.body, |header| header + 1).min(self.table.rows.len());
        (0..before).any(|index| self.table.rows[index].cells.iter().any(says_card)) || self.is_headed_as_a_card()
    }

    /// The day of the purchase, the day it was posted, and what kind of purchase: the headings of American cards.
    fn is_headed_as_a_card(&self) -> bool {
        let any = |is: &dyn Fn(&Column) -> bool| self.columns.iter().any(is);
        any(&|column| column.hinted(Hint::Date))
            && any(&|column| column.hinted(Hint::BookingDate))
            && any(&|column| words::has_word(&column.header, &["category"]))
    }

    /// The texts of the rows, folded, and whether their amount is negative.
    fn texts(&self, amount: usize) -> impl Iterator<Item = (String, bool)> {
        self.layout.data.iter().take(ROWS).map(move |&index| {
            let row = &self.table.rows[index];
            let text = self.plan.description.iter().map(|&c| words::fold(row.cell(c))).collect::<Vec<_>>().join(" ");
            (text, number::shape(row.cell(amount)).negative)
        })
    }

    fn thanks_for_payments(&self, amount: usize) -> bool {
        const THANKS: &[&str] = &["payment", "thank you", "autopay", "zahlung", "paiement", "pagamento"];
        self.texts(amount).any(|(text, minus)| minus && THANKS.iter().any(|word| text.contains(word)))
    }

    /// What was received has a minus, and nothing that was received has none: an account would print it the other way.
    fn receives_with_a_minus(&self, amount: usize) -> bool {
        let mut received = self.texts(amount).filter(|(text, _)| RECEIVED.iter().any(|word| text.contains(word)));
        received.next().is_some_and(|(_, minus)| minus) && received.all(|(_, minus)| minus)
    }

    /// Whatever is negative thanks for a payment, and nothing else does: a card, however few its purchases.
    fn only_thanks_are_negative(&self, amount: usize) -> bool {
        let (mut negative, mut positive) = (0, 0);
        for (text, minus) in self.texts(amount) {
            let thanks = THANKED.iter().chain(RECEIVED).any(|word| text.contains(word));
            if thanks != minus {
                return false;
            }
            *(if minus { &mut negative } else { &mut positive }) += 1;
        }
        negative > 0 && positive > 0
    }
}
