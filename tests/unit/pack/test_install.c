/* What may come from a stick: good trees are installed, each bad one is refused with its kind and a sentence that names
 * the thing, changes no byte of the data directory, and what was installed before still plays. */
#include "forge.h"

#include "base/fault.h"
#include "base/thread.h"
#include "pack/author/child.h"
#include "pack/install/copy.h"
#include "pack/install/install.h"
#include "store/library/blob.h"
#include "store/library/library.h"
#include "store/people/visit.h"
#include "store/store.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <unistd.h>

#define GOOD "org.example.good"
#define BAD "org.example.bad"

/* ---- one import, from the outside ---- */

struct outcome {
    struct install_progress p;
    struct { char id[64]; enum plan_state state; struct err err; } package[8];
};

static void read_outcome(struct install *i, struct outcome *out)
{
    struct install_package k;
    memset(out, 0, sizeof *out);
    install_progress_get(i, &out->p);
    for (int n = 0; n < 8 && install_package_get(i, n, &k); n++) {
        snprintf(out->package[n].id, sizeof out->package[n].id, "%s", k.id);
        out->package[n].state = k.state;
        out->package[n].err = k.err;
        install_package_release(&k);
    }
}

static struct store *open_data(const char *data)
{
    struct err e = ERR_INIT;
    struct store_options o = { .threaded = false };
    struct store *s = store_open(data, &o, NULL, &e);
    assert_fine(s != NULL, e);
    return s;
}

static struct install *begin(struct store *s, const char *data, const char *tree)
{
    struct install_options o = { .source = tree, .data_dir = data, .writer = store_writer(s), .floor_ms = 0 };
    return install_open(&o);
}

static void run(struct install *i)
{
    while (install_step(i))
        ;
    install_start(i);
    while (install_step(i))
        ;
}

static void import(const char *data, const char *tree, struct outcome *out)
{
    struct store *s = open_data(data);
    struct install *i = begin(s, data, tree);
    run(i);
    read_outcome(i, out);
    install_close(i);
    store_close(s);
}

static int find(const struct outcome *o, const char *id)
{
    for (int n = 0; n < 8; n++)
        if (strcmp(o->package[n].id, id) == 0)
            return n;
    fail_msg("no package %s", id);
    return -1;
}

static void trust_us(const char *data)
{
    struct err e = ERR_INIT;
    make_dirs(data);
    assert_fine(trust_pin(data, &forge_key.pub, NULL, &e), e);
}

/* ---- what must hold at any time ---- */

static void file_plays(void *ctx, const struct file_ref *f, const char *where)
{
    struct err e = ERR_INIT;
    char sum[SHA256_HEX];
    int fd = blob_open(ctx, f->sha256, &e);
    if (fd < 0 || !sha256_fd(fd, f->size_bytes, sum, NULL, &e) || strcmp(sum, f->sha256) != 0)
        fail_msg("%s does not play: %s", where, e.text);
    close(fd);
}

/* Every active course opens, and every file of it is whole. Returns its version, 0 if it is not here. */
static int64_t plays(const char *data, const char *id)
{
    struct err e = ERR_INIT;
    struct lesson_list l;
    struct open_lesson o;
    struct db *db = db_open_reader(data, &e);
    assert_fine(db != NULL, e);
    assert_fine(library_lessons(db, id, "", &l, &e), e);
    int64_t version = 0;
    if (l.count) {
        assert_fine(library_open(db, id, l.row[0].content_id, "", &o, &e), e);
        package_each_file(&o.course.head, file_plays, (void *)data);
        version = o.course.head.version;
        open_lesson_release(&o);
    }
    lesson_list_release(&l);
    db_close(db);
    return version;
}

struct bytes { char blobs[SHA256_HEX], incoming[SHA256_HEX], trust[SHA256_HEX], db[SHA256_HEX]; };

static void all_bytes(const char *data, struct bytes *out)
{
    char path[600];
    struct str db;
    snprintf(path, sizeof path, "%s/blobs", data);
    snapshot(path, out->blobs);
    snprintf(path, sizeof path, "%s/incoming", data);
    snapshot(path, out->incoming);
    snprintf(path, sizeof path, "%s/trust", data);
    snapshot(path, out->trust);
    snprintf(path, sizeof path, "%s/weike.db", data);
    get(path, &db);
    sha256_hex(db.data, db.len, out->db);
    str_release(&db);
}

/* ---- good trees ---- */

/* A village with GOOD 1 and BAD 5 installed from list 1. */
static void base(const char *data)
{
    struct outcome o;
    struct forged f = { .tree = "base", .count = 2, .package = { { .id = GOOD, .version = 1, .film = "good one" },
                                                                 { .id = BAD, .version = 5, .film = "bad one" } } };
    forge_tree(&f);
    trust_us(data);
    import(data, scratch("base"), &o);
    assert_int_equal(o.p.err.kind, ERR_NONE);
    assert_int_equal(o.p.done, 2);
    assert_int_equal(plays(data, GOOD), 1);
    assert_int_equal(plays(data, BAD), 5);
}

