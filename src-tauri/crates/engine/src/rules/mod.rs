//! Matching rules: kept in order, every version kept, and tried on real data before they are saved.

mod convert;
mod preview;

use serde_json::json;
use store::Unit;
use store::kept::{self, RecordKind};
use store::recon::RuleRecord;
use store::system::Event;

use crate::api::book::Topic;
use crate::api::rules::{Rule, RuleBody, RuleCheck, RuleDraft, RuleIssue, RuleVersion};
use crate::clock::new_id;
use crate::kept::Sealing;
use crate::{Engine, EngineError, EngineResult, Stamp};

use convert::{body_of, stored_of};
pub(crate) use convert::{matching_rule, sentence_of};

/// The rules a new book starts with.
fn default_rules() -> Vec<(&'static str, RuleBody)> {
    use crate::api::rules::{RuleCriterion, RuleField, RuleTest, Tolerance, ToleranceUnit};
    let exact = |field, test| RuleCriterion { field, test, tolerance: None };
    let days = |value: &str| RuleCriterion {
        field: RuleField::Date,
        test: RuleTest::Equals,
        tolerance: Some(Tolerance { value: value.into(), unit: ToleranceUnit::Days, currency: None }),
    };
    let amount = || exact(RuleField::Amount, RuleTest::Equals);
    vec![
        (
            "Payment reference",
            RuleBody {
                criteria: vec![amount(), days("10"), exact(RuleField::Reference, RuleTest::FoundInText)],
                confirm: true,
            },
        ),
        (
            "Payer and amount",
            RuleBody {
                criteria: vec![amount(), days("10"), exact(RuleField::Counterparty, RuleTest::FoundInText)],
                confirm: true,
            },
        ),
        ("Amount and day", RuleBody { criteria: vec![amount(), days("1")], confirm: false }),
        ("Amount, within 4 days", RuleBody { criteria: vec![amount(), days("4")], confirm: false }),
        // A cheque is presented when its holder pleases; banks honour it for about half a year. The number has to be
        // named, so the long window lets nothing else in, and a person looks at what it finds.
        (
            "Reference, presented late",
            RuleBody {
                criteria: vec![amount(), days("180"), exact(RuleField::Reference, RuleTest::FoundInText)],
                confirm: false,
            },
        ),
    ]
}

/// Adds the rules a new book starts with, inside the unit that makes the book, to what that seals.
pub(crate) async fn add_default_rules(
    unit: &mut dyn Unit,
    stamp: &Stamp,
    mut sealing: Sealing,
) -> EngineResult<Sealing> {
    for (index, (name, body)) in default_rules().into_iter().enumerate() {
        let rule = RuleRecord {
            id: new_id("rul"),
            position: index as u32 + 1,
            name: name.into(),
            enabled: true,
            version: 1,
            body: stored_of(name, &body)?,
            deleted: false,
            updated_at: stamp.at,
            updated_by: stamp.actor.clone(),
        };
        unit.put_rule(&rule).await?;
        sealing = sealing.and(RecordKind::Rule, &rule.id, Some(&kept::rule(&rule)));
    }
    Ok(sealing)
}

fn rule_event(stamp: &Stamp, kind: &str, rule: &RuleRecord) -> Event {
    let event = Event {
        at: stamp.at,
        actor: stamp.actor.clone(),
        kind: kind.to_owned(),
        object_id: rule.id.clone(),
        payload: json!({ "name": rule.name, "version": rule.version, "position": rule.position, "enabled": rule.enabled }),
    };
    Sealing::of(RecordKind::Rule, &rule.id, Some(&kept::rule(rule))).on(event)
}

impl Engine {
    /// Rules in order.
    pub async fn rules(&self) -> EngineResult<Vec<Rule>> {
        let used = self.store.rule_use().await?;
        let rules = self.store.rules().await?;
        rules.iter().map(|record| rule_view(record, &used)).collect()
    }

