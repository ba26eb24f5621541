/* store_kit.h - what the tests of store/ share: a throw-away data directory, a small course, one member. */
#ifndef WEIKE_TESTS_STORE_KIT_H
#define WEIKE_TESTS_STORE_KIT_H
#include "base/fs.h"
#include "base/hash.h"
#include "store/library/blob.h"
#include "store/library/library.h"
#include "store/people/member.h"
#include "store/outbox/outbox.h"
#include "store/people/visit.h"
#include "store/study/attempt.h"
#include "store/study/viewing.h"
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KIT_UNUSED __attribute__((unused)) static

KIT_UNUSED void kit_must(bool ok, const struct err *e, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s: %s\n", what, err_kind_name(e->kind), e->text);
    abort();
}
#define KIT_MUST(call) kit_must((call), &e, #call)

KIT_UNUSED char *kit_dir(void) /* caller frees after kit_remove */
{
    /* In memory where possible: hundreds of fsyncs a test. What is tested here does not depend on the disk. */
    const char *tmp = getenv("TMPDIR") ? getenv("TMPDIR") : access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    char *dir = mem_printf("%s/weike-store-XXXXXX", tmp);
    if (!mkdtemp(dir))
        abort();
    return dir;
}

KIT_UNUSED void kit_remove(char *dir)
{
    struct err e = ERR_INIT;
    KIT_MUST(fs_remove_tree(dir, &e));
    free(dir);
}

KIT_UNUSED struct store *kit_open(const char *dir, struct store_repair *repair)
{
    struct err e = ERR_INIT;
    struct store_options o = { .owner = true, .home_page = "https://village.example/x" };
    struct store *s = store_open(dir, &o, repair, &e);
    kit_must(s != NULL, &e, "store_open");
    return s;
}

/* Puts `text` among the blobs and its reference, as JSON, at the end of `json`. */
KIT_UNUSED bool kit_blob(const char *dir, const char *text, const char *type, const char *name, struct str *json, struct err *e)
{
    char sha256[SHA256_HEX];
    sha256_hex(text, strlen(text), sha256);
    char *part = mem_printf("%s/incoming/%s.part", dir, sha256);
    const char *list[] = { sha256 };
    bool ok = fs_replace(part, text, strlen(text), e) && blob_adopt(dir, part, sha256, e) && blob_sync(dir, list, 1, e);
    str_printf(json, "{\"sha256\":\"%s\",\"size\":%zu,\"type\":\"%s\",\"name\":\"%s\"}", sha256, strlen(text), type, name);
    free(part);
    return ok;
}

KIT_UNUSED void kit_content_id(const char *course_id, int lesson, char out[UUID_TEXT])
{
    snprintf(out, UUID_TEXT, "0190aaaa-%04x-7000-8000-%012x", (unsigned)(hash64(1, course_id, strlen(course_id)) & 0xffff),
             (unsigned)lesson);
}

/* A course of `lessons` lessons of 60 s, each with a film, a poster and a quiz. */
KIT_UNUSED bool kit_try_manifest(const char *dir, const char *id, int version, int lessons, struct str *out, struct err *e)
{
    char text[100], content_id[UUID_TEXT];
    bool ok = true;
    str_printf(out, "{\"format\":1,\"kind\":\"course\",\"id\":\"%s\",\"version\":%d,\"title\":{\"zh-CN\":\"防骗 %d\",\"en\":\"Fraud %d\"},"
                    "\"category\":\"safety\",\"priority\":70,\"lessons\":[", id, version, version, version);
    for (int i = 0; ok && i < lessons; i++) {
        kit_content_id(id, i, content_id);
        str_printf(out, "%s{\"content_id\":\"%s\",\"title\":{\"zh-CN\":\"第%d课\",\"en\":\"Lesson %d\"},\"duration_ms\":60000,"
                        "\"pass_mark\":0.6,\"poster\":", i ? "," : "", content_id, i + 1, i + 1);
        ok = kit_blob(dir, "poster", "image/png", "poster.png", out, e);
        str_puts(out, ",\"renditions\":[{\"weight\":\"480p\",\"duration_ms\":60000,\"media\":");
        snprintf(text, sizeof text, "film %s %d of version %d", id, i, version);
        ok = ok && kit_blob(dir, text, "video/mp4", "film.mp4", out, e);
        str_puts(out, "}],\"questions\":");
        snprintf(text, sizeof text, "questions %s %d", id, i);
        ok = ok && kit_blob(dir, text, "application/json", "questions.json", out, e);
        str_puts(out, "}");
    }
    str_puts(out, "]}");
    return ok;
}

