/* lm-coach-pane.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-coach-pane.h"

#include "lm-words.h"

#include <math.h>

#include "lm-i18n.h"

enum {
  STEP_TRAIN,
  STEP_DRAW,
  STEP_IMPROVE,
  N_STEPS
};

/* One card: @done when its facts say so, and then for good. */
typedef struct {
  GtkWidget *card;
  GtkWidget *mark;
  GtkLabel *title;
  GtkLabel *text;
  GtkWidget *button;
  gboolean done;
} Step;

struct _LmCoachPane {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkBox *cards;
  Step steps[N_STEPS];

  LmDocument *document;
  LmLens *lens;
};

enum {
  CLOSE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmCoachPane, lm_coach_pane, GTK_TYPE_WIDGET)

/* --- Facts --------------------------------------------------------------------------- */

/* The best validation accuracy of a run, NaN if it has none. */
static double
accuracy_of (const LmRunInfo *info)
{
  for (int i = 0; info != NULL && i < info->n_metrics; i++) {
    if (g_str_equal (info->metrics[i].name, "accuracy"))
      return info->validation.metric[i];
  }
  return NAN;
}

static gboolean
has_dropout (const LmDesign *design)
{
  guint n = 0;

  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = design->nodes->pdata[i];

    n += g_str_equal (node->kind, "Dropout");
  }
  return n > 1; /* the network of the first start comes with one */
}

static void
find_facts (LmCoachPane *self)
{
  GPtrArray *runs = lm_document_get_runs (self->document);
  const LmSample *sample = lm_lens_get_sample (self->lens);
  guint n_trained = 0;

  for (guint i = 0; i < runs->len; i++) {
    const LmRunInfo *info = runs->pdata[i];

    n_trained += info->epoch > 0;
  }
  self->steps[STEP_TRAIN].done |= n_trained > 0;
  self->steps[STEP_DRAW].done |= sample != NULL && sample->label < 0 && n_trained > 0;
  self->steps[STEP_IMPROVE].done |= n_trained > 1 && has_dropout (lm_document_get_design (self->document));
}

/* --- Cards --------------------------------------------------------------------------- */

static void
show_step (Step *step,
           const char *title,
           const char *text,
           gboolean is_next)
{
  gtk_label_set_label (step->title, title);
  gtk_label_set_label (step->text, text);
  gtk_image_set_from_icon_name (GTK_IMAGE (step->mark), step->done ? "emblem-ok-symbolic" : "pan-end-symbolic");
  gtk_widget_set_visible (GTK_WIDGET (step->text), !step->done);
  gtk_widget_set_visible (step->button, !step->done && is_next);
  gtk_widget_set_opacity (step->card, step->done || is_next ? 1 : 0.6);
  gtk_widget_remove_css_class (step->mark, step->done ? "dim-label" : "success");
  gtk_widget_add_css_class (step->mark, step->done ? "success" : "dim-label");
}

static void
update (LmCoachPane *self)
{
  const LmRunInfo *last = lm_document_get_last_run (self->document);
  double accuracy = accuracy_of (last);
  g_autofree char *draw = NULL;
  int next = 0;

  find_facts (self);
  while (next < N_STEPS && self->steps[next].done)
    next++;
  /* Translators: %.0f is the share of right answers in per cent. */
  draw = isfinite (accuracy) ? g_strdup_printf (_ ("%.0f %%. Draw a digit and watch it think"), floor (accuracy * 100)) : g_strdup (_ ("Draw a digit and watch it think"));
  show_step (&self->steps[STEP_TRAIN], _ ("Train it"), _ ("A small network that is to read handwritten digits. The curves begin within two seconds."), next == STEP_TRAIN);
  show_step (&self->steps[STEP_DRAW], draw, _ ("The answer, every layer and the places that speak for it follow the pen."), next == STEP_DRAW);
  show_step (&self->steps[STEP_IMPROVE], _ ("Make it better"), _ ("Drop a Dropout on the wire before dense and train again: the second run stands beside the first."), next == STEP_IMPROVE);
}

static void
close_cb (GtkWidget *widget,
          const char *name,
          GVariant *parameter)
{
  g_signal_emit (widget, signals[CLOSE], 0);
}

static void
add_step (LmCoachPane *self,
          Step *step,
          const char *button,
          const char *action,
          const char *page)
{
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *title = gtk_label_new (NULL), *text = gtk_label_new (NULL);

  step->card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  step->mark = gtk_image_new ();
  step->title = GTK_LABEL (title);
  step->text = GTK_LABEL (text);
  step->button = gtk_button_new_with_label (button);
  gtk_widget_add_css_class (step->card, "card");
  gtk_widget_add_css_class (step->card, "lm-coach-card");
  gtk_widget_add_css_class (title, "heading");
  gtk_widget_add_css_class (step->mark, "dim-label");
  gtk_label_set_wrap (step->title, TRUE);
  gtk_label_set_xalign (step->title, 0);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_label_set_wrap (step->text, TRUE);
  gtk_label_set_xalign (step->text, 0);
  gtk_widget_set_halign (step->button, GTK_ALIGN_START);
  gtk_widget_set_valign (step->mark, GTK_ALIGN_START);
  gtk_widget_set_margin_top (step->mark, 3);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (step->button), action);
  if (page != NULL)
    gtk_actionable_set_action_target (GTK_ACTIONABLE (step->button), "s", page);
  gtk_box_append (GTK_BOX (head), step->mark);
  gtk_box_append (GTK_BOX (head), title);
  gtk_box_append (GTK_BOX (step->card), head);
  gtk_box_append (GTK_BOX (step->card), text);
  gtk_box_append (GTK_BOX (step->card), step->button);
  gtk_box_append (self->cards, step->card);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_coach_pane_dispose (GObject *object)
{
  LmCoachPane *self = LM_COACH_PANE (object);

  g_clear_object (&self->document);
  g_clear_object (&self->lens);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_coach_pane_parent_class)->dispose (object);
}

static void
lm_coach_pane_class_init (LmCoachPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_coach_pane_dispose;
  signals[CLOSE] = g_signal_new ("close", LM_TYPE_COACH_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "coachpane");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-coach-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LmCoachPane, box);
  gtk_widget_class_bind_template_child (widget_class, LmCoachPane, cards);
  gtk_widget_class_install_action (widget_class, "coach.close", NULL, close_cb);
}

static void
lm_coach_pane_init (LmCoachPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  add_step (self, &self->steps[STEP_TRAIN], _ ("Train"), "win.train", NULL);
  add_step (self, &self->steps[STEP_DRAW], _ ("Draw a Digit"), "win.draw", NULL);
  add_step (self, &self->steps[STEP_IMPROVE], _ ("Go to the Network"), "win.page", "design");
}

void
lm_coach_pane_set_source (LmCoachPane *self,
                          const LmSource *source)
{
  g_set_object (&self->document, source->document);
  g_set_object (&self->lens, source->lens);
  g_signal_connect_object (self->document, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->document, "runs-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->lens, "sample-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

guint
lm_coach_pane_get_n_done (LmCoachPane *self)
{
  guint n = 0;

  for (int i = 0; i < N_STEPS; i++)
    n += self->steps[i].done;
  return n;
}
