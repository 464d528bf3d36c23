/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_session.h"

#include "base/clock.h"
#include "cmd/configuration.h"
#include "cmd/interrupt.h"
#include "report/report.h"

int run_session_open(const struct invocation *inv, const char *kind, struct run_session *s,
		     struct error *err)
{
	int64_t now = clock_wall_ns();

	run_id_make(now, s->id);
	if (configuration_load(inv, &s->config, err) < 0 ||
	    history_open(s->config.state_dir, &s->history, err) < 0 ||
	    history_lock(s->history, s->id, kind, err) < 0 || history_recover(s->history, err) < 0)
		return -1;
	s->request = (struct run_request){ .config = &s->config,
					   .history = s->history,
					   .run = s->id,
					   .command = inv->line,
					   .component = inv->argument,
					   .component_count = inv->argument_count,
					   .stop_requested = interrupt_requested };
	return history_expire_facts(s->history, now - s->config.keep_facts_ns, err);
}

void run_session_close(struct run_session *s)
{
	history_close(s->history);
	config_release(&s->config);
	*s = (struct run_session){ 0 };
}

int run_session_report(const struct run_session *s, struct run *run, char *text_path,
		       struct error *err)
{
	if (history_load(s->history, s->id, run, err) < 0)
		return -1;
	return report_save(run, s->config.state_dir, text_path, err);
}

int run_session_exit_code(const struct run_outcome *outcome, bool warn_fails)
{
	const struct error why = { .kind = outcome->cut_short };

	/* a failure that was recorded before the interruption wins */
	if (outcome->cut_short != ERROR_NONE && outcome->verdict != VERDICT_FAIL)
		return exit_code_of_error(&why);
	return exit_code_of_verdict(outcome->verdict, warn_fails);
}