static void installs_updates_and_sweeps(void **state)
{
    const char *data = scratch("d-update");
    struct outcome o;
    struct bytes once, again;
    (void)state;
    base(data);
    all_bytes(data, &once);
    import(data, scratch("base"), &o); /* nothing new */
    assert_int_equal(o.p.current, 2);
    assert_int_equal(o.p.bytes_total, 0);
    all_bytes(data, &again);
    assert_memory_equal(&once, &again, sizeof once);

    for (int v = 2; v <= 4; v++) {
        struct forged f = { .tree = "next", .list_version = v, .count = 2,
                            .package = { { .id = GOOD, .version = v }, { .id = BAD, .version = 5, .film = "bad one" } } };
        snprintf(f.package[0].film, sizeof f.package[0].film, "film of version %d", v);
        forge_tree(&f);
        import(data, scratch("next"), &o);
        assert_int_equal(o.p.err.kind, ERR_NONE);
        assert_int_equal(o.p.done, 1);
        assert_int_equal(o.p.bytes_total, FORGE_FILM_BYTES);
        assert_int_equal(o.p.bytes_done, FORGE_FILM_BYTES);
        assert_int_equal(plays(data, GOOD), v);
    }
    /* the version before is kept, the ones before that are gone: poster, BAD's film, films of 3 and 4 */
    struct err e = ERR_INIT;
    char sha[SHA256_HEX];
    struct db *db = db_open_reader(data, &e);
    int64_t highest;
    assert_fine(library_version(db, GOOD, &highest, sha, &e), e);
    assert_int_equal(highest, 4);
    db_close(db);
    int files = 0;
    char cmd[700];
    snprintf(cmd, sizeof cmd, "%s/blobs", data);
    struct dirent **list;
    int n = scandir(cmd, &list, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char sub[1000];
        struct dirent **inner;
        snprintf(sub, sizeof sub, "%s/%s", cmd, list[i]->d_name);
        int k = list[i]->d_name[0] == '.' ? 0 : scandir(sub, &inner, NULL, alphasort);
        for (int j = 0; j < k; j++) {
            files += inner[j]->d_name[0] != '.';
            free(inner[j]);
        }
        if (k > 0)
            free(inner);
        free(list[i]);
    }
    free(list);
    assert_int_equal(files, 4);
}

static void a_bad_package_does_not_hold_up_the_others(void **state)
{
    const char *data = scratch("d-others");
    struct outcome o;
    struct forged f = { .tree = "mixed", .list_version = 2, .count = 2,
                        .package = { { .id = BAD, .version = 6, .film = "bad two" }, { .id = GOOD, .version = 2, .film = "good two" } } };
    (void)state;
    base(data);
    forge_tree(&f);
    assert_int_equal(unlink(forge_path("mixed", TREE_BLOB, f.package[0].film_sha)), 0);
    import(data, scratch("mixed"), &o);
    assert_int_equal(o.p.err.kind, ERR_NONE);
    assert_int_equal(o.package[find(&o, GOOD)].state, PLAN_DONE);
    assert_int_equal(o.package[find(&o, BAD)].state, PLAN_REFUSED);
    assert_int_equal(o.package[find(&o, BAD)].err.kind, ERR_MISSING);
    assert_int_equal(plays(data, GOOD), 2);
    assert_int_equal(plays(data, BAD), 5);
}

/* A questions file names its own pictures: they come with the lesson, and sweeps leave them alone. */
static void pictures_of_questions_come_along(void **state)
{
    const char *data = scratch("d-pictures");
    struct outcome o;
    char picture[SHA256_HEX], questions[SHA256_HEX];
    (void)state;
    sha256_hex("picture", 7, picture);
    char *text = mem_printf("{\"format\":1,\"questions\":[{\"id\":\"q1\",\"kind\":\"true-false\",\"prompt\":{\"en\":\"?\"},"
                            "\"answer\":true,\"picture\":{\"sha256\":\"%s\",\"size\":7,\"type\":\"image/webp\",\"name\":\"q.webp\"}}]}", picture);
    sha256_hex(text, strlen(text), questions);
    char *manifest = mem_printf("{\"format\":1,\"kind\":\"course\",\"id\":\"org.example.quiz\",\"version\":1,\"title\":{\"en\":\"x\"},"
                                "\"lessons\":[{\"content_id\":\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01\",\"title\":{\"en\":\"x\"},"
                                "\"duration_ms\":1000,\"renditions\":[{\"weight\":\"480p\",\"duration_ms\":1000,\"media\":"
                                "{\"sha256\":\"%s\",\"size\":7,\"type\":\"video/mp4\",\"name\":\"a.mp4\"}}],\"questions\":"
                                "{\"sha256\":\"%s\",\"size\":%zu,\"type\":\"application/json\",\"name\":\"q.json\"}}]}",
                                picture, questions, strlen(text));
    struct forged f = { .tree = "quiz", .count = 2, .package = { { .id = "org.example.quiz", .version = 1, .film = "x", .manifest = manifest },
                                                                 { .id = GOOD, .version = 1, .film = "good one" } } };
    trust_us(data);
    forge_tree(&f);
    forge_put(scratch("quiz"), TREE_BLOB, picture, "picture", 7);
    import(data, scratch("quiz"), &o); /* the questions are not on the stick */
    assert_int_equal(o.package[find(&o, "org.example.quiz")].err.kind, ERR_MISSING);
    forge_put(scratch("quiz"), TREE_BLOB, questions, text, strlen(text));
    import(data, scratch("quiz"), &o);
    assert_int_equal(o.p.done, 1);
    assert_true(blob_exists(data, picture, 7));
    f.list_version = 2;
    f.package[1].version = 2;
    snprintf(f.package[1].film, sizeof f.package[1].film, "good two");
    forge_tree(&f);
    forge_put(scratch("quiz"), TREE_BLOB, picture, "picture", 7);
    forge_put(scratch("quiz"), TREE_BLOB, questions, text, strlen(text));
    char sha[SHA256_HEX];
    sha256_hex("stray", 5, sha);
    char *stray = blob_path(data, sha), *dir = mem_dup(stray);
    *strrchr(dir, '/') = 0;
    make_dirs(dir);
    put_text(stray, "stray");
    import(data, scratch("quiz"), &o); /* an update sweeps afterwards */
    assert_int_equal(o.p.done, 1);
    assert_false(fs_exists(stray));
    assert_true(blob_exists(data, picture, 7));
    assert_true(blob_exists(data, questions, strlen(text)));
    free(stray);
    free(dir);
    free(text);
    free(manifest);
}

