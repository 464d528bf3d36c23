/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/restore_crew.h"

#include <string.h>

#include "sandbox/visit.h"
#include "service/ask.h"

struct post {
	const struct place *place;
	const struct restore_crew *crew;
};

/* Each server plans with the memory that is its own, not with all that the sandbox has. */
static int begin(void *cookie, const char *name, struct sandbox_pipes pipes)
{
	const struct post *post = cookie;

	/* what is asked of services that are deployed beside the restored servers */
	if (strcmp(name, ASK_WORK) == 0)
		return ask_work(NULL, name, pipes);
	for (size_t i = 0; i < post->crew->count; i++) {
		const struct restore_seat *seat = &post->crew->seat[i];
		struct place place = *post->place;

		if (strcmp(seat->component, name) != 0)
			continue;
		place.number = seat->number;
		place.memory_max = seat->wish.config->memory_max;
		return restore_inside_shared(&place, pipes, &seat->wish);
	}
	return 1;
}

int restore_crew_work(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	struct post post = { .place = place, .crew = cookie };
	const struct visit_guide guide = { .directory = place->directory,
					   .work = begin,
					   .cookie = &post };
	struct error err = ERROR_INIT;

	return visit_serve(pipes, &guide, &err) < 0;
}
