/* SPDX-License-Identifier: Apache-2.0 */
#include "notify/test_notice.h"

#include "base/clock.h"
#include "base/host.h"

int test_notice_send(const struct config *config, const struct receiver_config *r,
		     const struct test_notice *t, const struct stop *stop, struct delivery *out,
		     struct error *err)
{
	char id[RUN_ID_SIZE], host[HOST_NAME_SIZE];
	CLEANUP(arena_release)
	struct arena arena = { 0 };
	struct notice n = { .event = NOTICE_TEST,
			    .at_ns = clock_wall_ns(),
			    .platform = config->platform,
			    .host = host_name(host),
			    .kind = t->kind,
			    .component = "",
			    .check = "",
			    .run = t->run,
			    .set = "",
			    .title = t->title,
			    .verdict = VERDICT_PASS,
			    .link = "",
			    .next = t->next };

	run_id_make(n.at_ns, id);
	n.id = arena_printf(&arena, "test-%s", id);
	n.key = arena_printf(&arena, "muster/%s/%s/%s/test", config->platform, t->kind, r->name);
	if (!n.id || !n.key)
		return error_set(err, ERROR_NOMEM, "no memory for a notification");
	return receiver_send(r, &n, stop, out, err);
}
