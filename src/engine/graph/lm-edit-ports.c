/* lm-edit-ports.c: keeps the wires of a block at the right ports when its inside changes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-edit-ports.h"

#include <string.h>

/* One block: where it stands, and its ports. */
typedef struct {
  char *around; /* path of the design that holds it */
  int id;
  GArray *inputs;  /* int: the Input layer of each port */
  GArray *outputs; /* LmWire, of which from and from_port count: the sink of each port */
  GArray *wires;   /* of the design around; NULL if they were not noted */
} Level;

struct _LmPorts {
  GArray *levels;  /* Level, the innermost first */
  LmEdit *targets; /* sets the targets as they were; NULL if they were not noted */
};

static GArray *
list_outputs (const LmDesign *design)
{
  GArray *outputs = g_array_new (FALSE, FALSE, sizeof (LmWire));
  g_autoptr (GArray) sinks = lm_design_sinks (design);

  for (guint i = 0; i < sinks->len; i++) {
    int id = g_array_index (sinks, int, i);
    int n = lm_design_n_outputs (design, lm_design_find (design, id));

    for (int port = 0; port < n; port++) {
      LmWire output = { .from = id, .from_port = port };

      g_array_append_val (outputs, output);
    }
  }
  return outputs;
}

static void
clear_level (gpointer data)
{
  Level *level = data;

  g_free (level->around);
  g_array_unref (level->inputs);
  g_array_unref (level->outputs);
  g_clear_pointer (&level->wires, g_array_unref);
}

static LmPorts *
note (const char *block,
      const LmDesign *design,
      gboolean with_wires)
{
  g_autofree char *path = g_strdup (block);
  LmPorts *self = g_new0 (LmPorts, 1);

  self->levels = g_array_new (FALSE, FALSE, sizeof (Level));
  g_array_set_clear_func (self->levels, clear_level);
  while (*path != '\0') {
    LmDesign *around;
    const LmNode *node = lm_design_resolve (design, path, &around);
    char *slash = strrchr (path, '/');
    Level level = { .id = node->id, .inputs = lm_design_inputs (node->child), .outputs = list_outputs (node->child) };

    *(slash != NULL ? slash : path) = '\0';
    level.around = g_strdup (path);
    level.wires = with_wires ? g_array_copy (around->wires) : NULL;
    g_array_append_val (self->levels, level);
  }
  return self;
}

LmPorts *
lm_ports_note_all (const char *path,
                   const LmDesign *design)
{
  LmPorts *self = note (path, design, TRUE);

  self->targets = lm_edit_set_outputs (design->outputs);
  return self;
}

void
lm_ports_free (LmPorts *self)
{
  if (self == NULL)
    return;

  g_array_unref (self->levels);
  lm_edit_free (self->targets);
  g_free (self);
}

LmPorts *
lm_ports_note (const LmEdit *edit,
               const LmDesign *design)
{
  switch (edit->kind) {
  case LM_EDIT_ADD_NODE:
  case LM_EDIT_REMOVE_NODE:
  case LM_EDIT_REPLACE_NODE:
  case LM_EDIT_ADD_WIRE:
  case LM_EDIT_REMOVE_WIRE:
    return *edit->block != '\0' ? note (edit->block, design, FALSE) : NULL;
  default:
    return NULL;
  }
}

/* The port at which @id stands now, −1 if it has gone. */
static int
find_input (const GArray *inputs,
            int id)
{
  for (guint i = 0; i < inputs->len; i++) {
    if (g_array_index (inputs, int, i) == id)
      return (int) i;
  }
  return -1;
}

static int
find_output (const GArray *outputs,
             const LmWire *output)
{
  for (guint i = 0; i < outputs->len; i++) {
    const LmWire *at = &g_array_index (outputs, LmWire, i);

    if (at->from == output->from && at->from_port == output->from_port)
      return (int) i;
  }
  return -1;
}

static gboolean
arrays_equal (const GArray *a,
              const GArray *b,
              gsize size)
{
  return a->len == b->len && (a->len == 0 || memcmp (a->data, b->data, a->len * size) == 0);
}

