/* lm-outline-row.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-outline-row.h"

#include "lm-option-menu.h"
#include "lm-words.h"

#include <string.h>

#include "lm-i18n.h"

G_DEFINE_FINAL_TYPE (LmOutlineRow, lm_outline_row, G_TYPE_OBJECT)

static void
lm_outline_row_finalize (GObject *object)
{
  LmOutlineRow *self = LM_OUTLINE_ROW (object);

  g_free (self->path);
  g_free (self->name);
  g_free (self->kind);
  g_free (self->shape);
  g_free (self->params);
  g_free (self->problem);
  g_free (self->found);

  G_OBJECT_CLASS (lm_outline_row_parent_class)->finalize (object);
}

static void
lm_outline_row_class_init (LmOutlineRowClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = lm_outline_row_finalize;
}

static void
lm_outline_row_init (LmOutlineRow *self)
{
}

/* --- Search -------------------------------------------------------------------------- */

/* Small letters; × for an x between numbers, so that 14x14 and 14×14 are one. */
static char *
plain (const char *text)
{
  g_autofree char *folded = g_utf8_casefold (text, -1);
  GString *out = g_string_new (NULL);

  for (const char *p = folded; *p != '\0'; p++) {
    if (*p == 'x' && p > folded && g_ascii_isdigit (p[-1]) && g_ascii_isdigit (p[1]))
      g_string_append (out, "×");
    else
      g_string_append_c (out, *p);
  }
  return g_string_free (out, FALSE);
}

/* Titles and values of all options that differ from the default, and of the others that stand for something. */
static void
add_options (GString *text,
             const LmOptionSet *options)
{
  for (int i = 0; options != NULL && i < options->member->n_options; i++) {
    const LmOptionSpec *spec = &options->member->options[i];
    g_autofree char *value = NULL;

    if (spec->rare && !lm_option_menu_is_changed (options, i))
      continue;
    value = lm_option_menu_text (options, i);
    g_string_append_printf (text, " %s %s %s", spec->id, _ (spec->title), value);
  }
}

static char *
make_found (const LmNode *node,
            const LmLayerFacts *facts,
            const char *shape)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (node != NULL) {
    g_string_append_printf (text, "%s %s", node->name, node->kind);
    if (node->layer != NULL)
      g_string_append_printf (text, " %s", _ (node->layer->member.title));
    if (node->frozen)
      g_string_append_printf (text, " %s", _ ("frozen"));
    if (node->bypassed)
      g_string_append_printf (text, " %s", _ ("bypassed"));
    add_options (text, node->options);
  }
  g_string_append_printf (text, " %s", shape);
  return plain (text->str);
}

static gboolean
matches (const char *found,
         const char *text)
{
  g_autofree char *wanted = plain (text);
  g_auto (GStrv) words = g_strsplit_set (wanted, " \t", -1);

  for (int i = 0; words[i] != NULL; i++) {
    if (strstr (found, words[i]) == NULL)
      return FALSE;
  }
  return TRUE;
}

gboolean
lm_outline_row_matches (const LmOutlineRow *self,
                        const char *text)
{
  return matches (self->found, text);
}

/* --- Making -------------------------------------------------------------------------- */

static char *
shapes_of (const LmLayerFacts *facts)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (int i = 0; facts != NULL && i < MIN (facts->n_outputs, (int) G_N_ELEMENTS (facts->shapes)); i++) {
    g_autofree char *shape = facts->shapes[i].rank >= 0 ? lm_shape_to_string (&facts->shapes[i]) : g_strdup ("?");

    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", shape);
  }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static int
depth_of (const char *path)
{
  int depth = 0;

  for (const char *p = path; *p != '\0'; p++)
    depth += *p == '/';
  return depth;
}

LmOutlineRow *
lm_outline_row_new (const char *path,
                    const LmNode *node,
                    const LmLayerFacts *facts,
                    const LmDiagnostic *problem)
{
  LmOutlineRow *self = g_object_new (LM_TYPE_OUTLINE_ROW, NULL);

  self->path = g_strdup (path);
  self->depth = depth_of (path);
  self->category = node->layer != NULL ? lm_category_from_id (node->layer->category) : LM_CATEGORY_BLOCK;
  self->name = g_strdup (node->name);
  self->kind = g_strdup (node->kind);
  self->shape = shapes_of (facts);
  self->params = facts != NULL && facts->params > 0 ? lm_words_count (facts->params) : g_strdup ("");
  self->problem = g_strdup (problem != NULL ? problem->title : "");
  self->is_error = problem != NULL && problem->severity == LM_SEVERITY_ERROR;
  self->found = make_found (node, facts, self->shape);
  return self;
}

gboolean
lm_outline_row_equal (const LmOutlineRow *a,
                      const LmOutlineRow *b)
{
  return g_str_equal (a->path, b->path) && g_str_equal (a->name, b->name) && g_str_equal (a->kind, b->kind) && g_str_equal (a->shape, b->shape) && g_str_equal (a->params, b->params) && g_str_equal (a->problem, b->problem) && a->is_error == b->is_error && g_str_equal (a->found, b->found);
}
