/* SPDX-License-Identifier: Apache-2.0 */
/* URLs are cut into pieces here, and complaints name the variable only: a URL may hold a password. */
#include "settings.h"

#include <errno.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REDIS_PORT = 6379, REDIS_DATABASES = 1 << 16, PORTS = UINT16_MAX };

struct range {
	unsigned lowest, highest;
};

static const char *value_of(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value && *value ? value : otherwise;
}

static int parse_number(const char *text, struct range range, unsigned *out)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || value < range.lowest ||
	    value > range.highest)
		return -1;
	*out = (unsigned)value;
	return 0;
}

static int read_number(const char *name, struct range range, unsigned *out, struct error *err)
{
	const char *text = getenv(name);

	if (!text || !*text || parse_number(text, range, out) == 0)
		return 0;
	(void)error_set(err, ERROR_CONFIG, "%s is not a number from %u to %u", name, range.lowest,
			range.highest);
	return -1;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place; -1 when a % stands before anything but two digits, or for a NUL. */
static int percent_decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		int high, low;

		if (*from != '%') {
			*to++ = *from;
			continue;
		}
		high = hex_digit(from[1]);
		low = high < 0 ? -1 : hex_digit(from[2]);
		if (low < 0 || high + low == 0)
			return -1;
		*to++ = (char)(high * 16 + low);
		from += 2;
	}
	*to = '\0';
	return 0;
}

/* [USER[:PASSWORD]@] in front of what is returned. */
static char *take_login(struct redis_address *r, char *rest)
{
	char *at = strrchr(rest, '@'), *colon;

	if (!at)
		return rest;
	*at = '\0';
	colon = strchr(rest, ':');
	if (colon) {
		*colon = '\0';
		r->password = colon + 1;
		if (percent_decode(colon + 1) < 0)
			return NULL;
	}
	if (percent_decode(rest) < 0)
		return NULL;
	r->user = *rest ? rest : NULL;
	return at + 1;
}

/* HOST[:PORT][/DATABASE] */
static int take_tcp(struct redis_address *r, char *rest)
{
	char *slash = strchr(rest, '/'), *colon;
	unsigned port = REDIS_PORT;

	if (slash) {
		*slash = '\0';
		if (slash[1] &&
		    parse_number(slash + 1, (struct range){ 0, REDIS_DATABASES }, &r->database) < 0)
			return -1;
	}
	rest = take_login(r, rest);
	if (!rest)
		return -1;
	if (*rest == '[') {
		char *end = strchr(rest, ']');

		if (!end || (end[1] && end[1] != ':'))
			return -1;
		colon = end[1] ? end + 1 : NULL;
		*end = '\0';
		rest++;
	} else {
		colon = strchr(rest, ':');
	}
	if (colon) {
		*colon = '\0';
		if (parse_number(colon + 1, (struct range){ 1, PORTS }, &port) < 0)
			return -1;
	}
	r->port = (uint16_t)port;
	r->host = *rest ? rest : "127.0.0.1";
	return 0;
}

/* [LOGIN@]/PATH[?db=N] */
static int take_socket(struct redis_address *r, char *rest)
{
	char *question;

	rest = take_login(r, rest);
	if (!rest || *rest != '/')
		return -1;
	question = strchr(rest, '?');
	if (question) {
		*question = '\0';
		if (strncmp(question + 1, "db=", 3) != 0 ||
		    parse_number(question + 4, (struct range){ 0, REDIS_DATABASES }, &r->database) <
			    0)
			return -1;
	}
	r->socket = rest;
	return percent_decode(rest);
}

static int read_redis(struct redis_address *r, struct error *err)
{
	static const char tcp[] = "redis://", socket[] = "unix://";
	int rc = -1;

	r->text = strdup(value_of("REDIS_URL", "redis://127.0.0.1:6379/0"));
	if (!r->text)
		return error_set(err, ERROR_NOMEM, "no memory for REDIS_URL");
	if (strncmp(r->text, tcp, strlen(tcp)) == 0)
		rc = take_tcp(r, r->text + strlen(tcp));
	else if (strncmp(r->text, socket, strlen(socket)) == 0)
		rc = take_socket(r, r->text + strlen(socket));
	if (rc == 0)
		return 0;
	(void)error_set(err, ERROR_CONFIG, "REDIS_URL is not understood");
	return error_hint(err, "write redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE] or "
			       "unix:///PATH[?db=DATABASE]; what is special is percent-encoded");
}

static int read_amqp(struct amqp_address *a, struct error *err)
{
	a->text = strdup(value_of("AMQP_URL", "amqp://guest:guest@127.0.0.1:5672/orchestrator"));
	if (!a->text)
		return error_set(err, ERROR_NOMEM, "no memory for AMQP_URL");
	amqp_default_connection_info(&a->info);
	if (amqp_parse_url(a->text, &a->info) == AMQP_STATUS_OK && !a->info.ssl)
		return 0;
	(void)error_set(err, ERROR_CONFIG, "AMQP_URL is not understood");
	return error_hint(err, "write amqp://USER:PASSWORD@HOST:PORT/VHOST; what is special is "
			       "percent-encoded, and there is no TLS");
}

static int read_listen(struct settings *s, struct error *err)
{
	const char *text = value_of("LISTEN", "127.0.0.1:8080");
	const char *colon = strrchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : 0;
	unsigned port;

	if (length > 2 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (!length || length >= sizeof(s->listen_host) ||
	    parse_number(colon + 1, (struct range){ 0, PORTS }, &port) < 0) {
		(void)error_set(err, ERROR_CONFIG, "LISTEN is not ADDRESS:PORT");
		return error_hint(err,
				  "write 127.0.0.1:8080, [::1]:8080, or port 0 for a free one");
	}
	memcpy(s->listen_host, text, length);
	s->listen_host[length] = '\0';
	s->listen_port = (uint16_t)port;
	return 0;
}

static int read_database(struct settings *s, struct error *err)
{
	PQconninfoOption *options;

	s->database_url = value_of("DATABASE_URL", "postgresql:///agent_orchestrator");
	/* libpq's own complaint would quote it */
	options = PQconninfoParse(s->database_url, NULL);
	if (!options) {
		(void)error_set(err, ERROR_CONFIG, "DATABASE_URL is not understood");
		return error_hint(err, "write postgresql://USER:PASSWORD@HOST:PORT/DATABASE, or "
				       "another connection string of libpq");
	}
	PQconninfoFree(options);
	return 0;
}

int settings_read(struct settings *s, struct error *err)
{
	s->exchange = value_of("TASK_EXCHANGE", "tasks");
	s->queue = value_of("TASK_QUEUE", "tasks.normal");
	s->threads = 4;
	s->prefetch = 8;
	s->cache_ttl_s = 3600;
	if (read_database(s, err) < 0 || read_redis(&s->redis, err) < 0 ||
	    read_amqp(&s->amqp, err) < 0 || read_listen(s, err) < 0 ||
	    read_number("API_THREADS", (struct range){ 1, 64 }, &s->threads, err) < 0 ||
	    read_number("PREFETCH", (struct range){ 1, 1000 }, &s->prefetch, err) < 0 ||
	    read_number("CACHE_TTL", (struct range){ 1, 2592000 }, &s->cache_ttl_s, err) < 0)
		return -1;
	return 0;
}

static void wipe(char *text)
{
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
}

void settings_release(struct settings *s)
{
	wipe(s->redis.text);
	wipe(s->amqp.text);
}
