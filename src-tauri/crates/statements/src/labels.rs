//! The labels banks print beside and between the rows of a table: balances, totals, account, period.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::words::{MAX_WORDS, by_phrase, fold, is_iso};

/// What a label beside or above the table says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Label {
    Opening,
    Closing,
    Total,
    Account,
    Currency,
    Period,
}

#[rustfmt::skip]
const LABELS: &[(Label, &[&str])] = &[
    (
        Label::Opening,
        &[
            "opening balance", "start balance", "starting balance", "beginning balance", "previous balance",
            "balance brought forward", "brought forward", "anfangssaldo", "alter saldo", "alter kontostand",
            "startsaldo", "eroffnungssaldo", "saldo inicial", "saldo anterior", "solde initial", "solde precedent",
            "ancien solde", "solde d ouverture", "saldo iniziale", "saldo precedente", "beginsaldo", "vorig saldo",
            "ingaende saldo", "inngaende saldo", "primosaldo", "alkusaldo", "saldo poczatkowe", "pocatecni zustatek",
            "nyito egyenleg", "acilis bakiyesi", "входящий остаток", "openingssaldo", "saldo vortrag",
            "saldovortrag", "balance forward", "saldo iniziale contabile", "solde en debut de periode",
            "saldo do dia anterior", "likutis pradziai", "期初余额", "繰越残高", "前期残高", "υπόλοιπο έναρξης", "sold initial",
        ],
    ),
    (
        Label::Closing,
        &[
            "closing balance", "end balance", "ending balance", "new balance", "final balance",
            "balance carried forward", "carried forward", "endsaldo", "neuer saldo", "neuer kontostand",
            "schlusssaldo", "kontostand", "saldo final", "saldo actual", "solde final", "nouveau solde",
            "solde de cloture", "saldo finale", "saldo contabile", "eindsaldo", "nieuw saldo", "utgaende saldo",
            "ultimosaldo", "loppusaldo", "saldo koncowe", "konecny zustatek", "zaro egyenleg", "kapanis bakiyesi",
            "исходящий остаток", "current balance", "ledger balance", "balance as of", "balance as at", "balance on",
            "abschlusssaldo", "aktueller kontostand", "solde au", "saldo al", "saldo per", "slotsaldo",
            "solde en fin de periode", "saldo disponivel", "saldo do dia", "期末余额", "期末残高", "υπόλοιπο λήξης",
            "sold final", "saldo contabil", "saldo contabilistico", "likutis pabaigai",
        ],
    ),
    (
        Label::Total,
        &[
            "total", "totals", "sum", "summe", "gesamt", "gesamtsumme", "totaal", "totale", "totales", "totais",
            "summa", "razem", "celkem", "toplam", "osszesen", "итого", "grand total", "total debits",
            "total credits", "subtotal", "zwischensumme", "suma", "saldo", "balance", "total eur", "net change",
            "turnover", "obroty", "umsatze", "yhteensa", "i alt", "sub total", "total movimientos", "apyvarta", "合计",
            "合计金额", "总计", "小计", "合計", "小計", "합계",
        ],
    ),
    (
        Label::Account,
        &[
            "account", "account number", "account no", "account name", "iban", "konto", "kontonummer", "rekening",
            "rekeningnummer", "compte", "numero de compte", "compte numero", "cuenta", "numero de cuenta", "conto",
            "numero conto", "conta", "tili", "tilinumero", "rachunek", "numer rachunku", "nr rachunku", "cislo uctu",
            "ucet", "hesap no", "hesap", "szamlaszam", "счет", "kontonr", "conto corrente", "n de compte",
            "account iban", "girokonto", "account id", "n conto", "bank account",
        ],
    ),
    (
        Label::Currency,
        &[
            "currency", "ccy", "wahrung", "waehrung", "devise", "moneda", "divisa", "munt", "muntsoort", "mena",
            "moeda", "waluta", "valuutta", "para birimi", "penznem", "валюта", "account currency", "kontowahrung",
            "valuta",
        ],
    ),
    (
        Label::Period,
        &[
            "period", "zeitraum", "periode", "statement period", "date range", "periodo", "od do", "za okres",
            "from", "to", "von", "bis", "du", "au", "van", "tot", "desde", "hasta", "dal", "al", "start date",
            "end date", "from date", "to date", "buchungszeitraum", "okres", "obdobi", "период", "statement date",
            "transactions from",
        ],
    ),
];

