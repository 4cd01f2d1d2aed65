//! Random commands. Numbers that pick something are taken modulo what there is, so that nearly every command meets
//! something.

use num_bigint::BigInt;
use proptest::prelude::*;

use crate::faults::How;

/// Name and currency of each balance, and whether it may go below zero.
pub const BALANCES: &[(&str, &str, bool)] = &[
    ("Bank", "EUR", false),
    ("Till", "EUR", false),
    ("Supplier", "EUR", true),
    ("Sales", "EUR", true),
    ("Dinar account", "KWD", false),
    ("Dinar fees", "KWD", false),
];
/// Balances that postings make when they ask for them.
pub const MADE: &[&str] = &["@fees", "@taxes"];

/// Where money comes from, for the balances that keep its lineage.
pub const ORIGINS: &[&str] = &["grant", "sales", "loan"];

/// A posting before its reference and its balances are known.
#[derive(Debug, Clone)]
pub struct Draft {
    pub from: usize,
    /// Nearly always in the currency of `from`.
    pub to: usize,
    pub amount: BigInt,
    pub allow: bool,
    pub limit: Option<u16>,
    /// Days before or after the day on which the test begins.
    pub day: Option<i16>,
    pub hold: bool,
    /// Hours until the hold runs out.
    pub hours: Option<u16>,
    /// Hours until the hold commits itself.
    pub commits: Option<u16>,
    /// Which of [`ORIGINS`] the money comes from.
    pub origin: Option<usize>,
}

/// Something that may happen at the same time as others.
#[derive(Debug, Clone)]
pub enum Single {
    Post(Draft),
    /// Percent of what is still held; all of it without.
    Commit {
        hold: usize,
        percent: Option<u8>,
        void_rest: bool,
        named: bool,
    },
    Void {
        hold: usize,
        named: bool,
    },
    /// Percent of what is left; of a settled row, or of a hold with all its commits.
    Refund {
        of: usize,
        of_hold: bool,
        percent: u8,
    },
    /// Word for word as before.
    Again {
        of: usize,
    },
    /// The same reference with something else.
    Other {
        of: usize,
        what: Other,
    },
    /// Under the reference of one that waits to be booked.
    Reserved {
        of: usize,
        draft: Draft,
    },
    /// An entry with lines on both sides.
    Entry {
        draft: Draft,
        parts: Vec<u16>,
    },
    /// A split by percentages, and the last gets what is left.
    Split {
        draft: Draft,
        percents: Vec<u8>,
        into: bool,
    },
    Bulk {
        drafts: Vec<Draft>,
        again: Option<usize>,
        atomic: bool,
    },
}

#[derive(Debug, Clone, Copy)]
pub enum Other {
    Amount,
    Direction,
    Hold,
    Description,
    Day,
}

#[derive(Debug, Clone)]
pub enum Command {
    One(Single),
    /// From several callers at the same time.
    Together(Vec<Single>),
    Schedule {
        draft: Draft,
        /// From now on, also in the past; without, it is queued.
        hours: Option<i16>,
    },
    /// What was queued is sent again.
    QueueAgain {
        of: usize,
    },
    Cancel {
        of: usize,
    },
    /// The books are closed through a day before today, or reopened.
    Period {
        days: u16,
        close: bool,
    },
    /// The clock jumps, and what is due is done.
    Clock {
        hours: i16,
    },
    /// The book is closed for some hours and opened again.
    Reopen {
        hours: i16,
    },
}

/// What goes wrong while a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Nothing,
    /// The database fails at a row.
    Fault {
        after: u8,
        how: How,
    },
    /// Whoever asked goes away after so many turns.
    Gone {
        turns: u8,
    },
}

/// Small amounts, large ones, and those around and beyond what a machine can hold in one word.
fn amounts() -> BoxedStrategy<BigInt> {
    let whole = |amount: i128| BigInt::from(amount);
    let edge = || BigInt::from(2).pow(127);
    prop_oneof![
        8 => (1_i128..2_000).prop_map(whole),
        2 => Just(whole(1)),
        1 => (10_i128.pow(29)..10_i128.pow(30)).prop_map(whole),
        1 => (-3_i128..3_000).prop_map(move |near| edge() + near),
        1 => (1_u32..200).prop_map(|factor| BigInt::from(10).pow(57) * factor + 7),
    ]
    .boxed()
}

