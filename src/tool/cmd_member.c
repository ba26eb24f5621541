/* cmd_member.c - weikectl member: adding people, one or a list; off the wall and back on it. */
#include "base/fs.h"
#include "store/people/member.h"
#include "tool/tool.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROSTER_MAX_BYTES = 8 << 20, PAGE = 500 };

static int add(const struct args *a)
{
    struct err e = ERR_INIT;
    char id[MEMBER_ID];
    const char *role = args_get(a, "role");
    struct member_new m = { .name = args_get(a, "name"), .id = args_get(a, "id"), .pin = args_get(a, "pin"),
                            .pictures = args_get(a, "pictures") };
    if (role && !member_role_parse(role, &m.role))
        return tool_usage("--role must be member, secretary or technician, not \"%s\"", role);
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, true);
    int code = TOOL_FAILED;
    if (s && member_add(store_writer(s), &m, id, &e)) {
        printf("%s\n", id);
        code = TOOL_DONE;
    } else if (s) {
        tool_fail(&e);
    }
    store_close(s);
    free(dir);
    return code;
}

static int import(const struct args *a)
{
    struct err e = ERR_INIT;
    struct member_import got;
    struct str text;
    str_init(&text, ROSTER_MAX_BYTES + 1);
    char *dir = args_data_dir(a);
    struct store *s = NULL;
    bool ok = fs_read(a->operand, ROSTER_MAX_BYTES, &text, &e);
    if (!ok)
        tool_fail(&e);
    else if ((s = tool_open_store(dir, true)) == NULL)
        ok = false;
    else if (!member_import_csv(store_writer(s), text.data, text.len, &got, &e)) {
        err_at(&e, "%s", a->operand);
        tool_fail(&e);
        ok = false;
    }
    if (ok)
        printf("%d members added, %d updated.\n", got.added, got.updated);
    store_close(s);
    free(dir);
    str_release(&text);
    return ok ? TOOL_DONE : TOOL_FAILED;
}

static void print_member(const struct member *m, json_t *list)
{
    if (!list) {
        printf("%-16s %s%s%s%s%s\n", m->id, m->name, m->role == MEMBER_PLAIN ? "" : "  ",
               m->role == MEMBER_PLAIN ? "" : member_role_name(m->role), m->has_pin ? "  PIN" : "",
               m->has_pictures ? "  pictures" : "");
        return;
    }
    char initial[2] = { m->initial, 0 };
    json_array_append_new(list, json_pack("{s:s,s:s,s:s,s:s,s:b,s:b,s:b}", "id", m->id, "name", m->name, "initial",
                                          initial, "role", member_role_name(m->role), "active", m->active, "has_pin",
                                          m->has_pin, "has_pictures", m->has_pictures));
}

static bool list_all(struct db *db, bool retired, json_t *list, struct err *e)
{
    int total = 1;
    for (int offset = 0; offset < total; offset += PAGE) {
        struct member_list page;
        if (!(retired ? member_page_retired(db, offset, PAGE, &page, &total, e) : member_page(db, 0, offset, PAGE, &page, &total, e)))
            return false;
        for (int i = 0; i < page.count; i++)
            print_member(&page.member[i], list);
        member_list_release(&page);
    }
    return true;
}

static int list(const struct args *a)
{
    struct err e = ERR_INIT;
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, false);
    json_t *json = args_flag(a, "json") ? json_array() : NULL;
    int code = TOOL_FAILED;
    if (s && list_all(store_db(s), args_flag(a, "retired"), json, &e)) {
        if (json)
            tool_print_json(json_incref(json));
        code = TOOL_DONE;
    } else if (s) {
        tool_fail(&e);
    }
    json_decref(json);
    store_close(s);
    free(dir);
    return code;
}

static int set_active(const struct args *a, bool active)
{
    struct err e = ERR_INIT;
    struct member m;
    char *dir = args_data_dir(a);
    struct store *s = tool_open_store(dir, false);
    int code = TOOL_FAILED;
    if (s && member_set_active(store_writer(s), a->operand, active, &e) && member_get(store_db(s), a->operand, &m, &e)) {
        char *name = tool_clean(m.name);
        printf(active ? "%s is on the sign-in wall again.\n" : "%s is not on the sign-in wall any more; records and hours stay.\n", name);
        free(name);
        code = TOOL_DONE;
    } else if (s) {
        tool_fail(&e);
    }
    store_close(s);
    free(dir);
    return code;
}

static int retire(const struct args *a)
{
    return set_active(a, false);
}

static int bring_back(const struct args *a)
{
    return set_active(a, true);
}

static const struct option_spec add_options[] = {
    { "name", "N", "name as people know it", true },
    { "id", "ID", "what records carry; never a telephone or identity number (default: made up)" },
    { "pin", "P", "4 to 12 digits asked for at sign-in" },
    { "pictures", "A-B-C", "three of the pictures 1 to 12 asked for at sign-in" },
    { "role", "R", "member, secretary or technician" },
    OPTION_DATA,
    { NULL }
};
const struct command cmd_member_add = { "member add", NULL, "adds a member and prints the id", add_options, add };

static const struct option_spec import_options[] = { OPTION_DATA, { NULL } };
const struct command cmd_member_import = { "member import", "FILE.csv", "adds or updates many members, all or nothing",
                                           import_options, import };

static const struct option_spec activity_options[] = { OPTION_DATA, { NULL } };
const struct command cmd_member_retire = { "member retire", "ID", "takes a member off the sign-in wall; records and hours stay",
                                           activity_options, retire };
const struct command cmd_member_return = { "member return", "ID", "puts a retired member back on the sign-in wall",
                                           activity_options, bring_back };

static const struct option_spec list_options[] = {
    { "retired", NULL, "those off the wall instead" },
    OPTION_DATA, OPTION_JSON, { NULL }
};
const struct command cmd_member_list = { "member list", NULL, "the members, in the order of the sign-in wall",
                                         list_options, list };
