//! Amounts: signed integers of any size, in the minor units of a currency.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};
use std::str::FromStr;

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A signed amount in minor units (cents, yen, fils). It never overflows and never passes through a float.
///
/// Invariant: a value that fits an `i128` is always held as one, so equal amounts are equal representations.
/// Text and JSON form: canonical decimal digits with an optional leading `-` (`"0"`, `"-1050"`).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Amount(Repr);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small(i128),
    Big(BigInt),
}

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// Nothing but blanks.
    #[error("the amount is empty")]
    Empty,
    /// A character that does not belong in a plain decimal number; the position counts characters from 1.
    #[error("“{found}” at position {position} does not belong in a number")]
    Character { found: char, position: usize },
    /// No digit at all, or two decimal points.
    #[error("“{0}” is not a number")]
    Shape(String),
    /// More decimals than the currency is kept in. Amounts are never rounded.
    #[error("{given} decimals given, the currency has {allowed}")]
    Decimals { given: usize, allowed: u8 },
    /// Longer than one amount may be, see [`Amount::MOST_DIGITS`].
    #[error("an amount has at most {} digits", Amount::MOST_DIGITS)]
    Long,
}

/// More digits than any real book holds; a bound so that hostile text cannot cost unbounded time.
const MAX_DIGITS: usize = 1_000;

impl Amount {
    /// No money.
    pub const ZERO: Self = Self(Repr::Small(0));

    /// Digits of minor units that one posting, statement line or balance of a statement has at most. What they add up
    /// to may be longer, and is exact. Databases add amounts in slices, which bounds them.
    pub const MOST_DIGITS: usize = 60;

    /// Whether one posting or statement line may have this amount.
    pub fn fits_one_row(&self) -> bool {
        self.abs().to_string().len() <= Self::MOST_DIGITS
    }

    fn from_big(value: BigInt) -> Self {
        match value.to_i128() {
            Some(small) => Self(Repr::Small(small)),
            None => Self(Repr::Big(value)),
        }
    }

    fn to_big(&self) -> BigInt {
        match &self.0 {
            Repr::Small(value) => BigInt::from(*value),
            Repr::Big(value) => value.clone(),
        }
    }

    /// The value as an `i128`, if it fits.
    pub fn to_i128(&self) -> Option<i128> {
        match &self.0 {
            Repr::Small(value) => Some(*value),
            Repr::Big(_) => None,
        }
    }

    /// True for zero.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small(0))
    }

    /// True below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small(value) => *value < 0,
            Repr::Big(value) => value.is_negative(),
        }
    }

    /// True above zero.
    pub fn is_positive(&self) -> bool {
        !self.is_zero() && !self.is_negative()
    }

    /// The amount without its sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// The product with a whole number.
    #[must_use]
    pub fn times(&self, factor: i128) -> Self {
        if let Repr::Small(value) = self.0
            && let Some(product) = value.checked_mul(factor)
        {
            return Self(Repr::Small(product));
        }
        Self::from_big(self.to_big() * BigInt::from(factor))
    }

    /// Reads a plain decimal number (`1234.5`, `-0.05`, `+7`) as minor units of a currency with `exponent` decimals.
    ///
    /// Only ASCII digits, one leading sign and one point are understood; grouping and other notations are the
    /// business of whoever reads files or forms.
    ///
    /// # Errors
    /// [`AmountError`] if the text is not such a number or has more significant decimals than `exponent`
    /// (trailing zeros beyond it are accepted, they change nothing).
    pub fn parse_decimal(text: &str, exponent: u8) -> Result<Self, AmountError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(AmountError::Empty);
        }
        let (negative, digits) = match trimmed.as_bytes()[0] {
            b'-' => (true, &trimmed[1..]),
            b'+' => (false, &trimmed[1..]),
            _ => (false, trimmed),
        };
        if let Some((index, found)) = trimmed
            .chars()
            .enumerate()
            .find(|&(i, c)| !(c.is_ascii_digit() || c == '.' || (i == 0 && (c == '-' || c == '+'))))
        {
            return Err(AmountError::Character { found, position: index + 1 });
        }
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') || digits.len() > MAX_DIGITS {
            return Err(AmountError::Shape(trimmed.to_owned()));
        }
        let significant = fraction.trim_end_matches('0').len();
        if significant > usize::from(exponent) {
            return Err(AmountError::Decimals { given: significant, allowed: exponent });
        }
        let mut minor = String::with_capacity(digits.len() + usize::from(exponent) + 1);
        minor.push_str(if negative { "-" } else { "" });
        minor.push_str(whole);
        for place in 0..usize::from(exponent) {
            minor.push(fraction.as_bytes().get(place).map_or('0', |&digit| char::from(digit)));
        }
        let amount: Self = minor.parse().map_err(|_| AmountError::Shape(trimmed.to_owned()))?;
        if amount.fits_one_row() { Ok(amount) } else { Err(AmountError::Long) }
    }

    /// As [`Amount::parse_decimal`], for what a person wrote: zeros beyond the decimals of the currency are refused too.
    /// Whoever groups by points means a thousand by `1.000`.
    ///
    /// # Errors
    /// [`AmountError`].
    pub fn parse_written(text: &str, exponent: u8) -> Result<Self, AmountError> {
        let amount = Self::parse_decimal(text, exponent)?;
        let given = text.trim().split_once('.').map_or(0, |(_, decimals)| decimals.len());
        if given > usize::from(exponent) { Err(AmountError::Decimals { given, allowed: exponent }) } else { Ok(amount) }
    }

    /// The plain decimal form in a currency with `exponent` decimals: `-1234.50`, `7` when there are none.
    pub fn to_decimal(&self, exponent: u8) -> String {
        let places = usize::from(exponent);
        let digits = self.abs().to_string();
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        let sign = if self.is_negative() { "-" } else { "" };
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

impl From<i128> for Amount {
    fn from(value: i128) -> Self {
        Self(Repr::Small(value))
    }
}

impl From<i64> for Amount {
    fn from(value: i64) -> Self {
        Self(Repr::Small(value.into()))
    }
}

impl Default for Amount {
    fn default() -> Self {
        Self::ZERO
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Small(value) => fmt::Display::fmt(value, f),
            Repr::Big(value) => fmt::Display::fmt(value, f),
        }
    }
}

