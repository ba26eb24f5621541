/* y.c - an example for the rules; part of x.h. */
#include "base/x.h"
#include "store/db.h"
