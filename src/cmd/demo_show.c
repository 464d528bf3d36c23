/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The show runs this same program as its user would, each command printed before
 * its result, so that everything seen here can be repeated by hand.
 */
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "cmd/demo_show.intern.h"
#include "cmd/document.h"
#include "cmd/interrupt.h"
#include "cmd/progress.h"
#include "demo/application.h"
#include "demo/fill.h"
#include "demo/settings.h"
#include "model/json.h"

enum { REPORT_MAX = 16 << 20 };

static void show_release(struct show *s)
{
	for (size_t i = 0; i < CASES; i++)
		trial_release(&s->item[i].trial);
	buf_release(&s->report);
	demo_platform_release(&s->platform);
}

static double seconds_since(int64_t start_ns)
{
	return (double)(clock_monotonic_ns() - start_ns) / 1e9;
}

static void tick(void *cookie)
{
	progress_update(cookie, 0, 0, NULL);
}

int demo_start(const struct invocation *inv, const struct demo_start *how, struct platform *out,
	       struct error *err)
{
	CLEANUP(progress_end)
	struct progress progress = { 0 };
	int64_t start_ns = clock_monotonic_ns();
	const struct platform_request request = {
		.directory = how->options->directory,
		.size = how->options->size,
		.offsite = how->offsite,
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
		      "mails       %s/mail\n"
		      "muster      muster backup -c %s\n"
		      "to end it   muster demo down %s\n",
		      postgres->socket, (unsigned)postgres->port, postgres->user,
		      p->server[ENGINE_REDIS].socket, (unsigned)rabbitmq->management_port,
		      rabbitmq->user, (unsigned)rabbitmq->port, p->password_file, p->directory,
		      p->settings, p->directory);
}

int show_keep_report(struct show *s, const struct show_case *c, const char *state,
		     struct error *err)
{
	char path[SHOW_PATH + 64];

	(void)snprintf(path, sizeof(path), "%.100s/reports/%.64s.txt", state, c->trial.run);
	if (buf_printf(&s->report, "%s== %s ==\n\n", s->report.len ? "\n\n" : "", c->done) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the report");
	return file_read(path, REPORT_MAX, &s->report, err);
}

int show_run_heard(const struct show *s, const struct trial_request *request, struct trial *t,
		   struct error *err)
{
	show_say(s, "$ muster");
	for (const char *const *word = request->words; *word; word++)
		show_say(s, " %s", *word);
	show_say(s, " -c %s\n", request->settings);
	if (interrupt_requested())
		return error_set(err, ERROR_INTERRUPTED, "interrupted");
	return trial_run_heard(request, t, err);
}

int show_run(const struct show *s, const char *const *words, const char *settings, struct trial *t,
	     struct error *err)
{
	const struct trial_request request = { .words = words,
					       .settings = settings,
					       .stop_requested = interrupt_requested };

	return show_run_heard(s, &request, t, err);
}

static int verify_case(struct show *s, struct show_case *c, const char *settings, const char *state,
		       struct error *err)
{
	static const char *const words[] = { "verify", NULL };
	const json_t *reason;

