/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Swift with its s3api: one server each of accounts, containers and objects, over one
 * directory, and the proxy, which speaks S3. Names and passwords are checked by its tempauth.
 */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/buf.h"
#include "component/start.h"
#include "demo/object_store.intern.h"

enum { ACCOUNT, CONTAINER, OBJECT, PROXY, SERVERS };

static const char *const names[SERVERS] = { "account", "container", "object", "proxy" };
static const char *const services[SERVERS] = { "swift-account-server", "swift-container-server",
					       "swift-object-server", "swift-proxy-server" };
static const char *const programs[] = { "swift-account-server", "swift-container-server",
					"swift-object-server",  "swift-proxy-server",
					"swift-ring-builder",   NULL };

static const char common[] = "[swift-hash]\n"
			     "swift_hash_path_prefix = muster\n"
			     "swift_hash_path_suffix = demo\n"
			     "[storage-policy:0]\n"
			     "name = only\n"
			     "default = yes\n";

/*
 * Of each server: port, directory (thrice), account. Its log is what it says on its standard
 * error, so that nothing goes to the machine's: at port 9 ("discard") nobody listens.
 */
static const char settings[] = "[DEFAULT]\n"
			       "bind_ip = 127.0.0.1\n"
			       "bind_port = %u\n"
			       "swift_dir = %s\n"
			       "devices = %s/devices\n"
			       "recon_cache_path = %s\n"
			       "user = %s\n"
			       "mount_check = false\n"
			       "disable_fallocate = true\n"
			       "workers = 0\n"
			       "log_level = ERROR\n"
			       "log_udp_host = 127.0.0.1\n"
			       "log_udp_port = 9\n";

/* Its name, twice. */
static const char store[] = "[pipeline:main]\n"
			    "pipeline = %s-server\n"
			    "[app:%s-server]\n"
			    "use = egg:swift#%s\n";

/*
 * The password. What is cached makes it faster only, and the names of S3's requests are not:
 * at port 1 no memcached listens.
 */
static const char proxy[] = "[pipeline:main]\n"
			    "pipeline = catch_errors cache listing_formats s3api tempauth copy slo "
			    "proxy-server\n"
			    "[app:proxy-server]\n"
			    "use = egg:swift#proxy\n"
			    "account_autocreate = true\n"
			    "[filter:catch_errors]\n"
			    "use = egg:swift#catch_errors\n"
			    "[filter:cache]\n"
			    "use = egg:swift#memcache\n"
			    "memcache_servers = 127.0.0.1:1\n"
			    "[filter:listing_formats]\n"
			    "use = egg:swift#listing_formats\n"
			    "[filter:s3api]\n"
			    "use = egg:swift#s3api\n"
			    "location = us-east-1\n"
			    "[filter:tempauth]\n"
			    "use = egg:swift#tempauth\n"
			    "user_muster_demo = %s .admin\n"
			    "[filter:copy]\n"
			    "use = egg:swift#copy\n"
			    "[filter:slo]\n"
			    "use = egg:swift#slo\n";

struct making {
	const struct place *place;
	struct object_store *store;
	char account[64]; /* that it runs as */
	uint16_t port[SERVERS];
	struct server
		server[SERVERS]; /* where they are and what their logs are; not their processes */
};

/* Swift keeps what it knows of an object beside the content, in attributes of the file. */
static int try_attributes(const struct place *place, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = open(place->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0 && fsetxattr(fd, "user.muster.try", "1", 1, 0) == 0 &&
	    fremovexattr(fd, "user.muster.try") == 0)
		return 0;
	if (fd >= 0 && errno == EOPNOTSUPP)
		return error_set(err, ERROR_TARGET,
				 "the file system of %s keeps no extended attributes, which Swift "
				 "needs",
				 place->directory);
	return error_set_errno(err, ERROR_IO, "set an extended attribute of %s", place->directory);
}

static int find_account(struct making *m, struct error *err)
{
	struct passwd entry, *found = NULL;
	char text[4096];

	if (getpwuid_r(m->place->uid, &entry, text, sizeof(text), &found) != 0 || !found)
		return error_set(err, ERROR_TARGET,
				 "the account with uid %u has no name, which Swift needs",
				 (unsigned)m->place->uid);
	(void)snprintf(m->account, sizeof(m->account), "%s", found->pw_name);
	return 0;
}

