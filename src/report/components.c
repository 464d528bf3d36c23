/* SPDX-License-Identifier: Apache-2.0 */
#include "report/components.h"

#include <string.h>

static bool is_first_of_component(const struct checks *checks, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (strcmp(checks->item[i].component, checks->item[at].component) == 0)
			return false;
	}
	return true;
}

static bool concerns_platform(const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		if (!*checks->item[i].component)
			return true;
	}
	return false;
}

bool component_next(const struct checks *checks, size_t *at, const char **out)
{
	while (*at < checks->count) {
		const char *component = checks->item[*at].component;

		(*at)++;
		if (*component && is_first_of_component(checks, *at - 1)) {
			*out = component;
			return true;
		}
	}
	*out = "";
	return (*at)++ == checks->count && concerns_platform(checks);
}

const struct check *trouble_next(const struct checks *checks, size_t *at)
{
	static const enum verdict order[] = { VERDICT_FAIL, VERDICT_ERROR, VERDICT_WARN };
	size_t rounds = sizeof(order) / sizeof(*order);

	/* one round through the checks per verdict */
	while (checks->count && *at < rounds * checks->count) {
		const struct check *c = &checks->item[*at % checks->count];
		enum verdict wanted = order[*at / checks->count];

		(*at)++;
		if (check_weight(c) == wanted)
			return c;
	}
	return NULL;
}
