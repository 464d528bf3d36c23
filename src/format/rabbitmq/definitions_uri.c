/* SPDX-License-Identifier: Apache-2.0 */
#include "format/rabbitmq/definitions_uri.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static bool is_host_byte(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '-' || c == '_';
}

/* How many bytes at the start of the authority's last part are the host; 0: none that is sound. */
static size_t host_length(const char *text, size_t len)
{
	size_t n = 0;

	if (len && text[0] == '[') {
		while (n < len && text[n] != ']')
			n++;
		return n < len && strspn(text + 1, "0123456789abcdefABCDEF:.") == n - 1 ? n + 1 : 0;
	}
	while (n < len && is_host_byte(text[n]))
		n++;
	return n;
}

/* Nothing, or a port, may follow the host: a password with a stray mark in it could look like one. */
static bool is_port(const char *text, size_t len)
{
	if (len == 0)
		return true;
	for (size_t i = 1; i < len; i++) {
		if (!isdigit((unsigned char)text[i]))
			return false;
	}
	return text[0] == ':' && len <= 6;
}

static bool is_local(const char *host)
{
	static const char *const names[] = { "localhost", "127.0.0.1", "[::1]" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcasecmp(host, names[i]) == 0)
			return true;
	}
	return false;
}

enum definition_uri_result definition_uri_host(const char *uri, char out[DEFINITION_HOST_SIZE])
{
	const char *start = strstr(uri, "://"), *end, *host;
	size_t len, whole;

	if (!start || strspn(uri, "abcdefghijklmnopqrstuvwxyz0123456789+") != (size_t)(start - uri))
		return DEFINITION_URI_UNKNOWN;
	start += 3;
	end = start + strcspn(start, "/?#");
	/* a mark that a password should have had escaped: what is host cannot be told */
	if (strpbrk(end, "@#"))
		return DEFINITION_URI_UNKNOWN;
	host = memrchr(start, '@', (size_t)(end - start));
	host = host ? host + 1 : start;
	whole = (size_t)(end - host);
	if (whole == 0)
		return DEFINITION_URI_LOCAL;
	len = host_length(host, whole);
	if (len == 0 || !is_port(host + len, whole - len))
		return DEFINITION_URI_UNKNOWN;
	if (len >= DEFINITION_HOST_SIZE)
		len = DEFINITION_HOST_SIZE - 1;
	memcpy(out, host, len);
	out[len] = '\0';
	return is_local(out) ? DEFINITION_URI_LOCAL : DEFINITION_URI_HOST;
}
