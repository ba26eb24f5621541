#include "model/file_ref.h"
#include "base/fs.h"
#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool keys_known(const json_t *o, const char *where, const char *const *known, struct err *e)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)o, key, value) {
        int i = 0;
        while (known[i] && strcmp(known[i], key))
            i++;
        if (!known[i])
            return err_set(e, ERR_INVALID, "%s%sunknown key \"%.40s\"", where, *where ? ": " : "", key);
    }
    return true;
}

bool file_ref_parse(const json_t *parent, const char *where, const char *key, bool required, struct file_ref *out, struct err *e)
{
    static const char *const known[] = { "sha256", "size", "type", "name", NULL };
    const json_t *o;
    const char *sha, *type, *name;
    int64_t size;
    char at[160];
    if (!json_get_object(parent, where, key, required, &o, e))
        return false;
    if (!o) {
        *out = (struct file_ref){ 0 };
        return true;
    }
    snprintf(at, sizeof at, "%s%s%s", where, *where ? ", " : "", key);
    if (!keys_known(o, at, known, e) || !json_get_str(o, at, "sha256", 64, &sha, e) ||
        !json_get_int(o, at, "size", 0, INT64_MAX, &size, e) || !json_get_str(o, at, "type", 100, &type, e) ||
        !json_get_str(o, at, "name", 255, &name, e))
        return false;
    if (size > BLOB_MAX_BYTES)
        return err_set(e, ERR_TOO_BIG, "%s: %lld bytes, a file may have %d", at, (long long)size, BLOB_MAX_BYTES);
    if (!sha256_hex_valid(sha))
        return err_set(e, ERR_INVALID, "%s: \"sha256\" must be 64 lower-case hex digits", at);
    if (!fs_label_valid(name, e))
        return err_at(e, "%s", at);
    *out = (struct file_ref){ .size_bytes = (uint64_t)size, .type = mem_dup(type), .name = mem_dup(name) };
    memcpy(out->sha256, sha, SHA256_HEX);
    return true;
}

void file_ref_set(json_t *parent, const char *key, const struct file_ref *f)
{
    if (!f->sha256[0])
        return;
    json_object_set_new(parent, key, json_pack("{s:s,s:I,s:s,s:s}", "sha256", f->sha256, "size", (json_int_t)f->size_bytes, "type",
                                               f->type ? f->type : "application/octet-stream", "name", f->name ? f->name : "file"));
}

void file_ref_release(struct file_ref *f)
{
    free(f->type);
    free(f->name);
    *f = (struct file_ref){ 0 };
}
