/* SPDX-License-Identifier: Apache-2.0 */
/* How long restores took and how much was lost, beside what was allowed. */
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "cmd/metrics_gather.h"
#include "history/latest.h"
#include "plan/restore_test.h"

/* 0: it was never measured. */
static int measured(const struct metrics_question *q, const char *component, enum check_id check,
		    int64_t *out, struct error *err)
{
	const struct latest_question question = { .kind = "restore-test",
						  .component = component,
						  .check = check_name(check) };
	char found[LATEST_NAME_SIZE];

	*out = 0;
	if (history_latest_found(q->history, &question, found, err) < 0)
		return -1;
	/* what is no duration tells why there is none */
	if (found[0] && quantity_parse_duration(found, out) < 0)
		*out = 0;
	return 0;
}

/* Only PostgreSQL's data tells how new it is. */
static bool tells_point(const struct component_config *c)
{
	return c->engine == ENGINE_POSTGRESQL;
}

static int gather_one(const struct metrics_question *q, const struct component_config *c,
		      struct metrics_recovery *out, struct error *err)
{
	struct latest_restore moved;

	*out = (struct metrics_recovery){
		.component = c->name,
		.point_ns = -1,
		.time_objective_ns = c->rto_ns ? c->rto_ns : RESTORE_RTO_NS,
		.point_objective_ns = c->rpo_ns ? c->rpo_ns : q->config->rpo_ns,
	};
	if (measured(q, c->name, CHECK_RECOVERY_TIME, &out->time_ns, err) < 0 ||
	    history_latest_restore(q->history, c->name, &moved, err) < 0)
		return -1;
	if (moved.duration_ns)
		out->bytes_per_second =
			(double)moved.bytes * (double)NS_PER_SECOND / (double)moved.duration_ns;
	if (!tells_point(c))
		return 0;
	return measured(q, c->name, CHECK_RECOVERY_POINT, &out->point_ns, err);
}

/* The newest restore test that restored everything, and the most that any component lacked. */
static int gather_whole(const struct metrics_question *q, struct metrics *m, struct error *err)
{
	const struct config *config = q->config;
	struct latest_scope scope = { .kind = "restore-test",
				      .check = check_name(CHECK_RECOVERY_TIME),
				      .any_verdict = true };
	struct metrics_recovery *whole = &m->recovery[m->recovery_count];
	const char **names = calloc(config->component_count + 1, sizeof(*names));
	struct latest_run run = { 0 };
	int rc;

	if (!names)
		return error_set(err, ERROR_NOMEM, "no memory for the metrics");
	*whole = (struct metrics_recovery){
		.component = METRICS_WHOLE,
		.point_ns = -1,
		.bytes_per_second = -1,
		/* a restore test is not held against what drills take for granted */
		.time_objective_ns = config->rto_ns,
		.point_objective_ns = config->rpo_ns
	};
	for (size_t i = 0; i < m->recovery_count; i++) {
		names[scope.component_count++] = m->recovery[i].component;
		if (m->recovery[i].point_ns > whole->point_ns)
			whole->point_ns = m->recovery[i].point_ns;
	}
	scope.component = names;
	rc = scope.component_count ? history_latest_covering(q->history, &scope, &run, err) : 0;
	free(names);
	whole->time_ns = run.duration_ns;
	m->recovery_count++;
	return rc;
}

int metrics_gather_recoveries(const struct metrics_question *q, struct metrics_gathered *out,
			      struct error *err)
{
	const struct config *config = q->config;
	struct metrics *m = &out->metrics;

	m->recovery =
		metrics_gather_room(out, config->component_count + 1, sizeof(*m->recovery), err);
	if (!m->recovery)
		return -1;
	for (size_t i = 0; i < config->component_count; i++) {
		const struct component_config *c = &config->component[i];

		if (!config_has_backups(c))
			continue;
		if (gather_one(q, c, &m->recovery[m->recovery_count], err) < 0)
			return -1;
		m->recovery_count++;
	}
	/* a component of that name has the label */
	if (!m->recovery_count || config_component(config, METRICS_WHOLE))
		return 0;
	return gather_whole(q, m, err);
}
