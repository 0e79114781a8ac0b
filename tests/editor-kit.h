/* editor-kit.h: a project with an editor, for the tests of what edits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "lm-editor.h"
#include "lm-work.h"

typedef struct {
  char *folder;
  char *path;
  LmDocument *document;
  LmEditor *editor;
  char *refusal; /* the last */
  int revealed;
} Kit;

static inline void
kit_settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

static inline gboolean
kit_tick_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

#define KIT_WAIT_FOR(condition)                                          \
  G_STMT_START                                                           \
  {                                                                      \
    gint64 kit_deadline = g_get_monotonic_time () + 60 * G_USEC_PER_SEC; \
    guint kit_tick = g_timeout_add (10, kit_tick_cb, NULL);              \
    while (!(condition)) {                                               \
      g_assert_cmpint (g_get_monotonic_time (), <, kit_deadline);        \
      g_main_context_iteration (NULL, TRUE);                             \
    }                                                                    \
    g_source_remove (kit_tick);                                          \
  }                                                                      \
  G_STMT_END

static inline void
kit_ready_cb (LmDocument *document,
              const GError *error,
              gpointer data)
{
  g_assert_no_error (error);
  ((Kit *) g_object_get_data (data, "kit"))->document = document;
}

static inline void
kit_refused_cb (Kit *self,
                const char *message)
{
  g_free (self->refusal);
  self->refusal = g_strdup (message);
}

static inline void
kit_reveal_cb (Kit *self,
               int id)
{
  self->revealed = id;
}

/* An empty project: layers and wires of the template are taken out again. */
static inline void
kit_init (Kit *self)
{
  g_autoptr (GObject) owner = g_object_new (G_TYPE_OBJECT, NULL);

  *self = (Kit){ .folder = g_dir_make_tmp ("lamina-editor-XXXXXX", NULL) };
  self->path = g_build_filename (self->folder, "edit.lamina", NULL);
  g_object_set_data (owner, "kit", self);
  lm_document_open (self->path, "welcome", FALSE, owner, kit_ready_cb);
  KIT_WAIT_FOR (self->document != NULL);
  KIT_WAIT_FOR (lm_document_get_dataset (self->document, NULL) != NULL);
  self->editor = lm_editor_new (self->document);
  g_signal_connect_swapped (self->editor, "refused", G_CALLBACK (kit_refused_cb), self);
  g_signal_connect_swapped (self->editor, "reveal", G_CALLBACK (kit_reveal_cb), self);
  lm_editor_select_all (self->editor);
  g_assert_true (lm_editor_delete (self->editor, FALSE));
}

static inline void
kit_closed_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
}

static inline void
kit_clear (Kit *self)
{
  gboolean is_closed = FALSE;

  lm_document_close (self->document, kit_closed_cb, &is_closed);
  KIT_WAIT_FOR (is_closed && lm_work_n_pending () == 0);
  g_object_unref (self->editor);
  g_object_unref (self->document);
  g_remove (self->path);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->refusal);
  g_free (self->path);
  g_free (self->folder);
}

static inline const LmDesign *
kit_design (const Kit *self)
{
  return lm_editor_get_design (self->editor);
}

/* Adds a layer of each kind after the one before; the id of the first. */
static inline int
kit_chain (Kit *self,
           const char *const *kinds,
           int n)
{
  int first = 0;

  for (int i = 0; i < n; i++) {
    int id = lm_editor_add (self->editor, kinds[i], NAN, NAN);

    g_assert_cmpint (id, >, 0);
    first = i == 0 ? id : first;
  }
  return first;
}

static inline gboolean
kit_has_wire (const Kit *self,
              int from,
              int to)
{
  for (guint i = 0; i < kit_design (self)->wires->len; i++) {
    const LmWire *wire = &g_array_index (kit_design (self)->wires, LmWire, i);

    if (wire->from == from && wire->to == to)
      return TRUE;
  }
  return FALSE;
}
