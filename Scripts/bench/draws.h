// SPDX-License-Identifier: GPL-3.0-or-later
//
// Keyed draws and tabulated distributions, as Sources/GaleRandomness has them: the same function of the same keys, and a table
// of the quantile function with 64 knots in each octave of u and of 1 - u. The knots come from libm; everything else is integers.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

static uint64_t key[4];

static void seed(uint64_t state) {
    for (int i = 0; i < 4; i++) {
        uint64_t z = (state += 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        key[i] = z ^ (z >> 31);
    }
}

static inline uint64_t uniform(uint32_t layer, uint32_t id, uint64_t a, uint64_t b) {
    uint64_t spread = (uint64_t)(layer << 16 | id) * 0x9E3779B97F4A7C15;
    unsigned __int128 first = (unsigned __int128)(a ^ key[0]) * (spread ^ key[1]);
    unsigned __int128 second = (unsigned __int128)((uint64_t)first ^ b)
        * ((uint64_t)(first >> 64) ^ (b << 32 | b >> 32) ^ key[2]);
    unsigned __int128 third = (unsigned __int128)((uint64_t)second ^ key[3]) * ((uint64_t)(second >> 64) ^ key[0]);
    return (uint64_t)third ^ (uint64_t)(third >> 64);
}

static inline uint64_t below(uint64_t draw, uint64_t n) { return (uint64_t)((unsigned __int128)draw * n >> 64); }

typedef struct {
    uint64_t *words;
    uint64_t mantissa;
    int exponent;
} distribution;

enum { blockWords = 66, cells = 64, blocksPerSide = 63 };

static uint64_t *block(uint64_t *words, const double *values) {
    double largest = values[cells];
    int exponent = largest > 0x1p-900 ? (61 - ilogb(largest) < 64 ? 61 - ilogb(largest) : 64) : 0;
    uint64_t previous = 0;
    *words++ = (uint64_t)(int64_t)exponent;
    for (int i = 0; i <= cells; i++) {
        double fixed = largest > 0x1p-900 ? ldexp(values[i], exponent) : 0;
        uint64_t knot = (uint64_t)(i == 0 ? ceil(fixed) : rint(fixed));
        *words++ = previous = knot > previous ? knot : previous;
    }
    return words;
}

// `lower` and `upper` give the quantile by the probability of the nearer tail, at unit scale.
static distribution tabulate(double (*lower)(double), double (*upper)(double), double scale) {
    uint64_t *words = malloc(2 * blocksPerSide * blockWords * sizeof *words), *next = words;
    double values[cells + 1], least = 0;
    for (int side = 0; side < 2; side++)
        for (int i = 0; i < blocksPerSide; i++) {
            int octave = side ? blocksPerSide - 1 - i : i;
            for (int j = 0; j <= cells; j++) {
                double tail = ldexp(1 + (double)(side ? cells - j : j) / cells, octave - 64);
                double value = side ? upper(tail) : lower(tail);
                values[j] = least = value > least ? value : least;
            }
            next = block(next, values);
        }
    int exponent;
    double significand = frexp(scale, &exponent);
    return (distribution){words, (uint64_t)ldexp(significand, 64), 64 - exponent};
}

static inline int64_t sample(const distribution *d, uint64_t u) {
    uint64_t side = (uint64_t)((int64_t)u >> 63), distance = (u ^ side) | 1;
    int zeros = __builtin_clzll(distance);
    uint64_t within = (distance << zeros << 1) ^ side;
    int number = ((63 - zeros) ^ (int)side) + (int)(side & 126);
    const uint64_t *start = d->words + number * blockWords, *knots = start + 1 + (within >> 58);
    uint64_t position = within << 6, low = knots[0];
    uint64_t unit = low + (uint64_t)((unsigned __int128)(knots[1] - low) * position >> 64);
    unsigned __int128 product = (unsigned __int128)unit * d->mantissa;
    int surplus = (int)(int64_t)*start + d->exponent - 65;
    if ((unsigned)surplus <= 62) return (int64_t)((((uint64_t)(product >> 64) >> surplus) + 1) >> 1);
    int shift = surplus + 65;
    if (product == 0 || shift > 127) return 0;
    return (int64_t)((product + ((unsigned __int128)1 << (shift - 1))) >> shift);
}

static inline double exponentialLower(double tail) { return -log1p(-tail); }
static inline double exponentialUpper(double tail) { return -log(tail); }

// The normal quantile for tail <= 1/2, by bisection of erfc and Newton's steps: slow and exact, for tables.
static inline double normalQuantile(double tail) {
    double low = -40, high = 0;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (erfc(-middle * M_SQRT1_2) / 2 < tail) low = middle; else high = middle;
    }
    return (low + high) / 2;
}
