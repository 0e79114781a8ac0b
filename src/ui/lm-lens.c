/* lm-lens.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-lens.h"

#include "lm-filters.h"
#include "lm-lens-work.h"
#include "lm-words.h"
#include "lm-work.h"

#include <string.h>

#include "lm-i18n.h"

/* Between two looks through weights that change. */
#define LIVE_MS 250

/* What is found so fast is found at once, in the frame that shows the pen's movement. */
#define AT_ONCE_S 0.004

struct _LmLens {
  GObject parent_instance;

  LmDocument *document;
  LmSession *session;
  GHashTable *watchers; /* address → wishes */
  LmDataset *dataset;   /* as the document has it */
  LmPins *pins;
  LmLensList *list; /* that is looked for */

  /* The sample. */
  LmSample *sample;
  LmPart part;
  gint64 index; /* −1: not of the data */
  guint serial;
  guint pick_serial; /* of the newest wish for a sample: what comes for an older one is not wanted any more */

  /* Weights: what is asked for, what is there, what is on its way. */
  gint64 run;
  char *checkpoint;
  LmLensWeights *weights;
  gboolean is_loading;
  gboolean load_again;
  gboolean is_requested;
  guint live_source;
  gint64 live_time; /* µs: when live weights came last */
  char *weights_problem;

  /* Looking. */
  char *method;
  char *heat_layer;
  int class_index;
  gboolean keeps_sign;
  char *kernels_layer;
  char *unit_layer;
  int unit;
  LmProbes *probes;
  gboolean is_looking;
  guint dirty; /* LmLensWish: what is behind */

  /* What was found. */
  guint answered;
  LmPrediction *prediction;
  LmFilmPicture *film;
  LmHeatmapPicture *heatmap;
  LmSheetPicture *kernels;
  LmSheetPicture *unit_kernel;
  char *problem;
  char *heatmap_problem;
  char *kernels_problem;
  double seconds;
  double cost; /* seconds: the slowest of the last looks, so that one that is cheap by chance does not count */
  guint cost_wishes;
  LmFilters *filters;
};

enum {
  SAMPLE_CHANGED,
  CHANGED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmLens, lm_lens, G_TYPE_OBJECT)

#define OF_SAMPLE (LM_LENS_PREDICTION | LM_LENS_THUMBS | LM_LENS_HEATMAP)
#define EVERYTHING (OF_SAMPLE | LM_LENS_KERNELS | LM_LENS_UNIT)

static void update_weights (LmLens *self);

static guint
wishes_of (LmLens *self)
{
  GHashTableIter iter;
  gpointer wishes;
  guint all = 0;

  g_hash_table_iter_init (&iter, self->watchers);
  while (g_hash_table_iter_next (&iter, NULL, &wishes))
    all |= GPOINTER_TO_UINT (wishes);
  return all;
}

/* --- Looking ------------------------------------------------------------------------- */

static void look (LmLens *self);

#define TAKE(field, free_func)                    \
  G_STMT_START                                    \
  {                                               \
    g_clear_pointer (&self->field, free_func);    \
    self->field = g_steal_pointer (&task->field); \
  }                                               \
  G_STMT_END

