#include "base/version.h"

#ifndef WEIKE_VERSION
#define WEIKE_VERSION "unknown"
#endif

const char *version_text(void)
{
    return WEIKE_VERSION;
}
