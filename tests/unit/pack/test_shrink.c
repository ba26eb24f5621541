/* runs: early (it is long) */
/* What makes an update cheap: patches and packs, made, listed, right, and never in the way of a cut publish. */
#include "scratch.h"

#include "base/fault.h"
#include "films.h"
#include "pack/author/build.h"
#include "pack/tree/patch.h"
#include "pack/author/root_edit.h"
#include "pack/tree/small_pack.h"
#include "pack/trust/trust.h"
#include "pack/install/verify.h"

#include <sys/wait.h>
#include <unistd.h>

static const int64_t now = 1800000000;
static struct authority keys;
static struct str film; /* sound without compression: a byte can be changed and it still opens */

static void write_course(int version)
{
    struct str text;
    str_init(&text, 0);
    str_printf(&text, "{\"id\":\"org.example.one\",\"version\":%d,\"title\":\"课 %d\",\"poster\":\"p.png\",\"lessons\":["
               "{\"id\":\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01\",\"title\":\"一\",\"media\":\"a.wav\",\"captions\":[", version, version);
    for (int i = 0; i < 6; i++) { /* each of its own bytes */
        char path[40], vtt[100];
        snprintf(path, sizeof path, "src/c%d.vtt", i);
        snprintf(vtt, sizeof vtt, "WEBVTT\n\n00:00.500 --> 00:01.500\n第 %d\n", i == 2 ? 100 + version : i);
        put_text(scratch(path), vtt);
        str_printf(&text, "%s{\"lang\":\"zh-x%d\",\"file\":\"c%d.vtt\"}", i ? "," : "", i, i);
    }
    str_puts(&text, "]}]}");
    put_text(scratch("src/course.json"), text.data);
    str_release(&text);
    memset(film.data + 50000, version, 2000);
    put(scratch("src/a.wav"), film.data, film.len);
}

