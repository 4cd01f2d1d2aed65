//! Columns that say whether the bank has booked a row: `Status`, `State`, `Info`.
//!
//! A row that is announced, held or refused is no movement of the account. Whole columns decide: every word must be
//! known to be a state, or half of them under a header that says so. A mapping may name the column.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::columns::Column;
use crate::faults;
use crate::plan::Plan;
use crate::words::{Hint, fold, has_word};

/// Words for what is booked.
#[rustfmt::skip]
const BOOKED: &[&str] = &[
    "booked", "posted", "complete", "completed", "cleared", "settled", "executed", "processed", "paid", "success",
    "successful", "done", "ok", "refunded", "partially refunded", "gebucht", "umsatz gebucht", "abgeschlossen",
    "ausgeführt", "bokförd", "bokført", "bogført", "udført", "utført", "gjennomført", "genomförd", "contabilizzato",
    "eseguito", "comptabilisé", "exécuté", "terminé", "effectué", "realizado", "contabilizado", "ejecutado",
    "concluído", "efetivado", "liquidado", "zaksięgowano", "zaksięgowana", "rozliczono", "zrealizowana", "zaúčtováno",
    "verwerkt", "geboekt", "uitgevoerd", "könyvelt", "teljesült", "исполнен", "исполнено", "проведено", "tamamlandı",
    "交易成功", "成功",
];

/// Words for what the bank has only announced or holds back.
#[rustfmt::skip]
const PENDING: &[&str] = &[
    "pending", "processing", "in progress", "offen", "authorised", "authorized", "authorisation", "authorization", "hold",
    "on hold", "reserved", "reservation", "uncleared", "unposted", "scheduled", "vorgemerkt", "umsatz vorgemerkt",
    "vorgemerkter umsatz", "ausstehend", "in bearbeitung", "en attente", "en cours", "à venir", "pendiente",
    "pendente", "en proceso", "in sospeso", "autorizzato", "non contabilizzato", "oczekująca", "oczekujące",
    "w trakcie", "gereserveerd", "in behandeling", "reserverad", "reserveret", "reservert", "ej bokförd", "venter",
    "függőben", "в обработке", "ожидает", "beklemede", "处理中",
];

/// Words for what did not go through.
#[rustfmt::skip]
const REFUSED: &[&str] = &[
    "declined", "failed", "rejected", "denied", "reverted", "cancelled", "canceled", "voided", "expired", "abgelehnt",
    "abgebrochen", "fehlgeschlagen", "annulé", "refusé", "échoué", "rifiutato", "annullato", "rechazado", "rechazada",
    "cancelado", "recusado", "odrzucona", "anulowana", "geweigerd", "geannuleerd", "avvist", "afvist", "avvisad",
    "elutasítva", "отклонено", "отказ", "iptal", "交易失败", "失败", "交易关闭",
];

struct Words {
    booked: HashSet<String>,
    open: HashSet<String>,
}

static WORDS: LazyLock<Words> = LazyLock::new(|| {
    let set = |lists: &[&[&str]]| lists.iter().flat_map(|list| list.iter()).map(|word| fold(word)).collect();
    Words { booked: set(&[BOOKED]), open: set(&[PENDING, REFUSED]) }
});

/// True for a word that says that a row is not booked.
pub(crate) fn is_open(text: &str) -> bool {
    text.len() <= 64 && WORDS.open.contains(&fold(text))
}

/// Phrases within the text of a line that say that it is only reserved, folded.
const ANNOUNCED: &[&str] = &[
    "reservert transaksjon",
    "reserveret transaktion",
    "reserverat belopp",
    "preliminar transaktion",
    "pending transaction",
    "umsatz vorgemerkt",
    "vorgemerkter umsatz",
];

/// What each of those has within one of its words. Folding the texts of a million rows takes seconds; nearly all are
/// told apart without it.
const WITHIN: &[&str] = &["reserv", "prel", "pending", "vorgemerkt"];

/// Whether the text of a line says that the bank has not booked it yet.
pub(crate) fn announces(text: &str) -> bool {
    let holds =
        |part: &&str| text.as_bytes().windows(part.len()).any(|word| word.eq_ignore_ascii_case(part.as_bytes()));
    if text.is_ascii() && !WITHIN.iter().any(holds) {
        return false;
    }
    let folded = fold(text);
    folded.starts_with("prel ") || ANNOUNCED.iter().any(|phrase| folded.contains(phrase))
}

/// What a heading between rows says of those below it: `Some(true)` for not booked, as "Pending Transactions".
pub(crate) fn heading(text: &str) -> Option<bool> {
    if text.len() > 64 {
        return None;
    }
    let folded = fold(text);
    let words = || folded.split(' ');
    if words().count() > 4 || folded.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let open = words().any(|word| WORDS.open.contains(word));
    let booked = words().any(|word| WORDS.booked.contains(word));
    (open != booked).then_some(open)
}

/// Words that a header has over states.
#[rustfmt::skip]
const HEADERS: &[&str] = &[
    "status", "state", "info", "buchungsstatus", "umsatzstatus", "estado", "stato", "statut", "etat", "situacao",
    "stav", "tila", "durum", "allapot", "statusas", "статус", "состояние", "状态", "交易状态", "当前状态", "상태",
];

