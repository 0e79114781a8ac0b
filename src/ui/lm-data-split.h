/* lm-data-split.h: how the samples are shared out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-document.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_DATA_SPLIT (lm_data_split_get_type ())

/**
 * LmDataSplit:
 *
 * A bar with the three parts, and the settings that make them. Signal
 * “refused” (const char *message).
 */
G_DECLARE_FINAL_TYPE (LmDataSplit, lm_data_split, LM, DATA_SPLIT, GtkWidget)

void lm_data_split_set_document (LmDataSplit *self, LmDocument *document);

G_END_DECLS
