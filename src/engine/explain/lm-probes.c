/* lm-probes.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-probes.h"

#include "lm-activations.h"

#include <string.h>

/* One for activations, and those of the last few heatmaps. */
#define MAX_ENTRIES 6

typedef struct {
  LmProbe *probe;
  LmProbeRoot root;
  char *root_layer;
  char **wanted;
  gboolean input_gradient;
  gint64 max_batch;
} Entry;

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  lm_probe_free (entry->probe);
  g_free (entry->root_layer);
  g_strfreev (entry->wanted);
  g_free (entry);
}

LmProbes *
lm_probes_new (void)
{
  LmProbes *self = g_new0 (LmProbes, 1);

  self->entries = g_ptr_array_new_with_free_func (entry_free);
  return self;
}

void
lm_probes_clear_witnesses (LmProbes *self)
{
  for (int i = 0; i < self->n_dead; i++)
    g_free (self->dead[i]);
  g_clear_pointer (&self->dead, g_free);
  self->n_dead = 0;
  g_clear_pointer (&self->witness_weights, lm_snapshot_unref);
  g_clear_pointer (&self->witness_data, lm_dataset_unref);
}

void
lm_probes_forget_sample (LmProbes *self)
{
  g_clear_pointer (&self->raw, lm_tensor_unref);
  self->forwarded = NULL;
}

static void
clear (LmProbes *self)
{
  lm_probes_forget_sample (self);
  lm_probes_clear_witnesses (self);
  g_ptr_array_set_size (self->entries, 0);
  g_clear_pointer (&self->design, lm_design_free);
}

void
lm_probes_free (LmProbes *self)
{
  if (self == NULL)
    return;
  clear (self);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static gboolean
same_paths (char **a,
            const char *const *b)
{
  static const char *const none[] = { NULL };

  return g_strv_equal (a != NULL ? (const char *const *) a : none, b != NULL ? b : none);
}

static Entry *
find (LmProbes *self,
      const LmProbeSpec *spec)
{
  for (guint i = 0; i < self->entries->len; i++) {
    Entry *entry = self->entries->pdata[i];

    if (entry->root != spec->root || entry->input_gradient != spec->input_gradient || entry->max_batch < spec->max_batch ||
        g_strcmp0 (entry->root_layer, spec->root_layer) != 0 || !same_paths (entry->wanted, spec->wanted))
      continue;
    g_ptr_array_steal_index (self->entries, i);
    g_ptr_array_add (self->entries, entry);
    return entry;
  }
  return NULL;
}

static LmProbe *
keep (LmProbes *self,
      const LmProbeSpec *spec,
      GError **error)
{
  LmProbe *probe = lm_probe_new (spec, error);
  Entry *entry;

  if (probe == NULL)
    return NULL;
  if (self->entries->len == MAX_ENTRIES) {
    lm_probes_forget_sample (self);
    g_ptr_array_remove_index (self->entries, 0);
  }
  entry = g_new (Entry, 1);
  *entry = (Entry){ lm_probe_ref (probe), spec->root, g_strdup (spec->root_layer), g_strdupv ((char **) spec->wanted), spec->input_gradient, spec->max_batch };
  g_ptr_array_add (self->entries, entry);
  return probe;
}

LmProbe *
lm_look_probe (const LmLook *look,
               const LmProbeSpec *spec,
               GError **error)
{
  LmProbes *probes = look->probes;
  LmProbeSpec full = *spec;
  Entry *entry;
  gboolean is_changed;

  full.design = look->design;
  full.weights = look->weights;
  full.seed = look->seed;
  full.pool = look->pool;
  if (probes == NULL)
    return lm_probe_new (&full, error);

  if (probes->design == NULL || !lm_design_equal (probes->design, look->design)) {
    clear (probes);
    probes->design = lm_design_copy (look->design);
  }
  full.design = probes->design;
  entry = find (probes, &full);
  if (entry == NULL)
    return keep (probes, &full, error);
  if (!lm_probe_set_weights (entry->probe, look->weights, look->seed, &is_changed, error))
    return NULL;
  if (is_changed && probes->forwarded == entry->probe)
    lm_probes_forget_sample (probes);
  return lm_probe_ref (entry->probe);
}

gboolean
lm_look_forward (const LmLook *look,
                 LmProbe *probe,
                 const LmSample *sample,
                 GError **error)
{
  LmProbes *probes = look->probes;
  LmShape shape = lm_probe_input_shape (probe, 0);
  g_autofree float *input = NULL;

  if (!lm_probe_check_single (probe, error) || !lm_sample_check (sample, &shape, error))
    return FALSE;
  if (probes != NULL && probes->forwarded == probe && probes->raw == sample->raw && probes->pipeline == look->pipeline)
    return TRUE;
  input = lm_look_input (look, sample, 1);
  lm_probe_forward (probe, (const float *const[]){ input }, 1);
  if (probes == NULL)
    return TRUE;
  lm_probes_forget_sample (probes);
  probes->raw = lm_tensor_ref (sample->raw);
  probes->forwarded = probe;
  probes->pipeline = look->pipeline;
  return TRUE;
}
