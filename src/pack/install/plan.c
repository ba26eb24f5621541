#include "pack/install/plan.h"
#include "base/fs.h"
#include "model/course.h"
#include "pack/install/copy.h"
#include "pack/tree/question_files.h"
#include "store/library/blob.h"
#include "store/library/library.h"
#include "store/library/vouch.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *plan_state_name(enum plan_state s)
{
    static const char *const name[] = { "waiting", "install", "current", "no-room", "refused", "done" };
    return name[s];
}

/* ---- one package ---- */

static bool read_manifest(struct plan *p, struct plan_package *k, struct package_head **head, struct err *e)
{
    struct package_head *out;
    size_t len;
    k->manifest = tree_read_named(p->repo_fd, TREE_MANIFEST, &k->ref, e);
    if (!k->manifest)
        return false;
    const char *text = verified_bytes(k->manifest, &len);
    if (!package_parse(text, len, &out, e))
        return err_at(e, "manifest");
    *head = out;
    lang_text_copy(&out->title, &k->title);
    snprintf(k->category, sizeof k->category, "%s", out->category ? out->category : "");
    k->lessons = course_of(out) ? course_of(out)->lesson_count : 0;
    k->priority = out->priority;
    k->ahead = out->kind->ahead;
    k->patch_count = out->patch_count;
    k->patch = out->patch; /* moved */
    out->patch = NULL;
    out->patch_count = 0;
    if (strcmp(out->id, k->id) == 0 && out->version == k->version)
        return true;
    return err_set(e, ERR_UNTRUSTED, "its manifest is that of %.60s version %lld, not of the version %lld listed",
                   out->id, (long long)out->version, (long long)k->version);
}

struct gather {
    struct plan_blob *blob;
    int count, cap;
    int lesson, rank; /* of what is being gathered */
};

static void gather_file(void *ctx, const struct file_ref *f, const char *where)
{
    struct gather *g = ctx;
    if (!f->sha256[0])
        return;
    ARRAY_GROW(g->blob, g->count, g->cap);
    struct plan_blob *b = &g->blob[g->count++];
    memcpy(b->sha256, f->sha256, SHA256_HEX);
    b->size_bytes = f->size_bytes;
    b->lesson = g->lesson;
    b->rank = g->rank;
    b->where = f->name && *f->name ? mem_printf("%s (%s)", where, f->name) : mem_dup(where);
}

static int by_hash(const void *a, const void *b)
{
    const struct plan_blob *x = a, *y = b;
    return strcmp(x->sha256, y->sha256);
}

static void gather_at(struct gather *g, int lesson, int rank, const struct file_ref *f, const char *fmt, const char *what)
{
    char where[96];
    snprintf(where, sizeof where, fmt, lesson + 1, what);
    g->lesson = lesson;
    g->rank = rank;
    gather_file(g, f, where);
}

/* In the order of need: what a lesson's smallest form takes is rank 0, each heavier form one more. */
static void gather_lesson(struct gather *g, int n, const struct lesson *l)
{
    gather_at(g, n, 0, &l->poster, "lesson %d, poster", "");
    gather_at(g, n, 0, &l->questions, "lesson %d, questions", "");
    for (int i = 0; i < l->caption_count; i++)
        gather_at(g, n, 0, &l->caption[i].file, "lesson %d, captions %s", l->caption[i].lang);
    for (int r = 0; r < l->rendition_count; r++) {
        gather_at(g, n, r, &l->rendition[r].media, "lesson %d, %s", rendition_weight_name(l->rendition[r].weight));
        for (int s = 0; s < l->rendition[r].still_count; s++)
            gather_at(g, n, r, &l->rendition[r].still[s].file, "lesson %d, stills", "");
    }
}

/* Files of a course belong to its lessons; those of other kinds to the package as a whole. */
static void gather_package(struct gather *g, const struct package_head *p)
{
    const struct course *c = course_of(p);
    g->lesson = -1;
    g->rank = 0;
    if (!c) {
        package_each_file(p, gather_file, g);
        return;
    }
    gather_file(g, &p->poster, "poster");
    for (int i = 0; i < c->lesson_count; i++)
        gather_lesson(g, i, &c->lesson[i]);
}

/* Sorts, and keeps each blob once: for the first lesson and the lightest form that need it. */
static bool keep_once(struct gather *g, struct err *e)
{
    int kept = 0;
    bool ok = true;
    if (g->count)
        qsort(g->blob, (size_t)g->count, sizeof *g->blob, by_hash);
    for (int i = 0; i < g->count; i++) {
        struct plan_blob *b = &g->blob[i], *last = kept ? &g->blob[kept - 1] : NULL;
        if (!last || strcmp(last->sha256, b->sha256) != 0) {
            g->blob[kept++] = *b;
            continue;
        }
        if (last->size_bytes != b->size_bytes)
            ok = err_set(e, ERR_INVALID, "%s: the same file is listed with two sizes", b->where);
        last->lesson = b->lesson < last->lesson ? b->lesson : last->lesson;
        last->rank = b->rank < last->rank ? b->rank : last->rank;
        free(b->where);
    }
    g->count = kept;
    return ok;
}

