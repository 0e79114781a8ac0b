/* lm-frame-times.h: how long frames take: --frame-times
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* From now on, every window given to lm_frame_times_watch() is measured. */
void lm_frame_times_enable (void);

/* Prints when the first frame of @window has been painted, in ms since the process started; and when it closes, what
 * the work of a frame took (before-paint to after-paint), by the clock and of the processor. */
void lm_frame_times_watch (GtkWindow *window);

/* Something else that took @ms, by its name, not translated; what there is of it is printed when a watched window closes. */
void lm_frame_times_note (const char *what, double ms);

G_END_DECLS
