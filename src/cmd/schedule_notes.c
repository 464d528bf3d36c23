/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/schedule_notes.h"

#include "base/clock.h"
#include "cmd/schedule_times.h"
#include "model/json.h"

enum { TWO_YEARS_OF_DAYS = 731 };

static int64_t end_of(int64_t now_ns)
{
	return now_ns + INT64_C(86400) * TWO_YEARS_OF_DAYS * NS_PER_SECOND;
}

static void print_one(const struct terminal *t, const struct schedule_row *row,
		      const struct calendar_time *time)
{
	char local[SCHEDULE_LOCAL_SIZE], note[SCHEDULE_NOTE_SIZE];

	(void)fputs("note: schedule ", t->stream);
	terminal_puts(t, row->config->name);
	(void)fputs(", ", t->stream);
	terminal_puts(t, row->config->when);
	(void)fprintf(t->stream, ": %s, %s\n", schedule_local(row->calendar, time->at_ns, local),
		      schedule_note(time, note));
}

void schedule_notes_print(const struct terminal *t, const struct schedule_rows *rows,
			  int64_t now_ns)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct schedule_row *row = &rows->item[i];
		struct calendar_time time = { .at_ns = now_ns };

		if (!row->config->enabled)
			continue;
		if (!row->comes) {
			(void)fputs("note: schedule ", t->stream);
			terminal_puts(t, row->config->name);
			(void)fputs(": its time never comes\n", t->stream);
		}
		while (calendar_next_surprise(row->calendar, time.at_ns, end_of(now_ns), &time))
			print_one(t, row, &time);
	}
}

static int add_json(json_t *list, const struct schedule_row *row, int64_t now_ns)
{
	struct calendar_time time = { .at_ns = now_ns };

	while (calendar_next_surprise(row->calendar, time.at_ns, end_of(now_ns), &time)) {
		CLEANUP(cleanup_json)
		json_t *o = schedule_time_to_json(row->calendar, &time);

		if (!o || !member_put(o, "schedule", text_to_json(row->config->name)) ||
		    json_array_append(list, o) < 0)
			return -1;
	}
	return 0;
}

json_t *schedule_notes_to_json(const struct schedule_rows *rows, int64_t now_ns)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < rows->count; i++)
		if (rows->item[i].config->enabled && add_json(list, &rows->item[i], now_ns) < 0)
			return NULL;
	return TAKE(list);
}
