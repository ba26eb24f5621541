/* commands.h - what weike-hub does besides serving: status, sites, audit, enrol, revoke, join, stick. They work beside a running
 * hub or without one. One thread. Exit codes as weikectl's: 0 done, 1 refused or failed, 2 wrong usage. */
#ifndef WEIKE_HUB_COMMANDS_H
#define WEIKE_HUB_COMMANDS_H

enum { COMMAND_DONE, COMMAND_FAILED, COMMAND_USAGE, COMMAND_NONE = -1 };
int commands_run(int argc, char **argv); /* COMMAND_NONE: the line is no command */
#endif
