/* SPDX-License-Identifier: Apache-2.0 */
/* The first process inside a sandbox: seals it, tries to get out, runs the work, ends everything. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/process.h"
#include "sandbox/root.h"
#include "sandbox/sandbox.intern.h"

enum { NO_INIT = 70 }; /* exit code of the one that makes the namespaces; the error was told */

static int refused(struct error *err, const char *what)
{
	(void)error_set_errno(err, ERROR_REFUSED, "sandbox: %s", what);
	if (geteuid() == 0)
		return error_hint(err, "root needs CAP_SYS_ADMIN for it, which containers "
				       "withhold unless it is given to them");
	return error_hint(err, "the kernel must allow namespaces to this user: see "
			       "/proc/sys/user/max_user_namespaces, "
			       "kernel.unprivileged_userns_clone, "
			       "kernel.apparmor_restrict_unprivileged_userns; or run as root");
}

static int write_map(const char *path, const char *text, struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		return refused(err, path);
	return 0;
}

/* The only user in there is this one, under the number of nobody. */
static int map_user(const struct sandbox_plan *plan, uid_t uid, gid_t gid, struct error *err)
{
	char users[64], groups[64];

	(void)snprintf(users, sizeof(users), "%u %u 1\n", (unsigned)plan->uid, (unsigned)uid);
	(void)snprintf(groups, sizeof(groups), "%u %u 1\n", (unsigned)plan->gid, (unsigned)gid);
	if (write_map("/proc/self/setgroups", "deny", err) < 0 ||
	    write_map("/proc/self/uid_map", users, err) < 0)
		return -1;
	return write_map("/proc/self/gid_map", groups, err);
}

static int make_namespaces(const struct sandbox_plan *plan, struct error *err)
{
	int flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (cgroup_join(&plan->cgroup, err) < 0)
		return -1;
	if (unshare(plan->own_user ? flags | CLONE_NEWUSER : flags) < 0)
		return refused(err, "make namespaces");
	if (!plan->own_user)
		return 0;
	/* else /proc/self is root's, in a process that once changed its identity */
	if (prctl(PR_SET_DUMPABLE, 1) < 0)
		return refused(err, "own /proc/self");
	return map_user(plan, uid, gid, err);
}

static int raise_loopback(struct error *err)
{
	CLEANUP(cleanup_close)
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) < 0 ? refused(err, "raise the loopback") : 0;
}

/* For good: no capability can come back by a program's file, none is inherited. */
static int give_up_privilege(const struct sandbox_plan *plan, struct error *err)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	const struct __user_cap_data_struct none[2] = { 0 };

	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return refused(err, "drop capabilities");
	}
	if (!plan->own_user && setgroups(0, NULL) < 0)
		return refused(err, "leave all groups");
	if (setresgid(plan->gid, plan->gid, plan->gid) < 0 ||
	    setresuid(plan->uid, plan->uid, plan->uid) < 0)
		return refused(err, "become an unprivileged user");
	if (syscall(SYS_capset, &header, none) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return refused(err, "give up privileges");
	return 0;
}

static bool is_broken(int pipe)
{
	struct pollfd fd = { .fd = pipe };

	return poll(&fd, 1, 0) != 0;
}

/* The reaper's end is ours, also when it came before we could ask for it. */
static int tie_to_reaper(int heart, struct error *err)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return refused(err, "tie it to its reaper");
	return is_broken(heart) ? error_set(err, ERROR_INTERRUPTED, "the reaper ended") : 0;
}

static int seal(const struct sandbox_plan *plan, int heart, struct error *err)
{
	char root[PATH_MAX], work[PATH_MAX], given[PATH_MAX];
	const struct root_plan tree = { .at = sandbox_path(plan, SANDBOX_ROOT, root),
					.writable = sandbox_path(plan, SANDBOX_WORK, work),
					.inside = SANDBOX_INSIDE,
					.given = sandbox_path(plan, SANDBOX_FOR_IT, given),
					.given_inside = SANDBOX_GIVEN,
					.readable = plan->options->readable };

	/* keys of the owner's session are not for here; a kernel without keyrings has none */
	(void)syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);
	if (sethostname("sandbox", 7) < 0)
		return refused(err, "name the host");
	/* the tree is made by us and entered by others, whatever umask the owner has */
	(void)umask(022);
	if (raise_loopback(err) < 0 || root_enter(&tree, err) < 0 ||
	    cgroup_limit_self(&plan->cgroup, plan->options->limits.memory_max,
			      plan->options->limits.process_max, err) < 0 ||
	    give_up_privilege(plan, err) < 0)
		return -1;
	/* the kernel forgets it on a change of identity */
	return tie_to_reaper(heart, err);
}

