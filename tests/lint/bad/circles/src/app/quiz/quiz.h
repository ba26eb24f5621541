/* quiz.h - an example for the rules. */
#ifndef WEIKE_APP_QUIZ_QUIZ_H
#define WEIKE_APP_QUIZ_QUIZ_H
#include "app/home/home.h"
#endif
