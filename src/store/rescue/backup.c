#define _GNU_SOURCE
#include "store/rescue/backup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROOM_FOR_RECORDS = 64 << 20, CHECK_BUDGET_MS = 2000 };

struct backup {
    char *dir, *tmp;
    struct db *to;
    sqlite3_backup *handle;
};

char *backup_path(const char *dir, int age)
{
    return age ? mem_printf("%s/backup/weike.db.%d", dir, age) : mem_printf("%s/backup/weike.db", dir);
}

int64_t backup_last_ms(const char *dir)
{
    int64_t newest = 0;
    for (int age = 0; age < BACKUP_KEPT && !newest; age++) { /* .1 alone: a cut came between the two renames */
        char *path = backup_path(dir, age);
        struct stat st;
        if (stat(path, &st) == 0)
            newest = (int64_t)st.st_mtim.tv_sec * 1000 + st.st_mtim.tv_nsec / 1000000;
        free(path);
    }
    return newest;
}

bool backup_due(const char *dir, int64_t now_ms)
{
    int64_t last = backup_last_ms(dir);
    return now_ms < last || now_ms - last >= BACKUP_DAY_MS;
}

static bool has_room(struct db *from, const char *dir, struct err *e)
{
    struct query q = db_query(from, "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()");
    int64_t size = query_row(&q) ? query_col_int(&q, 0) : 0;
    uint64_t free_bytes, total;
    if (!query_end(&q, e) || !fs_space(dir, &free_bytes, &total, e))
        return false;
    if (free_bytes < (uint64_t)size + ROOM_FOR_RECORDS)
        return err_set(e, ERR_FULL, "no room for a backup: it needs %lld MB, %llu MB are free", (long long)size >> 20,
                       (unsigned long long)free_bytes >> 20);
    return true;
}

struct backup *backup_begin(struct db *from, const char *dir, struct err *e)
{
    char *folder = fs_join(dir, "backup");
    bool ok = fs_mkdirs(folder, e) && has_room(from, dir, e);
    free(folder);
    if (!ok)
        return NULL;
    struct backup *b = mem_alloc(sizeof *b);
    b->dir = mem_dup(dir);
    b->tmp = mem_printf("%s/backup/weike.db.tmp", dir);
    /* No journal and no syncs on the way: the file counts only after its own fsync and rename. */
    ok = fs_unlink(b->tmp, e) && (b->to = db_open_file(b->tmp, true, e)) != NULL &&
         db_exec(b->to, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", e);
    if (ok && !(b->handle = sqlite3_backup_init(db_handle(b->to), "main", db_handle(from), "main")))
        ok = err_set(e, ERR_IO, "backup: %s", sqlite3_errmsg(db_handle(b->to)));
    if (ok)
        return b;
    backup_free(b);
    return NULL;
}

/* A copy of a damaged database must not push out a good one. Big ones are checked in the background (check.h). */
static bool copy_is_sound(struct backup *b, struct err *e)
{
    bool sound = false, whole = false;
    if (!db_check(b->to, CHECK_BUDGET_MS, &sound, &whole, e))
        return false;
    return sound || err_set(e, ERR_DAMAGED, "the copy of the database is damaged; the backups before it are kept");
}

static bool put_in_place(struct backup *b, struct err *e)
{
    char *newest = backup_path(b->dir, 0), *older = backup_path(b->dir, 1), *folder = fs_join(b->dir, "backup");
    int fd = open(b->tmp, O_RDWR | O_CLOEXEC);
    bool ok = fd >= 0 ? fs_sync_fd(fd, e) : err_errno(e, "opening %s", b->tmp);
    if (fd >= 0)
        close(fd);
    /* A cut between the two renames leaves .1 and the temporary file: .1 is then the newest there is. */
    ok = ok && (!fs_exists(newest) || fs_rename(newest, older, e)) && fs_rename(b->tmp, newest, e) &&
         fs_sync_dir(folder, e);
    free(newest);
    free(older);
    free(folder);
    return ok;
}

bool backup_step(struct backup *b, int pages, bool *more, struct err *e)
{
    *more = false;
    int rc = sqlite3_backup_step(b->handle, pages);
    if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
        *more = true;
        return true;
    }
    int end = sqlite3_backup_finish(b->handle);
    b->handle = NULL;
    if (rc != SQLITE_DONE || end != SQLITE_OK)
        return err_set(e, (rc & 0xff) == SQLITE_FULL ? ERR_FULL : (rc & 0xff) == SQLITE_CORRUPT ? ERR_DAMAGED : ERR_IO,
                       "backup: %s", sqlite3_errstr(rc != SQLITE_DONE ? rc : end));
    bool ok = copy_is_sound(b, e);
    db_close(b->to);
    b->to = NULL;
    return ok && put_in_place(b, e);
}

void backup_free(struct backup *b)
{
    if (!b)
        return;
    if (b->handle)
        sqlite3_backup_finish(b->handle);
    db_close(b->to);
    unlink(b->tmp); /* there is none after success */
    free(b->tmp);
    free(b->dir);
    free(b);
}

bool backup_make(struct db *from, const char *dir, struct err *e)
{
    struct backup *b = backup_begin(from, dir, e);
    bool more = b != NULL, ok = more;
    while (ok && more)
        ok = backup_step(b, -1, &more, e);
    backup_free(b);
    return ok;
}
