//! The words banks print above columns and beside totals, in the languages of the files that turn up.
//!
//! Words are hints. Whole-column types and the running balance overrule them.

use std::collections::HashMap;
use std::sync::LazyLock;

use ledger::Currency;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without accents and punctuation, words separated by one space.
pub(crate) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        let c = match c {
            'ł' => 'l',
            'ø' => 'o',
            'đ' => 'd',
            'ı' => 'i',
            'ß' => 's',
            other => other,
        };
        if c.is_alphanumeric() {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(c);
        } else {
            gap = true;
        }
    }
    out
}

/// What a header cell suggests about its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Hint {
    BookingDate,
    ValueDate,
    /// A date, without saying which.
    Date,
    Amount,
    Debit,
    Credit,
    Direction,
    Balance,
    Currency,
    Description,
    Reference,
    Counterparty,
    CounterpartyAccount,
    Account,
    BankCode,
    /// Known, and nothing of ours: category, fee, exchange rate, amount in another currency.
    Other,
}

#[rustfmt::skip]
const HINTS: &[(Hint, &[&str])] = &[
    (
        Hint::BookingDate,
        &[
            "booking date", "booked", "posted", "posting date", "post date", "date posted", "posted date",
            "booked date", "accounting date", "entry date", "buchungstag", "buchungsdatum", "buchung",
            "date de comptabilisation", "date comptable", "date operation", "date d operation",
            "date de l operation", "fecha contable", "fecha operacion", "fecha de operacion", "f contable",
            "data contabile", "data operazione", "data registrazione", "boekdatum", "boekingsdatum", "journaaldatum",
            "data lancamento", "data mov", "data movimento", "data do movimento", "bokforingsdag", "bokforingsdatum",
            "bokford", "bokforingsdato", "bogfort", "bogforingsdato", "kirjauspaiva", "data ksiegowania",
            "data operacji", "datum zauctovani", "datum provedeni", "datum proctovani", "data transakcji",
            "islem tarihi", "konyveles datuma", "konyvelesi datum", "datum knjizenja", "дата проводки",
            "дата операции", "settled date", "completed date", "datum boeking", "transactiedatum",
        ],
    ),
    (
        Hint::BookingDate,
        &[
            "reskontradatum", "data tranzactiei", "data procesarii", "fecha movimiento", "fecha de movimiento",
            "fecha transaccion", "data della operazione", "datum uctovani", "data do lancamento", "fecha de proceso",
            "ημερομηνία κίνησης", "ημερομηνία συναλλαγής", "取引日", "お取引日", "取扱日", "お取扱日", "交易日期",
            "记账日期", "记账日", "入账日期", "交易日", "거래일자", "거래일시", "거래일", "дата документа",
        ],
    ),
    (
        Hint::ValueDate,
        &[
            "value dat", "val date", "data valutei", "ημερομηνία αξίας", "起息日", "起算日", "дата валютирования",
            "value date", "value", "date value", "interest date", "effective date", "wert", "wertstellung", "valuta",
            "valutadatum", "valuta datum", "valutadato", "date de valeur", "date valeur", "fecha valor", "f valor",
            "data valuta", "rentedatum", "rentedato", "renteringsdato", "rentedag", "data valor", "data waluty",
            "data de valor", "arvopaiva", "valor", "datum valuty", "valor tarihi", "ertesnap", "erteknap",
            "dt valor", "data da valor", "valutering", "wertstellungstag", "valuutapaiva", "valutadag",
        ],
    ),
    (
        Hint::Date,
        &[
            "date", "datum", "fecha", "data", "dato", "paivamaara", "pvm", "tarih", "transaction date", "trans date",
            "date of transaction", "transaktionsdatum", "tag", "dag", "dzien", "дата", "txn date", "tran date",
            "date time", "created", "time", "timestamp", "started date", "purchase date", "belegdatum", "kaufdatum",
            "created on", "datetime", "umsatzdatum", "dia", "date transaction", "data transacao",
        ],
    ),
    (Hint::Date, &["ημερομηνία", "日付", "年月日", "日期", "날짜", "data i godzina", "dzień operacji"]),
    (
        Hint::Amount,
        &[
            "netto", "operation amount", "montant operation", "montant de l operation", "suma tranzactiei", "valor rs",
            "ποσό", "ποσό συναλλαγής", "金額", "取引金額", "お取引金額", "入出金", "入出金額", "金额", "交易金额", "人民币金额",
            "거래금액", "금액", "сумма операции", "сумма в валюте счета",
            "amount", "transaction amount", "betrag", "umsatz", "montant", "importe", "importo", "bedrag",
            "valor do movimento", "montante", "belopp", "belob", "belop", "summa", "maara", "kwota", "castka",
            "objem", "tutar", "iznos", "osszeg", "suma", "сумма", "monto", "cantidad", "net", "net amount",
            "amount in account currency", "betrag in eur", "importe eur", "bedrag eur", "transaction value",
            "transaktionsbetrag", "buchungsbetrag", "kwota transakcji", "kwota operacji", "amt", "total amount",
            "valeur", "transactiebedrag", "mutatiebedrag", "movimiento", "quantia", "montant eur", "amount eur",
            "umsatz in eur", "wertbetrag", "importe operacion", "sum", "bedrag af bij",
        ],
    ),
    (
        Hint::Debit,
        &[
            "χρέωση", "お引出し", "お引き出し", "お引出金額", "引出額", "お支払い金額", "支払い金額", "お支払金額",
            "支払金額", "出金", "出金額", "出金金額", "借方", "借方金额", "借方发生额", "支出", "支出金额", "출금",
            "출금액", "출금금액", "찾으신금액", "списание", "дебет", "retragere", "plati", "debitare",
            "debit", "debits", "debit amount", "money out", "paid out", "withdrawal", "withdrawals", "withdrawn", "разход",
            "withdrawal amount", "payments", "out", "soll", "lastschrift", "belastung", "debet", "debito", "debitos",
            "cargo", "cargos", "dare", "addebiti", "addebito", "uscite", "uscita", "sortie", "depense", "depenses",
            "af", "uit", "uitgaven", "uttag", "ut", "ut fra konto", "ud", "wyplyw", "obciazenia", "obciazenie",
            "wydatki", "vyber", "borc", "debe", "saida", "saidas", "retiros", "egresos", "amount debit", "debit eur",
            "expense", "expenses", "spent", "ausgang", "ausgaben", "расход", "terheles", "isplata", "dr",
            "dr amount", "auszahlung", "money out gbp", "paid out gbp", "charges", "charge", "cheques", "gasto",
            "gastos", "pago", "debit amt", "withdrawal amt", "ausgaenge", "belastungen", "abgang",
        ],
    ),
    (
        Hint::Credit,
        &[
            "πίστωση", "お預入れ", "お預け入れ", "お預入金額", "預入額", "お預かり金額", "預かり金額", "預り金額", "入金",
            "入金額", "入金金額", "贷方", "贷方金额", "贷方发生额", "收入", "收入金额", "입금", "입금액", "입금금액",
            "맡기신금액", "зачисление", "поступление", "кредит", "depunere", "incasari", "creditare",
            "credit", "credits", "credit amount", "money in", "paid in", "deposit", "deposits", "deposit amount", "deposited",
            "receipts", "in", "haben", "gutschrift", "credito", "creditos", "abono", "abonos", "avere", "accrediti",
            "accredito", "entrate", "entrata", "entree", "recette", "recettes", "bij", "inkomsten", "insattning",
            "inn", "inn pa konto", "ind", "wplyw", "uznania", "uznanie", "wplywy", "vklad", "alacak", "haber",
            "entradas", "entrada", "depositos", "ingresos", "ingreso", "amount credit", "credit eur", "income",
            "received", "eingang", "einnahmen", "приход", "jovairas", "uplata", "kredit", "cr", "cr amount",
            "einzahlung", "money in gbp", "paid in gbp", "credit amt", "deposit amt", "gutschriften", "zugang",
        ],
    ),
    (
        Hint::Direction,
        &[
            "借贷标志", "借贷", "借贷方向", "收支", "收 支", "入払区分", "debit credit", "credit debit", "dr cr", "cr dr", "d c", "c d", "soll haben", "s h", "af bij", "bij af",
            "debet credit", "credit debit indicator", "debit credit indicator", "sign", "direction", "richting",
            "debit or credit", "sens", "debito credito", "d h", "vorzeichen", "soll haben kennzeichen", "cdi", "dc",
            "crdr", "drcr", "debitcredit", "creditdebit", "db cr", "d k", "in out", "transaction direction",
            "kennzeichen", "type debit credit", "sollhaben", "afbij",
        ],
    ),
    (
        Hint::Balance,
        &[
            "guthaben", "υπόλοιπο", "λογιστικό υπόλοιπο", "残高", "差引残高", "取引後残高", "お取引後残高", "余额", "账户余额", "餘額",
            "잔액", "거래후잔액", "거래 후 잔액", "sold contabil", "saldo apos lancamento", "остаток на счете",
            "balance", "running balance", "account balance", "ledger balance", "book balance", "saldo", "kontostand",
            "solde", "saldo contabile", "saldo na mutatie", "saldo voor mutatie", "beginsaldo", "startsaldo",
            "balance after", "balance after transaction", "new balance", "saldo nach buchung", "saldo po operacji",
            "saldo po transakcji", "zustatek", "bakiye", "egyenleg", "stan konta", "saldo contable",
            "saldo disponible", "saldo eur", "остаток", "closing balance", "bal", "opening balance",
            "tilgodehavende", "saldo efter", "bokfort saldo", "solde apres", "saldo apos", "available balance",
            "end balance", "balance eur", "balance gbp", "resulting balance", "stanje",
        ],
    ),
    (
        Hint::Currency,
        &[
            "νόμισμα", "通貨", "币种", "通화", "valuta contului",
            "currency", "ccy", "wahrung", "waehrung", "devise", "moneda", "divisa", "valuta code", "muntsoort",
            "munt", "mena", "moeda", "waluta", "valuutta", "valuta kod", "curr", "currency code", "para birimi",
            "penznem", "deviza", "валюта", "whrg", "account currency", "cur", "debit currency", "credit currency",
        ],
    ),
    (
        Hint::Description,
        &[
            "περιγραφή", "αιτιολογία", "摘要", "摘要内容", "取引内容", "お取引内容", "お取り扱い内容", "お取扱内容",
            "入出金内容", "交易说明", "交易摘要", "用途", "附言", "적요", "내용", "거래내용", "descriere", "detalii",
            "description", "details", "narrative", "memo", "particulars", "transaction details",
            "transaction description", "verwendungszweck", "buchungstext", "vorgang", "beschreibung", "libelle",
            "libelle operation", "detail", "motif", "concepto", "descripcion", "descrizione", "causale",
            "omschrijving", "mededelingen", "mededeling", "beskrivning", "tekst", "text", "beskrivelse", "descricao",
            "historico", "viesti", "selite", "selitys", "opis", "tytul", "opis operacji", "popis", "zprava",
            "aciklama", "kozlemeny", "megjegyzes", "описание", "назначение платежа", "назначение",
            "remittance information", "notes", "note", "explanation", "movimiento concepto", "payment details",
            "remark", "remarks", "transaction", "communication", "communications", "bemerkung", "omschrijving 1",
            "omschrijving 2", "omschrijving 3", "narration", "rubrik", "forklaring", "info", "observaciones",
            "mas datos", "betalingskenmerk omschrijving", "transaktionstext", "zweck", "avisierungstext",
            "description 1", "description 2", "meddelande", "message", "descrizione estesa", "kommentar",
            "more details", "activity name", "libelle complementaire", "tytul operacji", "naam omschrijving",
        ],
    ),
    (
        Hint::Reference,
        &[
            "reference", "ref", "reference number", "transaction id", "transaction reference", "id", "fitid",
            "kenmerk", "transactiereferentie", "betalingskenmerk", "referenz", "kundenreferenz", "belegnummer",
            "belegnr", "referencia", "numero operacion", "riferimento", "numero", "numero de reference", "referens",
            "viite", "viitenumero", "arkivointitunnus", "numer referencyjny", "variabilni symbol", "cheque number",
            "check number", "cheque no", "check", "check or slip", "serial", "bank reference", "customer reference",
            "your reference", "statement id", "mandatsreferenz", "end to end", "end to end id", "glaubiger id",
            "transaction number", "receipt number", "kid", "volgnr", "volgnummer", "auftragsreferenz", "chq no",
            "cheque", "ref no", "номер", "document number", "n documento", "documento", "kundenreferenz end to end",
            "ref number", "verifikationsnummer", "instructed reference", "payment reference", "chq ref no",
            "no transaction",
        ],
    ),
    (
        Hint::Counterparty,
        &[
            "counterparty", "counterparty name", "counter party", "payee", "payer", "name", "beneficiary",
            "beneficiary name", "merchant", "merchant name", "partner", "partner name", "auftraggeber", "empfanger",
            "auftraggeber empfanger", "beguenstigter zahlungspflichtiger", "begunstigter zahlungspflichtiger",
            "zahlungsempfanger", "zahlungspflichtige r", "zahlungsempfanger in", "name zahlungsbeteiligter",
            "beneficiaire", "tiers", "contrepartie", "beneficiario", "ordenante", "controparte", "naam tegenpartij",
            "tegenpartij", "naam", "naam tegenrekening", "motpart", "mottaker", "modtager", "avsender", "saaja",
            "maksaja", "saaja maksaja", "kontrahent", "nadawca", "odbiorca", "nadawca odbiorca", "nazev protiuctu",
            "nazev protistrany", "protistrana", "empfanger auftraggeber", "auftraggeber begunstigter", "karsi taraf",
            "partner neve", "получатель", "контрагент", "paid to", "vendor", "from to", "other party",
            "naam debiteur crediteur", "opdrachtgever", "dane kontrahenta", "name payee", "to", "from",
            "beguenstigter", "zahlungspflichtiger", "sender or recipient", "recipient", "sender",
        ],
    ),
    (
        Hint::CounterpartyAccount,
        &[
            "counterparty account", "counterparty iban", "beneficiary account", "tegenrekening",
            "tegenrekening iban", "tegenrekening iban bban", "iban tegenpartij", "kontonummer iban",
            "iban zahlungsbeteiligter", "kontonummer zahlungsbeteiligter", "account counterparty", "payee account",
            "gegenkonto", "iban des zahlungsempfangers", "protiucet", "cislo protiuctu",
            "numer rachunku kontrahenta", "rachunek kontrahenta", "nr rachunku kontrahenta", "compte contrepartie",
            "compte de contrepartie", "rekening tegenpartij", "konto kontrahenta", "partner account", "partner iban",
            "cuenta beneficiario", "saajan tilinumero", "saajan tilinumero ja pankin bic", "empfangerkonto",
            "kontonummer", "account number payee", "contra account", "from account", "to account", "counter account",
            "tegenrekeningnummer", "partner account number", "iban bban tegenpartij", "conto controparte",
        ],
    ),
    (
        Hint::Account,
        &[
            "account", "account number", "account no", "account iban", "own account", "iban", "konto",
            "auftragskonto", "iban auftragskonto", "rekening", "rekeningnummer", "iban bban", "compte",
            "numero de compte", "cuenta", "numero de cuenta", "conto", "tilinumero", "rachunek", "numer rachunku",
            "cislo uctu", "account id", "sub account", "account name", "bezeichnung auftragskonto", "kontonr",
            "eigenkonto", "account nr", "bank account", "hesap", "konto auftraggeber", "mijn rekening",
            "account_number", "clearingnummer kontonummer", "conta",
        ],
    ),
    (
        Hint::BankCode,
        &[
            "type", "transaction type", "code", "transaction code", "bank code", "mutatiesoort", "umsatzart",
            "umsatztyp", "mutatiecode", "boekcode", "tipo", "type operation", "type d operation", "typ transakcji",
            "typ", "transactiesoort", "laji", "tapahtumalaji", "trntype", "art", "gv code", "category code",
            "tipo movimento", "typ operacji", "rodzaj operacji", "rodzaj transakcji", "bai code", "payment type",
            "typ platby", "ks", "method", "transaktionstyp", "codigo", "state code", "buchungsart", "verksamhet",
            "globale transactiecode", "transactiecode", "subtype", "tran type",
        ],
    ),
    (
        Hint::Other,
        &[
            "brutto", "bruto", "brut", "gebuhr", "gebuhren", "frais", "category", "kategorie", "categorie", "categoria", "fee", "fees", "exchange rate", "wechselkurs", "kurs",
            "taux", "rate", "koers", "kurs wymiany", "original amount", "foreign amount", "betrag in fremdwahrung",
            "amount in foreign currency", "amount foreign currency", "oorspr bedrag", "originalbetrag",
            "original currency", "originalwahrung", "oorspr munt", "koersafwijking", "bic", "swift", "blz",
            "bic swift code", "bankleitzahl", "status", "state", "zip", "city", "country", "land", "card number",
            "kartennummer", "card", "line", "row", "nr", "no", "pos", "lfd nr", "number", "count", "sort code",
            "bank", "label", "labels", "tags", "mandaatkenmerk", "incassant id", "product", "original value",
            "local amount", "local currency", "unit price", "quantity", "vat", "mwst", "tax", "balance date",
            "vp nr", "bank name", "branch", "glaubiger id other", "sammlerreferenz", "lastschrift ursprungsbetrag",
            "auslagenersatz rucklastschrift", "kwota w walucie", "kwota blokady zwolnienie blokady", "limit",
            "points", "year", "month", "week", "original amt", "gross", "commission", "kwota rachunku",
            "rate applied", "spese", "interest", "foreign currency", "fremdwahrung", "balance currency",
            "amount in original currency", "converted amount", "exchange to", "exchange out", "exchange in",
            "card holder", "cardholder", "time of day", "tijd", "uhrzeit", "hora", "tid", "oras",
        ],
    ),
];

