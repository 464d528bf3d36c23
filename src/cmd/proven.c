/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/proven.h"

#include <string.h>

#include "model/json.h"

static void weigh(struct set_proof *p, const struct proof *one)
{
	p->component_count++;
	if (!one)
		return;
	p->proven_count++;
	if (!p->first || one->proven_ns < p->first->proven_ns)
		p->first = one;
	if (one->restore_ns > p->restore_ns)
		p->restore_ns = one->restore_ns;
}

struct set_proof set_proof_of(const char *id, const struct config *config,
			      const struct proofs *proofs)
{
	struct set_proof out = { 0 };

	for (size_t i = 0; i < config->component_count; i++) {
		const struct component_config *c = &config->component[i];

		if (config_has_backups(c))
			weigh(&out, proofs_find(proofs, id, c->name));
	}
	return out;
}

static json_t *proof_to_json(const struct proof *p)
{
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	int64_t milliseconds = p->restore_ns / 1000000;

	if (!member_put(o, "component", text_to_json(p->component)) ||
	    !member_put(o, "run", text_to_json(p->run)) ||
	    !member_put(o, "time", time_to_json(p->proven_ns)) ||
	    !member_put(o, "verdict", json_string(verdict_name(p->verdict))) ||
	    !member_put(o, "restore",
			p->restore_ns ? json_real((double)milliseconds / 1000.0) : json_null()))
		return NULL;
	return TAKE(o);
}

json_t *set_proofs_to_json(const char *id, const struct proofs *proofs)
{
	CLEANUP(cleanup_json)
	json_t *array = json_array();

	for (size_t i = 0; i < proofs->count; i++) {
		if (strcmp(proofs->item[i].set, id) == 0 &&
		    json_array_append_new(array, proof_to_json(&proofs->item[i])) < 0)
			return NULL;
	}
	return TAKE(array);
}

static struct readiness_restore restore_of(const char *set, const struct proof *p,
					   int64_t restore_ns)
{
	struct readiness_restore out = { .proven_ns = p->proven_ns, .took_ns = restore_ns };

	(void)snprintf(out.set, sizeof(out.set), "%s", set);
	(void)snprintf(out.run, sizeof(out.run), "%s", p->run);
	return out;
}

/* Sets come newest first, so that the first that is proven is it. */
static void learn_set(const struct backup_set *set, const struct config *config,
		      const struct proofs *proofs, struct readiness *r)
{
	struct set_proof whole = set_proof_of(set->id, config, proofs);

	if (!r->restore.proven_ns && set_proof_is_whole(&whole))
		r->restore = restore_of(set->id, whole.first, whole.restore_ns);
	for (size_t i = 0; i < r->count; i++) {
		struct readiness_component *c = &r->component[i];
		const struct proof *p = proofs_find(proofs, set->id, c->name);

		if (p && !c->restore.proven_ns)
			c->restore = restore_of(set->id, p, p->restore_ns);
	}
}

void proven_learn(const struct catalogue *sets, const struct config *config,
		  const struct proofs *proofs, struct readiness *r)
{
	r->newest_set = sets->set_count ? sets->set[0].id : NULL;
	for (size_t i = 0; i < sets->set_count; i++)
		learn_set(&sets->set[i], config, proofs, r);
}
