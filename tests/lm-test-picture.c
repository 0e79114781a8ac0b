/* lm-test-picture.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-test-picture.h"

#include <math.h>
#include <string.h>

double
noise (guint32 *state)
{
  *state = *state * 1664525 + 1013904223;
  return (*state >> 8) / 8388608.0 - 1;
}

char *
hostile_text (void)
{
  GString *text = g_string_new ("Ünïcødé 数字 \xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d <&\"'> \n\t");

  for (int i = 0; i < 300; i++)
    g_string_append (text, "long ");
  g_string_append (text, "\xff\xfe");
  return g_string_free (text, FALSE);
}

static LmTensor *
tensor (int rank,
        const gint64 *dim)
{
  LmShape shape = { .rank = rank };

  memcpy (shape.dim, dim, sizeof (gint64) * (gsize) rank);
  return lm_tensor_new (LM_F32, &shape, NULL);
}
#define TENSOR(...) tensor (sizeof ((gint64[]){ __VA_ARGS__ }) / sizeof (gint64), (const gint64[]){ __VA_ARGS__ })

const char *
case_name (Case c)
{
  static const char *const names[] = { "empty", "tiny", "usual", "large", "hostile" };

  return names[c];
}

static char *
words (Case c,
       const char *usual)
{
  return c == CASE_HOSTILE ? hostile_text () : c == CASE_EMPTY ? NULL
                                                               : g_strdup (usual);
}

static LmSeries
made_series (Case c,
             const char *name,
             int role,
             gsize n,
             gboolean with_traps)
{
  LmSeries s = { .name = words (c, name), .role = role, .n = n, .x = g_new0 (double, n), .y = g_new0 (double, n) };
  guint32 state = 7;

  for (gsize i = 0; i < n; i++) {
    s.x[i] = (double) (i + 1) * 10 / (double) n;
    s.y[i] = 2 / (1 + s.x[i]) + 0.1 * noise (&state);
  }
  if (with_traps && n > 8) {
    s.y[0] = INFINITY;
    s.y[1] = -INFINITY;
    s.y[2] = NAN;
    s.y[3] = 1e308;
    s.y[4] = -1e308;
    s.x[5] = NAN;
    s.x[6] = INFINITY;
    s.x[7] = -5;
  }
  return s;
}

LmCurvesPicture *
made_curves (Case c)
{
  LmCurvesPicture *p = g_new0 (LmCurvesPicture, 1);
  gsize n = c == CASE_TINY ? 1 : c == CASE_USUAL ? 500
                               : c == CASE_LARGE ? 100000
                                                 : 60;

  p->title = words (c, "welcome");
  p->caption = words (c, "run 5 · seed 1");
  p->x_title = words (c, "epoch");
  p->x_max = c == CASE_HOSTILE ? NAN : 10;
  if (c == CASE_EMPTY)
    return p;
  p->n_panels = c == CASE_HOSTILE ? 3 : 2;
  p->panels = g_new0 (LmPlotPanel, p->n_panels);
  for (int i = 0; i < p->n_panels; i++) {
    LmPlotPanel *panel = &p->panels[i];

    panel->title = words (c, "Loss");
    panel->unit = words (c, "°C");
    panel->is_share = i == 1;
    panel->best = c == CASE_HOSTILE ? 1000 : 0;
    panel->n_series = 4;
    panel->series = g_new0 (LmSeries, 4);
    panel->series[0] = made_series (c, "Training", LM_SERIES_TRAIN_STEPS, n, c == CASE_HOSTILE);
    panel->series[1] = made_series (c, "Validation", LM_SERIES_VALIDATION, MIN (n, 10), c == CASE_HOSTILE);
    panel->series[2] = made_series (c, "always “1”: 0.113", LM_SERIES_BASELINE, 1, FALSE);
    panel->series[3] = made_series (c, "Run 4", LM_SERIES_OTHER, c == CASE_HOSTILE ? 0 : n, FALSE);
    if (c == CASE_HOSTILE && i == 2) { /* all equal */
      for (gsize k = 0; k < n; k++)
        panel->series[0].y[k] = 1e-300;
      panel->series[2].y[0] = NAN;
    }
  }
  p->n_marks = c == CASE_HOSTILE ? 40 : 1;
  p->marks = g_new0 (LmMark, p->n_marks);
  for (int i = 0; i < p->n_marks; i++)
    p->marks[i] = (LmMark){ c == CASE_HOSTILE && i == 0 ? NAN : 4 + i * 0.01, words (c, "rate 1e-3 → 3e-4") };
  return p;
}

