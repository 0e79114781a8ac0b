/* lm-seal-card.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-seal-card.h"

#include "lm-words.h"

#include <inttypes.h>

#include "lm-i18n.h"

struct _LmSealCard {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *icon;
  GtkLabel *title;
  GtkLabel *text;
  GtkWidget *button;

  LmDocument *document;
};

enum {
  OPEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmSealCard, lm_seal_card, GTK_TYPE_WIDGET)

static void
answer_cb (LmSealCard *self,
           const char *response)
{
  if (g_strcmp0 (response, "open") == 0)
    g_signal_emit (self, signals[OPEN], 0);
}

void
lm_seal_card_ask (LmSealCard *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *dialog;

  if (!gtk_widget_get_sensitive (self->button))
    return;
  dialog = adw_message_dialog_new (GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, _ ("Open the test set?"),
                                   _ ("Do this once, when nothing will be changed any more. Lamina writes down that it was opened."));
  adw_message_dialog_add_responses (ADW_MESSAGE_DIALOG (dialog), "cancel", _ ("_Cancel"), "open", _ ("_Open"), NULL);
  adw_message_dialog_set_response_appearance (ADW_MESSAGE_DIALOG (dialog), "open", ADW_RESPONSE_DESTRUCTIVE);
  adw_message_dialog_set_default_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  adw_message_dialog_set_close_response (ADW_MESSAGE_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (answer_cb), self, G_CONNECT_SWAPPED);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* “Opened on 22 Nov, run 5.” */
static char *
opened_text (LmSealCard *self,
             const LmOpening *opening)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (opening->time);
  /* Translators: a day, as g_date_time_format() writes it: 22 Nov */
  g_autofree char *day = time != NULL ? g_date_time_format (time, _ ("%e %b %Y")) : g_strdup ("?");
  const LmRunInfo *info = opening->run > 0 ? lm_document_find_run (self->document, opening->run) : NULL;
  g_autofree char *run = info != NULL ? lm_words_run (info) : NULL;
  const char *where = g_strcmp0 (opening->where, "window") == 0 ? "" : _ (", on the command line");

  g_strstrip (day);
  if (run != NULL)
    return g_strdup_printf (_ ("Opened on %s, %s, epoch %" PRId64 "%s. From now on a better figure on it may be luck."), day, run, opening->epoch, where);
  return g_strdup_printf (_ ("Opened on %s%s. From now on a better figure on it may be luck."), day, where);
}

static void
update (LmSealCard *self)
{
  LmDataset *dataset = lm_document_get_dataset (self->document, NULL);
  gsize n = dataset != NULL ? lm_dataset_n (dataset, LM_PART_TEST) : 0;
  const LmOpening *opening = lm_document_get_opening (self->document);
  const char *read_only = lm_document_get_read_only (self->document, NULL);
  g_autofree char *count = lm_words_count ((gint64) n);
  g_autofree char *text = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self), dataset != NULL);
  gtk_widget_set_visible (self->button, n > 0 && opening == NULL);
  gtk_widget_set_sensitive (self->button, n > 0 && opening == NULL && read_only == NULL);
  gtk_widget_set_tooltip_text (self->button, read_only);
  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), opening == NULL ? "changes-prevent-symbolic" : "changes-allow-symbolic");
  if (n == 0) {
    gtk_label_set_label (self->title, _ ("No test set"));
    text = g_strdup (_ ("A last, honest figure needs samples that no choice was made by."));
  } else if (opening == NULL) {
    gtk_label_set_label (self->title, _ ("The test set is sealed"));
    text = g_strdup_printf (_ ("%s samples that no training and no preview touches. Opening it is noted in the project."), count);
  } else {
    gtk_label_set_label (self->title, _ ("The test set is open"));
    text = opened_text (self, opening);
  }
  if (g_strcmp0 (gtk_label_get_label (self->text), text) != 0)
    gtk_label_set_label (self->text, text);
}

static void
lm_seal_card_dispose (GObject *object)
{
  LmSealCard *self = LM_SEAL_CARD (object);

  g_clear_object (&self->document);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_seal_card_parent_class)->dispose (object);
}

static void
lm_seal_card_class_init (LmSealCardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lm_seal_card_dispose;
  signals[OPEN] = g_signal_new ("open", LM_TYPE_SEAL_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "sealcard");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_GROUP);
}

static GtkLabel *
add_label (GtkWidget *box,
           const char *style)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (box), label);
  return GTK_LABEL (label);
}

static void
lm_seal_card_init (LmSealCard *self)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "lm-card");
  self->icon = gtk_image_new_from_icon_name ("changes-prevent-symbolic");
  gtk_box_append (GTK_BOX (head), self->icon);
  self->title = add_label (head, "heading");
  gtk_box_append (GTK_BOX (card), head);
  self->text = add_label (card, "dim-label");
  gtk_widget_add_css_class (GTK_WIDGET (self->text), "caption");
  self->button = gtk_button_new ();
  gtk_box_append (GTK_BOX (self->box), card);
  gtk_box_append (GTK_BOX (self->box), self->button);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  g_signal_connect_object (self->button, "clicked", G_CALLBACK (lm_seal_card_ask), self, G_CONNECT_SWAPPED);
}

void
lm_seal_card_set_source (LmSealCard *self,
                         LmDocument *document,
                         const char *button)
{
  g_set_object (&self->document, document);
  gtk_button_set_label (GTK_BUTTON (self->button), button);
  g_signal_connect_object (document, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (document, "runs-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}
