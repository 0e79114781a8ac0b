/* lm-option-row.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option-row.h"

#include "lm-words.h"

#include <math.h>

#include "lm-i18n.h"

struct _LmOptionRow {
  AdwActionRow parent_instance;

  const LmOptionSpec *spec;
  GtkWidget *toggle; /* BOOL, and on or off of a number that may be none */
  GtkWidget *spin;   /* INT */
  GtkWidget *entry;  /* DOUBLE, STRING, INTS */
  GtkWidget *choice; /* CHOICE, OBJECT */
  gboolean has_none; /* the first choice is none */
  gboolean is_showing;
  char *none;
  double number; /* DOUBLE: what is shown */
};

enum {
  EDITED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmOptionRow, lm_option_row, ADW_TYPE_ACTION_ROW)

static void
emit (LmOptionRow *self,
      const LmOptionValue *value)
{
  if (!self->is_showing)
    g_signal_emit (self, signals[EDITED], 0, value);
}

static void
emit_null (LmOptionRow *self)
{
  LmOptionValue value = { .is_set = TRUE, .is_null = TRUE, .kind = self->spec->kind };

  emit (self, &value);
}

/* --- Switch -------------------------------------------------------------------------- */

/* What a number is when it is switched on. */
static double
number_when_on (const LmOptionSpec *spec)
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
    emit (self, &LM_VALUE_BOOL (is_on));
  else if (!is_on)
    emit_null (self);
  else
    emit (self, &LM_VALUE_INT ((gint64) number_when_on (self->spec)));
}

static void
add_toggle (LmOptionRow *self)
{
  self->toggle = gtk_switch_new ();
  gtk_widget_set_valign (self->toggle, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->toggle), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (self->spec->title), -1);
  g_signal_connect_object (self->toggle, "notify::active", G_CALLBACK (toggled_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->toggle);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->toggle);
}

/* --- Whole numbers ------------------------------------------------------------------- */

static void
spun_cb (LmOptionRow *self)
{
  emit (self, &LM_VALUE_INT ((gint64) gtk_spin_button_get_value (GTK_SPIN_BUTTON (self->spin))));
}

static void
add_spin (LmOptionRow *self)
{
  gboolean has_limits = self->spec->min != 0 || self->spec->max != 0;
  double min = has_limits && isfinite (self->spec->min) ? self->spec->min : -1e9;
  double max = has_limits && isfinite (self->spec->max) ? self->spec->max : 1e9;

  self->spin = gtk_spin_button_new_with_range (min, max, 1);
  gtk_spin_button_set_numeric (GTK_SPIN_BUTTON (self->spin), TRUE);
  gtk_spin_button_set_snap_to_ticks (GTK_SPIN_BUTTON (self->spin), TRUE);
  gtk_editable_set_width_chars (GTK_EDITABLE (self->spin), 5);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->spin), 5);
  gtk_editable_set_alignment (GTK_EDITABLE (self->spin), 1);
  gtk_widget_set_valign (self->spin, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->spin), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (self->spec->title), -1);
  g_signal_connect_object (self->spin, "value-changed", G_CALLBACK (spun_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->spin);
}

/* --- Texts --------------------------------------------------------------------------- */

/* NULL for a text that is no such value; then the entry looks wrong. */
static gboolean
read_entry (LmOptionRow *self,
            LmOptionValue *value)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry))));
  g_autoptr (GError) error = NULL;

  if (text[0] == '\0' && self->spec->nullable) {
    *value = (LmOptionValue){ .is_set = TRUE, .is_null = TRUE, .kind = self->spec->kind };
    return TRUE;
  }
  return lm_option_parse (self->spec, text, value, &error) && lm_option_check (self->spec, value, "", &error);
}

static void
entry_changed_cb (LmOptionRow *self)
{
  LmOptionValue value = { 0 };

  if (self->is_showing || read_entry (self, &value))
    gtk_widget_remove_css_class (self->entry, "error");
  else
    gtk_widget_add_css_class (self->entry, "error");
  lm_option_value_clear (&value);
}

static void
entry_done_cb (LmOptionRow *self)
{
  LmOptionValue value = { 0 };

  if (!self->is_showing && read_entry (self, &value))
    emit (self, &value);
  lm_option_value_clear (&value);
}

