/* lm-graph-picture.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-graph-picture.h"

#include "lm-i18n.h"

#include <string.h>

char *
lm_count_to_string (gint64 n)
{
  g_autofree char *digits = NULL;
  g_autoptr (GString) text = NULL;
  gsize length;

  if (n >= 1000000000)
    return g_strdup_printf ("%.2f G", (double) n / 1e9);
  if (n >= 1000000)
    return g_strdup_printf ("%.2f M", (double) n / 1e6);
  digits = g_strdup_printf ("%" PRId64, n);
  length = strlen (digits);
  text = g_string_new (NULL);
  for (gsize i = 0; i < length; i++) {
    if (i > 0 && (length - i) % 3 == 0)
      g_string_append_c (text, ',');
    g_string_append_c (text, digits[i]);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* Options that are not at their default, the first few. */
static void
append_options (GString *text,
                const LmNode *node)
{
  int shown = 0;

  for (int i = 0; i < node->options->member->n_options && shown < 3; i++) {
    const LmOptionSpec *spec = &node->options->member->options[i];
    g_autofree char *value = NULL;

    if (!node->options->values[i].is_set || spec->rare)
      continue;
    value = lm_option_format (spec, &node->options->values[i]);
    g_string_append_printf (text, " · %s", value);
    shown++;
  }
}