/// Phrases longer than this many words are in no list.
pub(crate) const MAX_WORDS: usize = 6;

/// The lists by phrase: hostile files have a million rows of text, and each is looked at.
static HINT_OF: LazyLock<HashMap<String, Hint>> = LazyLock::new(|| by_phrase(HINTS));

/// Lists of phrases turned round, folded. Where a phrase stands in two lists, the first list has it.
pub(crate) fn by_phrase<T: Copy>(lists: &[(T, &[&str])]) -> HashMap<String, T> {
    let pairs = lists.iter().flat_map(|(meaning, phrases)| phrases.iter().map(|phrase| (fold(phrase), *meaning)));
    pairs.collect::<Vec<_>>().into_iter().rev().collect()
}

/// `RunningBalance` as two words.
fn split_camel(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut lower = false;
    for c in text.chars() {
        if c.is_uppercase() && lower {
            out.push(' ');
        }
        lower = c.is_lowercase();
        out.push(c);
    }
    out
}

/// What a header cell suggests, and how strongly: 3 for the exact phrase, 2 for a phrase within it.
pub(crate) fn hint(header: &str) -> Option<(Hint, u8)> {
    if header.len() > 80 {
        return None;
    }
    if matches!(header.trim(), "+/-" | "-/+" | "+-" | "+ / -") {
        return Some((Hint::Direction, 3));
    }
    let folded = fold(&split_camel(header));
    if let Some(hint) = HINT_OF.get(folded.as_str()) {
        return Some((*hint, 3));
    }
    // Without the currency that many headers carry: "Amount (EUR)".
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let bare: Vec<&str> = words.iter().copied().filter(|word| !is_iso(word)).collect();
    if let Some(hint) = HINT_OF.get(bare.join(" ").as_str()) {
        return Some((*hint, 3));
    }
    if words.len() > MAX_WORDS {
        return None;
    }
    let phrases = (0..words.len()).flat_map(|from| (from + 1..=words.len()).map(move |to| (from, to)));
    phrases
        .map(|(from, to)| words[from..to].join(" "))
        .filter(|phrase| phrase.len() >= 3)
        .filter_map(|phrase| HINT_OF.get(phrase.as_str()).map(|hint| (phrase.len(), *hint)))
        .max_by_key(|(length, _)| *length)
        .map(|(_, hint)| (hint, 2))
}

