/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/escape.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/capability.h>
#include <net/if.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/file.h"

enum { BACKLOG = 4 };

static int listen_at(const struct sockaddr *address, socklen_t len, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || bind(fd, address, len) < 0 || listen(fd, BACKLOG) < 0)
		return error_set_errno(err, ERROR_IO, "sandbox: open a door to try");
	return TAKE_FD(fd);
}

static int open_tcp(struct escape *e, struct error *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(at);

	e->tcp = listen_at((struct sockaddr *)&at, sizeof(at), err);
	if (e->tcp < 0)
		return -1;
	if (getsockname(e->tcp, (struct sockaddr *)&at, &len) < 0)
		return error_set_errno(err, ERROR_IO, "sandbox: look at a socket");
	e->port = at.sin_port;
	return 0;
}

static int open_unix(struct escape *e, const char *door, struct error *err)
{
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 1;

	e->named_at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	e->abstract_at = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(door) >= sizeof(e->named_at.sun_path)) {
		(void)error_set(err, ERROR_USAGE, "%s: too long for a Unix socket", door);
		return error_hint(err, "set TMPDIR to a directory with a shorter path");
	}
	memcpy(e->named_at.sun_path, door, strlen(door));
	len += (socklen_t)snprintf(e->abstract_at.sun_path + 1, sizeof(e->abstract_at.sun_path) - 1,
				   "%s", door);
	e->named = listen_at((struct sockaddr *)&e->named_at, sizeof(e->named_at), err);
	if (e->named < 0)
		return -1;
	e->abstract = listen_at((struct sockaddr *)&e->abstract_at, len, err);
	return e->abstract < 0 ? -1 : 0;
}

static void add_address(struct escape *e, const struct sockaddr *a)
{
	struct sockaddr_in6 *to = &e->address[e->address_count];

	if (e->address_count == ESCAPE_ADDRESSES || !a)
		return;
	*to = (struct sockaddr_in6){ .sin6_family = AF_INET6 };
	if (a->sa_family == AF_INET) {
		struct sockaddr_in v4;

		memcpy(&v4, a, sizeof(v4));
		to->sin6_addr.s6_addr[10] = to->sin6_addr.s6_addr[11] = 0xff;
		memcpy(&to->sin6_addr.s6_addr[12], &v4.sin_addr, sizeof(v4.sin_addr));
	} else if (a->sa_family == AF_INET6) {
		memcpy(to, a, sizeof(*to));
	} else {
		return;
	}
	e->address_count++;
}

static int find_addresses(struct escape *e, struct error *err)
{
	struct ifaddrs *all;

	if (getifaddrs(&all) < 0)
		return error_set_errno(err, ERROR_IO, "sandbox: list the host's addresses");
	for (const struct ifaddrs *i = all; i; i = i->ifa_next) {
		if (!(i->ifa_flags & IFF_LOOPBACK))
			add_address(e, i->ifa_addr);
	}
	freeifaddrs(all);
	return 0;
}

/* Lines of /proc/net/unix that name a path; column 8. */
static int find_sockets(struct escape *e, struct error *err)
{
	CLEANUP(cleanup_fclose)
	FILE *f = fopen("/proc/net/unix", "re");
	char line[512];

	e->socket = calloc(ESCAPE_SOCKETS, sizeof(*e->socket));
	if (!e->socket)
		return error_set(err, ERROR_NOMEM, "no memory to list sockets");
	while (f && e->socket_count < ESCAPE_SOCKETS && fgets(line, sizeof(line), f)) {
		const char *path = strstr(line, " /");
		size_t len = path ? strcspn(path + 1, "\n") : 0;

		if (len && len < sizeof(*e->socket))
			memcpy(e->socket[e->socket_count++], path + 1, len);
	}
	return 0;
}

int escape_open(struct escape *e, const char *door, struct error *err)
{
	return open_tcp(e, err) < 0 || open_unix(e, door, err) < 0 || find_addresses(e, err) < 0 ?
		       -1 :
		       find_sockets(e, err);
}

void escape_close(struct escape *e)
{
	int *const doors[] = { &e->tcp, &e->named, &e->abstract };

	for (size_t i = 0; i < sizeof(doors) / sizeof(*doors); i++) {
		if (*doors[i] >= 0)
			(void)close(*doors[i]);
		*doors[i] = -1;
	}
	free(e->socket);
	e->socket = NULL;
}

