#define LOG_MODULE "identity"
#include "hub/vault/identity.h"
#include "base/fs.h"

#include <stdlib.h>
#include <string.h>

static bool open_own(const char *data_dir, struct identity *id, struct err *e)
{
    char *dir = fs_join(data_dir, "hub"), *path = fs_join(dir, "weike.key");
    bool ok = true;
    if (!fs_exists(path)) {
        struct public_key made;
        ok = fs_mkdirs(dir, e) && key_generate(dir, &made, e);
        id->fresh = ok;
    }
    ok = ok && key_load_secret(path, &id->hub, e);
    free(path);
    free(dir);
    return ok;
}

static bool open_county(const char *data_dir, bool make, struct identity *id, struct err *e)
{
    char *dir = fs_join(data_dir, "county"), *path = fs_join(dir, "county.key");
    bool ok = true;
    if (!fs_exists(path) && make) {
        struct county_key made;
        ok = fs_mkdirs(dir, e) && county_key_generate(dir, &made, e);
    }
    if (ok && fs_exists(path)) {
        ok = county_secret_load(path, &id->secret, e);
        id->is_county = id->has_county = ok;
        id->county = id->secret.pub;
    }
    free(path);
    free(dir);
    return ok;
}

static bool open_trusted(const char *data_dir, bool upstream, struct identity *id, struct err *e)
{
    char *path = fs_join(data_dir, "trust/county.pub");
    bool ok = true, joined = fs_exists(path);
    if (!id->is_county && joined && !upstream)
        ok = err_set(e, ERR_REFUSED, "this hub belongs to a county (%s): start it with --upstream, as before", path);
    if (ok && !id->is_county && joined)
        ok = id->has_county = county_key_load(path, &id->county, e);
    free(path);
    return ok;
}

bool identity_open(const char *data_dir, bool upstream, struct identity *out, struct err *e)
{
    struct identity id = { 0 };
    bool ok = open_own(data_dir, &id, e) && open_county(data_dir, false, &id, e) && open_trusted(data_dir, upstream, &id, e);
    if (ok && !id.is_county && !upstream)
        ok = open_county(data_dir, true, &id, e);
    if (ok)
        *out = id;
    else
        identity_wipe(&id);
    return ok;
}

void identity_wipe(struct identity *id)
{
    secret_key_wipe(&id->hub);
    county_secret_wipe(&id->secret);
}
