/* lm-theme.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-theme.h"

#include <math.h>
#include <string.h>

/* Colours are written as people read them, 0xRRGGBB. */
#define RGBA(hex, alpha)                                                                     \
  {                                                                                          \
    (((hex) >> 16) & 255) / 255.0, (((hex) >> 8) & 255) / 255.0, ((hex) &255) / 255.0, alpha \
  }
#define RGB(hex) RGBA (hex, 1)

#define FONT "Cantarell, Inter, DejaVu Sans, Sans"

/* Any two differ in Oklab by at least 0.099 for normal, protan and deutan sight and 0.064 for tritan, and each by at least
 * 3:1 from the card it lies on. */
#define CATEGORIES_LIGHT                          \
  {                                               \
    [LM_CATEGORY_CORE] = RGB (0x1226a3),          \
    [LM_CATEGORY_CONVOLUTION] = RGB (0xf2600c),   \
    [LM_CATEGORY_POOLING] = RGB (0x5a3500),       \
    [LM_CATEGORY_RECURRENT] = RGB (0x431d5a),     \
    [LM_CATEGORY_ATTENTION] = RGB (0xe268c3),     \
    [LM_CATEGORY_NORMALIZATION] = RGB (0x00595e), \
    [LM_CATEGORY_MERGING] = RGB (0x1fa667),       \
    [LM_CATEGORY_AUGMENTATION] = RGB (0x0561bd),  \
    [LM_CATEGORY_INPUT] = RGB (0x70757c),         \
    [LM_CATEGORY_SHAPE] = RGB (0x70757c),         \
    [LM_CATEGORY_BLOCK] = RGB (0x70757c),         \
  }
#define CATEGORIES_DARK                           \
  {                                               \
    [LM_CATEGORY_CORE] = RGB (0xa7b8fe),          \
    [LM_CATEGORY_CONVOLUTION] = RGB (0xc4780a),   \
    [LM_CATEGORY_POOLING] = RGB (0xe3b039),       \
    [LM_CATEGORY_RECURRENT] = RGB (0x8a70f5),     \
    [LM_CATEGORY_ATTENTION] = RGB (0xe9518a),     \
    [LM_CATEGORY_NORMALIZATION] = RGB (0x37d6a4), \
    [LM_CATEGORY_MERGING] = RGB (0xa3fe70),       \
    [LM_CATEGORY_AUGMENTATION] = RGB (0x309dc8),  \
    [LM_CATEGORY_INPUT] = RGB (0xe5e7f0),         \
    [LM_CATEGORY_SHAPE] = RGB (0xe5e7f0),         \
    [LM_CATEGORY_BLOCK] = RGB (0xe5e7f0),         \
  }