/* Is it in the source, of its size, and nothing but a plain file? */
static bool look_at_blob(struct plan *p, const struct plan_blob *b, struct err *e)
{
    char rel[TREE_PATH_MAX];
    struct stat st;
    tree_path(TREE_BLOB, b->sha256, rel);
    int fd = fs_open_beneath(p->repo_fd, rel, e);
    if (fd < 0)
        return err_at(e, "%s", b->where);
    bool ok = fstat(fd, &st) == 0 || err_errno(e, "%s", b->where);
    close(fd);
    if (!ok || (uint64_t)st.st_size == b->size_bytes)
        return ok;
    return err_set(e, (uint64_t)st.st_size > b->size_bytes ? ERR_TOO_BIG : ERR_UNTRUSTED,
                   "%s: %s has %lld bytes, signed are %llu", b->where, rel, (long long)st.st_size,
                   (unsigned long long)b->size_bytes);
}

/* From the source, or from here if it came before. */
static bool read_questions(struct plan *p, const struct file_ref *f, struct str *out, struct err *e)
{
    char rel[TREE_PATH_MAX];
    if (blob_exists(p->data_dir, f->sha256, f->size_bytes)) {
        char *path = blob_path(p->data_dir, f->sha256);
        bool ok = fs_read(path, QUESTION_FILES_MAX_BYTES, out, e);
        free(path);
        return ok;
    }
    tree_path(TREE_BLOB, f->sha256, rel);
    return tree_read(p->repo_fd, rel, QUESTION_FILES_MAX_BYTES, out, e);
}

struct in_lesson { struct gather *g; int lesson; };

static bool gather_picture(void *ctx, struct file_ref *f, const char *where)
{
    struct in_lesson *l = ctx;
    char *at = mem_printf("lesson %d, %s", l->lesson, where);
    l->g->lesson = l->lesson - 1;
    l->g->rank = 0;
    gather_file(l->g, f, at);
    free(at);
    return true;
}

/* Questions are read before anything is copied: their pictures belong to the package, and one that cannot be shown
 * refuses it. */
static bool gather_pictures(struct plan *p, struct plan_package *k, const struct course *course, struct gather *g,
                            struct err *e)
{
    bool ok = true;
    for (int i = 0; ok && i < course->lesson_count; i++) {
        const struct file_ref *f = &course->lesson[i].questions;
        struct in_lesson in = { g, i + 1 };
        struct question_set set = { 0 };
        struct str text;
        if (!f->sha256[0])
            continue;
        if (p->remote && !blob_exists(p->data_dir, f->sha256, f->size_bytes)) {
            k->more_later = true;
            continue;
        }
        str_init(&text, QUESTION_FILES_MAX_BYTES + 1);
        ok = read_questions(p, f, &text, e) && question_files_parse(&text, f, &set, e);
        if (ok)
            question_files_each(&set, gather_picture, &in);
        else
            err_at(e, "lesson %d, questions (%s)", i + 1, f->name);
        question_set_release(&set);
        str_release(&text);
    }
    return ok;
}

static bool find_missing(struct plan *p, struct plan_package *k, const struct package_head *head, struct err *e)
{
    struct gather g = { 0 };
    gather_package(&g, head);
    bool ok = !course_of(head) || gather_pictures(p, k, course_of(head), &g, e);
    ok = ok && keep_once(&g, e);
    k->blob = g.blob;
    k->blob_count = g.count;
    for (int i = 0; ok && i < k->blob_count; i++) {
        struct plan_blob *b = &k->blob[i];
        b->missing = !blob_exists(p->data_dir, b->sha256, b->size_bytes);
        if (!b->missing)
            continue;
        uint64_t have = copy_part_bytes(p->data_dir, b->sha256);
        ok = p->remote || look_at_blob(p, b, e);
        k->missing++;
        k->need_bytes += b->size_bytes - (have < b->size_bytes ? have : 0);
    }
    return ok;
}

static bool find_disowned(const struct plan *p, struct plan_package *k, struct db *db, struct err *e)
{
    char publisher[VOUCH_KEY_TEXT];
    if (!vouch_publisher(db, k->id, publisher, e))
        return false;
    k->disowned = publisher[0] && !trust_stands_for(&p->trust, publisher);
    return true;
}

