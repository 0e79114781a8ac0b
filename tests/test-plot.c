/* test-plot.c: colours, numbers, axes and curves
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-axis.h"
#include "lm-number.h"
#include "lm-plot.h"
#include "lm-test-picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Theme */

static void
test_maps_hit_their_anchors (void)
{
  static const LmColourMap maps[] = { LM_MAP_GREY, LM_MAP_VIRIDIS, LM_MAP_DIVERGING, LM_MAP_INFERNO };
  guint32 rgb = 0, table[256];

  for (gsize m = 0; m < G_N_ELEMENTS (maps); m++) {
    for (int dark = 0; dark < 2; dark++) {
      int n = lm_map_anchor (maps[m], dark, 0, NULL);

      for (int i = 0; i < n; i++) {
        LmColour c = lm_map_colour (maps[m], (double) i / (n - 1), dark);

        lm_map_anchor (maps[m], dark, i, &rgb);
        g_assert_cmpint (lround (c.r * 255), ==, rgb >> 16);
        g_assert_cmpint (lround (c.g * 255), ==, rgb >> 8 & 255);
        g_assert_cmpint (lround (c.b * 255), ==, rgb & 255);
      }
      lm_map_table (maps[m], dark, table);
      lm_map_anchor (maps[m], dark, n - 1, &rgb);
      g_assert_cmphex (table[255], ==, rgb);
    }
  }

  /* The ends as the specification writes them. */
  lm_map_anchor (LM_MAP_VIRIDIS, FALSE, 8, &rgb);
  g_assert_cmphex (rgb, ==, 0xfde725);
  lm_map_anchor (LM_MAP_INFERNO, FALSE, 8, &rgb);
  g_assert_cmphex (rgb, ==, 0xfcffa4);
  lm_map_anchor (LM_MAP_DIVERGING, FALSE, 3, &rgb);
  g_assert_cmphex (rgb, ==, 0xf6f5f4);
  lm_map_anchor (LM_MAP_DIVERGING, TRUE, 3, &rgb);
  g_assert_cmphex (rgb, ==, 0x2a2a2a);
}

static void
test_maps_get_lighter (void)
{
  static const LmColourMap maps[] = { LM_MAP_GREY, LM_MAP_VIRIDIS, LM_MAP_INFERNO };

  for (gsize m = 0; m < G_N_ELEMENTS (maps); m++) {
    double before = -1;

    for (int i = 0; i <= 100; i++) {
      LmColour c = lm_map_colour (maps[m], i / 100.0, FALSE);

      g_assert_cmpfloat (lm_colour_luminance (&c), >, before);
      before = lm_colour_luminance (&c);
    }
  }
}

static void
test_map_positions (void)
{
  g_assert_cmpfloat (lm_map_position (0, -2, 2), ==, 0.5);
  g_assert_cmpfloat (lm_map_position (-9, -2, 2), ==, 0);
  g_assert_cmpfloat (lm_map_position (INFINITY, -2, 2), ==, 1);
  g_assert_cmpfloat (lm_map_position (1, 1, 1), ==, 0.5);
  g_assert_cmpfloat (lm_map_position (NAN, 0, 1), ==, -1);
  g_assert_cmpfloat (lm_map_position (0, -1e308, 1e308), ==, 0.5);
}

static void
test_texts_can_be_read (void)
{
  for (int i = 0; i < LM_N_THEMES; i++) {
    const LmTheme *t = lm_theme_get ((LmThemeId) i);

    g_assert_cmpfloat (lm_colour_contrast (&t->text, &t->page), >=, 4.5);
    g_assert_cmpfloat (lm_colour_contrast (&t->text, &t->card), >=, 4.5);
    g_assert_cmpfloat (lm_colour_contrast (&t->text, &t->popup), >=, 4.5);
    g_assert_cmpfloat (lm_colour_contrast (&t->text2, &t->page), >=, 4.5);
    g_assert_cmpfloat (lm_colour_contrast (&t->text2, &t->card), >=, 4.5);
    g_assert_cmpfloat (lm_colour_contrast (&t->text2, &t->canvas), >=, 4.5);
    g_assert_cmpfloat (lm_colour_contrast (&t->on_cell_right, &t->cell_right), >=, 4.5);
    g_assert_cmpfloat (lm_colour_contrast (&t->on_error, &t->error), >=, 4.5);
    g_assert_cmpfloat (lm_colour_contrast (&t->train, &t->card), >=, 3);
    g_assert_cmpfloat (lm_colour_contrast (&t->validation, &t->card), >=, 3);
    g_assert_cmpfloat (lm_colour_contrast (&t->error, &t->card), >=, 3);
    g_assert_cmpfloat (lm_colour_contrast (&t->wire, &t->canvas), >=, 3);
    for (int c = 0; c < LM_N_CATEGORIES; c++)
      g_assert_cmpfloat (lm_colour_contrast (&t->category[c], &t->card), >=, 2.99);
  }
}

