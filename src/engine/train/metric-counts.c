/* metric-counts.c: precision, recall and what else follows from counts of right and wrong answers
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-metric.h"

#include <math.h>
#include <string.h>

/* Classes beyond this are no classes, but numbers. */
#define MAX_CLASSES 65536

/* Of one class: truly it and told so, told so alone, truly it alone; and the rest. */
typedef struct {
  double tp;
  double fp;
  double fn;
  double tn;
} Counts;

typedef double (*Score) (const Counts *c, const LmOptionSet *options);

/* 0/0 is 0. */
static double
ratio (double a,
       double b)
{
  return b > 0 ? a / b : 0;
}

static double
precision_of (const Counts *c,
              const LmOptionSet *options)
{
  return ratio (c->tp, c->tp + c->fp);
}

static double
recall_of (const Counts *c,
           const LmOptionSet *options)
{
  return ratio (c->tp, c->tp + c->fn);
}

static double
specificity_of (const Counts *c,
                const LmOptionSet *options)
{
  return ratio (c->tn, c->tn + c->fp);
}

/* (1 + β²)·tp/((1 + β²)·tp + β²·fn + fp) */
static double
fbeta_of (const Counts *c,
          const LmOptionSet *options)
{
  double beta = lm_metric_option (options, "beta", 1), b = beta * beta;

  return ratio ((1 + b) * c->tp, (1 + b) * c->tp + b * c->fn + c->fp);
}

static double
mcc_of (const Counts *c,
        const LmOptionSet *options)
{
  double d = sqrt (c->tp + c->fp) * sqrt (c->tp + c->fn) * sqrt (c->tn + c->fp) * sqrt (c->tn + c->fn);

  return ratio (c->tp * c->tn - c->fp * c->fn, d);
}

static double
kappa_of (const Counts *c,
          const LmOptionSet *options)
{
  double n = c->tp + c->fp + c->fn + c->tn;
  double chance = (c->tp + c->fp) * (c->tp + c->fn) + (c->tn + c->fp) * (c->tn + c->fn);

  return n * n - chance > 0 ? (n * (c->tp + c->tn) - chance) / (n * n - chance) : (double) NAN;
}

/* --- One answer per sample, batch by batch ---------------------------------------------------- */

/* The state holds tp, fp, fn and tn. */
static void
count_update (LmMetricState *state,
              const LmMetricBatch *batch)
{
  for (gint64 r = 0; r < batch->n; r++) {
    gboolean yes = lm_metric_yes (batch, lm_metric_p (batch, r)), truth = lm_metric_t (batch, r) == 1;

    state->sum += yes && truth;
    state->n += yes && !truth;
    state->more[0] += !yes && truth;
    state->more[1] += !yes && !truth;
  }
}

static double
result_of (const LmMetricState *state,
           const LmOptionSet *options,
           Score score)
{
  Counts c = { state->sum, state->n, state->more[0], state->more[1] };

  return c.tp + c.fp + c.fn + c.tn > 0 ? score (&c, options) : (double) NAN;
}

/* --- Several classes or labels --------------------------------------------------------------------- */

/* A table of classes: counts[t·k + p]. */
typedef struct {
  gint64 k;
  double *counts;
} Table;

/* How many classes there are in targets and answers; 0 if there is something else. */
static gint64
count_classes (const LmMetricBatch *all)
{
  gint64 rows = lm_metric_rows (all), k = all->n_last > 1 ? all->n_last : 2;

  for (gint64 r = 0; r < rows; r++) {
    gint64 t = lm_metric_truth (all, r), p = lm_metric_answer (all, r);

    if (t < 0 || p < 0 || t >= MAX_CLASSES || p >= MAX_CLASSES)
      return 0;
    k = MAX (k, MAX (t, p) + 1);
  }
  return k;
}

static gboolean
table_init (Table *table,
            const LmMetricBatch *all)
{
  gint64 rows = lm_metric_rows (all);

  table->k = count_classes (all);
  table->counts = table->k > 0 ? g_try_new0 (double, (gsize) (table->k * table->k)) : NULL;
  for (gint64 r = 0; r < rows && table->counts != NULL; r++)
    table->counts[lm_metric_truth (all, r) * table->k + lm_metric_answer (all, r)]++;
  return table->counts != NULL;
}

/* The class against all others. */
static Counts
class_counts (const Table *table,
              gint64 c)
{
  Counts counts = { .tp = table->counts[c * table->k + c] };
  double n = 0;

  for (gint64 i = 0; i < table->k; i++) {
    counts.fn += i != c ? table->counts[c * table->k + i] : 0;
    counts.fp += i != c ? table->counts[i * table->k + c] : 0;
    for (gint64 j = 0; j < table->k; j++)
      n += table->counts[i * table->k + j];
  }
  counts.tn = n - counts.tp - counts.fp - counts.fn;
  return counts;
}

