/* hub_terminal: one terminal, for scripts.
 *
 *   hub_terminal DIR enrol URL CODE     makes a key and enters it; prints the answer's status
 *   hub_terminal DIR put URL FIRST LAST seals these statements and sends them; prints "STATUS LEVEL UPTO WANTED"
 *   hub_terminal DIR seal FIRST LAST    the packet on stdout
 *   hub_terminal DIR ack URL            fetches the receipt; prints the same */
#include "terminal.h"

#include "base/fs.h"
#include "base/json.h"
#include "sync/http/http.h"

#include <unistd.h>

/* A program of a moment: what it holds goes with it. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "detect_leaks=0"; }

static struct terminal t;
static struct county_key county;
static char dir[400];

static void state(const char *name, char out[600]) { snprintf(out, 600, "%s/%s", dir, name); }

static void load(void)
{
    char path[600];
    struct str text;
    state("weike.key", path);
    MUST(key_load_secret(path, &t.key, &e));
    state("epoch", path);
    str_init(&text, 0);
    MUST(fs_read(path, 64, &text, &e));
    snprintf(t.epoch, sizeof t.epoch, "%s", text.data);
    str_release(&text);
    state("county.pub", path);
    MUST(county_key_load(path, &county, &e));
    t.base = 1;
    t.history = hash64(3, t.key.pub.bytes, 32);
    t.split = INT64_MAX;
}

static int ask(const char *method, const char *url, const struct str *body, struct str *answer)
{
    struct http_answer a = { 0 };
    struct err e = ERR_INIT;
    struct http *http = http_new(&(struct http_options){ .connections = 1 });
    bool ok = http_ask(http, &(struct http_call){ .method = method, .url = url, .body = body ? body->data : NULL, .body_len = body ? body->len : 0 }, 64 << 10,
                       answer, &a, &e);
    http_free(http);
    if (!ok)
        fprintf(stderr, "%s\n", e.text);
    return ok ? a.status : 0;
}

static int enrol(const char *base, const char *code)
{
    char path[600], hex[65], url[400];
    uint8_t bytes[16];
    struct str json, body, answer;
    const char *text;
    struct err e = ERR_INIT;
    must(fs_mkdirs(dir, &e), &e, dir);
    terminal_key(dir, &t.key);
    random_bytes(bytes, sizeof bytes);
    hex_encode(bytes, sizeof bytes, t.epoch);
    state("epoch", path);
    must(fs_replace(path, t.epoch, strlen(t.epoch), &e), &e, path);
    hex_encode(t.key.pub.bytes, 32, hex);
    str_init(&json, 0), str_init(&body, 0), str_init(&answer, 64 << 10);
    json_t *o = json_pack("{s:s, s:s, s:s, s:s}", "type", "enrol", "code", code, "device", hex, "version", "test");
    json_write(o, &json);
    json_decref(o);
    envelope_seal(&t.key, json.data, json.len, &body);
    snprintf(url, sizeof url, "%s/v1/enrol", base);
    int status = ask("POST", url, &body, &answer);
    if (status == 200) {
        o = json_parse(answer.data, answer.len, 8192, &e);
        must(o && json_get_str(o, "", "county", 1024, &text, &e), &e, "answer");
        state("county.pub", path);
        must(fs_replace(path, text, strlen(text), &e), &e, path);
        json_decref(o);
    }
    printf("%d\n", status);
    return 0;
}

static void print(int status, const struct str *answer)
{
    struct err e = ERR_INIT;
    struct ack *a = mem_alloc(sizeof *a);
    struct verified *v = envelope_open_vouched(answer->data, answer->len, &e); /* a test looks at it whoever signed */
    if (v && ack_parse(v, a, &e))
        printf("%d %s %lld %d\n", status, a->level == ACK_STORED ? "stored" : "held", (long long)a->upto, a->want_count);
    else
        printf("%d %s", status, answer->len ? answer->data : "\n");
}

int main(int argc, char **argv)
{
    struct str bytes, answer;
    char url[600], sha[SHA256_HEX];
    if (argc < 4)
        return 2;
    snprintf(dir, sizeof dir, "%s", argv[1]);
    str_init(&bytes, 0), str_init(&answer, 64 << 10);
    if (!strcmp(argv[2], "enrol"))
        return enrol(argv[3], argv[4]);
    load();
    if (!strcmp(argv[2], "seal")) {
        terminal_seal(&t, atoll(argv[3]), atoll(argv[4]), &county, NULL, &bytes);
        return fwrite(bytes.data, 1, bytes.len, stdout) == bytes.len ? 0 : 1;
    }
    int status;
    if (!strcmp(argv[2], "put")) {
        terminal_seal(&t, atoll(argv[4]), atoll(argv[5]), &county, NULL, &bytes);
        sha256_hex(bytes.data, bytes.len, sha);
        snprintf(url, sizeof url, "%s/v1/rec/%s", argv[3], sha);
        status = ask("PUT", url, &bytes, &answer);
    } else {
        snprintf(url, sizeof url, "%s/v1/ack/%s", argv[3], t.key.pub.id);
        status = ask("GET", url, NULL, &answer);
    }
    print(status, &answer);
    return 0;
}
