/* lm-data-split.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-data-split.h"

#include "lm-look.h"
#include "lm-option-row.h"
#include "lm-paint.h"
#include "lm-words.h"

#include <math.h>

#include "lm-i18n.h"

#define BAR 22

struct _LmDataSplit {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *bar;
  GtkLabel *legend;
  GtkWidget *list;
  AdwActionRow *own;
  LmOptionRow *share;
  LmOptionRow *shuffle;

  LmDocument *document;
};

enum {
  REFUSED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmDataSplit, lm_data_split, GTK_TYPE_WIDGET)

static char *
part_words (LmDataset *dataset,
            LmPart part)
{
  g_autofree char *count = lm_words_count ((gint64) lm_dataset_n (dataset, part));
  const char *format = part == LM_PART_TRAIN ? _ ("%s training") : part == LM_PART_VALIDATION ? _ ("%s validation")
                                                                                              : _ ("%s test");

  return g_strdup_printf (format, count);
}

static const LmColour *
part_colour (const LmTheme *theme,
             LmPart part)
{
  return part == LM_PART_TRAIN ? &theme->train : part == LM_PART_VALIDATION ? &theme->validation
                                                                            : &theme->baseline;
}

static void
draw_bar (GtkDrawingArea *area,
          cairo_t *cr,
          int width,
          int height,
          gpointer data)
{
  LmDataSplit *self = data;
  LmDataset *dataset = self->document != NULL ? lm_document_get_dataset (self->document, NULL) : NULL;
  double total = 0, x = 0;
  LmRect clip = { 0, 0, width, height };
  LmTheme theme;

  if (dataset == NULL)
    return;
  lm_look_theme (GTK_WIDGET (area), &theme);
  for (int part = 0; part < LM_N_PARTS; part++)
    total += (double) lm_dataset_n (dataset, (LmPart) part);
  lm_paint_round_path (cr, &clip, 5);
  cairo_clip (cr);
  for (int part = 0; part < LM_N_PARTS && total > 0; part++) {
    double share = (double) lm_dataset_n (dataset, (LmPart) part) / total * width;

    if (share <= 0)
      continue;
    lm_paint_set (cr, part_colour (&theme, (LmPart) part));
    cairo_rectangle (cr, x, 0, fmax (share - 1, 1), height);
    cairo_fill (cr);
    x += share;
  }
}

static void
apply (LmDataSplit *self,
       int option,
       const LmOptionValue *value)
{
  g_autoptr (LmEdit) edit = lm_edit_set_training (option, value);
  g_autoptr (GError) error = NULL;

  if (!lm_document_do (self->document, edit, TRUE, &error))
    g_signal_emit (self, signals[REFUSED], 0, error->message);
}

static void
edited_cb (LmOptionRow *row,
           const LmOptionValue *value,
           LmDataSplit *self)
{
  apply (self, row == self->share ? LM_TRAINING_VALIDATION_SPLIT : LM_TRAINING_SHUFFLE, value);
}

/* The legend: a square of the part's colour before its words. */
static void
say (LmDataSplit *self)
{
  LmDataset *dataset = self->document != NULL ? lm_document_get_dataset (self->document, NULL) : NULL;
  g_autoptr (GString) text = g_string_new (NULL), markup = g_string_new (NULL);
  LmTheme theme;

  if (dataset == NULL)
    return;
  lm_look_theme (GTK_WIDGET (self), &theme);
  for (int part = 0; part < LM_N_PARTS; part++) {
    const LmColour *colour = part_colour (&theme, (LmPart) part);
    g_autofree char *words = NULL;

    if (!lm_dataset_has (dataset, (LmPart) part))
      continue;
    words = part_words (dataset, (LmPart) part);
    g_string_append_printf (text, "%s%s", text->len > 0 ? ", " : "", words);
    /* Blanks that do not break keep a square and its words in one line. */
    g_strdelimit (words, " ", '\t');
    g_string_append_printf (markup, "%s<span foreground=\"#%02x%02x%02x\">■</span>\t%s", markup->len > 0 ? "   " : "", (guint) (colour->r * 255), (guint) (colour->g * 255),
                            (guint) (colour->b * 255), words);
  }
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->bar), GTK_ACCESSIBLE_PROPERTY_LABEL, text->str, -1);
  g_string_replace (markup, "\t", "\u00a0", 0);
  gtk_label_set_markup (self->legend, markup->str);
}

