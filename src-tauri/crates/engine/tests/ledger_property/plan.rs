//! From a random command to what is asked of the engine and what it comes to in the model.

use engine::api::bulk::{BulkRequest, EntryForm, EntryLine, EntryRequest, EntryShare};
use engine::api::transactions::{CommitItem, PostRequest, VoidItem, VoidRequest};
use jiff::ToSpan;
use jiff::civil::date;
use num_bigint::BigInt;

use super::asks::{Asked, Request};
use serde_json::json;

use super::commands::{BALANCES, Draft, MADE, ORIGINS, Other, Single};
use super::model::{Name, Posting, Step, Target};
use super::play::Play;

/// Holds and rows that commands pick from: the newest, since old ones are mostly over.
const NEWEST: usize = 12;

fn newest(of: usize, count: usize) -> Option<usize> {
    (count > 0).then(|| count - 1 - of % count.min(NEWEST))
}

fn side(at: usize, currency: &str) -> Name {
    match BALANCES.get(at) {
        Some((name, currency, _)) => ((*name).to_owned(), (*currency).to_owned()),
        None => (MADE[(at - BALANCES.len()) % MADE.len()].to_owned(), currency.to_owned()),
    }
}

/// Balances that keep a currency, those that are still to be made included.
fn beside(currency: &str) -> Vec<Name> {
    (0..BALANCES.len() + MADE.len()).map(|at| side(at, currency)).filter(|name| name.1 == currency).collect()
}

fn percent(of: &BigInt, percent: u8) -> BigInt {
    (of * BigInt::from(percent) / BigInt::from(100)).max(BigInt::from(1))
}

impl Play {
    /// What a command asks for; nothing where there is nothing to ask about.
    pub fn plan(&mut self, single: &Single, must_be_named: bool) -> Option<Asked> {
        match single {
            Single::Post(draft) => {
                let posting = self.posting(draft, "P");
                Some(Asked { request: Request::Post(self.request(&posting)), steps: vec![Step::of(posting)] })
            }
            Single::Commit { hold, percent: part, void_rest, named } => {
                let hold = newest(*hold, self.model.holds.len())?;
                let part = part.map(|part| percent(&self.model.holds[hold].remaining(), part));
                let reference = self.reference("C", *named || must_be_named);
                let item = CommitItem {
                    id: self.model.holds[hold].id.clone(),
                    amount: part.as_ref().map(ToString::to_string),
                    void_rest: *void_rest,
                    reference: Some(reference.clone()).filter(|reference| !reference.is_empty()),
                    ..CommitItem::default()
                };
                let step = Step::Commit { hold, part, void_rest: *void_rest, reference };
                Some(Asked { request: Request::Commit(item), steps: vec![step] })
            }
            Single::Void { hold, named } => {
                let hold = newest(*hold, self.model.holds.len())?;
                let reference = self.reference("V", *named || must_be_named);
                let item = VoidItem {
                    id: self.model.holds[hold].id.clone(),
                    reference: Some(reference.clone()).filter(|reference| !reference.is_empty()),
                };
                let request = VoidRequest { items: vec![item], reason: "Duplicate".into(), note: None };
                Some(Asked { request: Request::Void(request), steps: vec![Step::Void { hold, reference }] })
            }
            Single::Reserved { of, draft } => {
                let reserved = &self.model.reserved;
                let reference = reserved.iter().nth(newest(*of, reserved.len())?)?.clone();
                let posting = Posting { reference, ..self.posting(draft, "R") };
                Some(Asked { request: Request::Post(self.request(&posting)), steps: vec![Step::of(posting)] })
            }
            Single::Refund { of, of_hold, percent: share } => {
                let posting = self.refund(*of, *of_hold, *share)?;
                Some(Asked { request: Request::Post(self.request(&posting)), steps: vec![Step::of(posting)] })
            }
            Single::Again { of } => Some(self.accepted[newest(*of, self.accepted.len())?].clone()),
            Single::Other { of, what } => {
                let posts = |asked: &&Asked| matches!(asked.steps[..], [Step::Post(_)]);
                let known: Vec<&Asked> = self.accepted.iter().filter(posts).collect();
                let Step::Post(posting) = &known[newest(*of, known.len())?].steps[0] else { return None };
                let posting = changed(posting, *what);
                Some(Asked { request: Request::Post(self.request(&posting)), steps: vec![Step::of(posting)] })
            }
            Single::Entry { draft, parts } => Some(self.entry(draft, parts)),
            Single::Split { draft, percents, into } => Some(self.split(draft, percents, *into)),
            Single::Bulk { drafts, again, atomic } => Some(self.bulk(drafts, *again, *atomic)),
        }
    }

