#define _GNU_SOURCE
#define LOG_MODULE "part"
#include "sync/fetch/part.h"
#include "base/clock.h"
#include "base/fs.h"
#include "base/log.h"
#include "pack/install/copy.h"
#include "pack/install/space.h"
#include "pack/tree/tree.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SYNC_EVERY_MS = 30000, CHECK_STEP_BYTES = 4 << 20, TRIES = 2 };

struct part {
    int fd;
    char *path, *dir;
    char sha256[SHA256_HEX];
    uint64_t size;
    uint64_t at;             /* bytes in the file and in the hashes */
    uint64_t left_over;      /* bytes an earlier run left that are still to be looked at */
    struct sha256 whole, chunk;
    struct sha256 whole_at_chunk; /* `whole` as it was where the chunk under way begins */
    uint8_t *list;           /* NULL: none, or it was found out */
    uint64_t bad_chunk;      /* start of the chunk that was wrong last, plus one; 0: none */
    int bad;                 /* how often in a row */
    int restarts;            /* the whole proved wrong so often */
    bool resumed;            /* some of it came from an earlier run */
    int answers;             /* it is made of so many */
    uint64_t synced;
    int64_t synced_ms;
    char *mark;              /* file beside the part; NULL: none, its chunks prove themselves */
};

size_t part_list_bytes(uint64_t size_bytes)
{
    if (size_bytes <= TREE_CHUNKED_FROM)
        return 0;
    return (size_t)((size_bytes + TREE_CHUNK_BYTES - 1) / TREE_CHUNK_BYTES * SHA256_BYTES);
}

uint64_t part_at(const struct part *p)
{
    return p->at;
}

uint64_t part_size(const struct part *p)
{
    return p->size;
}

static uint64_t chunk_start(const struct part *p)
{
    return p->at / TREE_CHUNK_BYTES * TREE_CHUNK_BYTES;
}

static void begin_chunk(struct part *p)
{
    sha256_init(&p->chunk);
    p->whole_at_chunk = p->whole;
}

/* ---- the mark: without a list of chunks, what of a part may be believed after a power cut ----
 *
 * "<boot id> <bytes that were on the disk>\n". Within the same boot the kernel vouches for every byte, also after a kill;
 * after another one only what had been fsync'd counts, for the tail may be zeros. Made durably before the first byte;
 * later ones may be lost, which only costs a little more. */

static void mark_text(const struct part *p, char out[64])
{
    struct clock_reading now;
    clock_read(0, &now);
    snprintf(out, 64, "%.36s %20llu\n", now.boot_id, (unsigned long long)p->synced);
}

static bool mark_begin(struct part *p, struct err *e)
{
    char text[64];
    mark_text(p, text);
    return fs_replace(p->mark, text, strlen(text), e);
}

