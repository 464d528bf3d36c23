/* SPDX-License-Identifier: Apache-2.0 */
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

/* What the child tells through its status pipe when it does not get as far as the program. */
struct start_failure {
	int step; /* index into step_names */
	int cause;
};

enum start_step {
	START_DESCRIPTORS,
	START_GROUP,
	START_DIRECTORY,
	START_IDENTITY,
	START_PARENT,
	START_EXEC
};

static const char *const step_names[] = {
	[START_DESCRIPTORS] = "arrange the descriptors of",
	[START_GROUP] = "make a process group for",
	[START_DIRECTORY] = "change to the working directory of",
	[START_IDENTITY] = "take the identity for",
	[START_PARENT] = "tie to this process the program",
	[START_EXEC] = "start",
};

/* Everything the child needs, made before the fork: afterwards it may not allocate. */
struct launch {
	const struct process_spec *spec;
	const char *program;
	char *const *argv, *const *env;
	int report;
	pid_t parent;
};

static int name_length(const char *assignment)
{
	const char *equals = strchr(assignment, '=');

	return equals ? (int)(equals - assignment) : (int)strlen(assignment);
}

static const char *find_assignment(const char *const *env, const char *name, size_t len)
{
	for (; env && *env; env++) {
		if ((size_t)name_length(*env) == len && strncmp(*env, name, len) == 0)
			return *env;
	}
	return NULL;
}

static size_t vector_length(const char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

/* The child's environment: `env` without what `set_env` names, then `set_env`. The strings are borrowed. */
static const char **make_environment(const struct process_spec *spec)
{
	const char *const *base = spec->env ? spec->env : (const char *const *)environ;
	const char **env =
		calloc(vector_length(base) + vector_length(spec->set_env) + 1, sizeof(*env));
	size_t n = 0;

	if (!env)
		return NULL;
	for (; base && *base; base++) {
		if (!find_assignment(spec->set_env, *base, (size_t)name_length(*base)))
			env[n++] = *base;
	}
	for (const char *const *e = spec->set_env; e && *e; e++)
		env[n++] = *e;
	return env;
}

int process_find_program(const char *program, const char *path, struct buf *out, struct error *err)
{
	const char *rest = path ? path : getenv("PATH");
	size_t start = out->len;

	while (rest && *rest) {
		size_t len = strcspn(rest, ":");

		out->len = start;
		if (buf_printf(out, "%.*s/%s", len ? (int)len : 1, len ? rest : ".", program) < 0)
			return error_set(err, ERROR_NOMEM, "no memory to look for %s", program);
		if (access(out->ptr + start, X_OK) == 0) {
			struct stat st;

			if (stat(out->ptr + start, &st) == 0 && S_ISREG(st.st_mode))
				return 0;
		}
		rest += len + (rest[len] == ':');
	}
	out->len = start;
	return error_set(err, ERROR_NOT_FOUND, "program %s: not found in PATH", program);
}

/* Descriptors above those that get replaced, so that no dup2() overwrites a source. */
static int lift(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 10);
}

static int arrange_descriptors(struct launch *l)
{
	const int wanted[3] = { l->spec->in, l->spec->out, l->spec->err };
	int source[3];

	l->report = lift(l->report);
	if (l->report < 0)
		return -1;
	for (int i = 0; i < 3; i++) {
		int fd = wanted[i] < 0 ? open("/dev/null", O_RDWR | O_CLOEXEC) : wanted[i];

		source[i] = fd < 0 ? -1 : lift(fd);
		if (source[i] < 0)
			return -1;
	}
	for (int i = 0; i < 3; i++) {
		if (dup2(source[i], i) < 0)
			return -1;
	}
	return close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
}

static int take_identity(const struct process_spec *spec)
{
	if (!spec->drop)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(spec->gid, spec->gid, spec->gid) < 0)
		return -1;
	return setresuid(spec->uid, spec->uid, spec->uid);
}

/* The kernel forgets the death signal on a change of identity, so it is set after. */
static int tie_to_parent(const struct launch *l)
{
	int signal = l->spec->death_signal ? l->spec->death_signal : SIGKILL;

	if (!l->spec->die_with_parent)
		return 0;
	if (prctl(PR_SET_PDEATHSIG, signal) < 0)
		return -1;
	if (getppid() != l->parent) {
		errno = ESRCH;
		return -1;
	}
	return 0;
}

