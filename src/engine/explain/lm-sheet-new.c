/* lm-sheet-new.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-sheet-new.h"

#include "lm-i18n.h"

#include <math.h>

LmSheetPicture *
lm_sheet_new (char *title,
              LmTensor *tiles,
              LmColourMap map,
              gboolean *dead,
              const char *note,
              const char *unit)
{
  LmSheetPicture *self = g_new0 (LmSheetPicture, 1);
  g_autoptr (GString) scale = g_string_new (NULL);
  gint64 n = tiles->shape.dim[0];
  int n_dead = 0;

  self->title = title;
  self->tiles = tiles;
  self->unit = g_strdup (unit);
  if (!lm_tensor_range (tiles, &self->min, &self->max))
    self->min = self->max = 0;
  if (map == LM_MAP_VIRIDIS)
    self->min = MIN (self->min, 0);
  self->map = map == LM_MAP_VIRIDIS && self->min < 0 ? LM_MAP_DIVERGING : map;
  if (self->map == LM_MAP_DIVERGING || self->map == LM_MAP_RGB) {
    self->max = MAX (fabs (self->min), fabs (self->max));
    self->min = -self->max;
  }
  self->dead = dead;
  for (gint64 t = 0; dead != NULL && t < n; t++)
    n_dead += dead[t];

  if (note != NULL)
    g_string_append_printf (scale, "%s · ", note);
  if (tiles->shape.dim[1] == 1 && tiles->shape.dim[2] == 1)
    g_string_append_printf (scale, _ ("%d values · one scale: %.3g … %.3g"), (int) n, self->min, self->max);
  else
    g_string_append_printf (scale, _ ("%d×%d each · one scale: %.3g … %.3g"), (int) tiles->shape.dim[1], (int) tiles->shape.dim[2], self->min, self->max);
  if (n_dead > 0)
    g_string_append_printf (scale, _ (" · %d always 0"), n_dead);
  self->scale = g_string_free (g_steal_pointer (&scale), FALSE);
  return self;
}
