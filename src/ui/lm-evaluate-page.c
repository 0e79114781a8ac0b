/* lm-evaluate-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-evaluate-page.h"

#include "lm-class-table.h"
#include "lm-data-page.h"
#include "lm-number.h"
#include "lm-seal-card.h"
#include "lm-words.h"

#include <adwaita.h>
#include <math.h>
#include <string.h>

#include "lm-i18n.h"

#define MAX_KEPT 12 /* measurements; the oldest goes */
#define TILE 92

/* An entry of the list of runs: weights that can be measured. */
typedef struct {
  gint64 run;
  const char *checkpoint; /* static */
  gint64 epoch;
  gint64 step; /* −1: not known */
} Choice;

struct _LmEvaluatePage {
  GtkWidget parent_instance;

  LmPanes *panes;
  GtkListBox *reports;
  GtkLabel *confusion_note;
  GtkLabel *mistakes_note;
  GtkCheckButton *train_radio;
  GtkCheckButton *validation_radio;
  GtkCheckButton *test_radio;
  GtkLabel *train_n;
  GtkLabel *validation_n;
  GtkLabel *test_n;
  GtkDropDown *run;
  GtkWidget *old_box;
  GtkLabel *old;
  GtkWidget *accuracy_card;
  GtkLabel *accuracy;
  GtkLabel *baseline;
  GtkLabel *interval;
  GtkWidget *figures;
  GtkWidget *cell_box;
  GtkLabel *cell_truth;
  GtkLabel *cell_predicted;
  GtkLabel *cell_samples;
  GtkWidget *sample_buttons;
  GtkWidget *inspect_button;
  LmSealCard *seal;
  GtkLabel *title;
  GtkLabel *side;
  GtkWidget *share_buttons;
  GtkToggleButton *shares_button;
  LmJobBar *job_bar;
  GtkStack *stack;
  AdwStatusPage *waiting;
  GtkWidget *measure_button;
  AdwStatusPage *numbers;
  LmConfusionArea *confusion;
  GtkLabel *cell_title;
  LmSampleGrid *cell_grid;
  LmSampleGrid *mistakes_grid;
  LmClassTable *classes;
  GMenuModel *sample_menu;

  LmDocument *document;
  LmLens *lens;
  GActionGroup *actions;
  GArray *choices; /* Choice */
  GPtrArray *kept; /* LmMeasurement, oldest first */
  const LmMeasurement *shown;
  LmJob *job;
  char *refusal; /* why the last one failed, or that it was cancelled; until something else is chosen */
  gboolean is_filling;
};

static void page_interface_init (LmPageInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LmEvaluatePage, lm_evaluate_page, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (LM_TYPE_PAGE, page_interface_init))

static void update (LmEvaluatePage *self);

static void
set_label (GtkLabel *label,
           const char *text)
{
  if (g_strcmp0 (gtk_label_get_label (label), text) != 0)
    gtk_label_set_label (label, text);
}

/* --- What is chosen ------------------------------------------------------------------ */

static LmPart
chosen_part (LmEvaluatePage *self)
{
  return gtk_check_button_get_active (self->train_radio) ? LM_PART_TRAIN : gtk_check_button_get_active (self->test_radio) ? LM_PART_TEST
                                                                                                                          : LM_PART_VALIDATION;
}

static const Choice *
chosen_run (LmEvaluatePage *self)
{
  guint i = gtk_drop_down_get_selected (self->run);

  return i < self->choices->len ? &g_array_index (self->choices, Choice, i) : NULL;
}

static const char *
chosen_report (LmEvaluatePage *self)
{
  GtkListBoxRow *row = gtk_list_box_get_selected_row (self->reports);

  return row != NULL ? gtk_widget_get_name (GTK_WIDGET (row)) : "confusion";
}

static gboolean
is_sealed (LmEvaluatePage *self,
           LmPart part)
{
  return lm_part_is_sealed (part) && lm_document_get_opening (self->document) == NULL;
}

static LmMeasurement *
find_kept (LmEvaluatePage *self,
           const Choice *choice,
           LmPart part)
{
  for (guint i = 0; choice != NULL && i < self->kept->len; i++) {
    LmMeasurement *m = self->kept->pdata[i];

    if (m->run == choice->run && g_str_equal (m->checkpoint, choice->checkpoint) && m->part == part)
      return m;
  }
  return NULL;
}

/* The weights are others by now. */
static gboolean
is_old (const LmMeasurement *m,
        const Choice *choice)
{
  return choice->step >= 0 ? m->step != choice->step : m->epoch != choice->epoch;
}

