/* lm-fuse.h: rewrites a graph so that it runs faster with the same result
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-graph.h"

G_BEGIN_DECLS

/**
 * lm_fuse:
 *
 * Merges, before differentiation, since a fused op has a backward of its own:
 * - matmul or conv2d with the activation behind it;
 * - conv2d with relu and the 2×2 max pooling behind it.
 * A value that is observed, used twice, or the @root is never fused away.
 * Fused ops are marked dead. A test compares every rewrite with the unfused
 * program on random graphs.
 */
void lm_fuse (LmGraph *graph, int root);

G_END_DECLS
