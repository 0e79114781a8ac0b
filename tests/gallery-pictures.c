/* gallery-pictures.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "gallery-pictures.h"

#include <math.h>
#include <string.h>

static guint32 noise_state = 12345;

void
gallery_restart (void)
{
  noise_state = 12345;
}

/* −1 … 1, the same in each run */
static double
noise (void)
{
  noise_state = noise_state * 1664525 + 1013904223;
  return (noise_state >> 8) / 8388608.0 - 1;
}

static LmSeries
series (const char *name,
        int role,
        gsize n)
{
  return (LmSeries){ .name = g_strdup (name), .role = role, .n = n, .x = g_new0 (double, n), .y = g_new0 (double, n) };
}

static LmSeries
level (const char *name,
       double value)
{
  LmSeries s = series (name, LM_SERIES_BASELINE, 1);

  s.y[0] = value;
  return s;
}

static LmPlotPanel
panel (const char *title,
       int n_series)
{
  return (LmPlotPanel){ .title = g_strdup (title), .n_series = n_series, .series = g_new0 (LmSeries, n_series), .best = -1 };
}

static LmCurvesPicture *
curves (int n_panels)
{
  LmCurvesPicture *p = g_new0 (LmCurvesPicture, 1);

  p->title = g_strdup ("welcome");
  p->x_title = g_strdup ("epoch");
  p->n_panels = n_panels;
  p->panels = g_new0 (LmPlotPanel, n_panels);
  return p;
}

/* A run in its seventh epoch, as in the wireframe of the Train page. */
LmCurvesPicture *
gallery_running (void)
{
  static const double validation_loss[] = { 0.212, 0.148, 0.112, 0.098, 0.071, 0.064 };
  static const double validation_accuracy[] = { 0.938, 0.958, 0.969, 0.973, 0.981, 0.983 };
  LmCurvesPicture *p = curves (2);
  LmPlotPanel *loss = &p->panels[0], *accuracy = &p->panels[1];
  gsize n = (gsize) (430 * 6.64);

  p->caption = g_strdup ("run 5 · seed 1 · Adam, rate 1e-3 → 3e-4 · batch 128 · digits, 55,000 training and 5,000 validation samples");
  p->x_max = 10;
  p->n_marks = 1;
  p->marks = g_new0 (LmMark, 1);
  p->marks[0] = (LmMark){ 4, g_strdup ("rate 1e-3 → 3e-4") };
  *loss = panel ("Loss", 3);
  *accuracy = panel ("Accuracy", 3);
  accuracy->is_share = TRUE;
  accuracy->series[2] = level ("always “1”: 0.113", 0.113);
  loss->series[2] = level ("guessing: 2.303", 2.303);
  loss->best = accuracy->best = 5;
  loss->series[0] = series ("Training", LM_SERIES_TRAIN_STEPS, n);
  accuracy->series[0] = series ("Training", LM_SERIES_TRAIN_STEPS, n);
  for (gsize i = 0; i < n; i++) {
    double x = (double) (i + 1) / 430;
    double base = 2.3 * exp (-9 * x) + 0.55 / (1 + 2.2 * x) - 0.03 * (x > 4);
    double scatter = base * 0.35 * noise ();

    loss->series[0].x[i] = accuracy->series[0].x[i] = x;
    loss->series[0].y[i] = MAX (base + scatter, 0.002);
    accuracy->series[0].y[i] = fmin (1 - 0.9 * exp (-11 * x) - 0.06 / (1 + 1.5 * x) + 0.03 * noise () / (1 + x * 0.4), 1);
  }
  loss->series[1] = series ("Validation", LM_SERIES_VALIDATION, 6);
  accuracy->series[1] = series ("Validation", LM_SERIES_VALIDATION, 6);
  for (int i = 0; i < 6; i++) {
    loss->series[1].x[i] = accuracy->series[1].x[i] = i + 1;
    loss->series[1].y[i] = validation_loss[i];
    accuracy->series[1].y[i] = validation_accuracy[i];
  }
  return p;
}

