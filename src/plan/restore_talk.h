/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two halves of a restore test say to each other: one order goes into the sandbox,
 * then lines come out of it, each a JSON document: progress, and at last a report. What
 * comes out is hostile input.
 */
#ifndef PLAN_RESTORE_TALK_H
#define PLAN_RESTORE_TALK_H

#include "component/restore.h"

struct restore_order {
	enum engine_kind engine;
	struct restore_job job;    /* but for config and progress */
	struct restore_part *part; /* the job's; facts too */
	struct facts *facts;       /* one per part */
	struct restored_note *production;
	struct arena arena;
};
void restore_order_release(struct restore_order *o);

MUST_CHECK int restore_order_write(enum engine_kind engine, const struct restore_job *job,
				   struct buf *out, struct error *err);
/* Into zeroed `out`. */
MUST_CHECK int restore_order_parse(struct span text, struct restore_order *out, struct error *err);

enum restore_word { RESTORE_WORD_PROGRESS, RESTORE_WORD_REPORT };

/* More than one server has. */
enum { RESTORE_VARIABLES = 8, RESTORE_VARIABLE_MAX = 256 /* bytes of one */ };

struct restore_report {
	struct restored restored;
	int64_t server_ns;  /* from the beginning of its start until the server took a login */
	struct error error; /* why there is no more than that */
	/* "NAME=value", NULL-terminated, of restored.arena: how programs in the sandbox find the server */
	const char *variable[RESTORE_VARIABLES + 1];
};
void restore_report_release(struct restore_report *r);

struct restore_news {
	enum restore_word word;
	enum restore_phase phase; /* PROGRESS: and of what, how much */
	char what[128];
	uint64_t done, total;
	bool of_bytes;
	struct restore_report report; /* REPORT */
};

/* What a report may come to at most: the facts of a few million tables. Progress is short. */
enum { RESTORE_REPORT_MAX = 256 << 20 };

/* Each appends one line. */
MUST_CHECK int restore_progress_write(enum restore_phase phase, const char *what, uint64_t done,
				      uint64_t total, bool of_bytes, struct buf *out,
				      struct error *err);
MUST_CHECK int restore_report_write(const struct restore_report *r, struct buf *out,
				    struct error *err);

/* One line, without its end, into zeroed `out`; `parts` is how many the order had. */
MUST_CHECK int restore_news_parse(struct span line, size_t parts, struct restore_news *out,
				  struct error *err);

#endif
