/* server.h - HTTP in front of the hub; the only code that knows libmicrohttpd. It runs threads of its own (an epoll loop each);
 * a request waits for the disk suspended, not on a thread. */
#ifndef WEIKE_HUB_DOORS_SERVER_H
#define WEIKE_HUB_DOORS_SERVER_H
#include "hub/hub.h"

struct server;
/* Listens and serves at once. ERR_REFUSED if the address is taken. */
struct server *server_start(struct hub *h, struct err *e) MUST_CHECK;
int server_port(const struct server *s);
/* Takes no more connections, answers what waits (at most some seconds), then closes. */
void server_stop(struct server *s);
#endif
