/* metric-ranking.c: whether what is true gets the higher score
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-i18n.h"
#include "lm-metric.h"

#include <math.h>

/* --- Scores in order -------------------------------------------------------------------------- */

typedef struct {
  double score;
  gboolean truth;
} Scored;

static int
compare_falling (const void *a,
                 const void *b)
{
  double x = ((const Scored *) a)->score, y = ((const Scored *) b)->score;

  return x < y ? 1 : x > y ? -1
                           : 0;
}

/* Answer @c of all rows against its truth, the highest score first; NULL if memory is short or a score is not a number. */
static Scored *
sort_scores (const LmMetricBatch *all,
             gint64 c,
             gint64 *n,
             gint64 *n_true)
{
  g_autofree Scored *scored = g_try_new (Scored, MAX (1, lm_metric_rows (all)));

  *n = lm_metric_rows (all);
  *n_true = 0;
  for (gint64 r = 0; r < *n && scored != NULL; r++) {
    scored[r] = (Scored){ lm_metric_p (all, r * all->n_last + c), lm_metric_truth_of (all, r, c) == 1 };
    if (isnan (scored[r].score))
      return NULL;
    *n_true += scored[r].truth;
  }
  if (scored != NULL)
    qsort (scored, (size_t) *n, sizeof *scored, compare_falling);
  return g_steal_pointer (&scored);
}

/* Share of pairs of a true and a false one in which the true one has the higher score, equal ones half. */
static double
auc_of (const LmMetricBatch *all,
        gint64 c)
{
  gint64 n, n_true;
  g_autofree Scored *scored = sort_scores (all, c, &n, &n_true);
  double area = 0, above = 0;

  if (scored == NULL || n_true == 0 || n_true == n)
    return (double) NAN;
  for (gint64 i = 0; i < n;) {
    double positive = 0, negative = 0;
    gint64 j = i;

    for (; j < n && scored[j].score == scored[i].score; j++) {
      positive += scored[j].truth;
      negative += !scored[j].truth;
    }
    area += negative * (above + positive / 2);
    above += positive;
    i = j;
  }
  return area / ((double) n_true * (double) (n - n_true));
}

/* Σ (recall − recall before)·precision over the thresholds; 0 where nothing is true. */
static double
precision_area (const LmMetricBatch *all,
                gint64 c)
{
  gint64 n, n_true;
  g_autofree Scored *scored = sort_scores (all, c, &n, &n_true);
  double area = 0, found = 0;

  if (scored == NULL || n == 0)
    return (double) NAN;
  for (gint64 i = 0; i < n && n_true > 0;) {
    double positive = 0;
    gint64 j = i;

    for (; j < n && scored[j].score == scored[i].score; j++)
      positive += scored[j].truth;
    found += positive;
    area += positive / (double) n_true * found / (double) j;
    i = j;
  }
  return area;
}

/* Of the one answer, or of the second of two classes; else the mean over classes (one against the rest) or labels. */
static double
mean_of (const LmMetricBatch *all,
         double (*one) (const LmMetricBatch *all, gint64 c))
{
  double sum = 0;

  if (all->n_last == 1)
    return one (all, 0);
  if (all->n_last == 2 && !all->multilabel && !lm_metric_has_one_hot (all))
    return one (all, 1);
  for (gint64 c = 0; c < all->n_last; c++)
    sum += one (all, c);
  return sum / (double) all->n_last;
}

static double
auc_whole (const LmMetricBatch *all)
{
  return mean_of (all, auc_of);
}

static double
precision_whole (const LmMetricBatch *all)
{
  return mean_of (all, precision_area);
}

/* --- Row by row ------------------------------------------------------------------------------------ */

/* Mean over the true labels of: share of true ones among those that score at least as high. 1 where none or all are true. */
static double
label_ranking (const LmMetricBatch *batch,
               gint64 r)
{
  gint64 from = r * batch->n_last, n_true = 0;
  double sum = 0;

  for (gint64 c = 0; c < batch->n_last; c++) {
    gint64 at_least = 0, hits = 0;

    if (lm_metric_truth_of (batch, r, c) != 1)
      continue;
    n_true++;
    for (gint64 j = 0; j < batch->n_last; j++) {
      if (lm_metric_p (batch, from + j) >= lm_metric_p (batch, from + c)) {
        at_least++;
        hits += lm_metric_truth_of (batch, r, j) == 1;
      }
    }
    sum += (double) hits / (double) at_least;
  }
  return n_true == 0 || n_true == batch->n_last ? 1 : sum / (double) n_true;
}

