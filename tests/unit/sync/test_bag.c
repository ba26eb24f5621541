/* Sealed packets under way, when what they were sealed for changes. */
#define _GNU_SOURCE
#include "sync/send/bag.h"
#include "store/outbox/outbox.h"
#include "sync/send/send.h"
#include "scratch.h"
#include "store_kit.h"

static struct county_secret county, heir;
static char *dir;
static struct store *store;
static struct db *db;
static const char *hardware = "1111111111111111111111111111111111111111111111111111111111111111";

static bool put_rows(struct db *w, void *ctx, int64_t *value, struct err *e)
{
    (void)ctx;
    (void)value;
    for (int i = 1; i <= 10; i++) {
        char id[UUID_TEXT], body[100];
        snprintf(id, sizeof id, "0190c1a2-0000-7000-8000-%012d", i);
        snprintf(body, sizeof body, "{\"id\":\"%s\",\"verb\":\"answered\"}", id);
        if (!outbox_put(w, id, body, strlen(body), 1795000000000, e))
            return false;
    }
    return true;
}

static bool lose_row(struct db *w, void *ctx, int64_t *value, struct err *e)
{
    (void)ctx;
    (void)value;
    return db_exec(w, "DELETE FROM statement WHERE seq = 3", e);
}

static int files_in(const char *rel)
{
    char *path = mem_printf("%s/device/%s", dir, rel);
    DIR *d = opendir(path);
    int n = 0;
    for (struct dirent *x; d && (x = readdir(d));)
        n += x->d_name[0] != '.';
    if (d)
        closedir(d);
    free(path);
    return n;
}

static bool count_line(void *ctx, int n, const char *line, size_t len)
{
    (void)line;
    (void)len;
    *(int *)ctx = n + 1;
    return true;
}

/* Seals what waits for `key`; how many of its lines `reader` can read, -1 if it cannot open it. */
static int seal_and_open(struct device *d, const struct county_secret *key, const struct county_secret *reader, struct str *out)
{
    struct err e = ERR_INIT, why = ERR_INIT;
    struct packet p;
    int64_t last;
    int count, lines = 0;
    assert_fine(send_seal_next(db, dir, d, &key->pub, 0, 5, NULL, 0, out, &last, &count, &e), e);
    assert_fine(packet_read(out->data, out->len, &p, &e), e);
    assert_true(p.head.first == 1 && p.head.last == last);
    return packet_open(&p, reader, count_line, &lines, &why) ? lines : -1;
}

/* The county's key was replaced while packets lay sealed for the old one: they are sealed anew, or nobody could read them. */
static void a_new_county_key_seals_anew(void **state)
{
    (void)state;
    struct device d;
    struct err e = ERR_INIT;
    struct str first, again;
    str_init(&first, 0);
    str_init(&again, 0);
    assert_fine(device_open(dir, hardware, 1, 10, false, &d, &e), e);
    assert_int_equal(seal_and_open(&d, &county, &county, &first), 5);
    assert_int_equal(seal_and_open(&d, &county, &county, &again), 5);
    assert_true(first.len == again.len && memcmp(first.data, again.data, first.len) == 0);
    assert_int_equal(seal_and_open(&d, &heir, &county, &again), -1);
    assert_int_equal(seal_and_open(&d, &heir, &heir, &again), 5);
    assert_int_equal(files_in("sent"), 1);
    assert_int_equal(files_in("sent-old"), 0);
    str_release(&first);
    str_release(&again);
    device_wipe(&d);
}

/* A row that only the old packet still has: it is kept for the day its county's key is found again. */
static void the_only_copy_is_kept(void **state)
{
    (void)state;
    struct device d;
    struct err e = ERR_INIT;
    struct str s;
    str_init(&s, 0);
    assert_fine(device_open(dir, hardware, 1, 10, false, &d, &e), e);
    assert_int_equal(seal_and_open(&d, &county, &county, &s), 5);
    assert_fine(writer_do(store_writer(store), lose_row, NULL, &e), e);
    assert_int_equal(seal_and_open(&d, &heir, &heir, &s), 5); /* 1, 2, 4, 5, 6 */
    assert_int_equal(files_in("sent-old"), 1);
    str_release(&s);
    device_wipe(&d);
}

static int begin(void **state)
{
    (void)state;
    struct err e = ERR_INIT;
    dir = kit_dir();
    store = kit_open(dir, NULL);
    db = db_open_reader(dir, &e);
    return db && writer_do(store_writer(store), put_rows, NULL, &e) ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    db_close(db);
    store_close(store);
    kit_remove(dir);
    return 0;
}

static int once(void **state)
{
    struct err e = ERR_INIT;
    struct county_key pub;
    return scratch_setup(state) == 0 && county_key_generate(scratch("c"), &pub, &e) && county_secret_load(scratch("c/county.key"), &county, &e) &&
                   county_key_generate(scratch("h"), &pub, &e) && county_secret_load(scratch("h/county.key"), &heir, &e)
               ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test_setup_teardown(a_new_county_key_seals_anew, begin, end),
                                        cmocka_unit_test_setup_teardown(the_only_copy_is_kept, begin, end) };
    return cmocka_run_group_tests(tests, once, scratch_teardown);
}
