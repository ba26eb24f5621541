/* member_parts.h - what member.c, pin.c and member_roster.c share. Private to store/. */
#ifndef WEIKE_STORE_PEOPLE_MEMBER_PARTS_H
#define WEIKE_STORE_PEOPLE_MEMBER_PARTS_H
#include "store/people/member.h"

/* A member ready to be written: everything slow (PIN hash, pinyin) or refusable is done. Fixed-size value. */
struct person {
    char id[MEMBER_ID];
    char name[MEMBER_NAME];
    int initial; /* 1..27 */
    uint8_t sort_key[256];
    size_t sort_key_len;
    char photo_sha256[SHA256_HEX];
    enum member_role role;
    bool has_hash, has_pictures;
    char hash[PIN_HASH_TEXT];
    char pictures[16];
    int64_t now_ms;
};
bool person_make(const struct member_new *m, struct person *out, struct err *e) MUST_CHECK;
/* Inside the writer's transaction; *existed says which it was. */
bool person_exists(struct db *db, const char *id, bool *existed, struct err *e) MUST_CHECK;
bool person_put(struct db *db, const struct person *p, struct err *e) MUST_CHECK; /* inserts or updates */
#endif
