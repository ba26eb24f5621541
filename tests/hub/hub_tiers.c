/* hub_tiers: terminals below three tiers of real hubs; everything that goes wrong on the way goes wrong, and then the county must
 * have each statement exactly once.
 *
 *   hub_tiers N WORK COUNTY_DIR=URL TOWNSHIP_DIR=URL VILLAGE_DIR=URL…
 *
 * N statements in packets of 1..200, shuffled; one in twenty packets is sent twice at once, one in twenty answers is lost and the
 * packet sealed anew; three sticks carry copies of some to any hub; one terminal's card is cloned half-way with unsent records on
 * it. Ends when each terminal holds receipts for all it has. Prints what it did; 0 if stored = sent. */
#include "terminal.h"

#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "hub/upstream/courier.h"
#include "hub/vault/enrol.h"
#include "hub/core/hub.h"
#include "store/db.h"
#include "sync/http/http.h"
#include "sync/stick/stick_layout.h"

#include <sys/stat.h>
#include <unistd.h>

enum { HUBS_MAX = 8, TERMINALS = 7, STICKS = 3, BATCH_MAX = 200, CLONE_UNSENT = 30, PATIENCE_MS = 600000, RETRY_MS = 2500 };

struct place { char dir[400], url[200]; };
struct batch {
    int64_t first, last;
    bool stored;
    int64_t again_ms;         /* boot clock: when to offer it again */
    struct str bytes;         /* of the last sealing */
};
struct site {
    struct terminal t;
    struct place *hub;        /* where it sends */
    int count, cap;
    struct batch *batch;
    int64_t last;             /* highest seq it has made */
    bool clone, done;
    struct ack *ack;
};
struct sums { int puts, twice, lost, on_sticks, visits, refused, unanswered; };

static struct place place[HUBS_MAX];
static int places;
static struct site site[TERMINALS + 1];
static int sites;
static struct county_key county;
static struct sums sums;
static char work[300];
static uint64_t chance = 88172645463325252u;

static uint64_t dice(uint64_t below)
{
    chance ^= chance << 13, chance ^= chance >> 7, chance ^= chance << 17;
    return chance % below;
}

/* ---- making ---- */

static bool make_code(struct work *w, void *ctx, struct err *e)
{
    return enrol_code_make(w, "村 village", false, hub_now_ms(), ctx, e);
}

static void enrol(struct http *http, struct site *s)
{
    char code[ENROL_CODE_TEXT], hex[65], url[300];
    struct str json, body, answer;
    struct http_answer a = { 0 };
    const char *text;
    MUST(ledger_act(s->hub->dir, make_code, code, &e));
    hex_encode(s->t.key.pub.bytes, 32, hex);
    str_init(&json, 0), str_init(&body, 0), str_init(&answer, 8192);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "type", "enrol", "code", code, "device", hex, "version", "test");
    json_write(o, &json);
    json_decref(o);
    envelope_seal(&s->t.key, json.data, json.len, &body);
    snprintf(url, sizeof url, "%s/v1/enrol", s->hub->url);
    MUST(http_ask(http, &(struct http_call){ .method = "POST", .url = url, .body = body.data, .body_len = body.len }, 8192, &answer, &a, &e));
    if (a.status != 200)
        fprintf(stderr, "enrol: %d %s", a.status, answer.data), exit(1);
    struct err why = ERR_INIT;
    o = json_parse(answer.data, answer.len, 8192, &why);
    must(o && json_get_str(o, "", "county", 1024, &text, &why) && county_key_parse(text, strlen(text), &county, &why), &why, "answer to enrol");
    json_decref(o);
    str_release(&json), str_release(&body), str_release(&answer);
}

static void cut_into_batches(struct site *s, int64_t first, int64_t last)
{
    while (first <= last) {
        int64_t n = 1 + (int64_t)dice(BATCH_MAX);
        ARRAY_GROW(s->batch, s->count, s->cap);
        struct batch *b = &s->batch[s->count++];
        memset(b, 0, sizeof *b);
        str_init(&b->bytes, 0);
        b->first = first;
        b->last = first + n - 1 < last ? first + n - 1 : last;
        first = b->last + 1;
    }
    s->last = last;
}

