/* lm-catalogue.h: the layers there are, as people look for them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-engine.h"
#include "lm-theme.h"

G_BEGIN_DECLS

/* “Convolution”, as a heading. */
const char *lm_catalogue_title (LmCategory category);

/* Section of a category from 0 on in the order of the palette; Input and blocks share the last one. */
#define LM_CATALOGUE_N_SECTIONS 10
int lm_catalogue_section (LmCategory category);
const char *lm_catalogue_section_title (int section);

/* A key for settings: never translated. */
const char *lm_catalogue_section_id (int section);

/* (transfer full): the first sentence of its help. */
char *lm_catalogue_sentence (const LmLayerClass *layer);

/**
 * lm_catalogue_match:
 *
 * Each word of @text must occur in kind, title or synonyms; case, accents,
 * blanks and hyphens within a name do not matter.
 *
 * Returns: 0: no hit; else the larger the better: how a kind begins counts
 * most, synonyms least
 */
int lm_catalogue_match (const LmLayerClass *layer, const char *text);

/* TRUE if a layer of default options can take @shape (with the batch) from a wire; unknown shapes (rank < 0) fit all
 * layers with an input. */
gboolean lm_catalogue_fits (const LmLayerClass *layer, const LmShape *shape);

G_END_DECLS
