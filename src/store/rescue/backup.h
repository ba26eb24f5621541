/* backup.h - copies of weike.db in backup/, made page by page between records. The writer's thread.
 *
 * backup/weike.db is the newest, backup/weike.db.1 the one before. A copy takes its place only when it is whole,
 * checked (if it is small enough to check at once) and on the disk. */
#ifndef WEIKE_STORE_RESCUE_BACKUP_H
#define WEIKE_STORE_RESCUE_BACKUP_H
#include "store/db.h"

struct backup;
enum { BACKUP_DAY_MS = 24 * 3600 * 1000, BACKUP_KEPT = 2, BACKUP_QUICK_BYTES = 64 << 20 };

/* ERR_FULL if the disk could not hold it and still keep room for records. */
struct backup *backup_begin(struct db *from, const char *dir, struct err *e) MUST_CHECK;
/* Copies up to `pages`. *more false: done and in place, or (false returned) failed; either way end with backup_free. */
bool backup_step(struct backup *b, int pages, bool *more, struct err *e) MUST_CHECK;
void backup_free(struct backup *b); /* gives up what is not finished */
/* All at once. */
bool backup_make(struct db *from, const char *dir, struct err *e) MUST_CHECK;

char *backup_path(const char *dir, int age); /* 0 newest; caller frees */
int64_t backup_last_ms(const char *dir);     /* wall time of the newest; 0 if there is none */
/* When is the next due? Wall time; a newest one from the future counts as none. */
bool backup_due(const char *dir, int64_t now_ms);
#endif
