/* lm-heatmap.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-heatmap.h"

#include <math.h>

#include "lm-number.h"

#define BAR_THICK 14.0
#define GAP 22.0
#define MAX_CLASSES 12
#define NEAREST_BELOW 64 /* pixels: smaller pictures are shown as the squares they are */

/* Where everything lies; sizes of 0 are not there. */
typedef struct {
  LmRect overlay;
  LmRect bar;
  LmRect image; /* alone */
  LmRect map;   /* in its own cells */
  LmRect classes;
  double warning; /* top of the warning */
  double height;
} Plan;

static const LmHeatmapView file_view = { .opacity = 0.6 };

static gboolean
has_image (const LmHeatmapPicture *picture)
{
  return lm_tensor_is (picture->image, 3, 0) && (picture->image->shape.dim[2] == 1 || picture->image->shape.dim[2] == 3);
}

static gboolean
has_map (const LmHeatmapPicture *picture)
{
  return lm_tensor_is (picture->map, 2, 0);
}

/* The largest value that the colours reach; a signed map goes from minus that. */
static double
reach (const LmHeatmapPicture *picture)
{
  double max = picture->is_signed ? MAX (fabs (picture->min), fabs (picture->max)) : picture->max;

  return isfinite (max) && max > 0 ? max : 1;
}

static LmPixels
map_pixels (const LmHeatmapPicture *picture)
{
  double max = reach (picture);
  gboolean is_there = has_map (picture);

  return (LmPixels){
    .values = is_there ? lm_tensor_f32 (picture->map) : NULL,
    .width = is_there ? (int) picture->map->shape.dim[1] : 0,
    .height = is_there ? (int) picture->map->shape.dim[0] : 0,
    .channels = 1,
    .map = picture->is_signed ? LM_MAP_DIVERGING : LM_MAP_INFERNO,
    .min = picture->is_signed ? -max : 0,
    .max = max,
  };
}

double
lm_heatmap_sample (const float *map,
                   int width,
                   int height,
                   double x,
                   double y)
{
  double u = CLAMP (x * width - 0.5, 0, width - 1), v = CLAMP (y * height - 0.5, 0, height - 1);
  int u0 = (int) u, v0 = (int) v;
  int u1 = MIN (u0 + 1, width - 1), v1 = MIN (v0 + 1, height - 1);
  double fu = u - u0, fv = v - v0;
  double top = (double) map[(gsize) v0 * (gsize) width + (gsize) u0] * (1 - fu) + (double) map[(gsize) v0 * (gsize) width + (gsize) u1] * fu;
  double bottom = (double) map[(gsize) v1 * (gsize) width + (gsize) u0] * (1 - fu) + (double) map[(gsize) v1 * (gsize) width + (gsize) u1] * fu;

  return top * (1 - fv) + bottom * fv;
}

double
lm_heatmap_alpha (const LmHeatmapPicture *picture,
                  double value,
                  double opacity)
{
  double share = (picture->is_signed ? fabs (value) : value) / reach (picture);

  if (!(share > 0))
    return 0;
  return CLAMP (opacity, 0, 1) * pow (MIN (share, 1), 0.7);
}

/* Steps of the colours with their opacity: finer than the 8 bits of a pixel. */
#define STEPS 1024

/* Premultiplied pixels for values from the lowest to the highest. */
static void
fill_pixels (const LmHeatmapPicture *picture,
             const LmTheme *theme,
             const LmPixels *map,
             double opacity,
             guint32 *pixels)
{
  guint32 table[256];

  lm_map_table (map->map, theme->is_dark, table);
  for (int i = 0; i <= STEPS; i++) {
    double t = (double) i / STEPS, alpha = lm_heatmap_alpha (picture, map->min + t * (map->max - map->min), opacity);
    guint32 rgb = table[(int) (t * 255 + 0.5)];

    pixels[i] = (guint32) lround (alpha * 255) << 24;
    for (int shift = 0; shift <= 16; shift += 8)
      pixels[i] |= (guint32) lround ((rgb >> shift & 255) * alpha) << shift;
  }
}

