/* lm-theme.h: the colours, fonts and colour maps of every picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-picture.h"

G_BEGIN_DECLS

/* sRGB, 0 … 1; @a is opacity. */
typedef struct {
  double r;
  double g;
  double b;
  double a;
} LmColour;

/* The kinds of layer that have a colour and a glyph. The last three share a colour, not a glyph. */
typedef enum {
  LM_CATEGORY_CORE,
  LM_CATEGORY_CONVOLUTION,
  LM_CATEGORY_POOLING,
  LM_CATEGORY_RECURRENT,
  LM_CATEGORY_ATTENTION,
  LM_CATEGORY_NORMALIZATION,
  LM_CATEGORY_MERGING,
  LM_CATEGORY_AUGMENTATION,
  LM_CATEGORY_INPUT,
  LM_CATEGORY_SHAPE,
  LM_CATEGORY_BLOCK,
  LM_N_CATEGORIES,
} LmCategory;

/* From the id a layer class carries: “core”, “convolution”, …; by its beginning, so “conv” and “pool” do as well.
 * An id that is not known, and %NULL, is %LM_CATEGORY_BLOCK. */
LmCategory lm_category_from_id (const char *id);

typedef enum {
  LM_THEME_LIGHT,
  LM_THEME_DARK,
  LM_THEME_CONTRAST,      /* high contrast, light */
  LM_THEME_CONTRAST_DARK, /* high contrast, dark */
  LM_THEME_PRINT,         /* white paper: no cards around plots, no shadows */
  LM_N_THEMES,
} LmThemeId;

/**
 * LmTheme:
 * @font: families, best first, as Pango takes them
 * @text_scale: all text and all measures of cards multiply with it
 * @device_scale: pixels of the device in one pixel of the picture, so that enlarged values come out as equal squares
 *
 * Everything a picture needs to know to look like the window it stands in. A
 * plain value: copy it and change what differs, such as the desktop's font.
 * The texts in it are static.
 */
typedef struct {
  LmThemeId id;
  const char *font;
  double text_scale;
  double device_scale;
  gboolean has_fine_text; /* text as outlines: evenly spaced at any zoom, but slower; files have it */
  gboolean is_dark;
  gboolean is_contrast; /* dashes where colour alone would tell lines apart, no translucency */
  gboolean has_shadows; /* below cards */
  gboolean has_frames;  /* plots stand in cards */
  double border_width;  /* of cards */
  double raw_opacity;   /* of the curve behind the smoothed one; 0: not drawn */
  LmColour page;        /* behind plots and sheets; a = 0: nothing is painted */
  LmColour canvas;      /* behind the diagram; likewise */
  LmColour canvas_dot;  /* its grid */
  LmColour card;        /* inside of cards */
  LmColour card_border;
  LmColour popup; /* inside of boxes that lie over cards */
  LmColour text;
  LmColour text2; /* sub-lines, axis numbers, captions */
  LmColour wire;
  LmColour wire_unknown;
  LmColour error;
  LmColour on_error; /* the mark on an error diamond */
  LmColour accent;   /* selection and focus */
  LmColour hint;
  LmColour good;
  LmColour train;
  LmColour validation;
  LmColour baseline; /* and marks */
  LmColour grid;     /* of plots */
  LmColour axis;
  LmColour tick;
  LmColour pill;       /* behind the text of a mark, and the track of a bar */
  LmColour note;       /* a note on the canvas */
  LmColour cell_none;  /* confusion: nobody */
  LmColour cell_right; /* confusion: the diagonal */
  LmColour on_cell_right;
  LmColour mistake_low; /* confusion: the smallest and the largest share of a row */
  LmColour mistake_high;
  LmColour bar; /* the winning class */
  LmColour bar_rest;
  LmColour glyph; /* on the category's colour */
  LmColour category[LM_N_CATEGORIES];
} LmTheme;

/* Returns: (transfer none): static; @id out of range is %LM_THEME_LIGHT. Thread: any. */
const LmTheme *lm_theme_get (LmThemeId id);

/* “light”, “dark”, “contrast”, “contrast-dark”, “print”; FALSE if @name is none of them. */
gboolean lm_theme_from_name (const char *name, LmThemeId *id);

/* The colour of run @i when several are shown: the nine hues in a fixed order, again and again; the caller dashes from the tenth on. */
const LmColour *lm_theme_run_colour (const LmTheme *self, int i);

/* @a at @t = 0, @b at @t = 1, straight in sRGB. */
LmColour lm_colour_mix (const LmColour *a, const LmColour *b, double t);

/* Relative luminance by WCAG 2.1, 0 … 1. */
double lm_colour_luminance (const LmColour *colour);

/* Contrast ratio by WCAG 2.1, 1 … 21. */
double lm_colour_contrast (const LmColour *a, const LmColour *b);

/**
 * lm_map_colour:
 * @t: 0 … 1, clamped; 0.5 is the zero of %LM_MAP_DIVERGING
 * @is_dark: the middle of the diverging map is dark then
 *
 * The anchors of each map stand at equal distances and are joined in sRGB.
 * %LM_MAP_RGB gives grey. A @t that is not a number gives the first anchor.
 */
LmColour lm_map_colour (LmColourMap map, double t, gboolean is_dark);

/* The same at 256 equal steps as 0x00RRGGBB, for pixels. */
void lm_map_table (LmColourMap map, gboolean is_dark, guint32 table[256]);

/* Number of anchors of @map and, if @rgb is not %NULL, anchor @i as 0xRRGGBB. */
int lm_map_anchor (LmColourMap map, gboolean is_dark, int i, guint32 *rgb);

/* Where @value lies between @min and @max, 0 … 1; the middle if they are equal; −1 if it is not a number. */
double lm_map_position (double value, double min, double max);

G_END_DECLS
