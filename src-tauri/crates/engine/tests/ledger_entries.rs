//! Journal entries of several postings: lines, splits, all of them or none.

use engine::EngineResult;
use engine::api::bulk::{EntryForm, EntryLine, EntryRequest, EntryShare, EntryView};
use engine::api::page::ListQuery;
use engine::api::transactions::FamilyState;

use crate::support::{TestBook, transfer};

fn entry(reference: &str, form: EntryForm) -> EntryRequest {
    EntryRequest {
        reference: reference.into(),
        currency: "EUR".into(),
        description: "Rent and power".into(),
        effective_date: None,
        hold: false,
        expires_at: None,
        commits_at: None,
        allow_overdraft: false,
        metadata: None,
        create_indicators: false,
        signed_reason: None,
        form,
    }
}

fn lines(debits: &[(&str, &str)], credits: &[(&str, &str)]) -> EntryForm {
    let side = |list: &[(&str, &str)]| {
        list.iter()
            .map(|(balance, amount)| EntryLine { balance: (*balance).into(), amount: (*amount).into() })
            .collect()
    };
    EntryForm::Lines { debits: side(debits), credits: side(credits) }
}

fn split(whole: &str, amount: &str, shares: &[(&str, &str)]) -> EntryForm {
    let shares =
        shares.iter().map(|(balance, share)| EntryShare { balance: (*balance).into(), share: (*share).into() });
    EntryForm::Split { whole: whole.into(), whole_is_source: true, amount: amount.into(), shares: shares.collect() }
}

struct Books {
    book: TestBook,
    bank: String,
    rent: String,
    power: String,
    tax: String,
}

async fn books(money: &str) -> Books {
    let book = TestBook::new().await;
    let bank = book.balance("Bank", "EUR").await;
    let (rent, power, tax) =
        (book.balance("Rent", "EUR").await, book.balance("Power", "EUR").await, book.balance("Tax", "EUR").await);
    book.fund(&bank, "EUR", money).await;
    Books { book, bank, rent, power, tax }
}

impl Books {
    async fn post(&self, request: EntryRequest) -> EngineResult<EntryView> {
        self.book.engine.entry_post(request).await
    }

    async fn balance(&self, id: &str) -> String {
        self.book.engine.balance_get(id, None).await.unwrap().row.figures.balance
    }

    async fn count(&self) -> u64 {
        self.book.engine.transactions_page(ListQuery { limit: 1, ..ListQuery::default() }).await.unwrap().total
    }

    async fn sound(&self) {
        assert_eq!(self.book.engine.book_check().await.unwrap().problems, [""; 0]);
    }
}

#[tokio::test]
async fn an_entry_of_lines_is_booked_whole_under_one_reference() {
    let books = books("1000").await;
    let (bank, rent, power, tax) = (&*books.bank, &*books.rent, &*books.power, &*books.tax);
    books.book.transfer("TAX", bank, tax, "100").await.unwrap();
    let request = entry("JE-1", lines(&[(bank, "500"), (tax, "100")], &[(rent, "400"), (power, "200")]));
    let preview = books.book.engine.entry_preview(request.clone()).await.unwrap();
    assert!(preview.ready, "{preview:?}");
    let effects: Vec<_> =
        preview.effects.iter().map(|one| (&*one.name, &*one.before.balance, &*one.after.balance)).collect();
    assert_eq!(effects, [("Bank", "900", "400"), ("Power", "0", "200"), ("Rent", "0", "400"), ("Tax", "100", "0")]);
    assert_eq!(books.count().await, 2, "a preview books nothing");

    let posted = books.post(request.clone()).await.unwrap();
    let legs: Vec<_> = posted
        .legs
        .iter()
        .map(|leg| (&*leg.reference, leg.position, &*leg.source_name, &*leg.destination_name, &*leg.amount))
        .collect();
    assert_eq!(
        legs,
        [
            ("JE-1", 1, "Bank", "Rent", "400"),
            ("JE-1-2", 2, "Bank", "Power", "100"),
            ("JE-1-3", 3, "Tax", "Power", "100")
        ]
    );
    assert!(!posted.existing && posted.legs.iter().all(|leg| leg.state == FamilyState::Applied));
    let again = books.post(request.clone()).await.unwrap();
    assert!(again.existing, "asked for again it is the same entry");
    assert_eq!(again.legs, posted.legs);
    let detail = books.book.engine.transaction_get(&posted.legs[1].id).await.unwrap();
    let place = detail.entry.expect("it says which posting it is");
    assert_eq!((place.position, place.legs), (2, 3));
    assert_eq!(books.book.engine.entry_get(&posted.legs[2].id).await.unwrap().legs, posted.legs);
    assert_eq!((books.balance(rent).await, books.balance(power).await), ("400".into(), "200".into()));
    let alone = books.book.engine.entry_get("txn_none").await.unwrap_err();
    assert_eq!(alone.code(), "NOT_FOUND");
    books.sound().await;
}

