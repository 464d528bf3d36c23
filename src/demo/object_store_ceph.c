/* SPDX-License-Identifier: Apache-2.0 */
/* Ceph's radosgw, over one monitor and one store that keeps objects in memory. */
#include <stdio.h>

#include "base/buf.h"
#include "component/start.h"
#include "demo/object_store.intern.h"

enum { MEMORY = 1 << 30 };

static const char *const programs[] = { "ceph",       "ceph-authtool", "ceph-mon",      "ceph-osd",
					"monmaptool", "radosgw",       "radosgw-admin", NULL };

/* %s: cluster id, monitor's port, directory; of the last lines: memory, gateway's port. */
static const char settings[] = "[global]\n"
			       "fsid = %s\n"
			       "mon_host = v2:127.0.0.1:%u\n"
			       "mon_initial_members = a\n"
			       "public_addr = 127.0.0.1\n"
			       "cluster_addr = 127.0.0.1\n"
			       "keyring = %s/keyring\n"
			       "auth_cluster_required = cephx\n"
			       "auth_service_required = cephx\n"
			       "auth_client_required = cephx\n"
			       "log_file = %s/$name.log\n"
			       "log_to_stderr = false\n"
			       "err_to_stderr = false\n"
			       "mon_cluster_log_file = %s/cluster.log\n"
			       "run_dir = %s\n"
			       "admin_socket = %s/$name.asok\n"
			       "crash_dir = %s\n"
			       "mon_data = %s/mon\n"
			       "mon_data_avail_warn = 0\n"
			       "mon_data_avail_crit = 0\n"
			       "mon_allow_pool_size_one = true\n"
			       "osd_data = %s/osd\n"
			       "osd_objectstore = memstore\n"
			       "memstore_device_bytes = %d\n"
			       "osd_pool_default_size = 1\n"
			       "osd_pool_default_min_size = 1\n"
			       "osd_pool_default_pg_num = 1\n"
			       "osd_pool_default_pg_autoscale_mode = off\n"
			       "osd_crush_chooseleaf_type = 0\n"
			       "rgw_data = %s/rgw\n"
			       "rgw_frontends = beast endpoint=127.0.0.1:%u\n"
			       "rgw_thread_pool_size = 32\n"
			       "rgw_run_sync_thread = false\n"
			       "rgw_enable_usage_log = false\n";

struct making {
	const struct place *place;
	struct object_store *store;
	char config[128], keyring[128], map[128]; /* paths */
	char cluster[40], osd[40];                /* UUIDs */
	char monitor[48];
	uint16_t monitor_port, port;
};

static int run(const struct making *m, const char *const *argv, struct error *err)
{
	return object_store_run(m->place, argv, err);
}

static int start(const struct making *m, size_t at, const char *const *argv, struct error *err)
{
	const struct process_spec spec = server_process_spec(m->place, argv, NULL, -1);

	return process_start(&spec, &m->store->process[at], err);
}

/* RFC 9562, version 4. */
static int make_uuid(char out[40], struct error *err)
{
	char hex[33];

	if (object_store_random_hex(hex, 32, err) < 0)
		return -1;
	(void)snprintf(out, 40, "%.8s-%.4s-4%.3s-8%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17,
		       hex + 20);
	return 0;
}

static int write_settings(struct making *m, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };
	const char *d = m->place->directory;

	if (buf_printf(&text, settings, m->cluster, (unsigned)m->monitor_port, d, d, d, d, d, d, d,
		       d, MEMORY, d, (unsigned)m->port) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the settings of Ceph");
	return server_write_file(m->place, "ceph.conf", 0600, text.ptr, err);
}

static int choose(struct making *m, struct error *err)
{
	struct object_store *s = m->store;
	const char *d = m->place->directory;

	if (place_free_port(&m->monitor_port, err) < 0 || place_free_port(&m->port, err) < 0 ||
	    make_uuid(m->cluster, err) < 0 || make_uuid(m->osd, err) < 0 ||
	    object_store_random_hex(s->access_key, 20, err) < 0 ||
	    object_store_random_hex(s->secret_key, 40, err) < 0)
		return -1;
	(void)snprintf(s->endpoint, sizeof(s->endpoint), "http://127.0.0.1:%u", (unsigned)m->port);
	(void)snprintf(m->config, sizeof(m->config), "%s/ceph.conf", d);
	(void)snprintf(m->keyring, sizeof(m->keyring), "%s/keyring", d);
	(void)snprintf(m->map, sizeof(m->map), "%s/monmap", d);
	(void)snprintf(m->monitor, sizeof(m->monitor), "[v2:127.0.0.1:%u]",
		       (unsigned)m->monitor_port);
	return write_settings(m, err);
}

