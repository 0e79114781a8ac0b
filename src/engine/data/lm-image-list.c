/* lm-image-list.c: which pictures a folder or archive holds
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-image-list.h"

#include "lm-archive.h"
#include "lm-i18n.h"
#include "lm-image.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* part/class/sub/… : folders in folders in folders have an end. */
#define MAX_DEPTH 6

/* What is looked at of each file: enough for the header of nearly every photograph. */
#define HEAD 65536
#define TAIL 4096

/* No picture file is larger than this. */
#define MAX_FILE ((guint64) 1 << 29)

#define MAX_BROKEN_NAMES 5

static void
file_free (gpointer data)
{
  LmImageFile *self = data;

  g_free (self->name);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_free (self);
}

void
lm_image_list_free (LmImageList *self)
{
  g_ptr_array_unref (self->files);
  g_ptr_array_unref (self->class_names);
  g_ptr_array_unref (self->broken);
  g_free (self);
}

static LmImageFile *
get_file (const LmImageList *self,
          guint i)
{
  return g_ptr_array_index (self->files, i);
}

static void
note_broken (LmImageList *self,
             const GError *reason)
{
  self->n_broken++;
  if (self->broken->len < MAX_BROKEN_NAMES)
    g_ptr_array_add (self->broken, g_strdup (reason->message));
}

static void
add_file (LmImageList *self,
          const char *name,
          GBytes *bytes)
{
  LmImageFile *file = g_new0 (LmImageFile, 1);

  file->name = g_strdup (name);
  file->bytes = bytes != NULL ? g_bytes_ref (bytes) : NULL;
  g_ptr_array_add (self->files, file);
}

/* Adds the pictures below @folder/@inside. Folders that cannot be read are an error: nothing may go missing silently. */
static gboolean
walk (LmImageList *self,
      const LmSourceRequest *request,
      const char *inside,
      int depth,
      GError **error)
{
  g_autofree char *path = g_build_filename (request->path, inside, NULL);
  g_autoptr (GError) reason = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &reason);
  const char *name;

  if (dir == NULL) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("Cannot read the folder “%s”: %s."), path, reason->message);
    return FALSE;
  }
  if (!lm_request_progress (request, _ ("Looking for pictures"), -1, error))
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *below = inside[0] != '\0' ? g_build_filename (inside, name, NULL) : g_strdup (name);
    g_autofree char *full = g_build_filename (path, name, NULL);

    if (name[0] == '.' || !g_utf8_validate (name, -1, NULL))
      continue;
    if (lm_image_has_image_name (name)) {
      if (g_file_test (full, G_FILE_TEST_IS_REGULAR))
        add_file (self, below, NULL);
    } else if (depth < MAX_DEPTH && g_file_test (full, G_FILE_TEST_IS_DIR)) {
      if (!walk (self, request, below, depth + 1, error))
        return FALSE;
    }
  }
  return TRUE;
}

static gboolean
unpack (LmImageList *self,
        const LmSourceRequest *request,
        GError **error)
{
  g_autoptr (LmArchive) archive = lm_archive_open (request->path, request->shown, error);
  guint64 left = lm_archive_memory_limit ();
  const char *name;
  int status;

  if (archive == NULL)
    return FALSE;
  while ((status = lm_archive_next (archive, &name, NULL, error)) == 1) {
    g_autoptr (GBytes) bytes = NULL;

    if (!lm_image_has_image_name (name) || g_str_has_prefix (name, "__MACOSX/"))
      continue;
    if (!lm_request_progress (request, _ ("Unpacking"), -1, error))
      return FALSE;
    bytes = lm_archive_read (archive, left, error);
    if (bytes == NULL)
      return FALSE;
    left -= g_bytes_get_size (bytes);
    add_file (self, name, bytes);
  }
  return status == 0;
}

