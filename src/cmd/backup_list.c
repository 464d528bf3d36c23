/* SPDX-License-Identifier: Apache-2.0 */
/* muster backup list: the sets in the repository, the newest first. */
#include <string.h>

#include "base/clock.h"
#include "base/quantity.h"
#include "cmd/backup_set.h"
#include "cmd/commands.h"
#include "cmd/configuration.h"
#include "cmd/document.h"
#include "cmd/proven.h"
#include "model/json.h"

enum { FOREIGN_SHOWN = 10 };

struct list_options {
	unsigned limit;
};

static const struct list_options defaults = { .limit = 20 };

static const struct option_row rows[] = {
	{ .name = "limit",
	  .letter = 'n',
	  .type = OPTION_COUNT,
	  .metavar = "N",
	  .summary = "list at most the N newest sets (20; 0: all)",
	  .offset = offsetof(struct list_options, limit) },
	{ 0 },
};

/* What is listed, and what is known of it. */
struct list {
	struct catalogue *catalogue;
	const struct config *config;
	struct proofs proofs;
	bool proofs_known;
	size_t limit;
};

/* A list is of use without the history as well. */
static void learn_proofs(const struct invocation *inv, struct list *list)
{
	CLEANUP(cleanup_history)
	struct history *h = NULL;
	struct error err = ERROR_INIT;

	if (history_open_read(list->config->state_dir, &h, &err) == 0 &&
	    history_proofs(h, NULL, &list->proofs, &err) == 0) {
		list->proofs_known = true;
		return;
	}
	(void)fputs("muster: it is not known which sets are proven: ", inv->err);
	terminal_puts(&inv->message, err.message);
	(void)fputc('\n', inv->err);
}

/* "2d3h ago", "2 of 3", "never", "unknown" */
static const char *proven_text(const struct list *list, const struct backup_set *set,
			       char out[QUANTITY_TEXT_SIZE + 8])
{
	struct set_proof p = set_proof_of(set->id, list->config, &list->proofs);
	char age[QUANTITY_TEXT_SIZE];

	if (!list->proofs_known)
		return "unknown";
	if (!p.proven_count)
		return "never";
	if (set_proof_is_whole(&p))
		(void)snprintf(out, QUANTITY_TEXT_SIZE + 8, "%s ago",
			       quantity_format_age(clock_wall_ns() - p.first->proven_ns, age));
	else
		(void)snprintf(out, QUANTITY_TEXT_SIZE + 8, "%zu of %zu", p.proven_count,
			       p.component_count);
	return out;
}

static void print_set(const struct invocation *inv, const struct list *list,
		      const struct set_view *v)
{
	char proven[QUANTITY_TEXT_SIZE + 8];
	char when[CLOCK_RFC3339_SIZE], size[QUANTITY_TEXT_SIZE];

	terminal_puts(&inv->screen, v->set->id);
	(void)fprintf(inv->out, "%*s", (int)(strlen(v->set->id) < 17 ? 17 - strlen(v->set->id) : 1),
		      "");
	(void)fprintf(inv->out, "%-22s%-10s%zu/%zu    %-10s%-15s",
		      clock_format_rfc3339(v->set->time_ns, when),
		      set_time_source_name(v->set->time_source), v->part_count - v->missing,
		      v->part_count, quantity_format_size(v->size, size),
		      proven_text(list, v->set, proven));
	(void)fprintf(inv->out, "%s%s %s%s\n",
		      terminal_begin(&inv->screen, v->missing ? TONE_BAD : TONE_GOOD),
		      terminal_symbol(&inv->screen, v->missing ? VERDICT_FAIL : VERDICT_PASS),
		      v->missing ? "incomplete" : "complete", terminal_end(&inv->screen));
}

static void print_foreign(const struct invocation *inv, const struct catalogue *c)
{
	if (c->foreign_count)
		(void)fprintf(inv->out, "\n%zu file%s of no known name:\n", c->foreign_count,
			      c->foreign_count == 1 ? "" : "s");
	for (size_t i = 0; i < c->foreign_count && i < FOREIGN_SHOWN; i++) {
		(void)fputs("  ", inv->out);
		terminal_puts(&inv->screen, c->foreign[i]);
		(void)fputc('\n', inv->out);
	}
	if (c->foreign_count > FOREIGN_SHOWN)
		(void)fprintf(inv->out, "  … and %zu more\n", c->foreign_count - FOREIGN_SHOWN);
}

