/* kernels-wino.c: 3×3 convolution by Winograd's F(4×4, 3×3), forward and by the input
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-arena.h"
#include "lm-wino.h"

enum {
  MAX_TILES = 48,   /* in a task */
  TASK_SIZE = 2304, /* tiles × channels in a task: 36 planes of these fit the second cache */
  MAX_SIZE = 6 * WINO_MAX_CHANNELS,
};

/* Tiles of 4 × 4 over the target, dealt out in groups. */
typedef struct {
  gint64 height, width; /* of the target that is made */
  gint64 down, across;
  gint64 tiles;
  gint64 group; /* tiles in a task */
} Cut;

static Cut
cut_of (const LmWino *w)
{
  Cut cut = { .height = w->oh, .width = w->ow };

  if (w->code != NULL) {
    cut.height = w->oh / 2 * 2;
    cut.width = w->ow / 2 * 2;
  }
  cut.down = (cut.height + 3) / 4;
  cut.across = (cut.width + 3) / 4;
  cut.tiles = w->n * cut.down * cut.across;
  cut.group = LM_MAX (6, LM_MIN (MAX_TILES, TASK_SIZE / w->c / 6 * 6));
  return cut;
}

/* Taps that meet the source, over all pixels along one axis: what the direct kernel has to do. */
static gint64
count_taps (gint64 source,
            gint64 target,
            gint64 before)
{
  gint64 taps = 0;

  for (gint64 t = 0; t < 3; t++) {
    gint64 from = LM_MAX (0, before - t), to = LM_MIN (target, source + before - t);

    taps += LM_MAX (0, to - from);
  }
  return taps;
}

/* Where it is faster than the direct kernel, as measured: a tile costs 36 products, times 1.3 plus what the transforms take,
 * which many channels share; the transform of the weights costs as much as 48 tiles. */
gboolean
wino_fits (const LmWino *w)
{
  Cut cut = cut_of (w);
  gint64 direct;

  if (VL == 2 || w->c < 32 || w->c > WINO_MAX_CHANNELS)
    return FALSE;

  direct = w->n * count_taps (w->h, cut.height, w->top) * count_taps (w->w, cut.width, w->left);
  return (cut.tiles * (130 + 1500 / w->c + 1500 / w->o) + 4800) * WINO_PLANES < direct * 100;
}

gsize
wino_workspace (gint64 c,
                gint64 o)
{
  return lm_align ((gsize) (WINO_PLANES * c * o) * sizeof (lm_real));
}

/* A task transforms the weights of 16 outputs. */
int
wino_pack_tasks (const LmWino *w)
{
  return (int) (w->o / LM_PANEL);
}

INLINE vf
weight (const LmWino *w,
        int tap,
        gint64 c,
        gint64 o)
{
  vf g;

  if (!w->turned)
    return VLOAD (w->weights + (tap * w->c + c) * w->o + o);

  for (int i = 0; i < VL; i++)
    g[i] = w->weights[((8 - tap) * w->o + o + i) * w->c + c];
  return g;
}

void
wino_pack (const LmWino *w,
           int task)
{
  for (gint64 c = 0; c < w->c; c++)
    for (int v = 0; v < NV; v++) {
      lm_real *u = w->u + (task * WINO_PLANES * w->c + c) * LM_PANEL + v * VL;
      vf g[9], t[18], r[6];

      for (int k = 0; k < 9; k++)
        g[k] = weight (w, k, c, task * LM_PANEL + v * VL);
      for (int k = 0; k < 3; k++)
        wino_g (g + k, 3, t + k, 3);
      for (int i = 0; i < 6; i++) {
        wino_g (t + 3 * i, 1, r, 1);
        for (int k = 0; k < 6; k++)
          VSTORE (u + (6 * i + k) * w->c * LM_PANEL, r[k]);
      }
    }
}

int
wino_tasks (const LmWino *w)
{
  Cut cut = cut_of (w);

  return (int) ((cut.tiles + cut.group - 1) / cut.group);
}

/* Where a tile lies. */
typedef struct {
  gint64 image, y, x; /* of the target */
} Place;

static Place
place_of (const Cut *cut,
          gint64 tile)
{
  return (Place){ tile / (cut->down * cut->across), tile / cut->across % cut->down * 4, tile % cut->across * 4 };
}

/* All channels of one tile into the planes. */
NOINLINE void
transform_in (const LmWino *w,
              Place p,
              lm_real *v,
              gint64 plane)
{
  gint64 y = p.y - w->top, x = p.x - w->left;
  const lm_real *from = w->x + ((p.image * w->h + y) * w->w + x) * w->c;

  for (gint64 c = 0; c < w->c; c += VL)
    wino_in (from + c, w->w * w->c, w->c, LM_MAX (0, -y), LM_MIN (6, w->h - y), LM_MAX (0, -x), LM_MIN (6, w->w - x), v + c, plane);
}

