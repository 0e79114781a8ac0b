/* lm-render.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-render.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <string.h>

#include "lm-bars.h"
#include "lm-confusion.h"
#include "lm-csv.h"
#include "lm-diagram.h"
#include "lm-error.h"
#include "lm-film.h"
#include "lm-heatmap.h"
#include "lm-plot.h"
#include "lm-png.h"
#include "lm-sheet.h"

#define DEFAULT_WIDTH 1200
#define MIN_SIDE 16
#define MAX_PIXELS ((gint64) 400 * 1000 * 1000)
/* Where no dpi is given, text keeps its size between these widths. */
#define NARROWEST 480.0
#define WIDEST 1200.0

typedef enum {
  FORMAT_NONE,
  FORMAT_PNG,
  FORMAT_SVG,
  FORMAT_PDF,
  FORMAT_CSV,
} Format;

/* How one kind of picture is drawn. */
typedef struct {
  void (*draw) (cairo_t *cr, double width, double height, const LmTheme *theme, gconstpointer picture);
  double (*natural_height) (gconstpointer picture, const LmTheme *theme, double width);
  char *(*csv) (gconstpointer picture);
  double least;       /* fills any height from this share of the natural one; what does not fill it stands in its middle */
  gboolean on_canvas; /* on the canvas's colour, not the page's */
} Kind;

/* Where a picture lies on its file: @width × @height at @scale from (@x, @y), on @file_width × @file_height pixels. */
typedef struct {
  double width;
  double height;
  double scale;
  double x;
  double y;
  int file_width;
  int file_height;
} Place;

static Format
format_of (const char *path)
{
  static const struct {
    const char *ending;
    Format format;
  } endings[] = {
    { ".png", FORMAT_PNG },
    { ".svg", FORMAT_SVG },
    { ".pdf", FORMAT_PDF },
    { ".csv", FORMAT_CSV },
  };
  gsize n = strlen (path);

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (n > 4 && g_ascii_strcasecmp (path + n - 4, endings[i].ending) == 0)
      return endings[i].format;
  return FORMAT_NONE;
}

gboolean
lm_render_knows (const char *path)
{
  return format_of (path) != FORMAT_NONE;
}

/* Width and scale with which a picture that wants a certain height fits @width × @height pixels. */
static void
fit_into (const Kind *kind,
          gconstpointer picture,
          LmTheme *theme,
          Place *place)
{
  double base = place->scale;

  for (double shrink = 1; shrink > 0.02; shrink *= 0.88) {
    double scale = base * shrink, widest = place->file_width / scale;

    theme->device_scale = scale; /* it decides how large tiles are */
    for (double narrow = 1; narrow > 0.45; narrow -= 0.1) {
      double width = floor (widest * narrow), height = kind->natural_height (picture, theme, width);

      if (width < NARROWEST && narrow < 1)
        break;
      if (height * scale <= place->file_height) {
        place->scale = scale;
        place->width = width;
        place->height = height;
        place->x = (place->file_width - width * scale) / 2;
        place->y = (place->file_height - height * scale) / 2;
        return;
      }
    }
  }
  place->scale = theme->device_scale = base * 0.02;
  place->width = place->file_width / place->scale;
  place->height = place->file_height / place->scale;
}

