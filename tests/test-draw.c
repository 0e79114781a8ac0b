/* test-draw.c: every picture in every format, and the files they go to
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-confusion.h"
#include "lm-csv.h"
#include "lm-diagram.h"
#include "lm-error.h"
#include "lm-film.h"
#include "lm-heatmap.h"
#include "lm-plot.h"
#include "lm-png.h"
#include "lm-render.h"
#include "lm-sheet.h"
#include "lm-test-picture.h"

#include <glib/gstdio.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static char *folder;

static char *
path_of (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* PNG */

static void
test_png_crc (void)
{
  g_assert_cmphex (lm_png_crc ((const guint8 *) "123456789", 9), ==, 0xcbf43926);
}

/* Checks every chunk of a PNG; returns the value of the text chunk @key (transfer full). */
static char *
png_text (const char *path,
          const char *key)
{
  g_autofree char *data = NULL;
  gsize n, at = 8;
  char *found = NULL;

  g_assert_true (g_file_get_contents (path, &data, &n, NULL));
  g_assert_cmpmem (data, 8, "\x89PNG\r\n\x1a\n", 8);
  while (at < n) {
    guint32 length, crc;

    memcpy (&length, data + at, 4);
    length = GUINT32_FROM_BE (length);
    g_assert_cmpint (at + 12 + length, <=, n);
    memcpy (&crc, data + at + 8 + length, 4);
    g_assert_cmphex (GUINT32_FROM_BE (crc), ==, lm_png_crc ((const guint8 *) data + at + 4, length + 4));
    if (strncmp (data + at + 8, key, length) == 0 && (memcmp (data + at + 4, "tEXt", 4) == 0 || memcmp (data + at + 4, "iTXt", 4) == 0)) {
      gsize skip = strlen (key) + (data[at + 4] == 'i' ? 5 : 1);

      g_free (found);
      found = g_strndup (data + at + 8 + skip, length - skip);
    }
    at += 12 + length;
  }
  return found;
}

/* Pictures */

typedef struct {
  const char *name;
  gpointer (*make) (Case c);
  void (*free) (gpointer picture);
  gboolean (*render) (gconstpointer picture, const char *path, const LmRenderSpec *spec, GError **error);
} Kind;

#define KIND(name, Type)                                                                                            \
  static gpointer make_##name (Case c)                                                                              \
  {                                                                                                                 \
    return made_##name (c);                                                                                         \
  }                                                                                                                 \
  static void free_##name (gpointer picture)                                                                        \
  {                                                                                                                 \
    lm_##name##_picture_free (picture);                                                                             \
  }                                                                                                                 \
  static gboolean render_##name (gconstpointer picture, const char *path, const LmRenderSpec *spec, GError **error) \
  {                                                                                                                 \
    return lm_render_##name ((const Type *) picture, path, spec, error);                                            \
  }

KIND (curves, LmCurvesPicture)
KIND (sheet, LmSheetPicture)
KIND (film, LmFilmPicture)
KIND (heatmap, LmHeatmapPicture)
KIND (confusion, LmConfusionPicture)
KIND (bars, LmBarsPicture)
KIND (graph, LmGraphPicture)

static const Kind kinds[] = {
  { "curves", make_curves, free_curves, render_curves },
  { "sheet", make_sheet, free_sheet, render_sheet },
  { "film", make_film, free_film, render_film },
  { "heatmap", make_heatmap, free_heatmap, render_heatmap },
  { "confusion", make_confusion, free_confusion, render_confusion },
  { "bars", make_bars, free_bars, render_bars },
  { "graph", make_graph, free_graph, render_graph },
};

static guint32
pixel (cairo_surface_t *surface,
       int x,
       int y)
{
  const unsigned char *row = cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);
  guint32 value;

  memcpy (&value, row + 4 * x, 4);
  return value;
}

