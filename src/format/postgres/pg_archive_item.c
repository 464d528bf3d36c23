/* SPDX-License-Identifier: Apache-2.0 */
#include "format/postgres/pg_archive_item.h"

#include <stdlib.h>
#include <string.h>

int pg_archive_scratch_init(struct pg_archive_scratch *s)
{
	s->hash = row_hash_new();
	s->inserts = calloc(1, sizeof(*s->inserts));
	return s->hash && s->inserts ? 0 : -1;
}

void pg_archive_scratch_release(struct pg_archive_scratch *s)
{
	row_hash_free(s->hash);
	free(s->inserts);
	*s = (struct pg_archive_scratch){ 0 };
}

void pg_archive_item_begin(struct pg_archive_item *i, struct pg_archive_scratch *scratch)
{
	i->fault = (struct unpack_fault){ 0 };
	i->sum = (struct row_sum){ 0 };
	i->insert_fault = NULL;
	i->not_utf8 = false;
	i->scratch = scratch;
	copy_text_begin(&i->copy, i->columns, scratch->hash);
	if (i->kind == ITEM_LARGE_OBJECT)
		row_hash_begin_large_object(scratch->hash, i->oid);
	if (i->kind == ITEM_INSERTS) {
		memset(scratch->inserts, 0, sizeof(*scratch->inserts));
		scratch->inserts->lexer.escapes = i->escapes;
		scratch->utf8 = (struct utf8_text){ 0 };
	}
}

void pg_archive_item_push(struct pg_archive_item *i, struct span bytes)
{
	switch (i->kind) {
	case ITEM_ROWS:
		copy_text_push(&i->copy, bytes);
		break;
	case ITEM_INSERTS:
		insert_rows_push(i->scratch->inserts, bytes);
		utf8_text_push(&i->scratch->utf8, bytes);
		break;
	case ITEM_LARGE_OBJECT:
		row_hash_update(i->scratch->hash, bytes);
		break;
	case ITEM_OTHER:
		break;
	}
}

static void end_inserts(struct pg_archive_item *i)
{
	struct insert_rows *r = i->scratch->inserts;

	insert_rows_end(r);
	i->sum.count = r->rows;
	i->not_utf8 = !utf8_run_is_whole(&i->scratch->utf8.run);
	if (r->fault != INSERT_FAULT_NONE)
		i->insert_fault = insert_fault_meaning(r->fault);
}

void pg_archive_item_end(struct pg_archive_item *i, struct unpack_fault fault)
{
	i->fault = fault;
	if (i->kind == ITEM_LARGE_OBJECT)
		row_hash_end(i->scratch->hash, &i->sum);
	else if (i->kind == ITEM_ROWS && !fault.message)
		copy_text_end(&i->copy);
	else if (i->kind == ITEM_INSERTS && !fault.message)
		end_inserts(i);
	i->scratch = NULL;
}
