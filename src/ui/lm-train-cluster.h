/* lm-train-cluster.h: Train, Pause, Stop in the header bar: the only place for them
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-session.h"

G_BEGIN_DECLS

#define LM_TYPE_TRAIN_CLUSTER (lm_train_cluster_get_type ())

/* All buttons are actions of the window: win.train, win.go-on, win.train-more, win.train-from, win.pause, win.stop. */
G_DECLARE_FINAL_TYPE (LmTrainCluster, lm_train_cluster, LM, TRAIN_CLUSTER, GtkWidget)

void lm_train_cluster_set_source (LmTrainCluster *self, LmDocument *document, LmSession *session);

/* Without the words beside the buttons, where there is no room for them. */
void lm_train_cluster_set_narrow (LmTrainCluster *self, gboolean is_narrow);

G_END_DECLS