/* Decodes @path and checks its width and that nothing is painted in the outer part of the margin. */
static void
check_png (const char *path,
           int width,
           int height,
           int margin)
{
  cairo_surface_t *surface = cairo_image_surface_create_from_png (path);
  int w, h;
  guint32 page;

  g_assert_cmpint (cairo_surface_status (surface), ==, CAIRO_STATUS_SUCCESS);
  w = cairo_image_surface_get_width (surface);
  h = cairo_image_surface_get_height (surface);
  g_assert_cmpint (w, ==, width);
  if (height > 0)
    g_assert_cmpint (h, ==, height);
  page = pixel (surface, 0, 0);
  for (int y = 0; y < h; y++) {
    for (int x = 0; x < w; x++) {
      if (x >= margin && y >= margin && x < w - margin && y < h - margin)
        x = w - margin;
      g_assert_cmphex (pixel (surface, x, y), ==, page);
    }
  }
  cairo_surface_destroy (surface);
}

static void
test_png_at_all_widths (gconstpointer data)
{
  const Kind *kind = data;
  static const struct {
    int width;
    int margin;
  } widths[] = { { 600, 8 }, { 1200, 8 }, { 90, 1 }, { 2000, 12 } };
  static const LmThemeId themes[] = { LM_THEME_LIGHT, LM_THEME_DARK, LM_THEME_PRINT };

  for (int c = 0; c < N_CASES; c++) {
    gpointer picture = kind->make ((Case) c);

    for (gsize w = 0; w < G_N_ELEMENTS (widths); w++) {
      g_autoptr (GError) error = NULL;
      g_autofree char *path = path_of ("picture.png");
      LmRenderSpec spec = { .width = widths[w].width, .theme = lm_theme_get (themes[w % G_N_ELEMENTS (themes)]) };

      g_test_message ("%s, %s, %d px", kind->name, case_name ((Case) c), spec.width);
      /* All widths where it matters most; compressing large files takes its time. */
      if (c != CASE_USUAL && c != CASE_HOSTILE && spec.width > (c == CASE_LARGE ? 600 : 1200))
        continue;
      g_assert_true (kind->render (picture, path, &spec, &error));
      g_assert_no_error (error);
      check_png (path, spec.width, 0, widths[w].margin);
    }
    kind->free (picture);
  }
}

static void
test_png_of_a_given_height (gconstpointer data)
{
  const Kind *kind = data;

  for (int c = 0; c < N_CASES; c++) {
    gpointer picture = kind->make ((Case) c);
    g_autofree char *path = path_of ("height.png");
    LmRenderSpec spec = { .width = 960, .height = 540 };

    g_assert_true (kind->render (picture, path, &spec, NULL));
    check_png (path, 960, 540, 1);
    kind->free (picture);
  }
}

static void
test_svg_is_well_formed (gconstpointer data)
{
  const Kind *kind = data;
  static const GMarkupParser parser = { 0 };
  const char *comments[] = { "run", "5", "settings <&>", "a \x01 \xff “quote”", NULL };

  for (int c = 0; c < N_CASES; c++) {
    gpointer picture = kind->make ((Case) c);
    g_autofree char *path = path_of ("picture.svg");
    g_autofree char *text = NULL;
    g_autofree char *title = hostile_text ();
    g_autoptr (GError) error = NULL;
    GMarkupParseContext *context;
    gsize n;
    LmRenderSpec spec = { .width = 600, .title = title, .comments = comments };

    if (!(LM_TEST_IS_SLOW && c == CASE_LARGE)) {
      g_assert_true (kind->render (picture, path, &spec, &error));
      g_assert_true (g_file_get_contents (path, &text, &n, NULL));
      context = g_markup_parse_context_new (&parser, 0, NULL, NULL);
      g_assert_true (g_markup_parse_context_parse (context, text, (gssize) n, &error));
      g_assert_true (g_markup_parse_context_end_parse (context, &error));
      g_markup_parse_context_free (context);
      g_assert_nonnull (strstr (text, "width=\"600px\""));
      g_assert_nonnull (strstr (text, "<lm:entry key=\"run\">5</lm:entry>"));
    }
    kind->free (picture);
  }
}

