/* SPDX-License-Identifier: Apache-2.0 */
/* The one comparison of the product: two sorted lists walked side by side. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "model/facts.h"

enum { DEFAULT_MAX_DIFFERENCES = 20 };

/* What the walk has seen of one kind. */
struct tally {
	size_t compared, different, unknown;
	unsigned measures; /* compared at least once */
	uint64_t counted;  /* the sum of the counts that were compared */
};

struct comparison {
	const struct facts_policy *policy;
	struct checks *out;
	struct facts *expected, *found;
	struct tally tally[FACT_KIND_COUNT];
	size_t reported, unreported;
};

static const char *full_name(struct arena *a, const struct fact *f)
{
	if (f->scope[0] && f->name[0])
		return arena_printf(a, "%s.%s", f->scope, f->name);
	return f->scope[0] ? f->scope : f->name;
}

static int report(struct comparison *c, const struct fact *fact, const char *expected,
		  const char *found, const char *what)
{
	const struct fact_words *w = fact_kind_words(fact->kind);
	struct check check = { .name = c->policy->check_name,
			       .component = c->policy->component,
			       .subject = c->policy->subject,
			       .verdict = c->policy->severity,
			       .expected = expected,
			       .found = found };
	size_t limit =
		c->policy->max_differences ? c->policy->max_differences : DEFAULT_MAX_DIFFERENCES;
	const char *name = full_name(&c->out->arena, fact);

	if (c->reported == limit) {
		c->unreported++;
		return 0;
	}
	c->reported++;
	if (!name || !expected || !found)
		return -1;
	return checks_addf(c->out, &check, "%s%s%s: %s", w->noun, name[0] ? " " : "", name, what);
}

static int report_one_sided(struct comparison *c, const struct fact *fact, bool is_expected)
{
	const char *here = facts_side_name(is_expected ? c->expected->side : c->found->side);
	const char *there = facts_side_name(is_expected ? c->found->side : c->expected->side);
	struct tally *t = &c->tally[fact->kind];
	char what[80];

	t->compared++;
	if (!is_expected && c->policy->mode == FACTS_PLAUSIBLE)
		return 0;
	t->different++;
	if (c->policy->mode == FACTS_PLAUSIBLE)
		(void)snprintf(what, sizeof(what), "vanished since the set before");
	else if (c->expected->side == c->found->side)
		(void)snprintf(what, sizeof(what), "%s",
			       is_expected ? "written, but not there any more" :
					     "there, but not when it was written");
	else
		(void)snprintf(what, sizeof(what), "in the %s but not in the %s", here, there);
	return report(c, fact, is_expected ? "present" : "absent",
		      is_expected ? "absent" : "present", what);
}

static int report_number(struct comparison *c, const struct fact *e, const char *what,
			 uint64_t expected, uint64_t found)
{
	struct arena *a = &c->out->arena;
	char text[80];

	if (expected == found)
		return 0;
	if (expected > found)
		(void)snprintf(text, sizeof(text), "%" PRIu64 " %s missing", expected - found,
			       what);
	else
		(void)snprintf(text, sizeof(text), "%" PRIu64 " %s too many", found - expected,
			       what);
	return report(c, e, arena_printf(a, "%" PRIu64 " %s", expected, what),
		      arena_printf(a, "%" PRIu64 " %s", found, what), text) < 0 ?
		       -1 :
		       1;
}

static int report_content(struct comparison *c, const struct fact *e, const struct fact *f)
{
	char want[FINGERPRINT_TEXT_SIZE], got[FINGERPRINT_TEXT_SIZE];

	if (e->fingerprint.low == f->fingerprint.low && e->fingerprint.high == f->fingerprint.high)
		return 0;
	return report(c, e, fingerprint_format(e->fingerprint, want),
		      fingerprint_format(f->fingerprint, got), "the content differs") < 0 ?
		       -1 :
		       1;
}

