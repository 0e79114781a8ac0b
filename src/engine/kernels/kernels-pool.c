/* kernels-pool.c: maxima and means over windows, forward and backward
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-vec.h"

/* The part of a window that lies inside the picture, and where that is. */
typedef struct {
  gint64 r0, r1, c0, c1; /* rows and columns of the window */
  gint64 at;             /* element of x under the window's place (0, 0), which may lie outside */
  gint64 out;            /* element of y */
} Window;

static Window
window (const LmPoolShape *s,
        gint64 image,
        gint64 oh,
        gint64 ow)
{
  gint64 top = oh * s->sh - s->top, left = ow * s->sw - s->left;

  return (Window){
    .r0 = LM_MAX (0, -top),
    .r1 = LM_MIN (s->kh, s->h - top),
    .c0 = LM_MAX (0, -left),
    .c1 = LM_MIN (s->kw, s->w - left),
    .at = ((image * s->h + top) * s->w + left) * s->c,
    .out = ((image * s->oh + oh) * s->ow + ow) * s->c,
  };
}

/* Runs `body` for each window w of picture `image`. */
#define FOR_WINDOWS(s, image, w, ...)                   \
  for (gint64 oh_ = 0; oh_ < (s)->oh; oh_++)            \
    for (gint64 ow_ = 0; ow_ < (s)->ow; ow_++) {        \
      const Window w = window ((s), (image), oh_, ow_); \
      __VA_ARGS__;                                      \
    }

static int
pool_tasks (const LmPoolJob *job)
{
  return (int) job->s.n;
}

INLINE void
put_code (void *code,
          gsize size,
          gint64 at,
          vi place,
          gint64 n)
{
  if (size == 1 && n == VL)
    *(vb *) ((guint8 *) code + at) = __builtin_convertvector(place, vb);
  else if (size == 1)
    for (gint64 j = 0; j < n; j++)
      ((guint8 *) code)[at + j] = (guint8) place[j];
  else
    for (gint64 j = 0; j < n; j++)
      ((gint32 *) code)[at + j] = (gint32) place[j];
}

INLINE vi
get_code (const void *code,
          gsize size,
          gint64 at,
          gint64 n)
{
  vi place = { 0 };

  if (size == 1 && n == VL)
    return __builtin_convertvector(*(const vb *) ((const guint8 *) code + at), vi);

  for (gint64 j = 0; j < n; j++)
    place[j] = size == 1 ? ((const guint8 *) code)[at + j] : ((const gint32 *) code)[at + j];
  return place;
}

INLINE void
max_window (const LmPoolJob *job,
            const Window *w,
            gint64 c,
            gint64 n)
{
  const LmPoolShape *s = &job->s;
  const lm_real *x = job->x + w->at + c;
  vf best = { 0 };
  vi place = viset (-1);

  for (gint64 r = w->r0; r < w->r1; r++)
    for (gint64 k = w->c0; k < w->c1; k++) {
      const lm_real *p = x + (r * s->w + k) * s->c;
      vf v = n == VL ? VLOAD (p) : vload_n (p, n);
      vi better = (v > best) | ((v != v) & (best == best)) | (place < 0);

      best = vsel (better, v, best);
      place = visel (better, viset ((lm_int) (r * s->kw + k)), place);
    }

  if (n == VL)
    VSTORE (job->y + w->out + c, best);
  else
    vstore_n (job->y + w->out + c, best, n);
  if (job->code != NULL)
    put_code (job->code, lm_pool_code_size (s), w->out + c, place, n);
}

static void
max_pool (void *data,
          int image,
          int thread)
{
  const LmPoolJob *job = data;
  gint64 channels = job->s.c;

  FOR_WINDOWS (&job->s, image, w, {
    gint64 c = 0;

    for (; c + VL <= channels; c += VL)
      max_window (job, &w, c, VL);
    if (c < channels)
      max_window (job, &w, c, channels - c);
  });
}

