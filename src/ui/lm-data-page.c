/* lm-data-page.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-data-page.h"

#include "lm-chain-list.h"
#include "lm-data-checks.h"
#include "lm-data-dialog.h"
#include "lm-data-facts.h"
#include "lm-data-search.h"
#include "lm-data-split.h"
#include "lm-look.h"
#include "lm-picture-area.h"
#include "lm-seal-card.h"
#include "lm-words.h"
#include "lm-work.h"

#include <adwaita.h>
#include <inttypes.h>
#include <string.h>

#include "lm-i18n.h"

struct _LmDataPage {
  GtkWidget parent_instance;

  LmPanes *panes;
  GtkWidget *card;
  GtkDrawingArea *thumb;
  GtkLabel *name;
  GtkLabel *what;
  GtkLabel *where;
  GtkWidget *error_box;
  GtkLabel *error;
  GtkButton *choose_button;
  LmJobBar *job_bar;
  LmChainList *chain;
  LmDataChecks *checks;
  GtkWidget *balance_head;
  GtkLabel *balance_title;
  GtkLabel *balance_n;
  LmPictureArea *balance;
  LmDataSplit *split;
  LmSealCard *seal;
  GtkStack *stack;
  AdwStatusPage *empty;
  GtkToggleButton *samples_button;
  GtkToggleButton *histogram_button;
  GtkToggleButton *before_button;
  GtkEditable *search;
  GtkStack *views;
  GtkToggleButton *all_chip;
  GtkToggleButton *train_chip;
  GtkToggleButton *validation_chip;
  GtkToggleButton *test_chip;
  GtkLabel *test_label;
  GtkWidget *test_lock;
  GtkWidget *filter_box;
  GtkLabel *filter;
  GtkStack *hits;
  LmSampleGrid *grid;
  AdwStatusPage *no_hits;
  LmJobBar *picture_bar;
  GtkLabel *picture_error;
  LmPictureArea *picture;
  GMenuModel *sample_menu;

  LmDocument *document;
  LmLens *lens;
  GActionGroup *actions;
  LmDataset *dataset; /* that is shown */
  LmDataFacts *facts; /* of it; NULL while they are read */
  gboolean was_open;  /* the seal, when the list was made */
  int class_only;     /* −1: all */
  GArray *checked;    /* LmSampleItem that a check is about; NULL */
  char *checked_title;
  LmTensor *first; /* sample for the card */
  LmJob *job;      /* data that are tried */
  LmJob *picture_job;
  char *picture_key; /* what the picture shows */
};