	if (show_run(s, words, settings, &c->trial, err) < 0 ||
	    show_keep_report(s, c, state, err) < 0)
		return -1;
	reason = trial_failure(&c->trial, c->check);
	c->as_expected = c->check ? c->trial.exit_code == EXIT_CODE_FAIL && reason :
				    c->trial.exit_code == EXIT_CODE_PASS;
	show_print_verdict(s, &c->trial);
	show_print_check(s, reason ? reason : trial_failure(&c->trial, NULL));
	return 0;
}

int show_backup(struct show *s, struct error *err)
{
	static const char *const plain[] = { "backup", NULL }, *const copied[] = {
		"backup", "--copy-to=offsite", NULL
	};
	const char *const *words = *s->platform.offsite.endpoint ? copied : plain;
	CLEANUP(trial_release)
	struct trial backup = { 0 };

	if (show_run(s, words, s->platform.settings, &backup, err) < 0)
		return -1;
	show_print_verdict(s, &backup);
	show_print_check(s, trial_failure(&backup, NULL));
	if (backup.exit_code != EXIT_CODE_PASS)
		return error_set(err, ERROR_TARGET,
				 "the backup of the example platform did not succeed");
	return 0;
}

static int show_sound(struct show *s, struct error *err)
{
	struct show_case *c = &s->item[CASE_SOUND];
	char state[SHOW_PATH];

	c->done = "nothing";
	(void)snprintf(state, sizeof(state), "%s/state", s->platform.directory);
	if (show_backup(s, err) < 0)
		return -1;
	return verify_case(s, c, s->platform.settings, state, err);
}

void show_name_copy(const char *root, struct show_copy *out)
{
	(void)snprintf(out->repository, sizeof(out->repository), "%.160s/backups", root);
	(void)snprintf(out->state, sizeof(out->state), "%.160s/state", root);
	(void)snprintf(out->mail, sizeof(out->mail), "%.160s/mail", root);
	(void)snprintf(out->settings, sizeof(out->settings), "%.160s/muster.yaml", root);
}

int show_configure(const struct show *s, const struct show_copy *copy, struct error *err)
{
	char application[PATH_MAX];

	if (file_make_directories(copy->state, 0700, err) < 0 ||
	    file_make_directories(copy->mail, 0700, err) < 0)
		return -1;
	return settings_write(&(struct settings){ .path = copy->settings,
						  .repository = copy->repository,
						  .state = copy->state,
						  .mail = copy->mail,
						  .password_file = s->platform.password_file,
						  .application = application_find(application) ?
									 application :
									 NULL,
						  .server = s->platform.server },
			      err);
}

int show_copy_backups(const struct show *s, const char *id, struct show_copy *out,
		      struct error *err)
{
	char from[SHOW_PATH], root[SHOW_PATH];

	(void)snprintf(from, sizeof(from), "%s/backups", s->platform.directory);
	(void)snprintf(root, sizeof(root), "%s/damaged/%s", s->platform.directory, id);
	show_name_copy(root, out);
	if (damage_copy(from, out->repository, err) < 0)
		return -1;
	return show_configure(s, out, err);
}

static int show_damage(struct show *s, const struct damage *damage, struct show_case *c,
		       struct error *err)
{
	struct show_copy copy;

	c->done = damage->done;
	c->check = damage->check;
	show_say(s, "\nIn a copy of the backups: %s\n", damage->done);
	if (show_copy_backups(s, damage->id, &copy, err) < 0 ||
	    damage->apply(copy.repository, err) < 0)
		return error_context(err, "damage \"%s\"", damage->id);
	if (verify_case(s, c, copy.settings, copy.state, err) < 0)
		return -1;
	return damage == damage_list ? show_mail(s, &copy, err) : 0;
}

void show_kept_path(char out[SHOW_PATH], const char *what, const char *extension)
{
	const char *tmpdir = getenv("TMPDIR");

	(void)snprintf(out, SHOW_PATH, "%.100s/muster-demo-%s-%u.%s",
		       tmpdir && *tmpdir ? tmpdir : "/tmp", what, (unsigned)geteuid(), extension);
}

int show_save_report(struct show *s, const char *what, struct error *err)
{
	show_kept_path(s->report_path, what, "txt");
	return file_write_atomic(s->report_path, 0600, s->report.ptr, s->report.len, err);
}

/* What was planted in the altered database, and the check that told of it. */
static json_t *altered_document(const struct show_case *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < ALTERATION_COUNT; i++)
		(void)json_array_append_new(
			list, json_pack("{s:s, s:o}", "done", alteration_list[i].done, "named",
					c->named[i] ? json_deep_copy(c->named[i]) : json_null()));
	return list;
}

