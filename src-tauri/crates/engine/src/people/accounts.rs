//! Accounts that identities have elsewhere. A number belongs to one account of the book, however it is written.

use ledger::Currency;
use serde_json::json;
use store::kept::{self, RecordKind};
use store::people::{AccountRecord, compared};
use store::{StoreError, Unit};

use super::told;
use crate::api::page::FieldError;
use crate::api::people::{AccountRequest, AccountRow};
use crate::clock::new_id;
use crate::kept::Sealing;
use crate::{Engine, EngineError, EngineResult, Topic, words};

/// Longest number, name or bank, in characters.
const MAX_TEXT: usize = 200;
/// Letters and digits of a number that are shown where it is masked.
const SHOWN: usize = 4;

/// All but the last four letters and digits as dots; the blanks and marks between them go away.
pub(crate) fn masked(number: &str) -> String {
    let plain: Vec<char> = number.chars().filter(|letter| letter.is_alphanumeric()).collect();
    let hidden = plain.len().saturating_sub(SHOWN);
    format!("{}{}", if hidden > 0 { "••••" } else { "" }, plain[hidden..].iter().collect::<String>())
}

pub(super) fn row(record: AccountRecord) -> AccountRow {
    AccountRow {
        masked: masked(&record.number),
        id: record.id,
        identity_id: record.identity_id,
        balance_id: record.balance_id,
        balance_name: record.balance_name,
        name: record.name,
        bank: record.bank,
        number: record.number,
        currency: record.currency,
        created_at: record.created_at.to_string(),
    }
}

/// Whether a number that is written like an IBAN has the check digits of one: the remainder by 97 is 1 when the first
/// four characters stand behind and letters count from 10. Source: ISO 13616-1:2020, ISO/IEC 7064 MOD 97-10.
fn is_wrong_iban(plain: &str) -> bool {
    let letters: Vec<char> = plain.chars().collect();
    let like_iban = (15..=34).contains(&letters.len())
        && letters.iter().all(char::is_ascii_alphanumeric)
        && letters[..2].iter().all(char::is_ascii_uppercase)
        && letters[2..4].iter().all(char::is_ascii_digit);
    if !like_iban {
        return false;
    }
    let turned = letters[4..].iter().chain(&letters[..4]);
    let remainder = turned.filter_map(|letter| letter.to_digit(36)).fold(0_u32, |rest, value| {
        let shift = if value > 9 { 100 } else { 10 };
        (rest * shift + value) % 97
    });
    remainder != 1
}

impl Engine {
    async fn checked_account(&self, id: &str, request: &AccountRequest) -> EngineResult<AccountRecord> {
        let mut fields = Vec::new();
        let mut wrong = |field: &str, message: String| fields.push(FieldError { field: field.into(), message });
        let number = words::plain(request.number.trim());
        let plain = compared(&number);
        if plain.is_empty() || number.chars().count() > MAX_TEXT {
            wrong("number", "Give the number of the account, with letters or digits.".into());
        } else if is_wrong_iban(&plain) {
            wrong("number", format!("“{number}” is written like an IBAN, but its check digits are wrong."));
        } else if let Some(other) = self.store.account_by_number(&number).await?
            && other.id != id
        {
            let owner = self.store.identity(&other.identity_id).await?.map(|owner| owner.name).unwrap_or_default();
            let owner = if owner.is_empty() { other.identity_id } else { owner };
            wrong("number", format!("{owner} has an account with this number already."));
        }
        for (field, text) in [("name", &request.name), ("bank", &request.bank)] {
            if text.chars().count() > MAX_TEXT || text.chars().any(char::is_control) {
                wrong(field, format!("At most {MAX_TEXT} characters, without line breaks."));
            }
        }
        let mut currency = request.currency.trim().to_uppercase();
        let balance = match request.balance_id.as_deref().filter(|id| !id.is_empty()) {
            Some(id) => Some(self.balance_record(id).await?),
            None => None,
        };
        match &balance {
            Some(found) if currency.is_empty() => currency = found.balance.currency.code().to_owned(),
            Some(found) if found.balance.currency.code() != currency => wrong(
                "currency",
                format!("{} is kept in {}. The account must be in it too.", found.balance.name, found.balance.currency),
            ),
            None if Currency::iso(&currency).is_none() => {
                wrong("currency", "Give the currency of the account, such as EUR, or its balance.".into());
            }
            _ => {}
        }
        if !fields.is_empty() {
            return Err(EngineError::Invalid { fields });
        }
        Ok(AccountRecord {
            id: id.to_owned(),
            identity_id: request.identity_id.clone(),
            balance_id: balance.as_ref().map(|found| found.balance.id.clone()),
            balance_name: balance.map(|found| found.balance.name),
            name: request.name.trim().to_owned(),
            bank: request.bank.trim().to_owned(),
            number,
            currency,
            created_at: self.clock.now(),
        })
    }

