#include "store/schema_5.h"

/* clang-format off */
const char schema_reviews_5[] =
"CREATE TABLE review (\n"
"  member_id TEXT NOT NULL,\n"
"  content_id TEXT NOT NULL,      -- lesson the question belongs to\n"
"  question_id TEXT NOT NULL,\n"
"  stability REAL NOT NULL,       -- FSRS-6: days until recall falls to 90 %\n"
"  difficulty REAL NOT NULL,      -- FSRS-6: 1..10\n"
"  last_day INTEGER NOT NULL,     -- local day number of the last answer\n"
"  due_day INTEGER NOT NULL,      -- local day number from which it may be asked again\n"
"  asked INTEGER NOT NULL,\n"
"  wrong INTEGER NOT NULL,\n"
"  PRIMARY KEY (member_id, content_id, question_id)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE INDEX review_due ON review (member_id, due_day);\n"
"CREATE TABLE question_tally (\n"
"  content_id TEXT NOT NULL,\n"
"  question_id TEXT NOT NULL,\n"
"  asked INTEGER NOT NULL,        -- answers of all people, first answers and reviews\n"
"  wrong INTEGER NOT NULL,\n"
"  last_ms INTEGER NOT NULL,\n"
"  PRIMARY KEY (content_id, question_id)\n"
") STRICT, WITHOUT ROWID;\n";
/* clang-format on */
