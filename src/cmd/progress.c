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
	(void)terminal_escape(p->terminal, label, p->label, sizeof(p->label));
	p->started_ns = p->now_ns();
	p->shown_ns = p->started_ns;
}

/* "63% of 4.2 GiB, 310.0 MiB/s, 8m left", or as much of it as is known. */
static void describe(const struct progress *p, uint64_t done, uint64_t total, int64_t elapsed_ns,
		     char out[TEXT_SIZE])
{
	char size[QUANTITY_TEXT_SIZE], rate[QUANTITY_TEXT_SIZE], left[QUANTITY_TEXT_SIZE];
	double seconds = (double)elapsed_ns / (double)NS_PER_SECOND;
	double per_second = done > p->first_done ? (double)(done - p->first_done) / seconds : 0;
	int used;

	if (total)
		used = snprintf(out, TEXT_SIZE, "%u%% of %s",
				(unsigned)(100 * ((double)done / (double)total)),
				quantity_format_size(total, size));
	else if (done)
		used = snprintf(out, TEXT_SIZE, "%s", quantity_format_size(done, size));
	else
		used = snprintf(
			out, TEXT_SIZE, "%s",
			quantity_format_duration(elapsed_ns / NS_PER_SECOND * NS_PER_SECOND, left));
	if (per_second < 1)
		return;
	used += snprintf(out + used, TEXT_SIZE - (size_t)used, ", %s/s",
			 quantity_format_size((uint64_t)per_second, rate));
	if (total <= done)
		return;
	seconds = (double)(total - done) / per_second;
	if (seconds < 100.0 * 86400)
		(void)snprintf(
			out + used, TEXT_SIZE - (size_t)used, ", %s left",
			quantity_format_duration((1 + (int64_t)seconds) * NS_PER_SECOND, left));
}

/* How many columns the terminal's line leaves to the label. */
static size_t label_room(const struct progress *p, const char *text)
{
	size_t taken = strlen(text) + sizeof("  ");

	return p->terminal->width > taken ? p->terminal->width - taken : 0;
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

static void redraw(struct progress *p, const char *text)
{
	const struct terminal *t = p->terminal;

	(void)fputs("\r\033[K", t->stream);
	(void)fprintf(t->stream, "%s  %s", tail(p->label, label_room(p, text)), text);
	(void)fflush(t->stream);
	p->drawn = true;
}

static void print_line(const struct progress *p, const char *text)
{
	(void)fprintf(p->terminal->stream, "%s: %s\n", p->label, text);
}

void progress_update(struct progress *p, uint64_t done, uint64_t total, const char *label)
{
	char text[TEXT_SIZE];
	int64_t now, elapsed;

	if (p->mode == PROGRESS_NONE)
		return;
	if (label)
		(void)terminal_escape(p->terminal, label, p->label, sizeof(p->label));
	now = p->now_ns();
	elapsed = now - p->started_ns;
	if (p->mode == PROGRESS_REDRAWN ? elapsed < quiet_ns || now - p->shown_ns < redraw_ns :
					  now - p->shown_ns < p->interval_ns)
		return;
	p->shown_ns = now;
	describe(p, done, total, elapsed, text);
	if (p->mode == PROGRESS_REDRAWN)
		redraw(p, text);
	else
		print_line(p, text);
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

static void step_started(struct progress *p, const struct event *event)
{
	if (p->mode == PROGRESS_NONE)
		return;
	(void)terminal_escape(p->terminal, event->step, p->label, sizeof(p->label));
	p->started_ns = p->now_ns();
	p->first_done = 0;
}

static void step_finished(struct progress *p, const struct event *event)
{
	char duration[QUANTITY_TEXT_SIZE];

	progress_clear(p);
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
		progress_update(p, event->done, event->total, event->subject);
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
