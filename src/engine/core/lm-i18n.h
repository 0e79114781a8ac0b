/* lm-i18n.h: marking of translatable texts for the engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "config.h"

#include <glib/gi18n-lib.h>