static void
step_number (LmOptionRow *self,
             double factor)
{
  double from = isfinite (self->number) ? self->number : number_when_on (self->spec), to = from * factor;
  g_autofree char *rounded = NULL;

  if (!self->spec->log_scale)
    to = from + (factor > 1 ? 0.05 : -0.05);
  if (self->spec->min != 0 || self->spec->max != 0)
    to = CLAMP (to, self->spec->above_min && self->spec->min == 0 ? 1e-12 : self->spec->min, self->spec->max);
  rounded = g_strdup_printf ("%.6g", to);
  emit (self, &LM_VALUE_DOUBLE (g_ascii_strtod (rounded, NULL)));
}

static void
less_cb (LmOptionRow *self)
{
  step_number (self, 0.5);
}

static void
more_cb (LmOptionRow *self)
{
  step_number (self, 2);
}

static gboolean
entry_key_cb (LmOptionRow *self,
              guint key)
{
  if (key != GDK_KEY_Up && key != GDK_KEY_Down)
    return GDK_EVENT_PROPAGATE;
  step_number (self, key == GDK_KEY_Up ? 2 : 0.5);
  return GDK_EVENT_STOP;
}

static GtkWidget *
step_button (LmOptionRow *self,
             const char *icon,
             const char *format,
             GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);
  g_autofree char *label = g_strdup_printf (format, _ (self->spec->title));

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect_object (button, "clicked", callback, self, G_CONNECT_SWAPPED);
  return button;
}

static void
add_entry (LmOptionRow *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();
  gboolean is_number = self->spec->kind == LM_OPTION_DOUBLE;

  self->entry = gtk_entry_new ();
  gtk_widget_add_css_class (self->entry, "numeric");
  gtk_widget_add_css_class (self->entry, "lm-number");
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), is_number ? 6 : 10);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->entry), is_number ? 6 : 10);
  gtk_editable_set_alignment (GTK_EDITABLE (self->entry), 1);
  gtk_widget_set_valign (self->entry, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (self->spec->title), -1);
  g_signal_connect_object (self->entry, "changed", G_CALLBACK (entry_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (entry_done_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (focus, "leave", G_CALLBACK (entry_done_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->entry, focus);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->entry);
  if (is_number) {
    GtkEventController *key = gtk_event_controller_key_new ();

    gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
    g_signal_connect_object (key, "key-pressed", G_CALLBACK (entry_key_cb), self, G_CONNECT_SWAPPED);
    gtk_widget_add_controller (self->entry, key);
    /* Translators: %s is the name of an option. */
    adw_action_row_add_suffix (ADW_ACTION_ROW (self), step_button (self, "list-remove-symbolic", _ ("Less: %s"), G_CALLBACK (less_cb)));
    adw_action_row_add_suffix (ADW_ACTION_ROW (self), step_button (self, "list-add-symbolic", _ ("More: %s"), G_CALLBACK (more_cb)));
  }
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->entry);
}

/* --- Choices ------------------------------------------------------------------------- */

static void
chosen_cb (LmOptionRow *self)
{
  guint i = gtk_drop_down_get_selected (GTK_DROP_DOWN (self->choice));
  LmOptionValue value = { .is_set = TRUE, .kind = self->spec->kind };
  const LmMember *const *members;
  gsize n;

  if (self->is_showing || i == GTK_INVALID_LIST_POSITION)
    return;
  if (self->has_none && i == 0) {
    emit_null (self);
    return;
  }
  i -= self->has_none;
  if (self->spec->kind == LM_OPTION_CHOICE) {
    value.text = g_strdup (self->spec->choices[i]);
  } else {
    members = lm_family_members (self->spec->family, &n);
    value.object = lm_option_set_new (members[i]);
  }
  emit (self, &value);
  lm_option_value_clear (&value);
}

static void
fill_choice (LmOptionRow *self)
{
  g_autoptr (GtkStringList) names = gtk_string_list_new (NULL);

  self->has_none = self->spec->nullable;
  if (self->has_none)
    gtk_string_list_append (names, self->none != NULL ? self->none : _ ("none"));
  if (self->spec->kind == LM_OPTION_CHOICE) {
    for (gsize i = 0; self->spec->choices[i] != NULL; i++)
      gtk_string_list_append (names, self->spec->choices[i]);
  } else {
    gsize n;
    const LmMember *const *members = lm_family_members (self->spec->family, &n);

    for (gsize i = 0; i < n; i++)
      gtk_string_list_append (names, _ (members[i]->title));
  }
  gtk_drop_down_set_model (GTK_DROP_DOWN (self->choice), G_LIST_MODEL (names));
}

/* In the button, long names are cut; in the list they are not. */
static void
setup_name_cb (GtkSignalListItemFactory *factory,
               GtkListItem *item)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 1);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 16);
  gtk_list_item_set_child (item, label);
}

