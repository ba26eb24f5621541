#include "app/keyboard/pinyin_rime.h"

#include <rime_api.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "luna_pinyin_simp"
#define NOWHERE "/nonexistent" /* where librime would keep what people type */
enum { KEY_BACKSPACE = 0xff08 }; /* X keysym, as librime takes them */

struct pinyin_rime {
    RimeApi *api;
    RimeConfig schema; /* held open: it is the copy that the session reads, with learning switched off */
    RimeSessionId session;
};

static bool prepare(struct pinyin_rime *r, struct err *e)
{
    if (!r->api->schema_open(SCHEMA, &r->schema))
        return err_set(e, ERR_MISSING, "librime has no schema " SCHEMA " (package rime-data-luna-pinyin)");
    /* Everybody types here: neither words nor their order are kept from one to the next. */
    if (!r->api->config_set_bool(&r->schema, "translator/enable_user_dict", False))
        return err_set(e, ERR_UNSUPPORTED, "librime's learning cannot be switched off");
    r->session = r->api->create_session();
    char name[64] = "";
    if (!r->session || !r->api->select_schema(r->session, SCHEMA) ||
        !r->api->get_current_schema(r->session, name, sizeof name) || strcmp(name, SCHEMA))
        return err_set(e, ERR_UNSUPPORTED, "librime does not begin with " SCHEMA);
    return true;
}

/* Is a dictionary behind it? Without its tables librime takes letters and never knows a word. */
static bool knows_words(struct pinyin_rime *r, struct err *e)
{
    struct str out;
    struct pinyin_reply reply = { .count = 0 };
    str_init(&out, 0);
    bool ok = pinyin_rime_answer(r, "1 letter a", &out) && pinyin_reply_parse(out.data, &reply, NULL) && reply.count > 0;
    r->api->clear_composition(r->session);
    str_release(&out);
    return ok || err_set(e, ERR_MISSING, "librime finds no words: its tables are missing (package rime-data-luna-pinyin)");
}

struct pinyin_rime *pinyin_rime_open(const char *shared_dir, struct err *e)
{
    struct pinyin_rime *r = mem_alloc(sizeof *r);
    RIME_STRUCT(RimeTraits, traits);
    traits.shared_data_dir = shared_dir;
    traits.user_data_dir = NOWHERE;
    traits.distribution_name = traits.distribution_code_name = "Weike";
    traits.distribution_version = "1";
    traits.app_name = "rime.weike";
    traits.min_log_level = 3; /* fatal only */
    traits.log_dir = "";      /* to stderr, no files */
    r->api = rime_get_api();
    r->api->setup(&traits);
    r->api->initialize(&traits);
    if (prepare(r, e) && knows_words(r, e))
        return r;
    pinyin_rime_close(r);
    return NULL;
}

void pinyin_rime_close(struct pinyin_rime *r)
{
    if (!r)
        return;
    if (r->session)
        r->api->destroy_session(r->session);
    if (r->schema.ptr)
        r->api->config_close(&r->schema);
    r->api->finalize();
    free(r);
}

/* Rare characters beyond the BMP are in no font of ours. */
static bool can_be_shown(const char *word)
{
    for (const char *p = word; *p; p++)
        if ((unsigned char)*p >= 0xf0 || (unsigned char)*p < ' ')
            return false;
    return *word && strlen(word) < PINYIN_WORD && utf8_valid(word, strlen(word));
}

static void add_candidates(struct pinyin_rime *r, struct str *out)
{
    RimeCandidateListIterator list = { 0 };
    if (!r->api->candidate_list_begin(r->session, &list))
        return;
    for (int n = 0; n < PINYIN_CANDIDATES && r->api->candidate_list_next(&list);)
        if (can_be_shown(list.candidate.text)) {
            str_printf(out, "\t%d:%s", list.index, list.candidate.text);
            n++;
        }
    r->api->candidate_list_end(&list);
}

static void add_plain(struct str *out, const char *text)
{
    str_puts(out, "\t");
    for (; text && *text; text++)
        if ((unsigned char)*text >= ' ')
            str_add(out, text, 1);
}

static void add_state(struct pinyin_rime *r, unsigned serial, struct str *out)
{
    RIME_STRUCT(RimeCommit, commit);
    RIME_STRUCT(RimeContext, context);
    bool done = r->api->get_commit(r->session, &commit), known = r->api->get_context(r->session, &context);
    bool composing = known && context.composition.length > 0;
    str_printf(out, "%u", serial);
    add_plain(out, composing ? r->api->get_input(r->session) : "");
    add_plain(out, composing ? context.composition.preedit : "");
    add_plain(out, done ? commit.text : "");
    if (composing)
        add_candidates(r, out);
    if (known)
        r->api->free_context(&context);
    if (done)
        r->api->free_commit(&commit);
}

static void letter(struct pinyin_rime *r, char c)
{
    const char *input = r->api->get_input(r->session);
    if (strlen(input ? input : "") < PINYIN_LETTERS)
        r->api->process_key(r->session, c, 0);
}

bool pinyin_rime_answer(struct pinyin_rime *r, const char *question, struct str *out)
{
    unsigned serial;
    char verb[16] = "", arg[16] = "";
    int n = sscanf(question, "%u %15s %15s", &serial, verb, arg);
    if (n == 3 && !strcmp(verb, "letter") && !arg[1] && ((arg[0] >= 'a' && arg[0] <= 'z') || arg[0] == '\''))
        letter(r, arg[0]);
    else if (n == 3 && !strcmp(verb, "pick") && atoi(arg) >= 0)
        r->api->select_candidate(r->session, (size_t)atoi(arg));
    else if (n == 2 && !strcmp(verb, "rub"))
        r->api->process_key(r->session, KEY_BACKSPACE, 0);
    else if (n == 2 && !strcmp(verb, "clear"))
        r->api->clear_composition(r->session);
    else
        return false;
    add_state(r, serial, out);
    return true;
}
