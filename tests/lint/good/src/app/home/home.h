/* home.h - an example for the rules: a noun with a part. */
#ifndef WEIKE_APP_HOME_HOME_H
#define WEIKE_APP_HOME_HOME_H
int home_list(int count);
#endif