char *
lm_node_summary (const LmNode *node)
{
  g_autoptr (GString) text = g_string_new (node->kind);

  if (node->type == LM_NODE_BLOCK) {
    g_string_append_printf (text, g_dngettext (GETTEXT_PACKAGE, " · %d layer", " · %d layers", node->child->nodes->len), (int) node->child->nodes->len);
  } else if (node->type == LM_NODE_COPY) {
    g_string_append (text, _ (" · linked copy"));
  } else if (node->layer == NULL) {
    g_string_append (text, _ (" · not known here, kept as read"));
  } else if (node->layer->summary != NULL) {
    g_autofree char *own = node->layer->summary (node);

    if (own != NULL && *own != '\0')
      g_string_append_printf (text, " · %s", own);
  } else {
    append_options (text, node);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* What cards are made from: a design, the path of the block it is in, and what the check says, by path of a node. */
typedef struct {
  const LmDesign *design;
  const char *block;
  const LmTask *task;
  GHashTable *facts;  /* LmLayerFacts */
  GHashTable *errors; /* LmDiagnostic: the first; for blocks: the first inside */
  GHashTable *hints;
  int main_sink;
} Scene;

static char *
path_of (const Scene *scene,
         int id)
{
  return *scene->block != '\0' ? g_strdup_printf ("%s/%d", scene->block, id) : g_strdup_printf ("%d", id);
}

/* Puts @problem to its node and to all blocks around that. */
static void
note_problem (const Scene *scene,
              LmDiagnostic *problem)
{
  GHashTable *table = problem->severity == LM_SEVERITY_ERROR ? scene->errors : scene->hints;
  g_autofree char *path = g_strdup (problem->path);
  char *slash;

  do {
    if (!g_hash_table_contains (table, path))
      g_hash_table_insert (table, g_strdup (path), problem);
    slash = strrchr (path, '/');
    if (slash != NULL)
      *slash = '\0';
  } while (slash != NULL);
}

static void
scene_init (Scene *self,
            const LmCheck *check)
{
  self->facts = g_hash_table_new (g_str_hash, g_str_equal);
  self->errors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->hints = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; i < check->layers->len; i++) {
    LmLayerFacts *facts = &g_array_index (check->layers, LmLayerFacts, i);

    g_hash_table_insert (self->facts, facts->path, facts);
  }
  for (guint i = 0; i < check->diagnostics->len; i++) {
    LmDiagnostic *problem = g_ptr_array_index (check->diagnostics, i);

    if (problem->path != NULL)
      note_problem (self, problem);
  }
}

static void
scene_clear (Scene *self)
{
  g_hash_table_unref (self->facts);
  g_hash_table_unref (self->errors);
  g_hash_table_unref (self->hints);
}

/* Figures of a node; those of a block count what is inside. */
static void
set_params (LmCard *card,
            const Scene *scene,
            const char *path)
{
  const LmLayerFacts *facts = g_hash_table_lookup (scene->facts, path);

  if (facts != NULL && facts->params > 0)
    card->params = lm_count_to_string (facts->params);
}

static void
set_problems (LmCard *card,
              const Scene *scene,
              const char *path)
{
  const LmDiagnostic *error = g_hash_table_lookup (scene->errors, path), *hint = g_hash_table_lookup (scene->hints, path);

  card->error_port = -1;
  if (error != NULL) {
    card->error = g_strdup (error->title);
    /* The port of a layer inside of a block is none of the block's. */
    card->error_port = strcmp (error->path, path) == 0 ? error->port : -1;
  }
  if (hint != NULL)
    card->hint = g_strdup (hint->title);
}

/* TRUE for a layer that answers: one that a target is set for; without any the main sink. */
static gboolean
has_target (const Scene *scene,
            const LmNode *node)
{
  const GPtrArray *outputs = scene->design->outputs;

  for (guint i = 0; i < outputs->len; i++) {
    if (((LmOutputSpec *) g_ptr_array_index (outputs, i))->node == node->id)
      return TRUE;
  }
  return outputs->len == 0 && scene->main_sink == node->id;
}

static void
fill_card (LmCard *card,
           const Scene *scene,
           const LmNode *node)
{
  const LmDesign *design = scene->design;
  const LmLayerClass *layer = lm_design_source (design, node)->layer;
  const LmTask *task = scene->task;
  g_autofree char *path = path_of (scene, node->id);

  card->id = node->id;
  card->name = g_strdup (node->name);
  card->summary = lm_node_summary (node);
  card->category = g_strdup (layer != NULL ? layer->category : "block");
  card->x = node->x;
  card->y = node->y;
  card->n_in = lm_design_n_inputs (design, node);
  card->n_out = lm_design_n_outputs (design, node);
  card->frozen = node->frozen;
  card->bypassed = node->bypassed;
  card->is_block = node->type == LM_NODE_BLOCK;
  card->is_unknown = node->type == LM_NODE_LAYER && node->layer == NULL;
  if (layer != NULL && layer->max_inputs > 1 && layer->input_names != NULL)
    card->in_names = g_strdupv ((char **) layer->input_names);
  if (layer != NULL && layer->output_names != NULL)
    card->out_names = g_strdupv ((char **) layer->output_names);
  set_params (card, scene, path);
  set_problems (card, scene, path);
  if (task != NULL && task->has_target && card->n_in > 0 && has_target (scene, node))
    card->target = task->labels ? g_strdup_printf (_ ("target · %d classes"), (int) task->n_classes) : g_strdup (_ ("target · numbers"));
}

static void
fill_wire (LmCardWire *wire,
           const Scene *scene,
           const LmWire *source,
           const LmGraphPicture *picture)
{
  g_autofree char *path = path_of (scene, source->from);
  const LmLayerFacts *facts = g_hash_table_lookup (scene->facts, path);
  const LmCard *to;

  wire->from = lm_design_index (scene->design, source->from);
  wire->from_port = source->from_port;
  wire->to = lm_design_index (scene->design, source->to);
  wire->to_port = source->to_port;
  if (facts != NULL && source->from_port < MIN (facts->n_outputs, 4) && facts->shapes[source->from_port].rank >= 0)
    wire->label = lm_shape_to_string (&facts->shapes[source->from_port]);
  wire->is_unknown = wire->label == NULL;
  to = &picture->cards[wire->to];
  wire->is_error = to->error != NULL && to->error_port == source->to_port;
}

/* “93,322 parameters · trains in 41 MiB” */
static char *
make_caption (const LmCheck *check)
{
  g_autofree char *params = lm_count_to_string (check->params);
  GString *caption = g_string_new (NULL);

  g_string_append_printf (caption, _ ("%s parameters"), params);
  if (check->train_bytes > 0) {
    g_autofree char *bytes = g_format_size_full (check->train_bytes, G_FORMAT_SIZE_IEC_UNITS);

    g_string_append_printf (caption, _ (" · trains in %s"), bytes);
  }
  return g_string_free (caption, FALSE);
}

LmGraphPicture *
lm_graph_picture_inside (const LmDesign *design,
                         const char *block,
                         gboolean to_right,
                         const LmCheck *check,
                         const LmTask *task)
{
  /* What a block gives is no answer to the data. */
  Scene scene = { .design = design, .block = block, .task = *block == '\0' ? task : NULL };
  LmGraphPicture *self = g_new0 (LmGraphPicture, 1);

  scene_init (&scene, check);
  scene.main_sink = scene.task != NULL ? lm_design_main_sink (design) : 0;
  self->to_right = to_right;
  self->n_cards = (int) design->nodes->len;
  self->cards = g_new0 (LmCard, MAX (1, self->n_cards));
  for (int i = 0; i < self->n_cards; i++)
    fill_card (&self->cards[i], &scene, g_ptr_array_index (design->nodes, i));
  self->n_wires = (int) design->wires->len;
  self->wires = g_new0 (LmCardWire, MAX (1, self->n_wires));
  for (int i = 0; i < self->n_wires; i++)
    fill_wire (&self->wires[i], &scene, &g_array_index (design->wires, LmWire, i), self);
  self->caption = make_caption (check);
  scene_clear (&scene);
  return self;
}

LmGraphPicture *
lm_graph_picture_of_block (const LmDesign *top,
                           const char *block,
                           const LmCheck *check,
                           const LmTask *task)
{
  const LmNode *node = *block != '\0' ? lm_design_resolve (top, block, NULL) : NULL;

  return lm_graph_picture_inside (node != NULL ? node->child : top, block, top->to_right, check, task);
}

LmGraphPicture *
lm_graph_picture (const LmDesign *design,
                  const LmCheck *check,
                  const LmTask *task)
{
  return lm_graph_picture_of_block (design, "", check, task);
}