static void
test_pdf_is_complete (gconstpointer data)
{
  const Kind *kind = data;
  gpointer picture = kind->make (CASE_USUAL);
  g_autofree char *path = path_of ("picture.pdf");
  g_autofree char *text = NULL;
  gsize n;
  LmRenderSpec spec = { .width = 1200, .dpi = 300, .title = "A title" };

  g_assert_true (kind->render (picture, path, &spec, NULL));
  g_assert_true (g_file_get_contents (path, &text, &n, NULL));
  g_assert_cmpint (n, >, 500);
  g_assert_cmpmem (text, 5, "%PDF-", 5);
  g_assert_nonnull (g_strrstr_len (text + n - 10, 10, "%%EOF"));
  kind->free (picture);
}

static void
test_csv_is_rectangular (gconstpointer data)
{
  const Kind *kind = data;

  for (int c = 0; c < N_CASES; c++) {
    gpointer picture;
    g_autofree char *path = path_of ("picture.csv");
    g_autofree char *text = NULL;
    int columns = -1, now = 1;
    gboolean quoted = FALSE;

    if (c == CASE_LARGE)
      continue;
    picture = kind->make ((Case) c);
    g_assert_true (kind->render (picture, path, NULL, NULL));
    g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
    g_assert_true (g_utf8_validate (text, -1, NULL));
    for (const char *p = text; *p != '\0'; p++) {
      if (*p == '"')
        quoted = !quoted;
      else if (!quoted && *p == ',')
        now++;
      else if (!quoted && *p == '\n') {
        if (columns < 0)
          columns = now;
        g_assert_cmpint (now, ==, columns);
        now = 1;
      }
    }
    g_assert_false (quoted);
    kind->free (picture);
  }
}

static void
test_csv_numbers_round_trip (void)
{
  g_autoptr (LmCurvesPicture) curves = made_curves (CASE_USUAL);
  g_autoptr (LmSheetPicture) sheet = made_sheet (CASE_USUAL);
  g_autofree char *text = NULL, *tiles = NULL;
  g_auto (GStrv) lines = NULL, rows = NULL;

  curves->panels[0].series[0].y[0] = 0.1 + 0.2;
  curves->panels[0].series[0].y[1] = -4.9406564584124654e-324;
  text = lm_csv_curves (curves);
  lines = g_strsplit (text, "\n", 4);
  g_assert_cmpfloat (g_ascii_strtod (strrchr (lines[1], ',') + 1, NULL), ==, 0.1 + 0.2);
  g_assert_cmpfloat (g_ascii_strtod (strrchr (lines[2], ',') + 1, NULL), ==, -4.9406564584124654e-324);

  tiles = lm_csv_sheet (sheet);
  rows = g_strsplit (tiles, "\n", 60);
  for (int i = 0; i < 50; i++)
    g_assert_true ((float) g_ascii_strtod (strrchr (rows[i + 1], ',') + 1, NULL) == lm_tensor_f32 (sheet->tiles)[i]);
}

static void
test_metadata_in_png (void)
{
  g_autoptr (LmSheetPicture) sheet = made_sheet (CASE_USUAL);
  const char *comments[] = { "seed", "1", "Layer", "conv2d · “ß”", NULL };
  g_autofree char *path = path_of ("meta.png");
  LmRenderSpec spec = { .width = 600, .title = "welcome", .comments = comments, .dpi = 150 };

  g_assert_true (lm_render_sheet (sheet, path, &spec, NULL));
  check_text (png_text (path, "Title"), "welcome");
  check_text (png_text (path, "seed"), "1");
  check_text (png_text (path, "Layer"), "conv2d · “ß”");
  check_text (png_text (path, "Software"), "Lamina " PACKAGE_VERSION);
  check_png (path, 600, 0, 10);
}