/* A stick keeps its tree in WEIKE/repo; repo itself may be pointed at as well. */
static void finds_the_tree_on_a_stick(void **state)
{
    const char *data = scratch("d-stick");
    struct outcome o;
    struct forged f = { .tree = "stick/WEIKE", .count = 1, .package = { { .id = GOOD, .version = 1, .film = "good one" } } };
    (void)state;
    forge_tree(&f);
    trust_us(data);
    import(data, scratch("stick"), &o);
    assert_int_equal(o.p.done, 1);
    import(data, scratch("stick/WEIKE/repo"), &o);
    assert_int_equal(o.p.current, 1);
    import(data, scratch("keys"), &o);
    assert_refused(o.p.err.kind == ERR_NONE, o.p.err, ERR_MISSING, "no Weike content");
    import(data, scratch("nowhere"), &o);
    assert_refused(o.p.err.kind == ERR_NONE, o.p.err, ERR_MISSING, "nowhere");
}

/* ---- bad trees ---- */

/* Prepares `f` (before) or its files (after); list 2, BAD 6 with a new film, GOOD 1 as it is here. */
struct spoiling {
    const char *what;
    enum err_kind kind;
    const char *names;
    bool whole; /* the source is refused, not just the package BAD */
    void (*before)(struct forged *f);
    void (*after)(struct forged *f);
};

static struct forged_package *bad(struct forged *f)
{
    return &f->package[0];
}

static const char *bad_film(struct forged *f)
{
    return forge_path(f->tree, TREE_BLOB, bad(f)->film_sha);
}

static const char *stamp_path(struct forged *f)
{
    char rel[100];
    snprintf(rel, sizeof rel, "%s/repo/timestamp", f->tree);
    return scratch(rel);
}

static void flip(const char *path, long at)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, at < 0 ? SEEK_END : SEEK_SET), 0);
    int c = fgetc(file);
    assert_int_equal(fseek(file, -1, SEEK_CUR), 0);
    fputc(c ^ 1, file);
    fclose(file);
}

static void grow(const char *path)
{
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    fputc('x', file);
    fclose(file);
}

static void is_unsigned(struct forged *f) { f->is_unsigned = true; }
static void other_key(struct forged *f) { f->key = &forge_other_key; }
static void older_package(struct forged *f) { bad(f)->version = 4; }
static void ended(struct forged *f) { f->issued_s = 1000; f->expires_s = 2000; }
static void far_future(struct forged *f) { f->expires_s = forge_now_s + 401 * 86400LL; }
static void same_version_other_bytes(struct forged *f) { bad(f)->version = 5; }
static void manifest_with(struct forged *f, const char *text) { bad(f)->manifest = text; }

static char big_text[(9 << 20) + 1];

static void oversize_manifest(struct forged *f)
{
    memset(big_text, ' ', sizeof big_text - 1);
    big_text[0] = '{';
    manifest_with(f, big_text);
}

static void huge_index(struct forged *f)
{
    static char *text; /* 100 MB of JSON in a few kB */
    enum { BYTES = 100000000 };
    if (!text) {
        text = malloc(BYTES + 1);
        memset(text, ' ', BYTES);
        text[0] = '{';
        text[BYTES] = 0;
    }
    f->index = text;
}
static void bomb_index(struct forged *f)
{
    f->index = memset(big_text, ' ', sizeof big_text - 1);
    f->index_json_bytes = 4000;
}

static void deep_manifest(struct forged *f)
{
    static char text[4000];
    int n = snprintf(text, sizeof text, "{\"format\":1,\"title\":");
    memset(text + n, '[', 1500);
    memset(text + n + 1500, ']', 1500);
    snprintf(text + n + 3000, sizeof text - (size_t)n - 3000, "}");
    manifest_with(f, text);
}

#define FILE_OF(sha, size, name) "{\"sha256\":\"" sha "\",\"size\":" size ",\"type\":\"video/mp4\",\"name\":\"" name "\"}"
#define HEAD(version) "{\"format\":1,\"kind\":\"course\",\"id\":\"" BAD "\",\"version\":" version ",\"title\":{\"en\":\"x\"},"
#define LESSON(file) "\"lessons\":[{\"content_id\":\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f2a01\",\"title\":{\"en\":\"x\"}," \
                     "\"duration_ms\":1000,\"renditions\":[{\"weight\":\"480p\",\"duration_ms\":1000,\"media\":" file "}]}]}"
#define SHA "2f0e1ac6bc0c36ddec933fb0968309f2d6405b7b2a805a16010ce91d926cbcbf"

