#include "store/schema.h"
#include "store/schema_notice.h"
#include "store/schema_5.h"
#include "store/schema_6.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char people_1[] =
"CREATE TABLE setting (\n"
"  key TEXT PRIMARY KEY,          -- lower-case words with _\n"
"  value TEXT NOT NULL            -- as text; numbers in decimal\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE counter (\n"
"  name TEXT PRIMARY KEY,         -- what is counted; kept by triggers, so that no screen counts a million rows\n"
"  value INTEGER NOT NULL         -- how many there are now\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE member (\n"
"  id TEXT PRIMARY KEY,           -- opaque; the account name in statements\n"
"  name TEXT NOT NULL,            -- as written on the roster\n"
"  initial INTEGER NOT NULL,      -- 1..26 = A..Z of the surname's pinyin, 27 = other\n"
"  sort_key BLOB NOT NULL,        -- base/collate: memcmp order is pinyin order\n"
"  hue INTEGER NOT NULL,          -- 0..11, colour of the circle without a photo\n"
"  photo_sha256 TEXT NOT NULL,    -- blob; '' for none\n"
"  role INTEGER NOT NULL,         -- 0 member, 1 secretary, 2 technician\n"
"  active INTEGER NOT NULL,       -- 0: not on the wall; records stay\n"
"  created_ms INTEGER NOT NULL    -- wall time, Unix ms\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE INDEX member_wall ON member (initial, sort_key, id) WHERE active = 1;\n"
"CREATE INDEX member_photo ON member (photo_sha256) WHERE photo_sha256 <> '';\n"
"CREATE TABLE pin (\n"
"  subject TEXT PRIMARY KEY,      -- member id, or *technician\n"
"  hash TEXT NOT NULL,            -- Argon2id string; '' for no PIN\n"
"  pictures TEXT NOT NULL,        -- three of twelve pictures, '3-7-11'; '' for none\n"
"  failures INTEGER NOT NULL,     -- wrong tries since the last right one or lock\n"
"  lock_boot_id TEXT NOT NULL,    -- boot in which the lock began; '' when not locked\n"
"  lock_until_ms INTEGER NOT NULL -- CLOCK_BOOTTIME of that boot; in a later boot the lock starts again at 0\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE UNIQUE INDEX pin_pictures ON pin (pictures) WHERE pictures <> '';\n"
"CREATE TABLE event (\n"
"  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order of commit\n"
"  kind INTEGER NOT NULL,         -- 0 sign-in, 1 sign-out\n"
"  member_id TEXT NOT NULL,       -- '' guest\n"
"  at_ms INTEGER NOT NULL,        -- best estimate of wall time\n"
"  clock INTEGER NOT NULL,        -- 0 floor, 1 rtc, 2 signed\n"
"  boot_id TEXT NOT NULL,         -- boot of the machine\n"
"  boot_ms INTEGER NOT NULL       -- CLOCK_BOOTTIME then\n"
") STRICT;\n";

