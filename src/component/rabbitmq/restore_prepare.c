/* SPDX-License-Identifier: Apache-2.0 */
/* Whether this broker can hold what the definitions ask for, and an empty broker that is ours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "component/rabbitmq/restore.intern.h"
#include "model/json.h"
#include "model/quote.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Plugins that came up, each once; NULL-ended. */
struct needs {
	const char *plugin[16];
	size_t count;
	bool quorum, stream;
};

static void need(struct needs *n, const char *plugin)
{
	for (size_t i = 0; i < n->count; i++) {
		if (strcmp(n->plugin[i], plugin) == 0)
			return;
	}
	if (n->count + 1 < COUNT(n->plugin))
		n->plugin[n->count++] = plugin;
}

static int refuse(const struct broker_object *o, const char *what, const char *value,
		  struct error *err)
{
	char title[BROKER_TITLE_SIZE], quoted[64];

	(void)error_set(err, ERROR_TARGET,
			"%s has %s \"%s\", which needs a plugin of RabbitMQ that is not known here",
			broker_object_title(o, title), what,
			quote_text(value, quoted, sizeof(quoted)));
	return error_hint(err, "restore it by hand into a broker that has the plugin");
}

/* A type that is RabbitMQ's own elsewhere. */
static int refuse_newer_type(const struct broker_object *o, const char *type, struct error *err)
{
	char title[BROKER_TITLE_SIZE], quoted[64];

	(void)error_set(err, ERROR_TARGET,
			"%s has the type \"%s\", which the RabbitMQ that restores is too old for",
			broker_object_title(o, title), quote_text(type, quoted, sizeof(quoted)));
	return error_hint(err, "install the RabbitMQ that exported it where the restore test runs");
}

static bool is_registered(const json_t *overview, const char *type)
{
	const json_t *types = json_object_get(overview, "exchange_types");

	for (size_t i = 0; i < json_array_size(types); i++) {
		const char *name = definition_text(json_array_get(types, i), "name");

		if (name && strcmp(name, type) == 0)
			return true;
	}
	return false;
}

static int look_at_exchange(struct needs *n, const struct broker_object *o, const json_t *json,
			    const json_t *overview, struct error *err)
{
	const char *type = definition_text(json, "type"), *plugin = NULL;

	if (!type || is_registered(overview, type))
		return 0;
	/* RabbitMQ's own since 4.3 */
	if (strcmp(type, "x-modulus-hash") == 0)
		plugin = "rabbitmq_sharding";
	else if (!definition_exchange_needs_plugin(type, &plugin))
		return refuse_newer_type(o, type, err);
	if (!plugin)
		return refuse(o, "the type", type, err);
	need(n, plugin);
	return 0;
}

static int look_at_queue(struct needs *n, const struct broker_object *o, const json_t *json,
			 struct error *err)
{
	const char *type = definition_text(json_object_get(json, "arguments"), "x-queue-type");

	if (!type || strstr(type, "classic"))
		return 0;
	if (strstr(type, "quorum"))
		n->quorum = true;
	else if (strstr(type, "stream"))
		n->stream = true;
	else
		return refuse(o, "the type", type, err);
	return 0;
}