static void dots_name(struct forged *f) { manifest_with(f, HEAD("6") LESSON(FILE_OF(SHA, "5", "../../etc/passwd"))); }
static void absolute_name(struct forged *f) { manifest_with(f, HEAD("6") LESSON(FILE_OF(SHA, "5", "/etc/passwd"))); }
static void drive_name(struct forged *f) { manifest_with(f, HEAD("6") LESSON(FILE_OF(SHA, "5", "C:evil.mp4"))); }
static void path_hash(struct forged *f) { manifest_with(f, HEAD("6") LESSON(FILE_OF("../../../../etc/passwd", "5", "a.mp4"))); }
static void huge_file(struct forged *f) { manifest_with(f, HEAD("6") LESSON(FILE_OF(SHA, "1073741825", "a.mp4"))); }
static void duplicate_key(struct forged *f) { manifest_with(f, HEAD("6") "\"version\":6," LESSON(FILE_OF(SHA, "5", "a.mp4"))); }
static void bad_utf8(struct forged *f) { manifest_with(f, HEAD("6") "\"summary\":{\"en\":\"\xff\xfe\"}," LESSON(FILE_OF(SHA, "5", "a.mp4"))); }
static void nul_in_text(struct forged *f) { manifest_with(f, HEAD("6") "\"summary\":{\"en\":\"a\\u0000b\"}," LESSON(FILE_OF(SHA, "5", "a.mp4"))); }
static void huge_number(struct forged *f) { manifest_with(f, HEAD("1e999") LESSON(FILE_OF(SHA, "5", "a.mp4"))); }
static void unknown_key(struct forged *f) { manifest_with(f, HEAD("6") "\"script\":\"rm\"," LESSON(FILE_OF(SHA, "5", "a.mp4"))); }
static void unknown_kind(struct forged *f)
{
    manifest_with(f, "{\"format\":1,\"kind\":\"settings\",\"id\":\"" BAD "\",\"version\":6,\"title\":{\"en\":\"x\"}," LESSON(FILE_OF(SHA, "5", "a.mp4")));
}
static void other_course(struct forged *f)
{
    manifest_with(f, "{\"format\":1,\"kind\":\"course\",\"id\":\"" GOOD "\",\"version\":2,\"title\":{\"en\":\"x\"}," LESSON(FILE_OF(SHA, "5", "a.mp4")));
}
static void no_json(struct forged *f) { f->index = "this is no JSON"; }
static void index_twice(struct forged *f)
{
#define ENTRY "{\"id\":\"a.b\",\"version\":1,\"manifest\":{\"sha256\":\"" SHA "\",\"size\":5,\"json_size\":5}}"
    f->index = "{\"type\":\"index\",\"format\":1,\"channel\":\"main\",\"version\":2,\"packages\":[" ENTRY "," ENTRY "]}";
}
static void index_path(struct forged *f)
{
    f->index = "{\"type\":\"index\",\"format\":1,\"channel\":\"main\",\"version\":2,\"packages\":["
               "{\"id\":\"../../evil\",\"version\":1,\"manifest\":{\"sha256\":\"" SHA "\",\"size\":5,\"json_size\":5}}]}";
}
static void index_of_other_list(struct forged *f)
{
    f->index = "{\"type\":\"index\",\"format\":1,\"channel\":\"main\",\"version\":7,\"packages\":[]}";
}
static void new_format(struct forged *f)
{
    f->index = "{\"type\":\"index\",\"format\":2,\"channel\":\"main\",\"version\":2,\"packages\":[]}";
}
static void stamp_is_index(struct forged *f)
{
    f->timestamp = "{\"type\":\"index\",\"format\":1,\"channel\":\"main\",\"version\":2,\"packages\":[]}";
}

static void flip_stamp(struct forged *f) { flip(stamp_path(f), -5); }
static void long_stamp(struct forged *f)
{
    for (int i = 0; i < 1024; i++)
        grow(stamp_path(f));
}
static void flip_index(struct forged *f) { flip(forge_path(f->tree, TREE_INDEX, f->index_ref.sha256), 10); }
static void flip_manifest(struct forged *f) { flip(forge_path(f->tree, TREE_MANIFEST, bad(f)->ref.sha256), -1); }
static void no_manifest(struct forged *f) { assert_int_equal(unlink(forge_path(f->tree, TREE_MANIFEST, bad(f)->ref.sha256)), 0); }
static void long_manifest(struct forged *f) { grow(forge_path(f->tree, TREE_MANIFEST, bad(f)->ref.sha256)); }
static void flip_film(struct forged *f) { flip(bad_film(f), FORGE_FILM_BYTES / 2); }
static void flip_film_end(struct forged *f) { flip(bad_film(f), -1); }
static void no_film(struct forged *f) { assert_int_equal(unlink(bad_film(f)), 0); }
static void long_film(struct forged *f) { grow(bad_film(f)); }
static void short_film(struct forged *f) { assert_int_equal(truncate(bad_film(f), FORGE_FILM_BYTES - 1), 0); }
static void film_is_link(struct forged *f)
{
    const char *film = bad_film(f), *real = scratch("real-film");
    assert_int_equal(rename(film, real), 0); /* the very bytes, only behind a link */
    assert_int_equal(symlink(real, film), 0);
}
static void folder_is_link(struct forged *f)
{
    struct err e = ERR_INIT;
    char dir[600];
    const char *real = scratch("real-folder");
    assert_true(fs_remove_tree(real, &e));
    snprintf(dir, sizeof dir, "%s", bad_film(f));
    *strrchr(dir, '/') = 0;
    assert_int_equal(rename(dir, real), 0);
    assert_int_equal(symlink(real, dir), 0);
}
static void film_is_folder(struct forged *f) { no_film(f); make_dirs(bad_film(f)); }
static void film_is_pipe(struct forged *f) { no_film(f); assert_int_equal(mkfifo(bad_film(f), 0644), 0); }
static void film_is_device(struct forged *f)
{
    no_film(f);
    if (mknod(bad_film(f), S_IFCHR | 0644, 1 << 8 | 5) != 0) /* /dev/zero; needs root: else the pipe stands for it */
        assert_int_equal(mkfifo(bad_film(f), 0644), 0);
}

