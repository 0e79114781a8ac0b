/* lm-sample-view.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-sample-view.h"

#include "lm-look.h"
#include "lm-paint.h"

#include <math.h>

struct _LmSampleView {
  GtkWidget parent_instance;

  LmTensor *raw;
  gboolean is_picture;
  int side;
};

G_DEFINE_FINAL_TYPE (LmSampleView, lm_sample_view, GTK_TYPE_WIDGET)

#define NEAREST_BELOW 64

static void
settle_range (LmPixels *pixels,
              const LmTensor *raw,
              gboolean is_picture)
{
  if (!lm_tensor_range (raw, &pixels->min, &pixels->max))
    pixels->min = pixels->max = 0;
  if (is_picture && pixels->min >= 0) {
    pixels->min = 0;
    pixels->max = pixels->max > 1.5 ? 255 : 1;
  }
}

static LmPixels
pixels_of (LmSampleView *self)
{
  const LmShape *shape = &self->raw->shape;
  gint64 n = lm_tensor_n_elements (self->raw);
  LmPixels pixels = { .values = lm_tensor_f32 (self->raw), .channels = 1, .map = LM_MAP_GREY };

  if (self->is_picture) {
    pixels.height = (int) shape->dim[0];
    pixels.width = (int) shape->dim[1];
    pixels.channels = shape->rank == 3 ? (int) shape->dim[2] : 1;
    pixels.map = pixels.channels == 3 ? LM_MAP_RGB : LM_MAP_GREY;
  } else {
    pixels.map = LM_MAP_VIRIDIS;
    pixels.width = shape->rank == 2 ? (int) shape->dim[1] : (int) ceil (sqrt ((double) n));
    while (shape->rank != 2 && n % pixels.width != 0)
      pixels.width++;
    pixels.height = (int) (n / pixels.width);
  }
  settle_range (&pixels, self->raw, self->is_picture);
  return pixels;
}

static void
lm_sample_view_snapshot (GtkWidget *widget,
                         GtkSnapshot *snapshot)
{
  LmSampleView *self = LM_SAMPLE_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  LmPixels pixels;
  LmTheme theme;
  LmRect rect;
  double k;
  cairo_t *cr;

  if (self->raw == NULL || width < 1 || height < 1)
    return;
  lm_look_theme (widget, &theme);
  pixels = pixels_of (self);
  k = MIN ((double) width / pixels.width, (double) height / pixels.height);
  rect = (LmRect){ 0, 0, MAX (1, k * pixels.width), MAX (1, k * pixels.height) };
  rect.x = (width - rect.width) / 2;
  rect.y = (height - rect.height) / 2;
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  lm_paint_pixels (cr, &theme, &pixels, &rect, MAX (pixels.width, pixels.height) >= NEAREST_BELOW);
  cairo_destroy (cr);
}

static void
lm_sample_view_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  *minimum = *natural = LM_SAMPLE_VIEW (widget)->side;
}

static void
lm_sample_view_finalize (GObject *object)
{
  g_clear_pointer (&LM_SAMPLE_VIEW (object)->raw, lm_tensor_unref);

  G_OBJECT_CLASS (lm_sample_view_parent_class)->finalize (object);
}

static void
lm_sample_view_class_init (LmSampleViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lm_sample_view_finalize;
  widget_class->snapshot = lm_sample_view_snapshot;
  widget_class->measure = lm_sample_view_measure;
  gtk_widget_class_set_css_name (widget_class, "sampleview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lm_sample_view_init (LmSampleView *self)
{
  self->side = 220;
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  lm_look_watch (GTK_WIDGET (self));
}

GtkWidget *
lm_sample_view_new (int side)
{
  LmSampleView *self = g_object_new (LM_TYPE_SAMPLE_VIEW, NULL);

  self->side = side;
  return GTK_WIDGET (self);
}

void
lm_sample_view_set_sample (LmSampleView *self,
                           const LmSample *sample,
                           const char *words)
{
  const LmShape *shape = sample != NULL ? &sample->raw->shape : NULL;

  g_clear_pointer (&self->raw, lm_tensor_unref);
  self->raw = sample != NULL ? lm_tensor_ref (sample->raw) : NULL;
  self->is_picture = shape != NULL && (shape->rank == 2 || (shape->rank == 3 && (shape->dim[2] == 1 || shape->dim[2] == 3)));
  if (words != NULL)
    gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}