static const LmTheme themes[LM_N_THEMES] = {
  [LM_THEME_LIGHT] = {
    .id = LM_THEME_LIGHT,
    .font = FONT,
    .text_scale = 1,
    .device_scale = 1,
    .has_shadows = TRUE,
    .has_frames = TRUE,
    .border_width = 1,
    .raw_opacity = 0.28,
    .page = RGB (0xfafafa),
    .canvas = RGB (0xf6f5f4),
    .canvas_dot = RGB (0xd8d5d1),
    .card = RGB (0xffffff),
    .card_border = RGB (0xe0e0e0),
    .popup = RGB (0xffffff),
    .text = RGB (0x323232),
    .text2 = RGB (0x68676c),
    .wire = RGB (0x85848a),
    .wire_unknown = RGB (0xb5b3b8),
    .error = RGB (0xc01c28),
    .on_error = RGB (0xffffff),
    .accent = RGB (0x3584e4),
    .hint = RGB (0x8a6100),
    .good = RGB (0x1b8553),
    .train = RGB (0x1a5fb4),
    .validation = RGB (0xe66100),
    .baseline = RGB (0x68676c),
    .grid = RGB (0xebe9e7),
    .axis = RGB (0xb5b3b8),
    .tick = RGB (0xdcdcdc),
    .pill = RGB (0xe6e6e6),
    .note = RGB (0xfdf3c4),
    .cell_none = RGB (0xededed),
    .cell_right = RGB (0xd3e3f5),
    .on_cell_right = RGB (0x323232),
    .mistake_low = RGB (0xf9dcc8),
    .mistake_high = RGB (0xd65a0a),
    .bar = RGB (0xe66100),
    .bar_rest = RGB (0x85848a),
    .glyph = RGB (0xffffff),
    .category = CATEGORIES_LIGHT,
  },
  [LM_THEME_DARK] = {
    .id = LM_THEME_DARK,
    .font = FONT,
    .text_scale = 1,
    .device_scale = 1,
    .is_dark = TRUE,
    .has_frames = TRUE,
    .border_width = 1,
    .raw_opacity = 0.28,
    .page = RGB (0x242424),
    .canvas = RGB (0x1e1e1e),
    .canvas_dot = RGB (0x353535),
    .card = RGB (0x363636),
    .card_border = RGB (0x4a4a4a),
    .popup = RGB (0x484848),
    .text = RGB (0xffffff),
    .text2 = RGB (0xa5a4a8),
    .wire = RGB (0x77767b),
    .wire_unknown = RGB (0x6f6e73),
    .error = RGB (0xff7b63),
    .on_error = RGB (0x1e1e1e),
    .accent = RGB (0x3584e4),
    .hint = RGB (0xf8d45c),
    .good = RGB (0x57d99a),
    .train = RGB (0x78aeed),
    .validation = RGB (0xffa348),
    .baseline = RGB (0xa5a4a8),
    .grid = RGB (0x434343),
    .axis = RGB (0x77767b),
    .tick = RGB (0x5a5a5a),
    .pill = RGB (0x4a4a4a),
    .note = RGB (0x4a4221),
    .cell_none = RGB (0x303030),
    .cell_right = RGB (0x26415f),
    .on_cell_right = RGB (0xffffff),
    .mistake_low = RGB (0x55392a),
    .mistake_high = RGB (0xe8701c),
    .bar = RGB (0xffa348),
    .bar_rest = RGB (0x8d8c92),
    .glyph = RGB (0x1e1e1e),
    .category = CATEGORIES_DARK,
  },
  [LM_THEME_CONTRAST] = {
    .id = LM_THEME_CONTRAST,
    .font = FONT,
    .text_scale = 1,
    .device_scale = 1,
    .is_contrast = TRUE,
    .has_frames = TRUE,
    .border_width = 2,
    .raw_opacity = 0,
    .page = RGB (0xffffff),
    .canvas = RGB (0xffffff),
    .canvas_dot = RGB (0xb0b0b0),
    .card = RGB (0xffffff),
    .card_border = RGB (0x000000),
    .popup = RGB (0xffffff),
    .text = RGB (0x000000),
    .text2 = RGB (0x2e2e32),
    .wire = RGB (0x3d3c40),
    .wire_unknown = RGB (0x5e5c64),
    .error = RGB (0xa51d2d),
    .on_error = RGB (0xffffff),
    .accent = RGB (0x1a5fb4),
    .hint = RGB (0x6b4b00),
    .good = RGB (0x0d5f39),
    .train = RGB (0x144c94),
    .validation = RGB (0xb54800),
    .baseline = RGB (0x2e2e32),
    .grid = RGB (0xc8c8c8),
    .axis = RGB (0x000000),
    .tick = RGB (0x000000),
    .pill = RGB (0xe6e6e6),
    .note = RGB (0xfdf3c4),
    .cell_none = RGB (0xffffff),
    .cell_right = RGB (0xc2daf5),
    .on_cell_right = RGB (0x000000),
    .mistake_low = RGB (0xfad3b8),
    .mistake_high = RGB (0xb54800),
    .bar = RGB (0xb54800),
    .bar_rest = RGB (0x5e5c64),
    .glyph = RGB (0xffffff),
    .category = CATEGORIES_LIGHT,
  },
  [LM_THEME_CONTRAST_DARK] = {
    .id = LM_THEME_CONTRAST_DARK,
    .font = FONT,
    .text_scale = 1,
    .device_scale = 1,
    .is_dark = TRUE,
    .is_contrast = TRUE,
    .has_frames = TRUE,
    .border_width = 2,
    .raw_opacity = 0,
    .page = RGB (0x000000),
    .canvas = RGB (0x000000),
    .canvas_dot = RGB (0x4a4a4a),
    .card = RGB (0x141414),
    .card_border = RGB (0xffffff),
    .popup = RGB (0x2a2a2a),
    .text = RGB (0xffffff),
    .text2 = RGB (0xdedde2),
    .wire = RGB (0xc0bfbc),
    .wire_unknown = RGB (0x9a9996),
    .error = RGB (0xff938c),
    .on_error = RGB (0x000000),
    .accent = RGB (0x62a0ea),
    .hint = RGB (0xf8e45c),
    .good = RGB (0x8ff0a4),
    .train = RGB (0x99c1f1),
    .validation = RGB (0xffbe6f),
    .baseline = RGB (0xdedde2),
    .grid = RGB (0x484848),
    .axis = RGB (0xffffff),
    .tick = RGB (0xffffff),
    .pill = RGB (0x3d3d3d),
    .note = RGB (0x4a4221),
    .cell_none = RGB (0x141414),
    .cell_right = RGB (0x1f4673),
    .on_cell_right = RGB (0xffffff),
    .mistake_low = RGB (0x5c3620),
    .mistake_high = RGB (0xff8a33),
    .bar = RGB (0xffbe6f),
    .bar_rest = RGB (0xc0bfbc),
    .glyph = RGB (0x000000),
    .category = CATEGORIES_DARK,
  },
  [LM_THEME_PRINT] = {
    .id = LM_THEME_PRINT,
    .font = FONT,
    .text_scale = 1,
    .device_scale = 1,
    .border_width = 1,
    .raw_opacity = 0.28,
    .page = RGB (0xffffff),
    .canvas = RGB (0xffffff),
    .canvas_dot = RGBA (0xffffff, 0),
    .card = RGB (0xffffff),
    .card_border = RGB (0x9a9996),
    .popup = RGB (0xffffff),
    .text = RGB (0x000000),
    .text2 = RGB (0x4a494d),
    .wire = RGB (0x5e5c64),
    .wire_unknown = RGB (0x9a9996),
    .error = RGB (0xc01c28),
    .on_error = RGB (0xffffff),
    .accent = RGB (0x1a5fb4),
    .hint = RGB (0x8a6100),
    .good = RGB (0x1b8553),
    .train = RGB (0x1a5fb4),
    .validation = RGB (0xe66100),
    .baseline = RGB (0x4a494d),
    .grid = RGB (0xe4e3e1),
    .axis = RGB (0x4a494d),
    .tick = RGB (0x9a9996),
    .pill = RGB (0xe6e6e6),
    .note = RGB (0xfdf3c4),
    .cell_none = RGB (0xf3f3f3),
    .cell_right = RGB (0xd3e3f5),
    .on_cell_right = RGB (0x000000),
    .mistake_low = RGB (0xf9dcc8),
    .mistake_high = RGB (0xd65a0a),
    .bar = RGB (0xe66100),
    .bar_rest = RGB (0x85848a),
    .glyph = RGB (0xffffff),
    .category = CATEGORIES_LIGHT,
  },
};

