/* test-images.c: decoding, resizing, and pictures in folders
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-archive.h"
#include "lm-image.h"
#include "lm-source.h"

#include "data-files.h"

/* Files and figures below come from Pillow 12: random pixels, and what Image.resize (…, BILINEAR) and convert ("L") make of
 * them. */
/* clang-format off */
static const char png_7x5[] =
  "\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x07\x00\x00\x00\x05"
  "\x08\x02\x00\x00\x00\x06\xf8\x61\x8f\x00\x00\x00\x79\x49\x44\x41\x54\x78\x9c\x01\x6e\x00\x91\xff"
  "\x01\x25\xeb\x8c\x23\x14\xfd\x83\x86\xc6\xf5\x0b\x32\x0c\xb7\x6c\x30\x3f\x2c\xb6\x8e\xe5\x04\x40"
  "\xa7\x48\x26\x6a\x16\xd1\x18\x05\x96\xa7\x49\xa5\xa5\x04\xfb\xf5\x47\xa4\x07\xeb\x01\x89\x07\x3f"
  "\xb4\x0f\xfa\xc4\x6a\x03\xd0\x88\x9c\xbc\x6b\xd7\x5d\x06\x19\x34\xce\xbb\x00\xc6\x95\x31\x39\x03"
  "\xc4\x18\xf1\x2b\x4c\x1a\x34\x50\x6d\x73\x29\xd2\x0f\x40\xc4\x19\x02\xa9\x4d\xa6\x4e\x17\xd5\x50"
  "\x25\xde\x77\xcd\x4a\xc7\x10\xf1\x72\xd3\x2a\x13\xe2\x6f\x20\x06\x2f\x1c\xf4\xc0\x52\x9c\x00\x00"
  "\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";
static const char jpeg_16[] =
  "\xff\xd8\xff\xe0\x00\x10\x4a\x46\x49\x46\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xdb\x00\x43"
  "\x00\x03\x02\x02\x03\x02\x02\x03\x03\x03\x03\x04\x03\x03\x04\x05\x08\x05\x05\x04\x04\x05\x0a\x07"
  "\x07\x06\x08\x0c\x0a\x0c\x0c\x0b\x0a\x0b\x0b\x0d\x0e\x12\x10\x0d\x0e\x11\x0e\x0b\x0b\x10\x16\x10"
  "\x11\x13\x14\x15\x15\x15\x0c\x0f\x17\x18\x16\x14\x18\x12\x14\x15\x14\xff\xc0\x00\x0b\x08\x00\x10"
  "\x00\x10\x01\x01\x11\x00\xff\xc4\x00\x16\x00\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
  "\x00\x00\x00\x05\x08\x09\xff\xc4\x00\x19\x10\x00\x01\x05\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
  "\x00\x00\x00\x00\x04\x08\x24\x31\xa2\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x92\x13\x36\xda\x8b"
  "\x91\x64\xcd\xb6\xa2\xe4\xd4\x04\xcd\xb6\xa2\xe4\x55\x33\x6d\xa8\xb9\x3f\xff\xd9";
static const char gif_16[] =
  "\x47\x49\x46\x38\x37\x61\x10\x00\x10\x00\x82\x00\x00\x10\xef\x08\x31\xcf\x18\x51\xae\x28\x71\x8e"
  "\x38\x91\x6e\x48\xb1\x4e\x58\xd1\x2f\x68\xf0\x0f\x78\x2c\x00\x00\x00\x00\x10\x00\x10\x00\x40\x08"
  "\x54\x00\x01\x08\x1c\x48\xb0\x20\x80\x01\x04\x12\x2a\x5c\xc8\x30\x80\x80\x87\x10\x23\x4a\x2c\x60"
  "\xa0\xa2\xc5\x8b\x18\x01\x04\xd8\xc8\xb1\xa3\xc7\x87\x03\x42\x8a\x1c\x39\x32\x61\x81\x93\x28\x53"
  "\xa6\x34\x70\xa0\xa5\xcb\x97\x30\x0d\xca\x1c\xe8\xb1\xe6\x47\x89\x38\x23\x92\xdc\x49\x92\xa1\x4f"
  "\x86\x2a\x83\xaa\xc4\x48\x14\x23\xcc\xa3\x30\x03\x02\x00\x3b";
