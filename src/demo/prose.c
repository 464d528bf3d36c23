/* SPDX-License-Identifier: Apache-2.0 */
/* Words are drawn through a table of 65536 slots, filled by rank as Zipf's law has it. */
#include "demo/prose.h"

#include <pthread.h>

#include "demo/embedded.h"

enum { SLOT_COUNT = 65536, WORD_MAX = 1000, PHRASE_COUNT = 512, PHRASE_SIZE = 64 };

struct word_list {
	struct span word[WORD_MAX];
	size_t count;
};

static struct word_list words, names, surnames;
static uint16_t slot[SLOT_COUNT];
static struct {
	char text[PHRASE_SIZE];
	size_t len;
} phrase[PHRASE_COUNT];
static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static void list_split(struct word_list *list, const char *text)
{
	while (*text != '\0' && list->count < WORD_MAX) {
		size_t len = strcspn(text, " \n");

		list->word[list->count++] = (struct span){ (const uint8_t *)text, len };
		text += len;
		text += strspn(text, " \n");
	}
}

/* Slots for a rank are in proportion to 1 / (rank + 8): the Zipf-Mandelbrot law. */
static void prepare(void)
{
	double sum = 0, share = 0;
	size_t filled = 0;

	list_split(&words, demo_words);
	list_split(&names, demo_names);
	list_split(&surnames, demo_surnames);
	for (size_t rank = 0; rank < words.count; rank++)
		sum += 1.0 / (double)(rank + 8);
	for (size_t rank = 0; rank < words.count; rank++) {
		share += 1.0 / (double)(rank + 8) / sum;
		while (filled < SLOT_COUNT && (double)filled < share * SLOT_COUNT)
			slot[filled++] = (uint16_t)rank;
	}
	while (filled < SLOT_COUNT)
		slot[filled++] = 0;
	for (size_t i = 0; i < PHRASE_COUNT; i++) {
		struct random r = random_for(0, 0, i);
		struct text t = { .at = phrase[i].text, .end = phrase[i].text + PHRASE_SIZE };

		for (uint64_t left = 3 + random_below(&r, 4); left > 0; left--) {
			struct span word = words.word[slot[random_next(&r) >> 48]];

			text_bytes(&t, word.ptr, word.len);
			if (left > 1)
				text_char(&t, ' ');
		}
		phrase[i].len = (size_t)(t.at - phrase[i].text);
	}
}

struct span prose_word(struct random *r)
{
	(void)pthread_once(&prepared, prepare);
	return words.word[slot[random_next(r) >> 48]];
}

void prose_put_word(struct text *t, struct random *r)
{
	struct span word = prose_word(r);

	text_bytes(t, word.ptr, word.len);
}

static void put_capitalized(struct text *t, struct random *r)
{
	char *first = t->at;

	prose_put_word(t, r);
	if (first < t->at && *first >= 'a')
		*first = (char)(*first - 'a' + 'A');
}

void prose_slug(struct text *t, struct random *r)
{
	prose_put_word(t, r);
	text_char(t, '-');
	prose_put_word(t, r);
	text_char(t, '-');
	text_number(t, random_below(r, 100));
}

void prose_path(struct text *t, struct random *r)
{
	static const char *const suffix[] = { ".json", ".csv", ".md", ".py", ".log", ".parquet" };

	TEXT_LITERAL(t, "/srv/agents/");
	prose_put_word(t, r);
	text_char(t, '/');
	prose_put_word(t, r);
	text_string(t, suffix[random_below(r, 6)]);
}

void prose_person(struct text *t, struct random *r)
{
	struct span name, surname;

	(void)pthread_once(&prepared, prepare);
	name = names.word[random_below(r, names.count)];
	surname = surnames.word[random_below(r, surnames.count)];
	text_bytes(t, name.ptr, name.len);
	text_char(t, ' ');
	text_bytes(t, surname.ptr, surname.len);
}

/* What breaks the stream of words: numbers, names, paths. */
static void put_detail(struct text *t, struct random *r)
{
	switch (random_below(r, 6)) {
	case 0:
		text_number(t, random_below(r, 100000));
		return;
	case 1:
		prose_path(t, r);
		return;
	case 2:
		prose_person(t, r);
		return;
	case 3:
		prose_put_word(t, r);
		text_char(t, '_');
		prose_put_word(t, r);
		return;
	case 4:
		text_decimal(t, random_below(r, 10000), 1);
		text_char(t, '%');
		return;
	default:
		text_hex(t, random_next(r), 7);
		return;
	}
}

/* People and models repeat themselves: turns of speech make such text compress. */
static void put_phrase(struct text *t, struct random *r)
{
	uint64_t first = random_below(r, PHRASE_COUNT), second = random_below(r, PHRASE_COUNT);
	size_t i = (size_t)(first < second ? first : second);

	text_bytes(t, phrase[i].text, phrase[i].len);
}

void prose_sentence(struct text *t, struct random *r, unsigned count)
{
	put_capitalized(t, r);
	for (unsigned i = 1; i < count; i++) {
		uint64_t draw = random_below(r, 100);

		if (draw < 6)
			text_char(t, ',');
		text_char(t, ' ');
		if (draw >= 97)
			put_detail(t, r);
		else if (draw >= 50)
			put_phrase(t, r);
		else
			prose_put_word(t, r);
	}
	text_char(t, '.');
}

/* A line as programs write them; many texts of agents quote such. */
static void put_log_line(struct text *t, struct random *r)
{
	static const char *const opening[] = {
		"  \"status\": \"ok\", \"items\": ",
		"INFO  orchestrator.worker: claimed task ",
		"WARN  orchestrator.tools: retrying request, attempt ",
		"GET /api/v2/workflows?limit=50&offset=",
		"    return client.fetch(session, timeout=",
		"SELECT id, state FROM orchestrator.tasks WHERE id = ",
	};

	text_string(t, opening[random_below(r, 6)]);
	text_number(t, random_below(r, 100000));
}

void prose_text(struct text *t, struct random *r, size_t bytes, bool breaks)
{
	const char *stop = (size_t)(t->end - t->at) > bytes ? t->at + bytes : t->end;

	while (t->at < stop && !t->full) {
		uint64_t draw = random_below(r, 20);

		if (breaks && draw == 0)
			put_log_line(t, r);
		else
			prose_sentence(t, r, 6 + (unsigned)random_below(r, 14));
		if (t->at >= stop)
			return;
		if (breaks && draw < 3)
			text_string(t, draw == 2 ? "\\n\\n" : "\\n");
		else
			text_char(t, ' ');
	}
}
