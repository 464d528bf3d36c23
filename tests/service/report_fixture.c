/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes made-up restore tests into a history, for tests of their reports:
 *
 *	report_fixture STATE_DIR
 *
 * Runs: 20261122T010000Z-0001 passed, -0002 failed and holds hostile names, -0003 has very many
 * tables, -0004 was cut short.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "history/history.h"

/* 2026-11-22T01:00:00Z */
#define START (INT64_C(1795309200) * NS_PER_SECOND)

struct teller {
	struct history *h;
	const char *run;
	struct error err;
};

static void must(struct teller *t, int rc)
{
	if (rc == 0)
		return;
	(void)fprintf(stderr, "report_fixture: %s\n", t->err.message);
	exit(1);
}

static void tell(struct teller *t, struct event *e)
{
	e->run = t->run;
	must(t, event_send(history_sink(t->h), e, &t->err));
}

static void begin(struct teller *t, const char *run)
{
	t->run = run;
	tell(t, &(struct event){ .type = EVENT_RUN_STARTED,
				 .at_ns = START,
				 .kind = "restore-test",
				 .platform = "shop",
				 .subject = "muster restore-test" });
}

static void end(struct teller *t, enum verdict v, int64_t took_ns)
{
	tell(t, &(struct event){ .type = EVENT_RUN_FINISHED,
				 .at_ns = START + took_ns,
				 .set = "20261121_020000",
				 .verdict = v,
				 .duration_ns = took_ns });
}

static void step(struct teller *t, const char *id, const char *component, const char *title,
		 double from, double took, enum verdict v)
{
	int64_t at_ns = START + (int64_t)(from * 1e9), took_ns = (int64_t)(took * 1e9);

	tell(t, &(struct event){ .type = EVENT_STEP_STARTED,
				 .at_ns = at_ns,
				 .step = id,
				 .component = component,
				 .text = title });
	tell(t, &(struct event){ .type = EVENT_STEP_FINISHED,
				 .at_ns = at_ns + took_ns,
				 .step = id,
				 .component = component,
				 .verdict = v,
				 .duration_ns = took_ns });
}

static void check(struct teller *t, struct check c)
{
	tell(t, &(struct event){ .type = EVENT_CHECK, .at_ns = START, .check = &c });
}

static void note(struct teller *t, const char *component, const char *name, const char *text)
{
	tell(t, &(struct event){ .type = EVENT_NOTE,
				 .at_ns = START,
				 .component = component,
				 .subject = name,
				 .text = text });
}

static void fact(struct facts *f, enum fact_kind kind, const char *scope, const char *name,
		 uint64_t count, uint64_t content)
{
	struct fact *one = facts_add(f, kind, scope, name);

	if (!one)
		exit(1);
	one->known = MEASURE_COUNT | MEASURE_FINGERPRINT;
	one->count = count;
	one->fingerprint = (struct fingerprint){ .low = content * UINT64_C(0x9e3779b97f4a7c15),
						 .high = content * UINT64_C(0xc2b2ae3d27d4eb4f) };
}

static void sequence(struct facts *f, const char *name, const char *value)
{
	struct fact *one = facts_add(f, FACT_SEQUENCE, "public", name);

	if (!one || fact_set_value(f, one, value) < 0)
		exit(1);
}

static void facts(struct teller *t, const char *component, const char *part, const char *database,
		  struct facts *f)
{
	tell(t, &(struct event){ .type = EVENT_FACTS,
				 .at_ns = START,
				 .component = component,
				 .part = part,
				 .database = database,
				 .set = "20261121_020000",
				 .done = f->side == FACTS_BACKUP ? 734003200 : 0,
				 .facts = f });
	facts_release(f);
}

static const char *const tables[] = {
	"customers", "order_items",  "orders",
	"payments",  "products",     "refunds",
	"shipments", "stock_levels", "audit_log_of_everything_that_ever_happened_in_the_shop"
};
enum { TABLES = sizeof(tables) / sizeof(*tables) };

