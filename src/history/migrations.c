/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema, as numbered steps. A step that was released is never edited:
 * files out there have taken it. New columns and tables are new steps.
 */
#include "history/store.h"

/* In the file's header, so that another program's database is not taken for ours: "must". */
#define APPLICATION_ID 0x6d757374

/*
 * Kind, step and bucket of a step that finished, in a statement where `s` is its run's start:
 * "restore database" of the component "database" is "restore", "seal 2" is "seal".
 */
#define STEP_KEY(f)                                                                                \
	"coalesce(s.kind, ''), CASE"                                                               \
	"  WHEN substr(" f ".step, -length(" f ".component) - 1) = ' ' || " f ".component"         \
	"    THEN substr(" f ".step, 1, length(" f ".step) - length(" f ".component) - 1)"         \
	"  WHEN rtrim(" f ".step, '0123456789') LIKE '_% '"                                        \
	"    THEN rtrim(rtrim(" f ".step, '0123456789'))"                                          \
	"  ELSE coalesce(" f ".step, '') END,"                                                     \
	" CASE" STEP_BOUND(f, "60") STEP_BOUND(f, "300") STEP_BOUND(f, "900")                      \
		STEP_BOUND(f, "1800") STEP_BOUND(f, "3600") STEP_BOUND(f, "7200")                  \
			STEP_BOUND(f, "14400") " ELSE 0 END"
#define STEP_BOUND(f, seconds)                                                                     \
	" WHEN coalesce(" f ".duration, 0) <= " seconds " * 1000000000 THEN " seconds

