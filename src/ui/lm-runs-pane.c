/* lm-runs-pane.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-runs-pane.h"

#include "lm-swatch.h"
#include "lm-words.h"

#include <adwaita.h>
#include <inttypes.h>
#include <math.h>

#include <glib/gi18n.h>

/* --- One run in the list ------------------------------------------------------------- */

#define LM_TYPE_RUN_ITEM (lm_run_item_get_type ())

G_DECLARE_FINAL_TYPE (LmRunItem, lm_run_item, LM, RUN_ITEM, GObject)

struct _LmRunItem {
  GObject parent_instance;

  gint64 id;
  char *name;
  char *change;
  char *metric;
  gboolean is_best;
  int place; /* among the others; −1: the one that is shown */
};

enum {
  CHANGED,
  N_ITEM_SIGNALS
};

static guint item_signals[N_ITEM_SIGNALS];

G_DEFINE_FINAL_TYPE (LmRunItem, lm_run_item, G_TYPE_OBJECT)

static void
lm_run_item_finalize (GObject *object)
{
  LmRunItem *self = LM_RUN_ITEM (object);

  g_free (self->name);
  g_free (self->change);
  g_free (self->metric);

  G_OBJECT_CLASS (lm_run_item_parent_class)->finalize (object);
}

static void
lm_run_item_class_init (LmRunItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lm_run_item_finalize;
  item_signals[CHANGED] = g_signal_new ("changed", LM_TYPE_RUN_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lm_run_item_init (LmRunItem *self)
{
}

/* --- The pane ------------------------------------------------------------------------ */

struct _LmRunsPane {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkListView *list;
  GtkLabel *note;
  GtkPopover *popover;

  GListStore *runs;
  GtkMultiSelection *selection;
  gint64 wanted; /* to be selected when it comes */
  gint64 menu_run;
  gboolean is_filling;

  LmDocument *document;
  LmSession *session;
};

enum {
  SELECTION_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmRunsPane, lm_runs_pane, GTK_TYPE_WIDGET)

static LmRunItem *
item_at (LmRunsPane *self,
         guint i)
{
  g_autoptr (LmRunItem) item = g_list_model_get_item (G_LIST_MODEL (self->runs), i);

  return item; /* the list holds it */
}

static guint
n_runs (LmRunsPane *self)
{
  return g_list_model_get_n_items (G_LIST_MODEL (self->runs));
}

/* --- Figures ------------------------------------------------------------------------- */

/* The figure by which runs are compared: the first metric of the best epoch, else its loss; NaN while there is none. */
static double
score (const LmRunInfo *info,
       LmDocument *document,
       gboolean *is_loss)
{
  LmHistory *history = lm_document_get_history (document, info->id);
  int best = history != NULL ? lm_history_best (history) : -1;
  LmEpochRow row;
  gboolean has_validation;

  *is_loss = info->n_metrics == 0;
  if (best >= 0 && lm_history_get_epoch (history, best, &row)) {
    has_validation = !isnan (row.validation.loss);
    if (*is_loss)
      return has_validation ? row.validation.loss : row.train.loss;
    return has_validation ? row.validation.metric[0] : row.train.metric[0];
  }
  if (*is_loss)
    return info->best_epoch > 0 ? info->best_value : NAN;
  return isnan (info->validation.metric[0]) ? info->train.metric[0] : info->validation.metric[0];
}

static char *
change_of (LmRunsPane *self,
           const LmRunInfo *info,
           const LmRunInfo *before)
{
  gboolean is_now = self->session != NULL && lm_session_is_active (self->session) && lm_session_get_run (self->session) == info->id;
  const char *change = info->change;

  if (change == NULL)
    change = before == NULL ? _ ("as it came") : _ ("the same again");
  if (is_now)
    return g_strdup_printf (_ ("now · %s"), change);
  return g_strdup (change);
}

static LmRunItem *
make_item (LmRunsPane *self,
           const LmRunInfo *info,
           const LmRunInfo *before)
{
  LmRunItem *item = g_object_new (LM_TYPE_RUN_ITEM, NULL);
  gboolean is_loss;
  double value = score (info, self->document, &is_loss);

  item->id = info->id;
  item->name = lm_words_run (info);
  item->change = change_of (self, info, before);
  if (isnan (value))
    item->metric = g_strdup ("");
  else
    item->metric = is_loss ? lm_words_loss (value) : lm_words_metric (&info->metrics[0], value);
  return item;
}

/* The star is for the best of several. */
static gint64
best_run (LmRunsPane *self,
          const GPtrArray *runs)
{
  gint64 best = 0;
  double top = NAN;

  for (guint i = 0; i < runs->len && runs->len > 1; i++) {
    const LmRunInfo *info = runs->pdata[i];
    gboolean is_loss;
    double value = score (info, self->document, &is_loss);

    if (is_loss || (info->n_metrics > 0 && !info->metrics[0].is_share))
      value = -value;
    if (!isnan (value) && (isnan (top) || value > top)) {
      top = value;
      best = info->id;
    }
  }
  return best;
}

static void
update_places (LmRunsPane *self)
{
  gint64 main = lm_runs_pane_get_main (self);
  int place = 0;

  for (guint i = 0; i < n_runs (self); i++) {
    LmRunItem *item = item_at (self, i);

    item->place = item->id == main ? -1 : place++;
    g_signal_emit (item, item_signals[CHANGED], 0);
  }
}

static void
update_note (LmRunsPane *self,
             const GPtrArray *runs)
{
  const LmRunInfo *last = runs->len > 0 ? runs->pdata[runs->len - 1] : NULL;
  const char *title = last != NULL && last->n_metrics > 0 ? last->metrics[0].title : _ ("Loss");
  g_autofree char *what = g_strdup_printf (_ ("%s on validation, best epoch"), title);
  g_autofree char *text = runs->len > 1 ? g_strdup_printf ("%s\n%s", what, _ ("Ctrl-click shows several together")) : g_steal_pointer (&what);

  gtk_label_set_label (self->note, runs->len > 0 ? text : "");
}

/* Rows that are there already stay as they are, so that focus and scroll position do. */
static void
fill (LmRunsPane *self)
{
  const GPtrArray *runs = lm_document_get_runs (self->document);
  gint64 best = best_run (self, runs);
  guint n_before = n_runs (self);

  self->is_filling = TRUE;
  if (n_before > runs->len)
    g_list_store_splice (self->runs, 0, n_before - runs->len, NULL, 0);
  for (guint i = 0; i < runs->len; i++) {
    g_autoptr (LmRunItem) item = make_item (self, runs->pdata[i], i > 0 ? runs->pdata[i - 1] : NULL);

    item->is_best = item->id == best;
    if (i < n_before && i < n_runs (self)) {
      LmRunItem *old = item_at (self, n_runs (self) - 1 - i);

      old->id = item->id;
      old->is_best = item->is_best;
      g_free (old->name);
      g_free (old->change);
      g_free (old->metric);
      old->name = g_steal_pointer (&item->name);
      old->change = g_steal_pointer (&item->change);
      old->metric = g_steal_pointer (&item->metric);
    } else {
      g_list_store_insert (self->runs, 0, item);
    }
  }
  self->is_filling = FALSE;
  update_note (self, runs);
}

static void
choose (LmRunsPane *self)
{
  guint n = n_runs (self);

  for (guint i = 0; i < n && self->wanted != 0; i++) {
    if (item_at (self, i)->id == self->wanted) {
      self->wanted = 0;
      gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), i, TRUE);
      return;
    }
  }
  if (lm_runs_pane_get_main (self) == 0 && n > 0 && self->wanted == 0)
    gtk_selection_model_select_item (GTK_SELECTION_MODEL (self->selection), 0, TRUE);
}

