/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Data of modules: values, data outside of keys, metadata of keys. Each part says
 * what it is, so that it can be walked without the module; its hash is that of the
 * parts in their order.
 */
#ifndef FORMAT_RDB_MODULE_H
#define FORMAT_RDB_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "model/facts.h"

struct rdb;

enum { RDB_MODULE_NAME = 9, RDB_MODULES_MAX = 256, RDB_CLASSES_MAX = 7 };

/* What the parts being read belong to. */
enum rdb_module_use { RDB_MODULE_VALUE, RDB_MODULE_AUX, RDB_MODULE_META };

struct rdb_module {
	enum rdb_module_use use;
	uint64_t part; /* which kind is being read */
	uint64_t parts, bytes;
	struct fingerprint content;
	uint64_t classes; /* of a key's metadata, still to come */
	bool has_meta;
	struct fingerprint meta; /* of the key to come: the sum over its classes */
};

/* The modules whose data was met, in that order; further ones are not named. */
struct rdb_modules {
	struct {
		char name[RDB_MODULE_NAME + 1];
		uint64_t keys;
	} item[RDB_MODULES_MAX];
	size_t count;
	struct fingerprint aux; /* of their data outside of keys */
	uint64_t aux_count;
};

void rdb_on_module_id(struct rdb *r);
void rdb_on_module_aux_when_opcode(struct rdb *r);
void rdb_on_module_aux_when(struct rdb *r);
void rdb_on_module_opcode(struct rdb *r);
void rdb_on_module_integer(struct rdb *r);
void rdb_on_module_bytes(struct rdb *r);
void rdb_on_module_string(struct rdb *r);
void rdb_on_meta_count(struct rdb *r);
void rdb_on_meta_class(struct rdb *r);

#endif
