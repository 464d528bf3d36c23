/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/inspect_show.h"

#include <inttypes.h>
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/quantity.h"
#include "cmd/listing.h"

enum { LABEL_WIDTH = 14, FINDINGS_SHOWN = 20 };

/* By code; where there is none, the verdict's. */
static const char *const advice[FINDING_CODE_COUNT] = {
	[FINDING_EMPTY] =
		"the job that made it wrote nothing: see its log, and take another backup",
	[FINDING_UNKNOWN_FORMAT] = "", /* the message says it */
	[FINDING_NOT_A_BACKUP] = "see the log of the job that wrote it, and take another backup",
	[FINDING_UNSUPPORTED] = "restore it with the version that wrote it, or look for a newer "
				"muster",
	[FINDING_TRUNCATED] = "it was cut short, when it was made or when it was copied: look for "
			      "another copy, and at the disk's free space at that time",
	[FINDING_EXPANSION_LIMIT] = "if it may be so large, allow more with --expansion-limit",
	[FINDING_NO_CHECKSUM] = "let the server write the checksum (Redis: rdbchecksum yes); until "
				"then only a manifest's hash shows a changed value",
	[FINDING_RISKY] = "read what it says before you restore it",
	[FINDING_BAD_REFERENCE] = "importing it drops or refuses that object: mend the source, and "
				  "take another backup",
};

/* What to do about a finding of that code. */
static const char *advice_for(enum finding_code code)
{
	if (advice[code])
		return advice[code];
	if (finding_verdict(code) == VERDICT_FAIL)
		return "do not count on this file: look for another copy, at the disk it lies on, "
		       "and take another backup";
	return finding_verdict(code) == VERDICT_ERROR ? "nothing is known of the rest of it" :
							"look at it before you need it";
}

/* Words of `text` behind the label, on as many lines as a terminal's width asks for. */
static void put_wrapped(const struct inspect_show *show, const char *text, size_t indent)
{
	const struct terminal *t = &show->inv->screen;
	size_t at = indent;

	while (*text) {
		size_t len = strcspn(text, " "), width;
		char word[1024];

		len = len < sizeof(word) ? len : sizeof(word) - 1;
		(void)snprintf(word, sizeof(word), "%.*s", (int)len, text);
		for (char *space = word; (space = strchr(space, INSPECT_NO_BREAK));)
			*space = ' ';
		width = listing_width(word);
		if (t->is_tty && at > indent && at + 1 + width > t->width) {
			(void)fprintf(t->stream, "\n%*s", (int)indent, "");
			at = indent;
		} else if (at > indent) {
			(void)fputc(' ', t->stream);
			at++;
		}
		(void)fputs(word, t->stream);
		at += width;
		text += len + (text[len] == ' ');
	}
	(void)fputc('\n', t->stream);
}

void inspect_field(const struct inspect_show *show, const char *label, const char *text)
{
	const struct terminal *t = &show->inv->screen;

	(void)fprintf(t->stream, "  %s%-*s%s", terminal_begin(t, TONE_FAINT), LABEL_WIDTH - 2,
		      label, terminal_end(t));
	put_wrapped(show, text, LABEL_WIDTH);
}

void inspect_text(const struct inspect_show *show, const char *text)
{
	put_wrapped(show, text, 0);
}

static void put_foreign_field(const struct inspect_show *show, const char *label, const char *text)
{
	char shown[2048];

	inspect_field(show, label, terminal_escape(&show->inv->screen, text, shown, sizeof(shown)));
}

static void show_verdict(const struct inspect_show *show, const struct inspection *i)
{
	const struct terminal *t = &show->inv->screen;

	(void)fprintf(t->stream, "%s%s %s%s  ",
		      terminal_begin(t, terminal_verdict_tone(i->verdict)),
		      terminal_symbol(t, i->verdict), verdict_name(i->verdict), terminal_end(t));
	terminal_puts(t, i->path);
	(void)fputc('\n', t->stream);
}

/* Settings that say who made it, and what stands before them. */
static const struct {
	const char *name, *before;
} makers[] = {
	{ "server_version", "PostgreSQL " }, { "dump_version", "pg_dump " },
	{ "redis-ver", "Redis " },           { "valkey-ver", "Valkey " },
	{ "rabbit_version", "RabbitMQ " },
};
enum { MAKERS = sizeof(makers) / sizeof(makers[0]) };

/* Told on a line of its own, or, as `by` ends in it, told already. */
static bool is_told(const struct fact *f, const char *by)
{
	size_t name = strlen(f->name), value = strlen(f->value), len = strlen(by);

	for (size_t k = 0; k < MAKERS; k++) {
		if (strcmp(makers[k].name, f->name) == 0)
			return true;
	}
	if (strcmp(f->name, "database") == 0 || strcmp(f->name, "ctime") == 0)
		return true;
	return name > 7 && strcmp(f->name + name - 7, "version") == 0 && value && value <= len &&
	       strcmp(by + len - value, f->value) == 0;
}

