/* lm-design.c: the drawing as a value: nodes, names, copies, comparison
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design.h"

#include "lm-i18n.h"

#include <math.h>
#include <string.h>

#define MAX_NAME 80
#define MAX_ROW_NAME (MAX_NAME - 12) /* leaves room for the number of the row */

/* --- Output specs -------------------------------------------------------- */

LmOutputSpec *
lm_output_spec_copy (const LmOutputSpec *self)
{
  LmOutputSpec *copy = g_memdup2 (self, sizeof *self);

  copy->target = g_strdup (self->target);
  copy->loss = lm_option_set_copy (self->loss);
  return copy;
}

void
lm_output_spec_free (LmOutputSpec *self)
{
  if (self == NULL)
    return;

  g_free (self->target);
  lm_option_set_free (self->loss);
  g_free (self);
}

gboolean
lm_output_spec_equal (const LmOutputSpec *a,
                      const LmOutputSpec *b)
{
  return a->node == b->node && a->port == b->port && a->weight == b->weight &&
         g_strcmp0 (a->target, b->target) == 0 && lm_option_set_equal (a->loss, b->loss);
}

/* --- Nodes --------------------------------------------------------------- */

LmNode *
lm_node_new (const char *kind,
             GError **error)
{
  gboolean is_block = strcmp (kind, "Block") == 0;
  const LmLayerClass *layer = is_block ? NULL : lm_layer_find (kind);
  LmNode *self;

  if (layer == NULL && !is_block) {
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND,
                 _ ("There is no layer of the kind “%s”. Look up the name in the list of layers."), kind);
    return NULL;
  }

  self = g_new0 (LmNode, 1);
  self->kind = g_strdup (kind);
  self->x = self->y = NAN;
  if (is_block) {
    self->type = LM_NODE_BLOCK;
    self->child = lm_design_new_child ();
  } else {
    self->layer = layer;
    self->options = lm_option_set_new (&layer->member);
  }
  return self;
}

LmNode *
lm_node_copy (const LmNode *self)
{
  LmNode *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->kind = g_strdup (self->kind);
  copy->options = lm_option_set_copy (self->options);
  copy->raw = g_strdup (self->raw);
  copy->child = self->child != NULL ? lm_design_copy (self->child) : NULL;
  return copy;
}

void
lm_node_free (LmNode *self)
{
  if (self == NULL)
    return;

  g_free (self->name);
  g_free (self->kind);
  lm_option_set_free (self->options);
  g_free (self->raw);
  lm_design_free (self->child);
  g_free (self);
}

static gboolean
node_equal (const LmNode *a,
            const LmNode *b)
{
  if ((a->child == NULL) != (b->child == NULL))
    return FALSE;

  return a->id == b->id && strcmp (a->name, b->name) == 0 && strcmp (a->kind, b->kind) == 0 &&
         a->type == b->type && a->layer == b->layer && lm_option_set_equal (a->options, b->options) &&
         g_strcmp0 (a->raw, b->raw) == 0 && a->source_id == b->source_id &&
         a->x == b->x && a->y == b->y && !a->frozen == !b->frozen && !a->bypassed == !b->bypassed &&
         (a->child == NULL || lm_design_equal (a->child, b->child));
}

/* --- Designs ------------------------------------------------------------- */

LmDesign *
lm_design_new_child (void)
{
  LmDesign *self = g_new0 (LmDesign, 1);

  self->nodes = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_node_free);
  self->wires = g_array_new (FALSE, FALSE, sizeof (LmWire));
  self->next_id = 1;
  self->outputs = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_output_spec_free);
  self->chain = g_ptr_array_new_with_free_func ((GDestroyNotify) lm_option_set_free);
  return self;
}

LmDesign *
lm_design_new (void)
{
  LmDesign *self = lm_design_new_child ();

  self->training = lm_option_set_new (&lm_training_member);
  return self;
}

LmDesign *
lm_design_copy (const LmDesign *self)
{
  LmDesign *copy = lm_design_new_child ();

  for (guint i = 0; i < self->nodes->len; i++)
    g_ptr_array_add (copy->nodes, lm_node_copy (g_ptr_array_index (self->nodes, i)));
  g_array_append_vals (copy->wires, self->wires->data, self->wires->len);
  copy->next_id = self->next_id;
  copy->training = lm_option_set_copy (self->training);
  for (guint i = 0; i < self->outputs->len; i++)
    g_ptr_array_add (copy->outputs, lm_output_spec_copy (g_ptr_array_index (self->outputs, i)));
  copy->data_spec = g_strdup (self->data_spec);
  for (guint i = 0; i < self->chain->len; i++)
    g_ptr_array_add (copy->chain, lm_option_set_copy (g_ptr_array_index (self->chain, i)));
  copy->to_right = self->to_right;
  return copy;
}

void
lm_design_free (LmDesign *self)
{
  if (self == NULL)
    return;

  g_ptr_array_unref (self->nodes);
  g_array_unref (self->wires);
  lm_option_set_free (self->training);
  g_ptr_array_unref (self->outputs);
  g_free (self->data_spec);
  g_ptr_array_unref (self->chain);
  g_free (self);
}

