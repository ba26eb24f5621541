#define _GNU_SOURCE
#define LOG_MODULE "catalogue"
#include "store/library/catalogue.h"
#include "base/fs.h"
#include "base/log.h"
#include "store/setting.h"
#include "store/library/library.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEAD_MAX = 128 };
static const char known_key[] = "catalogue_known"; /* this database knows what manifests/ says */
static const char magic[] = "weike-manifest 1\npublisher ";

static char *folder_of(const char *dir)
{
    return fs_join(dir, "manifests");
}

static char *path_of(const char *dir, const char *sha256)
{
    return mem_printf("%s/manifests/%s", dir, sha256);
}

static bool write_file(const char *dir, const char *sha256, const struct library_package *p, struct err *e)
{
    struct str text;
    char *folder = folder_of(dir), *path = path_of(dir, sha256);
    str_init(&text, p->manifest_len + HEAD_MAX);
    str_printf(&text, "%s%s\n\n", magic, p->publisher);
    str_add(&text, p->manifest, p->manifest_len);
    bool ok = fs_mkdirs(folder, e) && fs_replace(path, text.data, text.len, e);
    free(folder);
    free(path);
    str_release(&text);
    return ok;
}

bool catalogue_keep(const char *dir, const char *sha256, const struct library_package *p, struct err *e)
{
    char *path = path_of(dir, sha256);
    bool there = fs_exists(path);
    free(path);
    return there || write_file(dir, sha256, p, e);
}

/* ---- tidying ---- */

static bool is_active(struct db *db, const char *sha256, bool *out, struct err *e)
{
    struct query q = db_query(db, "SELECT 1 FROM package WHERE active = 1 AND manifest_sha256 = ?");
    query_text(&q, sha256);
    *out = query_row(&q);
    return query_end(&q, e);
}

static bool remove_stale(struct db *db, struct err *e)
{
    char *folder = folder_of(db_dir(db));
    DIR *d = opendir(folder);
    bool ok = d || errno == ENOENT || err_errno(e, "opening %s", folder), active = false;
    for (struct dirent *f; ok && d && (f = readdir(d));) {
        if (f->d_name[0] == '.' || (sha256_hex_valid(f->d_name) && (!(ok = is_active(db, f->d_name, &active, e)) || active)))
            continue;
        char *path = fs_join(folder, f->d_name); /* also what a cut left of a file being written */
        ok = fs_unlink(path, e);
        free(path);
    }
    if (d)
        closedir(d);
    free(folder);
    return ok;
}

static bool write_missing(struct db *db, struct err *e)
{
    bool ok = true;
    struct query q = db_query(db, "SELECT k.manifest_sha256, k.publisher, m.body FROM package k"
                                  " JOIN manifest m ON m.package_seq = k.seq WHERE k.active = 1");
    while (ok && query_row(&q)) {
        char sha256[SHA256_HEX];
        struct library_package p = { .publisher = query_col_text(&q, 1) };
        query_copy_text(&q, 0, sha256, sizeof sha256);
        p.manifest = query_col_blob(&q, 2, &p.manifest_len);
        ok = sha256_hex_valid(sha256) && catalogue_keep(db_dir(db), sha256, &p, e);
    }
    return query_end(&q, ok ? e : NULL) && ok;
}

bool catalogue_tidy(struct db *db, struct err *e)
{
    return remove_stale(db, e) && write_missing(db, e);
}

/* ---- finding the courses again ---- */

struct found { int64_t version; struct str text; struct library_package p; char publisher[65]; };
struct founds { int count, cap; struct found *one; };

static void founds_release(struct founds *l)
{
    for (int i = 0; i < l->count; i++)
        str_release(&l->one[i].text);
    free(l->one);
}

