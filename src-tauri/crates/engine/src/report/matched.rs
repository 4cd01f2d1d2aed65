//! Which line was cleared by which entry, how, and by whom.

use std::collections::{BTreeMap, HashMap};

use store::recon::{MatchRecord, StatementRecord};

use super::{entry_row, line_row};
use crate::api::statements::{ReportCount, ReportMatch};
use crate::{Engine, EngineResult};

/// Names of rules by id.
pub(super) type RuleNames = HashMap<String, String>;
/// Matches and the lines in them, by tier or rule.
type Counts = BTreeMap<String, (u32, u32)>;

fn tier_of(one: &MatchRecord) -> &'static str {
    match one.tier.as_deref() {
        None => "By hand",
        Some("certain") => "Certain",
        Some("likely") => "Likely",
        Some("possible") => "Possible",
        Some(_) => "Ambiguous",
    }
}

fn rule_of<'a>(one: &'a MatchRecord, names: &'a RuleNames) -> &'a str {
    match &one.rule_id {
        None if one.tier.is_some() => "Closest text",
        None => "By hand",
        Some(id) => names.get(id).unwrap_or(id),
    }
}

/// “Certain, Payment reference” or “By hand”. An entry and what took it back clear no line.
fn how(one: &MatchRecord, names: &RuleNames) -> String {
    match (tier_of(one), rule_of(one, names)) {
        _ if one.lines == 0 => "Reversed".to_owned(),
        (tier, rule) if tier == rule => tier.to_owned(),
        (tier, rule) => format!("{tier}, {rule}"),
    }
}

/// Matches by tier and by rule.
pub(super) fn counts(matches: &[MatchRecord], names: &RuleNames) -> (Vec<ReportCount>, Vec<ReportCount>) {
    let (mut tiers, mut rules): (Counts, Counts) = (BTreeMap::new(), BTreeMap::new());
    // An entry and what took it back clear nothing of the statement.
    for one in matches.iter().filter(|one| one.lines > 0) {
        let (tier, rule) = (tier_of(one).to_owned(), rule_of(one, names).to_owned());
        for count in [tiers.entry(tier).or_default(), rules.entry(rule).or_default()] {
            count.0 += 1;
            count.1 += one.lines;
        }
    }
    let list =
        |map: Counts| map.into_iter().map(|(label, (matches, lines))| ReportCount { label, matches, lines }).collect();
    (list(tiers), list(rules))
}

impl Engine {
    /// Names of the rules that matches came from.
    pub(super) async fn rule_names(&self, matches: &[MatchRecord]) -> EngineResult<RuleNames> {
        let mut names = RuleNames::new();
        for id in matches.iter().filter_map(|one| one.rule_id.as_ref()) {
            if !names.contains_key(id) {
                let name = self.store.rule(id).await?.map_or_else(|| id.clone(), |rule| rule.name);
                names.insert(id.clone(), name);
            }
        }
        Ok(names)
    }

    /// The schedule of matches, in the order of their first lines.
    pub(super) async fn matched(
        &self,
        statement: &StatementRecord,
        matches: &[MatchRecord],
        names: &RuleNames,
    ) -> EngineResult<Vec<ReportMatch>> {
        let mut rows: HashMap<i64, ReportMatch> = matches
            .iter()
            .map(|one| {
                let row = ReportMatch {
                    how: how(one, names),
                    by: one.confirmed_by.clone(),
                    at: one.confirmed_at.to_string(),
                    lines: Vec::new(),
                    entries: Vec::new(),
                };
                (one.key, row)
            })
            .collect();
        for line in self.store.statement_lines(statement.key, false).await? {
            if let Some(row) = line.match_key.and_then(|key| rows.get_mut(&key)) {
                row.lines.push(line_row(&line));
            }
        }
        for entry in self.store.statement_entries(statement.key).await? {
            if let Some(row) = entry.match_key.and_then(|key| rows.get_mut(&key)) {
                row.entries.push(entry_row(&entry, statement.period_to));
            }
        }
        let mut rows: Vec<(i64, ReportMatch)> = rows.into_iter().collect();
        rows.sort_by_key(|(key, row)| (row.lines.first().map_or(u32::MAX, |line| line.position), *key));
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }
}
