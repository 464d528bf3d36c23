/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The status line of a Nagios plugin: "STATUS - text | label=value;…" (Monitoring
 * Plugins Development Guidelines, "Plugin Output" and "Performance data").
 */
#include <string.h>

#include "report/paint.h"

int report_nagios_code(enum verdict v)
{
	static const int codes[VERDICT_COUNT] = {
		[VERDICT_SKIPPED] = 0, [VERDICT_PASS] = 0, [VERDICT_WARN] = 1,
		[VERDICT_ERROR] = 3,   [VERDICT_FAIL] = 2,
	};

	return codes[v];
}

const char *report_nagios_word(enum verdict v)
{
	static const char *const words[] = { "OK", "WARNING", "CRITICAL", "UNKNOWN" };

	return words[report_nagios_code(v)];
}

/* The check to name: the first of the gravest. */
static const struct check *gravest(const struct checks *checks)
{
	const struct check *worst = NULL;

	for (size_t i = 0; i < checks->count; i++) {
		const struct check *c = &checks->item[i];
		enum verdict least = worst ? check_weight(worst) : VERDICT_PASS;

		if (check_weight(c) > least)
			worst = c;
	}
	return worst;
}

static void name_gravest(struct paint *p, const struct checks *checks)
{
	const struct check *c = gravest(checks);

	if (!c)
		return;
	paint_format(p, "; %s ", c->name);
	if (*c->component) {
		paint_one_line(p, c->component);
		paint_format(p, " ");
	}
	if (*c->subject) {
		paint_one_line(p, c->subject);
		paint_format(p, " ");
	}
	paint_format(p, "- ");
	paint_one_line(p, c->message);
}

int report_nagios(const struct run *run, struct buf *out)
{
	const struct checks *c = &run->checks;
	struct paint p = { .out = out, .style = { .utf8 = true } };
	int64_t ms = run->finished_ns ? (run->finished_ns - run->started_ns) / 1000000 : 0;
	size_t count[VERDICT_COUNT];

	for (int v = 0; v < VERDICT_COUNT; v++)
		count[v] = checks_count(c, (enum verdict)v);
	paint_format(&p, "MUSTER %s - %s: %zu failed, %zu errors, %zu warnings of %zu checks",
		     report_nagios_word(run->verdict), run->kind, count[VERDICT_FAIL],
		     count[VERDICT_ERROR], count[VERDICT_WARN], c->count);
	name_gravest(&p, c);
	paint_format(&p,
		     " | passed=%zu;;;0 failed=%zu;;0;0 warnings=%zu;0;;0 errors=%zu;;;0"
		     " skipped=%zu;;;0 duration=%lld.%03llds;;;0\n",
		     count[VERDICT_PASS], count[VERDICT_FAIL], count[VERDICT_WARN],
		     count[VERDICT_ERROR], count[VERDICT_SKIPPED], (long long)(ms / 1000),
		     (long long)(ms % 1000));
	return p.failed ? -1 : 0;
}

int report_nagios_error(const struct error *error, struct buf *out)
{
	struct paint p = { .out = out, .style = { .utf8 = true } };

	paint_format(&p, "MUSTER %s - ", report_nagios_word(VERDICT_ERROR));
	paint_one_line(&p, error->message);
	if (error->hint[0]) {
		paint_format(&p, " (");
		paint_one_line(&p, error->hint);
		paint_format(&p, ")");
	}
	paint_format(&p, "\n");
	return p.failed ? -1 : 0;
}
