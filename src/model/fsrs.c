#include "model/fsrs.h"

#include <math.h>

enum { AGAIN = 1, GOOD = 3, EASY = 4 };
static const double desired_recall = 0.9;
static const double stability_min = 0.001, stability_max = 36500; /* a hundred years: keeps later powers finite */

const double fsrs_weight[FSRS_WEIGHTS] = {
    0.212, 1.2931, 2.3065, 8.2956,     /* w0..w3: first stability by grade */
    6.4133, 0.8334, 3.0194, 0.001,     /* w4..w7: difficulty */
    1.8722, 0.1666, 0.796,             /* w8..w10: growth after recall */
    1.4835, 0.0614, 0.2629, 1.6483,    /* w11..w14: what forgetting leaves */
    0.6014, 1.8729,                    /* w15, w16: hard and easy, which are never given here */
    0.5425, 0.0912, 0.0658,            /* w17..w19: again on the same day */
    0.1542,                            /* w20: decay of the forgetting curve */
};
#define w fsrs_weight

static double between(double value, double low, double high)
{
    return value < low ? low : value > high ? high : value;
}

static int grade(bool right)
{
    return right ? GOOD : AGAIN;
}

/* D0(G) = w4 - e^(w5 (G-1)) + 1 */
static double first_difficulty(int g)
{
    return w[4] - exp(w[5] * (g - 1)) + 1;
}

void fsrs_first(struct fsrs *m, bool right)
{
    *m = (struct fsrs){ .stability = w[grade(right) - 1], .difficulty = between(first_difficulty(grade(right)), 1, 10) };
}

/* 0.9^(-1/w20) - 1, so that recall after S days is 90 % */
static double factor(void)
{
    return pow(0.9, -1 / w[20]) - 1;
}

/* R(t,S) = (1 + factor t/S)^(-w20) */
double fsrs_recall(const struct fsrs *m, int64_t days)
{
    return pow(1 + factor() * (days > 0 ? (double)days : 0) / m->stability, -w[20]);
}

/* D' = D - w6 (G-3) (10-D)/9, drawn towards the first difficulty of "easy" by w7 */
static double next_difficulty(double d, int g)
{
    double moved = d - w[6] * (g - 3) * (10 - d) / 9;
    return between(w[7] * first_difficulty(EASY) + (1 - w[7]) * moved, 1, 10);
}

/* S' = S e^(w17 (G-3+w18)) S^(-w19); a right answer takes nothing away */
static double same_day(double s, int g)
{
    double growth = exp(w[17] * (g - 3 + w[18])) * pow(s, -w[19]);
    return s * (g >= GOOD && growth < 1 ? 1 : growth);
}

/* S' = S (1 + e^w8 (11-D) S^(-w9) (e^(w10 (1-R)) - 1)) */
static double recalled(const struct fsrs *m, double r)
{
    return m->stability * (1 + exp(w[8]) * (11 - m->difficulty) * pow(m->stability, -w[9]) * (exp(w[10] * (1 - r)) - 1));
}

/* S' = w11 D^(-w12) ((S+1)^w13 - 1) e^(w14 (1-R)) */
static double forgotten(const struct fsrs *m, double r)
{
    double s = w[11] * pow(m->difficulty, -w[12]) * (pow(m->stability + 1, w[13]) - 1) * exp(w[14] * (1 - r));
    return fmin(s, m->stability / exp(w[17] * w[18]));
}

void fsrs_next(struct fsrs *m, int64_t days, bool right)
{
    double r = fsrs_recall(m, days);
    double s = days < 1 ? same_day(m->stability, grade(right)) : right ? recalled(m, r) : forgotten(m, r);
    m->difficulty = next_difficulty(m->difficulty, grade(right));
    m->stability = between(s, stability_min, stability_max);
}

/* I(r,S) = S/factor (r^(-1/w20) - 1) */
int fsrs_days(const struct fsrs *m)
{
    double days = m->stability / factor() * (pow(desired_recall, -1 / w[20]) - 1);
    return (int)between(round(days), 1, FSRS_MAX_DAYS);
}

int fsrs_days_mixed(const struct fsrs *m, uint64_t hash)
{
    static const struct { double from, to, share; } range[] = { { 2.5, 7, 0.15 }, { 7, 20, 0.1 }, { 20, INFINITY, 0.05 } };
    int days = fsrs_days(m);
    double play = 1;
    if (days < 3)
        return days;
    for (int i = 0; i < 3; i++)
        play += range[i].share * fmax(fmin(days, range[i].to) - range[i].from, 0);
    int low = (int)fmax(2, round(days - play)), high = (int)fmin(FSRS_MAX_DAYS, round(days + play));
    return low + (int)(hash % (uint64_t)(high - low + 1));
}