KIT_UNUSED void kit_manifest(const char *dir, const char *id, int version, int lessons, struct str *out)
{
    struct err e = ERR_INIT;
    KIT_MUST(kit_try_manifest(dir, id, version, lessons, out, &e));
}

KIT_UNUSED bool kit_install(struct store *s, const char *id, int version, int lessons, struct err *e)
{
    struct str manifest;
    str_init(&manifest, 0);
    kit_manifest(store_dir(s), id, version, lessons, &manifest);
    struct library_package p = { .manifest = manifest.data, .manifest_len = manifest.len, .publisher = "test" };
    bool ok = library_install(store_writer(s), &p, e);
    str_release(&manifest);
    return ok;
}

/* The same course as far as its lessons are `ready`: what the others need is taken out of blobs/ first, unless `whole`. */
KIT_UNUSED bool kit_install_parts(struct store *s, const char *id, int version, int lessons, const bool *ready, bool whole, struct err *e)
{
    struct str manifest;
    struct course c;
    str_init(&manifest, 0);
    kit_manifest(store_dir(s), id, version, lessons, &manifest);
    kit_must(course_parse(manifest.data, manifest.len, &c, e), e, "course_parse");
    for (int i = 0; i < lessons && !whole; i++)
        if (!ready[i] && !blob_remove(store_dir(s), c.lesson[i].rendition[0].media.sha256, e))
            abort();
    struct library_package p = { .manifest = manifest.data, .manifest_len = manifest.len, .publisher = "test", .ready = ready };
    bool ok = library_install(store_writer(s), &p, e);
    course_release(&c);
    str_release(&manifest);
    return ok;
}

/* Three questions: true-false, single choice, survey; as model/ would parse them. */
KIT_UNUSED void kit_questions(struct question_set *out)
{
    static struct lang_entry entry[] = { { "en", "Is this so?" } };
    static struct question q[3];
    memset(q, 0, sizeof q);
    for (int i = 0; i < 3; i++) {
        snprintf(q[i].id, sizeof q[i].id, "q%d", i + 1);
        q[i].prompt = (struct lang_text){ 1, entry };
        q[i].answer_at_ms = -1;
        q[i].option_count = 2;
        for (int k = 0; k < 2; k++) {
            snprintf(q[i].option[k].id, sizeof q[i].option[k].id, "c%d", k + 1);
            q[i].option[k].text = (struct lang_text){ 1, entry };
        }
        q[i].option[0].weight = 1;
    }
    q[0].kind = QUESTION_TRUE_FALSE;
    q[0].answer_true = true;
    snprintf(q[0].option[0].id, sizeof q[0].option[0].id, "true");
    snprintf(q[0].option[1].id, sizeof q[0].option[1].id, "false");
    q[1].kind = QUESTION_CHOICE;
    q[2].kind = QUESTION_LIKERT;
    *out = (struct question_set){ 3, q };
}

KIT_UNUSED void kit_commit(struct store *s, uint64_t ticket)
{
    struct err e = ERR_INIT;
    KIT_MUST(writer_wait(store_writer(s), ticket, &e));
}

KIT_UNUSED int64_t kit_number(struct db *db, const char *sql)
{
    struct err e = ERR_INIT;
    struct query q = db_query(db, sql);
    int64_t n = query_row(&q) ? query_col_int(&q, 0) : -1;
    KIT_MUST(query_end(&q, &e));
    return n;
}
#endif
