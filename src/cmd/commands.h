/* SPDX-License-Identifier: Apache-2.0 */
/* Every command, for the tables that list them (main.c and the groups). */
#ifndef CMD_COMMANDS_H
#define CMD_COMMANDS_H

#include "cmd/command.h"

extern const struct command action_command;
extern const struct command action_add_command;
extern const struct command action_defer_command;
extern const struct command action_done_command;
extern const struct command action_list_command;
extern const struct command backup_command;
extern const struct command backup_complete_command;
extern const struct command backup_copy_command;
extern const struct command backup_list_command;
extern const struct command backup_show_command;
extern const struct command canary_command;
extern const struct command check_config_command;
extern const struct command completion_command;
extern const struct command config_command;
extern const struct command config_show_command;
extern const struct command demo_command;
extern const struct command demo_down_command;
extern const struct command demo_up_command;
extern const struct command doctor_command;
extern const struct command drill_command;
extern const struct command drill_abort_command;
extern const struct command drill_announce_command;
extern const struct command drill_close_command;
extern const struct command drill_deviation_command;
extern const struct command drill_entries_command;
extern const struct command drill_hold_command;
extern const struct command drill_issue_command;
extern const struct command drill_join_command;
extern const struct command drill_list_command;
extern const struct command drill_note_command;
extern const struct command drill_plan_command;
extern const struct command drill_publish_command;
extern const struct command drill_refuse_command;
extern const struct command drill_resume_command;
extern const struct command drill_review_command;
extern const struct command drill_show_command;
extern const struct command drill_start_command;
extern const struct command drill_tick_command;
extern const struct command drill_watch_command;
extern const struct command env_command;
extern const struct command env_down_command;
extern const struct command env_list_command;
extern const struct command env_shell_command;
extern const struct command env_up_command;
extern const struct command help_command;
extern const struct command inspect_command;
extern const struct command metrics_command;
extern const struct command notify_command;
extern const struct command notify_deliver_command;
extern const struct command notify_list_command;
extern const struct command notify_drop_command;
extern const struct command notify_retry_command;
extern const struct command notify_routes_command;
extern const struct command notify_test_command;
extern const struct command restore_test_command;
extern const struct command run_command;
extern const struct command run_list_command;
extern const struct command run_show_command;
extern const struct command schedule_command;
extern const struct command schedule_export_command;
extern const struct command schedule_list_command;
extern const struct command schedule_missed_command;
extern const struct command schedule_next_command;
extern const struct command schedule_pause_command;
extern const struct command schedule_resume_command;
extern const struct command schedule_run_command;
extern const struct command schedule_test_command;
extern const struct command status_command;
extern const struct command verify_command;
extern const struct command version_command;

#endif