static const char library_1[] =
"CREATE TABLE package (\n"
"  seq INTEGER PRIMARY KEY,       -- of this installation\n"
"  id TEXT NOT NULL,              -- reverse domain\n"
"  version INTEGER NOT NULL,      -- of the publisher, rising\n"
"  active INTEGER NOT NULL,       -- 1: shown; 0: the version before it, kept until the next switch\n"
"  manifest_sha256 TEXT NOT NULL, -- of the exact verified bytes\n"
"  publisher TEXT NOT NULL,       -- key id that vouched for it\n"
"  category TEXT NOT NULL,        -- [a-z-]\n"
"  priority INTEGER NOT NULL,     -- 0..100, higher first\n"
"  title TEXT NOT NULL,           -- JSON language map\n"
"  summary TEXT NOT NULL,         -- JSON language map\n"
"  poster_sha256 TEXT NOT NULL,   -- blob; '' for none\n"
"  lessons INTEGER NOT NULL,      -- how many\n"
"  duration_ms INTEGER NOT NULL,  -- of all lessons\n"
"  installed_ms INTEGER NOT NULL, -- wall time\n"
"  UNIQUE (id, version)\n"
") STRICT;\n"
"CREATE UNIQUE INDEX package_active ON package (id) WHERE active = 1;\n"
"CREATE INDEX package_shelf ON package (priority DESC, id) WHERE active = 1;\n"
"CREATE INDEX package_category ON package (category, priority DESC, id) WHERE active = 1;\n"
"CREATE TABLE package_version (\n"
"  id TEXT PRIMARY KEY,           -- reverse domain\n"
"  highest INTEGER NOT NULL       -- highest version ever installed; stays when the package is removed\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE manifest (\n"
"  package_seq INTEGER PRIMARY KEY REFERENCES package ON DELETE CASCADE,\n"
"  body BLOB NOT NULL             -- exact verified bytes\n"
") STRICT;\n"
"CREATE TABLE package_file (\n"
"  package_seq INTEGER NOT NULL REFERENCES package ON DELETE CASCADE,\n"
"  sha256 TEXT NOT NULL,          -- a blob the manifest names\n"
"  PRIMARY KEY (package_seq, sha256)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE INDEX package_file_blob ON package_file (sha256);\n"
"CREATE TABLE lesson (\n"
"  package_seq INTEGER NOT NULL REFERENCES package ON DELETE CASCADE,\n"
"  position INTEGER NOT NULL,     -- 0-based in the course\n"
"  content_id TEXT NOT NULL,      -- UUID, the same in every package that has this lesson\n"
"  title TEXT NOT NULL,           -- JSON language map\n"
"  poster_sha256 TEXT NOT NULL,   -- blob; '' for none\n"
"  duration_ms INTEGER NOT NULL,\n"
"  quiz INTEGER NOT NULL,         -- 1: has questions\n"
"  PRIMARY KEY (package_seq, position)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE INDEX lesson_content ON lesson (content_id);\n"
"CREATE TABLE lesson_name (\n"
"  content_id TEXT PRIMARY KEY,   -- every lesson that was ever here\n"
"  title TEXT NOT NULL,           -- JSON language map, as last installed\n"
"  category TEXT NOT NULL\n"
") STRICT, WITHOUT ROWID;\n";

static const char study_1[] =
"CREATE TABLE viewing (\n"
"  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order of beginning\n"
"  id TEXT NOT NULL UNIQUE,       -- UUIDv7; session-id of the video profile\n"
"  member_id TEXT NOT NULL,       -- '' guest\n"
"  content_id TEXT NOT NULL,      -- lesson\n"
"  course_id TEXT NOT NULL,       -- package it was opened from\n"
"  course_version INTEGER NOT NULL,\n"
"  category TEXT NOT NULL,        -- of the course then\n"
"  year INTEGER NOT NULL,         -- plan year its seconds count in\n"
"  state INTEGER NOT NULL,        -- 0 under way, 1 ended, 2 cut off\n"
"  began_ms INTEGER NOT NULL,     -- wall time, best estimate\n"
"  clock INTEGER NOT NULL,        -- 0 floor, 1 rtc, 2 signed\n"
"  boot_id TEXT NOT NULL,         -- boot of the machine\n"
"  began_boot_ms INTEGER NOT NULL,-- CLOCK_BOOTTIME at the beginning\n"
"  saved_ms INTEGER NOT NULL,     -- wall time of the last checkpoint\n"
"  saved_boot_ms INTEGER NOT NULL,-- CLOCK_BOOTTIME then\n"
"  length_ms INTEGER NOT NULL,    -- of the lesson\n"
"  completion_permille INTEGER NOT NULL, -- share that counts as finished\n"
"  position_ms INTEGER NOT NULL,  -- where it stands\n"
"  played TEXT NOT NULL,          -- xAPI video profile: 0.000[.]12.000[,]14.000[.]21.000\n"
"  watched_ms INTEGER NOT NULL,   -- earned in this viewing, as in model/study.h\n"
"  verified_ms INTEGER NOT NULL,\n"
"  review_ms INTEGER NOT NULL,\n"
"  screen_ms INTEGER NOT NULL,\n"
"  ended_by TEXT NOT NULL         -- finished, left, idle; '' while under way or cut off\n"
") STRICT;\n"
"CREATE INDEX viewing_open ON viewing (seq) WHERE state = 0;\n"
"CREATE TABLE progress (\n"
"  member_id TEXT NOT NULL,\n"
"  content_id TEXT NOT NULL,\n"
"  position_ms INTEGER NOT NULL,  -- where to go on\n"
"  length_ms INTEGER NOT NULL,    -- of the lesson when last watched; 0: only the quiz was done\n"
"  finished INTEGER NOT NULL,     -- 1 once the completion share was reached\n"
"  best_score REAL NOT NULL,      -- 0..1; -1: no attempt ended\n"
"  passed INTEGER NOT NULL,\n"
"  attempts INTEGER NOT NULL,     -- ended\n"
"  last_ms INTEGER NOT NULL,      -- wall time of the last viewing or attempt\n"
"  PRIMARY KEY (member_id, content_id)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE INDEX progress_recent ON progress (member_id, last_ms);\n"
"CREATE TABLE counted (\n"
"  member_id TEXT NOT NULL,\n"
"  content_id TEXT NOT NULL,\n"
"  year INTEGER NOT NULL,         -- plan year: a second of a lesson counts once in it\n"
"  spans TEXT NOT NULL,           -- what has counted as watched\n"
"  verified TEXT NOT NULL,        -- what has counted as verified\n"
"  watched_ms INTEGER NOT NULL,   -- total of spans\n"
"  PRIMARY KEY (member_id, content_id, year)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE hours_month (\n"
"  member_id TEXT NOT NULL,       -- '' guests together\n"
"  month INTEGER NOT NULL,        -- local month in which the time passed, 202611\n"
"  category TEXT NOT NULL,\n"
"  screen_ms INTEGER NOT NULL,\n"
"  watched_ms INTEGER NOT NULL,\n"
"  verified_ms INTEGER NOT NULL,\n"
"  review_ms INTEGER NOT NULL,\n"
"  PRIMARY KEY (member_id, month, category)\n"
") STRICT, WITHOUT ROWID;\n"
"CREATE TABLE hours_lesson (\n"
"  member_id TEXT NOT NULL,\n"
"  month INTEGER NOT NULL,\n"
"  content_id TEXT NOT NULL,\n"
"  category TEXT NOT NULL,\n"
"  screen_ms INTEGER NOT NULL,\n"
"  watched_ms INTEGER NOT NULL,\n"
"  verified_ms INTEGER NOT NULL,\n"
"  review_ms INTEGER NOT NULL,\n"
"  last_ms INTEGER NOT NULL,      -- wall time of the newest addition\n"
"  PRIMARY KEY (member_id, month, content_id)\n"
") STRICT, WITHOUT ROWID;\n";