static Counts
label_counts (const LmMetricBatch *all,
              gint64 c)
{
  gint64 rows = lm_metric_rows (all);
  Counts counts = { 0 };

  for (gint64 r = 0; r < rows; r++) {
    gboolean yes = lm_metric_yes (all, lm_metric_p (all, r * all->n_last + c)), truth = lm_metric_truth_of (all, r, c) == 1;

    counts.tp += yes && truth;
    counts.fp += yes && !truth;
    counts.fn += !yes && truth;
    counts.tn += !yes && !truth;
  }
  return counts;
}

typedef enum {
  MACRO,
  MICRO,
  WEIGHTED,
} Average;

/* Of many classes or labels: the mean over those that are true or told of any sample, as scikit-learn. */
static double
average (const LmMetricBatch *all,
         Score score,
         Average how)
{
  g_autofree double *counts = NULL;
  gboolean labels = all->multilabel && all->n_last > 1;
  Table table = { .k = all->n_last };
  Counts sum = { 0 };
  double mean = 0, weights = 0;

  if (!labels && !table_init (&table, all))
    return (double) NAN;
  counts = table.counts;
  for (gint64 c = 0; c < table.k; c++) {
    Counts one = labels ? label_counts (all, c) : class_counts (&table, c);
    double weight = how == WEIGHTED ? one.tp + one.fn : 1;

    if (!labels && one.tp + one.fp + one.fn == 0)
      continue;
    sum = (Counts){ sum.tp + one.tp, sum.fp + one.fp, sum.fn + one.fn, sum.tn + one.tn };
    mean += weight * score (&one, all->options);
    weights += weight;
  }
  if (lm_metric_rows (all) == 0)
    return (double) NAN;
  return how == MICRO ? score (&sum, all->options) : ratio (mean, weights);
}

/* Precision and its like without an average: of class 1 of two, or the mean over labels. */
static double
binary (const LmMetricBatch *all,
        Score score)
{
  g_autofree double *counts = NULL;
  Table table;
  Counts one;

  if (all->multilabel && all->n_last > 1)
    return average (all, score, MACRO);
  if (!table_init (&table, all))
    return (double) NAN;
  counts = table.counts;
  if (table.k > 2)
    return average (all, score, MACRO);
  one = class_counts (&table, 1);
  return lm_metric_rows (all) > 0 ? score (&one, all->options) : (double) NAN;
}

/* Of several classes. Source: Gorodkin 2004, eq. 8. */
static double
mcc_whole (const LmMetricBatch *all)
{
  g_autofree double *counts = NULL;
  double n = 0, right = 0, both = 0, told = 0, truly = 0;
  Table table;

  if (all->multilabel && all->n_last > 1)
    return average (all, mcc_of, MACRO);
  if (!table_init (&table, all))
    return (double) NAN;
  counts = table.counts;
  for (gint64 c = 0; c < table.k; c++) {
    Counts one = class_counts (&table, c);

    n = one.tp + one.fp + one.fn + one.tn;
    right += one.tp;
    both += (one.tp + one.fp) * (one.tp + one.fn);
    told += (one.tp + one.fp) * (one.tp + one.fp);
    truly += (one.tp + one.fn) * (one.tp + one.fn);
  }
  return ratio (right * n - both, sqrt (n * n - told) * sqrt (n * n - truly));
}

/* How far apart two classes are: Cohen's weights. */
static double
kappa_weight (const LmOptionSet *options,
              double a,
              double b)
{
  const char *how = options != NULL ? lm_option_get_text (options, 0) : "none";

  if (strcmp (how, "linear") == 0)
    return fabs (a - b);
  return strcmp (how, "quadratic") == 0 ? (a - b) * (a - b) : a != b;
}

/* 1 − Σ w·observed/Σ w·expected. Source: Cohen 1968. */
static double
kappa_whole (const LmMetricBatch *all)
{
  g_autofree double *counts = NULL, *truly = NULL, *told = NULL;
  double n = 0, observed = 0, expected = 0;
  Table table;

  if (all->multilabel && all->n_last > 1)
    return average (all, kappa_of, MACRO);
  if (!table_init (&table, all))
    return (double) NAN;
  counts = table.counts;
  truly = g_new0 (double, table.k);
  told = g_new0 (double, table.k);
  for (gint64 t = 0; t < table.k; t++) {
    for (gint64 p = 0; p < table.k; p++) {
      truly[t] += counts[t * table.k + p];
      told[p] += counts[t * table.k + p];
      n += counts[t * table.k + p];
    }
  }
  for (gint64 t = 0; t < table.k; t++) {
    for (gint64 p = 0; p < table.k; p++) {
      double weight = kappa_weight (all->options, (double) t, (double) p);

      observed += weight * counts[t * table.k + p];
      expected += weight * truly[t] * told[p] / n;
    }
  }
  return expected > 0 ? 1 - observed / expected : (double) NAN;
}

