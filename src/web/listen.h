/* listen.h - the socket a hub answers on. One thread. */
#ifndef WEIKE_WEB_LISTEN_H
#define WEIKE_WEB_LISTEN_H
#include "base/err.h"

#include <sys/socket.h>

/* A listening socket, or -1. `host` "": all addresses, both families where the system has both. */
int listen_open(const char *host, const char *port, int *got_port, struct err *e) MUST_CHECK;
/* Numeric text of an address, "" for none we know. */
void listen_text(const struct sockaddr *a, char out[64]);
/* Raises the limit of open files as far as allowed; how many there may be. */
long listen_files(void);
#endif