/* Björn Ottosson's Oklab, from linear sRGB. */
static void
oklab (const LmColour *c,
       double out[3])
{
  double rgb[3] = { c->r, c->g, c->b }, l, m, s;

  for (int i = 0; i < 3; i++)
    rgb[i] = rgb[i] <= 0.04045 ? rgb[i] / 12.92 : pow ((rgb[i] + 0.055) / 1.055, 2.4);
  l = cbrt (0.4122214708 * rgb[0] + 0.5363325363 * rgb[1] + 0.0514459929 * rgb[2]);
  m = cbrt (0.2119034982 * rgb[0] + 0.6806995451 * rgb[1] + 0.1073969566 * rgb[2]);
  s = cbrt (0.0883024619 * rgb[0] + 0.2817188376 * rgb[1] + 0.6299787005 * rgb[2]);
  out[0] = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s;
  out[1] = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s;
  out[2] = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s;
}

static void
test_categories_differ (void)
{
  for (int t = 0; t < LM_N_THEMES; t++) {
    for (int a = 0; a <= LM_CATEGORY_INPUT; a++) {
      for (int b = a + 1; b <= LM_CATEGORY_INPUT; b++) {
        double x[3], y[3];

        oklab (&lm_theme_get ((LmThemeId) t)->category[a], x);
        oklab (&lm_theme_get ((LmThemeId) t)->category[b], y);
        g_assert_cmpfloat (sqrt ((x[0] - y[0]) * (x[0] - y[0]) + (x[1] - y[1]) * (x[1] - y[1]) + (x[2] - y[2]) * (x[2] - y[2])), >=, 0.099);
      }
    }
  }
}

static void
test_names_of_themes_and_categories (void)
{
  LmThemeId id;

  g_assert_true (lm_theme_from_name ("contrast-dark", &id));
  g_assert_cmpint (id, ==, LM_THEME_CONTRAST_DARK);
  g_assert_false (lm_theme_from_name ("pink", &id));
  g_assert_cmpint (lm_category_from_id ("convolution"), ==, LM_CATEGORY_CONVOLUTION);
  g_assert_cmpint (lm_category_from_id ("normalization"), ==, LM_CATEGORY_NORMALIZATION);
  g_assert_cmpint (lm_category_from_id ("shape"), ==, LM_CATEGORY_SHAPE);
  g_assert_cmpint (lm_category_from_id (NULL), ==, LM_CATEGORY_BLOCK);
}

/* Numbers */

static void
test_numbers (void)
{
  check_text (lm_number_count (0), "0");
  check_text (lm_number_count (999), "999");
  check_text (lm_number_count (18496), "18,496");
  check_text (lm_number_count (-1234567), "−1,234,567");
  check_text (lm_number_count (G_MININT64), "−9,223,372,036,854,775,808");
  check_text (lm_number_significant (0.049, 3), "0.0490");
  check_text (lm_number_significant (0.9996, 3), "1.00");
  check_text (lm_number_significant (1234.4, 3), "1,234");
  check_text (lm_number_significant (0.00049, 3), "4.90e-4");
  check_text (lm_number_significant (-2.5, 2), "−2.5");
  check_text (lm_number_significant (1e20, 3), "1.00e20");
  check_text (lm_number_short (0.49, 3), "0.49");
  check_text (lm_number_short (3e-4, 3), "3e-4");
  check_text (lm_number_short (0, 3), "0");
  check_text (lm_number_short (100, 3), "100");
  check_text (lm_number_fixed (0.9836, 3), "0.984");
  check_text (lm_number_fixed (-0.0001, 2), "0.00");
  check_text (lm_number_fixed (1290, 0), "1,290");
  check_text (lm_number_share (0.099), "9.9\u00a0%");
  check_text (lm_number_share (0.976), "97.6\u00a0%");
  check_text (lm_number_share (1), "100\u00a0%");
  check_text (lm_number_fixed (NAN, 2), "?");
  check_text (lm_number_short (-INFINITY, 3), "−∞");
}