static void
clear_image (const LmPoolJob *job,
             gint64 image)
{
  gint64 size = job->s.h * job->s.w * job->s.c;

  if (!job->add)
    memset (job->dx + image * size, 0, (gsize) size * sizeof (lm_real));
}

/* Few places in the window: all of them, vector by vector. */
INLINE void
max_grad_dense (const LmPoolJob *job,
                const Window *w,
                gint64 c,
                gint64 n)
{
  const LmPoolShape *s = &job->s;
  lm_real *dx = job->dx + w->at + c;
  vf g = n == VL ? VLOAD (job->dy + w->out + c) : vload_n (job->dy + w->out + c, n);
  vi place = get_code (job->code, lm_pool_code_size (s), w->out + c, n);

  for (gint64 r = w->r0; r < w->r1; r++)
    for (gint64 k = w->c0; k < w->c1; k++) {
      lm_real *p = dx + (r * s->w + k) * s->c;
      vf part = vsel (place == viset ((lm_int) (r * s->kw + k)), g, (vf){ 0 });

      if (n == VL)
        VSTORE (p, VLOAD (p) + part);
      else
        vstore_n (p, vload_n (p, n) + part, n);
    }
}

/* Many: straight to the winner of each channel. */
static void
max_grad_sparse (const LmPoolJob *job,
                 const Window *w)
{
  const LmPoolShape *s = &job->s;
  gsize size = lm_pool_code_size (s);

  for (gint64 c = 0; c < s->c; c++) {
    gint64 place = size == 1 ? ((const guint8 *) job->code)[w->out + c] : ((const gint32 *) job->code)[w->out + c];

    job->dx[w->at + (place / s->kw * s->w + place % s->kw) * s->c + c] += job->dy[w->out + c];
  }
}

static void
max_pool_grad (void *data,
               int image,
               int thread)
{
  const LmPoolJob *job = data;
  gint64 channels = job->s.c;
  gboolean few = job->s.kh * job->s.kw <= 9;

  clear_image (job, image);
  FOR_WINDOWS (&job->s, image, w, {
    gint64 c = 0;

    if (!few) {
      max_grad_sparse (job, &w);
      continue;
    }
    for (; c + VL <= channels; c += VL)
      max_grad_dense (job, &w, c, VL);
    if (c < channels)
      max_grad_dense (job, &w, c, channels - c);
  });
}

static void
mean_pool (void *data,
           int image,
           int thread)
{
  const LmPoolJob *job = data;
  const LmPoolShape *s = &job->s;

  FOR_WINDOWS (s, image, w, {
    gint64 count = (w.r1 - w.r0) * (w.c1 - w.c0);
    const lm_real *x = job->x + w.at;
    lm_real *y = job->y + w.out;

    VFOR (s->c, {
      vf sum = { 0 };

      for (gint64 r = w.r0; r < w.r1; r++)
        for (gint64 k = w.c0; k < w.c1; k++)
          sum += VGET (x + (r * s->w + k) * s->c);
      VPUT (y, sum / (lm_real) count);
    });
  });
}

static void
mean_pool_grad (void *data,
                int image,
                int thread)
{
  const LmPoolJob *job = data;
  const LmPoolShape *s = &job->s;

  clear_image (job, image);
  FOR_WINDOWS (s, image, w, {
    gint64 count = (w.r1 - w.r0) * (w.c1 - w.c0);
    const lm_real *dy = job->dy + w.out;
    lm_real *dx = job->dx + w.at;

    VFOR (s->c, {
      vf g = VGET (dy) / (lm_real) count;

      for (gint64 r = w.r0; r < w.r1; r++)
        for (gint64 k = w.c0; k < w.c1; k++) {
          lm_real *p = dx + (r * s->w + k) * s->c;

          VPUT (p, VGET (p) + g);
        }
    });
  });
}

void
LM_K (lm_fill_pool) (LmKernels *table)
{
  table->pool_tasks = pool_tasks;
  table->max_pool = max_pool;
  table->max_pool_grad = max_pool_grad;
  table->mean_pool = mean_pool;
  table->mean_pool_grad = mean_pool_grad;
}
