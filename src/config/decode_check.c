/* SPDX-License-Identifier: Apache-2.0 */
/* What no key tells alone: names that must be those of something, keys that need each other. */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "config/decode.intern.h"

enum { PATH_SIZE = 256 };

/* Where the value of `key` of an item stands, else the item. */
static const struct node *place_of(const struct node *root, const char *section, const char *item,
				   const char *key)
{
	char path[PATH_SIZE];
	const struct node *node;

	(void)snprintf(path, sizeof(path), "%s.%s.%s", section, item, key);
	node = node_find(root, path);
	if (node)
		return node;
	(void)snprintf(path, sizeof(path), "%s.%s", section, item);
	node = node_find(root, path);
	return node ? node : root;
}

static void check_components(struct decoder *d, const struct node *node,
			     const struct string_list *names)
{
	for (size_t i = 0; i < names->count; i++) {
		struct nearest near = { .word = names->item[i] };

		if (config_component(d->config, names->item[i]))
			continue;
		for (size_t k = 0; k < d->config->component_count; k++)
			nearest_offer(&near, d->config->component[k].name);
		complain(d->complaints, node->source, node->key_mark,
			 "%s: there is no component \"%s\"%s", node->key, names->item[i],
			 did_you_mean(near.best));
	}
}

static void check_receiver_name(struct decoder *d, const struct node *node, const char *name)
{
	const struct notify_config *n = &d->config->notify;
	struct nearest near = { .word = name };

	if (config_receiver(d->config, name))
		return;
	for (size_t i = 0; i < n->receiver_count; i++)
		nearest_offer(&near, n->receiver[i].name);
	complain(d->complaints, node->source, node->key_mark, "%s: there is no receiver \"%s\"%s",
		 node->key, name, did_you_mean(near.best));
}

static void check_routes(struct decoder *d, const struct node *root)
{
	for (size_t i = 0; i < d->config->notify.route_count; i++) {
		const struct route_config *r = &d->config->notify.route[i];
		const struct node *to = place_of(root, "notify.routes", r->name, "to");

		for (size_t k = 0; k < r->to.count; k++)
			check_receiver_name(d, to, r->to.item[k]);
		check_components(d, place_of(root, "notify.routes", r->name, "components"),
				 &r->components);
	}
}

static void check_alert(struct decoder *d, const struct node *root)
{
	const struct string_list *to = &d->config->drill_alert.to;
	const struct node *node = node_find(root, "drill.test_alert");

	for (size_t i = 0; node && i < to->count; i++)
		check_receiver_name(d, node, to->item[i]);
}

static void check_receiver(struct decoder *d, const struct node *root,
			   const struct receiver_config *r)
{
	const struct node *node = place_of(root, "notify.receivers", r->name, "type");
	const char *missing = NULL;

	if (r->kind == RECEIVER_MAIL && !r->to.count)
		missing = "to";
	else if (r->kind != RECEIVER_MAIL && r->kind != RECEIVER_PAGERDUTY &&
		 r->url.kind == SECRET_NONE)
		missing = "url";
	else if (r->kind == RECEIVER_PAGERDUTY && r->key.kind == SECRET_NONE)
		missing = "key";
	if (missing)
		complain(d->complaints, node->source, node->key_mark,
			 "receiver \"%s\" of type %s has no %s", r->name,
			 receiver_kind_name(r->kind), missing);
	if (*r->instead)
		check_receiver_name(d, place_of(root, "notify.receivers", r->name, "instead"),
				    r->instead);
}

static void check_offsite(struct decoder *d, const struct node *root)
{
	const char *url = d->config->offsite.url;
	const struct node *node = node_find(root, "offsite.url"),
			  *copy = node_find(root, "offsite.copy");

	if (!*url && copy && d->config->offsite.copy)
		complain(d->complaints, copy->source, copy->mark,
			 "copy: there is no offsite.url to copy to");
	if (!*url || !node)
		return;
	if (strncmp(url, "s3://", 5) != 0 || !url[5] || url[5] == '/')
		complain(d->complaints, node->source, node->mark,
			 "url: \"%s\" is not s3://BUCKET or s3://BUCKET/PREFIX", url);
}

int decode_check(struct decoder *d, const struct node *root)
{
	for (size_t i = 0; i < d->config->schedule_count; i++) {
		const struct schedule_config *s = &d->config->schedule[i];

		check_components(d, place_of(root, "schedules", s->name, "components"),
				 &s->components);
	}
	/* without a type nothing more is known of a receiver, and its complaint is made */
	if (!d->complaints->errors) {
		for (size_t i = 0; i < d->config->notify.receiver_count; i++)
			check_receiver(d, root, &d->config->notify.receiver[i]);
	}
	check_routes(d, root);
	check_alert(d, root);
	check_offsite(d, root);
	return decode_check_deploy(d, root);
}
