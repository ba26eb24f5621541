/* vault_schema.h - the tables of hub.db and their history. Part of vault. A migration is added, never edited. */
#ifndef WEIKE_HUB_VAULT_VAULT_SCHEMA_H
#define WEIKE_HUB_VAULT_VAULT_SCHEMA_H
#include "store/schema.h"

extern const struct schema vault_schema;
#endif
