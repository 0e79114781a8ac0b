/* lm-object-row.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-object-row.h"

#include "lm-option-choice.h"
#include "lm-option-menu.h"
#include "lm-option-row.h"

#include "lm-i18n.h"

struct _LmObjectRow {
  AdwExpanderRow parent_instance;

  const LmOptionSpec *spec;
  GtkWidget *choice;
  GPtrArray *rows;     /* LmOptionRow, of the member */
  LmOptionSet *object; /* what is shown; NULL: none, or several */
  const LmMember *member;
  gboolean is_showing;
};

enum {
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmObjectRow, lm_object_row, ADW_TYPE_EXPANDER_ROW)

static void
emit (LmObjectRow *self,
      const LmOptionValue *value)
{
  if (!self->is_showing)
    g_signal_emit (self, signals[EDITED], 0, value);
}

static void
chosen_cb (LmObjectRow *self)
{
  LmOptionValue value = { 0 };

  if (!self->is_showing && lm_option_choice_read (self->choice, self->spec, &value)) {
    /* Whoever chooses something with options will want to see them. */
    if (value.object != NULL && value.object->member->n_options > 0)
      adw_expander_row_set_expanded (ADW_EXPANDER_ROW (self), TRUE);
    emit (self, &value);
  }
  lm_option_value_clear (&value);
}

static void
row_edited_cb (LmOptionRow *row,
               const LmOptionValue *value,
               LmObjectRow *self)
{
  LmOptionValue whole = { .is_set = TRUE, .kind = LM_OPTION_OBJECT };
  guint index;

  if (self->object == NULL || !g_ptr_array_find (self->rows, row, &index))
    return;
  whole.object = lm_option_set_copy (self->object);
  if (!value->is_set)
    lm_option_set_reset (whole.object, (int) index);
  if (!value->is_set || lm_option_set_value (whole.object, (int) index, value, NULL))
    emit (self, &whole);
  lm_option_value_clear (&whole);
}

static void
make_rows (LmObjectRow *self,
           const LmMember *member)
{
  for (guint i = 0; i < self->rows->len; i++)
    adw_expander_row_remove (ADW_EXPANDER_ROW (self), self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  self->member = member;
  for (int i = 0; member != NULL && i < member->n_options; i++) {
    GtkWidget *row = lm_option_row_new (&member->options[i]);

    g_signal_connect_object (row, "edited", G_CALLBACK (row_edited_cb), self, 0);
    adw_expander_row_add_row (ADW_EXPANDER_ROW (self), row);
    g_ptr_array_add (self->rows, row);
  }
  if (self->rows->len == 0) {
    adw_expander_row_set_expanded (ADW_EXPANDER_ROW (self), FALSE);
    gtk_widget_add_css_class (GTK_WIDGET (self), "lm-plain");
  } else {
    gtk_widget_remove_css_class (GTK_WIDGET (self), "lm-plain");
  }
  adw_expander_row_set_enable_expansion (ADW_EXPANDER_ROW (self), self->rows->len > 0);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
reset_cb (GtkWidget *widget,
          const char *name,
          GVariant *parameter)
{
  LmOptionValue value = { .is_set = FALSE, .kind = LM_OPTION_OBJECT };

  emit (LM_OBJECT_ROW (widget), &value);
}

static void
copy_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  LmObjectRow *self = LM_OBJECT_ROW (widget);
  LmOptionValue value = { .is_set = TRUE, .is_null = self->object == NULL, .kind = LM_OPTION_OBJECT, .object = self->object };
  g_autofree char *text = value.is_null ? g_strdup ("none") : lm_option_format (self->spec, &value);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
lm_object_row_finalize (GObject *object)
{
  LmObjectRow *self = LM_OBJECT_ROW (object);

  g_clear_pointer (&self->object, lm_option_set_free);
  g_ptr_array_unref (self->rows);

  G_OBJECT_CLASS (lm_object_row_parent_class)->finalize (object);
}

static void
lm_object_row_class_init (LmObjectRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lm_object_row_finalize;

  signals[EDITED] = g_signal_new ("edited", LM_TYPE_OBJECT_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  lm_option_menu_install (GTK_WIDGET_CLASS (klass), reset_cb, copy_cb);
}

static void
lm_object_row_init (LmObjectRow *self)
{
  self->rows = g_ptr_array_new ();
  lm_option_menu_attach (GTK_WIDGET (self));
}

gboolean
lm_object_row_is_for (const LmOptionSpec *spec)
{
  const LmMember *const *members;
  gsize n;

  if (spec->kind != LM_OPTION_OBJECT)
    return FALSE;
  members = lm_family_members (spec->family, &n);
  for (gsize i = 0; i < n; i++) {
    if (members[i]->n_options > 0)
      return TRUE;
  }
  return FALSE;
}

GtkWidget *
lm_object_row_new (const LmOptionSpec *spec)
{
  LmObjectRow *self = g_object_new (LM_TYPE_OBJECT_ROW, NULL);
  g_autofree char *tooltip = g_strdup_printf ("%s\n%s", spec->help != NULL ? _ (spec->help) : "", spec->id);

  self->spec = spec;
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ (spec->title));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), tooltip);
  self->choice = lm_option_choice_new (spec, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->choice), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (spec->title), -1);
  g_signal_connect_object (self->choice, "notify::selected", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  adw_expander_row_add_action (ADW_EXPANDER_ROW (self), self->choice);
  return GTK_WIDGET (self);
}

void
lm_object_row_show (LmObjectRow *self,
                    const LmOptionSet *set,
                    int index,
                    gboolean is_mixed)
{
  const LmOptionSet *object = is_mixed || (self->spec->nullable && lm_option_is_null (set, index)) ? NULL : lm_option_get_object (set, index);

  self->is_showing = TRUE;
  g_clear_pointer (&self->object, lm_option_set_free);
  self->object = object != NULL ? lm_option_set_copy (object) : NULL;
  if (self->member != (object != NULL ? object->member : NULL) || self->member == NULL)
    make_rows (self, object != NULL ? object->member : NULL);
  if (is_mixed)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->choice), GTK_INVALID_LIST_POSITION);
  else
    lm_option_choice_show (self->choice, self->spec, set, index);
  for (guint i = 0; i < self->rows->len; i++)
    lm_option_row_show (self->rows->pdata[i], self->object, (int) i);
  adw_expander_row_set_subtitle (ADW_EXPANDER_ROW (self), is_mixed ? _ ("mixed") : "");
  lm_option_menu_show (GTK_WIDGET (self), self->spec, is_mixed || lm_option_menu_is_changed (set, index));
  self->is_showing = FALSE;
}
