#include "sync/stick/stick_site.h"
#include "pack/tree/tree.h"
#include "sync/stick/stick_layout.h"

#include <stdio.h>
#include <string.h>

static const int64_t version_max = (int64_t)1 << 53;

void stick_site_init(struct stick_site *s, const char *device)
{
    *s = (struct stick_site){ .packages = json_object(), .lacks = json_object() };
    snprintf(s->device, sizeof s->device, "%s", device);
}

void stick_site_release(struct stick_site *s)
{
    json_decref(s->packages);
    json_decref(s->lacks);
    *s = (struct stick_site){ .packages = NULL };
}

void stick_site_has(struct stick_site *s, const char *id, int64_t version)
{
    json_object_set_new(s->packages, id, json_integer((json_int_t)version));
}

void stick_site_lacks(struct stick_site *s, const char *id, int64_t version)
{
    json_object_set_new(s->lacks, id, json_integer((json_int_t)version));
}

int64_t stick_site_version(const struct stick_site *s, const char *id)
{
    return (int64_t)json_integer_value(json_object_get(s->packages, id));
}

void stick_site_write(const struct stick_site *s, struct str *out)
{
    json_t *o = json_pack("{s:i,s:s,s:s,s:I,s:O,s:O}", "format", STICK_FORMAT, "device", s->device, "key", s->key, "list",
                          (json_int_t)s->list, "packages", s->packages, "lacks", s->lacks);
    json_write(o, out);
    json_decref(o);
}

static bool versions(const json_t *o, const char *name, json_t **out, struct err *e)
{
    const json_t *map;
    const char *id;
    json_t *value;
    if (!json_get_object(o, "", name, true, &map, e))
        return false;
    if (json_object_size(map) > TREE_PACKAGES_MAX)
        return err_set(e, ERR_TOO_BIG, "\"%s\" names more than %d packages", name, TREE_PACKAGES_MAX);
    json_object_foreach((json_t *)map, id, value)
        if (!json_is_integer(value) || json_integer_value(value) < 1 || json_integer_value(value) > version_max)
            return err_set(e, ERR_INVALID, "\"%s\": the version of \"%.60s\" is not a number from 1 on", name, id);
    *out = json_incref((json_t *)map);
    return true;
}

bool stick_site_parse(const char *text, size_t len, struct stick_site *out, struct err *e)
{
    struct stick_site s = { .list = 0 };
    const char *device, *key;
    int64_t format;
    json_t *o = json_parse(text, len, STICK_SITE_MAX_BYTES, e);
    if (!o)
        return false;
    bool ok = json_get_int(o, "", "format", 1, 1000, &format, e) && json_get_str(o, "", "device", KEY_ID_TEXT, &device, e) &&
              json_get_str(o, "", "key", KEY_ID_TEXT, &key, e) && json_get_int(o, "", "list", 0, version_max, &s.list, e);
    if (ok && (format != STICK_FORMAT || !stick_device_valid(device) || (*key && !stick_device_valid(key))))
        ok = err_set(e, ERR_INVALID, "it is no note of a site of format %d", STICK_FORMAT);
    ok = ok && versions(o, "packages", &s.packages, e) && versions(o, "lacks", &s.lacks, e);
    if (ok) {
        snprintf(s.device, sizeof s.device, "%s", device);
        snprintf(s.key, sizeof s.key, "%s", key);
        *out = s;
    } else {
        stick_site_release(&s);
    }
    json_decref(o);
    return ok;
}
