#define _GNU_SOURCE
#include "sync/netlink.h"
#include "base/fs.h"
#include "base/hash.h"

#include <ifaddrs.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { THINGS_MAX = 128 };
struct things { int count; uint64_t hash[THINGS_MAX]; }; /* addresses and default routes that are there */
struct netlink {
    int fd;
    struct things now;
};

static bool holds(const struct things *t, uint64_t hash)
{
    for (int i = 0; i < t->count; i++)
        if (t->hash[i] == hash)
            return true;
    return false;
}

static void put(struct things *t, uint64_t hash)
{
    if (t->count < THINGS_MAX && !holds(t, hash))
        t->hash[t->count++] = hash;
}

static void look_addresses(struct things *t)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *a = all; a; a = a->ifa_next) {
        uint64_t h = hash64(0, a->ifa_name, strlen(a->ifa_name));
        if (!a->ifa_addr || !(a->ifa_flags & IFF_RUNNING) || (a->ifa_flags & IFF_LOOPBACK))
            continue;
        if (a->ifa_addr->sa_family == AF_INET)
            put(t, hash64(h, &((struct sockaddr_in *)(void *)a->ifa_addr)->sin_addr, sizeof(struct in_addr)));
        const struct in6_addr *six = &((struct sockaddr_in6 *)(void *)a->ifa_addr)->sin6_addr;
        if (a->ifa_addr->sa_family == AF_INET6 && !IN6_IS_ADDR_LINKLOCAL(six))
            put(t, hash64(h, six, 8)); /* the network's half: the other one changes every day for privacy */
    }
    freeifaddrs(all);
}

/* Lines "iface destination gateway …" of proc(5); a default route has destination 0. */
static void look_routes(struct things *t)
{
    struct str text;
    str_init(&text, 1 << 20);
    if (fs_read("/proc/self/net/route", 1 << 20, &text, NULL))
        for (char *rest = text.data, *line; (line = strsep(&rest, "\n"));) {
            char name[32], destination[16], gateway[16];
            if (sscanf(line, "%31s %15s %15s", name, destination, gateway) == 3 && !strcmp(destination, "00000000"))
                put(t, hash64(hash64(1, name, strlen(name)), gateway, strlen(gateway)));
        }
    str_release(&text);
}

static void look(struct things *t)
{
    t->count = 0;
    look_addresses(t);
    look_routes(t);
}

struct netlink *netlink_new(void)
{
    struct netlink *n = mem_alloc(sizeof *n);
    struct sockaddr_nl to = { .nl_family = AF_NETLINK,
                              .nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE };
    n->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (n->fd >= 0 && bind(n->fd, (struct sockaddr *)&to, sizeof to) != 0) {
        close(n->fd);
        n->fd = -1;
    }
    look(&n->now);
    return n;
}

int netlink_fd(const struct netlink *n)
{
    return n->fd;
}

bool netlink_appeared(struct netlink *n)
{
    char drop[8192]; /* what changed is not believed but looked at: messages may have been lost (ENOBUFS) */
    while (n->fd >= 0 && recv(n->fd, drop, sizeof drop, MSG_TRUNC) > 0)
        ;
    struct things before = n->now;
    look(&n->now);
    for (int i = 0; i < n->now.count; i++)
        if (!holds(&before, n->now.hash[i]))
            return true;
    return false;
}

void netlink_free(struct netlink *n)
{
    if (!n)
        return;
    if (n->fd >= 0)
        close(n->fd);
    free(n);
}
