/* lm-image.c: the wrapper of gdk-pixbuf
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-image.h"

#include "lm-archive.h"
#include "lm-i18n.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

/* No picture file is larger than this. */
#define MAX_FILE ((guint64) 1 << 29)

/* Where the end mark of a file is looked for. */
#define TAIL 4096

static const char *const image_endings[] = { ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".pnm", ".pbm", ".pgm", ".ppm", ".webp" };

gboolean
lm_image_has_image_name (const char *name)
{
  g_autofree char *lower = g_ascii_strdown (name, -1);
  g_autofree char *base = g_path_get_basename (lower);

  if (base[0] == '.')
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (image_endings); i++) {
    if (g_str_has_suffix (base, image_endings[i]))
      return TRUE;
  }
  return FALSE;
}

void
lm_image_free (LmImage *self)
{
  g_free (self->pixels);
  g_free (self);
}

static int
be16 (const guint8 *p)
{
  return p[0] << 8 | p[1];
}

static int
le16 (const guint8 *p)
{
  return p[1] << 8 | p[0];
}

static gint64
be32 (const guint8 *p)
{
  return (gint64) be16 (p) << 16 | be16 (p + 2);
}

static gint64
le32 (const guint8 *p)
{
  return (gint64) le16 (p + 2) << 16 | le16 (p);
}

/* gdk-pixbuf's name of the format, from the first bytes; NULL for a file that is no picture. */
static const char *
sniff (const guint8 *p,
       gsize n)
{
  if (n >= 24 && memcmp (p, "\x89PNG\r\n\x1a\n", 8) == 0)
    return "png";
  if (n >= 4 && memcmp (p, "\xff\xd8\xff", 3) == 0)
    return "jpeg";
  if (n >= 14 && (memcmp (p, "GIF87a", 6) == 0 || memcmp (p, "GIF89a", 6) == 0))
    return "gif";
  if (n >= 26 && memcmp (p, "BM", 2) == 0)
    return "bmp";
  if (n >= 8 && (memcmp (p, "II*\0", 4) == 0 || memcmp (p, "MM\0*", 4) == 0))
    return "tiff";
  if (n >= 30 && memcmp (p, "RIFF", 4) == 0 && memcmp (p + 8, "WEBP", 4) == 0)
    return "webp";
  if (n >= 8 && p[0] == 'P' && p[1] >= '1' && p[1] <= '6' && g_ascii_isspace ((char) p[2]))
    return "pnm";
  return NULL;
}

/* The frame header of a JPEG: the first SOF marker. */
static gboolean
jpeg_size (const guint8 *p,
           gsize n,
           gint64 *width,
           gint64 *height)
{
  gsize at = 2;

  while (at + 9 < n) {
    int marker = p[at + 1];

    if (p[at] != 0xff)
      return FALSE;
    if (marker == 0xff) {
      at++;
    } else if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc) {
      *height = be16 (p + at + 5);
      *width = be16 (p + at + 7);
      return TRUE;
    } else {
      at += 2 + (gsize) be16 (p + at + 2);
    }
  }
  return FALSE;
}

static gboolean
webp_size (const guint8 *p,
           gint64 *width,
           gint64 *height)
{
  if (memcmp (p + 12, "VP8X", 4) == 0) {
    *width = 1 + (le32 (p + 24) & 0xffffff);
    *height = 1 + (p[27] | p[28] << 8 | p[29] << 16);
    return TRUE;
  }
  if (memcmp (p + 12, "VP8L", 4) == 0) {
    gint64 bits = le32 (p + 21);

    *width = 1 + (bits & 0x3fff);
    *height = 1 + (bits >> 14 & 0x3fff);
    return TRUE;
  }
  *width = le16 (p + 26) & 0x3fff;
  *height = le16 (p + 28) & 0x3fff;
  return memcmp (p + 12, "VP8 ", 4) == 0;
}

static gint64
number (const guint8 *p,
        int n_bytes,
        gboolean big_endian)
{
  gint64 value = 0;

  for (int i = 0; i < n_bytes; i++)
    value = value << 8 | p[big_endian ? i : n_bytes - 1 - i];
  return value;
}

