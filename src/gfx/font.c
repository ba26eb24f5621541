#include "gfx/font.h"
#include "base/str.h"
#include "gfx/font_file.h"

#include <fontconfig/fontconfig.h>
#include <stdlib.h>
#include <string.h>
#define LOG_MODULE "font"
#include "base/log.h"

enum { MISSING = 64 };

struct face {
    TTF_Font *ttf;
    int px;       /* size it is set to now */
    int fixed_px; /* em size of a face that has pictures of one size only, 0: any size */
    char *file, *family;
    int index;
};

struct fonts {
    struct face face[FONT_FACES];
    int count;                 /* of faces in use; the first FACE_MAIN_COUNT always are */
    char lang[16];
    bool narrow_tried[2];      /* regular, bold */
    uint32_t missing[MISSING]; /* characters no font of the system has, so that we ask once */
    int missing_at;
};

struct family { const char *lang, *name; };
static const struct family family[] = {
#define FAMILY(lang, name) { lang, name },
#include "../fonts/families.def"
#undef FAMILY
};
enum { FAMILIES = sizeof family / sizeof *family };

/* Fills file, family and index from the best match; the caller judges whether it is what was wanted. */
static bool match(FcPattern *want, struct face *out)
{
    FcConfigSubstitute(NULL, want, FcMatchPattern);
    FcDefaultSubstitute(want);
    FcResult result;
    FcPattern *got = FcFontMatch(NULL, want, &result);
    FcChar8 *file, *name;
    int index = 0;
    bool ok = got && FcPatternGetString(got, FC_FILE, 0, &file) == FcResultMatch &&
              FcPatternGetString(got, FC_FAMILY, 0, &name) == FcResultMatch;
    if (ok) {
        FcPatternGetInteger(got, FC_INDEX, 0, &index);
        *out = (struct face){ .file = mem_dup((char *)file), .family = mem_dup((char *)name),
                              .index = index & 0xffff }; /* the upper half numbers variable instances */
    }
    if (got)
        FcPatternDestroy(got);
    return ok;
}

static void face_release(struct face *f)
{
    if (f->ttf)
        TTF_CloseFont(f->ttf);
    free(f->file);
    free(f->family);
    *f = (struct face){ 0 };
}

static bool face_open(struct face *f, struct err *e)
{
    f->px = 32;
    SDL_RWops *file = font_file_open(f->file);
    if (!file)
        return err_set(e, ERR_MISSING, "font %s cannot be read", f->file);
    f->ttf = TTF_OpenFontIndexRW(file, 1, f->px, f->index);
    if (!f->ttf)
        return err_set(e, ERR_DAMAGED, "font %s, face %d, cannot be opened: %s", f->file, f->index, TTF_GetError());
    TTF_SetFontHinting(f->ttf, TTF_HINTING_NONE);
    int high = TTF_FontHeight(f->ttf); /* SDL2_ttf has no other way to say that a face does not scale */
    TTF_SetFontSize(f->ttf, f->px = 64);
    if (TTF_FontHeight(f->ttf) == high)
        f->fixed_px = high * 85 / 100;
    return true;
}

static bool find_family(const char *name, int weight, struct face *out)
{
    FcPattern *want = FcPatternCreate();
    FcPatternAddString(want, FC_FAMILY, (const FcChar8 *)name);
    FcPatternAddInteger(want, FC_WEIGHT, weight);
    FcPatternAddInteger(want, FC_SLANT, FC_SLANT_ROMAN);
    bool ok = match(want, out);
    FcPatternDestroy(want);
    if (ok && strcasecmp(out->family, name) != 0) { /* a miss silently gives some other font */
        face_release(out);
        ok = false;
    }
    return ok;
}

/* Any font of the system for that language: better a strange face than none. */
static bool find_any(const char *lang, int weight, struct face *out)
{
    FcPattern *want = FcPatternCreate();
    FcLangSet *set = FcLangSetCreate();
    FcLangSetAdd(set, (const FcChar8 *)lang);
    FcPatternAddLangSet(want, FC_LANG, set);
    FcPatternAddInteger(want, FC_WEIGHT, weight);
    bool ok = match(want, out);
    FcLangSetDestroy(set);
    FcPatternDestroy(want);
    return ok;
}

static bool find_listed(const char *row, int weight, struct face *out)
{
    for (int i = 0; i < FAMILIES; i++)
        if (!strcmp(family[i].lang, row) && find_family(family[i].name, weight, out))
            return true;
    return false;
}

static bool open_text_face(struct fonts *f, enum font_face which, int weight, struct err *e)
{
    struct face *face = &f->face[which];
    if (find_listed(f->lang, weight, face))
        return face_open(face, e);
    if (!find_any(f->lang, weight, face))
        return err_set(e, ERR_MISSING, "no font is installed; install the package fonts-noto-cjk");
    log_warn("no family of fonts/families.def for %s is installed; %s is used", f->lang, face->family);
    return face_open(face, e);
}

