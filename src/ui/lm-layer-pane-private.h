/* lm-layer-pane-private.h: what the two halves of the pane share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-layer-pane.h"

#include "lm-chip.h"
#include "lm-fact-row.h"

G_BEGIN_DECLS

struct _LmLayerPane {
  GtkWidget parent_instance;

  LmEditor *editor;
  GtkWidget *box;
  LmChip *chip;
  GtkWidget *name; /* of one layer: an entry */
  GtkLabel *title; /* of several */
  GtkLabel *kind;
  GtkWidget *help;
  LmFactRow *facts;
  GtkLabel *note; /* what is special about it */
  GtkWidget *open;
  AdwPreferencesGroup *layer_group;
  AdwPreferencesGroup *weights_group;
  AdwPreferencesGroup *card_group;
  GtkWidget *trained; /* row and switch */
  GtkWidget *trained_switch;
  GtkWidget *bypassed;
  GtkWidget *bypassed_switch;

  const LmLayerClass *layer; /* what the rows are for; NULL: no rows */
  guint64 rare_changed;      /* bit by option: it does not stand under “More” */
  GtkWidget **rows;          /* by option: LmOptionRow or LmObjectRow */
  GPtrArray *tops;           /* rows that stand in the groups themselves */
  GtkWidget *expanders[2];   /* initializers, regularizers */
  GtkWidget *more;
  gboolean is_showing;
};

/* (element-type LmNode): of the selected, as the canvas shows them; linked copies among them. */
GPtrArray *lm_layer_pane_dup_nodes (LmLayerPane *self);

/* The layer whose options all of them have; NULL if they are of several kinds, or have none. */
const LmLayerClass *lm_layer_pane_common (LmLayerPane *self, GPtrArray *nodes);

/* Makes the rows for @layer if they are for another, and fills them. */
void lm_layer_pane_show_rows (LmLayerPane *self, const LmLayerClass *layer, GPtrArray *nodes);

G_END_DECLS