static const struct spoiling spoilings[] = {
    { "unsigned", ERR_UNTRUSTED, "not signed", true, is_unsigned, NULL },
    { "wrong key", ERR_UNTRUSTED, "KEY", true, other_key, NULL },
    { "ended long ago", ERR_OLDER, "1970-01-01", true, ended, NULL },
    { "valid too long", ERR_INVALID, "400 days", true, far_future, NULL },
    { "changed timestamp", ERR_UNTRUSTED, "changed after signing", true, NULL, flip_stamp },
    { "long timestamp", ERR_TOO_BIG, "timestamp", true, NULL, long_stamp },
    { "another list as timestamp", ERR_INVALID, "timestamp", true, stamp_is_index, NULL },
    { "changed index", ERR_UNTRUSTED, "i/", true, NULL, flip_index },
    { "index is no JSON", ERR_INVALID, "index", true, no_json, NULL },
    { "index of 100 MB", ERR_INVALID, "json_size", true, huge_index, NULL },
    { "zip bomb as index", ERR_TOO_BIG, "4000", true, bomb_index, NULL },
    { "package listed twice", ERR_INVALID, "a.b", true, index_twice, NULL },
    { "id with a path", ERR_INVALID, "../../evil", true, index_path, NULL },
    { "mix and match", ERR_UNTRUSTED, "timestamp names", true, index_of_other_list, NULL },
    { "format to come", ERR_UNSUPPORTED, "format 2", true, new_format, NULL },
    { "older package", ERR_OLDER, BAD, false, older_package, NULL },
    { "same version, other bytes", ERR_UNTRUSTED, "other content", false, same_version_other_bytes, NULL },
    { "manifest of another course", ERR_UNTRUSTED, GOOD, false, other_course, NULL },
    { "changed manifest", ERR_UNTRUSTED, "m/", false, NULL, flip_manifest },
    { "missing manifest", ERR_MISSING, "m/", false, NULL, no_manifest },
    { "long manifest", ERR_UNTRUSTED, "after its", false, NULL, long_manifest },
    { "oversize manifest", ERR_INVALID, "json_size", true, oversize_manifest, NULL },
    { "../ in a name", ERR_UNTRUSTED, "../../etc/passwd", false, dots_name, NULL },
    { "absolute name", ERR_UNTRUSTED, "/etc/passwd", false, absolute_name, NULL },
    { "drive letter", ERR_UNTRUSTED, "C:evil.mp4", false, drive_name, NULL },
    { "path for a hash", ERR_INVALID, "sha256", false, path_hash, NULL },
    { "file over 1 GiB", ERR_TOO_BIG, "1073741825", false, huge_file, NULL },
    { "duplicate key", ERR_INVALID, "version", false, duplicate_key, NULL },
    { "bad UTF-8", ERR_INVALID, "0xff", false, bad_utf8, NULL },
    { "NUL in a text", ERR_INVALID, "\\u0000", false, nul_in_text, NULL },
    { "1e999", ERR_INVALID, "manifest", false, huge_number, NULL },
    { "deep nesting", ERR_INVALID, "deeper", false, deep_manifest, NULL },
    { "unknown key", ERR_INVALID, "script", false, unknown_key, NULL },
    { "kind to come", ERR_UNSUPPORTED, "settings", false, unknown_kind, NULL },
    { "changed byte in a film", ERR_UNTRUSTED, "l1.mp4", false, NULL, flip_film },
    { "last byte of a film", ERR_UNTRUSTED, "l1.mp4", false, NULL, flip_film_end },
    { "missing film", ERR_MISSING, "l1.mp4", false, NULL, no_film },
    { "film too long", ERR_TOO_BIG, "l1.mp4", false, NULL, long_film },
    { "film too short", ERR_UNTRUSTED, "l1.mp4", false, NULL, short_film },
    { "film is a link", ERR_UNTRUSTED, "link", false, NULL, film_is_link },
    { "folder is a link", ERR_UNTRUSTED, "link", false, NULL, folder_is_link },
    { "film is a folder", ERR_UNTRUSTED, "not a regular file", false, NULL, film_is_folder },
    { "film is a pipe", ERR_UNTRUSTED, "not a regular file", false, NULL, film_is_pipe },
    { "film is a device", ERR_UNTRUSTED, "not a regular file", false, NULL, film_is_device },
};