fn is_known(word: &str) -> bool {
    let word = fold(word);
    WORDS.open.contains(&word) || WORDS.booked.contains(&word)
}

/// The column that says whether rows are booked. Rows without a date count as well: what is held often has none.
///
/// A header decides before words do: what is called status is one, and what the lines are described by is none, even
/// if every payee of a short file is called like a state.
pub(crate) fn column(columns: &[Column], plan: &Plan) -> Option<usize> {
    let own = [plan.date, plan.value_date, plan.direction, plan.balance, plan.currency, plan.account];
    let free =
        |c: usize| !plan.money_columns().any(|money| money == c) && !own.contains(&Some(c)) && plan.fee != Some(c);
    let named = |c: usize| has_word(&columns[c].header, HEADERS);
    let candidates = || (0..columns.len()).filter(|&c| free(c) && !columns[c].many && !columns[c].distinct.is_empty());
    let known = |c: usize| columns[c].distinct.keys().filter(|word| is_known(word)).count();
    // A bank may have one word more than the lists; half of them must be known.
    candidates()
        .find(|&c| named(c) && known(c) * 2 >= columns[c].distinct.len())
        .or_else(|| candidates().find(|&c| known(c) == columns[c].distinct.len() && !is_the_text(columns, c)))
}

/// True for the column that tells what a line is for: its name says so, or no other column has texts.
fn is_the_text(columns: &[Column], column: usize) -> bool {
    let describes =
        |c: &Column| c.hinted(Hint::Description) || c.hinted(Hint::Counterparty) || c.hinted(Hint::Reference);
    let has_texts = |c: &Column| c.lettered * 2 > c.filled && c.mean_length() >= 4 && !c.is_number() && !c.is_date();
    let mut others = columns.iter().enumerate().filter(|(at, other)| *at != column && has_texts(other));
    describes(&columns[column]) || !others.any(|(_, other)| describes(other) || other.hint.is_none())
}

/// Words of a column of states that are no known states, the first few of them.
pub(crate) fn unknown(column: &Column) -> Option<String> {
    let mut words: Vec<&str> = column.distinct.keys().filter(|word| !is_known(word)).map(String::as_str).collect();
    words.sort_unstable();
    (!words.is_empty()).then(|| faults::first_few(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(header: &str, words: &[&str]) -> Column {
        let mut column = Column { header: header.into(), hint: crate::words::hint(header), ..Column::default() };
        for word in words {
            column.distinct.insert((*word).to_owned(), 1);
            column.filled += 1;
            column.lettered += 1;
            column.length += word.len();
        }
        column
    }

    fn found(columns: &[Column]) -> Option<usize> {
        column(columns, &Plan::default())
    }

    #[test]
    fn only_a_column_of_states_alone_decides() {
        let text = || of("Verwendungszweck", &["Miete November", "Rathlin Ferries"]);
        assert_eq!(found(&[of("Info", &["Umsatz gebucht", "Umsatz vorgemerkt"]), text()]), Some(0));
        assert_eq!(found(&[text(), of("State", &["COMPLETED", "PENDING", "REVERTED"])]), Some(1));
        assert_eq!(found(&[of("", &["Rent", "Tolka Marina"]), of("", &["Completed", "Pending"])]), Some(1));
        assert_eq!(found(&[of("Status", &["Pending"])]), Some(0), "a file may hold nothing else");
        assert_eq!(found(&[of("Status", &[])]), None);
        assert_eq!(found(&[of("", &["Declined", "Completed", "Harbour fees"]), text()]), None, "a text column");
    }

    #[test]
    fn what_describes_the_lines_is_no_state() {
        let dates = || Column { header: "Date".into(), ..Column::default() };
        assert_eq!(found(&[dates(), of("Description", &["Refunded", "Reservation"])]), None);
        assert_eq!(found(&[dates(), of("", &["Refunded", "Reservation"])]), None, "no other column has texts");
        let plan = Plan { date: Some(0), ..Plan::default() };
        assert_eq!(column(&[of("Status", &["Pending"])], &plan), None);
    }

    #[test]
    fn a_word_too_many_in_a_column_called_status() {
        let columns = [of("Status", &["Completed", "Pending", "Awaiting the harbour"])];
        assert_eq!(found(&columns), Some(0));
        assert_eq!(unknown(&columns[0]).as_deref(), Some("Awaiting the harbour"));
    }

    #[test]
    fn a_text_says_that_it_is_only_announced() {
        for phrase in ANNOUNCED.iter().chain(&["prel kortkop"]) {
            assert!(announces(phrase) && announces(&phrase.to_uppercase()), "{phrase}");
        }
        assert!(announces("Varekjøp  Reservert-transaksjon, Oslo") && announces("PRELIMINÄR transaktion"));
        assert!(!announces("Prelude music") && !announces("Reserve fund"));
    }

    #[test]
    fn states_in_other_languages() {
        for word in ["en attente", "EN ATTENTE", "À venir", "oczekująca", "Ej bokförd", "в обработке"] {
            assert!(is_open(word), "{word}");
        }
        assert!(!is_open("Completed"));
    }
}
