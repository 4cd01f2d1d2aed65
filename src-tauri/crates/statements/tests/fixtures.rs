//! Every file under fixtures/statements against the result that its author wrote down.

use serde_json::Value;
use statements::{Reading, Severity, Topic};

use crate::support::{assert_nothing_lost, code, errors, fixtures, outcome};

#[test]
fn every_fixture_reads_as_expected() {
    let mut names: Vec<_> = std::fs::read_dir(fixtures().join("statements"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert!(names.len() >= 25, "{} fixtures", names.len());
    let mut failures = Vec::new();
    for name in &names {
        let expected = std::fs::read_to_string(fixtures().join("expected").join(format!("{name}.json")))
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let expected: Value = serde_json::from_str(&expected).unwrap();
        let bytes = crate::support::fixture(name);
        let reading = statements::read(&bytes, name, &statements::ReadOptions::default());
        assert_nothing_lost(&reading, name);
        let found = compare(&reading, &expected);
        if !found.is_empty() {
            failures.push(format!("{name}:\n  {}", found.join("\n  ")));
        }
    }
    assert!(failures.is_empty(), "{} of {} fixtures differ\n{}", failures.len(), names.len(), failures.join("\n"));
}

fn compare(reading: &Reading, expected: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |what: &str, own: String, wanted: String| {
        if own != wanted {
            found.push(format!("{what}: read {own}, expected {wanted}"));
        }
    };
    let statements = expected["statements"].as_array().unwrap();
    check("statements", reading.statements.len().to_string(), statements.len().to_string());
    for (own, wanted) in reading.statements.iter().zip(statements) {
        let money = |amount: &ledger::Amount| amount.to_decimal(own.exponent);
        let sum: ledger::Amount = own.lines.iter().map(|line| &line.amount).sum();
        check("count", own.lines.len().to_string(), wanted["count"].to_string());
        let normal = |value: &Value| {
            ledger::Amount::parse_decimal(value.as_str().unwrap(), own.exponent)
                .map_or_else(|e| e.to_string(), |a| a.to_decimal(own.exponent))
        };
        check("sum", money(&sum), normal(&wanted["sum"]));
        for (key, balance) in [("opening", &own.opening), ("closing", &own.closing)] {
            if !wanted[key].is_null() {
                check(key, balance.as_ref().map_or("none".into(), |b| money(&b.amount)), normal(&wanted[key]));
            }
        }
        for (key, text) in [("account", &own.account), ("currency", &own.currency)] {
            if let Some(wanted) = wanted[key].as_str() {
                check(key, text.clone().unwrap_or_default(), wanted.into());
            }
        }
        if let Some(wanted) = wanted["proof"].as_str() {
            check("proof", outcome(&own.proof).into(), wanted.into());
        }
        match &own.proof {
            statements::Proof::Proved { agree, of, .. } => {
                if !wanted["agree"].is_null() {
                    check("agree", format!("{agree} of {of}"), format!("{} of {}", wanted["agree"], wanted["of"]));
                }
            }
            statements::Proof::Ambiguous { readings } => {
                check("readings", readings.len().to_string(), wanted["readings"].to_string())
            }
            statements::Proof::NotProvable { why } => check("why", (!why.is_empty()).to_string(), "true".into()),
        }
    }
    compare_problems(reading, expected, &mut check);
    compare_detection(reading, expected, &mut check);
    found
}

type Check<'a> = dyn FnMut(&str, String, String) + 'a;

fn compare_problems(reading: &Reading, expected: &Value, check: &mut Check) {
    let list = |pairs: Vec<(Option<u64>, String)>| {
        pairs
            .into_iter()
            .map(|(line, reason)| format!("{}:{reason}", line.map_or("file".into(), |l| l.to_string())))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let own = errors(reading).into_iter().map(|(line, reason)| (line.map(u64::from), code(&reason))).collect();
    let wanted = expected["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_u64(), pair[1].as_str().unwrap().to_owned()))
        .collect();
    check("errors", list(own), list(wanted));
    for (key, severity) in [("warnings", Severity::Warning), ("notes", Severity::Note)] {
        for reason in expected[key].as_array().into_iter().flatten() {
            let found =
                reading.problems.iter().any(|p| p.severity == severity && code(&p.reason) == reason.as_str().unwrap());
            check(key, found.to_string(), "true".into());
        }
    }
    for pair in expected["suggestions"].as_array().into_iter().flatten() {
        let problem = reading
            .problems
            .iter()
            .find(|p| p.line.map(u64::from) == pair[0].as_u64() && p.severity == Severity::Error);
        let own = problem.and_then(|p| p.suggestion.as_ref()).map_or("none".into(), |s| s.value.clone());
        check("suggestion", own, pair[1].as_str().unwrap().into());
    }
    for (reason, count) in expected["ignored"].as_object().into_iter().flatten() {
        let own = reading.ignored.iter().filter(|row| code(&row.reason) == *reason).count();
        check(&format!("ignored {reason}"), own.to_string(), count.to_string());
    }
}

fn compare_detection(reading: &Reading, expected: &Value, check: &mut Check) {
    let text = |key: &str| expected[key].as_str().map(str::to_owned);
    let decision = |topic| reading.detection.decision(topic).map(|d| d.value.clone()).unwrap_or_default();
    for (key, topic) in [
        ("delimiter", Topic::Delimiter),
        ("date_format", Topic::DateFormat),
        ("decimal_mark", Topic::DecimalMark),
        ("order", Topic::Order),
        ("sign_model", Topic::SignModel),
        ("sheet", Topic::Sheet),
    ] {
        if let Some(wanted) = text(key) {
            check(key, decision(topic), wanted);
        }
    }
    if let Some(wanted) = text("encoding") {
        check("encoding", reading.encoding.clone().unwrap_or_default(), wanted);
    }
    if let Some(wanted) = text("balance_place") {
        check("balance place", reading.detection.balance_place.map(|place| code(&place)).unwrap_or_default(), wanted);
    }
    if let Some(wanted) = expected.get("header_row") {
        check(
            "header row",
            reading.detection.header_row.map_or("null".into(), |line| line.to_string()),
            wanted.to_string(),
        );
    }
    for decision in &reading.detection.decisions {
        check("evidence", decision.evidence.iter().any(|e| !e.is_empty()).to_string(), "true".into());
    }
}