/* Axes */

static void
test_ticks_are_one_two_five (void)
{
  static const double ranges[][2] = { { 0, 1 }, { 0, 0.61 }, { -3, 7 }, { 0, 12345 }, { 1e-9, 3e-9 }, { -1e12, 1e12 }, { 99, 101 } };

  for (gsize r = 0; r < G_N_ELEMENTS (ranges); r++) {
    for (int wanted = 2; wanted <= 12; wanted++) {
      LmTicks t;
      double step, mantissa;

      lm_axis_ticks (ranges[r][0], ranges[r][1], wanted, FALSE, &t);
      g_assert_cmpint (t.n, >=, 1);
      g_assert_cmpint (t.n, <=, wanted + 2);
      g_assert_cmpfloat (t.tick[0].value, >=, ranges[r][0] - 1e-9 * fabs (ranges[r][0]));
      g_assert_cmpfloat (t.tick[t.n - 1].value, <=, ranges[r][1] + 1e-9 * fabs (ranges[r][1]));
      if (t.n < 2)
        continue;
      step = t.tick[1].value - t.tick[0].value;
      mantissa = step / pow (10, floor (log10 (step) + 1e-9));
      g_assert_true (fabs (mantissa - 1) < 1e-6 || fabs (mantissa - 2) < 1e-6 || fabs (mantissa - 5) < 1e-6);
    }
  }
}

static void
test_tick_labels (void)
{
  LmTicks t;

  lm_axis_ticks (0, 1, 5, FALSE, &t);
  g_assert_cmpint (t.n, ==, 6);
  check_text (lm_ticks_label (&t, 0), "0.0");
  check_text (lm_ticks_label (&t, 1), "0.2");
  lm_axis_ticks (0, 3, 8, TRUE, &t);
  g_assert_cmpint (t.n, ==, 4);
  check_text (lm_ticks_label (&t, 3), "3");
  lm_axis_log_ticks (0.003, 40, 6, &t);
  for (int i = 0; i < t.n; i++) {
    g_autofree char *label = lm_ticks_label (&t, i);

    g_assert_true (t.tick[i].is_minor == (label == NULL));
  }
  lm_axis_log_ticks (0.01, 0.5, 6, &t);
  check_text (lm_ticks_label (&t, 0), "1e-2");
  check_text (lm_ticks_label (&t, 1), "2e-2");
  lm_axis_ticks (NAN, 1, 5, FALSE, &t);
  g_assert_cmpint (t.n, ==, 0);
}

static void
test_smoothing_has_no_bias (void)
{
  static const double y[] = { 1, 3, NAN, 3 };
  double out[4];

  lm_smooth (y, 4, 0.5, out);
  g_assert_cmpfloat_with_epsilon (out[0], 1, 1e-12);
  g_assert_cmpfloat_with_epsilon (out[1], (0.25 + 1.5) / 0.75, 1e-12);
  g_assert_true (isnan (out[2]));
  g_assert_cmpfloat_with_epsilon (out[3], (0.125 + 0.75 + 1.5) / 0.875, 1e-12);
  lm_smooth (y, 2, 0, out);
  g_assert_cmpfloat (out[1], ==, 3);
}