static int make_keys(const struct making *m, struct error *err)
{
	static const char *const who[][5] = {
		{ "mon.", "mon", "allow *", NULL, NULL },
		{ "client.admin", "mon", "allow *", "osd", "allow *" },
		{ "osd.0", "mon", "allow profile osd", "osd", "allow *" },
		{ "client.rgw", "mon", "allow rw", "osd", "allow rwx" },
	};

	for (size_t i = 0; i < sizeof(who) / sizeof(*who); i++) {
		const char *const argv[] = { "ceph-authtool",
					     m->keyring,
					     "--gen-key",
					     "-n",
					     who[i][0],
					     "--cap",
					     who[i][1],
					     who[i][2],
					     i ? "--cap" : "--create-keyring",
					     who[i][3],
					     who[i][4],
					     NULL };

		if (run(m, argv, err) < 0)
			return -1;
	}
	return 0;
}

static int make_directory(const struct making *m, const char *name, struct error *err)
{
	const char *const argv[] = { "mkdir", name, NULL };

	return run(m, argv, err);
}

static int start_monitor(const struct making *m, struct error *err)
{
	const char *const map[] = { "monmaptool", "--create", "--addv", "a", m->monitor,
				    "--fsid",     m->cluster, m->map,   NULL };
	const char *const make[] = { "ceph-mon", "--mkfs", "-i",        "a",        "-c", m->config,
				     "--monmap", m->map,   "--keyring", m->keyring, NULL };
	const char *const serve[] = { "ceph-mon", "-f", "-i", "a", "-c", m->config, NULL };

	if (run(m, map, err) < 0 || make_directory(m, "mon", err) < 0 || run(m, make, err) < 0)
		return -1;
	return start(m, 0, serve, err);
}

static int start_store(const struct making *m, struct error *err)
{
	const char *const announce[] = { "ceph", "-c",  m->config, "--connect-timeout",
					 "120",  "osd", "new",     m->osd,
					 NULL };
	const char *const grant[] = { "ceph",   "-c", m->config,  "auth",
				      "import", "-i", m->keyring, NULL };
	const char *const make[] = { "ceph-osd", "-i", "0",       "--mkfs", "--osd-uuid",
				     m->osd,     "-c", m->config, NULL };
	const char *const serve[] = { "ceph-osd", "-f", "-i", "0", "-c", m->config, NULL };

	if (run(m, announce, err) < 0 || run(m, grant, err) < 0 ||
	    make_directory(m, "osd", err) < 0 || run(m, make, err) < 0)
		return -1;
	return start(m, 1, serve, err);
}

/* The first call makes the pools, so that the gateway finds them. */
static int start_gateway(const struct making *m, struct error *err)
{
	struct object_store *s = m->store;
	const char *const user[] = { "radosgw-admin", "-c",
				     m->config,       "-n",
				     "client.rgw",    "user",
				     "create",        "--uid",
				     "demo",          "--display-name",
				     "demo",          "--access-key",
				     s->access_key,   "--secret-key",
				     s->secret_key,   NULL };
	const char *const serve[] = { "radosgw", "-f", "-n", "client.rgw", "-c", m->config, NULL };

	if (run(m, user, err) < 0)
		return -1;
	return start(m, 2, serve, err);
}

static int begin(const struct place *place, struct object_store *out, struct error *err)
{
	struct making m = { .place = place, .store = out };

	if (choose(&m, err) < 0 || make_keys(&m, err) < 0 || start_monitor(&m, err) < 0 ||
	    start_store(&m, err) < 0 || start_gateway(&m, err) < 0)
		return -1;
	return object_store_await("radosgw", &out->process[2], m.port, err);
}

const struct object_store_kind object_store_ceph = {
	.name = "radosgw",
	.account = "ceph",
	.packages = "radosgw ceph-mon ceph-osd",
	.programs = programs,
	.start = begin,
};
