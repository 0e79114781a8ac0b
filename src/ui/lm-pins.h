/* lm-pins.h: the pinned samples of a project
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-document.h"

G_BEGIN_DECLS

#define LM_TYPE_PINS (lm_pins_get_type ())

/**
 * LmPins:
 *
 * Read and written on another thread. Pins of other data than the project has
 * now are kept, but not shown. Signals:
 * “changed”: the list
 * “failed”: (const char *message): one could not be stored
 */
G_DECLARE_FINAL_TYPE (LmPins, lm_pins, LM, PINS, GObject)

LmPins *lm_pins_new (LmDocument *document);

guint lm_pins_get_n (LmPins *self);

/* Borrowed until “changed”. */
const LmSample *lm_pins_get_sample (LmPins *self, guint i);

/* FALSE for one that was drawn, or read from a file. */
gboolean lm_pins_get_place (LmPins *self, guint i, LmPart *part, gint64 *index);

/* Number of the pin of a place in the data; −1. */
int lm_pins_find (LmPins *self, LmPart part, gint64 index);

/* @index −1: the sample itself is stored, not its place. */
void lm_pins_add (LmPins *self, const LmSample *sample, LmPart part, gint64 index);
void lm_pins_remove (LmPins *self, guint i);

G_END_DECLS
