/* Source folder -> tree -> verify: the same twice, nothing half done, mistakes told. */
#include "scratch.h"

#include "base/fault.h"
#include "films.h"
#include "pack/author/build.h"
#include "pack/install/verify.h"

#include <sys/wait.h>

static struct secret_key key, other;

static int setup(void **state)
{
    struct err e = ERR_INIT;
    struct public_key k;
    if (scratch_setup(state) != 0 || !key_generate(scratch("keys"), &k, &e) || !key_load_secret(scratch("keys/weike.key"), &key, &e) ||
        !key_generate(scratch("other"), &k, &e) || !key_load_secret(scratch("other/weike.key"), &other, &e))
        return -1;
    make_dirs(scratch("src/one"));
    film_make(scratch("src/one/a.mp4"));
    film_sound(scratch("src/one/v.opus"));
    film_picture(scratch("src/one/p.png"));
    put_text(scratch("src/one/p.svg"), film_svg);
    put_text(scratch("src/one/c.srt"), "1\n00:00:00,500 --> 00:00:01,500\n你好\n");
    put_text(scratch("src/one/q.json"), "{\"format\":1,\"questions\":[{\"id\":\"q1\",\"kind\":\"true-false\",\"prompt\":{\"zh-CN\":\"对？\"},"
                                        "\"answer\":true,\"picture\":\"p.png\"}]}");
    return 0;
}

static void write_course(const char *folder, const char *id, int version, const char *title)
{
    char path[100];
    char *text = mem_printf("{\"id\":\"%s\",\"version\":%d,\"title\":\"%s\",\"poster\":\"p.svg\",\"lessons\":["
                            "{\"id\":\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01\",\"title\":\"一\",\"media\":\"a.mp4\",\"poster\":\"p.png\","
                            "\"captions\":[{\"lang\":\"zh-CN\",\"file\":\"c.srt\"}],\"questions\":\"q.json\"},"
                            "{\"id\":\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a02\",\"title\":\"二\",\"media\":\"v.opus\","
                            "\"stills\":[{\"at\":0,\"file\":\"p.png\"},{\"at\":1.5,\"file\":\"p.svg\"}]}]}", id, version, title);
    snprintf(path, sizeof path, "%s/course.json", folder);
    put_text(scratch(path), text);
    free(text);
}

static bool build(const char *source, const char *tree, const struct secret_key *k, int64_t now_s, struct build_result *r, struct err *e)
{
    struct build_options o = { .source = scratch(source), .tree = scratch(tree), .key = k, .now_s = now_s };
    *e = (struct err)ERR_INIT;
    return build_tree(&o, r, e);
}

static void verified(const char *tree, int packages, int problems, struct verify_report *out)
{
    struct err e = ERR_INIT;
    struct trust trust;
    trust_of_key(&key.pub, &trust);
    assert_fine(verify_tree(scratch(tree), &trust, out, &e), e);
    if (out->problem_count != problems)
        fail_msg("%d problems, the first: %s", out->problem_count, out->problem_count ? out->problem[0].text : "");
    assert_int_equal(out->count, packages);
}

static const int64_t now = 1800000000;

static void builds_the_same_twice(void **state)
{
    struct err e;
    struct build_result r;
    struct verify_report v;
    char a[SHA256_HEX], b[SHA256_HEX];
    (void)state;
    write_course("src/one", "org.example.one", 1, "课");
    assert_fine(build("src", "t1", &key, now, &r, &e), e);
    assert_true(r.published);
    assert_int_equal(r.added, 1);
    verified("t1", 1, 0, &v);
    assert_int_equal(v.package[0].lessons, 2);
    assert_int_equal(v.stray_files, 0);
    assert_string_equal(v.key_id, key.pub.id);
    /* two posters (one is a still and a question's picture too), film, sound, caption, questions */
    assert_int_equal(v.files, 6);
    verify_report_release(&v);

    snapshot(scratch("t1"), a);
    assert_fine(build("src/one", "t1", &key, now + 50, &r, &e), e); /* again, pointing at the course itself */
    assert_false(r.published);
    assert_int_equal(r.unchanged, 1);
    assert_int_equal(r.new_bytes, 0);
    snapshot(scratch("t1"), b);
    assert_string_equal(a, b);
    assert_fine(build("src", "t2", &key, now, &r, &e), e); /* and elsewhere */
    snapshot(scratch("t2"), b);
    assert_string_equal(a, b);
    /* half-way to its end the list is signed anew, by itself */
    assert_fine(build("src", "t2", &key, now + 61 * 86400, &r, &e), e);
    assert_true(r.published);
    assert_int_equal(r.timestamp_version, 2);
}