static const char bmp_6x4[] =
  "\x42\x4d\x86\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x06\x00\x00\x00\x04\x00"
  "\x00\x00\x01\x00\x18\x00\x00\x00\x00\x00\x50\x00\x00\x00\xc4\x0e\x00\x00\xc4\x0e\x00\x00\x00\x00"
  "\x00\x00\x00\x00\x00\x00\x18\xcf\x30\x18\xce\x31\x19\xcd\x32\x19\xcc\x33\x1a\xcb\x34\x1a\xca\x35"
  "\x00\x00\x10\xdf\x20\x10\xde\x21\x11\xdd\x22\x11\xdc\x23\x12\xdb\x24\x12\xda\x25\x00\x00\x08\xef"
  "\x10\x08\xee\x11\x09\xed\x12\x09\xec\x13\x0a\xeb\x14\x0a\xea\x15\x00\x00\x00\xff\x00\x00\xfe\x01"
  "\x01\xfd\x02\x01\xfc\x03\x02\xfb\x04\x02\xfa\x05\x00\x00";
static const char tiff_6x4[] =
  "\x49\x49\x2a\x00\x08\x00\x00\x00\x0a\x00\x00\x01\x04\x00\x01\x00\x00\x00\x06\x00\x00\x00\x01\x01"
  "\x04\x00\x01\x00\x00\x00\x04\x00\x00\x00\x02\x01\x03\x00\x03\x00\x00\x00\x86\x00\x00\x00\x03\x01"
  "\x03\x00\x01\x00\x00\x00\x01\x00\x00\x00\x06\x01\x03\x00\x01\x00\x00\x00\x02\x00\x00\x00\x11\x01"
  "\x04\x00\x01\x00\x00\x00\x8c\x00\x00\x00\x15\x01\x03\x00\x01\x00\x00\x00\x03\x00\x00\x00\x16\x01"
  "\x04\x00\x01\x00\x00\x00\x04\x00\x00\x00\x17\x01\x04\x00\x01\x00\x00\x00\x48\x00\x00\x00\x1c\x01"
  "\x03\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x08\x00\x08\x00\x08\x00\x00\xff\x00\x01"
  "\xfe\x00\x02\xfd\x01\x03\xfc\x01\x04\xfb\x02\x05\xfa\x02\x10\xef\x08\x11\xee\x08\x12\xed\x09\x13"
  "\xec\x09\x14\xeb\x0a\x15\xea\x0a\x20\xdf\x10\x21\xde\x10\x22\xdd\x11\x23\xdc\x11\x24\xdb\x12\x25"
  "\xda\x12\x30\xcf\x18\x31\xce\x18\x32\xcd\x19\x33\xcc\x19\x34\xcb\x1a\x35\xca\x1a";
static const char png_alpha[] =
  "\x89\x50\x4e\x47\x0d\x0a\x1a\x0a\x00\x00\x00\x0d\x49\x48\x44\x52\x00\x00\x00\x02\x00\x00\x00\x02"
  "\x08\x06\x00\x00\x00\x72\xb6\x0d\x24\x00\x00\x00\x1a\x49\x44\x41\x54\x78\x9c\x63\x3c\xc1\xc0\xf0"
  "\x9f\x81\x81\x81\x91\x89\x81\x81\x81\x91\x81\x81\xa1\x01\x00\x1b\xff\x02\x4d\x2a\x2e\xd4\x9e\x00"
  "\x00\x00\x00\x49\x45\x4e\x44\xae\x42\x60\x82";
