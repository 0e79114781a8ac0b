/* cli-range.h: lamina train --range-test
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-cli.h"

G_BEGIN_DECLS

/**
 * LmRangeCall: what was asked for
 * @output: (nullable): file for the picture
 * @steps: 0: 200; @batch_size, @threads: 0: as usual; @seed: negative: the project's
 */
typedef struct {
  LmProject *project;
  const char *data;
  const char *output;
  gint64 steps;
  gint64 batch_size;
  gint64 seed;
  int threads;
  gboolean is_json;
} LmRangeCall;

/* The exit status. Changes nothing in the project. */
int lm_cli_range_test (const LmRangeCall *call);

G_END_DECLS
