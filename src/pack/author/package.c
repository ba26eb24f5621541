#include "pack/author/package.h"
#include "base/fs.h"
#include "pack/author/package_parts.h"
#include "pack/author/picture.h"
#include "pack/author/source_kinds.h"

#include <stdlib.h>
#include <string.h>

void package_say(const struct package_work *k, const char *file, const char *what)
{
    if (!k->o->say)
        return;
    char *line = mem_printf("%s: %s: %s", k->s->id, file, what);
    k->o->say(k->o->ctx, line);
    free(line);
}

const char *package_label(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

char *package_label_with(const char *file, const char *ext)
{
    const char *name = package_label(file), *dot = strrchr(name, '.');
    return mem_printf("%.*s%s", (int)(dot ? dot - name : (long)strlen(name)), name, ext);
}

bool package_add_path(const struct package_work *k, const char *path, const char *label, const char *type, struct file_ref *out,
                     struct err *e)
{
    if (!tree_writer_add_file(k->w, path, out, e))
        return false;
    out->type = mem_dup(type);
    out->name = mem_dup(label);
    return true;
}

bool package_add_picture(const struct package_work *k, const char *file, struct file_ref *out, struct err *e)
{
    const char *type;
    if (!file)
        return true;
    char *path = fs_join(k->s->dir, file), *drawn = fs_join(k->w->scratch, "picture.webp");
    bool ok = picture_type(path, &type, e);
    if (ok && strcmp(type, "image/svg+xml") == 0) {
        char *label = package_label_with(file, ".webp");
        ok = picture_draw(path, drawn, k->w->scratch, e) && package_add_path(k, drawn, label, "image/webp", out, e);
        free(label);
    } else if (ok) {
        ok = package_add_path(k, path, package_label(file), type, out, e);
    }
    free(drawn);
    free(path);
    return ok;
}

bool package_make(struct tree_writer *w, struct source *s, const struct package_options *o, struct package_head **out,
                  struct err *e)
{
    struct package_work k = { w, s, o };
    struct package_head *p = mem_alloc(s->kind->package->size);
    p->kind = s->kind->package;
    p->version = s->version;
    p->priority = s->priority;
    p->id = mem_dup(s->id);
    p->category = mem_dup(s->category);
    lang_text_copy(&s->title, &p->title);
    lang_text_copy(&s->summary, &p->summary);
    bool ok = package_add_picture(&k, s->poster, &p->poster, e) && s->kind->make(&k, p, e);
    if (ok)
        *out = p;
    else
        package_free(p);
    return ok || err_at(e, "%s", s->id);
}