static const guint8 pixels_7x5[] = {
  37, 235, 140, 72, 255, 137, 203, 133, 79, 192, 144, 129, 204, 71, 237, 252, 134, 25, 178, 20, 254, 101, 146, 212,
  139, 252, 234, 156, 157, 142, 50, 68, 215, 215, 233, 241, 247, 222, 96, 86, 141, 233, 137, 7, 63, 61, 22, 57,
  1, 128, 60, 209, 8, 216, 141, 115, 175, 234, 121, 200, 30, 71, 131, 198, 149, 49, 57, 3, 196, 24, 241, 43,
  76, 26, 52, 80, 109, 115, 41, 210, 15, 64, 196, 25, 111, 226, 215, 135, 26, 153, 104, 22, 9, 195, 231, 126,
  23, 125, 100, 155, 165, 57, 83, 166, 136
};
static const guint8 pil_4x3[] = {
  86, 219, 171, 152, 156, 138, 195, 139, 182, 190, 118, 164, 110, 73, 107, 77, 104, 114, 154, 112, 169, 116, 137, 135,
  124, 114, 150, 97, 103, 73, 86, 139, 90, 87, 179, 68
};
static const guint8 pil_10x9[] = {
  37, 235, 140, 56, 246, 138, 105, 225, 123, 196, 139, 82, 196, 140, 112, 196, 118, 167, 206, 74, 226, 240, 118, 78,
  219, 83, 128, 178, 20, 254, 58, 205, 164, 78, 232, 167, 118, 226, 152, 182, 147, 104, 160, 126, 138, 167, 121, 186,
  210, 127, 229, 240, 154, 96, 204, 117, 138, 147, 60, 247, 94, 156, 204, 115, 209, 214, 139, 228, 201, 160, 159, 140,
  99, 104, 180, 118, 125, 218, 216, 214, 233, 239, 213, 126, 180, 175, 155, 96, 128, 235, 117, 84, 146, 110, 120, 151,
  100, 148, 143, 88, 145, 108, 109, 77, 177, 142, 90, 214, 185, 180, 208, 227, 178, 160, 160, 147, 163, 61, 110, 188,
  137, 7, 63, 95, 15, 60, 46, 49, 58, 4, 123, 60, 136, 50, 161, 185, 45, 202, 146, 115, 176, 211, 120, 194,
  142, 98, 169, 30, 71, 131, 171, 86, 55, 109, 45, 99, 48, 57, 114, 16, 182, 55, 93, 78, 99, 125, 51, 131,
  108, 114, 139, 122, 156, 108, 91, 157, 86, 49, 140, 72, 188, 158, 67, 120, 74, 136, 58, 59, 153, 35, 206, 47,
  70, 107, 53, 83, 70, 79, 73, 115, 109, 59, 182, 43, 59, 200, 28, 66, 193, 37, 140, 200, 160, 123, 100, 164,
  101, 38, 131, 79, 91, 28, 128, 139, 73, 116, 148, 103, 46, 123, 102, 98, 165, 59, 99, 178, 69, 77, 176, 99,
  111, 226, 215, 124, 116, 181, 127, 25, 117, 106, 22, 16, 163, 158, 85, 135, 194, 117, 30, 127, 98, 122, 155, 68,
  123, 165, 93, 83, 166, 136
};
static const guint8 pil_grey[] = {
  165, 187, 148, 157, 130, 157, 94, 140, 216, 155, 79, 229, 215, 135, 52, 38, 82, 92, 130, 164, 66, 152, 41, 154,
  44, 101, 137, 137, 190, 73, 45, 208, 92, 150, 138
};
static const guint8 pil_bmp[] = {
  0, 255, 0, 1, 254, 0, 2, 253, 1, 3, 252, 1, 4, 251, 2, 5, 250, 2, 16, 239, 8, 17, 238, 8,
  18, 237, 9, 19, 236, 9, 20, 235, 10, 21, 234, 10, 32, 223, 16, 33, 222, 16, 34, 221, 17, 35, 220, 17,
  36, 219, 18, 37, 218, 18, 48, 207, 24, 49, 206, 24, 50, 205, 25, 51, 204, 25, 52, 203, 26, 53, 202, 26
};
/* clang-format on */

#define BYTES(array) (array), sizeof (array) - 1

/* As Pillow, which rounds between its two passes and may differ by one. */
static void
assert_close (const guint8 *a,
              const guint8 *b,
              gsize n)
{
  for (gsize i = 0; i < n; i++) {
    if (ABS (a[i] - b[i]) > 1)
      g_error ("value %d is %d, Pillow says %d", (int) i, a[i], b[i]);
  }
}

