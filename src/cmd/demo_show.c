/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The show runs this same program as its user would, each command printed before
 * its result, so that everything seen here can be repeated by hand.
 */
#include "cmd/demo_show.h"

#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/document.h"
#include "model/json.h"
#include "cmd/interrupt.h"
#include "cmd/progress.h"
#include "demo/damage.h"
#include "demo/fill.h"
#include "demo/settings.h"
#include "demo/trial.h"

enum {
	CASES = DAMAGE_COUNT + 1,
	PATH_SIZE = 160,
	REPORT_MAX = 16 << 20,
	MESSAGE_SIZE = 1024,
	CHECKS_SIZE = 200
};

/* One repository that was verified. */
struct show_case {
	const char *done, *check; /* NULL check: it is sound */
	struct trial trial;
	bool as_expected;
};

struct show {
	const struct invocation *inv;
	struct platform platform;
	struct show_case item[CASES];
	struct buf report; /* the text reports of all cases */
	char report_path[PATH_SIZE];
};

static void show_release(struct show *s)
{
	for (size_t i = 0; i < CASES; i++)
		trial_release(&s->item[i].trial);
	buf_release(&s->report);
	demo_platform_release(&s->platform);
}

static const char *text_of(const json_t *check, const char *key)
{
	const char *text = json_string_value(json_object_get(check, key));

	return text ? text : "";
}

static double seconds_since(int64_t start_ns)
{
	return (double)(clock_monotonic_ns() - start_ns) / 1e9;
}

static void tick(void *cookie)
{
	progress_update(cookie, 0, 0, NULL);
}

int demo_start(const struct invocation *inv, const struct demo_options *options,
	       struct platform *out, struct error *err)
{
	CLEANUP(progress_end)
	struct progress progress = { 0 };
	int64_t start_ns = clock_monotonic_ns();
	const struct platform_request request = {
		.directory = options->directory,
		.size = options->size,
		.seed = 42,
		.stop_requested = interrupt_requested,
		.tick = tick,
		.cookie = &progress,
	};

	if (!inv->global.quiet)
		(void)fprintf(inv->err,
			      "Starting and filling PostgreSQL, Redis and RabbitMQ ...\n");
	progress_begin(&progress, inv, "starting and filling");
	if (demo_platform_up(&request, out, err) < 0)
		return -1;
	progress_end(&progress);
	if (!inv->global.quiet)
		(void)fprintf(inv->err, "They are up in %s after %.1f s.\n", out->directory,
			      seconds_since(start_ns));
	return 0;
}

void demo_print_platform(const struct invocation *inv, const struct platform *p)
{
	const struct server *postgres = &p->server[ENGINE_POSTGRESQL];
	const struct server *rabbitmq = &p->server[ENGINE_RABBITMQ];

	(void)fprintf(inv->out,
		      "PostgreSQL  psql -h %s -p %u -U %s " FILL_DATABASE "\n"
		      "Redis       redis-cli -s %s\n"
		      "RabbitMQ    http://127.0.0.1:%u/ as %s, AMQP on port %u, password in %s\n"
		      "muster      muster backup -c %s\n"
		      "to end it   muster demo down %s\n",
		      postgres->socket, (unsigned)postgres->port, postgres->user,
		      p->server[ENGINE_REDIS].socket, (unsigned)rabbitmq->management_port,
		      rabbitmq->user, (unsigned)rabbitmq->port, p->password_file, p->settings,
		      p->directory);
}

static int keep_report(struct show *s, const char *done, const char *state, const char *run,
		       struct error *err)
{
	char path[PATH_SIZE + 64];

