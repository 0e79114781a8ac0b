/* step-standardize.c: y = (x − mean) / standard deviation, both of the training part
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-pipeline.h"

#include <math.h>

enum {
  ON,
  AXIS,
};

enum {
  MEAN,
  STD,
};

static const char *const state_names[] = { "mean", "std", NULL };

static const LmOptionSpec options[] = {
  [ON] = LM_STEP_ON_SPEC,
  [AXIS] = {
    .kind = LM_OPTION_CHOICE,
    .id = "axis",
    .title = N_ ("Statistics"),
    .help = N_ ("last: one mean per feature of the last axis (a column of a table, a colour of a picture); each: one per value of a sample; all: one for everything."),
    .initial_text = "last",
    .choices = lm_step_axes,
  },
};

/* Sums of x − shift, where shift is the first value seen, so that large means cost no digits. */
typedef struct {
  gboolean seen;
  double shift;
  double n;
  double sum;
  double sum_squares;
} Feature;

static gsize
n_features (const LmStepFit *fit)
{
  return lm_step_n_features (fit, lm_option_get_text (fit->options, AXIS));
}

static void *
standardize_begin (const LmStepFit *fit)
{
  return g_new0 (Feature, n_features (fit));
}

/* Values that are not finite do not count. */
static void
standardize_add (const LmStepFit *fit,
                 void *sums,
                 const float *x,
                 gsize n)
{
  gsize n_features_ = n_features (fit);

  for (gsize i = 0; i < n * fit->size; i += n_features_) {
    for (gsize k = 0; k < n_features_; k++) {
      Feature *f = (Feature *) sums + k;
      double d = (double) x[i + k];

      if (!isfinite (d))
        continue;
      if (!f->seen) {
        f->seen = TRUE;
        f->shift = d;
      }
      d -= f->shift;
      f->n += 1;
      f->sum += d;
      f->sum_squares += d * d;
    }
  }
}

/* The population's standard deviation (divided by n), as Keras's Normalization and scikit-learn's StandardScaler use it.
 * A feature that never changes has 1 in its place, so it becomes 0. */
static void
standardize_end (LmStepFit *fit,
                 void *sums)
{
  gsize n = n_features (fit);
  LmShape shape = LM_SHAPE ((gint64) n);
  g_autofree float *mean = g_new (float, n);
  g_autofree float *std = g_new (float, n);

  for (gsize k = 0; k < n; k++) {
    const Feature *f = (Feature *) sums + k;
    double m = f->n > 0 ? f->sum / f->n : 0;
    double variance = f->n > 0 ? f->sum_squares / f->n - m * m : 0;

    mean[k] = (float) (f->shift + m);
    std[k] = variance > 0 ? (float) sqrt (variance) : 1;
    if (!(std[k] > 0))
      std[k] = 1;
  }
  fit->state[MEAN] = lm_tensor_new_copy (LM_F32, &shape, mean);
  fit->state[STD] = lm_tensor_new_copy (LM_F32, &shape, std);
  g_free (sums);
}

static void
standardize_apply (const LmStepFit *fit,
                   float *x,
                   gsize n)
{
  const float *mean = lm_tensor_f32 (fit->state[MEAN]);
  const float *std = lm_tensor_f32 (fit->state[STD]);
  gsize n_features_ = n_features (fit);

  for (gsize i = 0; i < n * fit->size; i += n_features_) {
    for (gsize k = 0; k < n_features_; k++)
      x[i + k] = (x[i + k] - mean[k]) / std[k];
  }
}

static void
standardize_invert (const LmStepFit *fit,
                    float *x,
                    gsize n)
{
  const float *mean = lm_tensor_f32 (fit->state[MEAN]);
  const float *std = lm_tensor_f32 (fit->state[STD]);
  gsize n_features_ = n_features (fit);

  for (gsize i = 0; i < n * fit->size; i += n_features_) {
    for (gsize k = 0; k < n_features_; k++)
      x[i + k] = x[i + k] * std[k] + mean[k];
  }
}

const LmStepClass lm_step_standardize = {
  .member = {
    .id = "standardize",
    .title = N_ ("Standardize"),
    .help = N_ ("Subtracts the mean and divides by the standard deviation: y = (x − mean) / std. Both are of the training part alone."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .state_names = state_names,
  .state_size = n_features,
  .fit_begin = standardize_begin,
  .fit_add = standardize_add,
  .fit_end = standardize_end,
  .apply = standardize_apply,
  .invert = standardize_invert,
};
