/* lm-catalogue.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-catalogue.h"

#include <string.h>

#include "lm-i18n.h"

static const struct {
  LmCategory category;
  const char *id;
  const char *title;
} sections[LM_CATALOGUE_N_SECTIONS] = {
  { LM_CATEGORY_CORE, "core", N_ ("Core") },
  { LM_CATEGORY_CONVOLUTION, "convolution", N_ ("Convolution") },
  { LM_CATEGORY_POOLING, "pooling", N_ ("Pooling") },
  { LM_CATEGORY_RECURRENT, "recurrent", N_ ("Recurrent") },
  { LM_CATEGORY_ATTENTION, "attention", N_ ("Attention") },
  { LM_CATEGORY_NORMALIZATION, "normalization", N_ ("Normalization and noise") },
  { LM_CATEGORY_MERGING, "merging", N_ ("Merging") },
  { LM_CATEGORY_SHAPE, "shape", N_ ("Shape") },
  { LM_CATEGORY_AUGMENTATION, "augmentation", N_ ("Augmentation") },
  { LM_CATEGORY_INPUT, "input", N_ ("Input and blocks") },
};

const char *
lm_catalogue_title (LmCategory category)
{
  if (category == LM_CATEGORY_INPUT)
    return _ ("Input");
  if (category == LM_CATEGORY_BLOCK)
    return _ ("Block");
  return lm_catalogue_section_title (lm_catalogue_section (category));
}

int
lm_catalogue_section (LmCategory category)
{
  for (int i = 0; i < LM_CATALOGUE_N_SECTIONS; i++) {
    if (sections[i].category == category)
      return i;
  }
  return LM_CATALOGUE_N_SECTIONS - 1;
}

const char *
lm_catalogue_section_title (int section)
{
  return _ (sections[section].title);
}

const char *
lm_catalogue_section_id (int section)
{
  return sections[section].id;
}

char *
lm_catalogue_sentence (const LmLayerClass *layer)
{
  const char *help = _ (layer->member.help), *end = strstr (help, ". "), *colon = strstr (help, ": y = ");

  /* A formula of its own line would be too much for a tooltip. */
  if (colon != NULL && (end == NULL || colon < end))
    return g_strdup_printf ("%.*s.", (int) (colon - help), help);
  return end != NULL ? g_strndup (help, (gsize) (end - help) + 1) : g_strdup (help);
}

/* --- Search -------------------------------------------------------------------------- */

/* Lower case, no accents, and only letters, digits and commas, each of which stays. */
static char *
plain (const char *text)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFKD);
  g_autofree char *folded = g_utf8_casefold (normal != NULL ? normal : "", -1);
  GString *out = g_string_new (NULL);

  for (const char *p = folded; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (g_unichar_isalnum (c) || c == ',')
      g_string_append_unichar (out, c);
  }
  return g_string_free (out, FALSE);
}

/* Of one word, already plain: 4 the kind begins so, 3 it occurs in it, 2 in the title, 1 in the synonyms. */
static int
match_word (const LmLayerClass *layer,
            const char *word)
{
  g_autofree char *kind = plain (layer->member.id);
  g_autofree char *title = plain (_ (layer->member.title));
  g_autofree char *english = plain (layer->member.title);
  g_autofree char *synonyms = layer->synonyms != NULL ? plain (_ (layer->synonyms)) : g_strdup ("");
  g_autofree char *originals = layer->synonyms != NULL ? plain (layer->synonyms) : g_strdup ("");

  if (g_str_has_prefix (kind, word))
    return strlen (kind) == strlen (word) ? 5 : 4;
  if (strstr (kind, word) != NULL)
    return 3;
  if (strstr (title, word) != NULL || strstr (english, word) != NULL)
    return 2;
  return strstr (synonyms, word) != NULL || strstr (originals, word) != NULL;
}

int
lm_catalogue_match (const LmLayerClass *layer,
                    const char *text)
{
  g_autofree char *whole = plain (text);
  g_auto (GStrv) words = g_strsplit_set (text, " \t-_", -1);
  int least = 5, best = whole[0] != '\0' ? match_word (layer, whole) : 0;

  for (int i = 0; words[i] != NULL; i++) {
    g_autofree char *word = plain (words[i]);

    if (word[0] != '\0')
      least = MIN (least, match_word (layer, word));
  }
  return MAX (least, best);
}

/* --- Fit ----------------------------------------------------------------------------- */

gboolean
lm_catalogue_fits (const LmLayerClass *layer,
                   const LmShape *shape)
{
  g_autoptr (LmDesign) design = NULL;
  g_autoptr (LmCheck) check = NULL;
  LmOptionValue value = { .is_set = TRUE, .kind = LM_OPTION_INTS };
  LmNode *input;
  int from, to, n_inputs, option;

  if (layer->max_inputs == 0)
    return FALSE;
  if (shape->rank < 1)
    return TRUE;
  design = lm_design_new ();
  input = lm_node_new ("Input", NULL);
  option = lm_option_set_index (input->options, "shape");
  for (int i = 1; i < shape->rank; i++)
    value.ints.v[value.ints.n++] = shape->dim[i];
  if (!lm_option_set_value (input->options, option, &value, NULL)) {
    lm_node_free (input);
    return TRUE;
  }
  from = lm_design_add_node (design, input);
  to = lm_design_add_node (design, lm_node_new (layer->member.id, NULL));
  n_inputs = MAX (layer->min_inputs, 1);
  for (int i = 0; i < n_inputs; i++)
    lm_design_add_wire (design, &(LmWire){ .from = from, .to = to, .to_port = i });
  check = lm_check_design (design, NULL, FALSE);
  return check->n_errors == 0;
}
