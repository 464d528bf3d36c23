/* SPDX-License-Identifier: Apache-2.0 */
#include "demo/settings.h"

#include "base/buf.h"
#include "base/file.h"
#include "demo/application.h"
#include "demo/fill.h"

static int put_platform(const struct settings *s, struct buf *out)
{
	return buf_printf(out,
			  "version: 1\n"
			  "platform:\n"
			  "  name: agent-orchestrator\n"
			  "  timezone: UTC\n"
			  "  owner: demo\n"
			  "  objectives: {rto: 2h, rpo: 24h}\n"
			  "repository:\n"
			  "  path: %s\n"
			  "  # low, since this is your disk and not a backup server's\n"
			  "  disk_free_min: 1%%\n"
			  "history:\n"
			  "  state_dir: %s\n",
			  s->repository, s->state);
}

static int put_components(const struct settings *s, struct buf *out)
{
	const struct server *postgres = &s->server[ENGINE_POSTGRESQL];
	const struct server *rabbitmq = &s->server[ENGINE_RABBITMQ];

	return buf_printf(out,
			  "components:\n"
			  "  postgres-main:\n"
			  "    engine: postgresql\n"
			  "    connect:\n"
			  "      socket: %s\n"
			  "      port: %u\n"
			  "      user: %s\n"
			  "      databases: [" FILL_DATABASE "]\n"
			  "    objectives: {rto: 1h, rpo: 24h}\n"
			  "    backups: {max_age: 24h}\n"
			  "  redis-cache:\n"
			  "    engine: redis\n"
			  "    connect: {socket: %s}\n"
			  "    objectives: {rto: 30m, rpo: 24h}\n"
			  "    backups: {max_age: 24h}\n"
			  "  rabbitmq:\n"
			  "    engine: rabbitmq\n"
			  "    connect:\n"
			  "      host: 127.0.0.1\n"
			  "      port: %u\n"
			  "      management_port: %u\n"
			  "      user: %s\n"
			  "      password: {file: %s}\n"
			  "    objectives: {rto: 45m, rpo: 24h}\n"
			  "    backups: {max_age: 24h}\n"
			  "  broker-console:\n"
			  "    engine: service\n"
			  "    health: {http: \"http://127.0.0.1:%u/\", status: 200}\n",
			  postgres->socket, (unsigned)postgres->port, postgres->user,
			  s->server[ENGINE_REDIS].socket, (unsigned)rabbitmq->port,
			  (unsigned)rabbitmq->management_port, rabbitmq->user, s->password_file,
			  (unsigned)rabbitmq->management_port);
}

/* A program of one line in the place of a mail server: each mail is a file. */
static int put_notify(const struct settings *s, struct buf *out)
{
	return buf_printf(
		out,
		"notify:\n"
		"  receivers:\n"
		"    on-call:\n"
		"      type: mail\n"
		"      to: [on-call@example.org]\n"
		"      # a program that keeps each mail as a file; 78 says that it cannot\n"
		"      sendmail: [/bin/sh, -c, 'f=$(mktemp --suffix=.eml \"$0/XXXXXX\") && "
		"cat > \"$f\" || exit 78', %s]\n",
		s->mail);
}

/* Its test alert has arrived when a kept mail tells of it. */
static int put_drill(const struct settings *s, struct buf *out)
{
	if (buf_printf(out,
		       "drill:\n"
		       "  test_alert: [on-call]\n"
		       "  alert_arrived: [/bin/sh, -c, 'grep -rqF \"$MUSTER_ALERT\" \"$0\"', %s]\n"
		       "  alert_within: 20s\n",
		       s->mail) < 0)
		return -1;
	return s->application ? application_put_drill(out) : 0;
}

static int put_offsite(const struct platform_offsite *o, struct buf *out)
{
	return buf_printf(out,
			  "offsite:\n"
			  "  url: %s\n"
			  "  endpoint: %s\n"
			  "  path_style: true\n"
			  "  access_key: {file: %s}\n"
			  "  secret_key: {file: %s}\n",
			  o->url, o->endpoint, o->access_key_file, o->secret_key_file);
}

int settings_write(const struct settings *s, struct error *err)
{
	CLEANUP(buf_release)
	struct buf text = { 0 };

	if (put_platform(s, &text) < 0 || put_components(s, &text) < 0 ||
	    (s->application && application_put_components(s->application, &text) < 0) ||
	    put_drill(s, &text) < 0 || put_notify(s, &text) < 0 ||
	    (s->offsite && *s->offsite->endpoint && put_offsite(s->offsite, &text) < 0))
		return error_set(err, ERROR_NOMEM, "no memory for %s", s->path);
	return file_write_atomic(s->path, 0644, text.ptr, text.len, err);
}
