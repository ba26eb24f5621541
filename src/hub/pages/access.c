#define LOG_MODULE "access"
#include "hub/pages/access.h"

#include "base/log.h"
#include "hub/pages/admin.h"

struct work *access_reader(struct hub *h, struct reply *out)
{
    struct err e = ERR_INIT;
    struct work *w = ledger_reader(h->ledger, &e);
    if (!w) {
        log_error("%s", e.text);
        reply_say(out, 503, "the database cannot be read now");
    }
    return w;
}

const char *access_guesser(const struct hub *h, const struct ask *a)
{
    return h->options->per_ip ? a->address : NULL;
}

static bool refuse(enum admin_who found, struct reply *out)
{
    if (found == ADMIN_TOO_OFTEN) {
        out->retry_after_s = 60;
        reply_say(out, 429, "too many wrong passwords: wait a minute");
    } else if (found == ADMIN_NO_OPERATOR) {
        reply_say(out, 403, "make the first operator first: open /status");
    } else {
        reply_say(out, 401, "name and password, please");
        out->ask_password = true;
    }
    return false;
}

bool access_may(void *hub, int who, struct ask *a, struct reply *out)
{
    struct hub *h = hub;
    struct work *w = access_reader(h, out);
    if (!w)
        return false;
    enum admin_who found = admin_check(h->admin, w, a->user, a->password, access_guesser(h, a));
    ledger_reader_done(h->ledger, w);
    a->role = found == ADMIN_NO_OPERATOR ? ACCESS_NOBODY_YET : ACCESS_IS_OPERATOR;
    if (found == ADMIN_OK || (found == ADMIN_NO_OPERATOR && who == ACCESS_OPERATOR_OR_FIRST))
        return true;
    return refuse(found, out);
}