/// True for a known currency code in any case.
pub(crate) fn is_iso(word: &str) -> bool {
    word.len() == 3 && iso(word).is_some()
}

/// The currency of a code as banks print it: in any case, and RUR for RUB.
pub(crate) fn iso(code: &str) -> Option<Currency> {
    Currency::iso(if code.eq_ignore_ascii_case("RUR") { "RUB" } else { code })
}

/// True if one of the words of a text, folded, is in the list.
pub(crate) fn has_word(text: &str, list: &[&str]) -> bool {
    fold(text).split(' ').any(|word| list.contains(&word))
}

/// Words for money that leaves the account, folded.
#[rustfmt::skip]
pub(crate) const DEBIT_WORDS: &[&str] = &[
            "d", "dr", "db", "dbit", "debit", "debet", "debito", "s", "soll", "af", "out", "uit", "withdrawal",
            "lastschrift", "belastung", "cargo", "dare", "addebito", "sortie", "ut", "ud", "obciazenie", "debe",
            "dbt", "paid out", "money out", "debited", "borc", "outgoing", "payment", "saida", "expense", "d r", "借", "支", "支出", "出金", "출금",
        ];
/// Words for money that arrives, folded.
#[rustfmt::skip]
pub(crate) const CREDIT_WORDS: &[&str] = &[
            "c", "cr", "crdt", "credit", "kredit", "credito", "h", "haben", "bij", "in", "deposit", "gutschrift",
            "abono", "avere", "accredito", "entree", "inn", "ind", "uznanie", "haber", "crd", "paid in", "money in",
            "credited", "alacak", "incoming", "receipt", "entrada", "income", "k", "c r", "贷", "收", "收入", "入金", "입금",
        ];