static void
test_transparent_png (void)
{
  g_autoptr (LmGraphPicture) graph = made_graph (CASE_USUAL);
  g_autoptr (LmCurvesPicture) curves = made_curves (CASE_USUAL);
  g_autofree char *path = path_of ("transparent.png");
  LmRenderSpec spec = { .width = 600, .transparent = TRUE };

  for (int k = 0; k < 2; k++) {
    cairo_surface_t *surface;

    g_assert_true (k == 0 ? lm_render_graph (graph, path, &spec, NULL) : lm_render_curves (curves, path, &spec, NULL));
    surface = cairo_image_surface_create_from_png (path);
    g_assert_cmpint (cairo_image_surface_get_format (surface), ==, CAIRO_FORMAT_ARGB32);
    g_assert_cmphex (pixel (surface, 0, 0), ==, 0);
    g_assert_cmphex (pixel (surface, 599, 5), ==, 0);
    cairo_surface_destroy (surface);
  }
}

/* Every tile shows its own value in the map's colour, at one and at two pixels of the device per pixel. */
static void
test_sheet_shows_its_values (void)
{
  g_autoptr (LmSheetPicture) sheet = made_sheet (CASE_USUAL);
  g_autofree char *path = path_of ("values.png");
  guint32 table[256];

  lm_map_table (LM_MAP_VIRIDIS, FALSE, table);
  for (int scale = 1; scale <= 2; scale++) {
    LmRenderSpec spec = { .width = 600 * scale, .dpi = 96 * scale };
    LmTheme theme = *lm_theme_get (LM_THEME_LIGHT);
    cairo_surface_t *surface;

    theme.device_scale = scale;
    g_assert_true (lm_render_sheet (sheet, path, &spec, NULL));
    surface = cairo_image_surface_create_from_png (path);
    for (int i = 1; i < 64; i += 9) { /* tile 0 is crossed out as dead */
      LmRect rect = lm_sheet_tile_rect (sheet, &theme, 600, i);
      double cell = rect.width / 14;

      g_assert_cmpfloat_with_epsilon (cell * scale, round (cell * scale), 1e-6);
      for (int k = 0; k < 196; k += 5) {
        double v = (double) lm_tensor_f32 (sheet->tiles)[i * 196 + k];
        guint32 got = pixel (surface, (int) ((rect.x + (k % 14 + 0.5) * cell) * scale), (int) ((rect.y + (k / 14 + 0.5) * cell) * scale)) & 0xffffff;

        g_assert_cmphex (got, ==, table[(int) (v * 255 + 0.5)]);
      }
    }
    cairo_surface_destroy (surface);
  }
}

static void
test_tiles_are_found (void)
{
  g_autoptr (LmSheetPicture) sheet = made_sheet (CASE_USUAL);
  const LmTheme *theme = lm_theme_get (LM_THEME_LIGHT);

  for (int width = 200; width <= 1400; width += 400) {
    for (int i = 0; i < 64; i++) {
      LmRect r = lm_sheet_tile_rect (sheet, theme, width, i);

      g_assert_cmpint (lm_sheet_tile_at (sheet, theme, width, r.x + 1, r.y + 1), ==, i);
      g_assert_cmpint (lm_sheet_tile_at (sheet, theme, width, r.x + r.width - 1, r.y + r.height - 1), ==, i);
      g_assert_cmpint (lm_sheet_tile_at (sheet, theme, width, r.x - 2, r.y + 1), ==, -1);
      g_assert_cmpfloat (r.x + r.width, <=, width);
    }
    g_assert_cmpint (lm_sheet_tile_at (sheet, theme, width, -5, 1e9), ==, -1);
  }
}

static void
test_cells_are_found (void)
{
  g_autoptr (LmConfusionPicture) picture = made_confusion (CASE_USUAL);
  const LmTheme *theme = lm_theme_get (LM_THEME_LIGHT);
  int t, p;

  for (int i = 0; i < 100; i++) {
    LmRect r = lm_confusion_cell_rect (picture, theme, 800, i / 10, i % 10);

    g_assert_true (lm_confusion_cell_at (picture, theme, 800, r.x + r.width / 2, r.y + r.height / 2, &t, &p));
    g_assert_cmpint (t, ==, i / 10);
    g_assert_cmpint (p, ==, i % 10);
  }
  g_assert_false (lm_confusion_cell_at (picture, theme, 800, 3, 3, &t, &p));
}