LmSheetPicture *
made_sheet (Case c)
{
  LmSheetPicture *p = g_new0 (LmSheetPicture, 1);
  static const int sizes[N_CASES][3] = { { 0, 0, 0 }, { 1, 1, 1 }, { 64, 14, 14 }, { 300, 40, 30 }, { 17, 5, 90 } };
  int n = sizes[c][0];
  guint32 state = 3;

  p->title = words (c, "conv2d_1, 64 channels");
  p->scale = words (c, "14×14 each · one scale: 0 … 2.31 · 3 always 0");
  p->caption = words (c, "run 5");
  p->unit = words (c, "activation");
  p->map = c == CASE_LARGE ? LM_MAP_DIVERGING : LM_MAP_VIRIDIS;
  p->min = c == CASE_LARGE ? -1 : 0;
  p->max = 1;
  if (c == CASE_EMPTY)
    return p;
  p->tiles = TENSOR (n, sizes[c][1], sizes[c][2]);
  p->dead = g_new0 (gboolean, n);
  for (gint64 i = 0; i < lm_tensor_n_elements (p->tiles); i++)
    lm_tensor_f32 (p->tiles)[i] = (float) fabs (noise (&state));
  p->dead[0] = TRUE;
  if (c == CASE_HOSTILE) {
    float *v = lm_tensor_f32 (p->tiles);

    v[0] = NAN;
    v[1] = INFINITY;
    v[2] = -INFINITY;
    v[3] = 3e38f;
    p->min = NAN;
    p->max = -INFINITY;
    p->columns = 1000000;
    p->labels = g_new0 (char *, n + 1);
    for (int i = 0; i < n; i++)
      p->labels[i] = hostile_text ();
  }
  return p;
}

LmFilmPicture *
made_film (Case c)
{
  LmFilmPicture *p = g_new0 (LmFilmPicture, 1);

  p->title = words (c, "From input to output");
  p->caption = words (c, "run 5");
  p->input_label = words (c, "digits");
  if (c == CASE_EMPTY)
    return p;
  p->input = c == CASE_TINY ? TENSOR (1, 1, 1) : c == CASE_HOSTILE ? TENSOR (3, 500, 2)
                                                                   : TENSOR (28, 28, 3);
  p->n_sheets = c == CASE_LARGE ? 12 : 2;
  p->sheets = g_new0 (LmSheetPicture *, p->n_sheets);
  for (int i = 0; i < p->n_sheets; i++)
    p->sheets[i] = made_sheet (c == CASE_LARGE ? CASE_USUAL : c == CASE_HOSTILE && i == 1 ? CASE_EMPTY
                                                                                          : c);
  return p;
}

LmHeatmapPicture *
made_heatmap (Case c)
{
  LmHeatmapPicture *p = g_new0 (LmHeatmapPicture, 1);
  int n = c == CASE_HOSTILE ? 40 : c == CASE_USUAL || c == CASE_LARGE ? 5
                                                                      : 0;
  int side = c == CASE_TINY ? 1 : c == CASE_LARGE ? 900
                                                  : 28;

  p->title = words (c, "What speaks for 7");
  p->caption = words (c, "Grad-CAM · class 7, p 0.962 · raw range −0.12 … 0.83");
  p->warning = c == CASE_HOSTILE ? hostile_text () : NULL;
  p->layer = words (c, "conv2d_1");
  p->method = words (c, "Grad-CAM");
  p->max = 0.83;
  p->min = -0.12;
  if (c == CASE_EMPTY)
    return p;
  p->image = c == CASE_HOSTILE ? TENSOR (2, 300, 3) : TENSOR (side, side, 1);
  p->map = c == CASE_HOSTILE ? TENSOR (9, 1) : TENSOR (MAX (side / 4, 1), MAX (side / 4, 1));
  for (gint64 i = 0; i < lm_tensor_n_elements (p->map); i++)
    lm_tensor_f32 (p->map)[i] = c == CASE_HOSTILE ? (i % 2 ? NAN : INFINITY) : (float) (i % 7) / 7;
  p->is_signed = c == CASE_LARGE;
  p->is_empty = c == CASE_TINY;
  if (c == CASE_HOSTILE) {
    p->min = p->max = NAN;
  }
  p->n_classes = n;
  p->class_names = g_new0 (char *, n + 1);
  p->class_scores = g_new0 (double, n);
  for (int i = 0; i < n; i++) {
    p->class_names[i] = words (c, "seven");
    p->class_scores[i] = c == CASE_HOSTILE ? (i % 2 ? NAN : -INFINITY) : 1.0 / (i + 1);
  }
  return p;
}

