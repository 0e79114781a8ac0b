/* lm-check-task.c: does the network fit the data
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-check-private.h"

#include "lm-i18n.h"

#include <string.h>

/* --- Inputs ----------------------------------------------------------------- */

static void
report_input (LmChecking *self,
              int node,
              const LmShape *have,
              const LmShape *want)
{
  const LmNode *input = lm_lowered_node (self->lowered, node)->node;
  g_autofree char *own = lm_shape_to_string (have), *data = lm_shape_to_string (want);
  LmDiagnostic *diagnostic = lm_checking_report (self, LM_SEVERITY_ERROR, LM_ERROR_DATA, node, -1,
                                                 g_strdup_printf (_ ("%s takes %s, the data have %s"), input->name, own, data),
                                                 g_strdup_printf (_ ("A sample of the data is %s. The shape of %s must hold as many numbers."), data, input->name));
  LmOptionValue value = { .is_set = TRUE, .kind = LM_OPTION_INTS };
  int option = lm_remedy_find_option (input, "shape");

  if (option < 0 || want->rank - 1 > LM_MAX_LIST)
    return;
  for (int i = 1; i < want->rank; i++)
    value.ints.v[value.ints.n++] = want->dim[i];
  lm_remedy_try (self, diagnostic, g_strdup_printf (_ ("Set %s to %s"), input->name, data),
                 lm_edit_set_option ("", input->id, option, &value));
}

/* The Inputs whose data are used, as indices of lowered nodes, in order of id: Inputs run in that order. */
static GArray *
find_inputs (const LmChecking *self)
{
  g_autoptr (GArray) sinks = lm_design_sinks (self->design);
  GArray *inputs = g_array_new (FALSE, FALSE, sizeof (int));

  for (guint i = 0; i < self->lowered->nodes->len; i++) {
    const LmLoweredNode *entry = lm_lowered_node (self->lowered, (int) i);
    gboolean is_used = entry->depth == 0 && entry->node->layer != NULL && entry->node->layer->max_inputs == 0;
    int index = (int) i;

    for (guint s = 0; is_used && s < sinks->len; s++)
      is_used = g_array_index (sinks, int, s) != entry->node->id;
    if (is_used)
      g_array_append_val (inputs, index);
  }
  return inputs;
}

/* Several Inputs find their columns by name, which is not known here: it must be possible that each finds one. */
static const LmShape *
find_column (const LmTask *task,
             const LmShape *shape)
{
  int n = MIN (task->n_inputs, (int) G_N_ELEMENTS (task->input_shape));

  for (int i = 0; i < n; i++) {
    if (lm_shape_sample_size (&task->input_shape[i]) == lm_shape_sample_size (shape))
      return &task->input_shape[i];
  }
  return NULL;
}

static void
check_inputs (LmChecking *self)
{
  const LmTask *task = self->task;
  g_autoptr (GArray) inputs = find_inputs (self);

  if (task->n_inputs == 0)
    return;
  if ((int) inputs->len > task->n_inputs) {
    lm_checking_report (self, LM_SEVERITY_ERROR, LM_ERROR_DATA, -1, -1,
                        g_strdup_printf (_ ("The network has %d inputs, the data have %d"), (int) inputs->len, task->n_inputs),
                        g_strdup (_ ("Each Input takes one column of the data. Remove an Input, or choose other data.")));
    return;
  }

  for (guint i = 0; i < inputs->len; i++) {
    int node = g_array_index (inputs, int, i);
    LmShape shape = lm_builder_shape (self->builder, lm_lowered_out (self->lowered, node, 0));

    if (shape.rank >= 0 && find_column (task, &shape) == NULL)
      report_input (self, node, &shape, &task->input_shape[0]);
  }
}

/* --- The output ------------------------------------------------------------- */

/* The one output that the task's target is for: index of the lowered node, −1 if there is none or several. */
static int
find_output (const LmChecking *self,
             int *port)
{
  const GPtrArray *specs = self->design->outputs;
  int id = lm_design_main_sink (self->design);

  *port = 0;
  if (specs->len > 1)
    return -1;
  if (specs->len == 1) {
    const LmOutputSpec *spec = g_ptr_array_index (specs, 0);

    /* One target out of several may be another than the task's. */
    if (spec->target != NULL)
      return -1;
    id = spec->node;
    *port = spec->port;
  }
  for (guint i = 0; i < self->lowered->nodes->len; i++) {
    const LmLoweredNode *entry = lm_lowered_node (self->lowered, (int) i);

    if (entry->depth == 0 && entry->node->id == id && *port < entry->n_out)
      return (int) i;
  }
  return -1;
}

