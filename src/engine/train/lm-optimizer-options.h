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

/* Last rows of each table. */
#define LM_OPTIMIZER_COMMON                                                                                                                        \
  LM_OPTIMIZER_LIMIT ("weight_decay", N_ ("Weight decay"), N_ ("Takes this share of each weight away at each step, times the learning rate."), 1), \
    LM_OPTIMIZER_LIMIT ("clipnorm", N_ ("Clip each norm"), N_ ("Shortens the gradient of each weight tensor to at most this length."), 1e9),       \
    LM_OPTIMIZER_LIMIT ("clipvalue", N_ ("Clip values"), N_ ("Cuts each number of a gradient to plus or minus this."), 1e9),                       \
    LM_OPTIMIZER_LIMIT ("global_clipnorm", N_ ("Clip the whole norm"), N_ ("Shortens the gradient of all weights together to at most this length."), 1e9)
