/* SPDX-License-Identifier: Apache-2.0 */
/* Differences between the definitions of two archives as checks. */
#include <stdio.h>
#include <string.h>

#include "component/postgres/prove_schema.intern.h"
#include "model/quote.h"

struct reporting {
	struct proof_defects *defects; /* NULL: count only */
	bool identities_only;
	struct schema_outcome *out;
	struct error *err;
};

enum { LINE_SIZE = 160 };

/* TABLE "public"."t" */
static char *object_name(const struct pg_object *o, char out[PROOF_NAME_SIZE])
{
	char kind[40], schema[60], tag[80];

	(void)quote_text(o->kind, kind, sizeof(kind));
	(void)quote_text(o->schema, schema, sizeof(schema));
	(void)quote_text(o->tag, tag, sizeof(tag));
	if (*o->schema)
		(void)snprintf(out, PROOF_NAME_SIZE, "%s \"%s\".\"%s\"", kind, schema, tag);
	else
		(void)snprintf(out, PROOF_NAME_SIZE, "%s \"%s\"", kind, tag);
	return out;
}

/* The first lines of two texts that differ, each on its own ("" past its end). */
static void first_difference(const char *a, const char *b, char line_a[LINE_SIZE],
			     char line_b[LINE_SIZE])
{
	size_t begin = 0;

	for (size_t i = 0; a[i] && a[i] == b[i]; i++) {
		if (a[i] == '\n')
			begin = i + 1;
	}
	(void)quote_bytes((struct span){ (const uint8_t *)a + begin, strcspn(a + begin, "\n") },
			  line_a, LINE_SIZE);
	(void)quote_bytes((struct span){ (const uint8_t *)b + begin, strcspn(b + begin, "\n") },
			  line_b, LINE_SIZE);
}

static int report_changed(struct proof_defects *d, const struct pg_object *a,
			  const struct pg_object *b, struct check base, struct error *err)
{
	char line_a[LINE_SIZE], line_b[LINE_SIZE];
	const char *what = "definition";

	first_difference(a->definition, b->definition, line_a, line_b);
	if (strcmp(a->definition, b->definition) == 0) {
		bool is_tablespace = strcmp(a->tablespace, b->tablespace) != 0;

		what = is_tablespace ? "tablespace" : "access method";
		(void)quote_text(is_tablespace ? a->tablespace : a->access_method, line_a,
				 LINE_SIZE);
		(void)quote_text(is_tablespace ? b->tablespace : b->access_method, line_b,
				 LINE_SIZE);
	}
	base.expected = line_a;
	base.found = line_b;
	return proof_defect(d, base, err,
			    "%s came back with another %s: in the backup '%s', here '%s'",
			    base.subject, what, line_a, line_b);
}

static int report_owner(struct proof_defects *d, const struct pg_object *a,
			const struct pg_object *b, struct check base, struct error *err)
{
	char owner_a[LINE_SIZE], owner_b[LINE_SIZE];

	base.expected = quote_text(a->owner, owner_a, sizeof(owner_a));
	base.found = quote_text(b->owner, owner_b, sizeof(owner_b));
	return proof_defect(d, base, err, "%s belongs to \"%s\" here and to \"%s\" in the backup",
			    base.subject, owner_b, owner_a);
}

static int report_defect(struct proof_defects *d, const struct pg_object_difference *diff,
			 struct error *err)
{
	const struct pg_object *o = diff->expected ? diff->expected : diff->found;
	char name[PROOF_NAME_SIZE];
	struct check base = { .verdict = VERDICT_FAIL, .subject = object_name(o, name) };

	switch (diff->change) {
	case PG_OBJECT_MISSING:
		base.expected = "present";
		base.found = "absent";
		return proof_defect(d, base, err, "%s is in the backup and did not come back",
				    name);
	case PG_OBJECT_ADDED:
		base.expected = "absent";
		base.found = "present";
		return proof_defect(d, base, err, "%s is here, but not in the backup", name);
	case PG_OBJECT_OWNER:
		return report_owner(d, diff->expected, diff->found, base, err);
	case PG_OBJECT_CHANGED:
	case PG_OBJECT_RESPELT:
		break;
	}
	return report_changed(d, diff->expected, diff->found, base, err);
}

