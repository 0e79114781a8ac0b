/* lm-swatch.h: the short line in front of a name that says which curve is meant
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_SWATCH (lm_swatch_get_type ())

G_DECLARE_FINAL_TYPE (LmSwatch, lm_swatch, LM, SWATCH, GtkWidget)

typedef enum {
  LM_SWATCH_TRAIN,
  LM_SWATCH_VALIDATION,
  LM_SWATCH_BASELINE,
  LM_SWATCH_OTHER, /* any other run */
  LM_SWATCH_RUN,   /* other run number LmSwatch:place */
} LmSwatchRole;

/* Property “role”: #LmSwatchRole. @place: counted among the other runs, as lm_draw_curves() does. */
void lm_swatch_set_role (LmSwatch *self, LmSwatchRole role, int place);

G_END_DECLS
