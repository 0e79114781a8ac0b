/* lm-rng.c: random numbers by counter, so that order and threads play no part
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-rng.h"

#include <math.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

/* Philox4x32-10. The counter is (i low, i high, stream 0, stream 1). Word w of block k is the 32-bit number 4k + w;
 * doubles, normals and bounded integers take 64 bits each, so that numbers 2k and 2k + 1 lie in block k.
 *
 * Source: Salmon, Moraes, Dror & Shaw 2011, section 5.4 and table 2.
 */
#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u
#define PHILOX_ROUNDS 10

#define FNV_OFFSET G_GUINT64_CONSTANT (0xcbf29ce484222325)
#define FNV_PRIME G_GUINT64_CONSTANT (0x100000001b3)

/* A bijection that spreads every bit. Source: Stafford's variant 13 of the finaliser of MurmurHash3, as in SplitMix64. */
static inline guint64
finalise (guint64 x)
{
  x = (x ^ (x >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return x ^ (x >> 31);
}

/* For either argument fixed a bijection in the other, so that steps or nodes in a row never meet. */
static inline guint64
mix (guint64 x,
     guint64 y)
{
  return finalise (finalise (x + G_GUINT64_CONSTANT (0x9e3779b97f4a7c15)) ^ y);
}

LmRng
lm_rng_init (guint64 seed,
             LmRngUse use,
             guint64 a,
             guint64 b)
{
  guint64 key = mix (seed, (guint64) use);
  guint64 stream = mix (a, b);

  return (LmRng){
    .key = { (guint32) key, (guint32) (key >> 32) },
    .stream = { (guint32) stream, (guint32) (stream >> 32) },
  };
}

void
lm_rng_block (const LmRng *rng,
              guint64 i,
              guint32 out[4])
{
  guint32 c0 = (guint32) i;
  guint32 c1 = (guint32) (i >> 32);
  guint32 c2 = rng->stream[0];
  guint32 c3 = rng->stream[1];
  guint32 k0 = rng->key[0];
  guint32 k1 = rng->key[1];

  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    guint64 p0 = (guint64) PHILOX_M0 * c0;
    guint64 p1 = (guint64) PHILOX_M1 * c2;

    c0 = (guint32) (p1 >> 32) ^ c1 ^ k0;
    c1 = (guint32) p1;
    c2 = (guint32) (p0 >> 32) ^ c3 ^ k1;
    c3 = (guint32) p0;
    k0 += PHILOX_W0;
    k1 += PHILOX_W1;
  }

  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

static inline float
float_from_word (guint32 word)
{
  return (float) (gint32) (word >> 8) * 0x1p-24f;
}

/* The 64-bit number @i. */
static guint64
wide_word (const LmRng *rng,
           guint64 i)
{
  guint32 block[4];
  int at = (int) (i & 1) * 2;

  lm_rng_block (rng, i >> 1, block);
  return (guint64) block[at] << 32 | block[at + 1];
}

static inline double
double_from_word (guint64 word)
{
  return (double) (word >> 11) * 0x1p-53;
}

guint32
lm_rng_uint (const LmRng *rng,
             guint64 i)
{
  guint32 block[4];

  lm_rng_block (rng, i >> 2, block);
  return block[i & 3];
}

float
lm_rng_float (const LmRng *rng,
              guint64 i)
{
  return float_from_word (lm_rng_uint (rng, i));
}

double
lm_rng_double (const LmRng *rng,
               guint64 i)
{
  return double_from_word (wide_word (rng, i));
}

double
lm_rng_normal (const LmRng *rng,
               guint64 i)
{
  guint32 block[4];
  double radius, angle;

  lm_rng_block (rng, i >> 1, block);
  radius = sqrt (-2.0 * log (1.0 - double_from_word ((guint64) block[0] << 32 | block[1])));
  angle = 2.0 * G_PI * double_from_word ((guint64) block[2] << 32 | block[3]);
  return radius * ((i & 1) == 0 ? cos (angle) : sin (angle));
}

guint32
lm_rng_below (const LmRng *rng,
              guint64 i,
              guint32 n)
{
  guint64 word = wide_word (rng, i);
  guint64 low, high;

  g_assert (n >= 1);

  /* The upper 32 bits of the 96-bit product word · n. */
  low = (word & G_MAXUINT32) * n;
  high = (word >> 32) * n;
  return (guint32) ((high + (low >> 32)) >> 32);
}

/* Keys of all rounds, once for many blocks. */
typedef struct {
  guint32 k0[PHILOX_ROUNDS];
  guint32 k1[PHILOX_ROUNDS];
} Keys;

static Keys
make_keys (const LmRng *rng)
{
  Keys keys;

  for (guint32 round = 0; round < PHILOX_ROUNDS; round++) {
    keys.k0[round] = rng->key[0] + round * PHILOX_W0;
    keys.k1[round] = rng->key[1] + round * PHILOX_W1;
  }
  return keys;
}

#ifdef __SSE2__

/* Blocks that fill_lanes() makes side by side, two in each vector. A word lies in the lower half of 64 bits and the upper
 * half holds rubbish: the multiplication ignores it, so nothing needs to be shuffled before the end. */
#define VECTORS 4
#define LANES (2 * VECTORS)

/* out[0 … 4·LANES − 1] = the floats of blocks @first … @first + LANES − 1. */
static void
fill_lanes (const LmRng *rng,
            const Keys *keys,
            guint64 first,
            float *out)
{
  const __m128i m0 = _mm_set1_epi64x (PHILOX_M0);
  const __m128i m1 = _mm_set1_epi64x (PHILOX_M1);
  const __m128i lower = _mm_set1_epi64x (G_MAXUINT32);
  const __m128 scale = _mm_set1_ps (0x1p-24f);
  __m128i c0[VECTORS], c1[VECTORS], c2[VECTORS], c3[VECTORS];

  for (int j = 0; j < VECTORS; j++) {
    guint64 i = first + 2 * (guint64) j;

    c0[j] = _mm_set_epi64x ((gint64) (i + 1), (gint64) i);
    c1[j] = _mm_srli_epi64 (c0[j], 32);
    c2[j] = _mm_set1_epi64x (rng->stream[0]);
    c3[j] = _mm_set1_epi64x (rng->stream[1]);
  }

#pragma GCC unroll 10
  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    const __m128i k0 = _mm_set1_epi32 ((int) keys->k0[round]);
    const __m128i k1 = _mm_set1_epi32 ((int) keys->k1[round]);

#pragma GCC unroll 4
    for (int j = 0; j < VECTORS; j++) {
      const __m128i p0 = _mm_mul_epu32 (c0[j], m0);
      const __m128i p1 = _mm_mul_epu32 (c2[j], m1);

      c0[j] = _mm_xor_si128 (_mm_xor_si128 (_mm_srli_epi64 (p1, 32), c1[j]), k0);
      c1[j] = p1;
      c2[j] = _mm_xor_si128 (_mm_xor_si128 (_mm_srli_epi64 (p0, 32), c3[j]), k1);
      c3[j] = p0;
    }
  }

#pragma GCC unroll 4
  for (int j = 0; j < VECTORS; j++) {
    const __m128i c01 = _mm_or_si128 (_mm_and_si128 (c0[j], lower), _mm_slli_epi64 (c1[j], 32));
    const __m128i c23 = _mm_or_si128 (_mm_and_si128 (c2[j], lower), _mm_slli_epi64 (c3[j], 32));
    const __m128i even = _mm_srli_epi32 (_mm_unpacklo_epi64 (c01, c23), 8);
    const __m128i odd = _mm_srli_epi32 (_mm_unpackhi_epi64 (c01, c23), 8);

    _mm_storeu_ps (out + 8 * j, _mm_mul_ps (_mm_cvtepi32_ps (even), scale));
    _mm_storeu_ps (out + 8 * j + 4, _mm_mul_ps (_mm_cvtepi32_ps (odd), scale));
  }
}

#else

#define LANES 8

/* As above, in plain loops over the lanes. */
static void
fill_lanes (const LmRng *rng,
            const Keys *keys,
            guint64 first,
            float *out)
{
  guint32 c0[LANES], c1[LANES], c2[LANES], c3[LANES];

  for (int j = 0; j < LANES; j++) {
    c0[j] = (guint32) (first + (guint64) j);
    c1[j] = (guint32) ((first + (guint64) j) >> 32);
    c2[j] = rng->stream[0];
    c3[j] = rng->stream[1];
  }

  for (int round = 0; round < PHILOX_ROUNDS; round++) {
    for (int j = 0; j < LANES; j++) {
      guint64 p0 = (guint64) PHILOX_M0 * c0[j];
      guint64 p1 = (guint64) PHILOX_M1 * c2[j];

      c0[j] = (guint32) (p1 >> 32) ^ c1[j] ^ keys->k0[round];
      c1[j] = (guint32) p1;
      c2[j] = (guint32) (p0 >> 32) ^ c3[j] ^ keys->k1[round];
      c3[j] = (guint32) p0;
    }
  }

  for (int j = 0; j < LANES; j++) {
    out[4 * j] = float_from_word (c0[j]);
    out[4 * j + 1] = float_from_word (c1[j]);
    out[4 * j + 2] = float_from_word (c2[j]);
    out[4 * j + 3] = float_from_word (c3[j]);
  }
}

#endif

void
lm_rng_fill_float (const LmRng *rng,
                   guint64 first,
                   gsize n,
                   float *out)
{
  Keys keys = make_keys (rng);
  gsize i = 0;

  while (i < n && ((first + i) & 3) != 0) {
    out[i] = lm_rng_float (rng, first + i);
    i++;
  }
  for (; n - i >= 4 * LANES; i += 4 * LANES)
    fill_lanes (rng, &keys, (first + i) >> 2, out + i);
  if (i < n) {
    float rest[4 * LANES];

    fill_lanes (rng, &keys, (first + i) >> 2, rest);
    memcpy (out + i, rest, (n - i) * sizeof *out);
  }
}

void
lm_rng_permutation (const LmRng *rng,
                    gsize n,
                    guint32 *out)
{
  g_assert (n <= G_MAXUINT32);

  for (gsize i = 0; i < n; i++)
    out[i] = (guint32) i;

  for (gsize i = n; i > 1; i--) {
    guint32 j = lm_rng_below (rng, i - 1, (guint32) i);
    guint32 taken = out[i - 1];

    out[i - 1] = out[j];
    out[j] = taken;
  }
}

guint64
lm_hash_string (const char *text)
{
  guint64 hash = FNV_OFFSET;

  for (; *text != '\0'; text++)
    hash = (hash ^ (guint8) *text) * FNV_PRIME;
  return finalise (hash);
}

guint64
lm_hash_bytes (const void *data,
               gsize n,
               guint64 seed)
{
  const guint8 *bytes = data;
  guint64 hash = FNV_OFFSET ^ finalise (seed);

  for (gsize i = 0; i < n; i++)
    hash = (hash ^ bytes[i]) * FNV_PRIME;
  return finalise (hash);
}