static const char quiz_1[] =
"CREATE TABLE attempt (\n"
"  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order of beginning\n"
"  id TEXT NOT NULL UNIQUE,       -- UUIDv7; xAPI registration\n"
"  member_id TEXT NOT NULL,       -- '' guest\n"
"  content_id TEXT NOT NULL,\n"
"  course_id TEXT NOT NULL,\n"
"  course_version INTEGER NOT NULL,\n"
"  questions_sha256 TEXT NOT NULL,-- which questions were asked\n"
"  seed INTEGER NOT NULL,         -- of the shuffles; two's complement of the unsigned value\n"
"  state INTEGER NOT NULL,        -- 0 under way, 1 ended, 2 left\n"
"  score REAL NOT NULL,           -- 0..1 at the end\n"
"  passed INTEGER NOT NULL,\n"
"  began_ms INTEGER NOT NULL,     -- wall time\n"
"  saved_ms INTEGER NOT NULL      -- wall time of the last change\n"
") STRICT;\n"
"CREATE INDEX attempt_open ON attempt (member_id, content_id) WHERE state = 0;\n"
"CREATE TABLE answer (\n"
"  seq INTEGER PRIMARY KEY,       -- order of the first tap\n"
"  attempt_seq INTEGER NOT NULL REFERENCES attempt ON DELETE CASCADE,\n"
"  question_id TEXT NOT NULL,\n"
"  response TEXT NOT NULL,        -- xAPI interaction syntax\n"
"  answered INTEGER NOT NULL,     -- 0: marked only; 1: checked, has its statement, never changes again\n"
"  verdict INTEGER NOT NULL,      -- model/attempt.h\n"
"  score REAL NOT NULL,           -- 0..1\n"
"  duration_ms INTEGER NOT NULL,  -- boot-time clock\n"
"  saved_ms INTEGER NOT NULL,     -- wall time\n"
"  UNIQUE (attempt_seq, question_id)\n"
") STRICT;\n"
"CREATE TABLE statement (\n"
"  seq INTEGER PRIMARY KEY AUTOINCREMENT, -- order of commit; never used twice\n"
"  id TEXT NOT NULL UNIQUE,       -- made once, with the fact\n"
"  state INTEGER NOT NULL,        -- 0 waiting, 1 delivered, 2 quarantined\n"
"  sha256 BLOB NOT NULL,          -- of body: SQLite itself does not notice a flipped bit\n"
"  created_ms INTEGER NOT NULL,   -- wall time, best estimate\n"
"  body TEXT NOT NULL             -- xAPI JSON, the exact bytes that go up\n"
") STRICT;\n"
"CREATE INDEX statement_waiting ON statement (seq) WHERE state = 0;\n";