/* Differences only when `bad`: rows missing, a value changed, a table gone, one with a bad name. */
static void orders(struct teller *t, bool bad)
{
	for (int side = FACTS_SOURCE; side <= FACTS_RESTORED; side++) {
		struct facts f = { .side = (enum facts_side)side };
		bool restored = side == FACTS_RESTORED && bad;

		for (uint64_t i = 0; i < TABLES; i++) {
			bool changed = restored && (i == 3 || i == 1);

			if (restored && i == 5)
				continue;
			fact(&f, FACT_TABLE, "public", tables[i],
			     (i + 1) * 123457 - (restored && i == 3 ? 12 : 0),
			     i + (changed ? 100 : 0));
		}
		if (bad)
			fact(&f, FACT_TABLE, "\"><img src=x onerror=alert(1)>",
			     "<script>alert('table')</script>|`\x1b[31m\xff\n", 3,
			     restored ? 9 : 8);
		sequence(&f, "orders_id_seq", side == FACTS_SOURCE ? "90210,true" : "90213,true");
		sequence(&f, "payments_id_seq", restored ? "11,true" : "4410,true");
		facts(t, "postgres-main", "dump", "orders", &f);
	}
}

static void others(struct teller *t)
{
	for (int side = FACTS_BACKUP; side <= FACTS_RESTORED; side++) {
		struct facts redis = { .side = (enum facts_side)side };
		struct facts rabbitmq = { .side = (enum facts_side)side };

		fact(&redis, FACT_KEYSPACE, "0", "string", 2003005, 1);
		fact(&redis, FACT_KEYSPACE, "0", "hash", 41, 2);
		redis.item[0].known |= MEASURE_EXPIRES;
		redis.item[0].expires = 834;
		facts(t, "redis-cache", "rdb", "", &redis);
		fact(&rabbitmq, FACT_BROKER_OBJECTS, "/", "queues", 24, 3);
		fact(&rabbitmq, FACT_BROKER_OBJECTS, "/", "exchanges", 9, 4);
		facts(t, "rabbitmq-main", "definitions", "", &rabbitmq);
	}
}

static void steps(struct teller *t, enum verdict proof)
{
	step(t, "choose", "", "Choose the newest complete set", 0, 0.2, VERDICT_PASS);
	step(t, "read postgres-main", "postgres-main", "Read the dump of orders to its last byte",
	     0.3, 61, VERDICT_PASS);
	step(t, "restore postgres-main", "postgres-main", "Restore orders with pg_restore", 62, 412,
	     VERDICT_PASS);
	step(t, "prove postgres-main", "postgres-main",
	     "Read back every row and hold it against the backup", 474, 118, proof);
	step(t, "read redis-cache", "redis-cache", "Read the snapshot", 0.3, 9, VERDICT_PASS);
	step(t, "restore redis-cache", "redis-cache", "Load the snapshot", 10, 31, VERDICT_PASS);
	step(t, "prove redis-cache", "redis-cache", "Save again and compare", 41, 22, VERDICT_WARN);
	step(t, "restore rabbitmq-main", "rabbitmq-main", "Import the definitions", 12, 0.05,
	     VERDICT_PASS);
	step(t, "prove rabbitmq-main", "rabbitmq-main", "Publish and consume through every queue",
	     13, 48, VERDICT_PASS);
}

static void good_checks(struct teller *t)
{
	check(t, (struct check){ .name = "restored",
				 .component = "postgres-main",
				 .subject = "orders",
				 .verdict = VERDICT_PASS,
				 .message = "pg_restore 15.6 restored it without a complaint" });
	check(t,
	      (struct check){ .name = "expired",
			      .component = "redis-cache",
			      .verdict = VERDICT_WARN,
			      .expected = "no key",
			      .found = "834 keys",
			      .message = "834 keys have expired since the backup was made",
			      .hint = "nothing: they would be gone from the live cache as well" });
	check(t, (struct check){ .name = "round-trip",
				 .component = "rabbitmq-main",
				 .verdict = VERDICT_PASS,
				 .message = "24 messages passed through 24 queues" });
	check(t, (struct check){ .name = "recovery-time",
				 .verdict = VERDICT_PASS,
				 .expected = "within 15m",
				 .found = "9m52s",
				 .message = "restored and proven in 9m52s" });
	check(t, (struct check){ .name = "sql",
				 .component = "postgres-main",
				 .verdict = VERDICT_SKIPPED,
				 .message = "no question is configured" });
	note(t, "postgres-main", "server", "PostgreSQL 15.6, as pg_dump 15.6 made the backup");
	note(t, "postgres-main", "settings",
	     "fsync=off, full_page_writes=off, max_wal_size=8GB, maintenance_work_mem=512MB");
	note(t, "rabbitmq-main", "messages", "definitions hold no messages");
}

