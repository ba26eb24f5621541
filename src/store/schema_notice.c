#include "store/schema_notice.h"

/* clang-format off */
const char schema_notice_7[] =
"CREATE TABLE notice (\n"
"  package_seq INTEGER PRIMARY KEY REFERENCES package ON DELETE CASCADE, -- package\n"
"  from_day INTEGER NOT NULL,     -- first day it holds, counted from 1970-01-01\n"
"  until_day INTEGER NOT NULL     -- last day it holds; 2147483647: no end\n"
") STRICT;\n"
"CREATE INDEX notice_newest ON notice (from_day DESC, package_seq DESC);\n";
/* clang-format on */
