/* flow_kit.h - what the tests of flow/ share: a village of one secretary and four members, a course of two lessons of 600 s that
 * stops to talk at 10 s, with three questions each, and a clock that only moves when told. */
#ifndef WEIKE_TESTS_FLOW_KIT_H
#define WEIKE_TESTS_FLOW_KIT_H
#include "store_kit.h"

#include "base/clock.h"
#include "flow/flow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <time.h>

#define FLOW_COURSE "cn.x.flow"

KIT_UNUSED struct {
    char *dir;
    struct store *store;
    struct flow flow;
    uint64_t newest; /* ticket, when the test began */
    struct clock_fake now;
    char lesson[2][UUID_TEXT];
} kit;

KIT_UNUSED void flow_kit_install(void)
{
    static const char questions[] = "{\"format\":1,\"questions\":["
        "{\"id\":\"q1\",\"kind\":\"true-false\",\"prompt\":{\"en\":\"Is it so?\"},\"answer\":true},"
        "{\"id\":\"q2\",\"kind\":\"choice\",\"prompt\":{\"en\":\"Which?\"},\"options\":["
        "{\"id\":\"c1\",\"text\":{\"en\":\"this\"},\"weight\":1},{\"id\":\"c2\",\"text\":{\"en\":\"that\"}}]},"
        "{\"id\":\"q3\",\"kind\":\"numeric\",\"prompt\":{\"en\":\"How many?\"},\"min\":3,\"max\":3}]}";
    struct err e = ERR_INIT;
    struct str m;
    str_init(&m, 0);
    str_printf(&m, "{\"format\":1,\"kind\":\"course\",\"id\":\"%s\",\"version\":1,\"title\":{\"en\":\"Course\"},\"category\":\"safety\",\"lessons\":[",
               FLOW_COURSE);
    for (int i = 0; i < 2; i++) {
        char text[40];
        kit_content_id(FLOW_COURSE, i, kit.lesson[i]);
        str_printf(&m, "%s{\"content_id\":\"%s\",\"title\":{\"en\":\"Lesson %d\"},\"duration_ms\":600000,\"pass_mark\":0.6,%s"
                       "\"pause\":[{\"at_ms\":10000,\"ask\":{\"en\":\"What do you think?\"}}],"
                       "\"renditions\":[{\"weight\":\"480p\",\"duration_ms\":600000,\"media\":",
                   i ? "," : "", kit.lesson[i], i + 1, i ? "\"max_attempts\":1," : "");
        snprintf(text, sizeof text, "film %d", i);
        KIT_MUST(kit_blob(kit.dir, text, "video/mp4", "film.mp4", &m, &e));
        str_puts(&m, "}],\"questions\":");
        KIT_MUST(kit_blob(kit.dir, questions, "application/json", "questions.json", &m, &e));
        str_puts(&m, "}");
    }
    str_puts(&m, "]}");
    struct library_package p = { .manifest = m.data, .manifest_len = m.len, .publisher = "test" };
    KIT_MUST(library_install(store_writer(kit.store), &p, &e));
    str_release(&m);
}

KIT_UNUSED void flow_kit_open_store(void)
{
    kit.store = kit_open(kit.dir, NULL);
    kit.flow = (struct flow){ .store = kit.store };
}

/* The program ends without a word to whoever was at it, and starts again. */
KIT_UNUSED void flow_kit_cut(void)
{
    (void)flow_read(&kit.flow);
    store_close(kit.store);
    kit.now.boot_ms += 5000;
    kit.now.wall_ms += 5000;
    flow_kit_open_store();
}

KIT_UNUSED void flow_kit_pass(int64_t ms)
{
    kit.now.boot_ms += ms;
    kit.now.wall_ms += ms;
}

KIT_UNUSED int flow_kit_setup(void **state)
{
    static const char *const id[] = { "host", "m1", "m2", "m3", "m4" };
    struct err e = ERR_INIT;
    (void)state;
    setenv("TZ", "Asia/Shanghai", 1);
    tzset();
    kit.now = (struct clock_fake){ .boot_ms = 1000000, .wall_ms = 1795953600000 }; /* 2026-11-29T12:00Z */
    clock_set_fake(&kit.now);
    kit.dir = kit_dir();
    flow_kit_open_store();
    flow_kit_install();
    for (size_t i = 0; i < sizeof id / sizeof *id; i++)
        KIT_MUST(member_add(store_writer(kit.store), &(struct member_new){ .name = id[i], .id = id[i], .role = i ? MEMBER_PLAIN : MEMBER_SECRETARY },
                            NULL, &e));
    kit.newest = writer_newest(store_writer(kit.store));
    return 0;
}

KIT_UNUSED int flow_kit_teardown(void **state)
{
    (void)state;
    store_close(kit.store);
    clock_set_fake(NULL);
    kit_remove(kit.dir);
    return 0;
}

KIT_UNUSED int64_t flow_kit_number(const char *sql) /* once all that was posted is on the disk */
{
    struct err e = ERR_INIT;
    (void)flow_read(&kit.flow);
    struct db *db = db_open_reader(kit.dir, &e);
    int64_t n = kit_number(db, sql);
    db_close(db);
    return n;
}

#define FLOW_TEST(f) cmocka_unit_test_setup_teardown(f, flow_kit_setup, flow_kit_teardown)
#endif
