/* SPDX-License-Identifier: Apache-2.0 */
/* What a backup holds, by its facts: all of it, and what is told in a line of names. */
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "cmd/inspect_holds.intern.h"

enum { NAMES_SHOWN = 12, FIELD_SIZE = 4096 };

int inspect_larger_first(const void *a, const void *b)
{
	const struct fact *x = *(const struct fact *const *)a, *y = *(const struct fact *const *)b;

	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return fact_compare_identity(x, y);
}

const struct fact **inspect_facts_of(const struct facts *facts, enum fact_kind kind, size_t *n,
				     struct error *err)
{
	const struct fact **out = malloc((facts->count + 1) * sizeof(const struct fact *));

	*n = 0;
	if (!out) {
		(void)error_set(err, ERROR_NOMEM, "no memory to list %zu facts", facts->count);
		return NULL;
	}
	for (size_t k = 0; k < facts->count; k++) {
		if (facts->item[k].kind == kind)
			out[(*n)++] = &facts->item[k];
	}
	return out;
}

/* Names in a line, the first few of many. */
struct names {
	const struct inspect_show *show;
	char text[FIELD_SIZE];
	size_t len, count;
};

static void add_name(struct names *n, const char *name, const char *detail)
{
	char shown[256], more[128], item[512];

	if (n->count++ >= NAMES_SHOWN && n->show->rows)
		return;
	(void)terminal_escape(&n->show->inv->screen, name, shown, sizeof(shown));
	(void)terminal_escape(&n->show->inv->screen, detail, more, sizeof(more));
	(void)snprintf(item, sizeof(item), "%s%s%s", shown, detail[0] ? " " : "", more);
	for (char *space = item; (space = strchr(space, ' '));)
		*space = INSPECT_NO_BREAK;
	if (n->len + strlen(item) + 2 < sizeof(n->text))
		n->len += (size_t)snprintf(n->text + n->len, sizeof(n->text) - n->len, "%s%s",
					   n->len ? ", " : "", item);
}

static void add_count(struct names *n, uint64_t count, const char *what)
{
	char number[NUMBER_TEXT_SIZE];

	add_name(n, number_format(count, number), what);
}

static void put_names(struct names *n, const char *label)
{
	char all[FIELD_SIZE + 64];

	if (!n->count)
		return;
	if (n->count > NAMES_SHOWN && n->show->rows)
		(void)snprintf(all, sizeof(all), "%s, and %zu more", n->text,
			       n->count - NAMES_SHOWN);
	else
		(void)snprintf(all, sizeof(all), "%s", n->text);
	inspect_field(n->show, label, all);
}

static bool of_whole_broker(const struct fact *f)
{
	return !f->scope[0] && (strcmp(f->name, "users") == 0 || strcmp(f->name, "vhosts") == 0 ||
				strcmp(f->name, "global_parameters") == 0);
}

static int show_broker(const struct inspect_show *show, const struct facts *facts,
		       struct error *err)
{
	size_t n, of_vhosts = 0;
	const struct fact **fact = inspect_facts_of(facts, FACT_BROKER_OBJECTS, &n, err);
	struct names whole = { .show = show };
	int rc = 0;

	if (!fact)
		return -1;
	for (size_t k = 0; k < n; k++) {
		if (of_whole_broker(fact[k]))
			add_count(&whole, fact[k]->count, fact[k]->name);
		else
			fact[of_vhosts++] = fact[k];
	}
	put_names(&whole, "broker");
	if (n)
		inspect_field(show, "messages", "none: definitions hold no messages");
	if (of_vhosts)
		rc = inspect_show_vhosts(show, fact, of_vhosts, err);
	free(fact);
	return rc;
}

/* The kinds of objects, the most frequent first. */
static int show_schema(const struct inspect_show *show, const struct facts *facts,
		       struct error *err)
{
	size_t n;
	const struct fact **fact = inspect_facts_of(facts, FACT_SCHEMA_OBJECTS, &n, err);
	struct names kinds = { .show = show };

	if (!fact)
		return -1;
	qsort(fact, n, sizeof(const struct fact *), inspect_larger_first);
	for (size_t k = 0; k < n; k++)
		add_count(&kinds, fact[k]->count, fact[k]->name);
	put_names(&kinds, "schema");
	free(fact);
	return 0;
}

/* What is not a table of its own: one line for each kind. */
static void show_others(const struct inspect_show *show, const struct facts *facts)
{
	struct names of[FACT_KIND_COUNT];
	size_t sequences = 0;
	char text[160], number[NUMBER_TEXT_SIZE], size[QUANTITY_TEXT_SIZE];

	for (int kind = 0; kind < FACT_KIND_COUNT; kind++)
		of[kind] = (struct names){ .show = show };
	for (size_t k = 0; k < facts->count; k++) {
		const struct fact *f = &facts->item[k];

		if (f->kind == FACT_EXTENSION)
			add_name(&of[f->kind], f->name, f->value);
		else if (f->kind == FACT_ROLE)
			add_name(&of[f->kind], f->name, "");
		else if (f->kind == FACT_SEQUENCE)
			sequences++;
		if (f->kind != FACT_LARGE_OBJECTS || !(f->known & MEASURE_COUNT) || !f->count)
			continue;
		(void)snprintf(
			text, sizeof(text), "%s large objects%s%s", number_format(f->count, number),
			f->known & MEASURE_BYTES ? ", " : "",
			f->known & MEASURE_BYTES ? quantity_format_size(f->bytes, size) : "");
		inspect_field(show, "blobs", text);
	}
	put_names(&of[FACT_EXTENSION], "extensions");
	put_names(&of[FACT_ROLE], "roles");
	if (sequences)
		inspect_field(show, "sequences", number_format(sequences, number));
}

int inspect_show_holds(const struct inspect_show *show, const struct reading *r, struct error *err)
{
	if (show_schema(show, &r->facts, err) < 0)
		return -1;
	show_others(show, &r->facts);
	if (show_broker(show, &r->facts, err) < 0 ||
	    inspect_show_tables(show, &r->facts, err) < 0 ||
	    inspect_show_keys(show, &r->facts, err) < 0)
		return -1;
	return inspect_show_largest(show, &r->largest, err);
}
