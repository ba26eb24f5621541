/* y.c - an example for the rules; part of x.h. */
const char *y_title(void)
{
    return "开始学习"; /* 开始 in a comment is fine */
}
