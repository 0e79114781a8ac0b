/* lm-option-entry.c: rows of options that are typed: numbers, shares, sizes, shapes, texts
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option-row-private.h"

#include "lm-words.h"

#include <math.h>

#include "lm-i18n.h"

#define SCALE_WIDTH 96

/* --- Reading ------------------------------------------------------------------------- */

/* FALSE with an error for a text that is no such value. */
static gboolean
read_entry (LmOptionRow *self,
            LmOptionValue *value,
            GError **error)
{
  g_autofree char *text = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->entry))));

  if (text[0] == '\0' && self->spec->nullable) {
    *value = (LmOptionValue){ .is_set = TRUE, .is_null = TRUE, .kind = self->spec->kind };
    return TRUE;
  }
  return lm_option_parse (self->spec, text, value, error) && lm_option_check (self->spec, value, _ (self->spec->title), error);
}

/* The reason stands below the title; NULL: nothing is wrong. */
static void
show_reason (LmOptionRow *self,
             const char *reason)
{
  g_autofree char *escaped = reason != NULL ? g_markup_escape_text (reason, -1) : NULL;

  if (reason == NULL && self->has_reason) {
    gtk_widget_remove_css_class (self->entry, "error");
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self), self->subtitle != NULL ? self->subtitle : "");
  } else if (reason != NULL) {
    if (!self->has_reason) {
      g_free (self->subtitle);
      self->subtitle = g_strdup (adw_action_row_get_subtitle (ADW_ACTION_ROW (self)));
    }
    gtk_widget_add_css_class (self->entry, "error");
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self), escaped);
  }
  self->has_reason = reason != NULL;
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->entry), GTK_ACCESSIBLE_STATE_INVALID, reason != NULL ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

static void
changed_cb (LmOptionRow *self)
{
  LmOptionValue value = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean is_empty = gtk_editable_get_text (GTK_EDITABLE (self->entry))[0] == '\0';

  if (self->is_showing || (self->is_mixed && is_empty) || read_entry (self, &value, &error))
    show_reason (self, NULL);
  else
    show_reason (self, error->message);
  lm_option_value_clear (&value);
}

static void
done_cb (LmOptionRow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  LmOptionValue value = { 0 };

  if (g_strcmp0 (text, self->shown) == 0)
    return;
  if (!self->is_showing && read_entry (self, &value, NULL))
    lm_option_row_emit (self, &value);
  lm_option_value_clear (&value);
}

/* A wrong text does not outlive the focus. */
static void
left_cb (LmOptionRow *self)
{
  done_cb (self);
  if (!self->has_reason)
    return;
  self->is_showing = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->entry), self->shown != NULL ? self->shown : "");
  self->is_showing = FALSE;
  show_reason (self, NULL);
}

/* --- Numbers ------------------------------------------------------------------------- */

static double
clamp_number (const LmOptionSpec *spec,
              double number)
{
  if (spec->min == 0 && spec->max == 0)
    return number;
  return CLAMP (number, spec->above_min && spec->min == 0 ? 1e-12 : spec->min, spec->max);
}

static void
step_number (LmOptionRow *self,
             double factor)
{
  double from = isfinite (self->number) ? self->number : lm_option_row_number_when_on (self->spec), to = from * factor;
  g_autofree char *rounded = NULL;

  if (!self->spec->log_scale)
    to = from + (factor > 1 ? 0.05 : -0.05);
  rounded = g_strdup_printf ("%.6g", clamp_number (self->spec, to));
  lm_option_row_emit (self, &LM_VALUE_DOUBLE (g_ascii_strtod (rounded, NULL)));
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
number_key_cb (LmOptionRow *self,
               guint key)
{
  if (key != GDK_KEY_Up && key != GDK_KEY_Down)
    return GDK_EVENT_PROPAGATE;
  done_cb (self);
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

/* A share is dragged; the entry beside it takes any. */
static gboolean
is_share (const LmOptionSpec *spec)
{
  return spec->kind == LM_OPTION_DOUBLE && !spec->log_scale && !spec->nullable && spec->min == 0 && spec->max <= 1 && spec->max > 0;
}

static void
scaled_cb (LmOptionRow *self)
{
  double value = round (gtk_range_get_value (GTK_RANGE (self->scale)) * 100) / 100;
  LmOptionValue wanted = LM_VALUE_DOUBLE (value);

  if (!self->is_showing && value != self->number && lm_option_check (self->spec, &wanted, "", NULL))
    lm_option_row_emit (self, &wanted);
}

static void
add_scale (LmOptionRow *self)
{
  self->scale = gtk_scale_new_with_range (GTK_ORIENTATION_HORIZONTAL, self->spec->min, self->spec->max, 0.05);
  gtk_widget_set_size_request (self->scale, SCALE_WIDTH, -1);
  gtk_widget_set_valign (self->scale, GTK_ALIGN_CENTER);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->scale), GTK_ACCESSIBLE_PROPERTY_LABEL, _ (self->spec->title), -1);
  g_signal_connect_object (self->scale, "value-changed", G_CALLBACK (scaled_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->scale);
}

/* --- Sizes --------------------------------------------------------------------------- */

/* Two or three sides of a window, as against a list of any length. */
static gboolean
is_size (const LmOptionSpec *spec)
{
  return spec->kind == LM_OPTION_INTS && spec->min_n == spec->max_n && spec->max_n > 1;
}

/* Which side the cursor stands in: so many numbers end before it. */
static int
side_at_cursor (LmOptionRow *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  int cursor = gtk_editable_get_position (GTK_EDITABLE (self->entry)), side = 0, i = 0;
  gboolean in_number = FALSE;

  for (const char *p = text; *p != '\0' && i < cursor; p = g_utf8_next_char (p), i++) {
    if (in_number && !g_ascii_isdigit (*p))
      side++;
    in_number = g_ascii_isdigit (*p);
  }
  return side;
}

static void
step_size (LmOptionRow *self,
           int by)
{
  gboolean is_linked = gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->link));
  LmOptionValue value = { 0 };
  int side;

  if (read_entry (self, &value, NULL)) {
    gint64 first = value.ints.v[0];

    side = MIN (side_at_cursor (self), value.ints.n - 1);
    for (int i = 0; i < value.ints.n; i++) {
      gint64 from = is_linked ? first : value.ints.v[i];

      if (is_linked || i == side)
        value.ints.v[i] = (gint64) CLAMP ((double) from + by, self->spec->min, self->spec->max);
    }
    lm_option_row_emit (self, &value);
  }
  lm_option_value_clear (&value);
}

