/* lm-undo.c: the list of what was done, and how far of it stands
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-edit-data.h"

typedef struct {
  LmEdit *forward;
  LmEdit *reverse;
} Step;

struct _LmUndo {
  GArray *steps;  /* Step */
  gsize position; /* steps before it are done, those behind it undone */
};

static void
clear_step (gpointer data)
{
  Step *step = data;

  lm_edit_free (step->forward);
  lm_edit_free (step->reverse);
}

LmUndo *
lm_undo_new (void)
{
  LmUndo *self = g_new0 (LmUndo, 1);

  self->steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_array_set_clear_func (self->steps, clear_step);
  return self;
}

void
lm_undo_free (LmUndo *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->steps);
  g_free (self);
}

static Step *
step_at (const LmUndo *self,
         gsize i)
{
  return &g_array_index (self->steps, Step, i);
}

gboolean
lm_undo_do (LmUndo *self,
            LmDesign *design,
            const LmEdit *edit,
            gboolean coalesce,
            GError **error)
{
  g_autoptr (LmEdit) forward = lm_edit_copy (edit);
  char *title = lm_edit_title (edit, design);
  LmEdit *reverse;
  Step step;

  g_free (forward->title);
  forward->title = title;
  reverse = lm_edit_perform (forward, design, error);
  if (reverse == NULL)
    return FALSE;

  /* Going on with the last step: its reverse still leads back to where that began. */
  if (coalesce && self->position > 0 && self->position == self->steps->len &&
      lm_edit_coalesces (step_at (self, self->position - 1)->forward, forward)) {
    Step *last = step_at (self, self->position - 1);

    lm_edit_free (reverse);
    lm_edit_free (last->forward);
    last->forward = g_steal_pointer (&forward);
    return TRUE;
  }

  g_array_set_size (self->steps, (guint) self->position);
  step = (Step){ g_steal_pointer (&forward), reverse };
  g_array_append_val (self->steps, step);
  self->position++;
  return TRUE;
}

/* Applies *@edit and puts what leads back into *@back; the title stays with the step. */
static gboolean
go (LmDesign *design,
    LmEdit **edit,
    LmEdit **back)
{
  g_autoptr (GError) error = NULL;
  LmEdit *made = lm_edit_perform (*edit, design, &error);

  if (made == NULL) {
    /* Only a history that does not belong to this design comes here. */
    g_debug ("A step of undo does not apply: %s", error->message);
    return FALSE;
  }
  lm_edit_free (*back);
  *back = made;
  return TRUE;
}

gboolean
lm_undo_undo (LmUndo *self,
              LmDesign *design)
{
  Step *step;
  g_autofree char *title = NULL;

  if (self->position == 0)
    return FALSE;

  step = step_at (self, self->position - 1);
  title = g_strdup (step->forward->title);
  if (!go (design, &step->reverse, &step->forward))
    return FALSE;
  g_free (step->forward->title);
  step->forward->title = g_steal_pointer (&title);
  self->position--;
  return TRUE;
}

gboolean
lm_undo_redo (LmUndo *self,
              LmDesign *design)
{
  Step *step;

  if (self->position == self->steps->len)
    return FALSE;

  step = step_at (self, self->position);
  if (!go (design, &step->forward, &step->reverse))
    return FALSE;
  self->position++;
  return TRUE;
}

const char *
lm_undo_title (const LmUndo *self)
{
  return self->position > 0 ? step_at (self, self->position - 1)->forward->title : NULL;
}

const char *
lm_redo_title (const LmUndo *self)
{
  return self->position < self->steps->len ? step_at (self, self->position)->forward->title : NULL;
}

gsize
lm_undo_position (const LmUndo *self)
{
  return self->position;
}

gsize
lm_undo_length (const LmUndo *self)
{
  return self->steps->len;
}

void
lm_undo_get (const LmUndo *self,
             gsize i,
             const LmEdit **forward,
             const LmEdit **reverse)
{
  g_assert (i < self->steps->len);
  *forward = step_at (self, i)->forward;
  *reverse = step_at (self, i)->reverse;
}

void
lm_undo_restore (LmUndo *self,
                 GPtrArray *forward,
                 GPtrArray *reverse,
                 gsize position)
{
  g_assert (forward->len == reverse->len);

  g_array_set_size (self->steps, 0);
  for (guint i = 0; i < forward->len; i++) {
    Step step = { g_ptr_array_index (forward, i), g_ptr_array_index (reverse, i) };

    g_array_append_val (self->steps, step);
  }
  self->position = MIN (position, self->steps->len);
  g_ptr_array_set_free_func (forward, NULL);
  g_ptr_array_set_free_func (reverse, NULL);
  g_ptr_array_set_size (forward, 0);
  g_ptr_array_set_size (reverse, 0);
}
