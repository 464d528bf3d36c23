/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/run_request.h"

#include "base/clock.h"
#include "history/pause.h"
#include "model/run.h"

const struct component_config *run_request_component(const struct run_request *r, size_t i,
						     struct error *err)
{
	const struct component_config *c = config_component(r->config, r->component[i]);

	if (c)
		return c;
	(void)error_set(err, ERROR_NOT_FOUND, "no component \"%s\" in %s", r->component[i],
			r->config->path);
	(void)error_hint(err, "`muster config show` lists the components");
	return NULL;
}

int run_request_load_catalogue(const struct run_request *r, struct catalogue *out,
			       struct error *err)
{
	return r->offsite ? catalogue_load_offsite(r->config, r->stop_requested, out, err) :
			    catalogue_load(r->config, out, err);
}

int run_request_note_place(const struct run_request *r, struct plan_run *run, struct error *err)
{
	return r->offsite ? plan_note(run, NULL, RUN_NOTE_OFFSITE, "yes", err) : 0;
}

int run_request_check_set(const struct run_request *r, const char *set, struct error *err)
{
	CLEANUP(catalogue_release)
	struct catalogue c = { 0 };

	if (!set)
		return 0;
	if (run_request_load_catalogue(r, &c, err) < 0)
		return -1;
	if (catalogue_find(&c, set))
		return 0;
	(void)error_set(err, ERROR_NOT_FOUND, "no backup set \"%s\" in %s, or more than one", set,
			r->offsite ? r->config->offsite.url : r->config->repository);
	return error_hint(err, r->offsite ? "name it as the files' names do: 20261122_030000" :
					    "`muster backup list` shows the sets");
}

static int note_pause(struct plan_run *run, const struct pause *p, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	char until[CLOCK_RFC3339_SIZE];

	if (buf_printf(&text, "%s%s until %s, by %s: %s",
		       p->schedule ? "schedule " : "all schedules", p->schedule ? p->schedule : "",
		       clock_format_rfc3339(p->ends_ns, until), p->author, p->reason) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a note");
	return plan_note(run, NULL, RUN_NOTE_PAUSED, text.ptr, err);
}

/* Whoever reads of this run is to know that others do not come by themselves. */
static int note_pauses(struct plan_run *run, const void *cookie, struct error *err)
{
	const struct run_request *r = cookie;
	const int64_t now = clock_wall_ns();
	CLEANUP(pauses_release)
	struct pauses pauses = { 0 };

	if (history_pauses(r->history, now, &pauses, err) < 0)
		return -1;
	for (size_t i = 0; i < pauses.count; i++) {
		if (pauses.item[i].began_ns <= now && note_pause(run, &pauses.item[i], err) < 0)
			return -1;
	}
	return 0;
}

int run_request_execute(const struct run_request *r, const struct plan *plan, void *subject,
			struct run_outcome *out, struct error *err)
{
	struct event_sink *journal = history_sink(r->history);
	struct plan_request request = { .plan = plan,
					.subject = subject,
					.id = r->run,
					.platform = r->config->platform,
					.command = r->command,
					.past = r->past,
					.opened = note_pauses,
					.opened_cookie = r,
					.sinks = journal,
					.time_limit_ns = r->time_limit_ns ?
								 r->time_limit_ns :
								 r->config->time_limit_ns,
					.stop_requested = r->stop_requested,
					.cut_short = &out->cut_short };

	journal->next = r->sinks;
	return plan_execute(&request, &out->verdict, err);
}
