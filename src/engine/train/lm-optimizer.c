/* lm-optimizer.c: what all optimizers share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-optimizer.h"

#include "lm-i18n.h"

/* Option @id, 0 where it is none. */
static double
value_of (const LmOptionSet *options,
          const char *id)
{
  int index = lm_option_set_index (options, id);

  g_assert (index >= 0);
  if (lm_option_is_null (options, index))
    return 0;
  return options->member->options[index].kind == LM_OPTION_INT ? (double) lm_option_get_int (options, index) : lm_option_get_double (options, index);
}

void
lm_optimizer_common (const LmOptionSet *options,
                     LmOptimizerCommon *common)
{
  common->rate = value_of (options, "learning_rate");
  common->weight_decay = value_of (options, "weight_decay");
  common->clipnorm = value_of (options, "clipnorm");
  common->clipvalue = value_of (options, "clipvalue");
  common->global_clipnorm = value_of (options, "global_clipnorm");
  common->use_ema = lm_option_get_bool (options, lm_option_set_index (options, "use_ema"));
  common->ema_momentum = value_of (options, "ema_momentum");
  common->ema_frequency = (gint64) value_of (options, "ema_overwrite_frequency");
}

void
lm_optimizer_fill (const LmOptionSet *options,
                   double rate,
                   guint64 step,
                   LmUpdateRule *rule)
{
  const LmOptimizerClass *optimizer = (const LmOptimizerClass *) options->member;

  g_assert (step >= 1);
  *rule = (LmUpdateRule){ .scale = 1 };
  rule->decay = (lm_real) (value_of (options, "weight_decay") * rate);
  rule->clip = (lm_real) value_of (options, "clipvalue");
  optimizer->fill (options, rate, step, rule);
}

int
lm_optimizer_states (const LmOptionSet *options)
{
  LmUpdateRule rule;

  lm_optimizer_fill (options, 1, 1, &rule);
  return lm_update_states (&rule);
}

int
lm_optimizer_n_moments (const LmOptionSet *options)
{
  int states = lm_optimizer_states (options);
  LmOptimizerCommon common;

  lm_optimizer_common (options, &common);
  return (states & 1) + ((states >> 1) & 1) + ((states >> 2) & 1) + (common.use_ema ? 1 : 0);
}

gboolean
lm_optimizer_check (const LmOptionSet *options,
                    GError **error)
{
  LmOptimizerCommon common;
  int n;

  lm_optimizer_common (options, &common);
  n = (common.clipnorm > 0) + (common.clipvalue > 0) + (common.global_clipnorm > 0);
  if (n <= 1)
    return TRUE;
  g_set_error (error, LM_ERROR, LM_ERROR_OPTION,
               _ ("The optimizer “%s” is asked to clip gradients in %d ways, but can do one. Keep one of clipnorm, clipvalue and global_clipnorm."),
               options->member->id, n);
  return FALSE;
}