static void page_interface_init (LmPageInterface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE (LmDataPage, lm_data_page, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (LM_TYPE_PAGE, page_interface_init))

static void
set_label (GtkLabel *label,
           const char *text)
{
  if (g_strcmp0 (gtk_label_get_label (label), text) != 0)
    gtk_label_set_label (label, text);
}

static void
set_error (LmDataPage *self,
           const char *message)
{
  gtk_widget_set_visible (self->error_box, message != NULL);
  gtk_label_set_label (self->error, message != NULL ? message : "");
}

static void
close_error_cb (LmDataPage *self)
{
  set_error (self, NULL);
}

static gboolean
is_test_open (LmDataPage *self)
{
  return lm_document_get_opening (self->document) != NULL;
}

/* --- Samples ------------------------------------------------------------------------- */

static gboolean
is_part_wanted (LmDataPage *self,
                LmPart part)
{
  if (lm_part_is_sealed (part) && !is_test_open (self))
    return FALSE;
  if (gtk_toggle_button_get_active (self->train_chip))
    return part == LM_PART_TRAIN;
  if (gtk_toggle_button_get_active (self->validation_chip))
    return part == LM_PART_VALIDATION;
  if (gtk_toggle_button_get_active (self->test_chip))
    return part == LM_PART_TEST;
  return TRUE;
}

static GArray *
wanted_items (LmDataPage *self,
              int truth)
{
  GArray *items = lm_sample_items_new ();

  for (int part = 0; part < LM_N_PARTS; part++) {
    if (is_part_wanted (self, (LmPart) part))
      lm_data_facts_add_items (self->facts, (LmPart) part, truth, items);
  }
  return items;
}

static void
say_filter (LmDataPage *self,
            const GArray *items)
{
  g_autofree char *count = lm_words_count (items->len);
  g_autofree char *text = NULL;

  if (self->checked != NULL)
    text = g_strdup (self->checked_title);
  else if (self->class_only >= 0) {
    g_autofree char *name = lm_sample_class_name (self->dataset, self->class_only);

    text = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s sample of class %s", "%s samples of class %s", items->len), count, name);
  }
  gtk_widget_set_visible (self->filter_box, text != NULL);
  gtk_label_set_label (self->filter, text != NULL ? text : "");
}

static void
no_hits (LmDataPage *self,
         const char *text)
{
  g_autofree char *title = g_strdup_printf (_ ("No Sample or Class Called “%s”"), text);
  g_autofree char *escaped = g_markup_escape_text (title, -1);

  adw_status_page_set_title (self->no_hits, escaped);
  gtk_stack_set_visible_child_name (self->hits, "none");
}

/* Finds what the search asks for; FALSE if there is no such thing. @number: (out): a sample to go to, −1 */
static gboolean
find_wanted (LmDataPage *self,
             gint64 *number)
{
  const char *text = gtk_editable_get_text (self->search);
  int truth = -1;

  *number = -1;
  if (!lm_data_search_parse (self->dataset, text, &truth, number)) {
    no_hits (self, text);
    return FALSE;
  }
  if (truth >= 0)
    self->class_only = truth;
  return TRUE;
}

static void
go_to_number (LmDataPage *self,
              gint64 number)
{
  const GArray *items = lm_sample_grid_get_items (self->grid);

  for (guint i = 0; items != NULL && i < items->len; i++) {
    if (g_array_index (items, LmSampleItem, i).index == number) {
      lm_sample_grid_select (self->grid, (int) i);
      return;
    }
  }
  no_hits (self, gtk_editable_get_text (self->search));
}

static void
update_items (LmDataPage *self)
{
  gint64 number;
  GArray *items;

  if (self->facts == NULL) {
    lm_sample_grid_set_samples (self->grid, NULL, NULL);
    return;
  }
  if (!find_wanted (self, &number))
    return;
  self->was_open = is_test_open (self);
  items = self->checked != NULL ? g_array_copy (self->checked) : wanted_items (self, self->class_only);
  say_filter (self, items);
  gtk_stack_set_visible_child_name (self->hits, "some");
  lm_sample_grid_set_samples (self->grid, self->dataset, items);
  if (number >= 0)
    go_to_number (self, number);
}

static void
clear_filter (LmDataPage *self)
{
  self->class_only = -1;
  g_clear_pointer (&self->checked, g_array_unref);
  g_clear_pointer (&self->checked_title, g_free);
}

static void
show_all_cb (LmDataPage *self)
{
  clear_filter (self);
  if (gtk_editable_get_text (self->search)[0] != '\0')
    gtk_editable_set_text (self->search, "");
  else
    update_items (self);
}

static void
search_cb (LmDataPage *self)
{
  clear_filter (self);
  lm_data_page_set_view (self, "samples");
  update_items (self);
}

static void
search_done_cb (LmDataPage *self)
{
  gtk_widget_grab_focus (GTK_WIDGET (self->grid));
}

static void
show_check_cb (LmDataPage *self,
               const LmDataCheck *check)
{
  clear_filter (self);
  self->checked = lm_sample_items_new ();
  self->checked_title = g_strdup (check->title);
  for (gsize i = 0; self->facts != NULL && i < check->n_samples; i++) {
    const gint32 *labels = self->facts->labels[check->part];
    LmSampleItem item = { check->samples[i], check->part, labels != NULL ? labels[check->samples[i]] : -1, -1, 0 };

    g_array_append_val (self->checked, item);
  }
  lm_data_page_set_view (self, "samples");
  update_items (self);
}

/* --- Histogram, before and after ----------------------------------------------------- */

typedef struct {
  LmDataset *dataset;
  GPtrArray *chain; /* NULL: the histogram */
  int step;
  LmJob *job;
  LmPicture picture;
} Painting;

static void
painting_free (gpointer data)
{
  Painting *painting = data;

  lm_dataset_unref (painting->dataset);
  g_clear_pointer (&painting->chain, g_ptr_array_unref);
  lm_job_unref (painting->job);
  lm_picture_clear (&painting->picture);
  g_free (painting);
}

static void
paint_thread (gpointer data,
              GError **error)
{
  Painting *painting = data;

  if (painting->chain == NULL)
    painting->picture = (LmPicture){ LM_PICTURE_BARS, .bars = lm_data_histogram (painting->dataset, painting->job, error) };
  else
    painting->picture = (LmPicture){ LM_PICTURE_FILM, .film = lm_data_before_after (painting->dataset, painting->chain, painting->step, painting->job, error) };
}

static char *
picture_sentence (const LmPicture *picture)
{
  if (picture->kind == LM_PICTURE_BARS)
    return g_strdup_printf ("%s. %s", picture->bars->title, picture->bars->scale);
  return g_strdup_printf ("%s: %s. %s: %s.", picture->film->sheets[0]->title, picture->film->sheets[0]->scale,
                          picture->film->sheets[1]->title, picture->film->sheets[1]->scale);
}

static void
painted_cb (gpointer owner,
            gpointer data,
            const GError *error)
{
  LmDataPage *self = owner;
  Painting *painting = data;

  if (painting->job != self->picture_job)
    return;
  g_clear_pointer (&self->picture_job, lm_job_unref);
  lm_job_bar_set_job (self->picture_bar, NULL, NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->picture_error), error != NULL);
  if (error != NULL) {
    gtk_label_set_label (self->picture_error, error->message);
    lm_picture_area_set (self->picture, (LmPicture){ 0 }, NULL);
  } else {
    g_autofree char *sentence = picture_sentence (&painting->picture);

    lm_picture_area_set (self->picture, painting->picture, sentence);
    painting->picture.any = NULL;
  }
}

