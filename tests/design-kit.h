/* design-kit.h: small designs for the tests of designs and edits
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-edit-data.h"

static inline void
apply (LmDesign *design,
       LmEdit *edit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LmEdit) reverse = NULL;

  g_assert_no_error (error);
  g_assert_nonnull (edit);
  reverse = lm_edit_apply (edit, design, &error);
  g_assert_no_error (error);
  g_assert_nonnull (reverse);
  lm_edit_free (edit);
}

static inline int
add (LmDesign *design,
     const char *kind)
{
  g_autoptr (GError) error = NULL;
  LmNode *node = lm_node_new (kind, &error);
  int id = design->next_id;

  g_assert_no_error (error);
  apply (design, lm_edit_add_node ("", node));
  return id;
}

static inline void
wire (LmDesign *design,
      int from,
      int to,
      int to_port)
{
  apply (design, lm_edit_add_wire ("", &(LmWire){ from, 0, to, to_port }));
}

/* input → conv2d → max_pooling2d → conv2d_1 → flatten → dense. */
static inline LmDesign *
make_chain (void)
{
  static const char *const kinds[] = { "Input", "Conv2D", "MaxPooling2D", "Conv2D", "Flatten", "Dense" };
  LmDesign *design = lm_design_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    int id = add (design, kinds[i]);

    if (i > 0)
      wire (design, id - 1, id, 0);
  }
  return design;
}

/* The same with a skip round max_pooling2d and conv2d_1. */
static inline LmDesign *
make_skip (void)
{
  LmDesign *design = make_chain ();
  int sum = add (design, "Add");

  wire (design, 4, sum, 0);
  wire (design, 2, sum, 1);
  wire (design, sum, 5, 0);
  return design;
}