/// The label a text begins with, if any. The longest phrase wins.
pub(crate) fn label(text: &str) -> Option<Label> {
    if text.len() > 200 || text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let folded = fold(text);
    let ends = folded.match_indices(' ').map(|(at, _)| at).take(MAX_WORDS - 1).chain([folded.len()]);
    let found = ends.filter_map(|end| LABEL_OF.get(&folded[..end]).copied()).last();
    // "Saldo contabile iniziale al 01.10.2026": the word that tells comes late.
    let balance = ["saldo", "solde", "balance", "kontostand"].iter().any(|word| folded.starts_with(word));
    if balance
        && matches!(found, Some(Label::Closing | Label::Total))
        && folded.split(' ').take(MAX_WORDS).any(|word| OPENING_WORDS.contains(&word))
    {
        return Some(Label::Opening);
    }
    found
}

/// Words that make a balance the one before the first line.
#[rustfmt::skip]
const OPENING_WORDS: &[&str] = &[
    "iniziale", "inicial", "initial", "opening", "anterior", "precedente", "precedent", "debut", "vorig", "begin",
    "beginning", "anfang", "ingaende", "poczatkowe", "pocatecni", "nyito", "start", "starting", "previous",
];

/// The label that a whole text is, with nothing but a date or a currency behind it: "Saldo anterior", "S A L D O",
/// "Closing balance 30 Nov 2026", "Total debits EUR". A payment whose text merely begins so is none.
pub(crate) fn whole_label(text: &str) -> Option<Label> {
    if text.len() > 80 {
        return None;
    }
    let folded = fold(text);
    let spaced = folded.len() > 1 && folded.split(' ').all(|word| word.chars().count() == 1);
    let folded = if spaced { folded.replace(' ', "") } else { folded };
    let dated = |word: &&str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            || matches!(*word, "as" | "of" | "at" | "on" | "au" | "al" | "am" | "per" | "vom" | "em" | "do" | "dia")
            || crate::dates::is_month(word)
    };
    let words: Vec<&str> = folded.split(' ').collect();
    let end = words.len() - words.iter().rev().take_while(|word| dated(word) || is_iso(word)).count();
    let phrase = words[..end].join(" ");
    // Spread out it is a heading; the plain word may be what somebody paid.
    if spaced && matches!(phrase.as_str(), "saldo" | "solde" | "balance") {
        return Some(Label::Closing);
    }
    LABEL_OF.get(phrase.as_str()).copied()
}

/// As [`whole_label`], for balances only.
pub(crate) fn balance_label(text: &str) -> Option<Label> {
    whole_label(text).filter(|label| matches!(label, Label::Opening | Label::Closing))
}

static LABEL_OF: LazyLock<HashMap<String, Label>> = LazyLock::new(|| by_phrase(LABELS));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_are_only_a_balance() {
        for (text, expected) in [
            ("Saldo Anterior", Some(Label::Opening)),
            ("S A L D O", Some(Label::Closing)),
            ("Closing balance 30 Nov 2026", Some(Label::Closing)),
            ("Opening balance as of 01/10/2026", Some(Label::Opening)),
            ("Opening balance transfer to Tolka Marina", None),
            ("Balance Shoes", None),
            ("Balance", None),
        ] {
            assert_eq!(balance_label(text), expected, "{text}");
        }
    }

    #[test]
    fn a_payee_is_no_total() {
        for text in ["Total Energies", "Total Energies 11/2026", "Sum Up", "Balance Shoes", "Summa Travel"] {
            assert_eq!(whole_label(text), None, "{text}");
        }
        for text in ["Total", "TOTAL:", "Sub-total", "Total debits", "Summe EUR", "Total 30.11.2026", "合计金额"] {
            assert_eq!(whole_label(text), Some(Label::Total), "{text}");
        }
    }

    #[test]
    fn labels_beside_tables() {
        assert_eq!(label("Входящий остаток"), Some(Label::Opening));
        assert_eq!(label("Saldo contabile iniziale al 01.10.2026"), Some(Label::Opening));
        assert_eq!(label("Saldo contabile finale al 30.11.2026"), Some(Label::Closing));
        assert_eq!(label("Total of the previous period"), Some(Label::Total));
        assert_eq!(label("Saldo inicial:"), Some(Label::Opening));
        assert_eq!(label("Kontostand vom 30.11.2026:"), Some(Label::Closing));
        assert_eq!(label("Account number"), Some(Label::Account));
        assert_eq!(label("Totalling error"), None);
    }
}
