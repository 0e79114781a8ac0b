/* train-kit.h: small designs, data sets and runs for the tests of training
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-evaluate.h"
#include "lm-trainer.h"
#include "lm-weights.h"

#include <math.h>
#include <string.h>

/* Sets option @id of a set from what a person would type. */
static inline void
kit_set (LmOptionSet *set,
         const char *id,
         const char *text)
{
  int index = lm_option_set_index (set, id);
  g_autoptr (GError) error = NULL;
  LmOptionValue value = { 0 };

  g_assert_cmpint (index, >=, 0);
  lm_option_parse (&set->member->options[index], text, &value, &error);
  g_assert_no_error (error);
  lm_option_set_value (set, index, &value, &error);
  g_assert_no_error (error);
  lm_option_value_clear (&value);
}

/* “units=8 activation=tanh” */
static inline void
kit_set_all (LmOptionSet *set,
             const char *text)
{
  g_auto (GStrv) parts = g_strsplit (text, " ", -1);

  for (int i = 0; parts[i] != NULL; i++) {
    char *equals = strchr (parts[i], '=');

    if (equals == NULL)
      continue;
    *equals = '\0';
    kit_set (set, parts[i], equals + 1);
  }
}

/* A chain of layers, “Input shape=2; Dense units=8 activation=tanh; …”, and training settings, “batch_size=4 …”. */
static inline LmDesign *
kit_design (const char *layers,
            const char *training)
{
  g_auto (GStrv) parts = g_strsplit (layers, "; ", -1);
  LmDesign *design = lm_design_new ();
  int before = 0;

  for (int i = 0; parts[i] != NULL; i++) {
    char *blank = strchr (parts[i], ' ');
    g_autofree char *kind = blank != NULL ? g_strndup (parts[i], (gsize) (blank - parts[i])) : g_strdup (parts[i]);
    g_autoptr (GError) error = NULL;
    LmNode *node = lm_node_new (kind, &error);
    int id;

    g_assert_no_error (error);
    if (blank != NULL)
      kit_set_all (node->options, blank + 1);
    id = lm_design_add_node (design, node);
    if (before > 0)
      lm_design_add_wire (design, &(LmWire){ before, 0, id, 0 });
    before = id;
  }
  kit_set_all (design->training, training);
  return design;
}

static inline float
kit_random (guint64 i)
{
  LmRng rng = lm_rng_init (1, LM_RNG_TEST, 0, 0);

  return 2 * lm_rng_float (&rng, i) - 1;
}

/* @n_train and @n_validation samples of @n_in numbers. With classes: which of n_classes a rule puts them in; with
 * 0 classes: a number, a smooth function of them, around 100. */
static inline LmDataset *
kit_dataset (int n_train,
             int n_validation,
             int n_in,
             int n_classes)
{
  LmColumn columns[2] = {
    { .name = (char *) "x", .role = LM_ROLE_INPUT },
    { .name = (char *) "y", .role = LM_ROLE_TARGET, .n_classes = n_classes },
  };
  LmTensor *tensors[LM_N_PARTS * 2] = { NULL };
  int n[LM_N_PARTS] = { n_train, n_validation, 0 };
  LmDataset *dataset;

  for (int p = 0; p < LM_N_PARTS; p++) {
    LmShape x = LM_SHAPE (n[p], n_in), y = LM_SHAPE (n[p]);

    if (n[p] == 0)
      continue;
    tensors[2 * p] = lm_tensor_new (LM_F32, &x, NULL);
    tensors[2 * p + 1] = lm_tensor_new (n_classes > 0 ? LM_I32 : LM_F32, &y, NULL);
    for (int i = 0; i < n[p]; i++) {
      double sum = 0;

      for (int j = 0; j < n_in; j++) {
        float value = kit_random ((guint64) ((p * 100000 + i) * n_in + j));

        lm_tensor_f32 (tensors[2 * p])[i * n_in + j] = value;
        sum += (double) value * (j % 3 + 1);
      }
      if (n_classes > 0)
        ((gint32 *) tensors[2 * p + 1]->data)[i] = (gint32) floor ((sin (sum) + 1) / 2 * n_classes * 0.9999);
      else
        lm_tensor_f32 (tensors[2 * p + 1])[i] = (float) (100 + 20 * sin (sum));
    }
  }
  dataset = lm_dataset_new_memory ("numbers", 2, columns, tensors);
  for (int i = 0; i < LM_N_PARTS * 2; i++)
    lm_tensor_unref (tensors[i]);
  return dataset;
}

/* What a run said. */
typedef struct {
  LmTrainer *trainer;
  gint64 stop_at;  /* step after which to stop; 0: never */
  gint64 pause_at; /* and to pause */
  gint64 rate_at;  /* and to change the rate to @rate */
  double rate;
  int n_epochs;
  int n_steps;
  int n_checkpoints;
  int n_rates;
  int n_pauses;
  LmEvent *epochs[64];
  LmCheckpoint *last;
  LmRunFacts *facts;
  LmEvent *end;
} KitLog;

static inline void
kit_sink (LmEvent *event,
          void *data)
{
  KitLog *log = data;

  switch (event->kind) {
  case LM_EVENT_STARTED:
    log->facts = lm_run_facts_ref (event->facts);
    break;
  case LM_EVENT_STEP:
    log->n_steps++;
    if (event->step == log->stop_at)
      lm_trainer_stop (log->trainer);
    if (event->step == log->pause_at)
      lm_trainer_pause (log->trainer);
    if (event->step == log->rate_at)
      lm_trainer_set_rate (log->trainer, log->rate);
    break;
  case LM_EVENT_EPOCH:
    if (log->n_epochs < 64)
      log->epochs[log->n_epochs] = lm_event_ref (event);
    log->n_epochs++;
    break;
  case LM_EVENT_CHECKPOINT:
    lm_checkpoint_unref (log->last);
    log->last = lm_checkpoint_ref (event->keep.checkpoint);
    log->n_checkpoints++;
    break;
  case LM_EVENT_RATE:
    log->n_rates++;
    break;
  case LM_EVENT_STATE:
    log->n_pauses += event->state.state == LM_RUN_PAUSED;
    break;
  case LM_EVENT_END:
  default:
    log->end = lm_event_ref (event);
    break;
  }
}

static inline void
kit_log_clear (KitLog *log)
{
  for (int i = 0; i < MIN (log->n_epochs, 64); i++)
    lm_event_unref (log->epochs[i]);
  lm_checkpoint_unref (log->last);
  lm_run_facts_unref (log->facts);
  lm_event_unref (log->end);
  lm_trainer_free (log->trainer);
  memset (log, 0, sizeof *log);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (KitLog, kit_log_clear)

/* Runs to the end in this thread. */
static inline LmEndReason
kit_run (KitLog *log,
         const LmTrainerSpec *spec)
{
  LmTrainerSpec all = *spec;

  all.every_step = TRUE;
  if (all.n_threads == 0)
    all.n_threads = 1;
  log->trainer = lm_trainer_new (&all, kit_sink, log);
  return lm_trainer_run (log->trainer, NULL);
}

/* The same that must go well. */
static inline void
kit_finish (KitLog *log,
            const LmTrainerSpec *spec)
{
  LmEndReason reason = kit_run (log, spec);

  if (log->end->end.error != NULL)
    g_test_message ("%s", log->end->end.error->message);
  g_assert_cmpint (reason, ==, LM_END_FINISHED);
}
