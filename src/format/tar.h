/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The members of a tar archive: ustar (POSIX.1-2017, pax), with pax' path and
 * size, GNU's long names and sizes in base 256, and what pg_dump writes. Resumable
 * at any byte; nothing grows with the archive. After a header that cannot be
 * trusted the next one is looked for, so that what follows it is still seen.
 */
#ifndef FORMAT_TAR_H
#define FORMAT_TAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "model/finding.h"

enum {
	TAR_BLOCK = 512,
	TAR_NAME_SIZE = 4096,       /* Linux's PATH_MAX */
	TAR_EXTENDED_MAX = 1 << 16, /* bytes of a pax header or a long name that are read */
};

/* What can change unnoticed: X(id, where, effect). */
#define TAR_UNCOVERED_TABLE(X)                                                                     \
	X(BLANKS, "the blanks and leading zeros of a member's checksum field",                     \
	  "nothing: the number stays the same")                                                    \
	X(EXTENDED, "keys and values of pax records other than path and size",                     \
	  "another time, owner or attribute, or none")                                             \
	X(PADDING, "how many zero bytes follow the two blocks of zeros that end a tar", "nothing")

struct tar_member {
	uint64_t offset; /* of its header, or of the first that belongs to it */
	uint64_t data;   /* where its content begins */
	uint64_t size;   /* of its content */
	char type;       /* '0' file, '1' hard link, '2' symbolic link, '5' directory, … */
	bool name_cut;   /* the name is longer */
	char name[TAR_NAME_SIZE]; /* as stored: hostile */
};

enum tar_event {
	TAR_MORE,       /* all input consumed */
	TAR_MEMBER,     /* `member` begins */
	TAR_DATA,       /* `data` is the next piece of its content */
	TAR_MEMBER_END, /* its content and the padding after it are complete */
};

struct tar {
	struct findings *findings; /* borrowed */
	struct tar_member member;
	/* progress */
	enum {
		TAR_IN_HEADER, /* zeroed: at the start */
		TAR_IN_EXTENDED,
		TAR_IN_CONTENT,
		TAR_IN_PADDING,
		TAR_AFTER_END,
	} part;
	uint64_t left; /* bytes of this part */
	size_t have;
	uint8_t block[TAR_BLOCK];
	bool begun;     /* the first header that belongs to the next member has come */
	bool lost;      /* looking for a header that can be trusted */
	unsigned zeros; /* blocks of zeros just before, at most 2 */
	bool stray;     /* bytes in this padding or after the end were told of */
	char extended_type;
	size_t extended_len;
	bool path_set, size_set, sparse;
	char path[TAR_NAME_SIZE]; /* of the next member, when set */
	uint64_t size;
	uint8_t extended[TAR_EXTENDED_MAX + 1];
};

/* Is that the header of a first member? `head` holds the first TAR_BLOCK bytes, or all there are. */
bool tar_matches(struct span head);

/* Take bytes from the front of `in`, the first of which lies at `offset`. A zeroed tar with `findings` is a valid start. */
enum tar_event tar_read(struct tar *t, struct span *in, uint64_t offset, struct span *data);

/* The input has ended at `offset`; findings when it should not have. true: after the archive's own end. */
bool tar_end(struct tar *t, uint64_t offset);

/* A header for a member called `name` (at most 99 bytes): the format above, POSIX ustar, owner 0. */
void tar_header(const char *name, char type, uint64_t size, uint8_t out[TAR_BLOCK]);

#endif
