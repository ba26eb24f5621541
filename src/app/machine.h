/* machine.h - what befalls the machine is written into its log (store/outbox/machine_log.h) as the loop sees it. UI thread. */
#ifndef WEIKE_APP_MACHINE_H
#define WEIKE_APP_MACHINE_H
#include "app/core/app.h"

void machine_begin(struct app *app); /* after the store was opened */
void machine_tick(struct app *app);  /* each turn of the loop; looks at what is known already, costs nothing */
void machine_end(struct app *app);   /* before the store is closed in order; NULL store is fine */
#endif
