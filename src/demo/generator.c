/* SPDX-License-Identifier: Apache-2.0 */
/* One writer per table. A reference is computed from the row's number, never looked up. */
#include "demo/generator.h"

struct row {
	const struct generator *g;
	uint64_t index; /* from 0 */
	uint64_t id;    /* from 1 */
	struct random random;
};

struct table {
	const char *name, *columns;
	unsigned share, bytes;
};

#define DAY_US       INT64_C(86400000000)
#define FIRST_DAY_US (INT64_C(20362) * DAY_US) /* 2025-10-01 */

enum { SPAN_DAYS = 300, ARTIFACTS_PER_LARGE_OBJECT = 16, AGENT_VERSIONS = 3 };

#define PICK(row, array) ((array)[random_below(&(row)->random, sizeof(array) / sizeof((array)[0]))])

static void tab(struct text *t)
{
	text_char(t, '\t');
}

static void null(struct text *t)
{
	TEXT_LITERAL(t, "\\N");
}

/* The index in [0, to) that lies as far along as `index` does in [0, from). */
static uint64_t scaled(uint64_t index, uint64_t from, uint64_t to)
{
	return (uint64_t)(__extension__(unsigned __int128) index * to / from);
}

/* Rows of a table are spread over the platform's life, in the order of their numbers. */
static int64_t moment(const struct row *row, enum demo_table table)
{
	uint64_t span = (uint64_t)SPAN_DAYS * (uint64_t)DAY_US, rows = row->g->rows[table];
	uint64_t jitter = random_mix(row->index) % (span / rows + 1);

	return FIRST_DAY_US + (int64_t)(scaled(row->index, rows, span) + jitter);
}

static uint64_t any_id(struct row *row, enum demo_table table)
{
	return 1 + random_below(&row->random, row->g->rows[table]);
}

static void put_uuid(struct row *row, struct text *t)
{
	uint64_t high = random_next(&row->random);

	text_uuid(t, high, random_next(&row->random));
}

/* `bytes` (a multiple of eight) as COPY text of a bytea. */
static void put_bytea(struct row *row, struct text *t, unsigned bytes)
{
	TEXT_LITERAL(t, "\\\\x");
	for (unsigned i = 0; i < bytes; i += 8)
		text_hex(t, random_next(&row->random), 16);
}

static void put_words(struct row *row, struct text *t, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		if (i > 0)
			text_char(t, ',');
		prose_put_word(t, &row->random);
	}
}

static void write_user(struct row *row, struct text *t)
{
	static const char *const role[] = {
		"member", "member", "member", "guest", "admin", "owner"
	};
	static const char *const locale[] = {
		"en-GB", "en-US", "de-DE", "fr-FR", "ja-JP", "pt-BR"
	};
	static const char *const theme[] = { "dark", "light", "system" };
	int64_t created = moment(row, DEMO_USERS);

	text_number(t, row->id);
	tab(t);
	prose_put_word(t, &row->random);
	text_char(t, '.');
	text_number(t, row->id);
	TEXT_LITERAL(t, "@example.com\t");
	prose_person(t, &row->random);
	tab(t);
	text_string(t, PICK(row, role));
	tab(t);
	text_string(t, PICK(row, locale));
	TEXT_LITERAL(t, "\t{\"theme\": \"");
	text_string(t, PICK(row, theme));
	TEXT_LITERAL(t, "\", \"digest\": ");
	text_string(t, random_chance(&row->random, 50) ? "true" : "false");
	TEXT_LITERAL(t, ", \"shortcuts\": {}}\t");
	if (random_chance(&row->random, 60))
		put_bytea(row, t, 32);
	else
		null(t);
	tab(t);
	if (random_chance(&row->random, 50))
		text_decimal(t, random_below(&row->random, 1000000), 2);
	else
		null(t);
	tab(t);
	text_time(t, created);
	tab(t);
	if (random_chance(&row->random, 80))
		text_time(t, created + (int64_t)random_below(&row->random, (uint64_t)DAY_US * 30));
	else
		null(t);
}

