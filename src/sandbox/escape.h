/* SPDX-License-Identifier: Apache-2.0 */
/* Doors out of a sandbox: known before it is sealed, tried from inside. */
#ifndef SANDBOX_ESCAPE_H
#define SANDBOX_ESCAPE_H

#include <netinet/in.h>
#include <sys/un.h>

#include "base/cleanup.h"
#include "base/error.h"

enum { ESCAPE_ADDRESSES = 32, ESCAPE_SOCKETS = 256 };

struct escape {
	/* listening on the host for as long as this is open: TCP on 127.0.0.1, a Unix socket
	   with a name and one in the abstract namespace */
	int tcp, named, abstract;
	in_port_t port; /* network byte order */
	struct sockaddr_un named_at, abstract_at;
	struct sockaddr_in6 address[ESCAPE_ADDRESSES]; /* of the host's interfaces; IPv4 mapped */
	size_t address_count;
	char (*socket)[sizeof(((struct sockaddr_un *)0)->sun_path)]; /* Unix sockets of the host */
	size_t socket_count;
};
#define ESCAPE_INIT                                                                                \
	{                                                                                          \
		.tcp = -1, .named = -1, .abstract = -1                                             \
	}

/* On the host: open the doors and see which others there are. `door`: path of the named one. */
MUST_CHECK int escape_open(struct escape *e, const char *door, struct error *err);

/* Inside: none may be reachable, no name resolvable, no file writable, no privilege left. ERROR_REFUSED names the first that is. */
MUST_CHECK int escape_try(const struct escape *e, struct error *err);

void escape_close(struct escape *e);

#endif
