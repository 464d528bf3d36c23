/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/notify_change.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "model/json.h"

static int parse_id(const char *text, int64_t *out, struct error *err)
{
	char *end = NULL;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (isdigit((unsigned char)*text) && !*end && !errno && *out > 0)
		return 0;
	(void)error_set(err, ERROR_USAGE, "\"%.40s\" is no id of a notification", text);
	return error_hint(err, "muster notify list shows them");
}

static int change_named(const struct invocation *inv, struct history *h, notify_change_fn *change,
			size_t *count, struct error *err)
{
	int64_t now_ns = clock_wall_ns();

	if (!inv->argument_count)
		return change(h, 0, now_ns, count, err);
	for (size_t i = 0; i < inv->argument_count; i++) {
		int64_t id = 0;
		size_t one = 0;

		if (parse_id(inv->argument[i], &id, err) < 0 ||
		    change(h, id, now_ns, &one, err) < 0)
			return -1;
		*count += one;
	}
	return 0;
}

int notify_change(const struct invocation *inv, notify_change_fn *change, size_t *count,
		  struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(cleanup_history)
	struct history *h = NULL;

	*count = 0;
	if (configuration_load(inv, &config, err) < 0 ||
	    history_open(config.state_dir, &h, err) < 0 || history_begin(h, err) < 0)
		return -1;
	return history_end(h, change_named(inv, h, change, count, err), err);
}

int notify_change_print(const struct invocation *inv, const char *thing, size_t count,
			struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *o = document_new(thing);

	if (!o || !member_put(o, "count", json_integer((json_int_t)count)))
		return document_no_memory(err);
	return document_print(inv->out, TAKE(o), err);
}