static void write_team(struct row *row, struct text *t)
{
	text_number(t, row->id * 10);
	tab(t);
	prose_put_word(t, &row->random);
	text_char(t, '-');
	text_number(t, row->id);
	tab(t);
	prose_sentence(t, &row->random, 3);
}

static void write_team_member(struct row *row, struct text *t)
{
	text_number(t, any_id(row, DEMO_TEAMS) * 10);
	tab(t);
	text_number(t, row->id);
	tab(t);
	text_date(t, moment(row, DEMO_TEAM_MEMBERS));
}

/* Versions of an agent are neighbours and share a name; only the last is active. */
static void write_agent(struct row *row, struct text *t)
{
	static const char *const model[] = { "large-2026-02", "large-2025-11", "small-2026-01",
					     "code-2025-12" };
	uint64_t family = row->index / AGENT_VERSIONS, version = row->index % AGENT_VERSIONS;
	struct random name = random_for(row->g->seed, DEMO_TABLE_COUNT, family);

	text_number(t, row->id);
	tab(t);
	put_uuid(row, t);
	tab(t);
	prose_put_word(t, &name);
	TEXT_LITERAL(t, "-agent-");
	text_number(t, family);
	tab(t);
	text_number(t, version + 1);
	text_string(t, version == AGENT_VERSIONS - 1 ? "\tactive\t" : "\tretired\t");
	text_string(t, PICK(row, model));
	TEXT_LITERAL(t, "\t0.");
	text_number(t, 1 + random_below(&row->random, 9));
	TEXT_LITERAL(t, "\t{");
	put_words(row, t, random_below(&row->random, 6));
	TEXT_LITERAL(t, "}\t{\"tools\": [\"http_get\", \"sql\", \"search\"], \"prompt\": \"");
	prose_text(t, &row->random, 220, false);
	TEXT_LITERAL(t, "\", \"max_tokens\": ");
	text_number(t, UINT64_C(1024) << random_below(&row->random, 4));
	TEXT_LITERAL(t, "}\t");
	text_number(t, any_id(row, DEMO_USERS));
	tab(t);
	text_time(t, moment(row, DEMO_AGENTS));
}

static void put_steps(struct row *row, struct text *t)
{
	uint64_t steps = 2 + random_below(&row->random, 6);

	TEXT_LITERAL(t, "{\"steps\": [");
	for (uint64_t i = 0; i < steps; i++) {
		text_string(t, i > 0 ? ", {\"id\": \"" : "{\"id\": \"");
		prose_slug(t, &row->random);
		TEXT_LITERAL(t, "\", \"agent\": ");
		text_number(t, any_id(row, DEMO_AGENTS));
		TEXT_LITERAL(t, ", \"prompt\": \"");
		prose_sentence(t, &row->random, 12);
		TEXT_LITERAL(t, "\", \"retries\": ");
		text_number(t, random_below(&row->random, 5));
		text_char(t, '}');
	}
	TEXT_LITERAL(t, "], \"version\": 2}");
}

static void write_workflow(struct row *row, struct text *t)
{
	int64_t created = moment(row, DEMO_WORKFLOWS);

	text_number(t, row->id);
	tab(t);
	put_uuid(row, t);
	tab(t);
	prose_sentence(t, &row->random, 4);
	tab(t);
	text_number(t, any_id(row, DEMO_USERS));
	text_string(t, random_chance(&row->random, 70) ? "\tlive\t" : "\tarchived\t");
	put_steps(row, t);
	TEXT_LITERAL(t, "\t{");
	put_words(row, t, random_below(&row->random, 4));
	TEXT_LITERAL(t, "}\t");
	text_decimal(t, random_below(&row->random, 100000000), 4);
	tab(t);
	text_time(t, created);
	tab(t);
	text_time(t, created + (int64_t)random_below(&row->random, (uint64_t)DAY_US * 40));
}