/* Bounded: a setting of any length is cut. */
static void append_setting(const struct inspect_show *show, char *text, size_t size,
			   const char *before, const char *value)
{
	size_t len = strlen(text);
	char shown[256];

	(void)snprintf(text + len, size - len, "%s%s%s", len ? ", " : "", before,
		       terminal_escape(&show->inv->screen, value, shown, sizeof(shown)));
}

static void show_settings(const struct inspect_show *show, const struct facts *facts)
{
	const struct fact *database = facts_find(facts, FACT_SETTING, "", "database");
	char by[1024] = "", others[2048] = "", name[128];
	const char *last = "";

	for (size_t k = 0; k < MAKERS; k++) {
		const struct fact *f = facts_find(facts, FACT_SETTING, "", makers[k].name);

		if (!f || !f->value[0])
			continue;
		append_setting(show, by, sizeof(by), makers[k].before,
			       strcmp(f->value, last) == 0 ? "of the same version" : f->value);
		last = f->value;
	}
	for (size_t k = 0; k < facts->count; k++) {
		const struct fact *f = &facts->item[k];

		if (f->kind != FACT_SETTING || !f->value[0] || is_told(f, by))
			continue;
		(void)terminal_escape(&show->inv->screen, f->name, name, sizeof(name) - 1);
		(void)strcat(name, " ");
		append_setting(show, others, sizeof(others), name, f->value);
	}
	if (by[0])
		inspect_field(show, "made by", by);
	if (database && database->value[0])
		put_foreign_field(show, "database", database->value);
	if (others[0])
		inspect_field(show, "settings", others);
}

static void show_time(const struct inspect_show *show, const struct reading *r)
{
	char text[128], when[CLOCK_RFC3339_SIZE], age[QUANTITY_TEXT_SIZE];
	int64_t minutes = (clock_wall_ns() - r->content_time_ns) / NS_PER_SECOND / 60;

	if (!r->content_time_ns)
		return;
	(void)clock_format_rfc3339(r->content_time_ns, when);
	if (r->local_time)
		(void)snprintf(text, sizeof(text), "%.10s %.8s by its host's clock (zone unknown)",
			       when, when + 11);
	else if (minutes >= 0)
		(void)snprintf(text, sizeof(text), "%s, %s ago", when,
			       minutes ?
				       quantity_format_duration(minutes * 60 * NS_PER_SECOND, age) :
				       "less than a minute");
	else
		(void)snprintf(text, sizeof(text), "%s, which is in the future", when);
	inspect_field(show, "taken", text);
}

static const char *unit_of(enum codec codec, uint64_t members)
{
	static const char *const one[CODEC_COUNT] = { [CODEC_GZIP] = "member",
						      [CODEC_ZSTD] = "frame",
						      [CODEC_LZ4] = "frame",
						      [CODEC_XZ] = "stream",
						      [CODEC_BZIP2] = "stream" };
	static const char *const many[CODEC_COUNT] = { [CODEC_GZIP] = "members",
						       [CODEC_ZSTD] = "frames",
						       [CODEC_LZ4] = "frames",
						       [CODEC_XZ] = "streams",
						       [CODEC_BZIP2] = "streams" };
	const char *unit = members == 1 ? one[codec] : many[codec];

	return unit ? unit : "";
}

static void show_origin(const struct inspect_show *show, const struct inspection *i)
{
	char text[256], digest[SHA256_TEXT_SIZE];
	char stored[QUANTITY_TEXT_SIZE], content[QUANTITY_TEXT_SIZE];
	const struct reading *r = &i->reading;

	inspect_field(show, "what", format_description(r->format));
	show_settings(show, &r->facts);
	show_time(show, r);
	(void)quantity_format_size(i->size, stored);
	(void)quantity_format_size(r->content_bytes, content);
	if (i->codec == CODEC_NONE)
		(void)snprintf(text, sizeof(text), "%s, not compressed", stored);
	else
		(void)snprintf(text, sizeof(text), "%s, %s unpacked (%s, %" PRIu64 " %s)", stored,
			       content, codec_id(i->codec), i->members,
			       unit_of(i->codec, i->members));
	inspect_field(show, "size", text);
	inspect_field(show, "sha256", sha256_format(i->sha256, digest));
}