static void
stop_picture (LmDataPage *self)
{
  if (self->picture_job != NULL)
    lm_job_cancel (self->picture_job);
  g_clear_pointer (&self->picture_job, lm_job_unref);
  if (self->picture_bar != NULL)
    lm_job_bar_set_job (self->picture_bar, NULL, NULL);
}

/* What is to be seen, in a text that changes with it. */
static char *
wanted_picture (LmDataPage *self)
{
  const GPtrArray *chain = lm_document_get_design (self->document)->chain;
  GString *key;

  if (gtk_toggle_button_get_active (self->histogram_button))
    return g_strdup_printf ("histogram %p", self->dataset);
  key = g_string_new (NULL);
  g_string_append_printf (key, "before %p %d", self->dataset, lm_chain_list_get_selected (self->chain));
  for (guint i = 0; i < chain->len; i++) {
    g_autoptr (LmPipeline) pipeline = lm_pipeline_new ();
    g_autofree char *step = NULL;

    lm_pipeline_add (pipeline, chain->pdata[i]);
    step = lm_pipeline_format_step (pipeline, 0);
    g_string_append_printf (key, " %s", step);
  }
  return g_string_free (key, FALSE);
}

static void
update_picture (LmDataPage *self)
{
  const GPtrArray *chain = lm_document_get_design (self->document)->chain;
  gboolean is_histogram = gtk_toggle_button_get_active (self->histogram_button);
  Painting *painting;
  g_autofree char *key = NULL;

  if (self->dataset == NULL || gtk_toggle_button_get_active (self->samples_button))
    return;
  key = wanted_picture (self);
  if (g_strcmp0 (key, self->picture_key) == 0)
    return;
  g_free (self->picture_key);
  self->picture_key = g_steal_pointer (&key);
  stop_picture (self);
  painting = g_new0 (Painting, 1);
  painting->dataset = lm_dataset_ref (self->dataset);
  painting->job = lm_job_new ();
  painting->step = lm_chain_list_get_selected (self->chain);
  if (!is_histogram) {
    painting->chain = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_option_set_free);
    for (guint i = 0; i < chain->len; i++)
      g_ptr_array_add (painting->chain, lm_option_set_copy (chain->pdata[i]));
  }
  self->picture_job = lm_job_ref (painting->job);
  lm_job_bar_set_job (self->picture_bar, self->picture_job, is_histogram ? _ ("Reading the values") : _ ("Fitting the steps"));
  lm_work_run (self, paint_thread, painted_cb, painting, painting_free);
}

static void
view_cb (LmDataPage *self)
{
  gboolean is_samples = gtk_toggle_button_get_active (self->samples_button);

  gtk_stack_set_visible_child_name (self->views, is_samples ? "samples" : "picture");
  if (self->document != NULL)
    update_picture (self);
}

/* --- What the document has ----------------------------------------------------------- */

typedef struct {
  LmDataset *dataset;
  LmDataFacts *facts;
  LmTensor *first;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  lm_dataset_unref (reading->dataset);
  g_clear_pointer (&reading->facts, lm_data_facts_free);
  g_clear_pointer (&reading->first, lm_tensor_unref);
  g_free (reading);
}

static void
read_thread (gpointer data,
             GError **error)
{
  Reading *reading = data;
  int input = lm_dataset_first (reading->dataset, LM_ROLE_INPUT);

  reading->facts = lm_data_facts_new (reading->dataset, error);
  if (input >= 0 && lm_dataset_has (reading->dataset, LM_PART_TRAIN))
    reading->first = lm_dataset_sample (reading->dataset, LM_PART_TRAIN, 0, input, NULL);
}

static void
update_balance (LmDataPage *self)
{
  LmBarsPicture *bars = self->facts != NULL ? lm_data_facts_balance (self->facts, LM_PART_TRAIN) : NULL;
  g_autofree char *count = self->dataset != NULL ? lm_words_count ((gint64) lm_dataset_n (self->dataset, LM_PART_TRAIN)) : NULL;
  g_autoptr (GString) sentence = g_string_new (_ ("Samples per class in training:"));

  gtk_widget_set_visible (self->balance_head, bars != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->balance), bars != NULL);
  set_label (self->balance_title, _ ("Classes in Training"));
  set_label (self->balance_n, count != NULL ? count : "");
  for (int i = 0; bars != NULL && i < MIN (bars->n, 20); i++)
    g_string_append_printf (sentence, " %s: %" PRId64 ".", bars->names[i], bars->counts[i]);
  lm_picture_area_set (self->balance, (LmPicture){ LM_PICTURE_BARS, .bars = bars }, sentence->str);
}