static void write_schedule(struct row *row, struct text *t)
{
	static const char *const cron[] = { "0 6 * * *", "*/15 * * * *", "30 4 1 * *",
					    "0 9 * * 1-5" };
	static const char *const zone[] = { "UTC", "Europe/London", "America/New_York",
					    "Asia/Tokyo" };
	int64_t from = moment(row, DEMO_SCHEDULES);

	text_number(t, row->id);
	tab(t);
	text_number(t, row->id);
	tab(t);
	text_string(t, PICK(row, cron));
	tab(t);
	text_string(t, PICK(row, zone));
	TEXT_LITERAL(t, "\t[\"");
	text_time(t, from);
	TEXT_LITERAL(t, "\",");
	if (random_chance(&row->random, 50)) {
		text_char(t, '"');
		text_time(t, from + 90 * DAY_US);
		text_char(t, '"');
	}
	text_string(t, random_chance(&row->random, 70) ? ")\t00:05:00" : ")\t\\N");
}

static void put_references(struct row *row, struct text *t)
{
	text_number(t, any_id(row, DEMO_WORKFLOWS));
	tab(t);
	if (row->id > 4 && random_chance(&row->random, 25))
		text_number(t, row->id - 1 - random_below(&row->random, 3));
	else
		null(t);
	tab(t);
	if (random_chance(&row->random, 95))
		text_number(t, any_id(row, DEMO_AGENTS));
	else
		null(t);
}

static void write_task(struct row *row, struct text *t)
{
	static const char *const state[] = { "succeeded", "succeeded", "succeeded", "succeeded",
					     "failed",    "cancelled", "queued",    "running" };
	uint64_t chosen = random_below(&row->random, 8);
	int64_t queued = moment(row, DEMO_TASKS), started = queued + 40000;

	text_number(t, row->id);
	tab(t);
	put_references(row, t);
	tab(t);
	text_string(t, state[chosen]);
	tab(t);
	text_number(t, random_below(&row->random, 10));
	tab(t);
	text_number(t, random_below(&row->random, 4));
	TEXT_LITERAL(t, "\t{\"goal\": \"");
	prose_sentence(t, &row->random, 10);
	TEXT_LITERAL(t, "\", \"source\": \"");
	prose_path(t, &row->random);
	TEXT_LITERAL(t, "\"}\t");
	if (chosen == 4)
		prose_sentence(t, &row->random, 12);
	else
		null(t);
	tab(t);
	text_time(t, queued);
	tab(t);
	if (chosen == 6)
		null(t);
	else
		text_time(t, started);
	tab(t);
	if (chosen >= 6)
		null(t);
	else
		text_time(t, started + (int64_t)random_below(&row->random, 900000000));
}

static void write_message(struct row *row, struct text *t)
{
	static const char *const speaker[] = { "user", "assistant", "assistant", "tool", "system" };
	size_t bytes = 150 + random_below(&row->random, 850);

	if (random_chance(&row->random, 1))
		bytes = 6000;
	text_number(t, row->id);
	tab(t);
	text_number(t,
		    1 + scaled(row->index, row->g->rows[DEMO_MESSAGES], row->g->rows[DEMO_TASKS]));
	tab(t);
	text_number(t, any_id(row, DEMO_AGENTS));
	tab(t);
	text_string(t, PICK(row, speaker));
	tab(t);
	prose_text(t, &row->random, bytes, true);
	tab(t);
	text_number(t, bytes / 5);
	tab(t);
	if (random_chance(&row->random, 5)) {
		for (unsigned i = 0; i < 16; i++) {
			text_string(t, i == 0 ? "{" : ",");
			text_string(t, random_chance(&row->random, 50) ? "0." : "-0.");
			text_number(t, 1 + random_below(&row->random, 9999));
		}
		text_char(t, '}');
	} else {
		null(t);
	}
	tab(t);
	text_time(t, moment(row, DEMO_MESSAGES));
}

