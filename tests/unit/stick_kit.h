/* stick_kit.h - what the tests of sticks share: villages with records and content, a county that empties sticks and puts
 * receipts on them. Include once, after forge.h. */
#ifndef TESTS_STICK_KIT_H
#define TESTS_STICK_KIT_H
#include "model/statement.h"
#include "pack/packet/ack.h"
#include "pack/trust/device.h"
#include "pack/trust/trust.h"
#include "store/outbox/outbox.h"
#include "store/store.h"
#include "sync/stick/stick.h"
#include "sync/stick/stick_layout.h"

#include <errno.h>

#define KIT __attribute__((unused)) static

static struct county_secret kit_county;

KIT int stick_kit_setup(void **state)
{
    struct err e = ERR_INIT;
    /* In memory where possible: thousands of fsyncs. Real disks and file systems: tests/e2e/stick.sh, test_stick_scan. */
    if (access("/dev/shm", W_OK) == 0)
        setenv("TMPDIR", "/dev/shm", 1);
    if (forge_setup(state) != 0)
        return -1;
    return county_key_generate(scratch("county"), &kit_county.pub, &e) && county_secret_load(scratch("county/county.key"), &kit_county, &e) ? 0 : -1;
}

struct village { const char *dir; char hardware[SHA256_HEX]; struct store *store; };

KIT void village_open(struct village *v)
{
    struct err e = ERR_INIT;
    v->store = store_open(v->dir, &(struct store_options){ .threaded = false }, NULL, &e);
    assert_fine(v->store != NULL, e);
}

KIT struct village village_new(const char *name)
{
    struct err e = ERR_INIT;
    struct village v = { .dir = scratch(name) };
    sha256_hex(name, strlen(name), v.hardware);
    make_dirs(v.dir);
    assert_fine(trust_pin(v.dir, &forge_key.pub, NULL, &e), e);
    village_open(&v);
    return v;
}

KIT void village_close(struct village *v)
{
    store_close(v->store);
    v->store = NULL;
}

struct making { int count; };

/* A true statement, as the kiosk makes them. */
static void make_statement(int i, char id[UUID_TEXT], struct str *out)
{
    struct clock_reading at = { .boot_ms = i, .wall_raw_ms = forge_now_s * 1000 + i, .wall_ms = forge_now_s * 1000 + i, .trust = CLOCK_RTC,
                                .boot_id = "0f0e0d0c-0b0a-4908-8706-050403020100" };
    char member[16];
    struct spans played = { 0 };
    uuid_v7(at.wall_ms, id);
    snprintf(member, sizeof member, "m%d", i % 50);
    struct statement_about about = { .id = id, .home_page = "https://village.example/x", .member_id = member, .at = &at, .course_id = "cn.demo.a",
                                     .course_version = 1, .content_id = "0192f0c0-0000-7000-8000-000000000001" };
    struct statement_viewing v = { .session_id = id, .length_ms = 300000, .position_ms = 1000 * (i % 300), .played = &played,
                                   .completion_permille = 900, .ended_by = "left" };
    statement_viewing(STATEMENT_TERMINATED, &about, &v, out);
}

static bool make_job(struct db *db, void *ctx, int64_t *value, struct err *e)
{
    struct making *m = ctx;
    bool ok = true;
    (void)value;
    for (int i = 0; ok && i < m->count; i++) {
        char id[UUID_TEXT];
        struct str body;
        str_init(&body, 0);
        make_statement(i, id, &body);
        ok = outbox_put(db, id, body.data, body.len, forge_now_s * 1000, e);
        str_release(&body);
    }
    return ok;
}

KIT void village_records(struct village *v, int count)
{
    struct err e = ERR_INIT;
    struct making m = { count };
    assert_fine(writer_do(store_writer(v->store), make_job, &m, &e), e);
}

KIT struct stick *visit_open(struct village *v, const char *dir, bool take, bool give)
{
    return stick_open(&(struct stick_options){ .dir = dir, .data_dir = v->dir, .writer = store_writer(v->store), .county = &kit_county.pub,
                                               .hardware = v->hardware, .take = take, .give = give });
}

