/* lm-registry.c: the one file that names the members of each family
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-option.h"