static void
test_decimation_keeps_extremes (void)
{
  enum {
    N = 20000,
    COLUMNS = 300
  };
  g_autofree double *x = g_new (double, N);
  g_autofree double *y = g_new (double, N);
  g_autofree LmColumn *columns = g_new (LmColumn, COLUMNS);
  guint32 state = 1;
  gsize total = 0;

  for (int i = 0; i < N; i++) {
    x[i] = i * 10.0 / N;
    y[i] = noise (&state);
  }
  y[777] = NAN;
  lm_decimate (x, y, N, FALSE, 0, COLUMNS / 10.0, columns, COLUMNS);
  for (int c = 0; c < COLUMNS; c++) {
    double min = INFINITY, max = -INFINITY;

    for (int i = 0; i < N; i++) {
      if ((int) (x[i] * COLUMNS / 10.0) == c && !isnan (y[i])) {
        min = MIN (min, y[i]);
        max = MAX (max, y[i]);
      }
    }
    g_assert_cmpfloat (columns[c].min, ==, min);
    g_assert_cmpfloat (columns[c].max, ==, max);
    total += columns[c].n;
  }
  g_assert_cmpint (total, ==, N - 1);
}

static void
test_range_ignores_the_start (void)
{
  enum {
    N = 1000
  };
  g_autofree double *x = g_new (double, N);
  g_autofree double *y = g_new (double, N);
  LmAxisRange range;

  for (int i = 0; i < N; i++) {
    x[i] = i;
    y[i] = i < 20 ? 1000 : 0.5 + 0.0001 * i;
  }
  lm_axis_range_init (&range, FALSE);
  lm_axis_range_add (&range, x, y, N, 0, N);
  g_assert_cmpfloat_with_epsilon (range.max, 0.5 + 0.0001 * (20 + 0.98 * 979), 0.001);
  lm_axis_range_finish (&range, 5);
  g_assert_cmpfloat (range.min, ==, 0);
  g_assert_cmpfloat (range.max, >=, 0.598);
  g_assert_cmpfloat (range.max, <=, 0.8);
}

/* Plots */

static void
test_places_and_values_are_inverse (void)
{
  g_autoptr (LmCurvesPicture) picture = made_curves (CASE_USUAL);
  LmPlotFrame frames[2];

  for (int log = 0; log < 2; log++) {
    LmCurvesView view = LM_CURVES_VIEW_INIT;

    view.log_x = view.log_y = log;
    lm_curves_frames (900, 700, lm_theme_get (LM_THEME_LIGHT), picture, &view, frames);
    for (int i = 0; i < 2; i++) {
      const LmPlotFrame *f = &frames[i];

      g_assert_cmpfloat_with_epsilon (lm_plot_frame_x (f, f->x_min), f->plot.x, 1e-6);
      g_assert_cmpfloat_with_epsilon (lm_plot_frame_x (f, f->x_max), f->plot.x + f->plot.width, 1e-6);
      g_assert_cmpfloat_with_epsilon (lm_plot_frame_y (f, f->y_max), f->plot.y, 1e-6);
      for (double x = f->plot.x; x < f->plot.x + f->plot.width; x += 37)
        g_assert_cmpfloat_with_epsilon (lm_plot_frame_x (f, lm_plot_frame_x_value (f, x)), x, 1e-6);
      for (double y = f->plot.y; y < f->plot.y + f->plot.height; y += 37)
        g_assert_cmpfloat_with_epsilon (lm_plot_frame_y (f, lm_plot_frame_y_value (f, y)), y, 1e-6);
      g_assert_cmpfloat (f->plot.x + f->plot.width, <=, 900 - 18);
    }
    g_assert_cmpfloat (frames[0].plot.x, ==, frames[1].plot.x);
    g_assert_cmpfloat (frames[0].plot.width, ==, frames[1].plot.width);
    g_assert_cmpfloat (frames[0].card.y + frames[0].card.height, <=, frames[1].card.y);
  }
}

static void
test_share_runs_from_0_to_1 (void)
{
  g_autoptr (LmCurvesPicture) picture = made_curves (CASE_USUAL);
  LmPlotFrame frames[2];

  lm_curves_frames (900, 700, lm_theme_get (LM_THEME_LIGHT), picture, NULL, frames);
  g_assert_cmpfloat (frames[1].y_min, ==, 0);
  g_assert_cmpfloat (frames[1].y_max, ==, 1);
  g_assert_cmpfloat (frames[0].x_min, ==, 0);
  g_assert_cmpfloat (frames[0].x_max, ==, 10);
}

