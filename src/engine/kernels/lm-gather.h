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

/* Taps from … to − 1 of a pixel lie inside the source. */
INLINE void
gather_clip (const GatherAxis *axis,
             gint64 pixel,
             gint64 *from,
             gint64 *to)
{
  gint64 first = pixel * axis->step + axis->offset;

  *from = 0;
  while (*from < axis->n_taps && first + *from * axis->spacing < 0)
    ++*from;
  *to = axis->n_taps;
  while (*to > *from && first + (*to - 1) * axis->spacing >= axis->source)
    --*to;
}

/* Pixels that all have the same taps inside: the others are left out. Taps side by side in a row make one run. */
INLINE void
gather_direct (int rows,
               const Gather *g,
               const GatherPixel *pixel,
               gint64 channel,
               const lm_real *weights,
               LmTile a)
{
  gint64 line = g->x.source * g->channels, y0 = 0, y1 = g->y.n_taps, x0 = 0, x1 = g->x.n_taps, step = 1;

  if (!pixel->inside) {
    gather_clip (&g->y, pixel->y, &y0, &y1);
    gather_clip (&g->x, pixel->x, &x0, &x1);
  }
  if (g->groups == 1 && (g->x.spacing == 1 || x1 - x0 == 1))
    step = LM_MAX (1, x1 - x0);

  for (gint64 ty = y0; ty < y1; ty++)
    for (gint64 tx = x0; tx < x1; tx += step) {
      gint64 at = (g->y.offset + ty * g->y.spacing) * line + (g->x.offset + tx * g->x.spacing) * g->channels + channel;
      const lm_real *w = weights + (ty * g->x.n_taps + tx) * g->per_group * LM_PANEL;
      const lm_real *p[MR];

#pragma GCC unroll 12
      for (int i = 0; i < rows; i++)
        p[i] = pixel[i].source + at;
      tile_run (rows, p, w, step * g->per_group, a);
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

INLINE const lm_real *
gather_weights (const Gather *g,
                gint64 group,
                gint64 panel)
{
  return g->weights + (group * lm_panels (g->out) + panel) * gather_panel_size (g);
}

/* TRUE if gather_direct() will do for these pixels: all inside, or all at the same place of different pictures. */
INLINE gboolean
gather_is_direct (int rows,
                  const GatherPixel *pixel)
{
  gboolean inside = TRUE, same = TRUE;

  for (int i = 0; i < rows; i++) {
    inside &= pixel[i].inside;
    same &= pixel[i].y == pixel[0].y && pixel[i].x == pixel[0].x;
  }
  return inside || same;
}

/* The pixels of n pictures in the order of work: without padding their own. With it (stacked), those at the same place of as
 * many pictures as a tile has rows go together, so that they meet the border together and no tile multiplies by zeros; what
 * pictures are left go in their own order. */
typedef struct {
  gint64 height, width;
  gint64 whole; /* pictures that are stacked */
  gint64 base;  /* first of the pictures that go together */
  gint64 lane;
  gint64 image, y, x; /* where we are */
} GatherWalk;

INLINE GatherWalk
gather_walk (gint64 i,
             gint64 n,
             gint64 height,
             gint64 width,
             gboolean stacked)
{
  gint64 size = height * width;
  GatherWalk w = { .height = height, .width = width, .whole = stacked ? n / MR * MR : 0 };

  if (i < w.whole * size) {
    w.base = i / (size * MR) * MR;
    w.lane = i % MR;
    i = i / MR % size;
  } else {
    w.base = i / size;
    i %= size;
  }
  w.image = w.base + w.lane;
  w.y = i / width;
  w.x = i % width;
  return w;
}

INLINE void
gather_walk_on (GatherWalk *w)
{
  gboolean stacked = w->base < w->whole;

  w->lane = stacked && w->lane + 1 < MR ? w->lane + 1 : 0;
  if (w->lane == 0 && ++w->x == w->width) {
    w->x = 0;
    if (++w->y == w->height) {
      w->y = 0;
      w->base += stacked ? MR : 1;
    }
  }
  w->image = w->base + w->lane;
}

INLINE gboolean
gather_is_stacked (const Gather *g,
                   gint64 height,
                   gint64 width)
{
  return g->y.from > 0 || g->y.to < height || g->x.from > 0 || g->x.to < width;
}
