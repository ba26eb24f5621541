/* html.h - the plain pages for operators, in Chinese and English side by side. Pure: JSON in, text out; everything that came from
 * outside is escaped here. (The full operators' pages are another program's matter.) */
#ifndef WEIKE_WEB_HTML_H
#define WEIKE_WEB_HTML_H
#include "base/json.h"

void html_text(struct str *out, const char *text); /* escaped for element content and quoted attributes */
void html_begin(struct str *out); /* head of a page, until the content */
void html_end(struct str *out);
void html_setup(const char *nonce, struct str *out);
void html_code(const char *name, const char *code, struct str *out);
void html_status(const json_t *status, const json_t *sites, const json_t *audit, const char *nonce, struct str *out);
#endif