/* Tags 256 and 257 of the first directory, which lies anywhere in the file. */
static gboolean
tiff_size (const guint8 *p,
           gsize n,
           gint64 *width,
           gint64 *height)
{
  gboolean big_endian = p[0] == 'M';
  gsize at = (gsize) number (p + 4, 4, big_endian);
  gint64 n_entries;

  *width = *height = 0;
  if (at + 2 > n)
    return FALSE;
  n_entries = number (p + at, 2, big_endian);
  at += 2;
  for (gint64 i = 0; i < n_entries && at + 12 <= n; i++, at += 12) {
    gint64 tag = number (p + at, 2, big_endian);
    gint64 value = number (p + at + 8, number (p + at + 2, 2, big_endian) == 3 ? 2 : 4, big_endian);

    if (tag == 256)
      *width = value;
    else if (tag == 257)
      *height = value;
  }
  return *width > 0 && *height > 0;
}

/* “P5 640 480 …” with comments that begin with #. */
static gboolean
pnm_size (const guint8 *p,
          gsize n,
          gint64 *width,
          gint64 *height)
{
  gint64 size[2] = { 0, 0 };
  gsize at = 2;

  for (int k = 0; k < 2; k++) {
    while (at < n && (g_ascii_isspace ((char) p[at]) || p[at] == '#')) {
      if (p[at] == '#') {
        while (at < n && p[at] != '\n')
          at++;
      } else {
        at++;
      }
    }
    while (at < n && g_ascii_isdigit ((char) p[at]) && size[k] < G_MAXINT32)
      size[k] = size[k] * 10 + (p[at++] - '0');
  }
  *width = size[0];
  *height = size[1];
  return TRUE;
}

/* Behind a chain of sub-blocks, each with its length in front; 0 if it breaks off. */
static gsize
gif_skip_blocks (const guint8 *p,
                 gsize n,
                 gsize at)
{
  while (at < n && p[at] != 0)
    at += 1 + (gsize) p[at];
  return at < n ? at + 1 : 0;
}

/* Where the first picture of a GIF ends; 0 if there is none, or if it does not lie in the frame. Only that much is given to
 * the loader, which would unpack a whole film. */
static gsize
gif_first_end (const guint8 *p,
               gsize n)
{
  gsize at = 13 + (p[10] & 0x80 ? (gsize) 3 << ((p[10] & 7) + 1) : 0);

  while (at + 10 < n) {
    const guint8 *q = p + at;

    if (q[0] == 0x21) {
      at = gif_skip_blocks (p, n, at + 2);
    } else if (q[0] == 0x2c) {
      if (le16 (q + 5) == 0 || le16 (q + 7) == 0 || le16 (q + 1) + le16 (q + 5) > le16 (p + 6) || le16 (q + 3) + le16 (q + 7) > le16 (p + 8))
        return 0;
      at += 10 + (q[9] & 0x80 ? (gsize) 3 << ((q[9] & 7) + 1) : 0) + 1;
      return at < n ? gif_skip_blocks (p, n, at) : 0;
    } else {
      return 0;
    }
    if (at == 0)
      return 0;
  }
  return 0;
}

static gboolean
sniff_size (const guint8 *p,
            gsize n,
            gint64 *width,
            gint64 *height)
{
  const char *format = sniff (p, n);

  if (format == NULL)
    return FALSE;
  if (strcmp (format, "png") == 0) {
    *width = be32 (p + 16);
    *height = be32 (p + 20);
  } else if (strcmp (format, "gif") == 0) {
    *width = le16 (p + 6);
    *height = le16 (p + 8);
  } else if (strcmp (format, "bmp") == 0) {
    gboolean is_old = le32 (p + 14) == 12;

    /* Pixels and header within the file: the loader would ask for memory up to there. */
    if (le32 (p + 10) > (gint64) n || le32 (p + 14) > (gint64) n)
      return FALSE;
    *width = is_old ? le16 (p + 18) : le32 (p + 18);
    *height = is_old ? le16 (p + 20) : ABS ((gint64) (gint32) le32 (p + 22));
  } else if (strcmp (format, "jpeg") == 0) {
    return jpeg_size (p, n, width, height);
  } else if (strcmp (format, "webp") == 0) {
    return webp_size (p, width, height);
  } else if (strcmp (format, "pnm") == 0) {
    return pnm_size (p, n, width, height);
  } else if (strcmp (format, "tiff") == 0) {
    return tiff_size (p, n, width, height);
  } else {
    return FALSE;
  }
  return TRUE;
}

static gboolean
size_is_allowed (gint64 width,
                 gint64 height)
{
  return width > 0 && height > 0 && width <= LM_IMAGE_MAX_SIDE && height <= LM_IMAGE_MAX_SIDE &&
         width * height <= LM_IMAGE_MAX_PIXELS;
}

gboolean
lm_image_get_size (const void *data,
                   gsize n,
                   int *width,
                   int *height)
{
  gint64 w, h;

  if (!sniff_size (data, n, &w, &h) || !size_is_allowed (w, h))
    return FALSE;
  *width = (int) w;
  *height = (int) h;
  return TRUE;
}

