/* SPDX-License-Identifier: Apache-2.0 */
/* A sandbox for services alone, without any server. */
#ifndef TESTS_SERVICE_SERVICES_VISITED_H
#define TESTS_SERVICE_SERVICES_VISITED_H

#include "services_ground.h"

static const char *const env[] = { "PLACE=inside", NULL };

static inline int be_visited(const struct place *place, struct sandbox_pipes pipes, void *cookie)
{
	const struct visit_guide guide = {
		.directory = place->directory, .env = env, .work = ask_work, .cookie = cookie
	};
	struct error err = ERROR_INIT;

	return visit_serve(pipes, &guide, &err) < 0;
}

static inline struct ground *visited(const char *text)
{
	struct ground *g = prepare(text, be_visited);

	g->env = env;
	return g;
}

#define BEGINNING                                                                                  \
	"version: 1\n"                                                                             \
	"components:\n"

#endif