static void changes_need_a_version(void **state)
{
    struct err e;
    struct build_result r;
    struct verify_report v;
    struct str before, after;
    (void)state;
    write_course("src/one", "org.example.one", 2, "课");
    assert_fine(build("src", "t3", &key, now, &r, &e), e);
    get(scratch("t3/repo/timestamp"), &before);
    write_course("src/one", "org.example.one", 2, "另一课");
    assert_refused(build("src", "t3", &key, now, &r, &e), e, ERR_REFUSED, "\"version\": 3");
    write_course("src/one", "org.example.one", 1, "课");
    assert_refused(build("src", "t3", &key, now, &r, &e), e, ERR_OLDER, "org.example.one");
    write_course("src/one", "org.example.one", 3, "另一课");
    assert_refused(build("src", "t3", &other, now, &r, &e), e, ERR_UNTRUSTED, key.pub.id);
    get(scratch("t3/repo/timestamp"), &after);
    assert_string_equal(before.data, after.data);
    str_release(&before);
    str_release(&after);
    assert_fine(build("src", "t3", &key, now, &r, &e), e);
    assert_int_equal(r.timestamp_version, 2);
    verified("t3", 1, 0, &v);
    assert_int_equal(v.package[0].version, 3);
    assert_true(v.stray_files >= 2); /* the index and manifest before */
    verify_report_release(&v);
}

static void keeps_other_packages(void **state)
{
    struct err e;
    struct build_result r;
    struct verify_report v;
    const char *const copy[] = { "cp", "-r", scratch("src/one"), scratch("two"), NULL };
    (void)state;
    film_run(copy);
    write_course("src/one", "org.example.one", 1, "课");
    write_course("two", "org.example.two", 1, "第二");
    assert_fine(build("src", "t4", &key, now, &r, &e), e);
    assert_fine(build("two", "t4", &key, now, &r, &e), e);
    verified("t4", 2, 0, &v);
    assert_string_equal(v.package[0].id, "org.example.one");
    assert_string_equal(v.package[1].id, "org.example.two");
    verify_report_release(&v);
    /* one id in two folders of a source */
    make_dirs(scratch("both"));
    const char *const twice[] = { "cp", "-r", scratch("two"), scratch("src/one"), scratch("both"), NULL };
    film_run(twice);
    write_course("both/two", "org.example.one", 1, "课");
    assert_refused(build("both", "t5", &key, now, &r, &e), e, ERR_INVALID, "same id");
    assert_false(fs_exists(scratch("t5/repo/timestamp")));
}

