/* lm-optimizer-options.h: the rows that every optimizer's option table has
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-i18n.h"
#include "lm-optimizer.h"

#include <math.h>

/* First row of each table. @rate: Keras's default. */
#define LM_OPTIMIZER_RATE(rate)                                                                                      \
  {                                                                                                                  \
    .kind = LM_OPTION_DOUBLE,                                                                                        \
    .id = "learning_rate",                                                                                           \
    .title = N_ ("Learning rate"),                                                                                   \
    .help = N_ ("How far each step goes. Too large: the loss jumps or becomes infinite. Too small: nothing moves."), \
    .initial = rate,                                                                                                 \
    .min = 0,                                                                                                        \
    .max = 1e6,                                                                                                      \
    .above_min = TRUE,                                                                                               \
    .log_scale = TRUE,                                                                                               \
  }

#define LM_OPTIMIZER_LIMIT(limit_id, limit_title, limit_help, limit_max) \
  {                                                                      \
    .kind = LM_OPTION_DOUBLE,                                            \
    .id = limit_id,                                                      \
    .title = limit_title,                                                \
    .help = limit_help,                                                  \
    .initial = NAN,                                                      \
    .min = 0,                                                            \
    .max = limit_max,                                                    \
    .above_min = TRUE,                                                   \
    .rare = TRUE,                                                        \
    .nullable = TRUE,                                                    \
  }

/* Last rows of each table. @decay: Keras's default. */
#define LM_OPTIMIZER_COMMON_WITH(decay, may_be_none)                                                                                                       \
  {                                                                                                                                                        \
    .kind = LM_OPTION_DOUBLE,                                                                                                                              \
    .id = "weight_decay",                                                                                                                                  \
    .title = N_ ("Weight decay"),                                                                                                                          \
    .help = N_ ("Takes this share of each weight away at each step, times the learning rate."),                                                            \
    .initial = decay,                                                                                                                                      \
    .min = 0,                                                                                                                                              \
    .max = 1,                                                                                                                                              \
    .above_min = TRUE,                                                                                                                                     \
    .rare = may_be_none,                                                                                                                                   \
    .nullable = may_be_none,                                                                                                                               \
  },                                                                                                                                                       \
    LM_OPTIMIZER_LIMIT ("clipnorm", N_ ("Clip each norm"), N_ ("Shortens the gradient of each weight tensor to at most this length."), 1e9),               \
    LM_OPTIMIZER_LIMIT ("clipvalue", N_ ("Clip values"), N_ ("Cuts each number of a gradient to plus or minus this."), 1e9),                               \
    LM_OPTIMIZER_LIMIT ("global_clipnorm", N_ ("Clip the whole norm"), N_ ("Shortens the gradient of all weights together to at most this length."), 1e9), \
    {                                                                                                                                                      \
      .kind = LM_OPTION_BOOL,                                                                                                                              \
      .id = "use_ema",                                                                                                                                     \
      .title = N_ ("Average weights"),                                                                                                                     \
      .help = N_ ("Keeps a moving average of the weights and puts it in their place when training is finished: less noise of the last steps."),            \
      .rare = TRUE,                                                                                                                                        \
    },                                                                                                                                                     \
    {                                                                                                                                                      \
      .kind = LM_OPTION_DOUBLE,                                                                                                                            \
      .id = "ema_momentum",                                                                                                                                \
      .title = N_ ("Memory of the average"),                                                                                                               \
      .help = N_ ("How slowly the average of the weights forgets: average = m·average + (1 − m)·weight."),                                                 \
      .initial = 0.99,                                                                                                                                     \
      .min = 0,                                                                                                                                            \
      .max = 1,                                                                                                                                            \
      .rare = TRUE,                                                                                                                                        \
    },                                                                                                                                                     \
  {                                                                                                                                                        \
    .kind = LM_OPTION_INT,                                                                                                                                 \
    .id = "ema_overwrite_frequency",                                                                                                                       \
    .title = N_ ("Use the average every"),                                                                                                                 \
    .help = N_ ("Also puts the average in the place of the weights after so many steps, again and again. None: only at the end."),                         \
    .unit = N_ ("steps"),                                                                                                                                  \
    .initial = NAN,                                                                                                                                        \
    .min = 1,                                                                                                                                              \
    .max = 1e9,                                                                                                                                            \
    .rare = TRUE,                                                                                                                                          \
    .nullable = TRUE,                                                                                                                                      \
  }

#define LM_OPTIMIZER_COMMON LM_OPTIMIZER_COMMON_WITH (NAN, TRUE)

/* Rows of several tables. */
#define LM_OPTIMIZER_SHARE(share_id, share_title, share_help, share_initial, share_max) \
  {                                                                                     \
    .kind = LM_OPTION_DOUBLE,                                                           \
    .id = share_id,                                                                     \
    .title = share_title,                                                               \
    .help = share_help,                                                                 \
    .initial = share_initial,                                                           \
    .max = share_max,                                                                   \
    .rare = TRUE,                                                                       \
  }

#define LM_OPTIMIZER_BETA_1 LM_OPTIMIZER_SHARE ("beta_1", N_ ("Memory of gradients"), N_ ("How slowly the mean of gradients forgets."), 0.9, 0.999999)
#define LM_OPTIMIZER_BETA_2 LM_OPTIMIZER_SHARE ("beta_2", N_ ("Memory of squares"), N_ ("How slowly the mean of squared gradients forgets."), 0.999, 0.99999999)

#define LM_OPTIMIZER_EPSILON                                         \
  {                                                                  \
    .kind = LM_OPTION_DOUBLE,                                        \
    .id = "epsilon",                                                 \
    .title = N_ ("Epsilon"),                                         \
    .help = N_ ("Small number that keeps a division by zero away."), \
    .initial = 1e-7,                                                 \
    .max = 1,                                                        \
    .log_scale = TRUE,                                               \
    .rare = TRUE,                                                    \
  }