static void
test_overlay_keeps_cold_places (void)
{
  g_autoptr (LmHeatmapPicture) p = made_heatmap (CASE_USUAL);
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 280, 280);
  cairo_t *cr = cairo_create (surface);
  LmRect all = { 0, 0, 280, 280 };

  for (int i = 0; i < 28 * 28; i++)
    lm_tensor_f32 (p->image)[i] = 100;
  for (int i = 0; i < 49; i++)
    lm_tensor_f32 (p->map)[i] = i % 7 < 3 ? -0.1f : 0.83f; /* cold at the left */
  lm_draw_heatmap_overlay (cr, lm_theme_get (LM_THEME_LIGHT), p, &all, NULL);
  g_assert_cmphex (pixel (surface, 20, 140) & 0xffffff, ==, 0x646464);
  /* 60 % of inferno's end over grey 100: 0.6 · 252 + 40, … */
  g_assert_cmpint (abs ((int) (pixel (surface, 270, 140) >> 16 & 255) - 191), <=, 2);
  g_assert_cmpint (abs ((int) (pixel (surface, 270, 140) >> 8 & 255) - 193), <=, 2);
  g_assert_cmpint (abs ((int) (pixel (surface, 270, 140) & 255) - 138), <=, 2);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

static void
test_enlarging_has_half_pixel_centres (void)
{
  static const float map[] = { 1, 2, 3, 10, 20, 30 }; /* 2 × 3 */
  LmHeatmapPicture p = { .max = 2, .min = -4 };

  for (int y = 0; y < 2; y++)
    for (int x = 0; x < 3; x++)
      g_assert_cmpfloat_with_epsilon (lm_heatmap_sample (map, 3, 2, (x + 0.5) / 3, (y + 0.5) / 2), (double) map[y * 3 + x], 1e-9);
  g_assert_cmpfloat_with_epsilon (lm_heatmap_sample (map, 3, 2, 1.0 / 3, 0.25), 1.5, 1e-9);
  g_assert_cmpfloat_with_epsilon (lm_heatmap_sample (map, 3, 2, 0.5, 0.5), 11, 1e-9);
  g_assert_cmpfloat (lm_heatmap_sample (map, 3, 2, 0, 0), ==, 1);
  g_assert_cmpfloat (lm_heatmap_sample (map, 3, 2, 1, 1), ==, 30);

  g_assert_cmpfloat_with_epsilon (lm_heatmap_alpha (&p, 1, 0.6), 0.6 * pow (0.5, 0.7), 1e-12);
  g_assert_cmpfloat (lm_heatmap_alpha (&p, -1, 0.6), ==, 0);
  g_assert_cmpfloat (lm_heatmap_alpha (&p, NAN, 0.6), ==, 0);
  p.is_signed = TRUE;
  g_assert_cmpfloat_with_epsilon (lm_heatmap_alpha (&p, -4, 0.6), 0.6, 1e-12);
}

