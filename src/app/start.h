/* start.h - the kiosk comes up, part by part, runs, and goes down again. Main thread. */
#ifndef WEIKE_APP_START_H
#define WEIKE_APP_START_H
#include "app/core/opts.h"

/* Until it is asked to quit; returns the exit status. */
int kiosk_run(const struct app_opts *opts);
#endif
