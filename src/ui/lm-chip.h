/* lm-chip.h: the coloured square with the sign of a layer's category
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-theme.h"

G_BEGIN_DECLS

#define LM_TYPE_CHIP (lm_chip_get_type ())

G_DECLARE_FINAL_TYPE (LmChip, lm_chip, LM, CHIP, GtkWidget)

/* @size: in px, times the scale of the desktop's text. Also as property “size”. */
GtkWidget *lm_chip_new (LmCategory category, int size);
void lm_chip_set_category (LmChip *self, LmCategory category);

G_END_DECLS