static gboolean
find_place (const Kind *kind,
            gconstpointer picture,
            const LmRenderSpec *spec,
            const char *path,
            LmTheme *theme,
            Place *place,
            GError **error)
{
  double natural;

  *place = (Place){ .file_width = spec->width != 0 ? spec->width : DEFAULT_WIDTH };
  if (place->file_width < MIN_SIDE || place->file_width > LM_RENDER_MAX_SIDE ||
      (spec->height != 0 && (spec->height < MIN_SIDE || spec->height > LM_RENDER_MAX_SIDE))) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                 _ ("“%s” cannot be %d × %d pixels large. Each side must be from %d to %d."),
                 path, place->file_width, spec->height, MIN_SIDE, LM_RENDER_MAX_SIDE);
    return FALSE;
  }

  place->scale = spec->dpi > 0 ? CLAMP (spec->dpi, 10, 4800) / 96 : place->file_width / CLAMP (place->file_width, NARROWEST, WIDEST);
  theme->device_scale = place->scale;
  place->width = place->file_width / place->scale;
  natural = kind->natural_height (picture, theme, place->width);
  if (spec->height == 0) {
    place->height = natural;
    if (natural * place->scale > LM_RENDER_MAX_SIDE) {
      g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                   _ ("“%s” would be %.0f pixels high, at most %d are possible. Choose a smaller width or show fewer layers."),
                   path, natural * place->scale, LM_RENDER_MAX_SIDE);
      return FALSE;
    }
    place->file_height = MAX ((int) ceil (natural * place->scale - 1e-6), 1);
    place->height = place->file_height / place->scale;
    return TRUE;
  }

  place->file_height = spec->height;
  place->height = place->file_height / place->scale;
  if (!(place->height >= kind->least * natural))
    fit_into (kind, picture, theme, place);
  return TRUE;
}

static cairo_status_t
write_cb (void *closure,
          const unsigned char *data,
          unsigned int length)
{
  g_byte_array_append (closure, data, length);
  return CAIRO_STATUS_SUCCESS;
}

static void
paint (cairo_t *cr,
       const Kind *kind,
       gconstpointer picture,
       const LmTheme *theme,
       const Place *place)
{
  LmTheme page = *theme;

  if (kind->on_canvas)
    page.page = page.canvas;
  cairo_scale (cr, place->scale, place->scale);
  lm_paint_page (cr, &page, place->file_width / place->scale, place->file_height / place->scale);
  cairo_translate (cr, place->x / place->scale, place->y / place->scale);
  kind->draw (cr, place->width, place->height, theme, picture);
}

static gboolean
check_status (cairo_status_t status,
              const char *path,
              GError **error)
{
  if (status == CAIRO_STATUS_SUCCESS)
    return TRUE;
  g_set_error (error, LM_ERROR, status == CAIRO_STATUS_NO_MEMORY ? LM_ERROR_LIMIT : LM_ERROR_IO,
               _ ("“%s” could not be drawn: %s. Choose a smaller width."), path, cairo_status_to_string (status));
  return FALSE;
}

static gboolean
to_png (const Kind *kind,
        gconstpointer picture,
        const LmRenderSpec *spec,
        const LmTheme *theme,
        const Place *place,
        const char *path,
        GByteArray *bytes,
        GError **error)
{
  cairo_surface_t *surface;
  cairo_t *cr;
  cairo_status_t status;

  if ((gint64) place->file_width * place->file_height > MAX_PIXELS) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
                 _ ("“%s” would have %d × %d pixels, at most %d million are possible. Choose a smaller width, or SVG or PDF."),
                 path, place->file_width, place->file_height, (int) (MAX_PIXELS / 1000000));
    return FALSE;
  }
  surface = cairo_image_surface_create (spec->transparent ? CAIRO_FORMAT_ARGB32 : CAIRO_FORMAT_RGB24, place->file_width, place->file_height);
  cr = cairo_create (surface);
  paint (cr, kind, picture, theme, place);
  status = cairo_status (cr);
  cairo_destroy (cr);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_write_to_png_stream (surface, write_cb, bytes);
  cairo_surface_destroy (surface);
  if (!check_status (status, path, error))
    return FALSE;

  for (int i = 0; spec->comments != NULL && spec->comments[i] != NULL && spec->comments[i + 1] != NULL; i += 2)
    lm_png_add_text (bytes, spec->comments[i], spec->comments[i + 1]);
  lm_png_add_text (bytes, "Software", "Lamina " PACKAGE_VERSION);
  if (spec->title != NULL)
    lm_png_add_text (bytes, "Title", spec->title);
  if (spec->dpi > 0)
    lm_png_add_dpi (bytes, spec->dpi);
  return TRUE;
}

