/* lm-template.h: networks to start from, built into the program
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-design.h"

G_BEGIN_DECLS

/**
 * LmTemplate:
 * @id: on the command line: “mnist-convnet”
 * @title, @help: N_(): what people read; one paragraph
 * @data: the data SPEC it trains with when none is named
 *
 * Each is data/templates/ID.json, one line in templates.gresource.xml and one
 * entry in lm-template.c. To train it needs nothing but itself.
 */
typedef struct {
  const char *id;
  const char *title;
  const char *help;
  const char *data;
} LmTemplate;

/* (array length=n): all of them, in the order in which people see them. Static. */
const LmTemplate *lm_template_list (gsize *n);

/* NULL if there is none. */
const LmTemplate *lm_template_find (const char *id);

/**
 * lm_template_load:
 *
 * The same design at each call: nothing in it is random.
 *
 * Returns: (transfer full): or %NULL with %LM_ERROR_NOT_FOUND set; the message lists those that there are
 */
LmDesign *lm_template_load (const char *id, GError **error);

G_END_DECLS
