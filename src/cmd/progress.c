/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/progress.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/quantity.h"

enum { TEXT_SIZE = 400 };

static const int64_t quiet_ns = NS_PER_SECOND;
static const int64_t redraw_ns = NS_PER_SECOND / 5;

static int receive(struct event_sink *self, const struct event *event, struct error *err);

void progress_begin(struct progress *p, const struct invocation *inv, const char *label)
{
	*p = (struct progress){
		.sink = { .receive = receive },
		.terminal = &inv->message,
		.verbose = inv->global.verbose,
		.interval_ns = inv->global.progress_interval_ns,
		.now_ns = clock_monotonic_ns,
	};
	if (inv->global.quiet)
		p->mode = PROGRESS_NONE;
	else if (inv->message.is_tty)
		p->mode = PROGRESS_REDRAWN;
	else
		p->mode = p->interval_ns > 0 ? PROGRESS_LINES : PROGRESS_NONE;
	(void)terminal_escape(p->terminal, label, p->lane[0].label, sizeof(p->lane[0].label));
	p->lane[0].started_ns = p->shown_ns = p->now_ns();
}

static const char *amount(const struct progress_lane *lane, uint64_t n, char out[NUMBER_TEXT_SIZE])
{
	if (lane->of_objects)
		return number_format(n, out);
	return quantity_format_size(n, out);
}

/* "63% of 4.2 GiB, 310.0 MiB/s, 8m left", "412 of 1,034, 38/s, 17s left", or as much of it as is known. */
static void describe(const struct progress_lane *lane, int64_t elapsed_ns, char out[TEXT_SIZE])
{
	char size[NUMBER_TEXT_SIZE], rate[NUMBER_TEXT_SIZE], left[QUANTITY_TEXT_SIZE];
	uint64_t done = lane->done, total = lane->total;
	double seconds = (double)elapsed_ns / (double)NS_PER_SECOND;
	double per_second = done > lane->first_done && elapsed_ns > 0 ?
				    (double)(done - lane->first_done) / seconds :
				    0;
	int used;

	if (total && lane->of_objects)
		used = snprintf(out, TEXT_SIZE, "%s of %s", number_format(done, rate),
				number_format(total, size));
	else if (total)
		used = snprintf(out, TEXT_SIZE, "%u%% of %s",
				(unsigned)(100 * ((double)done / (double)total)),
				quantity_format_size(total, size));
	else if (done)
		used = snprintf(out, TEXT_SIZE, "%s", amount(lane, done, size));
	else
		used = snprintf(
			out, TEXT_SIZE, "%s",
			quantity_format_duration(elapsed_ns / NS_PER_SECOND * NS_PER_SECOND, left));
	if (per_second < 1)
		return;
	used += snprintf(out + used, TEXT_SIZE - (size_t)used, ", %s/s",
			 amount(lane, (uint64_t)per_second, rate));
	if (total <= done)
		return;
	seconds = (double)(total - done) / per_second;
	if (seconds < 100.0 * 86400)
		(void)snprintf(
			out + used, TEXT_SIZE - (size_t)used, ", %s left",
			quantity_format_duration((1 + (int64_t)seconds) * NS_PER_SECOND, left));
}

/* The end of a path tells more than its beginning. */
static const char *tail(const char *label, size_t room)
{
	size_t len = strlen(label);

	if (len <= room)
		return label;
	label += len - room;
	/* not in the middle of a character */
	while ((*label & 0xc0) == 0x80)
		label++;
	return label;
}

static unsigned count_steps(const struct progress *p)
{
	unsigned count = 0;

	for (size_t i = 0; i < PROGRESS_LANES; i++)
		count += p->lane[i].step[0] != '\0';
	return count;
}

/* The first lane is everybody's as long as no step has one. */
static bool is_shown(const struct progress *p, const struct progress_lane *lane, unsigned steps)
{
	return steps ? lane->step[0] != '\0' : lane == &p->lane[0];
}

/* One line for all that is under way, each an equal share of it. */
static void redraw(struct progress *p, int64_t now)
{
	const struct terminal *t = p->terminal;
	unsigned steps = count_steps(p);
	size_t share = t->width / (steps ? steps : 1);
	const char *between = "";

	(void)fputs("\r\033[K", t->stream);
	for (size_t i = 0; i < PROGRESS_LANES; i++) {
		const struct progress_lane *lane = &p->lane[i];
		char text[TEXT_SIZE];
		size_t taken;

		if (!is_shown(p, lane, steps))
			continue;
		describe(lane, now - lane->started_ns, text);
		taken = strlen(text) + sizeof("  ") + strlen(between);
		(void)fprintf(t->stream, "%s%s  %s", between,
			      tail(lane->label, share > taken ? share - taken : 0), text);
		between = " | ";
	}
	(void)fflush(t->stream);
	p->drawn = true;
}

