/* lm-design-actions.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design-actions.h"

#include <math.h>
#include <string.h>

static LmCanvasView *(*find_view) (GtkWidget *page);

/* --- Commands ------------------------------------------------------------------------ */

static GdkClipboard *
clipboard_of (LmCanvas *canvas)
{
  return gtk_widget_get_clipboard (GTK_WIDGET (canvas));
}

static void
select_all (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_select_all (editor);
}

static void
select_none (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_select_one (editor, 0);
}

static void
invert (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_invert_selection (editor);
}

static void
select_downstream (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_select_stream (editor, FALSE);
}

static void
select_upstream (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_select_stream (editor, TRUE);
}

static void
add (LmCanvas *canvas, LmEditor *editor)
{
  lm_canvas_request_add (canvas);
}

static void
connect_layers (LmCanvas *canvas, LmEditor *editor)
{
  gtk_widget_grab_focus (GTK_WIDGET (canvas));
  lm_canvas_begin_connect (canvas);
}

static void
wire_in_order (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_wire_in_order (editor);
}

static void
delete_layers (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_delete (editor, TRUE);
}

static void
delete_with_wires (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_delete (editor, FALSE);
}

static void
cut (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_cut (editor, clipboard_of (canvas));
}

static void
copy (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_copy (editor, clipboard_of (canvas));
}

/* Where somebody has clicked on the empty canvas, else beside what was copied. */
static void
paste_any (LmCanvas *canvas,
           LmEditor *editor,
           gboolean keep_incoming)
{
  double x, y;

  if (!lm_canvas_get_pressed_place (canvas, &x, &y))
    x = y = NAN;
  lm_editor_paste (editor, clipboard_of (canvas), keep_incoming, x, y);
}

static void
paste (LmCanvas *canvas, LmEditor *editor)
{
  paste_any (canvas, editor, FALSE);
}

static void
paste_wired (LmCanvas *canvas, LmEditor *editor)
{
  paste_any (canvas, editor, TRUE);
}

static void
duplicate (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_duplicate (editor);
}

static void
bypass (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_toggle_bypass (editor);
}

static void
freeze (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_toggle_frozen (editor);
}

static void
freeze_up_to (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_freeze_up_to (editor);
}

static void
group (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_group (editor);
}

static void
ungroup (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_ungroup (editor);
}

static void
open_block (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_open_block (editor, lm_editor_get_current (editor));
}

static void
leave_block (LmCanvas *canvas, LmEditor *editor)
{
  lm_editor_leave_block (editor);
}

static void
rename_layer (LmCanvas *canvas, LmEditor *editor)
{
  if (lm_editor_get_current (editor) != 0)
    g_signal_emit_by_name (canvas, "rename-requested", lm_editor_get_current (editor));
}

static void
arrange (LmCanvas *canvas, LmEditor *editor)
{
  lm_canvas_arrange (canvas);
}

static void
zoom_in (LmCanvas *canvas, LmEditor *editor)
{
  lm_canvas_zoom_in (canvas);
}

static void
zoom_out (LmCanvas *canvas, LmEditor *editor)
{
  lm_canvas_zoom_out (canvas);
}

static void
zoom_actual (LmCanvas *canvas, LmEditor *editor)
{
  lm_canvas_zoom_to (canvas, 1);
}

static void
zoom_fit (LmCanvas *canvas, LmEditor *editor)
{
  lm_canvas_fit (canvas);
}

static void
zoom_selection (LmCanvas *canvas, LmEditor *editor)
{
  lm_canvas_fit_selection (canvas);
}

/* What a command needs. */
typedef enum {
  ALWAYS,
  LAYERS, /* a layer or several */
  ONE,    /* a current layer */
  LAYERS_OR_WIRE,
  SEVERAL,
  A_BLOCK,
  IN_A_BLOCK,
  NOT_EMPTY,
} Need;

