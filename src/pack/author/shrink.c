#define _GNU_SOURCE
#include "pack/author/shrink.h"
#include "base/fs.h"
#include "model/course.h"
#include "pack/tree/patch.h"
#include "pack/tree/question_files.h"
#include "pack/tree/small_pack.h"
#include "pack/sign/zst.h"

#include <dirent.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- which files a course has ---- */

struct files { void *names; }; /* tsearch(3) tree of hashes */

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

static bool first_time(struct files *f, const char *sha256)
{
    if (tfind(sha256, &f->names, by_text))
        return false;
    tsearch(mem_dup(sha256), &f->names, by_text);
    return true;
}

struct visit { void (*each)(void *ctx, const struct file_ref *f); void *ctx; };

static void visit_named(void *ctx, const struct file_ref *f, const char *where)
{
    struct visit *v = ctx;
    (void)where;
    if (f->sha256[0])
        v->each(v->ctx, f);
}

static bool visit_picture(void *ctx, struct file_ref *f, const char *where)
{
    visit_named(ctx, f, where);
    return true;
}

/* A questions file that cannot be read has none. */
static void each_question_picture(const struct tree_writer *w, const struct course *c, struct visit *v)
{
    for (int i = 0; i < c->lesson_count; i++) {
        const struct file_ref *q = &c->lesson[i].questions;
        struct question_set set = { 0 };
        struct err ignored = ERR_INIT;
        struct str text;
        if (!q->sha256[0])
            continue;
        str_init(&text, QUESTION_FILES_MAX_BYTES + 1);
        char *path = tree_writer_path(w, TREE_BLOB, q->sha256);
        if (fs_read(path, QUESTION_FILES_MAX_BYTES, &text, &ignored) && question_files_parse(&text, q, &set, &ignored))
            question_files_each(&set, visit_picture, v);
        question_set_release(&set);
        str_release(&text);
        free(path);
    }
}

/* Also the pictures that questions name. */
static void each_file(const struct tree_writer *w, const struct package_head *p, void (*each)(void *ctx, const struct file_ref *f),
                      void *ctx)
{
    struct visit v = { each, ctx };
    package_each_file(p, visit_named, &v);
    if (course_of(p))
        each_question_picture(w, course_of(p), &v);
}

static void note(void *ctx, const struct file_ref *f)
{
    first_time(ctx, f->sha256);
}

/* ---- patches between files ---- */

struct patching {
    struct tree_writer *w;
    struct package_head *c;
    struct files here, done; /* of the old version; patched already */
    int cap;
};

static bool patch_one(struct patching *p, const struct file_ref *from, const struct file_ref *to, struct err *e)
{
    struct package_patch made = { 0 };
    bool worth = false;
    if (!from->sha256[0] || !to->sha256[0] || to->size_bytes < SHRINK_PATCH_FROM || to->size_bytes > PATCH_FILE_MAX ||
        from->size_bytes > PATCH_FILE_MAX || p->c->patch_count == PACKAGE_PATCHES_MAX ||
        tfind(to->sha256, &p->here.names, by_text) || !first_time(&p->done, to->sha256))
        return true;
    char *base = tree_writer_path(p->w, TREE_BLOB, from->sha256), *result = tree_writer_path(p->w, TREE_BLOB, to->sha256);
    char *out = fs_join(p->w->scratch, "patch");
    bool ok = !fs_exists(base) || patch_make_file(base, result, out, &made.size_bytes, &worth, e);
    if (ok && worth) {
        char rel[TREE_PATH_MAX];
        int fd = open(out, O_RDONLY | O_CLOEXEC);
        ok = fd >= 0 ? sha256_fd(fd, PATCH_FILE_MAX, made.sha256, NULL, e) : err_errno(e, "opening %s", out);
        if (fd >= 0)
            close(fd);
        tree_patch_path(TREE_BLOB, from->sha256, to->sha256, rel);
        ok = ok && tree_writer_move_named(p->w, rel, out, made.size_bytes, e);
        memcpy(made.from, from->sha256, SHA256_HEX);
        memcpy(made.to, to->sha256, SHA256_HEX);
        ARRAY_GROW(p->c->patch, p->c->patch_count, p->cap);
        p->c->patch[p->c->patch_count++] = made;
    }
    free(base);
    free(result);
    free(out);
    return ok;
}

static bool patch_rendition(struct patching *p, const struct rendition *old, const struct rendition *r, struct err *e)
{
    bool ok = patch_one(p, &old->media, &r->media, e);
    for (int i = 0; ok && i < old->still_count && i < r->still_count; i++)
        ok = patch_one(p, &old->still[i].file, &r->still[i].file, e);
    return ok;
}