/* All that only the screen has, with data that it must survive. */
static void
test_screen_views (void)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 500, 400);
  cairo_t *cr = cairo_create (surface);

  for (int c = 0; c < N_CASES; c++) {
    g_autoptr (LmCurvesPicture) curves = made_curves ((Case) c);
    g_autoptr (LmSheetPicture) sheet = made_sheet ((Case) c);
    g_autoptr (LmFilmPicture) film = made_film ((Case) c);
    g_autoptr (LmHeatmapPicture) heatmap = made_heatmap ((Case) c);
    g_autoptr (LmConfusionPicture) confusion = made_confusion ((Case) c);
    g_autoptr (LmGraphPicture) graph = made_graph ((Case) c);

    for (int t = 0; t < (c == CASE_LARGE ? 1 : LM_N_THEMES); t++) {
      const LmTheme *theme = lm_theme_get ((LmThemeId) t);
      LmCurvesView view = LM_CURVES_VIEW_INIT;
      LmSheetView sheet_view = { 0, 1 };
      LmStripView strip = { 1, 0 };
      LmHeatmapView heat = { 0.9, TRUE };
      LmConfusionView cells = { TRUE, 0, 1 };
      LmGraphView cards = { .selected = 0, .focused = 0, .has_dots = TRUE };

      view.has_hover = TRUE;
      view.hover_x = 3;
      view.hover_note = "rate 1e-3";
      view.log_y = t % 2 == 0;
      view.log_x = t == 1;
      view.has_range = t == 2;
      view.x_from = 2;
      view.x_to = 2.5;
      view.smoothing = 0.9;
      view.lit = 0;
      lm_draw_curves (cr, 500, 400, theme, curves, &view);
      lm_draw_curves (cr, 30, 20, theme, curves, &view);
      lm_draw_sheet (cr, 500, 400, theme, sheet, &sheet_view);
      lm_draw_sheet (cr, 5, 5, theme, sheet, NULL);
      lm_draw_film_strip (cr, theme, film, &strip);
      lm_draw_heatmap (cr, 500, 400, theme, heatmap, &heat);
      lm_draw_heatmap (cr, 10, 10, theme, heatmap, NULL);
      lm_draw_confusion (cr, 500, 400, theme, confusion, &cells);
      lm_draw_confusion (cr, 10, 10, theme, confusion, NULL);
      lm_draw_graph (cr, 500, 400, theme, graph, &cards);
      lm_draw_graph (cr, 10, 10, theme, graph, NULL);
      g_assert_cmpint (cairo_status (cr), ==, CAIRO_STATUS_SUCCESS);
    }
  }
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

/* Files that cannot be written */

static gboolean
folder_is_empty (const char *path)
{
  GDir *dir = g_dir_open (path, 0, NULL);
  gboolean is_empty = g_dir_read_name (dir) == NULL;

  g_dir_close (dir);
  return is_empty;
}