/* Id of the loss that training uses; the same rule as there. */
static const char *
find_loss (const LmChecking *self,
           const LmOptionSet **options)
{
  const LmOptionSet *loss = lm_option_get_object (self->design->training, LM_TRAINING_LOSS);

  if (self->design->outputs->len == 1) {
    const LmOutputSpec *spec = g_ptr_array_index (self->design->outputs, 0);

    loss = spec->loss != NULL ? spec->loss : loss;
  }
  *options = loss;
  return loss != NULL ? loss->member->id : NULL;
}

/* The only layer that feeds @node at the top, NULL if there are several or none. */
static const LmNode *
only_source (const LmDesign *design,
             const LmNode *node)
{
  const LmWire *wire = lm_design_wire_into (design, node->id, 0);

  if (wire == NULL || lm_design_wire_into (design, node->id, 1) != NULL)
    return NULL;
  return lm_design_find (design, wire->from);
}

static int
rank_into (const LmChecking *self,
           const LmNode *node)
{
  for (guint i = 0; i < self->lowered->nodes->len; i++) {
    const LmLoweredNode *entry = lm_lowered_node (self->lowered, (int) i);

    if (entry->node == node && entry->n_in > 0)
      return lm_builder_shape (self->builder, lm_lowered_in (self->lowered, (int) i, 0)).rank;
  }
  return -1;
}

/* Offers @kind in front of @node or, with @behind, behind it. */
static void
try_insertion (LmChecking *self,
               LmDiagnostic *diagnostic,
               const LmNode *node,
               const char *kind,
               gboolean behind)
{
  const LmWire *wire = lm_design_wire_into (self->design, node->id, 0);
  LmNode *inserted = lm_node_new (kind, NULL);
  GPtrArray *edits;

  if (inserted == NULL)
    return;
  if (!behind && wire != NULL) {
    lm_remedy_try (self, diagnostic, g_strdup_printf (_ ("Insert %s Before %s"), kind, node->name),
                   lm_edit_insert_on_wire (self->design, "", wire, inserted, NULL));
    return;
  }

  inserted->id = self->design->next_id;
  inserted->x = node->x + (self->design->to_right ? LM_CARD_PITCH_RIGHT : 0);
  inserted->y = node->y + (self->design->to_right ? 0 : LM_CARD_PITCH_DOWN);
  edits = g_ptr_array_new ();
  g_ptr_array_add (edits, lm_edit_add_wire ("", &(LmWire){ node->id, 0, inserted->id, 0 }));
  g_ptr_array_insert (edits, 0, lm_edit_add_node ("", inserted));
  lm_remedy_try (self, diagnostic, g_strdup_printf (_ ("Insert %s"), kind), lm_edit_group (NULL, edits));
}

/* A picture reaches the target: the places have to be joined somewhere. The first Dense that still sees a picture is where
 * people forget it; without one, behind the last layer. */
static void
add_flattenings (LmChecking *self,
                 LmDiagnostic *diagnostic,
                 const LmNode *last,
                 const LmShape *shape)
{
  const LmNode *dense = NULL;

  for (const LmNode *node = last; node != NULL && rank_into (self, node) > 2; node = only_source (self->design, node)) {
    if (node->layer == NULL || strcmp (node->layer->category, "convolution") == 0 || strcmp (node->layer->category, "pooling") == 0)
      break;
    if (strcmp (node->kind, "Dense") == 0)
      dense = node;
  }
  if (dense != NULL) {
    try_insertion (self, diagnostic, dense, "Flatten", FALSE);
    try_insertion (self, diagnostic, dense, "GlobalAveragePooling2D", FALSE);
  } else {
    try_insertion (self, diagnostic, last, lm_shape_product (shape, 1, shape->rank - 1) == 1 ? "Flatten" : "GlobalAveragePooling2D", TRUE);
  }
}

/* The layer that decides how many values the output has: the last with units or filters. */
static void
add_resizing (LmChecking *self,
              LmDiagnostic *diagnostic,
              const LmNode *last,
              gint64 n)
{
  for (const LmNode *node = last; node != NULL; node = only_source (self->design, node)) {
    int option = lm_remedy_find_option (node, "units");
    LmOptionValue value = LM_VALUE_INT (n);

    if (option < 0)
      option = lm_remedy_find_option (node, "filters");
    if (option < 0)
      continue;
    lm_remedy_try (self, diagnostic, lm_remedy_title_of_option (node, option, &value), lm_edit_set_option ("", node->id, option, &value));
    return;
  }
}

