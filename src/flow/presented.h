/* presented.h - what a film does at this moment, told to whoever credits it. A value. */
#ifndef WEIKE_FLOW_PRESENTED_H
#define WEIKE_FLOW_PRESENTED_H
#include <stdbool.h>
#include <stdint.h>

struct presented {
    bool running;         /* is seen and heard: not paused, opening, seeking or over */
    bool seeking;         /* position_ms is where it goes, not where it ran to */
    bool ended;           /* reached its end */
    int64_t position_ms;
    int speed_permille;
};
#endif
