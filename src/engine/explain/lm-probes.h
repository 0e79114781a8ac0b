/* lm-probes.h: compiled probes that are kept, for one who looks again and again
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-probe.h"
#include "lm-sample.h"

G_BEGIN_DECLS

/**
 * LmProbes:
 *
 * Put into an LmLook, it keeps what the functions of this module compile: the
 * next picture of the same design only takes the new weights, if they are
 * others. Another design empties it. Thread: one at a time, the pictures
 * included that are made with it.
 */
struct _LmProbes {
  LmDesign *design;   /* a copy, which the probes borrow */
  GPtrArray *entries; /* private to lm-probes.c; the one used last stands last */
  LmTensor *raw;      /* the sample that stands in @forwarded, with @pipeline */
  LmProbe *forwarded; /* borrowed */
  const LmPipeline *pipeline;
  /* Which channels were 0 for all witnesses: private to lm-activations.c. */
  LmSnapshot *witness_weights;
  LmDataset *witness_data;
  gboolean **dead;
  int n_dead;
};

LmProbes *lm_probes_new (void);
void lm_probes_free (LmProbes *self);

/* Forgets the witnesses: the weights are others. And what stands in @forwarded: other samples go through it. */
void lm_probes_clear_witnesses (LmProbes *self);
void lm_probes_forget_sample (LmProbes *self);

/**
 * lm_look_probe:
 * @spec: what is wanted of the probe; design, weights, seed and pool are taken from @look
 *
 * Returns: (transfer full): a new probe, or a kept one if the look keeps them; with an error of lm_probe_new()
 */
LmProbe *lm_look_probe (const LmLook *look, const LmProbeSpec *spec, GError **error);

/**
 * lm_look_forward:
 *
 * Runs @sample alone through @probe, unless it stands there already.
 *
 * Returns: %FALSE with %LM_ERROR_DATA set if the network has several Inputs, or one of another size
 */
gboolean lm_look_forward (const LmLook *look, LmProbe *probe, const LmSample *sample, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmProbes, lm_probes_free)

G_END_DECLS
