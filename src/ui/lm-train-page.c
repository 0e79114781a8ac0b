/* lm-train-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-train-page.h"

#include "lm-curves.h"
#include "lm-plot-view.h"
#include "lm-runs-pane.h"
#include "lm-settings-pane.h"
#include "lm-status.h"
#include "lm-swatch.h"
#include "lm-words.h"

#include <adwaita.h>
#include <inttypes.h>

#include "lm-i18n.h"

#define PICTURE_MS 90 /* between two pictures of a run at work: its points are many */
#define MAX_OTHERS 30 /* runs beside the one that is shown */

struct _LmTrainPage {
  GtkWidget parent_instance;

  LmPanes *panes;
  LmRunsPane *runs_pane;
  LmSettingsPane *settings_pane;
  GtkWidget *middle;
  GtkLabel *title;
  GtkLabel *side;
  GtkLabel *detail;
  GtkButton *remedy;
  GtkProgressBar *bar;
  GtkStack *stack;
  LmPlotView *plot;
  GtkToggleButton *train_chip;
  GtkToggleButton *validation_chip;
  GtkToggleButton *baseline_chip;
  GtkToggleButton *others_chip;
  GtkAdjustment *smooth_adjustment;

  LmDocument *document;
  LmSession *session;
  guint picture_source;
  gint64 picture_time;
  int n_epochs_said;
};

static void lm_train_page_page_init (LmPageInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LmTrainPage, lm_train_page, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (LM_TYPE_PAGE, lm_train_page_page_init))

/* --- State line ---------------------------------------------------------------------- */

static void
set_label (GtkLabel *label,
           const char *text)
{
  if (g_strcmp0 (gtk_label_get_label (label), text) != 0)
    gtk_label_set_label (label, text);
}

static void
update_remedy (LmTrainPage *self,
               const LmStatus *status)
{
  gboolean is_shown = status->has_halve_rate || status->batch_fits > 0;

  gtk_widget_set_visible (GTK_WIDGET (self->remedy), is_shown);
  if (!is_shown)
    return;
  if (status->has_halve_rate) {
    gtk_button_set_label (self->remedy, _ ("Halve the Rate and Train Again"));
    gtk_actionable_set_action_name (GTK_ACTIONABLE (self->remedy), "win.halve-rate");
  } else {
    g_autofree char *text = g_strdup_printf (_ ("Set Batch Size to %" PRId64), status->batch_fits);

    gtk_button_set_label (self->remedy, text);
    gtk_actionable_set_action_target (GTK_ACTIONABLE (self->remedy), "x", status->batch_fits);
    gtk_actionable_set_action_name (GTK_ACTIONABLE (self->remedy), "win.batch-size");
  }
}

static void
update_state (LmTrainPage *self)
{
  g_auto (LmStatus) status = { 0 };

  lm_status_init (&status, self->document, self->session);
  set_label (self->title, status.title);
  set_label (self->side, status.side);
  set_label (self->detail, status.detail);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->detail), status.detail);
  gtk_widget_set_opacity (GTK_WIDGET (self->bar), status.fraction >= 0 ? 1 : 0);
  gtk_progress_bar_set_fraction (self->bar, MAX (0, status.fraction));
  update_remedy (self, &status);
}

/* --- Curves -------------------------------------------------------------------------- */

static LmHistory *
main_history (LmTrainPage *self)
{
  gint64 run = lm_runs_pane_get_main (self->runs_pane);
  gint64 live = lm_session_get_run (self->session);

  /* A run that has just begun is not in the list yet. */
  if (lm_session_is_active (self->session) && live != 0 && lm_document_find_run (self->document, live) == NULL)
    run = live;
  return run != 0 ? lm_document_get_history (self->document, run) : NULL;
}

static void
add_others (LmTrainPage *self,
            LmCurvesPicture *picture)
{
  g_autoptr (GArray) others = lm_runs_pane_get_others (self->runs_pane);
  gboolean all = gtk_toggle_button_get_active (self->others_chip);

  for (guint i = 0; i < MIN (others->len, MAX_OTHERS); i++) {
    gint64 run = g_array_index (others, gint64, i);
    const LmRunInfo *info = lm_document_find_run (self->document, run);
    gboolean is_shown = all || lm_runs_pane_is_selected (self->runs_pane, run);
    g_autofree char *name = info != NULL ? lm_words_run (info) : NULL;

    lm_curves_add_run (picture, name, is_shown ? lm_document_get_history (self->document, run) : NULL);
  }
}

