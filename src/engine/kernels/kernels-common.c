/* kernels-common.c: what ops ask about kernels, in float and in double
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-kernels.h"

gboolean
LM_R (lm_fn_from_output) (const LmFn *fn)
{
  switch (fn->kind) {
  case LM_FN_RELU:
    /* The output must tell which branch made it. */
    return fn->c == 0 && fn->a >= 0;
  case LM_FN_LEAKY_RELU:
  case LM_FN_ELU:
    return fn->a >= 0;
  case LM_FN_LINEAR:
  case LM_FN_SELU:
  case LM_FN_TANH:
  case LM_FN_SIGMOID:
  case LM_FN_HARD_SIGMOID:
  case LM_FN_SOFTPLUS:
  case LM_FN_SOFTSIGN:
  case LM_FN_EXPONENTIAL:
  case LM_FN_SQRT:
  case LM_FN_RECIPROCAL:
    return TRUE;
  default:
    return FALSE;
  }
}

int
LM_R (lm_update_states) (const LmUpdateRule *rule)
{
  switch (rule->kind) {
  case LM_UPDATE_MOMENTUM:
  case LM_UPDATE_ADAGRAD:
  case LM_UPDATE_LION:
    return 1;
  case LM_UPDATE_ADAMAX:
  case LM_UPDATE_NADAM:
  case LM_UPDATE_ADADELTA:
    return 3;
  case LM_UPDATE_RMSPROP:
    return 1 | (rule->momentum != 0 ? 2 : 0) | (rule->centered ? 4 : 0);
  case LM_UPDATE_ADAM:
    return 3 | (rule->amsgrad ? 4 : 0);
  default:
    return 0;
  }
}

void
LM_R (lm_broadcast_init) (LmBroadcast *self,
                          const LmShape *a,
                          const LmShape *b)
{
  int rank = MAX (a->rank, b->rank);
  gint64 dim[LM_MAX_RANK], sa[LM_MAX_RANK], sb[LM_MAX_RANK];
  gint64 step_a = 1, step_b = 1;

  for (int i = 1; i <= rank; i++) {
    gint64 da = i <= a->rank ? a->dim[a->rank - i] : 1;
    gint64 db = i <= b->rank ? b->dim[b->rank - i] : 1;

    g_assert (da == db || da == 1 || db == 1);

    dim[rank - i] = MAX (da, db);
    sa[rank - i] = da == 1 ? 0 : step_a;
    sb[rank - i] = db == 1 ? 0 : step_b;
    step_a *= da;
    step_b *= db;
  }

  /* Merge each axis into the one before it where both inputs step on evenly. */
  self->rank = 0;
  for (int i = 0; i < rank; i++) {
    int last = self->rank - 1;

    if (dim[i] == 1)
      continue;

    if (last >= 0 && self->a[last] == sa[i] * dim[i] && self->b[last] == sb[i] * dim[i]) {
      self->dim[last] *= dim[i];
      self->a[last] = sa[i];
      self->b[last] = sb[i];
    } else {
      self->dim[self->rank] = dim[i];
      self->a[self->rank] = sa[i];
      self->b[self->rank] = sb[i];
      self->rank++;
    }
  }

  if (self->rank == 0) {
    self->rank = 1;
    self->dim[0] = 1;
    self->a[0] = self->b[0] = 1;
  }
}
