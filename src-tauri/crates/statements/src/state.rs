//! Columns that say whether the bank has booked a row: `Status`, `State`, `Info`.
//!
//! A row that is announced, held or refused is no movement of the account. Whole columns decide: only where every word
//! of the column is known to be a state is one of them believed.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::columns::Column;
use crate::words::fold;

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
    "pending", "processing", "in progress", "authorised", "authorized", "authorisation", "authorization", "hold",
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

/// The column that says whether rows are booked. Rows without a date count as well: what is held often has none.
pub(crate) fn column(columns: &[Column]) -> Option<usize> {
    columns.iter().position(|column| {
        let mut words = column.distinct.keys().map(|word| fold(word));
        !column.many
            && !column.distinct.is_empty()
            && words.all(|word| WORDS.open.contains(&word) || WORDS.booked.contains(&word))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[&str]) -> Column {
        let mut column = Column::default();
        for word in words {
            column.distinct.insert((*word).to_owned(), 1);
        }
        column
    }

    #[test]
    fn only_a_column_of_states_alone_decides() {
        assert_eq!(column(&[of(&["Umsatz gebucht", "Umsatz vorgemerkt"])]), Some(0));
        assert_eq!(column(&[of(&["Rent"]), of(&["COMPLETED", "PENDING", "REVERTED"])]), Some(1));
        assert_eq!(column(&[of(&["Pending"])]), Some(0), "a file may hold nothing else");
        assert_eq!(column(&[of(&["Completed"])]), Some(0));
        assert_eq!(column(&[of(&[])]), None);
        assert_eq!(column(&[of(&["Declined", "Completed", "Harbour fees"])]), None, "a text column");
    }

    #[test]
    fn states_in_other_languages() {
        for word in ["en attente", "EN ATTENTE", "À venir", "oczekująca", "Ej bokförd", "в обработке"] {
            assert!(is_open(word), "{word}");
        }
        assert!(!is_open("Completed"));
    }
}
