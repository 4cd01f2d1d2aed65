//! What the window can ask for: one file per group of views. A command decodes, calls the engine, encodes.

mod app;
mod approvals;
mod care;
mod desk;
mod history;
mod imports;
mod ledgers;
#[cfg(test)]
mod list;
mod people;
mod rules;
mod transactions;
mod webhooks;

use std::path::Path;

use tauri::Wry;
use tauri::ipc::Invoke;

use crate::error::{Answer, Refusal};

/// Writes a table to a file that a person pointed at.
fn write_table(path: &str, bytes: &[u8]) -> Answer<()> {
    engine::files::write_atomically(Path::new(path), bytes)
        .map_err(|error| Refusal::new("FILE", format!("{path} could not be written: {error}.")))
}

/// All commands.
pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![
        care::backups_list,
        care::diagnostics,
        care::backup_plan,
        care::backup_plan_set,
        care::backup_now,
        care::search_all,
        care::search_rebuild,
        transactions::metadata_get,
        transactions::metadata_merge,
        webhooks::webhook_events,
        webhooks::webhooks_list,
        webhooks::webhook_create,
        webhooks::webhook_update,
        webhooks::webhook_delete,
        webhooks::webhook_secret_renew,
        webhooks::webhook_test,
        webhooks::webhook_hosts,
        webhooks::webhook_hosts_set,
        webhooks::deliveries_page,
        webhooks::delivery_get,
        webhooks::deliveries_replay,
        people::key_show,
        people::identities_page,
        people::identity_get,
        people::identity_history,
        people::identity_create,
        people::identity_update,
        people::identity_delete,
        people::identity_protect,
        people::identity_unprotect,
        people::identity_reveal,
        people::balance_identity_set,
        people::account_create,
        people::account_update,
        people::account_delete,
        people::key_state,
        people::key_add,
        people::key_replace,
        app::app_state,
        app::book_create,
        app::book_open,
        app::book_protect,
        app::book_forget,
        app::book_settings_set,
        app::book_restore,
        app::book_sample,
        app::book_close,
        app::book_info,
        app::book_backup,
        app::book_check,
        app::person_set,
        app::column_names_set,
        app::recent_forget,
        app::pick_file,
        app::settings_get,
        app::settings_set,
        app::jobs_list,
        approvals::holds_report,
        approvals::holds_totals,
        desk::statements_list,
        desk::run_start,
        desk::job_cancel,
        desk::job_resume,
        desk::interrupted_runs,
        desk::desk,
        desk::desk_lines,
        desk::desk_focus,
        desk::desk_entries,
        desk::desk_effect,
        desk::match_accept,
        desk::match_tier_preview,
        desk::match_accept_tier,
        desk::match_reject,
        desk::match_undo,
        desk::line_new_entry,
        desk::entry_outstanding,
        desk::opening_post,
        desk::desk_log,
        desk::desk_undo,
        desk::desk_redo,
        desk::find_sum,
        desk::signoff_check,
        desk::sign_off,
        desk::reopen,
        desk::report,
        desk::report_export,
        history::history_page,
        history::history_verify,
        history::history_accept,
        history::history_head,
        history::history_head_export,
        imports::import_open,
        imports::import_close,
        imports::import_preview,
        imports::import_plan,
        imports::import_commit,
        imports::import_cancel,
        imports::import_problems_csv,
        imports::import_undo,
        imports::profiles_list,
        imports::profile_delete,
        ledgers::ledgers_list,
        ledgers::ledger_create,
        ledgers::ledger_rename,
        ledgers::ledger_type_set,
        ledgers::lineage_get,
        ledgers::lineage_set,
        ledgers::lineage_moves,
        ledgers::lineage_of_transaction,
        ledgers::monitors_list,
        ledgers::monitor_alerts,
        ledgers::monitor_create,
        ledgers::monitor_update,
        ledgers::monitor_delete,
        ledgers::period_state,
        ledgers::period_close,
        ledgers::period_reopen,
        ledgers::financial_report,
        ledgers::financial_export,
        ledgers::balances_page,
        ledgers::balances_totals,
        ledgers::balance_history,
        ledgers::balance_search,
        ledgers::balance_create,
        ledgers::balance_update,
        ledgers::balance_get,
        ledgers::balance_chart,
        ledgers::register_page,
        ledgers::register_export,
        ledgers::balance_check,
        ledgers::trial_report,
        ledgers::trial_export,
        ledgers::overview_cash,
        ledgers::overview_trial,
        ledgers::overview_ages,
        ledgers::overview_awaiting,
        ledgers::overview_activity,
        ledgers::overview_attention,
        rules::rules_list,
        rules::rule_save,
        rules::rule_toggle,
        rules::rules_reorder,
        rules::rule_delete,
        rules::rule_restore,
        rules::rule_versions,
        rules::rule_validate,
        rules::rule_parse,
        rules::rule_preview,
        transactions::transactions_page,
        transactions::transactions_start,
        transactions::transactions_totals,
        transactions::transaction_get,
        transactions::post_preview,
        transactions::post,
        transactions::entry_preview,
        transactions::entry_post,
        transactions::entry_get,
        transactions::bulk_preview,
        transactions::bulk_post,
        transactions::postings_read,
        transactions::attachment_add,
        transactions::attachment_save,
        transactions::attachment_detach,
        transactions::schedule,
        transactions::scheduled_page,
        transactions::scheduled_edit,
        transactions::scheduled_cancel,
        transactions::holds_effect,
        transactions::holds_commit,
        transactions::holds_void,
        transactions::transactions_export,
    ]
}

#[cfg(test)]
mod tests {
    use super::list::COMMANDS;

    #[test]
    fn the_capability_allows_every_command_and_no_file_shell_or_network() {
        let text = include_str!("../../../capabilities/main.json");
        let capability: serde_json::Value = serde_json::from_str(text).unwrap();
        let allowed: Vec<&str> =
            capability["permissions"].as_array().unwrap().iter().filter_map(|value| value.as_str()).collect();
        for command in COMMANDS {
            let permission = format!("allow-{}", command.replace('_', "-"));
            assert!(allowed.contains(&permission.as_str()), "{permission} is missing");
        }
        for permission in &allowed {
            let own = COMMANDS.iter().any(|command| **permission == format!("allow-{}", command.replace('_', "-")));
            assert!(
                own || permission.starts_with("core:window:allow-") || permission.starts_with("core:event:allow-"),
                "{permission} is not needed"
            );
        }
    }
}
