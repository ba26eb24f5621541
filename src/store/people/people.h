/* people.h - what member.c, pin.c and roster.c share. Private to store/. */
#ifndef WEIKE_STORE_PEOPLE_PEOPLE_H
#define WEIKE_STORE_PEOPLE_PEOPLE_H
#include "store/people/member.h"

bool pin_digits_valid(const char *pin, size_t min); /* min..12 digits */
bool pin_pictures_valid(const char *code);          /* "3-7-11" */
/* Inside the writer's transaction. NULL leaves what is there, "" takes it away; failures and lock are cleared. */
bool pin_put(struct db *db, const char *subject, const char *hash, const char *pictures, struct err *e) MUST_CHECK;

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