static const char *const migrations[] = {
	/* 1 */
	"CREATE TABLE event ("
	"  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  run TEXT NOT NULL,"
	"  at INTEGER NOT NULL," /* wall clock, ns */
	"  type TEXT NOT NULL,"
	"  kind TEXT, step TEXT, component TEXT, name TEXT, subject TEXT, verdict TEXT,"
	"  expected TEXT, found TEXT, message TEXT, hint TEXT, required INTEGER,"
	"  duration INTEGER," /* ns */
	"  backup_set TEXT, platform TEXT, host TEXT, version TEXT, command TEXT) STRICT;"

	"CREATE INDEX event_by_run ON event (run, seq);"
	"CREATE INDEX event_by_component ON event (component, run) WHERE component IS NOT NULL;"
	"CREATE UNIQUE INDEX run_start ON event (run) WHERE type = 'run-started';"
	"CREATE UNIQUE INDEX run_end ON event (run) WHERE type = 'run-finished';"
	"CREATE INDEX run_by_time ON event (at) WHERE type = 'run-started';"
	"CREATE INDEX run_by_kind ON event (kind, at) WHERE type = 'run-started';"

	"CREATE TRIGGER event_no_update BEFORE UPDATE ON event"
	"  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;"
	"CREATE TRIGGER event_no_delete BEFORE DELETE ON event"
	"  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;"

	/* what was read from one backup file; stays for ever, its facts may expire */
	"CREATE TABLE file_reading ("
	"  id INTEGER PRIMARY KEY REFERENCES event (seq),"
	"  run TEXT NOT NULL,"
	"  at INTEGER NOT NULL,"
	"  component TEXT NOT NULL, part TEXT NOT NULL, database TEXT NOT NULL,"
	"  backup_set TEXT NOT NULL,"
	"  size INTEGER NOT NULL,"
	"  side TEXT NOT NULL) STRICT;"
	"CREATE INDEX file_reading_by_part"
	"  ON file_reading (component, part, database, backup_set, id);"
	"CREATE INDEX file_reading_by_time ON file_reading (at);"

	"CREATE TABLE fact ("
	"  reading INTEGER NOT NULL REFERENCES file_reading (id),"
	"  kind TEXT NOT NULL, scope TEXT NOT NULL, name TEXT NOT NULL,"
	"  known INTEGER NOT NULL," /* bits of enum fact_measure */
	"  count INTEGER, bytes INTEGER, expires INTEGER, fingerprint TEXT, value TEXT,"
	"  PRIMARY KEY (reading, kind, scope, name)) STRICT, WITHOUT ROWID;",

	/* 2: alerts, and what is to be told of them */
	"CREATE TABLE alert ("
	"  key TEXT PRIMARY KEY,"
	"  platform TEXT NOT NULL, kind TEXT NOT NULL,"  /* whose runs tell of it */
	"  component TEXT NOT NULL, name TEXT NOT NULL," /* '' = the platform's; the check */
	"  since INTEGER NOT NULL,"                      /* wall clock, ns */
	"  told INTEGER NOT NULL," /* when it was last told, or reminded of; 0: to nobody yet */
	"  event TEXT NOT NULL,"   /* of the notice that told it: failed, error, missed, … */
	"  message TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE outbox ("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  key TEXT NOT NULL,"
	"  receiver TEXT NOT NULL,"
	"  event TEXT NOT NULL,"
	"  document TEXT NOT NULL," /* the notice, JSON */
	"  created INTEGER NOT NULL,"
	"  tried_since INTEGER NOT NULL," /* from when on the time to give up is counted */
	"  due INTEGER NOT NULL,"
	"  attempts INTEGER NOT NULL DEFAULT 0,"
	"  state TEXT NOT NULL DEFAULT 'waiting'," /* waiting, sent, given-up, dropped */
	"  ended INTEGER,"
	"  answer TEXT NOT NULL DEFAULT '') STRICT;"
	"CREATE INDEX outbox_waiting ON outbox (receiver, key, id) WHERE state = 'waiting';"
	"CREATE INDEX outbox_ended ON outbox (ended) WHERE ended IS NOT NULL;"
	/* the runs, and times that passed, of which everybody was told who is to be */
	"CREATE TABLE told (of TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
	"INSERT INTO told SELECT run FROM event WHERE type = 'run-finished';"
	"CREATE INDEX run_by_end ON event (seq, run) WHERE type = 'run-finished';",

	/* 3: what runs were about; what was to run and did not */
	"CREATE TABLE run_component ("
	"  run TEXT NOT NULL,"
	"  component TEXT NOT NULL," /* that the run had to itself */
	"  PRIMARY KEY (run, component)) STRICT, WITHOUT ROWID;"
	"CREATE TRIGGER run_component_no_update BEFORE UPDATE ON run_component"
	"  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;"
	"CREATE TRIGGER run_component_no_delete BEFORE DELETE ON run_component"
	"  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;"
	"CREATE TABLE expected ("
	"  schedule TEXT PRIMARY KEY,"
	"  since INTEGER NOT NULL,"  /* nothing is expected before; wall clock, ns */
	"  judged INTEGER NOT NULL," /* times up to this one are judged */
	"  expression TEXT NOT NULL) STRICT;"
	"CREATE TABLE missed ("
	"  schedule TEXT NOT NULL,"
	"  at INTEGER NOT NULL," /* the time that passed */
	"  kind TEXT NOT NULL,"
	"  reason TEXT NOT NULL,"
	"  noticed INTEGER NOT NULL,"
	"  times INTEGER NOT NULL," /* how many it stands for */
	"  PRIMARY KEY (schedule, at)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE pause ("
	"  id INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  schedule TEXT," /* NULL: all */
	"  reason TEXT NOT NULL,"
	"  author TEXT NOT NULL,"
	"  began INTEGER NOT NULL,"
	"  ends INTEGER NOT NULL,"
	"  ended INTEGER) STRICT;", /* when somebody resumed before its end */

	/* 4: sums over all runs, which nobody wants to add up from the journal each minute */
	"CREATE TABLE run_tally ("
	"  kind TEXT PRIMARY KEY,"
	"  started INTEGER NOT NULL,"
	"  failed INTEGER NOT NULL DEFAULT 0,"
	"  errors INTEGER NOT NULL DEFAULT 0) STRICT;"
	"CREATE TABLE step_tally ("
	"  kind TEXT NOT NULL,"
	"  step TEXT NOT NULL,"      /* without the component and the number of its group */
	"  bucket INTEGER NOT NULL," /* the bound that is not exceeded, s; 0: it exceeds all */
	"  count INTEGER NOT NULL,"
	"  sum INTEGER NOT NULL," /* ns */
	"  PRIMARY KEY (kind, step, bucket)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE message_tally ("
	"  receiver TEXT PRIMARY KEY,"
	"  sent INTEGER NOT NULL,"
	"  given_up INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TRIGGER message_tally_ended AFTER UPDATE OF state ON outbox"
	"  WHEN NEW.state <> OLD.state AND NEW.state IN ('sent', 'given-up')"
	"  BEGIN INSERT INTO message_tally"
	"      VALUES (NEW.receiver, NEW.state = 'sent', NEW.state = 'given-up')"
	"    ON CONFLICT DO UPDATE SET sent = sent + excluded.sent,"
	"      given_up = given_up + excluded.given_up; END;"
	"INSERT INTO run_tally SELECT coalesce(s.kind, ''), count(*),"
	"    coalesce(sum(f.verdict = 'fail'), 0), coalesce(sum(f.verdict = 'error'), 0)"
	"  FROM event s LEFT JOIN event f ON f.run = s.run AND f.type = 'run-finished'"
	"  WHERE s.type = 'run-started' GROUP BY 1;"
	"INSERT INTO step_tally SELECT " STEP_KEY(
		"f") ", count(*), sum(coalesce(f.duration, 0))"
		     "  FROM event f JOIN event s ON s.run = f.run AND s.type = 'run-started'"
		     "  WHERE f.type = 'step-finished' AND f.verdict <> 'skipped' GROUP BY 1, 2, 3;"
		     "CREATE TRIGGER run_tally_started AFTER INSERT ON event WHEN NEW.type = "
		     "'run-started'"
		     "  BEGIN INSERT INTO run_tally (kind, started) VALUES (coalesce(NEW.kind, "
		     "''), 1)"
		     "    ON CONFLICT DO UPDATE SET started = started + 1; END;"
		     "CREATE TRIGGER run_tally_finished AFTER INSERT ON event"
		     "  WHEN NEW.type = 'run-finished' AND NEW.verdict IN ('fail', 'error')"
		     "  BEGIN UPDATE run_tally SET failed = failed + (NEW.verdict = 'fail'),"
		     "      errors = errors + (NEW.verdict = 'error')"
		     "    WHERE kind = (SELECT coalesce(s.kind, '') FROM event s"
		     "      WHERE s.run = NEW.run AND s.type = 'run-started'); END;"
		     "CREATE TRIGGER step_tally_finished AFTER INSERT ON event"
		     "  WHEN NEW.type = 'step-finished' AND NEW.verdict <> 'skipped'"
		     "  BEGIN INSERT INTO step_tally SELECT " STEP_KEY(
			     "NEW") ", 1, coalesce(NEW.duration, 0)"
				    "      FROM event s WHERE s.run = NEW.run AND s.type = "
				    "'run-started'"
				    "    ON CONFLICT DO UPDATE SET count = count + 1, sum = sum + "
				    "excluded.sum; END;",

	/* 5: what is to be done because of what runs showed; an item is what its entries come to */
	"CREATE TABLE action_entry ("
	"  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	"  action INTEGER NOT NULL," /* the item's number */
	"  at INTEGER NOT NULL,"
	"  entry TEXT NOT NULL CHECK (entry IN ('added', 'deferred', 'done')),"
	"  author TEXT NOT NULL,"
	"  title TEXT,"
	"  owner TEXT,"
	"  due TEXT," /* a day, 2026-12-10 */
	"  run TEXT,"
	"  note TEXT) STRICT;"
	"CREATE INDEX action_entry_of ON action_entry (action, seq);"
	"CREATE UNIQUE INDEX action_entry_once ON action_entry (action, entry)"
	"  WHERE entry IN ('added', 'done');"
	"CREATE TRIGGER action_entry_no_update BEFORE UPDATE ON action_entry"
	"  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;"
	"CREATE TRIGGER action_entry_no_delete BEFORE DELETE ON action_entry"
	"  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;",

	/* 6: what people say of a run while it is under way, and afterwards */
	"CREATE TABLE run_entry ("
	"  run TEXT NOT NULL,"
	"  number INTEGER NOT NULL," /* in the run, from 1 on */
	"  at INTEGER NOT NULL,"     /* when it was so; wall clock, ns */
	"  recorded INTEGER NOT NULL,"
	"  kind TEXT NOT NULL,"
	"  author TEXT NOT NULL,"
	"  step TEXT, role TEXT, text TEXT, reason TEXT, severity TEXT, resolution TEXT,"
	"  action INTEGER," /* number of an action item */
	"  supersedes INTEGER,"
	"  PRIMARY KEY (run, number),"
	"  FOREIGN KEY (run, supersedes) REFERENCES run_entry (run, number),"
	"  CHECK (supersedes < number)) STRICT, WITHOUT ROWID;"
	"CREATE UNIQUE INDEX run_entry_superseded ON run_entry (run, supersedes)"
	"  WHERE supersedes IS NOT NULL;"
	"CREATE TRIGGER run_entry_no_update BEFORE UPDATE ON run_entry"
	"  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;"
	"CREATE TRIGGER run_entry_no_delete BEFORE DELETE ON run_entry"
	"  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;",
};