/* Escaped for XML; what XML has no place for is dropped. */
static void
append_escaped (GString *out,
                const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c)) {
    gunichar u = g_utf8_get_char (c);
    g_autofree char *escaped = NULL;

    if ((u < 32 && u != '\t' && u != '\n' && u != '\r') || (u >= 0x7f && u < 0xa0) || u == 0xfffe || u == 0xffff)
      continue;
    escaped = g_markup_escape_text (c, g_utf8_next_char (c) - c);
    g_string_append (out, escaped);
  }
}

/* Behind the first tag, where SVG wants its title. */
static void
add_svg_metadata (GByteArray *bytes,
                  const LmRenderSpec *spec)
{
  g_autoptr (GString) text = g_string_new (NULL);
  const char *tag = g_strstr_len ((const char *) bytes->data, bytes->len, "<svg");
  const char *end = tag != NULL ? memchr (tag, '>', bytes->len - (gsize) (tag - (const char *) bytes->data)) : NULL;
  gsize place;
  guint old = bytes->len;

  if (end == NULL)
    return;
  g_string_append_c (text, '\n');
  if (spec->title != NULL) {
    g_string_append (text, "<title>");
    append_escaped (text, spec->title);
    g_string_append (text, "</title>\n");
  }
  g_string_append (text, "<metadata xmlns:lm=\"urn:x-lamina:picture\">\n<lm:entry key=\"Software\">Lamina " PACKAGE_VERSION "</lm:entry>\n");
  for (int i = 0; spec->comments != NULL && spec->comments[i] != NULL && spec->comments[i + 1] != NULL; i += 2) {
    g_string_append (text, "<lm:entry key=\"");
    append_escaped (text, spec->comments[i]);
    g_string_append (text, "\">");
    append_escaped (text, spec->comments[i + 1]);
    g_string_append (text, "</lm:entry>\n");
  }
  g_string_append (text, "</metadata>");

  place = (gsize) (end + 1 - (const char *) bytes->data);
  g_byte_array_set_size (bytes, old + (guint) text->len);
  memmove (bytes->data + place + text->len, bytes->data + place, old - place);
  memcpy (bytes->data + place, text->str, text->len);
}

static gboolean
to_vector (Format format,
           const Kind *kind,
           gconstpointer picture,
           const LmRenderSpec *spec,
           const LmTheme *theme,
           const Place *place,
           const char *path,
           GByteArray *bytes,
           GError **error)
{
  double points = spec->dpi > 0 ? 72 / CLAMP (spec->dpi, 10, 4800) : 0.75;
  cairo_surface_t *surface;
  cairo_t *cr;
  cairo_status_t status;

  if (format == FORMAT_SVG) {
    surface = cairo_svg_surface_create_for_stream (write_cb, bytes, place->file_width, place->file_height);
    cairo_svg_surface_set_document_unit (surface, CAIRO_SVG_UNIT_PX);
  } else {
    g_autoptr (GString) keywords = g_string_new (NULL);

    surface = cairo_pdf_surface_create_for_stream (write_cb, bytes, place->file_width * points, place->file_height * points);
    cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_CREATOR, "Lamina " PACKAGE_VERSION);
    if (spec->title != NULL) {
      g_autofree char *title = g_utf8_make_valid (spec->title, -1);

      cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_TITLE, title);
    }
    for (int i = 0; spec->comments != NULL && spec->comments[i] != NULL && spec->comments[i + 1] != NULL; i += 2)
      g_string_append_printf (keywords, "%s%s: %s", keywords->len > 0 ? "; " : "", spec->comments[i], spec->comments[i + 1]);
    if (keywords->len > 0) {
      g_autofree char *valid = g_utf8_make_valid (keywords->str, -1);

      cairo_pdf_surface_set_metadata (surface, CAIRO_PDF_METADATA_KEYWORDS, valid);
    }
  }
  cr = cairo_create (surface);
  if (format == FORMAT_PDF)
    cairo_scale (cr, points, points);
  paint (cr, kind, picture, theme, place);
  status = cairo_status (cr);
  cairo_destroy (cr);
  cairo_surface_finish (surface);
  if (status == CAIRO_STATUS_SUCCESS)
    status = cairo_surface_status (surface);
  cairo_surface_destroy (surface);
  if (!check_status (status, path, error))
    return FALSE;
  if (format == FORMAT_SVG)
    add_svg_metadata (bytes, spec);
  return TRUE;
}