/* The most telling difference of two facts of one identity: 1 reported, 0 none, -1 no memory. */
static int first_difference(struct comparison *c, unsigned both, const struct fact *e,
			    const struct fact *f)
{
	const char *count_word = fact_kind_words(e->kind)->count_key;
	int rc = 0;

	if (both & MEASURE_COUNT)
		rc = report_number(c, e, count_word ? count_word : "count", e->count, f->count);
	if (!rc && both & MEASURE_EXPIRES)
		rc = report_number(c, e, "keys with expiry", e->expires, f->expires);
	if (!rc && both & MEASURE_BYTES)
		rc = report_number(c, e, "bytes", e->bytes, f->bytes);
	if (!rc && both & MEASURE_FINGERPRINT)
		rc = report_content(c, e, f);
	if (!rc && both & MEASURE_VALUE && strcmp(e->value, f->value) != 0)
		rc = report(c, e, e->value, f->value, "the value differs") < 0 ? -1 : 1;
	return rc;
}

/* "42,true" -> 42; a descending sequence counts below zero. */
static bool sequence_is_behind(const struct fact *e, const struct fact *f)
{
	long long expected = strtoll(e->value, NULL, 10), found = strtoll(f->value, NULL, 10);

	return expected < 0 ? found > expected : found < expected;
}

static int sequence_difference(struct comparison *c, const struct fact *e, const struct fact *f)
{
	if (!sequence_is_behind(e, f))
		return 0;
	return report(c, e, e->value, f->value, "the value is behind the source's") < 0 ? -1 : 1;
}

static int implausible_drop(struct comparison *c, unsigned both, const struct fact *e,
			    const struct fact *f)
{
	const char *word = fact_kind_words(e->kind)->count_key;
	struct arena *a = &c->out->arena;
	char text[80];

	if (!(both & MEASURE_COUNT) || f->count >= e->count ||
	    (double)(e->count - f->count) <= c->policy->count_drop * (double)e->count)
		return 0;
	(void)snprintf(text, sizeof(text), "fell by %.0f %% since the set before",
		       100.0 * (double)(e->count - f->count) / (double)e->count);
	return report(c, e, arena_printf(a, "%" PRIu64 " %s", e->count, word ? word : ""),
		      arena_printf(a, "%" PRIu64 " %s", f->count, word ? word : ""), text) < 0 ?
		       -1 :
		       1;
}

static int difference(struct comparison *c, unsigned both, const struct fact *e,
		      const struct fact *f)
{
	if (c->policy->mode == FACTS_PLAUSIBLE)
		return implausible_drop(c, both, e, f);
	if (c->policy->mode == FACTS_SAME_SNAPSHOT && e->kind == FACT_SEQUENCE &&
	    both & MEASURE_VALUE)
		return sequence_difference(c, e, f);
	return first_difference(c, both, e, f);
}

static int compare_pair(struct comparison *c, const struct fact *e, const struct fact *f)
{
	unsigned wanted = c->policy->measures ? c->policy->measures : ~0U;
	unsigned both = e->known & f->known & wanted;
	struct tally *t = &c->tally[e->kind];
	int rc;

	/* identity alone is compared when the kind has no measures at all, such as a role */
	if (!both && ((e->known | f->known) & wanted)) {
		t->unknown++;
		return 0;
	}
	t->compared++;
	t->measures |= both;
	t->counted += both & MEASURE_COUNT ? f->count : 0;
	rc = difference(c, both, e, f);
	if (rc > 0)
		t->different++;
	return rc < 0 ? -1 : 0;
}

static bool wanted(const struct comparison *c, const struct fact *f)
{
	return !c->policy->kinds || c->policy->kinds & 1U << f->kind;
}

static int walk(struct comparison *c)
{
	const struct fact *e = c->expected->item, *f = c->found->item;
	const struct fact *e_end = e + c->expected->count, *f_end = f + c->found->count;

	while (e < e_end || f < f_end) {
		int order = e == e_end ? 1 : f == f_end ? -1 : fact_compare_identity(e, f);
		const struct fact *at = order <= 0 ? e : f;
		int rc = 0;

		if (wanted(c, at)) {
			if (order == 0)
				rc = compare_pair(c, e, f);
			else
				rc = report_one_sided(c, at, order < 0);
		}
		if (rc < 0)
			return -1;
		e += order <= 0;
		f += order >= 0;
	}
	return 0;
}