/* A Dense of the wanted size at the end. */
static void
add_head (LmChecking *self,
          LmDiagnostic *diagnostic,
          const LmNode *last,
          gint64 n)
{
  LmNode *head = lm_node_new ("Dense", NULL);
  int units = head != NULL ? lm_remedy_find_option (head, "units") : -1;
  GPtrArray *edits;

  if (units < 0 || !lm_option_set_value (head->options, units, &LM_VALUE_INT (n), NULL)) {
    lm_node_free (head);
    return;
  }
  head->id = self->design->next_id;
  head->x = last->x + (self->design->to_right ? LM_CARD_PITCH_RIGHT : 0);
  head->y = last->y + (self->design->to_right ? 0 : LM_CARD_PITCH_DOWN);
  edits = g_ptr_array_new ();
  g_ptr_array_add (edits, lm_edit_add_wire ("", &(LmWire){ last->id, 0, head->id, 0 }));
  g_ptr_array_insert (edits, 0, lm_edit_add_node ("", head));
  lm_remedy_try (self, diagnostic, g_strdup_printf (_ ("Add a Dense of %" PRId64 " Units"), n), lm_edit_group (NULL, edits));
}

/* --- Classes ---------------------------------------------------------------- */

/* TRUE if an output of this shape can answer which of the classes it is. */
static gboolean
fits_classes (const LmTask *task,
              const LmShape *shape,
              const char *loss)
{
  gint64 size = lm_shape_sample_size (shape), places = lm_shape_sample_size (&task->target_shape);

  /* A class for each place: of a picture, of a sequence. */
  if (places > 1)
    return size == places * task->n_classes || size == places;
  /* One value for two classes, or a number for the number of the class. */
  if (size == 1)
    return loss == NULL ? task->n_classes == 2
                        : strcmp (loss, "sparse_categorical_crossentropy") != 0 && strcmp (loss, "categorical_crossentropy") != 0 &&
                            (strcmp (loss, "binary_crossentropy") != 0 || task->n_classes == 2);
  return shape->rank == 2 && shape->dim[1] == task->n_classes;
}

static void
check_classes (LmChecking *self,
               int node,
               const LmShape *shape,
               const char *loss)
{
  const LmNode *last = lm_lowered_node (self->lowered, node)->node;
  gint64 n = self->task->n_classes, gives = lm_shape_sample_size (shape);
  g_autofree char *size = lm_shape_to_string (shape);
  LmDiagnostic *diagnostic;

  if (fits_classes (self->task, shape, loss))
    return;

  if (lm_shape_sample_size (&self->task->target_shape) > 1) {
    g_autofree char *target = lm_shape_to_string (&self->task->target_shape);

    lm_checking_report (self, LM_SEVERITY_ERROR, LM_ERROR_DATA, node, -1,
                        g_strdup_printf (_ ("%s gives %s, the target is %s"), last->name, size, target),
                        g_strdup_printf (_ ("Each place of the target is one of %" PRId64 " classes, so each place needs as many answers."), n));
    return;
  }

  if (shape->rank > 2) {
    diagnostic = lm_checking_report (self, LM_SEVERITY_ERROR, LM_ERROR_DATA, node, -1,
                                     g_strdup_printf (_ ("The network gives %s, the target is one of %" PRId64 " classes"), size, n),
                                     g_strdup_printf (_ ("%s comes from %s: an answer for each place. One answer for the whole sample is needed."), size, last->name));
    add_flattenings (self, diagnostic, last, shape);
    return;
  }

  /* Units without a class never are the answer; they do no harm. */
  diagnostic = lm_checking_report (self, gives > n ? LM_SEVERITY_HINT : LM_SEVERITY_ERROR, LM_ERROR_DATA, node, -1,
                                   g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%s gives %" PRId64 " value, the target has %" PRId64 " classes",
                                                                 "%s gives %" PRId64 " values, the target has %" PRId64 " classes", (gulong) gives),
                                                    last->name, gives, n),
                                   g_strdup_printf (_ ("The last layer needs one unit per class: %" PRId64 "."), n));
  add_resizing (self, diagnostic, last, n);
  if (diagnostic->remedies->len == 0)
    add_head (self, diagnostic, last, n);
}

/* --- Numbers ---------------------------------------------------------------- */

static void
check_numbers (LmChecking *self,
               int node,
               const LmShape *shape)
{
  const LmNode *last = lm_lowered_node (self->lowered, node)->node;
  const LmShape *want = &self->task->target_shape;
  gint64 n = lm_shape_sample_size (want);
  g_autofree char *size = lm_shape_to_string (shape), *target = lm_shape_to_string (want);
  LmDiagnostic *diagnostic;

  if (lm_shape_sample_size (shape) == n)
    return;

  diagnostic = lm_checking_report (self, LM_SEVERITY_ERROR, LM_ERROR_DATA, node, -1,
                                   g_strdup_printf (_ ("%s gives %s, the target is %s"), last->name, size, target),
                                   g_strdup_printf (_ ("%s comes from %s, but each sample has %s to be learned."), size, last->name, target));
  if (shape->rank > 2 && want->rank <= 2)
    add_flattenings (self, diagnostic, last, shape);
  if (want->rank <= 2 && diagnostic->remedies->len == 0)
    add_resizing (self, diagnostic, last, n);
}

