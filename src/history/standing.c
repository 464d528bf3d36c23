/* SPDX-License-Identifier: Apache-2.0 */
#include "history/standing.h"

#include <stdlib.h>
#include <string.h>

#include "history/proven.h"
#include "history/store.h"

/* Checks whose failure makes a set one that nobody would restore: of what it holds, wherever it lies. */
#define OF_CONTENT                                                                                 \
	"'restored', 'proven', 'schema', 'constraints', 'indexes', 'analyze', 'round-trip'"
/* Of the files of one place. */
#define OF_FILES                                                                                   \
	"'size', 'hash', 'compression', 'format', 'facts', 'complete', 'readable', " OF_CONTENT

#define LOOKS_CHECK                                                                                \
	" FROM event c WHERE c.run = l.run AND c.component = l.component AND c.type = 'check' "    \
	"AND "

/*
 * Each look at a component's part of a set, by part, the oldest first; `ours`: at the place that is
 * asked for; `cut`: the run had no end of its own. What is of the run is asked once, not for each of
 * its looks.
 */
static const char looks_sql[] =
	"WITH r AS MATERIALIZED ("
	"  SELECT s.run, s.kind, s.at,"
	"    ?1 = EXISTS (SELECT 1 FROM event n WHERE n.run = s.run AND n.type = 'note'"
	"      AND n.subject = '" RUN_NOTE_OFFSITE "' AND n.message = 'yes') AS ours,"
	"    EXISTS (SELECT 1 FROM event c WHERE c.run = s.run AND c.type = 'check'"
	"      AND " PROVEN_OF_COURSE " AND c.verdict IN ('fail', 'error') AND" STORE_STANDS
	") AS cut"
	"  FROM event s JOIN event f ON f.run = s.run AND f.type = 'run-finished'"
	"  WHERE s.type = 'run-started' AND s.kind IN"
	"    ('verify', 'verify-set', 'verify-offsite', " PROVEN_KINDS ")"
	"    AND s.at >= ?2 AND" STORE_HAS_COME "),"
	" l AS (SELECT r.*, e.component, e.found AS backup_set FROM r"
	"  JOIN event e ON e.run = r.run AND e.type = 'check' AND e.name = 'exists'"
	"    AND e.verdict = 'pass' AND e.component IS NOT NULL)"
	" SELECT l.component, l.backup_set, l.run, l.kind,"
	"  (SELECT c.name" LOOKS_CHECK "c.verdict = 'fail' AND c.name IN (" OF_CONTENT
	") AND" STORE_STANDS "    ORDER BY c.seq LIMIT 1),"
	"  iif(l.ours, (SELECT c.name" LOOKS_CHECK "c.verdict = 'fail' AND c.name IN (" OF_FILES
	") AND" STORE_STANDS "    ORDER BY c.seq LIMIT 1), NULL),"
	"  l.ours AND EXISTS (SELECT 1" LOOKS_CHECK PROVEN_BY "),"
	"  l.ours AND EXISTS (SELECT 1" LOOKS_CHECK "c.name = 'format' AND " PROVEN_HOLDS "),"
	"  l.cut OR EXISTS (SELECT 1" LOOKS_CHECK "c.name IN (" OF_FILES ") AND " PROVEN_UNTOLD
	" AND" STORE_STANDS ")"
	" FROM l ORDER BY l.component, l.backup_set, l.at, l.run";

struct look {
	const char *component, *set, *run, *kind;
	const char *bad; /* the check that failed; "": none did */
	bool proven, sound, unsure;
};

static int compare(const struct standing *s, const char *component, const char *set)
{
	int by_component = strcmp(s->component, component);

	return by_component ? by_component : strcmp(s->set, set);
}

const struct standing *standings_find(const struct standings *s, const char *component,
				      const char *set)
{
	size_t from = 0, to = s->count;

	while (from < to) {
		size_t middle = from + (to - from) / 2;
		int order = compare(&s->item[middle], component, set);

		if (order == 0)
			return &s->item[middle];
		if (order < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return NULL;
}

void standings_release(struct standings *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->item[i].component);
	free(s->item);
	*s = (struct standings){ 0 };
}

/* What is known of the same part; looks come by part, so that it is the last one. */
static struct standing *known(const struct standings *out, const struct look *l)
{
	struct standing *last = out->count ? &out->item[out->count - 1] : NULL;

	return last && compare(last, l->component, l->set) == 0 ? last : NULL;
}

static struct standing *add(struct standings *out, const struct look *l)
{
	void *items = out->item;
	struct standing *slot = store_slot(&items, out->count, sizeof(*slot));

	out->item = items;
	if (!slot)
		return NULL;
	*slot = (struct standing){ .component = strdup(l->component) };
	if (!slot->component)
		return NULL;
	(void)snprintf(slot->set, sizeof(slot->set), "%s", l->set);
	out->count++;
	return slot;
}

static enum set_standing found(const struct look *l)
{
	if (l->bad[0])
		return SET_BAD;
	if (l->unsure)
		return SET_UNKNOWN;
	return l->proven ? SET_PROVEN : l->sound ? SET_SOUND : SET_UNKNOWN;
}

/* What a verification cannot know better than the restore that was before it. */
static bool keeps(const struct standing *s, enum set_standing now)
{
	bool of_restore = strncmp(s->kind, "verify", 6) != 0;

	return now == SET_UNKNOWN || (now == SET_SOUND && s->standing != SET_UNKNOWN && of_restore);
}

static int weigh(struct standings *out, const struct look *l, struct error *err)
{
	struct standing *s = known(out, l);
	enum set_standing now = found(l);

	if (!s)
		s = add(out, l);
	if (!s)
		return error_set(err, ERROR_NOMEM, "history: no memory for what is known of sets");
	if (keeps(s, now))
		return 0;
	s->standing = now;
	(void)snprintf(s->run, sizeof(s->run), "%s", l->run);
	(void)snprintf(s->kind, sizeof(s->kind), "%s", l->kind);
	(void)snprintf(s->check, sizeof(s->check), "%s", l->bad);
	return 0;
}

static struct look read_look(sqlite3_stmt *s)
{
	const char *content = store_text(s, 4);

	return (struct look){ .component = store_text(s, 0),
			      .set = store_text(s, 1),
			      .run = store_text(s, 2),
			      .kind = store_text(s, 3),
			      .bad = content[0] ? content : store_text(s, 5),
			      .proven = sqlite3_column_int(s, 6),
			      .sound = sqlite3_column_int(s, 7),
			      .unsure = sqlite3_column_int(s, 8) };
}

static int take_look(sqlite3_stmt *s, void *out, struct error *err)
{
	const struct look l = read_look(s);

	return weigh(out, &l, err);
}

int history_standings(struct history *h, const struct standings_question *q, struct standings *out,
		      struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int rc;

	*out = (struct standings){ 0 };
	if (store_prepare(h, looks_sql, &s, err) < 0 ||
	    store_bind_int(h, s, 1, q->offsite, err) < 0 ||
	    store_bind_int(h, s, 2, q->since_ns, err) < 0)
		return -1;
	rc = store_each_row(h, s, take_look, out, err);
	if (rc < 0)
		standings_release(out);
	return rc;
}
