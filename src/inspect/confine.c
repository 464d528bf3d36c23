/* SPDX-License-Identifier: Apache-2.0 */
#include "inspect/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "inspect/sanitized.h"

/* What the C library, the codecs and threads need; found with strace over all readers. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(pread64),
	SCMP_SYS(readv),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(fadvise64),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(brk),
	SCMP_SYS(futex),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getrandom),
	SCMP_SYS(sysinfo),
	SCMP_SYS(membarrier),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/*
 * Calls that depend on what they are asked: memory of its own that is not code, so
 * that RLIMIT_DATA counts all of it; signals to itself; flags of descriptors, not
 * their owner, to whom a pipe could send signals.
 */
static int add_conditional_rules(scmp_filter_ctx filter)
{
	static const int fcntl_commands[] = { F_GETFD, F_SETFD, F_GETFL };
	const struct scmp_arg_cmp own = SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0);
	const struct scmp_arg_cmp data = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp private =
		SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_SHARED | MAP_PRIVATE, MAP_PRIVATE);
	int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, data, private);

	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, data);
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, own);
	for (size_t i = 0; rc == 0 && i < sizeof(fcntl_commands) / sizeof(*fcntl_commands); i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
				      SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)fcntl_commands[i], 0));
	return rc;
}

static int filter_add_rules(scmp_filter_ctx filter)
{
	int rc = add_conditional_rules(filter);

	for (size_t i = 0; rc == 0 && i < sizeof(allowed) / sizeof(*allowed); i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	/* threads, but no processes; clone3 hides its flags in memory, so the C library shall use clone */
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				      SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return rc;
}

static int limit(__rlimit_resource_t resource, rlim_t value, struct error *err)
{
	struct rlimit now;

	if (getrlimit(resource, &now) < 0)
		return error_set_errno(err, ERROR_IO, "read a resource limit");
	if (now.rlim_max < value)
		value = now.rlim_max;
	if (setrlimit(resource, &(struct rlimit){ value, value }) < 0)
		return error_set_errno(err, ERROR_IO, "set a resource limit");
	return 0;
}

int confine_self(const struct confine_limits *limits, struct error *err)
{
	uint64_t memory_max = limits->memory_max;
	scmp_filter_ctx filter;
	int rc;

	if (limit(RLIMIT_CORE, 0, err) < 0 ||
	    (!limits->may_write && limit(RLIMIT_FSIZE, 0, err) < 0))
		return -1;
#ifdef SANITIZED /* whose shadow is terabytes of memory */
	memory_max = 0;
#endif
	if (memory_max && limit(RLIMIT_DATA, (rlim_t)memory_max, err) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return error_set_errno(err, ERROR_IO, "give up new privileges");
	filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return error_set(err, ERROR_NOMEM, "no memory for the system call filter");
	rc = filter_add_rules(filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	if (rc < 0) {
		errno = -rc;
		return error_set_errno(err, rc == -ENOMEM ? ERROR_NOMEM : ERROR_IO,
				       "install the system call filter");
	}
	return 0;
}
