/* lm-data-dialog.h: where the data are to come from
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <adwaita.h>

#include "lm-engine.h"
#include "lm-job.h"

G_BEGIN_DECLS

#define LM_TYPE_DATA_DIALOG (lm_data_dialog_get_type ())

/**
 * LmDataDialog:
 *
 * A small window with all kinds of data sets, what each is, its files and its
 * options. What is chosen is opened on another thread first: mistakes are told
 * here, in the engine's words. Signal “chosen” (const char *spec): it can be
 * opened; the window then closes.
 */
G_DECLARE_FINAL_TYPE (LmDataDialog, lm_data_dialog, LM, DATA_DIALOG, AdwWindow)

/* @folder: of the project: paths in it become relative; @spec: (nullable): what to show first */
GtkWidget *lm_data_dialog_new (GtkWindow *parent, const char *folder, const char *spec);

/* As the widgets do it: chooses a kind by the id of its source, the path, and opens. */
void lm_data_dialog_set_kind (LmDataDialog *self, const char *source);
void lm_data_dialog_set_path (LmDataDialog *self, const char *path);
void lm_data_dialog_use (LmDataDialog *self);

/* (nullable): what stands against the choice, as it is shown. */
const char *lm_data_dialog_get_error (LmDataDialog *self);

/* On the main thread: @spec and @description of what could be opened, or @error. */
typedef void (*LmDataTried) (gpointer owner, const char *spec, const char *description, const GError *error);

/**
 * lm_data_try:
 * @owner: a #GObject
 * @spec: what to open; or %NULL, and the kind of what lies at @path is guessed
 * @folder: relative paths start here; what lies in it becomes relative
 *
 * Opens data on another thread and lets them go again, to know that they can be used.
 */
void lm_data_try (gpointer owner, const char *spec, const char *path, const char *folder, LmJob *job, LmDataTried done);

G_END_DECLS
