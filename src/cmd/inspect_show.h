/* SPDX-License-Identifier: Apache-2.0 */
/* An inspected file for people: what it is, what is wrong with it and what to do, what it holds. */
#ifndef CMD_INSPECT_SHOW_H
#define CMD_INSPECT_SHOW_H

#include "base/buf.h"
#include "base/cleanup.h"
#include "cmd/command.h"
#include "inspect/inspect.h"

struct inspect_show {
	const struct invocation *inv;
	size_t rows; /* of a table at most; 0: all */
	bool toc;    /* the list of contents instead of tables */
	bool facts;  /* every fact with its fingerprint, too */
};

/* -1: out of memory. */
MUST_CHECK int inspect_show(const struct inspect_show *show, const struct inspection *i,
			    struct error *err);

/* After several files: how many of each verdict, and in what time. */
void inspect_show_sum(const struct inspect_show *show, const struct inspection *results,
		      size_t count, int64_t took_ns);

/* Stands for a space where no line may end. */
#define INSPECT_NO_BREAK '\x1f'

/* "  label     text", wrapped on a terminal; `text` is escaped already. */
void inspect_field(const struct inspect_show *show, const char *label, const char *text);

/* A paragraph, wrapped likewise. */
void inspect_text(const struct inspect_show *show, const char *text);

/* inspect_holds.c: what it holds, by its facts. */
MUST_CHECK int inspect_show_holds(const struct inspect_show *show, const struct reading *r,
				  struct error *err);

/* inspect_toc.c: the list of contents. */
MUST_CHECK int inspect_show_toc(const struct inspect_show *show, const struct reading *r,
				struct error *err);
void inspect_show_facts(const struct inspect_show *show, const struct facts *facts);

#endif