static void
test_errors_are_clear (void)
{
  g_autoptr (LmConfusionPicture) picture = made_confusion (CASE_USUAL);
  g_autofree char *nowhere = g_build_filename (folder, "not", "there.png", NULL);
  g_autofree char *unknown = path_of ("picture.bmp");
  g_autofree char *is_folder = path_of ("folder.png");
  g_autofree char *fine = path_of ("fine.png");
  LmRenderSpec wide = { .width = 40000 }, small = { .width = 3 };
  GError *error = NULL;

  g_assert_false (lm_render_confusion (picture, unknown, NULL, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_USAGE);
  g_assert_nonnull (strstr (error->message, ".png, .svg, .pdf"));
  g_clear_error (&error);

  g_assert_false (lm_render_confusion (picture, nowhere, NULL, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "there is no folder"));
  g_clear_error (&error);

  g_assert_cmpint (g_mkdir (is_folder, 0700), ==, 0);
  g_assert_false (lm_render_confusion (picture, is_folder, NULL, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "it is a folder"));
  g_assert_true (folder_is_empty (is_folder));
  g_clear_error (&error);

  g_assert_false (lm_render_confusion (picture, fine, &wide, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_LIMIT);
  g_clear_error (&error);
  g_assert_false (lm_render_confusion (picture, fine, &small, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_LIMIT);
  g_clear_error (&error);
  g_assert_false (g_file_test (fine, G_FILE_TEST_EXISTS));
  g_rmdir (is_folder);
}

static void
test_read_only_folder (void)
{
  g_autoptr (LmConfusionPicture) picture = made_confusion (CASE_USUAL);
  g_autofree char *closed = path_of ("closed");
  g_autofree char *path = g_build_filename (closed, "picture.png", NULL);
  g_autoptr (GError) error = NULL;

  if (geteuid () == 0) {
    g_test_skip ("root may write anywhere");
    return;
  }
  g_assert_cmpint (g_mkdir (closed, 0500), ==, 0);
  g_assert_false (lm_render_confusion (picture, path, NULL, &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_assert_nonnull (strstr (error->message, "read-only"));
  g_rmdir (closed);
}

/* A limit on the size of files fails a write as a full disk does: in its middle. The old file must survive. */
static void
test_write_that_fails_keeps_the_old_file (void)
{
  g_autoptr (LmConfusionPicture) picture = made_confusion (CASE_USUAL);
  g_autofree char *inner = path_of ("kept");
  g_autofree char *path = g_build_filename (inner, "picture.png", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  struct rlimit old, tight;
  void (*handler) (int) = signal (SIGXFSZ, SIG_IGN);
  gboolean done;

  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  getrlimit (RLIMIT_FSIZE, &old);
  tight = old;
  tight.rlim_cur = 1000;
  setrlimit (RLIMIT_FSIZE, &tight);
  done = lm_render_confusion (picture, path, NULL, &error);
  setrlimit (RLIMIT_FSIZE, &old);
  signal (SIGXFSZ, handler);
  g_assert_false (done);
  g_assert_error (error, LM_ERROR, LM_ERROR_IO);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, "old");
  g_unlink (path);
  g_assert_true (folder_is_empty (inner));
  g_rmdir (inner);
}

static void
test_old_file_is_replaced (void)
{
  g_autoptr (LmConfusionPicture) picture = made_confusion (CASE_TINY);
  g_autofree char *path = path_of ("REPLACED.PNG");

  g_assert_true (g_file_set_contents (path, "old", -1, NULL));
  g_assert_true (lm_render_knows (path));
  g_assert_true (lm_render_confusion (picture, path, NULL, NULL));
  check_png (path, 1200, 0, 8);
}

static void
remove_folder (void)
{
  GDir *dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = path_of (name);

    g_unlink (path);
  }
  if (dir != NULL)
    g_dir_close (dir);
  g_rmdir (folder);
  g_free (folder);
}

int
main (int argc,
      char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = g_dir_make_tmp ("lamina-draw-XXXXXX", NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    static const struct {
      const char *name;
      GTestDataFunc func;
    } cases[] = {
      { "png-at-all-widths", test_png_at_all_widths },
      { "png-of-a-given-height", test_png_of_a_given_height },
      { "svg-is-well-formed", test_svg_is_well_formed },
      { "pdf-is-complete", test_pdf_is_complete },
      { "csv-is-rectangular", test_csv_is_rectangular },
    };

    for (gsize k = 0; k < G_N_ELEMENTS (cases); k++) {
      g_autofree char *name = g_strdup_printf ("/draw/%s/%s", kinds[i].name, cases[k].name);

      g_test_add_data_func (name, &kinds[i], cases[k].func);
    }
  }
  g_test_add_func ("/draw/csv/numbers-round-trip", test_csv_numbers_round_trip);
  g_test_add_func ("/draw/png/crc", test_png_crc);
  g_test_add_func ("/draw/png/metadata", test_metadata_in_png);
  g_test_add_func ("/draw/png/transparent", test_transparent_png);
  g_test_add_func ("/draw/sheet/shows-its-values", test_sheet_shows_its_values);
  g_test_add_func ("/draw/sheet/tiles-are-found", test_tiles_are_found);
  g_test_add_func ("/draw/confusion/cells-are-found", test_cells_are_found);
  g_test_add_func ("/draw/heatmap/cold-places-show-the-picture", test_overlay_keeps_cold_places);
  g_test_add_func ("/draw/heatmap/half-pixel-centres", test_enlarging_has_half_pixel_centres);
  g_test_add_func ("/draw/screen-views", test_screen_views);
  g_test_add_func ("/draw/errors/are-clear", test_errors_are_clear);
  g_test_add_func ("/draw/errors/read-only-folder", test_read_only_folder);
  g_test_add_func ("/draw/errors/failed-write-keeps-the-old-file", test_write_that_fails_keeps_the_old_file);
  g_test_add_func ("/draw/file-is-replaced", test_old_file_is_replaced);

  status = g_test_run ();
  remove_folder ();
  return status;
}
