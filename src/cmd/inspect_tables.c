/* SPDX-License-Identifier: Apache-2.0 */
/* What a backup holds, in tables: its tables by size, its keys by type, broker objects by vhost. */
#include <stdlib.h>
#include <string.h>

#include "cmd/inspect_holds.intern.h"
#include "cmd/listing.h"

enum { BAR_WIDTH = 20, BAR_FROM = 100 };

/* "schema.name", for a cell. */
static void name_cell(struct listing *l, const char *scope, const char *name)
{
	char *whole;

	if (!scope[0] || !name[0]) {
		listing_text(l, scope[0] ? scope : name);
		return;
	}
	whole = arena_printf(&l->arena, "%s.%s", scope, name);
	if (whole)
		listing_text(l, whole);
	else
		l->no_memory = true;
}

static void share_cell(struct listing *l, bool known, uint64_t part, uint64_t whole)
{
	double share = whole ? (double)part / (double)whole * 100 : 0;

	if (!known || !whole)
		listing_text(l, "");
	else if (part && share < 0.5)
		listing_text(l, "<1%");
	else
		listing_format(l, "%.0f%%", share);
}

static void bar_cell(struct listing *l, uint64_t part, uint64_t largest)
{
	const char *block = l->terminal->utf8 ? "\u2588" : "#";
	char bar[BAR_WIDTH * 4 + 1] = "";
	double length = largest ? (double)part / (double)largest * BAR_WIDTH : 0;

	for (int k = 0; k < (int)(length + 0.5); k++)
		(void)strcat(bar, block);
	listing_format(l, "%s", bar);
}

struct total {
	uint64_t count, bytes, expires;
	bool count_known, bytes_known;
};

static struct total total_of(const struct fact *const *fact, size_t n)
{
	struct total t = { .count_known = true, .bytes_known = true };

	for (size_t k = 0; k < n; k++) {
		t.count += fact[k]->count;
		t.bytes += fact[k]->bytes;
		t.expires += fact[k]->expires;
		t.count_known &= (fact[k]->known & MEASURE_COUNT) != 0;
		t.bytes_known &= (fact[k]->known & MEASURE_BYTES) != 0;
	}
	return t;
}

/* The columns all tables of sizes end with. */
static void table_row(struct listing *l, const char *scope, const char *name, struct total t,
		      uint64_t all, uint64_t largest)
{
	name_cell(l, scope, name);
	listing_number(l, t.count_known, t.count);
	listing_size(l, t.bytes_known, t.bytes);
	share_cell(l, t.bytes_known, t.bytes, all);
	if (l->columns > 4)
		bar_cell(l, t.bytes, largest);
}

static struct listing open_listing(const struct inspect_show *show,
				   const struct listing_column *column, size_t columns)
{
	(void)fputc('\n', show->inv->out);
	return (struct listing){
		.terminal = &show->inv->screen, .column = column, .columns = columns, .indent = 2
	};
}

static int close_listing(struct listing *l, struct error *err)
{
	int rc = listing_print(l, err);

	listing_release(l);
	return rc;
}

int inspect_show_tables(const struct inspect_show *show, const struct facts *facts,
			struct error *err)
{
	static const struct listing_column columns[] = {
		{ .title = "table", .gives_width = true },
		{ .title = "rows", .right = true },
		{ .title = "bytes", .right = true },
		{ .title = "share", .right = true, .spare = 1 },
		{ .title = "", .spare = 2 }
	};
	const struct terminal *t = &show->inv->screen;
	size_t n, shown;
	const struct fact **fact = inspect_facts_of(facts, FACT_TABLE, &n, err);
	struct listing l;
	struct total all;
	int rc;

	if (!fact || !n) {
		free(fact);
		return fact ? 0 : -1;
	}
	qsort(fact, n, sizeof(const struct fact *), inspect_larger_first);
	all = total_of(fact, n);
	/* a line for "1 more" could as well be that one's */
	shown = show->rows && n > show->rows + 1 ? show->rows : n;
	l = open_listing(show, columns, t->is_tty && t->width >= BAR_FROM ? 5 : 4);
	for (size_t k = 0; k < shown; k++)
		table_row(&l, fact[k]->scope, fact[k]->name, total_of(&fact[k], 1), all.bytes,
			  fact[0]->bytes);
	if (shown < n) {
		char more[80];

		(void)snprintf(more, sizeof(more), "and %zu smaller (--tables)", n - shown);
		table_row(&l, "", more, total_of(&fact[shown], n - shown), all.bytes, 0);
	}
	if (n > 1) {
		char sum[40];

		(void)snprintf(sum, sizeof(sum), "all %zu tables", n);
		table_row(&l, "", sum, all, 0, 0);
	}
	rc = close_listing(&l, err);
	free(fact);
	return rc;
}

