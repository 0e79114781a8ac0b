/* lm-activation.h: descriptor of an activation function
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-op-attrs.h"
#include "lm-option.h"

G_BEGIN_DECLS

/**
 * LmActivationClass:
 *
 * A member of family “activation”: a name for an elementwise function (or
 * softmax) with the parameters that Keras gives it by default.
 */
typedef struct {
  LmMember member;
  LmActivation kind;
  double a;
  double b;
  double c;
} LmActivationClass;

G_END_DECLS