static void show_pace(const struct inspect_show *show, const struct inspection *i)
{
	char took[QUANTITY_TEXT_SIZE], rate[QUANTITY_TEXT_SIZE], text[128];
	bool finished = i->reading.finished || i->reading.format == FORMAT_UNKNOWN;
	double seconds = (double)i->duration_ns / 1e9;

	(void)quantity_format_duration(i->duration_ns, took);
	if (seconds > 0)
		(void)quantity_format_size((uint64_t)((double)i->reading.content_bytes / seconds),
					   rate);
	(void)snprintf(text, sizeof(text), "%s, in %s%s%s%s",
		       finished ? "to its end" : "not understood to its end", took,
		       seconds > 0 ? " (" : "", seconds > 0 ? rate : "", seconds > 0 ? "/s)" : "");
	inspect_field(show, "read", text);
}

static void show_finding(const struct inspect_show *show, const struct finding *f)
{
	const struct terminal *t = &show->inv->screen;
	enum verdict v = finding_verdict(f->code);
	bool unknown = strcmp(f->layer, format_id(FORMAT_UNKNOWN)) == 0;
	char layer[64], message[4 * sizeof(f->message)], text[sizeof(message) + 160];

	(void)snprintf(text, sizeof(text), "%s at byte %" PRIu64 " of the %s: %s",
		       finding_id(f->code), f->offset,
		       unknown ? "content" : terminal_escape(t, f->layer, layer, sizeof(layer)),
		       terminal_escape(t, f->message, message, sizeof(message)));
	(void)fprintf(t->stream, "  %s%s%s ", terminal_begin(t, terminal_verdict_tone(v)),
		      terminal_symbol(t, v), terminal_end(t));
	put_wrapped(show, text, 4);
}

static size_t show_findings_of(const struct inspect_show *show, const struct findings *f,
			       size_t room)
{
	size_t shown = f->count < room ? f->count : room;

	for (size_t k = 0; k < shown; k++)
		show_finding(show, &f->item[k]);
	return room - shown;
}

static void show_findings(const struct inspect_show *show, const struct inspection *i)
{
	const struct findings *inner = &i->reading.findings, *outer = &i->envelope;
	const struct finding *a = findings_worst(outer), *b = findings_worst(inner);
	uint64_t all = outer->count + outer->dropped + inner->count + inner->dropped;
	size_t left = show_findings_of(show, outer, FINDINGS_SHOWN);

	(void)show_findings_of(show, inner, left);
	if (all > FINDINGS_SHOWN)
		(void)fprintf(show->inv->out, "  and %" PRIu64 " more findings; --json lists %s\n",
			      all - FINDINGS_SHOWN,
			      outer->dropped + inner->dropped ? "more" : "them");
	if (a && b && finding_verdict(b->code) > finding_verdict(a->code))
		a = b;
	if ((a || b) && *advice_for((a ? a : b)->code))
		inspect_field(show, "what to do", advice_for((a ? a : b)->code));
}

static int show_error(const struct inspect_show *show, const struct error *e)
{
	put_foreign_field(show, "error", e->message);
	if (e->hint[0])
		put_foreign_field(show, "what to do", e->hint);
	return 0;
}

int inspect_show(const struct inspect_show *show, const struct inspection *i, struct error *err)
{
	show_verdict(show, i);
	if (i->error.kind != ERROR_NONE)
		return show_error(show, &i->error);
	show_findings(show, i);
	show_origin(show, i);
	show_pace(show, i);
	if (show->toc)
		return inspect_show_toc(show, &i->reading, err);
	if (inspect_show_holds(show, &i->reading, err) < 0)
		return -1;
	if (show->facts)
		inspect_show_facts(show, &i->reading.facts);
	return 0;
}

void inspect_show_sum(const struct inspect_show *show, const struct inspection *results,
		      size_t count, int64_t took_ns)
{
	size_t of[VERDICT_COUNT] = { 0 };
	bool first = true;
	char took[QUANTITY_TEXT_SIZE], size[QUANTITY_TEXT_SIZE];
	uint64_t stored = 0;
	FILE *out = show->inv->out;

	for (size_t k = 0; k < count; k++) {
		of[results[k].verdict]++;
		stored += results[k].size;
	}
	(void)fprintf(out, "\n%zu files, %s, in %s:", count, quantity_format_size(stored, size),
		      quantity_format_duration(took_ns, took));
	for (int v = VERDICT_COUNT; v-- > 0;) {
		if (!of[v])
			continue;
		(void)fprintf(
			out, "%s%s%zu %s%s", first ? " " : ", ",
			terminal_begin(&show->inv->screen, terminal_verdict_tone((enum verdict)v)),
			of[v], verdict_name((enum verdict)v), terminal_end(&show->inv->screen));
		first = false;
	}
	(void)fputc('\n', out);
}
