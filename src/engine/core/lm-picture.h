/* lm-picture.h: what a picture shows, as plain data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-tensor.h"

G_BEGIN_DECLS

/* explain, eval and the history fill these structs; draw paints them on screen, to PNG, SVG and PDF; CSV prints
 * them. Each owns what it points to and is freed by its _free (). All texts are UTF-8 and already translated. */

/* How values become colours (ux section 10). */
typedef enum {
  LM_MAP_GREY,      /* input pictures; never colourised */
  LM_MAP_VIRIDIS,   /* unsigned: relu outputs, counts */
  LM_MAP_DIVERGING, /* signed, 0 in the middle, symmetric range */
  LM_MAP_INFERNO,   /* class heatmaps */
  LM_MAP_RGB,       /* three channels as they are */
} LmColourMap;

/**
 * LmSeries:
 * @x: epochs (fractional for steps); increasing
 * @y: values; NaN leaves a gap
 */
typedef struct {
  char *name; /* “Training”, “Validation”, “Run 4” */
  int role;   /* LM_SERIES_… */
  gsize n;
  double *x;
  double *y;
} LmSeries;

enum {
  LM_SERIES_TRAIN_STEPS, /* a value per step: drawn raw and smoothed */
  LM_SERIES_TRAIN,       /* a value per epoch */
  LM_SERIES_VALIDATION,  /* a value per epoch, with dots */
  LM_SERIES_BASELINE,    /* one value, dotted, with its name on it */
  LM_SERIES_OTHER,       /* another run */
};

typedef struct {
  double x;
  char *text; /* “rate 1e-3 → 3e-4”, “resumed” */
} LmMark;

/* One plot of the curves picture: “Loss”, “Accuracy”, … */
typedef struct {
  char *title;
  char *unit;        /* NULL or e.g. “°C” */
  gboolean is_share; /* accuracy: the axis runs 0 … 1 */
  int n_series;
  LmSeries *series;
  int best; /* index into the validation series: ring and “best”; −1 for none */
} LmPlotPanel;

typedef struct {
  char *title;    /* NULL on screen, the project's name in files */
  char *caption;  /* run, seed, settings; NULL for none */
  char *x_title;  /* “epoch” or “step” */
  double x_max;   /* where the axis ends: the planned epochs; 0 = as far as the data */
  gboolean log_x; /* in files: a logarithmic x axis, from the smallest x */
  int n_panels;
  LmPlotPanel *panels;
  int n_marks;
  LmMark *marks;
} LmCurvesPicture;

/**
 * LmSheetPicture:
 *
 * Tiles: weights, filters or activations. @tiles is (n_tiles, H, W) or
 * (n_tiles, H, W, 3) for LM_MAP_RGB, float32, raw values.
 */
typedef struct {
  char *path;  /* of the layer: “3/1”; NULL if it is of none */
  char *name;  /* “conv2d_1” */
  char *shape; /* of what the layer gives: “14×14×64” */
  char *title; /* “conv2d_1 · what each filter looks for” */
  char *scale; /* “14×14 each · one scale: 0 … 2.31 · 3 always 0” */
  char *caption;
  LmColourMap map;
  LmTensor *tiles;
  char **labels;     /* n_tiles + 1 with the NULL end, or NULL: the index */
  gboolean *dead;    /* n_tiles, or NULL: a diagonal and “always 0” */
  int columns;       /* 0: as many as please */
  gboolean per_tile; /* each tile has a scale of its own; @scale says so */
  double min;        /* common scale; diverging: max = −min */
  double max;
  char *unit; /* of the colour bar, NULL for none: “weight”, “activation” */
} LmSheetPicture;

/* Several sheets below each other: the activations of all layers. */
typedef struct {
  char *title;
  char *caption;
  LmTensor *input; /* (H, W, C) the sample as the network got it before scaling; NULL if it is no picture */
  char *input_label;
  int n_sheets;
  LmSheetPicture **sheets;
} LmFilmPicture;

/* One class heatmap over one picture. */
typedef struct {
  char *title;        /* “What speaks for 7” */
  char *caption;      /* method, class with probability, true label, score, layer, raw range: all in words */
  char *warning;      /* “No place speaks for 7; shown is what speaks against it.” or NULL */
  LmTensor *image;    /* (H, W, 1 or 3) float32, 0 … 255 as people see it */
  LmTensor *map;      /* (h, w) raw values at the layer's own size */
  gboolean is_signed; /* diverging map instead of inferno */
  gboolean is_empty;  /* max below eps: nothing to see */
  double min;
  double max;
  char *layer;
  char *method;
  int n_classes; /* the class scores beside it, most probable first; 0 for none */
  char **class_names;
  double *class_scores;
} LmHeatmapPicture;