static void
test_decode_png (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmImage) image = lm_image_decode (BYTES (png_7x5), "a.png", &error);

  g_assert_no_error (error);
  g_assert_cmpint (image->width, ==, 7);
  g_assert_cmpint (image->height, ==, 5);
  g_assert_cmpint (image->channels, ==, 3);
  g_assert_cmpmem (image->pixels, 105, pixels_7x5, 105);
}

static void
test_decode_others (void)
{
  static const struct {
    const char *data;
    gsize n;
    int width;
    int channels;
  } cases[] = {
    { BYTES (jpeg_16), 16, 1 },
    { BYTES (gif_16), 16, 3 },
    { BYTES (bmp_6x4), 6, 3 },
    { BYTES (tiff_6x4), 6, 3 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (LmImage) image = lm_image_decode (cases[i].data, cases[i].n, "a", &error);
    int width, height;

    g_assert_no_error (error);
    g_assert_cmpint (image->width, ==, cases[i].width);
    g_assert_cmpint (image->channels, ==, cases[i].channels);
    g_assert_true (lm_image_get_size (cases[i].data, cases[i].n, &width, &height));
    g_assert_cmpint (width, ==, image->width);
    g_assert_cmpint (height, ==, image->height);
    if (cases[i].width == 6)
      g_assert_cmpmem (image->pixels, 72, pil_bmp, 72);
  }
}

static void
test_transparent_is_white (void)
{
  g_autoptr (LmImage) image = lm_image_decode (BYTES (png_alpha), "a.png", NULL);
  static const guint8 expected[] = { 200, 0, 0, 255, 255, 255, 255, 255, 255, 227, 127, 127 };

  g_assert_cmpint (image->channels, ==, 3);
  g_assert_cmpmem (image->pixels, 12, expected, 12);
}

static void
test_resize_as_pillow (void)
{
  LmImage image = { 7, 5, 3, (guint8 *) pixels_7x5 };
  guint8 out[270];

  lm_image_resize (&image, 3, 4, 3, LM_KEEP_STRETCH, out);
  assert_close (out, pil_4x3, 36);
  lm_image_resize (&image, 9, 10, 3, LM_KEEP_STRETCH, out);
  assert_close (out, pil_10x9, 270);
  lm_image_resize (&image, 5, 7, 3, LM_KEEP_CROP, out);
  g_assert_cmpmem (out, 105, pixels_7x5, 105);
  lm_image_resize (&image, 5, 7, 1, LM_KEEP_FIT, out);
  assert_close (out, pil_grey, 35);
}

static void
test_resize_keeps (void)
{
  guint8 pixels[40 * 20];
  LmImage image = { 40, 20, 1, pixels };
  guint8 out[100];

  for (int i = 0; i < 800; i++)
    pixels[i] = (guint8) (i % 40 < 10 ? 50 : i % 40 < 30 ? 100
                                                         : 200);
  lm_image_resize (&image, 10, 10, 1, LM_KEEP_CROP, out);
  for (int i = 0; i < 100; i++)
    g_assert_cmpint (out[i], >, 90);
  g_assert_cmpint (out[5], ==, 100);
  lm_image_resize (&image, 10, 10, 1, LM_KEEP_FIT, out);
  for (int i = 0; i < 100; i++) {
    if (i / 10 < 2 || i / 10 > 6)
      g_assert_cmpint (out[i], ==, 0);
    else
      g_assert_cmpint (out[i], >, 0);
  }
}

static void
test_tensor_is_the_same (void)
{
  LmImage image = { 7, 5, 3, (guint8 *) pixels_7x5 };
  g_autoptr (LmTensor) t = lm_image_to_tensor (&image, 5, 7, 3, LM_KEEP_STRETCH, NULL);

  g_assert_true (lm_shape_equal (&t->shape, &LM_SHAPE (5, 7, 3)));
  for (int i = 0; i < 105; i++)
    g_assert_cmpfloat (lm_tensor_f32 (t)[i], ==, pixels_7x5[i]);
}

/* A PNG that claims 2³⁰ pixels on a side, a BMP, GIF and PNM likewise; text; nothing. */
static void
test_decode_errors (void)
{
  g_autofree char *png = g_memdup2 (png_7x5, sizeof png_7x5);
  static const struct {
    const char *data;
    gsize n;
    LmError code;
  } cases[] = {
    { "", 0, LM_ERROR_FORMAT },
    { "hello", 5, LM_ERROR_FORMAT },
    { "P5 99999999 99999999 255 xxxx", 29, LM_ERROR_LIMIT },
    { "GIF89a\xff\xff\xff\xff\x80\x00\x00,,,,,,", 20, LM_ERROR_LIMIT },
    { "\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03...", 15, LM_ERROR_LIMIT },
    { "\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", 18, LM_ERROR_FORMAT },
    { "MM\0*\xff\xff\xff\xff", 8, LM_ERROR_FORMAT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    LmImage *image = lm_image_decode (cases[i].data, cases[i].n, "a.png", &error);

    g_assert_null (image);
    if (!g_error_matches (error, LM_ERROR, cases[i].code))
      g_error ("case %d: %s", (int) i, error->message);
    assert_told (error, "a.png");
  }
  memcpy (png + 16, "\0\0\x20\0\0\0\x20\0", 8); /* 2²⁶ pixels in 188 bytes */
  {
    g_autoptr (GError) error = NULL;

    g_assert_null (lm_image_decode (png, sizeof png_7x5 - 1, "a.png", &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_FORMAT);
    assert_told (error, "8192");
  }
  for (int k = 0; k < 2; k++) {
    g_autoptr (GError) error = NULL;

    memcpy (png + 16, k ? "\x40\0\0\0\0\0\0\1" : "\0\0\x7f\xff\0\0\x7f\xff", 8);
    g_assert_null (lm_image_decode (png, sizeof png_7x5 - 1, "a.png", &error));
    g_assert_error (error, LM_ERROR, LM_ERROR_LIMIT);
  }
}

static void
test_cut_short (void)
{
  static const struct {
    const char *data;
    gsize n;
  } cases[] = {
    { BYTES (png_7x5) },
    { BYTES (jpeg_16) },
    { BYTES (gif_16) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    for (gsize n = 30; n < cases[i].n - 1; n += 7) {
      const guint8 *data = (const guint8 *) cases[i].data;
      g_autoptr (GError) error = NULL;
      int width, height;

      if (lm_image_check (data, n, data, n, "a", &width, &height, &error) && memchr (data + n - 8, ';', 8) == NULL)
        g_error ("%d of %d bytes of picture %d pass", (int) n, (int) cases[i].n, (int) i);
    }
  }
}

static void
test_survives_damage (void)
{
  static const struct {
    const char *data;
    gsize n;
  } cases[] = {
    { BYTES (png_7x5) },
    { BYTES (jpeg_16) },
    { BYTES (gif_16) },
    { BYTES (bmp_6x4) },
    { BYTES (tiff_6x4) },
    { "P5 # grey\n3 2 255 abcdef", 24 },
  };

  for (guint64 round = 0; round < 3000; round++) {
    gsize k = round % G_N_ELEMENTS (cases);
    g_autoptr (GByteArray) bad = damage ((const guint8 *) cases[k].data, cases[k].n, round);
    g_autoptr (GError) error = NULL;
    g_autoptr (LmImage) image = lm_image_decode (bad->data, bad->len, "a.png", &error);
    int width = 1;
    int height = 1;

    if (image == NULL)
      assert_told (error, "a.png");
    if (lm_image_get_size (bad->data, bad->len, &width, &height))
      g_assert_cmpint (MIN (width, height), >, 0);
  }
}

static LmDataset *
open_at (const char *folder,
         const char *spec,
         GError **error)
{
  LmOpenArgs args = LM_OPEN_ARGS_DEFAULT;

  args.base_dir = folder;
  return lm_data_open (spec, &args, error);
}

static void
test_folders (void)
{
  g_autofree char *folder = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;
  g_autofree char *guess = NULL;
  g_autofree char *name = NULL;
  guint8 pixels[105];
  guint32 i = 0;
  gint32 label;

  for (int k = 0; k < 10; k++) {
    g_autofree char *cat = g_strdup_printf ("cats/%d.png", k);
    g_autofree char *dog = g_strdup_printf ("dogs/deep/%d.PNG", k);

    put_file (folder, cat, BYTES (png_7x5));
    put_file (folder, dog, BYTES (png_7x5));
  }
  put_file (folder, "cats/notes.txt", "x", 1);
  put_file (folder, "cats/.hidden.png", BYTES (png_7x5));
  put_file (folder, "stray.png", BYTES (png_7x5));
  ds = open_at (folder, "images:.", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 18);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_VALIDATION), ==, 2);
  g_assert_true (lm_shape_equal (&ds->columns[0].sample, &LM_SHAPE (5, 7, 3)));
  g_assert_cmpint (ds->columns[1].n_classes, ==, 2);
  g_assert_cmpstr (ds->columns[1].class_names[0], ==, "cats");
  g_assert_true (lm_dataset_read (ds, LM_PART_TRAIN, &i, 1, 0, pixels, &error));
  g_assert_cmpmem (pixels, 105, pixels_7x5, 105);
  i = 17;
  g_assert_true (lm_dataset_read_i32 (ds, LM_PART_TRAIN, &i, 1, 1, &label, &error));
  g_assert_cmpint (label, ==, 1);
  name = lm_dataset_sample_name (ds, LM_PART_TRAIN, 17);
  g_assert_true (g_str_has_prefix (name, "dogs/deep/"));
  guess = lm_spec_guess (folder, NULL);
  g_assert_true (g_str_has_prefix (guess, "images:"));
  remove_folder (folder);
}

static void
test_parts (void)
{
  static const char *const names[] = { "wrap/train/a/1.png", "wrap/train/b/1.png", "wrap/valid/a/1.png", "wrap/test/b/1.png", "wrap/test/c/2.png", "wrap/other/c/2.png" };
  g_autofree char *folder = make_folder ();
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;
  gint32 labels[2];

  for (gsize k = 0; k < G_N_ELEMENTS (names); k++)
    put_file (folder, names[k], BYTES (png_7x5));
  ds = open_at (folder, "images:.?size=4x6&colour=grey", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 2);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_VALIDATION), ==, 1);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TEST), ==, 2);
  g_assert_true (lm_shape_equal (&ds->columns[0].sample, &LM_SHAPE (4, 6, 1)));
  g_assert_true (lm_dataset_read_i32 (ds, LM_PART_TEST, NULL, 2, 1, labels, NULL));
  g_assert_cmpint (labels[0], ==, 1);
  g_assert_cmpint (labels[1], ==, 2);
  remove_folder (folder);
}