static const struct {
  const char *name;
  void (*run) (LmCanvas *canvas, LmEditor *editor);
  Need need;
} commands[] = {
  { "design.select-all", select_all, NOT_EMPTY },
  { "design.select-none", select_none, LAYERS_OR_WIRE },
  { "design.invert", invert, NOT_EMPTY },
  { "design.select-downstream", select_downstream, LAYERS },
  { "design.select-upstream", select_upstream, LAYERS },
  { "design.add", add, ALWAYS },
  { "design.connect", connect_layers, ONE },
  { "design.wire-in-order", wire_in_order, SEVERAL },
  { "design.delete", delete_layers, LAYERS_OR_WIRE },
  { "design.delete-with-wires", delete_with_wires, LAYERS },
  { "design.cut", cut, LAYERS },
  { "design.copy", copy, LAYERS },
  { "design.paste", paste, ALWAYS },
  { "design.paste-wired", paste_wired, ALWAYS },
  { "design.duplicate", duplicate, LAYERS },
  { "design.bypass", bypass, LAYERS },
  { "design.freeze", freeze, LAYERS },
  { "design.freeze-up-to", freeze_up_to, ONE },
  { "design.group", group, LAYERS },
  { "design.ungroup", ungroup, A_BLOCK },
  { "design.open-block", open_block, A_BLOCK },
  { "design.leave-block", leave_block, IN_A_BLOCK },
  { "design.rename", rename_layer, ONE },
  { "design.arrange", arrange, NOT_EMPTY },
  { "design.zoom-in", zoom_in, ALWAYS },
  { "design.zoom-out", zoom_out, ALWAYS },
  { "design.zoom-actual", zoom_actual, ALWAYS },
  { "design.zoom-fit", zoom_fit, ALWAYS },
  { "design.zoom-selection", zoom_selection, LAYERS },
};

static void
run_cb (GtkWidget *page,
        const char *name,
        GVariant *parameter)
{
  LmCanvas *canvas = lm_canvas_view_get_canvas (find_view (page));
  LmEditor *editor = lm_canvas_get_editor (canvas);

  for (gsize i = 0; i < G_N_ELEMENTS (commands) && editor != NULL; i++) {
    if (strcmp (commands[i].name, name) == 0) {
      commands[i].run (canvas, editor);
      return;
    }
  }
}

static void
swap_cb (GtkWidget *page,
         const char *name,
         GVariant *parameter)
{
  LmEditor *editor = lm_canvas_get_editor (lm_canvas_view_get_canvas (find_view (page)));

  if (editor != NULL)
    lm_editor_swap (editor, g_variant_get_string (parameter, NULL));
}

static gboolean
is_met (Need need,
        LmEditor *editor)
{
  const LmDesign *design = lm_editor_get_design (editor);
  const LmNode *current = lm_design_find (design, lm_editor_get_current (editor));
  int n;

  lm_editor_get_selection (editor, &n);
  switch (need) {
  case LAYERS:
    return n > 0 || current != NULL;
  case ONE:
    return current != NULL;
  case LAYERS_OR_WIRE:
    return n > 0 || current != NULL || lm_editor_get_selected_wire (editor) != NULL;
  case SEVERAL:
    return n > 1;
  case A_BLOCK:
    return current != NULL && lm_design_source (design, current)->type == LM_NODE_BLOCK;
  case IN_A_BLOCK:
    return *lm_editor_get_block (editor) != '\0';
  case NOT_EMPTY:
    return design->nodes->len > 0;
  default:
    return TRUE;
  }
}

void
lm_design_actions_update (GtkWidget *page,
                          LmEditor *editor)
{
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    gtk_widget_action_set_enabled (page, commands[i].name, is_met (commands[i].need, editor));
  gtk_widget_action_set_enabled (page, "design.swap", is_met (LAYERS, editor));
}

void
lm_design_actions_install (GtkWidgetClass *klass,
                           LmCanvasView *(*get_view) (GtkWidget *page))
{
  static const struct {
    guint key;
    const char *action;
  } keys[] = {
    { GDK_KEY_plus, "design.zoom-in" },
    { GDK_KEY_equal, "design.zoom-in" },
    { GDK_KEY_KP_Add, "design.zoom-in" },
    { GDK_KEY_minus, "design.zoom-out" },
    { GDK_KEY_KP_Subtract, "design.zoom-out" },
    { GDK_KEY_0, "design.zoom-actual" },
    { GDK_KEY_KP_0, "design.zoom-actual" },
  };

  find_view = get_view;
  for (gsize i = 0; i < G_N_ELEMENTS (commands); i++)
    gtk_widget_class_install_action (klass, commands[i].name, NULL, run_cb);
  gtk_widget_class_install_action (klass, "design.swap", "s", swap_cb);
  for (gsize i = 0; i < G_N_ELEMENTS (keys); i++)
    gtk_widget_class_add_binding_action (klass, keys[i].key, GDK_CONTROL_MASK, keys[i].action, NULL);
}