/* --- Runs ---------------------------------------------------------------------------- */

static void
add_choice (GArray *choices,
            GtkStringList *names,
            const LmRunInfo *info,
            const char *checkpoint)
{
  gboolean is_best = g_str_equal (checkpoint, "best");
  Choice choice = { info->id, checkpoint, is_best ? info->best_epoch : info->epoch, is_best ? -1 : info->step };
  g_autofree char *run = lm_words_run (info);
  /* Translators: “Run 5 · best, epoch 7” and “Run 5 · epoch 10” */
  g_autofree char *name = g_strdup_printf (is_best ? _ ("%s · best, epoch %" PRId64) : _ ("%s · epoch %" PRId64), run, choice.epoch);

  g_array_append_val (choices, choice);
  gtk_string_list_append (names, name);
}

static gboolean
same_choices (const GArray *a,
              const GArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++) {
    const Choice *x = &g_array_index (a, Choice, i), *y = &g_array_index (b, Choice, i);

    if (x->run != y->run || x->checkpoint != y->checkpoint || x->epoch != y->epoch || x->step != y->step)
      return FALSE;
  }
  return TRUE;
}

/* The newest run comes first and is chosen, unless the person has chosen another one. */
static void
fill_runs (LmEvaluatePage *self)
{
  GPtrArray *runs = lm_document_get_runs (self->document);
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);
  g_autoptr (GArray) choices = g_array_new (FALSE, FALSE, sizeof (Choice));
  const Choice *now = chosen_run (self);
  gboolean was_first = now == NULL || gtk_drop_down_get_selected (self->run) == 0;
  Choice before = now != NULL ? *now : (Choice){ 0 };
  guint selected = 0;

  for (guint i = runs->len; i > 0; i--) {
    const LmRunInfo *info = runs->pdata[i - 1];

    if (!info->has_weights)
      continue;
    add_choice (choices, names, info, "last");
    if (info->best_epoch > 0 && info->best_epoch != info->epoch)
      add_choice (choices, names, info, "best");
  }
  if (same_choices (choices, self->choices))
    return;
  for (guint i = 0; i < choices->len && !was_first; i++) {
    const Choice *choice = &g_array_index (choices, Choice, i);

    if (choice->run == before.run && choice->checkpoint == before.checkpoint)
      selected = i;
  }
  g_array_unref (self->choices);
  self->choices = g_steal_pointer (&choices);
  self->is_filling = TRUE;
  gtk_drop_down_set_model (self->run, G_LIST_MODEL (names));
  gtk_drop_down_set_selected (self->run, selected);
  self->is_filling = FALSE;
}

/* --- Measuring ----------------------------------------------------------------------- */

