/* schema_comments.c - the tables of comments; part of schema_5.h. */
#include "store/schema_5.h"

/* clang-format off */
const char schema_comments_5[] =
"CREATE TABLE comment (\n"
"  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order they were made in\n"
"  id TEXT NOT NULL UNIQUE,       -- UUIDv7 of its statement\n"
"  content_id TEXT NOT NULL,      -- lesson; '' for none\n"
"  room_id TEXT NOT NULL,         -- room it was said in; '' for none\n"
"  member_id TEXT NOT NULL,       -- '' guest\n"
"  text TEXT NOT NULL,            -- '' when only spoken\n"
"  voice_sha256 TEXT NOT NULL,    -- Opus file among the blobs; '' for none\n"
"  voice_ms INTEGER NOT NULL,     -- how long it is\n"
"  at_ms INTEGER NOT NULL,        -- wall time, best estimate\n"
"  hidden_by TEXT NOT NULL,       -- member who hid it; '' while it shows\n"
"  hidden_ms INTEGER NOT NULL     -- wall time; 0\n"
") STRICT;\n"
"CREATE INDEX comment_lesson ON comment (content_id, seq, hidden_ms);\n" /* counts and skips to a page by itself */
"CREATE INDEX comment_room ON comment (room_id, seq, hidden_ms) WHERE room_id <> '';\n"
"CREATE TABLE recording (\n"
"  sha256 TEXT PRIMARY KEY,       -- Opus file among the blobs: said here, so it exists nowhere else and is never swept\n"
"  at_ms INTEGER NOT NULL         -- wall time, best estimate, when it was kept\n"
") STRICT, WITHOUT ROWID;\n";
/* clang-format on */