static void key_row(struct listing *l, const char *database, const char *type, struct total t,
		    uint64_t all)
{
	listing_text(l, database);
	listing_text(l, type);
	listing_number(l, t.count_known, t.count);
	listing_number(l, true, t.expires);
	listing_size(l, t.bytes_known, t.bytes);
	share_cell(l, t.bytes_known, t.bytes, all);
}

int inspect_show_keys(const struct inspect_show *show, const struct facts *facts, struct error *err)
{
	static const struct listing_column columns[] = {
		{ .title = "database" },
		{ .title = "type", .gives_width = true },
		{ .title = "keys", .right = true },
		{ .title = "expiring", .right = true },
		{ .title = "bytes", .right = true },
		{ .title = "share", .right = true, .spare = 1 },
	};
	size_t n;
	const struct fact **fact = inspect_facts_of(facts, FACT_KEYSPACE, &n, err);
	struct listing l;
	struct total all;
	int rc;

	if (!fact || !n) {
		free(fact);
		return fact ? 0 : -1;
	}
	all = total_of(fact, n);
	l = open_listing(show, columns, 6);
	for (size_t k = 0; k < n; k++)
		key_row(&l, fact[k]->scope, fact[k]->name, total_of(&fact[k], 1),
			all.bytes_known ? all.bytes : 0);
	if (n > 1)
		key_row(&l, "all", "", all, 0);
	rc = close_listing(&l, err);
	free(fact);
	return rc;
}

int inspect_show_largest(const struct inspect_show *show, const struct outline *largest,
			 struct error *err)
{
	static const struct listing_column columns[] = {
		{ .title = "largest keys", .gives_width = true },
		{ .title = "database" },
		{ .title = "type" },
		{ .title = "elements", .right = true },
		{ .title = "memory, about", .right = true },
	};
	size_t n = show->rows && largest->count > show->rows ? show->rows : largest->count;
	struct listing l;

	if (!n)
		return 0;
	l = open_listing(show, columns, 5);
	for (size_t k = 0; k < n; k++) {
		const struct outline_entry *e = &largest->item[k];

		listing_text(&l, e->name);
		listing_text(&l, e->scope);
		listing_text(&l, e->kind);
		listing_number(&l, e->known & MEASURE_COUNT, e->count);
		listing_size(&l, e->known & MEASURE_BYTES, e->bytes);
	}
	return close_listing(&l, err);
}

/* The types of broker objects that have a column; the others' sum has the last. */
static const char *const broker_columns[] = { "queues", "exchanges", "bindings", "policies",
					      "permissions" };
enum { BROKER_COLUMNS = sizeof(broker_columns) / sizeof(*broker_columns) };

static void vhost_row(struct listing *l, const struct fact *const *fact, size_t n)
{
	uint64_t count[BROKER_COLUMNS + 1] = { 0 };

	for (size_t k = 0; k < n; k++) {
		size_t c = 0;

		while (c < BROKER_COLUMNS && strcmp(broker_columns[c], fact[k]->name) != 0)
			c++;
		count[c] += fact[k]->count;
	}
	listing_text(l, fact[0]->scope);
	for (size_t c = 0; c <= BROKER_COLUMNS; c++)
		listing_number(l, true, count[c]);
}

int inspect_show_vhosts(const struct inspect_show *show, const struct fact *const *fact, size_t n,
			struct error *err)
{
	static const struct listing_column columns[] = {
		{ .title = "vhost", .gives_width = true },
		{ .title = "queues", .right = true },
		{ .title = "exchanges", .right = true },
		{ .title = "bindings", .right = true },
		{ .title = "policies", .right = true },
		{ .title = "permissions", .right = true, .spare = 2 },
		{ .title = "other", .right = true, .spare = 1 },
	};
	struct listing l = open_listing(show, columns, BROKER_COLUMNS + 2);

	for (size_t k = 0, end; k < n; k = end) {
		for (end = k; end < n && strcmp(fact[end]->scope, fact[k]->scope) == 0;)
			end++;
		vhost_row(&l, fact + k, end - k);
	}
	return close_listing(&l, err);
}
