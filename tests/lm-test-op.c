/* lm-test-op.c: runs one op by hand, without builder, plan or program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-test-op.h"

#include <math.h>
#include <string.h>

/* The double kernels, which lm-kernels.h declares for the double build only. */
const LmKernels *lm_kernels_get_f64 (void);

/* Guard numbers behind every operand, to see writes past its end. */
#define GUARD 16
#define GUARD_VALUE 7.25

typedef struct {
  LmTestInput info;
  gint64 n; /* natural */
  gint64 stored;
  void *data;
} Operand;

struct _LmTestOp {
  const LmOpClass *op;
  gboolean f64;
  void *attrs;
  int n_in;
  int n_out;
  Operand in[LM_TEST_MAX_OPERANDS];
  Operand out[LM_TEST_MAX_OPERANDS];
  LmOperand calls[2 * LM_TEST_MAX_OPERANDS];
  LmPool *pool;
};

static gsize
element_size (const LmTestOp *self,
              const Operand *operand)
{
  return operand->info.dtype == LM_F32 && self->f64 ? sizeof (double) : lm_dtype_size (operand->info.dtype);
}

static void
put (const LmTestOp *self,
     const Operand *operand,
     void *data,
     gint64 i,
     double value)
{
  if (operand->info.dtype == LM_I32)
    ((gint32 *) data)[i] = isnan (value) ? G_MININT32 : (gint32) value;
  else if (operand->info.dtype == LM_U8)
    ((guint8 *) data)[i] = isnan (value) ? 255 : (guint8) value;
  else if (self->f64)
    ((double *) data)[i] = value;
  else
    ((float *) data)[i] = (float) value;
}

static double
get (const LmTestOp *self,
     const Operand *operand,
     const void *data,
     gint64 i)
{
  if (operand->info.dtype == LM_I32)
    return ((const gint32 *) data)[i];
  if (operand->info.dtype == LM_U8)
    return ((const guint8 *) data)[i];
  return self->f64 ? ((const double *) data)[i] : (double) ((const float *) data)[i];
}

/* Where natural element @i lies. */
static gint64
place (const Operand *operand,
       gint64 i)
{
  gint64 rows, cols;

  if (operand->info.layout != LM_LAYOUT_PANELS)
    return i;
  rows = operand->info.shape.dim[0];
  cols = operand->info.shape.dim[1];
  return i % cols / LM_PANEL * LM_PANEL * rows + i / cols * LM_PANEL + i % cols % LM_PANEL;
}

static void *
operand_alloc (const LmTestOp *self,
               const Operand *operand)
{
  gsize size = lm_align ((gsize) (operand->stored + GUARD) * element_size (self, operand));
  void *data = g_aligned_alloc0 (1, size, LM_ALIGN);

  for (gint64 i = 0; i < GUARD; i++)
    put (self, operand, data, operand->stored + i, operand->info.dtype == LM_F32 ? GUARD_VALUE : 77);
  return data;
}

static void
check_guard (const LmTestOp *self,
             const Operand *operand,
             const void *data)
{
  for (gint64 i = 0; i < GUARD; i++)
    g_assert_cmpfloat (get (self, operand, data, operand->stored + i), ==, operand->info.dtype == LM_F32 ? GUARD_VALUE : 77);
}

static void
operand_init (LmTestOp *self,
              Operand *operand,
              const LmTestInput *info)
{
  operand->info = *info;
  operand->n = lm_shape_n_elements (&info->shape, 1);
  operand->stored = info->layout == LM_LAYOUT_NATURAL ? operand->n : lm_layout_size (info->layout, &info->shape);
  operand->data = operand_alloc (self, operand);
}