static void
update (LmDataSplit *self)
{
  LmDataset *dataset = lm_document_get_dataset (self->document, NULL);
  const LmOptionSet *training = lm_document_get_design (self->document)->training;
  gboolean is_own = dataset != NULL && lm_dataset_has (dataset, LM_PART_VALIDATION) && !lm_dataset_is_split (dataset);

  gtk_widget_set_visible (self->bar, dataset != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->legend), dataset != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->own), is_own);
  gtk_widget_set_visible (GTK_WIDGET (self->share), !is_own);
  gtk_widget_set_sensitive (self->list, lm_document_get_read_only (self->document, NULL) == NULL);
  lm_option_row_show (self->share, training, LM_TRAINING_VALIDATION_SPLIT);
  lm_option_row_show (self->shuffle, training, LM_TRAINING_SHUFFLE);
  if (dataset == NULL)
    return;
  if (lm_option_is_null (training, LM_TRAINING_VALIDATION_SPLIT) && lm_dataset_is_split (dataset)) {
    double n = (double) lm_dataset_n (dataset, LM_PART_VALIDATION);

    lm_option_row_show_double (self->share, round (1000 * n / (n + (double) lm_dataset_n (dataset, LM_PART_TRAIN))) / 1000);
  }
  say (self);
  gtk_widget_queue_draw (self->bar);
}

static void
lm_data_split_dispose (GObject *object)
{
  LmDataSplit *self = LM_DATA_SPLIT (object);

  g_clear_object (&self->document);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_data_split_parent_class)->dispose (object);
}

static void
lm_data_split_class_init (LmDataSplitClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lm_data_split_dispose;
  signals[REFUSED] = g_signal_new ("refused", LM_TYPE_DATA_SPLIT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "datasplit");
}

static void
lm_data_split_init (LmDataSplit *self)
{
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  self->bar = g_object_new (GTK_TYPE_DRAWING_AREA, "accessible-role", GTK_ACCESSIBLE_ROLE_IMG, "content-height", BAR, "margin-start", 6, "margin-end", 6, NULL);
  gtk_drawing_area_set_draw_func (GTK_DRAWING_AREA (self->bar), draw_bar, self, NULL);
  lm_look_watch (self->bar);
  self->legend = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_xalign (self->legend, 0);
  gtk_label_set_wrap (self->legend, TRUE);
  gtk_widget_add_css_class (GTK_WIDGET (self->legend), "caption");
  gtk_widget_add_css_class (GTK_WIDGET (self->legend), "numeric");
  gtk_widget_set_margin_start (GTK_WIDGET (self->legend), 6);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (say), self, G_CONNECT_SWAPPED);
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (self->list, "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Split"), -1);
  self->own = ADW_ACTION_ROW (adw_action_row_new ());
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self->own), _ ("Validation"));
  adw_action_row_set_subtitle (self->own, _ ("these data bring their own"));
  self->share = LM_OPTION_ROW (lm_option_row_new (&lm_training_member.options[LM_TRAINING_VALIDATION_SPLIT]));
  self->shuffle = LM_OPTION_ROW (lm_option_row_new (&lm_training_member.options[LM_TRAINING_SHUFFLE]));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self->share), _ ("of the training samples"));
  g_signal_connect_object (self->share, "edited", G_CALLBACK (edited_cb), self, 0);
  g_signal_connect_object (self->shuffle, "edited", G_CALLBACK (edited_cb), self, 0);
  gtk_list_box_append (GTK_LIST_BOX (self->list), GTK_WIDGET (self->own));
  gtk_list_box_append (GTK_LIST_BOX (self->list), GTK_WIDGET (self->share));
  gtk_list_box_append (GTK_LIST_BOX (self->list), GTK_WIDGET (self->shuffle));
  gtk_box_append (GTK_BOX (self->box), self->bar);
  gtk_box_append (GTK_BOX (self->box), GTK_WIDGET (self->legend));
  gtk_box_append (GTK_BOX (self->box), self->list);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

void
lm_data_split_set_document (LmDataSplit *self,
                            LmDocument *document)
{
  g_set_object (&self->document, document);
  g_signal_connect_object (document, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
