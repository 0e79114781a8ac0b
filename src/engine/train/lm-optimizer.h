/* lm-optimizer.h: how a gradient changes a weight
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-kernels.h"
#include "lm-option.h"

G_BEGIN_DECLS

/**
 * LmOptimizerClass:
 * @fill: the rule of step @step (from 1) at learning rate @rate; @rule comes zeroed but for scale 1. Weight decay
 *   and clipping are filled in by lm_optimizer_fill()
 *
 * Family “optimizer”. Options and defaults are Keras 3's. All begin with
 * learning_rate and end with weight_decay, clipnorm, clipvalue, global_clipnorm, use_ema, ema_momentum and
 * ema_overwrite_frequency (lm-optimizer-options.h).
 */
typedef struct {
  LmMember member;
  void (*fill) (const LmOptionSet *options, double rate, guint64 step, LmUpdateRule *rule);
} LmOptimizerClass;

static inline const LmOptimizerClass *
lm_optimizer_find (const char *id)
{
  return (const LmOptimizerClass *) lm_family_find ("optimizer", id);
}

/* The options all optimizers share. Not set: 0. At most one way of clipping may be set. */
typedef struct {
  double rate;
  double weight_decay;
  double clipnorm;        /* each weight's gradient is scaled to at most this norm */
  double clipvalue;       /* each number is cut to ±this */
  double global_clipnorm; /* all gradients together are scaled to at most this norm */
  gboolean use_ema;       /* a moving average of the weights is kept, as the last moment */
  double ema_momentum;
  gint64 ema_frequency; /* steps after which it takes the place of the weights, 0: never */
} LmOptimizerCommon;

void lm_optimizer_common (const LmOptionSet *options, LmOptimizerCommon *common);

/* TRUE if gradients must be stored whole before they are applied. */
static inline gboolean
lm_optimizer_clips (const LmOptimizerCommon *common)
{
  return common->clipnorm > 0 || common->clipvalue > 0 || common->global_clipnorm > 0;
}

/* The rule of step @step (from 1), weight decay and clipvalue included. @options: of a member of family “optimizer”. */
void lm_optimizer_fill (const LmOptionSet *options, double rate, guint64 step, LmUpdateRule *rule);

/* Which of LmUpdate.s an optimizer with these options keeps, as bits; how many moments in all, with the average of the weights. */
int lm_optimizer_states (const LmOptionSet *options);
int lm_optimizer_n_moments (const LmOptionSet *options);

/* Returns: %FALSE with %LM_ERROR_OPTION set if options contradict each other (two ways of clipping, as in Keras). */
gboolean lm_optimizer_check (const LmOptionSet *options, GError **error);

G_END_DECLS