    /// A new account of an identity.
    ///
    /// # Errors
    /// [`EngineError::Invalid`] naming every wrong field, and who has the number already.
    pub async fn account_create(&self, request: AccountRequest) -> EngineResult<AccountRow> {
        self.identity_record(&request.identity_id).await?;
        let record = self.checked_account(&new_id("acc"), &request).await?;
        let mut unit = self.store.begin().await?;
        unit.insert_account(&record).await.map_err(taken)?;
        self.account_told(unit, "account.created", &record, Some(&kept::account(&record))).await?;
        self.account_get(&record.id).await
    }

    /// Changes an account.
    ///
    /// # Errors
    /// As [`Self::account_create`]; [`EngineError::NotFound`].
    pub async fn account_update(&self, id: &str, request: AccountRequest) -> EngineResult<AccountRow> {
        let before = self.account_get(id).await?;
        let request = AccountRequest { identity_id: before.identity_id, ..request };
        let record = self.checked_account(id, &request).await?;
        let mut unit = self.store.begin().await?;
        unit.save_account(&record).await.map_err(taken)?;
        self.account_told(unit, "account.changed", &record, Some(&kept::account(&record))).await?;
        self.account_get(id).await
    }

    /// Deletes an account. What was booked stays.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn account_delete(&self, id: &str) -> EngineResult<()> {
        let record = self.store.account(id).await?.ok_or_else(|| EngineError::not_found("account", id))?;
        let mut unit = self.store.begin().await?;
        unit.delete_account(id).await?;
        self.account_told(unit, "account.deleted", &record, None).await
    }

    /// One account.
    ///
    /// # Errors
    /// [`EngineError::NotFound`].
    pub async fn account_get(&self, id: &str) -> EngineResult<AccountRow> {
        let record = self.store.account(id).await?;
        record.map(row).ok_or_else(|| EngineError::not_found("account", id))
    }

    /// Records under the identity what happened to its account and what is left of it, and commits.
    async fn account_told(
        &self,
        mut unit: Box<dyn Unit>,
        kind: &str,
        record: &AccountRecord,
        left: Option<&serde_json::Value>,
    ) -> EngineResult<()> {
        let stamp = self.stamp();
        let payload = json!({
            "account": record.id, "name": masked(&record.number), "balance": record.balance_id, "currency": record.currency,
        });
        let sealing = Sealing::of(RecordKind::Account, &record.id, left);
        unit.record_event(&sealing.on(told(&stamp, kind, &record.identity_id, payload))).await?;
        unit.commit().await?;
        self.changed(&[Topic::Identities]);
        Ok(())
    }
}

/// Somebody took the number since it was looked for.
fn taken(error: StoreError) -> EngineError {
    match error {
        StoreError::Duplicate(_) => EngineError::invalid("number", "Another account has this number already."),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_an_iban_are_looked_at_and_other_numbers_left_alone() {
        for right in ["IE29AIBK93115212345678", "DE89370400440532013000", "GB82WEST12345698765432", "NO9386011117947"] {
            assert!(!is_wrong_iban(right), "{right}");
        }
        for wrong in ["IE28AIBK93115212345678", "DE89370400440532013001"] {
            assert!(is_wrong_iban(wrong), "{wrong}");
        }
        for other in ["12345678", "GB12", "0532013000", "ACCT00000000000000000000000000000000000001"] {
            assert!(!is_wrong_iban(other), "{other}");
        }
    }

    #[test]
    fn a_masked_number_shows_its_last_four() {
        assert_eq!(masked("IE29 AIBK 9311 5212 3456 78"), "••••5678");
        assert_eq!(masked("12-34"), "1234");
        assert_eq!(masked(""), "");
    }
}