/* Says in our words why GLib could not write. */
static gboolean
set_write_error (const char *path,
                 gsize n_bytes,
                 const GError *cause,
                 GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *size = g_format_size_full (n_bytes, G_FORMAT_SIZE_IEC_UNITS);

  if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOENT) || g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be written: there is no folder “%s”. Make it, or choose another one."), path, folder);
  else if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_ACCES) || g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_PERM) ||
           g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_ROFS))
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be written: the folder “%s” is read-only. Choose another one."), path, folder);
  else if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_NOSPC))
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be written: the disk is full, %s are needed. Free some room and try again."), path, size);
  else if (g_error_matches (cause, G_FILE_ERROR, G_FILE_ERROR_ISDIR))
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be written: it is a folder. Choose another name."), path);
  else
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be written: %s."), path, cause->message);
  return FALSE;
}

static gboolean
write_file (const char *path,
            const char *data,
            gsize n,
            GError **error)
{
  g_autoptr (GError) cause = NULL;

  if (g_file_test (path, G_FILE_TEST_IS_DIR)) {
    g_set_error (&cause, G_FILE_ERROR, G_FILE_ERROR_ISDIR, " ");
    return set_write_error (path, n, cause, error);
  }
  if (g_file_set_contents_full (path, data, (gssize) n, G_FILE_SET_CONTENTS_CONSISTENT, 0666, &cause))
    return TRUE;
  return set_write_error (path, n, cause, error);
}

static gboolean
render (const Kind *kind,
        gconstpointer picture,
        const char *path,
        const LmRenderSpec *spec,
        GError **error)
{
  static const LmRenderSpec defaults = { 0 };
  Format format = format_of (path);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  LmTheme theme;
  Place place;

  if (spec == NULL)
    spec = &defaults;
  if (format == FORMAT_NONE) {
    g_set_error (error, LM_ERROR, LM_ERROR_USAGE,
                 _ ("“%s” does not say what kind of file it is to be. Let its name end with .png, .svg, .pdf or .csv."), path);
    return FALSE;
  }
  if (format == FORMAT_CSV) {
    g_autofree char *text = kind->csv (picture);

    return write_file (path, text, strlen (text), error);
  }

  theme = spec->theme != NULL ? *spec->theme : *lm_theme_get (LM_THEME_LIGHT);
  theme.has_fine_text = TRUE;
  if (spec->transparent) {
    theme.page.a = theme.canvas.a = theme.canvas_dot.a = 0;
    theme.has_frames = theme.has_shadows = FALSE;
  }
  if (!find_place (kind, picture, spec, path, &theme, &place, error))
    return FALSE;
  if (format == FORMAT_PNG ? !to_png (kind, picture, spec, &theme, &place, path, bytes, error)
                           : !to_vector (format, kind, picture, spec, &theme, &place, path, bytes, error))
    return FALSE;
  return write_file (path, (const char *) bytes->data, bytes->len, error);
}

static void
draw_curves (cairo_t *cr,
             double width,
             double height,
             const LmTheme *theme,
             gconstpointer picture)
{
  lm_draw_curves (cr, width, height, theme, picture, NULL);
}

static void
draw_sheet (cairo_t *cr,
            double width,
            double height,
            const LmTheme *theme,
            gconstpointer picture)
{
  lm_draw_sheet (cr, width, height, theme, picture, NULL);
}

static void
draw_film (cairo_t *cr,
           double width,
           double height,
           const LmTheme *theme,
           gconstpointer picture)
{
  lm_draw_film (cr, width, height, theme, picture, NULL);
}

static void
draw_heatmap (cairo_t *cr,
              double width,
              double height,
              const LmTheme *theme,
              gconstpointer picture)
{
  lm_draw_heatmap (cr, width, height, theme, picture, NULL);
}

