/* step-rescale.c: y = x · scale + offset
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "lm-i18n.h"

#include "lm-pipeline.h"

enum {
  ON,
  SCALE,
  OFFSET,
};

static const LmOptionSpec options[] = {
  [ON] = LM_STEP_ON_SPEC,
  [SCALE] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "scale",
    .title = N_ ("Scale"),
    .help = N_ ("Each value is multiplied by this. 1/255 = 0.00392… turns pixels into 0 … 1."),
    .initial = 1.0 / 255.0,
    .min = -1e30,
    .max = 1e30,
  },
  [OFFSET] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "offset",
    .title = N_ ("Offset"),
    .help = N_ ("Added after the multiplication."),
    .initial = 0,
    .min = -1e30,
    .max = 1e30,
  },
};

static void
rescale_apply (const LmStepFit *fit,
               float *x,
               gsize n)
{
  float scale = (float) lm_option_get_double (fit->options, SCALE);
  float offset = (float) lm_option_get_double (fit->options, OFFSET);

  for (gsize i = 0; i < n * fit->size; i++)
    x[i] = x[i] * scale + offset;
}

static void
rescale_invert (const LmStepFit *fit,
                float *x,
                gsize n)
{
  double scale = lm_option_get_double (fit->options, SCALE);
  double offset = lm_option_get_double (fit->options, OFFSET);

  if (!(scale > 0 || scale < 0))
    return;
  for (gsize i = 0; i < n * fit->size; i++)
    x[i] = (float) (((double) x[i] - offset) / scale);
}

const LmStepClass lm_step_rescale = {
  .member = {
    .id = "rescale",
    .title = N_ ("Rescale"),
    .help = N_ ("Multiplies by a fixed number and adds another: y = x · scale + offset, as Keras’s Rescaling. Learns nothing from the data."),
    .options = options,
    .n_options = G_N_ELEMENTS (options),
  },
  .apply = rescale_apply,
  .invert = rescale_invert,
};