LmTestOp *
lm_test_op_new (LmOpId id,
                gboolean f64,
                const void *attrs,
                const LmTestInput *inputs,
                int n_in,
                int n_out,
                LmPool *pool)
{
  LmTestOp *self = g_new0 (LmTestOp, 1);
  LmOperand in[LM_TEST_MAX_OPERANDS] = { 0 };
  LmOperand out[LM_TEST_MAX_OPERANDS] = { 0 };

  g_assert (n_in <= LM_TEST_MAX_OPERANDS && n_out <= LM_TEST_MAX_OPERANDS);
  self->op = lm_op_class (id, f64);
  self->f64 = f64;
  self->attrs = g_memdup2 (attrs, self->op->attrs_size);
  self->n_in = n_in;
  self->n_out = n_out;
  self->pool = pool;
  for (int i = 0; i < n_in; i++) {
    operand_init (self, &self->in[i], &inputs[i]);
    in[i] = (LmOperand){ NULL, inputs[i].shape, inputs[i].dtype };
  }
  self->op->infer (self->attrs, n_in, in, n_out, out);
  for (int i = 0; i < n_out; i++)
    operand_init (self, &self->out[i], &(LmTestInput){ out[i].shape, LM_LAYOUT_NATURAL, out[i].dtype });
  return self;
}

void
lm_test_op_free (LmTestOp *self)
{
  for (int i = 0; i < self->n_in; i++)
    g_aligned_free (self->in[i].data);
  for (int i = 0; i < self->n_out; i++)
    g_aligned_free (self->out[i].data);
  g_free (self->attrs);
  g_free (self);
}

const LmOpClass *
lm_test_op_class (const LmTestOp *self)
{
  return self->op;
}

gint64
lm_test_op_in_size (const LmTestOp *self,
                    int i)
{
  return self->in[i].n;
}

gint64
lm_test_op_out_size (const LmTestOp *self,
                     int i)
{
  return self->out[i].n;
}

const LmOperand *
lm_test_op_out (const LmTestOp *self,
                int i)
{
  return &self->calls[self->n_in + i];
}

void
lm_test_op_set_in (LmTestOp *self,
                   int i,
                   const double *values)
{
  for (gint64 j = 0; j < self->in[i].n; j++)
    put (self, &self->in[i], self->in[i].data, place (&self->in[i], j), values[j]);
}

void
lm_test_op_get_in (const LmTestOp *self,
                   int i,
                   double *values)
{
  for (gint64 j = 0; j < self->in[i].n; j++)
    values[j] = get (self, &self->in[i], self->in[i].data, place (&self->in[i], j));
}

void
lm_test_op_get_out (const LmTestOp *self,
                    int i,
                    double *values)
{
  for (gint64 j = 0; j < self->out[i].n; j++)
    values[j] = get (self, &self->out[i], self->out[i].data, j);
}

static LmOpCall
make_call (LmTestOp *self,
           gboolean backward,
           LmOperand *in,
           LmOperand *out)
{
  guint32 keep_in = self->op->keep_in;
  guint32 keep_out = self->op->keep_out;

  if (self->op->keep != NULL)
    self->op->keep (self->attrs, &keep_in, &keep_out);
  for (int i = 0; i < self->n_in; i++)
    in[i] = (LmOperand){ !backward || keep_in & LM_BIT (i) ? self->in[i].data : NULL, self->in[i].info.shape, self->in[i].info.dtype };
  for (int i = 0; i < self->n_out; i++)
    out[i] = (LmOperand){ !backward || keep_out & LM_BIT (i) ? self->out[i].data : NULL, self->out[i].info.shape, self->out[i].info.dtype };

  return (LmOpCall){
    .attrs = self->attrs,
    .n_in = self->n_in,
    .n_out = self->n_out,
    .in = in,
    .out = out,
    .pool = self->pool,
    .k = self->f64 ? lm_kernels_get_f64 () : lm_kernels_get (),
    .rng = lm_rng_init (5, LM_RNG_DROPOUT, 1, 2),
    .training = TRUE,
    .exact = TRUE,
  };
}

/* Returns: (transfer full): garbage of the size that the op asks for, with a guard behind it */
static guint8 *
alloc_workspace (const LmTestOp *self,
                 const LmOpCall *call,
                 LmPass pass,
                 gsize *size)
{
  guint8 *workspace;

  *size = self->op->workspace != NULL ? self->op->workspace (call, pass) : 0;
  workspace = g_aligned_alloc (1, lm_align (*size + LM_ALIGN), LM_ALIGN);
  memset (workspace, 0xff, *size);
  memset (workspace + *size, 0x5a, lm_align (*size + LM_ALIGN) - *size);
  return workspace;
}

static void
free_workspace (guint8 *workspace,
                gsize size)
{
  for (gsize i = size; i < lm_align (size + LM_ALIGN); i++)
    g_assert_cmpint (workspace[i], ==, 0x5a);
  g_aligned_free (workspace);
}

