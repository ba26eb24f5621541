#define LOG_MODULE "flow"
#include "flow/flow.h"
#include "base/log.h"
#include "store/study/hours.h"

struct db *flow_db(const struct flow *f)
{
    return store_db(f->store);
}

struct writer *flow_writer(const struct flow *f)
{
    return store_writer(f->store);
}

void flow_clock(const struct flow *f, struct clock_reading *out)
{
    store_clock(f->store, out);
}

int flow_plan_year(const struct clock_reading *at)
{
    return hours_month_of(at->wall_ms) / 100;
}

void flow_posted(struct flow *f, uint64_t ticket)
{
    if (ticket)
        *f->posted = ticket;
}

void flow_settle(struct flow *f)
{
    struct err e = ERR_INIT;
    if (*f->posted && !writer_wait(flow_writer(f), *f->posted, &e))
        log_error("%s", e.text);
}