static const char counters_1[] =
"INSERT INTO counter VALUES ('viewing', 0), ('answer', 0), ('statement', 0), ('waiting', 0), ('quarantined', 0);\n"
"CREATE TRIGGER viewing_added AFTER INSERT ON viewing BEGIN\n"
"  UPDATE counter SET value = value + 1 WHERE name = 'viewing'; END;\n"
"CREATE TRIGGER answer_added AFTER INSERT ON answer BEGIN\n"
"  UPDATE counter SET value = value + 1 WHERE name = 'answer'; END;\n"
"CREATE TRIGGER statement_added AFTER INSERT ON statement BEGIN\n"
"  UPDATE counter SET value = value + 1 WHERE name = 'statement';\n"
"  UPDATE counter SET value = value + 1 WHERE name = 'waiting' AND new.state = 0;\n"
"  UPDATE counter SET value = value + 1 WHERE name = 'quarantined' AND new.state = 2; END;\n"
"CREATE TRIGGER statement_moved AFTER UPDATE OF state ON statement BEGIN\n"
"  UPDATE counter SET value = value + (new.state = 0) - (old.state = 0) WHERE name = 'waiting';\n"
"  UPDATE counter SET value = value + (new.state = 2) - (old.state = 2) WHERE name = 'quarantined'; END;\n";

/* The health line stands on the home screen: it must not walk through two thousand members and a thousand courses. */
static const char counters_2[] =
"INSERT INTO counter SELECT 'member', count(*) FROM member WHERE active = 1;\n"
"INSERT INTO counter SELECT 'course', count(*) FROM package WHERE active = 1;\n"
"INSERT INTO counter SELECT 'lesson', ifnull(sum(lessons), 0) FROM package WHERE active = 1;\n"
"CREATE TRIGGER member_added AFTER INSERT ON member BEGIN\n"
"  UPDATE counter SET value = value + new.active WHERE name = 'member'; END;\n"
"CREATE TRIGGER member_changed AFTER UPDATE OF active ON member BEGIN\n"
"  UPDATE counter SET value = value + new.active - old.active WHERE name = 'member'; END;\n"
"CREATE TRIGGER package_added AFTER INSERT ON package BEGIN\n"
"  UPDATE counter SET value = value + new.active WHERE name = 'course';\n"
"  UPDATE counter SET value = value + new.active * new.lessons WHERE name = 'lesson'; END;\n"
"CREATE TRIGGER package_changed AFTER UPDATE OF active ON package BEGIN\n"
"  UPDATE counter SET value = value + new.active - old.active WHERE name = 'course';\n"
"  UPDATE counter SET value = value + (new.active - old.active) * new.lessons WHERE name = 'lesson'; END;\n"
"CREATE TRIGGER package_removed AFTER DELETE ON package BEGIN\n"
"  UPDATE counter SET value = value - old.active WHERE name = 'course';\n"
"  UPDATE counter SET value = value - old.active * old.lessons WHERE name = 'lesson'; END;\n";

/* With `active` inside, these indexes answer counts and skip to a page without looking at one row of the table. */
static const char indexes_3[] =
"DROP INDEX member_wall;\n"
"CREATE INDEX member_wall ON member (active, initial, sort_key, id);\n"
"DROP INDEX package_shelf;\n"
"CREATE INDEX package_shelf ON package (active, priority DESC, id);\n"
"DROP INDEX package_category;\n"
"CREATE INDEX package_category ON package (active, category, priority DESC, id);\n";

/* Receipts, courses that are here in part, and what a receipt lets us forget. */
static const char receipts_4[] =
"ALTER TABLE statement ADD COLUMN reason TEXT NOT NULL DEFAULT '';       -- why it is quarantined; '' if nobody said\n"
"ALTER TABLE statement ADD COLUMN delivered_ms INTEGER NOT NULL DEFAULT 0; -- wall time of the receipt; 0: none\n"
"CREATE INDEX statement_delivered ON statement (delivered_ms) WHERE state = 1;\n"
"INSERT INTO counter VALUES ('forgotten', 0);\n" /* 'statement' stays what was ever made: rows + forgotten */
"CREATE TRIGGER statement_removed AFTER DELETE ON statement BEGIN\n"
"  UPDATE counter SET value = value + 1 WHERE name = 'forgotten';\n"
"  UPDATE counter SET value = value - (old.state = 0) WHERE name = 'waiting';\n"
"  UPDATE counter SET value = value - (old.state = 2) WHERE name = 'quarantined'; END;\n";