static void mark_move(const struct part *p)
{
    char text[64];
    int fd = p->mark ? open(p->mark, O_WRONLY | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (fd < 0)
        return;
    mark_text(p, text);
    if (pwrite(fd, text, strlen(text), 0) < 0)
        unlink(p->mark);
    close(fd);
}

/* How much of `length` bytes that were left may be looked at. */
static uint64_t mark_trusts(const struct part *p, uint64_t length)
{
    struct clock_reading now;
    struct str text;
    struct err ignored = ERR_INIT;
    char boot[64];
    unsigned long long synced = 0;
    uint64_t n = length; /* no mark: a stick brought it, or a list has been there */
    str_init(&text, 256);
    clock_read(0, &now);
    if (p->mark && fs_exists(p->mark) &&
        (!fs_read(p->mark, 200, &text, &ignored) || sscanf(text.data, "%63s %llu", boot, &synced) != 2 || strcmp(boot, now.boot_id) != 0))
        n = synced < length ? synced : length;
    str_release(&text);
    return n;
}

static void mark_drop(const struct part *p)
{
    if (p->mark)
        unlink(p->mark);
}

static bool open_file(struct part *p, struct err *e)
{
    struct stat st;
    bool ok = fs_mkdirs(p->dir, e);
    if (!ok)
        return false;
    p->fd = open(p->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (p->fd < 0 || fstat(p->fd, &st) != 0)
        return err_errno(e, "opening %s", p->path);
    if (!S_ISREG(st.st_mode))
        return err_set(e, ERR_IO, "%s is in the way: not a plain file", p->path);
    p->left_over = (uint64_t)st.st_size;
    p->resumed = st.st_size > 0;
    if (p->left_over > p->size) { /* longer than the blob: worth nothing */
        log_info("%.12s: what was left is longer than the blob; begun again", p->sha256);
        p->left_over = 0;
        p->resumed = false;
        return ftruncate(p->fd, 0) == 0 || err_errno(e, "emptying %s", p->path);
    }
    p->left_over = mark_trusts(p, p->left_over);
    if (st.st_size > 0)
        log_info("%.12s: %llu bytes are here from an earlier run, %llu of them to be believed", p->sha256, (unsigned long long)st.st_size,
                 (unsigned long long)p->left_over);
    if (p->left_over < (uint64_t)st.st_size && ftruncate(p->fd, (off_t)p->left_over) != 0)
        return err_errno(e, "shortening %s", p->path);
    p->synced = p->left_over;
    return !p->mark || mark_begin(p, e);
}

/* The blob was here and rotted (store/rescue/scrub.h): with the hashes of its chunks, what is good before the bad one need not come
 * again. A second name for the file, so that it goes on counting as put aside until the blob is whole. */
static void take_damaged(struct part *p)
{
    char *damaged = mem_printf("%s/%s.damaged", p->dir, p->sha256);
    if (p->list && !fs_exists(p->path) && fs_exists(damaged) && link(damaged, p->path) != 0)
        log_warn("%s cannot be used again: %s", damaged, strerror(errno));
    free(damaged);
}

struct part *part_open(const char *data_dir, const char *sha256, uint64_t size_bytes, const struct str *list, struct err *e)
{
    struct part *p = mem_alloc(sizeof *p);
    p->fd = -1;
    p->dir = fs_join(data_dir, "incoming");
    p->path = copy_part_path(data_dir, sha256);
    memcpy(p->sha256, sha256, SHA256_HEX);
    p->size = size_bytes;
    sha256_init(&p->whole);
    begin_chunk(p);
    if (list && list->len == part_list_bytes(size_bytes) && list->len) {
        p->list = mem_alloc(list->len);
        memcpy(p->list, list->data, list->len);
    }
    if (!p->list && size_bytes > TREE_CHUNK_BYTES)
        p->mark = mem_printf("%s/%s.mark", p->dir, sha256);
    take_damaged(p);
    if (open_file(p, e)) {
        p->synced_ms = clock_boot_ms();
        return p;
    }
    part_close(p);
    return NULL;
}

void part_close(struct part *p)
{
    if (!p)
        return;
    if (p->fd >= 0)
        close(p->fd);
    free(p->list);
    free(p->mark);
    free(p->path);
    free(p->dir);
    free(p);
}

void part_discard(struct part *p)
{
    if (!p)
        return;
    unlink(p->path);
    mark_drop(p);
    part_close(p);
}

/* ---- taking bytes in ---- */

static bool cut_to(struct part *p, uint64_t length, struct err *e)
{
    if (ftruncate(p->fd, (off_t)length) != 0)
        return err_errno(e, "shortening %s", p->path);
    p->at = length;
    if (p->synced > length)
        p->synced = length;
    return true;
}

bool part_sync(struct part *p, struct err *e)
{
    if (p->synced == p->at)
        return true;
    bool first = p->synced == 0;
    if (!fs_sync_fd(p->fd, e) || (first && !fs_sync_dir(p->dir, e))) /* its name, too */
        return err_at(e, "%s", p->path);
    p->synced = p->at;
    p->synced_ms = clock_boot_ms();
    mark_move(p);
    return true;
}

/* The chunk that ends at p->at: is it the listed one? Hashes go on to the next. */
static bool chunk_holds(struct part *p)
{
    uint8_t sum[SHA256_BYTES];
    uint64_t n = (p->at - 1) / TREE_CHUNK_BYTES;
    sha256_end(&p->chunk, sum);
    return !p->list || memcmp(sum, p->list + n * SHA256_BYTES, sizeof sum) == 0;
}

static enum part_result drop_chunk(struct part *p, struct err *e)
{
    uint64_t start = (p->at - 1) / TREE_CHUNK_BYTES * TREE_CHUNK_BYTES;
    p->bad = p->bad_chunk == start + 1 ? p->bad + 1 : 1;
    p->bad_chunk = start + 1;
    if (p->bad >= TRIES)
        log_warn("%.12s: the chunk at byte %llu was wrong %d times; its list is not believed any more", p->sha256, (unsigned long long)start, p->bad);
    if (p->bad >= TRIES) { /* the same chunk wrong again: more likely it is the list that lies. The whole hash judges. */
        free(p->list);
        p->list = NULL;
    }
    p->whole = p->whole_at_chunk;
    sha256_init(&p->chunk);
    return cut_to(p, start, e) ? PART_REWOUND : PART_FAILED;
}

static enum part_result judge(struct part *p, struct err *e)
{
    uint8_t sum[SHA256_BYTES];
    char hex[SHA256_HEX];
    struct sha256 h = p->whole;
    sha256_end(&h, sum);
    hex_encode(sum, sizeof sum, hex);
    if (strcmp(hex, p->sha256) == 0) {
        if (!fs_sync_fd(p->fd, e))
            return PART_FAILED;
        mark_drop(p);
        return PART_WHOLE;
    }
    bool again = p->restarts++ == 0 && (p->resumed || p->answers > 1); /* else these were fresh bytes, all from one place */
    free(p->list);
    p->list = NULL;
    p->resumed = false;
    p->answers = 0;
    sha256_init(&p->whole);
    begin_chunk(p);
    if (!cut_to(p, 0, e))
        return PART_FAILED;
    log_warn("%.12s: all bytes are here and are not the signed ones; %s", p->sha256, again ? "once more from the start" : "given up");
    if (again)
        return PART_REWOUND;
    unlink(p->path);
    mark_drop(p);
    err_set(e, ERR_UNTRUSTED, "the server's file is not the signed one: its bytes were changed");
    return PART_WRONG;
}

static void hash(struct part *p, const void *data, size_t len)
{
    sha256_add(&p->whole, data, len);
    if (p->list)
        sha256_add(&p->chunk, data, len);
    p->at += len;
}

void part_begin(struct part *p)
{
    p->answers++;
}

const char *part_path(const struct part *p)
{
    return p->path;
}

bool part_read(const struct part *p, uint64_t from, size_t len, struct str *out, struct err *e)
{
    char buf[16384];
    while (len && from < p->at) {
        size_t want = len < sizeof buf ? len : sizeof buf;
        ssize_t n = pread(p->fd, buf, want < p->at - from ? want : (size_t)(p->at - from), (off_t)from);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0 || !str_add(out, buf, (size_t)n))
            return err_set(e, ERR_IO, "reading %s at byte %llu", p->path, (unsigned long long)from);
        from += (uint64_t)n;
        len -= (size_t)n;
    }
    return true;
}

static size_t to_chunk_end(const struct part *p, size_t len)
{
    uint64_t end = chunk_start(p) + TREE_CHUNK_BYTES;
    if (end > p->size)
        end = p->size;
    return len < end - p->at ? len : (size_t)(end - p->at);
}

static bool at_chunk_end(const struct part *p)
{
    return p->at == p->size || (p->at && p->at % TREE_CHUNK_BYTES == 0);
}

static bool write_some(struct part *p, const void *data, size_t len, struct err *e)
{
    if (p->at == chunk_start(p) && !space_left(p->path, e))
        return false;
    if (lseek(p->fd, (off_t)p->at, SEEK_SET) < 0)
        return err_errno(e, "seeking in %s", p->path);
    return fs_write_all(p->fd, data, len, e) || err_at(e, "%s", p->path);
}

/* After bytes came: a finished chunk is judged and made durable. */
static enum part_result settle(struct part *p, struct err *e)
{
    if (at_chunk_end(p)) {
        if (!chunk_holds(p))
            return drop_chunk(p, e);
        begin_chunk(p);
        if (p->at == p->size)
            return judge(p, e);
        return part_sync(p, e) ? PART_MORE : PART_FAILED;
    }
    if (clock_boot_ms() - p->synced_ms >= SYNC_EVERY_MS && !part_sync(p, e))
        return PART_FAILED;
    return PART_MORE;
}

enum part_result part_add(struct part *p, const void *data, size_t len, struct err *e)
{
    const char *bytes = data;
    enum part_result r = PART_MORE;
    assert(p->left_over == 0 && p->at < p->size);
    while (len && r == PART_MORE) {
        size_t n = to_chunk_end(p, len);
        if (!write_some(p, bytes, n, e))
            return PART_FAILED;
        hash(p, bytes, n);
        bytes += n;
        len -= n;
        r = settle(p, e);
    }
    return r;
}

/* ---- what an earlier run left ---- */

/* From here on nothing that was left is believed. */
static enum part_result give_up(struct part *p, uint64_t from, bool *ready, struct err *e)
{
    p->left_over = 0;
    *ready = true;
    return cut_to(p, from, e) ? PART_MORE : PART_FAILED;
}

static enum part_result check_some(struct part *p, uint8_t *buf, size_t size, bool *ready, struct err *e)
{
    size_t want = p->left_over - p->at < size ? (size_t)(p->left_over - p->at) : size;
    want = to_chunk_end(p, want);
    ssize_t n = pread(p->fd, buf, want, (off_t)p->at);
    if (n < 0 && errno == EINTR)
        return PART_MORE;
    if (n < 0) { /* a bad place on our own disk: given up, so that the bytes come to another one */
        uint64_t start = chunk_start(p);
        log_warn("reading %s at byte %llu: %s", p->path, (unsigned long long)p->at, strerror(errno));
        p->whole = p->whole_at_chunk;
        begin_chunk(p);
        return give_up(p, start, ready, e);
    }
    if (n == 0) /* it shrank under us */
        return give_up(p, p->at, ready, e);
    hash(p, buf, (size_t)n);
    if (!at_chunk_end(p))
        return PART_MORE;
    if (!chunk_holds(p)) { /* what a power cut left may be zeros */
        uint64_t start = (p->at - 1) / TREE_CHUNK_BYTES * TREE_CHUNK_BYTES;
        log_info("%.12s: what an earlier run left is good up to byte %llu", p->sha256, (unsigned long long)start);
        p->whole = p->whole_at_chunk;
        begin_chunk(p);
        return give_up(p, start, ready, e);
    }
    begin_chunk(p);
    return PART_MORE;
}

enum part_result part_check(struct part *p, bool *ready, struct err *e)
{
    uint8_t *buf = mem_alloc(TREE_CHUNK_BYTES);
    uint64_t stop = p->at + CHECK_STEP_BYTES;
    enum part_result r = PART_MORE;
    *ready = false;
    while (r == PART_MORE && !*ready && p->at < p->left_over && p->at < stop)
        r = check_some(p, buf, TREE_CHUNK_BYTES, ready, e);
    free(buf);
    if (r == PART_MORE && !*ready && p->at >= p->left_over) {
        p->left_over = 0;
        *ready = true;
    }
    if (!*ready || r != PART_MORE || p->at < p->size)
        return r;
    r = judge(p, e); /* all of it was here */
    return r == PART_REWOUND ? PART_MORE : r;
}
