/* i18n.h - the words on the screen (glibc gettext behind it). UI thread only after start.
 *
 * Message ids are the English texts; assets/po/zh_CN.po must translate every one (a test proves it).
 * Content carries its own language maps and does not pass through here. */
#ifndef WEIKE_BASE_I18N_H
#define WEIKE_BASE_I18N_H
#include <libintl.h>

#define tr(text) gettext(text)
#define tr_n(one, many, n) ngettext(one, many, n)
#define TR_MARK(text) text /* marks a table entry for xgettext; translated where it is shown */

/* Binds the catalogue found under `locale_dir` (…/zh_CN/LC_MESSAGES/weike.mo). Call once, first. */
void i18n_init(const char *locale_dir);
/* "zh-CN" or "en"; anything else counts as zh-CN. Takes effect for the next tr(). */
void i18n_set(const char *lang);
const char *i18n_lang(void); /* "zh-CN" or "en" */
#endif