static bool patch_lesson(struct patching *p, const struct lesson *old, const struct lesson *l, struct err *e)
{
    bool ok = patch_one(p, &old->poster, &l->poster, e) && patch_one(p, &old->questions, &l->questions, e);
    for (int i = 0; i < old->caption_count; i++)
        for (int k = 0; ok && k < l->caption_count; k++)
            if (strcmp(old->caption[i].lang, l->caption[k].lang) == 0)
                ok = patch_one(p, &old->caption[i].file, &l->caption[k].file, e);
    for (int i = 0; i < old->rendition_count; i++)
        for (int k = 0; ok && k < l->rendition_count; k++)
            if (old->rendition[i].weight == l->rendition[k].weight)
                ok = patch_rendition(p, &old->rendition[i], &l->rendition[k], e);
    return ok;
}

static bool patch_lessons(struct patching *p, const struct course *old, const struct course *c, struct err *e)
{
    bool ok = true;
    for (int i = 0; i < old->lesson_count; i++)
        for (int k = 0; ok && k < c->lesson_count; k++)
            if (strcmp(old->lesson[i].content_id, c->lesson[k].content_id) == 0)
                ok = patch_lesson(p, &old->lesson[i], &c->lesson[k], e);
    return ok;
}

bool shrink_patches(struct tree_writer *w, const struct package_head *old, struct package_head *c, struct err *e)
{
    struct patching p = { .w = w, .c = c };
    each_file(w, old, note, &p.here);
    bool ok = patch_one(&p, &old->poster, &c->poster, e) &&
              (!course_of(old) || !course_of(c) || patch_lessons(&p, course_of(old), course_of(c), e));
    tdestroy(p.here.names, free);
    tdestroy(p.done.names, free);
    return ok || err_at(e, "%s: patches", c->id);
}

/* ---- packs ---- */

struct packing {
    struct files old, taken;
    struct small_pack fresh, known; /* new in this version; in the one before too */
    uint64_t bytes;
};

static void pack_file(void *ctx, const struct file_ref *f)
{
    struct packing *p = ctx;
    if (f->size_bytes > SMALL_PACK_BLOB_MAX || p->bytes + f->size_bytes + SHA256_HEX + 14 > TREE_PACK_MAX - 64 ||
        p->fresh.count + p->known.count == SMALL_PACK_COUNT_MAX || !first_time(&p->taken, f->sha256))
        return;
    p->bytes += f->size_bytes + SHA256_HEX + 14; /* with its line */
    small_pack_add(tfind(f->sha256, &p->old.names, by_text) ? &p->known : &p->fresh, f->sha256, (uint32_t)f->size_bytes,
                   (uint32_t)f->size_bytes);
}

/* Adds the blob to `body`, in the form that is shorter. */
static bool add_stored(struct tree_writer *w, struct small_pack_item *item, struct str *body, struct err *e)
{
    char *path = tree_writer_path(w, TREE_BLOB, item->sha256);
    struct str bytes, frame;
    str_init(&bytes, SMALL_PACK_BLOB_MAX + 1);
    str_init(&frame, 0);
    bool ok = fs_read(path, SMALL_PACK_BLOB_MAX, &bytes, e);
    if (ok && bytes.len != item->size_bytes)
        ok = err_set(e, ERR_DAMAGED, "a small file of the tree has another size than when it was added");
    if (ok) {
        zst_pack(bytes.data, bytes.len, &frame);
        const struct str *shorter = frame.len < bytes.len ? &frame : &bytes;
        item->stored_bytes = (uint32_t)shorter->len;
        str_add(body, shorter->data, shorter->len);
    }
    str_release(&bytes);
    str_release(&frame);
    free(path);
    return ok;
}

static bool add_section(struct tree_writer *w, struct small_pack *p, struct str *out, struct err *e)
{
    struct str body;
    bool ok = true;
    str_init(&body, TREE_PACK_MAX);
    for (int i = 0; ok && i < p->count; i++)
        ok = add_stored(w, &p->item[i], &body, e);
    if (ok && p->count) {
        small_pack_head(p, out);
        str_add(out, body.data, body.len);
    }
    str_release(&body);
    return ok;
}

static bool write_pack(struct tree_writer *w, struct packing *p, struct blob_ref *out, struct err *e)
{
    struct str bytes;
    str_init(&bytes, TREE_PACK_MAX);
    bool ok = add_section(w, &p->fresh, &bytes, e) && add_section(w, &p->known, &bytes, e);
    if (ok) {
        char rel[TREE_PATH_MAX];
        sha256_hex(bytes.data, bytes.len, out->sha256);
        out->size_bytes = bytes.len;
        tree_path(TREE_PACK, out->sha256, rel);
        ok = tree_writer_add_named(w, rel, bytes.data, bytes.len, e);
    }
    str_release(&bytes);
    return ok;
}