static const char parts_4[] =
"ALTER TABLE lesson ADD COLUMN ready INTEGER NOT NULL DEFAULT 1; -- 0 its files are still to come, 1 here, 2 being repaired\n"
"ALTER TABLE package ADD COLUMN total INTEGER NOT NULL DEFAULT 0; -- lessons in the manifest; `lessons`, `duration_ms`: of those shown\n"
"UPDATE package SET total = lessons;\n"
"CREATE INDEX lesson_gap ON lesson (ready, package_seq) WHERE ready <> 1;\n"
"CREATE TRIGGER package_resized AFTER UPDATE OF lessons ON package BEGIN\n"
"  UPDATE counter SET value = value + new.active * (new.lessons - old.lessons) WHERE name = 'lesson'; END;\n";
/* clang-format on */

static const char *const first[] = { people_1, library_1, study_1, quiz_1, counters_1 };
static const char *const second[] = { counters_2 };
static const char *const third[] = { indexes_3 };
static const char *const fourth[] = { receipts_4, parts_4 };
static const char *const fifth[] = { schema_rooms_5, schema_registers_5, schema_comments_5, schema_reviews_5, schema_voice_5 };
static const char *const sixth[] = { schema_kinds_6 };
static const char *const seventh[] = { schema_notice_7 };
static const struct migration history[] = {
    { first, 5 },  /* 1 */
    { second, 1 }, /* 2: health in a few look-ups */
    { third, 1 },  /* 3: pages of the wall and the shelf from the index alone */
    { fourth, 2 }, /* 4: receipts; lessons that appear one by one */
    { fifth, 5 },  /* 5: rooms, registers, comments, reviews, voices */
    { sixth, 1 },  /* 6: kinds of packages */
    { seventh, 1 }, /* 7: notices */
};
enum { VERSION = sizeof history / sizeof *history };
const struct schema schema_weike = { .application_id = SCHEMA_APPLICATION_ID, .count = VERSION, .step = history };

int schema_version(void)
{
    return VERSION;
}

static bool read_version(struct db *db, int64_t *version, struct err *e)
{
    struct query q = db_query(db, "PRAGMA user_version");
    *version = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool step(struct db *db, const struct schema *s, int to, struct err *e)
{
    char mark[80];
    snprintf(mark, sizeof mark, "PRAGMA user_version = %d; PRAGMA application_id = %d", to, s->application_id);
    int64_t version = 0;
    if (!db_begin(db, e))
        return false;
    bool ok = read_version(db, &version, e);
    if (ok && version >= to) { /* another program was quicker while we waited to begin */
        db_rollback(db);
        return true;
    }
    for (int i = 0; ok && i < s->step[to - 1].count; i++)
        ok = db_exec(db, s->step[to - 1].part[i], e);
    if (!ok || !db_exec(db, mark, e)) {
        db_rollback(db);
        return err_at(e, "making version %d of the tables", to);
    }
    return db_commit(db, e);
}

bool schema_apply(struct db *db, const struct schema *s, struct err *e)
{
    int64_t version;
    if (!read_version(db, &version, e))
        return false;
    if (version > s->count)
        return err_set(e, ERR_UNSUPPORTED, "the database was made by a newer Weike (tables version %d, this program knows %d)",
                       (int)version, s->count);
    for (int to = (int)version + 1; to <= s->count; to++)
        if (!step(db, s, to, e))
            return false;
    return true;
}

bool schema_migrate(struct db *db, struct err *e)
{
    return schema_apply(db, &schema_weike, e);
}

bool schema_complete(struct db *db, struct err *e)
{
    static const char *const table[] = { "setting", "counter",     "member", "pin",      "event",   "package",     "package_version",
                                         "manifest", "package_file", "lesson", "lesson_name", "viewing", "progress", "counted",
                                         "hours_month", "hours_lesson", "attempt", "answer", "statement", "room", "room_event",
                                         "attendance", "room_settled", "voided", "machine_log", "register", "comment", "recording", "review", "review_open", "question_tally",
                                         "voice_prompt", "notice" };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct query q = db_query(db, "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?");
        query_text(&q, table[i]);
        bool there = query_row(&q);
        if (!query_end(&q, e))
            return false;
        if (!there)
            return err_set(e, ERR_DAMAGED, "table %s is missing from the database", table[i]);
    }
    return true;
}
