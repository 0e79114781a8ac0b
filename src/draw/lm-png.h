/* lm-png.h: what cairo's PNG writer leaves out
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* CRC-32 of ISO 3309 as PNG uses it (PNG 1.2, section 3.4): 0xcbf43926 for “123456789”. */
guint32 lm_png_crc (const guint8 *data, gsize n);

/**
 * lm_png_add_text:
 * @png: a whole PNG file
 * @key: 1 to 79 characters; what is not printable ASCII becomes “_”
 * @value: UTF-8
 *
 * Adds a text chunk behind the header: tEXt if @value is ASCII, else iTXt
 * (PNG 1.2, section 4.2.3).
 */
void lm_png_add_text (GByteArray *png, const char *key, const char *value);

/* Adds a pHYs chunk: so many pixels to the inch. */
void lm_png_add_dpi (GByteArray *png, double dpi);

G_END_DECLS
