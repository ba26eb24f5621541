/* markdown.h - a small, safe part of Markdown (CommonMark 0.31), as blocks to be shown one below the other. Pure.
 *
 * Headings (#, ##, ###), paragraphs, lists (-, *, + and 1.), and bold (**words**) at the beginning of a block or over all of it.
 * Whatever else is written (links, pictures, tables, HTML) is shown as the text it is: nothing here can lead anywhere. */
#ifndef WEIKE_MODEL_MARKDOWN_H
#define WEIKE_MODEL_MARKDOWN_H

enum markdown_kind { MARKDOWN_PARAGRAPH, MARKDOWN_HEADING, MARKDOWN_BULLET, MARKDOWN_NUMBER };
struct markdown_block {
    enum markdown_kind kind;
    int number;         /* MARKDOWN_NUMBER: as it was written; MARKDOWN_HEADING: 1..3 */
    char *strong;       /* the bold words it begins with; "" if none */
    char *text;         /* what follows them; "" if all of it is bold */
};
enum { MARKDOWN_BLOCKS_MAX = 400 }; /* what comes after is not shown */
struct markdown { int count; struct markdown_block *block; };

/* Never fails: `text` is valid UTF-8. `out` is released by the caller. */
void markdown_parse(const char *text, struct markdown *out);
void markdown_release(struct markdown *m);
#endif
