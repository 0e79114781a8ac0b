/* lm-prediction.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-prediction.h"

#include "lm-i18n.h"
#include "lm-probes.h"

#include <math.h>

#define MAX_NUMBERS 4096

/* As lm_activations() asks for it, so that both share one that is kept. */
#define BATCH 32

void
lm_prediction_free (LmPrediction *self)
{
  if (self == NULL)
    return;
  g_free (self->values);
  g_strfreev (self->names);
  g_free (self);
}

gboolean
lm_look_tells_classes (const LmLook *look,
                       LmActivation taken_off,
                       gboolean *from_logits)
{
  const LmDesign *design = look->design;
  const LmOptionSet *loss = design->training != NULL ? lm_option_get_object (design->training, LM_TRAINING_LOSS) : NULL;
  int option;
  gboolean logits;

  if (design->outputs->len > 0 && ((LmOutputSpec *) g_ptr_array_index (design->outputs, 0))->loss != NULL)
    loss = ((LmOutputSpec *) g_ptr_array_index (design->outputs, 0))->loss;
  option = loss != NULL ? lm_option_set_index (loss, "from_logits") : -1;
  logits = option >= 0 && taken_off == LM_ACT_LINEAR && lm_option_get_bool (loss, option);
  if (from_logits != NULL)
    *from_logits = logits;
  return logits || taken_off != LM_ACT_LINEAR;
}

static void
squash (LmPrediction *self)
{
  double max = -INFINITY, sum = 0;

  if (self->n == 1) {
    self->values[0] = 1 / (1 + exp (-self->values[0]));
    return;
  }
  for (int i = 0; i < self->n; i++)
    max = fmax (max, self->values[i]);
  for (int i = 0; i < self->n; i++)
    sum += self->values[i] = exp (self->values[i] - max);
  for (int i = 0; i < self->n; i++)
    self->values[i] /= sum;
}

/* One sigmoid tells two classes apart. */
static void
split_one (LmPrediction *self)
{
  double *values = g_new (double, 2);

  values[0] = 1 - self->values[0];
  values[1] = self->values[0];
  g_free (self->values);
  self->values = values;
  self->n = 2;
}

/* Numbers come back into the unit of the target. */
static void
take_numbers (const LmLook *look,
              LmPrediction *self,
              const LmOperand *out)
{
  int column = look->dataset != NULL ? lm_dataset_first (look->dataset, LM_ROLE_TARGET) : -1;
  const char *name = column >= 0 ? look->dataset->columns[column].name : "y";
  g_autofree float *numbers = g_memdup2 (out->data, sizeof (float) * (gsize) self->n);
  LmShape sample = LM_SHAPE (self->n);

  if (look->pipeline != NULL && lm_pipeline_touches (look->pipeline, LM_ROLE_TARGET, name) && lm_pipeline_check (look->pipeline, LM_ROLE_TARGET, name, &sample, NULL))
    lm_pipeline_invert (look->pipeline, LM_ROLE_TARGET, name, &sample, numbers, 1);
  for (int i = 0; i < self->n; i++) {
    self->values[i] = (double) numbers[i];
    self->names[i] = self->n == 1 ? g_strdup (name) : g_strdup_printf ("%d", i);
  }
}

static void
take_classes (const LmLook *look,
              LmPrediction *self,
              const LmOperand *out,
              gboolean from_logits)
{
  for (int i = 0; i < self->n; i++)
    self->values[i] = (double) ((const float *) out->data)[i];
  if (from_logits)
    squash (self);
  if (self->n == 1)
    split_one (self);
  g_free (self->names);
  self->names = g_new0 (char *, self->n + 1);
  for (int i = 0; i < self->n; i++)
    self->names[i] = lm_look_class_name (look, i);
}

LmPrediction *
lm_prediction_new (const LmLook *look,
                   const LmSample *sample,
                   GError **error)
{
  LmProbeSpec spec = { .max_batch = BATCH };
  g_autoptr (LmProbe) probe = lm_look_probe (look, &spec, error);
  g_autoptr (LmPrediction) self = g_new0 (LmPrediction, 1);
  gboolean from_logits;
  LmOperand out;
  gint64 n;

  if (probe == NULL || !lm_look_forward (look, probe, sample, error))
    return NULL;
  out = lm_probe_output (probe, lm_probe_sink (probe), 0);
  n = lm_shape_n_elements (&out.shape, 1);
  if (n > MAX_NUMBERS || out.dtype != LM_F32) {
    g_set_error (error, LM_ERROR, LM_ERROR_LIMIT, _ ("The network answers with %" PRId64 " numbers, too many for a list. Look at its layers instead."), n);
    return NULL;
  }
  self->n = (int) n;
  self->values = g_new0 (double, n);
  self->names = g_new0 (char *, n + 1);
  self->is_shares = out.shape.rank == 2 && lm_look_tells_classes (look, lm_probe_sink_activation (probe), &from_logits);
  if (self->is_shares)
    take_classes (look, self, &out, from_logits);
  else
    take_numbers (look, self, &out);
  for (int i = 0; i < self->n; i++) {
    if (!isfinite (self->values[i])) {
      g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("The network answers “%s” with a number that is not finite, so nothing can be explained. Choose weights from before the training went wrong."), sample->name);
      return NULL;
    }
    if (self->values[i] > self->values[self->best])
      self->best = i;
  }
  return g_steal_pointer (&self);
}
