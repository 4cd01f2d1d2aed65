//! Exact small decimals for tolerances: `0.0005`, `1`, `2.5`.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::ser::{Serialize, Serializer};

/// A decimal number ≥ 0, held as `digits` / 10^`scale` without trailing zeros, so equal values are equal structs.
///
/// A tolerance decides about money, so it never goes through floating-point arithmetic: JSON numbers are taken by
/// the shortest decimal text that names them, which is the text a person typed for up to 15 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Decimal {
    digits: u64,
    scale: u8,
}

/// Why a text is not such a decimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecimalError {
    /// Not a plain number.
    #[error("“{0}” is not a number")]
    Shape(String),
    /// Below zero.
    #[error("“{0}” is below 0")]
    Negative(String),
    /// More than 15 significant digits or decimals.
    #[error("“{0}” has more than 15 digits")]
    TooPrecise(String),
}

const MAX_DIGITS: usize = 15;

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self { digits: 0, scale: 0 };
    /// One whole.
    pub const ONE: Self = Self { digits: 1, scale: 0 };

    /// `digits` / 10^`scale`; `None` beyond 15 digits or decimals.
    pub fn new(digits: u64, scale: u8) -> Option<Self> {
        let mut value = Self { digits, scale };
        while value.scale > 0 && value.digits.is_multiple_of(10) {
            value.digits /= 10;
            value.scale -= 1;
        }
        (value.digits < 10_u64.pow(15) && usize::from(value.scale) <= MAX_DIGITS).then_some(value)
    }

    /// A whole number; `None` from 10^15 up.
    pub fn whole(value: u64) -> Option<Self> {
        Self::new(value, 0)
    }

    /// The value as a reduced fraction (numerator, denominator).
    pub fn ratio(&self) -> (i128, i128) {
        let (num, den) = (u128::from(self.digits), 10_u128.pow(u32::from(self.scale)));
        let divisor = gcd(num, den).max(1);
        // Both are below 10^16, far inside i128.
        ((num / divisor) as i128, (den / divisor) as i128)
    }

    /// The value as a whole number, if it is one.
    pub fn to_whole(&self) -> Option<u64> {
        (self.scale == 0).then_some(self.digits)
    }

    /// The largest whole number not above the value.
    pub fn floor(&self) -> u64 {
        self.digits / 10_u64.pow(u32::from(self.scale))
    }

    /// `floor(count × self / 100)`: a percentage of a length.
    pub fn percent_of(&self, count: usize) -> usize {
        let scaled = count as u128 * u128::from(self.digits);
        usize::try_from(scaled / (100 * 10_u128.pow(u32::from(self.scale)))).unwrap_or(usize::MAX)
    }

    /// The value times 100: a fraction as a percentage. `None` beyond 15 digits.
    pub fn times_100(&self) -> Option<Self> {
        Self::new(self.digits.checked_mul(100)?, self.scale)
    }

    /// The value divided by 100: a percentage as a fraction. `None` beyond 15 decimals.
    pub fn hundredth(&self) -> Option<Self> {
        Self::new(self.digits, self.scale + 2)
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let left = u128::from(self.digits) * 10_u128.pow(u32::from(other.scale));
        let right = u128::from(other.digits) * 10_u128.pow(u32::from(self.scale));
        left.cmp(&right)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = usize::from(self.scale);
        let digits = format!("{:0>width$}", self.digits, width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        if places == 0 { f.write_str(whole) } else { write!(f, "{whole}.{fraction}") }
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;

    fn from_str(text: &str) -> Result<Self, DecimalError> {
        let text = text.trim();
        if let Some(rest) = text.strip_prefix('-') {
            let value: Self = rest.parse()?;
            return if value == Self::ZERO { Ok(value) } else { Err(DecimalError::Negative(text.to_owned())) };
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let fraction = fraction.trim_end_matches('0');
        let whole = if whole.len() > 1 { whole.trim_start_matches('0') } else { whole };
        let digits = format!("{whole}{fraction}");
        let plain = digits.bytes().all(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_digit());
        if !plain {
            return Err(DecimalError::Shape(text.to_owned()));
        }
        let significant = digits.trim_start_matches('0');
        if significant.len() > MAX_DIGITS || fraction.len() > MAX_DIGITS {
            return Err(DecimalError::TooPrecise(text.to_owned()));
        }
        let value = if significant.is_empty() {
            0
        } else {
            significant.parse().map_err(|_| DecimalError::Shape(text.to_owned()))?
        };
        Self::new(value, fraction.len() as u8).ok_or_else(|| DecimalError::TooPrecise(text.to_owned()))
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.scale == 0 {
            return serializer.serialize_u64(self.digits);
        }
        // At most 15 digits: the nearest binary number prints as exactly these digits again.
        match self.to_string().parse::<f64>() {
            Ok(number) => serializer.serialize_f64(number),
            Err(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Loose::deserialize(deserializer)?.0;
        text.parse().map_err(D::Error::custom)
    }
}

/// A JSON number or text, as text: so that a bad number in a stored rule is reported as a rule problem.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Loose(pub String);

impl Serialize for Loose {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.parse::<Decimal>() {
            Ok(value) => value.serialize(serializer),
            Err(_) => serializer.serialize_str(&self.0),
        }
    }
}

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct LooseVisitor;
        impl Visitor<'_> for LooseVisitor {
            type Value = Loose;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a text")
            }
            fn visit_u64<E>(self, value: u64) -> Result<Loose, E> {
                Ok(Loose(value.to_string()))
            }
            fn visit_i64<E>(self, value: i64) -> Result<Loose, E> {
                Ok(Loose(value.to_string()))
            }
            fn visit_f64<E>(self, value: f64) -> Result<Loose, E> {
                Ok(Loose(value.to_string()))
            }
            fn visit_str<E>(self, value: &str) -> Result<Loose, E> {
                Ok(Loose(value.to_owned()))
            }
            fn visit_unit<E>(self) -> Result<Loose, E> {
                Ok(Loose::default())
            }
        }
        deserializer.deserialize_any(LooseVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_json_round_trip_exactly() {
        for text in ["0", "1", "0.01", "0.0005", "86400", "0.000000000000001", "12.5", "0.1"] {
            let value: Decimal = text.parse().unwrap();
            assert_eq!(value.to_string(), text);
            assert_eq!(serde_json::from_str::<Decimal>(text).unwrap(), value, "{text} as a JSON number");
            let json = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<Decimal>(&json).unwrap(), value, "{json}");
        }
        assert_eq!("0.010".parse::<Decimal>(), "0.01".parse());
        assert_eq!("100".parse::<Decimal>().unwrap().ratio(), (100, 1));
        assert_eq!("0.05".parse::<Decimal>().unwrap().ratio(), (1, 20));
    }

    #[test]
    fn what_is_not_a_decimal_is_refused() {
        assert!(matches!("-1".parse::<Decimal>(), Err(DecimalError::Negative(_))));
        assert!(matches!("".parse::<Decimal>(), Err(DecimalError::Shape(_))));
        assert!(matches!("1e3".parse::<Decimal>(), Err(DecimalError::Shape(_))));
        assert!(matches!("1.2.3".parse::<Decimal>(), Err(DecimalError::Shape(_))));
        assert!(matches!("0.1234567890123456".parse::<Decimal>(), Err(DecimalError::TooPrecise(_))));
    }

    #[test]
    fn percent_of_a_length_rounds_down() {
        let third: Decimal = "33.4".parse().unwrap();
        assert_eq!(third.percent_of(3), 1);
        assert_eq!(third.percent_of(2), 0);
    }
}
