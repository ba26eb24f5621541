/* voice.h - recorded prompts: who speaks which words in which language or dialect. Pure; alone in its package.
 *
 * A prompt is found by the very words that are to be said. Its key says which words these are, so that whoever records can
 * be told what is missing and what has changed since:
 *
 *   msg:Back                                     a text of the program, by its English message id
 *   course:org.example.a:title                   a course's title
 *   lesson:CONTENT_ID:title                      a lesson's
 *   question:CONTENT_ID:QUESTION                 what is asked; ":feedback" its explanation
 *   question:CONTENT_ID:QUESTION:OPTION          one of its options */
#ifndef WEIKE_MODEL_VOICE_H
#define WEIKE_MODEL_VOICE_H
#include "model/package.h"

enum { VOICE_PROMPTS_MAX = 20000, VOICE_KEY_MAX = 600, VOICE_TEXT_MAX = 3000 /* bytes */ };

struct voice_prompt {
    char *key, *text;
    struct file_ref file; /* Ogg Opus */
};
struct voice { /* lang "": none */
    char lang[LANG_TEXT]; /* "zh-CN", "en", or with a dialect: "zh-CN-x-sichuan" */
    int prompt_count;
    struct voice_prompt *prompt;
};

struct voice_package { struct package_head head; struct voice voice; }; /* as it is published */
extern const struct package_kind voice_kind;

bool voice_key_valid(const char *key);
/* `{"lang": …, "prompts": [{"key", "text", "file"}]}`; `file` is a file reference, or where `names` is true a path in the
 * author's folder (it becomes file.name). `out` is released by the caller, also after a failure. */
bool voice_parse(const json_t *o, const char *where, bool names, struct voice *out, struct err *e) MUST_CHECK;
json_t *voice_to_json(const struct voice *v, bool names); /* new reference */
void voice_release(struct voice *v);
const struct voice_prompt *voice_find(const struct voice *v, const char *key); /* NULL if it has none */
struct voice_prompt *voice_add(struct voice *v, const char *key, const char *text); /* file still empty */
#endif
