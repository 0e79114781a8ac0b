/* lm-sheet-new.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-sheet-new.h"

#include "lm-i18n.h"

#include <math.h>

static int
mark_dead_tiles (LmSheetPicture *self)
{
  gint64 n = self->tiles->shape.dim[0], size = lm_shape_sample_size (&self->tiles->shape);
  const float *values = lm_tensor_f32 (self->tiles);
  int count = 0;

  self->dead = g_new0 (gboolean, n);
  for (gint64 t = 0; t < n; t++) {
    gboolean dead = TRUE;

    for (gint64 i = 0; i < size && dead; i++)
      dead = values[t * size + i] == 0.0f;
    self->dead[t] = dead;
    count += dead;
  }
  return count;
}

LmSheetPicture *
lm_sheet_new (char *title,
              LmTensor *tiles,
              LmColourMap map,
              gboolean mark_dead,
              const char *note,
              const char *unit)
{
  LmSheetPicture *self = g_new0 (LmSheetPicture, 1);
  g_autoptr (GString) scale = g_string_new (NULL);
  int dead = 0;

  self->title = title;
  self->tiles = tiles;
  self->unit = g_strdup (unit);
  if (!lm_tensor_range (tiles, &self->min, &self->max))
    self->min = self->max = 0;
  if (map == LM_MAP_VIRIDIS)
    self->min = MIN (self->min, 0);
  self->map = map == LM_MAP_VIRIDIS && self->min < 0 ? LM_MAP_DIVERGING : map;
  if (self->map == LM_MAP_DIVERGING || (self->map == LM_MAP_RGB && self->min < 0)) {
    self->max = MAX (fabs (self->min), fabs (self->max));
    self->min = -self->max;
  }
  if (mark_dead)
    dead = mark_dead_tiles (self);

  if (note != NULL)
    g_string_append_printf (scale, "%s · ", note);
  g_string_append_printf (scale, _ ("%d×%d each · one scale: %.3g … %.3g"), (int) tiles->shape.dim[1], (int) tiles->shape.dim[2], self->min, self->max);
  if (dead > 0)
    g_string_append_printf (scale, _ (" · %d always 0"), dead);
  self->scale = g_string_free (g_steal_pointer (&scale), FALSE);
  return self;
}
