/* SPDX-License-Identifier: Apache-2.0 */
/* A history for one test, in memory or in a directory of its own, and what is told to it. */
#ifndef TESTS_HISTORY_WORLD_H
#define TESTS_HISTORY_WORLD_H

#include <stdlib.h>

#include "base/file.h"
#include "history/history.h"

struct world {
	char directory[64]; /* the state directory; "": the history is in memory */
	char database[96];  /* its file */
	struct history *h;  /* NULL: each of the test's processes opens its own */
	struct error err;
};

/* The set-up of a test whose processes open its history themselves. */
static inline int world_of_directory(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	(void)snprintf(w->directory, sizeof(w->directory), "/tmp/muster-history-XXXXXX");
	assert_non_null(mkdtemp(w->directory));
	(void)snprintf(w->database, sizeof(w->database), "%s/history.db", w->directory);
	*state = w;
	return 0;
}

static inline struct history *world_open(struct world *w)
{
	struct history *h = NULL;

	if (history_open(w->directory, &h, &w->err) < 0)
		fail_msg("%s", w->err.message);
	return h;
}

static inline int world_on_disk(void **state)
{
	struct world *w;

	(void)world_of_directory(state);
	w = *state;
	w->h = world_open(w);
	return 0;
}

static inline int world_in_memory(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	assert_int_equal(history_open_memory(&w->h, &w->err), 0);
	*state = w;
	return 0;
}

static inline int world_end(void **state)
{
	struct world *w = *state;
	struct error err = ERROR_INIT;

	history_close(w->h);
	if (*w->directory)
		assert_int_equal(file_remove_tree(w->directory, &err), 0);
	free(w);
	return 0;
}

static inline void tell(struct world *w, const struct event *e)
{
	if (event_send(history_sink(w->h), e, &w->err) < 0)
		fail_msg("%s", w->err.message);
}

static inline void begin_run(struct world *w, const char *id, const char *kind, int64_t at_ns)
{
	tell(w,
	     &(struct event){ .type = EVENT_RUN_STARTED, .at_ns = at_ns, .run = id, .kind = kind });
}

#endif
