/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: export_fixture PROGRAM NOW FORMAT NAME ZONE EXPRESSION…
 * FORMAT: service, timer, outbox-service, outbox-timer (of one schedule), cron, ics; NOW in seconds
 * since 1970. Writes the export to standard output; an error to standard error.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "schedule/export.h"

enum { SCHEDULES_MAX = 16 };

static int export_one(const char *format, const struct export_plan *p, struct buf *out,
		      struct error *err)
{
	if (strcmp(format, "service") == 0)
		return export_systemd_service(p, &p->schedule[0], out, err);
	if (strcmp(format, "timer") == 0)
		return export_systemd_timer(p, &p->schedule[0], out, err);
	if (strcmp(format, "outbox-service") == 0)
		return export_systemd_outbox_service(p, out, err);
	if (strcmp(format, "outbox-timer") == 0)
		return export_systemd_outbox_timer(p, out, err);
	if (strcmp(format, "cron") == 0)
		return export_cron(p, out, err);
	return export_ics(p, out, err);
}

int main(int argc, char **argv)
{
	static const char *const writable[] = { "/var/lib/muster", "/srv/back ups", NULL };
	struct export_schedule schedule[SCHEDULES_MAX];
	struct export_plan plan = { .schedule = schedule,
				    .platform = "shop; the \"new\" one, 100% \xc3\xa9t\xc3\xa9",
				    .config = "/etc/muster/it's 100% $HOME.yaml",
				    .writable = writable,
				    .outbox = true };
	CLEANUP(buf_release)
	struct buf out = { 0 };
	struct error err = ERROR_INIT;
	int status;

	if (argc < 7 || (argc - 4) % 3)
		return 2;
	plan.program = argv[1];
	plan.now_ns = strtoll(argv[2], NULL, 10) * NS_PER_SECOND;
	for (int i = 4; i < argc && plan.count < SCHEDULES_MAX; i += 3) {
		struct calendar *c = NULL;

		if (calendar_parse(argv[i + 2], argv[i + 1], &c, &err) < 0) {
			(void)fprintf(stderr, "%s\n", err.message);
			return 2;
		}
		schedule[plan.count++] = (struct export_schedule){ argv[i], "restore-test", c };
	}
	status = export_one(argv[3], &plan, &out, &err);
	if (status == 0)
		(void)fwrite(out.ptr, 1, out.len, stdout);
	else
		(void)fprintf(stderr, "%s\n", err.message);
	for (size_t i = 0; i < plan.count; i++) {
		const struct calendar *c = schedule[i].calendar;

		calendar_free((struct calendar *)(uintptr_t)c);
	}
	return status ? 1 : 0;
}
