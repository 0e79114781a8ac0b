/* lm-image-resize.c: pixels to another size
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-image.h"

#include <math.h>
#include <string.h>

const char *const lm_image_keep_names[] = { "stretch", "crop", "fit", NULL };

/* Weights of one axis: target i is Σ_k weight[i · width + k] · source[first[i] + k]. */
typedef struct {
  int n;
  int width;
  int *first;
  float *weight;
} Axis;

static void
axis_clear (Axis *axis)
{
  g_free (axis->first);
  g_free (axis->weight);
}

/* Maps the source interval [@from, @from + @span) to @n target pixels by a triangle that is never narrower than a source pixel. */
static Axis
axis_new (int n_source,
          double from,
          double span,
          int n)
{
  double scale = span / n;
  double radius = MAX (scale, 1);
  Axis axis = { .n = n, .width = (int) ceil (radius) * 2 + 1 };

  axis.first = g_new (int, n);
  axis.weight = g_new0 (float, (gsize) n *(gsize) axis.width);
  for (int i = 0; i < n; i++) {
    double centre = from + (i + 0.5) * scale;
    int low = MAX (0, (int) floor (centre - radius));
    int high = MIN (n_source, (int) ceil (centre + radius));
    float *weight = axis.weight + (gsize) i * (gsize) axis.width;
    double sum = 0;

    low = MIN (low, n_source - 1);
    axis.first[i] = low;
    for (int k = low; k < high && k - low < axis.width; k++)
      sum += MAX (0, 1 - fabs (k + 0.5 - centre) / radius);
    for (int k = low; k < high && k - low < axis.width; k++)
      weight[k - low] = (float) (MAX (0, 1 - fabs (k + 0.5 - centre) / radius) / sum);
    if (!(sum > 0))
      weight[0] = 1;
  }
  return axis;
}

/* @src: one source row with @self->channels; @out: (n, channels) float. */
static void
resample_row (const LmImage *self,
              const guint8 *src,
              const Axis *axis,
              int channels,
              float *out)
{
  for (int i = 0; i < axis->n; i++) {
    const float *weight = axis->weight + (gsize) i * (gsize) axis->width;
    int last = MIN (axis->width, self->width - axis->first[i]);
    float sum[3] = { 0, 0, 0 };

    for (int k = 0; k < last; k++) {
      const guint8 *p = src + (gsize) (axis->first[i] + k) * (gsize) self->channels;

      for (int c = 0; c < self->channels; c++)
        sum[c] += weight[k] * (float) p[c];
    }
    if (channels == self->channels) {
      for (int c = 0; c < channels; c++)
        out[i * channels + c] = sum[c];
    } else if (channels == 1) {
      out[i] = 0.299F * sum[0] + 0.587F * sum[1] + 0.114F * sum[2];
    } else {
      for (int c = 0; c < channels; c++)
        out[i * channels + c] = sum[0];
    }
  }
}

/* Sum over rows of the horizontally resampled picture, rounded into the target. */
static void
resample_columns (const float *rows,
                  int n_rows,
                  gsize row_size,
                  const Axis *axis,
                  guint8 *out,
                  gsize out_stride)
{
  for (int i = 0; i < axis->n; i++) {
    const float *weight = axis->weight + (gsize) i * (gsize) axis->width;
    int last = MIN (axis->width, n_rows - axis->first[i]);

    for (gsize x = 0; x < row_size; x++) {
      float sum = 0;

      for (int k = 0; k < last; k++)
        sum += weight[k] * rows[(gsize) (axis->first[i] + k) * row_size + x];
      out[(gsize) i * out_stride + x] = (guint8) CLAMP (sum + 0.5F, 0, 255);
    }
  }
}

void
lm_image_resize (const LmImage *self,
                 int height,
                 int width,
                 int channels,
                 LmImageKeep keep,
                 guint8 *out)
{
  double span_x = self->width;
  double span_y = self->height;
  double ratio = (span_x * height) / (span_y * width); /* > 1: the picture is wider than wanted */
  int inner_w = width;
  int inner_h = height;
  g_autofree float *rows = NULL;
  gsize row_size;
  Axis ax, ay;

  g_assert (height > 0 && width > 0 && (channels == 1 || channels == 3));
  if (keep == LM_KEEP_CROP) {
    span_x = ratio > 1 ? span_x / ratio : span_x;
    span_y = ratio < 1 ? span_y * ratio : span_y;
  } else if (keep == LM_KEEP_FIT) {
    inner_w = ratio < 1 ? MAX (1, (int) lround (width * ratio)) : width;
    inner_h = ratio > 1 ? MAX (1, (int) lround (height / ratio)) : height;
    memset (out, 0, (gsize) width * (gsize) height * (gsize) channels);
  }
  ax = axis_new (self->width, (self->width - span_x) / 2, span_x, inner_w);
  ay = axis_new (self->height, (self->height - span_y) / 2, span_y, inner_h);
  row_size = (gsize) inner_w * (gsize) channels;
  rows = g_new (float, row_size *(gsize) self->height);
  for (int y = 0; y < self->height; y++)
    resample_row (self, self->pixels + (gsize) y * (gsize) self->width * (gsize) self->channels, &ax, channels,
                  rows + (gsize) y * row_size);
  out += ((gsize) ((height - inner_h) / 2) * (gsize) width + (gsize) ((width - inner_w) / 2)) * (gsize) channels;
  resample_columns (rows, self->height, row_size, &ay, out, (gsize) width * (gsize) channels);
  axis_clear (&ax);
  axis_clear (&ay);
}

LmTensor *
lm_image_to_tensor (const LmImage *self,
                    int height,
                    int width,
                    int channels,
                    LmImageKeep keep,
                    GError **error)
{
  LmShape shape = LM_SHAPE (height, width, channels);
  g_autoptr (LmTensor) tensor = lm_tensor_new (LM_F32, &shape, error);
  g_autofree guint8 *bytes = NULL;
  gsize n = (gsize) height * (gsize) width * (gsize) channels;

  if (tensor == NULL)
    return NULL;
  bytes = g_malloc (n);
  lm_image_resize (self, height, width, channels, keep, bytes);
  for (gsize i = 0; i < n; i++)
    lm_tensor_f32 (tensor)[i] = bytes[i];
  return g_steal_pointer (&tensor);
}