    fn reference(&mut self, letter: &str, named: bool) -> String {
        self.number += 1;
        if named { format!("{letter}{}", self.number) } else { String::new() }
    }

    pub fn posting(&mut self, draft: &Draft, letter: &str) -> Posting {
        let from = side(draft.from, "EUR");
        // One in a few asks for a balance of another currency.
        let to = if draft.to < 60 {
            let near = beside(&from.1);
            near[draft.to % near.len()].clone()
        } else {
            side(draft.to % BALANCES.len(), &from.1)
        };
        Posting {
            reference: self.reference(letter, true),
            currency: from.1.clone(),
            from,
            to,
            amount: draft.amount.clone(),
            description: "Some words".into(),
            day: draft.day.map(|days| date(2026, 11, 19) + i64::from(days).days()),
            hold: draft.hold,
            expires_at: draft.hours.map(|hours| self.model.now + i64::from(hours).hours()),
            commits_at: draft.commits.map(|hours| self.model.now + i64::from(hours).hours()),
            origin: draft.origin.map(|at| ORIGINS[at]),
            allow: draft.allow,
            limit: draft.limit.map(BigInt::from),
            refunds: None,
        }
    }

    fn named(&self, name: &Name) -> String {
        self.ids.get(name).filter(|_| !name.0.starts_with('@')).unwrap_or(&name.0).clone()
    }

    pub fn request(&self, posting: &Posting) -> PostRequest {
        PostRequest {
            reference: posting.reference.clone(),
            amount: posting.amount.to_string(),
            currency: posting.currency.clone(),
            source: self.named(&posting.from),
            destination: self.named(&posting.to),
            description: posting.description.clone(),
            effective_date: posting.day.map(|day| day.to_string()),
            hold: posting.hold,
            expires_at: posting.expires_at.map(|at| at.to_string()),
            commits_at: posting.commits_at.map(|at| at.to_string()),
            metadata: posting.origin.map(|origin| json!({ "lineage_provider": origin })),
            allow_overdraft: posting.allow,
            overdraft_limit: posting.limit.as_ref().map(ToString::to_string),
            create_indicators: true,
            refunds: posting.refunds.map(|target| match target {
                Target::Part(part) => self.model.parts[part].id.clone(),
                Target::Hold(hold) => self.model.holds[hold].id.clone(),
            }),
            ..PostRequest::default()
        }
    }

    fn refund(&mut self, of: usize, of_hold: bool, share: u8) -> Option<Posting> {
        let (target, from, to) = if of_hold {
            let index = newest(of, self.model.holds.len())?;
            let hold = &self.model.holds[index];
            (Target::Hold(index), hold.to.clone(), hold.from.clone())
        } else {
            let index = newest(of, self.model.parts.len())?;
            let part = &self.model.parts[index];
            (Target::Part(index), part.to.clone(), part.from.clone())
        };
        let left = self.model.refundable(target).unwrap_or_default();
        Some(Posting {
            reference: self.reference("G", true),
            currency: from.1.clone(),
            from,
            to,
            amount: percent(&left, share),
            description: "Goes back".into(),
            day: None,
            hold: false,
            expires_at: None,
            commits_at: None,
            origin: None,
            allow: false,
            limit: None,
            refunds: Some(target),
        })
    }

    /// The postings of an entry, one for each amount: from or to one balance, with others of its currency in turn.
    fn legs(&mut self, draft: &Draft, amounts: &[BigInt], out: bool, letter: &str) -> Vec<Posting> {
        let whole = Posting { limit: None, origin: None, ..self.posting(draft, letter) };
        let others: Vec<Name> = beside(&whole.currency).into_iter().filter(|name| *name != whole.from).collect();
        let leg = |(at, amount): (usize, &BigInt)| {
            let other = others[(draft.to + at) % others.len()].clone();
            let (from, to) = if out { (whole.from.clone(), other) } else { (other, whole.from.clone()) };
            let reference = match at {
                0 => whole.reference.clone(),
                at => format!("{}-{}", whole.reference, at + 1),
            };
            Posting { reference, from, to, amount: amount.clone(), ..whole.clone() }
        };
        amounts.iter().enumerate().map(leg).collect()
    }

