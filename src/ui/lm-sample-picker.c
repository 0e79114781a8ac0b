/* lm-sample-picker.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-sample-picker.h"

#include "lm-sample-view.h"
#include "lm-words.h"

#include "lm-i18n.h"

#define MAX_CLASSES 200 /* in the list of classes */

/* Entries of the filter: all, mistakes, then the classes. */
#define FILTER_ALL 0
#define FILTER_MISTAKES 1
#define FILTER_CLASS 2

struct _LmSamplePicker {
  GtkWidget parent_instance;

  GtkWidget *box;
  LmSampleView *view;
  GtkEntry *number;
  GtkDropDown *parts;
  GtkDropDown *filter;
  GtkLabel *words;

  LmLens *lens;
  LmDataset *dataset; /* that the choices are of */
  LmPart part_of[LM_N_PARTS];
  gboolean is_filling;
  GArray *list; /* guint32: what the filter leaves; NULL: all */
  gboolean is_listing;
  char *problem;
};

G_DEFINE_FINAL_TYPE (LmSamplePicker, lm_sample_picker, GTK_TYPE_WIDGET)

static LmPart
shown_part (LmSamplePicker *self)
{
  guint at = gtk_drop_down_get_selected (self->parts);

  return at < LM_N_PARTS ? self->part_of[at] : LM_PART_TRAIN;
}

/* --- Words --------------------------------------------------------------------------- */

static char *
list_words (LmSamplePicker *self)
{
  gboolean mistakes = gtk_drop_down_get_selected (self->filter) == FILTER_MISTAKES;
  g_autofree char *n = lm_words_count (self->list != NULL ? self->list->len : 0);

  if (self->problem != NULL)
    return g_strdup (self->problem);
  if (self->is_listing)
    return g_strdup (mistakes ? _ ("Looking for mistakes…") : _ ("Looking…"));
  if (self->list == NULL)
    return NULL;
  if (self->list->len == 0)
    return g_strdup (mistakes ? _ ("There are no mistakes in this part.") : _ ("There is none in this part."));
  return g_strdup_printf (mistakes ? g_dngettext (GETTEXT_PACKAGE, "%s mistake", "%s mistakes", self->list->len) : g_dngettext (GETTEXT_PACKAGE, "%s sample", "%s samples", self->list->len), n);
}

static char *
sample_words (LmSamplePicker *self)
{
  const LmSample *sample = lm_lens_get_sample (self->lens);
  g_autofree char *label = sample != NULL && sample->label >= 0 ? lm_lens_dup_class_name (self->lens, sample->label) : NULL;

  if (sample == NULL)
    return g_strdup ("");
  return label != NULL ? g_strdup_printf (_ ("%s, true label %s"), sample->name, label) : g_strdup (sample->name);
}

static void
update_words (LmSamplePicker *self)
{
  g_autofree char *sample = sample_words (self), *list = list_words (self);
  g_autofree char *text = list != NULL ? g_strdup_printf ("%s\n%s", sample, list) : g_strdup (sample);

  gtk_label_set_label (self->words, text);
}

/* --- Choices ------------------------------------------------------------------------- */

static int
n_classes_of (const LmDataset *dataset)
{
  int target = lm_dataset_first (dataset, LM_ROLE_TARGET);

  return target >= 0 && lm_column_size (&dataset->columns[target]) == 1 ? MIN (dataset->columns[target].n_classes, MAX_CLASSES) : 0;
}

/* The test part is not shown: it is for the end. */
static void
fill_parts (LmSamplePicker *self)
{
  static const char *const names[] = { N_ ("Training"), N_ ("Validation") };
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  guint n = 0, selected = 0;

  for (int part = 0; part < 2; part++) {
    if (!lm_dataset_has (self->dataset, (LmPart) part))
      continue;
    gtk_string_list_append (list, _ (names[part]));
    if ((LmPart) part == lm_dataset_default_part (self->dataset))
      selected = n;
    self->part_of[n++] = (LmPart) part;
  }
  gtk_drop_down_set_model (self->parts, G_LIST_MODEL (list));
  gtk_drop_down_set_selected (self->parts, selected);
  gtk_widget_set_visible (GTK_WIDGET (self->parts), n > 1);
}