	(void)snprintf(path, sizeof(path), "%.100s/reports/%.64s.txt", state, run);
	if (buf_printf(&s->report, "%s== %s ==\n\n", s->report.len ? "\n\n" : "", done) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the report");
	return file_read(path, REPORT_MAX, &s->report, err);
}

/* "facts, hash": the names of the failed checks, `first` before the others. */
static void failed_checks(const struct trial *t, const char *first, char *out, size_t size)
{
	const char *last = first;
	size_t len = (size_t)snprintf(out, size, "%s", first), i;
	const json_t *check;

	json_array_foreach (json_object_get(t->document, "checks"), i, check) {
		const char *name = text_of(check, "name");

		if (strcmp(text_of(check, "verdict"), "fail") != 0 || strcmp(name, first) == 0 ||
		    strcmp(name, last) == 0 || len >= size)
			continue;
		len += (size_t)snprintf(out + len, size - len, ", %s", name);
		last = name;
	}
}

/* The words of `text`, indented, in lines that fit the screen. */
static void print_indented(const struct terminal *screen, const char *text)
{
	char shown[MESSAGE_SIZE];
	size_t column = 0;

	for (const char *word = terminal_escape(screen, text, shown, sizeof(shown)); *word;) {
		size_t len = strcspn(word, " ");

		if (column > 0 && column + 1 + len < screen->width) {
			column += (size_t)fprintf(screen->stream, " %.*s", (int)len, word);
		} else {
			(void)fprintf(screen->stream, "%s    %.*s", column ? "\n" : "", (int)len,
				      word);
			column = 4 + len;
		}
		word += len;
		word += strspn(word, " ");
	}
	(void)fputc('\n', screen->stream);
}

/* What one command came to: the verdict, then the failed check that tells most. */
static void print_result(const struct show *s, const struct trial *t, const json_t *reason)
{
	const struct terminal *screen = &s->inv->screen;
	char line[MESSAGE_SIZE];

	if (s->inv->global.json)
		return;
	(void)fprintf(s->inv->out, "  %s%s%s, exit code %d\n",
		      terminal_begin(screen, t->exit_code == EXIT_CODE_PASS ? TONE_GOOD : TONE_BAD),
		      t->verdict, terminal_end(screen), t->exit_code);
	if (!reason)
		return;
	(void)snprintf(line, sizeof(line), "%s: %s", text_of(reason, "name"),
		       text_of(reason, "message"));
	print_indented(screen, line);
}

static int run_command(const struct show *s, const char *command, const char *settings,
		       struct trial *t, struct error *err)
{
	if (!s->inv->global.json) {
		(void)fprintf(s->inv->out, "$ muster %s -c %s\n", command, settings);
		(void)fflush(s->inv->out);
	}
	if (interrupt_requested())
		return error_set(err, ERROR_INTERRUPTED, "interrupted");
	return trial_run(command, settings, t, err);
}

static int verify_case(struct show *s, struct show_case *c, const char *settings, const char *state,
		       struct error *err)
{
	const json_t *reason;

	if (run_command(s, "verify", settings, &c->trial, err) < 0 ||
	    keep_report(s, c->done, state, c->trial.run, err) < 0)
		return -1;
	reason = trial_failure(&c->trial, c->check);
	c->as_expected = c->check ? c->trial.exit_code == EXIT_CODE_FAIL && reason :
				    c->trial.exit_code == EXIT_CODE_PASS;
	if (!reason)
		reason = trial_failure(&c->trial, NULL);
	print_result(s, &c->trial, reason);
	return 0;
}

static int show_sound(struct show *s, struct error *err)
{
	CLEANUP(trial_release)
	struct trial backup = { 0 };
	struct show_case *c = &s->item[0];
	char state[PATH_SIZE];

	c->done = "nothing";
	(void)snprintf(state, sizeof(state), "%s/state", s->platform.directory);
	if (run_command(s, "backup", s->platform.settings, &backup, err) < 0)
		return -1;
	print_result(s, &backup, trial_failure(&backup, NULL));
	if (backup.exit_code != EXIT_CODE_PASS)
		return error_set(err, ERROR_TARGET,
				 "the backup of the example platform did not succeed");
	return verify_case(s, c, s->platform.settings, state, err);
}

static int show_damage(struct show *s, const struct damage *damage, struct show_case *c,
		       struct error *err)
{
	char from[PATH_SIZE], root[PATH_SIZE], repository[PATH_SIZE + 16], state[PATH_SIZE + 16],
		settings[PATH_SIZE + 16];