enum { NEWEST = sizeof(migrations) / sizeof(*migrations) };

static int pragma_number(struct history *h, const char *sql, int *out, struct error *err)
{
	CLEANUP(cleanup_statement)
	sqlite3_stmt *statement = NULL;

	if (store_prepare(h, sql, &statement, err) < 0)
		return -1;
	if (store_step(h, statement, err) < 0)
		return -1;
	*out = sqlite3_column_int(statement, 0);
	return 0;
}

static int recognise(struct history *h, int *version, struct error *err)
{
	int application = 0, tables = 0;

	if (pragma_number(h, "PRAGMA application_id", &application, err) < 0 ||
	    pragma_number(h, "PRAGMA user_version", version, err) < 0 ||
	    pragma_number(h, "SELECT count(*) FROM sqlite_schema", &tables, err) < 0)
		return -1;
	if (application != APPLICATION_ID && (application || *version || tables)) {
		(void)error_set(err, ERROR_IO, "history %s: the database is another program's",
				h->path);
		return error_hint(err, "give muster a state_dir of its own");
	}
	if (*version > NEWEST) {
		(void)error_set(
			err, ERROR_IO,
			"history %s: written by a newer muster (schema %d, this one knows %d)",
			h->path, *version, NEWEST);
		return error_hint(err, "use that muster, or give this one another state_dir");
	}
	return 0;
}

