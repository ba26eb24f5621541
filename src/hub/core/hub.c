#include "hub/core/hub.h"

#include "base/clock.h"

int64_t hub_now_ms(void)
{
    struct clock_reading r;
    clock_read(clock_build_floor_ms(), &r);
    return r.wall_ms;
}
