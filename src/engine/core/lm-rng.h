/* lm-rng.h: random numbers by counter, so that order and threads play no part
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * LmRng:
 *
 * A stream of random numbers. Number i of a stream is a pure function of
 * (seed, a, b, i): no state, any order, any thread. The streams of different
 * (seed, a, b) are independent.
 *
 * Source: Philox4x32-10, Salmon et al. 2011, “Parallel random numbers: as easy as 1, 2, 3”.
 */
typedef struct {
  guint32 key[2];
  guint32 stream[2];
} LmRng;

/* What a stream is for: the first word of its key, so that no two uses share numbers. */
typedef enum {
  LM_RNG_WEIGHTS = 1,
  LM_RNG_DROPOUT,
  LM_RNG_ORDER,
  LM_RNG_SPLIT,
  LM_RNG_AUGMENT,
  LM_RNG_DIGITS,
  LM_RNG_EXPLAIN,
  LM_RNG_TEST,
} LmRngUse;

/* @a and @b are whatever tells the streams of one use apart: node key and step, epoch and part … */
LmRng lm_rng_init (guint64 seed, LmRngUse use, guint64 a, guint64 b);

/* Four independent words for block @i. */
void lm_rng_block (const LmRng *rng, guint64 i, guint32 out[4]);

/* Number @i: uniform in [0, 1), 24 bits; uniform in [0, 1), 53 bits; 32 bits. */
float lm_rng_float (const LmRng *rng, guint64 i);
double lm_rng_double (const LmRng *rng, guint64 i);
guint32 lm_rng_uint (const LmRng *rng, guint64 i);

/* Number @i: standard normal (Box & Muller 1958), 53-bit uniforms. */
double lm_rng_normal (const LmRng *rng, guint64 i);

/* Number @i: integer in [0, @n), without bias beyond 2⁻³². @n ≥ 1. */
guint32 lm_rng_below (const LmRng *rng, guint64 i, guint32 n);

/* Fills out[0 … n − 1] with numbers @first … of the stream; equal to calling lm_rng_float() for each, but fast. */
void lm_rng_fill_float (const LmRng *rng, guint64 first, gsize n, float *out);

/* A permutation of 0 … n − 1 (Fisher & Yates). */
void lm_rng_permutation (const LmRng *rng, gsize n, guint32 *out);

/* Mixes a text into 64 bits, the same on every machine (FNV-1a, then a finaliser): keys of nodes by id path. */
guint64 lm_hash_string (const char *text);
guint64 lm_hash_bytes (const void *data, gsize n, guint64 seed);

G_END_DECLS
