/* SPDX-License-Identifier: Apache-2.0 */
/* A restore test of two components, for tests of how it is reported. */
#ifndef TESTS_RESTORED_RUN_H
#define TESTS_RESTORED_RUN_H

#include "base/clock.h"
#include "model/run.h"

/* 2026-11-22T01:00:00Z */
#define RESTORED_START (INT64_C(1795309200) * NS_PER_SECOND)
#define HOSTILE_TABLE  "<script>alert(1)</script>|`\x1b[2J\xff\n"

static inline void restored_fact(struct facts *f, enum fact_kind kind, const char *scope,
				 const char *name, uint64_t count, uint64_t content)
{
	struct fact *one = facts_add(f, kind, scope, name);

	assert_non_null(one);
	one->known = MEASURE_COUNT | MEASURE_FINGERPRINT;
	one->count = count;
	one->fingerprint = (struct fingerprint){ .low = content, .high = content << 32 };
}

static inline void restored_sequence(struct facts *f, const char *name, const char *value)
{
	struct fact *one = facts_add(f, FACT_SEQUENCE, "public", name);

	assert_non_null(one);
	assert_int_equal(fact_set_value(f, one, value), 0);
}

/* Of the sides: `orders` equal, `payments` lost rows, `refunds` is gone, a hostile name changed. */
static inline void restored_tables(struct facts *f, enum facts_side side)
{
	bool restored = side == FACTS_RESTORED;

	f->side = side;
	restored_fact(f, FACT_TABLE, "public", "payments", restored ? 990 : 1000, restored ? 9 : 2);
	restored_fact(f, FACT_TABLE, "public", "orders", 1234567, 1);
	if (!restored)
		restored_fact(f, FACT_TABLE, "public", "refunds", 7, 3);
	restored_fact(f, FACT_TABLE, "public", HOSTILE_TABLE, 1, restored ? 5 : 4);
	restored_sequence(f, "orders_id_seq", side == FACTS_SOURCE ? "10,true" : "12,true");
	restored_sequence(f, "payments_id_seq", restored ? "9,true" : "12,true");
}

static inline void restored_checks(struct run *run)
{
	const struct check checks[] = {
		{ .name = "restored",
		  .component = "postgres-main",
		  .subject = "orders",
		  .verdict = VERDICT_PASS,
		  .message = "without a complaint" },
		{ .name = "expired",
		  .component = "redis-cache",
		  .verdict = VERDICT_WARN,
		  .message = "834 keys have expired" },
		{ .name = "proven",
		  .component = "postgres-main",
		  .subject = "public." HOSTILE_TABLE,
		  .verdict = VERDICT_FAIL,
		  .expected = "a|b",
		  .found = "*c*",
		  .message = "it <b>differs</b>",
		  .hint = "see http://x.example/?a=1&b=2" },
		{ .name = "recovery-time",
		  .component = "postgres-main",
		  .verdict = VERDICT_PASS,
		  .expected = "1h",
		  .found = "9m53s",
		  .message = "restored and proven in 9m53s" },
		{ .name = "recovery-time",
		  .component = "redis-cache",
		  .verdict = VERDICT_PASS,
		  .expected = "within 15m",
		  .found = "9m52s",
		  .message = "restored and proven in 9m52s" },
	};

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		assert_int_equal(checks_add(&run->checks, &checks[i]), 0);
}

static inline void restored_arrays(struct run *run)
{
	const struct run_note notes[] = {
		{ .component = "postgres-main", .name = "server", .text = "PostgreSQL 15.6" },
		{ .component = "postgres-main", .name = "setting.fsync", .text = "off" },
		{ .component = "", .name = HOSTILE_TABLE, .text = "&lt;" },
		{ .component = "postgres-main", .name = "setting.jit", .text = "on" },
	};

	run->note = calloc(4, sizeof(*run->note));
	run->facts = calloc(5, sizeof(*run->facts));
	assert_non_null(run->note);
	assert_non_null(run->facts);
	memcpy(run->note, notes, sizeof(notes));
	run->note_count = 4;
	for (int side = FACTS_SOURCE; side <= FACTS_RESTORED; side++) {
		run->facts[side] = (struct run_facts){ .component = "postgres-main",
						       .part = "dump",
						       .database = "orders",
						       .set = "20261121" };
		restored_tables(&run->facts[side].facts, (enum facts_side)side);
	}
	for (int i = 3; i < 5; i++) {
		run->facts[i] = (struct run_facts){
			.component = "redis-cache", .part = "rdb", .database = "", .set = "20261121"
		};
		run->facts[i].facts.side = i == 3 ? FACTS_BACKUP : FACTS_RESTORED;
		restored_fact(&run->facts[i].facts, FACT_KEYSPACE, "0", "string", 3005, 1);
	}
	run->facts[FACTS_BACKUP].size = 4096;
	run->facts_count = 5;
}

static inline void make_restored_run(struct run *run)
{
	static struct run_step steps[] = {
		{ .id = "read postgres-main",
		  .title = "Read the dump",
		  .component = "postgres-main",
		  .started_ns = RESTORED_START,
		  .duration_ns = 60 * NS_PER_SECOND,
		  .verdict = VERDICT_PASS },
		{ .id = "restore redis-cache",
		  .title = "",
		  .component = "redis-cache",
		  .started_ns = RESTORED_START + NS_PER_SECOND,
		  .duration_ns = -1 },
		{ .id = "prove postgres-main",
		  .title = "Prove <i>all</i>",
		  .component = "postgres-main",
		  .started_ns = RESTORED_START + 60 * NS_PER_SECOND,
		  .duration_ns = 532 * NS_PER_SECOND,
		  .verdict = VERDICT_FAIL },
	};

	*run = (struct run){ .id = "20261122T010000Z-3f2a",
			     .kind = "restore-test",
			     .platform = "shop & <co>",
			     .host = "db1",
			     .version = "0.1.0",
			     .command = "muster restore-test",
			     .set = "20261121",
			     .started_ns = RESTORED_START,
			     .finished_ns = RESTORED_START + 593 * NS_PER_SECOND,
			     .verdict = VERDICT_FAIL,
			     .step = steps,
			     .step_count = 3 };
	restored_checks(run);
	restored_arrays(run);
}

#endif
