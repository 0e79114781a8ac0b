/* lm-initializer.h: descriptor of a way to draw first weights
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-option.h"
#include "lm-rng.h"

G_BEGIN_DECLS

/**
 * LmInitializerClass:
 * @min_rank, @max_rank: axes that the weight may have; max_rank 0: no limit
 * @fill: writes the first values of a weight of @shape in natural (Keras) order. Every number is a function of
 *   (@options, @shape, @rng) alone. Thread: any.
 *
 * A member of family “initializer”. Names, formulas and defaults are Keras's; seeds are not options here, since each weight
 * has a stream of its own that follows from the seed of the run.
 */
typedef struct {
  LmMember member;
  int min_rank;
  int max_rank;
  void (*fill) (const LmOptionSet *options, const LmShape *shape, LmRng rng, float *natural);
} LmInitializerClass;

static inline void
lm_initializer_fill (const LmOptionSet *options, const LmShape *shape, LmRng rng, float *natural)
{
  ((const LmInitializerClass *) options->member)->fill (options, shape, rng, natural);
}

/* How many inputs and outputs a weight joins, as Keras counts them: (in, out) of a matrix; window × channels of a convolution
 * kernel; the length of a vector for both. */
void lm_initializer_fans (const LmShape *shape, double *fan_in, double *fan_out);

G_END_DECLS