static json_t *case_document(const struct show *s, size_t at)
{
	const struct show_case *c = &s->item[at];
	const json_t *reason = trial_failure(&c->trial, c->check);

	if (c->left_out)
		return json_pack("{s:s, s:s, s:n, s:n, s:b, s:b, s:s}", "test",
				 at >= CASE_RESTORED ? "restore-test" : "verify", "done", c->done,
				 "verdict", "exit_code", "as_expected", 0, "not_run", 1, "why",
				 s->platform.offsite.why_not);
	if (c->not_run)
		return json_pack("{s:s, s:s, s:n, s:i, s:b, s:b, s:s}", "test", "restore-test",
				 "done", c->done, "verdict", "exit_code", EXIT_CODE_REFUSED,
				 "as_expected", 0, "not_run", 1, "why", s->why_not_run);
	return json_pack("{s:s, s:s, s:s, s:i, s:b, s:b, s:s?, s:o*, s:o*}", "test",
			 at >= CASE_RESTORED ? "restore-test" : "verify", "done", c->done,
			 "verdict", c->trial.verdict, "exit_code", c->trial.exit_code,
			 "as_expected", (int)c->as_expected, "not_run", 0, "expected_check",
			 c->check, "reason", json_deep_copy(reason), "altered",
			 at == CASE_ALTERED ? altered_document(c) : NULL);
}

/* The file with the mail, or why there is none. */
static json_t *mail_document(const struct show *s)
{
	return json_pack("{s:o, s:o}", "path",
			 *s->mail_path ? text_to_json(s->mail_path) : json_null(), "why",
			 *s->why_no_mail ? text_to_json(s->why_no_mail) : json_null());
}

static int print_document(const struct show *s, bool keep, struct error *err)
{
	json_t *document = document_new("demo-show");
	json_t *cases = json_array();

	for (size_t i = 0; i < CASES; i++)
		(void)json_array_append_new(cases, case_document(s, i));
	if (!document || json_array_size(cases) != CASES ||
	    json_object_set(document, "cases", cases) < 0 ||
	    json_object_set_new(document, "report", text_to_json(s->report_path)) < 0 ||
	    json_object_set_new(document, "mail", mail_document(s)) < 0 ||
	    json_object_set_new(document, "offsite_server",
				text_or_null_to_json(s->platform.offsite.server)) < 0 ||
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
	if (show_offsite_prepare(s, err) < 0 || show_canary(s, err) < 0 || show_sound(s, err) < 0)
		return -1;
	for (size_t i = 0; i < DAMAGE_COUNT; i++) {
		if (show_damage(s, &damage_list[i], &s->item[CASE_DAMAGED + i], err) < 0)
			return -1;
	}
	if (show_offsite_verify(s, err) < 0 || show_restores(s, err) < 0 ||
	    show_save_report(s, "report", err) < 0)
		return -1;
	if (s->inv->global.json)
		return print_document(s, keep, err);
	show_print_table(s);
	return 0;
}

/* What could not be run is no success: nothing is known of it. */
static int exit_code(const struct show *s)
{
	int code = EXIT_CODE_PASS;

	for (size_t i = 0; i < CASES; i++) {
		if (s->item[i].left_out)
			continue;
		if (s->item[i].not_run)
			code = EXIT_CODE_REFUSED;
		else if (!s->item[i].as_expected)
			return EXIT_CODE_FAIL;
	}
	return code;
}

static int give(struct show *s, const struct demo_options *options, struct error *err)
{
	if (options->drill)
		return demo_drill(s, options->keep, err);
	return give_show(s, options->keep, err) < 0 ? -1 : exit_code(s);
}

int demo_show(const struct invocation *inv, const struct demo_options *options, struct error *err)
{
	CLEANUP(show_release)
	struct show s = { .inv = inv, .platform.line = -1 };
	int code;

	if (demo_start(inv, &(struct demo_start){ .options = options, .offsite = true },
		       &s.platform, err) < 0)
		return -1;
	code = give(&s, options, err);
	if (code >= 0 && options->keep) {
		if (!inv->global.json) {
			(void)fprintf(inv->out, "\n");
			demo_print_platform(inv, &s.platform);
		}
		demo_platform_keep(&s.platform);
	}
	return code;
}
