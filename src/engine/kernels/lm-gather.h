/* lm-gather.h: the loop that convolution and its gradient by the input share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-tile.h"

/* Each pixel of the target is a sum over taps: numbers of one pixel of the source times a matrix. Channels last, so the
 * taps of one row that lie side by side are one run of numbers, and nothing has to be copied: a tile reads the source through
 * one pointer per pixel. Weights are packed in panels [group][panel][tap][channel][16], the taps in the order of the source. */

enum {
  GATHER_PIXELS = 96,  /* of one task: a panel is read once for all of them; a multiple of every tile's rows and of 4 */
  GATHER_ZEROS = 1024, /* channels read at once where a tap lies outside the source */
};

/* Along one axis: target pixel i reads source pixels i·step + offset + t·spacing. */
typedef struct {
  gint64 source; /* size of the source */
  gint64 step;
  gint64 n_taps; /* may be 0 */
  gint64 offset;
  gint64 spacing;  /* at least 1 */
  gint64 from, to; /* target pixels all of whose taps lie inside */
} GatherAxis;

typedef struct {
  GatherAxis y, x;
  gint64 channels;  /* of one source pixel */
  gint64 per_group; /* of these, read by one group */
  gint64 groups;
  gint64 out; /* target channels of one group */
  const lm_real *source;
  const lm_real *weights;
} Gather;

typedef struct {
  const lm_real *source; /* pixel (y·step, x·step) of the right image: offsets are relative to it */
  lm_real *target;
  gint32 y, x;
  gboolean inside;
} GatherPixel;

/* To be called once all else is set. n: target pixels along this axis. */
INLINE void
gather_axis_finish (GatherAxis *axis,
                    gint64 n)
{
  gint64 low = axis->offset, high = axis->offset + (axis->n_taps - 1) * axis->spacing;

  axis->from = 0;
  while (axis->from < n && axis->from * axis->step + low < 0)
    axis->from++;
  axis->to = n;
  while (axis->to > axis->from && (axis->to - 1) * axis->step + high >= axis->source)
    axis->to--;
}

INLINE gint64
gather_panel_size (const Gather *g)
{
  return g->y.n_taps * g->x.n_taps * g->per_group * LM_PANEL;
}

/* All taps of all pixels inside, side by side in a row: a run per row of the window. */
INLINE void
gather_runs (int rows,
             const Gather *g,
             const GatherPixel *pixel,
             gint64 channel,
             const lm_real *w,
             LmTile a)
{
  gint64 run = g->x.n_taps * g->per_group, line = g->x.source * g->channels;

  for (gint64 t = 0; t < g->y.n_taps; t++, w += run * LM_PANEL) {
    gint64 at = (g->y.offset + t * g->y.spacing) * line + g->x.offset * g->channels + channel;
    const lm_real *p[MR];

#pragma GCC unroll 12
    for (int i = 0; i < rows; i++)
      p[i] = pixel[i].source + at;
    tile_run (rows, p, w, run, a);
  }
}

/* Any taps: one after the other; where one lies outside for a pixel, that pixel reads zeros. */
INLINE void
gather_taps (int rows,
             const Gather *g,
             const GatherPixel *pixel,
             gint64 channel,
             const lm_real *w,
             const lm_real *zeros,
             LmTile a)
{
  gint64 line = g->x.source * g->channels;

  for (gint64 ty = 0; ty < g->y.n_taps; ty++)
    for (gint64 tx = 0; tx < g->x.n_taps; tx++, w += g->per_group * LM_PANEL) {
      gint64 oy = g->y.offset + ty * g->y.spacing, ox = g->x.offset + tx * g->x.spacing;
      gint64 at = oy * line + ox * g->channels + channel;
      gboolean inside[MR], any = FALSE;

      for (int i = 0; i < rows; i++) {
        gint64 y = pixel[i].y * g->y.step + oy, x = pixel[i].x * g->x.step + ox;

        inside[i] = y >= 0 && y < g->y.source && x >= 0 && x < g->x.source;
        any |= inside[i];
      }
      if (!any)
        continue;

      for (gint64 c = 0; c < g->per_group; c += GATHER_ZEROS) {
        const lm_real *p[MR];

        for (int i = 0; i < rows; i++)
          p[i] = inside[i] ? pixel[i].source + at + c : zeros;
        tile_run (rows, p, w + c * LM_PANEL, LM_MIN (GATHER_ZEROS, g->per_group - c), a);
      }
    }
}

INLINE void
gather_tile (int rows,
             const Gather *g,
             const GatherPixel *pixel,
             gint64 group,
             gint64 panel,
             const lm_real *zeros,
             LmTile a)
{
  const lm_real *w = g->weights + (group * lm_panels (g->out) + panel) * gather_panel_size (g);
  gint64 channel = group * g->per_group;
  gboolean runs = g->groups == 1 && (g->x.spacing == 1 || g->x.n_taps == 1);

  for (int i = 0; i < rows; i++)
    runs &= pixel[i].inside;

  tile_clear (rows, a);
  if (runs)
    gather_runs (rows, g, pixel, channel, w, a);
  else
    gather_taps (rows, g, pixel, channel, w, zeros, a);
}