static void
label_ranking_update (LmMetricState *state,
                      const LmMetricBatch *batch)
{
  gint64 rows = lm_metric_rows (batch);

  for (gint64 r = 0; r < rows; r++)
    state->sum += label_ranking (batch, r);
  state->n += (double) rows;
}

/* Σ gain/log₂ (place + 1) over the first @k places in the order of @score (of targets or predictions); equal scores share
 * their places. */
static double
discounted_gain (const LmMetricBatch *batch,
                 gint64 r,
                 gint64 k,
                 double (*score) (const LmMetricBatch *batch, gint64 i))
{
  gint64 from = r * batch->n_last;
  double sum = 0;

  for (gint64 c = 0; c < batch->n_last; c++) {
    double own = score (batch, from + c), gain = lm_metric_truth_of (batch, r, c), discount = 0;
    gint64 above = 0, equal = 0;

    if (gain == 0)
      continue;
    for (gint64 j = 0; j < batch->n_last; j++) {
      above += score (batch, from + j) > own;
      equal += score (batch, from + j) == own;
    }
    for (gint64 place = above; place < MIN (above + equal, k); place++)
      discount += 1 / log2 ((double) place + 2);
    sum += equal > 0 ? gain * discount / (double) equal : (double) NAN;
  }
  return sum;
}

/* Source: Järvelin & Kekäläinen 2002; ties as McSherry & Najork 2008, as in scikit-learn. */
static void
ndcg_update (LmMetricState *state,
             const LmMetricBatch *batch)
{
  gint64 rows = lm_metric_rows (batch), k = (gint64) lm_metric_option (batch->options, "k", (double) batch->n_last);

  for (gint64 r = 0; r < rows; r++) {
    double best = discounted_gain (batch, r, k, lm_metric_t), gain = discounted_gain (batch, r, k, lm_metric_p);

    state->sum += best != 0 ? gain / best : 0;
  }
  state->n += (double) rows;
}

static const LmOptionSpec ndcg_options[] = {
  {
    .kind = LM_OPTION_INT,
    .id = "k",
    .title = N_ ("K"),
    .help = N_ ("Only so many places from the top count. None: all."),
    .initial = NAN,
    .min = 1,
    .max = 1e6,
    .nullable = TRUE,
  },
};

#define RANKED(symbol, id_, title_, help_, ...)              \
  const LmMetricClass symbol = {                             \
    .member = { .id = id_, .title = title_, .help = help_ }, \
    .is_share = TRUE,                                        \
    .more_is_better = TRUE,                                  \
    __VA_ARGS__                                              \
  }

RANKED (lm_metric_roc_auc, "roc_auc", N_ ("Area under the ROC curve"), N_ ("Probability that a positive sample scores higher than a negative one: 1/2 is guessing. Of several classes or labels the mean over them, each against the rest."), .whole = auc_whole);
RANKED (lm_metric_average_precision, "average_precision", N_ ("Average precision"), N_ ("The mean precision over all thresholds, weighted by the gain in recall. Of several classes or labels the mean over them."), .whole = precision_whole);
RANKED (lm_metric_mean_average_precision, "mean_average_precision", N_ ("Mean average precision"), N_ ("The average precision of each label, mean over the labels."), .kind = LM_METRIC_LABELS, .whole = precision_whole);
RANKED (lm_metric_label_ranking_average_precision, "label_ranking_average_precision", N_ ("Label ranking average precision"), N_ ("For each true label of a sample the share of true ones among the labels that score at least as high, as a mean."), .kind = LM_METRIC_LABELS, .update = label_ranking_update, .result = lm_metric_mean);

const LmMetricClass lm_metric_ndcg = {
  .member = {
    .id = "ndcg",
    .title = N_ ("NDCG"),
    .help = N_ ("Gains of the targets in the order of the scores, those farther down counting less, as a share of the best order."),
    .options = ndcg_options,
    .n_options = G_N_ELEMENTS (ndcg_options),
  },
  .kind = LM_METRIC_LABELS,
  .is_share = TRUE,
  .more_is_better = TRUE,
  .update = ndcg_update,
  .result = lm_metric_mean,
};