/* The same from a zip, with and without keeping what was decoded. */
static void
test_archive (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *path = g_build_filename (folder, "pets.zip", NULL);
  g_autoptr (LmArchiveWriter) writer = lm_archive_writer_new (path, TRUE, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (lm_archive_writer_add (writer, "pets/b/1.jpg", BYTES (jpeg_16), NULL));
  g_assert_true (lm_archive_writer_add (writer, "pets/a/1.png", BYTES (png_7x5), NULL));
  g_assert_true (lm_archive_writer_add (writer, "__MACOSX/pets/a/1.png", "xxxx", 4, NULL));
  g_assert_true (lm_archive_writer_close (writer, NULL));
  for (int k = 0; k < 2; k++) {
    g_autoptr (LmDataset) ds = open_at (folder, k ? "images:pets.zip?size=5x7&cache=0" : "images:pets.zip?size=5x7", &error);
    guint8 pixels[210];
    gint32 labels[2];

    g_assert_no_error (error);
    g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 1); /* one of two validates */
    for (int again = 0; again < 2; again++) {
      guint32 zero = 0;
      LmPart part;

      for (part = LM_PART_TRAIN; part < LM_PART_TEST; part++) {
        g_assert_true (lm_dataset_read (ds, part, &zero, 1, 0, pixels + 105 * part, &error));
        g_assert_true (lm_dataset_read_i32 (ds, part, &zero, 1, 1, labels + part, &error));
      }
      g_assert_cmpint (labels[0] + labels[1], ==, 1);
      g_assert_cmpmem (pixels + 105 * labels[1] * 0 + 105 * (labels[0] == 0 ? 0 : 1), 105, pixels_7x5, 105);
    }
  }
  remove_folder (folder);
}

