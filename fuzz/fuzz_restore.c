/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandbox says, should a dump have taken it over: it is read, and what was understood written again. */
#include <stdlib.h>

#include "plan/restore_talk.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PARTS = 2 };

static void again(const struct restore_report *r)
{
	struct buf text = { 0 };
	struct restore_news back = { 0 };
	struct error err = ERROR_INIT;

	if (restore_report_write(r, &text, &err) < 0 ||
	    restore_news_parse((struct span){ (const uint8_t *)text.ptr, text.len - 1 }, PARTS,
			       &back, &err) < 0)
		abort();
	if (back.word != RESTORE_WORD_REPORT || r->restored.part_count != PARTS ||
	    back.report.restored.checks.count != r->restored.checks.count ||
	    back.report.restored.note_count != r->restored.note_count ||
	    back.report.error.kind != r->error.kind)
		abort();
	for (size_t i = 0; i < PARTS; i++) {
		if (back.report.restored.part[i].facts.count != r->restored.part[i].facts.count)
			abort();
	}
	buf_release(&text);
	restore_report_release(&back.report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct restore_news news = { 0 };
	struct restore_order order = { 0 };
	struct error err = ERROR_INIT;

	if (restore_news_parse((struct span){ data, size }, PARTS, &news, &err) == 0 &&
	    news.word == RESTORE_WORD_REPORT)
		again(&news.report);
	restore_report_release(&news.report);
	error_clear(&err);
	/* the order is ours, and is to be read as safely */
	if (restore_order_parse((struct span){ data, size }, &order, &err) < 0)
		error_clear(&err);
	restore_order_release(&order);
	return 0;
}
