#include "pack/build.h"
#include "base/fs.h"
#include "base/json.h"
#include "pack/package.h"
#include "pack/trust.h"

#include <stdlib.h>
#include <string.h>

struct builder {
    const struct build_options *o;
    struct tree_writer w;
    bool had_list;            /* the tree was published before */
    struct timestamp stamp;
    struct index index;
    bool changed;
    struct build_result result;
};

/* ---- what is in the tree already ---- */

static bool read_old(struct builder *b, struct err *e)
{
    struct key_ring ring;
    key_ring_of(&b->o->key->pub, &ring);
    char *path = fs_join(b->w.repo, "timestamp");
    b->had_list = fs_exists(path);
    free(path);
    if (!b->had_list)
        return true;
    struct verified *v = tree_read_timestamp(b->w.fd, &ring, e);
    bool ok = v && timestamp_parse(v, &b->stamp, e);
    verified_free(v);
    const struct channel *c = ok ? timestamp_channel(&b->stamp, TREE_CHANNEL) : NULL;
    v = c ? tree_read_named(b->w.fd, TREE_INDEX, &c->index, e) : NULL;
    ok = v && index_parse(v, &b->index, e);
    verified_free(v);
    if (ok)
        return true;
    if (e->kind == ERR_NONE)
        err_set(e, ERR_INVALID, "it has no channel \"%s\"", TREE_CHANNEL);
    return err_at(e, "%s cannot be added to (use its own key, or another folder)", b->o->tree);
}

/* ---- one course ---- */

static bool same_version(const struct source *s, const struct index_entry *old, const struct tree_ref *made,
                         struct err *e)
{
    if (strcmp(old->manifest.sha256, made->sha256) == 0)
        return true;
    return err_set(e, ERR_REFUSED,
                   "%s has changed but its version is still %lld; set \"version\": %lld in %s/course.json", s->id,
                   (long long)s->version, (long long)s->version + 1, s->dir);
}

static bool write_manifest(struct builder *b, const struct course *c, struct tree_ref *out, struct err *e)
{
    struct str text;
    struct course again = { 0 };
    json_t *json = course_to_json(c);
    str_init(&text, 0);
    json_write(json, &text);
    json_decref(json);
    bool ok = text.len <= TREE_MANIFEST_MAX ||
              err_set(e, ERR_TOO_BIG, "%s: its manifest has %zu bytes, at most %d are allowed", c->id, text.len,
                      TREE_MANIFEST_MAX);
    /* What we publish must be what kiosks accept. */
    ok = ok && (course_parse(text.data, text.len, &again, e) || err_at(e, "%s", c->id));
    course_release(&again);
    ok = ok && tree_writer_add_json(&b->w, TREE_MANIFEST, &text, out, e);
    str_release(&text);
    return ok;
}

static bool add_source(struct builder *b, struct source *s, struct err *e)
{
    struct package_options po = { .renditions = b->o->renditions, .say = b->o->say, .ctx = b->o->ctx };
    struct index_entry *old = index_find(&b->index, s->id);
    struct course c;
    struct tree_ref ref;
    if (old && old->version > s->version)
        return err_set(e, ERR_OLDER, "%s: version %lld is older than version %lld, which is published already", s->id,
                       (long long)s->version, (long long)old->version);
    if (!package_make(&b->w, s, &po, &c, e))
        return false;
    bool ok = write_manifest(b, &c, &ref, e);
    course_release(&c);
    if (!ok)
        return false;
    b->result.packages++;
    if (old && old->version == s->version) {
        b->result.unchanged++;
        return same_version(s, old, &ref, e);
    }
    index_put(&b->index, s->id, s->version, &ref);
    b->result.added++;
    b->changed = true;
    return true;
}

static bool add_dir(struct builder *b, char *const *seen, int seen_count, const char *dir, char **id, struct err *e)
{
    struct source s;
    if (!source_read(dir, &s, e))
        return false;
    bool ok = true;
    for (int i = 0; ok && i < seen_count; i++)
        if (strcmp(seen[i], s.id) == 0)
            ok = err_set(e, ERR_INVALID, "%s: another course of this source has the same id %s", dir, s.id);
    *id = mem_dup(s.id);
    ok = ok && add_source(b, &s, e);
    source_release(&s);
    return ok;
}

static bool add_all(struct builder *b, struct err *e)
{
    char **dirs, **ids;
    int count;
    if (!source_find(b->o->source, &dirs, &count, e))
        return false;
    ids = mem_alloc((size_t)count * sizeof *ids);
    bool ok = true;
    for (int i = 0; ok && i < count; i++)
        ok = add_dir(b, ids, i, dirs[i], &ids[i], e);
    for (int i = 0; i < count; i++) {
        free(dirs[i]);
        free(ids[i]);
    }
    free(dirs);
    free(ids);
    return ok;
}

/* ---- publishing ---- */

static bool renew(const struct builder *b)
{
    return b->o->now_s > b->stamp.issued_s + TREE_LIFE_S / 2;
}

static struct channel *main_channel(struct timestamp *t)
{
    for (int i = 0; i < t->channel_count; i++)
        if (strcmp(t->channel[i].name, TREE_CHANNEL) == 0)
            return &t->channel[i];
    struct channel *c = &t->channel[t->channel_count++];
    *c = (struct channel){ .name = TREE_CHANNEL };
    return c;
}

static bool write_index(struct builder *b, struct channel *c, struct err *e)
{
    struct str text;
    str_init(&text, 0);
    memcpy(b->index.channel, TREE_CHANNEL, sizeof TREE_CHANNEL);
    b->index.version++;
    index_write(&b->index, &text);
    bool ok = text.len <= TREE_INDEX_MAX || err_set(e, ERR_TOO_BIG, "too many packages for one index");
    ok = ok && tree_writer_add_json(&b->w, TREE_INDEX, &text, &c->index, e);
    c->version = b->index.version;
    str_release(&text);
    return ok;
}

static bool publish(struct builder *b, struct err *e)
{
    if (b->had_list && !b->changed && !renew(b))
        return true;
    struct timestamp t = b->stamp;
    struct str payload, envelope;
    if ((b->changed || !b->had_list) && !write_index(b, main_channel(&t), e))
        return false;
    t.version++;
    if (b->o->now_s > t.issued_s) /* a clock that was set back must not go back in the list */
        t.issued_s = b->o->now_s;
    t.expires_s = t.issued_s + TREE_LIFE_S;
    str_init(&payload, 0);
    str_init(&envelope, 0);
    timestamp_write(&t, &payload);
    envelope_seal(b->o->key, payload.data, payload.len, &envelope);
    bool ok = envelope.len <= TREE_TIMESTAMP_MAX || err_set(e, ERR_TOO_BIG, "the timestamp would pass 1 KiB");
    ok = ok && tree_writer_publish(&b->w, &envelope, e);
    str_release(&payload);
    str_release(&envelope);
    if (ok) {
        b->stamp = t;
        b->result.published = true;
    }
    return ok;
}

bool build_tree(const struct build_options *o, struct build_result *out, struct err *e)
{
    struct builder b = { .o = o };
    if (!tree_writer_open(o->tree, &b.w, e))
        return false;
    bool ok = read_old(&b, e) && add_all(&b, e) && publish(&b, e);
    b.result.timestamp_version = b.stamp.version;
    b.result.new_bytes = b.w.new_bytes;
    tree_writer_close(&b.w);
    index_release(&b.index);
    if (ok)
        *out = b.result;
    return ok;
}
