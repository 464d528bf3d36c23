/* SPDX-License-Identifier: Apache-2.0 */
/* The host that a connection URI names, without the name and password that stand before it. */
#ifndef FORMAT_DEFINITIONS_URI_H
#define FORMAT_DEFINITIONS_URI_H

#include <stddef.h>

enum definition_uri_result {
	DEFINITION_URI_LOCAL,  /* the broker itself, or this machine */
	DEFINITION_URI_HOST,   /* `out` names it */
	DEFINITION_URI_UNKNOWN /* no host can be told from it for sure: nothing of it may be shown */
};

enum { DEFINITION_HOST_SIZE = 64 };

/*
 * amqp://USER:PASSWORD@HOST:PORT/VHOST?OPTIONS. Of the text nothing but letters, digits
 * and ".-_:[]" of a host ever reaches `out`, cut to what fits; the port is left out.
 */
enum definition_uri_result definition_uri_host(const char *uri, char out[DEFINITION_HOST_SIZE]);

#endif