impl fmt::Debug for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Amount({self})")
    }
}

impl FromStr for Amount {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        if let Ok(small) = text.parse::<i128>() {
            return Ok(Self(Repr::Small(small)));
        }
        if text.len() > MAX_DIGITS + 32 {
            return Err(AmountError::Shape(format!("a number of {} digits", text.len())));
        }
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(AmountError::Shape(text.to_owned()));
        }
        text.parse::<BigInt>().map(Self::from_big).map_err(|_| AmountError::Shape(text.to_owned()))
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Ord for Amount {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Small(a), Repr::Small(b)) => a.cmp(b),
            _ => self.to_big().cmp(&other.to_big()),
        }
    }
}

impl PartialOrd for Amount {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Add<&Amount> for &Amount {
    type Output = Amount;

    fn add(self, other: &Amount) -> Amount {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && let Some(sum) = a.checked_add(*b)
        {
            return Amount(Repr::Small(sum));
        }
        Amount::from_big(self.to_big() + other.to_big())
    }
}

impl Neg for &Amount {
    type Output = Amount;

    fn neg(self) -> Amount {
        match &self.0 {
            Repr::Small(value) => value
                .checked_neg()
                .map_or_else(|| Amount::from_big(-BigInt::from(*value)), |negated| Amount(Repr::Small(negated))),
            Repr::Big(value) => Amount::from_big(-value.clone()),
        }
    }
}

impl Sub<&Amount> for &Amount {
    type Output = Amount;

    fn sub(self, other: &Amount) -> Amount {
        if let (Repr::Small(a), Repr::Small(b)) = (&self.0, &other.0)
            && let Some(difference) = a.checked_sub(*b)
        {
            return Amount(Repr::Small(difference));
        }
        Amount::from_big(self.to_big() - other.to_big())
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        &self + &other
    }
}

impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        &self - &other
    }
}

impl Neg for Amount {
    type Output = Self;

    fn neg(self) -> Self {
        -&self
    }
}

impl AddAssign<&Amount> for Amount {
    fn add_assign(&mut self, other: &Amount) {
        *self = &*self + other;
    }
}

impl SubAssign<&Amount> for Amount {
    fn sub_assign(&mut self, other: &Amount) {
        *self = &*self - other;
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |total, amount| total + amount)
    }
}

impl<'a> Sum<&'a Amount> for Amount {
    fn sum<I: Iterator<Item = &'a Amount>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |total, amount| &total + amount)
    }
}

