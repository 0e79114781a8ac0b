/* lm-seal-card.h: the seal of the test set, and how it is broken
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-document.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define LM_TYPE_SEAL_CARD (lm_seal_card_get_type ())

/**
 * LmSealCard:
 *
 * Says whether the test samples have been seen, and by which run. Its button
 * asks first. Signal “open”: the person has said yes; the owner shows or
 * measures, and writes it down by lm_document_add_opening().
 */
G_DECLARE_FINAL_TYPE (LmSealCard, lm_seal_card, LM, SEAL_CARD, GtkWidget)

/* @button: what opening is called here: “Open the Test Set…” */
void lm_seal_card_set_source (LmSealCard *self, LmDocument *document, const char *button);

/* Asks, as the button does; nothing if there is nothing to open. */
void lm_seal_card_ask (LmSealCard *self);

G_END_DECLS