/* counts[t · n + p]: samples of true class t answered as p. */
typedef struct {
  char *title;
  char *caption;
  int n;
  char **class_names;
  gint64 *counts;
} LmConfusionPicture;

/**
 * LmBarsPicture: how many of each
 * @is_histogram: columns side by side over an axis from @min to @max, their height by the logarithm of the count; else a
 *   row per name, its length by the count, with its share of all
 */
typedef struct {
  char *title;
  char *scale; /* a line below the title; NULL for none */
  char *caption;
  gboolean is_histogram;
  double min;
  double max;
  int n;
  char **names; /* n + 1 with the NULL end; NULL in a histogram */
  gint64 *counts;
} LmBarsPicture;

/* One card of the diagram. */
typedef struct {
  int id;
  char *name;     /* “conv2d_1” */
  char *summary;  /* “Conv2D · 64 of 3×3 · relu” */
  char *params;   /* “18,496”; NULL for none */
  char *category; /* “convolution”: colour and glyph */
  double x;       /* centre, in card units of the canvas; only used if the picture keeps the positions */
  double y;
  int n_in;
  int n_out;
  char **in_names; /* NULL, or n_in + 1 */
  char **out_names;
  gboolean frozen;
  gboolean bypassed;
  gboolean is_block;
  gboolean is_unknown;
  char *error;    /* diamond on a port; NULL for none */
  int error_port; /* which input; −1: the card as a whole */
  char *hint;
  char *target; /* output flag: “digit · 10 classes”; NULL for none */
} LmCard;

/* One wire. @label: the shape on it, “28×28×32”; NULL: not known. */
typedef struct {
  int from; /* index into cards */
  int from_port;
  int to;
  int to_port;
  char *label;
  gboolean is_error;
  gboolean is_unknown;
} LmCardWire;

typedef struct {
  char *title;             /* NULL on screen */
  char *caption;           /* “93,322 parameters · trains in 41 MiB” */
  gboolean keep_positions; /* else arranged by lm_layout */
  gboolean to_right;       /* flow left to right; default top to bottom */
  int n_cards;
  LmCard *cards;
  int n_wires;
  LmCardWire *wires;
} LmGraphPicture;

void lm_curves_picture_free (LmCurvesPicture *self);
void lm_sheet_picture_free (LmSheetPicture *self);
void lm_film_picture_free (LmFilmPicture *self);
void lm_heatmap_picture_free (LmHeatmapPicture *self);
void lm_confusion_picture_free (LmConfusionPicture *self);
void lm_graph_picture_free (LmGraphPicture *self);
void lm_bars_picture_free (LmBarsPicture *self);

typedef enum {
  LM_PICTURE_CURVES,
  LM_PICTURE_SHEET,
  LM_PICTURE_FILM,
  LM_PICTURE_HEATMAP,
  LM_PICTURE_CONFUSION,
  LM_PICTURE_GRAPH,
  LM_PICTURE_BARS,
  LM_PICTURE_N_KINDS
} LmPictureKind;

/* (transfer full): numbers are shared, for nobody writes them. */
LmSheetPicture *lm_sheet_picture_copy (const LmSheetPicture *self);
LmFilmPicture *lm_film_picture_copy (const LmFilmPicture *self);
LmHeatmapPicture *lm_heatmap_picture_copy (const LmHeatmapPicture *self);

/**
 * LmPicture:
 *
 * Any one of them, for what treats all alike: files, the export window. Owns
 * the picture; a value: `(LmPicture){ LM_PICTURE_SHEET, .sheet = sheet }`.
 */
typedef struct {
  LmPictureKind kind;
  union {
    void *any; /* NULL: no picture */
    LmCurvesPicture *curves;
    LmSheetPicture *sheet;
    LmFilmPicture *film;
    LmHeatmapPicture *heatmap;
    LmConfusionPicture *confusion;
    LmGraphPicture *graph;
    LmBarsPicture *bars;
  };
} LmPicture;

void lm_picture_clear (LmPicture *self);

/* Where its title and caption stand, to be read or replaced; NULL in either for none. */
char **lm_picture_title (const LmPicture *self);
char **lm_picture_caption (const LmPicture *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (LmPicture, lm_picture_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmCurvesPicture, lm_curves_picture_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmSheetPicture, lm_sheet_picture_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmFilmPicture, lm_film_picture_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmHeatmapPicture, lm_heatmap_picture_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmConfusionPicture, lm_confusion_picture_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmGraphPicture, lm_graph_picture_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmBarsPicture, lm_bars_picture_free)

G_END_DECLS