static void
update (LmRunsPane *self)
{
  if (self->document == NULL)
    return;
  fill (self);
  choose (self);
  update_places (self);
}

static void
selection_changed_cb (LmRunsPane *self)
{
  if (self->is_filling)
    return;
  update_places (self);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

/* --- Rows ---------------------------------------------------------------------------- */

typedef struct {
  LmSwatch *swatch;
  GtkLabel *name;
  GtkLabel *change;
  GtkLabel *metric;
  GtkWidget *star;
  gulong handler;
} Row;

static void
show_row (Row *row,
          LmRunItem *item)
{
  lm_swatch_set_role (row->swatch, item->place < 0 ? LM_SWATCH_TRAIN : LM_SWATCH_RUN, MAX (item->place, 0));
  gtk_label_set_label (row->name, item->name);
  gtk_label_set_label (row->change, item->change);
  gtk_label_set_label (row->metric, item->metric);
  gtk_widget_set_visible (row->star, item->is_best);
  gtk_widget_set_tooltip_text (GTK_WIDGET (row->change), item->change);
}

static GtkWidget *
add_label (GtkWidget *grid,
           int column,
           int line,
           int width,
           const char *css)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (css != NULL)
    gtk_widget_add_css_class (label, css);
  gtk_grid_attach (GTK_GRID (grid), label, column, line, width, 1);
  return label;
}

