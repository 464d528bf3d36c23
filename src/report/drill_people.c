/* SPDX-License-Identifier: Apache-2.0 */
/* Where a drill was held, who took part in it, what people said, and what is to be done. */
#include <inttypes.h>
#include <string.h>

#include "report/drill.intern.h"
#include "report/words.h"

static void put_pair(struct sheet *s, const char *name, const char *text)
{
	if (!text || !*text)
		return;
	sheet_put(s, name);
	sheet_put(s, text);
}

void drill_put_surroundings(struct sheet *s, const struct report_drill *d)
{
	static const struct sheet_column columns[] = { { "What", false },
						       { "How", false },
						       { NULL, false } };
	const struct drill_record *r = &d->record;

	sheet_section(s, "surroundings", "Surroundings");
	sheet_table_begin(s, "Where and how the drill was held", columns);
	put_pair(s, "plan", r->plan.name);
	put_pair(s, "scenario", r->scenario);
	put_pair(s, "mode", r->mode);
	put_pair(s, "backups from", drill_say_source(r));
	put_pair(s, "isolation", *r->isolation ? r->isolation : "not told");
	put_pair(s, "host", r->run->host);
	put_pair(s, "muster", r->run->version);
	put_pair(s, "times are of", r->zone_name);
	for (size_t i = 0; i < r->hold_count; i++)
		put_pair(s, "held",
			 sheet_say(
				 s, "%s to %s by %s%s%s", drill_say_time(s, r, r->hold[i].begin_ns),
				 r->hold[i].lasts ? "now" : drill_say_time(s, r, r->hold[i].end_ns),
				 r->hold[i].entry->author, *r->hold[i].entry->text ? ": " : "",
				 r->hold[i].entry->text));
	sheet_table_end(s);
	sheet_section_end(s);
}

void drill_put_people(struct sheet *s, const struct report_drill *d)
{
	static const struct sheet_column columns[] = { { "Role", false },
						       { "Who", false },
						       { NULL, false } };
	const struct drill_record *r = &d->record;

	sheet_section(s, "participants", "Participants");
	if (!r->participant_count)
		sheet_words(s, strcmp(r->mode, "automatic") == 0 ?
				       "Nobody: the drill was automatic." :
				       "Nobody was named.");
	sheet_table_begin(s, "Who took part", columns);
	for (size_t i = 0; i < r->participant_count; i++) {
		sheet_put(s, r->participant[i].title);
		sheet_put(s, r->participant[i].name);
	}
	sheet_table_end(s);
	sheet_section_end(s);
}

static const char *title_of_action(const struct report_drill *d, int64_t number)
{
	for (size_t i = 0; number && i < d->actions.count; i++) {
		if (d->actions.item[i].number == number)
			return d->actions.item[i].title;
	}
	return "";
}

/* As people know it; what the plan does not have keeps the name that was written. */
static const char *title_of_step(const struct drill_record *r, const char *id)
{
	const struct drill_step *step = drill_plan_step(&r->plan, id);

	return step ? step->title : id;
}

static void put_issues(struct sheet *s, const struct report_drill *d)
{
	static const struct sheet_column columns[] = {
		{ "Severity", false }, { "Issue", false },      { "Step", false },
		{ "At", true },        { "Resolution", false }, { "Action item", false },
		{ NULL, false }
	};
	size_t at = 0;

	sheet_section(s, "issues", "Issues");
	sheet_table_begin(s, "What went wrong", columns);
	for (const struct entry *e;
	     (e = drill_record_entry(&d->record, ENTRY_ISSUE, &at)) != NULL;) {
		const char *title = title_of_action(d, e->action);

		sheet_put(s, *entry_severity_name(e->severity) ? entry_severity_name(e->severity) :
								 "–");
		sheet_put(s, e->text);
		sheet_put(s, title_of_step(&d->record, e->step));
		sheet_put(s, drill_say_time(s, &d->record, e->at_ns));
		sheet_put(s, e->resolution);
		sheet_put(s, e->action ? sheet_say(s, "#%" PRId64 " %s", e->action, title) : "");
	}
	if (!s->table.cell_count)
		sheet_words(s, "None was written down.");
	sheet_table_end(s);
	sheet_section_end(s);
}

/* The words of all entries of a kind, after those that the run noted. */
static void put_list(struct sheet *s, const struct report_drill *d, enum entry_kind kind,
		     const char *const *noted, size_t noted_count)
{
	const struct drill_record *r = &d->record;
	const char **item =
		arena_alloc(&s->arena, (r->entries->count + noted_count + 1) * sizeof(*item));
	size_t count = 0, at = 0;

	s->p->failed |= !item;
	if (!item)
		return;
	for (size_t i = 0; i < noted_count; i++)
		item[count++] = noted[i];
	for (const struct entry *e; (e = drill_record_entry(r, kind, &at)) != NULL;)
		item[count++] = *e->text ? sheet_say(s, "%s (%s)", e->text, e->author) : e->author;
	if (!count)
		sheet_words(s, "Nothing was written down.");
	sheet_list(s, item, count);
}

void drill_put_words(struct sheet *s, const struct report_drill *d)
{
	static const struct {
		const char *id, *title;
		enum entry_kind kind;
	} rows[] = { { "deviations", "Deviations from the plan", ENTRY_DEVIATION },
		     { "went-well", "What went well", ENTRY_WENT_WELL },
		     { "improvements", "What can be improved", ENTRY_IMPROVEMENT },
		     { "lessons", "Lessons learned", ENTRY_LESSON } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool deviates = rows[i].kind == ENTRY_DEVIATION;

		if (i == 1)
			put_issues(s, d);
		sheet_section(s, rows[i].id, rows[i].title);
		put_list(s, d, rows[i].kind, d->record.deviation,
			 deviates ? d->record.deviation_count : 0);
		sheet_section_end(s);
	}
}

