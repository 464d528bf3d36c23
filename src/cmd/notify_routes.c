/* SPDX-License-Identifier: Apache-2.0 */
/* muster notify routes: who would be told of what. */
#include <string.h>

#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/listing.h"
#include "model/json.h"
#include "notify/routes.h"

struct routes_options {
	const char *kind, *component;
};

static const struct option_row rows[] = {
	{ .name = "kind",
	  .type = OPTION_STRING,
	  .metavar = "KIND",
	  .summary = "of runs of this kind (verify)",
	  .offset = offsetof(struct routes_options, kind) },
	{ .name = "component",
	  .type = OPTION_STRING,
	  .metavar = "COMPONENT",
	  .summary = "of this component (any)",
	  .offset = offsetof(struct routes_options, component) },
	{ 0 },
};

static const struct listing_column columns[] = {
	{ .title = "RECEIVER", .gives_width = true },
	{ .title = "TYPE" },
	{ .title = "INSTEAD", .spare = 1 },
	{ .title = "EVENTS" },
};

static bool wants(const struct invocation *inv, const struct config *config,
		  const struct receiver_config *r, enum notice_event event)
{
	const struct routes_options *o = inv->options;
	const struct route_question q = { .event = event,
					  .kind = o->kind ? o->kind : "verify",
					  .component = &o->component,
					  .component_count = o->component != NULL };

	return event != NOTICE_TEST && event != NOTICE_GIVEN_UP && event != NOTICE_PUBLISHED &&
	       routes_want(&config->notify, r, &q);
}

static void add_row(struct listing *l, const struct invocation *inv, const struct config *config,
		    const struct receiver_config *r)
{
	const struct receiver_config *instead = routes_instead(&config->notify, r);
	char events[200] = "";
	size_t used = 0;

	for (int e = 0; e < NOTICE_EVENT_COUNT; e++) {
		if (wants(inv, config, r, (enum notice_event)e))
			used += (size_t)snprintf(events + used, sizeof(events) - used, "%s%s",
						 used ? " " : "",
						 notice_event_name((enum notice_event)e));
	}
	listing_text(l, r->name);
	listing_text(l, receiver_kind_name(r->kind));
	listing_text(l, instead ? instead->name : "nobody");
	listing_text(l, used ? events : "none");
}

static int print(const struct invocation *inv, const struct config *config, struct error *err)
{
	struct listing l = { .terminal = &inv->screen,
			     .column = columns,
			     .columns = sizeof(columns) / sizeof(*columns) };
	int rc;

	if (!config->notify.receiver_count) {
		(void)fputs("there are no receivers: nobody is told anything\n", inv->out);
		return 0;
	}
	for (size_t i = 0; i < config->notify.receiver_count; i++)
		add_row(&l, inv, config, &config->notify.receiver[i]);
	rc = listing_print(&l, err);
	listing_release(&l);
	return rc;
}

static json_t *receiver_to_json(const struct invocation *inv, const struct config *config,
				const struct receiver_config *r)
{
	const struct receiver_config *instead = routes_instead(&config->notify, r);
	CLEANUP(cleanup_json)
	json_t *o = json_object();
	CLEANUP(cleanup_json)
	json_t *events = json_array();

	for (int e = 0; events && e < NOTICE_EVENT_COUNT; e++) {
		if (wants(inv, config, r, (enum notice_event)e) &&
		    json_array_append_new(
			    events, text_to_json(notice_event_name((enum notice_event)e))) < 0)
			return NULL;
	}
	if (o && member_put(o, "name", text_to_json(r->name)) &&
	    member_put(o, "type", text_to_json(receiver_kind_name(r->kind))) &&
	    member_put(o, "instead", instead ? text_to_json(instead->name) : json_null()) &&
	    member_put(o, "events", TAKE(events)))
		return TAKE(o);
	return NULL;
}

static int print_json(const struct invocation *inv, const struct config *config, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *list = json_array();

	for (size_t i = 0; list && i < config->notify.receiver_count; i++) {
		if (json_array_append_new(
			    list, receiver_to_json(inv, config, &config->notify.receiver[i])) < 0)
			return document_no_memory(err);
	}
	return document_print_list(inv->out, "notify-routes", "receivers", TAKE(list), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	CLEANUP(config_release)
	struct config config = { 0 };
	int rc;

	if (configuration_load(inv, &config, err) < 0)
		return -1;
	rc = inv->global.json ? print_json(inv, &config, err) : print(inv, &config, err);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command notify_routes_command = {
	.name = "routes",
	.summary = "show which receiver is told of what",
	.description =
		"Lists the receivers, of which events each is told by the routes (of runs of one "
		"kind, of one component), and who is told when it cannot be. Nothing is sent.\n\n"
		"With --json the document muster.notify-routes/v1 holds receivers[] of name, type, "
		"instead and events[].",
	.options = rows,
	.options_size = sizeof(struct routes_options),
	.examples = "muster notify routes --kind drill --component postgres-main",
	.run = run,
};
