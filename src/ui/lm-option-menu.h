/* lm-option-menu.h: what the rows of options have in common: bold when changed, Reset and Copy in a menu
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

/* (transfer full): what counts of @set, as people read it: “3×3”, “on”, “none”. */
char *lm_option_menu_text (const LmOptionSet *set, int index);

/* TRUE if something else counts than the default. */
gboolean lm_option_menu_is_changed (const LmOptionSet *set, int index);

/* In class_init: actions “option.reset” and “option.copy”, and the keys of the menu. */
void lm_option_menu_install (GtkWidgetClass *klass, GtkWidgetActionActivateFunc reset, GtkWidgetActionActivateFunc copy);

/* In init: the menu on the secondary button. @row: of a class with those actions */
void lm_option_menu_attach (GtkWidget *row);

/* Bold or not; what the menu offers to reset to. */
void lm_option_menu_show (GtkWidget *row, const LmOptionSpec *spec, gboolean is_changed);

G_END_DECLS
