/* SPDX-License-Identifier: Apache-2.0 */
/* muster drill publish: the report of a drill is given to somebody. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/commands.h"
#include "cmd/document.h"
#include "cmd/drill_entry.h"
#include "cmd/drill_report.h"
#include "cmd/sender.h"
#include "model/json.h"
#include "notify/notify.h"

struct options {
	struct drill_entry_options entry;
	struct option_list to;
};

static const struct option_row rows[] = {
	{ .name = "to",
	  .type = OPTION_LIST,
	  .metavar = "WHOM",
	  .summary = "to whom: a receiver of the configuration, or anybody; may be repeated",
	  .offset = offsetof(struct options, to) },
	AUTHOR_OPTION(struct options, entry.author),
	{ 0 },
};

struct publishing {
	const struct invocation *inv;
	struct drill_session session;
	const char **to; /* whom, each once */
	size_t to_count;
	size_t queued;
	char path[REPORT_PATH_SIZE]; /* of the report as text */
};

/* More is in the files; the outbox is no place for it. */
enum { FILE_MAX_BYTES = 2 << 20 };

static void take_name(struct publishing *p, const char *name)
{
	for (size_t i = 0; i < p->to_count; i++) {
		if (strcmp(p->to[i], name) == 0)
			return;
	}
	p->to[p->to_count++] = name;
}

/* Who is named twice is given it once. */
static int take_names(struct publishing *p, struct error *err)
{
	const struct options *o = p->inv->options;

	p->to = calloc(o->to.count, sizeof(*p->to));
	if (!p->to)
		return error_set(err, ERROR_NOMEM, "no memory for those whom a report is given to");
	for (size_t i = 0; i < o->to.count; i++)
		take_name(p, o->to.item[i]);
	return 0;
}

static int check(const struct publishing *p, struct error *err)
{
	for (size_t i = 0; i < p->to_count; i++) {
		const struct receiver_config *r = config_receiver(&p->session.config, p->to[i]);

		if (!r || notify_takes_reports(r))
			continue;
		(void)error_set(err, ERROR_USAGE,
				"receiver %s is of type %s, which takes no report", r->name,
				receiver_kind_name(r->kind));
		return error_hint(err, "muster notify routes shows the receivers");
	}
	return 0;
}

static int check_options(const struct options *o, struct error *err)
{
	if (!o->to.count) {
		(void)error_set(err, ERROR_USAGE, "--to is missing");
		return error_hint(err, "to whom the report is given");
	}
	for (size_t i = 0; i < o->to.count; i++) {
		struct drill_entry_request r = { .options = &o->entry,
						 .entry = { .text = o->to.item[i] } };

		if (drill_entry_check_texts(&r, err) < 0)
			return error_context(err, "--to");
	}
	return 0;
}

/* How each criterion was met, for who reads the mail only. */
static int write_body(const struct drill_record *r, struct buf *out)
{
	for (size_t i = 0; i < DRILL_CRITERION_COUNT; i++) {
		const struct drill_criterion *c = &r->criterion[i];

		if (buf_printf(out, "%s %s: %s\n", verdict_symbol(c->verdict, true), c->title,
			       c->sentence) < 0)
			return -1;
	}
	return 0;
}

