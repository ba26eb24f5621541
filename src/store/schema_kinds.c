/* schema_kinds.c - what kind each package is of; part of schema_6.h. */
#include "store/schema_6.h"

/* clang-format off */
const char schema_kinds_6[] =
"ALTER TABLE package ADD COLUMN kind TEXT NOT NULL DEFAULT 'course'; -- model/package.h\n"
/* Version 5 told a voice by a priority 101 below its own, that is, below zero. */
"UPDATE package SET kind = 'voice', priority = priority + 101 WHERE priority < 0;\n"
"DROP INDEX package_shelf;\n"
"CREATE INDEX package_shelf ON package (active, kind, priority DESC, id);\n"
"DROP INDEX package_category;\n"
"CREATE INDEX package_category ON package (active, kind, category, priority DESC, id);\n"
"DROP TRIGGER package_added;\n"
"CREATE TRIGGER package_added AFTER INSERT ON package BEGIN\n"
"  UPDATE counter SET value = value + new.active * (new.kind = 'course') WHERE name = 'course';\n"
"  UPDATE counter SET value = value + new.active * new.lessons WHERE name = 'lesson'; END;\n"
"DROP TRIGGER package_changed;\n"
"CREATE TRIGGER package_changed AFTER UPDATE OF active ON package BEGIN\n"
"  UPDATE counter SET value = value + (new.active - old.active) * (new.kind = 'course') WHERE name = 'course';\n"
"  UPDATE counter SET value = value + (new.active - old.active) * new.lessons WHERE name = 'lesson'; END;\n"
"DROP TRIGGER package_removed;\n"
"CREATE TRIGGER package_removed AFTER DELETE ON package BEGIN\n"
"  UPDATE counter SET value = value - old.active * (old.kind = 'course') WHERE name = 'course';\n"
"  UPDATE counter SET value = value - old.active * old.lessons WHERE name = 'lesson'; END;\n";
/* clang-format on */