static void
say (LmTrainPage *self,
     LmHistory *history)
{
  int n = lm_history_n_epochs (history);
  g_autofree char *sentence = NULL;

  if (n == self->n_epochs_said)
    return;
  self->n_epochs_said = n;
  sentence = lm_curves_sentence (history);
  lm_plot_view_set_sentence (self->plot, sentence);
}

static void
update_picture (LmTrainPage *self)
{
  LmHistory *history = main_history (self);
  LmCurvesPicture *picture;

  self->picture_time = g_get_monotonic_time ();
  gtk_stack_set_visible_child_name (self->stack, history != NULL ? "curves" : "empty");
  if (history == NULL) {
    lm_plot_view_set_picture (self->plot, NULL);
    return;
  }
  picture = lm_history_picture (history, NULL, NULL, TRUE);
  lm_curves_drop_means (picture);
  add_others (self, picture);
  lm_plot_view_set_history (self->plot, history);
  lm_plot_view_set_picture (self->plot, picture);
  say (self, history);
}

static gboolean
picture_cb (gpointer data)
{
  LmTrainPage *self = data;

  self->picture_source = 0;
  update_picture (self);
  return G_SOURCE_REMOVE;
}

/* Soon, but not more often than people can see. */
static void
queue_picture (LmTrainPage *self)
{
  gint64 wait = PICTURE_MS - (g_get_monotonic_time () - self->picture_time) / 1000;

  if (self->picture_source != 0 || self->document == NULL)
    return;
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)))
    return; /* when it is, it is made */
  self->picture_source = g_timeout_add ((guint) CLAMP (wait, 0, PICTURE_MS), picture_cb, self);
}

static void
chip_cb (LmTrainPage *self)
{
  guint hidden = 0;

  if (!gtk_toggle_button_get_active (self->train_chip))
    hidden |= 1u << LM_SERIES_TRAIN_STEPS | 1u << LM_SERIES_TRAIN;
  if (!gtk_toggle_button_get_active (self->validation_chip))
    hidden |= 1u << LM_SERIES_VALIDATION;
  if (!gtk_toggle_button_get_active (self->baseline_chip))
    hidden |= 1u << LM_SERIES_BASELINE;
  lm_plot_view_set_hidden (self->plot, hidden);
  if (self->document != NULL)
    update_picture (self);
}

static void
smooth_cb (LmTrainPage *self)
{
  g_object_set (self->plot, "smoothing", gtk_adjustment_get_value (self->smooth_adjustment), NULL);
}

static void
smoothing_changed_cb (LmTrainPage *self)
{
  double smoothing;

  g_object_get (self->plot, "smoothing", &smoothing, NULL);
  if (smoothing >= 0)
    gtk_adjustment_set_value (self->smooth_adjustment, smoothing);
}

/* --- What happens -------------------------------------------------------------------- */

static void
progress_cb (LmTrainPage *self)
{
  update_state (self);
  queue_picture (self);
}

static void
state_cb (LmTrainPage *self)
{
  gint64 run = lm_session_get_run (self->session);

  if (lm_session_get_state (self->session) == LM_SESSION_RUNNING && run != 0 && run != lm_runs_pane_get_main (self->runs_pane))
    lm_runs_pane_select (self->runs_pane, run);
  progress_cb (self);
}

static void
runs_changed_cb (LmTrainPage *self)
{
  GPtrArray *runs = lm_document_get_runs (self->document);

  gtk_widget_set_visible (GTK_WIDGET (self->others_chip), runs->len > 1);
  progress_cb (self);
}

static void
lm_train_page_map (GtkWidget *widget)
{
  LmTrainPage *self = LM_TRAIN_PAGE (widget);

  GTK_WIDGET_CLASS (lm_train_page_parent_class)->map (widget);
  if (self->document != NULL)
    update_picture (self);
}

static void
lm_train_page_dispose (GObject *object)
{
  LmTrainPage *self = LM_TRAIN_PAGE (object);

  g_clear_handle_id (&self->picture_source, g_source_remove);
  g_clear_object (&self->document);
  g_clear_object (&self->session);
  if (self->panes != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->panes));
  self->panes = NULL;

  G_OBJECT_CLASS (lm_train_page_parent_class)->dispose (object);
}

