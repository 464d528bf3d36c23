/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether text sorts here as it did at the source. Restored indexes are built anew, so they
 * are sound here; but what was ordered, unique or in a range there may not be so here, and
 * the other way round when data moves back. A dump does not hold collation versions: only
 * notes of the backup's own do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "component/postgres/prove.intern.h"
#include "model/quote.h"

/*
 * The collations that indexes of the user's sort by: name, version here, recorded version,
 * number of indexes. "" is the database's own. C, C.UTF-8 and POSIX sort by bytes.
 */
static const char used_14[] =
	"SELECT CASE WHEN u.coll = 100 THEN '' ELSE c.collname END,"
	" pg_collation_actual_version(c.oid), c.collversion, u.indexes FROM (SELECT l.coll,"
	" count(DISTINCT i.indexrelid) AS indexes FROM pg_index i"
	" CROSS JOIN LATERAL unnest(i.indcollation::oid[]) AS l(coll)"
	" WHERE i.indrelid >= 16384 AND l.coll <> 0 GROUP BY 1) u"
	" JOIN pg_collation c ON c.oid = u.coll"
	" WHERE u.coll = 100 OR coalesce(c.collcollate, '') !~ '^(C$|C[.]|POSIX$)' ORDER BY 1";
static const char used_15[] =
	"SELECT CASE WHEN u.coll = 100 THEN '' ELSE c.collname END,"
	" CASE WHEN u.coll = 100 THEN pg_database_collation_actual_version(d.oid)"
	"  ELSE pg_collation_actual_version(c.oid) END,"
	" CASE WHEN u.coll = 100 THEN d.datcollversion ELSE c.collversion END, u.indexes"
	" FROM (SELECT l.coll, count(DISTINCT i.indexrelid) AS indexes FROM pg_index i"
	" CROSS JOIN LATERAL unnest(i.indcollation::oid[]) AS l(coll)"
	" WHERE i.indrelid >= 16384 AND l.coll <> 0 GROUP BY 1) u"
	" JOIN pg_collation c ON c.oid = u.coll"
	" JOIN pg_database d ON d.datname = current_database()"
	" WHERE u.coll = 100 OR coalesce(c.collcollate, '') !~ '^(C$|C[.]|POSIX$)' ORDER BY 1";

/* What the backup notes of its source: "DATABASE.NAME", or NAME alone; NULL. */
static const char *source_note(const struct proof *p, const char *name)
{
	size_t database = strlen(p->part->database);

	for (size_t i = 0; i < p->job->production_count; i++) {
		const struct restored_note *n = &p->job->production[i];

		if (strcmp(n->name, name) == 0 ||
		    (database && strncmp(n->name, p->part->database, database) == 0 &&
		     n->name[database] == '.' && strcmp(n->name + database + 1, name) == 0))
			return n->value;
	}
	return NULL;
}

static const char *source_version(const struct proof *p, const char *collation)
{
	char name[300];

	(void)snprintf(name, sizeof(name), "collation_version%s%.200s", *collation ? "." : "",
		       collation);
	return source_note(p, name);
}

struct tally {
	unsigned same, unknown, indexes_unknown;
};

static int compare_one(struct proof_defects *d, const PGresult *rows, int i, const char *here,
		       struct tally *tally, struct error *err)
{
	const char *collation = PQgetvalue(rows, i, 0);
	const char *recorded = PQgetvalue(rows, i, 2), *indexes = PQgetvalue(rows, i, 3);
	const char *there = source_version(d->proof, collation);
	char name[PROOF_NAME_SIZE], version[80];
	struct check base = { .verdict = VERDICT_WARN, .found = here };

	/* a version that came with the definition of the collation is the source's as well */
	if (!there && *collation && *recorded && strcmp(recorded, here) != 0)
		there = recorded;
	if (there && strcmp(there, here) == 0) {
		tally->same++;
		return 0;
	}
	if (!there || !*here) {
		tally->unknown++;
		tally->indexes_unknown += (unsigned)strtoul(indexes, NULL, 10);
		return 0;
	}
	base.subject = *collation ? proof_name("", collation, name) : NULL;
	base.expected = quote_text(there, version, sizeof(version));
	base.hint = "rebuild the indexes wherever the data directory itself moves between such "
		    "machines, and look whether unique keys and ranges of text still hold";
	return proof_defect(d, base, err,
			    "the collation %s is of version %s at the source and of %s here; %s "
			    "indexes sort by it",
			    *collation ? name : "of the database", version, here, indexes);
}

/* The locale that the source's database had, and its version on this machine. */
struct own_locale {
	char name[100], version[100];
};

/* The restored database may have been made with another: the backup's note is the better word. */
static int find_own_locale(struct proof *p, struct own_locale *out, struct error *err)
{
	const char *const values[] = { source_note(p, "collate") };
	CLEANUP(cleanup_result)
	PGresult *row = session_exec(
		p->session,
		"SELECT coalesce($1::text, d.datcollate), (SELECT"
		" max(pg_collation_actual_version(c.oid)) FROM pg_collation c"
		" WHERE c.collprovider = 'c' AND c.collcollate = $1) FROM pg_database d"
		" WHERE d.datname = current_database()",
		1, values, 0, err);

	if (!row)
		return -1;
	if (PQresultStatus(row) != PGRES_TUPLES_OK)
		return session_error(p->session, row, "look for the source's locale", err);
	(void)snprintf(out->name, sizeof(out->name), "%s", PQgetvalue(row, 0, 0));
	(void)snprintf(out->version, sizeof(out->version), "%s", PQgetvalue(row, 0, 1));
	return 0;
}

/* C, POSIX and C.UTF-8, which have no version. */
static bool sorts_by_bytes(const char *locale)
{
	return strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0 ||
	       strncmp(locale, "C.", 2) == 0;
}

static int conclude(struct proof *p, const struct tally *t, struct error *err)
{
	if (t->unknown)
		return proof_add(p, CHECK_COLLATIONS, (struct check){ .verdict = VERDICT_SKIPPED },
				 err,
				 "the backup does not tell which versions %u of the collations had "
				 "that its %u text indexes sort by",
				 t->unknown, t->indexes_unknown);
	if (t->same)
		return proof_add(p, CHECK_COLLATIONS, (struct check){ .verdict = VERDICT_PASS },
				 err,
				 "the %u collations that indexes sort by have the versions here "
				 "that they had at the source",
				 t->same);
	return proof_add(p, CHECK_COLLATIONS, (struct check){ .verdict = VERDICT_PASS }, err,
			 "no index sorts by a collation that could differ between machines");
}

int prove_collations(struct proof *p, struct error *err)
{
	struct proof_defects defects = { .proof = p, .id = CHECK_COLLATIONS };
	struct tally tally = { 0 };
	CLEANUP(cleanup_result)
	PGresult *rows = session_query(
		p->session, PQserverVersion(p->session) >= 150000 ? used_15 : used_14, err);
	struct own_locale own;

	if (!rows || find_own_locale(p, &own, err) < 0)
		return -1;
	for (int i = 0; i < PQntuples(rows); i++) {
		bool is_own = !PQgetvalue(rows, i, 0)[0];
		const char *here = is_own && own.version[0] ? own.version : PQgetvalue(rows, i, 1);

		if (is_own && sorts_by_bytes(own.name))
			continue;
		if (compare_one(&defects, rows, i, here, &tally, err) < 0)
			return -1;
	}
	if (defects.count)
		return proof_defects_end(&defects, "collations of other versions", err);
	return conclude(p, &tally, err);
}
