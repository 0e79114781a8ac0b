/* lm-project-lock.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-project-lock.h"

#include "lm-i18n.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far behind any database, and behind SQLite's own locks at 1 GiB. */
#define LOCK_BYTE ((off_t) 1 << 62)

/* A file that this process has open, once or several times. */
typedef struct {
  dev_t device;
  ino_t inode;
  int n_users;
  int fd; /* −1 as long as nobody here wanted to write */
  gboolean is_locked;
} OpenFile;

struct _LmProjectLock {
  OpenFile *file;
  gboolean is_exclusive;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static GPtrArray *open_files;

static gboolean
fail_system (const char *shown,
             GError **error)
{
  int code = errno;

  g_set_error (error, LM_ERROR, code == ENOENT ? LM_ERROR_NOT_FOUND : LM_ERROR_IO, _ ("“%s” cannot be opened: %s."), shown, g_strerror (code));
  return FALSE;
}

static gboolean
fail_busy (const char *shown,
           gboolean here,
           GError **error)
{
  if (here)
    g_set_error (error, LM_ERROR, LM_ERROR_BUSY, _ ("“%s” is open already in this program. Close it there, or save a copy."), shown);
  else
    g_set_error (error, LM_ERROR, LM_ERROR_BUSY, _ ("“%s” is open in another program that may change it. Close it there, or save a copy and open that."), shown);
  return FALSE;
}

static OpenFile *
find_file (const struct stat *info)
{
  OpenFile *file;

  if (open_files == NULL)
    open_files = g_ptr_array_new ();
  for (guint i = 0; i < open_files->len; i++) {
    file = g_ptr_array_index (open_files, i);
    if (file->device == info->st_dev && file->inode == info->st_ino)
      return file;
  }
  file = g_new0 (OpenFile, 1);
  file->device = info->st_dev;
  file->inode = info->st_ino;
  file->fd = -1;
  g_ptr_array_add (open_files, file);
  return file;
}

static void
release_file (OpenFile *file)
{
  if (file->n_users > 0)
    return;
  g_ptr_array_remove_fast (open_files, file);
  if (file->fd >= 0)
    close (file->fd);
  g_free (file);
}

static gboolean
lock_file (OpenFile *file,
           const char *path,
           const char *shown,
           GError **error)
{
  struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = LOCK_BYTE, .l_len = 1 };
  struct stat info;

  if (file->is_locked)
    return fail_busy (shown, TRUE, error);
  if (file->fd < 0) {
    file->fd = open (path, O_RDWR | O_CLOEXEC);
    if (file->fd < 0)
      return fail_system (shown, error);
  }
  /* Another file may have been moved here in between. */
  if (fstat (file->fd, &info) != 0 || info.st_dev != file->device || info.st_ino != file->inode)
    return fail_busy (shown, FALSE, error);
  if (fcntl (file->fd, F_OFD_SETLK, &lock) != 0)
    return errno == EAGAIN || errno == EACCES ? fail_busy (shown, FALSE, error) : fail_system (shown, error);
  file->is_locked = TRUE;
  return TRUE;
}

LmProjectLock *
lm_project_lock_new (const char *path,
                     const char *shown,
                     gboolean exclusive,
                     GError **error)
{
  LmProjectLock *self = NULL;
  struct stat info;
  OpenFile *file;

  pthread_mutex_lock (&mutex);
  if (stat (path, &info) != 0) {
    fail_system (shown, error);
  } else {
    file = find_file (&info);
    if (!exclusive || lock_file (file, path, shown, error)) {
      self = g_new0 (LmProjectLock, 1);
      self->file = file;
      self->is_exclusive = exclusive;
      file->n_users++;
    }
    release_file (file);
  }
  pthread_mutex_unlock (&mutex);
  return self;
}

void
lm_project_lock_free (LmProjectLock *self)
{
  if (self == NULL)
    return;
  pthread_mutex_lock (&mutex);
  if (self->is_exclusive) {
    struct flock lock = { .l_type = F_UNLCK, .l_whence = SEEK_SET, .l_start = LOCK_BYTE, .l_len = 1 };

    fcntl (self->file->fd, F_OFD_SETLK, &lock);
    self->file->is_locked = FALSE;
  }
  self->file->n_users--;
  release_file (self->file);
  pthread_mutex_unlock (&mutex);
  g_free (self);
}

gboolean
lm_project_lock_holds (const LmProjectLock *self,
                       const char *path)
{
  struct stat info;

  return stat (path, &info) == 0 && info.st_dev == self->file->device && info.st_ino == self->file->inode;
}