void
lm_test_op_forward (LmTestOp *self)
{
  LmOperand in[LM_TEST_MAX_OPERANDS], out[LM_TEST_MAX_OPERANDS];
  LmOpCall call = make_call (self, FALSE, in, out);
  guint8 *workspace;
  gsize size;

  if ((self->op->flags & LM_OP_VIEW) != 0) {
    memcpy (self->out[0].data, self->in[0].data, (gsize) self->in[0].n * element_size (self, &self->in[0]));
    return;
  }
  for (int i = 0; i < self->n_out; i++) {
    for (gint64 j = 0; j < self->out[i].n; j++)
      put (self, &self->out[i], self->out[i].data, j, NAN);
  }
  workspace = alloc_workspace (self, &call, LM_PASS_FORWARD, &size);
  call.workspace = workspace;
  self->op->forward (&call);
  free_workspace (workspace, size);
  for (int i = 0; i < self->n_out; i++)
    check_guard (self, &self->out[i], self->out[i].data);
  memcpy (self->calls, in, sizeof in[0] * (gsize) self->n_in);
  memcpy (self->calls + self->n_in, out, sizeof out[0] * (gsize) self->n_out);
}

static void
read_gradient (const LmTestOp *self,
               const Operand *operand,
               const void *data,
               double *values)
{
  g_autofree gboolean *used = g_new0 (gboolean, operand->stored);

  for (gint64 j = 0; j < operand->n; j++) {
    values[j] = get (self, operand, data, place (operand, j));
    used[place (operand, j)] = TRUE;
  }
  for (gint64 j = 0; j < operand->stored; j++)
    g_assert_true (used[j] || get (self, operand, data, j) == 0.0);
  check_guard (self, operand, data);
}

void
lm_test_op_backward (LmTestOp *self,
                     const double *const *dout,
                     const LmGradMode *mode,
                     double *const *din)
{
  LmOperand in[LM_TEST_MAX_OPERANDS], out[LM_TEST_MAX_OPERANDS];
  LmOperand gout[LM_TEST_MAX_OPERANDS] = { 0 }, gin[LM_TEST_MAX_OPERANDS] = { 0 };
  LmOpCall call = make_call (self, TRUE, in, out);
  guint8 *workspace;
  gsize size;

  if ((self->op->flags & LM_OP_NO_GRAD) != 0)
    return;
  if ((self->op->flags & LM_OP_VIEW) != 0) {
    for (gint64 j = 0; j < self->in[0].n && mode[0] != LM_GRAD_SKIP; j++)
      din[0][j] = (mode[0] == LM_GRAD_ADD ? din[0][j] : 0.0) + dout[0][j];
    return;
  }
  for (int i = 0; i < self->n_out; i++) {
    gout[i] = (LmOperand){ dout[i] != NULL ? operand_alloc (self, &self->out[i]) : NULL, out[i].shape, out[i].dtype };
    for (gint64 j = 0; j < self->out[i].n && dout[i] != NULL; j++)
      put (self, &self->out[i], gout[i].data, j, dout[i][j]);
  }
  for (int i = 0; i < self->n_in; i++) {
    gin[i] = (LmOperand){ mode[i] != LM_GRAD_SKIP ? operand_alloc (self, &self->in[i]) : NULL, in[i].shape, in[i].dtype };
    for (gint64 j = 0; j < self->in[i].n && mode[i] != LM_GRAD_SKIP; j++)
      put (self, &self->in[i], gin[i].data, place (&self->in[i], j), mode[i] == LM_GRAD_ADD ? din[i][j] : (double) NAN);
  }
  call.dout = gout;
  call.din = gin;
  call.mode = mode;
  workspace = alloc_workspace (self, &call, LM_PASS_BACKWARD, &size);
  call.workspace = workspace;
  self->op->backward (&call);
  free_workspace (workspace, size);
  for (int i = 0; i < self->n_in; i++) {
    if (mode[i] != LM_GRAD_SKIP)
      read_gradient (self, &self->in[i], gin[i].data, din[i]);
    g_clear_pointer (&gin[i].data, g_aligned_free);
  }
  for (int i = 0; i < self->n_out; i++)
    g_clear_pointer (&gout[i].data, g_aligned_free);
}
