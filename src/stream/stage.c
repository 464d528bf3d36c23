/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/stage.h"

int stage_finish(struct stage *s, struct error *err)
{
	for (; s; s = s->next) {
		if (s->ops->finish && s->ops->finish(s, err) < 0)
			return -1;
	}
	return 0;
}

void stage_free_chain(struct stage *s)
{
	while (s) {
		struct stage *next = s->next;

		s->ops->free(s);
		s = next;
	}
}
