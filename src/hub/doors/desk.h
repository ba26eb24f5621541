/* desk.h - the small doors for machines: enrolment, introductions, receipts to be fetched, the time. Any thread; enrolment and
 * introductions wait for the disk. */
#ifndef WEIKE_HUB_DOORS_DESK_H
#define WEIKE_HUB_DOORS_DESK_H
#include "web/exchange.h"
#include "hub/hub.h"

void desk_enrol(struct hub *h, const struct ask *a, struct reply *out);
void desk_introduce(struct hub *h, const struct ask *a, struct reply *out);
void desk_ack(struct hub *h, const struct ask *a, struct reply *out);
void desk_time(struct hub *h, const struct ask *a, struct reply *out);
#endif