static void
bind_name_cb (GtkSignalListItemFactory *factory,
              GtkListItem *item)
{
  GtkStringObject *name = gtk_list_item_get_item (item);

  gtk_label_set_label (GTK_LABEL (gtk_list_item_get_child (item)), gtk_string_object_get_string (name));
}

static void
add_choice (LmOptionRow *self)
{
  GtkListItemFactory *list = NULL;
  GtkListItemFactory *button = gtk_signal_list_item_factory_new ();

  self->choice = gtk_drop_down_new (NULL, NULL);
  gtk_widget_add_css_class (self->choice, "flat");
  gtk_widget_set_valign (self->choice, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->choice), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (self->spec->title), -1);
  g_signal_connect (button, "setup", G_CALLBACK (setup_name_cb), NULL);
  g_signal_connect (button, "bind", G_CALLBACK (bind_name_cb), NULL);
  g_object_get (self->choice, "factory", &list, NULL);
  gtk_drop_down_set_factory (GTK_DROP_DOWN (self->choice), button);
  gtk_drop_down_set_list_factory (GTK_DROP_DOWN (self->choice), list);
  g_clear_object (&list);
  g_object_unref (button);
  fill_choice (self);
  g_signal_connect_object (self->choice, "notify::selected", G_CALLBACK (chosen_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->choice);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->choice);
}

/* --- Showing ------------------------------------------------------------------------- */

static guint
find_choice (LmOptionRow *self,
             const LmOptionSet *set,
             int index)
{
  gsize n;
  const LmMember *const *members;
  const LmOptionSet *object;

  if (self->has_none && lm_option_is_null (set, index))
    return 0;
  if (self->spec->kind == LM_OPTION_CHOICE) {
    for (guint i = 0; self->spec->choices[i] != NULL; i++) {
      if (g_strcmp0 (self->spec->choices[i], lm_option_get_text (set, index)) == 0)
        return i + self->has_none;
    }
    return GTK_INVALID_LIST_POSITION;
  }
  object = lm_option_get_object (set, index);
  members = lm_family_members (self->spec->family, &n);
  for (guint i = 0; object != NULL && i < n; i++) {
    if (members[i] == object->member)
      return i + self->has_none;
  }
  return GTK_INVALID_LIST_POSITION;
}

static void
set_text (LmOptionRow *self,
          const char *text)
{
  /* What is being typed stays. */
  if (gtk_widget_get_focus_child (self->entry) != NULL && gtk_widget_has_css_class (self->entry, "error"))
    return;
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->entry)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
}

static void
show_number (LmOptionRow *self,
             double number)
{
  g_autofree char *text = isnan (number) ? g_strdup ("") : self->spec->log_scale ? lm_words_rate (number)
                                                                                 : g_strdup_printf ("%.6g", number);

  self->number = number;
  set_text (self, text);
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
  if (self->choice != NULL)
    gtk_drop_down_set_selected (GTK_DROP_DOWN (self->choice), find_choice (self, set, index));
  if (self->entry != NULL && self->spec->kind == LM_OPTION_DOUBLE) {
    show_number (self, is_null ? NAN : lm_option_get_double (set, index));
  } else if (self->entry != NULL) {
    g_autofree char *text = lm_option_format (self->spec, &set->values[index]);

    set_text (self, is_null ? "" : text);
  }
  self->is_showing = FALSE;
}

void
lm_option_row_show_double (LmOptionRow *self,
                           double value)
{
  g_return_if_fail (self->spec->kind == LM_OPTION_DOUBLE);

  self->is_showing = TRUE;
  show_number (self, value);
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
    fill_choice (self);
  else if (self->entry != NULL)
    gtk_entry_set_placeholder_text (GTK_ENTRY (self->entry), text);
  self->is_showing = FALSE;
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_option_row_finalize (GObject *object)
{
  g_free (LM_OPTION_ROW (object)->none);

  G_OBJECT_CLASS (lm_option_row_parent_class)->finalize (object);
}

static void
lm_option_row_class_init (LmOptionRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lm_option_row_finalize;

  signals[EDITED] = g_signal_new ("edited", LM_TYPE_OPTION_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
}

static void
lm_option_row_init (LmOptionRow *self)
{
  self->number = NAN;
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
    add_entry (self);
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
