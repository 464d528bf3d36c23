/* SPDX-License-Identifier: Apache-2.0 */
/* The journal as a sink of events: one row per event, facts in tables of their own. */
#include "history/store.h"

#include "base/host.h"

static const char append_sql[] = "INSERT INTO event ("
#define X(id, column) #column ","
	EVENT_COLUMNS(X)
#undef X
		"seq) VALUES ("
#define X(id, column) "?,"
	EVENT_COLUMNS(X)
#undef X
		"NULL)";

/* One row to be written; texts are borrowed from the event, or kept while it waits. */
struct event_row {
	const char *text[EVENT_COLUMN_COUNT];
	int64_t number[EVENT_COLUMN_COUNT];
};

static bool is_number(enum event_column column)
{
	return column == COLUMN_AT || column == COLUMN_DURATION || column == COLUMN_REQUIRED;
}

static void fill_check(struct event_row *row, const struct check *c)
{
	row->text[COLUMN_COMPONENT] = c->component;
	row->text[COLUMN_NAME] = c->name;
	row->text[COLUMN_SUBJECT] = c->subject;
	row->text[COLUMN_VERDICT] = verdict_name(c->verdict);
	row->text[COLUMN_EXPECTED] = c->expected;
	row->text[COLUMN_FOUND] = c->found;
	row->text[COLUMN_MESSAGE] = c->message;
	row->text[COLUMN_HINT] = c->hint;
	row->number[COLUMN_REQUIRED] = c->required;
}

static void fill(struct event_row *row, const struct event *e, const char *host)
{
	row->number[COLUMN_AT] = e->at_ns;
	row->number[COLUMN_DURATION] = e->duration_ns;
	row->text[COLUMN_RUN] = e->run;
	row->text[COLUMN_TYPE] = event_type_id(e->type);
	row->text[COLUMN_STEP] = e->step;
	row->text[COLUMN_COMPONENT] = e->component;
	row->text[COLUMN_SUBJECT] = e->subject;
	row->text[COLUMN_BACKUP_SET] = e->set;
	row->text[COLUMN_MESSAGE] = e->text;
	switch (e->type) {
	case EVENT_RUN_STARTED:
		row->text[COLUMN_KIND] = e->kind;
		row->text[COLUMN_PLATFORM] = e->platform;
		row->text[COLUMN_HOST] = host;
		row->text[COLUMN_VERSION] = MUSTER_VERSION;
		row->text[COLUMN_COMMAND] = e->subject;
		row->text[COLUMN_SUBJECT] = NULL;
		break;
	case EVENT_CHECK:
		fill_check(row, e->check);
		break;
	case EVENT_FACTS:
		row->text[COLUMN_NAME] = e->part;
		break;
	case EVENT_STEP_FINISHED:
	case EVENT_RUN_FINISHED:
		row->text[COLUMN_VERDICT] = verdict_name(e->verdict);
		break;
	default:
		break;
	}
}

static int append_row(struct history *h, const struct event_row *row, struct error *err)
{
	sqlite3_stmt *s;
	int rc;

	if (!h->append && store_prepare(h, append_sql, &h->append, err) < 0)
		return -1;
	s = h->append;
	for (int i = 0; i < EVENT_COLUMN_COUNT; i++) {
		if (is_number((enum event_column)i))
			rc = store_bind_int(h, s, i + 1, row->number[i], err);
		else
			rc = store_bind_text(h, s, i + 1, row->text[i], err);
		if (rc < 0)
			return -1;
	}
	rc = store_step(h, s, err);
	(void)sqlite3_reset(s);
	(void)sqlite3_clear_bindings(s);
	return rc < 0 ? -1 : 0;
}

/* Unlike store_bind_text(), keeps "" as it is: these columns are part of keys. */
static bool bind_key(sqlite3_stmt *s, int index, const char *text)
{
	return sqlite3_bind_text(s, index, text ? text : "", -1, SQLITE_STATIC) == SQLITE_OK;
}

static int append_reading(struct history *h, const struct event *e, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h,
			  "INSERT INTO file_reading (id, run, at, component, part, database,"
			  " backup_set, size, side) VALUES (?,?,?,?,?,?,?,?,?)",
			  &s, err) < 0)
		return -1;
	if (sqlite3_bind_int64(s, 1, sqlite3_last_insert_rowid(h->db)) != SQLITE_OK ||
	    !bind_key(s, 2, e->run) || sqlite3_bind_int64(s, 3, e->at_ns) != SQLITE_OK ||
	    !bind_key(s, 4, e->component) || !bind_key(s, 5, e->part) ||
	    !bind_key(s, 6, e->database) || !bind_key(s, 7, e->set) ||
	    sqlite3_bind_int64(s, 8, (int64_t)e->done) != SQLITE_OK ||
	    !bind_key(s, 9, facts_side_name(e->facts->side)))
		return store_error(h, err, "bind");
	return store_step(h, s, err);
}

/* Unsigned numbers keep their 64 bits in SQLite's signed ones. */
static bool bind_measure(sqlite3_stmt *s, int index, const struct fact *f,
			 enum fact_measure measure, uint64_t value)
{
	if (!(f->known & (unsigned)measure))
		return sqlite3_bind_null(s, index) == SQLITE_OK;
	return sqlite3_bind_int64(s, index, (int64_t)value) == SQLITE_OK;
}