/* What was not asked for stays as it was. */
static void
looked_cb (gpointer owner,
           gpointer data,
           const GError *error)
{
  LmLens *self = owner;
  LmLensTask *task = data;

  self->is_looking = FALSE;
  self->cost = task->wishes == self->cost_wishes ? MAX (task->seconds, self->cost * 0.9) : MAX (task->seconds, AT_ONCE_S);
  self->cost_wishes = task->wishes;
  if ((task->wishes & LM_LENS_PREDICTION) != 0)
    TAKE (prediction, lm_prediction_free);
  if ((task->wishes & LM_LENS_THUMBS) != 0)
    TAKE (film, lm_film_picture_free);
  if ((task->wishes & (LM_LENS_PREDICTION | LM_LENS_THUMBS)) != 0) {
    TAKE (problem, g_free);
    self->answered = task->serial;
    self->seconds = task->seconds;
  }
  if ((task->wishes & LM_LENS_HEATMAP) != 0) {
    TAKE (heatmap, lm_heatmap_picture_free);
    TAKE (heatmap_problem, g_free);
  }
  if ((task->wishes & LM_LENS_KERNELS) != 0) {
    TAKE (kernels, lm_sheet_picture_free);
    TAKE (kernels_problem, g_free);
  }
  if ((task->wishes & LM_LENS_UNIT) != 0)
    TAKE (unit_kernel, lm_sheet_picture_free);
  look (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static LmLensTask *
new_task (LmLens *self,
          guint wishes)
{
  LmLensTask *task = g_new0 (LmLensTask, 1);

  task->probes = self->probes;
  task->weights = lm_lens_weights_ref (self->weights);
  task->dataset = self->dataset != NULL ? lm_dataset_ref (self->dataset) : NULL;
  task->sample = self->sample != NULL ? lm_sample_copy (self->sample) : NULL;
  task->serial = self->serial;
  task->wishes = wishes;
  task->method = g_strdup (self->method);
  task->heat_layer = g_strdup (self->heat_layer);
  task->class_index = self->class_index;
  task->keeps_sign = self->keeps_sign;
  task->kernels_layer = g_strdup (self->kernels_layer);
  task->unit_layer = g_strdup (self->unit_layer);
  task->unit = self->unit;
  return task;
}

/* Starts what is behind and wanted, one look at a time. */
static void
look (LmLens *self)
{
  guint wishes = self->dirty & wishes_of (self);
  LmLensTask *task;

  if (self->sample == NULL)
    wishes &= ~(guint) OF_SAMPLE;
  if (self->is_looking || self->weights == NULL || wishes == 0)
    return;

  self->is_looking = TRUE;
  self->dirty &= ~wishes;
  task = new_task (self, wishes);
  lm_work_run (self, lm_lens_task_run, looked_cb, task, lm_lens_task_free);
}

/* The same here and now, if it is sure to take no longer than a frame can bear; FALSE if not. */
static gboolean
look_at_once (LmLens *self)
{
  guint wishes = self->dirty & wishes_of (self);
  LmLensTask *task;

  if (self->is_looking || self->weights == NULL || self->sample == NULL || wishes == 0 || (wishes & ~(guint) OF_SAMPLE) != 0 || wishes != self->cost_wishes || self->cost >= AT_ONCE_S)
    return FALSE;
  self->dirty &= ~wishes;
  task = new_task (self, wishes);
  lm_lens_task_run (task, NULL);
  looked_cb (self, task, NULL);
  lm_lens_task_free (task);
  return TRUE;
}

static void
look_anew (LmLens *self,
           guint wishes)
{
  self->dirty |= wishes;
  look (self);
}

void
lm_lens_watch (LmLens *self,
               gpointer watcher,
               guint wishes)
{
  guint before = wishes_of (self);

  if (wishes == 0)
    g_hash_table_remove (self->watchers, watcher);
  else
    g_hash_table_insert (self->watchers, watcher, GUINT_TO_POINTER (wishes));
  if ((wishes_of (self) & ~before) == 0)
    return;
  update_weights (self);
  look (self);
}

/* --- Weights ------------------------------------------------------------------------- */

static void
drop_results (LmLens *self)
{
  g_clear_pointer (&self->prediction, lm_prediction_free);
  g_clear_pointer (&self->film, lm_film_picture_free);
  g_clear_pointer (&self->heatmap, lm_heatmap_picture_free);
  g_clear_pointer (&self->kernels, lm_sheet_picture_free);
  g_clear_pointer (&self->unit_kernel, lm_sheet_picture_free);
  g_clear_pointer (&self->problem, g_free);
  g_clear_pointer (&self->heatmap_problem, g_free);
  g_clear_pointer (&self->kernels_problem, g_free);
}

/* @weights: (transfer full) (nullable) */
static void
take_weights (LmLens *self,
              LmLensWeights *weights,
              const char *problem)
{
  lm_lens_weights_unref (self->weights);
  self->weights = weights;
  g_free (self->weights_problem);
  self->weights_problem = g_strdup (problem);
  if (weights == NULL)
    drop_results (self);
  self->dirty = EVERYTHING;
  look (self);
  if (weights == NULL || !self->is_looking)
    g_signal_emit (self, signals[CHANGED], 0);
}

static void
loaded_cb (gpointer owner,
           gpointer data,
           const GError *error)
{
  LmLens *self = owner;
  LmLensLoad *load = data;

  self->is_loading = FALSE;
  if (self->load_again) {
    self->load_again = FALSE;
    update_weights (self);
    return;
  }
  take_weights (self, g_steal_pointer (&load->result), error != NULL ? error->message : NULL);
}

static void
load (LmLens *self,
      gint64 run,
      gint64 stamp)
{
  LmLensLoad *load;

  if (self->is_loading) {
    self->load_again = TRUE;
    return;
  }
  self->is_loading = TRUE;
  load = g_new0 (LmLensLoad, 1);
  load->project = lm_project_ref (lm_document_get_project (self->document));
  load->run = run;
  load->checkpoint = g_strdup (self->checkpoint);
  load->stamp = stamp;
  load->design = lm_design_copy (lm_document_get_design (self->document));
  load->dataset = self->dataset != NULL ? lm_dataset_ref (self->dataset) : NULL;
  lm_work_run (self, lm_lens_load_run, loaded_cb, load, lm_lens_load_free);
}

/* The run at work is what is asked for. */
static gboolean
wants_live (LmLens *self)
{
  return lm_session_is_active (self->session) && lm_session_get_run (self->session) != 0 &&
         (self->run == 0 || self->run == lm_session_get_run (self->session)) &&
         (self->checkpoint == NULL || g_str_equal (self->checkpoint, "last"));
}

static void
live_cb (LmModel *model,
         gpointer data)
{
  LmLens *self = data;

  self->is_requested = FALSE;
  self->live_time = g_get_monotonic_time ();
  if (model != NULL && wants_live (self)) {
    take_weights (self, lm_lens_weights_new (model, model->run, NULL, model->step, TRUE), NULL);
  } else {
    lm_model_free (model);
    update_weights (self);
  }
  g_object_unref (self);
}

static gboolean
live_timeout_cb (gpointer data)
{
  LmLens *self = data;

  self->live_source = 0;
  if (wishes_of (self) == 0 || !wants_live (self) || self->is_requested)
    return G_SOURCE_REMOVE;
  g_object_ref (self);
  self->is_requested = lm_session_request_model (self->session, live_cb, self);
  if (!self->is_requested)
    g_object_unref (self);
  return G_SOURCE_REMOVE;
}

/* Soon, but not more often than people can follow. */
static void
queue_live (LmLens *self)
{
  gint64 wait = LIVE_MS - (g_get_monotonic_time () - self->live_time) / 1000;

  if (self->live_source == 0 && !self->is_requested)
    self->live_source = g_timeout_add ((guint) CLAMP (wait, 0, LIVE_MS), live_timeout_cb, self);
}

/* The run that is meant by 0 when nothing is at work: the newest with weights. */
static const LmRunInfo *
newest_run (LmLens *self)
{
  GPtrArray *runs = lm_document_get_runs (self->document);

  for (guint i = runs->len; i > 0; i--) {
    const LmRunInfo *info = runs->pdata[i - 1];

    if (info->has_weights)
      return info;
  }
  return NULL;
}

static gboolean
is_there (LmLens *self,
          gint64 run,
          gint64 stamp)
{
  const LmLensWeights *weights = self->weights;

  return weights != NULL && weights->run == run && weights->stamp == stamp && !weights->is_live && g_strcmp0 (weights->checkpoint, self->checkpoint) == 0;
}

static void
update_weights (LmLens *self)
{
  const LmRunInfo *info = NULL;

  if (wishes_of (self) == 0)
    return;
  if (wants_live (self)) {
    queue_live (self);
    return;
  }
  if (self->run < 0) {
    if (!is_there (self, -1, 0) || !lm_design_equal (self->weights->model->design, lm_document_get_design (self->document)))
      load (self, -1, 0);
    return;
  }
  info = self->run == 0 ? newest_run (self) : lm_document_find_run (self->document, self->run);
  if (info == NULL || !info->has_weights) {
    if (self->weights != NULL && !self->weights->is_live)
      take_weights (self, NULL, NULL);
    return;
  }
  if (!is_there (self, info->id, info->step))
    load (self, info->id, info->step);
}

static void
progress_cb (LmLens *self)
{
  if (wants_live (self) && lm_session_get_state (self->session) == LM_SESSION_RUNNING && wishes_of (self) != 0)
    queue_live (self);
}

void
lm_lens_set_run (LmLens *self,
                 gint64 run,
                 const char *checkpoint)
{
  if (self->run == run && g_strcmp0 (self->checkpoint, checkpoint) == 0)
    return;
  self->run = run;
  g_free (self->checkpoint);
  self->checkpoint = g_strdup (checkpoint);
  self->live_time = 0;
  update_weights (self);
}

gint64
lm_lens_get_run (LmLens *self,
                 const char **checkpoint)
{
  if (checkpoint != NULL)
    *checkpoint = self->checkpoint;
  return self->run;
}

char *
lm_lens_dup_weights_words (LmLens *self)
{
  const LmRunInfo *info;
  g_autofree char *name = NULL;

  if (self->weights == NULL)
    return NULL;
  if (self->weights->run < 0)
    return g_strdup (_ ("Fresh weights, not trained"));
  info = lm_document_find_run (self->document, self->weights->run);
  name = info != NULL ? lm_words_run (info) : g_strdup_printf (_ ("Run %" PRId64), self->weights->run);
  if (self->weights->is_live)
    return g_strdup_printf (_ ("%s, step %" PRId64), name, self->weights->model->step);
  return g_strdup_printf (_ ("%s, epoch %" PRId64), name, self->weights->model->epoch);
}

gboolean
lm_lens_is_live (LmLens *self)
{
  return wants_live (self) && self->weights != NULL && self->weights->is_live;
}

gboolean
lm_lens_is_untrained (LmLens *self)
{
  return self->run == 0 && !wants_live (self) && newest_run (self) == NULL && self->weights == NULL;
}

/* --- The sample ---------------------------------------------------------------------- */

static void
take_sample (LmLens *self,
             LmSample *sample,
             LmPart part,
             gint64 index)
{
  lm_sample_free (self->sample);
  self->sample = sample;
  self->part = part;
  self->index = index;
  self->serial++;
  g_signal_emit (self, signals[SAMPLE_CHANGED], 0);
  self->dirty |= OF_SAMPLE;
  if (!look_at_once (self))
    look (self);
}

void
lm_lens_set_sample (LmLens *self,
                    LmSample *sample)
{
  g_return_if_fail (sample != NULL);

  self->pick_serial++;
  take_sample (self, sample, LM_PART_TRAIN, -1);
}

static void
picked_cb (gpointer owner,
           gpointer data,
           const GError *error)
{
  LmLens *self = owner;
  LmLensPick *pick = data;

  if (pick->serial != self->pick_serial)
    return;
  if (pick->sample == NULL)
    g_signal_emit (self, signals[FAILED], 0, error->message);
  else
    take_sample (self, g_steal_pointer (&pick->sample), pick->part, pick->path != NULL ? -1 : pick->index);
}

static void
pick_with (LmLens *self,
           LmLensPick *pick)
{
  pick->serial = ++self->pick_serial;
  lm_work_run (self, lm_lens_pick_run, picked_cb, pick, lm_lens_pick_free);
}

void
lm_lens_pick (LmLens *self,
              LmPart part,
              gint64 index)
{
  LmLensPick *pick;

  if (self->dataset == NULL)
    return;
  pick = g_new0 (LmLensPick, 1);
  pick->dataset = lm_dataset_ref (self->dataset);
  pick->part = part;
  pick->index = index;
  pick_with (self, pick);
}

void
lm_lens_pick_file (LmLens *self,
                   GFile *file)
{
  LmLensPick *pick = g_new0 (LmLensPick, 1);

  pick->path = g_file_get_path (file);
  pick->design = lm_design_copy (self->weights != NULL ? self->weights->model->design : lm_document_get_design (self->document));
  if (pick->path == NULL) {
    g_autofree char *uri = g_file_get_uri (file);
    g_autofree char *message = g_strdup_printf (_ ("“%s” is not on this computer. Copy it here first."), uri);

    lm_lens_pick_free (pick);
    g_signal_emit (self, signals[FAILED], 0, message);
    return;
  }
  pick_with (self, pick);
}

const LmSample *
lm_lens_get_sample (LmLens *self)
{
  return self->sample;
}

gboolean
lm_lens_get_place (LmLens *self,
                   LmPart *part,
                   gint64 *index)
{
  if (self->sample == NULL || self->index < 0)
    return FALSE;
  *part = self->part;
  *index = self->index;
  return TRUE;
}

LmPins *
lm_lens_get_pins (LmLens *self)
{
  return self->pins;
}

static gboolean
same_numbers (const LmTensor *a,
              const LmTensor *b)
{
  return a == b || (lm_shape_equal (&a->shape, &b->shape) && memcmp (a->data, b->data, lm_tensor_n_bytes (a)) == 0);
}

/* The pin that is the present sample; −1. */
static int
present_pin (LmLens *self)
{
  if (self->sample == NULL)
    return -1;
  if (self->index >= 0)
    return lm_pins_find (self->pins, self->part, self->index);
  for (guint i = 0; i < lm_pins_get_n (self->pins); i++) {
    if (same_numbers (lm_pins_get_sample (self->pins, i)->raw, self->sample->raw))
      return (int) i;
  }
  return -1;
}

gboolean
lm_lens_is_pinned (LmLens *self)
{
  return present_pin (self) >= 0;
}

void
lm_lens_toggle_pin (LmLens *self)
{
  int pin = present_pin (self);

  if (pin >= 0)
    lm_pins_remove (self->pins, (guint) pin);
  else if (self->sample != NULL)
    lm_pins_add (self->pins, self->sample, self->part, self->index);
}

void
lm_lens_use_pin (LmLens *self,
                 guint i)
{
  LmPart part = LM_PART_TRAIN;
  gint64 index = -1;

  lm_pins_get_place (self->pins, i, &part, &index);
  self->pick_serial++;
  take_sample (self, lm_sample_copy (lm_pins_get_sample (self->pins, i)), part, index);
}

static void
listed_cb (gpointer owner,
           gpointer data,
           const GError *error)
{
  LmLens *self = owner;
  LmLensList *list = data;

  if (list == self->list) {
    g_clear_pointer (&self->list, lm_lens_list_unref);
    list->done (list->owner, g_steal_pointer (&list->list), error != NULL ? error->message : NULL);
  }
}

static void
cancel_list (LmLens *self)
{
  if (self->list == NULL)
    return;
  atomic_store (&self->list->is_cancelled, TRUE);
  g_clear_pointer (&self->list, lm_lens_list_unref);
}

void
lm_lens_list (LmLens *self,
              LmPart part,
              int class_index,
              gboolean mistakes,
              GObject *owner,
              LmLensListed done)
{
  LmLensList *list;

  cancel_list (self);
  if (self->dataset == NULL)
    return;
  list = g_new0 (LmLensList, 1);
  lm_ref_init (&list->ref);
  lm_ref_inc (&list->ref); /* one for the thread, one for here */
  list->weights = self->weights != NULL ? lm_lens_weights_ref (self->weights) : NULL;
  list->dataset = lm_dataset_ref (self->dataset);
  list->part = part;
  list->class_index = class_index;
  list->mistakes = mistakes;
  list->owner = g_object_ref (owner);
  list->done = done;
  self->list = list;
  lm_work_run (self, lm_lens_list_run, listed_cb, list, lm_lens_list_unref);
}

guint
lm_lens_get_serial (LmLens *self)
{
  return self->serial;
}

guint
lm_lens_get_answered (LmLens *self)
{
  return self->answered;
}

char *
lm_lens_dup_class_name (LmLens *self,
                        int class_index)
{
  LmLook names = { .dataset = self->dataset };

  return lm_look_class_name (&names, class_index);
}

LmShape
lm_lens_get_input_shape (LmLens *self)
{
  return lm_design_input_shape (self->weights != NULL ? self->weights->model->design : lm_document_get_design (self->document));
}

/* --- What was found ------------------------------------------------------------------ */

void
lm_lens_set_heatmap (LmLens *self,
                     const char *method,
                     const char *layer,
                     int class_index)
{
  if (g_strcmp0 (method, self->method) == 0 && g_strcmp0 (layer, self->heat_layer) == 0 && class_index == self->class_index)
    return;
  g_free (self->method);
  self->method = g_strdup (method);
  g_free (self->heat_layer);
  self->heat_layer = g_strdup (layer);
  self->class_index = class_index;
  look_anew (self, LM_LENS_HEATMAP);
}

void
lm_lens_set_signed (LmLens *self,
                    gboolean keeps_sign)
{
  if (self->keeps_sign == keeps_sign)
    return;
  self->keeps_sign = keeps_sign;
  look_anew (self, LM_LENS_HEATMAP);
}

void
lm_lens_set_kernels (LmLens *self,
                     const char *layer)
{
  if (g_strcmp0 (layer, self->kernels_layer) == 0)
    return;
  g_free (self->kernels_layer);
  self->kernels_layer = g_strdup (layer);
  look_anew (self, LM_LENS_KERNELS);
}

void
lm_lens_set_unit (LmLens *self,
                  const char *layer,
                  int unit)
{
  if (g_strcmp0 (layer, self->unit_layer) == 0 && unit == self->unit)
    return;
  g_free (self->unit_layer);
  self->unit_layer = g_strdup (layer);
  self->unit = unit;
  g_clear_pointer (&self->unit_kernel, lm_sheet_picture_free);
  look_anew (self, LM_LENS_UNIT);
}

const LmFilmPicture *
lm_lens_get_film (LmLens *self)
{
  return self->film;
}

const LmSheetPicture *
lm_lens_get_sheet (LmLens *self,
                   const char *path)
{
  for (int i = 0; self->film != NULL && i < self->film->n_sheets; i++) {
    if (g_strcmp0 (self->film->sheets[i]->path, path) == 0)
      return self->film->sheets[i];
  }
  return NULL;
}

const LmHeatmapPicture *
lm_lens_get_heatmap (LmLens *self)
{
  return self->heatmap;
}

const LmSheetPicture *
lm_lens_get_kernels (LmLens *self)
{
  return self->kernels;
}

const LmSheetPicture *
lm_lens_get_unit (LmLens *self)
{
  return self->unit_kernel;
}

const LmPrediction *
lm_lens_get_answer (LmLens *self)
{
  return self->prediction;
}

const double *
lm_lens_get_prediction (LmLens *self,
                        int *n)
{
  *n = self->prediction != NULL ? self->prediction->n : 0;
  return self->prediction != NULL ? self->prediction->values : NULL;
}

const char *
lm_lens_get_problem (LmLens *self)
{
  if (self->weights == NULL && self->weights_problem != NULL)
    return self->weights_problem;
  return lm_lens_is_untrained (self) ? _ ("Nothing has been trained yet.") : self->problem;
}

const char *
lm_lens_get_heatmap_problem (LmLens *self)
{
  return self->heatmap_problem;
}

const char *
lm_lens_get_kernels_problem (LmLens *self)
{
  return self->kernels_problem;
}

double
lm_lens_get_seconds (LmLens *self)
{
  return self->seconds;
}

/* --- Filters ------------------------------------------------------------------------- */

static void
filters_changed_cb (LmLens *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

void
lm_lens_cancel_filters (LmLens *self)
{
  if (self->filters == NULL)
    return;
  lm_filters_cancel (self->filters);
  g_signal_emit (self, signals[CHANGED], 0);
}

void
lm_lens_find_filters (LmLens *self,
                      const char *layer)
{
  if (self->weights == NULL)
    return;
  if (self->filters != NULL) {
    lm_filters_cancel (self->filters);
    g_signal_handlers_disconnect_by_data (self->filters, self);
    g_clear_object (&self->filters);
  }
  self->filters = lm_filters_new (self->weights, self->dataset, layer);
  g_signal_connect_object (self->filters, "changed", G_CALLBACK (filters_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_emit (self, signals[CHANGED], 0);
}

const LmSheetPicture *
lm_lens_get_filters (LmLens *self,
                     const char *layer,
                     double *fraction,
                     const char **problem)
{
  gboolean is_it = self->filters != NULL && g_strcmp0 (lm_filters_get_layer (self->filters), layer) == 0;

  *fraction = is_it ? lm_filters_get_fraction (self->filters) : -1;
  *problem = is_it ? lm_filters_get_problem (self->filters) : NULL;
  return is_it ? lm_filters_get_sheet (self->filters) : NULL;
}

/* --- Object -------------------------------------------------------------------------- */

/* Edits matter to fresh weights; data to all. */
static void
document_changed_cb (LmLens *self)
{
  LmDataset *dataset = lm_document_get_dataset (self->document, NULL);

  if (dataset != self->dataset) {
    g_clear_pointer (&self->dataset, lm_dataset_unref);
    self->dataset = dataset != NULL ? lm_dataset_ref (dataset) : NULL;
    if (dataset != NULL && (self->sample == NULL || self->index >= 0) && !lm_part_is_sealed (lm_dataset_default_part (dataset)))
      lm_lens_pick (self, lm_dataset_default_part (dataset), 0);
    look_anew (self, EVERYTHING);
  }
  update_weights (self);
}

static void
pin_failed_cb (LmLens *self,
               const char *message)
{
  g_signal_emit (self, signals[FAILED], 0, message);
}

static void
lm_lens_dispose (GObject *object)
{
  LmLens *self = LM_LENS (object);

  g_clear_handle_id (&self->live_source, g_source_remove);
  if (self->filters != NULL)
    lm_filters_cancel (self->filters);
  g_clear_object (&self->filters);
  cancel_list (self);
  g_hash_table_remove_all (self->watchers);

  G_OBJECT_CLASS (lm_lens_parent_class)->dispose (object);
}

static void
lm_lens_finalize (GObject *object)
{
  LmLens *self = LM_LENS (object);

  drop_results (self);
  lm_sample_free (self->sample);
  lm_lens_weights_unref (self->weights);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  lm_probes_free (self->probes);
  g_hash_table_unref (self->watchers);
  g_free (self->checkpoint);
  g_free (self->weights_problem);
  g_free (self->method);
  g_free (self->heat_layer);
  g_free (self->kernels_layer);
  g_free (self->unit_layer);
  g_clear_object (&self->pins);
  g_clear_object (&self->session);
  g_clear_object (&self->document);

  G_OBJECT_CLASS (lm_lens_parent_class)->finalize (object);
}

static void
lm_lens_class_init (LmLensClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = lm_lens_dispose;
  object_class->finalize = lm_lens_finalize;

  signals[SAMPLE_CHANGED] = g_signal_new ("sample-changed", LM_TYPE_LENS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CHANGED] = g_signal_new ("changed", LM_TYPE_LENS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", LM_TYPE_LENS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
lm_lens_init (LmLens *self)
{
  self->watchers = g_hash_table_new (NULL, NULL);
  self->probes = lm_probes_new ();
  self->class_index = -1;
  self->index = -1;
}

LmLens *
lm_lens_new (LmDocument *document,
             LmSession *session)
{
  LmLens *self = g_object_new (LM_TYPE_LENS, NULL);

  self->document = g_object_ref (document);
  self->session = g_object_ref (session);
  self->pins = lm_pins_new (document);
  g_signal_connect_object (self->pins, "failed", G_CALLBACK (pin_failed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "changed", G_CALLBACK (document_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "runs-changed", G_CALLBACK (update_weights), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "progress", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "ended", G_CALLBACK (update_weights), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (session, "notify::state", G_CALLBACK (update_weights), self, G_CONNECT_SWAPPED);
  document_changed_cb (self);
  return self;
}

LmDocument *
lm_lens_get_document (LmLens *self)
{
  return self->document;
}
