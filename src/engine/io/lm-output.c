/* lm-output.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-output.h"

#include "lm-i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>

struct _LmOutput {
  char *path;
  char *temporary;
  FILE *file;
  int code; /* of the first error */
};

static void
fail (const char *path,
      int code,
      GError **error)
{
  g_autofree char *shown = g_filename_display_name (path);

  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” could not be saved: the disk is full. Free some space and try again."), shown);
  else
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("“%s” cannot be written: %s."), shown, g_strerror (code));
}

LmOutput *
lm_output_new (const char *path,
               GError **error)
{
  LmOutput *self = g_new0 (LmOutput, 1);
  int fd;

  self->path = g_strdup (path);
  self->temporary = g_strconcat (path, ".XXXXXX", NULL);
  fd = g_mkstemp_full (self->temporary, O_WRONLY | O_CLOEXEC, 0666);
  self->file = fd >= 0 ? fdopen (fd, "wb") : NULL;
  if (self->file != NULL)
    return self;

  fail (path, errno, error);
  g_free (self->path);
  g_free (self->temporary);
  g_free (self);
  return NULL;
}

gboolean
lm_output_write (LmOutput *self,
                 const void *data,
                 gsize n)
{
  if (self->code == 0 && fwrite (data, 1, n, self->file) != n)
    self->code = errno != 0 ? errno : EIO;
  return self->code == 0;
}

gboolean
lm_output_close (LmOutput *self,
                 GError **error)
{
  gboolean good;

  if (fclose (self->file) != 0 && self->code == 0)
    self->code = errno;
  if (self->code == 0 && g_rename (self->temporary, self->path) != 0)
    self->code = errno;
  good = self->code == 0;
  if (!good) {
    fail (self->path, self->code, error);
    g_unlink (self->temporary);
  }
  g_free (self->path);
  g_free (self->temporary);
  g_free (self);
  return good;
}
