#define _GNU_SOURCE
#define LOG_MODULE "mirror"
#include "hub/upstream/mirror_get.h"
#include "base/fs.h"
#include "base/log.h"
#include "hub/records/carry.h"
#include "pack/sign/zst.h"
#include "sync/fetch/part.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool mirror_open(struct mirror *m, struct hub *h, struct http *http, bool (*stop)(void *ctx), void *ctx, struct err *e)
{
    struct str bytes;
    struct err none = ERR_INIT;
    *m = (struct mirror){ .hub = h, .http = http, .stop = stop, .ctx = ctx, .repo = fs_join(h->data_dir, "repo"), .repo_fd = -1 };
    char *incoming = fs_join(h->data_dir, "incoming");
    bool ok = fs_mkdirs(m->repo, e) && fs_mkdirs(incoming, e) && (m->repo_fd = fs_open_dir(m->repo, e)) >= 0;
    free(incoming);
    if (!ok) {
        mirror_close(m);
        return false;
    }
    /* Our own timestamp was verified before it was written; it only says which lists may serve as bases of patches. */
    str_init(&bytes, TREE_TIMESTAMP_MAX + 1);
    struct verified *v = tree_read(m->repo_fd, "timestamp", TREE_TIMESTAMP_MAX, &bytes, &none) ? envelope_open_vouched(bytes.data, bytes.len, &none) : NULL;
    m->has_old = v && timestamp_parse(v, &m->old, &none);
    if (m->has_old)
        m->old_envelope = v;
    else
        verified_free(v);
    str_release(&bytes);
    return true;
}

void mirror_close(struct mirror *m)
{
    if (m->repo_fd >= 0)
        close(m->repo_fd);
    verified_free(m->old_envelope);
    free(m->repo);
}

bool mirror_stopped(const struct mirror *m)
{
    return m->stop && m->stop(m->ctx);
}

