/* lm-tile-detail.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-tile-detail.h"

#include "lm-look.h"
#include "lm-number.h"
#include "lm-sheet.h"

#include <math.h>

#include "lm-i18n.h"

#define WIDTH 320
#define SIDE 240.0
#define HISTOGRAM 56.0
#define BINS 40
#define KERNEL_TILE 40.0
#define MAX_KERNELS 14

struct _LmTileDetail {
  GtkWidget parent_instance;

  LmSheetPicture *picture;
  LmSheetPicture *kernel;
  int at;
  char *name;
  double min;
  double max;
  double mean;
  double zeros; /* share */
  gsize n;
};

G_DEFINE_FINAL_TYPE (LmTileDetail, lm_tile_detail, GTK_TYPE_WIDGET)

static void
measure_values (LmTileDetail *self,
                const LmPixels *pixels)
{
  double sum = 0;
  gsize n_zeros = 0;

  self->n = (gsize) pixels->width * (gsize) pixels->height * (gsize) pixels->channels;
  self->min = INFINITY;
  self->max = -INFINITY;
  for (gsize i = 0; i < self->n; i++) {
    double value = (double) pixels->values[i];

    sum += value;
    n_zeros += value == 0;
    self->min = MIN (self->min, value);
    self->max = MAX (self->max, value);
  }
  self->mean = sum / (double) MAX (1, self->n);
  self->zeros = (double) n_zeros / (double) MAX (1, self->n);
}

static char *
figures (LmTileDetail *self)
{
  g_autofree char *min = lm_number_significant (self->min, 3), *mean = lm_number_significant (self->mean, 3), *max = lm_number_significant (self->max, 3);
  g_autofree char *zeros = lm_number_share (self->zeros);

  if (self->n == 1)
    return g_strdup_printf (_ ("value %s"), max);
  return g_strdup_printf (_ ("lowest %s · mean %s · highest %s · %s are 0"), min, mean, max, zeros);
}

static double
draw_map (LmTileDetail *self,
          cairo_t *cr,
          const LmTheme *theme,
          double y,
          gboolean draw)
{
  LmPixels pixels;
  double k;
  LmRect rect;

  if (!lm_sheet_tile_pixels (self->picture, self->at, &pixels))
    return y;
  k = MIN (WIDTH / (double) pixels.width, SIDE / pixels.height);
  if (k >= 1)
    k = floor (k);
  rect = (LmRect){ 0, y, MIN (WIDTH, MAX (k * pixels.width, 24)), MIN (SIDE, MAX (k * pixels.height, 24)) };
  rect.x = (WIDTH - rect.width) / 2;
  if (draw)
    lm_paint_pixels (cr, theme, &pixels, &rect, FALSE);
  return y + rect.height + 10;
}

static double
draw_histogram (LmTileDetail *self,
                cairo_t *cr,
                const LmTheme *theme,
                double y,
                gboolean draw)
{
  LmPixels pixels;
  int counts[BINS] = { 0 }, most = 1;
  g_autofree char *low = lm_number_short (self->min, 3), *high = lm_number_short (self->max, 3);

  if (self->n < 4 || !(self->max > self->min) || !lm_sheet_tile_pixels (self->picture, self->at, &pixels))
    return y;
  if (!draw)
    return y + HISTOGRAM + 24 * theme->text_scale;
  for (gsize i = 0; i < self->n; i++) {
    int bin = (int) (((double) pixels.values[i] - self->min) / (self->max - self->min) * BINS);

    counts[CLAMP (bin, 0, BINS - 1)]++;
  }
  for (int i = 0; i < BINS; i++)
    most = MAX (most, counts[i]);
  lm_paint_set (cr, &theme->train);
  for (int i = 0; i < BINS; i++) {
    /* By its root: a peak at 0 must not flatten the rest. */
    double height = sqrt ((double) counts[i] / most) * HISTOGRAM;

    cairo_rectangle (cr, i * (double) WIDTH / BINS, y + HISTOGRAM - height, (double) WIDTH / BINS - 1, height);
  }
  cairo_fill (cr);
  lm_paint_set (cr, &theme->axis);
  cairo_rectangle (cr, 0, y + HISTOGRAM, WIDTH, 1);
  cairo_fill (cr);
  y += HISTOGRAM + 14 * theme->text_scale;
  lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, low, 0, y, LM_ALIGN_LEFT, 0);
  lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("how many, by square root"), WIDTH / 2.0, y, LM_ALIGN_CENTRE, WIDTH - 100);
  lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, high, WIDTH, y, LM_ALIGN_RIGHT, 0);
  return y + 10 * theme->text_scale;
}

