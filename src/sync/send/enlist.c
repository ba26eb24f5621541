#include "sync/send/enlist.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/version.h"
#include "pack/sign/county.h"
#include "pack/sign/envelope.h"
#include "pack/trust/trust.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MAX_BYTES = 8192, KEY_FILE_MAX = 1024 };

static bool good_code(const char *code, struct err *e)
{
    size_t n = strlen(code);
    if (n < 4 || n > ENLIST_CODE_MAX)
        return err_set(e, ERR_INVALID, "a code has 4 to %d letters, like abcd-efgh-ijkl", ENLIST_CODE_MAX);
    for (size_t i = 0; i < n; i++)
        if (!isalnum((unsigned char)code[i]) && code[i] != '-' && code[i] != ' ')
            return err_set(e, ERR_INVALID, "a code has only letters, digits and dashes, like abcd-efgh-ijkl");
    return true;
}

static void write_request(const char *code, const struct device *d, struct str *out)
{
    char hex[2 * KEY_PUBLIC_BYTES + 1];
    struct str json;
    hex_encode(d->key.pub.bytes, KEY_PUBLIC_BYTES, hex);
    json_t *o = json_pack("{s:s,s:s,s:s,s:s}", "type", "enrol", "code", code, "device", hex, "version", version_text());
    str_init(&json, 4096);
    json_write(o, &json);
    envelope_seal(&d->key, json.data, json.len, out);
    str_release(&json);
    json_decref(o);
}

static bool ask(struct http *http, const char *server, const struct str *request, struct str *answer, struct err *e)
{
    struct http_answer a = { 0 };
    char *url = mem_printf("%s/v1/enrol", server);
    struct http_call c = { .method = "POST", .url = url, .body = request->data, .body_len = request->len,
                           .content_type = "application/octet-stream" };
    bool ok = http_ask(http, &c, ANSWER_MAX_BYTES, answer, &a, e);
    free(url);
    if (!ok || a.status == 200)
        return ok;
    char *said = mem_alloc(161);
    for (size_t i = 0; i < 160 && i < answer->len && answer->data[i] != '\n'; i++)
        said[i] = answer->data[i] < ' ' || answer->data[i] == 127 ? '?' : answer->data[i];
    bool plain = a.status == 403 || a.status == 400 || a.status == 429 || a.status >= 500;
    if (plain && utf8_valid(said, strlen(said)) && *said && *said != '<')
        err_set(e, ERR_REFUSED, "the hub says: %s", said);
    else
        err_set(e, ERR_UNTRUSTED, "%s does not answer as a hub (status %d); is server right in weike.conf, and does the "
                "network need a log-in?", server, a.status);
    free(said);
    return false;
}

/* A key file's text, as the hub gives it, is believed when our own loader takes it. */
static bool check_hub_key(const char *dir, const char *text, struct public_key *out, struct err *e)
{
    char *path = fs_join(dir, "hub.pub.new");
    bool ok = fs_replace(path, text, strlen(text), e) && key_load_public(path, out, e);
    struct err ignored = ERR_INIT;
    ok = fs_unlink(path, ok ? e : &ignored) && ok;
    free(path);
    return ok;
}

/* Where a root names the county, signed by two of three, no hub has a say against it: records would go to somebody else. */
static bool fits_root(const char *data_dir, const struct county_key *key, struct err *e)
{
    struct trust *t = mem_alloc(sizeof *t);
    struct county_key named;
    bool ok = trust_load(data_dir, t, e);
    if (ok && trust_county(t)[0])
        ok = county_key_parse(trust_county(t), strlen(trust_county(t)), &named, e) &&
             ((memcmp(named.sign.bytes, key->sign.bytes, KEY_PUBLIC_BYTES) == 0 && memcmp(named.box, key->box, COUNTY_BOX_BYTES) == 0) ||
              err_set(e, ERR_UNTRUSTED, "this hub names another county (%s) than the root does (%s): ask whoever runs the hub, nothing was changed",
                      key->sign.id, named.sign.id));
    free(t);
    return ok;
}

static bool keep(const char *data_dir, const char *county, const char *hub, struct enlist_result *r, struct err *e)
{
    struct county_key key, old;
    struct public_key hub_key;
    struct err ignored = ERR_INIT;
    char *dir = fs_join(data_dir, "trust"), *county_path = fs_join(dir, "county.pub"), *hub_path = fs_join(dir, "hub.pub");
    bool ok = county_key_parse(county, strlen(county), &key, e) && fits_root(data_dir, &key, e) && fs_mkdirs(dir, e) && check_hub_key(dir, hub, &hub_key, e);
    if (ok && county_key_load(county_path, &old, &ignored) && strcmp(old.sign.id, key.sign.id) != 0)
        snprintf(r->replaced, sizeof r->replaced, "%s", old.sign.id);
    /* The county's key last: with it records begin to leave. */
    ok = ok && fs_replace(hub_path, hub, strlen(hub), e) && fs_replace(county_path, county, strlen(county), e);
    if (ok) {
        snprintf(r->county, sizeof r->county, "%s", key.sign.id);
        snprintf(r->hub, sizeof r->hub, "%s", hub_key.id);
    }
    free(dir);
    free(county_path);
    free(hub_path);
    return ok;
}

static bool read_answer(const struct str *answer, const char *data_dir, struct enlist_result *r, struct err *e)
{
    const char *site, *county, *hub;
    struct str clean;
    json_t *o = json_parse(answer->data, answer->len, ANSWER_MAX_BYTES, e);
    bool ok = o && json_get_str(o, "", "site", ENLIST_SITE_MAX, &site, e) &&
              json_get_str(o, "", "county", KEY_FILE_MAX, &county, e) && json_get_str(o, "", "hub", KEY_FILE_MAX, &hub, e);
    if (!ok && e)
        err_set(e, ERR_UNTRUSTED, "what answered is no hub: the network may need a log-in");
    ok = ok && keep(data_dir, county, hub, r, e);
    if (ok) {
        str_init(&clean, 0);
        utf8_clean(site, &clean);
        snprintf(r->site, sizeof r->site, "%s", clean.data);
        str_release(&clean);
    }
    json_decref(o);
    return ok;
}

bool enlist(struct http *http, const char *server, const char *code, const struct device *d, const char *data_dir,
            struct enlist_result *out, struct err *e)
{
    struct enlist_result r = { 0 };
    struct str request, answer;
    if (!good_code(code, e))
        return false;
    str_init(&request, 4096);
    str_init(&answer, ANSWER_MAX_BYTES);
    write_request(code, d, &request);
    bool ok = ask(http, server, &request, &answer, e) && read_answer(&answer, data_dir, &r, e);
    str_release(&request);
    str_release(&answer);
    if (ok)
        *out = r;
    return ok;
}
