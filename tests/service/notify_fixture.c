/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: notify_fixture CONFIG RECEIVER [STOP_AFTER_MS] <NOTICE.json
 * Tries once to tell the notice to a receiver of a muster.yaml, and prints what came of it as JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "model/json.h"
#include "notify/receiver.h"

static int64_t stop_at_ns;

static bool is_to_stop(const void *cookie)
{
	(void)cookie;
	return stop_at_ns && clock_monotonic_ns() >= stop_at_ns;
}

static int print(json_t *o)
{
	int rc = o ? json_dumpf(o, stdout, JSON_COMPACT) : -1;

	json_decref(o);
	return rc < 0 ? 1 : 0;
}

static int tell_error(const struct error *err)
{
	return print(json_pack("{s:s, s:o}", "outcome", error_kind_name(err->kind), "answer",
			       json_string(err->message)));
}

static int tell(const struct delivery *d)
{
	static const char *const outcomes[] = {
		[DELIVERY_DONE] = "done", [DELIVERY_LATER] = "later", [DELIVERY_REFUSED] = "refused"
	};

	return print(
		json_pack("{s:s, s:I, s:o, s:o}", "outcome", outcomes[d->outcome], "retry_after",
			  (json_int_t)((d->retry_after_ns + NS_PER_SECOND - 1) / NS_PER_SECOND),
			  "answer", json_string(d->answer), "hint", json_string(d->hint)));
}

int main(int argc, char **argv)
{
	CLEANUP(cleanup_json)
	json_t *json = json_loadf(stdin, 0, NULL);
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(config_complaints_release)
	struct config_complaints complaints = { 0 };
	CLEANUP(notice_release)
	struct notice notice = { 0 };
	struct error err = ERROR_INIT;
	struct delivery delivery;
	const struct stop stop = { .asked = is_to_stop };
	const struct receiver_config *receiver;

	if (argc < 3)
		return 2;
	if (argc > 3)
		stop_at_ns = clock_monotonic_ns() + strtoll(argv[3], NULL, 10) * 1000000;
	if (config_load(&(struct config_source){ .path = argv[1] }, &config, &complaints, &err) <
	    0) {
		for (size_t i = 0; i < complaints.count; i++)
			(void)fprintf(stderr, "%s\n", complaints.item[i].message);
		return 2;
	}
	receiver = config_receiver(&config, argv[2]);
	if (!receiver)
		return 2;
	if (notice_from_json(json, &notice, &err) < 0 ||
	    receiver_send(receiver, &notice, &stop, &delivery, &err) < 0)
		return tell_error(&err);
	return tell(&delivery);
}
