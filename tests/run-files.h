/* run-files.h: a small network and data for it, to be trained in earnest
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "data-files.h"

#include "lm-design-json.h"
#include "lm-npy.h"
#include "lm-run.h"
#include "lm-safetensors.h"

/* With all that has a state of its own: moving averages, dropout, an optimizer's moments. */
#define SMALL_DESIGN                                                                                                          \
  "{\"lamina\":1,\"nodes\":["                                                                                                 \
  "{\"id\":1,\"name\":\"input\",\"kind\":\"Input\",\"options\":{\"shape\":[4]},\"pos\":[0,0]},"                               \
  "{\"id\":2,\"name\":\"dense\",\"kind\":\"Dense\",\"options\":{\"units\":16,\"activation\":\"relu\"},\"pos\":[0,120]},"      \
  "{\"id\":3,\"name\":\"batch_normalization\",\"kind\":\"BatchNormalization\",\"options\":{},\"pos\":[0,240]},"               \
  "{\"id\":4,\"name\":\"dropout\",\"kind\":\"Dropout\",\"options\":{\"rate\":0.25},\"pos\":[0,360]},"                         \
  "{\"id\":5,\"name\":\"dense_1\",\"kind\":\"Dense\",\"options\":{\"units\":3,\"activation\":\"softmax\"},\"pos\":[0,480]}]," \
  "\"wires\":[[1,0,2,0],[2,0,3,0],[3,0,4,0],[4,0,5,0]],"                                                                      \
  "\"training\":{\"optimizer\":\"adam\",\"batch_size\":8,\"epochs\":4},"                                                      \
  "\"data\":{\"spec\":\"npz:small.npz\",\"chain\":[{\"kind\":\"standardize\"}]}}"

/* Three clouds in four dimensions: @n samples to train, a quarter as many to validate. */
static inline void
make_small_data (const char *folder,
                 int n)
{
  static const char *const names[] = { "x_train", "y_train", "x_val", "y_val" };
  g_autofree char *path = g_build_filename (folder, "small.npz", NULL);
  LmRng rng = lm_rng_init (3, LM_RNG_TEST, 0, 0);
  LmTensor *tensors[4];
  g_autoptr (GError) error = NULL;
  guint64 next = 0;

  for (int part = 0; part < 2; part++) {
    int n_part = part == 0 ? n : n / 4;
    LmTensor *x = tensors[2 * part] = lm_tensor_new (LM_F32, &LM_SHAPE (n_part, 4), NULL);
    LmTensor *y = tensors[2 * part + 1] = lm_tensor_new (LM_I32, &LM_SHAPE (n_part), NULL);

    for (int i = 0; i < n_part; i++) {
      ((gint32 *) y->data)[i] = i % 3;
      for (int k = 0; k < 4; k++)
        lm_tensor_f32 (x)[4 * i + k] = (float) (lm_rng_normal (&rng, next++) + (k == i % 3 ? 2 : 0));
    }
  }
  lm_npz_save (path, 4, names, tensors, &error);
  g_assert_no_error (error);
  for (int i = 0; i < 4; i++)
    lm_tensor_unref (tensors[i]);
}

/* (transfer full): folder/NAME with the small network, open. */
static inline LmProject *
make_small_project (const char *folder,
                    const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDesign) design = lm_design_from_json (SMALL_DESIGN, -1, "small", &error);
  LmProject *project;

  g_assert_no_error (error);
  project = lm_project_create (path, TRUE, &error);
  g_assert_no_error (error);
  lm_project_save_design (project, design, &error);
  g_assert_no_error (error);
  return project;
}

static inline LmRun *
new_run (const LmRunSpec *spec,
         LmEventSink sink,
         void *data)
{
  g_autoptr (GError) error = NULL;
  LmRun *run = lm_run_new (spec, sink, data, &error);

  g_assert_no_error (error);
  return run;
}

/* Trains as @spec says; an assertion if that does not end with @reason. Returns the run's number. */
static inline gint64
train (const LmRunSpec *spec,
       LmEndReason reason)
{
  g_autoptr (LmRun) run = new_run (spec, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (lm_run_is_done (run));
  if (lm_run_run (run, &error) != reason)
    g_error ("It ended otherwise: %s", error != NULL ? error->message : "without an error");
  return lm_run_get_id (run);
}

/* (transfer full): the weights of a run's newest checkpoint as a file. */
static inline GBytes *
weights_of (LmProject *project,
            gint64 run)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmModel) model = lm_model_load (project, run, NULL, &error);

  g_assert_no_error (error);
  return lm_safetensors_format (model->weights);
}
