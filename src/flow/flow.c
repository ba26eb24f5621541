#include "flow/flow.h"
#include "store/study/hours.h"

struct db *flow_db(const struct flow *f)
{
    return store_db(f->store);
}

struct db *flow_read(const struct flow *f)
{
    return store_read(f->store);
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
