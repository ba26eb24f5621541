#define _GNU_SOURCE
#include "pack/install/verify.h"
#include "base/fs.h"
#include "model/course.h"
#include "pack/tree/question_files.h"
#include "pack/tree/small_pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct judge {
    int repo_fd;
    struct trust trust;
    struct verified *stamp_bytes;
    struct verify_report *r;
    struct verify_package *package;
    void *reached; /* tsearch(3) tree of names below repo/: to verify each once and to find strays */
};

static void problem(struct judge *j, const struct err *why)
{
    struct verify_report *r = j->r;
    ARRAY_GROW(r->problem, r->problem_count, r->problem_cap);
    r->problem[r->problem_count++] = *why;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* True the first time. */
static bool reach_name(struct judge *j, const char *rel)
{
    if (tfind(rel, &j->reached, by_name))
        return false;
    tsearch(mem_dup(rel), &j->reached, by_name);
    return true;
}

static bool reach(struct judge *j, enum tree_kind kind, const char *sha)
{
    char rel[TREE_PATH_MAX];
    tree_path(kind, sha, rel);
    return reach_name(j, rel);
}

/* ---- blobs ---- */

/* The chunk list of a large blob must be what its bytes give. */
static bool check_chunks(struct judge *j, int fd, const char *sha, uint64_t size, struct err *e)
{
    char rel[TREE_PATH_MAX];
    struct str want;
    uint8_t *buf = mem_alloc(TREE_CHUNK_BYTES), sum[SHA256_BYTES];
    size_t list_bytes = (size_t)((size + TREE_CHUNK_BYTES - 1) / TREE_CHUNK_BYTES * SHA256_BYTES);
    str_init(&want, list_bytes + 1);
    tree_path(TREE_CHUNKS, sha, rel);
    bool ok = tree_read(j->repo_fd, rel, list_bytes, &want, e);
    if (ok && want.len != list_bytes)
        ok = err_set(e, ERR_INVALID, "%s has %zu bytes, not the %zu of its blob's chunks", rel, want.len, list_bytes);
    for (uint64_t at = 0; ok && at < size; at += TREE_CHUNK_BYTES) {
        ssize_t n = pread(fd, buf, TREE_CHUNK_BYTES, (off_t)at);
        struct sha256 h;
        sha256_init(&h);
        sha256_add(&h, buf, n > 0 ? (size_t)n : 0);
        sha256_end(&h, sum);
        if (memcmp(sum, want.data + at / TREE_CHUNK_BYTES * SHA256_BYTES, sizeof sum) != 0)
            ok = err_set(e, ERR_INVALID, "%s does not fit its blob at byte %llu", rel, (unsigned long long)at);
    }
    str_release(&want);
    free(buf);
    return ok;
}

static bool check_blob(struct judge *j, const struct file_ref *f, struct err *e)
{
    char rel[TREE_PATH_MAX], sum[SHA256_HEX];
    uint64_t size;
    tree_path(TREE_BLOB, f->sha256, rel);
    int fd = fs_open_beneath(j->repo_fd, rel, e);
    if (fd < 0)
        return false;
    bool ok = sha256_fd(fd, f->size_bytes, sum, &size, e) || err_at(e, "%s", rel);
    if (ok && (size != f->size_bytes || strcmp(sum, f->sha256) != 0))
        ok = err_set(e, ERR_UNTRUSTED, "%s is not the signed file: its bytes were changed", rel);
    if (ok && size > TREE_CHUNKED_FROM) {
        reach(j, TREE_CHUNKS, f->sha256);
        ok = check_chunks(j, fd, f->sha256, size, e);
    }
    close(fd);
    return ok;
}

static void each_file(void *ctx, const struct file_ref *f, const char *where)
{
    struct judge *j = ctx;
    struct err why = ERR_INIT;
    if (!f->sha256[0])
        return;
    j->package->files++;
    j->package->bytes += f->size_bytes;
    if (!reach(j, TREE_BLOB, f->sha256))
        return;
    if (!check_blob(j, f, &why)) {
        err_at(&why, "%s: %s", j->package->id, where);
        problem(j, &why);
        return;
    }
    j->r->files++;
    j->r->bytes += f->size_bytes;
}

/* ---- packages ---- */

struct in_lesson { struct judge *j; int lesson; };

static bool each_picture(void *ctx, struct file_ref *f, const char *where)
{
    struct in_lesson *in = ctx;
    char *at = mem_printf("lesson %d, %s", in->lesson, where);
    each_file(in->j, f, at);
    free(at);
    return true;
}

static void check_questions(struct judge *j, const struct course *c)
{
    for (int i = 0; i < c->lesson_count; i++) {
        const struct file_ref *f = &c->lesson[i].questions;
        struct in_lesson in = { j, i + 1 };
        struct question_set set = { 0 };
        struct err why = ERR_INIT;
        struct str text;
        char rel[TREE_PATH_MAX];
        if (!f->sha256[0])
            continue;
        str_init(&text, QUESTION_FILES_MAX_BYTES + 1);
        tree_path(TREE_BLOB, f->sha256, rel);
        if (tree_read(j->repo_fd, rel, QUESTION_FILES_MAX_BYTES, &text, &why) &&
            question_files_parse(&text, f, &set, &why)) {
            question_files_each(&set, each_picture, &in);
        } else if (why.kind != ERR_MISSING && why.kind != ERR_UNTRUSTED) { /* those were told as a file */
            err_at(&why, "%s: lesson %d, questions", c->head.id, i + 1);
            problem(j, &why);
        }
        question_set_release(&set);
        str_release(&text);
    }
}

/* ---- what makes fetching cheaper ---- */

static bool named_file(struct judge *j, const char *rel, const char *sha, uint64_t size, struct err *e)
{
    char sum[SHA256_HEX];
    uint64_t got;
    reach_name(j, rel);
    int fd = fs_open_beneath(j->repo_fd, rel, e);
    if (fd < 0)
        return false;
    bool ok = sha256_fd(fd, size, sum, &got, e) || err_at(e, "%s", rel);
    close(fd);
    if (ok && (got != size || strcmp(sum, sha) != 0))
        ok = err_set(e, ERR_UNTRUSTED, "%s is not the signed file: its bytes were changed", rel);
    return ok;
}

static bool check_patches(struct judge *j, const struct package_head *c, struct err *e)
{
    bool ok = true;
    for (int i = 0; ok && i < c->patch_count; i++) {
        char rel[TREE_PATH_MAX];
        tree_patch_path(TREE_BLOB, c->patch[i].from, c->patch[i].to, rel);
        ok = named_file(j, rel, c->patch[i].sha256, c->patch[i].size_bytes, e);
    }
    return ok;
}

static bool check_pack(struct judge *j, const struct blob_ref *pack, struct err *e)
{
    char rel[TREE_PATH_MAX];
    struct str bytes;
    if (!pack->sha256[0])
        return true;
    tree_path(TREE_PACK, pack->sha256, rel);
    str_init(&bytes, TREE_PACK_MAX + 1);
    bool ok = named_file(j, rel, pack->sha256, pack->size_bytes, e) && tree_read(j->repo_fd, rel, TREE_PACK_MAX, &bytes, e) &&
              (small_pack_check(bytes.data, bytes.len, e) || err_at(e, "%s", rel));
    str_release(&bytes);
    return ok;
}

static bool check_package(struct judge *j, const struct index_entry *x, struct err *e)
{
    struct package_head *p;
    size_t len;
    reach(j, TREE_MANIFEST, x->manifest.sha256);
    if (x->patch_from[0]) {
        char rel[TREE_PATH_MAX];
        tree_patch_path(TREE_MANIFEST, x->patch_from, x->manifest.sha256, rel);
        reach_name(j, rel);
    }
    struct verified *v = tree_read_named(j->repo_fd, TREE_MANIFEST, &x->manifest, e);
    if (!v)
        return false;
    const char *text = verified_bytes(v, &len);
    bool ok = package_parse(text, len, &p, e);
    verified_free(v);
    if (!ok)
        return false;
    if (strcmp(p->id, x->id) != 0 || p->version != x->version) {
        ok = err_set(e, ERR_UNTRUSTED, "its manifest says %s version %lld", p->id, (long long)p->version);
    } else {
        const struct course *c = course_of(p);
        lang_text_copy(&p->title, &j->package->title);
        package_each_file(p, each_file, j);
        if (c) {
            j->package->lessons = c->lesson_count;
            check_questions(j, c);
        }
        ok = check_patches(j, p, e) && check_pack(j, &x->pack, e);
    }
    package_free(p);
    return ok;
}

static void check_index(struct judge *j, const struct index *x)
{
    struct verify_report *r = j->r;
    for (int i = 0; i < x->count; i++) {
        struct err why = ERR_INIT;
        ARRAY_GROW(r->package, r->count, r->cap);
        j->package = &r->package[r->count++];
        *j->package = (struct verify_package){ .id = mem_dup(x->entry[i].id), .version = x->entry[i].version };
        if (!check_package(j, &x->entry[i], &why)) {
            err_at(&why, "%s", x->entry[i].id);
            problem(j, &why);
        }
    }
}

static void check_channels(struct judge *j)
{
    for (int i = 0; i < j->r->stamp.channel_count; i++) {
        const struct channel *c = &j->r->stamp.channel[i];
        struct index x;
        struct err why = ERR_INIT;
        reach(j, TREE_INDEX, c->index.sha256);
        struct verified *v = tree_read_named(j->repo_fd, TREE_INDEX, &c->index, &why);
        if (v && trust_index(&j->trust, j->stamp_bytes, c, v, &x, NULL, &why)) {
            check_index(j, &x);
            index_release(&x);
        } else {
            problem(j, &why);
        }
        verified_free(v);
    }
}

/* ---- strays ---- */

/* An index patch that leads to the index of today. */
static bool current_patch(const struct judge *j, const char *rel)
{
    for (int i = 0; i < j->r->stamp.channel_count; i++) {
        char end[SHA256_HEX + 8];
        snprintf(end, sizeof end, "-%s.zp", j->r->stamp.channel[i].index.sha256);
        if (strncmp(rel, "i/", 2) == 0 && str_ends_with(rel, end))
            return true;
    }
    return false;
}

static void count_strays(struct judge *j, const char *repo, const char *below)
{
    char *dir = fs_join(repo, below);
    DIR *d = opendir(dir);
    for (struct dirent *f; d && (f = readdir(d));) {
        char rel[TREE_PATH_MAX];
        struct stat st;
        if (f->d_name[0] == '.' || (size_t)snprintf(rel, sizeof rel, "%s/%s", below, f->d_name) >= sizeof rel)
            continue;
        if (fstatat(dirfd(d), f->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (S_ISDIR(st.st_mode))
            count_strays(j, repo, rel);
        else if (current_patch(j, rel))
            continue;
        else if (!tfind(rel, &j->reached, by_name))
            j->r->stray_files++;
    }
    if (d)
        closedir(d);
    free(dir);
}

static void find_strays(struct judge *j, const char *path)
{
    static const char *const folder[] = { "i", "m", "b", "k", "d", "p" };
    char *repo;
    struct err ignored = ERR_INIT;
    if (!tree_find(path, &repo, &ignored))
        return;
    for (size_t i = 0; i < sizeof folder / sizeof *folder; i++)
        count_strays(j, repo, folder[i]);
    free(repo);
}

static bool open_list(struct judge *j, struct err *e)
{
    int steps;
    if (!trust_advance_tree(NULL, &j->trust, j->repo_fd, &steps, e))
        return false;
    j->r->root_version = j->trust.root.version;
    j->stamp_bytes = tree_read_timestamp(j->repo_fd, &j->trust.ring, e);
    return j->stamp_bytes && timestamp_parse(j->stamp_bytes, &j->r->stamp, e) &&
           trust_accepts(&j->trust, j->stamp_bytes, &j->r->stamp, 0, e);
}

bool verify_tree(const char *path, const struct trust *trust, struct verify_report *out, struct err *e)
{
    struct verify_report r = { 0 };
    struct judge j = { .r = &r, .trust = *trust };
    j.repo_fd = tree_open(path, e);
    if (j.repo_fd < 0)
        return false;
    bool ok = open_list(&j, e) || err_at(e, "%s", path);
    if (ok) {
        memcpy(r.key_id, verified_key_id(j.stamp_bytes), KEY_ID_TEXT);
        check_channels(&j);
        find_strays(&j, path);
        *out = r;
    }
    verified_free(j.stamp_bytes);
    tdestroy(j.reached, free);
    close(j.repo_fd);
    return ok;
}

void verify_report_release(struct verify_report *r)
{
    for (int i = 0; i < r->count; i++) {
        free(r->package[i].id);
        lang_text_release(&r->package[i].title);
    }
    free(r->package);
    free(r->problem);
    memset(r, 0, sizeof *r);
}