static int choose(struct making *m, struct error *err)
{
	struct object_store *s = m->store;

	for (size_t i = 0; i < SERVERS; i++)
		if (place_free_port(&m->port[i], err) < 0)
			return -1;
	(void)snprintf(s->endpoint, sizeof(s->endpoint), "http://127.0.0.1:%u",
		       (unsigned)m->port[PROXY]);
	(void)snprintf(s->access_key, sizeof(s->access_key), "muster:demo");
	return object_store_random_hex(s->secret_key, 40, err);
}

static int write_settings(const struct making *m, size_t at, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	const char *d = m->place->directory;
	char name[32];

	(void)snprintf(name, sizeof(name), "%s.conf", names[at]);
	if (buf_printf(&text, settings, (unsigned)m->port[at], d, d, d, m->account) < 0 ||
	    (at == PROXY ? buf_printf(&text, proxy, m->store->secret_key) :
			   buf_printf(&text, store, names[at], names[at], names[at])) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the settings of Swift");
	return server_write_file(m->place, name, 0600, text.ptr, err);
}

/* Where the objects of which names are: all of them in the one directory. */
static int make_ring(const struct making *m, size_t at, struct error *err)
{
	char file[32], device[64];
	const char *const create[] = { "swift-ring-builder", file, "create", "1", "1", "1", NULL };
	const char *const add[] = { "swift-ring-builder", file, "add", device, "1", NULL };
	const char *const balance[] = { "swift-ring-builder", file, "rebalance", NULL };

	(void)snprintf(file, sizeof(file), "%s.builder", names[at]);
	(void)snprintf(device, sizeof(device), "r1z1-127.0.0.1:%u/device", (unsigned)m->port[at]);
	if (object_store_run(m->place, create, err) < 0 || object_store_run(m->place, add, err) < 0)
		return -1;
	return object_store_run(m->place, balance, err);
}

static int start(struct making *m, size_t at, struct error *err)
{
	CLEANUP(cleanup_close)
	int log = -1;
	char config[128];
	const char *const argv[] = { services[at], config, "-v", NULL };
	struct process_spec spec;

	m->server[at].place = *m->place;
	log = server_open_log(names[at], &m->server[at], err);
	if (log < 0)
		return -1;
	(void)snprintf(config, sizeof(config), "%s/%s.conf", m->place->directory, names[at]);
	spec = server_process_spec(m->place, argv, NULL, log);
	return process_start(&spec, &m->store->process[at], err);
}

static int await(struct making *m, size_t at, struct error *err)
{
	if (object_store_await(services[at], &m->store->process[at], m->port[at], err) == 0)
		return 0;
	return server_explain(services[at], &m->server[at], err);
}

static int make_all(struct making *m, struct error *err)
{
	const char *const directories[] = { "mkdir", "-p", "devices/device", NULL };

	if (object_store_run(m->place, directories, err) < 0 ||
	    server_write_file(m->place, "swift.conf", 0600, common, err) < 0)
		return -1;
	for (size_t i = 0; i < SERVERS; i++)
		if (write_settings(m, i, err) < 0 || (i != PROXY && make_ring(m, i, err) < 0))
			return -1;
	return 0;
}

static int begin(const struct place *place, struct object_store *out, struct error *err)
{
	struct making m = { .place = place, .store = out };

	if (try_attributes(place, err) < 0 || find_account(&m, err) < 0 || choose(&m, err) < 0 ||
	    make_all(&m, err) < 0)
		return -1;
	for (size_t i = 0; i < SERVERS; i++)
		if (start(&m, i, err) < 0)
			return -1;
	for (size_t i = 0; i < SERVERS; i++)
		if (await(&m, i, err) < 0)
			return -1;
	return 0;
}

const struct object_store_kind object_store_swift = {
	.name = "Swift",
	.account = "swift",
	.packages = "swift-proxy swift-account swift-container swift-object",
	.programs = programs,
	.start = begin,
};