/* The window's plot: one panel of 990 × 490 with 10^5 points, raw and smoothed. */
static void
test_plot_of_100000_points_is_fast (void)
{
  g_autoptr (LmCurvesPicture) picture = made_curves (CASE_LARGE);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 990, 490);
  cairo_t *cr = cairo_create (surface);
  LmCurvesView view = LM_CURVES_VIEW_INIT;
  double best = INFINITY;
  int n_panels = picture->n_panels;

  if (LM_TEST_IS_SLOW) {
    g_test_skip ("times mean nothing under a sanitizer");
  } else {
    picture->n_panels = 1;
    picture->panels[0].n_series = 2;
    g_assert_cmpint (picture->panels[0].series[0].n, ==, 100000);
    for (int i = 0; i < 25; i++) {
      gint64 start = g_get_monotonic_time ();

      lm_draw_curves (cr, 990, 490, lm_theme_get (LM_THEME_LIGHT), picture, &view);
      best = MIN (best, (double) (g_get_monotonic_time () - start) / 1000);
    }
    g_test_message ("100,000 points: %.2f ms", best);
    g_assert_cmpfloat (best, <, 5 * 3);
    picture->panels[0].n_series = 4;
    picture->n_panels = n_panels;
  }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* Text */

static void
test_text_is_cut_and_measured (void)
{
  cairo_t *cr = lm_paint_measure_new ();
  const LmTheme *theme = lm_theme_get (LM_THEME_LIGHT);
  g_autofree char *hostile = hostile_text ();
  double full = lm_text_width (cr, theme, LM_FONT_SMALL, "conv2d_1");

  g_assert_cmpfloat (full, >, 30);
  g_assert_cmpfloat (lm_text_width (cr, theme, LM_FONT_SMALL, NULL), ==, 0);
  g_assert_cmpfloat (lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text, hostile, 0, 0, LM_ALIGN_LEFT, 80), <=, 81);
  g_assert_cmpfloat_with_epsilon (lm_text_draw (cr, theme, LM_FONT_SMALL, &theme->text, "conv2d_1", 0, 0, LM_ALIGN_RIGHT, 0), full, 0.01);
  g_assert_cmpfloat (lm_text_block_height (cr, theme, LM_FONT_SMALL, hostile, 200), >, 100);
  cairo_scale (cr, 3, 3);
  g_assert_cmpfloat_with_epsilon (lm_text_width (cr, theme, LM_FONT_SMALL, "conv2d_1"), full, full * 0.01); /* does not jump with zoom */
  cairo_destroy (cr);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/draw/theme/maps-hit-their-anchors", test_maps_hit_their_anchors);
  g_test_add_func ("/draw/theme/maps-get-lighter", test_maps_get_lighter);
  g_test_add_func ("/draw/theme/map-positions", test_map_positions);
  g_test_add_func ("/draw/theme/texts-can-be-read", test_texts_can_be_read);
  g_test_add_func ("/draw/theme/categories-differ", test_categories_differ);
  g_test_add_func ("/draw/theme/names", test_names_of_themes_and_categories);
  g_test_add_func ("/draw/numbers", test_numbers);
  g_test_add_func ("/draw/axis/ticks-are-1-2-5", test_ticks_are_one_two_five);
  g_test_add_func ("/draw/axis/tick-labels", test_tick_labels);
  g_test_add_func ("/draw/axis/smoothing-has-no-bias", test_smoothing_has_no_bias);
  g_test_add_func ("/draw/axis/decimation-keeps-extremes", test_decimation_keeps_extremes);
  g_test_add_func ("/draw/axis/range-ignores-the-start", test_range_ignores_the_start);
  g_test_add_func ("/draw/text/cut-and-measured", test_text_is_cut_and_measured);
  g_test_add_func ("/draw/curves/places-and-values-are-inverse", test_places_and_values_are_inverse);
  g_test_add_func ("/draw/curves/share-runs-from-0-to-1", test_share_runs_from_0_to_1);
  g_test_add_func ("/draw/curves/100000-points-are-fast", test_plot_of_100000_points_is_fast);

  return g_test_run ();
}
