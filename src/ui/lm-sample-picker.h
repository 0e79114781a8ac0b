/* lm-sample-picker.h: one sample of the data after the other: of a part, of a class, or those answered wrong
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-lens.h"

G_BEGIN_DECLS

#define LM_TYPE_SAMPLE_PICKER (lm_sample_picker_get_type ())

/* Its actions: “picker.previous”, “picker.next”, “picker.again” (the sample whose number stands there). */
G_DECLARE_FINAL_TYPE (LmSamplePicker, lm_sample_picker, LM, SAMPLE_PICKER, GtkWidget)

void lm_sample_picker_set_lens (LmSamplePicker *self, LmLens *lens);

G_END_DECLS