/* One plane: tiles × channels times channels × 16. */
#define DEFINE(R)                                                                  \
  NOINLINE void                                                                    \
    multiply_##R (const lm_real *v, const lm_real *u, gint64 channels, lm_real *m) \
  {                                                                                \
    const lm_real *p[MR];                                                          \
    LmTile a;                                                                      \
                                                                                   \
    for (int i = 0; i < R; i++)                                                    \
      p[i] = v + i * channels;                                                     \
    tile_clear (R, a);                                                             \
    tile_run (R, p, u, channels, a);                                               \
    for (int i = 0; i < R; i++)                                                    \
      panel_store (m + i * LM_PANEL, a[i], LM_PANEL);                              \
  }

TILE_EACH (DEFINE)
#undef DEFINE

static void
multiply (const lm_real *v,
          const lm_real *u,
          gint64 tiles,
          gint64 channels,
          lm_real *m)
{
  for (gint64 t = 0; t < tiles;) {
#define CALL(R)                                                     \
  do {                                                              \
    multiply_##R (v + t * channels, u, channels, m + t * LM_PANEL); \
    t += R;                                                         \
  } while (0)
    TILE_ROWS (tiles - t, CALL);
#undef CALL
  }
}

/* 36 planes → 4 × 4 outputs, VL of them. */
INLINE void
transform_out (const lm_real *m,
               gint64 plane,
               vf *y)
{
  vf d[36], t[24];

#pragma GCC unroll 36
  for (int i = 0; i < 36; i++)
    d[i] = VLOAD (m + i * plane);
#pragma GCC unroll 6
  for (int k = 0; k < 6; k++)
    wino_a (d + k, 6, t + k, 6);
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++)
    wino_a (t + 6 * i, 1, y + 4 * i, 1);
}

NOINLINE void
finish (const LmWino *w,
        Place p,
        gint64 column,
        const lm_real *m,
        gint64 plane)
{
  gint64 rows = LM_MIN (4, w->oh - p.y), columns = LM_MIN (4, w->ow - p.x);
  vf floor = vset (w->relu ? 0 : -LM_REAL (INFINITY));

  for (int v = 0; v < NV; v++) {
    lm_real *to = w->y + ((p.image * w->oh + p.y) * w->ow + p.x) * w->o + column + v * VL;
    vf y[16], bias = { 0 };

    transform_out (m + v * VL, plane, y);
    if (w->bias != NULL)
      bias = VLOAD (w->bias + column + v * VL);

    for (gint64 r = 0; r < rows; r++)
      for (gint64 c = 0; c < columns; c++)
        vstore_or_add (to + (r * w->ow + c) * w->o, vmax (floor, y[4 * r + c] + bias), w->add);
  }
}

/* A tile holds four whole 2×2 maxima, of which the last row or column may lie outside. */
NOINLINE void
finish_pooled (const LmWino *w,
               Place p,
               gint64 column,
               const lm_real *m,
               gint64 plane)
{
  gint64 height = w->oh / 2, width = w->ow / 2;

  for (int v = 0; v < NV; v++) {
    vf y[16], bias = { 0 }, floor = vset (w->relu ? 0 : -LM_REAL (INFINITY));

    transform_out (m + v * VL, plane, y);
    if (w->bias != NULL)
      bias = VLOAD (w->bias + column + v * VL);

    for (int q = 0; q < 4; q++) {
      gint64 r = p.y / 2 + q / 2, c = p.x / 2 + q % 2, at = ((p.image * height + r) * width + c) * w->o + column + v * VL;
      const vf *first = y + q / 2 * 8 + q % 2 * 2;
      vf best = first[0];
      vi place = { 0 }, dead;

      if (r >= height || c >= width)
        continue;
      for (int z = 1; z < 4; z++) {
        vf next = first[z / 2 * 4 + z % 2];
        vi better = (next > best) | ((next != next) & (best == best));

        best = vsel (better, next, best);
        place = visel (better, viset (z), place);
      }
      best += bias;
      dead = best <= floor;
      VSTORE (w->y + at, vmax (floor, best));
      *(vb *) (w->code + at) = __builtin_convertvector(visel (dead, viset (4), place), vb);
    }
  }
}

void
wino_run (const LmWino *w,
          int task)
{
  lm_real v[WINO_PLANES * (MAX_SIZE + WINO_PAD)] __attribute__ ((aligned (64)));
  lm_real m[WINO_PLANES * (MAX_TILES * LM_PANEL + WINO_PAD)] __attribute__ ((aligned (64)));
  Cut cut = cut_of (w);
  gint64 from = task * cut.group, n = LM_MIN (cut.group, cut.tiles - from);
  gint64 v_plane = cut.group * w->c + WINO_PAD, m_plane = cut.group * LM_PANEL + WINO_PAD;

  for (gint64 t = 0; t < n; t++)
    transform_in (w, place_of (&cut, from + t), v + t * w->c, v_plane);

  for (gint64 panel = 0; panel < w->o / LM_PANEL; panel++) {
    for (gint64 k = 0; k < WINO_PLANES; k++)
      multiply (v + k * v_plane, w->u + (panel * WINO_PLANES + k) * w->c * LM_PANEL, n, w->c, m + k * m_plane);

    for (gint64 t = 0; t < n; t++) {
      Place p = place_of (&cut, from + t);

      if (w->code != NULL)
        finish_pooled (w, p, panel * LM_PANEL, m + t * LM_PANEL, m_plane);
      else
        finish (w, p, panel * LM_PANEL, m + t * LM_PANEL, m_plane);
    }
  }
}
