/* home.h - an example for the rules. */
#ifndef WEIKE_APP_HOME_HOME_H
#define WEIKE_APP_HOME_HOME_H
#include "app/quiz/quiz.h"
#endif
