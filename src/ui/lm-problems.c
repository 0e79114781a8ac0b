/* lm-problems.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-problems.h"

#include "lm-i18n.h"

#define WIDTH 380
#define MAX_HEIGHT 400

struct _LmProblems {
  GtkPopover parent_instance;

  GtkStack *stack;
  GtkListBox *list;
  LmEditor *editor;
};

enum {
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmProblems, lm_problems, GTK_TYPE_POPOVER)

static GtkWidget *
text_label (const char *text,
            const char *class)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 44);
  gtk_widget_add_css_class (label, class);
  return label;
}

static void
remedy_cb (LmProblems *self,
           GtkWidget *button)
{
  g_autoptr (LmEdit) edit = lm_edit_copy (g_object_get_data (G_OBJECT (button), "lm-edit"));

  gtk_popover_popdown (GTK_POPOVER (self));
  lm_editor_do (self->editor, edit, FALSE);
}

static void
add_remedies (LmProblems *self,
              GtkWidget *texts,
              const LmDiagnostic *problem)
{
  for (guint i = 0; i < problem->remedies->len; i++) {
    const LmRemedy *remedy = problem->remedies->pdata[i];
    GtkWidget *button = gtk_button_new_with_label (remedy->title);

    g_object_set_data_full (G_OBJECT (button), "lm-edit", lm_edit_copy (remedy->edit), (GDestroyNotify) lm_edit_free);
    g_signal_connect_object (button, "clicked", G_CALLBACK (remedy_cb), self, G_CONNECT_SWAPPED);
    gtk_box_append (GTK_BOX (texts), button);
  }
}

static void
add_problem (LmProblems *self,
             const LmDiagnostic *problem)
{
  gboolean is_error = problem->severity == LM_SEVERITY_ERROR;
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *texts = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *icon = gtk_image_new_from_icon_name (is_error ? "dialog-error-symbolic" : "dialog-warning-symbolic");

  gtk_widget_add_css_class (icon, is_error ? "error" : "warning");
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_accessible_update_property (GTK_ACCESSIBLE (icon), GTK_ACCESSIBLE_PROPERTY_LABEL, is_error ? _ ("Mistake") : _ ("Hint"), -1);
  gtk_box_append (GTK_BOX (texts), text_label (problem->title, "heading"));
  if (problem->message != NULL)
    gtk_box_append (GTK_BOX (texts), text_label (problem->message, "lm-small"));
  if (problem->path == NULL)
    add_remedies (self, texts, problem);
  gtk_widget_set_hexpand (texts, TRUE);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), texts);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), problem->path != NULL);
  g_object_set_data_full (G_OBJECT (row), "lm-path", g_strdup (problem->path), g_free);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, problem->title, -1);
  gtk_list_box_append (self->list, row);
}

static void
update (LmProblems *self)
{
  const LmCheck *check;
  GtkWidget *row;

  if (self->editor == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  check = lm_document_get_check (lm_editor_get_document (self->editor));
  while ((row = gtk_widget_get_first_child (GTK_WIDGET (self->list))) != NULL)
    gtk_list_box_remove (self->list, row);
  for (guint i = 0; i < check->diagnostics->len; i++)
    add_problem (self, check->diagnostics->pdata[i]);
  gtk_stack_set_visible_child_name (self->stack, check->diagnostics->len > 0 ? "list" : "none");
}

static void
activated_cb (LmProblems *self,
              GtkListBoxRow *row)
{
  g_autofree char *path = g_strdup (g_object_get_data (G_OBJECT (row), "lm-path"));

  gtk_popover_popdown (GTK_POPOVER (self));
  if (path == NULL)
    return;
  lm_editor_show (self->editor, path);
  g_signal_emit (self, signals[CHOSEN], 0);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_problems_dispose (GObject *object)
{
  g_clear_object (&LM_PROBLEMS (object)->editor);

  G_OBJECT_CLASS (lm_problems_parent_class)->dispose (object);
}

static void
lm_problems_class_init (LmProblemsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = lm_problems_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", LM_TYPE_PROBLEMS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
lm_problems_init (LmProblems *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *none = gtk_label_new (_ ("There are no problems."));

  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "lm-problems");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Problems"), -1);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (activated_cb), self, G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), MAX_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->list));
  gtk_widget_set_size_request (scroller, WIDTH, -1);
  gtk_widget_set_margin_top (none, 12);
  gtk_widget_set_margin_bottom (none, 12);
  gtk_widget_set_margin_start (none, 12);
  gtk_widget_set_margin_end (none, 12);
  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_stack_set_vhomogeneous (self->stack, FALSE);
  gtk_stack_set_hhomogeneous (self->stack, FALSE);
  gtk_stack_add_named (self->stack, scroller, "list");
  gtk_stack_add_named (self->stack, none, "none");
  gtk_popover_set_child (GTK_POPOVER (self), GTK_WIDGET (self->stack));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Problems"), -1);
  g_signal_connect_object (self, "map", G_CALLBACK (update), self, G_CONNECT_SWAPPED | G_CONNECT_AFTER);
}

void
lm_problems_set_editor (LmProblems *self,
                        LmEditor *editor)
{
  g_return_if_fail (self->editor == NULL);

  self->editor = g_object_ref (editor);
  g_signal_connect_object (editor, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
}

int
lm_problems_get_n (LmProblems *self)
{
  return self->editor != NULL ? (int) lm_document_get_check (lm_editor_get_document (self->editor))->diagnostics->len : 0;
}
