/* lm-text.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-paint.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

/* Longer texts are cut before they are shaped: no picture has room for more. */
#define MAX_LINE_BYTES 600
#define MAX_BLOCK_BYTES 6000

static const cairo_user_data_key_t layout_key;

cairo_t *
lm_paint_measure_new (void)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_A8, 1, 1);
  cairo_t *cr = cairo_create (surface);

  cairo_surface_destroy (surface);
  return cr;
}

/* The layout lives as long as @cr: shaping is cheap, contexts are not. Metrics are not hinted, so that a text takes the
 * same room at every zoom. */
static PangoLayout *
get_layout (cairo_t *cr)
{
  PangoLayout *layout = cairo_get_user_data (cr, &layout_key);

  if (layout == NULL) {
    PangoContext *context = pango_cairo_create_context (cr);
    cairo_font_options_t *options = cairo_font_options_create ();
    g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

    cairo_font_options_set_hint_metrics (options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style (options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_antialias (options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options (context, options);
    pango_cairo_context_set_resolution (context, 96);
    pango_context_set_round_glyph_positions (context, FALSE);
    cairo_font_options_destroy (options);

    layout = pango_layout_new (context);
    g_object_unref (context);
    pango_attr_list_insert (attributes, pango_attr_font_features_new ("tnum=1"));
    pango_layout_set_attributes (layout, attributes);
    pango_layout_set_single_paragraph_mode (layout, TRUE);
    cairo_set_user_data (cr, &layout_key, layout, g_object_unref);
  }
  pango_cairo_update_layout (cr, layout);
  return layout;
}

static void
set_font (PangoLayout *layout,
          const LmTheme *theme,
          LmFont font)
{
  const PangoFontDescription *now = pango_layout_get_font_description (layout);
  int size = (int) (font.size * theme->text_scale * PANGO_SCALE);
  PangoWeight weight = font.is_bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL;
  PangoFontDescription *description;

  if (now != NULL && pango_font_description_get_size (now) == size && pango_font_description_get_weight (now) == weight &&
      g_strcmp0 (pango_font_description_get_family (now), theme->font) == 0)
    return;

  description = pango_font_description_new ();
  pango_font_description_set_family (description, theme->font);
  pango_font_description_set_weight (description, weight);
  pango_font_description_set_absolute_size (description, MAX (size, 1));
  pango_layout_set_font_description (layout, description);
  pango_font_description_free (description);
}

/* Long and broken texts are repaired in a copy, and line ends in a text of one line become blanks. */
static void
set_text (PangoLayout *layout,
          const char *text,
          gsize max_bytes,
          gboolean is_line)
{
  gsize n = text != NULL ? strnlen (text, max_bytes + 1) : 0;
  g_autofree char *copy = NULL;

  if (text == NULL)
    text = "";
  if (n <= max_bytes && g_utf8_validate (text, (gssize) n, NULL) && !(is_line && strpbrk (text, "\n\r\t") != NULL)) {
    pango_layout_set_text (layout, text, (int) n);
    return;
  }
  if (n > max_bytes) {
    const char *end = g_utf8_find_prev_char (text, text + max_bytes);
    g_autofree char *cut = g_strndup (text, end != NULL ? (gsize) (end - text) : max_bytes);
    g_autofree char *valid = g_utf8_make_valid (cut, -1);

    copy = g_strconcat (valid, "…", NULL);
  } else {
    copy = g_utf8_make_valid (text, (gssize) n);
  }
  if (is_line)
    g_strdelimit (copy, "\n\r\t", ' ');
  pango_layout_set_text (layout, copy, -1);
}

static void
prepare_line (PangoLayout *layout,
              const LmTheme *theme,
              LmFont font,
              const char *text,
              double max_width)
{
  set_font (layout, theme, font);
  set_text (layout, text, MAX_LINE_BYTES, TRUE);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_NONE);
  pango_layout_set_width (layout, -1);
  if (max_width > 0) {
    int width;

    pango_layout_get_size (layout, &width, NULL);
    if (width > max_width * PANGO_SCALE) {
      pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
      pango_layout_set_width (layout, (int) (max_width * PANGO_SCALE));
    }
  }
}

/* Cairo puts glyphs on whole pixels of an image, which spoils their spacing where metrics are not hinted; outlines lie
 * where they belong, at six times the cost. */
static void
show (cairo_t *cr,
      const LmTheme *theme,
      PangoLayout *layout)
{
  if (theme->has_fine_text && cairo_surface_get_type (cairo_get_target (cr)) == CAIRO_SURFACE_TYPE_IMAGE) {
    pango_cairo_layout_path (cr, layout);
    cairo_fill (cr);
  } else {
    pango_cairo_show_layout (cr, layout);
  }
  cairo_new_path (cr);
}

double
lm_text_line (cairo_t *cr,
              const LmTheme *theme,
              LmFont font)
{
  return ceil (font.size * theme->text_scale * 1.36);
}

double
lm_text_ascent (cairo_t *cr,
                const LmTheme *theme,
                LmFont font)
{
  return round (font.size * theme->text_scale * 1.02);
}

double
lm_text_width (cairo_t *cr,
               const LmTheme *theme,
               LmFont font,
               const char *text)
{
  PangoLayout *layout;
  int width;

  if (text == NULL || *text == '\0')
    return 0;
  layout = get_layout (cr);
  prepare_line (layout, theme, font, text, 0);
  pango_layout_get_size (layout, &width, NULL);
  return (double) width / PANGO_SCALE;
}

double
lm_text_draw (cairo_t *cr,
              const LmTheme *theme,
              LmFont font,
              const LmColour *colour,
              const char *text,
              double x,
              double y,
              LmAlign align,
              double max_width)
{
  PangoLayout *layout;
  PangoRectangle logical;
  double width, left;

  if (text == NULL || *text == '\0')
    return 0;
  layout = get_layout (cr);
  prepare_line (layout, theme, font, text, max_width);
  pango_layout_get_extents (layout, NULL, &logical);
  width = (double) logical.width / PANGO_SCALE;
  left = x - (align == LM_ALIGN_CENTRE ? width / 2 : align == LM_ALIGN_RIGHT ? width
                                                                             : 0);
  lm_paint_set (cr, colour);
  cairo_move_to (cr,
                 left - (double) logical.x / PANGO_SCALE,
                 y - (double) pango_layout_get_baseline (layout) / PANGO_SCALE);
  show (cr, theme, layout);
  return width;
}

static PangoLayout *
prepare_block (cairo_t *cr,
               const LmTheme *theme,
               LmFont font,
               const char *text,
               double width)
{
  PangoLayout *layout = get_layout (cr);

  set_font (layout, theme, font);
  set_text (layout, text, MAX_BLOCK_BYTES, FALSE);
  pango_layout_set_single_paragraph_mode (layout, FALSE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_NONE);
  pango_layout_set_wrap (layout, PANGO_WRAP_WORD_CHAR);
  pango_layout_set_width (layout, (int) (MAX (width, 1) * PANGO_SCALE));
  return layout;
}

double
lm_text_block_height (cairo_t *cr,
                      const LmTheme *theme,
                      LmFont font,
                      const char *text,
                      double width)
{
  int height;

  if (text == NULL || *text == '\0')
    return 0;
  pango_layout_get_size (prepare_block (cr, theme, font, text, width), NULL, &height);
  return ceil ((double) height / PANGO_SCALE);
}

double
lm_text_block (cairo_t *cr,
               const LmTheme *theme,
               LmFont font,
               const LmColour *colour,
               const char *text,
               double x,
               double y,
               double width)
{
  PangoLayout *layout;
  int height;

  if (text == NULL || *text == '\0')
    return 0;
  layout = prepare_block (cr, theme, font, text, width);
  pango_layout_get_size (layout, NULL, &height);
  lm_paint_set (cr, colour);
  cairo_move_to (cr, x, y);
  show (cr, theme, layout);
  return ceil ((double) height / PANGO_SCALE);
}
