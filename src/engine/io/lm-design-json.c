/* lm-design-json.c: a design becomes JSON
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design-json-private.h"

#include <math.h>
#include <string.h>

static void put_content (LmJsonWriter *self, const LmDesign *design);

void
lm_json_put_wire (LmJsonWriter *self,
                  const char *key,
                  const LmWire *wire)
{
  lm_json_begin_inline_array (self, key);
  lm_json_put_int (self, NULL, wire->from);
  lm_json_put_int (self, NULL, wire->from_port);
  lm_json_put_int (self, NULL, wire->to);
  lm_json_put_int (self, NULL, wire->to_port);
  lm_json_end (self);
}

/* What an unknown layer said beyond what every node has. */
static void
put_raw (LmJsonWriter *self,
         const char *raw)
{
  g_autoptr (LmJson) json = lm_json_parse (raw, -1, "raw", NULL);
  g_autoptr (GPtrArray) keys = NULL;
  LmJsonAt root, member;

  g_assert (json != NULL);
  root = lm_json_root (json);
  keys = lm_json_keys (&root);
  for (guint i = 0; i < keys->len; i++) {
    if (lm_json_member (&root, g_ptr_array_index (keys, i), &member))
      lm_json_put_at (self, g_ptr_array_index (keys, i), &member);
  }
}

void
lm_json_put_node (LmJsonWriter *self,
                  const char *key,
                  const LmNode *node)
{
  lm_json_begin_object (self, key);
  if (node->id != 0)
    lm_json_put_int (self, "id", node->id);
  if (node->name != NULL)
    lm_json_put_string (self, "name", node->name);
  lm_json_put_string (self, "kind", node->kind);
  if (node->type == LM_NODE_COPY)
    lm_json_put_int (self, "source", node->source_id);
  if (node->options != NULL)
    lm_json_put_options (self, "options", node->options, FALSE);
  if (isfinite (node->x) && isfinite (node->y)) {
    lm_json_begin_inline_array (self, "pos");
    lm_json_put_double (self, NULL, node->x + 0.0); /* −0 becomes 0 */
    lm_json_put_double (self, NULL, node->y + 0.0);
    lm_json_end (self);
  }
  if (node->frozen)
    lm_json_put_bool (self, "frozen", TRUE);
  if (node->bypassed)
    lm_json_put_bool (self, "bypassed", TRUE);
  if (node->child != NULL)
    put_content (self, node->child);
  if (node->raw != NULL)
    put_raw (self, node->raw);
  lm_json_end (self);
}

/* Nodes, wires and the next id if it does not follow from the nodes. */
static void
put_content (LmJsonWriter *self,
             const LmDesign *design)
{
  int next_id = 1;

  lm_json_begin_array (self, "nodes");
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (design->nodes, i);

    lm_json_put_node (self, NULL, node);
    next_id = node->id + 1;
  }
  lm_json_end (self);

  lm_json_begin_array (self, "wires");
  for (guint i = 0; i < design->wires->len; i++)
    lm_json_put_wire (self, NULL, &g_array_index (design->wires, LmWire, i));
  lm_json_end (self);

  if (design->next_id != next_id)
    lm_json_put_int (self, "next_id", design->next_id);
}

void
lm_json_put_chain (LmJsonWriter *self,
                   const char *key,
                   const GPtrArray *chain)
{
  lm_json_begin_array (self, key);
  for (guint i = 0; i < chain->len; i++)
    lm_json_put_member (self, NULL, g_ptr_array_index (chain, i));
  lm_json_end (self);
}

void
lm_json_put_outputs (LmJsonWriter *self,
                     const char *key,
                     const GPtrArray *outputs)
{
  lm_json_begin_array (self, key);
  for (guint i = 0; i < outputs->len; i++) {
    const LmOutputSpec *spec = g_ptr_array_index (outputs, i);

    lm_json_begin_inline_object (self, NULL);
    lm_json_put_int (self, "node", spec->node);
    lm_json_put_int (self, "port", spec->port);
    if (spec->target != NULL)
      lm_json_put_string (self, "target", spec->target);
    if (spec->loss != NULL)
      lm_json_put_member (self, "loss", spec->loss);
    lm_json_put_double (self, "weight", spec->weight);
    lm_json_end (self);
  }
  lm_json_end (self);
}

static void
put_training (LmJsonWriter *self,
              const LmDesign *design)
{
  lm_json_begin_object (self, "training");
  for (int i = 0; i < LM_TRAINING_N_OPTIONS; i++) {
    if (design->training->values[i].is_set)
      lm_json_put_option (self, lm_training_member.options[i].id, &design->training->values[i]);
  }
  if (design->outputs->len > 0)
    lm_json_put_outputs (self, "outputs", design->outputs);
  lm_json_end (self);
}

char *
lm_design_to_json (const LmDesign *self,
                   gboolean pretty)
{
  LmJsonWriter *writer = lm_json_writer_new (pretty);

  g_return_val_if_fail (self->training != NULL, NULL);

  lm_json_begin_object (writer, NULL);
  lm_json_put_int (writer, "lamina", LM_DESIGN_FORMAT);
  put_content (writer, self);
  if (self->to_right)
    lm_json_put_string (writer, "flow", "right");
  put_training (writer, self);

  lm_json_begin_object (writer, "data");
  if (self->data_spec != NULL)
    lm_json_put_string (writer, "spec", self->data_spec);
  if (self->chain->len > 0)
    lm_json_put_chain (writer, "chain", self->chain);
  lm_json_end (writer);

  lm_json_end (writer);
  return lm_json_writer_end (writer);
}
