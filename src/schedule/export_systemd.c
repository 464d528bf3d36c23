/* SPDX-License-Identifier: Apache-2.0 */
/* Units of systemd.service(5) and systemd.timer(5). */
#include <string.h>

#include "base/clock.h"
#include "schedule/calendar.intern.h"
#include "schedule/export.h"

enum { TEN_YEARS_OF_DAYS = 3653, SHIFTED_MAX = 1440 };

static const char hardening[] = "NoNewPrivileges=yes\n"
				"KeyringMode=private\n"
				"LockPersonality=yes\n"
				"PrivateMounts=yes\n"
				"PrivateTmp=yes\n"
				"ProtectClock=yes\n"
				"ProtectHome=read-only\n"
				"ProtectKernelModules=yes\n"
				"ProtectSystem=strict\n"
				"ReadWritePaths=-/var/spool\n" /* sendmail's queue */
				"RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK\n"
				"RestrictRealtime=yes\n"
				"RestrictSUIDSGID=yes\n"
				"SystemCallArchitectures=native\n"
				"SystemCallErrorNumber=EPERM\n"
				"UMask=0077\n";

/*
 * A restore test's sandbox needs namespaces, mounts of its own (a fresh /proc, which the
 * kernel refuses to unprivileged users where parts of /proc are covered: so no
 * ProtectKernelTunables, ProtectKernelLogs, ProtectProc), a host name, a cgroup. PostgreSQL
 * and RabbitMQ compile at run time: memory may be written and executed.
 */
static const char of_schedule[] =
	"CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_KILL "
	"CAP_NET_ADMIN CAP_SETGID CAP_SETPCAP CAP_SETUID CAP_SYS_ADMIN CAP_SYS_CHROOT "
	"CAP_SYS_RESOURCE\n"
	"Delegate=yes\n"
	"DevicePolicy=closed\n"
	"RestrictNamespaces=ipc mnt net pid user uts\n"
	"SystemCallFilter=@system-service @mount sethostname\n";

/* Files of others to read and a sendmail to start is all there is to do. */
static const char of_outbox[] =
	"CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER "
	"CAP_SETGID CAP_SETUID\n"
	"MemoryDenyWriteExecute=yes\n"
	"PrivateDevices=yes\n"
	"ProtectControlGroups=yes\n"
	"ProtectHostname=yes\n"
	"ProtectKernelLogs=yes\n"
	"ProtectKernelTunables=yes\n"
	"ProtectProc=invisible\n"
	"ProcSubset=pid\n"
	"RestrictNamespaces=yes\n"
	"SystemCallFilter=@system-service\n";

static int no_memory(struct error *err)
{
	return error_set(err, ERROR_NOMEM, "no memory for a unit of systemd");
}

/* Specifiers are doubled, and in commands variables. */
static int write_escaped(const char *text, const char *doubled, struct buf *out)
{
	for (; *text; text++) {
		if ((strchr(doubled, *text) && buf_append(out, text, 1) < 0) ||
		    ((*text == '"' || *text == '\\') && buf_puts(out, "\\") < 0) ||
		    buf_append(out, text, 1) < 0)
			return -1;
	}
	return 0;
}

/* As write_escaped(), of a setting whose value systemd takes as it is. */
static int write_plain(const char *text, struct buf *out)
{
	for (; *text; text++)
		if ((*text == '%' && buf_puts(out, "%") < 0) || buf_append(out, text, 1) < 0)
			return -1;
	return 0;
}

static int write_quoted(const char *text, const char *doubled, struct buf *out)
{
	return buf_puts(out, "\"") < 0 || write_escaped(text, doubled, out) < 0 ?
		       -1 :
		       buf_puts(out, "\"");
}

/* What a service does, and what it must be able to. */
struct job {
	const char *words, *name; /* follow the program and its configuration */
	const char *needs;
};

static int write_service(const struct export_plan *p, const struct job *job, struct buf *out)
{
	if (buf_puts(out, "Documentation=man:muster-schedule(1)\n"
			  "Wants=network-online.target\nAfter=network-online.target\n\n"
			  "[Service]\nType=oneshot\nExecStart=") < 0 ||
	    write_quoted(p->program, "%", out) < 0 || buf_puts(out, " -c ") < 0 ||
	    write_quoted(p->config, "%$", out) < 0 ||
	    buf_printf(out, " %s%s\n", job->words, job->name) < 0)
		return -1;
	for (const char *const *w = p->writable; *w; w++)
		if (buf_puts(out, "ReadWritePaths=\"-") < 0 || write_escaped(*w, "%", out) < 0 ||
		    buf_puts(out, "\"\n") < 0)
			return -1;
	return buf_puts(out, hardening) < 0 ? -1 : buf_puts(out, job->needs);
}

int export_systemd_service(const struct export_plan *p, const struct export_schedule *s,
			   struct buf *out, struct error *err)
{
	const struct job job = { "schedule run ", s->name, of_schedule };

	if (buf_puts(
		    out,
		    "# Written by muster schedule export --systemd.\n[Unit]\nDescription=muster ") <
		    0 ||
	    write_plain(s->runs, out) < 0 || buf_puts(out, ", schedule ") < 0 ||
	    write_plain(s->name, out) < 0 || buf_puts(out, ", of ") < 0 ||
	    write_plain(p->platform, out) < 0 || buf_puts(out, "\n") < 0 ||
	    write_service(p, &job, out) < 0)
		return no_memory(err);
	return 0;
}