static void refuse_one(const char *data, const struct spoiling *s)
{
    struct outcome o;
    struct bytes before, after;
    struct forged f = { .tree = "spoilt", .list_version = 2, .count = 2,
                        .package = { { .id = BAD, .version = 6, .film = "bad two" }, { .id = GOOD, .version = 1, .film = "good one" } } };
    if (s->before)
        s->before(&f);
    forge_tree(&f);
    if (s->after)
        s->after(&f);
    all_bytes(data, &before);
    import(data, scratch("spoilt"), &o);
    all_bytes(data, &after);
    if (!s->whole && o.p.err.kind != ERR_NONE)
        fail_msg("%s: it stopped the whole run: %s", s->what, o.p.err.text);
    const struct err *why = s->whole ? &o.p.err : &o.package[find(&o, BAD)].err;
    const char *names = strcmp(s->names, "KEY") ? s->names : forge_other_key.pub.id;
    if (why->kind != s->kind || !strstr(why->text, names))
        fail_msg("%s: got %s \"%s\", want %s naming \"%s\"", s->what, err_kind_name(why->kind), why->text,
                 err_kind_name(s->kind), names);
    if (!s->whole && o.package[find(&o, BAD)].state != PLAN_REFUSED)
        fail_msg("%s: not refused", s->what);
    if (memcmp(&before, &after, sizeof before) != 0)
        fail_msg("%s: the data directory changed (blobs %d incoming %d trust %d db %d)", s->what,
                 strcmp(before.blobs, after.blobs), strcmp(before.incoming, after.incoming), strcmp(before.trust, after.trust),
                 strcmp(before.db, after.db));
    assert_int_equal(plays(data, GOOD), 1);
    assert_int_equal(plays(data, BAD), 5);
}

static void every_bad_tree_is_refused(void **state)
{
    const char *data = scratch("d-refuse");
    (void)state;
    base(data);
    for (size_t i = 0; i < sizeof spoilings / sizeof *spoilings; i++)
        refuse_one(data, &spoilings[i]);
}

static void nobody_is_trusted_at_first(void **state)
{
    const char *data = scratch("d-nobody");
    struct outcome o;
    struct forged f = { .tree = "first", .count = 1, .package = { { .id = GOOD, .version = 1, .film = "x" } } };
    (void)state;
    forge_tree(&f);
    import(data, scratch("first"), &o);
    assert_refused(o.p.err.kind == ERR_NONE, o.p.err, ERR_UNTRUSTED, forge_key.pub.id);
}

static void older_lists_are_refused(void **state)
{
    const char *data = scratch("d-older");
    struct outcome o;
    struct forged f = { .tree = "third", .list_version = 3, .count = 1, .package = { { .id = GOOD, .version = 1, .film = "good one" } } };
    (void)state;
    base(data);
    forge_tree(&f);
    import(data, scratch("third"), &o);
    assert_int_equal(o.p.current, 1);
    import(data, scratch("base"), &o);
    assert_refused(o.p.err.kind == ERR_NONE, o.p.err, ERR_OLDER, "list 1");
    f.issued_s = forge_now_s + 5; /* the same number, other bytes */
    forge_tree(&f);
    import(data, scratch("third"), &o);
    assert_refused(o.p.err.kind == ERR_NONE, o.p.err, ERR_UNTRUSTED, "two different lists");
    /* a list of an absurd number does not block a new key for ever */
    f.list_version = (int64_t)1 << 53;
    f.issued_s = 0;
    forge_tree(&f);
    import(data, scratch("third"), &o);
    assert_int_equal(o.p.err.kind, ERR_NONE);
    struct err e = ERR_INIT;
    char old[KEY_ID_TEXT];
    assert_fine(trust_pin(data, &forge_other_key.pub, old, &e), e);
    assert_string_equal(old, forge_key.pub.id);
    f.list_version = 1;
    f.key = &forge_other_key;
    forge_tree(&f);
    import(data, scratch("third"), &o);
    assert_int_equal(o.p.err.kind, ERR_NONE);
    assert_int_equal(plays(data, GOOD), 1);
}

/* Terabytes of holes: told before anything is copied, with how much is missing; what fits is installed. */
static void too_little_room(void **state)
{
    const char *data = scratch("d-room");
    struct outcome o;
    struct bytes before, after;
    struct str manifest;
    uint64_t free_bytes;
    struct err e = ERR_INIT;
    (void)state;
    base(data);
    assert_true(fs_space(data, &free_bytes, NULL, &e));
    int lessons = (int)(free_bytes >> 30) + 2;
    if (lessons > 499) {
        skip();
        return;
    }
    str_init(&manifest, 0);
    str_puts(&manifest, HEAD("6") "\"lessons\":[");
    for (int i = 0; i < lessons; i++) {
        char sha[SHA256_HEX];
        sha256_hex(&i, sizeof i, sha);
        str_printf(&manifest, "%s{\"content_id\":\"6a1de1b4-5d0e-4c57-9a53-0d8e7c1f%04x\",\"title\":{\"en\":\"x\"},\"duration_ms\":1000,"
                              "\"renditions\":[{\"weight\":\"480p\",\"duration_ms\":1000,\"media\":{\"sha256\":\"%s\","
                              "\"size\":1073741824,\"type\":\"video/mp4\",\"name\":\"a.mp4\"}}]}", i ? "," : "", i, sha);
    }
    str_puts(&manifest, "]}");
    struct forged f = { .tree = "huge", .list_version = 2, .count = 1,
                        .package = { { .id = BAD, .version = 6, .film = "x", .manifest = manifest.data } } };
    forge_tree(&f);
    for (int i = 0; i < lessons; i++) {
        char sha[SHA256_HEX];
        sha256_hex(&i, sizeof i, sha);
        forge_put(scratch("huge"), TREE_BLOB, sha, "", 0);
        assert_int_equal(truncate(forge_path("huge", TREE_BLOB, sha), 1 << 30), 0);
    }
    all_bytes(data, &before);
    import(data, scratch("huge"), &o);
    all_bytes(data, &after);
    assert_int_equal(o.package[0].state, PLAN_NO_ROOM);
    assert_refused(false, o.package[0].err, ERR_FULL, "MB are missing");
    assert_true(o.p.short_bytes > 0);
    assert_memory_equal(&before, &after, sizeof before);
    assert_int_equal(plays(data, BAD), 5);
    str_release(&manifest);
}

