/* lm-option-row.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option-row-private.h"

#include "lm-option-choice.h"
#include "lm-option-menu.h"

#include <math.h>

#include "lm-i18n.h"

enum {
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmOptionRow, lm_option_row, ADW_TYPE_ACTION_ROW)

void
lm_option_row_emit (LmOptionRow *self,
                    const LmOptionValue *value)
{
  if (!self->is_showing)
    g_signal_emit (self, signals[EDITED], 0, value);
}

static void
emit_null (LmOptionRow *self)
{
  LmOptionValue value = { .is_set = TRUE, .is_null = TRUE, .kind = self->spec->kind };

  lm_option_row_emit (self, &value);
}

/* --- Switch -------------------------------------------------------------------------- */

double
lm_option_row_number_when_on (const LmOptionSpec *spec)
{
  if (isfinite (spec->initial))
    return spec->initial;
  return spec->kind == LM_OPTION_INT ? CLAMP (3, spec->min, spec->max) : spec->min;
}

static void
toggled_cb (LmOptionRow *self)
{
  gboolean is_on = gtk_switch_get_active (GTK_SWITCH (self->toggle));

  if (self->spec->kind == LM_OPTION_BOOL)
    lm_option_row_emit (self, &LM_VALUE_BOOL (is_on));
  else if (!is_on)
    emit_null (self);
  else
    lm_option_row_emit (self, &LM_VALUE_INT ((gint64) lm_option_row_number_when_on (self->spec)));
}

static void
add_toggle (LmOptionRow *self)
{
  self->toggle = gtk_switch_new ();
  gtk_widget_set_valign (self->toggle, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->toggle, "notify::active", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->toggle);
}

/* --- Whole numbers ------------------------------------------------------------------- */

static void
emit_spin (LmOptionRow *self)
{
  lm_option_row_emit (self, &LM_VALUE_INT ((gint64) gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->spin))));
}

/* Whoever comes here by keyboard or pointer types over the number; after the press has set its cursor. */
static gboolean
select_number_cb (gpointer data)
{
  GtkWidget *spin = data;

  if (gtk_widget_get_focus_child (spin) != NULL)
    gtk_editable_select_region (GTK_EDITABLE (spin), 0, -1);
  return G_SOURCE_REMOVE;
}

static void
spin_entered_cb (LmOptionRow *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, select_number_cb, g_object_ref (self->spin), g_object_unref);
}

/* Return takes the number that is shown for all of several that differ. */
static gboolean
spin_key_cb (LmOptionRow *self,
             guint key)
{
  if (self->is_mixed && (key == GDK_KEY_Return || key == GDK_KEY_KP_Enter)) {
    gtk_spin_button_update (GTK_SPIN_BUTTON (self->spin));
    emit_spin (self);
  }
  return GDK_EVENT_PROPAGATE;
}

static void
add_spin (LmOptionRow *self)
{
  gboolean has_limits = self->spec->min != 0 || self->spec->max != 0;
  double min = has_limits && isfinite (self->spec->min) ? self->spec->min : -1e9;
  double max = has_limits && isfinite (self->spec->max) ? self->spec->max : 1e9;
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkEventController *key = gtk_event_controller_key_new ();

  self->spin = gtk_spin_button_new_with_range (min, max, 1);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (self->spin), TRUE);
  gtk_spin_button_set_snap_to_ticks (GTK_SPIN_BUTTON (self->spin), TRUE);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->spin), 5);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->spin), 5);
  gtk_editable_set_alignment (GTK_EDITABLE (self->spin), 1);
  gtk_widget_set_valign (self->spin, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->spin, "value-changed", G_CALLBACK (emit_spin), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (focus, "enter", G_CALLBACK (spin_entered_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->spin, focus);
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect_object (key, "key-pressed", G_CALLBACK (spin_key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->spin, key);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->spin);
  /* The row names what it activates; beside a switch, that is not the number. */
  if (!self->spec->nullable)
    adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->spin);
  else
    gtk_accessible_update_property (GTK_ACCESSIBLE (self->spin), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (self->spec->title), -1);
}

/* --- Choices ------------------------------------------------------------------------- */

static void
chosen_cb (LmOptionRow *self)
{
  LmOptionValue value = { 0 };

  if (!self->is_showing && lm_option_choice_read (self->choice, self->spec, &value))
    lm_option_row_emit (self, &value);
  lm_option_value_clear (&value);
}

static void
add_choice (LmOptionRow *self)
{
  self->choice = lm_option_choice_new (self->spec, NULL);
  g_signal_connect_object (self->choice, "notify::selected", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->choice);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->choice);
}

/* --- Showing ------------------------------------------------------------------------- */

static void
show_entry (LmOptionRow *self,
            const LmOptionSet *set,
            int index,
            gboolean is_null)
{
  gint64 sides[LM_MAX_LIST];
  g_autofree char *text = NULL;

  if (self->spec->kind == LM_OPTION_DOUBLE) {
    lm_option_row_show_number (self, is_null || self->is_mixed ? NAN : lm_option_get_double (set, index));
    return;
  }
  text = is_null || self->is_mixed ? g_strdup ("") : lm_option_format (self->spec, &set->values[index]);
  lm_option_row_show_text (self, text);
  if (self->spec->kind == LM_OPTION_INTS)
    lm_option_row_show_link (self, sides, lm_option_get_ints (set, index, sides));
}