void process_reset_signals(void)
{
	sigset_t none;

	for (int s = 1; s < NSIG; s++)
		(void)signal(s, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static enum start_step prepare_child(struct launch *l)
{
	if (arrange_descriptors(l) < 0)
		return START_DESCRIPTORS;
	if (l->spec->own_group && setpgid(0, 0) < 0)
		return START_GROUP;
	if (take_identity(l->spec) < 0)
		return START_IDENTITY;
	if (l->spec->directory && chdir(l->spec->directory) < 0)
		return START_DIRECTORY;
	return tie_to_parent(l) < 0 ? START_PARENT : START_EXEC;
}

__attribute__((noreturn)) static void run_child(struct launch *l)
{
	struct start_failure failure = { .step = (int)prepare_child(l) };

	if (failure.step == START_EXEC) {
		process_reset_signals();
		(void)execve(l->program, l->argv, l->env);
	}
	failure.cause = errno;
	while (write(l->report, &failure, sizeof(failure)) < 0 && errno == EINTR)
		;
	_exit(127);
}

/* Ends when the exec closed the pipe (it worked) or the child wrote why it did not. */
static int await_start(int report, struct process *p, const char *program, struct error *err)
{
	struct start_failure failure = { 0 };
	ssize_t n;

	do
		n = read(report, &failure, sizeof(failure));
	while (n < 0 && errno == EINTR);
	if (n == 0)
		return 0;
	process_stop(p, SIGKILL, 0);
	*p = (struct process)PROCESS_INIT;
	errno = n == (ssize_t)sizeof(failure) ? failure.cause : EIO;
	return error_set_errno(err, ERROR_IO, "%s %s", step_names[failure.step], program);
}

pid_t process_fork(void)
{
	sigset_t all, before;
	pid_t pid;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	pid = fork();
	if (pid != 0)
		(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return pid;
}

static int launch_process(struct launch *l, struct process *p, struct error *err)
{
	CLEANUP(cleanup_close)
	int report = -1;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_set_errno(err, ERROR_IO, "make a pipe to start %s", l->program);
	report = ends[0];
	l->report = ends[1];
	pid = process_fork();
	if (pid == 0)
		run_child(l);
	(void)close(ends[1]);
	if (pid < 0)
		return error_set_errno(err, ERROR_IO, "start %s", l->program);
	*p = (struct process){ .pid = pid, .pidfd = pidfd_open(pid, 0) };
	p->own_group = l->spec->own_group;
	if (p->pidfd < 0) {
		(void)error_set_errno(err, ERROR_IO, "watch %s", l->program);
		process_stop(p, SIGKILL, 0);
		*p = (struct process)PROCESS_INIT;
		return -1;
	}
	return await_start(report, p, l->program, err);
}

int process_start(const struct process_spec *spec, struct process *p, struct error *err)
{
	CLEANUP(cleanup_free)
	const char **env = make_environment(spec);
	CLEANUP(buf_release)
	struct buf program = { 0 };
	struct launch l = { .spec = spec, .parent = getpid() };
	const char *path;

	if (!env)
		return error_set(err, ERROR_NOMEM, "no memory to start %s", spec->argv[0]);
	path = find_assignment(env, "PATH", 4);
	if (strchr(spec->argv[0], '/')) {
		l.program = spec->argv[0];
	} else {
		if (process_find_program(spec->argv[0], path ? path + 5 : "/usr/bin:/bin", &program,
					 err) < 0)
			return -1;
		l.program = program.ptr;
	}
	/* exec takes them as char *const * for history's sake and does not write to them */
	memcpy(&l.argv, &spec->argv, sizeof(l.argv));
	memcpy(&l.env, &(const char *const *){ env }, sizeof(l.env));
	return launch_process(&l, p, err);
}

static int reap(struct process *p)
{
	pid_t got;

	do
		got = waitpid(p->pid, &p->status, 0);
	while (got < 0 && errno == EINTR);
	p->reaped = true;
	if (p->pidfd >= 0)
		(void)close(p->pidfd);
	p->pidfd = -1;
	return got < 0 ? -1 : 0;
}

static int poll_timeout(int64_t left_ns)
{
	int64_t ms = (left_ns + 999999) / 1000000;

	if (left_ns < 0)
		return 0;
	return ms > INT32_MAX ? INT32_MAX : (int)ms;
}

/* 1: ended (not reaped yet); 0: time is up; -1 with errno. */
static int await_end(const struct process *p, int64_t timeout_ns)
{
	struct pollfd fd = { .fd = p->pidfd, .events = POLLIN };
	int rc = poll(&fd, 1, timeout_ns < 0 ? -1 : poll_timeout(timeout_ns));

	return rc > 0 ? 1 : rc;
}

int process_wait(struct process *p, int64_t timeout_ns, struct error *err)
{
	int rc;

	if (p->pid == 0 || p->reaped)
		return 1;
	rc = await_end(p, timeout_ns);
	if (rc < 0 && errno == EINTR)
		return error_set(err, ERROR_INTERRUPTED, "interrupted while waiting for process %d",
				 (int)p->pid);
	if (rc < 0)
		return error_set_errno(err, ERROR_IO, "wait for process %d", (int)p->pid);
	if (rc == 1 && reap(p) < 0)
		return error_set_errno(err, ERROR_IO, "wait for process %d", (int)p->pid);
	return rc;
}

static bool ended_within(const struct process *p, int64_t grace_ns)
{
	int64_t deadline = clock_monotonic_ns() + grace_ns;

	for (;;) {
		int rc = await_end(p, deadline - clock_monotonic_ns());

		if (rc >= 0)
			return rc == 1;
		if (errno != EINTR)
			return false;
	}
}

void process_stop(struct process *p, int signal, int64_t grace_ns)
{
	if (p->pid == 0 || p->reaped)
		return;
	if (grace_ns > 0) {
		(void)kill(p->pid, signal);
		if (p->pidfd < 0 || !ended_within(p, grace_ns))
			(void)kill(p->pid, SIGKILL);
	} else {
		(void)kill(p->pid, SIGKILL);
	}
	/* not reaped yet, so its group id is still its own */
	if (p->own_group)
		(void)kill(-p->pid, SIGKILL);
	(void)reap(p);
}

void cleanup_process(struct process *p)
{
	process_stop(p, SIGKILL, 0);
}

bool process_succeeded(const struct process *p)
{
	return p->reaped && WIFEXITED(p->status) && WEXITSTATUS(p->status) == 0;
}

char *process_describe_end(const struct process *p, char *out, size_t size)
{
	if (!p->reaped)
		(void)snprintf(out, size, "is still running");
	else if (WIFEXITED(p->status))
		(void)snprintf(out, size, "exited with code %d", WEXITSTATUS(p->status));
	else
		(void)snprintf(out, size, "was killed by signal %d (%s)", WTERMSIG(p->status),
			       strsignal(WTERMSIG(p->status)));
	return out;
}
