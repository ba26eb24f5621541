/* home_parts.h - what the files of home share. */
#ifndef WEIKE_APP_HOME_HOME_PARTS_H
#define WEIKE_APP_HOME_HOME_PARTS_H
int home_row(int number);
#endif
