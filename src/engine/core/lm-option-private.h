/* lm-option-private.h: what the two halves of the options share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-option.h"

G_BEGIN_DECLS

/* Returns: (transfer full): @text as it may stand in a message: valid UTF-8, one short line. */
char *lm_option_quote (const char *text);

G_END_DECLS
