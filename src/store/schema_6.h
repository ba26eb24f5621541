/* schema_6.h - the tables of version 6. Private to store/schema.c. */
#ifndef WEIKE_STORE_SCHEMA_6_H
#define WEIKE_STORE_SCHEMA_6_H
extern const char schema_kinds_6[]; /* schema_kinds.c: what kind a package is of */
#endif
