/* Content from a server, good and bad: what is signed arrives whole and once, whatever the link, the server or a box on
 * the way does; nothing else is ever kept. */
#define _GNU_SOURCE
#include "forge.h"

#include "base/clock.h"
#include "base/thread.h"
#include "link_kit.h"
#include "pack/copy.h"
#include "pack/trust.h"
#include "store/blob.h"
#include "store/library.h"
#include "store/store.h"
#include "sync/fetch.h"
#include "sync/part.h"

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

static char *manifest(const char *tree, const struct made *m)
{
    struct str json;
    str_init(&json, 0);
    str_printf(&json, "{\"format\":1,\"kind\":\"course\",\"id\":\"" ID "\",\"version\":%d,\"title\":{\"en\":\"Course\"},\"poster\":", m->version);
    add_file(tree, &json, "poster", 3000, "image/webp");
    str_puts(&json, ",\"lessons\":[");
    for (int i = 0; i < m->lessons; i++)
        add_lesson(tree, &json, m, i);
    str_puts(&json, "]}");
    return str_take(&json);
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

static void fetch_all(struct kiosk *k, struct fetch_progress *out)
{
    fetch_with(k, (struct how){ 0 }, out);
}

static void lessons_of(struct kiosk *k, int *shown, int *total)
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

static void assert_sound(struct kiosk *k)
{
    struct err e = ERR_INIT;
    assert_fine(blob_each(k->dir, check_blob, k, &e), e);
}

static int in_incoming(struct kiosk *k)
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

static const struct made small = { .version = 1, .lessons = 3, .light_bytes = 20000, .film_bytes = 1500000, .pictures = true };

static void fresh(const char *name, const struct made *m, struct kiosk *k)
{
    struct err e = ERR_INIT;
    assert_true(fs_remove_tree(scratch("www/repo"), &e));
    publish(m);
    site_rules(&site, "[]");
    kiosk_open(k, name);
}

/* ---- tests ---- */

static void everything_comes_once(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    int shown, total;
    uint64_t sent;
    (void)state;
    fresh("once", &small, &k);
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    assert_true(p.contact);
    assert_int_equal(p.issued_s, forge_now_s + 1);
    assert_int_equal(p.bytes_done, p.bytes_total);
    assert_int_equal(p.lessons_done, 3);
    assert_int_equal(p.packages_done, 1);
    assert_int_equal(p.wasted_bytes, 0);
    lessons_of(&k, &shown, &total);
    assert_int_equal(shown, 3);
    assert_int_equal(total, 3);
    site_count(&site, "/b/", &sent);
    assert_in_range(sent, 3 * 1520000 + 3000, 3 * 1530000);
    assert_int_equal(in_incoming(&k), 0);
    assert_sound(&k);
    kiosk_close(&k);
}

static void nothing_new_is_one_small_request(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    (void)state;
    fresh("poll", &small, &k);
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    site_rules(&site, "[]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_CURRENT);
    assert_true(p.contact);
    assert_int_equal(site_count(&site, "/", NULL), 1);
    assert_true(p.wire_bytes <= 700);
    kiosk_close(&k);
}

/* The first lesson is on the shelf before the bytes of the others have come. */
struct watch { struct kiosk *k; uint64_t at_first; };

static void watch_first(struct fetch *f, int step, void *ctx)
{
    struct watch *w = ctx;
    int shown, total;
    struct fetch_progress p;
    (void)step;
    if (w->at_first)
        return;
    lessons_of(w->k, &shown, &total);
    fetch_progress_get(f, &p);
    lang_text_release(&p.title);
    if (shown > 0)
        w->at_first = p.wire_bytes;
}

static void lessons_appear_one_by_one(void **state)
{
    static const struct made m = { .version = 1, .lessons = 4, .light_bytes = 300000, .film_bytes = 1200000, .pictures = true };
    struct kiosk k;
    struct fetch_progress p;
    struct watch w = { .k = &k };
    (void)state;
    fresh("one", &m, &k);
    site_rules(&site, "[{\"match\":\"/b/\",\"do\":\"slow\",\"n\":3000000}]");
    fetch_with(&k, (struct how){ .each = watch_first, .ctx = &w }, &p);
    assert_end(p, FETCH_DONE);
    assert_in_range(w.at_first, 300000, 370000); /* its own 309 KB, what is ahead, and all lists */
    kiosk_close(&k);
}

static void light_forms_alone(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    int shown, total;
    (void)state;
    fresh("light", &small, &k);
    fetch_with(&k, (struct how){ .light_only = true }, &p);
    assert_end(p, FETCH_DONE);
    assert_true(p.wire_bytes < 120000);
    lessons_of(&k, &shown, &total);
    assert_int_equal(shown, 3);
    fetch_with(&k, (struct how){ .light_only = true }, &p);
    assert_end(p, FETCH_CURRENT);
    fetch_all(&k, &p); /* not metered any more: the films follow */
    assert_end(p, FETCH_DONE);
    assert_true(p.wire_bytes > 4500000);
    assert_sound(&k);
    kiosk_close(&k);
}

/* Only what is new comes, and the old version goes. */
static void an_update_brings_what_is_new(void **state)
{
    struct made next = small;
    struct kiosk k;
    struct fetch_progress p;
    uint64_t sent;
    int64_t version;
    char sha[SHA256_HEX];
    struct err e = ERR_INIT;
    (void)state;
    fresh("update", &small, &k);
    fetch_all(&k, &p);
    next.version = 2;
    next.lessons = 4;
    publish(&next);
    site_rules(&site, "[]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    site_count(&site, "/b/", &sent);
    assert_in_range(sent, 1520000, 1530000);
    assert_true(library_version(store_db(k.store), ID, &version, sha, &e));
    assert_int_equal(version, 2);
    assert_sound(&k);
    kiosk_close(&k);
}

/* The same list with an older number: a mirror that went back. */
static void an_older_list_is_refused(void **state)
{
    struct made next = small;
    struct kiosk k;
    struct fetch_progress p;
    (void)state;
    next.version = 2;
    fresh("older", &next, &k);
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    publish(&small);
    fetch_all(&k, &p);
    assert_end(p, FETCH_REFUSED);
    assert_int_equal(p.err.kind, ERR_OLDER);
    kiosk_close(&k);
}

static void a_strangers_list_is_refused(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    struct err e = ERR_INIT;
    struct public_key pub;
    (void)state;
    fresh("stranger", &small, &k);
    assert_true(key_load_public(scratch("other/weike.pub"), &pub, &e));
    assert_true(trust_pin(k.dir, &pub, NULL, &e));
    fetch_all(&k, &p);
    assert_end(p, FETCH_REFUSED);
    assert_int_equal(p.err.kind, ERR_UNTRUSTED);
    assert_false(p.contact);
    assert_int_equal(in_incoming(&k), 0);
    kiosk_close(&k);
}

/* ---- the link ---- */

static uint64_t course_bytes(const struct made *m)
{
    return 3000 + (uint64_t)m->lessons * (m->light_bytes + m->film_bytes + (m->pictures ? 5000 + 300 : 0));
}

/* Twenty cuts, by both ways a line can end: no byte of a body comes twice. */
static void cuts_cost_nothing(void **state)
{
    static const struct made big = { .version = 1, .lessons = 2, .light_bytes = 400000, .film_bytes = 2600000 };
    static const char *const how[] = { "cut", "reset" };
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct kiosk k;
        struct fetch_progress p;
        char rule[200];
        uint64_t sent;
        fresh(how[i], &big, &k);
        snprintf(rule, sizeof rule, "[{\"match\":\"/b/\",\"do\":\"%s\",\"n\":250000}]", how[i]);
        site_rules(&site, rule);
        fetch_all(&k, &p);
        assert_end(p, FETCH_DONE);
        assert_true(site_count(&site, "/b/", &sent) >= 5 + 20);
        assert_int_equal(p.wasted_bytes, 0);
        if (i == 0) /* what a reset leaves in the server's own buffers never crossed the line */
            assert_int_equal(sent, course_bytes(&big));
        assert_sound(&k);
        kiosk_close(&k);
    }
}

/* A line that only carries so many bytes a time is no reason to begin anew with lists either. */
static void cut_lists_go_on(void **state)
{
    static const struct made many = { .version = 1, .lessons = 200, .light_bytes = 100, .film_bytes = 100 };
    struct kiosk k;
    struct fetch_progress p;
    (void)state;
    fresh("lists", &many, &k);
    site_rules(&site, "[{\"match\":\"/[mi]/\",\"do\":\"cut\",\"n\":700}]");
    fetch_with(&k, (struct how){ .light_only = true }, &p);
    assert_end(p, FETCH_DONE);
    assert_int_equal(p.wasted_bytes, 0);
    kiosk_close(&k);
}

struct bad_link { const char *name, *rules; enum fetch_end end; bool nothing; /* not a byte is kept */ };

static const struct bad_link bad_links[] = {
    /* instead of the signed list */
    { "portal", "[{\"match\":\".\",\"do\":\"portal\"}]", FETCH_PORTAL, true },
    { "redirect", "[{\"match\":\".\",\"do\":\"status\",\"n\":302,\"location\":\"https://login.example/\"}]", FETCH_PORTAL, true },
    { "511", "[{\"match\":\".\",\"do\":\"status\",\"n\":511}]", FETCH_PORTAL, true },
    { "forbidden", "[{\"match\":\".\",\"do\":\"status\",\"n\":403}]", FETCH_PORTAL, true },
    { "endless list", "[{\"match\":\".\",\"do\":\"endless\"}]", FETCH_PORTAL, true },
    { "endless head", "[{\"match\":\".\",\"do\":\"endless_head\"}]", FETCH_PORTAL, true },
    { "false 304", "[{\"match\":\".\",\"do\":\"status\",\"n\":304,\"text\":\"\"}]", FETCH_PORTAL, true },
    { "busy", "[{\"match\":\".\",\"do\":\"status\",\"n\":503,\"after\":\"120\"}]", FETCH_UNREACHABLE, true },
    { "silent", "[{\"match\":\".\",\"do\":\"silent\",\"seconds\":4}]", FETCH_UNREACHABLE, true },
    { "empty", "[{\"match\":\".\",\"do\":\"status\",\"n\":404}]", FETCH_UNREACHABLE, true },
    /* after it */
    { "portal later", "[{\"match\":\"/b/\",\"do\":\"portal\"}]", FETCH_PORTAL, true },
    { "redirect later", "[{\"match\":\"/b/\",\"do\":\"status\",\"n\":302}]", FETCH_PORTAL, true },
    { "portal for manifests", "[{\"match\":\"/m/\",\"do\":\"portal\"}]", FETCH_REFUSED, true },
    { "padded portal", "[{\"match\":\"/b/\",\"do\":\"portal_padded\"}]", FETCH_REFUSED, true },
    { "padded portal half-way", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"portal_padded\"}]", FETCH_REFUSED, false },
    { "busy later", "[{\"match\":\"/b/\",\"do\":\"status\",\"n\":429,\"after\":\"60\"}]", FETCH_CUT, true },
    { "broken later", "[{\"match\":\"/b/\",\"do\":\"status\",\"n\":500}]", FETCH_CUT, true },
    { "nothing later", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":0}]", FETCH_CUT, true },
    { "loris", "[{\"match\":\"/b/\",\"do\":\"loris\",\"seconds\":3}]", FETCH_CUT, false },
    { "longer", "[{\"match\":\"/b/\",\"do\":\"longer\"}]", FETCH_REFUSED, true },
    { "endless blob", "[{\"match\":\"/b/\",\"do\":\"endless\"}]", FETCH_PORTAL, true },
    { "endless blob that claims its size", "[{\"match\":\"/b/\",\"do\":\"endless\",\"n\":1500000}]", FETCH_PORTAL, true },
    { "other files", "[{\"match\":\"/b/\",\"do\":\"other\"}]", FETCH_REFUSED, true },
    { "other files after a cut", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":10},{\"match\":\"/b/\",\"do\":\"other\"}]", FETCH_REFUSED, false },
    /* that still bring everything */
    { "ranges ignored", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"norange\"}]", FETCH_DONE, false },
    { "squeezed", "[{\"match\":\"/[bmik]/\",\"do\":\"squeeze\"}]", FETCH_DONE, false },
    { "squeezed half-way", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"squeeze\"}]", FETCH_DONE, false },
    { "shifted", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"shifted\"}]", FETCH_DONE, false },
    { "no total", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"no_total\"}]", FETCH_DONE, false },
    { "416", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"unsatisfied\"}]", FETCH_DONE, false },
    { "lying once", "[{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9},{\"match\":\"/b/\",\"do\":\"lying\",\"times\":3}]", FETCH_DONE, false },
    { "replaced and put back", "[{\"match\":\"/b/\",\"do\":\"other\",\"over\":1000000,\"n\":700000,\"times\":2}]", FETCH_DONE, false },
    { "stalls", "[{\"match\":\"/b/\",\"do\":\"stall\",\"over\":1000000,\"n\":700000,\"seconds\":3,\"times\":2}]", FETCH_DONE, false },
    { "no chunk lists", "[{\"match\":\"/k/\",\"do\":\"status\",\"n\":404}]", FETCH_DONE, false },
    { "false chunk lists", "[{\"match\":\"/k/\",\"do\":\"other\"}]", FETCH_DONE, false },
    { "false chunk lists and cuts", "[{\"match\":\"/k/\",\"do\":\"other\"},{\"match\":\"/b/\",\"do\":\"cut\",\"n\":700000,\"times\":9}]", FETCH_DONE, false },
};

static int blobs_of(struct kiosk *k)
{
    char *text = mem_printf("find '%s/blobs' -type f 2>/dev/null | wc -l", k->dir), line[32] = "";
    FILE *p = popen(text, "r");
    assert_non_null(fgets(line, sizeof line, p));
    pclose(p);
    free(text);
    return atoi(line);
}

/* Whatever answers: never a wrong byte kept, one plain state told; and when the link is itself again, all comes. */
static void bad_links_keep_nothing_wrong(void **state)
{
    struct err e = ERR_INIT;
    (void)state;
    assert_true(fs_remove_tree(scratch("www/repo"), &e));
    publish(&small);
    for (size_t i = 0; i < sizeof bad_links / sizeof *bad_links; i++) {
        const struct bad_link *b = &bad_links[i];
        struct kiosk k;
        struct fetch_progress p;
        char name[32];
        int shown, total;
        snprintf(name, sizeof name, "bad%zu", i);
        kiosk_open(&k, name);
        site_rules(&site, b->rules);
        int64_t before = clock_boot_ms();
        fetch_all(&k, &p);
        if (getenv("WEIKE_TEST_TIMES"))
            print_message("%6lld ms  %s\n", (long long)(clock_boot_ms() - before), b->name);
        if (p.end != b->end)
            fail_msg("%s: ended %d (%s: %s), want %d", b->name, p.end, err_kind_name(p.err.kind), p.err.text, b->end);
        if (b->nothing && blobs_of(&k) != 0)
            fail_msg("%s: %d files were kept", b->name, blobs_of(&k));
        if (clock_boot_ms() - before > 15000)
            fail_msg("%s: took %lld ms", b->name, (long long)(clock_boot_ms() - before));
        assert_sound(&k);
        site_rules(&site, "[]");
        if (b->end == FETCH_REFUSED) /* remembered while this list is the newest; a new one is a new chance */
            publish(&(struct made){ .version = 2, .lessons = 3, .light_bytes = 20000, .film_bytes = 1500000, .pictures = true });
        fetch_all(&k, &p);
        if (p.end != (b->end == FETCH_DONE ? FETCH_CURRENT : FETCH_DONE))
            fail_msg("%s, mended: ended %d (%s: %s)", b->name, p.end, err_kind_name(p.err.kind), p.err.text);
        lessons_of(&k, &shown, &total);
        assert_int_equal(shown, 3);
        assert_sound(&k);
        assert_int_equal(in_incoming(&k), 0);
        kiosk_close(&k);
        if (b->end == FETCH_REFUSED)
            publish(&small);
    }
}

/* ---- one file is missing ---- */

static char *newest_big_blob(void)
{
    char *text = mem_printf("ls -S '%s'/*/* | head -n 1", scratch("www/repo/b")), line[600] = "";
    FILE *p = popen(text, "r");
    assert_non_null(fgets(line, sizeof line, p));
    pclose(p);
    free(text);
    line[strcspn(line, "\n")] = 0;
    return mem_dup(strrchr(line, '/') + 1);
}

/* The others come, the lesson stays in the form that is here, nobody asks again until there is a new list. */
static void a_missing_file_holds_up_nothing_else(void **state)
{
    struct made next = small;
    struct kiosk k;
    struct fetch_progress p;
    int shown, total;
    (void)state;
    fresh("missing", &small, &k);
    char *gone = newest_big_blob(), *rule = mem_printf("[{\"match\":\"%s\",\"do\":\"status\",\"n\":404}]", gone);
    site_rules(&site, rule);
    fetch_all(&k, &p);
    assert_end(p, FETCH_REFUSED);
    assert_int_equal(p.err.kind, ERR_MISSING);
    assert_non_null(strstr(p.err.text, ID));
    assert_true(blobs_of(&k) >= 1 + 3 * 4 - 1);
    lessons_of(&k, &shown, &total);
    assert_int_equal(shown, 3);
    site_rules(&site, rule);
    fetch_all(&k, &p);
    assert_end(p, FETCH_CURRENT);
    assert_int_equal(site_count(&site, "/", NULL), 1);
    next.version = 2;
    publish(&next);
    site_rules(&site, "[]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    assert_in_range(site_count(&site, gone, NULL), 1, 2); /* itself and its chunk list */
    assert_sound(&k);
    free(gone);
    free(rule);
    kiosk_close(&k);
}

/* A log-in page that says 404 to everything half-way is no proof that a file is gone. */
static void a_portal_that_says_not_found_proves_nothing(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    (void)state;
    fresh("false404", &small, &k);
    site_rules(&site, "[{\"match\":\"timestamp\",\"do\":\"serve\",\"times\":1},{\"match\":\"/b/\",\"do\":\"serve\",\"times\":6},"
                      "{\"match\":\"/[im]/\",\"do\":\"serve\"},{\"match\":\".\",\"do\":\"status\",\"n\":404}]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_CUT);
    site_rules(&site, "[]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    kiosk_close(&k);
}

/* ---- limits ---- */

static void the_allowance_is_kept(void **state)
{
    static const uint64_t allowed[] = { 2000, 30000, 400000, 1000000, 10000000 };
    struct kiosk k;
    struct fetch_progress p;
    uint64_t total = 0;
    (void)state;
    fresh("allowance", &small, &k);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++) {
        fetch_with(&k, (struct how){ .allowance = allowed[i] }, &p);
        assert_true(p.wire_bytes <= allowed[i]);
        assert_int_equal(p.wasted_bytes, 0);
        assert_end(p, i + 1 < sizeof allowed / sizeof *allowed ? FETCH_BUDGET : FETCH_DONE);
        if (i > 1)
            assert_true(i + 1 == sizeof allowed / sizeof *allowed || p.wire_bytes + 30000 > allowed[i]);
        total += p.wire_bytes;
    }
    assert_true(total < course_bytes(&small) + 40000);
    assert_sound(&k);
    kiosk_close(&k);
}

/* A course that is larger than any disk: its light forms come, and how much is missing is told. */
static void what_does_not_fit_comes_light(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    struct str json;
    int shown, total;
    char film[SHA256_HEX];
    (void)state;
    fresh("room", &small, &k);
    str_init(&json, 0);
    str_puts(&json, "{\"format\":1,\"kind\":\"course\",\"id\":\"" ID "\",\"version\":1,\"title\":{\"en\":\"C\"},\"lessons\":[");
    for (int i = 0; i < 500; i++) {
        str_printf(&json, "%s{\"content_id\":\"0190aaaa-0000-7000-8000-%012x\",\"title\":{\"en\":\"%d\"},\"duration_ms\":1000,\"renditions\":["
                          "{\"weight\":\"light\",\"duration_ms\":1000,\"media\":", i ? "," : "", i, i);
        add_file(scratch("www"), &json, i % 2 ? "one" : "two", 9000, "audio/mp4");
        sha256_hex(&i, sizeof i, film);
        str_printf(&json, "},{\"weight\":\"original\",\"duration_ms\":1000,\"media\":{\"sha256\":\"%s\",\"size\":1073741824,\"type\":\"video/mp4\","
                          "\"name\":\"f\"}}]}", film);
    }
    str_puts(&json, "]}");
    struct forged f = { .tree = "stage", .list_version = 2, .issued_s = forge_now_s + 2, .count = 1,
                        .package = { { .id = ID, .version = 1, .film = "x", .manifest = json.data } } };
    forge_tree(&f);
    char *copy = mem_printf("cp -r '%s/repo/.' '%s/repo/'", scratch("stage"), scratch("www"));
    assert_int_equal(system(copy), 0);
    fetch_all(&k, &p);
    assert_end(p, FETCH_NO_ROOM);
    assert_int_equal(p.err.kind, ERR_NONE);
    assert_true(p.short_bytes > (uint64_t)400 << 30);
    lessons_of(&k, &shown, &total);
    assert_int_equal(shown, 500);
    free(copy);
    str_release(&json);
    kiosk_close(&k);
}

/* ---- people ---- */

struct press { pthread_t thread; bool started, pause; struct fetch *f; int64_t at_ms; };

static void *press_now(void *ctx)
{
    struct press *p = ctx;
    p->at_ms = clock_boot_ms();
    if (p->pause)
        fetch_pause(p->f, true);
    else
        fetch_cancel(p->f);
    return NULL;
}

static void press(struct fetch *f, int step, void *ctx)
{
    struct press *p = ctx;
    struct fetch_progress now;
    fetch_progress_get(f, &now);
    lang_text_release(&now.title);
    if (p->started || step < 3 || now.state != FETCH_LOADING)
        return;
    p->started = true;
    p->f = f;
    thread_start(&p->thread, "press", press_now, p);
}

static void stopping_takes_no_second(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    struct press button = { .pause = false };
    (void)state;
    fresh("stop", &small, &k);
    site_rules(&site, "[{\"match\":\"/b/\",\"over\":1000000,\"do\":\"slow\",\"n\":20000}]");
    fetch_with(&k, (struct how){ .each = press, .ctx = &button }, &p);
    int64_t ended = clock_boot_ms();
    thread_join(button.thread);
    assert_end(p, FETCH_STOPPED);
    assert_true(ended - button.at_ms < 1000);
    site_rules(&site, "[]");
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    assert_sound(&k);
    kiosk_close(&k);
}

/* While it pauses, no byte moves and another import may work; then it goes on where it was. */
static void a_pause_lets_everything_go(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    uint64_t before, after;
    (void)state;
    fresh("pause", &small, &k);
    site_rules(&site, "[{\"match\":\"/b/\",\"over\":1000000,\"do\":\"slow\",\"n\":400000,\"times\":2}]");
    struct fetch_options o = { .http = k.http, .server = site.url, .data_dir = k.dir, .writer = store_writer(k.store), .allowance = UINT64_MAX,
                               .parallel = 2 };
    struct fetch *f = fetch_open(&o);
    do {
        assert_true(fetch_step(f, 50));
        fetch_progress_get(f, &p);
        lang_text_release(&p.title);
    } while (p.bytes_done < 300000);
    fetch_pause(f, true);
    assert_true(fetch_step(f, 10));
    site_count(&site, "/b/", &before);
    for (int i = 0; i < 5; i++)
        assert_true(fetch_step(f, 20));
    char *incoming = fs_join(k.dir, "incoming");
    struct err e = ERR_INIT;
    int fd = fs_open_dir(incoming, &e);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    fetch_pause(f, false);
    assert_true(fetch_step(f, 10)); /* waits: the other import has it */
    close(fd);
    while (fetch_step(f, 1000))
        ;
    fetch_progress_get(f, &p);
    lang_text_release(&p.title);
    assert_end(p, FETCH_DONE);
    site_count(&site, "/b/", &after);
    assert_true(after < course_bytes(&small) + 100000);
    fetch_close(f);
    free(incoming);
    kiosk_close(&k);
}

static void only_one_import_at_a_time(void **state)
{
    struct kiosk k;
    struct fetch_progress p;
    struct err e = ERR_INIT;
    (void)state;
    fresh("alone", &small, &k);
    char *incoming = fs_join(k.dir, "incoming");
    assert_true(fs_mkdirs(incoming, &e));
    int fd = fs_open_dir(incoming, &e);
    assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0);
    fetch_all(&k, &p);
    assert_end(p, FETCH_STOPPED);
    assert_int_equal(p.err.kind, ERR_REFUSED);
    close(fd);
    fetch_all(&k, &p);
    assert_end(p, FETCH_DONE);
    free(incoming);
    kiosk_close(&k);
}

/* ---- chance ---- */

/* Whatever happens in whatever order, nothing wrong is ever among the blobs, and in the end all is there. The number of
 * runs can be raised: $WEIKE_RUNS; the first seed: $WEIKE_SEED. */
static void random_links_never_keep_a_wrong_byte(void **state)
{
    static const char *const what[] = { "cut", "reset", "portal", "portal_padded", "other", "shifted", "lying", "no_total", "unsatisfied", "norange",
                                        "squeeze", "longer", "serve" };
    static const struct made m = { .version = 1, .lessons = 2, .light_bytes = 20000, .film_bytes = 1200000, .pictures = true };
    int runs = getenv("WEIKE_RUNS") ? atoi(getenv("WEIKE_RUNS")) : 8;
    uint64_t x = getenv("WEIKE_SEED") ? strtoull(getenv("WEIKE_SEED"), NULL, 10) : 1;
    struct err e = ERR_INIT;
    (void)state;
    assert_true(fs_remove_tree(scratch("www/repo"), &e));
    publish(&m);
    for (int run = 0; run < runs; run++) {
        struct kiosk k;
        struct fetch_progress p;
        struct str rules;
        str_init(&rules, 0);
        str_puts(&rules, "[");
        for (int i = 0; i < 6; i++) {
            x = x * 6364136223846793005ull + 1442695040888963407ull;
            unsigned r = (unsigned)(x >> 33);
            str_printf(&rules, "%s{\"match\":\"/[%s]/\",\"do\":\"%s\",\"n\":%u,\"times\":%u}", i ? "," : "", r % 3 ? "b" : r % 2 ? "bk" : "im",
                       what[r / 7 % (sizeof what / sizeof *what)], r / 91 % 400000 + 1, r / 3 % 4 + 1);
        }
        str_puts(&rules, "]");
        kiosk_open(&k, "random");
        site_rules(&site, rules.data);
        for (int i = 0; i < 3; i++) {
            fetch_all(&k, &p);
            assert_sound(&k);
        }
        publish(&(struct made){ .version = run + 2, .lessons = 2, .light_bytes = 20000, .film_bytes = 1200000, .pictures = true });
        site_rules(&site, "[]");
        fetch_all(&k, &p);
        if (p.end != FETCH_DONE && p.end != FETCH_CURRENT)
            fail_msg("run %d of %s: ended %d (%s)", run, rules.data, p.end, p.err.text);
        assert_sound(&k);
        kiosk_close(&k);
        str_release(&rules);
        assert_true(fs_remove_tree(scratch("random"), &e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_once),
        cmocka_unit_test(nothing_new_is_one_small_request),
        cmocka_unit_test(lessons_appear_one_by_one),
        cmocka_unit_test(light_forms_alone),
        cmocka_unit_test(an_update_brings_what_is_new),
        cmocka_unit_test(an_older_list_is_refused),
        cmocka_unit_test(a_strangers_list_is_refused),
        cmocka_unit_test(cuts_cost_nothing),
        cmocka_unit_test(cut_lists_go_on),
        cmocka_unit_test(bad_links_keep_nothing_wrong),
        cmocka_unit_test(a_missing_file_holds_up_nothing_else),
        cmocka_unit_test(a_portal_that_says_not_found_proves_nothing),
        cmocka_unit_test(the_allowance_is_kept),
        cmocka_unit_test(what_does_not_fit_comes_light),
        cmocka_unit_test(stopping_takes_no_second),
        cmocka_unit_test(a_pause_lets_everything_go),
        cmocka_unit_test(only_one_import_at_a_time),
        cmocka_unit_test(random_links_never_keep_a_wrong_byte),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
