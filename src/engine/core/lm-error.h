/* lm-error.h: what can go wrong because of what the user supplied
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LM_ERROR (lm_error_quark ())

/**
 * LmError:
 * @LM_ERROR_SHAPE: axes or sizes that cannot be combined
 * @LM_ERROR_GRAPH: a wire that is missing, doubled or goes round in a circle
 * @LM_ERROR_OPTION: an option out of its range, or one that does not exist
 * @LM_ERROR_FORMAT: a file that is not what it claims to be
 * @LM_ERROR_IO: a file that cannot be read or written
 * @LM_ERROR_NOT_FOUND: a file, layer, run or member that is not there
 * @LM_ERROR_BUSY: a project that somebody else has open for writing
 * @LM_ERROR_NUMERIC: a loss, weight or gradient that is not finite
 * @LM_ERROR_LIMIT: more memory, time or elements than allowed
 * @LM_ERROR_DATA: data that do not fit the network
 * @LM_ERROR_UNSUPPORTED: something this build or this file version cannot do
 * @LM_ERROR_CANCELLED: stopped because the user asked for it
 * @LM_ERROR_USAGE: a command line that makes no sense (exit status 2)
 *
 * The message is for people: which thing, what was found, what was needed,
 * what to do. The code is for programs. Mistakes of the programmer are not
 * errors: they are g_return_if_fail() and g_assert().
 */
typedef enum {
  LM_ERROR_SHAPE,
  LM_ERROR_GRAPH,
  LM_ERROR_OPTION,
  LM_ERROR_FORMAT,
  LM_ERROR_IO,
  LM_ERROR_NOT_FOUND,
  LM_ERROR_BUSY,
  LM_ERROR_NUMERIC,
  LM_ERROR_LIMIT,
  LM_ERROR_DATA,
  LM_ERROR_UNSUPPORTED,
  LM_ERROR_CANCELLED,
  LM_ERROR_USAGE,
} LmError;

GQuark lm_error_quark (void);

G_END_DECLS