/* Each database has it from its beginning; pg_dump tells of one that was made again. */
static bool is_plpgsql(const struct pg_object *o)
{
	return strcmp(o->tag, "plpgsql") == 0 || strcmp(o->tag, "EXTENSION plpgsql") == 0;
}

/* What every version of PostgreSQL has from its beginning, each in its own way. */
static bool is_builtin(const struct pg_object *o)
{
	return strcmp(o->tag, "public") == 0 || strcmp(o->tag, "SCHEMA public") == 0 ||
	       is_plpgsql(o);
}

/* Whose owner is that of the table or object that it is about, and is told with that. */
static bool belongs_to_another(const char *kind)
{
	static const char *const kinds[] = {
		"ACL",          "CHECK CONSTRAINT",  "COMMENT", "CONSTRAINT",
		"DEFAULT",      "FK CONSTRAINT",     "INDEX",   "INDEX ATTACH",
		"POLICY",       "ROW SECURITY",      "RULE",    "SECURITY LABEL",
		"TABLE ATTACH", "SEQUENCE OWNED BY", "TRIGGER",
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (strcmp(kind, kinds[i]) == 0)
			return true;
	}
	return false;
}

static int on_difference(void *cookie, const struct pg_object_difference *d)
{
	struct reporting *r = cookie;

	if (d->change == PG_OBJECT_RESPELT ||
	    (r->identities_only && d->change == PG_OBJECT_CHANGED)) {
		r->out->respelt += d->change == PG_OBJECT_RESPELT;
		r->out->otherwise += d->change == PG_OBJECT_CHANGED;
		return 0;
	}
	if (d->change == PG_OBJECT_OWNER && belongs_to_another(d->expected->kind))
		return 0;
	if (d->change == PG_OBJECT_MISSING && is_plpgsql(d->expected))
		return 0;
	if (r->identities_only && is_builtin(d->expected ? d->expected : d->found))
		return 0;
	r->out->differences++;
	return r->defects ? report_defect(r->defects, d, r->err) : 0;
}

int schema_compare(struct pg_objects *backup, struct pg_objects *restored, bool identities_only,
		   struct proof_defects *defects, struct schema_outcome *out, struct error *err)
{
	struct reporting r = { defects, identities_only, out, err };

	*out = (struct schema_outcome){ 0 };
	return pg_objects_compare(backup, restored, on_difference, &r);
}

/* "12 TABLE, 3 INDEX, …": the objects are sorted by kind. */
static int count_kinds(const struct pg_objects *o, struct buf *out)
{
	char kind[40];

	for (size_t i = 0, n; i < o->count; i += n) {
		for (n = 1; i + n < o->count && strcmp(o->item[i].kind, o->item[i + n].kind) == 0;)
			n++;
		if (buf_printf(out, "%s%zu %s", out->len ? ", " : "", n,
			       quote_text(o->item[i].kind, kind, sizeof(kind))) < 0)
			return -1;
	}
	return 0;
}

int schema_report_equal(struct proof *p, const struct pg_objects *backup,
			const struct schema_outcome *outcome, struct error *err)
{
	CLEANUP(buf_release)
	struct buf kinds = { 0 };
	struct check base = { .verdict = VERDICT_PASS };
	char spelt[100] = "";

	if (count_kinds(backup, &kinds) < 0)
		return proof_no_memory(err);
	if (outcome->respelt)
		(void)snprintf(spelt, sizeof(spelt),
			       " (%zu printed with other casts or parentheses)", outcome->respelt);
	base.expected = base.found = kinds.ptr;
	return proof_add(p, CHECK_SCHEMA, base, err,
			 "%zu schema objects came back with their owners and definitions%s: %.900s",
			 backup->count, spelt, kinds.ptr ? kinds.ptr : "");
}
