/* gallery.c: every picture with made-up data in every theme, for people to look at
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Usage: gallery FOLDER [WIDTH…]
 * GALLERY_THEME=dark draws one theme only, GALLERY_TEXT=1.5 larger text, GALLERY_VECTORS=1 SVG and PDF as well.
 */

#include "config.h"

#include "gallery-pictures.h"
#include "lm-card.h"
#include "lm-diagram.h"
#include "lm-film.h"
#include "lm-glyph.h"
#include "lm-heatmap.h"
#include "lm-plot.h"
#include "lm-render.h"
#include "lm-sheet.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const theme_names[] = { "light", "dark", "contrast", "contrast-dark", "print" };

/* What the wireframe of the cards shows. */
static void
draw_states (cairo_t *cr,
             const LmTheme *theme)
{
  static const char *const titles[] = { "Normal", "Pointer over: ports grow", "Selected", "Keyboard focus", "Selected and focused", "Error: mark on the port", "Hint", "Frozen", "Bypassed", "Live thumbnails", "Several ports", "Block", "Attention", "Unknown", "Faded", "Lifted", "Fits", "Error without a port", "Output flag", "Frozen, hint, long words" };
  g_autoptr (LmSheetPicture) maps = gallery_activations ("conv2d_1", 32, 14, NULL);
  LmRect all = { 0, 0, 1380, 900 };
  static char *in[] = { (char *) "x", (char *) "h", (char *) "c", NULL }, *out[] = { (char *) "y", (char *) "h", (char *) "c", NULL };

  lm_paint_set (cr, &theme->canvas);
  cairo_paint (cr);
  lm_draw_canvas_dots (cr, theme, &all, 1);
  for (int i = 0; i < (int) G_N_ELEMENTS (titles); i++) {
    LmCard c = gallery_card ("conv2d_1", "Conv2D · 64 of 3×3 · relu", "18,496", "convolution", 1);
    LmRect rect = lm_card_rect (theme, 150 + i % 5 * 270, 90 + i / 5 * 140 + (i == 9 ? 18 : 0), i == 9);
    LmCardFlags flags = 0;

    lm_text_draw (cr, theme, LM_FONT_STRONG, &theme->text, titles[i], rect.x, rect.y - 22, LM_ALIGN_LEFT, 0);
    switch (i) {
    case 1:
      flags = LM_CARD_POINTED;
      break;
    case 2:
      flags = LM_CARD_SELECTED;
      break;
    case 3:
      flags = LM_CARD_FOCUSED;
      break;
    case 4:
      flags = LM_CARD_SELECTED | LM_CARD_FOCUSED;
      break;
    case 5:
      c.error = g_strdup ("wrong");
      c.error_port = 0;
      break;
    case 6:
      c.hint = g_strdup ("hm");
      break;
    case 7:
      c.frozen = TRUE;
      break;
    case 8:
      c.bypassed = TRUE;
      break;
    case 10:
      c = gallery_card ("lstm", "LSTM · 32 · sequence, states", "6,272", "recurrent", 3);
      c.n_out = 3;
      c.in_names = in;
      c.out_names = out;
      break;
    case 11:
      c = gallery_card ("conv base", "Block · 12 layers, opens", "1,204,736", "block", 1);
      c.is_block = TRUE;
      break;
    case 12:
      c = gallery_card ("multi_head_attention_with_a_name", "MultiHeadAttention · 4 × 32", "66,048", "attention", 2);
      break;
    case 13:
      c = gallery_card ("CustomPool", "not known here, kept as read", NULL, NULL, 1);
      c.is_unknown = TRUE;
      break;
    case 14:
      flags = LM_CARD_FADED;
      break;
    case 15:
      flags = LM_CARD_LIFTED;
      break;
    case 16:
      flags = LM_CARD_FITS;
      break;
    case 17:
      c.error = g_strdup ("wrong");
      break;
    case 18:
      c.target = g_strdup ("target: digit, 10 classes");
      break;
    case 19:
      c.frozen = TRUE;
      c.hint = g_strdup ("hm");
      g_free (c.summary);
      c.summary = g_strdup ("Conv2D · 64 of 3×3 · relu · strides 2×2 · same · dilation 2");
      break;
    default:
      break;
    }
    lm_draw_card (cr, theme, &c, &rect, FALSE, 1, flags, i == 9 ? maps : NULL);
  }

  for (int z = 0; z < 4; z++) {
    static const double zooms[] = { 0.75, 0.5, 0.3, 0.12 };
    double x = 60 + z * 230;

    cairo_save (cr);
    cairo_translate (cr, x, 620);
    cairo_scale (cr, zooms[z], zooms[z]);
    for (int k = 0; k < 3; k++) {
      static const char *const categories[] = { "convolution", "pooling", "core" };
      LmCard c = gallery_card (k == 1 ? "max_pooling2d" : "conv2d", "Conv2D · 64 of 3×3 · relu", "18,496", categories[k], 1);
      LmRect rect = lm_card_rect (theme, 108, 28 + k * 92, FALSE);
      LmWireShape w = { { 108, rect.y + 56 }, { 108, rect.y + 92 }, 0, NULL, FALSE };

      if (k < 2)
        lm_draw_wire (cr, theme, &w, LM_WIRE_NORMAL, zooms[z]);
      c.error = k == 1 ? g_strdup ("wrong") : NULL;
      c.error_port = 0;
      lm_draw_card (cr, theme, &c, &rect, FALSE, zooms[z], k == 2 ? LM_CARD_SELECTED : 0, NULL);
    }
    cairo_restore (cr);
  }
  for (int c = 0; c < LM_N_CATEGORIES; c++) {
    LmRect box = { 940 + c % 6 * 70, 630 + c / 6 * 70, 56, 56 };

    lm_paint_box (cr, &box, 10, &theme->card, &theme->card_border, 1);
    lm_glyph_chip (cr, theme, (LmCategory) c, box.x + 12, box.y + 12, 32);
  }
  {
    LmRect note = { 940, 780, 216, 68 };

    lm_draw_note (cr, theme, &note, "Why 3×3 only?", "Two of them see as far as one 5×5", 0, 1);
  }
  {
    static const LmPoint bends[] = { { 1230, 800 }, { 1230, 850 } };
    LmWireShape round = { { 1300, 770 }, { 1290, 885 }, 2, bends, FALSE };
    LmWireShape plain = { { 1180, 790 }, { 1190, 840 }, 0, NULL, FALSE };

    LmRect pill = lm_wire_label_rect (cr, theme, &round, "14×14×32");

    lm_draw_wire (cr, theme, &round, LM_WIRE_ERROR, 1);
    lm_draw_wire_label (cr, theme, &pill, "14×14×32", LM_WIRE_ERROR);
    lm_draw_wire (cr, theme, &plain, LM_WIRE_SELECTED, 1);
  }
}