bool mirror_has(const struct mirror *m, const char *rel)
{
    struct stat st;
    return fstatat(m->repo_fd, rel, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

static char *path_of(const struct mirror *m, const char *rel, struct err *e)
{
    char *path = fs_join(m->repo, rel), *slash = strrchr(path, '/');
    *slash = 0;
    bool ok = fs_mkdirs(path, e);
    *slash = '/';
    if (ok)
        return path;
    free(path);
    return NULL;
}

bool mirror_put(struct mirror *m, const char *rel, const void *data, size_t len, struct err *e)
{
    char *path = path_of(m, rel, e);
    bool ok = path && fs_replace(path, data, len, e);
    free(path);
    m->files += ok;
    m->bytes += ok ? len : 0;
    return ok;
}

static bool answered(const struct http_answer *a, const char *url, bool *found, struct err *e)
{
    *found = a->status == 200;
    if (a->status == 200 || a->status == 404)
        return true;
    return err_set(e, a->status == 503 || a->status == 429 ? ERR_REFUSED : ERR_UNTRUSTED, "%s: status %d", url, a->status);
}

bool mirror_get(struct mirror *m, const char *rel, size_t max_bytes, struct str *out, bool *found, struct err *e)
{
    struct http_answer a = { 0 };
    char *url = mem_printf("%s/repo/%s", m->hub->options->upstream, rel);
    bool ok = http_ask(m->http, &(struct http_call){ .method = "GET", .url = url }, max_bytes, out, &a, e) && answered(&a, url, found, e);
    free(url);
    return ok;
}

struct verified *mirror_old_list(struct mirror *m, enum tree_kind kind, const char *sha256, struct err *e)
{
    char rel[TREE_PATH_MAX];
    struct str bytes;
    struct tree_ref ref = { 0 };
    size_t most = kind == TREE_INDEX ? TREE_INDEX_MAX : TREE_MANIFEST_MAX;
    tree_path(kind, sha256, rel);
    memcpy(ref.sha256, sha256, sizeof ref.sha256);
    str_init(&bytes, most + 1);
    struct verified *v = NULL;
    if (tree_read(m->repo_fd, rel, most, &bytes, e) && zst_content_size(bytes.data, bytes.len, &ref.json_bytes) && ref.json_bytes <= most) {
        ref.size_bytes = bytes.len;
        v = envelope_open_named(bytes.data, bytes.len, &ref, e);
    }
    str_release(&bytes);
    return v;
}

/* ---- blobs ---- */

struct load {
    struct mirror *m;
    struct part *part;
    uint64_t asked;           /* where this answer should begin */
    bool begun, over;
    enum part_result result;
    struct err err;
    struct http_answer answer;
};

static bool fits(struct load *l, const struct http_answer *a)
{
    if (a->status == 206 && a->range_first == (int64_t)l->asked && a->range_total == (int64_t)part_size(l->part))
        return true;
    if (a->status == 200 && (a->length < 0 || (uint64_t)a->length == part_size(l->part)) && l->asked == 0)
        return true;
    return err_set(&l->err, a->status == 404 ? ERR_MISSING : ERR_UNTRUSTED, "the answer is not this file (status %d)", a->status);
}

static bool on_data(void *ctx, const struct http_answer *a, const void *data, size_t len)
{
    struct load *l = ctx;
    if (l->result == PART_WHOLE) /* longer than it may be: not looked at, and load_blob has what it wants */
        return false;
    if (!l->begun) {
        if (!fits(l, a))
            return false;
        part_begin(l->part);
        l->begun = true;
    }
    l->result = part_add(l->part, data, len, &l->err);
    return l->result == PART_MORE || l->result == PART_WHOLE;
}

static void on_end(void *ctx, const struct http_answer *a)
{
    struct load *l = ctx;
    l->answer = *a;
    l->over = true;
}

/* One answer's worth. */
static void load_once(struct load *l, const char *url)
{
    l->asked = part_at(l->part);
    l->begun = l->over = false;
    struct http_request *r = http_start(l->m->http, &(struct http_call){ .method = "GET", .url = url, .range_from = (int64_t)l->asked, .on_data = on_data, .on_end = on_end, .ctx = l });
    while (!l->over) {
        http_step(l->m->http, 500);
        if (!l->over && mirror_stopped(l->m))
            http_cancel(r);
    }
}

static bool load_blob(struct mirror *m, struct load *l, const char *sha256, struct err *e)
{
    char rel[TREE_PATH_MAX];
    bool ready = false;
    tree_path(TREE_BLOB, sha256, rel);
    char *url = mem_printf("%s/repo/%s", m->hub->options->upstream, rel);
    do
        l->result = part_check(l->part, &ready, &l->err);
    while (l->result == PART_MORE && !ready);
    for (int tries = 0; tries < 3 && (l->result == PART_MORE || l->result == PART_REWOUND) && !mirror_stopped(m); tries++)
        load_once(l, url);
    bool ok = l->result == PART_WHOLE;
    if (!ok && l->err.kind == ERR_NONE)
        err_set(&l->err, mirror_stopped(m) ? ERR_CANCELLED : ERR_MISSING, "%s", l->answer.err.kind != ERR_NONE ? l->answer.err.text : "not what it should be");
    if (!ok) {
        *e = l->err;
        err_at(e, "%s", url);
    }
    free(url);
    return ok;
}

/* The hashes of each 256 KiB, from the verified blob itself. */
static bool put_chunks(struct mirror *m, const char *sha256, const char *path, struct err *e)
{
    char rel[TREE_PATH_MAX];
    uint8_t *buf = mem_alloc(TREE_CHUNK_BYTES), sum[SHA256_BYTES];
    struct str list;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    bool ok = fd >= 0 || err_errno(e, "%s", path);
    str_init(&list, 0);
    for (ssize_t n = 1; ok && n > 0;) {
        size_t have = 0;
        while (have < TREE_CHUNK_BYTES && (n = read(fd, buf + have, TREE_CHUNK_BYTES - have)) > 0)
            have += (size_t)n;
        if (n < 0)
            ok = err_errno(e, "%s", path);
        if (!have)
            break;
        struct sha256 h;
        sha256_init(&h);
        sha256_add(&h, buf, have);
        sha256_end(&h, sum);
        str_add(&list, sum, sizeof sum);
    }
    tree_path(TREE_CHUNKS, sha256, rel);
    ok = ok && mirror_put(m, rel, list.data, list.len, e);
    if (fd >= 0)
        close(fd);
    free(buf);
    str_release(&list);
    return ok;
}

static bool room_for(struct mirror *m, uint64_t size_bytes, struct err *e)
{
    uint64_t free_bytes, total_bytes;
    return fs_space(m->repo, &free_bytes, &total_bytes, e) &&
           (free_bytes > size_bytes + 2 * (uint64_t)CARRY_FREE_MIN_BYTES || /* records come first */
            err_set(e, ERR_FULL, "lessons need %llu MB more disk", (unsigned long long)((size_bytes + 2 * (uint64_t)CARRY_FREE_MIN_BYTES - free_bytes) >> 20) + 1));
}

bool mirror_blob(struct mirror *m, const char *sha256, uint64_t size_bytes, struct err *e)
{
    char rel[TREE_PATH_MAX], chunks[TREE_PATH_MAX];
    struct str list;
    bool found = false;
    tree_path(TREE_BLOB, sha256, rel);
    tree_path(TREE_CHUNKS, sha256, chunks);
    if (mirror_has(m, rel) && (size_bytes <= TREE_CHUNKED_FROM || mirror_has(m, chunks)))
        return true;
    if (!room_for(m, size_bytes, e))
        return false;
    size_t want = part_list_bytes(size_bytes);
    str_init(&list, want + 1);
    bool ok = !want || mirror_get(m, chunks, want, &list, &found, e);
    struct load l = { .m = m };
    l.part = ok ? part_open(m->hub->data_dir, sha256, size_bytes, found && list.len == want ? &list : NULL, e) : NULL;
    ok = l.part && load_blob(m, &l, sha256, e);
    char *path = ok ? path_of(m, rel, e) : NULL;
    /* The chunks first: a blob without them would not be looked at again. */
    ok = path && (size_bytes <= TREE_CHUNKED_FROM || put_chunks(m, sha256, part_path(l.part), e)) && fs_rename(part_path(l.part), path, e);
    if (ok) {
        *strrchr(path, '/') = 0;
        ok = fs_sync_dir(path, e);
        m->files++;
        m->bytes += size_bytes;
    }
    free(path);
    part_close(l.part);
    str_release(&list);
    return ok;
}
