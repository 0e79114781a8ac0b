/* lm-inspector.h: the properties of what is selected on the Design page
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-editor.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define LM_TYPE_INSPECTOR (lm_inspector_get_type ())

/**
 * LmInspector:
 *
 * Layers, a wire, or the network as a whole if nothing is selected.
 */
G_DECLARE_FINAL_TYPE (LmInspector, lm_inspector, LM, INSPECTOR, GtkWidget)

void lm_inspector_set_editor (LmInspector *self, LmEditor *editor);

/* @view: (nullable): has properties “to-right”, “thumbnails”, “minimap”, which the network as a whole then shows as switches. */
void lm_inspector_set_view (LmInspector *self, GObject *view);

/* Puts the focus on the first option. */
gboolean lm_inspector_focus (LmInspector *self);

/* (nullable): the row of option @id of the selected layers. */
GtkWidget *lm_inspector_find_row (LmInspector *self, const char *id);

/* “layer”, “wire”, “network”; NULL before there is an editor. */
const char *lm_inspector_get_shown (LmInspector *self);

G_END_DECLS
