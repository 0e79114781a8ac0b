/* lm-option-menu.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option-menu.h"

#include "lm-i18n.h"

#define KEY "lm-option-menu"

char *
lm_option_menu_text (const LmOptionSet *set,
                     int index)
{
  const LmOptionSpec *spec = &set->member->options[index];

  if (spec->nullable && lm_option_is_null (set, index))
    return g_strdup (_ ("none"));
  if (spec->kind == LM_OPTION_BOOL)
    return g_strdup (lm_option_get_bool (set, index) ? _ ("on") : _ ("off"));
  return lm_option_format (spec, &set->values[index]);
}

gboolean
lm_option_menu_is_changed (const LmOptionSet *set,
                           int index)
{
  g_autoptr (LmOptionSet) initial = NULL;
  g_autofree char *now = NULL;
  g_autofree char *then = NULL;

  if (!set->values[index].is_set)
    return FALSE;
  initial = lm_option_set_new (set->member);
  now = lm_option_menu_text (set, index);
  then = lm_option_menu_text (initial, index);
  return g_strcmp0 (now, then) != 0;
}

/* --- Menu ---------------------------------------------------------------------------- */

static void
closed_cb (GtkWidget *popover)
{
  g_object_ref (popover);
  gtk_widget_unparent (popover);
  g_idle_add_once ((GSourceOnceFunc) g_object_unref, popover);
}

static void
popup (GtkWidget *row,
       double x,
       double y)
{
  const char *reset = g_object_get_data (G_OBJECT (row), KEY);
  g_autoptr (GMenu) menu = g_menu_new ();
  GtkWidget *popover;

  if (reset != NULL)
    g_menu_append (menu, reset, "option.reset");
  g_menu_append (menu, _ ("_Copy Value"), "option.copy");
  popover = gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));
  gtk_widget_set_parent (popover, row);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_popover_set_has_arrow (GTK_POPOVER (popover), FALSE);
  gtk_widget_set_halign (popover, GTK_ALIGN_START);
  g_signal_connect (popover, "closed", G_CALLBACK (closed_cb), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
}

static void
pressed_cb (GtkGestureClick *gesture,
            int n_press,
            double x,
            double y,
            GtkWidget *row)
{
  popup (row, x, y);
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
}

static void
menu_cb (GtkWidget *row,
         const char *name,
         GVariant *parameter)
{
  popup (row, gtk_widget_get_width (row) / 2.0, gtk_widget_get_height (row) / 2.0);
}

void
lm_option_menu_install (GtkWidgetClass *klass,
                        GtkWidgetActionActivateFunc reset,
                        GtkWidgetActionActivateFunc copy)
{
  gtk_widget_class_install_action (klass, "option.reset", NULL, reset);
  gtk_widget_class_install_action (klass, "option.copy", NULL, copy);
  gtk_widget_class_install_action (klass, "option.menu", NULL, menu_cb);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_Menu, 0, "option.menu", NULL);
  gtk_widget_class_add_binding_action (klass, GDK_KEY_F10, GDK_SHIFT_MASK, "option.menu", NULL);
}

void
lm_option_menu_attach (GtkWidget *row)
{
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), row);
  gtk_widget_add_controller (row, GTK_EVENT_CONTROLLER (click));
  gtk_widget_action_set_enabled (row, "option.reset", FALSE);
}

void
lm_option_menu_show (GtkWidget *row,
                     const LmOptionSpec *spec,
                     gboolean is_changed)
{
  LmMember member = { .id = "", .options = spec, .n_options = 1 };
  g_autoptr (LmOptionSet) initial = NULL;
  g_autofree char *text = NULL;

  gtk_widget_action_set_enabled (row, "option.reset", is_changed);
  if (is_changed)
    gtk_widget_add_css_class (row, "lm-changed");
  else
    gtk_widget_remove_css_class (row, "lm-changed");
  if (g_object_get_data (G_OBJECT (row), KEY) != NULL)
    return;
  initial = lm_option_set_new (&member);
  text = lm_option_menu_text (initial, 0);
  /* Translators: %s is a value, such as “3×3”. */
  g_object_set_data_full (G_OBJECT (row), KEY, g_strdup_printf (_ ("_Reset to %s"), text), g_free);
}
