#define _GNU_SOURCE
#include "hub/core/options.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char options_help[] =
    "usage: weike-hub --data D --listen ADDR:PORT [--upstream URL] [--tls CERT KEY]\n"
    "       weike-hub status|sites|audit --data D [--json]\n"
    "       weike-hub enrol NAME [--hub] --data D [--json]\n"
    "       weike-hub revoke DEVICE --data D\n"
    "       weike-hub join CODE --upstream URL [--pin KEY] --data D\n"
    "       weike-hub stick DIR --data D [--json]\n"
    "       weike-hub hours YYYY-MM --data D [--json]\n"
    "Serves lessons to the terminals of a township or county and takes in their records.\n"
    "  --data D              its folder; made at the first start\n"
    "  --listen ADDR:PORT    where it answers; \":8080\" on all addresses, port 0 any free one\n"
    "  --upstream URL        the hub above: lessons are fetched from it, records carried to it\n"
    "  --pin sha256//KEY     for an https upstream: the only public key believed (as curl --pinnedpubkey)\n"
    "  --tls CERT KEY        PEM files; without them plain HTTP (records are sealed, lessons signed all the same)\n"
    "  --quota MB            room for records that wait for the hub above (default 2048)\n"
    "  --device-quota MB     of that, for one terminal (default 64)\n"
    "  --per-ip N            connections of one address (default 256; 0 no limit, behind nginx)\n"
    "  --connections N       connections in all (default 4000)\n"
    "  --now                 asks the hub above at once, not within ten minutes\n";

bool options_address(const char *text, char host[256], char port[8], struct err *e)
{
    const char *colon = strrchr(text, ':'), *end = colon;
    const char *from = text;
    if (colon && *text == '[') {
        from++;
        end = colon > from && colon[-1] == ']' ? colon - 1 : NULL;
    }
    bool digits = colon && colon[1] && strlen(colon + 1) <= 5 && strspn(colon + 1, "0123456789") == strlen(colon + 1);
    if (!digits || !end || end < from || end - from > 255 || atoi(colon + 1) > 65535)
        return err_set(e, ERR_INVALID, "--listen takes ADDRESS:PORT, for example 0.0.0.0:8080; not \"%.80s\"", text);
    snprintf(host, 256, "%.*s", (int)(end - from), from);
    snprintf(port, 8, "%s", colon + 1);
    return true;
}

bool options_pin(const char *pin, struct err *e)
{
    size_t n = strlen(pin);
    if (strncmp(pin, "sha256//", 8) != 0 || n != 8 + 44 || pin[n - 1] != '=')
        return err_set(e, ERR_INVALID, "--pin takes sha256// and the base64 of a public key's SHA-256, not \"%.80s\"", pin);
    return true;
}

static bool number(const char *name, const char *text, int64_t min, int64_t max, int64_t *out, struct err *e)
{
    char *end;
    long long v = strtoll(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end || v < min || v > max)
        return err_set(e, ERR_INVALID, "--%s takes a number from %lld to %lld, not \"%.40s\"", name, (long long)min, (long long)max, text);
    *out = v;
    return true;
}

static bool upstream_fits(const char *url, struct err *e)
{
    bool scheme = !strncmp(url, "http://", 7) || !strncmp(url, "https://", 8);
    size_t n = strlen(url);
    if (!scheme || n > 300 || url[n - 1] == '/' || strpbrk(url, " \t\r\n?#@"))
        return err_set(e, ERR_INVALID, "--upstream takes http://HOST:PORT without a slash at the end, not \"%.80s\"", url);
    return true;
}

enum { O_DATA, O_LISTEN, O_UPSTREAM, O_PIN, O_TLS, O_QUOTA, O_DEVICE_QUOTA, O_PER_IP, O_CONNECTIONS, O_NOW };
static const struct option longs[] = {
    { "data", required_argument, NULL, O_DATA }, { "listen", required_argument, NULL, O_LISTEN },
    { "upstream", required_argument, NULL, O_UPSTREAM }, { "pin", required_argument, NULL, O_PIN }, { "tls", required_argument, NULL, O_TLS },
    { "quota", required_argument, NULL, O_QUOTA }, { "device-quota", required_argument, NULL, O_DEVICE_QUOTA },
    { "per-ip", required_argument, NULL, O_PER_IP }, { "connections", required_argument, NULL, O_CONNECTIONS },
    { "now", no_argument, NULL, O_NOW }, { 0 },
};

static bool take(struct options *o, int which, int argc, char **argv, struct err *e)
{
    int64_t n;
    switch (which) {
    case O_DATA: o->data_dir = optarg; return true;
    case O_LISTEN: return options_address(optarg, o->host, o->port, e);
    case O_UPSTREAM: o->upstream = optarg; return upstream_fits(optarg, e);
    case O_PIN: o->pin = optarg; return options_pin(optarg, e);
    case O_TLS:
        o->tls_cert = optarg;
        o->tls_key = optind < argc ? argv[optind++] : NULL;
        return o->tls_key || err_set(e, ERR_INVALID, "--tls takes two files: --tls CERT KEY");
    case O_QUOTA: return number("quota", optarg, 1, 1 << 20, &o->quota_mb, e);
    case O_DEVICE_QUOTA: return number("device-quota", optarg, 1, 1 << 20, &o->device_quota_mb, e);
    case O_PER_IP: return number("per-ip", optarg, 0, 100000, &n, e) && (o->per_ip = (int)n, true);
    case O_CONNECTIONS: return number("connections", optarg, 10, 100000, &n, e) && (o->connections = (int)n, true);
    case O_NOW: o->now = true; return true;
    default: return err_set(e, ERR_INVALID, which == ':' ? "%s needs a value" : "there is no option %s; weike-hub --help lists them", argv[optind - 1]);
    }
}

bool options_parse(int argc, char **argv, struct options *out, struct err *e)
{
    *out = (struct options){ .quota_mb = 2048, .device_quota_mb = 64, .per_ip = 256, .connections = 4000 };
    opterr = 0;
    optind = 0; /* may have been used before, by a command */
    for (int got; (got = getopt_long(argc, argv, "+:", longs, NULL)) != -1;)
        if (!take(out, got, argc, argv, e))
            return false;
    if (optind < argc)
        return err_set(e, ERR_INVALID, "\"%.80s\" is neither an option nor a command; weike-hub --help lists them", argv[optind]);
    if (!out->data_dir || !*out->port)
        return err_set(e, ERR_INVALID, "%s is missing; weike-hub --help says more", out->data_dir ? "--listen ADDR:PORT" : "--data D");
    return true;
}