static void shuffle(struct site *s)
{
    for (int i = s->count - 1; i > 0; i--) {
        int j = (int)dice((uint64_t)i + 1);
        struct batch keep = s->batch[i];
        s->batch[i] = s->batch[j];
        s->batch[j] = keep;
    }
}

/* The card of `old` is copied while its newest records are still unsent; the copy notices the other machine, takes a new key and
 * epoch, and both go on. */
static void clone_card(struct site *old, struct site *s, int64_t more)
{
    char dir[400];
    uint8_t bytes[16];
    memset(s, 0, sizeof *s);
    snprintf(dir, sizeof dir, "%s/clone", work);
    terminal_key(dir, &s->t.key);
    random_bytes(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, s->t.epoch);
    s->t.history = old->t.own;
    s->t.split = old->last + 1;
    s->t.own = 777;
    s->t.base = old->last - CLONE_UNSENT + 1;
    succession_make(&old->t.key, &s->t.key.pub, s->t.epoch, &s->t.succession);
    s->hub = old->hub;
    s->clone = true;
    s->ack = mem_alloc(sizeof *s->ack);
    cut_into_batches(s, s->t.base, old->last + more);
    shuffle(s);
    cut_into_batches(old, old->last + 1, old->last + more);
}

/* ---- receipts ---- */

static void take_ack(struct site *s, const char *bytes, size_t len)
{
    struct key_ring ring;
    struct err e = ERR_INIT;
    struct ack *a = mem_alloc(sizeof *a);
    key_ring_of(&county.sign, &ring);
    struct verified *v = envelope_open(bytes, len, &ring, &e);
    if (v && ack_parse(v, a, &e) && a->level == ACK_STORED && !strcmp(a->device, s->t.key.pub.id) && !strcmp(a->epoch, s->t.epoch) &&
        (!s->ack->device[0] || ack_dominates(a, s->ack)))
        *s->ack = *a;
    verified_free(v);
    free(a);
    if (!s->ack->device[0])
        return;
    s->done = true;
    for (int i = 0; i < s->count; i++) {
        struct batch *b = &s->batch[i];
        for (int64_t seq = b->first; !b->stored && seq <= b->last && ack_covers(s->ack, seq); seq++)
            b->stored = seq == b->last;
        s->done &= b->stored;
    }
}

/* ---- sending ---- */

struct put { struct site *site; struct str answer; bool lost; };

static bool put_data(void *ctx, const struct http_answer *a, const void *data, size_t len)
{
    struct put *p = ctx;
    (void)a;
    return str_add(&p->answer, data, len);
}

static void put_end(void *ctx, const struct http_answer *a)
{
    struct put *p = ctx;
    sums.unanswered += a->status == 0;
    sums.refused += a->status >= 400 && a->status != 503 && a->status != 507;
    if (a->status >= 400 && a->status != 503 && a->status != 507)
        fprintf(stderr, "refused: %d %s", a->status, p->answer.data);
    if (!p->lost && (a->status == 200 || a->status == 202))
        take_ack(p->site, p->answer.data, p->answer.len);
    str_release(&p->answer);
    free(p);
}

static void put(struct http *http, struct site *s, struct batch *b, bool lost)
{
    char sha[SHA256_HEX], url[300];
    struct put *p = mem_alloc(sizeof *p);
    str_init(&p->answer, ACK_MAX_BYTES);
    p->site = s;
    p->lost = lost;
    sha256_hex(b->bytes.data, b->bytes.len, sha);
    snprintf(url, sizeof url, "%s/v1/rec/%s", s->hub->url, sha);
    http_start(http, &(struct http_call){ .method = "PUT", .url = url, .body = b->bytes.data, .body_len = b->bytes.len, .on_data = put_data, .on_end = put_end, .ctx = p });
    sums.puts++;
}