/* What only the screen has. */
static void
screen_pictures (const char *folder,
                 const LmTheme *theme,
                 const char *name)
{
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_RGB24, 1380, 900);
  cairo_t *cr = cairo_create (surface);
  g_autofree char *path = g_strdup_printf ("%s/states-%s.png", folder, name);
  g_autofree char *hover = g_strdup_printf ("%s/hover-%s.png", folder, name);
  g_autofree char *strip_path = g_strdup_printf ("%s/strip-%s.png", folder, name);
  g_autoptr (LmCurvesPicture) run = gallery_running ();
  g_autoptr (LmFilmPicture) pictures = gallery_film ();
  LmCurvesView view = LM_CURVES_VIEW_INIT;
  LmStripView chosen = { 2, -1 };

  draw_states (cr, theme);
  cairo_surface_write_to_png (surface, path);

  g_clear_pointer (&run->title, g_free);
  view.has_hover = TRUE;
  view.hover_x = 3;
  view.hover_title = "Epoch 3 · step 1,290";
  view.hover_note = "rate 1e-3";
  view.log_y = TRUE;
  lm_draw_curves (cr, 800, 700, theme, run, &view);
  cairo_surface_write_to_png (surface, hover);

  lm_paint_set (cr, &theme->page);
  cairo_paint (cr);
  cairo_translate (cr, 10, 10);
  lm_draw_film_strip (cr, theme, pictures, &chosen);
  cairo_surface_write_to_png (surface, strip_path);
  cairo_destroy (cr);
  cairo_surface_destroy (surface);
}