/* TRUE if node @id is the block or a linked copy of it. */
static gboolean
is_block (const LmDesign *design,
          int id,
          int block)
{
  const LmNode *node = lm_design_find (design, id);

  return node != NULL && lm_design_source (design, node)->id == block;
}

/* What has become of an output. */
static void
follow (const GArray *moved,
        int *id,
        int *port)
{
  for (guint i = 0; moved != NULL && i < moved->len; i++) {
    const LmWire *move = &g_array_index (moved, LmWire, i);

    if (move->from == *id && move->from_port == *port) {
      *id = move->to;
      *port = move->to_port;
      return;
    }
  }
}

static int
moved_input (const Level *level,
             const GArray *inputs,
             int port)
{
  return (guint) port < level->inputs->len ? find_input (inputs, g_array_index (level->inputs, int, port)) : -1;
}

/* The port at which the output of port @port stands now; (nullable) @moved as in lm_ports_follow(). */
static int
moved_output (const Level *level,
              const GArray *outputs,
              const GArray *moved,
              int port)
{
  LmWire output;

  if ((guint) port >= level->outputs->len)
    return -1;

  output = g_array_index (level->outputs, LmWire, port);
  follow (moved, &output.from, &output.from_port);
  return find_output (outputs, &output);
}

/* @wires of the design around the block, with their ports where they stand now. */
static GArray *
move_wires (const Level *level,
            const GArray *inputs,
            const GArray *outputs,
            const GArray *moved,
            LmDesign *around,
            const GArray *wires)
{
  GArray *old = around->wires, *new;

  around->wires = g_array_new (FALSE, FALSE, sizeof (LmWire));
  for (guint i = 0; i < wires->len; i++) {
    LmWire wire = g_array_index (wires, LmWire, i);

    if (is_block (around, wire.to, level->id))
      wire.to_port = moved_input (level, inputs, wire.to_port);
    if (is_block (around, wire.from, level->id))
      wire.from_port = moved_output (level, outputs, moved, wire.from_port);
    if (wire.to_port >= 0 && wire.from_port >= 0)
      lm_design_add_wire (around, &wire);
  }
  new = around->wires;
  around->wires = old;
  return new;
}

/* Puts @wires in place of those of @around. The edit that puts the old ones back, NULL if they are the same. */
static LmEdit *
change_wires (const char *path,
              LmDesign *around,
              GArray *wires)
{
  LmEdit *reverse;

  if (arrays_equal (around->wires, wires, sizeof (LmWire))) {
    g_array_unref (wires);
    return NULL;
  }
  reverse = lm_edit_new (LM_EDIT_SET_WIRES, path);
  reverse->wires = around->wires;
  around->wires = wires;
  return reverse;
}

/* The same for the targets of the whole network. */
static LmEdit *
move_targets (const Level *level,
              const GArray *outputs,
              LmDesign *top)
{
  LmEdit *reverse = NULL;

  for (guint i = top->outputs->len; i-- > 0;) {
    LmOutputSpec *spec = g_ptr_array_index (top->outputs, i);
    int port = is_block (top, spec->node, level->id) ? moved_output (level, outputs, NULL, spec->port) : spec->port;

    if (port == spec->port)
      continue;
    if (reverse == NULL)
      reverse = lm_edit_set_outputs (top->outputs);
    if (port >= 0)
      spec->port = port;
    else
      g_ptr_array_remove_index (top->outputs, i);
  }
  return reverse;
}

static void
mend_level (const Level *level,
            LmDesign *design,
            GPtrArray *reverses)
{
  LmDesign *around = lm_edit_find_block (level->around, design, NULL);
  const LmNode *node = lm_design_find (around, level->id);
  g_autoptr (GArray) inputs = lm_design_inputs (node->child);
  g_autoptr (GArray) outputs = list_outputs (node->child);
  LmEdit *wires, *targets;

  if (arrays_equal (inputs, level->inputs, sizeof (int)) && arrays_equal (outputs, level->outputs, sizeof (LmWire)))
    return;

  /* The targets stand first: putting them back needs the block's ports, not its wires. */
  targets = around == design ? move_targets (level, outputs, design) : NULL;
  wires = change_wires (level->around, around, move_wires (level, inputs, outputs, NULL, around, around->wires));
  if (targets != NULL)
    g_ptr_array_add (reverses, targets);
  if (wires != NULL)
    g_ptr_array_add (reverses, wires);
}

