/* lm-job.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-job.h"

#include "lm-ref.h"

#include <stdatomic.h>

#include "lm-i18n.h"

#define PARTS 100000 /* shares are counted in these */
#define LOOK_MS 100
#define SHOW_MS 400

struct _LmJob {
  LmRef ref;
  atomic_int is_cancelled;
  atomic_int share; /* −1: not known */
  double from;      /* of the working thread */
  double to;
};

LmJob *
lm_job_new (void)
{
  LmJob *self = g_new0 (LmJob, 1);

  lm_ref_init (&self->ref);
  atomic_init (&self->is_cancelled, 0);
  atomic_init (&self->share, -1);
  self->to = 1;
  return self;
}

LmJob *
lm_job_ref (LmJob *self)
{
  lm_ref_inc (&self->ref);
  return self;
}

void
lm_job_unref (LmJob *self)
{
  if (lm_ref_dec (&self->ref))
    g_free (self);
}

gboolean
lm_job_progress (void *job,
                 const char *what,
                 double share)
{
  LmJob *self = job;

  if (share >= 0)
    atomic_store (&self->share, (int) ((self->from + CLAMP (share, 0, 1) * (self->to - self->from)) * PARTS));
  return atomic_load (&self->is_cancelled) == 0;
}

void
lm_job_set_range (LmJob *self,
                  double from,
                  double to)
{
  self->from = from;
  self->to = to;
}

void
lm_job_cancel (LmJob *self)
{
  atomic_store (&self->is_cancelled, 1);
}

gboolean
lm_job_is_cancelled (LmJob *self)
{
  return atomic_load (&self->is_cancelled) != 0;
}

double
lm_job_get_share (LmJob *self)
{
  int share = atomic_load (&self->share);

  return share < 0 ? -1 : (double) share / PARTS;
}

/* --- The bar ------------------------------------------------------------------------- */

struct _LmJobBar {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkLabel *words;
  GtkProgressBar *bar;
  GtkWidget *cancel;

  LmJob *job;
  gint64 since;
  guint tick;
};

G_DEFINE_FINAL_TYPE (LmJobBar, lm_job_bar, GTK_TYPE_WIDGET)

static gboolean
look_cb (gpointer data)
{
  LmJobBar *self = data;
  double share = lm_job_get_share (self->job);

  if (g_get_monotonic_time () - self->since >= SHOW_MS * 1000)
    gtk_widget_set_visible (GTK_WIDGET (self), TRUE);
  if (share < 0)
    gtk_progress_bar_pulse (self->bar);
  else
    gtk_progress_bar_set_fraction (self->bar, share);
  return G_SOURCE_CONTINUE;
}

static void
cancel_cb (LmJobBar *self)
{
  if (self->job != NULL)
    lm_job_cancel (self->job);
  gtk_widget_set_sensitive (self->cancel, FALSE);
}

static void
lm_job_bar_dispose (GObject *object)
{
  LmJobBar *self = LM_JOB_BAR (object);

  lm_job_bar_set_job (self, NULL, NULL);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_job_bar_parent_class)->dispose (object);
}

static void
lm_job_bar_class_init (LmJobBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lm_job_bar_dispose;

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "jobbar");
}

static void
lm_job_bar_init (LmJobBar *self)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  self->words = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->words, 0);
  gtk_label_set_wrap (self->words, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->words), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->words), "dim-label");
  self->bar = GTK_PROGRESS_BAR (gtk_progress_bar_new ());
  gtk_widget_set_hexpand (GTK_WIDGET (self->bar), TRUE);
  gtk_widget_set_valign (GTK_WIDGET (self->bar), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self->bar), "lm-bar");
  self->cancel = gtk_button_new_with_label (_ ("Cancel"));
  gtk_box_append (GTK_BOX (row), GTK_WIDGET (self->bar));
  gtk_box_append (GTK_BOX (row), self->cancel);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->words));
  gtk_box_append (GTK_BOX (self->box), row);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  g_signal_connect_object (self->cancel, "clicked", G_CALLBACK (cancel_cb), self, G_CONNECT_SWAPPED);
}

GtkWidget *
lm_job_bar_new (void)
{
  return g_object_new (LM_TYPE_JOB_BAR, NULL);
}

void
lm_job_bar_set_job (LmJobBar *self,
                    LmJob *job,
                    const char *words)
{
  g_clear_handle_id (&self->tick, g_source_remove);
  if (job != NULL)
    lm_job_ref (job);
  g_clear_pointer (&self->job, lm_job_unref);
  self->job = job;
  self->since = g_get_monotonic_time ();
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
  if (job == NULL)
    return;
  gtk_label_set_label (self->words, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_progress_bar_set_fraction (self->bar, 0);
  gtk_widget_set_sensitive (self->cancel, TRUE);
  self->tick = g_timeout_add (LOOK_MS, look_cb, self);
}