static void bad_checks(struct teller *t)
{
	check(t, (struct check){ .name = "proven",
				 .component = "postgres-main",
				 .subject = "orders: public.payments",
				 .verdict = VERDICT_FAIL,
				 .expected = "493,828 rows",
				 .found = "493,816 rows",
				 .message = "12 rows did not come back",
				 .hint = "take a new backup, and look at the log of pg_dump" });
	check(t, (struct check){ .name = "constraints",
				 .component = "postgres-main",
				 .subject = "<b>fk_\"payment\"</b> & 'co'",
				 .verdict = VERDICT_ERROR,
				 .message = "]]></style><script>alert(2)</script>",
				 .hint = "javascript:alert(3) | `x` \xe2\x80\xae" });
	note(t, "postgres-main", "<img src=\"http://127.0.0.1:9/x.png\">",
	     "&lt;b&gt; stays as it is written \x01");
}

static void many(struct teller *t)
{
	char name[32];

	for (int side = FACTS_SOURCE; side <= FACTS_RESTORED; side++) {
		struct facts f = { .side = (enum facts_side)side };

		for (uint64_t i = 0; i < 7000; i++) {
			(void)snprintf(name, sizeof(name), "t%05u", (unsigned)i);
			fact(&f, FACT_TABLE, "public", name, i,
			     i > 6996 && side == FACTS_RESTORED ? 0 : i);
		}
		facts(t, "postgres-main", "dump", "wide", &f);
	}
}

int main(int argc, char **argv)
{
	struct teller t = { 0 };

	if (argc != 2)
		return 2;
	must(&t, history_open(argv[1], &t.h, &t.err));
	begin(&t, "20261122T010000Z-0001");
	steps(&t, VERDICT_PASS);
	good_checks(&t);
	orders(&t, false);
	others(&t);
	end(&t, VERDICT_WARN, 593 * NS_PER_SECOND);
	begin(&t, "20261122T010000Z-0002");
	steps(&t, VERDICT_FAIL);
	step(&t, "odd", "<i>odd</i>",
	     "A step with a title that is much longer than any screen "
	     "is wide, as some people call theirs: <script>alert(4)</script>",
	     592.9, 0.1, VERDICT_ERROR);
	good_checks(&t);
	bad_checks(&t);
	orders(&t, true);
	others(&t);
	end(&t, VERDICT_FAIL, 593 * NS_PER_SECOND);
	begin(&t, "20261122T010000Z-0003");
	step(&t, "prove postgres-main", "postgres-main", "Prove", 0, 3, VERDICT_FAIL);
	check(&t, (struct check){ .name = "recovery-time",
				  .verdict = VERDICT_PASS,
				  .component = "<i>odd</i>",
				  .expected = "within 1h",
				  .found = "3s",
				  .message = "restored and proven in 3s" });
	many(&t);
	end(&t, VERDICT_FAIL, 3 * NS_PER_SECOND);
	begin(&t, "20261122T010000Z-0004");
	tell(&t, &(struct event){ .type = EVENT_STEP_STARTED,
				  .at_ns = START + NS_PER_SECOND,
				  .step = "read postgres-main",
				  .component = "postgres-main",
				  .text = "Read the dump" });
	tell(&t, &(struct event){ .type = EVENT_NOTE,
				  .at_ns = START + 5 * NS_PER_SECOND,
				  .subject = "why",
				  .text = "the machine went down" });
	history_close(t.h);
	return 0;
}
