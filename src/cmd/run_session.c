/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/run_session.h"

#include "base/clock.h"
#include "cmd/configuration.h"
#include "cmd/drill_dead.h"
#include "cmd/interrupt.h"
#include "cmd/schedule_state.h"
#include "cmd/sender.h"
#include "history/outbox.h"
#include "notify/notify.h"
#include "report/any.h"
#include "report/report.h"

/* What was told stays so long in the outbox, for those who ask. */
#define KEEP_TOLD_NS (INT64_C(90) * 86400 * NS_PER_SECOND)

static struct notify_scope scope_of(struct run_session *s)
{
	return (struct notify_scope){ .config = &s->config,
				      .history = s->history,
				      .now_ns = clock_wall_ns() };
}

/* A run is worth what it found, also when nobody can be told of it. */
static void complain(const struct run_session *s, struct error *err)
{
	terminal_error(&s->inv->message, err);
	error_clear(err);
}

static void tell_runs(struct run_session *s)
{
	const struct notify_scope scope = scope_of(s);
	struct error err = ERROR_INIT;
	size_t queued = 0;

	if (notify_runs(&scope, &queued, &err) < 0)
		complain(s, &err);
}

static void tell_schedules(struct run_session *s)
{
	struct error err = ERROR_INIT;
	size_t queued = 0;

	if (s->config.notify.receiver_count &&
	    schedule_tell(&s->config, s->history, clock_wall_ns(), &queued, &err) < 0)
		complain(s, &err);
}

static void sweep(const struct run_session *s, int64_t now_ns)
{
	struct error err = ERROR_INIT;

	if (report_sweep(s->config.state_dir, now_ns - s->config.keep_logs_ns, &err) < 0)
		complain(s, &err);
}

static bool somebody_waits(struct run_session *s)
{
	struct error err = ERROR_INIT;
	struct outbox_counts counts = { 0 };

	if (!s->config.notify.receiver_count)
		return false;
	if (outbox_count(s->history, 0, &counts, &err) < 0)
		complain(s, &err);
	return counts.waiting > 0;
}

static int hear(struct event_sink *self, const struct event *e, struct error *err)
{
	struct run_session *s = (struct run_session *)(void *)self;
	struct notify_scope scope;
	struct error own = ERROR_INIT;
	size_t queued = 0;

	_Static_assert(offsetof(struct run_session, teller) == 0, "the sink is the session's head");
	(void)err;
	if (e->type != EVENT_RUN_STARTED)
		return 0;
	scope = scope_of(s);
	if (notify_started(&scope, e->run, e->kind, &queued, &own) < 0)
		complain(s, &own);
	if (somebody_waits(s))
		sender_start(s->inv, &s->config);
	return 0;
}

struct event_sink *run_session_sinks(struct run_session *s, struct event_sink *shown)
{
	if (!s->tells)
		return shown;
	s->teller = (struct event_sink){ .receive = hear, .next = shown };
	return &s->teller;
}

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

	s->inv = inv;
	if (s->again)
		(void)snprintf(s->id, sizeof(s->id), "%s", s->again);
	else
		run_id_make(now, s->id);
	if (configuration_load(inv, &s->config, err) < 0 ||
	    history_open(s->config.state_dir, &s->history, err) < 0)
		return -1;
	s->request = (struct run_request){ .config = &s->config,
					   .history = s->history,
					   .run = s->id,
					   .command = inv->line,
					   .component = inv->argument,
					   .component_count = s->whole ? 0 : inv->argument_count,
					   .stop_requested = interrupt_requested };
	/* also by a command that will be told to wait */
	if (drill_dead_recover(inv, &s->config, s->history, err) < 0 ||
	    schedule_settle(&s->config, s->history, now, err) < 0)
		return -1;
	tell_schedules(s);
	if (lock_components(s, kind, err) < 0 ||
	    history_expire_facts(s->history, now - s->config.keep_facts_ns, err) < 0 ||
	    outbox_expire(s->history, now - KEEP_TOLD_NS, err) < 0)
		return -1;
	sweep(s, now);
	s->tells = true;
	tell_runs(s); /* those that were cut short, and that nobody was told of */
	return 0;
}

void run_session_close(struct run_session *s)
{
	bool delivers = false;

	if (s->tells) {
		tell_runs(s);
		tell_schedules(s);
		delivers = somebody_waits(s);
	}
	history_close(s->history); /* and nobody waits for us */
	if (delivers && sender_must_stay())
		sender_run(s->inv, &s->config);
	else if (delivers)
		sender_start(s->inv, &s->config);
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
	return report_any_save(s->history, run, s->config.state_dir, text_path, err);
}

int run_session_exit_code(const struct run_outcome *outcome, bool warn_fails)
{
	const struct error why = { .kind = outcome->cut_short };

	/* a failure that was recorded before the interruption wins */
	if (outcome->cut_short != ERROR_NONE && outcome->verdict != VERDICT_FAIL)
		return exit_code_of_error(&why);
	return exit_code_of_verdict(outcome->verdict, warn_fails);
}
