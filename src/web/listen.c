#define _GNU_SOURCE
#include "web/listen.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static int bound(const struct addrinfo *a, bool both)
{
    int one = 1, zero = 0;
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one); /* a restart must not wait for old connections */
    if (a->ai_family == AF_INET6 && both)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof zero);
    if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    close(fd);
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_storage a;
    socklen_t len = sizeof a;
    if (getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        return 0;
    return ntohs(a.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&a)->sin6_port : ((struct sockaddr_in *)&a)->sin_port);
}

int listen_open(const char *host, const char *port, int *got_port, struct err *e)
{
    struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE }, *list = NULL;
    int fd = -1, rc = getaddrinfo(*host ? host : NULL, port, &hints, &list);
    if (rc != 0) {
        err_set(e, ERR_INVALID, "--listen: \"%.80s\" is no address of this machine (%s)", host, gai_strerror(rc));
        return -1;
    }
    for (int want6 = 1; want6 >= 0 && fd < 0; want6--) /* v6 first: it can take both */
        for (struct addrinfo *a = list; a && fd < 0; a = a->ai_next)
            if ((a->ai_family == AF_INET6) == want6)
                fd = bound(a, !*host);
    freeaddrinfo(list);
    if (fd < 0)
        err_errno(e, "cannot listen on %s:%s", *host ? host : "all addresses", port);
    else
        *got_port = port_of(fd);
    return fd;
}

void listen_text(const struct sockaddr *a, char out[64])
{
    const char *text = NULL;
    if (a && a->sa_family == AF_INET)
        text = inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr, out, 64);
    else if (a && a->sa_family == AF_INET6)
        text = inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)a)->sin6_addr, out, 64);
    if (!text)
        *out = 0;
}

long listen_files(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return 1024;
    r.rlim_cur = r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
    return getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur != RLIM_INFINITY ? (long)r.rlim_cur : 1L << 20;
}