static int print(const struct invocation *inv, const struct list *list, struct error *err)
{
	struct catalogue *c = list->catalogue;
	size_t limit = list->limit;

	if (limit)
		(void)fprintf(inv->out, "%-17s%-22s%-10s%-7s%-10s%s\n", "SET", "TIME", "TIME FROM",
			      "PARTS", "SIZE", "PROVEN");
	else
		(void)fputs("no backup sets\n", inv->out);
	for (size_t i = 0; i < limit; i++) {
		struct set_view v;

		if (set_view_load(c, list->config, &c->set[i], &v, err) < 0)
			return -1;
		set_view_warn(inv, &v);
		print_set(inv, list, &v);
	}
	if (limit < c->set_count)
		(void)fprintf(inv->out, "%zu older sets; --limit 0 lists all\n",
			      c->set_count - limit);
	print_foreign(inv, c);
	return 0;
}

/* "proven" is the time of the oldest of its components' proofs. */
static json_t *set_to_json(const struct list *list, const struct set_view *v)
{
	CLEANUP(cleanup_json)
	json_t *o = set_view_to_json(v);
	struct set_proof p = set_proof_of(v->set->id, list->config, &list->proofs);
	int64_t proven_ns = set_proof_is_whole(&p) ? p.first->proven_ns : 0;

	if (!o || !member_put(o, "proven", time_to_json(proven_ns)) ||
	    !member_put(o, "proofs",
			list->proofs_known ? set_proofs_to_json(v->set->id, &list->proofs) :
					     json_null()))
		return NULL;
	return TAKE(o);
}

static int append_sets(json_t *sets, const struct list *list, struct error *err)
{
	for (size_t i = 0; i < list->limit; i++) {
		struct set_view v;

		if (set_view_load(list->catalogue, list->config, &list->catalogue->set[i], &v,
				  err) < 0)
			return -1;
		if (json_array_append_new(sets, set_to_json(list, &v)) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the document");
	}
	return 0;
}

static int print_json(const struct invocation *inv, const struct list *list, struct error *err)
{
	struct catalogue *c = list->catalogue;
	CLEANUP(cleanup_json)
	json_t *document = document_new("backup-list");
	json_t *sets = json_array(), *foreign = json_array();

	/* both arrays are the document's from here on, also when setting them fails */
	if ((json_object_set_new(document, "sets", sets) |
	     json_object_set_new(document, "set_count", uint_to_json(c->set_count)) |
	     json_object_set_new(document, "foreign", foreign)) < 0)
		return error_set(err, ERROR_NOMEM, "no memory for the document");
	if (append_sets(sets, list, err) < 0)
		return -1;
	for (size_t i = 0; i < c->foreign_count; i++) {
		if (json_array_append_new(foreign, text_to_json(c->foreign[i])) < 0)
			return error_set(err, ERROR_NOMEM, "no memory for the document");
	}
	return document_print(inv->out, TAKE(document), err);
}

static int run(const struct invocation *inv, struct error *err)
{
	const struct list_options *options = inv->options;
	CLEANUP(config_release)
	struct config config = { 0 };
	CLEANUP(catalogue_release)
	struct catalogue c = { 0 };
	struct list list = { .catalogue = &c, .config = &config };
	int rc;

	if (configuration_load(inv, &config, err) < 0 || catalogue_load(&config, &c, err) < 0)
		return -1;
	list.limit = options->limit && options->limit < c.set_count ? options->limit : c.set_count;
	learn_proofs(inv, &list);
	rc = inv->global.json ? print_json(inv, &list, err) : print(inv, &list, err);
	proofs_release(&list.proofs);
	return rc < 0 ? -1 : EXIT_CODE_PASS;
}

const struct command backup_list_command = {
	.name = "list",
	.summary = "list the backup sets, the newest first",
	.description =
		"Lists the sets that lie in the repository: files grouped by the time in their "
		"names, with repository.tolerance. A set's time is its manifest's, else that in "
		"its "
		"name in the platform's time zone, else the file's; TIME FROM says which. Files "
		"that bear no known name, symbolic links, and closed directories where no backup "
		"is looked for, are listed apart and never guessed into a set. No backup file but "
		"the manifests is opened. PROVEN tells how long ago restore tests had proven every "
		"component of the set, or how many of them.\n\n"
		"With --json the document muster.backup-list/v1 holds sets[] of set, time, "
		"time_source, size, file_count, expected, missing, manifest, proven (the time; "
		"null unless each component is) and proofs[] of component, run, time, verdict and "
		"restore (seconds); set_count, and foreign[].",
	.options = rows,
	.options_size = sizeof(struct list_options),
	.options_default = &defaults,
	.examples = "muster backup list --limit 0 --json",
	.run = run,
};
