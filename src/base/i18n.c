#include "base/i18n.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

extern int _nl_msg_cat_cntr; /* glibc: raising it makes gettext look at LANGUAGE again (gettext manual, 11.2.8) */

static const char *current = "zh-CN";

void i18n_init(const char *locale_dir)
{
    setlocale(LC_ALL, "C.UTF-8"); /* needs no generated locale; with plain C, gettext stays silent */
    bindtextdomain("weike", locale_dir);
    bind_textdomain_codeset("weike", "UTF-8");
    textdomain("weike");
    i18n_set("zh-CN");
}

void i18n_set(const char *lang)
{
    current = lang && !strcmp(lang, "en") ? "en" : "zh-CN";
    setenv("LANGUAGE", strcmp(current, "en") ? "zh_CN" : "en", 1);
    _nl_msg_cat_cntr++;
}

const char *i18n_lang(void)
{
    return current;
}