LmConfusionPicture *
made_confusion (Case c)
{
  static const int sizes[N_CASES] = { 0, 2, 10, 100, 7 };
  LmConfusionPicture *p = g_new0 (LmConfusionPicture, 1);

  p->title = words (c, "Confusion");
  p->caption = words (c, "validation · 5,000 samples");
  p->n = sizes[c];
  if (p->n == 0)
    return p;
  p->class_names = g_new0 (char *, p->n + 1);
  p->counts = g_new0 (gint64, p->n * p->n);
  for (int i = 0; i < p->n; i++) {
    p->class_names[i] = c == CASE_HOSTILE ? hostile_text () : g_strdup_printf ("class %d", i);
    for (int k = 0; k < p->n; k++)
      p->counts[i * p->n + k] = c == CASE_TINY ? 0 : i == k                    ? 480
                                                   : (i * 7 + k * 3) % 11 == 0 ? k
                                                                               : 0;
  }
  if (c == CASE_HOSTILE) {
    p->counts[0] = G_MAXINT64;
    p->counts[1] = G_MININT64;
    p->counts[2] = G_MAXINT64;
  }
  return p;
}

LmBarsPicture *
made_bars (Case c)
{
  static const int sizes[N_CASES] = { 0, 1, 10, 1000, 7 };
  LmBarsPicture *p = g_new0 (LmBarsPicture, 1);

  p->title = words (c, "Classes in training");
  p->scale = words (c, "10,000 samples");
  p->caption = words (c, "digits");
  p->is_histogram = c == CASE_LARGE;
  p->max = 255;
  p->n = sizes[c];
  p->names = p->is_histogram ? NULL : g_new0 (char *, p->n + 1);
  p->counts = g_new0 (gint64, MAX (p->n, 1));
  for (int i = 0; i < p->n; i++) {
    p->counts[i] = c == CASE_HOSTILE ? (i % 2 == 0 ? G_MAXINT64 : G_MININT64) : 900 + i * i;
    if (p->names != NULL)
      p->names[i] = c == CASE_HOSTILE ? hostile_text () : g_strdup_printf ("class %d", i);
  }
  return p;
}

LmCard
made_card (Case c,
           const char *name,
           const char *category)
{
  return (LmCard){
    .name = words (c, name),
    .summary = words (c, "Conv2D · 64 of 3×3 · relu"),
    .params = words (c, "18,496"),
    .category = g_strdup (category),
    .n_in = 1,
    .n_out = 1,
    .error_port = -1,
  };
}

LmGraphPicture *
made_graph (Case c)
{
  LmGraphPicture *p = g_new0 (LmGraphPicture, 1);
  int n = c == CASE_EMPTY ? 0 : c == CASE_TINY  ? 1
                              : c == CASE_LARGE ? 150
                                                : 12;

  p->title = words (c, "welcome");
  p->caption = words (c, "93,322 parameters");
  p->n_cards = n;
  p->cards = g_new0 (LmCard, MAX (n, 1));
  p->wires = g_new0 (LmCardWire, 3 * n + 4);
  for (int i = 0; i < n; i++) {
    p->cards[i] = made_card (c, "conv2d_1", c == CASE_HOSTILE ? "?" : "convolution");
    p->cards[i].n_in = 2;
    if (i > 0)
      p->wires[p->n_wires++] = (LmCardWire){ i - 1, 0, i, 0, g_strdup ("28×28×32"), FALSE, FALSE };
    if (i > 3)
      p->wires[p->n_wires++] = (LmCardWire){ i - 4, 0, i, 1, NULL, i % 2, i % 3 == 0 };
  }
  if (c == CASE_USUAL) {
    p->cards[3].frozen = p->cards[4].bypassed = p->cards[5].is_block = p->cards[6].is_unknown = TRUE;
    p->cards[7].error = g_strdup ("wrong");
    p->cards[8].hint = g_strdup ("hm");
    p->cards[11].target = g_strdup ("target: digit, 10 classes");
  }
  if (c == CASE_HOSTILE) { /* a circle, wires to nowhere, places that are none */
    p->wires[p->n_wires++] = (LmCardWire){ 11, 0, 0, 0, hostile_text (), FALSE, FALSE };
    p->wires[p->n_wires++] = (LmCardWire){ 5, 99, 5, -3, NULL, FALSE, TRUE };
    p->wires[p->n_wires++] = (LmCardWire){ -1, 0, 77, 0, NULL, FALSE, FALSE };
    p->cards[2].x = NAN;
    p->cards[3].y = -INFINITY;
    p->cards[4].x = 1e300;
    p->cards[5].error = hostile_text ();
    p->cards[5].error_port = 1000;
    p->cards[6].target = hostile_text ();
    p->cards[7].n_in = 0;
    p->cards[7].n_out = 0;
    p->keep_positions = TRUE;
  }
  return p;
}

void
check_text (char *got,
            const char *wanted)
{
  g_assert_cmpstr (got, ==, wanted);
  g_free (got);
}
