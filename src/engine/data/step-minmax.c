/* step-minmax.c: the smallest training value becomes low, the largest high
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-pipeline.h"

#include <math.h>

enum {
  ON,
  AXIS,
  LOW,
  HIGH,
};

enum {
  MIN_OF,
  MAX_OF,
};

static const char *const state_names[] = { "min", "max", NULL };

static const LmOptionSpec options[] = {
  [ON] = LM_STEP_ON_SPEC,
  [AXIS] = {
    .kind = LM_OPTION_CHOICE,
    .id = "axis",
    .title = N_ ("Statistics"),
    .help = N_ ("last: one range per feature of the last axis (a column of a table, a colour of a picture); each: one per value of a sample; all: one for everything."),
    .initial_text = "last",
    .choices = lm_step_axes,
  },
  [LOW] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "low",
    .title = N_ ("From"),
    .help = N_ ("What the smallest training value becomes."),
    .initial = 0,
    .min = -1e30,
    .max = 1e30,
  },
  [HIGH] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "high",
    .title = N_ ("To"),
    .help = N_ ("What the largest training value becomes."),
    .initial = 1,
    .min = -1e30,
    .max = 1e30,
  },
};

static gsize
n_features (const LmStepFit *fit)
{
  return lm_step_n_features (fit, lm_option_get_text (fit->options, AXIS));
}

/* n minima, then n maxima. */
static void *
minmax_begin (const LmStepFit *fit)
{
  gsize n = n_features (fit);
  float *range = g_new (float, 2 * n);

  for (gsize k = 0; k < n; k++) {
    range[k] = INFINITY;
    range[n + k] = -INFINITY;
  }
  return range;
}

static void
minmax_add (const LmStepFit *fit,
            void *sums,
            const float *x,
            gsize n)
{
  gsize n_features_ = n_features (fit);
  float *min = sums;
  float *max = min + n_features_;

  for (gsize i = 0; i < n * fit->size; i += n_features_) {
    for (gsize k = 0; k < n_features_; k++) {
      float value = x[i + k];

      if (isfinite (value)) {
        min[k] = MIN (min[k], value);
        max[k] = MAX (max[k], value);
      }
    }
  }
}

static void
minmax_end (LmStepFit *fit,
            void *sums)
{
  gsize n = n_features (fit);
  LmShape shape = LM_SHAPE ((gint64) n);
  float *min = sums;
  float *max = min + n;

  for (gsize k = 0; k < n; k++) {
    if (!(min[k] <= max[k]))
      min[k] = max[k] = 0;
  }
  fit->state[MIN_OF] = lm_tensor_new_copy (LM_F32, &shape, min);
  fit->state[MAX_OF] = lm_tensor_new_copy (LM_F32, &shape, max);
  g_free (sums);
}

static void
minmax_apply (const LmStepFit *fit,
              float *x,
              gsize n)
{
  const float *min = lm_tensor_f32 (fit->state[MIN_OF]);
  const float *max = lm_tensor_f32 (fit->state[MAX_OF]);
  float low = (float) lm_option_get_double (fit->options, LOW);
  float high = (float) lm_option_get_double (fit->options, HIGH);
  gsize n_features_ = n_features (fit);

  for (gsize i = 0; i < n * fit->size; i += n_features_) {
    for (gsize k = 0; k < n_features_; k++) {
      float span = max[k] > min[k] ? max[k] - min[k] : 1;

      x[i + k] = low + (x[i + k] - min[k]) / span * (high - low);
    }
  }
}

static void
minmax_invert (const LmStepFit *fit,
               float *x,
               gsize n)
{
  const float *min = lm_tensor_f32 (fit->state[MIN_OF]);
  const float *max = lm_tensor_f32 (fit->state[MAX_OF]);
  float low = (float) lm_option_get_double (fit->options, LOW);
  float high = (float) lm_option_get_double (fit->options, HIGH);
  float width = high > low || high < low ? high - low : 1;
  gsize n_features_ = n_features (fit);

  for (gsize i = 0; i < n * fit->size; i += n_features_) {
    for (gsize k = 0; k < n_features_; k++) {
      float span = max[k] > min[k] ? max[k] - min[k] : 1;

      x[i + k] = min[k] + (x[i + k] - low) / width * span;
    }
  }
}

const LmStepClass lm_step_minmax = {
  .member = {
    .id = "minmax",
    .title = N_ ("Bring Into a Range"),
    .help = N_ ("Moves and stretches so that the training values fill a range: y = low + (x − min) / (max − min) · (high − low). Other parts may lie outside."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .state_names = state_names,
  .state_size = n_features,
  .fit_begin = minmax_begin,
  .fit_add = minmax_add,
  .fit_end = minmax_end,
  .apply = minmax_apply,
  .invert = minmax_invert,
};