static void
set_size_error (GError **error,
                const char *shown,
                gint64 width,
                gint64 height)
{
  g_set_error (error, LM_ERROR, LM_ERROR_LIMIT,
               _ ("The picture “%s” claims %'lld×%'lld pixels, but 1 to %'d on a side and at most %'lld in all are read. Save it in another size."),
               shown, (long long) width, (long long) height, LM_IMAGE_MAX_SIDE, (long long) LM_IMAGE_MAX_PIXELS);
}

static void
set_foreign_error (GError **error,
                   const char *shown)
{
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
               _ ("“%s” is not a picture that Lamina reads (PNG, JPEG, GIF, BMP, TIFF, PNM, WebP)."), shown);
}

static void
set_reader_error (GError **error,
                  const char *shown,
                  const char *format)
{
  g_set_error (error, LM_ERROR, LM_ERROR_UNSUPPORTED,
               _ ("This computer has no reader for %s pictures such as “%s”. Save it as PNG."), format, shown);
}

static void
set_cut_error (GError **error,
               const char *shown)
{
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("The picture “%s” is cut short: its end is missing. Copy or download it again."), shown);
}

static gboolean
can_read (const char *format)
{
  GSList *formats = gdk_pixbuf_get_formats ();
  gboolean found = FALSE;

  for (GSList *l = formats; l != NULL && !found; l = l->next) {
    g_autofree char *name = gdk_pixbuf_format_get_name (l->data);

    found = strcmp (name, format) == 0;
  }
  g_slist_free (formats);
  return found;
}

/* TRUE if the format has an end mark and it is missing from the last bytes. Some programs write a little behind it. */
static gboolean
breaks_off (const char *format,
            const guint8 *tail,
            gsize n)
{
  if (strcmp (format, "png") == 0)
    return memmem (tail, n, "IEND", 4) == NULL;
  if (strcmp (format, "jpeg") == 0)
    return memmem (tail, n, "\xff\xd9", 2) == NULL;
  if (strcmp (format, "gif") == 0)
    return memchr (tail, ';', n) == NULL;
  return FALSE;
}

gboolean
lm_image_check (const guint8 *head,
                gsize n_head,
                const guint8 *tail,
                gsize n_tail,
                const char *shown,
                int *width,
                int *height,
                GError **error)
{
  const char *format = sniff (head, n_head);
  gint64 w = 0;
  gint64 h = 0;

  if (n_head == 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("The picture “%s” is empty: 0 bytes."), shown);
    return FALSE;
  }
  if (format == NULL) {
    set_foreign_error (error, shown);
    return FALSE;
  }
  if (!can_read (format)) {
    set_reader_error (error, shown, format);
    return FALSE;
  }
  if (sniff_size (head, n_head, &w, &h) && !size_is_allowed (w, h)) {
    set_size_error (error, shown, w, h);
    return FALSE;
  }
  if (breaks_off (format, tail, n_tail)) {
    set_cut_error (error, shown);
    return FALSE;
  }
  *width = (int) w;
  *height = (int) h;
  return TRUE;
}

static void
set_broken_error (GError **error,
                  const char *shown,
                  gsize n,
                  const char *reason)
{
  g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
               _ ("Cannot read the picture “%s”: it is damaged or cut short after %'llu bytes (%s)."),
               shown, (unsigned long long) n, reason);
}

/* FALSE if no file of @n bytes can hold so many pixels: deflate packs at most 1032 bytes into one, of up to 8 pixels each;
 * LZW and JPEG do not reach that. A fax page in a TIFF may, and flat WebP holds anything. */
static gboolean
size_is_plausible (const char *format,
                   gsize n,
                   gint64 width,
                   gint64 height)
{
  gint64 per_byte = strcmp (format, "tiff") == 0 ? 1 << 18 : 8300;

  return strcmp (format, "webp") == 0 || width * height / per_byte <= (gint64) n;
}