static char *
figures_text (const LmMeasurement *m)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "loss %.4g", m->figures.figures.loss);
  for (int i = 0; i < m->figures.n_metrics; i++)
    g_string_append_printf (text, ", %s %.4g", m->figures.metrics[i].name, m->figures.figures.metric[i]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* TRUE if it may be shown: what is measured on the test part is written down first. */
static gboolean
write_down (LmEvaluatePage *self,
            const LmMeasurement *m,
            GError **error)
{
  g_autofree char *what = NULL;

  if (!lm_part_is_sealed (m->part))
    return TRUE;
  what = figures_text (m);
  return lm_document_add_opening (self->document, m->run, m->epoch, what, error);
}

static void
keep (LmEvaluatePage *self,
      LmMeasurement *m)
{
  LmMeasurement *before = find_kept (self, &(Choice){ m->run, m->checkpoint, 0, 0 }, m->part);

  if (self->shown == before)
    self->shown = NULL;
  if (before != NULL)
    g_ptr_array_remove (self->kept, before);
  else if (self->kept->len >= MAX_KEPT) {
    if (self->shown == self->kept->pdata[0])
      self->shown = NULL;
    g_ptr_array_remove_index (self->kept, 0);
  }
  g_ptr_array_add (self->kept, m);
}

static void
select_part (LmEvaluatePage *self,
             LmPart part)
{
  GtkCheckButton *radio = part == LM_PART_TRAIN ? self->train_radio : part == LM_PART_TEST ? self->test_radio
                                                                                           : self->validation_radio;

  self->is_filling = TRUE;
  gtk_check_button_set_active (radio, TRUE);
  self->is_filling = FALSE;
}

static void
measured_cb (gpointer owner,
             LmMeasurement *measurement,
             const GError *error)
{
  LmEvaluatePage *self = owner;
  g_autoptr (LmMeasurement) m = measurement;
  g_autoptr (GError) reason = error != NULL ? g_error_copy (error) : NULL;

  g_clear_pointer (&self->job, lm_job_unref);
  if (self->document == NULL)
    return;
  lm_job_bar_set_job (self->job_bar, NULL, NULL);
  if (m != NULL && write_down (self, m, &reason)) {
    LmPart part = m->part;

    keep (self, g_steal_pointer (&m));
    if (lm_part_is_sealed (part))
      select_part (self, part);
  } else {
    g_free (self->refusal);
    self->refusal = g_strdup (reason->message);
  }
  update (self);
}

/* @part: also a sealed one, when the person has said yes */
static void
measure (LmEvaluatePage *self,
         LmPart part)
{
  const Choice *choice = chosen_run (self);
  g_autofree char *name = NULL, *words = NULL;

  if (choice == NULL || self->job != NULL)
    return;
  g_clear_pointer (&self->refusal, g_free);
  self->job = lm_job_new ();
  name = lm_part_title (part);
  words = g_strdup_printf (_ ("Measuring · %s"), name);
  lm_job_bar_set_job (self->job_bar, self->job, words);
  lm_measure (self, lm_document_get_project (self->document), lm_document_get_design (self->document), lm_document_get_dataset (self->document, NULL),
              choice->run, choice->checkpoint, part, self->job, measured_cb);
  update (self);
}

/* What is shown and not yet measured is measured without a word. */
static void
measure_if_new (LmEvaluatePage *self)
{
  const Choice *choice = chosen_run (self);
  LmPart part = chosen_part (self);

  if (choice == NULL || self->job != NULL || self->refusal != NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)) || is_sealed (self, part) ||
      lm_document_get_dataset (self->document, NULL) == NULL || find_kept (self, choice, part) != NULL)
    return;
  measure (self, part);
}

static void
open_test (LmEvaluatePage *self)
{
  if (self->job == NULL)
    measure (self, LM_PART_TEST);
}

/* --- Figures ------------------------------------------------------------------------- */

static void
add_figure (LmEvaluatePage *self,
            const char *title,
            const char *value)
{
  GtkWidget *row = adw_action_row_new (), *label = gtk_label_new (value);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  gtk_widget_add_css_class (label, "numeric");
  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_widget_set_focusable (label, FALSE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
  gtk_list_box_append (GTK_LIST_BOX (self->figures), row);
}

static void
show_figures (LmEvaluatePage *self,
              const LmMeasurement *m)
{
  GtkWidget *row;
  g_autofree char *loss = NULL;

  while ((row = gtk_widget_get_first_child (self->figures)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->figures), row);
  gtk_widget_set_visible (self->figures, m != NULL);
  if (m == NULL)
    return;
  loss = lm_words_loss (m->figures.figures.loss);
  add_figure (self, _ ("Loss"), loss);
  for (int i = 0; i < m->figures.n_metrics; i++) {
    const LmMetricInfo *metric = &m->figures.metrics[i];
    g_autofree char *value = lm_words_metric (metric, m->figures.figures.metric[i]);

    if (m->report == NULL || !g_str_equal (metric->name, "accuracy"))
      add_figure (self, metric->title, value);
  }
  if (m->report != NULL) {
    g_autofree char *f1 = lm_number_fixed (lm_measurement_f1 (m), 3);

    add_figure (self, _ ("F1, macro"), f1);
  }
}

static void
show_accuracy (LmEvaluatePage *self,
               const LmMeasurement *m)
{
  double low, high;
  g_autofree char *accuracy = NULL, *baseline = NULL, *from = NULL, *to = NULL, *interval = NULL;

  gtk_widget_set_visible (self->accuracy_card, m != NULL && m->report != NULL);
  if (m == NULL || m->report == NULL)
    return;
  accuracy = lm_number_fixed (lm_report_accuracy (m->report), 3);
  baseline = lm_number_fixed (lm_measurement_baseline (m), 3);
  lm_accuracy_interval (m->report->n - m->report->n_mistakes, m->report->n, &low, &high);
  from = lm_number_fixed (low, 3);
  to = lm_number_fixed (high, 3);
  interval = g_strdup_printf (_ ("95 %% interval %s … %s"), from, to);
  gtk_label_set_label (self->accuracy, accuracy);
  gtk_label_set_label (self->baseline, baseline);
  gtk_label_set_label (self->interval, interval);
}

/* --- Samples ------------------------------------------------------------------------- */

static void
add_answer (GArray *items,
            const LmMeasurement *m,
            const LmAnswer *answer)
{
  LmSampleItem item = { answer->index, m->part, answer->truth, answer->predicted, (float) answer->probability };

  g_array_append_val (items, item);
}

static int
compare_probability (gconstpointer a,
                     gconstpointer b)
{
  const LmSampleItem *x = a, *y = b;

  if (x->probability != y->probability)
    return x->probability > y->probability ? -1 : 1;
  return x->index < y->index ? -1 : x->index > y->index;
}

static void
show_cell (LmEvaluatePage *self)
{
  const LmMeasurement *m = self->shown;
  int truth, predicted;
  gboolean has_cell = m != NULL && m->report != NULL && lm_confusion_area_get_cell (self->confusion, &truth, &predicted);
  GArray *items;
  gint64 support;
  g_autofree char *share = NULL, *samples = NULL, *title = NULL;

  gtk_widget_set_visible (self->cell_box, has_cell && g_str_equal (chosen_report (self), "confusion"));
  if (!has_cell) {
    lm_sample_grid_set_samples (self->cell_grid, NULL, NULL);
    return;
  }
  items = lm_sample_items_new ();
  for (gsize i = 0; i < m->report->n; i++) {
    if (m->report->answers[i].truth == truth && m->report->answers[i].predicted == predicted)
      add_answer (items, m, &m->report->answers[i]);
  }
  g_array_sort (items, compare_probability);
  support = lm_report_support (m->report, truth);
  share = lm_number_share (support > 0 ? (double) items->len / (double) support : 0);
  samples = g_strdup_printf (_ ("%u of %" PRId64 " (%s)"), items->len, support, share);
  title = truth == predicted ? g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s, rightly · %u sample, the surest first", "%s, rightly · %u samples, the surest first", items->len), m->report->class_names[truth], items->len)
                             : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "True %s, predicted %s · %u sample, the surest first", "True %s, predicted %s · %u samples, the surest first", items->len), m->report->class_names[truth], m->report->class_names[predicted], items->len);
  set_label (self->cell_truth, m->report->class_names[truth]);
  set_label (self->cell_predicted, m->report->class_names[predicted]);
  set_label (self->cell_samples, samples);
  set_label (self->cell_title, title);
  lm_sample_grid_set_samples (self->cell_grid, m->dataset, items);
}

