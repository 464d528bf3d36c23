/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/object_store.intern.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "component/start.h"

enum { STEP_TIMEOUT_S = 120, OUTPUT_MAX = 1 << 20 };

/* The one that is more of S3 comes first. */
const struct object_store_kind *const object_store_kinds[OBJECT_STORE_KINDS] = {
	&object_store_ceph,
	&object_store_swift,
};

const char *object_store_missing(const struct object_store_kind *kind)
{
	for (const char *const *program = kind->programs; *program; program++) {
		CLEANUP(buf_release)
		struct buf path = { 0 };
		struct error ignored = ERROR_INIT;

		if (process_find_program(*program, NULL, &path, &ignored) < 0)
			return *program;
	}
	return NULL;
}

const struct object_store_kind *object_store_choose(void)
{
	for (size_t i = 0; i < OBJECT_STORE_KINDS; i++)
		if (!object_store_missing(object_store_kinds[i]))
			return object_store_kinds[i];
	return NULL;
}

int object_store_run(const struct place *place, const char *const *argv, struct error *err)
{
	const struct process_spec spec = server_process_spec(place, argv, NULL, -1);

	return process_run(&spec, STEP_TIMEOUT_S * NS_PER_SECOND, OUTPUT_MAX, NULL, err);
}

int object_store_random_hex(char *out, size_t digits, struct error *err)
{
	uint8_t bytes[32];

	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		return error_set_errno(err, ERROR_IO, "get random numbers");
	for (size_t i = 0; i < digits / 2; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

static bool is_served(uint16_t port)
{
	CLEANUP(cleanup_close)
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(port),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };

	return fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0;
}

int object_store_await(const char *name, struct process *server, uint16_t port, struct error *err)
{
	int64_t end = clock_monotonic_ns() + STEP_TIMEOUT_S * NS_PER_SECOND;

	while (!is_served(port)) {
		int rc = process_wait(server, NS_PER_SECOND / 20, err);

		if (rc != 0)
			return rc < 0 ? -1 :
					error_set(err, ERROR_TARGET,
						  "%s ended as soon as it was started", name);
		if (clock_monotonic_ns() > end)
			return error_set(err, ERROR_TIMEOUT, "%s does not answer in time", name);
	}
	return 0;
}

int object_store_start(const struct object_store_kind *kind, const struct place *place,
		       struct object_store *out, struct error *err)
{
	*out = (struct object_store){ 0 };
	for (size_t i = 0; i < OBJECT_STORE_PROCESSES; i++)
		out->process[i] = (struct process)PROCESS_INIT;
	if (kind->start(place, out, err) == 0)
		return 0;
	object_store_stop(out);
	return -1;
}

/* There is nothing to save. */
void object_store_stop(struct object_store *s)
{
	for (size_t i = OBJECT_STORE_PROCESSES; i-- > 0;)
		process_stop(&s->process[i], SIGKILL, 0);
}