static void print_lines(const struct progress *p, int64_t now)
{
	unsigned steps = count_steps(p);

	for (size_t i = 0; i < PROGRESS_LANES; i++) {
		const struct progress_lane *lane = &p->lane[i];
		char text[TEXT_SIZE];

		if (!is_shown(p, lane, steps))
			continue;
		describe(lane, now - lane->started_ns, text);
		(void)fprintf(p->terminal->stream, "%s: %s\n", lane->label, text);
	}
}

static void show(struct progress *p, const struct progress_lane *lane)
{
	int64_t now = p->now_ns();

	if (p->mode == PROGRESS_REDRAWN ?
		    now - lane->started_ns < quiet_ns || now - p->shown_ns < redraw_ns :
		    now - p->shown_ns < p->interval_ns)
		return;
	p->shown_ns = now;
	if (p->mode == PROGRESS_REDRAWN)
		redraw(p, now);
	else
		print_lines(p, now);
}

static void update(struct progress *p, struct progress_lane *lane, uint64_t done, uint64_t total,
		   const char *label)
{
	if (p->mode == PROGRESS_NONE)
		return;
	if (label)
		(void)terminal_escape(p->terminal, label, lane->label, sizeof(lane->label));
	/* another part of the work is counted from its beginning */
	if (done < lane->done) {
		lane->first_done = done;
		lane->started_ns = p->now_ns();
	}
	lane->done = done;
	lane->total = total;
	show(p, lane);
}

void progress_update(struct progress *p, uint64_t done, uint64_t total, const char *label)
{
	update(p, &p->lane[0], done, total, label);
}

void progress_clear(struct progress *p)
{
	if (!p->drawn)
		return;
	(void)fputs("\r\033[K", p->terminal->stream);
	(void)fflush(p->terminal->stream);
	p->drawn = false;
}

void progress_end(struct progress *p)
{
	progress_clear(p);
	p->mode = PROGRESS_NONE;
}

/* That of the step; NULL: there is none. */
static struct progress_lane *lane_of(struct progress *p, const char *step)
{
	for (size_t i = 0; i < PROGRESS_LANES; i++) {
		if (strncmp(p->lane[i].step, step, sizeof(p->lane[i].step) - 1) == 0)
			return &p->lane[i];
	}
	return NULL;
}

/* Of more steps than there are lanes the last ones are not shown. */
static void step_started(struct progress *p, const struct event *event)
{
	struct progress_lane *lane = lane_of(p, "");

	if (p->mode == PROGRESS_NONE || !lane || !event->step)
		return;
	*lane = (struct progress_lane){ .started_ns = p->now_ns() };
	(void)snprintf(lane->step, sizeof(lane->step), "%s", event->step);
	(void)terminal_escape(p->terminal, event->step, lane->label, sizeof(lane->label));
}

/* What a step is doing, below whose name it is when several are under way. */
static void step_moved(struct progress *p, const struct event *event)
{
	struct progress_lane *lane = event->step ? lane_of(p, event->step) : NULL;
	char label[160];

	if (!lane && event->step)
		return;
	if (!lane)
		lane = &p->lane[0];
	lane->of_objects = event->of_objects;
	if (event->component && event->subject) {
		(void)snprintf(label, sizeof(label), "%s: %s", event->component, event->subject);
		update(p, lane, event->done, event->total, label);
	} else {
		update(p, lane, event->done, event->total, event->subject);
	}
}

static void step_finished(struct progress *p, const struct event *event)
{
	struct progress_lane *lane = event->step ? lane_of(p, event->step) : NULL;
	char duration[QUANTITY_TEXT_SIZE];

	progress_clear(p);
	if (lane)
		*lane = (struct progress_lane){ 0 };
	if (p->mode == PROGRESS_NONE || !p->verbose)
		return;
	terminal_puts(p->terminal, event->step);
	(void)fprintf(p->terminal->stream, ": %s, %s\n", verdict_name(event->verdict),
		      quantity_format_duration(event->duration_ns, duration));
}

static int receive(struct event_sink *self, const struct event *event, struct error *err)
{
	struct progress *p = (struct progress *)(void *)self;

	(void)err;
	switch (event->type) {
	case EVENT_STEP_STARTED:
		step_started(p, event);
		break;
	case EVENT_PROGRESS:
		step_moved(p, event);
		break;
	case EVENT_STEP_FINISHED:
		step_finished(p, event);
		break;
	case EVENT_RUN_FINISHED:
		progress_end(p);
		break;
	default:
		break;
	}
	return 0;
}
