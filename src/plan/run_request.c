/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/run_request.h"

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
					.sinks = journal,
					.time_limit_ns = r->time_limit_ns ?
								 r->time_limit_ns :
								 r->config->time_limit_ns,
					.stop_requested = r->stop_requested,
					.cut_short = &out->cut_short };

	journal->next = r->sinks;
	return plan_execute(&request, &out->verdict, err);
}