#define RENDER(name, kind, Type, expression)                                                                            \
  do {                                                                                                                  \
    g_autoptr (Type) picture = expression;                                                                              \
    for (int f = 0; f < n_formats; f++) {                                                                               \
      g_autofree char *path = g_strdup_printf ("%s/%s-%s-%d.%s", folder, name, theme_names[t], spec.width, formats[f]); \
      if (!lm_render_##kind (picture, path, &spec, &error))                                                             \
        g_error ("%s", error->message);                                                                                 \
    }                                                                                                                   \
  } while (0)

int
main (int argc,
      char **argv)
{
  static const char *const digits[] = { "0", "1", "2", "3", "4", "5", "6", "7", "8", "9" };
  static const char *const animals[] = { "cat", "dog", "horse", "an animal with a long name", "frog", "deer", "ship", "truck", "automobile", "airplane" };
  static const char *const two[] = { "healthy", "ill" };
  static const char *const formats[] = { "png", "svg", "pdf" };
  const char *comments[] = { "run", "5", "seed", "1", NULL };
  int widths[8] = { 600, 1200 }, n_widths = 2, n_formats = g_getenv ("GALLERY_VECTORS") != NULL ? 3 : 1;
  const char *folder = argc > 1 ? argv[1] : "gallery";

  if (argc > 2) {
    n_widths = 0;
    for (int i = 2; i < argc && n_widths < 8; i++)
      widths[n_widths++] = atoi (argv[i]);
  }
  g_mkdir_with_parents (folder, 0777);
  for (int t = 0; t < LM_N_THEMES; t++) {
    const char *only = g_getenv ("GALLERY_THEME");
    LmTheme theme;

    if (only != NULL && strcmp (only, theme_names[t]) != 0)
      continue;
    theme = *lm_theme_get ((LmThemeId) t);
    if (g_getenv ("GALLERY_TEXT") != NULL)
      theme.text_scale = g_ascii_strtod (g_getenv ("GALLERY_TEXT"), NULL);
    screen_pictures (folder, &theme, theme_names[t]);
    for (int w = 0; w < n_widths; w++) {
      LmRenderSpec spec = { .width = widths[w], .theme = &theme, .title = "gallery", .comments = comments };
      g_autoptr (GError) error = NULL;

      gallery_restart ();
      RENDER ("curves-running", curves, LmCurvesPicture, gallery_running ());
      RENDER ("curves-finished", curves, LmCurvesPicture, gallery_finished ());
      RENDER ("curves-several", curves, LmCurvesPicture, gallery_several ());
      RENDER ("sheet-activations", sheet, LmSheetPicture, gallery_activations ("conv2d_1, 64 channels", 64, 14, NULL));
      RENDER ("sheet-kernels", sheet, LmSheetPicture, gallery_kernels ());
      RENDER ("sheet-colour", sheet, LmSheetPicture, gallery_colour_filters ());
      RENDER ("sheet-strip", sheet, LmSheetPicture, gallery_strip ());
      RENDER ("film", film, LmFilmPicture, gallery_film ());
      RENDER ("heatmap-digit", heatmap, LmHeatmapPicture, gallery_digit_heatmap (FALSE));
      RENDER ("heatmap-signed", heatmap, LmHeatmapPicture, gallery_digit_heatmap (TRUE));
      RENDER ("heatmap-photo", heatmap, LmHeatmapPicture, gallery_photo_heatmap ());
      RENDER ("confusion-2", confusion, LmConfusionPicture, gallery_confusion (2, two, 1200, 0.08));
      RENDER ("confusion-10", confusion, LmConfusionPicture, gallery_confusion (10, digits, 500, 0.02));
      RENDER ("confusion-names", confusion, LmConfusionPicture, gallery_confusion (10, animals, 1000, 0.2));
      RENDER ("confusion-43", confusion, LmConfusionPicture, gallery_confusion (43, animals, 300, 0.1));
      RENDER ("confusion-100", confusion, LmConfusionPicture, gallery_confusion (100, animals, 100, 0.2));
      RENDER ("graph-welcome", graph, LmGraphPicture, gallery_welcome (FALSE));
      RENDER ("graph-mistake", graph, LmGraphPicture, gallery_welcome (TRUE));
      RENDER ("graph-residual", graph, LmGraphPicture, gallery_residual (FALSE));
      RENDER ("graph-right", graph, LmGraphPicture, gallery_residual (TRUE));
      RENDER ("graph-inception", graph, LmGraphPicture, gallery_inception ());
      RENDER ("graph-unet", graph, LmGraphPicture, gallery_unet ());
      RENDER ("graph-deep", graph, LmGraphPicture, gallery_deep ());
    }
  }
  return 0;
}
