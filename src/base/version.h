/* version.h - what this build calls itself. */
#ifndef WEIKE_BASE_VERSION_H
#define WEIKE_BASE_VERSION_H
const char *version_text(void);
#endif