void
lm_option_row_show (LmOptionRow *self,
                    const LmOptionSet *set,
                    int index)
{
  gboolean is_null = self->spec->nullable && lm_option_is_null (set, index);

  self->is_showing = TRUE;
  if (self->spec->kind == LM_OPTION_BOOL)
    gtk_switch_set_active (GTK_SWITCH (self->toggle), lm_option_get_bool (set, index));
  else if (self->toggle != NULL)
    gtk_switch_set_active (GTK_SWITCH (self->toggle), !is_null);
  if (self->spin != NULL) {
    gtk_widget_set_visible (self->spin, !is_null);
    if (!is_null)
      gtk_spin_button_set_value (GTK_SPIN_BUTTON (self->spin), (double) lm_option_get_int (set, index));
  }
  if (self->choice != NULL && self->is_mixed)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->choice), GTK_INVALID_LIST_POSITION);
  else if (self->choice != NULL)
    lm_option_choice_show (self->choice, self->spec, set, index);
  if (self->entry != NULL)
    show_entry (self, set, index, is_null);
  lm_option_menu_show (GTK_WIDGET (self), self->spec, self->is_mixed || lm_option_menu_is_changed (set, index));
  self->is_showing = FALSE;
}

void
lm_option_row_set_mixed (LmOptionRow *self,
                         gboolean is_mixed)
{
  if (self->is_mixed == is_mixed)
    return;
  self->is_mixed = is_mixed;
  adw_action_row_set_subtitle (ADW_ACTION_ROW (self), is_mixed ? _ ("mixed") : "");
}

void
lm_option_row_show_double (LmOptionRow *self,
                           double value)
{
  g_return_if_fail (self->spec->kind == LM_OPTION_DOUBLE);

  self->is_showing = TRUE;
  lm_option_row_show_number (self, value);
  self->is_showing = FALSE;
}

void
lm_option_row_set_none (LmOptionRow *self,
                        const char *text)
{
  g_free (self->none);
  self->none = g_strdup (text);
  self->is_showing = TRUE;
  if (self->choice != NULL)
    lm_option_choice_set_none (self->choice, self->spec, text);
  else if (self->entry != NULL)
    gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), text);
  self->is_showing = FALSE;
}

void
lm_option_row_focus (LmOptionRow *self)
{
  GtkWidget *widgets[] = { self->spin, self->entry, self->choice, self->toggle };

  for (gsize i = 0; i < G_N_ELEMENTS (widgets); i++) {
    if (widgets[i] != NULL && gtk_widget_get_visible (widgets[i]) && gtk_widget_grab_focus (widgets[i]))
      return;
  }
}

/* --- Widget -------------------------------------------------------------------------- */

static void
reset_cb (GtkWidget *widget,
          const char *name,
          GVariant *parameter)
{
  LmOptionRow *self = LM_OPTION_ROW (widget);
  LmOptionValue value = { .is_set = FALSE, .kind = self->spec->kind };

  lm_option_row_emit (self, &value);
}

static char *
text_of (LmOptionRow *self)
{
  LmOptionValue value = { 0 };
  g_autofree char *text = NULL;

  if (self->entry != NULL)
    return g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry)));
  if (self->spin != NULL && gtk_widget_get_visible (self->spin))
    return g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->spin)));
  if (self->choice != NULL && lm_option_choice_read (self->choice, self->spec, &value))
    text = value.is_null ? g_strdup ("none") : lm_option_format (self->spec, &value);
  else if (self->toggle != NULL)
    text = g_strdup (gtk_switch_get_active (GTK_SWITCH (self->toggle)) ? "true" : "false");
  lm_option_value_clear (&value);
  return g_steal_pointer (&text);
}

static void
copy_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  g_autofree char *text = text_of (LM_OPTION_ROW (widget));

  if (text != NULL)
    gdk_clipboard_set_text (gtk_widget_get_clipboard (widget), text);
}

static void
lm_option_row_finalize (GObject *object)
{
  LmOptionRow *self = LM_OPTION_ROW (object);

  g_free (self->none);
  g_free (self->shown);
  g_free (self->subtitle);

  G_OBJECT_CLASS (lm_option_row_parent_class)->finalize (object);
}

static void
lm_option_row_class_init (LmOptionRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lm_option_row_finalize;

  signals[EDITED] = g_signal_new ("edited", LM_TYPE_OPTION_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
  lm_option_menu_install (GTK_WIDGET_CLASS (klass), reset_cb, copy_cb);
}

static void
lm_option_row_init (LmOptionRow *self)
{
  self->number = NAN;
  lm_option_menu_attach (GTK_WIDGET (self));
}

static void
build (LmOptionRow *self)
{
  const LmOptionSpec *spec = self->spec;
  g_autofree char *tooltip = g_strdup_printf ("%s\n%s", spec->help != NULL ? _ (spec->help) : "", spec->id);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (self), _ (spec->title));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), tooltip);
  switch (spec->kind) {
  case LM_OPTION_BOOL:
    add_toggle (self);
    break;
  case LM_OPTION_INT:
    add_spin (self);
    if (spec->nullable)
      add_toggle (self);
    break;
  case LM_OPTION_CHOICE:
  case LM_OPTION_OBJECT:
    add_choice (self);
    break;
  case LM_OPTION_DOUBLE:
  case LM_OPTION_STRING:
  case LM_OPTION_INTS:
    lm_option_row_add_entry (self);
    break;
  }
}

GtkWidget *
lm_option_row_new (const LmOptionSpec *spec)
{
  LmOptionRow *self = g_object_new (LM_TYPE_OPTION_ROW, NULL);

  self->spec = spec;
  build (self);
  return GTK_WIDGET (self);
}

const LmOptionSpec *
lm_option_row_get_spec (LmOptionRow *self)
{
  return self->spec;
}
