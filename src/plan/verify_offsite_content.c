/* SPDX-License-Identifier: Apache-2.0 */
/* Is the content of the off-site copy that of the set? By the server's word, else by reading it back. */
#include <string.h>

#include "base/clock.h"
#include "history/alert.h"
#include "plan/verify_offsite.intern.h"

enum { DAY_S = 86400 };

/* How many files are the set's, by what tells it. */
struct told {
	size_t by_server, by_etag, by_our_sum, by_reading;
};

struct reading_back {
	struct plan_run *run;
	const struct offsite_item *item;
	struct sha256 sum;
	uint64_t done;
};

static void release(struct reading_back *r)
{
	sha256_release(&r->sum);
}

static int take_block(void *cookie, const void *bytes, size_t len, struct error *err)
{
	struct reading_back *r = cookie;

	r->done += len;
	if (sha256_update(&r->sum, (struct span){ bytes, len }, err) < 0)
		return -1;
	return plan_progress(r->run, r->item->key, r->done, r->item->file.size, err);
}

static int read_back(struct offsite_verification *o, const struct offsite_item *item,
		     uint8_t digest[SHA256_SIZE], struct error *err)
{
	CLEANUP(release)
	struct reading_back r = { .run = o->run, .item = item };

	if (sha256_init(&r.sum, err) < 0 ||
	    s3_read_parallel(o->offsite.s3, item->key, &item->stat, take_block, &r, err) < 0)
		return -1;
	return sha256_final(&r.sum, digest, err);
}

static bool has_its_turn(const struct offsite_verification *o, const struct offsite_item *item)
{
	return offsite_has_its_turn(o->v->config->offsite.read_share,
				    o->run->started_ns / NS_PER_SECOND / DAY_S, item->turn);
}

static bool is_to_be_read(const struct offsite_verification *o, const struct offsite_item *item,
			  enum offsite_evidence evidence)
{
	if (item->stat.archived || evidence == OFFSITE_DIFFERS)
		return false;
	return evidence == OFFSITE_DOUBTFUL || o->doubted || o->v->request->offsite_read ||
	       (evidence < OFFSITE_BY_SERVER_SUM && has_its_turn(o, item));
}

static void count(struct told *told, enum offsite_evidence evidence)
{
	told->by_our_sum += evidence == OFFSITE_BY_OUR_SUM;
	told->by_etag += evidence == OFFSITE_BY_ETAG;
	told->by_server += evidence == OFFSITE_BY_SERVER_SUM;
}

static struct question question_of(const struct offsite_item *item)
{
	return (struct question){ .id = CHECK_OFFSITE_CONTENT,
				  .component = item->target->component,
				  .subject = item->relative,
				  .hint = "the copy is another file: look who changed it, then "
					  "`muster backup copy` writes the set again" };
}

static int judge_difference(struct offsite_verification *o, const struct offsite_item *item,
			    const char *found, struct error *err)
{
	struct question q = question_of(item);
	char want[SHA256_TEXT_SIZE];

	q.expected = sha256_format(item->sha256, want);
	q.found = found;
	return judge(o->run, &q, false, err,
		     "the copy's SHA-256 is %.16s…, the set's file's %.16s…", found, want);
}

static int judge_reading(struct offsite_verification *o, const struct offsite_item *item,
			 struct told *told, struct error *err)
{
	struct question q = question_of(item);
	uint8_t digest[SHA256_SIZE];
	char found[SHA256_TEXT_SIZE];
	struct error why = ERROR_INIT;

	if (plan_may_go_on(o->run, err) < 0)
		return -1;
	if (read_back(o, item, digest, &why) < 0) {
		q.hint = "this says nothing of the copy: it could not be read";
		if (why.kind == ERROR_INTERRUPTED || why.kind == ERROR_NOMEM) {
			*err = why;
			return -1;
		}
		return judge_error(o->run, &q, &why, err);
	}
	if (memcmp(digest, item->sha256, sizeof(digest)) != 0)
		return judge_difference(o, item, sha256_format(digest, found), err);
	told->by_reading++;
	return 0;
}

static int judge_untold(struct offsite_verification *o, const struct offsite_item *item,
			struct error *err)
{
	struct question q = question_of(item);

	if (item->stat.archived)
		return judge_skipped(o->run, &q, err,
				     "nothing tells its content, and it lies in an archive");
	return judge_skipped(o->run, &q, err,
			     "nothing tells its content, and it is not its day to be read back "
			     "(offsite.read_share; --offsite-read reads all)");
}

static int judge_item(struct offsite_verification *o, const struct offsite_item *item,
		      struct told *told, struct error *err)
{
	struct question q = question_of(item);
	enum offsite_evidence evidence;

	if (!item->file.sha256)
		return judge_skipped(o->run, &q, err,
				     "there is no manifest, and the file here cannot be read: "
				     "nothing to compare with");
	if (offsite_compare(&o->offsite, &item->stat, &item->file, &evidence, err) < 0)
		return -1;
	if (evidence == OFFSITE_DIFFERS)
		return judge_difference(o, item,
					*item->stat.server_sha256 ? item->stat.server_sha256 :
								    item->stat.sha256,
					err);
	if (is_to_be_read(o, item, evidence))
		return judge_reading(o, item, told, err);
	if (evidence <= OFFSITE_UNTOLD)
		return judge_untold(o, item, err);
	count(told, evidence);
	return 0;
}

static int tell(struct offsite_verification *o, const struct verify_target *t,
		const struct told *told, struct error *err)
{
	struct question q = { .id = CHECK_OFFSITE_CONTENT,
			      .component = t->component,
			      .subject = t->set->id };
	size_t files = told->by_reading + told->by_server + told->by_etag + told->by_our_sum;

	if (!files)
		return 0;
	return judge(o->run, &q, true, err,
		     "%zu files are the set's: %zu read back, %zu by the server's SHA-256, %zu by "
		     "its MD5, %zu by the SHA-256 stored with them",
		     files, told->by_reading, told->by_server, told->by_etag, told->by_our_sum);
}

/* What reading back has shown, only reading back can disprove: sums do not change with the bytes. */
static int learn_doubt(struct offsite_verification *o, const struct verify_target *t,
		       struct error *err)
{
	CLEANUP(alerts_release)
	struct alerts alerts = { 0 };

	o->doubted = false;
	if (alert_list(o->v->request->run.history, o->v->config->platform, NULL, &alerts, err) < 0)
		return -1;
	for (size_t i = 0; i < alerts.count; i++) {
		if (strcmp(alerts.item[i].name, check_name(CHECK_OFFSITE_CONTENT)) == 0 &&
		    strcmp(alerts.item[i].component, t->component->name) == 0)
			o->doubted = true;
	}
	return 0;
}

int verify_offsite_content(struct offsite_verification *o, const struct verify_target *t,
			   struct error *err)
{
	struct told told = { 0 };

	if (learn_doubt(o, t, err) < 0)
		return -1;
	for (size_t i = 0; i < o->count; i++) {
		if (offsite_item_is_whole(&o->item[i], t) &&
		    judge_item(o, &o->item[i], &told, err) < 0)
			return -1;
	}
	return tell(o, t, &told, err);
}