/* ---- cut off ---- */

static struct forged two_films = { .tree = "films", .list_version = 2, .count = 2,
                                   .package = { { .id = BAD, .version = 6, .film = "bad two" },
                                                { .id = GOOD, .version = 2, .film = "good two" } } };

/* Steps until some bytes are copied, then cancels. */
static void cancelled_import(const char *data, struct outcome *o)
{
    struct store *s = open_data(data);
    struct install *i = begin(s, data, scratch("films"));
    struct install_progress p = { 0 };
    while (install_step(i))
        ;
    install_start(i);
    while (p.bytes_done == 0 && install_step(i))
        install_progress_get(i, &p);
    install_cancel(i);
    assert_false(install_step(i));
    read_outcome(i, o);
    install_close(i);
    store_close(s);
}

/* Something else fills the disk while lessons are copied: the copying stops, and what is free stays for records. */
static void disk_fills_while_copying(void **state)
{
    const char *data = scratch("d-fills");
    struct err e = ERR_INIT;
    struct outcome o;
    struct install_progress p = { 0 };
    (void)state;
    base(data);
    forge_tree(&two_films);
    struct store *s = open_data(data);
    struct install *i = begin(s, data, scratch("films"));
    while (install_step(i))
        ;
    install_start(i);
    while (p.bytes_done == 0 && install_step(i))
        install_progress_get(i, &p);
    fault_disk(10 << 20);
    while (install_step(i))
        ;
    read_outcome(i, &o);
    install_close(i);
    assert_refused(o.p.err.kind == ERR_NONE, o.p.err, ERR_FULL, "kept for records");
    assert_fine(writer_wait(store_writer(s), visit_post_in(store_writer(s), "v1"), &e), e);
    store_close(s);
    fault_disk(UINT64_MAX);
    import(data, scratch("films"), &o);
    assert_int_equal(o.p.err.kind, ERR_NONE);
    assert_int_equal(plays(data, BAD), 6);
    assert_int_equal(plays(data, GOOD), 2);
}

static void goes_on_where_it_stopped(void **state)
{
    const char *data = scratch("d-cancel");
    struct outcome o;
    (void)state;
    base(data);
    forge_tree(&two_films);
    cancelled_import(data, &o);
    assert_refused(o.p.err.kind == ERR_NONE, o.p.err, ERR_CANCELLED, "stopped");
    assert_int_equal(plays(data, BAD), 5);
    uint64_t kept = copy_part_bytes(data, two_films.package[0].film_sha) + copy_part_bytes(data, two_films.package[1].film_sha);
    assert_true(kept >= COPY_STEP_BYTES);
    import(data, scratch("films"), &o);
    assert_int_equal(o.p.done, 2);
    assert_int_equal(o.p.bytes_total, 2 * FORGE_FILM_BYTES - kept);
    assert_int_equal(plays(data, BAD), 6);
    assert_int_equal(plays(data, GOOD), 2);
}

/* After a power cut a part may be full of zeros, or longer than the blob: it is never believed. */
static void a_rotten_part_is_copied_anew(void **state)
{
    static char zeros[FORGE_FILM_BYTES + 100];
    static const size_t size[] = { 5, 1 << 20, FORGE_FILM_BYTES, FORGE_FILM_BYTES + 100 };
    (void)state;
    forge_tree(&two_films);
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        char name[20];
        struct outcome o;
        snprintf(name, sizeof name, "d-rot%zu", i);
        const char *data = scratch(name);
        base(data);
        char *part = copy_part_path(data, two_films.package[0].film_sha);
        put(part, zeros, size[i]);
        free(part);
        import(data, scratch("films"), &o);
        assert_int_equal(o.p.done, 2);
        assert_int_equal(plays(data, BAD), 6);
    }
}

static void stick_pulled_out(void **state)
{
    const char *data = scratch("d-pulled");
    struct err e = ERR_INIT;
    struct outcome o;
    struct install_progress p = { 0 };
    (void)state;
    base(data);
    forge_tree(&two_films);
    struct store *s = open_data(data);
    struct install *i = begin(s, data, scratch("films"));
    while (install_step(i))
        ;
    install_start(i);
    while (p.done == 0 && install_step(i))
        install_progress_get(i, &p);
    assert_fine(fs_remove_tree(scratch("films"), &e), e);
    while (install_step(i))
        ;
    read_outcome(i, &o);
    install_close(i);
    store_close(s);
    assert_refused(o.p.err.kind == ERR_NONE, o.p.err, ERR_MISSING, "was removed; put it back");
    assert_int_equal(o.p.done, 1);
    assert_int_equal(plays(data, GOOD) + plays(data, BAD), 7); /* one new, one old */
    forge_tree(&two_films);
    import(data, scratch("films"), &o);
    assert_int_equal(plays(data, GOOD) + plays(data, BAD), 8);
}