static bool look(struct plan *p, struct plan_package *k, struct db *db, struct err *e)
{
    bool shown = false;
    char here_sha[SHA256_HEX], sum[SHA256_HEX];
    size_t len;
    if (!library_version(db, k->id, &k->here_version, here_sha, e) || !find_disowned(p, k, db, e))
        return false;
    if (k->here_version > k->version && !k->disowned)
        return err_set(e, ERR_OLDER, "version %lld is older than version %lld, which is here already",
                       (long long)k->version, (long long)k->here_version);
    struct package_head *head = NULL;
    bool ok = read_manifest(p, k, &head, e), same = k->here_version == k->version && here_sha[0];
    if (ok && same) {
        const char *text = verified_bytes(k->manifest, &len);
        sha256_hex(text, len, sum);
        same = strcmp(here_sha, sum) == 0;
        ok = same || k->disowned ||
             err_set(e, ERR_UNTRUSTED, "its version %lld is here already with other content", (long long)k->version);
    }
    /* Are all its lessons on the shelf? A cut may have come between the last file and the transaction. */
    ok = ok && find_missing(p, k, head, e) && (!same || library_whole(db, k->id, &shown, e));
    package_free(head);
    if (ok)
        k->state = shown && k->missing == 0 ? PLAN_CURRENT : PLAN_INSTALL;
    return ok;
}

void plan_look(struct plan *p, int n, struct db *db)
{
    struct plan_package *k = &p->package[n];
    if (k->state != PLAN_WAITING)
        return;
    if (!look(p, k, db, &k->err)) {
        err_at(&k->err, "%s", k->id);
        k->state = PLAN_REFUSED;
    }
    if (k->state != PLAN_INSTALL) {
        verified_free(k->manifest);
        k->manifest = NULL;
    }
}

static void forget_look(struct plan_package *k)
{
    for (int b = 0; b < k->blob_count; b++)
        free(k->blob[b].where);
    free(k->blob);
    free(k->patch);
    verified_free(k->manifest);
    lang_text_release(&k->title);
    k->blob = NULL;
    k->patch = NULL;
    k->manifest = NULL;
    k->blob_count = k->patch_count = k->missing = 0;
    k->need_bytes = 0;
    k->more_later = false;
    k->err = (struct err)ERR_INIT;
    k->state = PLAN_WAITING;
}

void plan_again(struct plan *p, int n, struct db *db)
{
    forget_look(&p->package[n]);
    plan_look(p, n, db);
}

/* ---- what fits ---- */

static int by_priority(const void *a, const void *b)
{
    const struct plan_package *x = a, *y = b;
    if (x->ahead != y->ahead)
        return x->ahead ? -1 : 1;
    if (x->priority != y->priority)
        return x->priority > y->priority ? -1 : 1;
    return strcmp(x->id, y->id);
}

static bool budget(const struct plan *p, uint64_t *out, struct err *e)
{
    uint64_t free_bytes, total;
    if (!fs_space(p->data_dir, &free_bytes, &total, e))
        return false;
    uint64_t reserve = PLAN_RESERVE_BYTES + total / 100 * PLAN_RESERVE_PERCENT;
    *out = free_bytes > reserve ? free_bytes - reserve : 0;
    return true;
}

static uint64_t in_mb(uint64_t bytes)
{
    return (bytes + 999999) / 1000000;
}

bool plan_fit(struct plan *p, struct err *e)
{
    uint64_t room;
    if (!budget(p, &room, e))
        return false;
    if (p->count)
        qsort(p->package, (size_t)p->count, sizeof *p->package, by_priority);
    for (int i = 0; i < p->count; i++) {
        struct plan_package *k = &p->package[i];
        if (k->state != PLAN_INSTALL && k->state != PLAN_NO_ROOM)
            continue;
        k->state = k->need_bytes <= room ? PLAN_INSTALL : PLAN_NO_ROOM;
        if (k->state == PLAN_INSTALL) {
            room -= k->need_bytes;
            k->err = (struct err)ERR_INIT;
        } else {
            err_set(&k->err, ERR_FULL, "%s: it needs %llu MB, %llu MB are free for lessons: %llu MB are missing", k->id,
                    (unsigned long long)in_mb(k->need_bytes), (unsigned long long)(room / 1000000),
                    (unsigned long long)in_mb(k->need_bytes - room));
        }
    }
    return true;
}

bool plan_has(const struct plan *p, const char *sha256)
{
    struct plan_blob want;
    memcpy(want.sha256, sha256, SHA256_HEX);
    for (int i = 0; i < p->count; i++) {
        const struct plan_package *k = &p->package[i];
        bool waits = k->state == PLAN_INSTALL || k->state == PLAN_NO_ROOM;
        if (waits && k->blob_count && bsearch(&want, k->blob, (size_t)k->blob_count, sizeof want, by_hash))
            return true;
    }
    return false;
}

void plan_free(struct plan *p)
{
    if (!p)
        return;
    for (int i = 0; i < p->count; i++) {
        forget_look(&p->package[i]);
        free(p->package[i].id);
    }
    free(p->package);
    verified_free(p->stamp_bytes);
    if (p->repo_fd >= 0)
        close(p->repo_fd);
    free(p);
}
