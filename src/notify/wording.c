/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/wording.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "notify/plain.h"

enum { NAME_MAX_BYTES = 120 };

const char *wording_kind(const struct notice *n)
{
	static const struct {
		const char *kind, *words;
	} rows[] = {
		{ "verify", "Daily Backup Verification" },
		{ "verify-offsite", "Off-site Copy Verification" },
		{ "backup", "Backup" },
		{ "copy", "Off-site Copy" },
		{ "restore-test", "Weekly Restore Test" },
		{ "drill", "DR Drill" },
		{ "assessment", "Quarterly Assessment" },
		{ "exercise", "Annual DR Exercise" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (strcmp(rows[i].kind, n->kind) == 0)
			return rows[i].words;
	}
	return *n->kind ? n->kind : "muster";
}

const char *wording_verdict(enum verdict v)
{
	static const char *const words[VERDICT_COUNT] = {
		[VERDICT_SKIPPED] = "SKIPPED", [VERDICT_PASS] = "PASSED",
		[VERDICT_WARN] = "WARNINGS",   [VERDICT_ERROR] = "ERROR (could not tell)",
		[VERDICT_FAIL] = "FAILED",
	};

	return words[v];
}

/* What goes before and behind the name of the kind of run. */
static const struct {
	const char *before, *behind;
} subjects[NOTICE_EVENT_COUNT] = {
	[NOTICE_PASSED] = { "", " - PASSED" },
	[NOTICE_WARNED] = { "WARNING: ", " had warnings" },
	[NOTICE_FAILED] = { "ALERT: ", " FAILED" },
	[NOTICE_ERROR] = { "ALERT: ", " could not tell (ERROR)" },
	[NOTICE_RECOVERED] = { "RECOVERED: ", " is well again" },
	[NOTICE_MISSED] = { "ALERT: ", " MISSED" },
	[NOTICE_STALE] = { "ALERT: ", " is STALE" },
	[NOTICE_ANNOUNCED] = { "", " SCHEDULED" },
	[NOTICE_STARTED] = { "", " - STARTED" },
	[NOTICE_FINISHED] = { "", " - FINISHED" },
	[NOTICE_TEST] = { "TEST: ", " notification, nothing happened" },
	[NOTICE_GIVEN_UP] = { "ALERT: ", " notification could not be delivered" },
	[NOTICE_PUBLISHED] = { "", " - REPORT" },
};

static bool put(struct buf *out, const char *text)
{
	return plain_append(out, text, NAME_MAX_BYTES, PLAIN_TEXT) == 0;
}

/* Whose it is, unless it is the whole platform's. */
static bool put_part(const struct notice *n, struct buf *out)
{
	bool ok = true;

	if (!*n->component && !*n->check)
		return true;
	ok = buf_puts(out, ": ") == 0 && put(out, n->component);
	if (ok && *n->check)
		ok = buf_puts(out, *n->component ? " " : "") == 0 && put(out, n->check);
	if (ok && *n->platform)
		ok = buf_puts(out, " (") == 0 && put(out, n->platform) && buf_puts(out, ")") == 0;
	return ok;
}

/* Nobody who reads it may take the drill for a disaster, nor wonder whose it is. */
static bool put_drills_test(const struct notice *n, struct buf *out)
{
	bool ok = buf_puts(out, "TEST: DR Drill") == 0;

	if (ok && *n->platform)
		ok = buf_puts(out, " of ") == 0 && put(out, n->platform);
	ok = ok && buf_puts(out, ": test alert, nothing happened") == 0;
	if (ok && *n->run)
		ok = buf_puts(out, " (") == 0 && put(out, n->run) && buf_puts(out, ")") == 0;
	return ok;
}

static bool put_subject(const struct notice *n, struct buf *out)
{
	bool drill = strcmp(n->kind, "drill") == 0;
	bool own = n->event == NOTICE_TEST || n->event == NOTICE_GIVEN_UP;
	const char *kind = own                                   ? "muster" :
			   drill && n->event == NOTICE_ANNOUNCED ? "DR DRILL" :
								   wording_kind(n);
	bool ok;

	if (drill && n->event == NOTICE_TEST)
		return put_drills_test(n, out);
	ok = buf_puts(out, subjects[n->event].before) == 0 && put(out, kind) &&
	     buf_puts(out, subjects[n->event].behind) == 0;
	if (ok && (n->event == NOTICE_FINISHED || n->event == NOTICE_PUBLISHED))
		ok = buf_printf(out, ": %s", wording_verdict(n->verdict)) == 0;
	/* when it will be stands in the title, as in "Thursday Nov 23 10:00 AM UTC" */
	if (ok && n->event == NOTICE_ANNOUNCED && *n->title)
		ok = buf_puts(out, " - ") == 0 && put(out, n->title);
	ok = ok && put_part(n, out);
	return ok && (!n->reminder || buf_puts(out, " (reminder)") == 0);
}

/* At most `max` bytes of it, from words that are plain already. */
static int bounded(struct buf *whole, size_t max, struct buf *out)
{
	return plain_append(out, whole->ptr ? whole->ptr : "", max, PLAIN_TEXT);
}

int wording_subject(const struct notice *n, size_t max, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf whole = { 0 };

	return put_subject(n, &whole) ? bounded(&whole, max, out) : -1;
}

/* The text that "{name}" at `at` stands for, and its length; NULL: none. */
static const char *filled_in(const struct notice *n, const char *at, size_t *length)
{
	const struct {
		const char *name, *text;
	} rows[] = {
		{ "{event}", notice_event_name(n->event) },
		{ "{kind}", n->kind },
		{ "{component}", n->component },
		{ "{check}", n->check },
		{ "{platform}", n->platform },
		{ "{verdict}", verdict_name(n->verdict) },
		{ "{set}", n->set },
		{ "{run}", n->run },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		*length = strlen(rows[i].name);
		if (strncmp(at, rows[i].name, *length) == 0)
			return rows[i].text;
	}
	return NULL;
}

int wording_template(const struct notice *n, const char *template, size_t max, struct buf *out)
{
	CLEANUP(buf_release)
	struct buf whole = { 0 };

	while (*template) {
		size_t length = 0;
		const char *text = filled_in(n, template, &length);
		bool ok = text ? put(&whole, text) : buf_append(&whole, template, 1) == 0;

		if (!ok)
			return -1;
		template += text ? length : 1;
	}
	return bounded(&whole, max, out);
}

char *wording_time(int64_t wall_ns, char out[WORDING_TIME_SIZE])
{
	char text[CLOCK_RFC3339_SIZE];

	out[0] = '\0';
	if (!wall_ns)
		return out;
	(void)clock_format_rfc3339(wall_ns, text);
	(void)snprintf(out, WORDING_TIME_SIZE, "%.10s %.8s UTC", text, text + 11);
	return out;
}