/* Thirty epochs, overfitted, an error with a unit. */
LmCurvesPicture *
gallery_finished (void)
{
  LmCurvesPicture *p = curves (2);

  p->title = g_strdup ("jena temperature, one day ahead");
  p->caption = g_strdup ("run 12 · seed 3 · RMSprop, rate 1e-3 · lookback 120 hours · stopped early in epoch 30, kept: epoch 11");
  p->panels[0] = panel ("Loss", 2);
  p->panels[1] = panel ("Mean absolute error", 3);
  p->panels[1].unit = g_strdup ("°C");
  p->panels[1].series[2] = level ("last value: 2.44 °C", 2.44);
  for (int k = 0; k < 2; k++) {
    LmPlotPanel *q = &p->panels[k];

    q->best = 10;
    q->series[0] = series ("Training", LM_SERIES_TRAIN, 30);
    q->series[1] = series ("Validation", LM_SERIES_VALIDATION, 30);
    for (int i = 0; i < 30; i++) {
      double scale = k == 0 ? 12 : 2.7;

      q->series[0].x[i] = q->series[1].x[i] = i + 1;
      q->series[0].y[i] = scale * (0.42 + 0.75 * exp (-i / 4.0) + 0.45 * exp (-i / 22.0) + 0.008 * noise ()) * 0.8;
      q->series[1].y[i] = scale * (0.86 + 0.5 * exp (-i / 3.0) + 0.0006 * (i - 10) * (i - 10) + 0.018 * noise ());
    }
    q->series[1].y[10] *= 0.985;
  }
  return p;
}

/* Seven runs of one metric. */
LmCurvesPicture *
gallery_several (void)
{
  LmCurvesPicture *p = curves (1);

  p->title = g_strdup ("Seven runs");
  p->caption = g_strdup ("validation accuracy; colours as in the list of runs");
  p->panels[0] = panel ("Validation accuracy", 8);
  p->panels[0].is_share = TRUE;
  p->panels[0].series[7] = level ("always “1”: 0.113", 0.113);
  for (int r = 0; r < 7; r++) {
    g_autofree char *name = g_strdup_printf ("Run %d%s", r + 1, r == 4 ? " · Dropout 0.25" : "");

    p->panels[0].series[r] = series (name, LM_SERIES_OTHER, (gsize) (12 + 2 * r));
    for (int i = 0; i < 12 + 2 * r; i++) {
      p->panels[0].series[r].x[i] = i + 1;
      p->panels[0].series[r].y[i] = 0.98 - 0.045 * (6 - r) - (0.5 - 0.04 * r) * exp (-(i + 0.5) / (2.5 + r * 0.3)) + 0.006 * noise ();
    }
  }
  return p;
}

