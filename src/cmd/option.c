/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/option.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/quantity.h"

const struct option_row *option_find(const struct option_row *rows, const char *name, size_t len)
{
	for (; rows && rows->name; rows++) {
		if (strlen(rows->name) == len && strncmp(rows->name, name, len) == 0)
			return rows;
	}
	return NULL;
}

const struct option_row *option_find_letter(const struct option_row *rows, char letter)
{
	for (; rows && rows->name; rows++) {
		if (rows->letter == letter)
			return rows;
	}
	return NULL;
}

static void join_choices(const struct option_row *row, const char *between, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; row->choices[i] && used < size; i++)
		used += (size_t)snprintf(out + used, size - used, "%s%s", i ? between : "",
					 row->choices[i]);
}

const char *option_operand(const struct option_row *row, char *out, size_t size)
{
	if (row->type == OPTION_FLAG)
		return NULL;
	if (row->type != OPTION_CHOICE)
		return row->metavar;
	join_choices(row, "|", out, size);
	return out;
}

static int list_append(struct option_list *list, const char *value, struct error *err)
{
	const char **grown = reallocarray(list->item, list->count + 2, sizeof(*list->item));

	if (!grown)
		return error_set(err, ERROR_NOMEM, "out of memory");
	list->item = grown;
	list->item[list->count++] = value;
	list->item[list->count] = NULL;
	return 0;
}

static int store_choice(const struct option_row *row, const char *value, int *target,
			struct error *err)
{
	struct nearest near = { .word = value };
	char known[256];

	for (int i = 0; row->choices[i]; i++) {
		if (strcmp(row->choices[i], value) == 0) {
			*target = i;
			return 0;
		}
		nearest_offer(&near, row->choices[i]);
	}
	(void)error_set(err, ERROR_USAGE, "--%s does not take \"%s\"", row->name, value);
	join_choices(row, ", ", known, sizeof(known));
	if (near.best)
		return error_hint(err, "did you mean \"%s\"?", near.best);
	return error_hint(err, "it takes one of: %s", known);
}

/* Taken as one that was not given, it would mean something else than was typed. */
static int check_text(const struct option_row *row, const char *value, struct error *err)
{
	size_t blank = row->type == OPTION_PATH ? 0 : strspn(value, " \t\n");

	if (value[blank])
		return 0;
	return error_set(err, ERROR_USAGE, "--%s needs a value, and got an empty one", row->name);
}

static int store_count(const struct option_row *row, const char *value, unsigned *target,
		       struct error *err)
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end || errno || n > UINT_MAX)
		return error_set(err, ERROR_USAGE, "--%s takes a whole number, not \"%s\"",
				 row->name, value);
	*target = (unsigned)n;
	return 0;
}

static int store_number(const struct option_row *row, const char *value, unsigned *target,
			struct error *err)
{
	if (store_count(row, value, target, err) < 0)
		return -1;
	if (*target)
		return 0;
	return error_set(err, ERROR_USAGE, "--%s takes a number from 1 on, not \"%s\"", row->name,
			 value);
}

int option_store(const struct option_row *row, const char *value, void *target, struct error *err)
{
	void *field = (char *)target + row->offset;

	switch (row->type) {
	case OPTION_FLAG:
		*(bool *)field = true;
		return 0;
	case OPTION_STRING:
	case OPTION_PATH:
		*(const char **)field = value;
		return check_text(row, value, err);
	case OPTION_COUNT:
		return store_count(row, value, field, err);
	case OPTION_NUMBER:
		return store_number(row, value, field, err);
	case OPTION_BYTES:
		if (quantity_parse_size(value, field) == 0)
			return 0;
		return error_set(err, ERROR_USAGE,
				 "--%s takes a size such as \"10 MiB\" or 1500kB, not \"%s\"",
				 row->name, value);
	case OPTION_DURATION:
		if (quantity_parse_duration(value, field) == 0)
			return 0;
		return error_set(err, ERROR_USAGE,
				 "--%s takes a duration such as 36h or 1h30m, not \"%s\"",
				 row->name, value);
	case OPTION_CHOICE:
		return store_choice(row, value, field, err);
	case OPTION_LIST:
		break;
	}
	return check_text(row, value, err) < 0 ? -1 : list_append(field, value, err);
}

void options_release(const struct option_row *rows, void *target)
{
	for (; rows && rows->name; rows++) {
		struct option_list *list =
			(struct option_list *)(void *)((char *)target + rows->offset);

		if (rows->type != OPTION_LIST)
			continue;
		free(list->item);
		*list = (struct option_list){ 0 };
	}
}