static void
menu_cb (GtkGestureClick *click,
         int n_press,
         double x,
         double y,
         GtkListItem *list_item)
{
  LmRunItem *item = gtk_list_item_get_item (list_item);
  GtkWidget *grid = gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (click));
  LmRunsPane *self = LM_RUNS_PANE (gtk_widget_get_ancestor (grid, LM_TYPE_RUNS_PANE));
  GdkRectangle at = { 0, 0, 1, 1 };
  double px, py;

  if (item == NULL || self == NULL)
    return;
  self->menu_run = item->id;
  gtk_widget_translate_coordinates (grid, self->box, x, y, &px, &py);
  at.x = (int) px;
  at.y = (int) py;
  gtk_popover_set_pointing_to (self->popover, &at);
  gtk_popover_popup (self->popover);
}

static void
setup_cb (GtkSignalListItemFactory *factory,
          GtkListItem *list_item)
{
  GtkWidget *grid = gtk_grid_new ();
  GtkGesture *click = gtk_gesture_click_new ();
  Row *row = g_new0 (Row, 1);

  gtk_grid_set_column_spacing (GTK_GRID (grid), 9);
  row->swatch = g_object_new (LM_TYPE_SWATCH, NULL);
  gtk_grid_attach (GTK_GRID (grid), GTK_WIDGET (row->swatch), 0, 0, 1, 2);
  row->name = GTK_LABEL (add_label (grid, 1, 0, 1, "lm-run-name"));
  gtk_widget_set_hexpand (GTK_WIDGET (row->name), TRUE);
  row->star = gtk_image_new_from_icon_name ("starred-symbolic");
  gtk_widget_add_css_class (row->star, "lm-star");
  gtk_widget_set_tooltip_text (row->star, _ ("the best of all runs"));
  gtk_grid_attach (GTK_GRID (grid), row->star, 2, 0, 1, 1);
  row->metric = GTK_LABEL (add_label (grid, 3, 0, 1, "numeric"));
  gtk_widget_add_css_class (GTK_WIDGET (row->metric), "dim-label");
  row->change = GTK_LABEL (add_label (grid, 1, 1, 3, "caption"));
  gtk_widget_add_css_class (GTK_WIDGET (row->change), "dim-label");
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect_object (click, "pressed", G_CALLBACK (menu_cb), list_item, 0);
  gtk_widget_add_controller (grid, GTK_EVENT_CONTROLLER (click));
  g_object_set_data_full (G_OBJECT (list_item), "row", row, g_free);
  gtk_list_item_set_child (list_item, grid);
}

static void
item_changed_cb (LmRunItem *item,
                 GtkListItem *list_item)
{
  show_row (g_object_get_data (G_OBJECT (list_item), "row"), item);
}

static void
bind_cb (GtkSignalListItemFactory *factory,
         GtkListItem *list_item)
{
  Row *row = g_object_get_data (G_OBJECT (list_item), "row");
  LmRunItem *item = gtk_list_item_get_item (list_item);

  row->handler = g_signal_connect (item, "changed", G_CALLBACK (item_changed_cb), list_item);
  show_row (row, item);
}

static void
unbind_cb (GtkSignalListItemFactory *factory,
           GtkListItem *list_item)
{
  Row *row = g_object_get_data (G_OBJECT (list_item), "row");

  g_clear_signal_handler (&row->handler, gtk_list_item_get_item (list_item));
}

/* --- Commands of the context menu ---------------------------------------------------- */

/* The run the menu was opened on; by key: the one that is shown. */
static gint64
target (LmRunsPane *self)
{
  gint64 run = self->menu_run;

  self->menu_run = 0;
  return run != 0 && lm_document_find_run (self->document, run) != NULL ? run : lm_runs_pane_get_main (self);
}

typedef struct {
  LmRunsPane *pane;
  gint64 run;
  GtkEditable *entry;
} Question;

static void
answer_cb (AdwMessageDialog *dialog,
           const char *response,
           Question *question)
{
  LmDocument *document = question->pane->document;

  if (document == NULL)
    return;
  if (g_strcmp0 (response, "delete") == 0)
    lm_document_delete_run (document, question->run);
  else if (g_strcmp0 (response, "rename") == 0)
    lm_document_rename_run (document, question->run, gtk_editable_get_text (question->entry));
}

static void
question_free (gpointer data,
               GClosure *closure)
{
  Question *question = data;

  g_object_unref (question->pane);
  g_free (question);
}

static GtkWidget *
ask (LmRunsPane *self,
     gint64 run,
     const char *title,
     const char *text,
     const char *response,
     const char *label,
     GtkWidget *entry)
{
  GtkWidget *dialog = adw_message_dialog_new (GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), title, text);
  Question *question = g_new (Question, 1);

  *question = (Question){ g_object_ref (self), run, entry != NULL ? GTK_EDITABLE (entry) : NULL };
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), response, label, NULL);
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  if (entry != NULL)
    adw_message_dialog_set_extra_child (ADW_MESSAGE_DIALOG (dialog), entry);
  g_signal_connect_data (dialog, "response", G_CALLBACK (answer_cb), question, question_free, 0);
  gtk_window_present (GTK_WINDOW (dialog));
  return dialog;
}