/* Killed at a write: what was published stays as it was, and the next run finishes. */
static void interrupted_runs_publish_nothing(void **state)
{
    struct err e;
    struct build_result r;
    struct verify_report v;
    int finished = 0, killed = 0;
    (void)state;
    write_course("src/one", "org.example.one", 1, "课");
    assert_fine(build("src", "t6", &key, now, &r, &e), e);
    write_course("src/one", "org.example.one", 2, "新课");
    put_text(scratch("src/one/c.srt"), "1\n00:00:00,500 --> 00:00:01,500\n新\n");
    for (unsigned n = 1; !finished; n += 6) {
        pid_t pid = fork();
        if (pid == 0) {
            fault_arm(FAULT_KILL, n);
            _exit(build("src", "t6", &key, now, &r, &e) ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        finished = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        killed += WIFSIGNALED(status);
        verified("t6", 1, 0, &v);
        assert_true(v.package[0].version == 2 || (!finished && v.package[0].version == 1));
        verify_report_release(&v);
        assert_true(n < 1000);
    }
    assert_true(killed >= 3);
    assert_fine(build("src", "t6", &key, now, &r, &e), e);
    assert_false(fs_exists(scratch("t6/tmp.pack")));
    put_text(scratch("src/one/c.srt"), "1\n00:00:00,500 --> 00:00:01,500\n你好\n");
}

static void verify_finds_damage(void **state)
{
    struct err e;
    struct build_result r;
    struct verify_report v;
    struct str big;
    (void)state;
    make_dirs(scratch("big/one"));
    const char *const copy[] = { "cp", "-r", scratch("src/one"), scratch("big"), NULL };
    film_run(copy);
    /* a film of over 1 MiB, so that it has a chunk list: sound without compression */
    const char *const wav[] = { "ffmpeg", "-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=d=16:r=44100", scratch("big/one/a.wav"), NULL };
    film_run(wav);
    put_text(scratch("big/one/course.json"), "{\"id\":\"org.example.big\",\"version\":1,\"title\":\"大\",\"lessons\":[{\"id\":"
             "\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a09\",\"title\":\"一\",\"media\":\"a.wav\"}]}");
    assert_fine(build("big", "t7", &key, now, &r, &e), e);
    verified("t7", 1, 0, &v);
    assert_true(v.bytes > 1 << 20);
    verify_report_release(&v);
    struct sha256 h;
    uint8_t sum[SHA256_BYTES];
    char sha[SHA256_HEX], rel[TREE_PATH_MAX], path[200];
    get(scratch("big/one/a.wav"), &big);
    sha256_init(&h);
    sha256_add(&h, big.data, big.len);
    sha256_end(&h, sum);
    hex_encode(sum, sizeof sum, sha);
    tree_path(TREE_CHUNKS, sha, rel);
    snprintf(path, sizeof path, "t7/repo/%s", rel);
    assert_true(fs_exists(scratch(path)));
    put_text(scratch(path), "short");
    verified("t7", 1, 1, &v);
    assert_true(strstr(v.problem[0].text, "k/") != NULL);
    verify_report_release(&v);
    tree_path(TREE_BLOB, sha, rel);
    snprintf(path, sizeof path, "t7/repo/%s", rel);
    big.data[1000] ^= 1;
    put(scratch(path), big.data, big.len);
    verified("t7", 1, 1, &v);
    assert_int_equal(v.problem[0].kind, ERR_UNTRUSTED);
    assert_true(strstr(v.problem[0].text, "a.wav") || strstr(v.problem[0].text, "lesson 1"));
    verify_report_release(&v);
    str_release(&big);
}

static void bad_media_is_told(void **state)
{
    struct err e;
    struct build_result r;
    (void)state;
    make_dirs(scratch("badmedia"));
    put_text(scratch("badmedia/a.mp4"), "no film");
    put_text(scratch("badmedia/course.json"), "{\"id\":\"org.example.bad\",\"version\":1,\"title\":\"坏\",\"lessons\":[{\"id\":"
             "\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a09\",\"title\":\"一\",\"media\":\"a.mp4\"}]}");
    assert_refused(build("badmedia", "t8", &key, now, &r, &e), e, ERR_UNSUPPORTED, "a.mp4");
    assert_false(fs_exists(scratch("t8/repo/timestamp")));
    put_text(scratch("badmedia/p.svg"), "no drawing");
    put_text(scratch("badmedia/course.json"), "{\"id\":\"org.example.bad\",\"version\":1,\"title\":\"坏\",\"poster\":\"p.svg\",\"lessons\":[{\"id\":"
             "\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a09\",\"title\":\"一\",\"media\":\"a.mp4\"}]}");
    assert_refused(build("badmedia", "t8", &key, now, &r, &e), e, ERR_INVALID, "p.svg");
    put_text(scratch("badmedia/p.png"), "no picture");
    put_text(scratch("badmedia/course.json"), "{\"id\":\"org.example.bad\",\"version\":1,\"title\":\"坏\",\"poster\":\"p.png\",\"lessons\":[{\"id\":"
             "\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a09\",\"title\":\"一\",\"media\":\"a.mp4\"}]}");
    assert_refused(build("badmedia", "t8", &key, now, &r, &e), e, ERR_INVALID, "p.png");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builds_the_same_twice), cmocka_unit_test(changes_need_a_version), cmocka_unit_test(keeps_other_packages),
        cmocka_unit_test(interrupted_runs_publish_nothing), cmocka_unit_test(verify_finds_damage), cmocka_unit_test(bad_media_is_told),
    };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
