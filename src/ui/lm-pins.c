/* lm-pins.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-pins.h"

#include "lm-work.h"

#include "lm-i18n.h"

typedef struct {
  LmPin *pin;
  LmSample *sample;
} Shown;

struct _LmPins {
  GObject parent_instance;

  LmDocument *document;
  LmDataset *dataset;
  GPtrArray *shown; /* Shown */
};

enum {
  CHANGED,
  FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmPins, lm_pins, G_TYPE_OBJECT)

static void
shown_free (gpointer data)
{
  Shown *shown = data;

  lm_pin_free (shown->pin);
  lm_sample_free (shown->sample);
  g_free (shown);
}

/* --- On another thread --------------------------------------------------------------- */

/* Adds or removes one, if that is wanted, and reads them all. */
typedef struct {
  LmProject *project;
  LmDataset *dataset;
  LmPin *add;
  gint64 remove;
  GPtrArray *shown;
} PinWork;

static void
pin_work_free (gpointer data)
{
  PinWork *work = data;

  lm_project_unref (work->project);
  g_clear_pointer (&work->dataset, lm_dataset_unref);
  lm_pin_free (work->add);
  g_clear_pointer (&work->shown, g_ptr_array_unref);
  g_free (work);
}

/* (transfer full) (nullable) */
static LmSample *
sample_of (const LmPin *pin,
           LmDataset *dataset)
{
  if (pin->own != NULL)
    return lm_sample_copy (pin->own);
  if (dataset == NULL || g_strcmp0 (pin->fingerprint, dataset->fingerprint) != 0)
    return NULL;
  return lm_sample_from_dataset (dataset, pin->part, pin->index, NULL);
}

static void
pin_thread (gpointer data,
            GError **error)
{
  PinWork *work = data;
  g_autoptr (GPtrArray) pins = NULL;

  if (work->add != NULL && !lm_project_add_pin (work->project, work->add, error))
    return;
  if (work->remove != 0 && !lm_project_remove_pin (work->project, work->remove, error))
    return;
  pins = lm_project_list_pins (work->project, error);
  if (pins == NULL)
    return;
  work->shown = g_ptr_array_new_with_free_func (shown_free);
  while (pins->len > 0) {
    LmPin *pin = g_ptr_array_steal_index (pins, 0);
    LmSample *sample = sample_of (pin, work->dataset);
    Shown *shown;

    if (sample == NULL) {
      lm_pin_free (pin);
      continue;
    }
    shown = g_new (Shown, 1);
    *shown = (Shown){ pin, sample };
    g_ptr_array_add (work->shown, shown);
  }
}

static void
pinned_cb (gpointer owner,
           gpointer data,
           const GError *error)
{
  LmPins *self = owner;
  PinWork *work = data;

  if (error != NULL) {
    g_signal_emit (self, signals[FAILED], 0, error->message);
    return;
  }
  g_ptr_array_unref (self->shown);
  self->shown = g_steal_pointer (&work->shown);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
start (LmPins *self,
       LmPin *add,
       gint64 remove)
{
  PinWork *work = g_new0 (PinWork, 1);

  work->project = lm_project_ref (lm_document_get_project (self->document));
  work->dataset = self->dataset != NULL ? lm_dataset_ref (self->dataset) : NULL;
  work->add = add;
  work->remove = remove;
  lm_work_run (self, pin_thread, pinned_cb, work, pin_work_free);
}

/* --- The list ------------------------------------------------------------------------ */

static void
document_changed_cb (LmPins *self)
{
  LmDataset *dataset = lm_document_get_dataset (self->document, NULL);

  if (dataset == self->dataset)
    return;
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  self->dataset = dataset != NULL ? lm_dataset_ref (dataset) : NULL;
  if (dataset != NULL)
    start (self, NULL, 0);
}

static void
lm_pins_finalize (GObject *object)
{
  LmPins *self = LM_PINS (object);

  g_ptr_array_unref (self->shown);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  g_clear_object (&self->document);

  G_OBJECT_CLASS (lm_pins_parent_class)->finalize (object);
}

static void
lm_pins_class_init (LmPinsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lm_pins_finalize;
  signals[CHANGED] = g_signal_new ("changed", LM_TYPE_PINS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed", LM_TYPE_PINS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
lm_pins_init (LmPins *self)
{
  self->shown = g_ptr_array_new_with_free_func (shown_free);
}

LmPins *
lm_pins_new (LmDocument *document)
{
  LmPins *self = g_object_new (LM_TYPE_PINS, NULL);

  self->document = g_object_ref (document);
  g_signal_connect_object (document, "changed", G_CALLBACK (document_changed_cb), self, G_CONNECT_SWAPPED);
  document_changed_cb (self);
  if (self->dataset == NULL)
    start (self, NULL, 0);
  return self;
}

guint
lm_pins_get_n (LmPins *self)
{
  return self->shown->len;
}

const LmSample *
lm_pins_get_sample (LmPins *self,
                    guint i)
{
  return ((Shown *) self->shown->pdata[i])->sample;
}

gboolean
lm_pins_get_place (LmPins *self,
                   guint i,
                   LmPart *part,
                   gint64 *index)
{
  const LmPin *pin = ((Shown *) self->shown->pdata[i])->pin;

  if (pin->own != NULL)
    return FALSE;
  *part = pin->part;
  *index = pin->index;
  return TRUE;
}

int
lm_pins_find (LmPins *self,
              LmPart part,
              gint64 index)
{
  for (guint i = 0; i < self->shown->len; i++) {
    const LmPin *pin = ((Shown *) self->shown->pdata[i])->pin;

    if (pin->own == NULL && pin->part == part && pin->index == index)
      return (int) i;
  }
  return -1;
}

void
lm_pins_add (LmPins *self,
             const LmSample *sample,
             LmPart part,
             gint64 index)
{
  LmPin *pin = g_new0 (LmPin, 1);

  pin->part = part;
  pin->index = index;
  if (index < 0)
    pin->own = lm_sample_copy (sample);
  else
    pin->fingerprint = g_strdup (self->dataset != NULL ? self->dataset->fingerprint : NULL);
  start (self, pin, 0);
}

void
lm_pins_remove (LmPins *self,
                guint i)
{
  g_return_if_fail (i < self->shown->len);

  start (self, NULL, ((Shown *) self->shown->pdata[i])->pin->id);
}
