/* SPDX-License-Identifier: Apache-2.0 */
#include "service/content.h"

#include <string.h>

#include "base/clock.h"
#include "model/quote.h"

static int judge_condition(const struct expect *e, const struct buf *value,
			   char found[EXPECT_FOUND_SIZE])
{
	return expect_judge(e, value->len ? value->ptr : "", clock_wall_ns(), found) ==
	       EXPECT_HOLDS;
}

static int judge(const struct content_question *q, const struct buf *value,
		 char found[EXPECT_FOUND_SIZE], struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	struct expect_mistake mistake;
	struct expect e;

	if (variables_expand(q->variables, q->wanted, &text, err) < 0)
		return -1;
	/* the configuration says what is a condition, not what a service put into a variable */
	if (expect_begins(q->wanted)) {
		if (expect_parse(text.ptr, &e, &mistake) < 0)
			return error_set(err, ERROR_CONFIG, "%s: %s", q->wanted, mistake.message);
		return judge_condition(&e, value, found);
	}
	if (q->of == CONTENT_WHOLE) {
		expect_exactly(text.ptr, &e);
		return judge_condition(&e, value, found);
	}
	(void)quote_text(value->len ? value->ptr : "nothing", found, EXPECT_FOUND_SIZE);
	return !text.len || (value->len && memmem(value->ptr, value->len, text.ptr, text.len));
}

int content_judge(const struct content_question *q, const struct buf *value,
		  char found[EXPECT_FOUND_SIZE], struct error *err)
{
	CLEANUP(buf_release)
	struct buf shown = { 0 };
	int held = judge(q, value, found, err);

	if (held != 0 || !q->hidden || !value->len)
		return held;
	/* judged as it is, but told of without what is hidden, which the end of `found` may cut */
	if (buf_append(&shown, value->ptr, value->len) < 0)
		return error_set(err, ERROR_NOMEM, "no memory to quote a text");
	hidden_from(q->hidden, &shown);
	return judge(q, &shown, found, err) < 0 ? -1 : 0;
}
