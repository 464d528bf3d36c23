/* SPDX-License-Identifier: Apache-2.0 */
/* What an owner and its desk say to each other; they are one program. */
#ifndef INSPECT_DESK_INTERN_H
#define INSPECT_DESK_INTERN_H

#include <stdnoreturn.h>
#include <sys/socket.h>

#include "inspect/inspect.h"

/* With an order, which is the request's index: where the words go, and the content, if anywhere. */
enum { DESK_DESCRIPTORS = 2 };

union desk_control {
	char space[CMSG_SPACE(DESK_DESCRIPTORS * sizeof(int))];
	struct cmsghdr align;
};

/* Any number that tell of progress, then one that it has ended, after which comes the document, unless there is an error. */
struct desk_word {
	uint64_t done, total;
	int64_t mtime_ns;
	bool ended;
	struct error error;
};

noreturn void desk_main(int line, const struct inspect_request *request,
			const struct inspect_options *options);

#endif
