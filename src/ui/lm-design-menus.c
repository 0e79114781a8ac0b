/* lm-design-menus.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design-menus.h"

#include <string.h>

#include "lm-i18n.h"

static void
append (GMenu *menu,
        const char *label,
        const char *action)
{
  g_menu_append (menu, label, action);
}

/* Starts a section. */
static GMenu *
section (GMenu *menu)
{
  g_autoptr (GMenu) part = g_menu_new ();

  g_menu_append_section (menu, NULL, G_MENU_MODEL (part));
  return part; /* held by the menu */
}

/* Kinds of the same category that take as many inputs. */
static GMenu *
swap_menu (const LmNode *node)
{
  GMenu *menu = g_menu_new ();
  gsize n;
  const LmMember *const *members = lm_family_members ("layer", &n);

  for (gsize i = 0; i < n; i++) {
    const LmLayerClass *layer = (const LmLayerClass *) members[i];
    g_autoptr (GMenuItem) item = NULL;

    if (layer == node->layer || strcmp (layer->category, node->layer->category) != 0)
      continue;
    item = g_menu_item_new (layer->member.id, NULL);
    g_menu_item_set_action_and_target (item, "design.swap", "s", layer->member.id);
    g_menu_append_item (menu, item);
  }
  return menu;
}

static void
append_swap (GMenu *menu,
             const LmNode *node)
{
  g_autoptr (GMenu) kinds = node->layer != NULL ? swap_menu (node) : NULL;

  if (kinds != NULL && g_menu_model_get_n_items (G_MENU_MODEL (kinds)) > 0)
    g_menu_append_submenu (menu, _ ("Swap For"), G_MENU_MODEL (kinds));
}

static void
fill_layers (GMenu *menu,
             LmEditor *editor,
             const LmNode *node,
             int n)
{
  GMenu *part = section (menu);

  if (node->type == LM_NODE_BLOCK)
    append (part, _ ("Open"), "design.open-block");
  append (part, _ ("Rename"), "design.rename");
  if (node->layer != NULL) {
    g_autofree char *help = g_strdup_printf (_ ("Help on %s"), node->kind);

    append (part, help, "design.help");
  }

  part = section (menu);
  append (part, _ ("Duplicate"), "design.duplicate");
  append (part, _ ("Copy"), "design.copy");
  append (part, _ ("Cut"), "design.cut");
  append (part, _ ("Delete"), "design.delete");
  append (part, _ ("Delete With Wires"), "design.delete-with-wires");

  part = section (menu);
  append_swap (part, node);
  append (part, node->bypassed ? _ ("Stop Bypassing") : _ ("Bypass"), "design.bypass");
  append (part, node->frozen ? _ ("Unfreeze") : _ ("Freeze"), "design.freeze");
  append (part, _ ("Freeze Up to Here"), "design.freeze-up-to");
  append (part, _ ("Group Into a Block"), "design.group");
  if (node->type == LM_NODE_BLOCK)
    append (part, _ ("Ungroup"), "design.ungroup");

  part = section (menu);
  if (n > 1)
    append (part, _ ("Wire in Order"), "design.wire-in-order");
  else
    append (part, _ ("Connect…"), "design.connect");
  append (part, _ ("Select Downstream"), "design.select-downstream");
  append (part, _ ("Select Upstream"), "design.select-upstream");
  if (n > 1)
    append (part, _ ("Arrange"), "design.arrange");
}

static void
fill_wire (GMenu *menu)
{
  GMenu *part = section (menu);

  append (part, _ ("Insert…"), "design.add");
  part = section (menu);
  append (part, _ ("Delete"), "design.delete");
}

static void
fill_canvas (GMenu *menu,
             LmEditor *editor)
{
  GMenu *part = section (menu);

  append (part, _ ("Add Layer…"), "design.add");
  append (part, _ ("Paste"), "design.paste");
  append (part, _ ("Paste With Incoming Wires"), "design.paste-wired");
  part = section (menu);
  append (part, _ ("Arrange"), "design.arrange");
  append (part, _ ("Select All"), "design.select-all");
  append (part, _ ("Invert Selection"), "design.invert");
  append (part, _ ("Fit"), "design.zoom-fit");
  if (*lm_editor_get_block (editor) != '\0')
    append (part, _ ("Leave the Block"), "design.leave-block");
  part = section (menu);
  append (part, _ ("Thumbnails"), "design.thumbnails");
  append (part, _ ("Minimap"), "design.minimap");
  append (part, _ ("Flow to the Right"), "design.flow-right");
}

GMenuModel *
lm_design_menu_new (LmEditor *editor)
{
  GMenu *menu = g_menu_new ();
  int n, current = lm_editor_get_current (editor);
  const int *ids = lm_editor_get_selection (editor, &n);
  const LmNode *node = NULL;

  if (n > 0)
    node = lm_design_find (lm_editor_get_design (editor), lm_editor_is_selected (editor, current) ? current : ids[0]);
  if (node != NULL)
    fill_layers (menu, editor, node, n);
  else if (lm_editor_get_selected_wire (editor) != NULL)
    fill_wire (menu);
  else
    fill_canvas (menu, editor);
  return G_MENU_MODEL (menu);
}
