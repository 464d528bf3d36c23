/* SPDX-License-Identifier: Apache-2.0 */
/* The requests of a smoke test or a workflow: a list of maps. */
#include <ctype.h>
#include <string.h>

#include "config/decode.intern.h"

enum { REQUESTS_MAX = 1000 };

static void check_method(struct decoder *d, const struct node *node)
{
	const struct node *method = node_child(node, "method");
	const char *name = d->request->method;

	if (!method || !*name)
		return;
	for (const char *c = name; *c; c++) {
		if (isascii(*c) && isupper((unsigned char)*c))
			continue;
		complain(d->complaints, method->source, method->mark,
			 "method: \"%s\" is no method such as GET or POST", name);
		return;
	}
}

static void check_url(struct decoder *d, const struct node *node)
{
	const struct node *child = node_child(node, "url");
	const char *url = d->request->url;

	if (!child)
		complain(d->complaints, node->source, node->mark, "request %zu has no url",
			 d->request_number);
	else if (url && strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0 &&
		 strncmp(url, "${", 2) != 0)
		complain(d->complaints, child->source, child->mark,
			 "url: \"%s\" does not begin with http:// or https://", url);
}

static int decode_request(struct decoder *d, const struct node *node)
{
	if (node->kind != NODE_MAP) {
		complain(d->complaints, node->source, node->mark,
			 "http: request %zu is no map of keys", d->request_number);
		return 0;
	}
	if (decode_built_in(d, KEY_OF_REQUEST) < 0 || decode_map(d, node, KEY_REQUEST) < 0)
		return -1;
	check_method(d, node);
	check_url(d, node);
	return 0;
}

int decode_requests(struct decoder *d, const struct node *list)
{
	struct trial_config *t = (struct trial_config *)(void *)d->item;
	size_t count = decode_count_children(list);

	if (list->kind != NODE_LIST || t->request || count > REQUESTS_MAX) {
		/* a second one has its complaint as a duplicate key */
		if (list->kind != NODE_LIST || count > REQUESTS_MAX)
			complain(d->complaints, list->source, list->key_mark,
				 "http: must be a list of at most %d requests", REQUESTS_MAX);
		return 0;
	}
	t->request = arena_alloc(&d->config->arena, (count + 1) * sizeof(*t->request));
	if (!t->request)
		return decode_no_memory(d);
	for (const struct node *child = list->first; child; child = child->next) {
		d->request = &t->request[t->request_count++];
		d->request_number = t->request_count;
		if (decode_request(d, child) < 0)
			return -1;
	}
	d->request = NULL;
	return 0;
}