    fn entry(&mut self, draft: &Draft, parts: &[u16]) -> Asked {
        let amounts: Vec<BigInt> = parts.iter().map(|part| BigInt::from(*part)).collect();
        let legs = self.legs(draft, &amounts, draft.to.is_multiple_of(2), "E");
        let line = |name: &Name, amount: &BigInt| EntryLine { balance: self.named(name), amount: amount.to_string() };
        let whole = amounts.iter().sum::<BigInt>();
        let (debits, credits) = if draft.to.is_multiple_of(2) {
            let credits = legs.iter().map(|leg| line(&leg.to, &leg.amount)).collect();
            (vec![line(&legs[0].from, &whole)], credits)
        } else {
            let debits = legs.iter().map(|leg| line(&leg.from, &leg.amount)).collect();
            (debits, vec![line(&legs[0].to, &whole)])
        };
        self.entry_of(legs, EntryForm::Lines { debits, credits })
    }

    fn split(&mut self, draft: &Draft, percents: &[u8], out: bool) -> Asked {
        // Parts of a whole hundred are whole; how others are rounded is for the tests of splits.
        let hundred = draft.amount.clone() % BigInt::from(1_000_000) + 1;
        let mut amounts: Vec<BigInt> = percents.iter().map(|percent| &hundred * BigInt::from(*percent)).collect();
        let whole: BigInt = &hundred * BigInt::from(100);
        amounts.push(&whole - amounts.iter().sum::<BigInt>());
        let legs = self.legs(draft, &amounts, out, "L");
        let shares = percents.iter().map(|percent| format!("{percent}%")).chain(["left".to_owned()]);
        let other = |leg: &Posting| self.named(if out { &leg.to } else { &leg.from });
        let form = EntryForm::Split {
            whole: self.named(if out { &legs[0].from } else { &legs[0].to }),
            whole_is_source: out,
            amount: whole.to_string(),
            shares: legs.iter().zip(shares).map(|(leg, share)| EntryShare { balance: other(leg), share }).collect(),
        };
        self.entry_of(legs, form)
    }

    fn entry_of(&self, legs: Vec<Posting>, form: EntryForm) -> Asked {
        let first = self.request(&legs[0]);
        let request = EntryRequest {
            reference: first.reference,
            currency: first.currency,
            description: first.description,
            effective_date: first.effective_date,
            hold: first.hold,
            expires_at: first.expires_at,
            commits_at: first.commits_at,
            allow_overdraft: first.allow_overdraft,
            metadata: None,
            create_indicators: true,
            signed_reason: None,
            form,
        };
        Asked { request: Request::Entry(request), steps: vec![Step::Entry(legs)] }
    }

    fn bulk(&mut self, drafts: &[Draft], again: Option<usize>, atomic: bool) -> Asked {
        let mut postings: Vec<Posting> = drafts.iter().map(|draft| self.posting(draft, "B")).collect();
        let known = again.and_then(|of| newest(of, self.accepted.len()));
        if let Some(Step::Post(posting)) = known.and_then(|at| self.accepted[at].steps.first()) {
            postings.insert(postings.len() / 2, (**posting).clone());
        }
        let items = postings.iter().map(|posting| self.request(posting)).collect();
        let request = Request::Bulk(BulkRequest { items, atomic });
        let steps = if atomic { vec![Step::Batch(postings)] } else { postings.into_iter().map(Step::of).collect() };
        Asked { request, steps }
    }
}

/// Something else under the same reference.
fn changed(posting: &Posting, what: Other) -> Posting {
    let posting = posting.clone();
    match what {
        Other::Amount => Posting { amount: &posting.amount + BigInt::from(1), ..posting },
        Other::Direction => Posting { from: posting.to.clone(), to: posting.from.clone(), ..posting },
        // Only a posting can give back, and only a hold can run out.
        Other::Hold if posting.refunds.is_none() => {
            Posting { hold: !posting.hold, expires_at: None, commits_at: None, ..posting }
        }
        Other::Hold | Other::Description => Posting { description: "Something else".into(), ..posting },
        Other::Day => Posting { day: Some(date(2020, 2, 2)), ..posting },
    }
}
