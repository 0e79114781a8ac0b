/* lm-sample-view.h: one sample as a small picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-engine.h"

G_BEGIN_DECLS

#define LM_TYPE_SAMPLE_VIEW (lm_sample_view_get_type ())

/**
 * LmSampleView:
 *
 * Pictures as they are; other samples as cells from the lowest value to the
 * highest. As high as it is wide.
 */
G_DECLARE_FINAL_TYPE (LmSampleView, lm_sample_view, LM, SAMPLE_VIEW, GtkWidget)

/* @side: it asks for */
GtkWidget *lm_sample_view_new (int side);

/* @sample: (nullable); @words: (nullable): what it is called for those who do not see it */
void lm_sample_view_set_sample (LmSampleView *self, const LmSample *sample, const char *words);

G_END_DECLS