#[tokio::test]
async fn another_entry_or_posting_under_the_same_reference_is_refused() {
    let books = books("1000").await;
    let (bank, rent, power) = (&*books.bank, &*books.rent, &*books.power);
    books.post(entry("JE", lines(&[(bank, "30")], &[(rent, "10"), (power, "20")]))).await.unwrap();
    let before = books.count().await;
    let mut alone = transfer("JE", bank, rent, "10");
    alone.description = "Rent and power".into();
    for other in [
        // Its first posting alone, fewer lines, more lines, other amounts.
        entry("JE", lines(&[(bank, "10")], &[(rent, "10")])),
        entry("JE", lines(&[(bank, "35")], &[(rent, "10"), (power, "20"), (&books.tax, "5")])),
        entry("JE", lines(&[(bank, "30")], &[(rent, "11"), (power, "19")])),
        entry("JE", lines(&[(bank, "30")], &[(rent, "10"), (&books.tax, "20")])),
    ] {
        assert_eq!(books.post(other.clone()).await.unwrap_err().code(), "TXN_DUPLICATE_REFERENCE", "{other:?}");
    }
    let posted = books.book.engine.post(alone).await.unwrap_err();
    assert_eq!(posted.code(), "TXN_DUPLICATE_REFERENCE", "a posting of its own is no posting of the entry");
    // A reference that one of the later postings would need.
    books.book.transfer("OTHER-2", bank, rent, "1").await.unwrap();
    let taken = books.post(entry("OTHER", lines(&[(bank, "3")], &[(rent, "1"), (power, "2")]))).await.unwrap_err();
    assert_eq!(taken.code(), "TXN_DUPLICATE_REFERENCE");
    assert_eq!(books.count().await, before + 1, "nothing of a refused entry is visible");
    books.sound().await;
}

#[tokio::test]
async fn a_refused_posting_leaves_none_of_its_entry() {
    let books = books("100").await;
    let (bank, rent, power, tax) = (&*books.bank, &*books.rent, &*books.power, &*books.tax);
    for form in
        [lines(&[(bank, "50"), (tax, "10")], &[(rent, "60")]), split(bank, "101", &[(rent, "50"), (power, "left")])]
    {
        let preview = books.book.engine.entry_preview(entry("E", form.clone())).await.unwrap();
        assert!(!preview.ready && preview.refusal.is_some_and(|why| why.contains("available")));
        assert_eq!(books.post(entry("E", form)).await.unwrap_err().code(), "TXN_INSUFFICIENT_FUNDS");
        assert_eq!((books.count().await, books.balance(bank).await), (1, "100".into()));
    }
    for (form, sentence) in [
        (lines(&[(bank, "50")], &[(rent, "49")]), "0.01 EUR more goes out than comes in."),
        (lines(&[(bank, "50")], &[(bank, "50")]), "stands on both sides"),
        (lines(&[(bank, "50")], &[]), "at least one line on each side"),
        (lines(&[(bank, "0")], &[(rent, "0")]), "must be above zero"),
        (split(bank, "100", &[(rent, "60"), (power, "50%")]), "The shares come to 0.10 EUR more than the whole."),
        (split(bank, "100", &[(rent, "50%"), (power, "30%")]), "The shares leave 0.20 EUR over."),
        (split(bank, "100", &[(rent, "left"), (power, "left")]), "Only one share can take what is left."),
        (split(bank, "100", &[(rent, "101%"), (power, "left")]), "a percentage lies above 0 and up to 100"),
    ] {
        let refused = books.post(entry("E", form.clone())).await.unwrap_err();
        assert_eq!(refused.code(), "INVALID_INPUT");
        assert!(refused.sentence().contains(sentence), "{form:?}: {}", refused.sentence());
    }
    books.sound().await;
}