gboolean
lm_design_equal (const LmDesign *a,
                 const LmDesign *b)
{
  if (a->nodes->len != b->nodes->len || a->wires->len != b->wires->len ||
      a->outputs->len != b->outputs->len || a->chain->len != b->chain->len ||
      a->next_id != b->next_id || !a->to_right != !b->to_right ||
      g_strcmp0 (a->data_spec, b->data_spec) != 0 || !lm_option_set_equal (a->training, b->training))
    return FALSE;

  if (a->wires->len > 0 && memcmp (a->wires->data, b->wires->data, a->wires->len * sizeof (LmWire)) != 0)
    return FALSE;
  for (guint i = 0; i < a->nodes->len; i++) {
    if (!node_equal (g_ptr_array_index (a->nodes, i), g_ptr_array_index (b->nodes, i)))
      return FALSE;
  }
  for (guint i = 0; i < a->outputs->len; i++) {
    if (!lm_output_spec_equal (g_ptr_array_index (a->outputs, i), g_ptr_array_index (b->outputs, i)))
      return FALSE;
  }
  for (guint i = 0; i < a->chain->len; i++) {
    if (!lm_option_set_equal (g_ptr_array_index (a->chain, i), g_ptr_array_index (b->chain, i)))
      return FALSE;
  }
  return TRUE;
}

/* --- Finding ------------------------------------------------------------- */

static inline LmNode *
node_at (const LmDesign *self,
         guint i)
{
  return g_ptr_array_index (self->nodes, i);
}

/* Where node @id is, or would have to be put. */
static guint
lower_bound (const LmDesign *self,
             int id)
{
  guint low = 0, high = self->nodes->len;

  /* Most designs have the ids 1 … n. */
  if (id >= 1 && (guint) id <= high && node_at (self, (guint) id - 1)->id == id)
    return (guint) id - 1;

  while (low < high) {
    guint middle = low + (high - low) / 2;

    if (node_at (self, middle)->id < id)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

int
lm_design_index (const LmDesign *self,
                 int id)
{
  guint at = lower_bound (self, id);

  return at < self->nodes->len && node_at (self, at)->id == id ? (int) at : -1;
}

LmNode *
lm_design_find (const LmDesign *self,
                int id)
{
  int at = lm_design_index (self, id);

  return at >= 0 ? node_at (self, (guint) at) : NULL;
}

LmNode *
lm_design_find_by_name (const LmDesign *self,
                        const char *name)
{
  for (guint i = 0; i < self->nodes->len; i++) {
    if (strcmp (node_at (self, i)->name, name) == 0)
      return node_at (self, i);
  }
  return NULL;
}

/* The number that @text of @length bytes is, −1 if it is none. */
static int
as_id (const char *text,
       gsize length)
{
  int id = 0;

  if (length == 0 || length > 9)
    return -1;
  for (gsize i = 0; i < length; i++) {
    if (!g_ascii_isdigit (text[i]))
      return -1;
    id = id * 10 + (text[i] - '0');
  }
  return id;
}

LmNode *
lm_design_resolve (const LmDesign *self,
                   const char *path,
                   LmDesign **owner)
{
  const LmDesign *design = self;
  LmNode *node = NULL;

  for (const char *at = path; design != NULL; design = node->child) {
    gsize length = strcspn (at, "/");
    int id = as_id (at, length);

    if (id >= 0) {
      node = lm_design_find (design, id);
    } else {
      g_autofree char *name = g_strndup (at, length);

      node = lm_design_find_by_name (design, name);
    }
    if (node == NULL)
      return NULL;
    if (at[length] == '\0') {
      if (owner != NULL)
        *owner = (LmDesign *) design;
      return node;
    }
    at += length + 1;
  }
  return NULL;
}

const LmNode *
lm_design_source (const LmDesign *self,
                  const LmNode *node)
{
  const LmNode *source = node->type == LM_NODE_COPY ? lm_design_find (self, node->source_id) : NULL;

  return source != NULL ? source : node;
}

/* --- Names --------------------------------------------------------------- */

/* “MaxPooling2D” → “max_pooling2d”, as Keras does. */
static char *
snake_case (const char *kind)
{
  GString *name = g_string_new (NULL);

  for (const char *at = kind; *at != '\0'; at++) {
    if (!g_ascii_isalnum (*at) && *at != '_')
      continue;
    if (at > kind && g_ascii_isupper (*at) && at[-1] != '_' && (g_ascii_islower (at[-1]) || g_ascii_islower (at[1])))
      g_string_append_c (name, '_');
    g_string_append_c (name, g_ascii_tolower (*at));
  }
  if (name->len == 0 || g_ascii_isdigit (name->str[0]))
    g_string_prepend (name, "layer");
  g_string_truncate (name, MIN (name->len, MAX_ROW_NAME));
  return g_string_free (name, FALSE);
}

/* k of “BASE_k”, 0 of “BASE”, −1 of anything else. */
static int
number_in_row (const char *name,
               const char *base,
               gsize length)
{
  if (strncmp (name, base, length) != 0)
    return -1;
  name += length;
  if (*name == '\0')
    return 0;
  if (name[0] != '_' || name[1] == '0')
    return -1;
  return as_id (name + 1, strlen (name + 1));
}

static char *
first_free (const LmDesign *self,
            const char *base)
{
  guint n = self->nodes->len;
  g_autofree gboolean *is_taken = g_new0 (gboolean, n + 1);
  gsize length = strlen (base);
  guint k = 0;

  for (guint i = 0; i < n; i++) {
    int number = number_in_row (node_at (self, i)->name, base, length);

    if (number >= 0 && (guint) number <= n)
      is_taken[number] = TRUE;
  }
  while (is_taken[k])
    k++;
  return k == 0 ? g_strdup (base) : g_strdup_printf ("%s_%u", base, k);
}

char *
lm_design_free_name (const LmDesign *self,
                     const char *kind)
{
  g_autofree char *base = snake_case (kind);

  return first_free (self, base);
}

char *
lm_design_free_name_like (const LmDesign *self,
                          const char *name)
{
  const char *tail = strrchr (name, '_');
  g_autofree char *base = g_utf8_substring (name, 0, MIN (g_utf8_strlen (name, -1), MAX_ROW_NAME));

  if (lm_design_find_by_name (self, name) == NULL)
    return g_strdup (name);

  /* “conv2d_1” stands in the row of “conv2d”, but what is in front of the number must itself be a name. */
  if (tail != NULL && as_id (tail + 1, strlen (tail + 1)) >= 0 && strspn (name, "0123456789") < (gsize) (tail - name) &&
      (gsize) (tail - name) < strlen (base))
    base[tail - name] = '\0';
  return first_free (self, base);
}

static gboolean
fail_name (const char *name,
           const char *why,
           GError **error)
{
  g_set_error (error, LM_ERROR, LM_ERROR_OPTION, _ ("A layer cannot be called “%s”: %s"), name, why);
  return FALSE;
}

gboolean
lm_design_check_name (const LmDesign *self,
                      int id,
                      const char *name,
                      GError **error)
{
  const LmNode *other;

  if (!g_utf8_validate (name, -1, NULL))
    return fail_name ("?", _ ("these bytes are no text. Choose a name in UTF-8."), error);
  if (*name == '\0')
    return fail_name (name, _ ("a name has at least one character. Choose a name."), error);
  if (g_utf8_strlen (name, -1) > MAX_NAME)
    return fail_name (name, _ ("it is longer than 80 characters. Choose a shorter name."), error);
  if (strspn (name, "0123456789") == strlen (name))
    return fail_name (name, _ ("a bare number is the number of a layer. Choose a name with a letter in it."), error);

  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at)) {
    if (*at == '/')
      return fail_name (name, _ ("“/” separates a block from what is inside. Choose a name without it."), error);
    if (g_unichar_iscntrl (g_utf8_get_char (at)))
      return fail_name (name, _ ("it contains a control character. Choose a name without it."), error);
  }

  other = self != NULL ? lm_design_find_by_name (self, name) : NULL;
  if (other != NULL && other->id != id)
    return fail_name (name, _ ("another layer has this name. Choose a different one."), error);
  return TRUE;
}

