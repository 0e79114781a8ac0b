/* lm-template.c: networks to start from, built into the program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-template.h"

#include "lm-design-json.h"
#include "lm-i18n.h"
#include "lm-templates-resource.h"

#include <string.h>

static const LmTemplate templates[] = {
  {
    .id = "welcome",
    .title = N_ ("Welcome"),
    .help = N_ ("A small convolutional network that reads handwritten digits. It trains in half a minute on digits that Lamina draws by itself."),
    .data = "builtin:digits",
  },
  {
    .id = "mlp",
    .title = N_ ("Two Dense Layers"),
    .help = N_ ("The plainest network for pictures: all pixels in one row, a hidden layer of 512 units, an answer per class. Fast, but it does not know that neighbouring pixels belong together."),
    .data = "builtin:digits",
  },
  {
    .id = "mnist-convnet",
    .title = N_ ("Convolutional Network for Digits"),
    .help = N_ ("Three convolutions with pooling in between and two dense layers: the classic for 28×28 pictures, 99 % on MNIST."),
    .data = "builtin:digits",
  },
  {
    .id = "residual",
    .title = N_ ("Residual Network"),
    .help = N_ ("Two residual blocks with batch normalization: each adds what it has learned to what it was given. This is how very deep networks are built."),
    .data = "builtin:digits",
  },
};

const LmTemplate *
lm_template_list (gsize *n)
{
  *n = G_N_ELEMENTS (templates);
  return templates;
}

const LmTemplate *
lm_template_find (const char *id)
{
  for (gsize i = 0; i < G_N_ELEMENTS (templates); i++) {
    if (strcmp (templates[i].id, id) == 0)
      return &templates[i];
  }
  return NULL;
}

LmDesign *
lm_template_load (const char *id,
                  GError **error)
{
  const LmTemplate *found = lm_template_find (id);
  g_autofree char *path = g_strdup_printf ("/io/github/lamina/templates/%s.json", id);
  g_autofree char *name = g_strdup_printf ("%s.json", id);
  g_autoptr (GBytes) bytes = NULL;

  if (found == NULL) {
    g_autoptr (GString) list = g_string_new (NULL);

    for (gsize i = 0; i < G_N_ELEMENTS (templates); i++)
      g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", templates[i].id);
    g_set_error (error, LM_ERROR, LM_ERROR_NOT_FOUND, _ ("There is no template “%s”; there are: %s. Choose one of them."), id, list->str);
    return NULL;
  }

  bytes = g_resource_lookup_data (lm_templates_get_resource (), path, G_RESOURCE_LOOKUP_FLAGS_NONE, error);
  if (bytes == NULL)
    return NULL;
  return lm_design_from_json (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), name, error);
}
