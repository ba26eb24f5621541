#include "pack/county_find.h"
#include "base/config.h"
#include "base/fs.h"
#include "base/str.h"
#include "pack/trust.h"

#include <stdlib.h>
#include <string.h>

static bool of_root(const char *data_dir, struct county_key *out, struct err *e)
{
    struct trust *t = mem_alloc(sizeof *t);
    bool ok = trust_load(data_dir, t, e);
    if (ok && !trust_county(t)[0])
        ok = err_set(e, ERR_MISSING, "there is no county key here yet: \"weikectl enrol CODE\" brings it, or county_key in weike.conf names it");
    else if (ok)
        ok = county_key_parse(trust_county(t), strlen(trust_county(t)), out, e);
    free(t);
    return ok;
}

bool county_find(const char *data_dir, const char *written, struct county_key *out, struct err *e)
{
    char *path = config_path(data_dir, written), *enrolled = fs_join(data_dir, "trust/county.pub");
    bool ok = path                   ? county_key_load(path, out, e)
              : fs_exists(enrolled) ? county_key_load(enrolled, out, e)
                                    : of_root(data_dir, out, e);
    free(path);
    free(enrolled);
    return ok;
}