static void
draw_confusion (cairo_t *cr,
                double width,
                double height,
                const LmTheme *theme,
                gconstpointer picture)
{
  lm_draw_confusion (cr, width, height, theme, picture, NULL);
}

static void
draw_graph (cairo_t *cr,
            double width,
            double height,
            const LmTheme *theme,
            gconstpointer picture)
{
  lm_draw_graph (cr, width, height, theme, picture, NULL);
}

static void
draw_bars (cairo_t *cr,
           double width,
           double height,
           const LmTheme *theme,
           gconstpointer picture)
{
  lm_draw_bars (cr, width, height, theme, picture);
}

/* The typed functions behind the untyped ones of Kind. */
#define WRAP(name, Type)                                                                  \
  static double name##_height (gconstpointer picture, const LmTheme *theme, double width) \
  {                                                                                       \
    return lm_##name##_natural_height ((const Type *) picture, theme, width);             \
  }                                                                                       \
  static char *name##_csv (gconstpointer picture)                                         \
  {                                                                                       \
    return lm_csv_##name ((const Type *) picture);                                        \
  }

WRAP (curves, LmCurvesPicture)
WRAP (sheet, LmSheetPicture)
WRAP (film, LmFilmPicture)
WRAP (heatmap, LmHeatmapPicture)
WRAP (confusion, LmConfusionPicture)
WRAP (graph, LmGraphPicture)
WRAP (bars, LmBarsPicture)

static const Kind kinds[LM_PICTURE_N_KINDS] = {
  [LM_PICTURE_CURVES] = { draw_curves, curves_height, curves_csv, 0.6, FALSE },
  [LM_PICTURE_SHEET] = { draw_sheet, sheet_height, sheet_csv, INFINITY, FALSE },
  [LM_PICTURE_FILM] = { draw_film, film_height, film_csv, INFINITY, FALSE },
  [LM_PICTURE_HEATMAP] = { draw_heatmap, heatmap_height, heatmap_csv, INFINITY, FALSE },
  [LM_PICTURE_CONFUSION] = { draw_confusion, confusion_height, confusion_csv, INFINITY, FALSE },
  [LM_PICTURE_GRAPH] = { draw_graph, graph_height, graph_csv, 0, TRUE },
  [LM_PICTURE_BARS] = { draw_bars, bars_height, bars_csv, INFINITY, FALSE },
};

gboolean
lm_render_picture (const LmPicture *picture,
                   const char *path,
                   const LmRenderSpec *spec,
                   GError **error)
{
  return render (&kinds[picture->kind], picture->any, path, spec, error);
}

void
lm_draw_picture (cairo_t *cr,
                 double width,
                 double height,
                 const LmTheme *theme,
                 const LmPicture *picture)
{
  kinds[picture->kind].draw (cr, width, height, theme, picture->any);
}

double
lm_picture_natural_height (const LmPicture *picture,
                           const LmTheme *theme,
                           double width)
{
  return kinds[picture->kind].natural_height (picture->any, theme, width);
}

/* The typed ones spare callers that know what they have the wrapping. */
#define RENDER(name, Type, KIND)                              \
  gboolean lm_render_##name (const Type *picture,             \
                             const char *path,                \
                             const LmRenderSpec *spec,        \
                             GError **error)                  \
  {                                                           \
    return render (&kinds[KIND], picture, path, spec, error); \
  }

RENDER (curves, LmCurvesPicture, LM_PICTURE_CURVES)
RENDER (sheet, LmSheetPicture, LM_PICTURE_SHEET)
RENDER (film, LmFilmPicture, LM_PICTURE_FILM)
RENDER (heatmap, LmHeatmapPicture, LM_PICTURE_HEATMAP)
RENDER (confusion, LmConfusionPicture, LM_PICTURE_CONFUSION)
RENDER (graph, LmGraphPicture, LM_PICTURE_GRAPH)
RENDER (bars, LmBarsPicture, LM_PICTURE_BARS)