static void
read_cb (gpointer owner,
         gpointer data,
         const GError *error)
{
  LmDataPage *self = owner;
  Reading *reading = data;

  if (reading->dataset != self->dataset)
    return;
  if (error != NULL)
    set_error (self, error->message);
  self->facts = g_steal_pointer (&reading->facts);
  self->first = g_steal_pointer (&reading->first);
  gtk_widget_queue_draw (GTK_WIDGET (self->thumb));
  update_balance (self);
  update_items (self);
}

static void
take_dataset (LmDataPage *self,
              LmDataset *dataset)
{
  Reading *reading;

  clear_filter (self);
  g_clear_pointer (&self->facts, lm_data_facts_free);
  g_clear_pointer (&self->first, lm_tensor_unref);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  lm_sample_grid_set_samples (self->grid, NULL, NULL);
  lm_data_checks_set_dataset (self->checks, dataset);
  update_balance (self);
  if (dataset == NULL)
    return;
  self->dataset = lm_dataset_ref (dataset);
  reading = g_new0 (Reading, 1);
  reading->dataset = lm_dataset_ref (dataset);
  lm_work_run (self, read_thread, read_cb, reading, reading_free);
}

/* “grey pictures of 28×28 pixels · 10 classes” */
static char *
describe (const LmDataset *dataset)
{
  int input = lm_dataset_first (dataset, LM_ROLE_INPUT), target = lm_dataset_first (dataset, LM_ROLE_TARGET);
  const char *what = input >= 0 ? dataset->columns[input].description : NULL;
  int n_classes = target >= 0 ? dataset->columns[target].n_classes : 0;
  g_autofree char *classes = NULL;

  if (what == NULL)
    return g_strdup (dataset->description);
  if (n_classes == 0)
    return g_strdup (what);
  classes = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d class", "%d classes", (gulong) n_classes), n_classes);
  return g_strdup_printf ("%s · %s", what, classes);
}

static void
update_card (LmDataPage *self)
{
  const LmDesign *design = lm_document_get_design (self->document);
  g_autoptr (LmSpec) spec = design->data_spec != NULL ? lm_spec_parse (design->data_spec, NULL) : NULL;
  int input = self->dataset != NULL ? lm_dataset_first (self->dataset, LM_ROLE_INPUT) : -1;
  const char *message = NULL;
  g_autofree char *name = NULL;
  g_autofree char *where = NULL;
  g_autofree char *what = self->dataset != NULL ? describe (self->dataset) : NULL;

  lm_document_get_dataset (self->document, &message);
  gtk_widget_set_visible (self->card, design->data_spec != NULL);
  if (self->dataset != NULL && spec != NULL && spec->source->is_builtin)
    name = g_strdup_printf (_ ("%s (built in)"), _ (spec->source->member.title));
  else if (self->dataset != NULL)
    name = g_strdup (self->dataset->name);
  else
    name = g_strdup (spec != NULL ? _ (spec->source->member.title) : design->data_spec != NULL ? design->data_spec
                                                                                               : "");
  set_label (self->name, name);
  set_label (self->what, what != NULL ? what : message != NULL ? message
                                                               : _ ("being read…"));
  if (spec != NULL && spec->path != NULL)
    where = g_strdup (spec->path);
  set_label (self->where, where != NULL ? where : "");
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->what), self->dataset != NULL ? self->dataset->description : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->where), where != NULL);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->where), where);
  gtk_widget_set_visible (GTK_WIDGET (self->thumb), input >= 0 && self->dataset->columns[input].is_picture);
}

static void
set_chip (GtkToggleButton *chip,
          const char *format,
          gsize n)
{
  g_autofree char *count = lm_words_count ((gint64) n);
  g_autofree char *text = g_strdup_printf (format, count);

  gtk_widget_set_visible (GTK_WIDGET (chip), n > 0);
  if (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (chip)), text) != 0)
    gtk_button_set_label (GTK_BUTTON (chip), text);
}