/* --- Primitives ---------------------------------------------------------- */

/* Behind the last card along the flow. */
static void
find_place (const LmDesign *self,
            double *x,
            double *y)
{
  const LmNode *last = NULL;

  for (guint i = 0; i < self->nodes->len; i++) {
    const LmNode *node = node_at (self, i);

    if (last == NULL || (self->to_right ? node->x > last->x : node->y > last->y))
      last = node;
  }
  *x = last == NULL ? 0 : last->x + (self->to_right ? LM_CARD_PITCH_RIGHT : 0);
  *y = last == NULL ? 0 : last->y + (self->to_right ? 0 : LM_CARD_PITCH_DOWN);
}

int
lm_design_add_node (LmDesign *self,
                    LmNode *node)
{
  guint at;

  g_assert (node->id >= 0 && (node->id == 0 || lm_design_index (self, node->id) < 0));

  if (node->id == 0)
    node->id = self->next_id;
  if (node->name == NULL)
    node->name = lm_design_free_name (self, node->kind);
  if (!isfinite (node->x) || !isfinite (node->y))
    find_place (self, &node->x, &node->y);

  at = lower_bound (self, node->id);
  g_ptr_array_insert (self->nodes, (int) at, node);
  self->next_id = MAX (self->next_id, node->id + 1);
  return node->id;
}

LmNode *
lm_design_take_node (LmDesign *self,
                     int id)
{
  int at = lm_design_index (self, id);

  g_assert (at >= 0);
  for (guint i = 0; i < self->wires->len; i++) {
    const LmWire *wire = &g_array_index (self->wires, LmWire, i);

    g_assert (wire->from != id && wire->to != id);
  }
  return g_ptr_array_steal_index (self->nodes, (guint) at);
}

const char *
lm_design_default_loss (gboolean labels,
                        gint64 n_classes)
{
  return labels ? "sparse_categorical_crossentropy" : "mean_squared_error";
}