static int apply_missing(struct history *h, struct error *err)
{
	char sql[80];
	int version = 0;

	/* again, now that nobody else can write */
	if (recognise(h, &version, err) < 0)
		return -1;
	for (; version < NEWEST; version++) {
		if (store_exec(h, migrations[version], err) < 0)
			return -1;
	}
	(void)snprintf(sql, sizeof(sql), "PRAGMA application_id = %d; PRAGMA user_version = %d",
		       APPLICATION_ID, NEWEST);
	return store_exec(h, sql, err);
}

int migrations_apply(struct history *h, struct error *err)
{
	int version = 0;

	if (recognise(h, &version, err) < 0)
		return -1;
	if (version == NEWEST)
		return 0;
	if (store_exec(h, "BEGIN IMMEDIATE", err) < 0)
		return -1;
	if (apply_missing(h, err) < 0) {
		(void)sqlite3_exec(h->db, "ROLLBACK", NULL, NULL, NULL);
		return error_context(err, "bring the history to schema %d", NEWEST);
	}
	return store_exec(h, "COMMIT", err);
}

int migrations_check(struct history *h, struct error *err)
{
	int version = 0;

	if (recognise(h, &version, err) < 0)
		return -1;
	if (version && version < NEWEST) {
		(void)error_set(err, ERROR_IO,
				"history %s: written by an older muster (schema %d, now %d)",
				h->path, version, NEWEST);
		return error_hint(err, "the next `muster verify` brings it up to date");
	}
	return version ? 1 : 0;
}