static GdkPixbuf *
load_pixbuf (const guint8 *data,
             gsize n,
             const char *shown,
             GError **error)
{
  const char *format = sniff (data, n);
  g_autoptr (GdkPixbufLoader) loader = NULL;
  g_autoptr (GError) reason = NULL;
  g_autoptr (GdkPixbuf) upright = NULL;
  gint64 width = 0;
  gint64 height = 0;
  gboolean good;

  if (format == NULL) {
    set_foreign_error (error, shown);
    return NULL;
  }
  if (!sniff_size (data, n, &width, &height)) {
    set_broken_error (error, shown, n, format);
    return NULL;
  }
  if (!size_is_allowed (width, height)) {
    set_size_error (error, shown, width, height);
    return NULL;
  }
  if (!size_is_plausible (format, n, width, height)) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT,
                 _ ("Cannot read the picture “%s”: it claims %'lld×%'lld pixels, which cannot be in a file of %'llu bytes."),
                 shown, (long long) width, (long long) height, (unsigned long long) n);
    return NULL;
  }
  if (breaks_off (format, data + n - MIN (n, TAIL), MIN (n, TAIL))) {
    set_cut_error (error, shown);
    return NULL;
  }
  loader = gdk_pixbuf_loader_new_with_type (format, &reason);
  if (loader == NULL) {
    set_reader_error (error, shown, format);
    return NULL;
  }
  if (strcmp (format, "gif") == 0) {
    gsize end = gif_first_end (data, n);

    good = end > 0 && gdk_pixbuf_loader_write (loader, data, end, &reason) && gdk_pixbuf_loader_write (loader, (const guint8 *) ";", 1, &reason);
  } else {
    good = gdk_pixbuf_loader_write (loader, data, n, &reason);
  }
  good = gdk_pixbuf_loader_close (loader, good ? &reason : NULL) && good;
  if (!good || gdk_pixbuf_loader_get_pixbuf (loader) == NULL) {
    set_broken_error (error, shown, n, reason != NULL ? reason->message : format);
    return NULL;
  }
  upright = gdk_pixbuf_apply_embedded_orientation (gdk_pixbuf_loader_get_pixbuf (loader));
  return g_steal_pointer (&upright);
}

/* One row of gdk-pixbuf's bytes as red, green, blue on white. */
static void
copy_row (const guint8 *src,
          int n_channels,
          int width,
          guint8 *out)
{
  for (int x = 0; x < width; x++, src += n_channels) {
    int alpha = n_channels == 4 ? src[3] : 255;

    for (int c = 0; c < 3; c++)
      *out++ = alpha == 255 ? src[c] : (guint8) ((src[c] * alpha + 255 * (255 - alpha) + 127) / 255);
  }
}

static gboolean
is_grey (const guint8 *pixels,
         gsize n)
{
  for (gsize i = 0; i < n; i++) {
    if (pixels[3 * i] != pixels[3 * i + 1] || pixels[3 * i] != pixels[3 * i + 2])
      return FALSE;
  }
  return TRUE;
}

LmImage *
lm_image_decode (const void *data,
                 gsize n,
                 const char *shown,
                 GError **error)
{
  g_autoptr (GdkPixbuf) pixbuf = load_pixbuf (data, n, shown, error);
  g_autoptr (LmImage) self = NULL;
  const guint8 *src;
  gsize n_pixels;

  if (pixbuf == NULL)
    return NULL;
  self = g_new0 (LmImage, 1);
  self->width = gdk_pixbuf_get_width (pixbuf);
  self->height = gdk_pixbuf_get_height (pixbuf);
  self->channels = 3;
  if (!size_is_allowed (self->width, self->height)) {
    set_size_error (error, shown, self->width, self->height);
    return NULL;
  }
  n_pixels = (gsize) self->width * (gsize) self->height;
  self->pixels = g_try_malloc (3 * n_pixels);
  if (self->pixels == NULL) {
    set_size_error (error, shown, self->width, self->height);
    return NULL;
  }
  src = gdk_pixbuf_read_pixels (pixbuf);
  for (int y = 0; y < self->height; y++)
    copy_row (src + (gsize) y * (gsize) gdk_pixbuf_get_rowstride (pixbuf), gdk_pixbuf_get_n_channels (pixbuf),
              self->width, self->pixels + 3 * (gsize) y * (gsize) self->width);
  if (is_grey (self->pixels, n_pixels)) {
    self->channels = 1;
    for (gsize i = 0; i < n_pixels; i++)
      self->pixels[i] = self->pixels[3 * i];
    self->pixels = g_realloc (self->pixels, n_pixels);
  }
  return g_steal_pointer (&self);
}

LmImage *
lm_image_load (const char *path,
               const char *shown,
               GError **error)
{
  g_autoptr (GBytes) bytes = lm_file_read (path, shown, MAX_FILE, error);
  gsize n;
  const void *data;

  if (bytes == NULL)
    return NULL;
  data = g_bytes_get_data (bytes, &n);
  if (n == 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_FORMAT, _ ("The picture “%s” is empty: 0 bytes."), shown);
    return NULL;
  }
  return lm_image_decode (data, n, shown, error);
}
