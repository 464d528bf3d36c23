/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/drill_dead.h"

#include <string.h>

#include "base/clock.h"
#include "history/unfinished.h"
#include "report/any.h"

/* So long people have for a drill before those of the schedule no longer wait for what becomes of it. */
static const int64_t patience_ns = 24 * 3600 * NS_PER_SECOND;

int drill_dead_save(const struct config *config, struct history *h, const char *id,
		    char path[REPORT_PATH_SIZE], struct error *err)
{
	CLEANUP(run_release)
	struct run run = { .kind = NULL };

	path[0] = '\0';
	if (history_load(h, id, &run, err) < 0)
		return -1;
	if (!run_find_note(&run, "", "plan.yaml"))
		return 0;
	return report_any_save(h, &run, config->state_dir, path, err);
}

/* It is over, whether its report can be saved or not. */
static void save(const struct invocation *inv, const struct config *config, struct history *h,
		 const char *id)
{
	struct error own = ERROR_INIT;
	char path[REPORT_PATH_SIZE];

	if (drill_dead_save(config, h, id, path, &own) < 0) {
		terminal_error(&inv->message, &own);
		error_clear(&own);
	} else if (path[0] && !inv->global.json && !inv->global.quiet)
		(void)fprintf(inv->err, "The report of drill %s is in %s\n", id, path);
}

int drill_dead_recover(const struct invocation *inv, const struct config *config, struct history *h,
		       struct error *err)
{
	struct history_drill dead, left;

	if (history_unfinished_drill(h, &dead, err) < 0 || history_recover(h, err) < 0)
		return -1;
	if (!dead.run[0] || dead.alive)
		return 0;
	if (history_unfinished_drill(h, &left, err) < 0)
		return -1;
	/* whether it may be resumed is a matter of time: what was ended tells */
	if (strcmp(left.run, dead.run) != 0)
		save(inv, config, h, dead.run);
	return 0;
}

static int was_automatic(struct history *h, const char *id, bool *out, struct error *err)
{
	CLEANUP(run_release)
	struct run run = { .kind = NULL };
	const char *mode;

	if (history_load_brief(h, id, &run, err) < 0)
		return -1;
	mode = run_find_note(&run, "", "mode");
	*out = mode && strcmp(mode, "automatic") == 0;
	return 0;
}

static int refuse(const struct history_drill *dead, struct error *err)
{
	char since[CLOCK_RFC3339_SIZE];

	(void)error_set(err, ERROR_BUSY,
			"drill %s has no end: its process is gone, its last sign of life was at %s",
			dead->run, clock_format_rfc3339(dead->last_sign_ns, since));
	return error_hint(err, "muster drill resume takes it up again, muster drill close ends it");
}

/* The next one of a schedule finds nobody who could decide. */
static int end_it(const struct invocation *inv, const struct config *config, struct history *h,
		  const char *id, struct error *err)
{
	if (history_end_drill(h, id, err) < 0)
		return -1;
	(void)fprintf(
		inv->err,
		"muster: drill %s, whose process is gone, was ended as an error, interrupted; "
		"it is not taken up again\n",
		id);
	save(inv, config, h, id);
	return 0;
}

int drill_dead_settle(const struct invocation *inv, const struct config *config, struct history *h,
		      bool automatic, struct error *err)
{
	struct history_drill dead;
	bool nobodys = false;

	if (history_unfinished_drill(h, &dead, err) < 0)
		return -1;
	if (!dead.run[0] || !dead.resumable)
		return 0;
	if (automatic && was_automatic(h, dead.run, &nobodys, err) < 0)
		return -1;
	if (nobodys || (automatic && clock_wall_ns() - dead.started_ns >= patience_ns))
		return end_it(inv, config, h, dead.run, err);
	return refuse(&dead, err);
}
