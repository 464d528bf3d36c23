/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/schedule_rows.h"

#include <string.h>

#include "base/nearest.h"

void schedule_rows_release(struct schedule_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		calendar_free(rows->item[i].calendar);
	free(rows->item);
	*rows = (struct schedule_rows){ 0 };
}

int schedule_calendar(const struct config *config, const struct schedule_config *s,
		      struct calendar **out, struct error *err)
{
	if (calendar_parse(s->when, s->zone && *s->zone ? s->zone : config->timezone, out, err) < 0)
		return error_context(err, "schedule %s", s->name);
	return 0;
}

/* Of runs that several schedules ask for, each shows the newest of its kind. */
static int find_last(const struct schedule_question *q, struct schedule_row *row, struct error *err)
{
	const struct string_list *components = &row->config->components;
	struct history_filter filter = { .kind = row->config->run,
					 .component = components->count == 1 ? components->item[0] :
									       NULL,
					 .limit = 1,
					 .has_come = true };
	struct run *runs = NULL;
	size_t count = 0;

	if (history_list(q->history, &filter, &runs, &count, err) < 0)
		return -1;
	if (count) {
		memcpy(row->last, runs[0].id, sizeof(row->last));
		row->last_ns = runs[0].started_ns;
		row->last_runs = runs[0].finished_ns == 0;
		row->verdict = runs[0].verdict;
	}
	history_free_runs(runs, count);
	return 0;
}

static int add(const struct schedule_question *q, const struct schedule_config *s,
	       struct schedule_rows *out, struct error *err)
{
	struct schedule_row *row = &out->item[out->count];

	row->config = s;
	if (schedule_calendar(q->config, s, &row->calendar, err) < 0)
		return -1;
	out->count++;
	row->comes = s->enabled && calendar_next(row->calendar, q->now_ns, &row->next);
	return q->history ? find_last(q, row, err) : 0;
}

static int unknown(const struct config *config, const char *name, struct error *err)
{
	struct nearest near = { .word = name };

	(void)error_set(err, ERROR_NOT_FOUND, "there is no schedule \"%.60s\"", name);
	for (size_t i = 0; i < config->schedule_count; i++)
		nearest_offer(&near, config->schedule[i].name);
	if (near.best)
		return error_hint(err, "did you mean \"%s\"?", near.best);
	return error_hint(err, "muster schedule list shows them");
}

int schedule_gather(const struct schedule_question *q, struct schedule_rows *out, struct error *err)
{
	const struct config *config = q->config;
	size_t count = 0;

	while (q->names && q->names[count])
		count++;
	out->item = calloc((count ? count : config->schedule_count) + 1, sizeof(*out->item));
	if (!out->item)
		return error_set(err, ERROR_NOMEM, "no memory for the schedules");
	for (size_t i = 0; i < count; i++) {
		const struct schedule_config *s = config_schedule(config, q->names[i]);

		if (!s)
			return unknown(config, q->names[i], err);
		if (add(q, s, out, err) < 0)
			return -1;
	}
	for (size_t i = 0; count == 0 && i < config->schedule_count; i++)
		if (add(q, &config->schedule[i], out, err) < 0)
			return -1;
	return 0;
}