/* The coloured map with its opacity, at the resolution of the device. */
static cairo_surface_t *
overlay_surface (const LmHeatmapPicture *picture,
                 const LmTheme *theme,
                 int width,
                 int height,
                 double opacity)
{
  LmPixels map = map_pixels (picture);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  unsigned char *data = cairo_image_surface_get_data (surface);
  int stride = cairo_image_surface_get_stride (surface);
  double scale = map.max > map.min ? STEPS / (map.max - map.min) : 0;
  guint32 pixels[STEPS + 1];
  g_autofree double *line = g_new (double, map.width);

  if (cairo_surface_status (surface) != CAIRO_STATUS_SUCCESS)
    return surface;
  fill_pixels (picture, theme, &map, opacity, pixels);
  cairo_surface_flush (surface);
  /* As lm_heatmap_sample(), but each row of the map is mixed once for a row of pixels. */
  for (int y = 0; y < height; y++) {
    guint32 *row = (guint32 *) (gpointer) (data + (gsize) y * (gsize) stride);
    double v = CLAMP ((y + 0.5) / height * map.height - 0.5, 0, map.height - 1), fv = v - (int) v;
    const float *above = map.values + (gsize) v * (gsize) map.width, *below = map.values + (gsize) MIN ((int) v + 1, map.height - 1) * (gsize) map.width;

    for (int i = 0; i < map.width; i++)
      line[i] = (double) above[i] * (1 - fv) + (double) below[i] * fv;
    for (int x = 0; x < width; x++) {
      double u = CLAMP ((x + 0.5) / width * map.width - 0.5, 0, map.width - 1), fu = u - (int) u;
      double value = line[(int) u] * (1 - fu) + line[MIN ((int) u + 1, map.width - 1)] * fu;

      row[x] = isfinite (value) ? pixels[(int) (CLAMP ((value - map.min) * scale, 0, STEPS) + 0.5)] : 0;
    }
  }
  cairo_surface_mark_dirty (surface);
  return surface;
}

static void
draw_cells (cairo_t *cr,
            const LmPixels *map,
            const LmRect *rect)
{
  cairo_set_line_width (cr, 1);
  for (int pass = 0; pass < 2; pass++) {
    double shift = pass == 0 ? 1 : 0;

    cairo_set_source_rgba (cr, 1 - pass, 1 - pass, 1 - pass, pass == 0 ? 0.35 : 0.5);
    for (int i = 1; i < map->width; i++) {
      double x = round (rect->x + rect->width * i / map->width) + 0.5 + shift;

      cairo_move_to (cr, x, rect->y);
      cairo_line_to (cr, x, rect->y + rect->height);
    }
    for (int i = 1; i < map->height; i++) {
      double y = round (rect->y + rect->height * i / map->height) + 0.5 + shift;

      cairo_move_to (cr, rect->x, y);
      cairo_line_to (cr, rect->x + rect->width, y);
    }
    cairo_stroke (cr);
  }
}

static void
draw_image (cairo_t *cr,
            const LmTheme *theme,
            const LmHeatmapPicture *picture,
            const LmRect *rect)
{
  LmPixels pixels;

  if (!has_image (picture)) {
    lm_paint_box (cr, rect, 0, &theme->cell_none, NULL, 0);
    return;
  }
  pixels = (LmPixels){
    .values = lm_tensor_f32 (picture->image),
    .width = (int) picture->image->shape.dim[1],
    .height = (int) picture->image->shape.dim[0],
    .channels = (int) picture->image->shape.dim[2],
    .map = picture->image->shape.dim[2] == 3 ? LM_MAP_RGB : LM_MAP_GREY,
    .min = 0,
    .max = 255,
  };
  lm_paint_pixels (cr, theme, &pixels, rect, MAX (pixels.width, pixels.height) >= NEAREST_BELOW);
}

void
lm_draw_heatmap_overlay (cairo_t *cr,
                         const LmTheme *theme,
                         const LmHeatmapPicture *picture,
                         const LmRect *rect,
                         const LmHeatmapView *view)
{
  double dx = 1, dy = 0, device;
  int width, height;
  cairo_surface_t *surface;

  if (view == NULL)
    view = &file_view;
  draw_image (cr, theme, picture, rect);
  if (!has_map (picture) || !(rect->width >= 1) || !(rect->height >= 1))
    return;

  if (!picture->is_empty) {
    cairo_user_to_device_distance (cr, &dx, &dy);
    device = cairo_surface_get_type (cairo_get_target (cr)) == CAIRO_SURFACE_TYPE_IMAGE ? hypot (dx, dy) : 2;
    width = (int) CLAMP (ceil (rect->width * device), 1, 2048);
    height = (int) CLAMP (ceil (rect->height * device), 1, 2048);
    surface = overlay_surface (picture, theme, width, height, view->opacity);
    cairo_save (cr);
    cairo_rectangle (cr, rect->x, rect->y, rect->width, rect->height);
    cairo_clip (cr);
    cairo_translate (cr, rect->x, rect->y);
    cairo_scale (cr, rect->width / width, rect->height / height);
    cairo_set_source_surface (cr, surface, 0, 0);
    cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_BILINEAR);
    cairo_paint (cr);
    cairo_restore (cr);
    cairo_surface_destroy (surface);
  }
  if (view->has_cells) {
    LmPixels map = map_pixels (picture);

    if (map.width <= rect->width / 4 && map.height <= rect->height / 4)
      draw_cells (cr, &map, rect);
  }
}

