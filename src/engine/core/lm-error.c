/* lm-error.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-error.h"

G_DEFINE_QUARK (lm_error_quark, lm_error)
