/* uplink.c - what an answer costs on its way up, everything included: head, seal, signature, HTTP request line and
 * headers, measured on a loopback socket. `uplink FOLDER` takes the questions of a course folder (its .gift files with
 * their English translations) and prints one JSON object, bytes an answer. `uplink FOLDER --statements` prints the
 * statements themselves, one a line.
 *
 *   quiz_N: members come one after the other, each answers the questions of one lesson; packets of N answers
 *   chinese_N: the same of a course that has no translation
 *   room_N: a room full of members answers the same question, then the next one; packets of N answers
 *   gzip_N, zstd_N: the same bare statements as gzip would pack them and as zstd without a dictionary does
 *   words_10: what the questions' own words cost of it, each question once in a packet, as zstd packs them alone */
#include "base/fs.h"
#include "model/attempt.h"
#include "model/gift.h"
#include "model/statement.h"
#include "pack/packet/packet.h"
#include "pack/sign/zst.h"
#include "sync/http/http.h"
#include "../unit/answerer.h"

#include <dirent.h>
#include <jansson.h>
#include <zlib.h>

enum { LESSONS = 8, MEMBERS = 60, ANSWERS = 600 };

struct taught { struct question_set set; char content_id[UUID_TEXT], sha256[SHA256_HEX]; };
static struct taught lesson[LESSONS];
static int lessons;
static char member[MEMBERS][40];
static struct str line[ANSWERS];
static uint64_t state = 88172645463325252u;

static void must(bool ok, const struct err *e)
{
    if (ok)
        return;
    fprintf(stderr, "uplink: %s\n", e->text);
    exit(1);
}

static uint32_t below(uint32_t n) /* the same session in every run */
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (uint32_t)(state >> 33) % n;
}

static void uuid(int version, int64_t ms, char out[UUID_TEXT])
{
    snprintf(out, UUID_TEXT, "%08llx-%04llx-%d%03x-%x%03x-%06x%06x", (unsigned long long)ms >> 16 & 0xffffffff, (unsigned long long)ms & 0xffff, version,
             below(4096), 8 + below(4), below(4096), below(1 << 24), below(1 << 24));
}

/* ---- the session ---- */

/* The seconds of our own courses are marks that their build fills in; they are not part of a statement. */
static void read_gift(const char *dir, const char *name, const char *lang, struct question_set *out)
{
    struct str text;
    struct err e = ERR_INIT;
    char *path = fs_join(dir, name);
    str_init(&text, 0);
    must(fs_read(path, GIFT_MAX_BYTES, &text, &e), &e);
    for (char *at = text.data; (at = strstr(at, " at=@"));)
        memset(at, ' ', strcspn(at + 1, " \r\n") + 1);
    must(gift_parse(text.data, text.len, lang, out, &e), &e);
    str_release(&text);
    free(path);
}

static void load(const char *dir, bool english_too)
{
    struct dirent **list;
    struct err e = ERR_INIT;
    int n = scandir(dir, &list, NULL, alphasort);
    while (lessons)
        question_set_release(&lesson[--lessons].set);
    for (int i = 0; i < n; i++) {
        const char *name = list[i]->d_name, *dot = strrchr(name, '.');
        if (dot && strcmp(dot, ".gift") == 0 && !strstr(name, ".en.gift") && lessons < LESSONS) {
            struct taught *l = &lesson[lessons++];
            char *english = mem_printf("%.*s.en.gift", (int)(dot - name), name);
            struct question_set other;
            read_gift(dir, name, "zh-CN", &l->set);
            if (english_too) {
                read_gift(dir, english, "en", &other);
                must(gift_merge_translation(&l->set, &other, &e), &e);
                question_set_release(&other);
            }
            uuid(4, (int64_t)below(1 << 30) << 18, l->content_id);
            sha256_hex(name, strlen(name), l->sha256);
            free(english);
        }
        free(list[i]);
    }
    if (n >= 0)
        free(list);
    if (!lessons) {
        fprintf(stderr, "uplink: no .gift file in %s\n", dir);
        exit(1);
    }
}

static void mark(struct attempt *a, const struct question *q)
{
    char text[8];
    snprintf(text, sizeof text, "%u", below(30));
    if (q->kind == QUESTION_NUMERIC || q->kind == QUESTION_FILL_IN)
        attempt_enter(a, text);
    int turn = q->option_count ? (int)below((uint32_t)q->option_count) : 0;
    for (int i = 0; i < q->option_count && q->kind == QUESTION_MATCHING; i++)
        attempt_match(a, i, (i + turn) % q->target_count);
    if (q->kind == QUESTION_TRUE_FALSE)
        attempt_tap(a, (int)below(2));
    for (int i = 0; i < q->option_count && !attempt_ready(a); i++)
        attempt_tap(a, (i + turn) % q->option_count);
}

