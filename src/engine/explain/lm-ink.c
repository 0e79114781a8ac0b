/* lm-ink.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-ink.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

#define WITNESSES 64
#define MAX_SIDE 64       /* larger pictures show scenes, not one thing */
#define MNIST_SHARE 0.714 /* 20 of 28 pixels */
#define SEEN 0.25         /* of the range: what differs so much from the paper is ink */
#define SUB 4             /* looks per pixel and axis when drawing is made small */

gboolean
lm_ink_can_draw (const LmShape *input)
{
  return input->rank == 4 && (input->dim[3] == 1 || input->dim[3] == 3);
}

/* --- Style --------------------------------------------------------------------------- */

static int
compare (const void *a,
         const void *b)
{
  float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

static float
median_border (const float *values,
               gsize n,
               gint64 h,
               gint64 w,
               gint64 c)
{
  g_autoptr (GArray) border = g_array_new (FALSE, FALSE, sizeof (float));

  for (gsize i = 0; i < n; i++) {
    const float *picture = values + i * (gsize) (h * w * c);

    for (gint64 y = 0; y < h; y++) {
      for (gint64 x = 0; x < w; x += y == 0 || y == h - 1 ? 1 : MAX (1, w - 1))
        g_array_append_val (border, picture[(y * w + x) * c]);
    }
  }
  qsort (border->data, border->len, sizeof (float), compare);
  return g_array_index (border, float, border->len / 2);
}

/* Of what is not paper in one picture: its longer side as a share of the picture's; 0 if it is empty. @touches: the border */
static double
measure_thing (const float *picture,
               gint64 h,
               gint64 w,
               gint64 c,
               float paper,
               float least,
               gboolean *touches)
{
  gint64 x0 = w, y0 = h, x1 = -1, y1 = -1;

  for (gint64 y = 0; y < h; y++) {
    for (gint64 x = 0; x < w; x++) {
      if (fabsf (picture[(y * w + x) * c] - paper) < least)
        continue;
      x0 = MIN (x0, x);
      x1 = MAX (x1, x);
      y0 = MIN (y0, y);
      y1 = MAX (y1, y);
    }
  }
  *touches = x0 == 0 || y0 == 0 || x1 == w - 1 || y1 == h - 1;
  return x1 < x0 ? 0 : MAX ((double) (x1 - x0 + 1) / (double) w, (double) (y1 - y0 + 1) / (double) h);
}

static void
measure (const float *values,
         gsize n,
         const LmShape *sample,
         LmInkStyle *style)
{
  gint64 h = sample->dim[0], w = sample->dim[1], c = sample->rank == 3 ? sample->dim[2] : 1;
  float low = INFINITY, high = -INFINITY;
  g_autoptr (GArray) shares = g_array_new (FALSE, FALSE, sizeof (float));
  gsize n_touching = 0;

  for (gsize i = 0; i < n * (gsize) (h * w * c); i++) {
    low = MIN (low, values[i]);
    high = MAX (high, values[i]);
  }
  if (!(high > low))
    return;
  style->paper = median_border (values, n, h, w, c);
  style->ink = style->paper - low > high - style->paper ? low : high;
  for (gsize i = 0; i < n; i++) {
    gboolean touches;
    double share = measure_thing (values + i * (gsize) (h * w * c), h, w, c, style->paper, (float) SEEN * (high - low), &touches);

    if (share > 0) {
      float kept = (float) share;

      g_array_append_val (shares, kept);
      n_touching += touches;
    }
  }
  style->fits = c == 1 && h <= MAX_SIDE && w <= MAX_SIDE && shares->len > 0 && n_touching * 4 < shares->len;
  if (!style->fits)
    return;
  qsort (shares->data, shares->len, sizeof (float), compare);
  style->share = CLAMP ((double) g_array_index (shares, float, shares->len / 2), 0.3, 1);
}

void
lm_ink_style (const LmDataset *dataset,
              LmInkStyle *style)
{
  int at = dataset != NULL ? lm_dataset_first (dataset, LM_ROLE_INPUT) : -1;
  const LmColumn *column = at >= 0 ? &dataset->columns[at] : NULL;
  gsize n = column != NULL ? MIN (lm_dataset_n (dataset, LM_PART_TRAIN), WITNESSES) : 0;
  g_autofree float *values = NULL;

  *style = (LmInkStyle){ .paper = 0, .ink = 255, .fits = TRUE, .share = MNIST_SHARE };
  if (n == 0 || column->sample.rank < 2 || column->sample.rank > 3)
    return;
  values = g_try_malloc_n (n * lm_column_size (column), sizeof (float));
  if (values != NULL && lm_dataset_read_f32 (dataset, LM_PART_TRAIN, NULL, n, at, values, NULL))
    measure (values, n, &column->sample, style);
}

/* --- Sample -------------------------------------------------------------------------- */

/* Which part of the drawing becomes the picture: the middle of the picture lies at (@x, @y), a pixel is @step wide. */
typedef struct {
  double x;
  double y;
  double step;
} Frame;

/* The middle by mass, moved until nothing from @low to @high is farther than @half from it, where that can be. */
static double
keep_inside (double middle,
             double low,
             double high,
             double half)
{
  return high - low > 2 * half ? (low + high) / 2 : CLAMP (middle, high - half, low + half);
}

static Frame
find_frame (const float *coverage,
            int side,
            gint64 h,
            gint64 w,
            const LmInkStyle *style)
{
  Frame whole = { side / 2.0, side / 2.0, (double) side / (double) MIN (h, w) };
  int x0 = side, y0 = side, x1 = -1, y1 = -1;
  double mass = 0, mx = 0, my = 0;

  for (int y = 0; y < side; y++) {
    for (int x = 0; x < side; x++) {
      double ink = (double) coverage[y * side + x];

      mass += ink;
      mx += ink * (x + 0.5);
      my += ink * (y + 0.5);
      if (ink < SEEN)
        continue;
      x0 = MIN (x0, x);
      x1 = MAX (x1, x);
      y0 = MIN (y0, y);
      y1 = MAX (y1, y);
    }
  }
  if (!style->fits || x1 < x0)
    return whole;
  whole.step = MAX (x1 - x0 + 1, y1 - y0 + 1) / (style->share * (double) MIN (h, w));
  whole.x = keep_inside (mx / mass, x0, x1 + 1, (double) (w - 2) / 2 * whole.step);
  whole.y = keep_inside (my / mass, y0, y1 + 1, (double) (h - 2) / 2 * whole.step);
  return whole;
}

static double
ink_at (const float *coverage,
        int side,
        double x,
        double y)
{
  int column = (int) floor (x), row = (int) floor (y);

  return column >= 0 && row >= 0 && column < side && row < side ? (double) coverage[row * side + column] : 0;
}

/* Mean over the square that one pixel of the picture covers. */
static double
ink_in (const float *coverage,
        int side,
        double x,
        double y,
        double step)
{
  int n = MAX (SUB, (int) ceil (step));
  double sum = 0;

  for (int i = 0; i < n; i++) {
    for (int k = 0; k < n; k++)
      sum += ink_at (coverage, side, x + (k + 0.5) / n * step, y + (i + 0.5) / n * step);
  }
  return sum / (n * n);
}

LmSample *
lm_ink_sample (const float *coverage,
               int side,
               const LmShape *input,
               const LmInkStyle *style,
               const char *name)
{
  gint64 h = input->dim[1], w = input->dim[2], c = input->dim[3];
  LmShape shape = LM_SHAPE (h, w, c);
  Frame frame = find_frame (coverage, side, h, w, style);
  LmSample *self = g_new0 (LmSample, 1);
  gboolean is_whole = fabsf (style->ink - style->paper) > 32; /* pixels, not shares */
  float *out;

  g_assert (lm_ink_can_draw (input));
  self->raw = lm_tensor_new (LM_F32, &shape, NULL);
  if (self->raw == NULL) {
    g_free (self);
    return NULL;
  }
  self->label = -1;
  self->name = g_strdup (name != NULL ? name : _ ("drawn"));
  out = lm_tensor_f32 (self->raw);
  for (gint64 y = 0; y < h; y++) {
    for (gint64 x = 0; x < w; x++) {
      double ink = ink_in (coverage, side, frame.x + ((double) x - (double) w / 2.0) * frame.step, frame.y + ((double) y - (double) h / 2.0) * frame.step, frame.step);

      float value = style->paper + (style->ink - style->paper) * (float) ink;

      for (gint64 k = 0; k < c; k++)
        *out++ = is_whole ? roundf (value) : value;
    }
  }
  return self;
}
