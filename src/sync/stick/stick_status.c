/* stick_status.c - part of stick.h: what lies on a stick, for people who look after it. Nothing on it is changed. */
#include "base/fs.h"
#include "pack/packet/ack.h"
#include "pack/trust/trust.h"
#include "sync/stick/stick_files.h"
#include "sync/stick/stick_scan.h"
#include "sync/stick/stick_site.h"
#include "sync/stick/stick_source.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHOWN_MAX = 2000 }; /* notes and receipts that are opened; the counts are of all */

/* ---- content ---- */

/* The list as it says of itself; whether we believe it is told beside it. */
static void add_list(json_t *o, int repo_fd, const struct trust *t)
{
    struct str raw;
    struct err e = ERR_INIT;
    struct timestamp stamp;
    str_init(&raw, TREE_TIMESTAMP_MAX + 1);
    bool ok = tree_read(repo_fd, "timestamp", TREE_TIMESTAMP_MAX, &raw, &e);
    struct verified *v = ok && t ? envelope_open(raw.data, raw.len, &t->ring, &e) : NULL;
    json_object_set_new(o, "signer_ok", t ? json_boolean(v != NULL) : json_null());
    json_object_set_new(o, "signer", json_string(v ? verified_key_id(v) : ""));
    if (t && !v)
        json_object_set_new(o, "error", json_string(e.text));
    if (ok && !v) /* unverified: only what it claims */
        v = envelope_open_vouched(raw.data, raw.len, &e);
    if (v && timestamp_parse(v, &stamp, &e)) {
        json_object_set_new(o, "version", json_integer((json_int_t)stamp.version));
        json_object_set_new(o, "issued_s", json_integer((json_int_t)stamp.issued_s));
    }
    verified_free(v);
    str_release(&raw);
}

static json_t *content_json(struct stick_files *f, const char *data_dir)
{
    struct err e = ERR_INIT;
    struct trust *t = data_dir ? mem_alloc(sizeof *t) : NULL;
    char *repo = stick_source_find(f);
    int fd = repo ? fs_open_dir(repo, &e) : -1;
    json_t *o = json_null();
    if (t && !trust_load(data_dir, t, &e)) {
        free(t);
        t = NULL;
    }
    if (fd >= 0) {
        o = json_pack("{s:s}", "where", repo + strlen(f->dir) + (repo[strlen(f->dir)] == '/'));
        if (!o) /* a folder name that is no text */
            o = json_object();
        add_list(o, fd, t);
        close(fd);
    }
    free(repo);
    free(t);
    return o;
}

/* ---- mail ---- */

static json_t *bags_json(const struct stick_scan *scan)
{
    json_t *list = json_array();
    for (int i = 0; i < scan->bag_count; i++)
        json_array_append_new(list, json_pack("{s:s,s:i,s:I}", "device", scan->bag[i].device, "packets", scan->bag[i].packets,
                                              "statements", (json_int_t)scan->bag[i].statements));
    return list;
}

static json_t *ack_json(struct stick_files *f, const char *device)
{
    char rel[STICK_PATH_MAX];
    struct str raw;
    struct err e = ERR_INIT;
    struct ack *a = mem_alloc(sizeof *a);
    json_t *o = json_pack("{s:s}", "device", device);
    stick_path_ack(device, rel);
    str_init(&raw, ACK_MAX_BYTES + 1);
    bool ok = stick_files_read(f, rel, ACK_MAX_BYTES, &raw, &e);
    struct verified *v = ok ? envelope_open_vouched(raw.data, raw.len, &e) : NULL;
    if (v && ack_parse(v, a, &e)) {
        json_object_set_new(o, "level", json_string(a->level == ACK_STORED ? "stored" : "held"));
        json_object_set_new(o, "upto", json_integer((json_int_t)a->upto));
        json_object_set_new(o, "rejected", json_integer(a->rejected_count));
    } else {
        json_object_set_new(o, "error", json_string(e.text));
    }
    verified_free(v);
    str_release(&raw);
    free(a);
    return o;
}

static json_t *site_json(struct stick_files *f, const char *device)
{
    char rel[STICK_PATH_MAX];
    struct str raw;
    struct err e = ERR_INIT;
    struct stick_site s;
    json_t *o = json_pack("{s:s}", "device", device);
    stick_path_site(device, rel);
    str_init(&raw, STICK_SITE_MAX_BYTES + 1);
    if (stick_files_read(f, rel, STICK_SITE_MAX_BYTES, &raw, &e) && stick_site_parse(raw.data, raw.len, &s, &e)) {
        json_object_set_new(o, "list", json_integer((json_int_t)s.list));
        json_object_set_new(o, "packages", json_integer((json_int_t)json_object_size(s.packages)));
        json_object_set(o, "lacks", s.lacks);
        stick_site_release(&s);
    } else {
        json_object_set_new(o, "error", json_string(e.text));
    }
    str_release(&raw);
    return o;
}

static json_t *each_json(struct stick_files *f, const struct stick_names *n, json_t *(*one)(struct stick_files *f, const char *device))
{
    json_t *list = json_array();
    for (int i = 0; i < n->count && i < SHOWN_MAX; i++)
        json_array_append_new(list, one(f, n->device[i]));
    return list;
}

static json_t *mail_json(struct stick_files *f, const struct stick_scan *scan, const char *data_dir)
{
    uint64_t free_bytes = 0, total = 0;
    struct err ignored = ERR_INIT;
    if (!fs_space(f->dir, &free_bytes, &total, &ignored))
        free_bytes = total = 0;
    return json_pack("{s:i,s:b,s:s,s:b,s:I,s:I,s:i,s:o,s:o,s:o,s:o}", "format", STICK_FORMAT, "prepared", f->fd >= 0, "id", f->id, "writable",
                     stick_files_writable(f), "free_bytes", (json_int_t)free_bytes, "total_bytes", (json_int_t)total, "strange",
                     scan->strange, "content", content_json(f, data_dir), "packets", bags_json(scan), "acks",
                     each_json(f, &scan->acks, ack_json), "sites", each_json(f, &scan->sites, site_json));
}

json_t *stick_status(const char *dir, const char *data_dir, struct err *e)
{
    struct stick_files f;
    struct stick_scan scan;
    json_t *o = NULL;
    if (!stick_files_open(dir, &f, e))
        return NULL;
    if (stick_scan(&f, &scan, e)) {
        o = mail_json(&f, &scan, data_dir);
        stick_scan_release(&scan);
    }
    stick_files_close(&f);
    return o;
}
