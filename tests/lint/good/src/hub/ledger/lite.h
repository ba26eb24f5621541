/* lite.h - an example for the rules: where SQL may stand. */
#ifndef WEIKE_HUB_LEDGER_LITE_H
#define WEIKE_HUB_LEDGER_LITE_H
const char *lite_text(void);
#endif
