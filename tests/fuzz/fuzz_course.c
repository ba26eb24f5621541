/* Manifests: any bytes are refused with a reason, or are a course that says the same again when written and read. */
#include "base/fs.h"
#include "base/json.h"
#include "model/course.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void see_file(void *ctx, const struct file_ref *f, const char *where)
{
    assert(sha256_hex_valid(f->sha256) && f->size_bytes <= BLOB_MAX_BYTES && *where);
    assert(fs_label_valid(f->name, NULL));
    ++*(int *)ctx;
}

static void check_lesson(const struct lesson *l)
{
    assert(uuid_valid(l->content_id) && l->duration_ms > 0 && l->rendition_count > 0);
    assert(l->pass_mark >= 0 && l->pass_mark <= 1 && l->max_attempts >= 0);
    assert(l->completion_permille > 0 && l->completion_permille <= 1000);
    for (int i = 0; i < l->rendition_count; i++) {
        const struct rendition *r = &l->rendition[i];
        assert(!i || r->weight > l->rendition[i - 1].weight);
        for (int k = 1; k < r->still_count; k++)
            assert(r->still[k].at_ms >= r->still[k - 1].at_ms);
    }
}

static void write_course(const struct course *c, struct str *out)
{
    json_t *o = package_to_json(&c->head);
    json_write(o, out);
    json_decref(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct course c, again;
    struct err e = ERR_INIT;
    memset(&c, 0x5a, sizeof c);
    if (!course_parse((const char *)data, size, &c, &e)) {
        assert(e.kind != ERR_NONE && e.text[0]);
        for (size_t i = 0; i < sizeof c; i++)
            assert(((unsigned char *)&c)[i] == 0x5a); /* untouched */
        return 0;
    }
    struct str once, twice;
    int files = 0;
    str_init(&once, 0);
    str_init(&twice, 0);
    assert(c.lesson_count > 0 && c.head.version > 0 && c.head.id[0] && c.head.kind == &course_kind);
    for (int i = 0; i < c.lesson_count; i++)
        check_lesson(&c.lesson[i]);
    package_each_file(&c.head, see_file, &files);
    assert(files >= c.lesson_count);
    write_course(&c, &once);
    assert(course_parse(once.data, once.len, &again, &e));
    write_course(&again, &twice);
    assert(once.len == twice.len && !memcmp(once.data, twice.data, once.len));
    course_release(&again);
    course_release(&c);
    str_release(&once);
    str_release(&twice);
    return 0;
}
