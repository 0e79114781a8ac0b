/* lm-check.c: lowers a design on shapes and lists what is wrong
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-check-private.h"

#include "lm-i18n.h"

#include <string.h>

/* --- Results --------------------------------------------------------------- */

static void
free_remedy (gpointer data)
{
  LmRemedy *remedy = data;

  g_free (remedy->title);
  lm_edit_free (remedy->edit);
  g_free (remedy);
}

static void
free_diagnostic (gpointer data)
{
  LmDiagnostic *diagnostic = data;

  g_free (diagnostic->path);
  g_free (diagnostic->layer);
  g_free (diagnostic->title);
  g_free (diagnostic->message);
  g_ptr_array_unref (diagnostic->remedies);
  g_free (diagnostic);
}

static void
clear_facts (gpointer data)
{
  LmLayerFacts *facts = data;

  g_free (facts->path);
  g_free (facts->name);
}

void
lm_check_free (LmCheck *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->diagnostics);
  g_array_unref (self->layers);
  g_free (self);
}

const LmLayerFacts *
lm_check_find (const LmCheck *self,
               const char *path)
{
  for (guint i = 0; i < self->layers->len; i++) {
    const LmLayerFacts *facts = &g_array_index (self->layers, LmLayerFacts, i);

    if (strcmp (facts->path, path) == 0)
      return facts;
  }
  return NULL;
}

gboolean
lm_check_require (const LmCheck *self,
                  GError **error)
{
  const LmDiagnostic *first;

  if (self->n_errors == 0)
    return TRUE;

  first = g_ptr_array_index (self->diagnostics, 0);
  if (first->remedies->len > 0) {
    const LmRemedy *remedy = g_ptr_array_index (first->remedies, 0);

    /* Translators: title of a mistake, what comes from where, and what would mend it. */
    g_set_error (error, LM_ERROR, (int) first->code, _ ("%s. %s What would help: %s."), first->title, first->message, remedy->title);
  } else {
    g_set_error (error, LM_ERROR, (int) first->code, "%s. %s", first->title, first->message);
  }
  return FALSE;
}

/* --- Reporting ------------------------------------------------------------- */

/* Id path of a lowered node; that of a linked copy is its own, though its weights are those of its source. */
static char *
path_of (const LmChecking *self,
         int node)
{
  const LmLoweredNode *entry = lm_lowered_node (self->lowered, node);
  g_autofree char *block = lm_checking_block (self, node);

  return *block == '\0' ? g_strdup_printf ("%d", entry->node->id) : g_strdup_printf ("%s/%d", block, entry->node->id);
}

char *
lm_checking_block (const LmChecking *self,
                   int node)
{
  const char *path = lm_lowered_node (self->lowered, node)->path;
  const char *slash = strrchr (path, '/');

  return slash != NULL ? g_strndup (path, (gsize) (slash - path)) : g_strdup ("");
}

LmDiagnostic *
lm_checking_report (LmChecking *self,
                    LmSeverity severity,
                    LmError code,
                    int node,
                    int port,
                    char *title,
                    char *message)
{
  LmDiagnostic *diagnostic = g_new0 (LmDiagnostic, 1);

  diagnostic->severity = severity;
  diagnostic->code = code;
  diagnostic->path = node >= 0 ? path_of (self, node) : NULL;
  diagnostic->layer = node >= 0 ? g_strdup (lm_lowered_node (self->lowered, node)->node->name) : NULL;
  diagnostic->port = port;
  diagnostic->title = title;
  diagnostic->message = message;
  diagnostic->remedies = g_ptr_array_new_with_free_func (free_remedy);

  g_ptr_array_add (severity == LM_SEVERITY_ERROR ? self->check->diagnostics : self->hints, diagnostic);
  self->check->n_errors += severity == LM_SEVERITY_ERROR;
  return diagnostic;
}

gboolean
lm_checking_may_seek (LmChecking *self)
{
  self->budget -= self->design->nodes->len + 1;
  return self->seek_remedies && self->budget > 0;
}

/* --- Facts ----------------------------------------------------------------- */

static const char *
kind_of (const LmNode *node)
{
  if (node->layer != NULL)
    return node->layer->member.id;
  if (node->type == LM_NODE_LAYER)
    return g_intern_string (node->kind);
  return node->type == LM_NODE_BLOCK ? "Block" : "Copy";
}

