/* schema_voice.c - the tables of voices; part of schema_5.h. */
#include "store/schema_5.h"

/* clang-format off */
const char schema_voice_5[] =
"CREATE TABLE voice_prompt (\n"
"  package_seq INTEGER NOT NULL REFERENCES package ON DELETE CASCADE, -- package\n"
"  key TEXT NOT NULL,             -- which words: model/voice.h\n"
"  lang TEXT NOT NULL,            -- language tag, with a dialect after it: zh-CN-x-sichuan\n"
"  text TEXT NOT NULL,            -- the very words that are spoken\n"
"  sha256 TEXT NOT NULL,          -- blob: Ogg Opus\n"
"  PRIMARY KEY (package_seq, key)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE INDEX voice_words ON voice_prompt (text, lang);\n"
/* A voice is a package with a priority below zero: after all courses in every index, and no course to count. */
"DROP TRIGGER package_added;\n"
"CREATE TRIGGER package_added AFTER INSERT ON package BEGIN\n"
"  UPDATE counter SET value = value + new.active * (new.priority >= 0) WHERE name = 'course';\n"
"  UPDATE counter SET value = value + new.active * new.lessons WHERE name = 'lesson'; END;\n"
"DROP TRIGGER package_changed;\n"
"CREATE TRIGGER package_changed AFTER UPDATE OF active ON package BEGIN\n"
"  UPDATE counter SET value = value + (new.active - old.active) * (new.priority >= 0) WHERE name = 'course';\n"
"  UPDATE counter SET value = value + (new.active - old.active) * new.lessons WHERE name = 'lesson'; END;\n"
"DROP TRIGGER package_removed;\n"
"CREATE TRIGGER package_removed AFTER DELETE ON package BEGIN\n"
"  UPDATE counter SET value = value - old.active * (old.priority >= 0) WHERE name = 'course';\n"
"  UPDATE counter SET value = value - old.active * old.lessons WHERE name = 'lesson'; END;\n";
/* clang-format on */