struct person { struct attempt attempt; int64_t boot_ms; };
struct clocks { int64_t boot_ms, wall_ms; char boot_id[UUID_TEXT]; };

static void answer(struct person *p, const struct taught *l, const char *who, struct clocks *c, struct str *out)
{
    const struct question *q = attempt_question(&p->attempt);
    struct clock_reading at = { .trust = CLOCK_RTC };
    char id[UUID_TEXT];
    int64_t took = 3000 + below(20000);
    c->boot_ms += took;
    c->wall_ms += took;
    mark(&p->attempt, q);
    attempt_answer(&p->attempt, c->boot_ms);
    at.boot_ms = c->boot_ms;
    at.wall_ms = at.wall_raw_ms = c->wall_ms;
    memcpy(at.boot_id, c->boot_id, sizeof at.boot_id);
    uuid(7, c->wall_ms, id);
    struct statement_about about = { .id = id, .home_page = "https://weike.example/shiqiao", .member_id = who, .at = &at,
        .course_id = "org.example.first-aid", .course_version = 3, .category = "health", .content_id = l->content_id, .questions_sha256 = l->sha256 };
    statement_answered(&about, &p->attempt, q, out);
    attempt_next(&p->attempt, c->boot_ms);
}

static void begin(struct person *p, const struct taught *l, struct clocks *c)
{
    char id[UUID_TEXT];
    uuid(7, c->wall_ms, id);
    attempt_begin(&p->attempt, id, (uint64_t)below(1u << 31) << 32 | below(1u << 31), &l->set, true, 0.6, c->boot_ms);
}

static void start(struct clocks *c)
{
    *c = (struct clocks){ .boot_ms = 5432100, .wall_ms = 1795340461123 };
    uuid(4, 0x1a2b3c4d5e6f, c->boot_id);
    for (int i = 0; i < ANSWERS; i++)
        str_clear(&line[i]);
}

/* One after the other. */
static void quiz(void)
{
    struct clocks c;
    int n = 0;
    struct person *p = mem_alloc(sizeof *p);
    start(&c);
    for (int i = 0; n < ANSWERS; i++) {
        const struct taught *l = &lesson[i / 12 % lessons]; /* a lesson has its day */
        c.boot_ms += 60000;
        c.wall_ms += 60000;
        const char *who = member[below(MEMBERS)];
        begin(p, l, &c);
        while (n < ANSWERS && attempt_question(&p->attempt))
            answer(p, l, who, &c, &line[n++]);
    }
    free(p);
}

/* All together, question by question. */
static void room(void)
{
    enum { SEATS = 20 };
    struct clocks c;
    int n = 0;
    struct person *p = mem_alloc(SEATS * sizeof *p);
    start(&c);
    for (int i = 0; n < ANSWERS; i++) {
        const struct taught *l = &lesson[i % lessons];
        for (int s = 0; s < SEATS; s++)
            begin(&p[s], l, &c);
        for (int s = 0; s < SEATS; s++) /* a room sees the questions in one order */
            memcpy(p[s].attempt.order, p[0].attempt.order, sizeof p->attempt.order);
        for (int q = 0; q < l->set.count; q++)
            for (int s = 0; s < SEATS && n < ANSWERS; s++)
                answer(&p[s], l, member[s], &c, &line[n++]);
    }
    free(p);
}

/* ---- what it costs ---- */

static void on_request(void *ctx, const struct asked *a, struct reply *r)
{
    (void)ctx;
    (void)a;
    r->status = 200;
}

struct sealer { struct secret_key key; struct county_secret county; struct http *http; struct answerer server; };

static uint64_t put(struct sealer *s, int first, int count)
{
    struct packet_head head = { .device = s->key.pub, .epoch = "9f86d081884c7d659a2feaa0c55ad015", .base = 1, .first = first + 1, .last = first + count,
                                .count = count, .sealed_ms = 1795340461123 };
    struct packet_line l[ANSWERS];
    struct packet p;
    struct err e = ERR_INIT;
    struct str bytes, body;
    struct http_answer a;
    memset(head.previous, 0xa5, sizeof head.previous);
    for (int i = 0; i < count; i++)
        l[i] = (struct packet_line){ line[first + i].data, line[first + i].len };
    str_init(&bytes, 0);
    str_init(&body, 0);
    must(packet_seal(&head, NULL, l, count, &s->key, &s->county.pub, &bytes, &e) && packet_read(bytes.data, bytes.len, &p, &e), &e);
    char *url = mem_printf("%s/v1/rec/%s", s->server.url, p.sha256);
    struct http_call call = { .method = "PUT", .url = url, .body = bytes.data, .body_len = bytes.len, .header = "User-Agent:" };
    answerer_sync(&s->server);
    must(http_ask(s->http, &call, 1000, &body, &a, &e), &e);
    free(url);
    str_release(&bytes);
    str_release(&body);
    return a.sent_bytes;
}