/* The mean recall of the classes that there are. */
static double
balanced_whole (const LmMetricBatch *all)
{
  g_autofree double *counts = NULL;
  double sum = 0, n = 0;
  Table table;

  if (all->multilabel && all->n_last > 1)
    return average (all, recall_of, MACRO);
  if (!table_init (&table, all))
    return (double) NAN;
  counts = table.counts;
  for (gint64 c = 0; c < table.k; c++) {
    Counts one = class_counts (&table, c);

    if (one.tp + one.fn > 0) {
      sum += recall_of (&one, NULL);
      n++;
    }
  }
  return n > 0 ? sum / n : (double) NAN;
}

/* --- Members ------------------------------------------------------------------------------------------- */

#define BETA_SPEC                                                      \
  {                                                                    \
    .kind = LM_OPTION_DOUBLE,                                          \
    .id = "beta",                                                      \
    .title = N_ ("Beta"),                                              \
    .help = N_ ("How many times as much recall counts as precision."), \
    .initial = 1,                                                      \
    .min = 0,                                                          \
    .max = 1000,                                                       \
    .above_min = TRUE,                                                 \
  }

static const LmOptionSpec fbeta_options[] = { BETA_SPEC };

static const char *const kappa_weights[] = { "none", "linear", "quadratic", NULL };

static const LmOptionSpec kappa_options[] = {
  {
    .kind = LM_OPTION_CHOICE,
    .id = "weights",
    .title = N_ ("Weights"),
    .help = N_ ("How much worse an answer is that is farther from the truth, where classes have an order."),
    .initial_text = "none",
    .choices = kappa_weights,
  },
};