	c->done = damage->done;
	c->check = damage->check;
	(void)snprintf(from, sizeof(from), "%s/backups", s->platform.directory);
	(void)snprintf(root, sizeof(root), "%s/damaged/%s", s->platform.directory, damage->id);
	(void)snprintf(repository, sizeof(repository), "%s/backups", root);
	(void)snprintf(state, sizeof(state), "%s/state", root);
	(void)snprintf(settings, sizeof(settings), "%s/muster.yaml", root);
	if (!s->inv->global.json)
		(void)fprintf(s->inv->out, "\nIn a copy of the backups: %s\n", damage->done);
	if (damage_copy(from, repository, err) < 0 || damage->apply(repository, err) < 0 ||
	    file_make_directories(state, 0700, err) < 0 ||
	    settings_write(&(struct settings){ .path = settings,
					       .repository = repository,
					       .state = state,
					       .password_file = s->platform.password_file,
					       .server = s->platform.server },
			   err) < 0)
		return error_context(err, "damage \"%s\"", damage->id);
	return verify_case(s, c, settings, state, err);
}

/* One file that outlives the platform: what verify said of each repository, in full. */
static int save_report(struct show *s, struct error *err)
{
	const char *tmpdir = getenv("TMPDIR");

	(void)snprintf(s->report_path, sizeof(s->report_path), "%.100s/muster-demo-report-%u.txt",
		       tmpdir && *tmpdir ? tmpdir : "/tmp", (unsigned)geteuid());
	return file_write_atomic(s->report_path, 0600, s->report.ptr, s->report.len, err);
}

static void print_table(const struct show *s)
{
	const struct terminal *screen = &s->inv->screen;
	FILE *out = s->inv->out;
	int width = 0;

	for (size_t i = 0; i < CASES; i++) {
		int len = (int)strlen(s->item[i].done);

		width = len > width ? len : width;
	}
	(void)fprintf(out, "\n%-*s  verdict  failed checks\n", width, "done to the backups");
	for (size_t i = 0; i < CASES; i++) {
		const struct show_case *c = &s->item[i];
		const json_t *reason = trial_failure(&c->trial, c->check);
		enum tone tone = c->trial.exit_code == EXIT_CODE_PASS ? TONE_GOOD : TONE_BAD;
		char names[CHECKS_SIZE] = "-";

		if (reason)
			failed_checks(&c->trial, text_of(reason, "name"), names, sizeof(names));
		(void)fprintf(out, "%-*s  %s%-7s%s  %s%s\n", width, c->done,
			      terminal_begin(screen, tone), c->trial.verdict, terminal_end(screen),
			      names, c->as_expected ? "" : "  NOT AS EXPECTED");
	}
	(void)fprintf(out, "\nEverything that was checked is in %s\n", s->report_path);
}

static json_t *case_document(const struct show_case *c)
{
	const json_t *reason = trial_failure(&c->trial, c->check);

	return json_pack("{s:s, s:s, s:i, s:b, s:s?, s:o*}", "done", c->done, "verdict",
			 c->trial.verdict, "exit_code", c->trial.exit_code, "as_expected",
			 (int)c->as_expected, "expected_check", c->check, "reason",
			 json_deep_copy(reason));
}

static int print_document(const struct show *s, bool keep, struct error *err)
{
	json_t *document = document_new("demo-show");
	json_t *cases = json_array();

	for (size_t i = 0; i < CASES; i++)
		(void)json_array_append_new(cases, case_document(&s->item[i]));
	if (!document || json_array_size(cases) != CASES ||
	    json_object_set(document, "cases", cases) < 0 ||
	    json_object_set_new(document, "report", text_to_json(s->report_path)) < 0 ||
	    (keep &&
	     json_object_set_new(document, "config", text_to_json(s->platform.settings)) < 0)) {
		json_decref(document);
		document = NULL;
	}
	json_decref(cases);
	return document_print(s->inv->out, document, err);
}

static int give_show(struct show *s, bool keep, struct error *err)
{
	if (show_sound(s, err) < 0)
		return -1;
	for (size_t i = 0; i < DAMAGE_COUNT; i++) {
		if (show_damage(s, &damage_list[i], &s->item[i + 1], err) < 0)
			return -1;
	}
	if (save_report(s, err) < 0)
		return -1;
	if (s->inv->global.json)
		return print_document(s, keep, err);
	print_table(s);
	return 0;
}

int demo_show(const struct invocation *inv, const struct demo_options *options, struct error *err)
{
	CLEANUP(show_release)
	struct show s = { .inv = inv, .platform.line = -1 };
	bool as_expected = true;

	if (demo_start(inv, options, &s.platform, err) < 0 || give_show(&s, options->keep, err) < 0)
		return -1;
	for (size_t i = 0; i < CASES; i++)
		as_expected = as_expected && s.item[i].as_expected;
	if (options->keep) {
		if (!inv->global.json) {
			(void)fprintf(inv->out, "\n");
			demo_print_platform(inv, &s.platform);
		}
		demo_platform_keep(&s.platform);
	}
	return as_expected ? EXIT_CODE_PASS : EXIT_CODE_FAIL;
}
