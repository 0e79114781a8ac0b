/* lm-image.h: the wrapper of gdk-pixbuf: files into pixels, and pixels to another size
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"
#include "lm-tensor.h"

G_BEGIN_DECLS

/* No side of a picture is longer, and no picture has more pixels. */
#define LM_IMAGE_MAX_SIDE 32767
#define LM_IMAGE_MAX_PIXELS ((gint64) 1 << 27)

/**
 * LmImage:
 * @channels: 1 (grey) or 3 (red, green, blue)
 * @pixels: (height, width, channels), 0 … 255, row after row without gaps
 *
 * Transparent pixels lie on white. Photographs stand upright (EXIF).
 */
typedef struct {
  int width;
  int height;
  int channels;
  guint8 *pixels;
} LmImage;

void lm_image_free (LmImage *self);

/**
 * lm_image_decode:
 * @shown: name for messages
 *
 * Reads PNG, JPEG, GIF (first frame), BMP, TIFF, PNM, WebP where installed. A
 * picture whose pixels are all grey comes with one channel.
 *
 * Errors: %LM_ERROR_FORMAT (no picture, or it breaks off), %LM_ERROR_LIMIT (too many pixels, found before decoding)
 * Thread: any
 */
LmImage *lm_image_decode (const void *data, gsize n, const char *shown, GError **error);
LmImage *lm_image_load (const char *path, const char *shown, GError **error);

/* Width and height from the first bytes, without decoding. @n may be the first 64 KiB of the file. */
gboolean lm_image_get_size (const void *data, gsize n, int *width, int *height);

/**
 * lm_image_check:
 * @head, @tail: (array): the first bytes (64 KiB are enough) and the last of the file
 *
 * A look without decoding: the format is known and can be read here, the
 * size is allowed, and the file does not break off (where the format has an end
 * mark: PNG, JPEG, GIF). A width and height of 0 mean that only decoding tells.
 *
 * Returns: %FALSE with an error of lm_image_decode() set
 */
gboolean lm_image_check (const guint8 *head, gsize n_head, const guint8 *tail, gsize n_tail, const char *shown, int *width, int *height, GError **error);

/* TRUE for the names of files that lm_image_load() may read: .png, .jpg, … */
gboolean lm_image_has_image_name (const char *name);

/* What to do where the picture has another shape than wanted. */
typedef enum {
  LM_KEEP_STRETCH, /* keep all of it, squeeze */
  LM_KEEP_CROP,    /* keep proportions, cut off what stands out, centred */
  LM_KEEP_FIT,     /* keep proportions and all of it, black margins */
} LmImageKeep;

extern const char *const lm_image_keep_names[]; /* “stretch”, “crop”, “fit”, NULL */

/**
 * lm_image_resize:
 * @channels: 1 or 3; colour becomes grey as 0.299 R + 0.587 G + 0.114 B
 * @out: (height, width, channels)
 *
 * Shrinks by averaging over a triangle as wide as two target pixels and
 * enlarges linearly between pixel centres; rounds to the nearest whole value.
 *
 * Source: separable resampling with a triangle filter; ITU-R BT.601 luma
 */
void lm_image_resize (const LmImage *self, int height, int width, int channels, LmImageKeep keep, guint8 *out);

/* Returns: (transfer full): the same as a float32 tensor (height, width, channels), 0 … 255: what `images:` gives for the file. */
LmTensor *lm_image_to_tensor (const LmImage *self, int height, int width, int channels, LmImageKeep keep, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmImage, lm_image_free)

G_END_DECLS