/* Height of a rectangle of the picture's proportions, @width wide. */
static double
proportion (const LmHeatmapPicture *picture)
{
  if (has_image (picture))
    return CLAMP ((double) picture->image->shape.dim[0] / (double) picture->image->shape.dim[1], 0.2, 3);
  if (has_map (picture))
    return CLAMP ((double) picture->map->shape.dim[0] / (double) picture->map->shape.dim[1], 0.2, 3);
  return 1;
}

static int
n_classes (const LmHeatmapPicture *picture)
{
  return picture->class_names != NULL && picture->class_scores != NULL ? CLAMP (picture->n_classes, 0, MAX_CLASSES) : 0;
}

/* Side of the small pictures in the second column, so that two with their words are as high as the overlay. */
static double
small_width (double tall,
             double label,
             double p)
{
  return MAX ((tall - 12 - 2 * label) / 2 / p, 8);
}

static Plan
make_plan (cairo_t *cr,
           const LmTheme *theme,
           const LmHeatmapPicture *picture,
           double width)
{
  Plan plan = { 0 };
  double u = theme->text_scale, inner = MAX (width - 2 * LM_PICTURE_MARGIN, 60), x = LM_PICTURE_MARGIN;
  double top = LM_PICTURE_MARGIN + lm_paint_header (cr, theme, picture->title, NULL, width, FALSE);
  double p = proportion (picture), bar_room = BAR_THICK + 52 * u, label = 17 * u, row = 22 * u;
  int n = n_classes (picture);
  gboolean beside = n > 0 && inner >= 860 * u;
  double class_room = beside ? MAX (230 * u, inner * 0.26) + GAP : 0;
  double room = inner - class_room - bar_room - GAP;
  double tall, side, small, below;

  /* side + small = room, small = (side·p − 12 − 2·label) / 2 / p */
  side = CLAMP ((room + (12 + 2 * label) / (2 * p)) / 1.5, 40, 440 * MAX (u, 1) / MAX (p, 0.75));
  if (side + small_width (side * p, label, p) > room)
    side = MAX (room * 0.62, 24);
  side = floor (side);
  tall = floor (side * p);
  small = floor (MIN (small_width (tall, label, p), MAX (room - side, 16)));

  plan.overlay = (LmRect){ x, top, side, tall };
  plan.bar = (LmRect){ x + side + 10, top, BAR_THICK, tall };
  x += side + bar_room + GAP;
  plan.image = (LmRect){ x, top, small, floor (small * p) };
  plan.map = (LmRect){ x, top + plan.image.height + label + 12, small, floor (small * p) };
  below = MAX (top + tall, plan.map.y + plan.map.height + label);
  x += small + GAP;
  if (beside) {
    plan.classes = (LmRect){ x, top, LM_PICTURE_MARGIN + inner - x, (n + 1) * row };
    below = MAX (below, top + plan.classes.height);
  } else if (n > 0) {
    plan.classes = (LmRect){ LM_PICTURE_MARGIN, below + 14, MIN (inner, 560 * u), (n + 1) * row };
    below = plan.classes.y + plan.classes.height;
  }
  if (picture->warning != NULL && *picture->warning != '\0') {
    plan.warning = below + 12;
    below = plan.warning + lm_paint_warning (cr, theme, picture->warning, LM_PICTURE_MARGIN, 0, inner, FALSE);
  }
  plan.height = below;
  return plan;
}

double
lm_heatmap_natural_height (const LmHeatmapPicture *picture,
                           const LmTheme *theme,
                           double width)
{
  cairo_t *cr = lm_paint_measure_new ();
  Plan plan = make_plan (cr, theme, picture, width);
  double height = plan.height + lm_paint_caption (cr, theme, picture->caption, width, 0, FALSE) + LM_PICTURE_MARGIN;

  cairo_destroy (cr);
  return ceil (height);
}

