/* SPDX-License-Identifier: Apache-2.0 */
/* muster schedule run: what a schedule says, now. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/schedule_rows.h"
#include "cmd/sender.h"
#include "history/pause.h"

enum { WORDS_BEFORE = 16 };

struct options {
	bool even_if_paused;
};

static const struct option_row option_rows[] = {
	{ .name = "even-if-paused",
	  .type = OPTION_FLAG,
	  .summary = "run it although it is paused",
	  .offset = offsetof(struct options, even_if_paused) },
	{ 0 },
};

/* The words of the command that a schedule stands for, in the shape that execv() takes. */
struct words {
	char **item;
	size_t count;
	bool short_of_memory;
};

static void words_release(struct words *w)
{
	for (size_t i = 0; i < w->count; i++)
		free(w->item[i]);
	free(w->item);
}

static void say(struct words *w, const char *word)
{
	w->item[w->count] = strdup(word);
	w->short_of_memory |= !w->item[w->count++];
}

static void say_global(const struct invocation *inv, struct words *w)
{
	const struct global_options *g = &inv->global;

	say(w, "muster");
	if (g->config) {
		say(w, "-c");
		say(w, g->config);
	}
	for (size_t i = 0; i < g->settings.count; i++) {
		say(w, "--set");
		say(w, g->settings.item[i]);
	}
	if (g->json)
		say(w, "--json");
	if (g->quiet)
		say(w, "--quiet");
	if (g->verbose)
		say(w, "--verbose");
	if (g->no_color)
		say(w, "--no-color");
}

static int make_words(const struct invocation *inv, const struct schedule_config *s,
		      struct words *out, struct error *err)
{
	size_t most = WORDS_BEFORE + inv->global.settings.count * 2 + s->components.count;

	out->item = calloc(most, sizeof(*out->item));
	if (!out->item)
		return error_set(err, ERROR_NOMEM, "no memory for a command");
	say_global(inv, out);
	say(out, s->run);
	if (strcmp(s->run, "restore-test") == 0) {
		say(out, "--pick");
		say(out, s->pick);
	}
	say(out, "--");
	for (size_t i = 0; i < s->components.count; i++)
		say(out, s->components.item[i]);
	return out->short_of_memory ? error_set(err, ERROR_NOMEM, "no memory for a command") : 0;
}

static const struct schedule_config *find(const struct config *config, const char *name,
					  struct error *err)
{
	const char *const names[] = { name, NULL };
	struct schedule_question q = { .config = config, .names = names };
	CLEANUP(schedule_rows_release)
	struct schedule_rows rows = { 0 };

	/* tells of an unknown name as the other commands do */
	if (schedule_gather(&q, &rows, err) < 0)
		return NULL;
	return rows.item[0].config;
}

static int refuse_paused(const struct config *config, const char *name, struct error *err)
{
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	CLEANUP(pauses_release)
	struct pauses pauses = { 0 };
	const struct pause *p;
	int64_t now_ns = clock_wall_ns();
	char until[CLOCK_RFC3339_SIZE];

	if (history_open_read(config->state_dir, &h, err) < 0 ||
	    history_pauses(h, now_ns, &pauses, err) < 0)
		return -1;
	p = pauses_find(&pauses, name, now_ns);
	if (!p)
		return 0;
	(void)error_set(err, ERROR_REFUSED, "schedule %s is paused until %s by %.60s: %.300s", name,
			clock_format_rfc3339(p->ends_ns, until), p->author, p->reason);
	return error_hint(err,
			  "--even-if-paused runs it; muster schedule resume%s%.100s ends the "
			  "pause",
			  p->schedule ? " " : "", p->schedule ? p->schedule : "");
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct options *options = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(words_release)
	struct words words = { 0 };
	const struct schedule_config *s;

	if (configuration_load(inv, &config, err) < 0)
		return -1;
	s = find(&config, inv->argument[0], err);
	if (!s)
		return -1;
	if (!run_kind_is_automatic(s->run)) {
		(void)error_set(err, ERROR_REFUSED,
				"schedule %s: a run of kind %s is people's work", s->name, s->run);
		return error_hint(err, "muster runs verify, restore-test and backup by itself");
	}
	if (!s->enabled) {
		(void)error_set(err, ERROR_REFUSED, "schedule %s is switched off", s->name);
		return error_hint(err, "run muster %s, or set its enabled to true", s->run);
	}
	if ((!options->even_if_paused && refuse_paused(&config, s->name, err) < 0) ||
	    make_words(inv, s, &words, err) < 0 || sender_mark_stay(err) < 0)
		return -1;
	(void)fflush(NULL);
	/* the same process, so that whoever started it sees its signals and its end */
	(void)execv("/proc/self/exe", words.item);
	return error_set_errno(err, ERROR_IO, "start muster %s", s->run);
}

const struct command schedule_run_command = {
	.name = "run",
	.summary = "carry out a schedule now, as its timer would",
	.description =
		"Runs what the schedule says on its components: verify, backup, or "
		"restore-test with its pick. Output, exit code and the record in the history are "
		"those of that command. Notifications are delivered before it ends, for two "
		"minutes at most, since what starts it may end all that it leaves behind. While "
		"the schedule is paused it is refused with exit code 5 and the reason.",
	.arguments = "NAME",
	.arguments_min = 1,
	.arguments_max = 1,
	.options = option_rows,
	.options_size = sizeof(struct options),
	.examples = "muster schedule run daily-verify",
	.run = run,
};
