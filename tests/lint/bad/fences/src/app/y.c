/* y.c - an example for the rules; part of x.h. */
#include <sqlite3.h>
