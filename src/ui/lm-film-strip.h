/* lm-film-strip.h: a sample on its way through the network, a small card per layer
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_FILM_STRIP (lm_film_strip_get_type ())

/**
 * LmFilmStrip:
 *
 * Input at the left, answer at the right; click or arrows choose a layer. As
 * wide as its cards: put it into a scrolled window, which it keeps at the
 * chosen card. Signal “chosen”: (const char *path): of a layer
 */
G_DECLARE_FINAL_TYPE (LmFilmStrip, lm_film_strip, LM, FILM_STRIP, GtkWidget)

/* @picture: (transfer full) (nullable) */
void lm_film_strip_set_picture (LmFilmStrip *self, LmFilmPicture *picture);

/* By id path; emits nothing. */
void lm_film_strip_set_chosen (LmFilmStrip *self, const char *path);
const char *lm_film_strip_get_chosen (LmFilmStrip *self);

G_END_DECLS