static void
show_mistakes (LmEvaluatePage *self,
               const LmMeasurement *m)
{
  GArray *items;

  if (m == NULL || m->report == NULL) {
    lm_sample_grid_set_samples (self->mistakes_grid, NULL, NULL);
    return;
  }
  items = lm_sample_items_new ();
  for (gsize i = 0; i < m->report->n_mistakes; i++)
    add_answer (items, m, &m->report->answers[m->report->worst[i]]);
  lm_sample_grid_set_samples (self->mistakes_grid, m->dataset, items);
}

/* A new measurement, or none, takes the place of the old one. */
static void
show_measurement (LmEvaluatePage *self,
                  const LmMeasurement *m)
{
  if (m == self->shown && m != NULL)
    return;
  self->shown = m;
  lm_confusion_area_set_picture (self->confusion, m != NULL && m->report != NULL ? lm_report_confusion (m->report, NULL, NULL) : NULL);
  lm_class_table_set_report (self->classes, m != NULL ? m->report : NULL);
  show_accuracy (self, m);
  show_figures (self, m);
  show_mistakes (self, m);
  show_cell (self);
}

/* --- All of it ----------------------------------------------------------------------- */

static void
update_parts (LmEvaluatePage *self)
{
  LmDataset *dataset = lm_document_get_dataset (self->document, NULL);
  GtkLabel *labels[LM_N_PARTS] = { self->train_n, self->validation_n, self->test_n };
  GtkCheckButton *radios[LM_N_PARTS] = { self->train_radio, self->validation_radio, self->test_radio };

  for (int part = 0; part < LM_N_PARTS; part++) {
    gsize n = dataset != NULL ? lm_dataset_n (dataset, (LmPart) part) : 0;
    g_autofree char *count = lm_words_count ((gint64) n);

    set_label (labels[part], n == 0 ? _ ("none") : is_sealed (self, (LmPart) part) ? _ ("sealed")
                                                                                   : count);
    gtk_widget_set_sensitive (GTK_WIDGET (radios[part]), n > 0);
  }
  if (dataset != NULL && !lm_dataset_has (dataset, chosen_part (self)))
    select_part (self, lm_dataset_has (dataset, LM_PART_VALIDATION) ? LM_PART_VALIDATION : LM_PART_TRAIN);
}