/* TRUE if all names begin with one folder that is no part and still have two levels behind it. */
static gboolean
has_wrapper (const LmImageList *self,
             gsize skip)
{
  const char *first = get_file (self, 0)->name + skip;
  gsize n = strcspn (first, "/");
  g_autofree char *folder = g_strndup (first, n);
  LmPart part;

  if (first[n] == '\0' || lm_part_parse (folder, &part, NULL))
    return FALSE;
  for (guint i = 0; i < self->files->len; i++) {
    const char *name = get_file (self, i)->name + skip;

    if (strncmp (name, first, n + 1) != 0 || strchr (name + n + 1, '/') == NULL)
      return FALSE;
  }
  return TRUE;
}

/* Length of “train/” and its like at the begin of a name; 0 if it begins otherwise. */
static gsize
parse_part (const char *name,
            LmPart *part)
{
  gsize n = strcspn (name, "/");
  g_autofree char *folder = g_strndup (name, n);

  if (name[n] == '\0' || strchr (name + n + 1, '/') == NULL)
    return 0;
  return lm_part_parse (folder, part, NULL) ? n + 1 : 0;
}

static int
compare_files (gconstpointer a,
               gconstpointer b)
{
  const LmImageFile *fa = *(LmImageFile *const *) a;
  const LmImageFile *fb = *(LmImageFile *const *) b;

  if (fa->part != fb->part)
    return (int) fa->part - (int) fb->part;
  return strcmp (fa->name, fb->name);
}

static int
compare_texts (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* (transfer full): the class folder of a name, or NULL if the file lies in none. */
static char *
class_of (const char *name)
{
  gsize n = strcspn (name, "/");

  return name[n] == '/' ? g_strndup (name, n) : NULL;
}

static int
find_class (const LmImageList *self,
            const char *name)
{
  for (guint i = 0; i + 1 < self->class_names->len; i++) {
    if (strcmp (g_ptr_array_index (self->class_names, i), name) == 0)
      return (int) i;
  }
  return -1;
}

/* Sorts the files into parts and classes; drops those that lie in no class. */
static gboolean
arrange (LmImageList *self,
         const LmSourceRequest *request,
         GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  gsize skip = 0;
  gboolean has_parts = FALSE;
  LmPart part;

  while (self->files->len > 0 && has_wrapper (self, skip))
    skip += strcspn (get_file (self, 0)->name + skip, "/") + 1;
  for (guint i = 0; i < self->files->len; i++)
    has_parts |= parse_part (get_file (self, i)->name + skip, &part) > 0;
  for (guint i = self->files->len; i-- > 0;) {
    LmImageFile *file = get_file (self, i);
    const char *name = file->name + skip;
    gsize n = has_parts ? parse_part (name, &file->part) : 0;
    char *folder = has_parts && n == 0 ? NULL : class_of (name + n);

    if (folder == NULL) {
      g_ptr_array_remove_index_fast (self->files, i);
    } else if (g_hash_table_contains (seen, folder)) {
      g_free (folder);
    } else {
      g_hash_table_add (seen, folder);
      g_ptr_array_add (self->class_names, folder);
    }
  }
  if (self->files->len == 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                 _ ("“%s” has no folder per class with pictures in it. Put the pictures of each class into a folder of their own, such as cats/1.jpg and dogs/1.jpg."),
                 request->shown);
    return FALSE;
  }
  g_ptr_array_sort (self->class_names, compare_texts);
  g_ptr_array_add (self->class_names, NULL);
  g_ptr_array_sort (self->files, compare_files);
  for (guint i = 0; i < self->files->len; i++) {
    LmImageFile *file = get_file (self, i);
    const char *name = file->name + skip;
    g_autofree char *folder = class_of (name + (has_parts ? parse_part (name, &part) : 0));

    file->label = find_class (self, folder);
  }
  return TRUE;
}

