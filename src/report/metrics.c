/* SPDX-License-Identifier: Apache-2.0 */
/* Families are rows: a name, what it tells, and how one sample of it is found. */
#include "report/metrics.h"

#include <math.h>

#include "base/clock.h"
#include "report/metrics.intern.h"

double metrics_seconds(int64_t ns)
{
	int64_t milliseconds = ns / 1000000;

	return (double)milliseconds / 1000;
}

double metrics_seconds_if_set(int64_t ns)
{
	return ns > 0 ? metrics_seconds(ns) : (double)NAN;
}

double metrics_seconds_if_told(int64_t ns)
{
	return ns >= 0 ? metrics_seconds(ns) : (double)NAN;
}

double metrics_status(enum verdict v)
{
	static const double numbers[VERDICT_COUNT] = {
		[VERDICT_ERROR] = 0, [VERDICT_PASS] = 1,    [VERDICT_WARN] = 2,
		[VERDICT_FAIL] = 3,  [VERDICT_SKIPPED] = 4,
	};

	return numbers[v];
}

static double last_success(const struct metrics_component *c)
{
	return metrics_seconds(c->last_success_ns);
}

static double max_age(const struct metrics_component *c)
{
	return metrics_seconds_if_set(c->max_age_ns);
}

static double copies(const struct metrics_component *c)
{
	return c->copies;
}

static const struct component_family {
	const char *name, *help;
	double (*value)(const struct metrics_component *c);
} component_families[] = {
	{ "muster_backup_last_success_timestamp_seconds",
	  "Time of the newest backup of the component that lies in the repository; 0: there is "
	  "none.",
	  last_success },
	{ "muster_backup_max_age_seconds", "How old the newest backup may be (backups.max_age).",
	  max_age },
	{ "muster_backup_copies", "Places that hold the newest backup.", copies },
};

static void put_components(struct exposition *x, const struct metrics *m)
{
	for (size_t f = 0; f < COUNT(component_families); f++) {
		const struct component_family *family = &component_families[f];

		exposition_family(x, family->name, "gauge", family->help);
		for (size_t i = 0; i < m->component_count; i++) {
			const struct metrics_component *c = &m->component[i];
			double value = family->value(c);

			if (!isnan(value))
				exposition_sample(x, "",
						  LABELS({ "platform", m->platform },
							 { "component", c->name },
							 { "engine", c->engine }),
						  value);
		}
	}
}

static void put_sizes(struct exposition *x, const struct metrics *m)
{
	exposition_family(x, "muster_backup_size_bytes", "gauge",
			  "Stored bytes of the newest backup of the component.");
	for (size_t i = 0; i < m->component_count; i++) {
		const struct metrics_component *c = &m->component[i];

		exposition_sample(x, "",
				  LABELS({ "platform", m->platform }, { "component", c->name },
					 { "engine", c->engine }, { "location", "repository" }),
				  (double)c->size);
	}
}

static void put_checks(struct exposition *x, const struct metrics *m)
{
	exposition_family(
		x, "muster_check_status", "gauge",
		"What the newest run of the kind said: 0 unknown (not checked, or it could "
		"not be told), 1 pass, 2 warn, 3 fail, 4 skipped.");
	for (size_t i = 0; i < m->check_count; i++) {
		const struct metrics_check *c = &m->check[i];

		exposition_sample(x, "",
				  LABELS({ "platform", m->platform }, { "component", c->component },
					 { "kind", c->kind }, { "check", c->check }),
				  metrics_status(c->verdict));
	}
}

static double messages_sent(const struct metrics_receiver *r)
{
	return (double)r->sent;
}

static double messages_failed(const struct metrics_receiver *r)
{
	return (double)r->failed;
}

static double messages_waiting(const struct metrics_receiver *r)
{
	return (double)r->waiting;
}

static const struct receiver_family {
	const char *name, *type, *help;
	double (*value)(const struct metrics_receiver *r);
} receiver_families[] = {
	{ "muster_notifications_sent_total", "counter", "Messages that the receiver took.",
	  messages_sent },
	{ "muster_notifications_failed_total", "counter",
	  "Messages that were given up: the receiver did not take them.", messages_failed },
	{ "muster_notifications_waiting", "gauge", "Messages that are still to be delivered.",
	  messages_waiting },
};

static void put_receivers(struct exposition *x, const struct metrics *m)
{
	for (size_t f = 0; f < COUNT(receiver_families); f++) {
		const struct receiver_family *family = &receiver_families[f];

		exposition_family(x, family->name, family->type, family->help);
		for (size_t i = 0; i < m->receiver_count; i++)
			exposition_sample(x, "",
					  LABELS({ "platform", m->platform },
						 { "receiver", m->receiver[i].name },
						 { "type", m->receiver[i].type }),
					  family->value(&m->receiver[i]));
	}
}

int metrics_text(const struct metrics *m, struct buf *out)
{
	struct exposition x = { .out = out };

	exposition_family(&x, "muster_build_info", "gauge", "Which muster wrote this; always 1.");
	exposition_sample(&x, "",
			  LABELS({ "platform", m->platform }, { "version", m->version },
				 { "compiler", m->compiler }),
			  1);
	put_components(&x, m);
	put_sizes(&x, m);
	put_checks(&x, m);
	metrics_put_runs(&x, m);
	metrics_put_schedules(&x, m);
	metrics_put_recoveries(&x, m);
	metrics_put_drill(&x, m);
	metrics_put_steps(&x, m);
	put_receivers(&x, m);
	return x.failed ? -1 : 0;
}