static int leak(struct error *err, const char *what)
{
	(void)error_set(err, ERROR_REFUSED, "the sandbox is not tight: %s", what);
	return error_hint(err, "nothing was restored; report this with `muster doctor`'s output");
}

static bool connects(const void *address, socklen_t len, int family)
{
	CLEANUP(cleanup_close)
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	/* EINPROGRESS: a packet left, which is a way out */
	return fd >= 0 &&
	       (connect(fd, address, len) == 0 || errno == EINPROGRESS || errno == EAGAIN);
}

static int try_network(const struct escape *e, struct error *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
				  .sin_port = e->port };
	char text[INET6_ADDRSTRLEN], message[128];
	CLEANUP(cleanup_close)
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		return leak(err, "it reaches a port on the host's 127.0.0.1");
	for (size_t i = 0; i < e->address_count; i++) {
		struct sockaddr_in6 host = e->address[i];

		host.sin6_port = htons(9);
		if (!connects(&host, sizeof(host), AF_INET6))
			continue;
		(void)inet_ntop(AF_INET6, &host.sin6_addr, text, sizeof(text));
		(void)snprintf(message, sizeof(message), "it has a route to the host's address %s",
			       text);
		return leak(err, message);
	}
	return 0;
}

static int try_unix(const struct escape *e, struct error *err)
{
	socklen_t abstract = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
					 strlen(e->abstract_at.sun_path + 1));
	char message[180];

	if (connects(&e->named_at, sizeof(e->named_at), AF_UNIX))
		return leak(err, "it reaches a Unix socket of the host by its path");
	if (connects(&e->abstract_at, abstract, AF_UNIX))
		return leak(err, "it reaches a Unix socket of the host in the abstract namespace");
	for (size_t i = 0; i < e->socket_count; i++) {
		struct sockaddr_un at = { .sun_family = AF_UNIX };

		memcpy(at.sun_path, e->socket[i], sizeof(at.sun_path));
		if (!connects(&at, sizeof(at), AF_UNIX))
			continue;
		(void)snprintf(message, sizeof(message), "it reaches the host's Unix socket %s",
			       e->socket[i]);
		return leak(err, message);
	}
	return 0;
}

static int try_interfaces(struct error *err)
{
	struct ifaddrs *all;
	int rc = 0;

	if (getifaddrs(&all) < 0)
		return 0; /* not even a loopback to list */
	for (const struct ifaddrs *i = all; i && rc == 0; i = i->ifa_next) {
		if (!(i->ifa_flags & IFF_LOOPBACK) && (i->ifa_flags & IFF_UP))
			rc = leak(err, "it has a network interface beside the loopback");
	}
	freeifaddrs(all);
	return rc;
}

static int try_names(struct error *err)
{
	struct addrinfo *found = NULL;
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };

	if (getaddrinfo("example.com", NULL, &hints, &found) != 0)
		return 0;
	freeaddrinfo(found);
	return leak(err, "it resolves names of the Internet");
}

static int try_files(struct error *err)
{
	static const char *const paths[] = { "/escape", "/usr/escape", "/etc/escape", "/dev/escape",
					     "/proc/sys/kernel/core_pattern" };
	char message[96];

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		CLEANUP(cleanup_close)
		int fd = open(paths[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

		if (fd < 0)
			continue;
		(void)snprintf(message, sizeof(message), "it may write %s", paths[i]);
		return leak(err, message);
	}
	return 0;
}

static int try_privilege(struct error *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (geteuid() == 0 || getuid() == 0)
		return leak(err, "its processes are root");
	if (syscall(SYS_capget, &header, data) < 0 ||
	    (data[0].permitted | data[1].permitted | data[0].effective | data[1].effective))
		return leak(err, "its processes have capabilities");
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return leak(err, "its processes may gain privileges");
	return 0;
}

int escape_try(const struct escape *e, struct error *err)
{
	if (try_privilege(err) < 0 || try_files(err) < 0 || try_interfaces(err) < 0)
		return -1;
	if (try_network(e, err) < 0 || try_unix(e, err) < 0)
		return -1;
	return try_names(err);
}