static const char *measures_text(unsigned measures, const char *count_word, char *out, size_t size)
{
	const struct {
		unsigned bit;
		const char *word;
	} names[] = { { MEASURE_COUNT, count_word ? count_word : "count" },
		      { MEASURE_BYTES, "bytes" },
		      { MEASURE_EXPIRES, "expiries" },
		      { MEASURE_FINGERPRINT, "content" },
		      { MEASURE_VALUE, "value" } };
	size_t used = 0;

	(void)snprintf(out, size, "presence");
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (measures & names[i].bit && used < size)
			used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
						 names[i].word);
	}
	return out;
}

/* "large_objects" -> "large objects" */
static const char *plural(enum fact_kind kind, char *out, size_t size)
{
	(void)snprintf(out, size, "%s", fact_kind_words(kind)->array);
	for (char *p = out; *p; p++)
		*p = *p == '_' ? ' ' : *p;
	return out;
}

/* Whose word was compared with: a file that was read back proves nothing of the source. */
static const char *against(const struct comparison *c)
{
	switch (c->expected->side) {
	case FACTS_SOURCE:
		return "with the source";
	case FACTS_RESTORED:
		return "with what was restored";
	case FACTS_BACKUP:
		break;
	}
	return c->found->side == FACTS_RESTORED ?
		       "with the backup" :
		       "with what was read back when the file was written";
}

static int summarise_kind(struct comparison *c, enum fact_kind kind)
{
	const struct tally *t = &c->tally[kind];
	const struct fact_words *w = fact_kind_words(kind);
	struct check check = { .name = c->policy->check_name,
			       .component = c->policy->component,
			       .subject = c->policy->subject,
			       .verdict = t->compared ? VERDICT_PASS : VERDICT_SKIPPED };
	char measures[80], kinds[32], number[NUMBER_TEXT_SIZE], total[64] = "";

	(void)plural(kind, kinds, sizeof(kinds));
	if (t->different || (!t->compared && !t->unknown))
		return 0;
	if (!t->compared)
		return checks_addf(c->out, &check, "%s: nothing known on both sides to compare",
				   kinds);
	(void)measures_text(t->measures, w->count_key, measures, sizeof(measures));
	if (c->policy->mode == FACTS_PLAUSIBLE)
		return checks_addf(c->out, &check, "none of %zu %s vanished or fell abnormally",
				   t->compared, kinds);
	/* a kind that stands for itself, such as large objects, is counted as such */
	if (t->measures & MEASURE_COUNT && w->name_key)
		(void)snprintf(total, sizeof(total), ": %s %s", number_format(t->counted, number),
			       strcmp(w->count_key, "count") == 0 ? "in all" : w->count_key);
	return checks_addf(c->out, &check, "%zu %s equal in %s %s%s%s", t->compared, kinds,
			   measures, against(c), total, t->unknown ? "; others unknown" : "");
}

int facts_compare(struct facts *expected, struct facts *found, const struct facts_policy *policy,
		  struct checks *out)
{
	struct comparison c = {
		.policy = policy, .out = out, .expected = expected, .found = found
	};
	struct check rest = { .name = policy->check_name,
			      .component = policy->component,
			      .subject = policy->subject,
			      .verdict = policy->severity };

	facts_sort(expected);
	facts_sort(found);
	if (walk(&c) < 0)
		return -1;
	for (int kind = 0; kind < FACT_KIND_COUNT; kind++) {
		if (summarise_kind(&c, (enum fact_kind)kind) < 0)
			return -1;
	}
	if (c.unreported)
		return checks_addf(out, &rest, "%zu more differences", c.unreported);
	return 0;
}
