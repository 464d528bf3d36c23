/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for a deployed service, after what is built in. */
#include <string.h>

#include "config/config.h"

/* HOST of "HOST:PORT" or "HOST/…" is this machine by its loopback. */
static bool is_loopback(const char *authority)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost", "[::1]" };

	for (size_t i = 0; i < sizeof(hosts) / sizeof(*hosts); i++) {
		size_t length = strlen(hosts[i]);

		if (strncmp(authority, hosts[i], length) == 0 &&
		    strchr(":/?#", authority[length])) /* the end, too */
			return true;
	}
	return false;
}

static bool is_set(const struct health_config *h)
{
	return *h->http || *h->tcp || h->command.count || *h->log;
}

bool config_is_verified(const struct component_config *c)
{
	return config_has_backups(c) || *c->health.http || *c->health.tcp ||
	       c->health.command.count || !config_is_deployed(c);
}

bool config_inner_health(const struct component_config *c, struct health_config *out)
{
	const struct health_config *own = &c->health;
	const char *host;

	*out = c->deploy.health;
	if (is_set(out))
		return true;
	host = strstr(own->http, "://");
	if (host && is_loopback(host + strlen("://"))) {
		out->http = own->http;
		out->status = own->status;
	}
	if (is_loopback(own->tcp))
		out->tcp = own->tcp;
	return is_set(out);
}

struct string_list config_log_errors(const struct component_config *c)
{
	static const char *built_in[] = { "(^|[^a-z])(error|fatal|panic|critical)([^a-z]|$)" };

	return c->deploy.log_errors.item ? c->deploy.log_errors :
					   (struct string_list){ built_in, 1 };
}