    /// Saves a rule. A changed name or body makes a new version; the old ones stay.
    ///
    /// # Errors
    /// `INVALID_INPUT` with what [`Engine::rule_check`] lists as errors.
    pub async fn rule_save(&self, draft: RuleDraft) -> EngineResult<Rule> {
        let check = self.rule_check(&draft);
        if let Some(first) = check.errors.first() {
            return Err(EngineError::invalid(
                first.criterion.map_or_else(|| "name".into(), |index| format!("criteria.{index}")).as_str(),
                &first.text,
            ));
        }
        let stamp = self.stamp();
        let body = stored_of(&draft.name, &draft.body)?;
        let mut unit = self.store.begin().await?;
        let rules = unit.load_rules().await?;
        let record = match &draft.id {
            None => RuleRecord {
                id: new_id("rul"),
                position: rules.iter().map(|rule| rule.position).max().unwrap_or(0) + 1,
                name: draft.name.trim().to_owned(),
                enabled: draft.enabled,
                version: 1,
                body,
                deleted: false,
                updated_at: stamp.at,
                updated_by: stamp.actor.clone(),
            },
            Some(id) => {
                let old =
                    rules.into_iter().find(|rule| rule.id == *id).ok_or_else(|| EngineError::not_found("rule", id))?;
                let changed = old.name != draft.name.trim() || old.body != body;
                RuleRecord {
                    name: draft.name.trim().to_owned(),
                    enabled: draft.enabled,
                    version: old.version + u32::from(changed),
                    body,
                    updated_at: stamp.at,
                    updated_by: stamp.actor.clone(),
                    ..old
                }
            }
        };
        unit.put_rule(&record).await?;
        unit.record_event(&rule_event(&stamp, "rule.saved", &record)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Rules]);
        rule_view(&record, &[])
    }

    /// Switches a rule on or off.
    pub async fn rule_toggle(&self, rule_id: &str, enabled: bool) -> EngineResult<()> {
        self.change_rule(rule_id, if enabled { "rule.enabled" } else { "rule.disabled" }, |rule| rule.enabled = enabled)
            .await
    }

    /// Takes a rule out of the list; its versions stay, and it can be restored.
    pub async fn rule_delete(&self, rule_id: &str) -> EngineResult<()> {
        self.change_rule(rule_id, "rule.deleted", |rule| rule.deleted = true).await
    }

    /// Puts a deleted rule back at its place.
    pub async fn rule_restore(&self, rule_id: &str) -> EngineResult<()> {
        self.change_rule(rule_id, "rule.restored", |rule| rule.deleted = false).await
    }

    async fn change_rule(&self, rule_id: &str, kind: &str, change: impl FnOnce(&mut RuleRecord)) -> EngineResult<()> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        // Deleted rules are not in the list; the single read finds them, and nobody else writes while the unit is open.
        let mut record = self.store.rule(rule_id).await?.ok_or_else(|| EngineError::not_found("rule", rule_id))?;
        change(&mut record);
        record.updated_at = stamp.at;
        record.updated_by = stamp.actor.clone();
        unit.put_rule(&record).await?;
        unit.record_event(&rule_event(&stamp, kind, &record)).await?;
        unit.commit().await?;
        self.changed(&[Topic::Rules]);
        Ok(())
    }

    /// Sets the order: all ids, first rule first.
    pub async fn rule_reorder(&self, rule_ids: Vec<String>) -> EngineResult<()> {
        let stamp = self.stamp();
        let mut unit = self.store.begin().await?;
        let rules = unit.load_rules().await?;
        let mut wanted = rule_ids.clone();
        let mut known: Vec<_> = rules.iter().map(|rule| rule.id.clone()).collect();
        wanted.sort_unstable();
        known.sort_unstable();
        if wanted != known {
            return Err(EngineError::Store(store::StoreError::Stale("list of rules")));
        }
        for mut record in rules {
            let position = rule_ids.iter().position(|id| *id == record.id).unwrap_or_default() as u32 + 1;
            if record.position != position {
                record.position = position;
                unit.put_rule(&record).await?;
                unit.record_event(&rule_event(&stamp, "rule.moved", &record)).await?;
            }
        }
        unit.commit().await?;
        self.changed(&[Topic::Rules]);
        Ok(())
    }

    /// Every stored version of a rule, newest first.
    pub async fn rule_versions(&self, rule_id: &str) -> EngineResult<Vec<RuleVersion>> {
        let versions = self.store.rule_versions(rule_id).await?;
        versions
            .into_iter()
            .map(|version| {
                Ok(RuleVersion {
                    version: version.version,
                    body: body_of(&version.body)?,
                    name: version.name,
                    at: version.at.to_string(),
                    actor: version.actor,
                })
            })
            .collect()
    }

    /// Whether a rule makes sense, how it reads, and its stored form. Nothing is saved.
    pub fn rule_check(&self, draft: &RuleDraft) -> RuleCheck {
        let (stored, mut errors) = convert::to_stored(&draft.name, &draft.body);
        let mut warnings = Vec::new();
        for problem in matching::check(&stored) {
            match problem.severity() {
                matching::Severity::Error => {
                    errors.push(RuleIssue {
                        criterion: problem.criterion().map(|index| index as u32),
                        text: problem.to_string(),
                    });
                }
                matching::Severity::Warning => warnings.push(problem.to_string()),
            }
        }
        // A tolerance that could not be read is reported once, by the words of the form.
        errors.dedup_by_key(|issue| issue.criterion.map_or_else(|| issue.text.clone(), |index| index.to_string()));
        let sentence = matching::Rule::parse(&stored).map(|rule| sentence_of(&rule)).unwrap_or_default();
        RuleCheck { sentence, errors, warnings, stored: serde_json::to_string_pretty(&stored).unwrap_or_default() }
    }

    /// Reads a rule from its stored form, for pasting. The result is not saved.
    pub fn rule_parse(&self, stored: &str) -> EngineResult<RuleDraft> {
        let value: serde_json::Value = serde_json::from_str(stored)
            .map_err(|error| EngineError::invalid("stored", format!("This is not a rule: {error}.")))?;
        let name = value["name"].as_str().unwrap_or_default().to_owned();
        Ok(RuleDraft { id: None, name, enabled: true, body: body_of(&value)? })
    }
}

fn rule_view(record: &RuleRecord, used: &[(String, u32, u32)]) -> EngineResult<Rule> {
    let (confirms, suggests) =
        used.iter().find(|(id, ..)| *id == record.id).map_or((0, 0), |(_, confirms, suggests)| (*confirms, *suggests));
    Ok(Rule {
        id: record.id.clone(),
        position: record.position,
        name: record.name.clone(),
        enabled: record.enabled,
        version: record.version,
        body: body_of(&record.body)?,
        sentence: sentence_of(&matching_rule(&record.body)?),
        confirms,
        suggests,
        updated_at: record.updated_at.to_string(),
        updated_by: record.updated_by.clone(),
    })
}
