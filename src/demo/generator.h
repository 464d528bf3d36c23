/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rows of the example platform's tables, in COPY text form. A row depends on
 * (seed, size, table, row number) alone, so rows can be made in any order and in
 * parallel; references point at rows that exist.
 */
#ifndef DEMO_GENERATOR_H
#define DEMO_GENERATOR_H

#include <stddef.h>
#include <stdint.h>

#include "demo/prose.h"

/* id, table, columns, share of the size in thousandths (0: see generator_init), a row's typical bytes */
#define DEMO_TABLES(X)                                                                             \
	X(USERS, "orchestrator.users",                                                             \
	  "id, email, display_name, role, locale, preferences, api_key_hash, quota, created_at, "  \
	  "last_seen_at",                                                                          \
	  6, 207)                                                                                  \
	X(TEAMS, "orchestrator.teams", "id, slug, name", 0, 0)                                     \
	X(TEAM_MEMBERS, "orchestrator.team_members", "team_id, user_id, joined_on", 0, 0)          \
	X(AGENTS, "orchestrator.agents",                                                           \
	  "id, public_id, name, version, status, model, temperature, capabilities, settings, "     \
	  "created_by, created_at",                                                                \
	  2, 528)                                                                                  \
	X(WORKFLOWS, "orchestrator.workflows",                                                     \
	  "id, public_id, name, owner_id, status, definition, tags, budget, created_at, "          \
	  "updated_at",                                                                            \
	  20, 1284)                                                                                \
	X(SCHEDULES, "orchestrator.schedules",                                                     \
	  "id, workflow_id, cron, timezone, valid, retry_after", 0, 0)                             \
	X(TASKS, "orchestrator.tasks",                                                             \
	  "id, workflow_id, parent_id, agent_id, state, priority, attempts, input, error, "        \
	  "queued_at, started_at, finished_at",                                                    \
	  80, 330)                                                                                 \
	X(MESSAGES, "orchestrator.messages",                                                       \
	  "id, task_id, agent_id, speaker, content, tokens, embedding, created_at", 490, 798)      \
	X(TOOL_CALLS, "orchestrator.tool_calls",                                                   \
	  "id, message_id, tool, arguments, result, failed, latency_ms, digest, called_at", 240,   \
	  883)                                                                                     \
	X(ARTIFACTS, "orchestrator.artifacts", "id, task_id, name, media_type, content, body", 20, \
	  1400)                                                                                    \
	X(USAGE, "orchestrator.usage", "day, agent_id, tokens, cost", 10, 32)                      \
	X(USAGE_ARCHIVE, "orchestrator.usage_archive", "day, agent_id, tokens, cost, archived_on", \
	  4, 43)                                                                                   \
	X(SETTINGS, "orchestrator.settings", "name, value", 0, 0)                                  \
	X(EVENTS, "audit.events", "id, occurred_at, actor_id, action, subject, source, payload",   \
	  128, 178)

enum demo_table {
#define X(id, name, columns, share, bytes) DEMO_##id,
	DEMO_TABLES(X)
#undef X
		DEMO_TABLE_COUNT
};

const char *demo_table_name(enum demo_table table);
const char *demo_table_columns(enum demo_table table);

struct generator {
	uint64_t seed;
	uint64_t rows[DEMO_TABLE_COUNT];
	uint64_t large_objects; /* with oid DEMO_LARGE_OBJECT_FIRST and following */
};

enum { DEMO_LARGE_OBJECT_FIRST = 700000, GENERATOR_ROW_MAX = 32768 };

/* Plan for about `size` bytes of COPY text (within a tenth, from 1 MB on; at least some rows in each table). */
void generator_init(struct generator *g, uint64_t seed, uint64_t size);

/* Row `row` (from 0) as one line with its newline; GENERATOR_ROW_MAX bytes are room enough. */
void generator_row(const struct generator *g, enum demo_table table, uint64_t row, struct text *t);

/* Content of large object `index` (from 0): at most `room` bytes, and where in the object they go. */
size_t generator_large_object(const struct generator *g, uint64_t index, char *out, size_t room,
			      uint64_t *offset);

#endif
