/* lm-project-lock.h: one writer at a time per project file
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-error.h"

G_BEGIN_DECLS

/**
 * LmProjectLock:
 *
 * An open-file-description lock on a byte far behind the end of the file. It
 * ends with the process, however that ends.
 *
 * close () of any descriptor of a file drops all of a process's POSIX locks on
 * it, SQLite's among them. So this process keeps one descriptor per file for
 * as long as anything of it is open here, readers included, and no other code
 * opens a project file. Thread: any.
 */
typedef struct _LmProjectLock LmProjectLock;

/**
 * lm_project_lock_new:
 * @path: an existing file
 * @exclusive: to write; else the file is only noted as open
 *
 * Returns: %NULL with %LM_ERROR_BUSY set if anybody writes, in this process or another, or %LM_ERROR_IO
 */
LmProjectLock *lm_project_lock_new (const char *path, const char *shown, gboolean exclusive, GError **error);

/* After the database has been closed. */
void lm_project_lock_free (LmProjectLock *self);

/* TRUE if the file at @path is the one that is locked: nobody has moved another over it. */
gboolean lm_project_lock_holds (const LmProjectLock *self, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (LmProjectLock, lm_project_lock_free)

G_END_DECLS