static int look_at_parameter(struct needs *n, const struct broker_object *o, struct error *err)
{
	static const struct {
		const char *component, *plugin; /* NULL: RabbitMQ's own */
	} rows[] = {
		{ "operator_policy", NULL },
		{ "vhost-limits", NULL },
		{ "policy", NULL },
		{ "exchange-delete-in-progress", NULL },
		{ "imported_definition_hash_value", NULL },
		{ "shovel", "rabbitmq_shovel" },
		{ "federation", "rabbitmq_federation" },
		{ "federation-upstream", "rabbitmq_federation" },
		{ "federation-upstream-set", "rabbitmq_federation" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		if (strcmp(o->name[0], rows[i].component) != 0)
			continue;
		if (rows[i].plugin)
			need(n, rows[i].plugin);
		return 0;
	}
	return refuse(o, "the component", o->name[0], err);
}

static void look_at_policy(struct needs *n, const json_t *json)
{
	const json_t *definition = json_object_get(json, "definition");

	if (json_object_get(definition, "federation-upstream") ||
	    json_object_get(definition, "federation-upstream-set") ||
	    json_object_get(definition, "federation-upstream-pattern"))
		need(n, "rabbitmq_federation");
	if (json_object_get(definition, "shards-per-node"))
		need(n, "rabbitmq_sharding");
}

static int look_at(struct needs *n, const struct broker_object *o, const json_t *overview,
		   struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *json = NULL;

	if (o->type == DEFINITION_PARAMETERS)
		return look_at_parameter(n, o, err);
	if (o->type != DEFINITION_EXCHANGES && o->type != DEFINITION_QUEUES &&
	    o->type != DEFINITION_POLICIES)
		return 0;
	json = json_loads(o->text, 0, NULL);
	if (!json)
		return broker_no_memory(err);
	if (o->type == DEFINITION_EXCHANGES)
		return look_at_exchange(n, o, json, overview, err);
	if (o->type == DEFINITION_QUEUES)
		return look_at_queue(n, o, json, err);
	look_at_policy(n, json);
	return 0;
}

static bool is_newer(const char *its, const char *ours)
{
	char *its_rest, *our_rest;
	unsigned long its_major = strtoul(its, &its_rest, 10);
	unsigned long our_major = strtoul(ours, &our_rest, 10);

	if (its_major != our_major || *its_rest != '.' || *our_rest != '.')
		return its_major > our_major;
	return strtoul(its_rest + 1, NULL, 10) > strtoul(our_rest + 1, NULL, 10);
}

static int check_version(struct broker_restore *r, const json_t *overview, struct error *err)
{
	const char *version = definition_text(overview, "rabbitmq_version");
	char quoted[64];
	const struct check base = {
		.name = check_name(CHECK_PREFLIGHT),
		.subject = "version",
		.verdict = VERDICT_WARN,
		.expected = quote_text(r->backup.version, quoted, sizeof(quoted)),
		.found = r->out->server_version,
		.hint = "install the RabbitMQ that exported it where the restore test runs",
	};

	if (!version)
		return error_set(err, ERROR_TARGET, "/api/overview of RabbitMQ names no version");
	(void)snprintf(r->out->server_version, sizeof(r->out->server_version), "%s", version);
	r->newer = is_newer(r->backup.version, version);
	return r->newer ? broker_check(r, &base, err,
				       "the backup is of RabbitMQ %s and restored by the older %s, "
				       "which may not know all of it",
				       base.expected, version) :
			  0;
}

/* A new node has all that are stable enabled; one that is asked for may have been left out. */
static int enable_flag(struct broker_restore *r, const json_t *flags, const char *wanted,
		       struct error *err)
{
	for (size_t i = 0; i < json_array_size(flags); i++) {
		const json_t *flag = json_array_get(flags, i);
		const char *name = definition_text(flag, "name");
		const char *state = definition_text(flag, "state");
		char path[96];

		if (!name || !state || strcmp(name, wanted) != 0)
			continue;
		(void)snprintf(path, sizeof(path), "/api/feature-flags/%s/enable", wanted);
		if (strcmp(state, "enabled") != 0 &&
		    broker_ask(r, "PUT", path, "{}", "enable a feature flag", NULL, err) < 0)
			return -1;
		return broker_note(r, "feature flag", wanted, err);
	}
	return 0;
}

static int enable_flags(struct broker_restore *r, const struct needs *n, struct error *err)
{
	CLEANUP(cleanup_json)
	json_t *flags = NULL;

	if (!n->quorum && !n->stream)
		return 0;
	flags = broker_get(r, "/api/feature-flags", "ask for the feature flags", err);
	if (!flags || (n->quorum && enable_flag(r, flags, "quorum_queue", err) < 0) ||
	    (n->stream && enable_flag(r, flags, "stream_queue", err) < 0))
		return -1;
	return 0;
}

/*
 * An administrator of a name that no definitions hold: an import makes those that it has
 * anew, with their own passwords.
 */
static int change_administrator(struct broker_restore *r, struct error *err)
{
	struct server *s = r->server;
	unsigned char random[8];
	char user[sizeof(s->user)], path[96], body[160], old[96];
	size_t n;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return error_set_errno(err, ERROR_IO, "random numbers");
	n = (size_t)snprintf(user, sizeof(user), "muster-");
	for (size_t i = 0; i < sizeof(random); i++)
		n += (size_t)snprintf(user + n, sizeof(user) - n, "%02x", random[i]);
	(void)snprintf(path, sizeof(path), "/api/users/%s", user);
	(void)snprintf(body, sizeof(body), "{\"password\":\"%s\",\"tags\":\"administrator\"}",
		       s->password);
	if (broker_ask(r, "PUT", path, body, "make an administrator", NULL, err) < 0)
		return -1;
	(void)snprintf(old, sizeof(old), "/api/users/%s", s->user);
	memcpy(s->user, user, sizeof(user));
	server_connect_config(s, ENGINE_RABBITMQ, &r->connect);
	return broker_ask(r, "DELETE", old, NULL, "remove the first administrator", NULL, err);
}

/* Without the vhost that a new node makes: what the file holds of it is then made by the import. */
static int empty_broker(struct broker_restore *r, struct error *err)
{
	if (change_administrator(r, err) < 0 ||
	    broker_ask(r, "DELETE", "/api/vhosts/%2F", NULL, "remove the default vhost", NULL,
		       err) < 0)
		return -1;
	return broker_export(r, &r->own, err);
}

static int read_backup(struct broker_restore *r, struct error *err)
{
	CLEANUP(broker_objects_reader_release)
	struct broker_objects_reader reader = { .one_vhost = r->one_vhost };

	broker_objects_begin(&reader, &r->backup);
	if (broker_objects_push(&reader, r->text, err) < 0)
		return -1;
	return broker_objects_finish(&reader, err);
}

int broker_prepare(struct broker_restore *r, struct error *err)
{
	const struct check base = { .name = check_name(CHECK_PREFLIGHT), .verdict = VERDICT_PASS };
	struct needs needs = { 0 };
	CLEANUP(cleanup_json)
	json_t *overview = NULL;

	broker_progress(r, RESTORE_PREPARE, "", 0, 0);
	if (read_backup(r, err) < 0)
		return -1;
	overview = broker_get(r, "/api/overview", "ask for the broker's version", err);
	if (!overview || check_version(r, overview, err) < 0)
		return -1;
	for (size_t i = 0; i < r->backup.count; i++) {
		if (look_at(&needs, &r->backup.item[i], overview, err) < 0)
			return -1;
	}
	if (broker_enable_plugins(r, needs.plugin, err) < 0 || enable_flags(r, &needs, err) < 0 ||
	    empty_broker(r, err) < 0)
		return -1;
	return broker_check(r, &base, err, "RabbitMQ %s has what the %zu objects need",
			    r->out->server_version, r->backup.count);
}