static double
to_segment (double x,
            double y,
            double x0,
            double y0,
            double x1,
            double y1)
{
  double dx = x1 - x0, dy = y1 - y0;
  double t = CLAMP (((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0, 1);

  return hypot (x - x0 - t * dx, y - y0 - t * dy);
}

/* Ink of a handwritten 7 at (x, y) in 0 … 1. */
static double
seven (double x,
       double y)
{
  double d = MIN (to_segment (x, y, 0.24, 0.2, 0.72, 0.24), to_segment (x, y, 0.72, 0.24, 0.42, 0.84));

  d = MIN (d, to_segment (x, y, 0.3, 0.52, 0.62, 0.55));
  return CLAMP ((0.085 - d) / 0.045, 0, 1);
}

static LmTensor *
tensor (int rank,
        gint64 a,
        gint64 b,
        gint64 c,
        gint64 d)
{
  LmShape shape = { .rank = rank, .dim = { a, b, c, d } };

  return lm_tensor_new (LM_F32, &shape, NULL);
}

/* A channel of a convolution over the 7: an edge filter of a direction of its own. */
static double
response (int channel,
          double x,
          double y)
{
  double angle = channel * 2.399, step = 0.03 + 0.012 * (channel % 5);
  double dx = cos (angle) * step, dy = sin (angle) * step;
  double v = channel % 3 == 0 ? seven (x, y) * 0.6 : 0;

  v += 1.6 * (seven (x + dx, y + dy) - seven (x - dx, y - dy)) + 0.25 * sin (channel * 1.7) * seven (x, y);
  return v;
}

LmSheetPicture *
gallery_activations (const char *name,
                     int n,
                     int side,
                     double *max_out)
{
  LmSheetPicture *p = g_new0 (LmSheetPicture, 1);
  double max = 0;
  int n_dead = 0;
  float *v;

  p->tiles = tensor (3, n, side, side, 0);
  p->dead = g_new0 (gboolean, n);
  v = lm_tensor_f32 (p->tiles);
  for (int c = 0; c < n; c++) {
    p->dead[c] = c % 21 == 11;
    n_dead += p->dead[c];
    for (int i = 0; i < side * side; i++) {
      double value = p->dead[c] ? 0 : MAX (0, response (c, (i % side + 0.5) / side, (i / side + 0.5) / side));

      *v++ = (float) value;
      max = MAX (max, value);
    }
  }
  p->map = LM_MAP_VIRIDIS;
  p->max = max;
  p->unit = g_strdup ("activation");
  p->title = g_strdup (name);
  p->scale = g_strdup_printf ("%d×%d each · one scale: 0 … %.2f · %d always 0", side, side, max, n_dead);
  if (max_out != NULL)
    *max_out = max;
  return p;
}

LmSheetPicture *
gallery_kernels (void)
{
  LmSheetPicture *p = g_new0 (LmSheetPicture, 1);
  float *v;

  p->title = g_strdup ("conv2d · its 32 kernels");
  p->scale = g_strdup ("3×3 each · one scale: −0.42 … 0.42, 0 in the middle");
  p->caption = g_strdup ("welcome, run 5, epoch 7; weights of the only input channel");
  p->map = LM_MAP_DIVERGING;
  p->min = -0.42;
  p->max = 0.42;
  p->unit = g_strdup ("weight");
  p->tiles = tensor (3, 32, 3, 3, 0);
  v = lm_tensor_f32 (p->tiles);
  for (int c = 0; c < 32; c++)
    for (int i = 0; i < 9; i++)
      *v++ = (float) (0.3 * cos (c * 2.399) * (i % 3 - 1) + 0.3 * sin (c * 2.399) * (i / 3 - 1) + 0.12 * noise ());
  return p;
}

LmSheetPicture *
gallery_colour_filters (void)
{
  LmSheetPicture *p = g_new0 (LmSheetPicture, 1);
  float *v;

  p->title = g_strdup ("block1_conv1 · what each filter looks for");
  p->scale = g_strdup ("11×11 each, as they are in red, green and blue · one scale: −0.25 … 0.25, 0 is mid grey");
  p->map = LM_MAP_RGB;
  p->min = -0.25;
  p->max = 0.25;
  p->tiles = tensor (4, 64, 11, 11, 3);
  v = lm_tensor_f32 (p->tiles);
  for (int c = 0; c < 64; c++) {
    for (int i = 0; i < 121; i++) {
      double x = (i % 11 - 5) / 5.0, y = (i / 11 - 5) / 5.0, a = c * 2.399, f = 3 + c % 4;
      double wave = cos (f * (x * cos (a) + y * sin (a)) + c) * exp (-1.6 * (x * x + y * y));

      for (int k = 0; k < 3; k++)
        *v++ = (float) (0.22 * wave * (c % 3 == 0 ? cos (c + 2.1 * k) : 1) + 0.012 * noise ());
    }
  }
  return p;
}

LmSheetPicture *
gallery_strip (void)
{
  LmSheetPicture *p = g_new0 (LmSheetPicture, 1);

  p->title = g_strdup ("dense · 64 units");
  p->scale = g_strdup ("one strip · one scale: 0 … 3.1");
  p->map = LM_MAP_VIRIDIS;
  p->max = 3.1;
  p->tiles = tensor (3, 1, 1, 64, 0);
  for (int i = 0; i < 64; i++)
    lm_tensor_f32 (p->tiles)[i] = (float) fmax (0, 2 * noise () + 1);
  return p;
}

static LmTensor *
digit_picture (void)
{
  LmTensor *t = tensor (3, 28, 28, 1, 0);

  for (int i = 0; i < 28 * 28; i++)
    lm_tensor_f32 (t)[i] = (float) (255 * seven ((i % 28 + 0.5) / 28, (i / 28 + 0.5) / 28));
  return t;
}

LmFilmPicture *
gallery_film (void)
{
  LmFilmPicture *p = g_new0 (LmFilmPicture, 1);

  p->title = g_strdup ("From input to output");
  p->caption = g_strdup ("welcome, run 5, epoch 7; sample 17 of validation, true label 7; outputs of each layer, viridis, 0 is dark");
  p->input = digit_picture ();
  p->input_label = g_strdup ("digits\n28×28×1 · sample 17 of validation\ntrue label 7, predicted 7 (p 0.962)");
  p->n_sheets = 4;
  p->sheets = g_new0 (LmSheetPicture *, 4);
  p->sheets[0] = gallery_activations ("conv2d", 32, 26, NULL);
  p->sheets[1] = gallery_activations ("max_pooling2d", 32, 13, NULL);
  p->sheets[2] = gallery_activations ("conv2d_1", 64, 11, NULL);
  p->sheets[3] = gallery_strip ();
  return p;
}

static void
add_classes (LmHeatmapPicture *p,
             const char *const *names,
             const double *scores,
             int n)
{
  p->n_classes = n;
  p->class_names = g_new0 (char *, n + 1);
  p->class_scores = g_new0 (double, n);
  for (int i = 0; i < n; i++) {
    p->class_names[i] = g_strdup (names[i]);
    p->class_scores[i] = scores[i];
  }
}

LmHeatmapPicture *
gallery_digit_heatmap (gboolean is_signed)
{
  static const char *const names[] = { "7", "9", "3", "2", "1" };
  static const double scores[] = { 0.962, 0.021, 0.009, 0.004, 0.002 };
  LmHeatmapPicture *p = g_new0 (LmHeatmapPicture, 1);

  p->title = g_strdup ("What speaks for 7");
  p->caption = g_strdup (is_signed ? "Grad-CAM · class 4, p 0.003 · true label 7 · score: logit · layer conv2d_1, 11×11, enlarged bilinear · raw range −0.61 … −0.02"
                                   : "Grad-CAM · class 7 (predicted), p 0.962 · true label 7 · score: logit · layer conv2d_1, 11×11, enlarged bilinear · raw range −0.12 … 0.83");
  p->layer = g_strdup ("conv2d_1");
  p->method = g_strdup ("Grad-CAM");
  p->image = digit_picture ();
  p->map = tensor (2, 11, 11, 0, 0);
  p->is_signed = is_signed;
  p->min = is_signed ? -0.61 : -0.12;
  p->max = is_signed ? -0.02 : 0.83;
  if (is_signed)
    p->warning = g_strdup ("No place speaks for 4; shown is what speaks against it.");
  for (int i = 0; i < 121; i++) {
    double x = (i % 11 + 0.5) / 11, y = (i / 11 + 0.5) / 11;
    double v = 0.83 * exp (-22 * ((x - 0.64) * (x - 0.64) + (y - 0.3) * (y - 0.3))) + 0.3 * exp (-40 * ((x - 0.5) * (x - 0.5) + (y - 0.65) * (y - 0.65)));

    lm_tensor_f32 (p->map)[i] = (float) (is_signed ? -0.73 * v - 0.02 : v - 0.05);
  }
  add_classes (p, names, scores, 5);
  return p;
}

/* A colour picture of 150 × 200 with something round in it. */
LmHeatmapPicture *
gallery_photo_heatmap (void)
{
  static const char *const names[] = { "African elephant", "tusker", "Indian elephant", "water buffalo", "ibex", "warthog", "a class with a rather long name indeed" };
  static const double scores[] = { 0.9094, 0.0861, 0.0043, 0.0001, 0.00004, 0.00002, 0.00001 };
  LmHeatmapPicture *p = g_new0 (LmHeatmapPicture, 1);
  float *v;

  p->title = g_strdup ("What speaks for African elephant");
  p->caption = g_strdup ("Grad-CAM · class African elephant (predicted), p 0.909 · true label unknown · score: logit · layer block5_conv3, 14×14, enlarged bilinear · raw range −0.4 … 7.31");
  p->image = tensor (3, 150, 200, 3, 0);
  v = lm_tensor_f32 (p->image);
  for (int i = 0; i < 150 * 200; i++) {
    double x = (i % 200) / 200.0, y = (i / 200) / 150.0, d = hypot ((x - 0.55) * 1.3, y - 0.55);
    double body = CLAMP ((0.27 - d) * 12, 0, 1), grass = y > 0.72 ? 1 : 0, shade = 0.7 + 0.5 * (0.55 - x);

    *v++ = (float) (255 * (body * 0.45 * shade + (1 - body) * (grass ? 0.42 + 0.1 * noise () : 0.62 - 0.2 * y)));
    *v++ = (float) (255 * (body * 0.43 * shade + (1 - body) * (grass ? 0.48 + 0.1 * noise () : 0.75 - 0.15 * y)));
    *v++ = (float) (255 * (body * 0.42 * shade + (1 - body) * (grass ? 0.2 + 0.1 * noise () : 0.92 - 0.1 * y)));
  }
  p->map = tensor (2, 14, 14, 0, 0);
  p->min = -0.4;
  p->max = 7.31;
  for (int i = 0; i < 196; i++) {
    double x = (i % 14 + 0.5) / 14, y = (i / 14 + 0.5) / 14;

    lm_tensor_f32 (p->map)[i] = (float) (7.31 * exp (-20 * ((x - 0.45) * (x - 0.45) + (y - 0.4) * (y - 0.4))) + 0.5 * noise () * noise ());
  }
  add_classes (p, names, scores, G_N_ELEMENTS (names));
  return p;
}

LmConfusionPicture *
gallery_confusion (int n,
                   const char *const *names,
                   double samples,
                   double error)
{
  LmConfusionPicture *p = g_new0 (LmConfusionPicture, 1);

  p->n = n;
  p->title = g_strdup ("Confusion");
  p->caption = g_strdup ("validation · run 5, epoch 7 · accuracy by always answering the most frequent class: 0.113");
  p->class_names = g_new0 (char *, n + 1);
  p->counts = g_new0 (gint64, n * n);
  for (int t = 0; t < n; t++) {
    if (names != NULL && n <= 10)
      p->class_names[t] = g_strdup (names[t]);
    else
      p->class_names[t] = g_strdup_printf ("%s %d", names[t % 10], t);
    for (int q = 0; q < n; q++) {
      double v = t == q ? samples * (1 - error) * (1 + 0.1 * noise ()) : samples * error * pow (fmax (0, noise ()), 6) * 3 / MAX (1, n / 10);

      p->counts[t * n + q] = (gint64) v;
    }
  }
  return p;
}

LmCard
gallery_card (const char *name,
              const char *summary,
              const char *params,
              const char *category,
              int n_in)
{
  static int id = 0;

  return (LmCard){
    .id = ++id,
    .name = g_strdup (name),
    .summary = g_strdup (summary),
    .params = g_strdup (params),
    .category = g_strdup (category),
    .n_in = n_in,
    .n_out = 1,
    .error_port = -1,
  };
}

static LmGraphPicture *
graph (int n_cards,
       int n_wires)
{
  LmGraphPicture *p = g_new0 (LmGraphPicture, 1);

  p->cards = g_new0 (LmCard, n_cards);
  p->wires = g_new0 (LmCardWire, n_wires);
  return p;
}

static int
add (LmGraphPicture *p,
     LmCard c)
{
  p->cards[p->n_cards] = c;
  return p->n_cards++;
}

static void
wire (LmGraphPicture *p,
      int from,
      int to,
      int port,
      const char *label)
{
  p->wires[p->n_wires++] = (LmCardWire){ from, 0, to, port, g_strdup (label), FALSE, FALSE };
}

/* The wireframe of the Design page. */
LmGraphPicture *
gallery_welcome (gboolean with_mistake)
{
  LmGraphPicture *p = graph (10, 12);
  int a, b;

  p->title = g_strdup ("welcome");
  p->caption = g_strdup ("93,322 parameters · trains in 41 MiB at batch 128");
  a = add (p, gallery_card ("digits", "Input · picture 28×28, grey", NULL, "input", 0));
  b = add (p, gallery_card ("conv2d", "Conv2D · 32 of 3×3 · relu", "320", "convolution", 1));
  wire (p, a, b, 0, "28×28×1");
  a = add (p, gallery_card ("max_pooling2d", "MaxPooling2D · 2×2", NULL, "pooling", 1));
  wire (p, b, a, 0, "28×28×32");
  b = add (p, gallery_card ("conv2d_1", "Conv2D · 64 of 3×3 · relu", "18,496", "convolution", 1));
  wire (p, a, b, 0, "14×14×32");
  if (with_mistake) {
    int sum = add (p, gallery_card ("add", "Add · 2 inputs", NULL, "merging", 2));

    p->cards[sum].error = g_strdup ("add needs inputs of one shape");
    p->cards[sum].error_port = 0;
    wire (p, a, sum, 0, "14×14×32");
    p->wires[p->n_wires - 1].is_error = TRUE;
    wire (p, b, sum, 1, "14×14×64");
    b = sum;
  }
  a = add (p, gallery_card ("global_average_pooling2d", "GlobalAveragePooling2D", NULL, "pooling", 1));
  wire (p, b, a, 0, with_mistake ? NULL : "14×14×64");
  p->wires[p->n_wires - 1].is_unknown = with_mistake;
  b = add (p, gallery_card ("dense", "Dense · 10 · softmax", with_mistake ? NULL : "650", "core", 1));
  wire (p, a, b, 0, with_mistake ? NULL : "64");
  p->wires[p->n_wires - 1].is_unknown = with_mistake;
  p->cards[b].target = g_strdup ("target: digit, 10 classes");
  return p;
}

LmGraphPicture *
gallery_residual (gboolean to_right)
{
  LmGraphPicture *p = graph (40, 60);
  int last;

  p->title = g_strdup ("residual");
  p->caption = g_strdup ("Three residual blocks, the second and third with a projection.");
  p->to_right = to_right;
  last = add (p, gallery_card ("photos", "Input · picture 180×180, colour", NULL, "input", 0));
  for (int k = 0; k < 3; k++) {
    g_autofree char *shape = g_strdup_printf ("%d×%d×%d", 180 >> k, 180 >> k, 32 << k);
    g_autofree char *next = g_strdup_printf ("%d×%d×%d", 90 >> k, 90 >> k, 32 << k);
    int c1 = add (p, gallery_card (k == 0 ? "conv2d" : "conv2d_4", "Conv2D · 32 of 3×3 · relu", "9,248", "convolution", 1));
    int bn = add (p, gallery_card ("batch_normalization", "BatchNormalization", "128", "normalization", 1));
    int c2 = add (p, gallery_card ("conv2d_1", "Conv2D · 32 of 3×3 · relu", "9,248", "convolution", 1));
    int pool = add (p, gallery_card ("max_pooling2d", "MaxPooling2D · 2×2 · same", NULL, "pooling", 1));
    int sum = add (p, gallery_card ("add", "Add · 2 inputs", NULL, "merging", 2));
    int side = last;

    wire (p, last, c1, 0, k == 0 ? "180×180×3" : shape);
    wire (p, c1, bn, 0, shape);
    wire (p, bn, c2, 0, shape);
    wire (p, c2, pool, 0, shape);
    wire (p, pool, sum, 0, next);
    if (k > 0) {
      side = add (p, gallery_card ("conv2d_2", "Conv2D · 64 of 1×1 · strides 2", "2,112", "convolution", 1));
      wire (p, last, side, 0, shape);
    }
    wire (p, side, sum, 1, next);
    last = sum;
  }
  {
    int gap = add (p, gallery_card ("global_average_pooling2d", "GlobalAveragePooling2D", NULL, "pooling", 1));
    int out = add (p, gallery_card ("dense", "Dense · 1 · sigmoid", "129", "core", 1));

    wire (p, last, gap, 0, "23×23×128");
    wire (p, gap, out, 0, "128");
    p->cards[out].target = g_strdup ("target: dog, 2 classes");
  }
  return p;
}

LmGraphPicture *
gallery_inception (void)
{
  LmGraphPicture *p = graph (60, 90);
  int last;

  p->title = g_strdup ("Two inception blocks and two inputs");
  last = add (p, gallery_card ("photos", "Input · picture 128×128, colour", NULL, "input", 0));
  for (int k = 0; k < 2; k++) {
    int a = add (p, gallery_card ("branch_a", "Conv2D · 64 of 1×1 · relu", "4,160", "convolution", 1));
    int b1 = add (p, gallery_card ("branch_b_1", "Conv2D · 64 of 1×1 · relu", "4,160", "convolution", 1));
    int b2 = add (p, gallery_card ("branch_b_2", "Conv2D · 96 of 3×3 · relu", "55,392", "convolution", 1));
    int c1 = add (p, gallery_card ("branch_c_1", "AveragePooling2D · 3×3", NULL, "pooling", 1));
    int c2 = add (p, gallery_card ("branch_c_2", "Conv2D · 32 of 3×3 · relu", "18,464", "convolution", 1));
    int d1 = add (p, gallery_card ("branch_d_1", "Conv2D · 64 of 1×1 · relu", "4,160", "convolution", 1));
    int d2 = add (p, gallery_card ("branch_d_2", "Conv2D · 96 of 3×3 · relu", "55,392", "convolution", 1));
    int d3 = add (p, gallery_card ("branch_d_3", "Conv2D · 96 of 3×3 · strides 2", "83,040", "convolution", 1));
    int cat = add (p, gallery_card ("concatenate", "Concatenate · 4 inputs", NULL, "merging", 4));

    wire (p, last, a, 0, "128×128×3");
    wire (p, last, b1, 0, "128×128×3");
    wire (p, last, c1, 0, "128×128×3");
    wire (p, last, d1, 0, "128×128×3");
    wire (p, b1, b2, 0, "128×128×64");
    wire (p, c1, c2, 0, "128×128×3");
    wire (p, d1, d2, 0, "128×128×64");
    wire (p, d2, d3, 0, "128×128×96");
    wire (p, a, cat, 0, "64×64×64");
    wire (p, b2, cat, 1, "64×64×96");
    wire (p, c2, cat, 2, "64×64×32");
    wire (p, d3, cat, 3, "64×64×96");
    last = cat;
  }
  {
    int text = add (p, gallery_card ("question", "Input · text", NULL, "input", 0));
    int embedding = add (p, gallery_card ("embedding", "Embedding · 10,000 × 64", "640,000", "core", 1));
    int lstm = add (p, gallery_card ("lstm", "LSTM · 32 · sequence, states", "12,416", "recurrent", 1));
    int flat = add (p, gallery_card ("flatten", "Flatten", NULL, "shape", 1));
    int cat = add (p, gallery_card ("concatenate_2", "Concatenate · 2 inputs", NULL, "merging", 2));
    int one = add (p, gallery_card ("answer", "Dense · 500 · softmax", "1.20 M", "core", 1));
    int two = add (p, gallery_card ("certainty", "Dense · 1 · sigmoid", "129", "core", 1));

    p->cards[embedding].frozen = TRUE;
    p->cards[lstm].bypassed = TRUE;
    wire (p, last, flat, 0, "64×64×288");
    wire (p, text, embedding, 0, "ids 100");
    wire (p, embedding, lstm, 0, "100 steps × 64");
    wire (p, flat, cat, 0, "1,179,648");
    wire (p, lstm, cat, 1, "32");
    wire (p, cat, one, 0, "1,179,680");
    wire (p, cat, two, 0, "1,179,680");
    p->cards[one].target = g_strdup ("target: answer, 500 classes");
    p->cards[two].target = g_strdup ("target: certain");
  }
  return p;
}

LmGraphPicture *
gallery_unet (void)
{
  LmGraphPicture *p = graph (60, 90);
  int down[4], last;

  p->title = g_strdup ("U-Net");
  last = add (p, gallery_card ("photos", "Input · picture 256×256, colour", NULL, "input", 0));
  for (int k = 0; k < 4; k++) {
    int c = add (p, gallery_card ("conv2d", "Conv2D · 64 of 3×3 · relu", "36,928", "convolution", 1));
    int m = add (p, gallery_card ("max_pooling2d", "MaxPooling2D · 2×2", NULL, "pooling", 1));

    wire (p, last, c, 0, "256×256×64");
    wire (p, c, m, 0, "256×256×64");
    down[k] = c;
    last = m;
  }
  for (int k = 3; k >= 0; k--) {
    int up = add (p, gallery_card ("conv2d_transpose", "Conv2DTranspose · 64 of 3×3", "36,928", "convolution", 1));
    int cat = add (p, gallery_card ("concatenate", "Concatenate · 2 inputs", NULL, "merging", 2));

    wire (p, last, up, 0, "16×16×64");
    wire (p, up, cat, 0, "32×32×64");
    wire (p, down[k], cat, 1, "32×32×64");
    last = cat;
  }
  return p;
}

LmGraphPicture *
gallery_deep (void)
{
  LmGraphPicture *p = graph (300, 400);
  int last = add (p, gallery_card ("photos", "Input · picture 224×224, colour", NULL, "input", 0));

  p->title = g_strdup ("A hundred and twenty layers");
  for (int k = 0; k < 40; k++) {
    int a = add (p, gallery_card ("conv2d", "Conv2D · 64 of 3×3 · relu", "36,928", "convolution", 1));
    int b = add (p, gallery_card ("batch_normalization", "BatchNormalization", "256", "normalization", 1));
    int sum = add (p, gallery_card ("add", "Add · 2 inputs", NULL, "merging", 2));

    wire (p, last, a, 0, "56×56×64");
    wire (p, a, b, 0, "56×56×64");
    wire (p, b, sum, 0, "56×56×64");
    wire (p, last, sum, 1, "56×56×64");
    last = sum;
  }
  return p;
}