static void
update_notes (LmEvaluatePage *self,
              const LmMeasurement *m)
{
  g_autofree char *n = m != NULL && m->report != NULL ? lm_words_count ((gint64) m->report->n_mistakes) : g_strdup ("");
  g_autofree char *wrong = n[0] != '\0' ? g_strdup_printf (_ ("%s wrong"), n) : g_strdup ("");

  set_label (self->confusion_note, wrong);
  set_label (self->mistakes_note, n);
}

/* “validation · 2,000 samples · Run 5, epoch 7 · 0.4 s” */
static char *
side_text (LmEvaluatePage *self,
           const LmMeasurement *m)
{
  const LmRunInfo *info = lm_document_find_run (self->document, m->run);
  g_autofree char *run = info != NULL ? lm_words_run (info) : g_strdup_printf ("%" PRId64, m->run);
  g_autofree char *count = lm_words_count (m->figures.n);
  g_autofree char *part = lm_part_title (m->part);
  g_autofree char *took = lm_words_duration (m->seconds);

  return g_strdup_printf (_ ("%s · %s samples · %s, epoch %" PRId64 " · measured in %s"), part, count, run, m->epoch, took);
}

static void
update_old (LmEvaluatePage *self,
            const LmMeasurement *m,
            const Choice *choice)
{
  gboolean is_shown = m != NULL && choice != NULL && is_old (m, choice);
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->old_box, is_shown);
  if (!is_shown)
    return;
  if (m->epoch != choice->epoch)
    text = g_strdup_printf (_ ("Measured at epoch %" PRId64 "; by now the weights are those of epoch %" PRId64 "."), m->epoch, choice->epoch);
  else
    text = g_strdup (_ ("Measured earlier in this epoch; the weights have changed since."));
  set_label (self->old, text);
}

static void
update_waiting (LmEvaluatePage *self)
{
  gboolean is_busy = self->job != NULL, is_reading = lm_document_get_dataset (self->document, NULL) == NULL;
  const char *message = NULL;

  lm_document_get_dataset (self->document, &message);
  adw_status_page_set_title (self->waiting, is_busy ? _ ("Measuring…") : is_reading && message == NULL ? _ ("Reading the Data…")
                                                                                                       : _ ("Not Measured"));
  if (!is_busy && (self->refusal != NULL || message != NULL)) {
    g_autofree char *escaped = g_markup_escape_text (self->refusal != NULL ? self->refusal : message, -1);

    adw_status_page_set_description (self->waiting, escaped);
  } else {
    adw_status_page_set_description (self->waiting, NULL);
  }
  gtk_widget_set_visible (self->measure_button, !is_busy && !is_reading);
}

static void
update_stack (LmEvaluatePage *self,
              const LmMeasurement *m)
{
  const char *report = chosen_report (self);
  g_autofree char *side = m != NULL ? side_text (self, m) : NULL;

  set_label (self->title, g_str_equal (report, "confusion") ? _ ("Confusion") : g_str_equal (report, "mistakes") ? _ ("Mistakes, the Worst First")
                                                                                                                 : _ ("Per Class"));
  set_label (self->side, side != NULL ? side : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->side), side);
  gtk_widget_set_visible (self->share_buttons, m != NULL && m->report != NULL && g_str_equal (report, "confusion"));
  gtk_widget_set_visible (self->sample_buttons, m != NULL && m->report != NULL && !g_str_equal (report, "classes"));
  if (self->choices->len == 0) {
    gtk_stack_set_visible_child_name (self->stack, "empty");
  } else if (m == NULL) {
    update_waiting (self);
    gtk_stack_set_visible_child_name (self->stack, "waiting");
  } else if (m->report == NULL) {
    g_autofree char *escaped = g_markup_escape_text (m->message, -1);

    adw_status_page_set_description (self->numbers, escaped);
    gtk_stack_set_visible_child_name (self->stack, "numbers");
  } else {
    gtk_stack_set_visible_child_name (self->stack, report);
  }
}

static gboolean
is_present_data (LmEvaluatePage *self)
{
  LmDataset *now = lm_document_get_dataset (self->document, NULL), *then = self->shown != NULL ? self->shown->dataset : NULL;

  if (now == NULL || then == NULL)
    return FALSE;
  return now == then || (g_strcmp0 (now->fingerprint, then->fingerprint) == 0 && memcmp (now->n_samples, then->n_samples, sizeof now->n_samples) == 0);
}

