/* test-kernels-map-f64.c: the same tests for the double build
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#define LM_REAL_DOUBLE
#include "test-kernels-map.c"
