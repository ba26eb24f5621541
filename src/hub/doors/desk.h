/* desk.h - the small doors for machines: enrolment, introductions, receipts to be fetched, the time. Handlers of web/route.h: `hub`
 * is the struct hub. Any thread; enrolment and introductions wait for the disk. Who asks proves himself by his signature. */
#ifndef WEIKE_HUB_DOORS_DESK_H
#define WEIKE_HUB_DOORS_DESK_H
#include "web/exchange.h"

void desk_enrol(void *hub, const struct ask *a, struct reply *out);
void desk_introduce(void *hub, const struct ask *a, struct reply *out);
void desk_ack(void *hub, const struct ask *a, struct reply *out);
void desk_time(void *hub, const struct ask *a, struct reply *out);
#endif
