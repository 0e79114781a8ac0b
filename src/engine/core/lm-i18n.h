/* lm-i18n.h: marking of translatable texts for the engine
 *
 * A message is one literal. Numbers of fixed width are written with PRId64 and
 * its like: xgettext knows those, and would cut the text at G_GINT64_FORMAT.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "config.h"

#include <inttypes.h>

#include <glib/gi18n-lib.h>