/* Whatever is orphaned in here becomes ours. Ends with the work's code once the work ended. */
static int await_work(pid_t work)
{
	for (;;) {
		int status = 0;
		pid_t pid = waitpid(-1, &status, 0);

		if (pid < 0 && errno != EINTR)
			return NO_INIT;
		if (pid != work)
			continue;
		return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	}
}

noreturn static void run_work(const struct sandbox_plan *plan, struct sandbox_pipes pipes)
{
	struct place place = { .directory = SANDBOX_INSIDE,
			       .uid = plan->uid,
			       .gid = plan->gid,
			       .memory_max = plan->options->limits.memory_max,
			       .own_network = true };

	/* what the servers in here run as may neither trace it nor read its memory */
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
	    chdir(SANDBOX_INSIDE) < 0)
		_exit(NO_INIT);
	(void)umask(077);
	/* the owner's PGSERVICE or PGOPTIONS speak of other servers */
	if (clearenv() != 0 || setenv("PATH", "/usr/bin:/bin", 1) < 0)
		_exit(NO_INIT);
	_exit(plan->options->work(&place, pipes, plan->options->cookie));
}

/* The reaper is our parent once the one that forked us has ended; it then says so. */
static int await_reaper(int heart, struct error *err)
{
	char go;
	ssize_t n;

	do
		n = read(heart, &go, 1);
	while (n < 0 && errno == EINTR);
	return n == 1 ? tie_to_reaper(heart, err) :
			error_set(err, ERROR_INTERRUPTED, "the reaper ended");
}

noreturn static void be_init(const struct sandbox_plan *plan, int heart)
{
	struct error err = ERROR_INIT;
	struct sandbox_pipes pipes = plan->pipes;
	int status = plan->status;
	int *const kept[] = { &pipes.in, &pipes.out, &pipes.visits, &status, &heart };
	pid_t work;

	process_reset_signals();
	if (process_keep_only(kept, 5, &err) < 0 || await_reaper(heart, &err) < 0 ||
	    seal(plan, heart, &err) < 0 || escape_try(&plan->escape, &err) < 0) {
		sandbox_tell(status, SANDBOX_FAILED, 0, &err);
		_exit(NO_INIT);
	}
	(void)prctl(PR_SET_DUMPABLE, 0);
	work = fork();
	if (work == 0) {
		(void)close(status);
		(void)close(heart);
		run_work(plan, pipes);
	}
	if (work < 0) {
		(void)refused(&err, "start its work");
		sandbox_tell(status, SANDBOX_FAILED, 0, &err);
		_exit(NO_INIT);
	}
	sandbox_tell(status, SANDBOX_READY, 0, NULL);
	(void)close(status);
	(void)close(pipes.in);
	(void)close(pipes.out);
	if (pipes.visits >= 0)
		(void)close(pipes.visits);
	_exit(await_work(work));
}

void init_main(const struct sandbox_plan *plan, int told, int heart)
{
	struct error err = ERROR_INIT;
	pid_t pid;

	if (make_namespaces(plan, &err) < 0) {
		sandbox_tell(plan->status, SANDBOX_FAILED, 0, &err);
		_exit(NO_INIT);
	}
	pid = fork();
	if (pid == 0) {
		(void)close(told);
		be_init(plan, heart);
	}
	if (pid < 0) {
		(void)refused(&err, "start a process in its own PID namespace");
		sandbox_tell(plan->status, SANDBOX_FAILED, 0, &err);
		_exit(NO_INIT);
	}
	_exit(write(told, &pid, sizeof(pid)) == (ssize_t)sizeof(pid) ? 0 : NO_INIT);
}