static void
update_chips (LmDataPage *self)
{
  gsize train = lm_dataset_n (self->dataset, LM_PART_TRAIN), validation = lm_dataset_n (self->dataset, LM_PART_VALIDATION), test = lm_dataset_n (self->dataset, LM_PART_TEST);
  gboolean is_open = is_test_open (self);
  g_autofree char *count = lm_words_count ((gint64) test);
  g_autofree char *text = g_strdup_printf (_ ("Test %s"), count);

  set_chip (self->all_chip, _ ("All open %s"), train + validation + (is_open ? test : 0));
  set_chip (self->train_chip, _ ("Training %s"), train);
  set_chip (self->validation_chip, _ ("Validation %s"), validation);
  gtk_widget_set_visible (GTK_WIDGET (self->test_chip), test > 0);
  set_label (self->test_label, text);
  gtk_widget_set_visible (self->test_lock, !is_open);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->test_chip), is_open ? NULL : _ ("Sealed: test samples are not shown before the test set is opened"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->test_chip), GTK_ACCESSIBLE_PROPERTY_LABEL, text,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, is_open ? "" : _ ("sealed"), -1);
}

static void
show_state (LmDataPage *self)
{
  const LmDesign *design = lm_document_get_design (self->document);
  const char *message = NULL;

  if (lm_document_get_dataset (self->document, &message) != NULL) {
    gtk_stack_set_visible_child_name (self->stack, "data");
    return;
  }
  gtk_stack_set_visible_child_name (self->stack, message != NULL || design->data_spec == NULL ? "empty" : "reading");
  if (design->data_spec == NULL) {
    adw_status_page_set_title (self->empty, _ ("Choose Some Data"));
    adw_status_page_set_description (self->empty, _ ("Drop a folder of pictures, an .npz or an IDX file here."));
  } else if (message != NULL) {
    g_autofree char *escaped = g_markup_escape_text (message, -1);

    adw_status_page_set_title (self->empty, _ ("These Data Cannot Be Read"));
    adw_status_page_set_description (self->empty, escaped);
  }
}

static void
changed_cb (LmDataPage *self)
{
  LmDataset *dataset = lm_document_get_dataset (self->document, NULL);
  gboolean is_locked = lm_document_get_read_only (self->document, NULL) != NULL;

  if (dataset != self->dataset)
    take_dataset (self, dataset);
  else if (self->facts != NULL && is_test_open (self) != self->was_open)
    update_items (self);
  update_card (self);
  show_state (self);
  gtk_button_set_label (self->choose_button, lm_document_get_design (self->document)->data_spec != NULL ? _ ("Other _Data…") : _ ("Choose _Data…"));
  g_simple_action_set_enabled (G_SIMPLE_ACTION (g_action_map_lookup_action (G_ACTION_MAP (self->actions), "choose")), !is_locked);
  if (self->dataset == NULL)
    return;
  update_chips (self);
  update_picture (self);
}

static void
chip_cb (LmDataPage *self)
{
  if (self->document == NULL || self->dataset == NULL)
    return;
  if (gtk_toggle_button_get_active (self->test_chip) && !is_test_open (self)) {
    gtk_toggle_button_set_active (self->all_chip, TRUE);
    lm_seal_card_ask (self->seal);
    return;
  }
  g_clear_pointer (&self->checked, g_array_unref);
  update_items (self);
}

static void
draw_thumb (GtkDrawingArea *area,
            cairo_t *cr,
            int width,
            int height,
            gpointer data)
{
  LmDataPage *self = data;
  int input = self->dataset != NULL ? lm_dataset_first (self->dataset, LM_ROLE_INPUT) : -1;
  LmTheme theme;

  if (self->first == NULL || input < 0)
    return;
  lm_look_theme (GTK_WIDGET (area), &theme);
  lm_sample_paint (cr, &theme, &self->dataset->columns[input], self->first, 0, 0, MIN (width, height));
}

/* --- Other data ---------------------------------------------------------------------- */

static char *
folder_of (LmDataPage *self)
{
  return g_path_get_dirname (lm_document_get_path (self->document));
}

void
lm_data_page_use (LmDataPage *self,
                  const char *spec)
{
  g_autoptr (LmEdit) edit = lm_edit_set_data (spec);
  g_autoptr (GError) error = NULL;

  set_error (self, lm_document_do (self->document, edit, FALSE, &error) ? NULL : error->message);
}

static void
chosen_cb (LmDataPage *self,
           const char *spec)
{
  lm_data_page_use (self, spec);
}