static void
enable (LmEvaluatePage *self,
        const char *name,
        gboolean is_enabled)
{
  GAction *action = g_action_map_lookup_action (G_ACTION_MAP (self->actions), name);

  if (action != NULL)
    g_simple_action_set_enabled (G_SIMPLE_ACTION (action), is_enabled);
}

static void
update_actions (LmEvaluatePage *self)
{
  gboolean has_sample = lm_sample_grid_get_item (lm_evaluate_page_get_grid (self)) != NULL && is_present_data (self);

  enable (self, "show-in-data", has_sample);
  enable (self, "inspect", has_sample);
  enable (self, "measure", chosen_run (self) != NULL && self->job == NULL);
}

static void
update (LmEvaluatePage *self)
{
  const LmMeasurement *m;

  update_parts (self);
  fill_runs (self);
  m = find_kept (self, chosen_run (self), chosen_part (self));
  if (is_sealed (self, chosen_part (self)))
    m = NULL;
  show_measurement (self, m);
  update_notes (self, m);
  update_old (self, m, chosen_run (self));
  update_stack (self, m);
  update_actions (self);
}

static void
changed_cb (LmEvaluatePage *self)
{
  update (self);
  measure_if_new (self);
}

static void
choice_cb (LmEvaluatePage *self)
{
  if (self->is_filling || self->document == NULL)
    return;
  g_clear_pointer (&self->refusal, g_free);
  changed_cb (self);
}

static void
part_cb (LmEvaluatePage *self,
         GtkCheckButton *radio)
{
  if (self->is_filling || self->document == NULL || !gtk_check_button_get_active (radio))
    return;
  if (is_sealed (self, chosen_part (self))) {
    select_part (self, self->shown != NULL ? self->shown->part : LM_PART_VALIDATION);
    lm_seal_card_ask (self->seal);
    return;
  }
  choice_cb (self);
}

static void
run_cb (LmEvaluatePage *self)
{
  choice_cb (self);
}

static void
report_cb (LmEvaluatePage *self)
{
  if (self->document == NULL)
    return;
  update (self);
  show_cell (self);
}

static void
shares_cb (LmEvaluatePage *self)
{
  lm_confusion_area_set_shares (self->confusion, gtk_toggle_button_get_active (self->shares_button));
}

/* --- Actions ------------------------------------------------------------------------- */

static void
measure_cb (GSimpleAction *action,
            GVariant *parameter,
            gpointer data)
{
  LmEvaluatePage *self = data;

  if (is_sealed (self, chosen_part (self)))
    lm_seal_card_ask (self->seal);
  else
    measure (self, chosen_part (self));
}

static void
open_test_cb (GSimpleAction *action,
              GVariant *parameter,
              gpointer data)
{
  lm_seal_card_ask (LM_EVALUATE_PAGE (data)->seal);
}

static void
show_in_data_cb (GSimpleAction *action,
                 GVariant *parameter,
                 gpointer data)
{
  LmEvaluatePage *self = data;
  const LmSampleItem *item = lm_sample_grid_get_item (lm_evaluate_page_get_grid (self));
  GtkWidget *pages = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_VIEW_STACK);
  GtkWidget *page;

  if (item == NULL || pages == NULL)
    return;
  gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "data");
  page = adw_view_stack_get_visible_child (ADW_VIEW_STACK (pages));
  if (ADW_IS_BIN (page))
    page = adw_bin_get_child (ADW_BIN (page));
  if (LM_IS_DATA_PAGE (page))
    lm_data_page_show_sample (LM_DATA_PAGE (page), item->part, item->index);
}

static void
inspect (LmEvaluatePage *self)
{
  const LmSampleItem *item = lm_sample_grid_get_item (lm_evaluate_page_get_grid (self));

  if (item == NULL || self->lens == NULL || !is_present_data (self))
    return;
  lm_lens_pick (self->lens, item->part, item->index);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "inspect");
}

static void
inspect_cb (GSimpleAction *action,
            GVariant *parameter,
            gpointer data)
{
  inspect (LM_EVALUATE_PAGE (data));
}

static void
add_actions (LmEvaluatePage *self,
             const GActionEntry *entries,
             int n)
{
  if (self->actions == NULL) {
    self->actions = G_ACTION_GROUP (g_simple_action_group_new ());
    gtk_widget_insert_action_group (GTK_WIDGET (self), "evaluate", self->actions);
  }
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, n, self);
}

