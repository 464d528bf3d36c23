/* SPDX-License-Identifier: Apache-2.0 */
/* What a restored server that equals its backup is asked: what expired, and whether it can go on as a master. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "component/redis/connection.h"
#include "component/redis/restore.intern.h"

enum { DATABASES_NAMED = 10 };

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for the checks of a restore");
}

/* "2 in database 0, 1 in database 3: 'a', 'b'" */
static int describe_expired(const struct outline *o, struct buf *text, uint64_t *count)
{
	size_t databases = 0, named = 0;

	*count = 0;
	for (size_t i = 0; i < o->count; i++) {
		const struct outline_entry *e = &o->item[i];
		int rc = 0;

		if (strcmp(e->kind, READING_EXPIRED_DATABASE) == 0) {
			*count += e->count;
			if (databases++ < DATABASES_NAMED)
				rc = buf_printf(text, "%s%" PRIu64 " in database %s",
						databases > 1 ? ", " : "", e->count, e->name);
		} else {
			rc = buf_printf(text, "%s'%s'", named++ ? ", " : ": ", e->name);
		}
		if (rc < 0)
			return -1;
	}
	return databases > DATABASES_NAMED || named < *count ? buf_puts(text, ", …") : 0;
}

static int check_expired(struct restoring *r, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct check check = { .name = check_name(CHECK_EXPIRED), .verdict = VERDICT_PASS };
	char number[24];
	uint64_t count;

	if (describe_expired(&r->reading.expired, &text, &count) < 0)
		return no_memory(err);
	(void)snprintf(number, sizeof(number), "%" PRIu64, count);
	check.found = number;
	if (!count)
		return restoring_add(r, &check, err, "no key has expired since the backup");
	return restoring_add(r, &check, err,
			     "the time of %s keys has passed, which a master will delete: %s",
			     number, text.ptr);
}

/* Libraries of functions are no keys: what compares databases does not see them. */
static int check_functions(struct restoring *r, struct error *err)
{
	const struct fact *its = facts_find(r->part->facts, FACT_SETTING, "", "functions");
	const struct fact *now = facts_find(&r->out->part[0].facts, FACT_SETTING, "", "functions");
	bool same = its && now && strcmp(its->value, now->value) == 0 &&
		    its->fingerprint.low == now->fingerprint.low &&
		    its->fingerprint.high == now->fingerprint.high;
	struct check check = { .name = check_name(CHECK_SCHEMA),
			       .subject = "functions",
			       .verdict = same ? VERDICT_PASS : VERDICT_FAIL,
			       .expected = its ? its->value : "0",
			       .found = now ? now->value : "0" };

	if (!its && !now)
		return 0;
	if (same)
		return restoring_add(r, &check, err, "%s function libraries came back as they were",
				     its->value);
	return restoring_add(r, &check, err,
			     "function libraries differ: %s in the backup, %s restored",
			     check.expected, check.found);
}

static int note_memory(struct restoring *r, struct error *err)
{
	static const char *const names[] = { "used_memory", "used_memory_peak", "maxmemory" };
	CLEANUP(cleanup_reply)
	redisReply *info = connection_info(r->connection, "memory", err);

	if (!info)
		return -1;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (restoring_note_number(r, names[i], restoring_number(info->str, names[i]), err) <
		    0)
			return -1;
	}
	return 0;
}

int restoring_check(struct restoring *r, struct error *err)
{
	if (check_expired(r, err) < 0 || check_functions(r, err) < 0)
		return -1;
	if (restoring_promote(r, err) < 0)
		return -1;
	return note_memory(r, err);
}