/* Takes the head off and looks whether the rest is what the name says. */
static bool read_found(const char *path, const char *sha256, struct found *f, struct err *e)
{
    char is[SHA256_HEX];
    struct package_head *p;
    if (!fs_read(path, MANIFEST_MAX_BYTES + HEAD_MAX, &f->text, e))
        return false;
    const char *by = f->text.data + sizeof magic - 1, *body;
    if (f->text.len < sizeof magic || strncmp(f->text.data, magic, sizeof magic - 1) || !(body = strstr(by, "\n\n")) ||
        (size_t)(body - by) >= sizeof f->publisher)
        return err_set(e, ERR_DAMAGED, "not a kept manifest");
    memcpy(f->publisher, by, (size_t)(body - by));
    f->p.manifest = body + 2;
    f->p.manifest_len = f->text.len - (size_t)(body + 2 - f->text.data);
    sha256_hex(f->p.manifest, f->p.manifest_len, is);
    if (strcmp(is, sha256))
        return err_set(e, ERR_DAMAGED, "does not fit its hash");
    if (!package_parse(f->p.manifest, f->p.manifest_len, &p, e))
        return false;
    f->version = p->version;
    package_free(p);
    return true;
}

static bool collect(const char *folder, struct founds *out, struct err *e)
{
    DIR *d = opendir(folder);
    if (!d)
        return errno == ENOENT || err_errno(e, "opening %s", folder);
    for (struct dirent *f; (f = readdir(d));) {
        if (!sha256_hex_valid(f->d_name))
            continue;
        struct err why = ERR_INIT;
        char *path = fs_join(folder, f->d_name);
        ARRAY_GROW(out->one, out->count, out->cap);
        struct found *one = &out->one[out->count];
        *one = (struct found){ 0 };
        str_init(&one->text, MANIFEST_MAX_BYTES + HEAD_MAX);
        if (read_found(path, f->d_name, one, &why)) {
            out->count++;
        } else {
            log_warn("%s: %s", path, why.text);
            str_release(&one->text);
        }
        free(path);
    }
    closedir(d);
    return true;
}

static int older_first(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    return (x->version > y->version) - (x->version < y->version);
}

static bool put_one(struct db *db, struct found *f, struct err *e)
{
    struct err why = ERR_INIT;
    f->p.publisher = f->publisher;
    if (!db_begin(db, e))
        return false;
    if (library_put_here(db, &f->p, &why))
        return db_commit(db, e);
    db_rollback(db);
    if (why.kind == ERR_FULL || why.kind == ERR_IO || why.kind == ERR_DAMAGED) {
        if (e)
            *e = why;
        return false;
    }
    log_warn("%s", why.text); /* an older one than is here, or its files are gone: leave this course out */
    return true;
}

static bool newest_seq(struct db *db, int64_t *out, struct err *e)
{
    struct query q = db_query(db, "SELECT ifnull(max(seq), 0) FROM package");
    *out = query_row(&q) ? query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool count_since(struct db *db, int64_t seq, int *out, struct err *e)
{
    struct query q = db_query(db, "SELECT count(*) FROM package WHERE active = 1 AND seq > ?");
    query_int(&q, seq);
    *out = query_row(&q) ? (int)query_col_int(&q, 0) : 0;
    return query_end(&q, e);
}

static bool read_all(struct db *db, int *courses, struct err *e)
{
    struct founds l = { 0 };
    int64_t before;
    char *folder = folder_of(db_dir(db));
    bool ok = newest_seq(db, &before, e) && collect(folder, &l, e);
    if (l.count)
        qsort(l.one, (size_t)l.count, sizeof *l.one, older_first);
    for (int i = 0; ok && i < l.count; i++)
        ok = put_one(db, &l.one[i], e);
    founds_release(&l);
    free(folder);
    return ok && count_since(db, before, courses, e);
}

static bool set_known(struct db *db, struct err *e)
{
    if (!db_begin(db, e))
        return false;
    if (setting_put(db, known_key, "1", e))
        return db_commit(db, e);
    db_rollback(db);
    return false;
}

bool catalogue_rebuild(struct db *db, int *courses, struct err *e)
{
    *courses = 0;
    if (setting_get_int(db, known_key, 0))
        return true;
    return read_all(db, courses, e) && set_known(db, e); /* cut off in between, it begins again */
}

bool catalogue_doubt(struct db *db, struct err *e)
{
    struct query q = db_query(db, "DELETE FROM setting WHERE key = ?");
    query_text(&q, known_key);
    return query_run(&q, e);
}