/* Broken pictures are left out and named; only broken ones are an error; so is a folder without classes. */
static void
test_broken_ones (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *good = g_build_filename (folder, "a/good.png", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;

  put_file (folder, "a/good.png", BYTES (png_7x5));
  put_file (folder, "a/empty.png", "", 0);
  put_file (folder, "b/cut.png", png_7x5, 60);
  put_file (folder, "b/page.jpg", "<html>", 6);
  ds = open_at (folder, "images:.", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 1);
  g_assert_nonnull (strstr (ds->notes[0], "3 of 4"));
  g_assert_cmpuint (g_strv_length (ds->notes), ==, 4);
  g_assert_nonnull (strstr (ds->notes[1], "a/empty.png"));
  g_unlink (good);
  g_assert_null (open_at (folder, "images:.", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_DATA);
  assert_told (error, "3");
  g_clear_error (&error);
  g_assert_null (open_at (folder, "images:a", &error));
  g_assert_error (error, LM_ERROR, LM_ERROR_NOT_FOUND);
  remove_folder (folder);
}

/* A file that vanishes or changes after the set was opened is an error that names it. */
static void
test_vanished (void)
{
  g_autofree char *folder = make_folder ();
  g_autofree char *one = g_build_filename (folder, "a/1.png", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;
  guint8 pixels[105];

  put_file (folder, "a/1.png", BYTES (png_7x5));
  ds = open_at (folder, "images:.", &error);
  g_assert_no_error (error);
  g_unlink (one);
  g_assert_false (lm_dataset_read (ds, LM_PART_TRAIN, NULL, 1, 0, pixels, &error));
  assert_told (error, "a/1.png");
  remove_folder (folder);
}

static void
test_real_photos (void)
{
  const char *root = g_getenv ("LAMINA_TEST_DATA");
  g_autoptr (GError) error = NULL;
  g_autoptr (LmDataset) ds = NULL;
  g_autofree guint8 *pixels = NULL;
  gint64 counts[2];
  guint32 i = 700;

  if (root == NULL) {
    g_test_skip ("LAMINA_TEST_DATA is not set");
    return;
  }
  ds = open_at (root, "images:cats-vs-dogs?size=64x64", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TRAIN), ==, 1800);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_VALIDATION), ==, 200);
  g_assert_cmpuint (lm_dataset_n (ds, LM_PART_TEST), ==, 2000);
  g_assert_true (lm_dataset_class_counts (ds, LM_PART_TEST, 1, counts, NULL));
  g_assert_cmpint (counts[0], ==, 1000);
  pixels = g_malloc (64 * 64 * 3);
  g_assert_true (lm_dataset_read (ds, LM_PART_TRAIN, &i, 1, 0, pixels, &error));
  g_assert_cmpstr (ds->columns[1].class_names[1], ==, "dogs");
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/data/image/png", test_decode_png);
  g_test_add_func ("/data/image/others", test_decode_others);
  g_test_add_func ("/data/image/transparent-is-white", test_transparent_is_white);
  g_test_add_func ("/data/image/resizes-as-pillow", test_resize_as_pillow);
  g_test_add_func ("/data/image/keeps", test_resize_keeps);
  g_test_add_func ("/data/image/tensor", test_tensor_is_the_same);
  g_test_add_func ("/data/image/errors", test_decode_errors);
  g_test_add_func ("/data/image/cut-short", test_cut_short);
  g_test_add_func ("/data/image/survives-damage", test_survives_damage);
  g_test_add_func ("/data/images/folders", test_folders);
  g_test_add_func ("/data/images/parts", test_parts);
  g_test_add_func ("/data/images/archive", test_archive);
  g_test_add_func ("/data/images/broken-ones", test_broken_ones);
  g_test_add_func ("/data/images/vanished", test_vanished);
  g_test_add_func ("/data/real/photos", test_real_photos);
  return g_test_run ();
}
