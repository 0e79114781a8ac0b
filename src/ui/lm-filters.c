/* lm-filters.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-filters.h"

#include "lm-work.h"

#include <stdatomic.h>

#define MAX_FILTERS 64

/* What the thread and the object share. */
typedef struct {
  LmLensWeights *weights;
  LmDataset *dataset;
  char *layer;
  LmFilters *owner; /* kept by lm_work_run() */
  atomic_bool is_cancelled;
  atomic_bool is_told;                /* an idle source is on its way */
  _Atomic (LmSheetPicture *) preview; /* the newest, for the main thread to take */
  _Atomic double fraction;
  LmSheetPicture *sheet; /* at the end */
} Search;

struct _LmFilters {
  GObject parent_instance;

  Search *search; /* NULL when it is over */
  char *layer;
  LmLensWeights *weights;
  LmSheetPicture *sheet;
  double fraction;
  char *problem;
};

enum {
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmFilters, lm_filters, G_TYPE_OBJECT)

static void
search_free (gpointer data)
{
  Search *search = data;

  lm_lens_weights_unref (search->weights);
  g_clear_pointer (&search->dataset, lm_dataset_unref);
  lm_sheet_picture_free (atomic_load (&search->preview));
  lm_sheet_picture_free (search->sheet);
  g_free (search->layer);
  g_free (search);
}

/* The search may be over by now. */
static gboolean
told_cb (gpointer data)
{
  LmFilters *self = data;
  LmSheetPicture *preview;

  if (self->search == NULL)
    return G_SOURCE_REMOVE;
  atomic_store (&self->search->is_told, FALSE);
  self->fraction = atomic_load (&self->search->fraction);
  preview = atomic_exchange (&self->search->preview, NULL);
  if (preview != NULL) {
    lm_sheet_picture_free (self->sheet);
    self->sheet = preview;
  }
  g_signal_emit (self, signals[CHANGED], 0);
  return G_SOURCE_REMOVE;
}

static gboolean
progress_cb (void *data,
             const char *what,
             double share)
{
  Search *search = data;

  atomic_store (&search->fraction, share);
  return !atomic_load (&search->is_cancelled);
}

static void
preview_cb (LmSheetPicture *sheet,
            void *data)
{
  Search *search = data;

  lm_sheet_picture_free (atomic_exchange (&search->preview, sheet));
  if (!atomic_exchange (&search->is_told, TRUE))
    g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, told_cb, g_object_ref (search->owner), g_object_unref);
}

static void
search_thread (gpointer data,
               GError **error)
{
  Search *search = data;
  LmLook look = lm_lens_weights_look (search->weights, search->dataset);
  LmAscentSpec spec = { .layer = search->layer, .n_filters = MAX_FILTERS, .progress = progress_cb, .preview = preview_cb, .progress_data = search };

  search->sheet = lm_ascent (&look, &spec, error);
}

static void
found_cb (gpointer owner,
          gpointer data,
          const GError *error)
{
  LmFilters *self = owner;
  Search *search = data;

  self->search = NULL;
  self->fraction = -1;
  if (search->sheet != NULL) {
    lm_sheet_picture_free (self->sheet);
    self->sheet = g_steal_pointer (&search->sheet);
  } else if (error != NULL && !g_error_matches (error, LM_ERROR, LM_ERROR_CANCELLED)) {
    self->problem = g_strdup (error->message);
  }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
lm_filters_finalize (GObject *object)
{
  LmFilters *self = LM_FILTERS (object);

  lm_lens_weights_unref (self->weights);
  lm_sheet_picture_free (self->sheet);
  g_free (self->layer);
  g_free (self->problem);

  G_OBJECT_CLASS (lm_filters_parent_class)->finalize (object);
}

static void
lm_filters_class_init (LmFiltersClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lm_filters_finalize;
  signals[CHANGED] = g_signal_new ("changed", LM_TYPE_FILTERS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lm_filters_init (LmFilters *self)
{
}

LmFilters *
lm_filters_new (LmLensWeights *weights,
                LmDataset *dataset,
                const char *layer)
{
  LmFilters *self = g_object_new (LM_TYPE_FILTERS, NULL);
  Search *search = g_new0 (Search, 1);

  self->weights = lm_lens_weights_ref (weights);
  self->layer = g_strdup (layer);
  self->search = search;
  search->weights = lm_lens_weights_ref (weights);
  search->dataset = dataset != NULL ? lm_dataset_ref (dataset) : NULL;
  search->layer = g_strdup (layer);
  search->owner = self;
  lm_work_run (self, search_thread, found_cb, search, search_free);
  return self;
}

void
lm_filters_cancel (LmFilters *self)
{
  if (self->search == NULL)
    return;
  atomic_store (&self->search->is_cancelled, TRUE);
  self->fraction = -1;
}

const char *
lm_filters_get_layer (LmFilters *self)
{
  return self->layer;
}

LmLensWeights *
lm_filters_get_weights (LmFilters *self)
{
  return self->weights;
}

const LmSheetPicture *
lm_filters_get_sheet (LmFilters *self)
{
  return self->sheet;
}

double
lm_filters_get_fraction (LmFilters *self)
{
  return self->search != NULL && !atomic_load (&self->search->is_cancelled) ? self->fraction : -1;
}

const char *
lm_filters_get_problem (LmFilters *self)
{
  return self->problem;
}
