/* lm-run-change.c: what is different between the designs of two runs, in few words
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-run-plan.h"

#include "lm-i18n.h"

#include <string.h>

/* Differences that are named; the others are counted. */
#define MAX_NAMED 3

typedef struct {
  GString *text;
  int n;
} Changes;

static void
add_change (Changes *changes,
            const char *change)
{
  if (changes->n++ < MAX_NAMED)
    g_string_append_printf (changes->text, "%s%s", changes->n > 1 ? ", " : "", change);
}

static void
compare_options (const LmOptionSet *before,
                 const LmOptionSet *after,
                 const char *owner,
                 Changes *changes)
{
  for (int i = 0; i < after->member->n_options; i++) {
    const LmOptionSpec *spec = &after->member->options[i];
    g_autofree char *old = lm_option_format (spec, &before->values[i]);
    g_autofree char *new = lm_option_format (spec, &after->values[i]);
    g_autofree char *change = NULL;

    if (strcmp (old, new) == 0)
      continue;
    change = g_strdup_printf ("%s%s%s %s → %s", owner, owner[0] != '\0' ? ": " : "", _ (spec->title), old, new);
    add_change (changes, change);
  }
}

static void
add_node (const LmNode *node,
          const char *sign,
          Changes *changes)
{
  g_autofree char *change = g_strdup_printf ("%s %s", sign, node->name);

  add_change (changes, change);
}

static void
compare_nodes (const LmDesign *before,
               const LmDesign *after,
               Changes *changes)
{
  for (guint i = 0; i < after->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (after->nodes, i);
    const LmNode *old = lm_design_find (before, node->id);

    if (old == NULL || strcmp (old->kind, node->kind) != 0) {
      if (old != NULL)
        add_node (old, "−", changes);
      add_node (node, "+", changes);
    } else if (old->options != NULL && node->options != NULL && old->layer == node->layer) {
      compare_options (old->options, node->options, node->name, changes);
    }
    if (old != NULL && (old->frozen != node->frozen || old->bypassed != node->bypassed)) {
      g_autofree char *change = g_strdup_printf ("%s %s", node->name,
                                                 old->frozen != node->frozen ? (node->frozen ? _ ("frozen") : _ ("thawed"))
                                                                             : (node->bypassed ? _ ("bypassed") : _ ("back in")));

      add_change (changes, change);
    }
    if (old != NULL && old->child != NULL && node->child != NULL)
      compare_nodes (old->child, node->child, changes);
  }
  for (guint i = 0; i < before->nodes->len; i++) {
    const LmNode *node = g_ptr_array_index (before->nodes, i);

    if (lm_design_find (after, node->id) == NULL)
      add_node (node, "−", changes);
  }
}

static void
compare_chain (const LmDesign *before,
               const LmDesign *after,
               Changes *changes)
{
  gboolean same = before->chain->len == after->chain->len;

  for (guint i = 0; same && i < after->chain->len; i++)
    same = lm_option_set_equal (g_ptr_array_index (before->chain, i), g_ptr_array_index (after->chain, i));
  if (!same)
    add_change (changes, _ ("another data chain"));
}

char *
lm_run_describe_change (const LmDesign *before,
                        const LmDesign *after)
{
  Changes changes = { g_string_new (NULL), 0 };

  compare_options (before->training, after->training, "", &changes);
  compare_nodes (before, after, &changes);
  compare_chain (before, after, &changes);
  if (g_strcmp0 (before->data_spec, after->data_spec) != 0) {
    g_autofree char *change = g_strdup_printf (_ ("data %s"), after->data_spec != NULL ? after->data_spec : "–");

    add_change (&changes, change);
  }
  if (changes.n == 0 && before->wires->len != after->wires->len)
    add_change (&changes, _ ("other wires"));
  if (changes.n > MAX_NAMED)
    g_string_append_printf (changes.text, " … (%d)", changes.n);
  return g_string_free (changes.text, changes.n == 0);
}
