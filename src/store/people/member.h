/* member.h - the people of a site: lists for the sign-in wall, adding, CSV import. Their codes: pin.h.
 *
 * Reading: any connection, its thread. Changing: through the writer. A member's id is what statements carry as
 * account name: opaque, never a phone or identity number. "" stands for the guest everywhere in store/. */
#ifndef WEIKE_STORE_PEOPLE_MEMBER_H
#define WEIKE_STORE_PEOPLE_MEMBER_H
#include "base/hash.h"
#include "store/writer.h"

enum { MEMBER_ID = 65, MEMBER_NAME = 121, MEMBER_HUES = 12, MEMBER_PICTURES = 12, MEMBER_CODE = 3 };
enum member_role { MEMBER_PLAIN, MEMBER_SECRETARY, MEMBER_TECHNICIAN, MEMBER_ROLE_COUNT };
const char *member_role_name(enum member_role role); /* "member" "secretary" "technician" */
bool member_role_parse(const char *name, enum member_role *out); /* also 成员/党员/村民, 书记/管理员, 技术员 */

struct member {
    char id[MEMBER_ID];
    char name[MEMBER_NAME];
    char initial;                   /* 'A'..'Z' of the surname's pinyin, or '#' */
    int hue;                        /* 0..11: colour of the circle when there is no photo */
    char photo_sha256[SHA256_HEX];  /* blob; "" if none */
    enum member_role role;
    bool active;
    bool has_pin, has_pictures;     /* what sign-in asks for; neither: a tap on the face is enough */
};
struct member_list { int count; struct member *member; };
void member_list_release(struct member_list *l);

/* Members on the wall, by initial and pinyin. `initial` 0: all. `total` (may be NULL): how many there are. */
bool member_page(struct db *db, char initial, int offset, int limit, struct member_list *out, int *total,
                 struct err *e) MUST_CHECK;
/* Those who were taken off it: their records and hours stay, and they can come back. */
bool member_page_retired(struct db *db, int offset, int limit, struct member_list *out, int *total, struct err *e) MUST_CHECK;
bool member_initials(struct db *db, char out[28], struct err *e) MUST_CHECK; /* "ACLWZ#": only those present */
bool member_count(struct db *db, int *out, struct err *e) MUST_CHECK;
bool member_get(struct db *db, const char *id, struct member *out, struct err *e) MUST_CHECK;

struct member_new {
    const char *name;         /* required; cleaned of control and invisible characters */
    const char *id;           /* NULL or "": one is made ("m" + 10 random characters) */
    const char *pin;          /* NULL or "": none; else 4 to 12 digits */
    const char *pictures;     /* NULL or "": none; else three different of 1..12: "3-7-11" */
    const char *photo_sha256; /* NULL or "": none */
    enum member_role role;
};
/* Waits for the disk. `out_id` may be NULL. ERR_REFUSED if the id is taken, ERR_INVALID with a sentence else. */
bool member_add(struct writer *w, const struct member_new *m, char out_id[MEMBER_ID], struct err *e) MUST_CHECK;
/* Takes the face off the wall, or puts it back. Records, hours and register stay as they are. Waits for the disk. ERR_MISSING:
 * nobody has that id. */
bool member_set_active(struct writer *w, const char *id, bool active, struct err *e) MUST_CHECK;

/* CSV as in content/FORMAT.md §roster: UTF-8 (BOM accepted, GBK refused by a sentence that says how to save
 * it), first line names the columns: name, id, pin, pictures, role, or 姓名, 编号, 密码, 图形码, 角色. All or nothing;
 * a member whose id is here already is updated (an empty pin leaves the old one). */
struct member_import { int added, updated; };
bool member_import_csv(struct writer *w, const char *text, size_t len, struct member_import *out,
                       struct err *e) MUST_CHECK;
#endif
