/* lm-test-op.h: runs one op by hand, without builder, plan or program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-arena.h"
#include "lm-op-attrs.h"
#include "lm-op.h"
#include "lm-slot.h"

G_BEGIN_DECLS

#define LM_TEST_MAX_OPERANDS 8

/**
 * LmTestInput: an input of an op under test
 * @layout: how the op expects it to lie in memory
 * @dtype: LM_F32 for real numbers (double in the double build), or LM_I32
 */
typedef struct {
  LmShape shape;
  LmLayout layout;
  LmDtype dtype;
} LmTestInput;

/**
 * LmTestOp:
 *
 * An op with operands of its own. Values are set and read in natural order,
 * as double, whatever the build and the layout.
 */
typedef struct _LmTestOp LmTestOp;

LmTestOp *lm_test_op_new (LmOpId id, gboolean f64, const void *attrs, const LmTestInput *inputs, int n_in, int n_out, LmPool *pool);
void lm_test_op_free (LmTestOp *self);

const LmOpClass *lm_test_op_class (const LmTestOp *self);

/* Sizes in natural order. */
gint64 lm_test_op_in_size (const LmTestOp *self, int i);
gint64 lm_test_op_out_size (const LmTestOp *self, int i);
const LmOperand *lm_test_op_out (const LmTestOp *self, int i);

void lm_test_op_set_in (LmTestOp *self, int i, const double *values);
void lm_test_op_get_in (const LmTestOp *self, int i, double *values);
void lm_test_op_get_out (const LmTestOp *self, int i, double *values);

/* Outputs and workspace hold NaN before. Only what keep_in and keep_out name is left for backward. */
void lm_test_op_forward (LmTestOp *self);

/**
 * lm_test_op_backward:
 * @dout: (array length=n_out): gradient of each output in natural order; %NULL: none flows in
 * @mode: (array length=n_in)
 * @din: (array length=n_in): for LM_GRAD_ADD what to add to; receives the gradients; entries of skipped inputs are not read
 *
 * Asserts that padding gets zero.
 */
void lm_test_op_backward (LmTestOp *self, const double *const *dout, const LmGradMode *mode, double *const *din);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmTestOp, lm_test_op_free)

G_END_DECLS