void
lm_draw_heatmap_bar (cairo_t *cr,
                     const LmTheme *theme,
                     const LmHeatmapPicture *picture,
                     const LmRect *rect)
{
  LmPixels map = map_pixels (picture);
  double u = theme->text_scale;

  lm_paint_map_bar (cr, theme, rect, map.map, TRUE);
  lm_paint_set (cr, &theme->text2);
  cairo_set_line_width (cr, 1);
  for (int i = 0; i < 3; i++) {
    double value = map.min + (map.max - map.min) * i / 2;
    double y = rect->y + rect->height * (1 - i / 2.0);
    double at = CLAMP (y, rect->y + 0.5, rect->y + rect->height - 0.5);
    g_autofree char *number = lm_number_short (value, 3);

    lm_paint_set (cr, &theme->text2);
    cairo_move_to (cr, rect->x + rect->width, at);
    cairo_line_to (cr, rect->x + rect->width + 4, at);
    cairo_stroke (cr);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, number, rect->x + rect->width + 7,
                  CLAMP (y + 4 * u, rect->y + 9 * u, rect->y + rect->height), LM_ALIGN_LEFT, 0);
  }
}

static void
draw_classes (cairo_t *cr,
              const LmTheme *theme,
              const LmHeatmapPicture *picture,
              const LmRect *rect)
{
  double u = theme->text_scale, row = 22 * u, names = 0, numbers = 46 * u, y = rect->y;
  int n = n_classes (picture);
  double track;

  for (int i = 0; i < n; i++)
    names = MAX (names, lm_text_width (cr, theme, LM_FONT_SMALL_STRONG, picture->class_names[i]));
  names = MIN (names, rect->width * 0.4);
  track = MAX (rect->width - names - numbers - 20, 8);

  lm_text_draw (cr, theme, LM_FONT_SMALL_STRONG, &theme->text, _ ("The network says"), rect->x, y + 12 * u, LM_ALIGN_LEFT, rect->width);
  for (int i = 0; i < n; i++) {
    double score = picture->class_scores[i];
    double share = isfinite (score) ? CLAMP (score, 0, 1) : 0;
    g_autofree char *number = lm_number_fixed (score, 3);
    LmRect back = { rect->x + names + 10, 0, track, 10 * u };
    LmRect bar;

    y += row;
    back.y = y + 3 * u;
    bar = back;
    bar.width = MAX (track * share, 3);
    lm_text_draw (cr, theme, i == 0 ? LM_FONT_SMALL_STRONG : LM_FONT_SMALL, &theme->text, picture->class_names[i], rect->x, y + 12 * u, LM_ALIGN_LEFT, names + 1);
    lm_paint_box (cr, &back, 3, &theme->pill, NULL, 0);
    lm_paint_box (cr, &bar, 3, i == 0 ? &theme->bar : &theme->bar_rest, NULL, 0);
    lm_text_draw (cr, theme, i == 0 ? LM_FONT_SMALL_STRONG : LM_FONT_SMALL, &theme->text, number, rect->x + rect->width, y + 12 * u, LM_ALIGN_RIGHT, 0);
  }
}

static void
draw_small (cairo_t *cr,
            const LmTheme *theme,
            const LmHeatmapPicture *picture,
            const Plan *plan)
{
  double u = theme->text_scale, most = plan->image.width + GAP - 4;

  draw_image (cr, theme, picture, &plan->image);
  lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, _ ("picture"), plan->image.x, plan->image.y + plan->image.height + 14 * u, LM_ALIGN_LEFT, most);
  if (has_map (picture)) {
    LmPixels map = map_pixels (picture);
    g_autofree char *words = g_strdup_printf (_ ("map, %d×%d"), map.height, map.width);

    lm_paint_pixels (cr, theme, &map, &plan->map, FALSE);
    lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text2, words, plan->map.x, plan->map.y + plan->map.height + 14 * u, LM_ALIGN_LEFT, most);
  }
}

void
lm_draw_heatmap (cairo_t *cr,
                 double width,
                 double height,
                 const LmTheme *theme,
                 const LmHeatmapPicture *picture,
                 const LmHeatmapView *view)
{
  Plan plan = make_plan (cr, theme, picture, width);
  double inner = MAX (width - 2 * LM_PICTURE_MARGIN, 60);

  cairo_save (cr);
  lm_paint_page (cr, theme, width, height);
  lm_paint_header (cr, theme, picture->title, NULL, width, TRUE);
  lm_draw_heatmap_overlay (cr, theme, picture, &plan.overlay, view);
  lm_draw_heatmap_bar (cr, theme, picture, &plan.bar);
  draw_small (cr, theme, picture, &plan);
  if (plan.classes.height > 0)
    draw_classes (cr, theme, picture, &plan.classes);
  if (plan.warning > 0)
    lm_paint_warning (cr, theme, picture->warning, LM_PICTURE_MARGIN, plan.warning, inner, TRUE);
  lm_paint_caption (cr, theme, picture->caption, width, plan.height, TRUE);
  cairo_restore (cr);
}