static const GActionEntry action_entries[] = {
  { .name = "measure", .activate = measure_cb },
  { .name = "open-test", .activate = open_test_cb },
  { .name = "show-in-data", .activate = show_in_data_cb },
};

/* Before there is a lens it is missing, and so is its menu item. */
static const GActionEntry lens_entries[] = {
  { .name = "inspect", .activate = inspect_cb },
};

static void
focus_samples (LmEvaluatePage *self)
{
  if (lm_sample_grid_get_selected (self->cell_grid) < 0)
    lm_sample_grid_select (self->cell_grid, 0);
  gtk_widget_grab_focus (GTK_WIDGET (self->cell_grid));
}

static void
class_activated_cb (LmEvaluatePage *self,
                    int class_index)
{
  lm_evaluate_page_set_report (self, "confusion");
  lm_confusion_area_set_cell (self->confusion, class_index, class_index);
  gtk_widget_grab_focus (GTK_WIDGET (self->confusion));
}

/* --- Page ---------------------------------------------------------------------------- */

static void
lm_evaluate_page_set_source (LmPage *page,
                             const LmSource *source)
{
  LmEvaluatePage *self = LM_EVALUATE_PAGE (page);

  g_set_object (&self->document, source->document);
  g_set_object (&self->lens, source->lens);
  if (self->lens != NULL)
    add_actions (self, lens_entries, G_N_ELEMENTS (lens_entries));
  gtk_widget_set_visible (self->inspect_button, self->lens != NULL);
  lm_seal_card_set_source (self->seal, self->document, _ ("Open and Measure…"));
  g_signal_connect_object (self->document, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "runs-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
}

static LmPanes *
lm_evaluate_page_get_panes (LmPage *page)
{
  return LM_EVALUATE_PAGE (page)->panes;
}

static void
lm_evaluate_page_add_views (LmPage *page,
                            GPtrArray *views)
{
  LmEvaluatePage *self = LM_EVALUATE_PAGE (page);
  const LmMeasurement *m = self->shown;
  g_autofree char *side = m != NULL ? side_text (self, m) : NULL;
  g_autofree char *run = m != NULL ? g_strdup_printf ("run%" PRId64, m->run) : NULL;
  gboolean mistakes_first = g_str_equal (chosen_report (self), "mistakes");

  if (m == NULL || m->report == NULL)
    return;
  for (int i = 0; i < 2; i++) {
    if ((i == 0) == mistakes_first) {
      g_autofree char *title = g_strdup_printf (_ ("%s · mistakes, the worst first"), lm_document_get_name (self->document));
      g_autofree char *name = g_strdup_printf ("%s-mistakes", run);
      LmSheetPicture *sheet = lm_sample_sheet (m->dataset, lm_sample_grid_get_items (self->mistakes_grid), 60, title, side);

      if (sheet != NULL)
        g_ptr_array_add (views, lm_view_new (name, (LmPicture){ LM_PICTURE_SHEET, .sheet = sheet }, GTK_WIDGET (self->stack)));
    } else {
      g_autofree char *title = g_strdup_printf (_ ("%s · confusion"), lm_document_get_name (self->document));
      g_autofree char *name = g_strdup_printf ("%s-confusion", run);

      g_ptr_array_add (views, lm_view_new (name, (LmPicture){ LM_PICTURE_CONFUSION, .confusion = lm_report_confusion (m->report, title, side) }, GTK_WIDGET (self->stack)));
    }
  }
}

static void
page_interface_init (LmPageInterface *interface)
{
  interface->set_source = lm_evaluate_page_set_source;
  interface->get_panes = lm_evaluate_page_get_panes;
  interface->add_views = lm_evaluate_page_add_views;
}

static void
lm_evaluate_page_map (GtkWidget *widget)
{
  LmEvaluatePage *self = LM_EVALUATE_PAGE (widget);

  GTK_WIDGET_CLASS (lm_evaluate_page_parent_class)->map (widget);
  if (self->document != NULL)
    measure_if_new (self);
}

static void
lm_evaluate_page_dispose (GObject *object)
{
  LmEvaluatePage *self = LM_EVALUATE_PAGE (object);

  if (self->job != NULL)
    lm_job_cancel (self->job);
  g_clear_object (&self->document);
  g_clear_object (&self->lens);
  g_clear_object (&self->actions);
  if (self->panes != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->panes));
  self->panes = NULL;

  G_OBJECT_CLASS (lm_evaluate_page_parent_class)->dispose (object);
}

