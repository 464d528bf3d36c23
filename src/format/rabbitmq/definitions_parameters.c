/* SPDX-License-Identifier: Apache-2.0 */
/* Runtime parameters: operator policies, and the links that would dial out when they are imported. */
#include <string.h>

#include "format/rabbitmq/definitions.intern.h"
#include "format/rabbitmq/definitions_uri.h"
#include "model/quote.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Where a link's connections lead, as far as a message has room. */
struct ways_out {
	size_t count;
	bool unknown;
	char hosts[DEFINITION_HOST_SIZE];
};

static void add_way_out(struct ways_out *ways, const json_t *uri)
{
	const char *text = json_string_value(uri);
	char host[DEFINITION_HOST_SIZE];
	enum definition_uri_result result =
		text ? definition_uri_host(text, host) : DEFINITION_URI_UNKNOWN;

	if (result == DEFINITION_URI_LOCAL)
		return;
	if (result == DEFINITION_URI_UNKNOWN)
		ways->unknown = true;
	else if (!ways->hosts[0])
		memcpy(ways->hosts, host, sizeof(host));
	ways->count++;
}

/* A URI, or several of which the link takes one that answers. */
static void add_ways_out(struct ways_out *ways, const json_t *uris)
{
	if (!uris)
		return;
	if (!json_is_array(uris)) {
		add_way_out(ways, uris);
		return;
	}
	for (size_t i = 0; i < json_array_size(uris); i++)
		add_way_out(ways, json_array_get(uris, i));
}

/* Each is told by itself: whoever imports this into a test broker must know them all. */
static void check_link(struct definitions *d, const struct definition_object *o,
		       const json_t *value)
{
	static const char *const members[] = { "uri", "src-uri", "dest-uri" };
	char name[DEFINITION_QUOTED - 8], vhost[DEFINITION_QUOTED - 16];
	struct ways_out ways = { 0 };

	for (size_t i = 0; i < COUNT(members); i++)
		add_ways_out(&ways, json_object_get(value, members[i]));
	if (!ways.count)
		return;
	definitions_complain(d, FINDING_RISKY, o->at,
			     "%s \"%s\" of vhost \"%s\" connects to %s%s when it is imported",
			     o->name.part[0], quote_text(o->name.part[1], name, sizeof(name)),
			     quote_text(o->name.vhost, vhost, sizeof(vhost)),
			     ways.hosts[0] ? ways.hosts : "a host that cannot be told",
			     ways.hosts[0] && ways.count > 1 ? " and others" : "");
}

static int check_upstream_set(struct definitions *d, const struct definition_object *o,
			      const json_t *set, struct error *err)
{
	for (size_t i = 0; i < json_array_size(set); i++) {
		const char *upstream = definition_text(json_array_get(set, i), "upstream");
		struct definition_link link = { .target = DEFINITION_PARAMETERS,
						.wanted = upstream,
						.component = "federation-upstream",
						.verb = "names",
						.code = FINDING_RISKY };

		if (upstream && definitions_refer(d, o, &link, err) < 0)
			return -1;
	}
	return 0;
}

int definitions_check_parameter(struct definitions *d, const struct definition_object *o,
				struct error *err)
{
	static const char *const quiet[] = { "vhost-limits", "federation", "policy",
					     "exchange-delete-in-progress",
					     "imported_definition_hash_value" };
	const char *component = o->name.part[0];
	const json_t *value = json_object_get(o->json, "value");
	char quoted[DEFINITION_QUOTED], name[DEFINITION_QUOTED];

	if (strcmp(component, "operator_policy") == 0)
		return definitions_check_policy(d, o, value, err);
	if (strcmp(component, "federation-upstream-set") == 0)
		return check_upstream_set(d, o, value, err);
	if (strcmp(component, "shovel") == 0 || strcmp(component, "federation-upstream") == 0) {
		check_link(d, o, value);
		return 0;
	}
	for (size_t i = 0; i < COUNT(quiet); i++) {
		if (strcmp(component, quiet[i]) == 0)
			return 0;
	}
	definitions_risk(d, RISK_COMPONENT, o->at,
			 "parameter \"%s\" of component \"%s\": an import stops there without its "
			 "plugin",
			 quote_text(o->name.part[1], name, sizeof(name)),
			 quote_text(component, quoted, sizeof(quoted)));
	return 0;
}