static int setup(void **state)
{
    struct err e = ERR_INIT;
    struct root r;
    if (scratch_setup(state) != 0)
        return -1;
    make_dirs(scratch("src"));
    film_picture(scratch("src/p.png"));
    const char *const wav[] = { "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "anoisesrc=d=3:r=44100:seed=7", scratch("a.wav"), NULL };
    film_run(wav);
    get(scratch("a.wav"), &film);
    return root_init(scratch("keys"), NULL, now, &r, &e) && authority_open(scratch("keys"), TREE_CHANNEL, &keys, &e) ? 0 : -1;
}

static int teardown(void **state)
{
    authority_wipe(&keys);
    str_release(&film);
    return scratch_teardown(state);
}

static bool publish(const char *tree, bool shrink, struct build_result *r, struct err *e)
{
    struct build_options o = { .source = scratch("src"), .tree = scratch(tree), .authority = &keys, .now_s = now, .patches = shrink,
                               .packs = shrink };
    *e = (struct err)ERR_INIT;
    return build_tree(&o, r, e);
}

static void verified(const char *tree, struct verify_report *v)
{
    struct err e = ERR_INIT;
    struct trust t;
    trust_of_root(&keys.root, &t);
    assert_fine(verify_tree(scratch(tree), &t, v, &e), e);
    if (v->problem_count)
        fail_msg("%s", v->problem[0].text);
}

/* The lists of a tree as a kiosk reads them. */
struct lists { int fd; struct verified *stamp; struct timestamp t; struct index x; struct course c; };
static void read_lists(const char *tree, struct lists *l)
{
    struct err e = ERR_INIT;
    struct trust trust;
    size_t len;
    trust_of_root(&keys.root, &trust);
    l->fd = tree_open(scratch(tree), &e);
    l->stamp = tree_read_timestamp(l->fd, &trust.ring, &e);
    assert_fine(l->stamp && timestamp_parse(l->stamp, &l->t, &e), e);
    struct verified *file = tree_read_named(l->fd, TREE_INDEX, &l->t.channel[0].index, &e);
    assert_fine(file && trust_index(&trust, l->stamp, &l->t.channel[0], file, &l->x, NULL, &e), e);
    struct verified *m = tree_read_named(l->fd, TREE_MANIFEST, &l->x.entry[0].manifest, &e);
    const char *text = verified_bytes(m, &len);
    assert_fine(course_parse(text, len, &l->c, &e), e);
    verified_free(m);
    verified_free(file);
}
static void lists_release(struct lists *l)
{
    verified_free(l->stamp);
    index_release(&l->x);
    course_release(&l->c);
    close(l->fd);
}

/* Applies a patch of lists as a kiosk would: the old bytes and the patch give the new. */
static void check_text(const struct lists *l, enum tree_kind kind, const char *from_sha, uint64_t from_len, const struct tree_ref *to)
{
    struct err e = ERR_INIT;
    struct tree_ref old = { .json_bytes = from_len };
    struct str patch, out;
    char rel[TREE_PATH_MAX];
    size_t len;
    memcpy(old.sha256, from_sha, SHA256_HEX);
    struct verified *base = tree_read_named(l->fd, kind, &old, &e);
    assert_fine(base != NULL, e);
    str_init(&patch, 0);
    str_init(&out, 0);
    tree_patch_path(kind, from_sha, to->sha256, rel);
    assert_fine(tree_read(l->fd, rel, 100000, &patch, &e), e);
    const char *bytes = verified_bytes(base, &len);
    assert_fine(patch_unpack(bytes, len, patch.data, patch.len, to->json_bytes, &out, &e), e);
    struct verified *v = envelope_open_plain(out.data, out.len, to, &e);
    assert_fine(v != NULL, e);
    assert_true(patch.len * 100 <= to->size_bytes * PATCH_KEEP_PERCENT);
    verified_free(v);
    verified_free(base);
    str_release(&patch);
    str_release(&out);
}

static void an_update_is_patched(void **state)
{
    struct err e;
    struct build_result r;
    struct verify_report v;
    struct lists one, two;
    (void)state;
    write_course(1);
    assert_fine(publish("www", true, &r, &e), e);
    assert_int_equal(r.patches, 0);
    assert_int_equal(r.packs, 1);
    read_lists("www", &one);
    write_course(2);
    assert_fine(publish("www", true, &r, &e), e);
    assert_int_equal(r.patches, 1);
    read_lists("www", &two);
    assert_int_equal(two.c.head.patch_count, 1);
    const struct package_patch *p = &two.c.head.patch[0];
    assert_string_equal(p->from, one.c.lesson[0].rendition[0].media.sha256);
    assert_string_equal(p->to, two.c.lesson[0].rendition[0].media.sha256);
    assert_true(p->size_bytes < 4000); /* 2,000 equal bytes in 260 KB of noise */

    char base[300], patch[300], rel[TREE_PATH_MAX];
    tree_path(TREE_BLOB, p->from, rel);
    snprintf(base, sizeof base, "%s/repo/%s", scratch("www"), rel);
    tree_patch_path(TREE_BLOB, p->from, p->to, rel);
    snprintf(patch, sizeof patch, "%s/repo/%s", scratch("www"), rel);
    assert_fine(patch_apply(base, patch, p->to, two.c.lesson[0].rendition[0].media.size_bytes, scratch("out"), &e), e);

    assert_int_equal(two.t.channel[0].patches, 1);
    check_text(&two, TREE_INDEX, one.t.channel[0].index.sha256, one.t.channel[0].index.json_bytes, &two.t.channel[0].index);
    assert_string_equal(two.x.entry[0].patch_from, one.x.entry[0].manifest.sha256);
    check_text(&two, TREE_MANIFEST, one.x.entry[0].manifest.sha256, one.x.entry[0].manifest.json_bytes, &two.x.entry[0].manifest);
    verified("www", &v);
    verify_report_release(&v);
    lists_release(&one);
    lists_release(&two);
    /* the same again is nothing new, with or without patches */
    assert_fine(publish("www", true, &r, &e), e);
    assert_false(r.published);
    assert_fine(publish("www", false, &r, &e), e);
    assert_false(r.published);
    for (int n = 3; n < 12; n++) {
        write_course(n);
        assert_fine(publish("www", true, &r, &e), e);
    }
    read_lists("www", &two);
    assert_int_equal(two.t.channel[0].patches, TREE_PATCHES_MAX);
    lists_release(&two);
}

static void small_files_come_in_one(void **state)
{
    struct err e = ERR_INIT;
    struct lists l;
    struct str bytes, blob;
    struct small_pack p;
    char rel[TREE_PATH_MAX];
    (void)state;
    str_init(&blob, SMALL_PACK_BLOB_MAX + 1);
    read_lists("www", &l);
    const struct blob_ref *pack = &l.x.entry[0].pack;
    tree_path(TREE_PACK, pack->sha256, rel);
    str_init(&bytes, TREE_PACK_MAX + 1);
    assert_fine(tree_read(l.fd, rel, TREE_PACK_MAX, &bytes, &e), e);
    assert_int_equal(bytes.len, pack->size_bytes);
    assert_fine(small_pack_check(bytes.data, bytes.len, &e), e);
    assert_refused(small_pack_check(bytes.data, bytes.len - 1, &e), e, ERR_MISSING, "not come yet");
    assert_int_equal(small_pack_parse(bytes.data, bytes.len, &p, &e), SMALL_PACK_GOOD);
    assert_int_equal(p.count, 1);
    assert_string_equal(p.item[0].sha256, l.c.lesson[0].caption[2].file.sha256); /* the one that is new comes first */
    assert_fine(small_pack_get(&p, 0, bytes.data, bytes.len, &blob, &e), e);
    assert_true(blob.len == p.item[0].size_bytes && p.item[0].stored_bytes <= p.item[0].size_bytes);
    size_t second = (size_t)p.size_bytes;
    small_pack_release(&p);
    assert_int_equal(small_pack_parse(bytes.data + second, bytes.len - second, &p, &e), SMALL_PACK_GOOD);
    assert_int_equal(p.count, 6); /* with the first: six captions and a poster */
    assert_int_equal(second + p.size_bytes, bytes.len);
    memmove(bytes.data, bytes.data + second, bytes.len -= second);
    size_t head = (size_t)p.item[0].offset;
    assert_refused(small_pack_get(&p, 1, bytes.data, p.item[1].offset + 3, &blob, &e), e, ERR_MISSING, "not come yet");
    bytes.data[p.item[1].offset + p.item[1].stored_bytes / 2] ^= 1;
    assert_refused(small_pack_get(&p, 1, bytes.data, bytes.len, &blob, &e), e, ERR_UNTRUSTED, "not the one");
    small_pack_release(&p);
    for (size_t n = 0; n < head; n++) { /* the head comes byte by byte */
        if (small_pack_parse(bytes.data, n, &p, &e) != SMALL_PACK_MORE)
            fail_msg("%zu of %zu bytes of the head", n, head);
    }
    assert_int_equal(small_pack_parse(bytes.data, head, &p, &e), SMALL_PACK_GOOD);
    small_pack_release(&p);
    str_release(&bytes);
    str_release(&blob);
    lists_release(&l);
}

static void bad_packs_are_refused(void **state)
{
#define SHA "2f0e1ac6bc0c36ddec933fb0968309f2d6405b7b2a805a16010ce91d926cbcbf"
    static const char *const bad[] = {
        "<html>", "weike-pack 2\n\n", "weike-pack 1\n\n", "weike-pack 1\n" SHA " 0 0\n\n", "weike-pack 1\n" SHA " 65537 5\n\n",
        "weike-pack 1\n" SHA " -1 5\n\n", "weike-pack 1\n" SHA " 9999999999 5\n\n", "weike-pack 1\n" SHA "  5 5\n\n",
        "weike-pack 1\n../../../../etc/passwd 5 5\n\n", "weike-pack 1\n" SHA "\n\n", "weike-pack 1\n" SHA " 5 \n\n", "weike-pack 1\n" SHA " 5\n\n",
        "weike-pack 1\n" SHA " 5 6\n\n", "weike-pack 1\n" SHA " 5 5 5\n\n", "weike-pack 1\n" SHA " 5 05\n\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = ERR_INIT;
        struct small_pack p;
        if (small_pack_parse(bad[i], strlen(bad[i]), &p, &e) != SMALL_PACK_BAD || e.kind != ERR_INVALID)
            fail_msg("pack %zu was taken", i);
    }
}

/* Killed at each fourth write: what is served is whole, the old or the new; the next run finishes it. */
static void a_cut_publish_serves_the_old(void **state)
{
    struct err e;
    struct build_result r;
    struct verify_report v;
    int killed = 0, old = 0;
    bool finished = false;
    (void)state;
    write_course(1);
    assert_fine(publish("cut", true, &r, &e), e);
    write_course(2);
    for (unsigned n = 1; !finished; n += 4) {
        int status;
        pid_t pid = fork();
        if (pid == 0) {
            fault_arm(FAULT_KILL, n);
            _exit(publish("cut", true, &r, &e) ? 0 : 1);
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        finished = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        killed += WIFSIGNALED(status);
        verified("cut", &v);
        old += v.package[0].version == 1;
        assert_true(v.package[0].version == 2 || !finished);
        verify_report_release(&v);
    }
    print_message("killed %d times, %d times the old version was served\n", killed, old);
    assert_true(killed >= 10 && old >= killed - 1);
    /* a disk that is full, or fails, at any write: told, and the old version served */
    for (enum fault_mode mode = FAULT_ENOSPC; mode <= FAULT_EIO; mode++) {
        write_course(mode == FAULT_ENOSPC ? 3 : 4);
        bool done = false;
        for (unsigned n = 1; !done; n += 11) {
            fault_arm(mode, n);
            done = publish("cut", true, &r, &e);
            fault_arm(FAULT_OFF, 0);
            if (!done)
                assert_true(e.kind == ERR_FULL || e.kind == ERR_IO);
            verified("cut", &v);
            verify_report_release(&v);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_update_is_patched), cmocka_unit_test(small_files_come_in_one), cmocka_unit_test(bad_packs_are_refused),
        cmocka_unit_test(a_cut_publish_serves_the_old),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
