//! Currencies: a code and the number of decimals it is kept in.

use serde::{Deserialize, Serialize};

/// A currency as a balance keeps it.
///
/// The code is 2 to 12 ASCII letters or digits, upper case, beginning with a letter: every ISO 4217 code, and the
/// longer ones people use for points, tokens or fund units. The exponent never changes once a balance exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Raw", into = "Raw")]
pub struct Currency {
    code: String,
    exponent: u8,
}

/// Why something is not a currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    #[error("“{0}” is not a currency code: use 2 to 12 letters or digits, beginning with a letter")]
    Code(String),
    #[error("{0} decimals are too many: a currency has at most 18")]
    Exponent(u8),
}

#[derive(Serialize, Deserialize)]
struct Raw {
    code: String,
    exponent: u8,
}

/// The largest exponent in use anywhere (wei).
pub const MAX_EXPONENT: u8 = 18;

/// Codes whose minor unit is not the hundredth (ISO 4217 list one).
const NOT_TWO: &[(&str, u8)] = &[
    ("BHD", 3),
    ("BIF", 0),
    ("CLF", 4),
    ("CLP", 0),
    ("DJF", 0),
    ("GNF", 0),
    ("IQD", 3),
    ("ISK", 0),
    ("JOD", 3),
    ("JPY", 0),
    ("KMF", 0),
    ("KRW", 0),
    ("KWD", 3),
    ("LYD", 3),
    ("OMR", 3),
    ("PYG", 0),
    ("RWF", 0),
    ("TND", 3),
    ("UGX", 0),
    ("UYI", 0),
    ("UYW", 4),
    ("VND", 0),
    ("VUV", 0),
    ("XAF", 0),
    ("XOF", 0),
    ("XPF", 0),
];

/// Codes of ISO 4217 list one with two decimals.
const TWO: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF \
CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR \
IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN \
NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL \
THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG ANG HRK";

impl Currency {
    /// A currency with its own exponent.
    ///
    /// # Errors
    /// [`CurrencyError`] if the code or the exponent is outside what the type allows.
    pub fn new(code: &str, exponent: u8) -> Result<Self, CurrencyError> {
        let valid = (2..=12).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
            && code.as_bytes()[0].is_ascii_uppercase();
        if !valid {
            return Err(CurrencyError::Code(code.to_owned()));
        }
        if exponent > MAX_EXPONENT {
            return Err(CurrencyError::Exponent(exponent));
        }
        Ok(Self { code: code.to_owned(), exponent })
    }

    /// An ISO 4217 currency with its official exponent; upper or lower case.
    pub fn iso(code: &str) -> Option<Self> {
        let code = code.to_ascii_uppercase();
        let exponent = match NOT_TWO.iter().find(|(known, _)| *known == code) {
            Some((_, exponent)) => *exponent,
            None if code.len() == 3 && TWO.split(' ').any(|known| known == code) => 2,
            None => return None,
        };
        Some(Self { code, exponent })
    }

    /// The code, upper case.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// Number of decimals of the minor unit: 2 for EUR, 0 for JPY, 3 for KWD.
    pub fn exponent(&self) -> u8 {
        self.exponent
    }
}

impl TryFrom<Raw> for Currency {
    type Error = CurrencyError;

    fn try_from(raw: Raw) -> Result<Self, CurrencyError> {
        Self::new(&raw.code, raw.exponent)
    }
}

impl From<Currency> for Raw {
    fn from(currency: Currency) -> Self {
        Self { code: currency.code, exponent: currency.exponent }
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_exponents() {
        for (code, exponent) in [("EUR", 2), ("jpy", 0), ("KWD", 3), ("CLF", 4), ("USD", 2)] {
            assert_eq!(Currency::iso(code).unwrap().exponent(), exponent, "{code}");
        }
        assert_eq!(Currency::iso("XQZ"), None);
        assert_eq!(Currency::iso("EU"), None);
    }

    #[test]
    fn odd_codes_are_refused() {
        for code in ["", "E", "eur", "EU R", "1EUR", "ABCDEFGHIJKLM", "€UR"] {
            assert!(Currency::new(code, 2).is_err(), "{code}");
        }
        assert!(Currency::new("POINTS", 0).is_ok());
        assert!(Currency::new("ETH", 19).is_err());
    }
}
