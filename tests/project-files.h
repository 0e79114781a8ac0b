/* project-files.h: made-up runs to put into projects
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "data-files.h"

#include "lm-design-json.h"
#include "lm-project.h"

#include <math.h>

/* Input(4) → Dense(8) → Dense(3). */
#define TINY_DESIGN                                                                                                           \
  "{\"lamina\":1,\"nodes\":["                                                                                                 \
  "{\"id\":1,\"name\":\"input\",\"kind\":\"Input\",\"options\":{\"shape\":[4]},\"pos\":[0,0]},"                               \
  "{\"id\":2,\"name\":\"dense\",\"kind\":\"Dense\",\"options\":{\"units\":8,\"activation\":\"relu\"},\"pos\":[0,120]},"       \
  "{\"id\":3,\"name\":\"dense_1\",\"kind\":\"Dense\",\"options\":{\"units\":3,\"activation\":\"softmax\"},\"pos\":[0,240]}]," \
  "\"wires\":[[1,0,2,0],[2,0,3,0]],\"training\":{\"batch_size\":4,\"epochs\":5},\"data\":{\"spec\":\"npz:tiny.npz\"}}"

static inline LmDesign *
make_tiny_design (void)
{
  g_autoptr (GError) error = NULL;
  LmDesign *design = lm_design_from_json (TINY_DESIGN, -1, "tiny", &error);

  g_assert_no_error (error);
  return design;
}

/* Two slots of (3, 5) and (5) with @n_moments moments; other numbers for another @seed. */
static inline LmSnapshot *
make_snapshot (int n_moments,
               guint64 seed)
{
  LmSnapshot *snapshot = lm_snapshot_new (n_moments);
  const LmShape shapes[] = { LM_SHAPE (3, 5), LM_SHAPE (5) };
  const char *const names[] = { "kernel", "bias" };

  for (int i = 0; i < 2; i++) {
    g_autofree char *path = g_strdup_printf ("2:%s", names[i]);
    g_autofree char *name = g_strdup_printf ("dense/%s", names[i]);
    LmTensor *tensors[4];
    g_autoptr (GError) error = NULL;

    for (int m = 0; m <= n_moments; m++) {
      LmRng rng = lm_rng_init (seed, LM_RNG_TEST, (guint64) i, (guint64) m);

      tensors[m] = lm_tensor_new (LM_F32, &shapes[i], NULL);
      for (int k = 0; k < lm_tensor_n_elements (tensors[m]); k++)
        lm_tensor_f32 (tensors[m])[k] = (float) lm_rng_normal (&rng, (guint64) k);
    }
    lm_snapshot_add (snapshot, path, name, i == 1 ? LM_SLOT_STATE : LM_SLOT_WEIGHT, i == 0, tensors[0], &tensors[1], &error);
    g_assert_no_error (error);
    for (int m = 0; m <= n_moments; m++)
      lm_tensor_unref (tensors[m]);
  }
  lm_snapshot_seal (snapshot);
  return snapshot;
}

#define STEPS_PER_EPOCH 10

static inline LmCheckpoint *
make_checkpoint (gint64 epoch,
                 gint64 batch,
                 guint64 seed)
{
  LmCheckpointState state = {
    .seed = 7,
    .epoch = epoch,
    .batch = batch,
    .step = epoch * STEPS_PER_EPOCH + batch,
    .rate = 0.1,
    .best_value = 1.0 / 3,
    .best_epoch = epoch,
    .n_metrics = 1,
    .metrics = { { .sum = 1.0 / 7, .n = 3 } },
  };
  LmRateEdit edit = { 3, 0.05 };
  g_autoptr (LmSnapshot) weights = make_snapshot (2, seed);

  return lm_checkpoint_new (&state, weights, "adam", "generic", &edit, 1);
}

static inline LmRunFacts *
make_facts (void)
{
  LmRunFacts *facts = g_new0 (LmRunFacts, 1);

  lm_ref_init (&facts->ref);
  facts->seed = 7;
  facts->epochs = 5;
  facts->steps_per_epoch = STEPS_PER_EPOCH;
  facts->samples_per_epoch = 40;
  facts->batch_size = 4;
  facts->n_metrics = 1;
  facts->metrics[0] = (LmMetricInfo){ g_strdup ("accuracy"), g_strdup ("Accuracy"), TRUE, 0.25, g_strdup ("always “1”") };
  facts->loss = g_strdup ("mean_squared_error");
  facts->optimizer = g_strdup ("adam");
  facts->instruction_set = g_strdup ("generic");
  return facts;
}

static inline double
loss_of (gint64 step)
{
  return (double) (float) (1.0 / (1.0 + 0.1 * (double) step));
}

static inline void
fill_history (LmHistory *history,
              gint64 epochs)
{
  for (gint64 step = lm_history_n_steps (history); step < epochs * STEPS_PER_EPOCH; step++)
    lm_history_add_step (history, loss_of (step));
  for (gint64 epoch = lm_history_n_epochs (history) + 1; epoch <= epochs; epoch++) {
    LmEpochRow row = {
      .epoch = epoch,
      .step = epoch * STEPS_PER_EPOCH,
      .train = { .loss = 1.0 / (double) epoch, .metric = { 0.5 + 0.01 * (double) epoch } },
      .validation = { .loss = 2.0 / (double) epoch, .metric = { 0.4 + 0.01 * (double) epoch } },
      .seconds = 0.125,
      .samples_per_s = 320,
      .rate = 0.1,
      .is_best = TRUE,
    };

    lm_history_add_epoch (history, &row);
  }
}

static inline LmHistory *
make_history (gint64 epochs)
{
  g_autoptr (LmRunFacts) facts = make_facts ();
  LmHistory *history = lm_history_new (facts->metrics, facts->n_metrics, STEPS_PER_EPOCH, facts->epochs);

  fill_history (history, epochs);
  return history;
}

static inline gint64
add_run (LmProject *project,
         LmSnapshot *weights)
{
  g_autoptr (LmDesign) design = make_tiny_design ();
  g_autoptr (GError) error = NULL;
  LmRunInfo info = { .name = (char *) "first", .start = (char *) "fresh", .seed = 7, .data = (char *) "npz:tiny.npz", .epochs = 5 };
  gint64 id = lm_project_add_run (project, &info, design, weights, &error);

  g_assert_no_error (error);
  return id;
}

/* A run of two epochs with a checkpoint, the second the best. */
static inline gint64
add_trained_run (LmProject *project)
{
  gint64 id = add_run (project, NULL);
  g_autoptr (LmRunFacts) facts = make_facts ();
  g_autoptr (LmHistory) history = make_history (2);
  g_autoptr (LmCheckpoint) checkpoint = make_checkpoint (2, 0, 2);
  g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
  g_autoptr (GError) error = NULL;
  LmRunProgress progress = { .run = id, .history = history, .last = checkpoint, .best = checkpoint };

  g_assert_true (lm_pipeline_add_text (pipeline, "rescale(scale=0.25)", &error));
  lm_project_begin_run (project, id, facts, pipeline, "0123456789abcdef", &error);
  g_assert_no_error (error);
  lm_project_save_progress (project, &progress, &error);
  g_assert_no_error (error);
  return id;
}