static void
lm_evaluate_page_finalize (GObject *object)
{
  LmEvaluatePage *self = LM_EVALUATE_PAGE (object);

  g_clear_pointer (&self->job, lm_job_unref);
  g_array_unref (self->choices);
  g_ptr_array_unref (self->kept);
  g_free (self->refusal);

  G_OBJECT_CLASS (lm_evaluate_page_parent_class)->finalize (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, panes);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, reports);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, confusion_note);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, mistakes_note);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, train_radio);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, validation_radio);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, test_radio);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, train_n);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, validation_n);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, test_n);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, run);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, old_box);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, old);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, accuracy_card);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, accuracy);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, baseline);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, interval);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, figures);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, cell_box);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, cell_truth);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, cell_predicted);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, cell_samples);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, sample_buttons);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, inspect_button);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, seal);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, title);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, side);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, share_buttons);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, shares_button);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, job_bar);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, stack);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, waiting);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, measure_button);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, numbers);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, confusion);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, cell_title);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, cell_grid);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, mistakes_grid);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, classes);
  gtk_widget_class_bind_template_child (widget_class, LmEvaluatePage, sample_menu);
}

static void
lm_evaluate_page_class_init (LmEvaluatePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_evaluate_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = lm_evaluate_page_finalize;
  widget_class->map = lm_evaluate_page_map;

  g_type_ensure (LM_TYPE_PANES);
  g_type_ensure (LM_TYPE_JOB_BAR);
  g_type_ensure (LM_TYPE_SEAL_CARD);
  g_type_ensure (LM_TYPE_SAMPLE_GRID);
  g_type_ensure (LM_TYPE_CONFUSION_AREA);
  g_type_ensure (LM_TYPE_CLASS_TABLE);
  gtk_widget_class_set_css_name (widget_class, "evaluatepage");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-evaluate-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, report_cb);
  gtk_widget_class_bind_template_callback (widget_class, part_cb);
  gtk_widget_class_bind_template_callback (widget_class, run_cb);
  gtk_widget_class_bind_template_callback (widget_class, shares_cb);
}

static void
add_grid (LmEvaluatePage *self,
          LmSampleGrid *grid,
          const char *label)
{
  lm_sample_grid_set_tile (grid, TILE);
  lm_sample_grid_set_label (grid, label);
  lm_sample_grid_set_menu (grid, self->sample_menu);
  g_signal_connect_object (grid, "selection-changed", G_CALLBACK (update_actions), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (grid, "activated", G_CALLBACK (inspect), self, G_CONNECT_SWAPPED);
}

static void
lm_evaluate_page_init (LmEvaluatePage *self)
{
  self->choices = g_array_new (FALSE, FALSE, sizeof (Choice));
  self->kept = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_measurement_free);
  gtk_widget_init_template (GTK_WIDGET (self));
  add_actions (self, action_entries, G_N_ELEMENTS (action_entries));
  add_grid (self, self->cell_grid, _ ("Samples of the selected cell"));
  add_grid (self, self->mistakes_grid, _ ("Mistakes, the worst first"));
  gtk_list_box_select_row (self->reports, gtk_list_box_get_row_at_index (self->reports, 0));
  g_signal_connect_object (self->confusion, "cell-changed", G_CALLBACK (show_cell), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->confusion, "cell-activated", G_CALLBACK (focus_samples), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->classes, "activated", G_CALLBACK (class_activated_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->seal, "open", G_CALLBACK (open_test), self, G_CONNECT_SWAPPED);
}

const LmMeasurement *
lm_evaluate_page_get_measurement (LmEvaluatePage *self)
{
  return self->shown;
}

void
lm_evaluate_page_set_report (LmEvaluatePage *self,
                             const char *report)
{
  for (int i = 0; gtk_list_box_get_row_at_index (self->reports, i) != NULL; i++) {
    GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->reports, i);

    if (g_str_equal (gtk_widget_get_name (GTK_WIDGET (row)), report))
      gtk_list_box_select_row (self->reports, row);
  }
}

void
lm_evaluate_page_set_part (LmEvaluatePage *self,
                           LmPart part)
{
  GtkCheckButton *radios[LM_N_PARTS] = { self->train_radio, self->validation_radio, self->test_radio };

  gtk_check_button_set_active (radios[part], TRUE);
}

LmConfusionArea *
lm_evaluate_page_get_confusion (LmEvaluatePage *self)
{
  return self->confusion;
}

LmSampleGrid *
lm_evaluate_page_get_grid (LmEvaluatePage *self)
{
  return g_str_equal (chosen_report (self), "mistakes") ? self->mistakes_grid : self->cell_grid;
}
