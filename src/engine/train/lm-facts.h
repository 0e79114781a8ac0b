/* lm-facts.h: what stays the same for a whole run
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-ref.h"

G_BEGIN_DECLS

/* Figures of a run besides the loss: metrics of all outputs. */
#define LM_MAX_METRICS 8

/**
 * LmFigures: loss and metrics of a set of samples
 * @loss: regularisation included
 * @metric: in the order of LmRunFacts.metrics; NaN where not known
 */
typedef struct {
  double loss;
  double metric[LM_MAX_METRICS];
} LmFigures;

/**
 * LmMetricInfo:
 * @name: “accuracy”; with several outputs “OUTPUT_accuracy”, as Keras
 * @title: “Accuracy”, translated
 * @baseline: what an answer without thought reaches on the data that @baseline_name says (always the most frequent
 *   class); NaN if not known
 */
typedef struct {
  char *name;
  char *title;
  gboolean is_share;
  double baseline;
  char *baseline_name; /* translated; NULL if there is no baseline */
} LmMetricInfo;

void lm_metric_info_copy (const LmMetricInfo *self, LmMetricInfo *copy);
void lm_metric_info_clear (LmMetricInfo *self);

/**
 * LmRunFacts:
 *
 * Immutable, reference-counted; every event of a run carries it. Thread: any.
 *
 * @epochs: planned in total; @steps_per_epoch: batches
 * @first_step: steps done before this start (resume), else 0
 * @instruction_set: “avx2”; @blas: core name of the BLAS library, NULL if not used
 * @train_bytes: memory of weights, gradients, optimizer state, both programs, loader
 */
typedef struct {
  LmRef ref;
  guint64 seed;
  gint64 params;
  gint64 trainable;
  gint64 epochs;
  gint64 steps_per_epoch;
  gint64 samples_per_epoch;
  gint64 validation_samples; /* 0: no validation */
  gint64 first_step;
  int batch_size;
  int n_metrics;
  LmMetricInfo metrics[LM_MAX_METRICS];
  char *loss;      /* “categorical_crossentropy”; with several outputs joined by “ + ” */
  char *optimizer; /* “rmsprop” */
  double rate;     /* at the start */
  char *instruction_set;
  char *blas;
  int n_threads;
  guint64 train_bytes;
  double flops; /* of one sample forward */
} LmRunFacts;

LmRunFacts *lm_run_facts_ref (LmRunFacts *self);
void lm_run_facts_unref (LmRunFacts *self);

/* Index of a metric by name; −1. */
int lm_run_facts_find_metric (const LmRunFacts *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmRunFacts, lm_run_facts_unref)

G_END_DECLS