static const char *say_standing(struct sheet *s, const struct report_drill *d,
				const struct action *a)
{
	if (a->done)
		return sheet_say(s, "done %s by %s", drill_say_time(s, &d->record, a->done_ns),
				 a->done_by);
	return a->deferrals ? sheet_say(s, "open, deferred: %s", a->reason) : "open";
}

void drill_put_actions(struct sheet *s, const struct report_drill *d)
{
	static const struct sheet_column columns[] = {
		{ "No.", false },   { "What is to be done", false },
		{ "Who", false },   { "Due", true },
		{ "Since", false }, { "Standing", false },
		{ NULL, false }
	};

	sheet_section(s, "actions", "Action items");
	sheet_table_begin(s, "From this drill, and left over from earlier ones", columns);
	for (size_t i = 0; i < d->action_count; i++) {
		const struct action *a = d->action[i];

		sheet_put(s, sheet_say(s, "%" PRId64, a->number));
		sheet_put(s, a->title);
		sheet_put(s, a->owner);
		sheet_put(s, a->due);
		sheet_put(s, strcmp(a->run, d->record.run->id) == 0 ?
				     "this drill" :
				     sheet_say(s, "drill %s", a->run));
		sheet_put(s, say_standing(s, d, a));
	}
	if (!d->action_count)
		sheet_words(s, "There are none.");
	sheet_table_end(s);
	sheet_section_end(s);
}

static const char *say_entry(struct sheet *s, const struct drill_record *r, const struct entry *e)
{
	const char *about = *e->role ? e->role : title_of_step(r, e->step);
	const char *late = entry_is_late(e) ? sheet_say(s, " [entered %s]",
							drill_say_time(s, r, e->recorded_ns)) :
					      "";
	const char *instead =
		e->supersedes ? sheet_say(s, " [instead of %" PRId64 "]", e->supersedes) : "";

	return sheet_say(s, "%s%s%s%s%s%s%s%s%s%s%s%s", about, *about && *e->text ? ": " : "",
			 e->text, *e->resolution ? " – resolution: " : "", e->resolution,
			 e->severity ? ", severity " : "", entry_severity_name(e->severity), late,
			 instead, *e->reason ? " (" : "", e->reason, *e->reason ? ")" : "");
}

/* Of an entry that another replaced, all is shown, and that it no longer stands. */
void drill_put_log(struct sheet *s, const struct report_drill *d)
{
	static const struct sheet_column columns[] = { { "No.", false },  { "At", true },
						       { "T+", true },    { "Who", false },
						       { "What", false }, { "Words", false },
						       { NULL, false } };
	const struct drill_record *r = &d->record;

	if (!r->entries->count)
		return;
	sheet_section(s, "log", "Log of what people entered");
	sheet_table_begin(s, "In the order in which it was written", columns);
	for (size_t i = 0; i < r->entries->count; i++) {
		const struct entry *e = &r->entries->item[i];
		bool gone = entries_successor(r->entries, e->number) != NULL;

		sheet_put(s, sheet_say(s, "%" PRId64, e->number));
		sheet_put(s, drill_say_time(s, r, e->at_ns));
		sheet_put(s, drill_say_t(s, r, e->at_ns));
		sheet_put(s, e->author);
		sheet_put(s, entry_kind_name(e->kind));
		sheet_cell(s, (struct sheet_cell){ .text = say_entry(s, r, e), .struck = gone });
	}
	sheet_table_end(s);
	sheet_section_end(s);
}

static void put_earlier(struct sheet *s, const struct drill_record *r, const char *run,
			int64_t began_ns, const struct drill_measure *rto,
			const struct drill_measure *rpo, enum verdict v)
{
	char date[DRILL_TIME_SIZE];

	(void)drill_time_format(r, began_ns, date);
	sheet_put(s, sheet_say(s, "%.10s", date));
	sheet_put(s, run);
	sheet_put(s, rto->actual_ns < 0 ? "–" : drill_say_duration(s, rto->actual_ns));
	sheet_put(s, drill_outcome_word(rto->outcome));
	sheet_put(s, rpo->actual_ns < 0 ? "–" : drill_say_duration(s, rpo->actual_ns));
	sheet_put_verdict(s, v, words_line(v));
}

void drill_put_earlier(struct sheet *s, const struct report_drill *d)
{
	static const struct sheet_column columns[] = {
		{ "Date", false }, { "Run", false },      { "Recovery time", true },
		{ "RTO", false },  { "Data loss", true }, { "Verdict", false },
		{ NULL, false }
	};
	const struct drill_record *r = &d->record;

	if (!d->earlier_count)
		return;
	sheet_section(s, "earlier", "Beside earlier drills");
	sheet_table_begin(s, "The newest first", columns);
	put_earlier(s, r, "this drill", r->t0_ns ? r->t0_ns : r->run->started_ns, &r->rto, &r->rpo,
		    r->verdict);
	for (size_t i = 0; i < d->earlier_count; i++) {
		const struct drill_earlier *e = &d->earlier[i];

		put_earlier(s, r, e->run, e->began_ns, &e->rto, &e->rpo, e->verdict);
	}
	sheet_table_end(s);
	sheet_section_end(s);
}