static int append_fact(struct history *h, sqlite3_stmt *s, const struct fact *f, struct error *err)
{
	char fingerprint[FINGERPRINT_TEXT_SIZE];
	bool has_content = f->known & MEASURE_FINGERPRINT, has_value = f->known & MEASURE_VALUE;
	int rc;

	if (!bind_key(s, 2, fact_kind_words(f->kind)->array) || !bind_key(s, 3, f->scope) ||
	    !bind_key(s, 4, f->name) || sqlite3_bind_int64(s, 5, f->known) != SQLITE_OK ||
	    !bind_measure(s, 6, f, MEASURE_COUNT, f->count) ||
	    !bind_measure(s, 7, f, MEASURE_BYTES, f->bytes) ||
	    !bind_measure(s, 8, f, MEASURE_EXPIRES, f->expires) ||
	    sqlite3_bind_text(s, 9,
			      has_content ? fingerprint_format(f->fingerprint, fingerprint) : NULL,
			      -1, SQLITE_TRANSIENT) != SQLITE_OK ||
	    sqlite3_bind_text(s, 10, has_value ? f->value : NULL, -1, SQLITE_STATIC) != SQLITE_OK)
		return store_error(h, err, "bind");
	rc = store_step(h, s, err);
	(void)sqlite3_reset(s);
	return rc;
}

static int append_facts(struct history *h, const struct event *e, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;
	int64_t reading = sqlite3_last_insert_rowid(h->db);

	if (append_reading(h, e, err) < 0)
		return -1;
	/* a hostile file may name a table twice: the first stands, its reader has a finding */
	if (store_prepare(h, "INSERT OR IGNORE INTO fact VALUES (?,?,?,?,?,?,?,?,?,?)", &s, err) <
		    0 ||
	    store_bind_int(h, s, 1, reading, err) < 0)
		return -1;
	for (size_t i = 0; i < e->facts->count; i++) {
		if (append_fact(h, s, &e->facts->item[i], err) < 0)
			return -1;
	}
	return 0;
}

static bool may_wait(const struct event *e)
{
	return e->type == EVENT_CHECK && e->check->verdict <= VERDICT_PASS;
}

/* Which components a run is about is known from what it has to itself when it begins. */
static int append_components(struct history *h, const char *run, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *s = NULL;

	if (store_prepare(h, "INSERT INTO run_component (run, component) VALUES (?,?)", &s, err) <
	    0)
		return -1;
	for (size_t i = 0; i < h->lock_count; i++) {
		if (h->lock[i].of_kind || !*h->lock[i].name)
			continue;
		if (store_bind_text(h, s, 1, run, err) < 0 ||
		    store_bind_text(h, s, 2, h->lock[i].name, err) < 0 || store_step(h, s, err) < 0)
			return -1;
		(void)sqlite3_reset(s);
	}
	return 0;
}

static int append_event(struct history *h, const struct event *e, struct error *err)
{
	struct event_row row = { .text = { NULL } };
	char host[HOST_NAME_SIZE];

	fill(&row, e, e->type == EVENT_RUN_STARTED ? host_name(host) : NULL);
	if (append_row(h, &row, err) < 0)
		return -1;
	if (e->type == EVENT_RUN_STARTED)
		return append_components(h, e->run, err);
	return e->type == EVENT_FACTS ? append_facts(h, e, err) : 0;
}

static bool grow_waiting(struct history *h)
{
	size_t wanted = h->waiting_capacity ? h->waiting_capacity * 2 : 16;
	struct event_row *grown;

	if (h->waiting_count < h->waiting_capacity)
		return true;
	grown = realloc(h->waiting, wanted * sizeof(*grown));
	if (!grown)
		return false;
	h->waiting = grown;
	h->waiting_capacity = wanted;
	return true;
}

/* In memory, not in an open transaction: other runs' writers would have to wait for its end. */
static int let_wait(struct history *h, const struct event *e, struct error *err)
{
	struct event_row row = { .text = { NULL } };
	bool failed = !grow_waiting(h);

	fill(&row, e, NULL);
	for (size_t i = 0; i < EVENT_COLUMN_COUNT; i++) {
		if (!row.text[i])
			continue;
		row.text[i] = arena_strdup(&h->waiting_texts, row.text[i]);
		failed |= !row.text[i];
	}
	if (failed)
		return error_set(err, ERROR_NOMEM, "history: no memory for a check");
	h->waiting[h->waiting_count++] = row;
	return 0;
}

static int append_waiting(struct history *h, struct error *err)
{
	for (size_t i = 0; i < h->waiting_count; i++) {
		if (append_row(h, &h->waiting[i], err) < 0)
			return -1;
	}
	return 0;
}

/* What waits, then `e` (NULL: nothing more), as one transaction unless we are in one. */
static int write_out(struct history *h, const struct event *e, struct error *err)
{
	bool alone = !h->in_transaction;
	int rc;

	if (alone && history_begin(h, err) < 0)
		return -1;
	rc = append_waiting(h, err);
	if (rc == 0 && e)
		rc = append_event(h, e, err);
	if (alone)
		rc = history_end(h, rc, err);
	if (rc < 0)
		return -1;
	h->waiting_count = 0;
	arena_release(&h->waiting_texts);
	return 0;
}

int sink_flush(struct history *h, struct error *err)
{
	return h->waiting_count ? write_out(h, NULL, err) : 0;
}

static int receive(struct event_sink *self, const struct event *e, struct error *err)
{
	struct history *h = (struct history *)(void *)self;
	int rc;

	_Static_assert(offsetof(struct history, sink) == 0, "the sink is the history's head");
	if (e->type == EVENT_PROGRESS)
		return 0;
	rc = may_wait(e) ? let_wait(h, e, err) : write_out(h, e, err);
	return rc < 0 ? error_context(err, "record %s", event_type_id(e->type)) : 0;
}

struct event_sink *history_sink(struct history *h)
{
	h->sink.receive = receive;
	return &h->sink;
}
