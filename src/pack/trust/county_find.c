#include "pack/trust/county_find.h"
#include "base/config.h"
#include "base/fs.h"
#include "base/str.h"
#include "pack/trust/trust.h"

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
    struct err none = ERR_INIT;
    bool ok;
    if (path)
        ok = county_key_load(path, out, e);
    else if (of_root(data_dir, out, &none)) /* signed by two of three: no hub that somebody enrolled at has a say against it */
        ok = true;
    else if (none.kind == ERR_MISSING && fs_exists(enrolled))
        ok = county_key_load(enrolled, out, e);
    else {
        ok = false;
        if (e)
            *e = none;
    }
    free(path);
    free(enrolled);
    return ok;
}