static double each(struct sealer *s, int batch)
{
    uint64_t bytes = 0;
    for (int i = 0; i < ANSWERS; i += batch)
        bytes += put(s, i, batch);
    return (double)bytes / ANSWERS;
}

static double bare(int batch, bool gzip)
{
    size_t bytes = 0;
    for (int i = 0; i < ANSWERS; i += batch) {
        struct str text, z;
        str_init(&text, 0);
        str_init(&z, 0);
        for (int k = 0; k < batch; k++)
            str_printf(&text, "%s%s", line[i + k].data, "\n");
        uLongf n = compressBound(text.len);
        uint8_t *buf = mem_alloc(n);
        compress2(buf, &n, (const uint8_t *)text.data, text.len, 9);
        zst_pack(text.data, text.len, &z);
        bytes += gzip ? n + 12 : z.len; /* gzip's own head and tail instead of zlib's */
        free(buf);
        str_release(&text);
        str_release(&z);
    }
    return (double)bytes / ANSWERS;
}

static bool known(const struct str *words, const char *text)
{
    return strstr(words->data, text) != NULL;
}

static double words(int batch)
{
    size_t bytes = 0;
    for (int i = 0; i < ANSWERS; i += batch) {
        struct str all, z;
        str_init(&all, 0);
        str_init(&z, 0);
        for (int k = i; k < i + batch; k++) {
            json_t *o = json_loads(line[k].data, 0, NULL);
            char *text = json_dumps(json_object_get(json_object_get(o, "object"), "definition"), JSON_COMPACT);
            if (text && !known(&all, text))
                str_puts(&all, text);
            free(text);
            json_decref(o);
        }
        zst_pack(all.data, all.len, &z);
        bytes += z.len;
        str_release(&all);
        str_release(&z);
    }
    return (double)bytes / ANSWERS;
}

static void report(struct sealer *s, const char *name)
{
    size_t raw = 0;
    for (int i = 0; i < ANSWERS; i++)
        raw += line[i].len;
    printf(" \"%s_raw\": %.0f, \"%s_10\": %.1f, \"%s_50\": %.1f, \"%s_200\": %.1f,\n", name, (double)raw / ANSWERS, name, each(s, 10), name, each(s, 50),
           name, each(s, 200));
    printf(" \"%s_gzip_10\": %.1f, \"%s_gzip_200\": %.1f, \"%s_zstd_10\": %.1f, \"%s_zstd_200\": %.1f, \"%s_words_10\": %.1f", name, bare(10, true), name, bare(200, true), name,
           bare(10, false), name, bare(200, false), name, words(10));
}

static void prepare(struct sealer *s, const char *dir)
{
    struct public_key pub;
    struct county_key county;
    struct err e = ERR_INIT;
    struct http_options o = { .connections = 1 };
    char *key = fs_join(dir, "weike.key"), *secret = fs_join(dir, "county.key");
    must(key_generate(dir, &pub, &e) && key_load_secret(key, &s->key, &e) && county_key_generate(dir, &county, &e) &&
             county_secret_load(secret, &s->county, &e), &e);
    answerer_start(&s->server, on_request, NULL);
    s->http = http_new(&o);
    free(key);
    free(secret);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fprintf(stderr, "uplink COURSE_FOLDER [--statements]\n");
        return 2;
    }
    for (int i = 0; i < ANSWERS; i++)
        str_init(&line[i], 0);
    for (int i = 0; i < MEMBERS; i++)
        snprintf(member[i], sizeof member[i], "yx%03u", below(900) + 1);
    load(argv[1], true);
    quiz();
    if (argc > 2) {
        for (int i = 0; i < ANSWERS; i++)
            puts(line[i].data);
        return 0;
    }
    char dir[] = "/tmp/weike-uplink-XXXXXX";
    struct sealer s;
    struct err e = ERR_INIT;
    if (!mkdtemp(dir))
        return 1;
    prepare(&s, dir);
    printf("{");
    report(&s, "quiz");
    room();
    printf(",\n");
    report(&s, "room");
    load(argv[1], false);
    quiz();
    printf(",\n");
    report(&s, "chinese");
    printf("}\n");
    http_free(s.http);
    answerer_end(&s.server);
    must(fs_remove_tree(dir, &e), &e);
    return 0;
}