fn drafts(held: f64) -> impl Strategy<Value = Draft> + Clone {
    let flags = (prop::bool::weighted(0.6), prop::bool::weighted(held));
    let limit = prop::option::weighted(0.2, 0_u16..3_000);
    let day = prop::option::weighted(0.5, -400_i16..60);
    let timers = (prop::option::weighted(0.6, 1_u16..800), prop::option::weighted(0.3, 1_u16..400));
    let origin = prop::option::weighted(0.4, 0..ORIGINS.len());
    (0..BALANCES.len() + MADE.len(), 0_usize..64, amounts(), flags, limit, day, timers, origin).prop_map(
        |(from, to, amount, (allow, hold), limit, day, (hours, commits), origin)| Draft {
            from,
            to,
            amount,
            allow,
            limit,
            day,
            hold,
            hours: hours.filter(|_| hold),
            commits: commits.filter(|_| hold),
            origin,
        },
    )
}

fn singles() -> impl Strategy<Value = Single> {
    let other =
        prop::sample::select(vec![Other::Amount, Other::Direction, Other::Hold, Other::Description, Other::Day]);
    let bulk = prop::collection::vec(drafts(0.2), 1..9);
    prop_oneof![
        12 => drafts(0.5).prop_map(Single::Post),
        6 => (any::<usize>(), prop::option::weighted(0.6, 1_u8..130), prop::bool::weighted(0.1), any::<bool>())
            .prop_map(|(hold, percent, void_rest, named)| Single::Commit { hold, percent, void_rest, named }),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(hold, named)| Single::Void { hold, named }),
        4 => (any::<usize>(), prop::bool::weighted(0.2), prop_oneof![Just(100), 1_u8..115])
            .prop_map(|(of, of_hold, percent)| Single::Refund { of, of_hold, percent }),
        2 => any::<usize>().prop_map(|of| Single::Again { of }),
        1 => (any::<usize>(), drafts(0.3)).prop_map(|(of, draft)| Single::Reserved { of, draft }),
        2 => (any::<usize>(), other).prop_map(|(of, what)| Single::Other { of, what }),
        1 => (drafts(0.3), prop::collection::vec(1_u16..900, 1..4))
            .prop_map(|(draft, parts)| Single::Entry { draft, parts }),
        1 => (drafts(0.3), prop::collection::vec(1_u8..49, 1..3), any::<bool>())
            .prop_map(|(draft, percents, into)| Single::Split { draft, percents, into }),
        1 => (bulk, prop::option::weighted(0.3, any::<usize>()), prop::bool::weighted(0.4))
            .prop_map(|(drafts, again, atomic)| Single::Bulk { drafts, again, atomic }),
    ]
}

fn jumps() -> impl Strategy<Value = i16> {
    prop_oneof![4 => 1_i16..48, 1 => 48_i16..1_000, 2 => -400_i16..0]
}

fn troubles() -> impl Strategy<Value = Trouble> {
    let how = prop::sample::select(vec![How::Abort, How::Fail, How::Rollback, How::Commit]);
    prop_oneof![
        17 => Just(Trouble::Nothing),
        3 => (0_u8..16, how).prop_map(|(after, how)| Trouble::Fault { after, how }),
        1 => (0_u8..12).prop_map(|turns| Trouble::Gone { turns }),
    ]
}

/// A history: commands, each with what goes wrong in it.
pub fn histories(longest: usize) -> impl Strategy<Value = Vec<(Command, Trouble)>> {
    let command = prop_oneof![
        60 => singles().prop_map(Command::One),
        8 => prop::collection::vec(singles(), 2..6).prop_map(Command::Together),
        5 => (drafts(0.3), -20_i16..400)
            .prop_map(|(draft, hours)| Command::Schedule { draft, hours: Some(hours) }),
        5 => drafts(0.3).prop_map(|draft| Command::Schedule { draft, hours: None }),
        1 => any::<usize>().prop_map(|of| Command::QueueAgain { of }),
        2 => (1_u16..500, prop::bool::weighted(0.4)).prop_map(|(days, close)| Command::Period { days, close }),
        2 => any::<usize>().prop_map(|of| Command::Cancel { of }),
        5 => jumps().prop_map(|hours| Command::Clock { hours }),
        1 => jumps().prop_map(|hours| Command::Reopen { hours }),
    ];
    prop::collection::vec((command, troubles()), 1..=longest)
}
