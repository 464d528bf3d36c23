/* SPDX-License-Identifier: Apache-2.0 */
/* Queues for those who want to know what schedules missed, what is stale, and which drills come. */
#include "cmd/coming_drill.h"
#include "cmd/schedule_state.h"
#include "notify/notify.h"

static struct notify_missed missed_of(const struct schedule_state *s)
{
	return (struct notify_missed){ .schedule = s->config->name,
				       .kind = s->config->run,
				       .reason = s->missed_reason,
				       .at_ns = s->missed_at_ns };
}

static struct notify_stale stale_of(const struct schedule_state *s)
{
	return (struct notify_stale){ .schedule = s->config->name,
				      .kind = s->config->run,
				      .newest_ns = s->success_ns,
				      .limit_ns = s->stale_after_ns,
				      .paused = s->pause != NULL };
}

int schedule_tell(const struct config *config, struct history *h, int64_t now_ns, size_t *queued,
		  struct error *err)
{
	CLEANUP(schedule_states_release)
	struct schedule_states states = { .count = 0 };
	CLEANUP(cleanup_free)
	struct notify_missed *missed = calloc(config->schedule_count + 1, sizeof(*missed));
	CLEANUP(cleanup_free)
	struct notify_stale *stale = calloc(config->schedule_count + 1, sizeof(*stale));
	struct notify_schedules found = { .missed = missed, .stale = stale };
	const struct notify_scope scope = { .config = config, .history = h, .now_ns = now_ns };

	if (!missed || !stale)
		return error_set(err, ERROR_NOMEM, "no memory for the state of schedules");
	if (schedule_states_learn(config, h, now_ns, &states, err) < 0)
		return -1;
	for (size_t i = 0; i < states.count; i++) {
		const struct schedule_state *s = &states.item[i];

		if (s->missed)
			missed[found.missed_count++] = missed_of(s);
		if (s->stale)
			stale[found.stale_count++] = stale_of(s);
	}
	if (coming_drills_announce(&scope, &states, queued, err) < 0)
		return -1;
	return notify_schedules(&scope, &found, queued, err);
}
