/* places.h - folders a technician may import from: mounted sticks first, then whatever is below the folder chosen. */
#ifndef WEIKE_APP_SHARED_PLACES_H
#define WEIKE_APP_SHARED_PLACES_H
#include <stdbool.h>

enum { PLACE_LABEL = 200, PLACES_MAX = 400 };
struct place {
    char label[PLACE_LABEL]; /* last part of the path, cleaned for showing */
    char *path;
    bool content;            /* holds a content tree */
    bool stick;              /* a mounted stick or disk */
};
struct places { int count; struct place place[PLACES_MAX]; };

/* Mount points below /media, /run/media and /mnt, and $WEIKE_IMPORT (folders separated by ':'). */
void places_mounted(struct places *out);
/* The folders inside `path`, by name; hidden ones and links left out. */
void places_inside(const char *path, struct places *out);
void places_release(struct places *p);
#endif
