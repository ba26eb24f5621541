/* fetch_kit.h - a course on a server that can misbehave, and a kiosk that fetches it: for the tests of sync/fetch. Include
 * once, with _GNU_SOURCE. */
#ifndef TESTS_FETCH_KIT_H
#define TESTS_FETCH_KIT_H
#include "forge.h"

#include "base/clock.h"
#include "base/thread.h"
#include "link_kit.h"
#include "pack/install/copy.h"
#include "pack/trust/trust.h"
#include "store/library/blob.h"
#include "store/library/library.h"
#include "store/store.h"
#include "sync/fetch/fetch.h"
#include "sync/fetch/part.h"

#include <sys/file.h>

#define ID "org.example.course"

static struct site site;

/* ---- a tree to be served ---- */

struct made {           /* one course */
    int version, lessons;
    size_t light_bytes, film_bytes; /* of each lesson */
    const char *salt;   /* films differ with it */
    bool pictures;
};

static void noise(const char *seed, size_t len, char *out)
{
    uint64_t x = hash64(88172645463325252ull, seed, strlen(seed)) | 1;
    for (size_t i = 0; i < len; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        out[i] = (char)x;
    }
}

static void put_chunks(const char *tree, const char *sha, const char *bytes, size_t len)
{
    size_t n = part_list_bytes(len);
    uint8_t *list = mem_alloc(n + 1);
    for (size_t at = 0; n && at < len; at += TREE_CHUNK_BYTES) {
        struct sha256 h;
        sha256_init(&h);
        sha256_add(&h, bytes + at, len - at < TREE_CHUNK_BYTES ? len - at : TREE_CHUNK_BYTES);
        sha256_end(&h, list + at / TREE_CHUNK_BYTES * SHA256_BYTES);
    }
    if (n)
        forge_put(tree, TREE_CHUNKS, sha, list, n);
    free(list);
}

static void put_blob(const char *tree, const char *bytes, size_t len, char sha[SHA256_HEX])
{
    sha256_hex(bytes, len, sha);
    forge_put(tree, TREE_BLOB, sha, bytes, len);
    put_chunks(tree, sha, bytes, len);
}

static void add_file(const char *tree, struct str *json, const char *seed, size_t len, const char *type)
{
    char sha[SHA256_HEX], *bytes = mem_alloc(len + 1);
    noise(seed, len, bytes);
    put_blob(tree, bytes, len, sha);
    str_printf(json, "{\"sha256\":\"%s\",\"size\":%zu,\"type\":\"%s\",\"name\":\"%s\"}", sha, len, type, seed);
    free(bytes);
}

static void add_questions(const char *tree, struct str *json, int lesson)
{
    struct str q;
    char sha[SHA256_HEX], seed[64];
    str_init(&q, 0);
    snprintf(seed, sizeof seed, "picture%d", lesson);
    str_puts(&q, "{\"format\":1,\"questions\":[{\"id\":\"q1\",\"kind\":\"true-false\",\"prompt\":{\"en\":\"?\"},\"answer\":true,\"picture\":");
    add_file(tree, &q, seed, 5000, "image/webp");
    str_puts(&q, "}]}");
    put_blob(tree, q.data, q.len, sha);
    str_printf(json, ",\"questions\":{\"sha256\":\"%s\",\"size\":%zu,\"type\":\"application/json\",\"name\":\"q.json\"}", sha, q.len);
    str_release(&q);
}

static void add_lesson(const char *tree, struct str *json, const struct made *m, int i)
{
    char seed[64];
    str_printf(json, "%s{\"content_id\":\"0190aaaa-0000-7000-8000-%012x\",\"title\":{\"en\":\"%d\"},\"duration_ms\":60000,\"renditions\":[", i ? "," : "",
               i, i);
    str_puts(json, "{\"weight\":\"light\",\"duration_ms\":60000,\"media\":");
    snprintf(seed, sizeof seed, "light%s%d", m->salt ? m->salt : "", i);
    add_file(tree, json, seed, m->light_bytes, "audio/mp4");
    str_puts(json, "},{\"weight\":\"480p\",\"duration_ms\":60000,\"media\":");
    snprintf(seed, sizeof seed, "film%s%d", m->salt ? m->salt : "", i);
    add_file(tree, json, seed, m->film_bytes, "video/mp4");
    str_puts(json, "}]");
    if (m->pictures)
        add_questions(tree, json, i);
    str_puts(json, "}");
}

__attribute__((unused)) static char *manifest(const char *tree, const struct made *m)
{
    struct str json;
    str_init(&json, 0);
    str_printf(&json, "{\"format\":1,\"kind\":\"course\",\"id\":\"" ID "\",\"version\":%d,\"title\":{\"en\":\"Course\"},\"poster\":", m->version);
    add_file(tree, &json, "poster", 3000, "image/webp");
    str_puts(&json, ",\"lessons\":[");
    for (int i = 0; i < m->lessons; i++)
        add_lesson(tree, &json, m, i);
    str_puts(&json, "]}");
    char *text = str_take(&json);
    str_release(&json);
    return text;
}

/* Serves `www`/repo with this one course. */
static void publish(const struct made *m)
{
    const char *tree = scratch("www");
    forge_film_bytes = 10;
    make_dirs(scratch("www/repo"));
    char *text = manifest(tree, m);
    struct forged f = { .tree = "stage", .list_version = m->version, .issued_s = forge_now_s + m->version, .count = 1,
                        .package = { { .id = ID, .version = m->version, .film = "x", .manifest = text } } };
    forge_tree(&f);
    free(text);
    /* forge_tree begins with an empty folder; what is served keeps its old files */
    char *copy = mem_printf("cp -r '%s/repo/.' '%s/repo/'", scratch("stage"), tree);
    assert_int_equal(system(copy), 0);
    free(copy);
}

