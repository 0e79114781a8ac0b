/* lm-loss.c: losses by name
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-loss.h"

#include <string.h>

/* Short names that Keras understands as well. */
static const char *const short_names[][2] = {
  { "mse", "mean_squared_error" },
  { "mae", "mean_absolute_error" },
  { "mape", "mean_absolute_percentage_error" },
  { "msle", "mean_squared_logarithmic_error" },
  { "bce", "binary_crossentropy" },
  { "cce", "categorical_crossentropy" },
  { "scce", "sparse_categorical_crossentropy" },
  { "kld", "kl_divergence" },
  { "logcosh", "log_cosh" },
};

const char *
lm_loss_canonical (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (short_names); i++) {
    if (strcmp (short_names[i][0], id) == 0)
      return short_names[i][1];
  }
  return id;
}

const LmLossClass *
lm_loss_find (const char *id)
{
  return (const LmLossClass *) lm_family_find ("loss", lm_loss_canonical (id));
}

LmValue
lm_loss_build (LmBuilder *b,
               const LmLossAttrs *attrs,
               LmValue prediction,
               LmValue target,
               LmValue weight)
{
  LmValue in[3] = { prediction, target, weight }, loss;

  lm_build_op (b, LM_OP_loss, attrs, in, weight.index >= 0 ? 3 : 2, &loss, 1);
  return loss;
}
