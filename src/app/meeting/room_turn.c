#include "app/meeting/room_turn.h"

int room_turn_next(const struct room *r, int after)
{
    int best = -1;
    for (int step = 1; step <= r->person_count; step++) {
        int i = (after + step) % r->person_count;
        bool alone = i == after && best >= 0; /* the last one only if there is nobody else */
        if (r->person[i].present && !alone && (best < 0 || r->person[i].turns < r->person[best].turns))
            best = i;
    }
    return best;
}