int export_systemd_outbox_service(const struct export_plan *p, struct buf *out, struct error *err)
{
	const struct job job = { "notify deliver", "", of_outbox };

	if (buf_puts(out, "# Written by muster schedule export --systemd.\n[Unit]\n"
			  "Description=muster delivers the notifications that wait, of ") < 0 ||
	    write_plain(p->platform, out) < 0 || buf_puts(out, "\n") < 0 ||
	    write_service(p, &job, out) < 0)
		return no_memory(err);
	return 0;
}

static int timer_end(struct buf *out)
{
	return buf_puts(out, "AccuracySec=1s\nPersistent=yes\n\n[Install]\n"
			     "WantedBy=timers.target\n");
}

static int write_on_calendar(const struct calendar_spec *spec, const char *zone, struct buf *out)
{
	return buf_puts(out, "OnCalendar=") < 0 || calendar_write_spec(spec, false, out) < 0 ?
		       -1 :
		       buf_printf(out, " %s\n", zone);
}

/*
 * systemd 252 counts a repetition without an end past the field and leaves times out behind it
 * ("*:3/18" has no 00:03), and refuses lists of days from the end of the month.
 */
static int write_spec(const struct calendar_spec *spec, const char *zone, struct buf *out)
{
	struct calendar_spec closed = *spec;
	const struct calendar_chain *days = &spec->chain[CALENDAR_DAY];

	for (int field = 0; field < CALENDAR_FIELDS; field++)
		calendar_chain_close(&closed.chain[field],
				     (int)calendar_range_of((enum calendar_field)field)->max,
				     field == CALENDAR_DAY && spec->from_end);
	if (!spec->from_end)
		return write_on_calendar(&closed, zone, out);
	for (size_t i = 0; i < days->count; i++) {
		struct calendar_spec one = closed;

		one.chain[CALENDAR_DAY].item[0] = closed.chain[CALENDAR_DAY].item[i];
		one.chain[CALENDAR_DAY].count = 1;
		if (write_on_calendar(&one, zone, out) < 0)
			return -1;
	}
	return 0;
}

/* All that one change of clocks shifts, `t` being the first. */
static int write_shifted(const struct calendar *c, struct calendar_time t, struct buf *out)
{
	int64_t end = t.at_ns + INT64_C(86400) * NS_PER_SECOND;
	char moment[CLOCK_RFC3339_SIZE];

	for (int i = 0; i < SHIFTED_MAX && t.at_ns < end; i++) {
		(void)clock_format_rfc3339(t.at_ns, moment);
		if (t.shifted && buf_printf(out, "OnCalendar=%.10s %.8s UTC\n", moment,
					    moment + sizeof("2026-03-29")) < 0)
			return -1;
		if (!calendar_next(c, t.at_ns, &t))
			break;
	}
	return 0;
}

static int write_all_shifted(const struct export_plan *p, const struct calendar *c, struct buf *out)
{
	int64_t until = p->now_ns + INT64_C(86400) * TEN_YEARS_OF_DAYS * NS_PER_SECOND;
	struct calendar_time t = { .at_ns = p->now_ns };
	bool any = false;

	while (calendar_next_surprise(c, t.at_ns, until, &t)) {
		if (!t.shifted)
			continue;
		if (!any &&
		    buf_puts(out, "# Clocks skip the time then, and systemd would leave the "
				  "run out: shifted ones of ten years.\n") < 0)
			return -1;
		any = true;
		if (write_shifted(c, t, out) < 0)
			return -1;
	}
	return 0;
}

int export_systemd_timer(const struct export_plan *p, const struct export_schedule *s,
			 struct buf *out, struct error *err)
{
	const struct calendar *c = s->calendar;

	if (buf_puts(out, "# Written by muster schedule export "
			  "--systemd.\n[Unit]\nDescription=when muster's schedule ") < 0 ||
	    write_plain(s->name, out) < 0 || buf_puts(out, " runs, of ") < 0 ||
	    write_plain(p->platform, out) < 0 ||
	    buf_puts(out, "\nDocumentation=man:muster-schedule(1)\n\n[Timer]\n") < 0)
		return no_memory(err);
	for (size_t i = 0; i < c->specs; i++)
		if (write_spec(&c->spec[i], calendar_zone(c), out) < 0)
			return no_memory(err);
	if (write_all_shifted(p, c, out) < 0 || timer_end(out) < 0)
		return no_memory(err);
	return 0;
}

int export_systemd_outbox_timer(const struct export_plan *p, struct buf *out, struct error *err)
{
	if (buf_puts(out,
		     "# Written by muster schedule export --systemd.\n[Unit]\n"
		     "Description=when muster delivers the notifications that wait, of ") < 0 ||
	    write_plain(p->platform, out) < 0 ||
	    buf_puts(out, "\nDocumentation=man:muster-schedule(1)\n\n[Timer]\n"
			  "OnCalendar=*-*-* *:00/5:00\n") < 0 ||
	    timer_end(out) < 0)
		return no_memory(err);
	return 0;
}
