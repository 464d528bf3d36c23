/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_entry.h"

#include "base/clock.h"
#include "cmd/action_entry.h"
#include "cmd/drill_time.h"
#include "cmd/text_limit.h"
#include "drill/entry_rules.h"
#include "history/entry.h"

int drill_entry_need_reason(const char *what, const char *reason, struct error *err)
{
	if (reason)
		return 0;
	(void)error_set(err, ERROR_USAGE, "%s needs a reason", what);
	return error_hint(err, "--reason TEXT, for everybody who reads of it");
}

static int check_action(const struct action_entry *a, struct error *err)
{
	if (!a)
		return 0;
	if (action_check_text("--action", a->title, true, err) < 0)
		return -1;
	return action_check_text("--owner", a->owner, true, err);
}

int drill_entry_check_texts(const struct drill_entry_request *r, struct error *err)
{
	const struct drill_entry_options *o = r->options;
	const struct entry *e = &r->entry;

	/* the reason first: it may be the text as well */
	if (text_limit_check("--reason", o->reason, o->reason != NULL, DRILL_TEXT_MAX, err) < 0 ||
	    text_limit_check("TEXT", e->text, e->text != NULL, DRILL_TEXT_MAX, err) < 0 ||
	    text_limit_check("--resolution", e->resolution, e->resolution != NULL, DRILL_TEXT_MAX,
			     err) < 0)
		return -1;
	return author_check(o->author, err) < 0 ? -1 : check_action(r->action, err);
}

static int read_time(const struct drill_session *s, const struct drill_entry_options *o,
		     struct entry *e, struct error *err)
{
	const struct drill_clock clock = { .zone = s->record.zone,
					   .began_ns = s->run.started_ns,
					   .now_ns = s->now_ns };

	e->recorded_ns = s->now_ns;
	return o->at ? drill_time_parse(o->at, &clock, &e->at_ns, err) : 0;
}

/* Of a hold and the like the reason is what is said, and told twice only when it is late, too. */
static const char *reason_of(const struct drill_entry_options *o, const struct entry *e)
{
	return e->text == o->reason && !o->at && !o->supersedes ? NULL : o->reason;
}

static int add_action(struct drill_session *s, struct drill_entry_request *r, struct error *err)
{
	struct action_entry a;
	char today[ACTION_DAY_SIZE];

	if (!r->action)
		return 0;
	a = *r->action;
	a.author = r->entry.author;
	a.run = s->id;
	a.at_ns = s->now_ns;
	if (action_today(&s->config, s->now_ns, today, err) < 0 ||
	    action_check_due(today, a.due, err) < 0)
		return -1;
	return history_action_add(s->history, &a, &r->entry.action, err);
}

int drill_entry_append(struct drill_session *s, struct drill_entry_request *r, struct error *err)
{
	struct entry *e = &r->entry;
	char name[AUTHOR_SIZE];
	int rc;

	if (drill_session_read(s, err) < 0)
		return -1;
	e->author = author_name(r->options->author, name);
	e->reason = reason_of(r->options, e);
	e->supersedes = r->options->supersedes;
	if (read_time(s, r->options, e, err) < 0 || drill_entry_check(&s->record, e, err) < 0 ||
	    add_action(s, r, err) < 0)
		return -1;
	rc = history_entry_add(s->history, s->id, e, &e->number, err);
	e->author = NULL; /* it was kept here */
	return rc == 0 && r->also ? r->also(s, err) : rc;
}

/* The entry waits in the history; who waits for it to be acted upon should know that nobody will. */
static void warn_when_nobody_reads(const struct invocation *inv, const struct drill_session *s)
{
	if (!s->run.unattended)
		return;
	(void)fprintf(inv->err,
		      "muster: the process that carried drill %s is gone\n"
		      "  hint: muster drill resume takes the drill up again, muster drill close "
		      "ends it\n",
		      s->id);
}

static int append_alone(struct drill_session *s, struct drill_entry_request *r, struct error *err)
{
	if (history_begin(s->history, err) < 0)
		return -1;
	if (history_end(s->history, drill_entry_append(s, r, err), err) < 0)
		return -1;
	return drill_session_read(s, err);
}

static int enter(const struct invocation *inv, struct drill_entry_request *r,
		 struct drill_session *s, struct error *err)
{
	const struct drill_question q = { .id = r->options->drill, .writes = true };

	if (drill_entry_check_texts(r, err) < 0 || drill_session_open(inv, &q, s, err) < 0)
		return -1;
	return append_alone(s, r, err);
}

int drill_entry_enter(const struct invocation *inv, struct drill_entry_request *r,
		      struct error *err)
{
	CLEANUP(drill_session_close)
	struct drill_session s = { .now_ns = 0 };

	return enter(inv, r, &s, err);
}

int drill_entry_run(const struct invocation *inv, struct drill_entry_request *r, struct error *err)
{
	CLEANUP(drill_session_close)
	struct drill_session s = { .now_ns = 0 };

	if (enter(inv, r, &s, err) < 0 || (r->then && r->then(inv, &s, err) < 0))
		return -1;
	warn_when_nobody_reads(inv, &s);
	return drill_entry_tell(inv, &s, r->entry.number, err) < 0 ? -1 : EXIT_CODE_PASS;
}