/* --- Loss and activation ---------------------------------------------------- */

/* Which activation the loss expects at the end; LM_ACT_LINEAR if any will do. */
static LmActivation
wanted_activation (const LmChecking *self,
                   const char *loss,
                   const LmShape *shape)
{
  if (loss == NULL && self->task->labels && self->task->n_classes > 1)
    loss = lm_shape_sample_size (shape) > 1 ? "sparse_categorical_crossentropy" : "binary_crossentropy";
  if (loss == NULL)
    return LM_ACT_LINEAR;
  if (strcmp (loss, "sparse_categorical_crossentropy") == 0 || strcmp (loss, "categorical_crossentropy") == 0)
    return LM_ACT_SOFTMAX;
  return strcmp (loss, "binary_crossentropy") == 0 ? LM_ACT_SIGMOID : LM_ACT_LINEAR;
}

/* The last layer with an activation to choose, as long as those behind it do not change values; NULL if there is none. */
static const LmNode *
find_activation (const LmDesign *design,
                 const LmNode *last)
{
  for (const LmNode *node = last; node != NULL; node = only_source (design, node)) {
    if (lm_remedy_find_option (node, "activation") >= 0)
      return node;
    if (node->layer == NULL || (strcmp (node->layer->category, "shape") != 0 && strcmp (node->kind, "Dropout") != 0))
      return NULL;
  }
  return NULL;
}

static void
check_activation (LmChecking *self,
                  int node,
                  LmValue output,
                  const LmShape *shape,
                  const char *loss,
                  const LmOptionSet *options)
{
  LmActivation wanted = wanted_activation (self, loss, shape), found;
  const LmNode *last = lm_lowered_node (self->lowered, node)->node, *owner;
  const char *activation = wanted == LM_ACT_SOFTMAX ? "softmax" : "sigmoid";
  int from_logits = options != NULL ? lm_option_set_index (options, "from_logits") : -1;
  g_autofree char *title = NULL;
  LmOptionValue value = { 0 };
  LmDiagnostic *diagnostic;
  int option;

  lm_builder_logits (self->builder, output, &found);
  if (wanted == LM_ACT_LINEAR || found == wanted || (from_logits >= 0 && lm_option_get_bool (options, from_logits)))
    return;
  /* Probabilities of another kind are not wrong for a binary loss. */
  if (wanted == LM_ACT_SIGMOID && found == LM_ACT_SOFTMAX)
    return;

  title = found == LM_ACT_LINEAR
            ? g_strdup_printf (_ ("%s needs probabilities, %s gives any number"), wanted == LM_ACT_SOFTMAX ? _ ("categorical crossentropy") : _ ("binary crossentropy"), last->name)
            : g_strdup_printf (_ ("categorical crossentropy needs probabilities that sum to 1, those of %s do not"), last->name);
  diagnostic = lm_checking_report (self, LM_SEVERITY_HINT, LM_ERROR_OPTION, node, -1, g_steal_pointer (&title),
                                   g_strdup_printf (_ ("With %s at the end each value is a probability, and the loss means something."), activation));

  owner = find_activation (self->design, last);
  option = owner != NULL ? lm_remedy_find_option (owner, "activation") : -1;
  if (option < 0 || !lm_option_parse (&owner->layer->member.options[option], activation, &value, NULL))
    return;
  lm_remedy_try (self, diagnostic, lm_remedy_title_of_option (owner, option, &value), lm_edit_set_option ("", owner->id, option, &value));
  lm_option_value_clear (&value);
}

void
lm_checking_task (LmChecking *self)
{
  const LmOptionSet *options;
  const char *loss;
  LmValue output;
  LmShape shape;
  int node, port;

  check_inputs (self);
  if (!self->task->has_target || self->design->training == NULL)
    return;
  node = find_output (self, &port);
  if (node < 0 || port >= lm_lowered_node (self->lowered, node)->n_out)
    return;
  output = lm_lowered_out (self->lowered, node, port);
  if (!lm_builder_is_known (self->builder, output))
    return;

  shape = lm_builder_shape (self->builder, output);
  loss = find_loss (self, &options);
  if (self->task->labels && self->task->n_classes > 1)
    check_classes (self, node, &shape, loss);
  else
    check_numbers (self, node, &shape);
  check_activation (self, node, output, &shape, loss, options);
}
