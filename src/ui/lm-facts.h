/* lm-facts.h: a few figures beside each other, each with its name below
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_FACTS (lm_facts_get_type ())

G_DECLARE_FINAL_TYPE (LmFacts, lm_facts, LM, FACTS, GtkWidget)

#define LM_FACTS_MAX 3

GtkWidget *lm_facts_new (void);

/* @value: (nullable): no such figure; @tooltip: (nullable): more of it */
void lm_facts_set (LmFacts *self, int i, const char *value, const char *name, const char *tooltip);

G_END_DECLS