static int setup(void **state)
{
    /* Hundreds of fsyncs: in memory where possible; what is tested here does not depend on the disk. */
    if (!getenv("TMPDIR") && access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    if (forge_setup(state) != 0)
        return -1;
    make_dirs(scratch("www/repo"));
    site_start(&site, scratch("www"), NULL, NULL);
    return 0;
}

static int teardown(void **state)
{
    site_stop(&site);
    return scratch_teardown(state);
}

/* ---- a kiosk ---- */

struct kiosk { const char *dir; struct store *store; struct http *http; };

static void kiosk_open(struct kiosk *k, const char *name)
{
    struct err e = ERR_INIT;
    struct public_key pub;
    struct store_options o = { .threaded = false };
    k->dir = scratch(name);
    k->store = store_open(k->dir, &o, NULL, &e);
    assert_fine(k->store != NULL, e);
    assert_true(key_load_public(scratch("keys/weike.pub"), &pub, &e));
    assert_fine(trust_pin(k->dir, &pub, NULL, &e), e);
    k->http = http_new(&(struct http_options){ .connections = 4, .connect_timeout_s = 3, .stall_s = 1, .stall_bytes = 100 });
}

static void kiosk_close(struct kiosk *k)
{
    http_free(k->http);
    store_close(k->store);
}

struct how { uint64_t allowance; int parallel; bool light_only; const char *server; void (*each)(struct fetch *f, int step, void *ctx); void *ctx; };

static void fetch_with(struct kiosk *k, struct how how, struct fetch_progress *out)
{
    struct fetch_options o = { .http = k->http, .server = how.server ? how.server : site.url, .data_dir = k->dir, .writer = store_writer(k->store),
                               .allowance = how.allowance ? how.allowance : UINT64_MAX, .parallel = how.parallel ? how.parallel : 4,
                               .light_only = how.light_only };
    struct fetch *f = fetch_open(&o);
    for (int step = 0; fetch_step(f, 1000); step++)
        if (how.each)
            how.each(f, step, how.ctx);
    fetch_progress_get(f, out);
    fetch_close(f);
    lang_text_release(&out->title);
    writer_step(store_writer(k->store));
}

__attribute__((unused)) static void fetch_all(struct kiosk *k, struct fetch_progress *out)
{
    fetch_with(k, (struct how){ 0 }, out);
}

__attribute__((unused)) static void lessons_of(struct kiosk *k, int *shown, int *total)
{
    struct course_list list;
    struct err e = ERR_INIT;
    *shown = *total = 0;
    if (!library_course(store_db(k->store), "", ID, &list, &e))
        return;
    *shown = list.row[0].lessons;
    *total = list.row[0].total;
    course_list_release(&list);
}

#define assert_end(p, want)                                                                                    \
    do {                                                                                                       \
        if ((p).end != (want))                                                                                 \
            fail_msg("ended %d (%s: %s), want " #want, (p).end, err_kind_name((p).err.kind), (p).err.text);    \
    } while (0)

/* Every blob in blobs/ is what its name says, and nothing else is there. */
static bool check_blob(void *ctx, const char *sha, uint64_t size)
{
    struct kiosk *k = ctx;
    struct err e = ERR_INIT;
    char sum[SHA256_HEX];
    uint64_t n;
    int fd = blob_open(k->dir, sha, &e);
    assert_true(fd >= 0);
    assert_true(sha256_fd(fd, 1 << 30, sum, &n, &e));
    assert_string_equal(sum, sha);
    assert_int_equal(n, size);
    close(fd);
    return true;
}

__attribute__((unused)) static void assert_sound(struct kiosk *k)
{
    struct err e = ERR_INIT;
    assert_fine(blob_each(k->dir, check_blob, k, &e), e);
}

__attribute__((unused)) static int in_incoming(struct kiosk *k)
{
    char *dir = fs_join(k->dir, "incoming");
    DIR *d = opendir(dir);
    int n = 0;
    for (struct dirent *x; d && (x = readdir(d));)
        n += x->d_name[0] != '.';
    if (d)
        closedir(d);
    free(dir);
    return n;
}

__attribute__((unused)) static const struct made small = { .version = 1, .lessons = 3, .light_bytes = 20000, .film_bytes = 1500000, .pictures = true };

__attribute__((unused)) static void fresh(const char *name, const struct made *m, struct kiosk *k)
{
    struct err e = ERR_INIT;
    assert_true(fs_remove_tree(scratch("www/repo"), &e));
    publish(m);
    site_rules(&site, "[]");
    kiosk_open(k, name);
}

__attribute__((unused)) static uint64_t course_bytes(const struct made *m)
{
    return 3000 + (uint64_t)m->lessons * (m->light_bytes + m->film_bytes + (m->pictures ? 5000 + 300 : 0));
}

__attribute__((unused)) static int blobs_of(struct kiosk *k)
{
    char *text = mem_printf("find '%s/blobs' -type f 2>/dev/null | wc -l", k->dir), line[32] = "";
    FILE *p = popen(text, "r");
    assert_non_null(fgets(line, sizeof line, p));
    pclose(p);
    free(text);
    return atoi(line);
}
#endif