static void
choose_cb (GSimpleAction *action,
           GVariant *parameter,
           gpointer data)
{
  LmDataPage *self = data;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autofree char *folder = folder_of (self);
  GtkWidget *dialog = lm_data_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, folder, lm_document_get_design (self->document)->data_spec);

  g_signal_connect_object (dialog, "chosen", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
replace_cb (LmDataPage *self,
            const char *response,
            GObject *dialog)
{
  if (g_strcmp0 (response, "replace") == 0)
    lm_data_page_use (self, g_object_get_data (dialog, "spec"));
}

static void
ask_to_replace (LmDataPage *self,
                const char *spec,
                const char *description)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autofree char *body = g_strdup_printf (_ ("These data take the place of the present ones: %s. Undo brings those back."), description);
  GtkWidget *dialog = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, _ ("Replace the data set?"), body);

  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "replace", _ ("_Replace"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "replace", ADW_RESPONSE_SUGGESTED);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "replace");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "spec", g_strdup (spec), g_free);
  g_signal_connect_object (dialog, "response", G_CALLBACK (replace_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

static void
tried_cb (gpointer owner,
          const char *spec,
          const char *description,
          const GError *error)
{
  LmDataPage *self = owner;

  g_clear_pointer (&self->job, lm_job_unref);
  if (self->document == NULL)
    return;
  lm_job_bar_set_job (self->job_bar, NULL, NULL);
  if (error != NULL) {
    set_error (self, g_error_matches (error, LM_ERROR, LM_ERROR_CANCELLED) ? NULL : error->message);
    return;
  }
  if (lm_document_get_design (self->document)->data_spec == NULL)
    lm_data_page_use (self, spec);
  else
    ask_to_replace (self, spec, description);
}

static gboolean
lm_data_page_drop (LmPage *page,
                   GFile *file)
{
  LmDataPage *self = LM_DATA_PAGE (page);
  g_autofree char *path = g_file_get_path (file);
  g_autofree char *folder = NULL;
  const char *read_only = self->document != NULL ? lm_document_get_read_only (self->document, NULL) : NULL;

  if (path == NULL || self->document == NULL || self->job != NULL || g_str_has_suffix (path, ".lamina") || lm_image_has_image_name (path))
    return FALSE;
  set_error (self, read_only);
  if (read_only != NULL)
    return TRUE;
  folder = folder_of (self);
  self->job = lm_job_new ();
  lm_job_bar_set_job (self->job_bar, self->job, _ ("Reading the data"));
  lm_data_try (self, NULL, path, folder, self->job, tried_cb);
  return TRUE;
}

/* --- Actions ------------------------------------------------------------------------- */

static void
open_test (LmDataPage *self)
{
  g_autoptr (GError) error = NULL;

  set_error (self, lm_document_add_opening (self->document, 0, 0, _ ("samples shown"), &error) ? NULL : error->message);
}

static void
open_test_cb (GSimpleAction *action,
              GVariant *parameter,
              gpointer data)
{
  lm_seal_card_ask (LM_DATA_PAGE (data)->seal);
}

static void
class_only_cb (GSimpleAction *action,
               GVariant *parameter,
               gpointer data)
{
  LmDataPage *self = data;
  const LmSampleItem *item = lm_sample_grid_get_item (self->grid);
  int truth = item != NULL ? item->truth : -1;

  if (truth < 0)
    return;
  clear_filter (self);
  self->class_only = truth;
  update_items (self);
}

/* Looked at on all pages from now on; sealed samples are not in the grid. */
static gboolean
pick (LmDataPage *self)
{
  const LmSampleItem *item = lm_sample_grid_get_item (self->grid);

  if (item == NULL || self->lens == NULL)
    return FALSE;
  lm_lens_pick (self->lens, item->part, item->index);
  return TRUE;
}

static void
inspect (LmDataPage *self)
{
  if (pick (self))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.page", "s", "inspect");
}

static void
inspect_cb (GSimpleAction *action,
            GVariant *parameter,
            gpointer data)
{
  inspect (LM_DATA_PAGE (data));
}

typedef struct {
  LmPins *pins;
  LmDataset *dataset;
  LmPart part;
  gint64 index;
  LmSample *sample;
} Pinning;

static void
pinning_free (gpointer data)
{
  Pinning *pinning = data;

  g_clear_pointer (&pinning->sample, lm_sample_free);
  lm_dataset_unref (pinning->dataset);
  g_free (pinning);
}

static void
pin_thread (gpointer data,
            GError **error)
{
  Pinning *pinning = data;

  pinning->sample = lm_sample_from_dataset (pinning->dataset, pinning->part, pinning->index, error);
}

static void
pin_read_cb (gpointer owner,
             gpointer data,
             const GError *error)
{
  LmDataPage *self = owner;
  Pinning *pinning = data;

  if (self->document == NULL)
    return;
  if (error != NULL)
    set_error (self, error->message);
  else
    lm_pins_add (lm_lens_get_pins (self->lens), pinning->sample, pinning->part, pinning->index);
}

static void
pin_cb (GSimpleAction *action,
        GVariant *parameter,
        gpointer data)
{
  LmDataPage *self = data;
  const LmSampleItem *item = lm_sample_grid_get_item (self->grid);
  int pin = item != NULL ? lm_pins_find (lm_lens_get_pins (self->lens), item->part, item->index) : -1;
  Pinning *pinning;

  if (item == NULL)
    return;
  if (pin >= 0) {
    lm_pins_remove (lm_lens_get_pins (self->lens), (guint) pin);
    return;
  }
  pinning = g_new0 (Pinning, 1);
  pinning->dataset = lm_dataset_ref (self->dataset);
  pinning->part = item->part;
  pinning->index = item->index;
  lm_work_run (self, pin_thread, pin_read_cb, pinning, pinning_free);
}

static void
find_cb (GSimpleAction *action,
         GVariant *parameter,
         gpointer data)
{
  lm_page_find (LM_PAGE (data));
}

/* @with_lens: those that show a sample elsewhere; before there is a lens they are missing, and so are their menu items. */
static void
add_actions (LmDataPage *self,
             gboolean with_lens)
{
  static const GActionEntry entries[] = {
    { .name = "choose", .activate = choose_cb },
    { .name = "open-test", .activate = open_test_cb },
    { .name = "class-only", .activate = class_only_cb },
    { .name = "find", .activate = find_cb },
  };
  static const GActionEntry lens_entries[] = {
    { .name = "inspect", .activate = inspect_cb },
    { .name = "pin", .activate = pin_cb },
  };

  if (with_lens) {
    g_action_map_add_action_entries (G_ACTION_MAP (self->actions), lens_entries, G_N_ELEMENTS (lens_entries), self);
    return;
  }
  self->actions = G_ACTION_GROUP (g_simple_action_group_new ());
  g_action_map_add_action_entries (G_ACTION_MAP (self->actions), entries, G_N_ELEMENTS (entries), self);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "data", self->actions);
}

/* --- Page ---------------------------------------------------------------------------- */

static void
refused_cb (LmDataPage *self,
            const char *message)
{
  set_error (self, message);
}

static void
lm_data_page_set_source (LmPage *page,
                         const LmSource *source)
{
  LmDataPage *self = LM_DATA_PAGE (page);

  g_set_object (&self->document, source->document);
  g_set_object (&self->lens, source->lens);
  if (self->lens != NULL)
    add_actions (self, TRUE);
  lm_chain_list_set_document (self->chain, self->document);
  lm_data_split_set_document (self->split, self->document);
  lm_seal_card_set_source (self->seal, self->document, _ ("Open the Test Set…"));
  g_signal_connect_object (self->document, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
}

static LmPanes *
lm_data_page_get_panes (LmPage *page)
{
  return LM_DATA_PAGE (page)->panes;
}

static void
add_view (LmDataPage *self,
          GPtrArray *views,
          const char *name,
          const char *title,
          LmPicture picture,
          GtkWidget *shown)
{
  char **own_title = lm_picture_title (&picture), **caption = lm_picture_caption (&picture);

  if (*own_title == NULL)
    *own_title = g_strdup_printf ("%s · %s", lm_document_get_name (self->document), title);
  if (*caption == NULL)
    *caption = g_strdup (self->dataset->description);
  g_ptr_array_add (views, lm_view_new (name, picture, shown));
}

static void
lm_data_page_add_views (LmPage *page,
                        GPtrArray *views)
{
  LmDataPage *self = LM_DATA_PAGE (page);
  g_autoptr (GArray) items = lm_sample_grid_dup_view (self->grid);
  LmSheetPicture *sheet;
  LmBarsPicture *bars;

  if (self->facts == NULL)
    return;
  if (!gtk_toggle_button_get_active (self->samples_button) && lm_picture_area_get (self->picture)->any != NULL)
    add_view (self, views, gtk_toggle_button_get_active (self->histogram_button) ? "histogram" : "before-after", _ ("before and after"),
              lm_data_copy_picture (lm_picture_area_get (self->picture)), GTK_WIDGET (self->picture));
  sheet = lm_sample_sheet (self->dataset, items, items->len, NULL, NULL);
  if (sheet != NULL)
    add_view (self, views, "samples", _ ("samples"), (LmPicture){ LM_PICTURE_SHEET, .sheet = sheet }, GTK_WIDGET (self->grid));
  bars = lm_data_facts_balance (self->facts, LM_PART_TRAIN);
  if (bars != NULL)
    add_view (self, views, "classes", _ ("classes in training"), (LmPicture){ LM_PICTURE_BARS, .bars = bars }, GTK_WIDGET (self->balance));
}

static gboolean
lm_data_page_find (LmPage *page)
{
  LmDataPage *self = LM_DATA_PAGE (page);

  if (self->dataset == NULL)
    return FALSE;
  return gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static void
page_interface_init (LmPageInterface *interface)
{
  interface->set_source = lm_data_page_set_source;
  interface->get_panes = lm_data_page_get_panes;
  interface->add_views = lm_data_page_add_views;
  interface->find = lm_data_page_find;
  interface->drop = lm_data_page_drop;
}

static void
lm_data_page_dispose (GObject *object)
{
  LmDataPage *self = LM_DATA_PAGE (object);

  stop_picture (self);
  if (self->job != NULL)
    lm_job_cancel (self->job);
  g_clear_object (&self->document);
  g_clear_object (&self->lens);
  g_clear_object (&self->actions);
  g_clear_pointer (&self->facts, lm_data_facts_free);
  g_clear_pointer (&self->first, lm_tensor_unref);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  clear_filter (self);
  g_clear_pointer (&self->picture_key, g_free);
  if (self->panes != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->panes));
  self->panes = NULL;
  self->picture_bar = NULL;

  G_OBJECT_CLASS (lm_data_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, panes);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, card);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, thumb);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, name);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, what);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, where);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, error_box);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, error);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, choose_button);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, job_bar);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, chain);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, checks);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, balance_head);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, balance_title);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, balance_n);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, balance);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, split);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, seal);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, stack);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, empty);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, samples_button);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, histogram_button);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, before_button);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, search);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, views);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, all_chip);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, train_chip);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, validation_chip);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, test_chip);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, test_label);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, test_lock);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, filter_box);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, filter);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, hits);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, grid);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, no_hits);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, picture_bar);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, picture_error);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, picture);
  gtk_widget_class_bind_template_child (widget_class, LmDataPage, sample_menu);
}