static gboolean
size_key_cb (LmOptionRow *self,
             guint key)
{
  int cursor = gtk_editable_get_position (GTK_EDITABLE (self->entry));

  if (key != GDK_KEY_Up && key != GDK_KEY_Down)
    return GDK_EVENT_PROPAGATE;
  step_size (self, key == GDK_KEY_Up ? 1 : -1);
  gtk_editable_set_position (GTK_EDITABLE (self->entry), cursor);
  return GDK_EVENT_STOP;
}

/* Linking makes all sides as the first; a later difference unlinks. */
static void
linked_cb (LmOptionRow *self)
{
  if (!self->is_showing && gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (self->link)))
    step_size (self, 0);
}

static void
add_link (LmOptionRow *self)
{
  g_autofree char *label = g_strdup_printf (_ ("Equal sides: %s"), _ (self->spec->title));

  self->link = gtk_toggle_button_new ();
  gtk_button_set_icon_name (GTK_BUTTON (self->link), "insert-link-symbolic");
  gtk_widget_add_css_class (self->link, "flat");
  gtk_widget_set_valign (self->link, GTK_ALIGN_CENTER);
  gtk_widget_set_tooltip_text (self->link, _ ("Equal sides"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->link), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  g_signal_connect_object (self->link, "toggled", G_CALLBACK (linked_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->link);
}

void
lm_option_row_show_link (LmOptionRow *self,
                         const gint64 *sides,
                         int n)
{
  gboolean is_equal = TRUE;

  if (self->link == NULL)
    return;
  for (int i = 1; i < n; i++)
    is_equal = is_equal && sides[i] == sides[0];
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (self->link), is_equal);
}

/* --- Building ------------------------------------------------------------------------ */

static void
add_key (LmOptionRow *self,
         GCallback callback)
{
  GtkEventController *key = gtk_event_controller_key_new ();

  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect_object (key, "key-pressed", callback, self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->entry, key);
}

static int
width_of (const LmOptionSpec *spec)
{
  if (is_share (spec))
    return 4;
  return spec->kind == LM_OPTION_DOUBLE ? 6 : is_size (spec) ? 8
                                                             : 12;
}

static void
add_entry (LmOptionRow *self)
{
  GtkEventController *focus = gtk_event_controller_focus_new ();

  self->entry = gtk_entry_new ();
  gtk_widget_add_css_class (self->entry, "numeric");
  gtk_widget_add_css_class (self->entry, "lm-number");
  gtk_editable_set_width_chars (GTK_EDITABLE (self->entry), width_of (self->spec));
  gtk_editable_set_max_width_chars (GTK_EDITABLE (self->entry), width_of (self->spec));
  gtk_editable_set_alignment (GTK_EDITABLE (self->entry), 1);
  gtk_widget_set_valign (self->entry, GTK_ALIGN_CENTER);
  g_signal_connect_object (self->entry, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->entry, "activate", G_CALLBACK (done_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (focus, "leave", G_CALLBACK (left_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->entry, focus);
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), self->entry);
  adw_action_row_set_activatable_widget (ADW_ACTION_ROW (self), self->entry);
}

void
lm_option_row_add_entry (LmOptionRow *self)
{
  if (is_share (self->spec))
    add_scale (self);
  add_entry (self);
  if (is_size (self->spec)) {
    add_link (self);
    add_key (self, G_CALLBACK (size_key_cb));
  }
  if (self->spec->kind != LM_OPTION_DOUBLE)
    return;
  add_key (self, G_CALLBACK (number_key_cb));
  if (self->scale != NULL)
    return;
  /* Translators: %s is the name of an option. */
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), step_button (self, "list-remove-symbolic", _ ("Less: %s"), G_CALLBACK (less_cb)));
  adw_action_row_add_suffix (ADW_ACTION_ROW (self), step_button (self, "list-add-symbolic", _ ("More: %s"), G_CALLBACK (more_cb)));
}

/* --- Showing ------------------------------------------------------------------------- */

void
lm_option_row_show_text (LmOptionRow *self,
                         const char *text)
{
  /* What is being typed stays. */
  if (gtk_widget_get_focus_child (self->entry) != NULL && self->has_reason)
    return;
  g_free (self->shown);
  self->shown = g_strdup (text);
  if (g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (self->entry)), text) != 0)
    gtk_editable_set_text (GTK_EDITABLE (self->entry), text);
}

void
lm_option_row_show_number (LmOptionRow *self,
                           double number)
{
  gboolean is_rate = self->spec->log_scale && number > 0;
  g_autofree char *text = isnan (number) ? g_strdup ("") : is_rate ? lm_words_rate (number)
                                                                   : g_strdup_printf ("%.6g", number);

  self->number = number;
  lm_option_row_show_text (self, text);
  if (self->scale != NULL && isfinite (number))
    gtk_range_set_value (GTK_RANGE (self->scale), number);
}
