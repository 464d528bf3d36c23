/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For test_notify.py: queue notices.
 *
 * usage: outbox_fixture STATE_DIR RECEIVER COUNT KEYS
 *
 * Of each key the notices are numbered in their title, from 0.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "history/outbox.h"
#include "model/json.h"
#include "notify/notice.h"

static int add(struct history *h, const char *receiver, long i, long keys, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *json = NULL;
	CLEANUP(buf_release)
	struct buf text = { 0 };
	char key[80], id[40], title[40];
	struct notice n = { .event = NOTICE_FAILED,
			    .id = id,
			    .key = key,
			    .at_ns = clock_wall_ns(),
			    .platform = "shop",
			    .host = "",
			    .kind = "verify",
			    .component = "",
			    .check = "",
			    .run = "",
			    .set = "",
			    .verdict = VERDICT_FAIL,
			    .title = title,
			    .link = "",
			    .next = "" };
	const struct outbox_item item = {
		.key = key, .receiver = receiver, .event = "failed", .created_ns = n.at_ns
	};
	struct outbox_item whole = item;

	(void)snprintf(key, sizeof(key), "muster/shop/verify/c%ld/age", i % keys);
	(void)snprintf(id, sizeof(id), "event-%ld", i);
	(void)snprintf(title, sizeof(title), "%ld", i / keys);
	json = notice_to_json(&n);
	if (!json || model_json_write_line(json, &text) < 0)
		return error_set(err, ERROR_NOMEM, "no memory");
	whole.document = text.ptr;
	return outbox_add(h, &whole, err);
}

static int fill(char **argv, struct error *err)
{
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	long count = strtol(argv[3], NULL, 10), keys = strtol(argv[4], NULL, 10);
	int rc = 0;

	if (history_open(argv[1], &h, err) < 0 || history_begin(h, err) < 0)
		return -1;
	for (long i = 0; rc == 0 && i < count; i++)
		rc = add(h, argv[2], i, keys, err);
	return history_end(h, rc, err);
}

int main(int argc, char **argv)
{
	struct error err = ERROR_INIT;

	if (argc != 5)
		return 2;
	if (fill(argv, &err) == 0)
		return 0;
	(void)fprintf(stderr, "%s\n", err.message);
	return 1;
}
