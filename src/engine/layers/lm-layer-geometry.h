/* lm-layer-geometry.h: windows over one, two or three axes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-layer-kit.h"

G_BEGIN_DECLS

/* A row of @rank sizes. */
#define LM_SPEC_SIZES(rank_, id_, title_, unit_, initial_, help_)                                         \
  {                                                                                                       \
    .kind = LM_OPTION_INTS, .id = id_, .title = title_, .unit = unit_, .help = help_,                     \
    .initial_ints = { initial_, initial_, initial_ }, .initial_n = rank_, .min = 1, .max = LM_MAX_WINDOW, \
    .min_n = rank_, .max_n = rank_                                                                        \
  }

/**
 * LmGeometry: where a window goes along the axes behind the batch
 * @span: places it covers: (size − 1)·dilation + 1
 * @before, @after: zeros that “same” and “causal” add; the odd one of “same” comes last
 */
typedef struct {
  int rank;
  gint64 in[3];
  gint64 size[3];
  gint64 stride[3];
  gint64 dilation[3];
  gint64 span[3];
  gint64 before[3];
  gint64 after[3];
  gint64 out[3];
} LmGeometry;

/* Numbers of @rank axes and channels. */
gboolean lm_layer_wants_space (LmBuilder *b, LmValue x, int port, int rank);

/* Index of an option of the node's layer by its id, which must exist. */
int lm_layer_option (const LmNode *node, const char *id);

/* Works out the options @size, “strides” (none: as large as the window), “padding” and, if there, “dilation_rate” over @x.
 * FALSE after a failure. */
gboolean lm_geometry_read (LmGeometry *self, LmBuilder *b, const LmNode *node, LmValue x, int rank, const char *size);

/* A picture of one row for a sequence; x itself for a picture. And back. */
LmValue lm_geometry_picture (LmBuilder *b, LmValue x);
LmValue lm_geometry_unpicture (LmBuilder *b, LmValue x, int rank);

/* The last two axes of the geometry, or one row of the only one. */
LmConvAttrs lm_geometry_conv (const LmGeometry *self, int groups);
LmPoolAttrs lm_geometry_pool (const LmGeometry *self, gboolean max);

G_END_DECLS