LmEdit *
lm_ports_mend (LmPorts *self,
               LmDesign *design,
               LmEdit *reverse)
{
  GPtrArray *reverses;

  if (self == NULL)
    return reverse;

  reverses = lm_edit_new_list (LM_EDIT_GROUP);
  if (reverse != NULL) {
    g_ptr_array_add (reverses, reverse);
    for (guint i = 0; i < self->levels->len; i++)
      mend_level (&g_array_index (self->levels, Level, i), design, reverses);
  }
  lm_ports_free (self);

  if (reverses->len > 1)
    return lm_edit_group (NULL, reverses);
  g_ptr_array_set_free_func (reverses, NULL);
  g_ptr_array_unref (reverses);
  return reverse;
}

/* --- Compound edits ------------------------------------------------------ */

static LmEdit *
edit_of_wires (const char *path,
               const LmDesign *design)
{
  LmEdit *edit = lm_edit_new (LM_EDIT_SET_WIRES, path);

  edit->wires = g_array_copy (design->wires);
  return edit;
}

/* The targets as they were, where they stand now; NULL if they stand there already. @level: the outermost block, NULL at
 * the top. */
static LmEdit *
follow_targets (LmPorts *self,
                const Level *level,
                const GArray *outputs,
                const GArray *moved,
                LmDesign *top)
{
  LmEdit *edit = g_steal_pointer (&self->targets);
  gboolean same;

  for (guint i = edit->list->len; i-- > 0;) {
    LmOutputSpec *spec = g_ptr_array_index (edit->list, i);

    if (level == NULL)
      follow (moved, &spec->node, &spec->port);
    else if (is_block (top, spec->node, level->id))
      spec->port = moved_output (level, outputs, moved, spec->port);
    if (!lm_design_has_output (top, spec->node, spec->port))
      g_ptr_array_remove_index (edit->list, i);
  }

  same = edit->list->len == top->outputs->len;
  for (guint i = 0; same && i < edit->list->len; i++)
    same = lm_output_spec_equal (g_ptr_array_index (edit->list, i), g_ptr_array_index (top->outputs, i));
  if (same)
    g_clear_pointer (&edit, lm_edit_free);
  return edit;
}

GPtrArray *
lm_ports_follow (LmPorts *self,
                 LmDesign *design,
                 const GArray *moved)
{
  GPtrArray *edits = lm_edit_new_list (LM_EDIT_GROUP);
  const Level *level = NULL;
  g_autoptr (GArray) outputs = NULL;
  LmEdit *targets;

  for (guint i = 0; i < self->levels->len; i++) {
    LmDesign *around;
    const LmNode *node;
    g_autoptr (GArray) inputs = NULL;
    LmEdit *reverse;

    level = &g_array_index (self->levels, Level, i);
    around = lm_edit_find_block (level->around, design, NULL);
    node = lm_design_find (around, level->id);
    inputs = lm_design_inputs (node->child);
    g_clear_pointer (&outputs, g_array_unref);
    outputs = list_outputs (node->child);
    reverse = change_wires (level->around, around, move_wires (level, inputs, outputs, i == 0 ? moved : NULL, around, level->wires));
    if (reverse != NULL)
      g_ptr_array_add (edits, edit_of_wires (level->around, around));
    lm_edit_free (reverse);
  }

  targets = follow_targets (self, level, outputs, self->levels->len <= 1 ? moved : NULL, design);
  if (targets != NULL) {
    LmEdit *reverse = lm_edit_apply (targets, design, NULL);

    if (reverse != NULL)
      g_ptr_array_add (edits, targets);
    else
      lm_edit_free (targets);
    lm_edit_free (reverse);
  }
  return edits;
}