#[tokio::test]
async fn a_split_gives_everybody_the_same_parts_each_time() {
    let books = books("1000").await;
    let (bank, rent, power, tax) = (&*books.bank, &*books.rent, &*books.power, &*books.tax);
    let request = entry("S", split(bank, "250", &[(rent, "50%"), (power, "45%"), (tax, "left")]));
    let preview = books.book.engine.entry_preview(request.clone()).await.unwrap();
    assert_eq!(preview.parts, ["125", "113", "12"]);
    books.post(request).await.unwrap();
    assert_eq!(
        (books.balance(rent).await, books.balance(power).await, books.balance(tax).await),
        ("125".into(), "113".into(), "12".into())
    );
    // From several to one.
    let back = EntryForm::Split {
        whole: bank.into(),
        whole_is_source: false,
        amount: "100".into(),
        shares: vec![
            EntryShare { balance: rent.into(), share: "33.33%".into() },
            EntryShare { balance: power.into(), share: "LEFT".into() },
        ],
    };
    books.post(entry("B", back)).await.unwrap();
    assert_eq!((books.balance(rent).await, books.balance(power).await), ("92".into(), "46".into()));
    assert_eq!(books.balance(bank).await, "850");
    books.sound().await;
}

#[tokio::test]
async fn all_postings_of_a_held_entry_commit_themselves() {
    let books = books("1000").await;
    let (bank, rent, power) = (&*books.bank, &*books.rent, &*books.power);
    let at = |time: &str| Some(format!("2026-11-19T{time}:00Z"));
    let form = || split(bank, "100", &[(rent, "60%"), (power, "left")]);
    let request = |commits_at| EntryRequest { hold: true, commits_at, expires_at: at("12:24"), ..entry("H", form()) };
    let held = books.post(request(at("11:24"))).await.unwrap();
    assert!(held.legs.iter().all(|leg| leg.state == FamilyState::Held));
    assert!(books.post(request(at("11:24"))).await.unwrap().existing, "the same entry again");
    assert_eq!(books.post(request(at("11:25"))).await.unwrap_err().code(), "TXN_DUPLICATE_REFERENCE");
    books.book.clock.set("2026-11-19T12:24:00Z".parse().unwrap());
    assert_eq!(books.book.engine.expire_holds().await.unwrap(), 2);
    let legs = books.book.engine.entry_get(&held.legs[0].id).await.unwrap().legs;
    assert!(legs.iter().all(|leg| leg.state == FamilyState::Committed), "{legs:?}");
    let figures = books.book.engine.balance_get(bank, None).await.unwrap().row.figures;
    assert_eq!((&*figures.balance, &*figures.held_out), ("900", "0"));
    books.sound().await;
}

#[tokio::test]
async fn all_postings_of_a_held_entry_run_out() {
    let books = books("1000").await;
    let (bank, rent, power) = (&*books.bank, &*books.rent, &*books.power);
    let mut request = entry("H", split(bank, "100", &[(rent, "50%"), (power, "50%")]));
    request.hold = true;
    request.expires_at = Some("2026-11-19T11:24:00Z".into());
    let held = books.post(request).await.unwrap();
    assert!(held.legs.iter().all(|leg| leg.state == FamilyState::Held));
    books.book.clock.set("2026-11-19T12:24:00Z".parse().unwrap());
    assert_eq!(books.book.engine.expire_holds().await.unwrap(), 2);
    let legs = books.book.engine.entry_get(&held.legs[0].id).await.unwrap().legs;
    assert!(legs.iter().all(|leg| leg.state == FamilyState::Expired), "{legs:?}");
    let figures = books.book.engine.balance_get(bank, None).await.unwrap().row.figures;
    assert_eq!((&*figures.balance, &*figures.held_out), ("1000", "0"));
    books.sound().await;
}