static double
draw_kernel (LmTileDetail *self,
             cairo_t *cr,
             const LmTheme *theme,
             double y,
             gboolean draw)
{
  int n = self->kernel != NULL ? (int) self->kernel->tiles->shape.dim[0] : 0, shown = MIN (n, MAX_KERNELS);
  int h = n > 0 ? (int) self->kernel->tiles->shape.dim[1] : 1, w = n > 0 ? (int) self->kernel->tiles->shape.dim[2] : 1;
  double side = n == 1 ? 96 : KERNEL_TILE, width = MIN (WIDTH, MAX (side, 4.0 * (w > 8 * h ? w : 0))), height = w > 8 * h ? 16 : side * h / w;
  int across = MAX (1, (int) ((WIDTH + 6) / (width + 6)));
  g_autofree char *words = NULL;

  if (n == 0)
    return y;
  words = shown < n ? g_strdup_printf (_ ("Its kernel, for the first %d of %d channels"), shown, n) : g_strdup (_ ("Its kernel"));
  if (draw)
    lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, words, 0, y + 14 * theme->text_scale, LM_ALIGN_LEFT, WIDTH);
  y += 22 * theme->text_scale;
  for (int i = 0; draw && i < shown; i++) {
    LmRect rect = { (i % across) * (width + 6), y + (i / across) * (height + 6), width, height };
    LmPixels pixels;

    if (lm_sheet_tile_pixels (self->kernel, i, &pixels))
      lm_paint_pixels (cr, theme, &pixels, &rect, FALSE);
  }
  y += ((shown + across - 1) / across) * (height + 6);
  if (draw)
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, self->kernel->scale, 0, y + 13 * theme->text_scale, LM_ALIGN_LEFT, WIDTH);
  return y + 18 * theme->text_scale;
}

/* Lays out and, if @draw, paints. Returns: the height. */
static double
paint (LmTileDetail *self,
       cairo_t *cr,
       const LmTheme *theme,
       gboolean draw)
{
  g_autofree char *words = NULL;
  double y = 18 * theme->text_scale;

  if (self->picture == NULL)
    return 40;
  words = figures (self);
  if (draw)
    lm_text_draw (cr, theme, LM_FONT_STRONG, &theme->text, self->name, 0, 14 * theme->text_scale, LM_ALIGN_LEFT, WIDTH);
  y = draw_map (self, cr, theme, y + 4, draw);
  if (draw)
    lm_text_block (cr, theme, LM_FONT_SMALL, &theme->text2, words, 0, y, WIDTH);
  y += lm_text_block_height (cr, theme, LM_FONT_SMALL, words, WIDTH) + 8;
  y = draw_histogram (self, cr, theme, y, draw);
  return draw_kernel (self, cr, theme, y, draw);
}

static void
lm_tile_detail_snapshot (GtkWidget *widget,
                         GtkSnapshot *snapshot)
{
  LmTileDetail *self = LM_TILE_DETAIL (widget);
  LmTheme theme;
  cairo_t *cr;

  lm_look_theme (widget, &theme);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, gtk_widget_get_width (widget), gtk_widget_get_height (widget)));
  paint (self, cr, &theme, TRUE);
  cairo_destroy (cr);
}

static void
lm_tile_detail_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  LmTheme theme;
  cairo_t *cr;

  *minimum = *natural = WIDTH;
  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    return;
  lm_look_theme (widget, &theme);
  cr = lm_paint_measure_new ();
  *minimum = *natural = (int) ceil (paint (LM_TILE_DETAIL (widget), cr, &theme, FALSE));
  cairo_destroy (cr);
}

static void
lm_tile_detail_finalize (GObject *object)
{
  LmTileDetail *self = LM_TILE_DETAIL (object);

  lm_sheet_picture_free (self->picture);
  lm_sheet_picture_free (self->kernel);
  g_free (self->name);

  G_OBJECT_CLASS (lm_tile_detail_parent_class)->finalize (object);
}

static void
lm_tile_detail_class_init (LmTileDetailClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lm_tile_detail_finalize;
  widget_class->snapshot = lm_tile_detail_snapshot;
  widget_class->measure = lm_tile_detail_measure;
  gtk_widget_class_set_css_name (widget_class, "tiledetail");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lm_tile_detail_init (LmTileDetail *self)
{
  lm_look_watch (GTK_WIDGET (self));
}

void
lm_tile_detail_show (LmTileDetail *self,
                     const LmSheetPicture *picture,
                     int at,
                     const char *name,
                     const LmSheetPicture *kernel)
{
  LmPixels pixels;
  g_autofree char *words = NULL;

  lm_sheet_picture_free (self->picture);
  self->picture = lm_sheet_picture_copy (picture);
  lm_sheet_picture_free (self->kernel);
  self->kernel = kernel != NULL ? lm_sheet_picture_copy (kernel) : NULL;
  self->at = at;
  g_free (self->name);
  self->name = g_strdup (name);
  if (lm_sheet_tile_pixels (self->picture, at, &pixels))
    measure_values (self, &pixels);
  words = figures (self);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, words, -1);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