static void
note_facts (LmChecking *self,
            int node)
{
  LmLoweredNode *entry = lm_lowered_node (self->lowered, node);
  const LmGraph *graph = lm_builder_graph (self->builder);
  LmLayerFacts facts = {
    .name = g_strdup (entry->node->name),
    .kind = kind_of (entry->node),
    .depth = entry->depth,
    .n_outputs = MIN (entry->n_out, (int) G_N_ELEMENTS (facts.shapes)),
    .frozen = entry->node->frozen,
  };

  facts.path = entry->node->type == LM_NODE_COPY ? path_of (self, node) : g_strdup (entry->path);
  for (int i = 0; i < facts.n_outputs; i++)
    facts.shapes[i] = lm_builder_shape (self->builder, lm_lowered_out (self->lowered, node, i));
  for (int i = 0; i < entry->n_slots; i++) {
    const LmSlot *slot = g_ptr_array_index (graph->slots, (guint) (entry->first_slot + i));
    gint64 n = lm_shape_n_elements (&slot->shape, 1);

    facts.params += n;
    facts.trainable += slot->trainable ? n : 0;
  }

  /* A block's figures are those of what is inside. */
  if (entry->depth == 0) {
    self->check->params += facts.params;
    self->check->trainable += facts.trainable;
  }
  g_array_append_val (self->check->layers, facts);
}

/* --- The check ------------------------------------------------------------- */

/* TRUE if this mistake has been reported: a linked copy of a block has all that its source has. */
static gboolean
is_known (const LmChecking *self,
          int node)
{
  const LmBuilderError *error = lm_lowered_node (self->lowered, node)->error;
  g_autofree char *path = path_of (self, node);

  for (guint i = 0; i < self->check->diagnostics->len; i++) {
    const LmDiagnostic *other = g_ptr_array_index (self->check->diagnostics, i);

    if (g_strcmp0 (other->path, path) == 0 && strcmp (other->title, error->title) == 0)
      return TRUE;
  }
  return FALSE;
}

/* What the layers themselves found. */
static void
report_layer (LmChecking *self,
              int node)
{
  const LmLoweredNode *entry = lm_lowered_node (self->lowered, node);
  const LmLayerClass *layer = entry->node->layer;
  LmDiagnostic *diagnostic;

  if (entry->error == NULL || is_known (self, node))
    return;

  diagnostic = lm_checking_report (self, LM_SEVERITY_ERROR, entry->error->code, node, entry->error->port,
                                   g_strdup (entry->error->title), g_strdup (entry->error->message));
  if (layer != NULL && entry->n_in < layer->min_inputs)
    lm_checking_missing_inputs (self, diagnostic, node);
  else
    lm_remedy_add_suggestions (self, diagnostic, node);
}

static gint64
batch_size (const LmDesign *design)
{
  return design->training != NULL ? lm_option_get_int (design->training, LM_TRAINING_BATCH_SIZE) : 1;
}

static LmCheck *
run (const LmDesign *design,
     const LmTask *task,
     gboolean measure,
     gboolean seek_remedies)
{
  LmBuilderSpec spec = { .training = TRUE, .shapes_only = TRUE, .max_batch = batch_size (design) };
  g_autoptr (LmBuilder) builder = lm_builder_new (&spec);
  g_autoptr (LmLowered) lowered = lm_lower_design (builder, design);
  LmCheck *check = g_new0 (LmCheck, 1);
  LmChecking self = { .design = design, .task = task, .builder = builder, .lowered = lowered, .check = check };

  check->diagnostics = g_ptr_array_new_with_free_func (free_diagnostic);
  check->layers = g_array_sized_new (FALSE, FALSE, sizeof (LmLayerFacts), lowered->nodes->len);
  g_array_set_clear_func (check->layers, clear_facts);
  self.hints = g_ptr_array_new ();
  self.seek_remedies = seek_remedies;
  self.budget = 20000;

  for (guint i = 0; i < lowered->nodes->len; i++) {
    note_facts (&self, (int) i);
    report_layer (&self, (int) i);
  }
  lm_checking_structure (&self);
  if (task != NULL)
    lm_checking_task (&self);
  lm_checking_loose_ends (&self);
  if (measure && check->n_errors == 0)
    lm_checking_measure (&self);

  for (guint i = 0; i < self.hints->len; i++)
    g_ptr_array_add (check->diagnostics, g_ptr_array_index (self.hints, i));
  g_ptr_array_unref (self.hints);
  return check;
}

LmCheck *
lm_check_design (const LmDesign *design,
                 const LmTask *task,
                 gboolean measure)
{
  return run (design, task, measure, TRUE);
}

LmCheck *
lm_check_try (const LmDesign *design,
              const LmTask *task)
{
  return run (design, task, FALSE, FALSE);
}