KIT void visit_run(struct stick *s, struct stick_progress *p)
{
    while (stick_step(s))
        ;
    stick_progress_get(s, p);
    if (p->state == STICK_READY) {
        stick_start(s);
        while (stick_step(s))
            ;
    }
    stick_progress_get(s, p);
    assert_int_equal(p->state, STICK_OVER);
}

/* Plugs the stick in, presses the button, waits for the end. */
KIT struct stick_progress visit(struct village *v, const char *dir, bool take, bool give)
{
    struct stick_progress p;
    struct stick *s = visit_open(v, dir, take, give);
    visit_run(s, &p);
    stick_close(s);
    return p;
}

#define assert_end(p, want)                                                                          \
    do {                                                                                             \
        if ((p).end != (want))                                                                       \
            fail_msg("ended as %s (%s), want %s", stick_end_name((p).end), (p).err.text, stick_end_name(want)); \
    } while (0)

KIT const char *on_stick_path(const char *stick, const char *rel)
{
    char *path = mem_printf("%s/%s/%s", stick, STICK_TOP, rel);
    ARRAY_GROW(scratch_paths, scratch_count, scratch_cap);
    return scratch_paths[scratch_count++] = path;
}

KIT int files_in(const char *dir)
{
    int n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *f; d && (f = readdir(d));)
        n += f->d_name[0] != '.';
    if (d)
        closedir(d);
    return n;
}

/* ---- the county ---- */

struct county_sees { int packets, statements, broken; int64_t last; char device[KEY_ID_TEXT], epoch[EPOCH_TEXT]; };

static bool see_line(void *ctx, int n, const char *line, size_t len)
{
    (void)n;
    ((struct county_sees *)ctx)->statements += len > 2 && line[0] == '{';
    return true;
}

/* Opens every packet of one device on the stick. */
KIT struct county_sees county_looks(const char *stick, const char *device)
{
    struct county_sees c = { 0 };
    char rel[STICK_PATH_MAX];
    stick_path_up(device, rel);
    const char *dir = on_stick_path(stick, rel);
    DIR *d = opendir(dir);
    for (struct dirent *f; d && (f = readdir(d));) {
        struct str bytes;
        struct packet p;
        struct err e = ERR_INIT;
        char name[PACKET_NAME_MAX];
        if (f->d_name[0] == '.')
            continue;
        char *path = fs_join(dir, f->d_name);
        get(path, &bytes);
        bool ok = packet_read(bytes.data, bytes.len, &p, &e) && packet_open(&p, &kit_county, see_line, &c, &e);
        if (ok)
            packet_name(&p, name);
        c.packets++;
        if (!ok || strcmp(name, f->d_name) != 0)
            c.broken++;
        else if (p.head.last > c.last)
            c.last = p.head.last;
        if (ok) {
            memcpy(c.device, p.head.device.id, sizeof c.device);
            memcpy(c.epoch, p.head.epoch, sizeof c.epoch);
        }
        str_release(&bytes);
        free(path);
    }
    if (d)
        closedir(d);
    return c;
}

KIT void county_receipts(const char *stick, const struct county_sees *c, int64_t upto, const struct secret_key *key)
{
    struct ack *a = mem_alloc(sizeof *a);
    struct str out;
    char rel[STICK_PATH_MAX];
    *a = (struct ack){ .level = ACK_STORED, .upto = upto, .now_ms = forge_now_s * 1000 };
    memcpy(a->device, c->device, sizeof a->device);
    memcpy(a->epoch, c->epoch, sizeof a->epoch);
    str_init(&out, 0);
    ack_write(a, key, &out);
    make_dirs(on_stick_path(stick, "down"));
    stick_path_ack(c->device, rel);
    put(on_stick_path(stick, rel), out.data, out.len);
    str_release(&out);
    free(a);
}

KIT const char *village_device(struct village *v)
{
    static struct public_key k;
    struct err e = ERR_INIT;
    assert_fine(device_peek(v->dir, &k, &e), e);
    return k.id;
}

/* Is version `version` of the course whole and active here? */
KIT bool village_has(struct village *v, const char *id, int64_t version)
{
    struct err e = ERR_INIT;
    char sha[SHA256_HEX];
    int64_t got = 0;
    struct db *db = db_open_reader(v->dir, &e);
    assert_non_null(db);
    bool ok = library_version(db, id, &got, sha, &e) && sha[0] && got == version;
    db_close(db);
    return ok;
}
#endif
