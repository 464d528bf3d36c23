/* SPDX-License-Identifier: Apache-2.0 */
/* Notices of tests: a failed verification, and one whose every text would like to be markup. */
#ifndef TESTS_NOTIFY_A_NOTICE_H
#define TESTS_NOTIFY_A_NOTICE_H

#include "base/clock.h"
#include "notify/notice.h"

/* 2026-11-22T03:00:00Z */
#define NOTICE_AT (INT64_C(1795316400) * NS_PER_SECOND)

/* Header lines, mentions, links, tags, quotes, controls, an override of direction, half a character. */
#define HOSTILE                                                                                    \
	"x\r\nBcc: spy@example.com\r\n\r\n<!channel> <https://evil.example|here> @everyone "       \
	"<script>alert(1)</script> \"'&amp; \x1b[31m \xe2\x80\xae \xff\xc3"

static inline struct notice a_notice(enum notice_event event)
{
	static struct notice_line lines[] = {
		{ .component = "database",
		  .check = "compression",
		  .subject = "postgres/app.dump.gz",
		  .verdict = VERDICT_FAIL,
		  .expected = "CRC-32 1c2d3e4f",
		  .found = "CRC-32 00000000",
		  .message = "the data is not what was written",
		  .hint = "take a new backup" },
		{ .component = "cache",
		  .check = "age",
		  .subject = "",
		  .verdict = VERDICT_WARN,
		  .expected = "at most 1d",
		  .found = "1d 2h",
		  .message = "the newest set is old",
		  .hint = "" },
	};

	return (struct notice){ .event = event,
				.id = "20261122T030000Z-3f2a/failed/1",
				.key = "muster/shop/verify//",
				.at_ns = NOTICE_AT,
				.since_ns = NOTICE_AT - 3600 * NS_PER_SECOND,
				.platform = "shop",
				.host = "db1",
				.kind = "verify",
				.component = "",
				.check = "",
				.run = "20261122T030000Z-3f2a",
				.set = "20261122_020000",
				.verdict = VERDICT_FAIL,
				.title = "2 checks of the newest set did not hold",
				.link = "https://muster.example/run/20261122T030000Z-3f2a?a=1&b=2",
				.next = "muster run show 20261122T030000Z-3f2a",
				.line = lines,
				.line_count = 2 };
}

static inline struct notice a_hostile_notice(void)
{
	static struct notice_line lines[] = {
		{ HOSTILE, HOSTILE, HOSTILE, VERDICT_FAIL, HOSTILE, HOSTILE, HOSTILE, HOSTILE },
	};

	return (struct notice){ .event = NOTICE_FAILED,
				.id = HOSTILE,
				.key = HOSTILE,
				.at_ns = NOTICE_AT,
				.since_ns = NOTICE_AT,
				.platform = HOSTILE,
				.host = HOSTILE,
				.kind = HOSTILE,
				.component = HOSTILE,
				.check = HOSTILE,
				.run = HOSTILE,
				.set = HOSTILE,
				.verdict = VERDICT_FAIL,
				.title = HOSTILE,
				.link = HOSTILE,
				.next = HOSTILE,
				.line = lines,
				.line_count = 1 };
}

#endif
