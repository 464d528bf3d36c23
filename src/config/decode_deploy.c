/* SPDX-License-Identifier: Apache-2.0 */
/* What no key tells alone of services that are deployed and of what is tried on them. */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "config/decode.intern.h"

enum { PATH_SIZE = 256 };

/* KEY of the component's deploy, else deploy itself. */
static const struct node *place_of(const struct node *root, const char *component, const char *key)
{
	char path[PATH_SIZE];
	const struct node *deploy, *node;

	(void)snprintf(path, sizeof(path), "components.%s.deploy", component);
	deploy = node_find(root, path);
	node = node_child(deploy, key);
	return node ? node : deploy ? deploy : root;
}

/* An unknown name and one of a service that nobody deploys are both no start to wait for. */
static void check_needs(struct decoder *d, const struct node *root,
			const struct component_config *c)
{
	const struct node *node = place_of(root, c->name, "needs");

	for (size_t i = 0; i < c->deploy.needs.count; i++) {
		const char *name = c->deploy.needs.item[i];
		const struct component_config *other = config_component(d->config, name);
		struct nearest near = { .word = name };

		if (!other) {
			for (size_t k = 0; k < d->config->component_count; k++)
				nearest_offer(&near, d->config->component[k].name);
			complain(d->complaints, node->source, node->key_mark,
				 "needs: there is no component \"%s\"%s", name,
				 did_you_mean(near.best));
		} else if (!config_has_backups(other) && !config_is_deployed(other)) {
			complain(d->complaints, node->source, node->key_mark,
				 "needs: \"%s\" is not deployed: it has no deploy.command", name);
		}
	}
}

/* Do the needs of `c` lead to `start`? `seen`, one for each component, ends the search. */
static bool comes_back(const struct config *config, const struct component_config *c,
		       const struct component_config *start, bool *seen)
{
	for (size_t i = 0; i < c->deploy.needs.count; i++) {
		const struct component_config *next =
			config_component(config, c->deploy.needs.item[i]);

		if (next == start)
			return true;
		if (!next || seen[next - config->component])
			continue;
		seen[next - config->component] = true;
		if (comes_back(config, next, start, seen))
			return true;
	}
	return false;
}

static int check_cycle(struct decoder *d, const struct node *root, const struct component_config *c)
{
	const struct node *node = place_of(root, c->name, "needs");
	bool *seen = arena_alloc(&d->config->arena, d->config->component_count);

	if (!seen)
		return decode_no_memory(d);
	if (comes_back(d->config, c, c, seen))
		complain(d->complaints, node->source, node->key_mark,
			 "needs: \"%s\" needs itself, by way of what it needs", c->name);
	return 0;
}

static void check_health(struct decoder *d, const struct node *root,
			 const struct component_config *c)
{
	const struct node *node = place_of(root, c->name, "health");
	struct health_config health;

	if (!config_inner_health(c, &health))
		warn_about(
			d->complaints, node->source, node->key_mark,
			"service \"%s\" is deployed, but how to see that it is well is not told: "
			"set deploy.health",
			c->name);
}

static int check_component(struct decoder *d, const struct node *root,
			   const struct component_config *c)
{
	char path[PATH_SIZE];
	const struct node *node;

	(void)snprintf(path, sizeof(path), "components.%s.deploy", c->name);
	node = node_find(root, path);
	if (!node || c->engine != ENGINE_SERVICE)
		return 0;
	if (!node_child(node, "command"))
		complain(d->complaints, node->source, node->key_mark,
			 "deploy of \"%s\" has no command", c->name);
	if (!config_is_deployed(c))
		return 0;
	if (*c->deploy.cwd && *c->deploy.cwd != '/')
		complain(d->complaints, node->source, node->key_mark, "cwd: must be absolute");
	check_needs(d, root, c);
	check_health(d, root, c);
	return check_cycle(d, root, c);
}

static void check_trial(struct decoder *d, const struct node *root,
			const struct key_section *section, const struct trial_config *t)
{
	char path[PATH_SIZE];
	const struct node *node;

	(void)snprintf(path, sizeof(path), "%s.%s", section->path, t->name);
	node = node_find(root, path);
	if (!node)
		return;
	if (!node_child(node, "command") == !node_child(node, "http"))
		complain(d->complaints, node->source, node->key_mark, "%s \"%s\" has %s",
			 section->noun, t->name,
			 node_child(node, "http") ? "both command and http: one of them is meant" :
						    "neither command nor http");
	else if (node_child(node, "expect") && node_child(node, "http"))
		complain(d->complaints, node->source, node_child(node, "expect")->key_mark,
			 "expect: is of a command's output; requests have their own");
	else if (node_child(node, "http") && !t->request_count && node->kind == NODE_MAP &&
		 node_child(node, "http")->kind == NODE_LIST)
		complain(d->complaints, node->source, node_child(node, "http")->key_mark,
			 "http: has no request");
}

int decode_check_deploy(struct decoder *d, const struct node *root)
{
	const struct config *c = d->config;

	for (size_t i = 0; i < c->component_count; i++) {
		if (check_component(d, root, &c->component[i]) < 0)
			return -1;
	}
	for (size_t i = 0; i < c->smoke_count; i++)
		check_trial(d, root, key_section("drill.smoke"), &c->smoke[i]);
	for (size_t i = 0; i < c->workflow_count; i++)
		check_trial(d, root, key_section("drill.workflows"), &c->workflow[i]);
	for (size_t i = 0; i < c->monitoring_count; i++)
		check_trial(d, root, key_section("drill.monitoring"), &c->monitoring[i]);
	return 0;
}