static void put_on_stick(struct site *s, struct batch *b)
{
    struct packet p;
    char rel[STICK_PATH_MAX], name[PACKET_NAME_MAX];
    MUST(packet_read(b->bytes.data, b->bytes.len, &p, &e));
    packet_name(&p, name);
    stick_path_packet(s->t.key.pub.id, name, rel);
    char *path = mem_printf("%s/stick%d/%s/%s", work, (int)dice(STICKS), STICK_TOP, rel), *slash = strrchr(path, '/');
    *slash = 0;
    MUST(fs_mkdirs(path, &e));
    *slash = '/';
    MUST(fs_replace(path, b->bytes.data, b->bytes.len, &e));
    free(path);
    sums.on_sticks++;
}

static void offer(struct http *http, struct site *s, struct batch *b)
{
    bool fresh = !b->bytes.len || dice(2); /* the same bytes again, or sealed anew */
    if (fresh)
        terminal_seal(&s->t, b->first, b->last, &county, dice(10) ? NULL : "{\"version\":\"test\",\"waiting\":7}", &b->bytes);
    b->again_ms = clock_boot_ms() + RETRY_MS;
    int fate = (int)dice(20);
    if (fate == 0) {
        put(http, s, b, false); /* at once, on two connections */
        sums.twice++;
    }
    if (fate == 1 || fate == 2) { /* only by stick this time; 1: also lost on the link */
        put_on_stick(s, b);
        if (fate == 2)
            return;
    }
    sums.lost += fate == 3;
    put(http, s, b, fate == 3 || fate == 1);
}

static void fetch_ack(struct http *http, struct site *s)
{
    char url[300];
    struct str answer;
    struct http_answer a = { 0 };
    struct err e = ERR_INIT;
    str_init(&answer, ACK_MAX_BYTES);
    snprintf(url, sizeof url, "%s/v1/ack/%s", s->hub->url, s->t.key.pub.id);
    if (http_ask(http, &(struct http_call){ .method = "GET", .url = url }, ACK_MAX_BYTES, &answer, &a, &e) && a.status == 200)
        take_ack(s, answer.data, answer.len);
    str_release(&answer);
}

static void walk_stick(int n)
{
    char dir[400];
    struct courier_result r;
    struct err e = ERR_INIT;
    snprintf(dir, sizeof dir, "%s/stick%d", work, n);
    must(fs_mkdirs(dir, &e), &e, dir);
    if (!courier_visit(place[dice((uint64_t)places)].dir, dir, &r, &e))
        fprintf(stderr, "stick %d: %s\n", n, e.text);
    sums.visits++;
}

static bool round_of_all(struct http *http)
{
    bool all = true;
    for (int i = 0; i < sites; i++) {
        struct site *s = &site[i];
        for (int k = 0; k < s->count; k++) {
            if (s->batch[k].stored || s->batch[k].again_ms > clock_boot_ms())
                continue;
            offer(http, s, &s->batch[k]);
            while (http_step(http, 0) > 24)
                http_step(http, 20);
        }
        if (!s->done)
            fetch_ack(http, s);
        all &= s->done;
    }
    return all;
}

/* ---- at the county ---- */

struct ids { uint64_t sum; int64_t count; };

static void add_id(struct ids *x, const uint8_t id[16])
{
    x->sum += hash64(7, id, 16);
    x->count++;
}

static void sent_ids(struct ids *x)
{
    for (int i = 0; i < sites; i++)
        for (int64_t seq = site[i].clone ? site[i].t.split : site[i].t.base; seq <= site[i].last; seq++) {
            char text[UUID_TEXT], hex[33];
            uint8_t id[16];
            terminal_id(&site[i].t, seq, text);
            snprintf(hex, sizeof hex, "%.8s%.4s%.4s%.4s%.12s", text, text + 9, text + 14, text + 19, text + 24);
            if (!hex_decode(hex, id, sizeof id))
                abort();
            add_id(x, id);
        }
}