static void
fill_filter (LmSamplePicker *self)
{
  g_autoptr (GtkStringList) list = gtk_string_list_new (NULL);
  int n = n_classes_of (self->dataset);

  gtk_string_list_append (list, _ ("All"));
  gtk_string_list_append (list, _ ("Mistakes"));
  for (int i = 0; i < n; i++) {
    g_autofree char *name = lm_lens_dup_class_name (self->lens, i);
    g_autofree char *words = g_strdup_printf (_ ("Only %s"), name);

    gtk_string_list_append (list, words);
  }
  gtk_drop_down_set_model (self->filter, G_LIST_MODEL (list));
  gtk_drop_down_set_selected (self->filter, FILTER_ALL);
  gtk_widget_set_visible (GTK_WIDGET (self->filter), n > 0);
}

static void
update_choices (LmSamplePicker *self)
{
  LmDataset *dataset = lm_document_get_dataset (lm_lens_get_document (self->lens), NULL);

  gtk_widget_set_sensitive (self->box, dataset != NULL);
  if (dataset == self->dataset || dataset == NULL)
    return;
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  self->dataset = lm_dataset_ref (dataset);
  g_clear_pointer (&self->list, g_array_unref);
  self->is_filling = TRUE;
  fill_parts (self);
  fill_filter (self);
  self->is_filling = FALSE;
}

/* --- Picking ------------------------------------------------------------------------- */

static void
pick (LmSamplePicker *self,
      gint64 index)
{
  gsize n = self->dataset != NULL ? lm_dataset_n (self->dataset, shown_part (self)) : 0;

  if (n > 0)
    lm_lens_pick (self->lens, shown_part (self), CLAMP (index, 0, (gint64) n - 1));
}

/* Where in the list the next or previous one stands, seen from sample @index. */
static int
neighbour (const GArray *list,
           gint64 index,
           int step)
{
  int found = -1;

  for (int i = 0; i < (int) list->len; i++) {
    gint64 at = g_array_index (list, guint32, i);

    if (step < 0 && at < index)
      found = i;
    if (step > 0 && at > index)
      return i;
  }
  return found >= 0 ? found : step > 0 ? 0
                                       : (int) list->len - 1;
}

static void
step (LmSamplePicker *self,
      int by)
{
  LmPart part = LM_PART_TRAIN;
  gint64 index = -1;

  if (self->dataset == NULL)
    return;
  if (!lm_lens_get_place (self->lens, &part, &index) || part != shown_part (self))
    index = -1;
  if (self->list == NULL)
    pick (self, index < 0 ? 0 : index + by);
  else if (self->list->len > 0)
    pick (self, g_array_index (self->list, guint32, neighbour (self->list, index, by)));
}

static void
listed_cb (GObject *owner,
           GArray *list,
           const char *message)
{
  LmSamplePicker *self = LM_SAMPLE_PICKER (owner);

  self->is_listing = FALSE;
  g_clear_pointer (&self->list, g_array_unref);
  self->list = list;
  self->problem = g_strdup (message);
  if (self->lens == NULL)
    return;
  if (list != NULL && list->len > 0)
    pick (self, g_array_index (list, guint32, 0));
  update_words (self);
}

static void
filter_cb (LmSamplePicker *self)
{
  guint filter = gtk_drop_down_get_selected (self->filter);

  if (self->is_filling || self->lens == NULL || self->dataset == NULL)
    return;
  g_clear_pointer (&self->list, g_array_unref);
  g_clear_pointer (&self->problem, g_free);
  self->is_listing = filter != FILTER_ALL && filter != GTK_INVALID_LIST_POSITION;
  if (self->is_listing)
    lm_lens_list (self->lens, shown_part (self), filter >= FILTER_CLASS ? (int) filter - FILTER_CLASS : -1, filter == FILTER_MISTAKES, G_OBJECT (self), listed_cb);
  else
    pick (self, 0);
  update_words (self);
}

