/* source_voice.c - reads voice.json and makes a package of its recordings. A row of source_kinds.h. */
#define _GNU_SOURCE
#include "base/fs.h"
#include "base/json.h"
#include "model/voice.h"
#include "pack/author/package_parts.h"
#include "pack/author/probe.h"
#include "pack/author/source_parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROMPT_MAX_MS = 5 * 60 * 1000, PROMPT_MAX_BYTES = 4 << 20 };

/* Ogg Opus is all that kiosks play (media/client/mouth.h). */
static bool check_prompt(const char *path, struct err *e)
{
    char head[64] = "";
    struct probe p;
    FILE *f = fopen(path, "rbe");
    size_t n = f ? fread(head, 1, sizeof head, f) : 0;
    if (f)
        fclose(f);
    if (n < sizeof head || memcmp(head, "OggS", 4) != 0 || !memmem(head, n, "OpusHead", 8))
        return err_set(e, ERR_INVALID, "it is no Ogg Opus file; make one with \"weikectl voice record --from\"");
    if (!probe_media(path, &p, e))
        return false;
    return p.duration_ms <= PROMPT_MAX_MS || err_set(e, ERR_TOO_BIG, "it lasts %lld s, a prompt may last %d s",
                                                     (long long)p.duration_ms / 1000, PROMPT_MAX_MS / 1000);
}

static bool read_voice(const json_t *o, struct source *s, struct err *e)
{
    const json_t *voice;
    struct voice *v = s->body;
    bool ok = json_get_object(o, "", "voice", true, &voice, e) && voice_parse(voice, "voice", true, v, e);
    for (int i = 0; ok && i < v->prompt_count; i++)
        ok = source_check_file(s->dir, v->prompt[i].key, v->prompt[i].file.name, e);
    return ok;
}

static void release_voice(struct source *s)
{
    voice_release(s->body);
}

static bool make_voice(const struct package_work *k, struct package_head *p, struct err *e)
{
    const struct voice *from = k->s->body;
    struct voice *out = &((struct voice_package *)p)->voice;
    memcpy(out->lang, from->lang, sizeof out->lang);
    bool ok = true;
    for (int i = 0; ok && i < from->prompt_count; i++) {
        const struct voice_prompt *said = &from->prompt[i];
        char *path = fs_join(k->s->dir, said->file.name);
        struct voice_prompt *made = voice_add(out, said->key, said->text);
        ok = (check_prompt(path, e) && package_add_path(k, path, package_label(said->file.name), "audio/ogg", &made->file, e)) ||
             err_at(e, "%s", said->file.name);
        ok = ok && (made->file.size_bytes <= PROMPT_MAX_BYTES || err_set(e, ERR_TOO_BIG, "%s has more than %d MiB", said->file.name,
                                                                         PROMPT_MAX_BYTES >> 20));
        free(path);
    }
    return ok;
}

static const char *const voice_keys[] = { "voice", NULL };
const struct source_kind source_kind_voice = {
    .file = "voice.json", .package = &voice_kind, .body_size = sizeof(struct voice), .category = "voice", .keys = voice_keys,
    .read = read_voice, .make = make_voice, .release = release_voice,
};