/* Reads the first and the last bytes of a file. @tail may overlap @head. */
static gboolean
read_ends (LmImageFile *file,
           const char *folder,
           guint8 *head,
           gsize *n_head,
           guint8 *tail,
           gsize *n_tail)
{
  g_autofree char *path = g_build_filename (folder, file->name, NULL);
  struct stat info;
  gssize got_head = -1;
  gssize got_tail = -1;
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return FALSE;
  if (fstat (fd, &info) == 0 && S_ISREG (info.st_mode)) {
    file->size = (guint64) info.st_size;
    got_head = pread (fd, head, HEAD, 0);
    got_tail = pread (fd, tail, TAIL, file->size > TAIL ? (off_t) (file->size - TAIL) : 0);
  }
  close (fd);
  *n_head = (gsize) MAX (got_head, 0);
  *n_tail = (gsize) MAX (got_tail, 0);
  return got_head >= 0 && got_tail >= 0;
}

static gboolean
check_file (LmImageFile *file,
            const char *folder,
            guint8 *buffer,
            GError **error)
{
  gsize n_head, n_tail;

  if (file->bytes != NULL) {
    const guint8 *data = g_bytes_get_data (file->bytes, &n_head);

    file->size = n_head;
    n_tail = MIN (n_head, TAIL);
    return lm_image_check (data, n_head, n_tail > 0 ? data + n_head - n_tail : data, n_tail, file->name, &file->width, &file->height, error);
  }
  if (!read_ends (file, folder, buffer, &n_head, buffer + HEAD, &n_tail)) {
    g_set_error (error, LM_ERROR, LM_ERROR_IO, _ ("The picture “%s” cannot be opened."), file->name);
    return FALSE;
  }
  return lm_image_check (buffer, n_head, buffer + HEAD, n_tail, file->name, &file->width, &file->height, error);
}

/* Leaves out what cannot be read. */
static gboolean
check_files (LmImageList *self,
             const LmSourceRequest *request,
             GError **error)
{
  g_autofree guint8 *buffer = g_malloc (HEAD + TAIL);
  guint n = self->files->len;
  guint kept = 0;

  for (guint i = 0; i < n; i++) {
    LmImageFile *file = get_file (self, i);
    g_autoptr (GError) reason = NULL;

    if (i % 64 == 0 && !lm_request_progress (request, _ ("Looking at the pictures"), (double) i / n, error))
      return FALSE;
    if (check_file (file, request->path, buffer, &reason)) {
      self->files->pdata[i] = self->files->pdata[kept];
      self->files->pdata[kept++] = file;
    } else {
      note_broken (self, reason);
    }
  }
  g_ptr_array_set_size (self->files, (int) kept);
  if (kept == 0) {
    g_set_error (error, LM_ERROR, LM_ERROR_DATA, _ ("None of the %'u pictures in “%s” can be read. %s"), n, request->shown,
                 (const char *) g_ptr_array_index (self->broken, 0));
    return FALSE;
  }
  for (guint i = 0; i < kept; i++)
    self->first[get_file (self, i)->part + 1]++;
  for (int part = 0; part < LM_N_PARTS; part++)
    self->first[part + 1] += self->first[part];
  return TRUE;
}

LmImageList *
lm_image_list_new (const LmSourceRequest *request,
                   GError **error)
{
  g_autoptr (LmImageList) self = g_new0 (LmImageList, 1);
  gboolean is_folder = g_file_test (request->path, G_FILE_TEST_IS_DIR);

  self->files = g_ptr_array_new_with_free_func (file_free);
  self->class_names = g_ptr_array_new_with_free_func (g_free);
  self->broken = g_ptr_array_new_with_free_func (g_free);
  if (!(is_folder ? walk (self, request, "", 0, error) : unpack (self, request, error)) ||
      !arrange (self, request, error) || !check_files (self, request, error))
    return NULL;
  return g_steal_pointer (&self);
}

GBytes *
lm_image_file_read (const LmImageFile *self,
                    const char *folder,
                    GError **error)
{
  g_autofree char *path = NULL;

  if (self->bytes != NULL)
    return g_bytes_ref (self->bytes);
  path = g_build_filename (folder, self->name, NULL);
  return lm_file_read (path, self->name, MAX_FILE, error);
}