static void
number_cb (LmSamplePicker *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->number));
  gint64 index;

  if (g_ascii_string_to_signed (text, 10, 0, G_MAXUINT32, &index, NULL))
    pick (self, index);
  else
    gtk_widget_error_bell (GTK_WIDGET (self->number));
}

static void
step_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  step (LM_SAMPLE_PICKER (widget), g_str_equal (name, "picker.next") ? 1 : -1);
}

/* The sample whose number stands here. */
static void
again_cb (GtkWidget *widget,
          const char *name,
          GVariant *parameter)
{
  number_cb (LM_SAMPLE_PICKER (widget));
}

static void
update (LmSamplePicker *self)
{
  const LmSample *sample = lm_lens_get_sample (self->lens);
  g_autofree char *words = sample_words (self);
  LmPart part;
  gint64 index;

  update_choices (self);
  if (!lm_lens_get_place (self->lens, &part, &index))
    return;
  lm_sample_view_set_sample (self->view, sample, words);
  for (guint i = 0; i < LM_N_PARTS; i++) {
    if (self->part_of[i] == part && part != shown_part (self) && i < g_list_model_get_n_items (gtk_drop_down_get_model (self->parts))) {
      self->is_filling = TRUE;
      gtk_drop_down_set_selected (self->parts, i);
      self->is_filling = FALSE;
    }
  }
  if (!gtk_widget_has_focus (GTK_WIDGET (self->number))) {
    g_autofree char *text = g_strdup_printf ("%" PRId64, index);

    gtk_editable_set_text (GTK_EDITABLE (self->number), text);
  }
  update_words (self);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_sample_picker_dispose (GObject *object)
{
  LmSamplePicker *self = LM_SAMPLE_PICKER (object);

  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->lens);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  g_clear_pointer (&self->list, g_array_unref);
  g_clear_pointer (&self->problem, g_free);

  G_OBJECT_CLASS (lm_sample_picker_parent_class)->dispose (object);
}

static void
lm_sample_picker_class_init (LmSamplePickerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = lm_sample_picker_dispose;
  g_type_ensure (LM_TYPE_SAMPLE_VIEW);
  gtk_widget_class_set_css_name (widget_class, "samplepicker");
  gtk_widget_class_set_template_from_resource (widget_class, "/io/github/lamina/Lamina/ui/lm-sample-picker.ui");
  gtk_widget_class_bind_template_child (widget_class, LmSamplePicker, box);
  gtk_widget_class_bind_template_child (widget_class, LmSamplePicker, view);
  gtk_widget_class_bind_template_child (widget_class, LmSamplePicker, number);
  gtk_widget_class_bind_template_child (widget_class, LmSamplePicker, parts);
  gtk_widget_class_bind_template_child (widget_class, LmSamplePicker, filter);
  gtk_widget_class_bind_template_child (widget_class, LmSamplePicker, words);
  gtk_widget_class_bind_template_callback (widget_class, filter_cb);
  gtk_widget_class_bind_template_callback (widget_class, number_cb);
  gtk_widget_class_install_action (widget_class, "picker.previous", NULL, step_cb);
  gtk_widget_class_install_action (widget_class, "picker.next", NULL, step_cb);
  gtk_widget_class_install_action (widget_class, "picker.again", NULL, again_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Up, 0, "picker.previous", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Page_Down, 0, "picker.next", NULL);
}

static void
lm_sample_picker_init (LmSamplePicker *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
lm_sample_picker_set_lens (LmSamplePicker *self,
                           LmLens *lens)
{
  g_return_if_fail (self->lens == NULL);

  self->lens = g_object_ref (lens);
  g_signal_connect_object (lens, "sample-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (lm_lens_get_document (lens), "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