static void
lm_data_page_class_init (LmDataPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_data_page_dispose;

  g_type_ensure (LM_TYPE_PANES);
  g_type_ensure (LM_TYPE_JOB_BAR);
  g_type_ensure (LM_TYPE_CHAIN_LIST);
  g_type_ensure (LM_TYPE_DATA_CHECKS);
  g_type_ensure (LM_TYPE_DATA_SPLIT);
  g_type_ensure (LM_TYPE_PICTURE_AREA);
  g_type_ensure (LM_TYPE_SEAL_CARD);
  g_type_ensure (LM_TYPE_SAMPLE_GRID);
  gtk_widget_class_set_css_name (widget_class, "datapage");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-data-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, close_error_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_cb);
  gtk_widget_class_bind_template_callback (widget_class, chip_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_done_cb);
  gtk_widget_class_bind_template_callback (widget_class, show_all_cb);
}

/* A narrow window cuts words rather than columns. */
static void
let_shrink (GtkToggleButton *button)
{
  gtk_label_set_ellipsize (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))), PANGO_ELLIPSIZE_END);
}

static void
lm_data_page_init (LmDataPage *self)
{
  self->class_only = -1;
  gtk_widget_init_template (GTK_WIDGET (self));
  add_actions (self, FALSE);
  let_shrink (self->samples_button);
  let_shrink (self->histogram_button);
  let_shrink (self->before_button);
  lm_picture_area_set_flush (self->balance, TRUE);
  lm_sample_grid_set_label (self->grid, _ ("Samples"));
  lm_sample_grid_set_menu (self->grid, self->sample_menu);
  gtk_drawing_area_set_draw_func (self->thumb, draw_thumb, self, NULL);
  g_signal_connect_object (self->grid, "activated", G_CALLBACK (inspect), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->checks, "show-samples", G_CALLBACK (show_check_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->chain, "refused", G_CALLBACK (refused_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->split, "refused", G_CALLBACK (refused_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->chain, "selection-changed", G_CALLBACK (view_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->seal, "open", G_CALLBACK (open_test), self, G_CONNECT_SWAPPED);
}

gboolean
lm_data_page_show_sample (LmDataPage *self,
                          LmPart part,
                          guint32 index)
{
  const GArray *items;

  if (self->facts == NULL || (lm_part_is_sealed (part) && !is_test_open (self)))
    return FALSE;
  clear_filter (self);
  gtk_editable_set_text (self->search, "");
  lm_data_page_set_view (self, "samples");
  gtk_toggle_button_set_active (self->all_chip, TRUE);
  update_items (self);
  items = lm_sample_grid_get_items (self->grid);
  for (guint i = 0; i < items->len; i++) {
    const LmSampleItem *item = &g_array_index (items, LmSampleItem, i);

    if (item->part != part || item->index != index)
      continue;
    lm_sample_grid_select (self->grid, (int) i);
    gtk_widget_grab_focus (GTK_WIDGET (self->grid));
    return TRUE;
  }
  return FALSE;
}

void
lm_data_page_search (LmDataPage *self,
                     const char *text)
{
  gtk_editable_set_text (self->search, text);
  search_cb (self);
}

LmSampleGrid *
lm_data_page_get_grid (LmDataPage *self)
{
  return self->grid;
}

void
lm_data_page_set_view (LmDataPage *self,
                       const char *view)
{
  GtkToggleButton *button = g_str_equal (view, "histogram") ? self->histogram_button : g_str_equal (view, "before") ? self->before_button
                                                                                                                    : self->samples_button;

  gtk_toggle_button_set_active (button, TRUE);
}

const char *
lm_data_page_get_error (LmDataPage *self)
{
  return gtk_widget_get_visible (self->error_box) ? gtk_label_get_label (self->error) : NULL;
}