static void write_tool_call(struct row *row, struct text *t)
{
	static const char *const tool[] = { "http_get", "sql_query", "file_read", "search",
					    "python" };
	bool failed = random_chance(&row->random, 6);

	put_uuid(row, t);
	tab(t);
	text_number(t, 1 + scaled(row->index, row->g->rows[DEMO_TOOL_CALLS],
				  row->g->rows[DEMO_MESSAGES]));
	tab(t);
	text_string(t, PICK(row, tool));
	TEXT_LITERAL(t, "\t{\"path\": \"");
	prose_path(t, &row->random);
	TEXT_LITERAL(t, "\", \"limit\": ");
	text_number(t, 10 * (1 + random_below(&row->random, 10)));
	TEXT_LITERAL(t, ", \"query\": \"");
	prose_text(t, &row->random, 30, false);
	TEXT_LITERAL(t, "\"}\t");
	if (failed) {
		TEXT_LITERAL(t, "\\N\tt\t\\N\t");
	} else {
		TEXT_LITERAL(t, "{\"ok\": true, \"took\": ");
		text_decimal(t, random_below(&row->random, 100000), 3);
		TEXT_LITERAL(t, ", \"items\": [{\"title\": \"");
		prose_sentence(t, &row->random, 6);
		TEXT_LITERAL(t, "\", \"score\": 0.");
		text_number(t, 1 + random_below(&row->random, 999));
		TEXT_LITERAL(t, "}, {\"title\": \"");
		prose_sentence(t, &row->random, 9);
		TEXT_LITERAL(t, "\", \"excerpt\": \"");
		prose_text(t, &row->random, 120, false);
		TEXT_LITERAL(t, "\"}], \"next\": null}\tf\t");
		text_decimal(t, random_below(&row->random, 9000000), 3);
		tab(t);
	}
	put_bytea(row, t, 16);
	tab(t);
	text_time(t, moment(row, DEMO_TOOL_CALLS));
}

static void write_artifact(struct row *row, struct text *t)
{
	bool large = row->index % ARTIFACTS_PER_LARGE_OBJECT == 0;

	text_number(t, row->id);
	tab(t);
	text_number(t,
		    1 + scaled(row->index, row->g->rows[DEMO_ARTIFACTS], row->g->rows[DEMO_TASKS]));
	tab(t);
	prose_slug(t, &row->random);
	text_string(t, large ? ".log\ttext/plain\t" : ".bin\tapplication/octet-stream\t");
	if (large) {
		TEXT_LITERAL(t, "\\N\t");
		text_number(t, DEMO_LARGE_OBJECT_FIRST + row->index / ARTIFACTS_PER_LARGE_OBJECT);
	} else {
		put_bytea(row, t, 8 * (unsigned)(1 + random_below(&row->random, 180)));
		TEXT_LITERAL(t, "\t\\N");
	}
}

static void put_usage(struct row *row, struct text *t, int64_t first_day)
{
	uint64_t agents = row->g->rows[DEMO_AGENTS];

	text_date(t, first_day + (int64_t)(row->index / agents % 3000) * DAY_US);
	tab(t);
	text_number(t, 1 + row->index % agents);
	tab(t);
	text_number(t, random_below(&row->random, 5000000));
	tab(t);
	text_decimal(t, random_below(&row->random, 90000000), 6);
}

static void write_usage(struct row *row, struct text *t)
{
	put_usage(row, t, FIRST_DAY_US);
}

static void write_usage_archive(struct row *row, struct text *t)
{
	put_usage(row, t, FIRST_DAY_US - 3200 * DAY_US);
	tab(t);
	text_date(t, FIRST_DAY_US);
}

/* Values that break careless readers: escapes, an empty text, NULL, what looks like NULL, an end mark. */
static void write_setting(struct row *row, struct text *t)
{
	static const char *const value[] = {
		"plain",
		"",
		"\\N",
		"\\\\N",
		"tab\\there",
		"line\\nbreak",
		"back\\\\slash",
		"return\\rhere",
		"\\\\.",
		"naïve café 東京 🚀",
		"'quoted' \"twice\"",
		"\\b\\f\\v",
		"trailing blank ",
		"0",
		"null",
		"{\"json\": [1, 2, null]}",
	};

	TEXT_LITERAL(t, "setting.");
	text_number(t, row->id);
	tab(t);
	text_string(t, value[row->index % (sizeof(value) / sizeof(value[0]))]);
}

