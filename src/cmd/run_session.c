/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_session.h"

#include "base/clock.h"
#include "cmd/configuration.h"
#include "cmd/interrupt.h"
#include "cmd/schedule_state.h"
#include "report/report.h"

/* Of the components named, or of all there are: the rest is free for other runs. */
static int lock_components(struct run_session *s, const char *kind, struct error *err)
{
	const struct config *config = &s->config;
	size_t named = s->request.component_count;
	CLEANUP(cleanup_free)
	const char **all = calloc(config->component_count + 1, sizeof(*all));
	struct history_claim claim = { .run = s->id,
				       .command = kind,
				       .component = named ? s->request.component : all,
				       .component_count = named ? named : config->component_count };

	if (!all)
		return error_set(err, ERROR_NOMEM, "no memory for the names of components");
	for (size_t i = 0; i < config->component_count; i++)
		all[i] = config->component[i].name;
	/* a name that was mistyped is told of before anybody has to wait */
	for (size_t i = 0; i < named; i++) {
		if (!run_request_component(&s->request, i, err))
			return -1;
	}
	return history_lock(s->history, &claim, err);
}

int run_session_open(const struct invocation *inv, const char *kind, struct run_session *s,
		     struct error *err)
{
	int64_t now = clock_wall_ns();

	run_id_make(now, s->id);
	if (configuration_load(inv, &s->config, err) < 0 ||
	    history_open(s->config.state_dir, &s->history, err) < 0)
		return -1;
	s->request = (struct run_request){ .config = &s->config,
					   .history = s->history,
					   .run = s->id,
					   .command = inv->line,
					   .component = inv->argument,
					   .component_count = inv->argument_count,
					   .stop_requested = interrupt_requested };
	/* also by a command that will be told to wait */
	if (history_recover(s->history, err) < 0 ||
	    schedule_settle(&s->config, s->history, now, err) < 0 ||
	    lock_components(s, kind, err) < 0)
		return -1;
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
	/* servers and files are no longer in use: who waits for them waits for no report */
	history_unlock(s->history);
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
