/* SPDX-License-Identifier: Apache-2.0 */
/* Records how schedules stand: what was missed, and from when on each is expected. */
#include <string.h>

#include "base/clock.h"
#include "cmd/configuration.h"
#include "cmd/schedule_rows.h"
#include "cmd/schedule_state.h"

static bool is_expected(const struct schedule_states *states, const char *schedule)
{
	for (size_t i = 0; i < states->count; i++) {
		if (states->item[i].expected && strcmp(states->item[i].config->name, schedule) == 0)
			return true;
	}
	return false;
}

static bool is_recorded(const struct schedule_states *states, const struct schedule_state *s)
{
	const struct expectation *e =
		expectations_find(&states->known, s->config->name, s->expression);

	return e && e->judged_ns == s->judged_ns;
}

static bool is_settled(const struct schedule_states *states)
{
	for (size_t i = 0; i < states->count; i++) {
		if (states->item[i].expected && !is_recorded(states, &states->item[i]))
			return false;
	}
	for (size_t i = 0; i < states->known.count; i++) {
		if (!is_expected(states, states->known.item[i].schedule))
			return false;
	}
	return true;
}

static int record_expectation(struct history *h, const struct schedule_state *s, struct error *err)
{
	struct expectation e = { .schedule = strdup(s->config->name),
				 .expression = strdup(s->expression),
				 .since_ns = s->since_ns,
				 .judged_ns = s->judged_ns };
	int rc = e.schedule && e.expression ?
			 history_set_expectation(h, &e, err) :
			 error_set(err, ERROR_NOMEM, "no memory for a schedule");

	free(e.schedule);
	free(e.expression);
	return rc;
}

static int record(struct history *h, struct schedule_states *states, int64_t now_ns,
		  struct error *err)
{
	for (size_t i = 0; i < states->found.count; i++) {
		states->found.item[i].noticed_ns = now_ns;
		if (history_add_missed(h, &states->found.item[i], err) < 0)
			return -1;
	}
	for (size_t i = 0; i < states->count; i++) {
		const struct schedule_state *s = &states->item[i];

		if (s->expected && !is_recorded(states, s) && record_expectation(h, s, err) < 0)
			return -1;
	}
	/* one that comes back is expected from then on, not for the time it was not there */
	for (size_t i = 0; i < states->known.count; i++) {
		const char *name = states->known.item[i].schedule;

		if (!is_expected(states, name) && history_drop_expectation(h, name, err) < 0)
			return -1;
	}
	return 0;
}

static int look_and_record(const struct config *config, struct history *h, int64_t now_ns,
			   struct error *err)
{
	CLEANUP(schedule_states_release)
	struct schedule_states states = { .count = 0 };

	if (schedule_states_learn(config, h, now_ns, &states, err) < 0)
		return -1;
	return record(h, &states, now_ns, err);
}

int schedule_settle(const struct config *config, struct history *h, int64_t now_ns,
		    struct error *err)
{
	CLEANUP(schedule_states_release)
	struct schedule_states states = { .count = 0 };

	if (schedule_states_learn(config, h, now_ns, &states, err) < 0)
		return -1;
	if (is_settled(&states))
		return 0;
	/* another command may just do the same: what it recorded is looked at again */
	if (history_begin(h, err) < 0)
		return -1;
	return history_end(h, look_and_record(config, h, now_ns, err), err);
}

int schedule_open(const struct invocation *inv, struct config *config, struct history **h,
		  struct error *err)
{
	CLEANUP(schedule_rows_release)
	struct schedule_rows rows = { 0 };
	struct schedule_question q = { .config = config, .names = inv->argument };

	if (configuration_load(inv, config, err) < 0 || schedule_gather(&q, &rows, err) < 0 ||
	    history_open(config->state_dir, h, err) < 0)
		return -1;
	return schedule_settle(config, *h, clock_wall_ns(), err);
}