/// Adds up limbs as a database returns them: `limbs[i]` counts units of 10^(12·i).
///
/// A database that has no exact sum over text adds 12-digit slices of each amount as 64-bit integers; this puts the
/// slices together again.
pub fn from_limbs(limbs: &[i64]) -> Amount {
    let mut total = BigInt::zero();
    for limb in limbs.iter().rev() {
        total = total * BigInt::from(1_000_000_000_000_i64) + BigInt::from(*limb);
    }
    Amount::from_big(total)
}

/// How often `divisor` goes into `amount`, and the rest. Neither may be below zero; `divisor` is above it.
pub(crate) fn div_rem(amount: &Amount, divisor: i128) -> (Amount, Amount) {
    if let Repr::Small(value) = amount.0 {
        return (Amount(Repr::Small(value / divisor)), Amount(Repr::Small(value % divisor)));
    }
    let (amount, divisor) = (amount.to_big(), BigInt::from(divisor));
    (Amount::from_big(&amount / &divisor), Amount::from_big(amount % divisor))
}

/// `amount` times `weight` through `total`, and the rest of that division. None may be below zero; `total` is above it.
pub(crate) fn quotient(amount: &Amount, weight: &Amount, total: &Amount) -> (Amount, Amount) {
    let (product, total) = (amount.to_big() * weight.to_big(), total.to_big());
    (Amount::from_big(&product / &total), Amount::from_big(product % total))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn amount(text: &str) -> Amount {
        text.parse().unwrap()
    }

    #[test]
    fn decimal_text_becomes_minor_units_exactly() {
        for (text, exponent, minor) in [
            ("1234.5", 2, "123450"),
            ("-0.05", 2, "-5"),
            ("+7", 0, "7"),
            (".5", 1, "5"),
            ("5.", 2, "500"),
            ("1.500", 1, "15"),
            ("0.001", 3, "1"),
            ("1000000000000000000000000000000.01", 2, "100000000000000000000000000000001"),
        ] {
            assert_eq!(Amount::parse_decimal(text, exponent).unwrap().to_string(), minor, "{text}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_refused_with_its_reason() {
        assert_eq!(Amount::parse_decimal(" ", 2), Err(AmountError::Empty));
        assert_eq!(Amount::parse_decimal("2.2O4", 3), Err(AmountError::Character { found: 'O', position: 4 }));
        assert_eq!(Amount::parse_decimal("1.234", 2), Err(AmountError::Decimals { given: 3, allowed: 2 }));
        assert_eq!(Amount::parse_written(" 1.000", 2), Err(AmountError::Decimals { given: 3, allowed: 2 }));
        assert_eq!(Amount::parse_written("7.0", 0), Err(AmountError::Decimals { given: 1, allowed: 0 }));
        assert_eq!(Amount::parse_written("1.000", 3), Ok(amount("1000")));
        assert_eq!(Amount::parse_written("-1000.5", 2), Ok(amount("-100050")));
        assert!(matches!(Amount::parse_decimal("1.2.3", 4), Err(AmountError::Shape(_))));
        assert!(matches!(Amount::parse_decimal("-", 2), Err(AmountError::Shape(_))));
        assert!("1e5".parse::<Amount>().is_err());
        assert!("1_000_000_000_000_000_000_000_000_000_000_000_000_000_000".parse::<Amount>().is_err());
    }

    #[test]
    fn limbs_are_put_together() {
        assert_eq!(from_limbs(&[5, 7]), amount("7000000000005"));
        assert_eq!(from_limbs(&[i64::MAX, 0, 1]), amount("1000009223372036854775807"));
    }

    fn any_amount() -> impl Strategy<Value = Amount> {
        prop_oneof![
            any::<i64>().prop_map(Amount::from),
            any::<i128>().prop_map(Amount::from),
            "-?[1-9][0-9]{30,59}".prop_map(|text| text.parse().unwrap()),
        ]
    }

    proptest! {
        #[test]
        fn text_round_trips(a in any_amount(), exponent in 0u8..5) {
            prop_assert_eq!(a.to_string().parse::<Amount>().unwrap(), a.clone());
            prop_assert_eq!(Amount::parse_decimal(&a.to_decimal(exponent), exponent).unwrap(), a);
        }

        #[test]
        fn addition_agrees_with_big_integers(a in any_amount(), b in any_amount()) {
            let sum = BigInt::from_str(&a.to_string()).unwrap() + BigInt::from_str(&b.to_string()).unwrap();
            prop_assert_eq!((&a + &b).to_string(), sum.to_string());
            prop_assert_eq!(&(&a + &b) - &b, a.clone());
            prop_assert_eq!(-&-&a, a);
        }
    }
}
