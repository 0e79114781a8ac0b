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
 * @option_a, @option_b, @option_c: 1 + index of the option that sets the parameter; 0 for none. Softmax has its axis in a.
 */
typedef struct {
  LmMember member;
  LmActivation kind;
  double a;
  double b;
  double c;
  int option_a;
  int option_b;
  int option_c;
} LmActivationClass;

static inline double
lm_activation_parameter (const LmOptionSet *set, int option, double initial)
{
  if (option == 0 || lm_option_is_null (set, option - 1))
    return initial;
  switch (set->member->options[option - 1].kind) {
  case LM_OPTION_BOOL:
    return lm_option_get_bool (set, option - 1);
  case LM_OPTION_INT:
    return (double) lm_option_get_int (set, option - 1);
  default:
    return lm_option_get_double (set, option - 1);
  }
}

/* The function that options of the family “activation” describe. */
static inline LmActivationAttrs
lm_activation_attrs (const LmOptionSet *set)
{
  const LmActivationClass *self = (const LmActivationClass *) set->member;

  return (LmActivationAttrs){
    .kind = self->kind,
    .a = lm_activation_parameter (set, self->option_a, self->a),
    .b = lm_activation_parameter (set, self->option_b, self->b),
    .c = lm_activation_parameter (set, self->option_c, self->c),
  };
}

G_END_DECLS