/* The screen asks while the import runs in its own thread (make MODE=tsan looks for races). */
struct asking { struct install *install; _Atomic bool stop; uint64_t last_bytes; int asked; bool went_back; };

static void *ask(void *arg)
{
    struct asking *a = arg;
    while (!atomic_load(&a->stop)) {
        struct install_progress p;
        struct install_package k;
        install_progress_get(a->install, &p);
        a->went_back |= p.bytes_done < a->last_bytes;
        a->last_bytes = p.bytes_done;
        for (int n = 0; install_package_get(a->install, n, &k); n++)
            install_package_release(&k);
        a->asked++;
    }
    return NULL;
}

static void another_thread_may_look(void **state)
{
    const char *data = scratch("d-look");
    struct outcome o;
    pthread_t thread;
    (void)state;
    base(data);
    forge_tree(&two_films);
    struct store *s = open_data(data);
    struct asking a = { .install = begin(s, data, scratch("films")) };
    thread_start(&thread, "ask", ask, &a);
    run(a.install);
    atomic_store(&a.stop, true);
    thread_join(thread);
    read_outcome(a.install, &o);
    assert_int_equal(o.p.done, 2);
    assert_false(a.went_back);
    install_close(a.install);
    store_close(s);
}

static void one_import_at_a_time(void **state)
{
    const char *data = scratch("d-two");
    struct outcome o;
    (void)state;
    base(data);
    forge_tree(&two_films);
    struct store *s = open_data(data);
    struct install *first = begin(s, data, scratch("films")), *second = begin(s, data, scratch("films"));
    assert_true(install_step(first));
    assert_false(install_step(second));
    read_outcome(second, &o);
    assert_refused(o.p.err.kind == ERR_NONE, o.p.err, ERR_REFUSED, "another import");
    install_close(second);
    install_close(first);
    store_close(s);
}

/* In a child: import with the n-th write failing or killing. Exit 0: came to its end. */
static int child_import(const char *data, enum fault_mode mode, unsigned n)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct err e = ERR_INIT;
        struct store_options so = { .threaded = false };
        struct store *s = store_open(data, &so, NULL, &e);
        if (!s)
            _exit(9);
        struct install *i = begin(s, data, scratch("films"));
        struct install_progress p;
        if (!freopen("/dev/null", "w", stderr)) /* it complains about its disk, as it should */
            _exit(8);
        fault_arm(mode, n);
        run(i);
        bool enough = fault_writes() < n;
        fault_arm(FAULT_OFF, 0);
        install_progress_get(i, &p);
        install_close(i);
        store_close(s);
        _exit(enough ? 0 : p.err.kind == ERR_NONE && p.refused == 0 ? 2 : 3);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* $WEIKE_TEST_FULL=1 takes every write, else every ninth. At each write of an import: power cut, full disk, failing disk. Old or new plays, never a mixture; the next import
 * puts everything right. */
static void every_write_may_fail(void **state)
{
    static const enum fault_mode modes[] = { FAULT_KILL, FAULT_ENOSPC, FAULT_EIO };
    unsigned points = 0, stride = getenv("WEIKE_TEST_FULL") ? 1 : 9;
    struct err e = ERR_INIT;
    const char *data = scratch("d-fault"), *before = scratch("d-before");
    const char *const copy[] = { "cp", "-a", before, data, NULL };
    (void)state;
    forge_film_bytes = 200000; /* one write to the disk each, or two */
    base(before);
    forge_tree(&two_films);
    forge_film_bytes = FORGE_FILM_BYTES;
    for (size_t m = 0; m < sizeof modes / sizeof *modes; m++) {
        int code = -1;
        for (unsigned n = 1 + (unsigned)m; code != 0; n += stride) {
            struct outcome o;
            assert_fine(fs_remove_tree(data, &e), e);
            assert_fine(child_run(copy, NULL, &e), e);
            code = child_import(data, modes[m], n);
            if (code == 9)
                fail_msg("the store did not open");
            int64_t good = plays(data, GOOD), bad_version = plays(data, BAD);
            assert_true((good == 1 || good == 2) && (bad_version == 5 || bad_version == 6));
            import(data, scratch("films"), &o);
            if (o.p.err.kind != ERR_NONE)
                fail_msg("mode %d write %u: %s", (int)modes[m], n, o.p.err.text);
            assert_int_equal(plays(data, GOOD), 2);
            assert_int_equal(plays(data, BAD), 6);
            points++;
            assert_true(n < 2000);
        }
    }
    print_message("%u points\n", points);
    assert_true(points * stride > 150);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(installs_updates_and_sweeps), cmocka_unit_test(a_bad_package_does_not_hold_up_the_others),
        cmocka_unit_test(pictures_of_questions_come_along), cmocka_unit_test(finds_the_tree_on_a_stick),   cmocka_unit_test(every_bad_tree_is_refused),
        cmocka_unit_test(nobody_is_trusted_at_first),  cmocka_unit_test(older_lists_are_refused),
        cmocka_unit_test(too_little_room),             cmocka_unit_test(disk_fills_while_copying),
        cmocka_unit_test(goes_on_where_it_stopped),
        cmocka_unit_test(a_rotten_part_is_copied_anew), cmocka_unit_test(stick_pulled_out),
        cmocka_unit_test(another_thread_may_look),     cmocka_unit_test(one_import_at_a_time),        cmocka_unit_test(every_write_may_fail),
    };
    return cmocka_run_group_tests(tests, forge_setup, scratch_teardown);
}