static const char *const theme_names[LM_N_THEMES] = {
  [LM_THEME_LIGHT] = "light",
  [LM_THEME_DARK] = "dark",
  [LM_THEME_CONTRAST] = "contrast",
  [LM_THEME_CONTRAST_DARK] = "contrast-dark",
  [LM_THEME_PRINT] = "print",
};

/* Viridis and inferno are those of matplotlib (van der Walt, Smith, 2015; CC0) at 8 and 9 equal steps. */
static const guint32 anchors_grey[] = { 0x000000, 0xffffff };
static const guint32 anchors_viridis[] = {
  0x440154, 0x472d7b, 0x3b528b, 0x2c728e, 0x21918c, 0x28ae80, 0x5ec962, 0xaddc30, 0xfde725
};
static const guint32 anchors_diverging[] = { 0x0b3c7d, 0x2f74c0, 0x93bce6, 0xf6f5f4, 0xf2b48a, 0xd9702b, 0x8a3a0c };
static const guint32 anchors_diverging_dark[] = { 0x0b3c7d, 0x2f74c0, 0x93bce6, 0x2a2a2a, 0xf2b48a, 0xd9702b, 0x8a3a0c };
static const guint32 anchors_inferno[] = {
  0x000004, 0x1f0c48, 0x550f6d, 0x88226a, 0xba3655, 0xe35933, 0xf98c0a, 0xf9c932, 0xfcffa4
};

static const guint32 *
map_anchors (LmColourMap map,
             gboolean is_dark,
             int *n)
{
  switch (map) {
  case LM_MAP_VIRIDIS:
    *n = G_N_ELEMENTS (anchors_viridis);
    return anchors_viridis;
  case LM_MAP_DIVERGING:
    *n = G_N_ELEMENTS (anchors_diverging);
    return is_dark ? anchors_diverging_dark : anchors_diverging;
  case LM_MAP_INFERNO:
    *n = G_N_ELEMENTS (anchors_inferno);
    return anchors_inferno;
  case LM_MAP_GREY:
  case LM_MAP_RGB:
  default:
    *n = G_N_ELEMENTS (anchors_grey);
    return anchors_grey;
  }
}

static LmColour
from_hex (guint32 hex)
{
  return (LmColour) RGB (hex);
}

