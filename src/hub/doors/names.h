/* names.h - what may follow the fixed part of a place: the grammars of the hub's routes. Pure. */
#ifndef WEIKE_HUB_DOORS_NAMES_H
#define WEIKE_HUB_DOORS_NAMES_H
#include <stdbool.h>

bool names_sha256(const char *rest); /* 64 hex digits, lower case */
bool names_key_id(const char *rest); /* 16 of them */
/* A name that a content tree may hold: components of [a-z0-9.-], none hidden, at most four deep and 160 long. */
bool names_tree(const char *rest);
#endif