static int send_to(struct publishing *p, const struct receiver_config *to,
		   const struct report_drill *d, int64_t number, struct error *err)
{
	const struct notify_scope scope = { .config = &p->session.config,
					    .history = p->session.history,
					    .now_ns = p->session.now_ns };
	CLEANUP(buf_release)
	struct buf body = { 0 };
	CLEANUP(buf_release)
	struct buf page = { 0 };
	char id[RUN_ID_SIZE + 40], file[RUN_ID_SIZE + 8], next[RUN_ID_SIZE + 32];
	struct notify_report r = { .kind = "drill",
				   .run = p->session.id,
				   .title = d->record.sentence,
				   .next = next,
				   .file_name = file,
				   .verdict = d->record.verdict,
				   .id = id };

	(void)snprintf(id, sizeof(id), "%s-publish-%" PRId64, p->session.id, number);
	(void)snprintf(file, sizeof(file), "%s.html", p->session.id);
	(void)snprintf(next, sizeof(next), "muster drill show %s", p->session.id);
	if (write_body(&d->record, &body) < 0 ||
	    report_drill_render(d, REPORT_HTML, &(struct report_style){ .utf8 = true }, &page) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for a report");
	r.body = body.ptr;
	r.file = page.len <= FILE_MAX_BYTES ? page.ptr : "";
	if (notify_report(&scope, to, &r, err) < 0)
		return -1;
	p->queued++;
	return 0;
}

static int append_entries(struct publishing *p, struct error *err)
{
	const struct options *o = p->inv->options;

	for (size_t i = 0; i < p->to_count; i++) {
		struct drill_entry_request r = {
			.options = &o->entry,
			.entry = { .kind = ENTRY_PUBLISH, .text = p->to[i] },
		};

		if (drill_entry_append(&p->session, &r, err) < 0)
			return -1;
	}
	return drill_session_read(&p->session, err);
}

/* The last entries are those of this publication: one for each whom it is given to. */
static const struct entry *entry_of(const struct publishing *p, size_t i)
{
	return &p->session.entries.item[p->session.entries.count - p->to_count + i];
}

/* The report that is sent tells to whom it was given. */
static int send_all(struct publishing *p, struct error *err)
{
	CLEANUP(drill_report_release)
	struct drill_report report = { .run = { .kind = NULL } };

	if (drill_report_load(&p->session, true, &report, err) < 0)
		return -1;
	for (size_t i = 0; i < p->to_count; i++) {
		const struct receiver_config *r = config_receiver(&p->session.config, p->to[i]);

		if (r && send_to(p, r, &report.drill, entry_of(p, i)->number, err) < 0)
			return -1;
	}
	return 0;
}

static int publish(struct publishing *p, struct error *err)
{
	int rc;

	if (history_begin(p->session.history, err) < 0)
		return -1;
	rc = append_entries(p, err);
	if (rc == 0)
		rc = send_all(p, err);
	return history_end(p->session.history, rc, err);
}

static int save(struct publishing *p, struct error *err)
{
	CLEANUP(drill_report_release)
	struct drill_report report = { .run = { .kind = NULL } };

	if (drill_report_load(&p->session, true, &report, err) < 0)
		return -1;
	return report_drill_save(&report.drill, p->session.config.state_dir, p->path, err);
}

static json_t *receivers_to_json(const struct publishing *p)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < p->to_count; i++) {
		CLEANUP(cleanup_json)
		json_t *to = json_object();
		const bool queued = config_receiver(&p->session.config, p->to[i]) != NULL;

		if (!to || !member_put(to, "to", text_to_json(p->to[i])) ||
		    !member_put(to, "queued", json_boolean(queued)) ||
		    !member_put(to, "entry", json_integer(entry_of(p, i)->number)) ||
		    json_array_append_new(list, TAKE(to)) < 0)
			return NULL;
	}
	return TAKE(list);
}

static int tell_json(const struct publishing *p, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = document_new("drill-publish");

	if (!o || !member_put(o, "drill", json_string(p->session.id)) ||
	    !member_put(o, "report", text_to_json(p->path)) ||
	    !member_put(o, "given", receivers_to_json(p)) ||
	    !member_put(o, "queued", json_integer((json_int_t)p->queued)))
		return document_no_memory(err);
	return document_print(p->inv->out, TAKE(o), err);
}

static int tell(const struct publishing *p, struct error *err)
{
	FILE *out = p->inv->out;

	if (p->inv->global.json)
		return tell_json(p, err);
	for (size_t i = 0; i < p->to_count; i++) {
		const bool queued = config_receiver(&p->session.config, p->to[i]) != NULL;

		(void)fprintf(out, "entry %" PRId64 ": %s ", entry_of(p, i)->number,
			      queued ? "queued for" : "given to");
		terminal_puts(&p->inv->screen, p->to[i]);
		(void)fputc('\n', out);
	}
	if (p->queued)
		(void)fputs("muster notify list --all tells what has arrived\n", out);
	(void)fputs("The report is in ", out);
	terminal_puts(&p->inv->screen, p->path);
	(void)fputc('\n', out);
	return 0;
}

static int run(const struct invocation *inv, struct error *err)
{
	struct publishing p = { .inv = inv };
	const struct drill_question q = { .id = inv->argument_count ? inv->argument[0] : NULL,
					  .choice = DRILL_NEWEST,
					  .writes = true };
	int rc = -1;

	if (check_options(inv->options, err) == 0 && take_names(&p, err) == 0 &&
	    drill_session_open(inv, &q, &p.session, err) == 0 &&
	    drill_session_need_end(&p.session, err) == 0 && check(&p, err) == 0 &&
	    publish(&p, err) == 0 && save(&p, err) == 0)
		rc = tell(&p, err);
	if (p.queued)
		sender_start(inv, &p.session.config);
	drill_session_close(&p.session);
	free(p.to);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command drill_publish_command = {
	.name = "publish",
	.summary = "give the report of a drill to somebody, and write that down",
	.description =
		"Writes the report of the newest drill, or of DRILL, anew into reports/ of the "
		"state directory, with all that was entered since the drill ended, and adds an "
		"entry for each WHOM. Where WHOM is a receiver of the configuration (mail, Slack, "
		"a webhook; not a pager or a ping), the report is sent there, whatever routes say: "
		"a mail has it as a page for browsers. It is queued, and muster notify list --all "
		"tells when it has arrived. To anybody else you give it yourself. A "
		"report may be published again; each time is kept.\n\n"
		"With --json the document muster.drill-publish/v1 holds drill, report (the path of "
		"the text), given[] of to, queued (to be sent to a receiver) and entry, and "
		"queued, how many messages wait to "
		"be sent.",
	.arguments = "[DRILL]",
	.arguments_max = 1,
	.options = rows,
	.options_size = sizeof(struct options),
	.examples = "muster drill publish --to leadership  # a receiver of notify.receivers\n"
		    "muster drill publish 20261203 --to \"the auditors\" --to board",
	.run = run,
};