static void
lm_train_page_class_init (LmTrainPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_train_page_dispose;
  widget_class->map = lm_train_page_map;

  g_type_ensure (LM_TYPE_PANES);
  g_type_ensure (LM_TYPE_PLOT_VIEW);
  g_type_ensure (LM_TYPE_RUNS_PANE);
  g_type_ensure (LM_TYPE_SETTINGS_PANE);
  g_type_ensure (LM_TYPE_SWATCH);
  gtk_widget_class_set_css_name (widget_class, "trainpage");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-train-page.ui");
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, panes);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, runs_pane);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, settings_pane);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, middle);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, title);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, side);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, detail);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, remedy);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, bar);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, stack);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, plot);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, train_chip);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, validation_chip);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, baseline_chip);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, others_chip);
  gtk_widget_class_bind_template_child (widget_class, LmTrainPage, smooth_adjustment);
  gtk_widget_class_bind_template_callback (widget_class, chip_cb);
  gtk_widget_class_bind_template_callback (widget_class, smooth_cb);
}

static void
lm_train_page_init (LmTrainPage *self)
{
  self->n_epochs_said = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_object (self->runs_pane, "selection-changed", G_CALLBACK (queue_picture), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->plot, "notify::smoothing", G_CALLBACK (smoothing_changed_cb), self, G_CONNECT_SWAPPED);
}

static void
lm_train_page_set_source (LmPage *page,
                          const LmSource *source)
{
  LmTrainPage *self = LM_TRAIN_PAGE (page);

  g_set_object (&self->document, source->document);
  g_set_object (&self->session, source->session);
  lm_runs_pane_set_source (self->runs_pane, self->document, self->session);
  lm_settings_pane_set_source (self->settings_pane, self->document, self->session);
  g_signal_connect_object (self->document, "changed", G_CALLBACK (update_state), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "runs-changed", G_CALLBACK (runs_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "progress", G_CALLBACK (progress_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->session, "notify::state", G_CALLBACK (state_cb), self, G_CONNECT_SWAPPED);
  runs_changed_cb (self);
  update_picture (self);
}

static LmPanes *
lm_train_page_get_panes (LmPage *page)
{
  return LM_TRAIN_PAGE (page)->panes;
}

/* The curves as they are shown. */
static void
lm_train_page_add_views (LmPage *page,
                         GPtrArray *views)
{
  LmTrainPage *self = LM_TRAIN_PAGE (page);
  LmHistory *history = self->document != NULL ? main_history (self) : NULL;
  gint64 run = history != NULL ? lm_runs_pane_get_main (self->runs_pane) : 0;
  const LmRunInfo *info = history != NULL ? lm_document_find_run (self->document, run) : NULL;
  LmCurvesPicture *picture;
  g_autofree char *title = NULL, *caption = NULL, *words = NULL, *name = NULL;

  if (history == NULL)
    return;
  words = info != NULL ? lm_words_run (info) : g_strdup ("");
  title = g_strdup_printf ("%s · %s", lm_document_get_name (self->document), words);
  if (info != NULL)
    caption = g_strdup_printf (_ ("seed %" PRIu64 ", %s, %s"), info->seed, info->data != NULL ? info->data : "?", info->instruction_set != NULL ? info->instruction_set : "?");
  picture = lm_history_picture (history, title, caption, TRUE);
  lm_curves_drop_means (picture);
  add_others (self, picture);
  name = g_strdup_printf ("run%" PRId64 "-curves", run);
  g_ptr_array_add (views, lm_view_new (name, (LmPicture){ LM_PICTURE_CURVES, .curves = picture }, GTK_WIDGET (self->plot)));
}

static void
lm_train_page_page_init (LmPageInterface *interface)
{
  interface->set_source = lm_train_page_set_source;
  interface->get_panes = lm_train_page_get_panes;
  interface->add_views = lm_train_page_add_views;
}

gint64
lm_train_page_get_n_steps (LmTrainPage *self)
{
  const LmCurvesPicture *picture = lm_plot_view_get_picture (self->plot);

  for (int i = 0; picture != NULL && picture->n_panels > 0 && i < picture->panels[0].n_series; i++) {
    if (picture->panels[0].series[i].role == LM_SERIES_TRAIN_STEPS)
      return (gint64) picture->panels[0].series[i].n;
  }
  return 0;
}
