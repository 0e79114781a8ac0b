/* lm-facts.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-facts.h"

#include <string.h>

void
lm_metric_info_copy (const LmMetricInfo *self,
                     LmMetricInfo *copy)
{
  *copy = *self;
  copy->name = g_strdup (self->name);
  copy->title = g_strdup (self->title);
  copy->baseline_name = g_strdup (self->baseline_name);
}

void
lm_metric_info_clear (LmMetricInfo *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->title, g_free);
  g_clear_pointer (&self->baseline_name, g_free);
}

LmRunFacts *
lm_run_facts_ref (LmRunFacts *self)
{
  lm_ref_inc (&self->ref);
  return self;
}

void
lm_run_facts_unref (LmRunFacts *self)
{
  if (self == NULL || !lm_ref_dec (&self->ref))
    return;
  for (int i = 0; i < self->n_metrics; i++)
    lm_metric_info_clear (&self->metrics[i]);
  g_free (self->loss);
  g_free (self->optimizer);
  g_free (self->instruction_set);
  g_free (self->blas);
  g_free (self);
}

int
lm_run_facts_find_metric (const LmRunFacts *self,
                          const char *name)
{
  for (int i = 0; i < self->n_metrics; i++) {
    if (strcmp (self->metrics[i].name, name) == 0)
      return i;
  }
  return -1;
}
