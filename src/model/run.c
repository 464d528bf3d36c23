/* SPDX-License-Identifier: Apache-2.0 */
#include "model/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/clock.h"

bool run_kind_is_automatic(const char *kind)
{
	return strcmp(kind, "verify") == 0 || strcmp(kind, "restore-test") == 0 ||
	       strcmp(kind, "backup") == 0;
}

const char *run_find_note(const struct run *r, const char *component, const char *name)
{
	for (size_t i = r->note_count; i-- > 0;) {
		const struct run_note *n = &r->note[i];

		if (strcmp(n->component, component) == 0 && strcmp(n->name, name) == 0)
			return n->text;
	}
	return NULL;
}

const char *run_next_note(const struct run *r, const char *name, size_t *at)
{
	while (*at < r->note_count) {
		const struct run_note *n = &r->note[(*at)++];

		if (!*n->component && strcmp(n->name, name) == 0)
			return n->text;
	}
	return NULL;
}

struct run_step *run_find_step(const struct run *r, const char *id)
{
	for (size_t i = r->step_count; i-- > 0;) {
		if (strcmp(r->step[i].id, id) == 0)
			return &r->step[i];
	}
	return NULL;
}

const struct run_step *run_find_first_step(const struct run *r, const char *id)
{
	for (size_t i = 0; i < r->step_count; i++) {
		if (strcmp(r->step[i].id, id) == 0)
			return &r->step[i];
	}
	return NULL;
}

void run_id_make(int64_t wall_ns, char out[RUN_ID_SIZE])
{
	time_t seconds = (time_t)(wall_ns / NS_PER_SECOND);
	uint16_t random = 0;
	struct tm tm = { 0 };
	char stamp[20];

	(void)gmtime_r(&seconds, &tm);
	(void)strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm);
	if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
		random = (uint16_t)wall_ns;
	(void)snprintf(out, RUN_ID_SIZE, "%s-%04x", stamp, random);
}

void run_release(struct run *r)
{
	checks_release(&r->checks);
	checks_release(&r->superseded);
	for (size_t i = 0; i < r->facts_count; i++)
		facts_release(&r->facts[i].facts);
	free(r->facts);
	free(r->note);
	arena_release(&r->arena);
	*r = (struct run){ 0 };
}