bool shrink_pack(struct tree_writer *w, const struct package_head *old, const struct package_head *c, struct blob_ref *out, struct err *e)
{
    struct packing p = { 0 };
    struct blob_ref made = { 0 };
    if (old)
        each_file(w, old, note, &p.old);
    each_file(w, c, pack_file, &p);
    bool ok = p.fresh.count + p.known.count < SMALL_PACK_FROM || write_pack(w, &p, &made, e) || err_at(e, "%s: pack", c->id);
    if (ok)
        *out = made;
    small_pack_release(&p.fresh);
    small_pack_release(&p.known);
    tdestroy(p.old.names, free);
    tdestroy(p.taken.names, free);
    return ok;
}

/* ---- lists ---- */

bool shrink_text(struct tree_writer *w, enum tree_kind kind, const char *from_sha, const void *from, size_t from_len,
                 const char *to_sha, const void *to, size_t to_len, uint64_t instead_bytes, bool *made, struct err *e)
{
    struct str patch;
    char rel[TREE_PATH_MAX];
    bool ok = true;
    str_init(&patch, 0);
    *made = patch_make(from, from_len, to, to_len, instead_bytes, &patch);
    tree_patch_path(kind, from_sha, to_sha, rel);
    if (*made)
        ok = tree_writer_add_named(w, rel, patch.data, patch.len, e);
    str_release(&patch);
    return ok;
}

enum { LOOK_BACK = 64 }; /* index files looked at, the youngest */
struct young { time_t at; char sha[SHA256_HEX]; };

static int youngest_first(const void *a, const void *b)
{
    const struct young *x = a, *y = b;
    return x->at != y->at ? (x->at < y->at) - (x->at > y->at) : strcmp(x->sha, y->sha);
}

static int young_indexes(const struct tree_writer *w, struct young **out)
{
    char *dir = fs_join(w->repo, "i");
    struct young *list = NULL;
    int count = 0, cap = 0;
    DIR *d = opendir(dir);
    for (struct dirent *f; d && (f = readdir(d));) {
        struct stat st;
        struct young y = { 0 };
        if (strlen(f->d_name) != SHA256_HEX - 1 + 4 || !str_ends_with(f->d_name, ".zst") ||
            fstatat(dirfd(d), f->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        y.at = st.st_mtime;
        memcpy(y.sha, f->d_name, SHA256_HEX - 1);
        ARRAY_GROW(list, count, cap);
        list[count++] = y;
    }
    if (d)
        closedir(d);
    free(dir);
    if (count)
        qsort(list, (size_t)count, sizeof *list, youngest_first);
    *out = list;
    return count < LOOK_BACK ? count : LOOK_BACK;
}

/* Our own file, read back: its text, and which list of which channel it is. */
static bool read_index(const struct tree_writer *w, const char *sha, bool rooted, struct str *text, struct index *out)
{
    struct str raw;
    struct err ignored = ERR_INIT;
    struct tree_ref ref = { 0 };
    struct verified *v = NULL, *inner = NULL;
    char *path = tree_writer_path(w, TREE_INDEX, sha);
    str_init(&raw, 0);
    bool ok = fs_read(path, TREE_INDEX_MAX, &raw, &ignored) && zst_content_size(raw.data, raw.len, &ref.json_bytes) &&
              ref.json_bytes <= TREE_INDEX_MAX;
    memcpy(ref.sha256, sha, SHA256_HEX);
    v = ok ? envelope_open_named(raw.data, raw.len, &ref, &ignored) : NULL;
    if (v) {
        size_t len;
        const char *bytes = verified_bytes(v, &len);
        str_add(text, bytes, len);
        inner = rooted ? envelope_open_vouched(bytes, len, &ignored) : NULL;
    }
    ok = v && (!rooted || inner) && index_parse(inner ? inner : v, out, &ignored);
    verified_free(inner);
    verified_free(v);
    str_release(&raw);
    free(path);
    return ok;
}

bool shrink_index(struct tree_writer *w, const struct channel *now, const struct str *text, bool rooted, int *count, struct err *e)
{
    struct young *list;
    bool from[TREE_PATCHES_MAX + 1] = { false }, ok = true;
    int n = young_indexes(w, &list);
    for (int i = 0; ok && i < n; i++) {
        struct str old;
        struct index x = { 0 };
        str_init(&old, 0);
        if (read_index(w, list[i].sha, rooted, &old, &x) && strcmp(x.channel, now->name) == 0 && x.version < now->version &&
            now->version - x.version <= TREE_PATCHES_MAX)
            ok = shrink_text(w, TREE_INDEX, list[i].sha, old.data, old.len, now->index.sha256, text->data, text->len,
                             now->index.size_bytes, &from[now->version - x.version], e);
        index_release(&x);
        str_release(&old);
    }
    free(list);
    *count = 0;
    while (*count < TREE_PATCHES_MAX && from[*count + 1])
        ++*count;
    return ok;
}
