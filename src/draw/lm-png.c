/* lm-png.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-png.h"

#include <math.h>
#include <string.h>

#define SIGNATURE_BYTES 8
#define HEADER_BYTES 25 /* length, “IHDR”, 13 bytes, CRC */
#define MAX_KEY 79

guint32
lm_png_crc (const guint8 *data,
            gsize n)
{
  guint32 crc = 0xffffffff;

  for (gsize i = 0; i < n; i++) {
    crc ^= data[i];
    for (int bit = 0; bit < 8; bit++)
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}

static void
append_u32 (GByteArray *bytes,
            guint32 value)
{
  guint32 big = GUINT32_TO_BE (value);

  g_byte_array_append (bytes, (const guint8 *) &big, sizeof big);
}

static void
insert_chunk (GByteArray *png,
              const char type[4],
              const GByteArray *body)
{
  g_autoptr (GByteArray) chunk = g_byte_array_new ();
  gsize place = SIGNATURE_BYTES + HEADER_BYTES;
  guint old;

  g_return_if_fail (png->len >= place);

  append_u32 (chunk, body->len);
  g_byte_array_append (chunk, (const guint8 *) type, 4);
  g_byte_array_append (chunk, body->data, body->len);
  append_u32 (chunk, lm_png_crc (chunk->data + 4, chunk->len - 4));

  old = png->len;
  g_byte_array_set_size (png, old + chunk->len);
  memmove (png->data + place + chunk->len, png->data + place, old - place);
  memcpy (png->data + place, chunk->data, chunk->len);
}

void
lm_png_add_text (GByteArray *png,
                 const char *key,
                 const char *value)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autofree char *valid = g_utf8_make_valid (value, -1);
  static const guint8 zeros[4] = { 0 };
  gboolean is_ascii = g_str_is_ascii (valid);
  gsize n = MIN (strlen (key), MAX_KEY);

  if (n == 0)
    return;
  for (gsize i = 0; i < n; i++) {
    guint8 c = (guint8) key[i];

    if (c < 32 || c > 126)
      c = '_';
    g_byte_array_append (body, &c, 1);
  }
  /* iTXt: end of key, not compressed, method 0, no language, no translated key */
  g_byte_array_append (body, zeros, 1);
  if (!is_ascii)
    g_byte_array_append (body, zeros, 4);
  g_byte_array_append (body, (const guint8 *) valid, (guint) strlen (valid));
  insert_chunk (png, is_ascii ? "tEXt" : "iTXt", body);
}

void
lm_png_add_dpi (GByteArray *png,
                double dpi)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  guint32 per_metre = (guint32) lround (CLAMP (dpi, 1, 1e6) / 0.0254);
  static const guint8 metre = 1;

  append_u32 (body, per_metre);
  append_u32 (body, per_metre);
  g_byte_array_append (body, &metre, 1);
  insert_chunk (png, "pHYs", body);
}