LmCategory
lm_category_from_id (const char *id)
{
  static const struct {
    const char *start;
    LmCategory category;
  } starts[] = {
    { "core", LM_CATEGORY_CORE },
    { "conv", LM_CATEGORY_CONVOLUTION },
    { "pool", LM_CATEGORY_POOLING },
    { "recur", LM_CATEGORY_RECURRENT },
    { "atten", LM_CATEGORY_ATTENTION },
    { "norm", LM_CATEGORY_NORMALIZATION },
    { "noise", LM_CATEGORY_NORMALIZATION },
    { "regul", LM_CATEGORY_NORMALIZATION },
    { "merg", LM_CATEGORY_MERGING },
    { "augm", LM_CATEGORY_AUGMENTATION },
    { "prepro", LM_CATEGORY_AUGMENTATION },
    { "input", LM_CATEGORY_INPUT },
    { "shap", LM_CATEGORY_SHAPE },
    { "reshap", LM_CATEGORY_SHAPE },
  };

  for (gsize i = 0; id != NULL && i < G_N_ELEMENTS (starts); i++)
    if (g_ascii_strncasecmp (id, starts[i].start, strlen (starts[i].start)) == 0)
      return starts[i].category;
  return LM_CATEGORY_BLOCK;
}

const LmTheme *
lm_theme_get (LmThemeId id)
{
  if ((int) id < 0 || id >= LM_N_THEMES)
    id = LM_THEME_LIGHT;
  return &themes[id];
}

gboolean
lm_theme_from_name (const char *name,
                    LmThemeId *id)
{
  for (int i = 0; i < LM_N_THEMES; i++) {
    if (g_strcmp0 (name, theme_names[i]) == 0) {
      *id = (LmThemeId) i;
      return TRUE;
    }
  }
  return FALSE;
}

const LmColour *
lm_theme_run_colour (const LmTheme *self,
                     int i)
{
  static const LmCategory order[] = {
    LM_CATEGORY_CORE,
    LM_CATEGORY_CONVOLUTION,
    LM_CATEGORY_MERGING,
    LM_CATEGORY_ATTENTION,
    LM_CATEGORY_AUGMENTATION,
    LM_CATEGORY_POOLING,
    LM_CATEGORY_NORMALIZATION,
    LM_CATEGORY_RECURRENT,
    LM_CATEGORY_INPUT,
  };

  return &self->category[order[(i < 0 ? 0 : i) % G_N_ELEMENTS (order)]];
}

LmColour
lm_colour_mix (const LmColour *a,
               const LmColour *b,
               double t)
{
  return (LmColour){
    .r = a->r + (b->r - a->r) * t,
    .g = a->g + (b->g - a->g) * t,
    .b = a->b + (b->b - a->b) * t,
    .a = a->a + (b->a - a->a) * t,
  };
}

static double
linear (double c)
{
  return c <= 0.04045 ? c / 12.92 : pow ((c + 0.055) / 1.055, 2.4);
}

double
lm_colour_luminance (const LmColour *colour)
{
  return 0.2126 * linear (colour->r) + 0.7152 * linear (colour->g) + 0.0722 * linear (colour->b);
}

double
lm_colour_contrast (const LmColour *a,
                    const LmColour *b)
{
  double la = lm_colour_luminance (a), lb = lm_colour_luminance (b);

  return (MAX (la, lb) + 0.05) / (MIN (la, lb) + 0.05);
}

LmColour
lm_map_colour (LmColourMap map,
               double t,
               gboolean is_dark)
{
  int n;
  const guint32 *anchors = map_anchors (map, is_dark, &n);
  double place;
  int i;
  LmColour a, b;

  if (!(t > 0))
    return from_hex (anchors[0]);
  if (t >= 1)
    return from_hex (anchors[n - 1]);

  place = t * (n - 1);
  i = (int) place;
  a = from_hex (anchors[i]);
  b = from_hex (anchors[i + 1]);
  return lm_colour_mix (&a, &b, place - i);
}

void
lm_map_table (LmColourMap map,
              gboolean is_dark,
              guint32 table[256])
{
  for (int i = 0; i < 256; i++) {
    LmColour c = lm_map_colour (map, i / 255.0, is_dark);

    table[i] = (guint32) lround (c.r * 255) << 16 | (guint32) lround (c.g * 255) << 8 | (guint32) lround (c.b * 255);
  }
}

int
lm_map_anchor (LmColourMap map,
               gboolean is_dark,
               int i,
               guint32 *rgb)
{
  int n;
  const guint32 *anchors = map_anchors (map, is_dark, &n);

  if (rgb != NULL && i >= 0 && i < n)
    *rgb = anchors[i];
  return n;
}

double
lm_map_position (double value,
                 double min,
                 double max)
{
  double t;

  if (isnan (value))
    return -1;
  if (!(max > min))
    return value < min ? 0 : value > max ? 1
                                         : 0.5;
  if (value <= min)
    return 0;
  if (value >= max)
    return 1;
  t = (value / 2 - min / 2) / (max / 2 - min / 2); /* halves: the difference of two huge numbers overflows */
  return CLAMP (t, 0, 1);
}