/* A score, and its means over classes. */
#define SCORE_FUNCTIONS(name)                                                \
  static double name##_result (const LmMetricState *s, const LmOptionSet *o) \
  {                                                                          \
    return result_of (s, o, name##_of);                                      \
  }                                                                          \
  static double name##_whole (const LmMetricBatch *all)                      \
  {                                                                          \
    return binary (all, name##_of);                                          \
  }

#define AVERAGE_FUNCTIONS(name)                            \
  static double name##_macro (const LmMetricBatch *all)    \
  {                                                        \
    return average (all, name##_of, MACRO);                \
  }                                                        \
  static double name##_micro (const LmMetricBatch *all)    \
  {                                                        \
    return average (all, name##_of, MICRO);                \
  }                                                        \
  static double name##_weighted (const LmMetricBatch *all) \
  {                                                        \
    return average (all, name##_of, WEIGHTED);             \
  }

SCORE_FUNCTIONS (precision)
SCORE_FUNCTIONS (recall)
SCORE_FUNCTIONS (specificity)
SCORE_FUNCTIONS (fbeta)
AVERAGE_FUNCTIONS (precision)
AVERAGE_FUNCTIONS (recall)
AVERAGE_FUNCTIONS (fbeta)

static double
mcc_result (const LmMetricState *state,
            const LmOptionSet *options)
{
  return result_of (state, options, mcc_of);
}

static double
balanced_result (const LmMetricState *state,
                 const LmOptionSet *options)
{
  Counts c = { state->sum, state->n, state->more[0], state->more[1] };
  double n = (c.tp + c.fn > 0) + (c.tn + c.fp > 0);

  return n > 0 ? (recall_of (&c, NULL) + specificity_of (&c, NULL)) / n : (double) NAN;
}

#define NO_OPTIONS .options = NULL
#define OPTIONS(table) .options = table, .n_options = G_N_ELEMENTS (table)

#define COUNTED(symbol, id_, title_, help_, options_, ...)             \
  const LmMetricClass symbol = {                                       \
    .member = { .id = id_, .title = title_, .help = help_, options_ }, \
    .is_share = TRUE,                                                  \
    .more_is_better = TRUE,                                            \
    __VA_ARGS__                                                        \
  }

COUNTED (lm_metric_precision, "precision", N_ ("Precision"), N_ ("Share of the samples told to be positive that are: tp/(tp + fp). Of several labels or classes the mean over them."), NO_OPTIONS, .update = count_update, .result = precision_result, .whole = precision_whole);
COUNTED (lm_metric_recall, "recall", N_ ("Recall"), N_ ("Share of the positive samples that are found: tp/(tp + fn). Of several labels or classes the mean over them."), NO_OPTIONS, .update = count_update, .result = recall_result, .whole = recall_whole);
COUNTED (lm_metric_specificity, "specificity", N_ ("Specificity"), N_ ("Share of the negative samples that are told to be: tn/(tn + fp)."), NO_OPTIONS, .update = count_update, .result = specificity_result, .whole = specificity_whole);
COUNTED (lm_metric_f1, "f1", N_ ("F1"), N_ ("2·tp/(2·tp + fp + fn): high only if precision and recall both are. Of several labels or classes the mean over them."), NO_OPTIONS, .update = count_update, .result = fbeta_result, .whole = fbeta_whole);
COUNTED (lm_metric_fbeta, "fbeta", N_ ("F-beta"), N_ ("F1 in which recall counts beta times as much as precision."), OPTIONS (fbeta_options), .update = count_update, .result = fbeta_result, .whole = fbeta_whole);
COUNTED (lm_metric_f1_macro, "f1_macro", N_ ("F1, macro"), N_ ("The mean F1 over the classes: rare ones count as much as frequent ones."), NO_OPTIONS, .whole = fbeta_macro);
COUNTED (lm_metric_f1_micro, "f1_micro", N_ ("F1, micro"), N_ ("F1 of the counts of all classes together; with one class per sample the accuracy."), NO_OPTIONS, .whole = fbeta_micro);
COUNTED (lm_metric_f1_weighted, "f1_weighted", N_ ("F1, weighted"), N_ ("The mean F1 over the classes, each weighted by its samples."), NO_OPTIONS, .whole = fbeta_weighted);
COUNTED (lm_metric_fbeta_macro, "fbeta_macro", N_ ("F-beta, macro"), N_ ("The mean F-beta over the classes."), OPTIONS (fbeta_options), .whole = fbeta_macro);
COUNTED (lm_metric_fbeta_micro, "fbeta_micro", N_ ("F-beta, micro"), N_ ("F-beta of the counts of all classes together."), OPTIONS (fbeta_options), .whole = fbeta_micro);
COUNTED (lm_metric_fbeta_weighted, "fbeta_weighted", N_ ("F-beta, weighted"), N_ ("The mean F-beta over the classes, each weighted by its samples."), OPTIONS (fbeta_options), .whole = fbeta_weighted);
COUNTED (lm_metric_precision_macro, "precision_macro", N_ ("Precision, macro"), N_ ("The mean precision over the classes."), NO_OPTIONS, .whole = precision_macro);
COUNTED (lm_metric_precision_micro, "precision_micro", N_ ("Precision, micro"), N_ ("The precision of the counts of all classes together."), NO_OPTIONS, .whole = precision_micro);
COUNTED (lm_metric_precision_weighted, "precision_weighted", N_ ("Precision, weighted"), N_ ("The mean precision over the classes, each weighted by its samples."), NO_OPTIONS, .whole = precision_weighted);
COUNTED (lm_metric_recall_macro, "recall_macro", N_ ("Recall, macro"), N_ ("The mean recall over the classes."), NO_OPTIONS, .whole = recall_macro);
COUNTED (lm_metric_recall_micro, "recall_micro", N_ ("Recall, micro"), N_ ("The recall of the counts of all classes together."), NO_OPTIONS, .whole = recall_micro);
COUNTED (lm_metric_recall_weighted, "recall_weighted", N_ ("Recall, weighted"), N_ ("The mean recall over the classes, each weighted by its samples."), NO_OPTIONS, .whole = recall_weighted);
COUNTED (lm_metric_balanced_accuracy, "balanced_accuracy", N_ ("Balanced accuracy"), N_ ("The mean recall of the classes that there are: always the most frequent class gives 1 divided by their number."), NO_OPTIONS, .update = count_update, .result = balanced_result, .whole = balanced_whole);

const LmMetricClass lm_metric_mcc = {
  .member = {
    .id = "mcc",
    .title = N_ ("Matthews correlation"),
    .help = N_ ("Correlation of answers and truth, −1 to 1, 0 for guessing: fair also where one class is rare."),
  },
  .more_is_better = TRUE,
  .update = count_update,
  .result = mcc_result,
  .whole = mcc_whole,
};

const LmMetricClass lm_metric_cohen_kappa = {
  .member = {
    .id = "cohen_kappa",
    .title = N_ ("Cohen's kappa"),
    .help = N_ ("How much of the agreement with the truth is more than chance: 1 is all of it, 0 none."),
    .options = kappa_options,
    .n_options = G_N_ELEMENTS (kappa_options),
  },
  .more_is_better = TRUE,
  .whole = kappa_whole,
};