static void write_event(struct row *row, struct text *t)
{
	static const char *const action[] = { "task.create", "task.finish",  "agent.update",
					      "user.login",  "workflow.run", "secret.read" };

	text_number(t, row->id);
	tab(t);
	text_time(t, moment(row, DEMO_EVENTS));
	tab(t);
	text_number(t, any_id(row, DEMO_USERS));
	tab(t);
	text_string(t, PICK(row, action));
	tab(t);
	prose_slug(t, &row->random);
	TEXT_LITERAL(t, "\t10.");
	text_number(t, random_below(&row->random, 4));
	text_char(t, '.');
	text_number(t, random_below(&row->random, 256));
	text_char(t, '.');
	text_number(t, random_below(&row->random, 256));
	TEXT_LITERAL(t, "\t{\"request\": \"");
	text_hex(t, random_next(&row->random), 12);
	TEXT_LITERAL(t, "\", \"changes\": {\"");
	prose_put_word(t, &row->random);
	TEXT_LITERAL(t, "\": \"");
	prose_put_word(t, &row->random);
	TEXT_LITERAL(t, "\"}, \"user_agent\": \"orchestrator-client/2.4\"}");
}

static void (*const write_row[DEMO_TABLE_COUNT])(struct row *row, struct text *t) = {
	[DEMO_USERS] = write_user,
	[DEMO_TEAMS] = write_team,
	[DEMO_TEAM_MEMBERS] = write_team_member,
	[DEMO_AGENTS] = write_agent,
	[DEMO_WORKFLOWS] = write_workflow,
	[DEMO_SCHEDULES] = write_schedule,
	[DEMO_TASKS] = write_task,
	[DEMO_MESSAGES] = write_message,
	[DEMO_TOOL_CALLS] = write_tool_call,
	[DEMO_ARTIFACTS] = write_artifact,
	[DEMO_USAGE] = write_usage,
	[DEMO_USAGE_ARCHIVE] = write_usage_archive,
	[DEMO_SETTINGS] = write_setting,
	[DEMO_EVENTS] = write_event,
};

static const struct table tables[] = {
#define X(id, name, columns, share, bytes) { name, columns, share, bytes },
	DEMO_TABLES(X)
#undef X
};

const char *demo_table_name(enum demo_table table)
{
	return tables[table].name;
}

const char *demo_table_columns(enum demo_table table)
{
	return tables[table].columns;
}

void generator_init(struct generator *g, uint64_t seed, uint64_t size)
{
	uint64_t *rows = g->rows;

	g->seed = seed;
	for (unsigned i = 0; i < DEMO_TABLE_COUNT; i++) {
		rows[i] = 0;
		if (tables[i].share > 0)
			rows[i] = 8 + size / 1000 * tables[i].share / tables[i].bytes;
	}
	rows[DEMO_AGENTS] += AGENT_VERSIONS - rows[DEMO_AGENTS] % AGENT_VERSIONS;
	rows[DEMO_TEAMS] = 1 + rows[DEMO_USERS] / 12;
	rows[DEMO_TEAM_MEMBERS] = rows[DEMO_USERS];
	rows[DEMO_SCHEDULES] = rows[DEMO_WORKFLOWS] / 2;
	rows[DEMO_SETTINGS] = 32;
	g->large_objects = (rows[DEMO_ARTIFACTS] + ARTIFACTS_PER_LARGE_OBJECT - 1) /
			   ARTIFACTS_PER_LARGE_OBJECT;
}

void generator_row(const struct generator *g, enum demo_table table, uint64_t index, struct text *t)
{
	struct row row = { g, index, index + 1, random_for(g->seed, table, index) };

	write_row[table](&row, t);
	text_char(t, '\n');
}

size_t generator_large_object(const struct generator *g, uint64_t index, char *out, size_t room,
			      uint64_t *offset)
{
	struct random r = random_for(g->seed, DEMO_TABLE_COUNT + 1, index);
	struct text t = { .at = out, .end = out + room };

	/* Every fourth begins with a hole, which reads as zeros. */
	*offset = index % 4 == 3 ? 20000 : 0;
	prose_text(&t, &r, 3000 + random_below(&r, 9000), false);
	return (size_t)(t.at - out);
}