/// The side a word stands for: `Some(true)` for debit. Bare signs count.
pub(crate) fn side(text: &str) -> Option<bool> {
    match text {
        "-" | "\u{2212}" => return Some(true),
        "+" => return Some(false),
        _ => {}
    }
    if text.len() > 16 {
        return None;
    }
    let folded = fold(text);
    if DEBIT_WORDS.contains(&folded.as_str()) {
        Some(true)
    } else if CREDIT_WORDS.contains(&folded.as_str()) {
        Some(false)
    } else {
        // The same side in two languages: "贷 Cr".
        let (first, second) = folded.split_once(' ')?;
        side(first).filter(|one| side(second) == Some(*one))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_in_many_languages() {
        for (text, expected) in [
            ("Buchungstag", Hint::BookingDate),
            ("Valutadatum", Hint::ValueDate),
            ("Betrag (EUR)", Hint::Amount),
            ("Bedrag (EUR)", Hint::Amount),
            ("Af Bij", Hint::Direction),
            ("Soll", Hint::Debit),
            ("Haben", Hint::Credit),
            ("Débit", Hint::Debit),
            ("Crédit", Hint::Credit),
            ("Libellé", Hint::Description),
            ("Saldo po operacji", Hint::Balance),
            ("Data księgowania", Hint::BookingDate),
            ("Tegenrekening IBAN/BBAN", Hint::CounterpartyAccount),
            ("Amount in foreign currency", Hint::Other),
            ("Running Balance", Hint::Balance),
            ("Paid out (£)", Hint::Debit),
            ("Måned beløb", Hint::Amount),
        ] {
            assert_eq!(hint(text).map(|(hint, _)| hint), Some(expected), "{text}");
        }
        assert_eq!(hint("xyzzy"), None);
    }

    #[test]
    fn headers_without_latin_letters() {
        for (text, expected) in [
            ("お引出し", Hint::Debit),
            ("お預入れ", Hint::Credit),
            ("支払い金額", Hint::Debit),
            ("差引残高", Hint::Balance),
            ("取引後残高(円)", Hint::Balance),
            ("收入金额", Hint::Credit),
            ("출금액", Hint::Debit),
            ("Ημερομηνία", Hint::Date),
            ("Υπόλοιπο", Hint::Balance),
            ("Остаток", Hint::Balance),
            ("+/-", Hint::Direction),
        ] {
            assert_eq!(hint(text).map(|(hint, _)| hint), Some(expected), "{text}");
        }
    }
}