struct fonts *fonts_new(const char *lang, struct err *e)
{
    if (!FcInit()) {
        err_set(e, ERR_MISSING, "fontconfig cannot be started");
        return NULL;
    }
    if (TTF_Init() != 0) { /* counted; fonts_free takes it back */
        err_set(e, ERR_MISSING, "SDL2_ttf cannot be started: %s", TTF_GetError());
        return NULL;
    }
    struct fonts *f = mem_alloc(sizeof *f);
    SDL_strlcpy(f->lang, strcmp(lang, "en") == 0 ? "en" : "zh-CN", sizeof f->lang);
    f->count = FACE_MAIN_COUNT;
    if (!open_text_face(f, FACE_REGULAR, FC_WEIGHT_REGULAR, e) || !open_text_face(f, FACE_BOLD, FC_WEIGHT_BOLD, e)) {
        fonts_free(f);
        return NULL;
    }
    struct face *icon = &f->face[FACE_ICON];
    if (!find_family("Material Icons", FC_WEIGHT_REGULAR, icon) || !face_open(icon, e))
        log_warn("the icon font is missing; install fonts-material-design-icons-iconfont");
    return f;
}

void fonts_free(struct fonts *f)
{
    if (!f)
        return;
    for (int i = 0; i < FONT_FACES; i++)
        face_release(&f->face[i]);
    TTF_Quit();
    FcFini(); /* nothing of ours points into it; it starts again by itself when next asked */
    free(f);
}

static bool has(const struct fonts *f, int face, uint32_t c)
{
    return f->face[face].ttf && TTF_GlyphIsProvided32(f->face[face].ttf, c);
}

static bool known_missing(const struct fonts *f, uint32_t c)
{
    for (int i = 0; i < MISSING; i++)
        if (f->missing[i] == c)
            return true;
    return false;
}

/* Asks the system for a font with the character; the new face's index, or -1. */
static int open_fallback(struct fonts *f, enum font_face wanted, uint32_t c)
{
    if (f->count == FONT_FACES || known_missing(f, c))
        return -1;
    FcPattern *want = FcPatternCreate();
    FcCharSet *set = FcCharSetCreate();
    FcCharSetAddChar(set, c);
    FcPatternAddCharSet(want, FC_CHARSET, set);
    FcPatternAddString(want, FC_LANG, (const FcChar8 *)f->lang);
    FcPatternAddInteger(want, FC_WEIGHT, wanted == FACE_BOLD ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
    struct face face = { 0 };
    bool ok = match(want, &face) && face_open(&face, NULL) && TTF_GlyphIsProvided32(face.ttf, c);
    FcCharSetDestroy(set);
    FcPatternDestroy(want);
    if (!ok) {
        face_release(&face);
        f->missing[f->missing_at++ % MISSING] = c;
        return -1;
    }
    f->face[f->count] = face;
    return f->count++;
}

int fonts_face_for(struct fonts *f, enum font_face wanted, uint32_t c)
{
    if (has(f, wanted, c) || c < 0x80)
        return wanted;
    if (wanted == FACE_BOLD && has(f, FACE_REGULAR, c))
        return FACE_REGULAR;
    for (int i = FACE_MAIN_COUNT; i < f->count; i++)
        if (has(f, i, c))
            return i;
    int found = open_fallback(f, wanted, c);
    return found < 0 ? (int)wanted : found;
}

int fonts_narrow_face(struct fonts *f, enum font_face wanted)
{
    bool bold = wanted == FACE_BOLD;
    int at = bold ? FACE_NARROW_BOLD : FACE_NARROW_REGULAR;
    if (!f->narrow_tried[bold]) {
        f->narrow_tried[bold] = true;
        if (find_listed("narrow-marks", bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR, &f->face[at]) &&
            !face_open(&f->face[at], NULL))
            face_release(&f->face[at]);
    }
    return f->face[at].ttf ? at : (int)wanted;
}

TTF_Font *fonts_at(struct fonts *f, int face, int px)
{
    struct face *at = &f->face[face];
    if (at->ttf && at->px != px && TTF_SetFontSize(at->ttf, px) == 0)
        at->px = px;
    return at->ttf;
}

int fonts_shrink(struct fonts *f, int face, int px)
{
    int fixed = f->face[face].fixed_px;
    int percent = fixed > 0 ? px * 100 / fixed : 100;
    return percent > 0 ? percent : 1;
}

const char *fonts_family(const struct fonts *f, enum font_face face)
{
    return f->face[face].family ? f->face[face].family : "";
}