static void stored_ids(struct ids *x, int64_t *alarms)
{
    struct err e = ERR_INIT;
    char *path = fs_join(place[0].dir, "hub.db");
    size_t len;
    struct db *db = db_open_file(path, false, &e);
    must(db != NULL, &e, path);
    struct query q = db_query(db, "SELECT id FROM statement");
    while (query_row(&q))
        add_id(x, query_col_blob(&q, 0, &len));
    must(query_end(&q, &e), &e, "statements");
    q = db_query(db, "SELECT (SELECT count(*) FROM alarm WHERE kind = 'clone'), (SELECT count(*) FROM conflict) + (SELECT count(*) FROM rejected)");
    *alarms = query_row(&q) ? query_col_int(&q, 0) : 0;
    if (query_col_int(&q, 1))
        fprintf(stderr, "%lld conflicts or rejected\n", (long long)query_col_int(&q, 1)), exit(1);
    must(query_end(&q, &e), &e, "alarms");
    db_close(db);
    free(path);
}

static void read_places(int argc, char **argv)
{
    for (int i = 3; i < argc && places < HUBS_MAX; i++) {
        const char *equals = strchr(argv[i], '=');
        if (!equals)
            abort();
        snprintf(place[places].dir, sizeof place[0].dir, "%.*s", (int)(equals - argv[i]), argv[i]);
        snprintf(place[places++].url, sizeof place[0].url, "%s", equals + 1);
    }
}

int main(int argc, char **argv)
{
    if (argc < 6)
        return fprintf(stderr, "usage: hub_tiers N WORK COUNTY=URL TOWNSHIP=URL VILLAGE=URL...\n"), 2;
    int64_t n = atoll(argv[1]), each = n / (TERMINALS + 2), began = clock_boot_ms();
    snprintf(work, sizeof work, "%s", argv[2]);
    read_places(argc, argv);
    struct http *http = http_new(&(struct http_options){ .connections = 8, .stall_s = 120 });
    for (sites = 0; sites < TERMINALS; sites++) {
        char dir[400];
        struct site *s = &site[sites];
        snprintf(dir, sizeof dir, "%s/terminal%d", work, sites);
        s->hub = &place[sites == 0 ? 1 : 2 + sites % (places - 2)]; /* one stands at the township itself */
        s->ack = mem_alloc(sizeof *s->ack);
        terminal_init(&s->t, dir, (uint64_t)sites + 1);
        enrol(http, s);
        cut_into_batches(s, 1, sites == 1 ? n - each * (TERMINALS + 1) : each);
        shuffle(s);
    }
    bool all = false;
    for (int round = 0; !all && clock_boot_ms() - began < PATIENCE_MS + n; round++) {
        all = round_of_all(http) && sites > TERMINALS;
        if (round == 0) {
            clone_card(&site[2], &site[TERMINALS], each);
            sites = TERMINALS + 1;
            site[2].done = false;
        }
        walk_stick(round % STICKS);
        http_step(http, 100);
    }
    while (http_step(http, 100) > 0)
        ;
    struct ids sent = { 0 }, stored = { 0 };
    int64_t alarms;
    sent_ids(&sent);
    stored_ids(&stored, &alarms);
    printf("%lld sent, %lld stored, %s; %d puts (%d twice, %d answers lost, %d without answer), %d packets on sticks, %d visits, %d refused, clone alarm %s, %.1f s\n",
           (long long)sent.count, (long long)stored.count, sent.sum == stored.sum ? "the same ids" : "OTHER IDS", sums.puts, sums.twice, sums.lost, sums.unanswered,
           sums.on_sticks, sums.visits, sums.refused, alarms ? "rang" : "did not ring", (double)(clock_boot_ms() - began) / 1000);
    http_free(http);
    for (int i = 0; i < sites && !all; i++)
        printf("terminal %d: %s\n", i, site[i].done ? "all receipts" : "BLOCKED");
    return all && sent.count == stored.count && sent.sum == stored.sum && sums.refused == 0 && alarms ? 0 : 1;
}