static void
delete_cb (GtkWidget *widget,
           const char *name,
           GVariant *parameter)
{
  LmRunsPane *self = LM_RUNS_PANE (widget);
  gint64 run = target (self);
  const LmRunInfo *info = lm_document_find_run (self->document, run);
  g_autofree char *title = NULL;
  g_autofree char *run_name = NULL;
  GtkWidget *dialog;

  if (info == NULL || (lm_session_is_active (self->session) && lm_session_get_run (self->session) == run))
    return;
  run_name = lm_words_run (info);
  title = g_strdup_printf (_ ("Delete “%s”?"), run_name);
  dialog = ask (self, run, title, _ ("Its curves and weights go with it. This cannot be undone."), "delete", _ ("_Delete"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "delete", ADW_RESPONSE_DESTRUCTIVE);
}

static void
rename_cb (GtkWidget *widget,
           const char *name,
           GVariant *parameter)
{
  LmRunsPane *self = LM_RUNS_PANE (widget);
  gint64 run = target (self);
  const LmRunInfo *info = lm_document_find_run (self->document, run);
  g_autofree char *run_name = NULL;
  GtkWidget *entry, *dialog;

  if (info == NULL)
    return;
  run_name = lm_words_run (info);
  entry = gtk_entry_new ();
  gtk_editable_set_text (GTK_EDITABLE (entry), run_name);
  gtk_entry_set_activates_default (GTK_ENTRY (entry), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Name of the run"), -1);
  dialog = ask (self, run, _ ("Rename the Run"), NULL, "rename", _ ("_Rename"), entry);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "rename");
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "rename", ADW_RESPONSE_SUGGESTED);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_runs_pane_dispose (GObject *object)
{
  LmRunsPane *self = LM_RUNS_PANE (object);

  g_clear_object (&self->document);
  g_clear_object (&self->session);
  g_clear_object (&self->selection);
  g_clear_object (&self->runs);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_runs_pane_parent_class)->dispose (object);
}

static void
lm_runs_pane_class_init (LmRunsPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_runs_pane_dispose;
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", LM_TYPE_RUNS_PANE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "runspane");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-runs-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, LmRunsPane, box);
  gtk_widget_class_bind_template_child (widget_class, LmRunsPane, list);
  gtk_widget_class_bind_template_child (widget_class, LmRunsPane, note);
  gtk_widget_class_bind_template_child (widget_class, LmRunsPane, popover);
  gtk_widget_class_install_action (widget_class, "runs.rename", NULL, rename_cb);
  gtk_widget_class_install_action (widget_class, "runs.delete", NULL, delete_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F2, 0, "runs.rename", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "runs.delete", NULL);
}

static void
lm_runs_pane_init (LmRunsPane *self)
{
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  self->runs = g_list_store_new (LM_TYPE_RUN_ITEM);
  self->selection = gtk_multi_selection_new (g_object_ref (G_LIST_MODEL (self->runs)));
  g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), NULL);
  g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), NULL);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  g_signal_connect_object (self->selection, "selection-changed", G_CALLBACK (selection_changed_cb), self, G_CONNECT_SWAPPED);
}

void
lm_runs_pane_set_source (LmRunsPane *self,
                         LmDocument *document,
                         LmSession *session)
{
  g_set_object (&self->document, document);
  g_set_object (&self->session, session);
  if (document != NULL)
    g_signal_connect_object (document, "runs-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

gint64
lm_runs_pane_get_main (LmRunsPane *self)
{
  for (guint i = 0; i < n_runs (self); i++) {
    if (gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), i))
      return item_at (self, i)->id;
  }
  return 0;
}

GArray *
lm_runs_pane_get_others (LmRunsPane *self)
{
  GArray *others = g_array_new (FALSE, FALSE, sizeof (gint64));
  gint64 main = lm_runs_pane_get_main (self);

  for (guint i = 0; i < n_runs (self); i++) {
    gint64 id = item_at (self, i)->id;

    if (id != main)
      g_array_append_val (others, id);
  }
  return others;
}

gboolean
lm_runs_pane_is_selected (LmRunsPane *self,
                          gint64 run)
{
  for (guint i = 0; i < n_runs (self); i++) {
    if (item_at (self, i)->id == run)
      return gtk_selection_model_is_selected (GTK_SELECTION_MODEL (self->selection), i);
  }
  return FALSE;
}

void
lm_runs_pane_select (LmRunsPane *self,
                     gint64 run)
{
  self->wanted = run;
  update (self);
}
