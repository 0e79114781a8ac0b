/* lm-palette.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-palette.h"

#include "lm-catalogue.h"
#include "lm-chip.h"
#include "lm-layer-help.h"

#include <string.h>

#include "lm-i18n.h"

#define N_USED 3
#define USED LM_CATALOGUE_N_SECTIONS /* the number of the section “Used here” */
#define N_SECTIONS (LM_CATALOGUE_N_SECTIONS + 1)

/* --- Rows ---------------------------------------------------------------------------- */

#define LM_TYPE_PALETTE_ROW (lm_palette_row_get_type ())

G_DECLARE_FINAL_TYPE (LmPaletteRow, lm_palette_row, LM, PALETTE_ROW, GtkListBoxRow)

/* A layer, or (layer NULL) the heading of a section. */
struct _LmPaletteRow {
  GtkListBoxRow parent_instance;

  const LmLayerClass *layer;
  int section;
  int order; /* as they stand without a search */
  int match; /* of the search */
  gboolean fits;
  GtkWidget *arrow;
  GtkWidget *count;
};

G_DEFINE_FINAL_TYPE (LmPaletteRow, lm_palette_row, GTK_TYPE_LIST_BOX_ROW)

static void
lm_palette_row_class_init (LmPaletteRowClass *klass)
{
}

static void
lm_palette_row_init (LmPaletteRow *self)
{
  self->fits = TRUE;
}

/* --- Palette ------------------------------------------------------------------------- */

struct _LmPalette {
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *search;
  GtkWidget *scroller;
  GtkListBox *list;
  GtkLabel *none; /* what there is not */
  LmPaletteRow *headings[N_SECTIONS];
  GSettings *settings;
  LmEditor *editor;

  gboolean is_compact;
  gboolean is_open[N_SECTIONS];
  gboolean only_fitting;
  LmShape fit; /* rank −1: nothing known */
  const LmLayerClass *used[N_USED];
};

enum {
  PROP_COMPACT = 1,
  N_PROPS
};

enum {
  CHOSEN,
  DISMISSED,
  N_SIGNALS
};

static GParamSpec *props[N_PROPS];
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmPalette, lm_palette, GTK_TYPE_WIDGET)

static const char *
section_title (int section)
{
  return section == USED ? _ ("Used here") : lm_catalogue_section_title (section);
}

static const char *
section_id (int section)
{
  return section == USED ? "used" : lm_catalogue_section_id (section);
}

static gboolean
is_searching (LmPalette *self)
{
  return gtk_editable_get_text (GTK_EDITABLE (self->search))[0] != '\0';
}

/* (element-type LmPaletteRow): rows are few, and every change may concern all. */
static LmPaletteRow *
row_at (LmPalette *self,
        int i)
{
  return LM_PALETTE_ROW (gtk_list_box_get_row_at_index (self->list, i));
}

static gboolean
filter_cb (GtkListBoxRow *item,
           gpointer data)
{
  LmPalette *self = data;
  LmPaletteRow *row = LM_PALETTE_ROW (item);

  if (row->layer == NULL)
    return !is_searching (self) && GPOINTER_TO_INT (g_object_get_data (G_OBJECT (row), "n")) > 0;
  if (self->only_fitting && !row->fits)
    return FALSE;
  if (is_searching (self))
    return row->section != USED && row->match > 0;
  return self->is_open[row->section];
}

static int
compare_cb (GtkListBoxRow *a_item,
            GtkListBoxRow *b_item,
            gpointer data)
{
  LmPalette *self = data;
  LmPaletteRow *a = LM_PALETTE_ROW (a_item), *b = LM_PALETTE_ROW (b_item);

  if (is_searching (self) && a->match != b->match)
    return b->match - a->match;
  if (is_searching (self) && a->fits != b->fits)
    return b->fits - a->fits;
  return a->order - b->order;
}

static void
show_heading (LmPalette *self,
              int section)
{
  LmPaletteRow *heading = self->headings[section];
  gboolean is_open = self->is_open[section];
  g_autofree char *count = NULL;
  int n = 0;

  for (int i = 0; row_at (self, i) != NULL; i++) {
    LmPaletteRow *row = row_at (self, i);

    n += row->layer != NULL && row->section == section && (row->fits || !self->only_fitting);
  }
  count = g_strdup_printf ("%d", n);
  g_object_set_data (G_OBJECT (heading), "n", GINT_TO_POINTER (n));
  gtk_image_set_from_icon_name (GTK_IMAGE (heading->arrow), is_open ? "pan-down-symbolic" : "pan-end-symbolic");
  gtk_label_set_label (GTK_LABEL (heading->count), is_open ? "" : count);
  gtk_accessible_update_state (GTK_ACCESSIBLE (heading), GTK_ACCESSIBLE_STATE_EXPANDED, is_open, -1);
}

static void
refresh (LmPalette *self)
{
  g_autofree char *title = NULL;

  for (int i = 0; i < N_SECTIONS; i++)
    show_heading (self, i);
  gtk_list_box_invalidate_sort (self->list);
  gtk_list_box_invalidate_filter (self->list);
  title = g_strdup_printf (_ ("No Layer Called “%s”"), gtk_editable_get_text (GTK_EDITABLE (self->search)));
  gtk_label_set_label (self->none, title);
}

static LmPaletteRow *
first_row (LmPalette *self)
{
  for (int i = 0; row_at (self, i) != NULL; i++) {
    LmPaletteRow *row = row_at (self, i);

    if (row->layer != NULL && gtk_widget_get_child_visible (GTK_WIDGET (row)))
      return row;
  }
  return NULL;
}

/* --- Sections ------------------------------------------------------------------------ */

static void
remember (LmPalette *self)
{
  g_autoptr (GStrvBuilder) closed = g_strv_builder_new ();
  g_auto (GStrv) ids = NULL;

  for (int i = 0; i < N_SECTIONS; i++) {
    if (!self->is_open[i])
      g_strv_builder_add (closed, section_id (i));
  }
  ids = g_strv_builder_end (closed);
  g_settings_set_strv (self->settings, "palette-closed", (const char *const *) ids);
}

static void
toggle_section (LmPalette *self,
                int section,
                gboolean is_open)
{
  if (self->is_open[section] == is_open)
    return;
  self->is_open[section] = is_open;
  if (!self->is_compact)
    remember (self);
  refresh (self);
}

static void
heading_released_cb (GtkGestureClick *gesture,
                     int n_press,
                     double x,
                     double y,
                     LmPalette *self)
{
  LmPaletteRow *row = LM_PALETTE_ROW (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (gesture)));

  toggle_section (self, row->section, !self->is_open[row->section]);
}

/* --- Choosing ------------------------------------------------------------------------ */

static void
choose (LmPalette *self,
        LmPaletteRow *row)
{
  if (row != NULL && row->layer != NULL)
    g_signal_emit (self, signals[CHOSEN], 0, row->layer->member.id);
}

static void
row_activated_cb (LmPalette *self,
                  GtkListBoxRow *item)
{
  choose (self, LM_PALETTE_ROW (item));
}

static void
search_changed_cb (LmPalette *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  GtkAdjustment *adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (self->scroller));

  for (int i = 0; row_at (self, i) != NULL; i++) {
    LmPaletteRow *row = row_at (self, i);

    row->match = row->layer != NULL && text[0] != '\0' ? lm_catalogue_match (row->layer, text) : 0;
  }
  refresh (self);
  gtk_list_box_select_row (self->list, text[0] != '\0' ? GTK_LIST_BOX_ROW (first_row (self)) : NULL);
  gtk_adjustment_set_value (adjustment, 0);
}

static void
search_activate_cb (LmPalette *self)
{
  if (is_searching (self))
    choose (self, first_row (self));
}

static void
stop_search_cb (LmPalette *self)
{
  if (is_searching (self))
    gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  else
    g_signal_emit (self, signals[DISMISSED], 0);
}

static gboolean
search_key_cb (LmPalette *self,
               guint key)
{
  LmPaletteRow *row = first_row (self);

  if (key != GDK_KEY_Down || row == NULL)
    return GDK_EVENT_PROPAGATE;
  gtk_list_box_select_row (self->list, GTK_LIST_BOX_ROW (row));
  gtk_widget_grab_focus (GTK_WIDGET (row));
  return GDK_EVENT_STOP;
}

/* Left and right close and open a section, Return and Space on its heading either. */
static gboolean
list_key_cb (LmPalette *self,
             guint key)
{
  GtkWidget *focus = gtk_widget_get_focus_child (GTK_WIDGET (self->list));
  LmPaletteRow *row = focus != NULL ? LM_PALETTE_ROW (focus) : NULL;

  if (row == NULL || is_searching (self))
    return GDK_EVENT_PROPAGATE;
  switch (key) {
  case GDK_KEY_Left:
    gtk_widget_grab_focus (GTK_WIDGET (self->headings[row->section]));
    toggle_section (self, row->section, FALSE);
    return GDK_EVENT_STOP;
  case GDK_KEY_Right:
    toggle_section (self, row->section, TRUE);
    return GDK_EVENT_STOP;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
  case GDK_KEY_space:
    if (row->layer != NULL)
      return GDK_EVENT_PROPAGATE;
    toggle_section (self, row->section, !self->is_open[row->section]);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

static void
help_cb (GtkWidget *widget,
         const char *name,
         GVariant *parameter)
{
  LmPalette *self = LM_PALETTE (widget);
  GtkListBoxRow *item = gtk_list_box_get_selected_row (self->list);
  LmPaletteRow *row = item != NULL ? LM_PALETTE_ROW (item) : first_row (self);

  if (row != NULL && row->layer != NULL)
    lm_layer_help_show (row->layer, widget);
}

/* --- Dragging ------------------------------------------------------------------------ */

static GdkContentProvider *
drag_prepare_cb (GtkDragSource *source,
                 double x,
                 double y,
                 gpointer data)
{
  LmPaletteRow *row = LM_PALETTE_ROW (gtk_event_controller_get_widget (GTK_EVENT_CONTROLLER (source)));
  g_autoptr (GdkPaintable) icon = gtk_widget_paintable_new (gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (row)));

  gtk_drag_source_set_icon (source, icon, (int) x - 6, (int) y);
  return gdk_content_provider_new_typed (G_TYPE_STRING, row->layer->member.id);
}

/* --- Building ------------------------------------------------------------------------ */

static LmPaletteRow *
add_layer (LmPalette *self,
           const LmLayerClass *layer,
           int section,
           int order)
{
  LmPaletteRow *row = g_object_new (LM_TYPE_PALETTE_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *label = gtk_label_new (layer->member.id);
  g_autofree char *sentence = lm_catalogue_sentence (layer);
  g_autofree char *tooltip = g_strdup_printf (_ ("%s. %s"), _ (layer->member.title), sentence);

  row->layer = layer;
  row->section = section;
  row->order = order;
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), lm_chip_new (lm_category_from_id (layer->category), 22));
  gtk_box_append (GTK_BOX (box), label);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_add_css_class (GTK_WIDGET (row), "lm-layer");
  gtk_widget_set_tooltip_text (GTK_WIDGET (row), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, layer->member.id, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, tooltip, -1);
  if (!self->is_compact) {
    GtkDragSource *drag = gtk_drag_source_new ();

    gtk_drag_source_set_actions (drag, GDK_ACTION_COPY);
    g_signal_connect (drag, "prepare", G_CALLBACK (drag_prepare_cb), NULL);
    gtk_widget_add_controller (GTK_WIDGET (row), GTK_EVENT_CONTROLLER (drag));
  }
  gtk_list_box_append (self->list, GTK_WIDGET (row));
  return row;
}

static void
add_heading (LmPalette *self,
             int section,
             int order)
{
  LmPaletteRow *row = g_object_new (LM_TYPE_PALETTE_ROW, "selectable", FALSE, "activatable", FALSE, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (section_title (section));
  GtkGesture *click = gtk_gesture_click_new ();

  row->section = section;
  row->order = order;
  row->arrow = gtk_image_new ();
  row->count = gtk_label_new (NULL);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (row->count, "numeric");
  gtk_box_append (GTK_BOX (box), row->arrow);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), row->count);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  gtk_widget_add_css_class (GTK_WIDGET (row), "lm-section");
  gtk_accessible_update_property (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_PROPERTY_LABEL, section_title (section), -1);
  g_signal_connect_object (click, "released", G_CALLBACK (heading_released_cb), self, 0);
  gtk_widget_add_controller (GTK_WIDGET (row), GTK_EVENT_CONTROLLER (click));
  gtk_list_box_append (self->list, GTK_WIDGET (row));
  self->headings[section] = row;
}

/* “Used here” stands first, with room for its rows. */
static void
fill (LmPalette *self)
{
  gsize n;
  const LmMember *const *members = lm_family_members ("layer", &n);
  g_autofree char *placeholder = NULL;

  add_heading (self, USED, 0);
  for (int section = 0; section < LM_CATALOGUE_N_SECTIONS; section++) {
    int order = (section + 1) * 1000;

    add_heading (self, section, order);
    for (gsize i = 0; i < n; i++) {
      const LmLayerClass *layer = (const LmLayerClass *) members[i];

      if (lm_catalogue_section (lm_category_from_id (layer->category)) == section)
        add_layer (self, layer, section, ++order);
    }
  }
  placeholder = g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "Search %d layer", "Search %d layers", n), (int) n);
  g_object_set (self->search, "placeholder-text", placeholder, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->search), GTK_ACCESSIBLE_PROPERTY_LABEL, placeholder, -1);
}

/* --- Used here ----------------------------------------------------------------------- */

/* Blocks count with what is in them. */
static void
count_kinds (const LmDesign *design,
             GHashTable *counts)
{
  for (guint i = 0; i < design->nodes->len; i++) {
    const LmNode *node = design->nodes->pdata[i];

    if (node->child != NULL)
      count_kinds (node->child, counts);
    if (node->layer != NULL && node->layer->max_inputs > 0)
      g_hash_table_insert (counts, (gpointer) node->layer, GINT_TO_POINTER (GPOINTER_TO_INT (g_hash_table_lookup (counts, node->layer)) + 1));
  }
}

static void
find_used (LmPalette *self,
           const LmLayerClass *used[N_USED])
{
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  gsize n;
  const LmMember *const *members = lm_family_members ("layer", &n);

  count_kinds (lm_document_get_design (lm_editor_get_document (self->editor)), counts);
  for (int i = 0; i < N_USED; i++) {
    int most = 0;

    used[i] = NULL;
    for (gsize k = 0; k < n; k++) {
      int count = GPOINTER_TO_INT (g_hash_table_lookup (counts, members[k]));

      if (count > most) {
        most = count;
        used[i] = (const LmLayerClass *) members[k];
      }
    }
    if (used[i] != NULL)
      g_hash_table_remove (counts, used[i]);
  }
}

static void
changed_cb (LmPalette *self)
{
  const LmLayerClass *used[N_USED];

  find_used (self, used);
  if (memcmp (used, self->used, sizeof (used)) == 0)
    return;
  memcpy (self->used, used, sizeof (used));
  for (int i = 0; row_at (self, i) != NULL;) {
    LmPaletteRow *row = row_at (self, i);

    if (row->layer != NULL && row->section == USED)
      gtk_list_box_remove (self->list, GTK_WIDGET (row));
    else
      i++;
  }
  for (int i = 0; i < N_USED; i++) {
    if (used[i] != NULL)
      add_layer (self, used[i], USED, i + 1);
  }
  refresh (self);
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_palette_dispose (GObject *object)
{
  LmPalette *self = LM_PALETTE (object);

  g_clear_object (&self->settings);
  g_clear_object (&self->editor);
  g_clear_pointer (&self->box, gtk_widget_unparent);

  G_OBJECT_CLASS (lm_palette_parent_class)->dispose (object);
}

static void
lm_palette_set_property (GObject *object,
                         guint id,
                         const GValue *value,
                         GParamSpec *pspec)
{
  LM_PALETTE (object)->is_compact = g_value_get_boolean (value);
}

static void
read_closed (LmPalette *self)
{
  g_auto (GStrv) closed = g_settings_get_strv (self->settings, "palette-closed");

  for (int i = 0; i < N_SECTIONS; i++)
    self->is_open[i] = self->is_compact || !g_strv_contains ((const char *const *) closed, section_id (i));
}

static void
build_search (LmPalette *self)
{
  GtkEventController *key = gtk_event_controller_key_new ();

  self->search = gtk_search_entry_new ();
  gtk_widget_add_css_class (self->search, "lm-palette-search");
  g_signal_connect_object (self->search, "changed", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "activate", G_CALLBACK (search_activate_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->search, "stop-search", G_CALLBACK (stop_search_cb), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect_object (key, "key-pressed", G_CALLBACK (search_key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (self->search, key);
  gtk_box_append (GTK_BOX (self->box), self->search);
}

static GtkWidget *
make_none (LmPalette *self)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *hint = gtk_label_new (_ ("Esc clears the search."));

  self->none = GTK_LABEL (gtk_label_new (NULL));
  gtk_label_set_wrap (self->none, TRUE);
  gtk_label_set_wrap_mode (self->none, PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (self->none, GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (self->none), "heading");
  gtk_label_set_wrap (GTK_LABEL (hint), TRUE);
  gtk_label_set_justify (GTK_LABEL (hint), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (hint, "dim-label");
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->none));
  gtk_box_append (GTK_BOX (box), hint);
  gtk_widget_set_margin_top (box, 36);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  return box;
}

static void
build_list (LmPalette *self)
{
  GtkEventController *key = gtk_event_controller_key_new ();

  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_activate_on_single_click (self->list, self->is_compact);
  gtk_list_box_set_placeholder (self->list, make_none (self));
  gtk_list_box_set_filter_func (self->list, filter_cb, self, NULL);
  gtk_list_box_set_sort_func (self->list, compare_cb, self, NULL);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "lm-palette-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL, _ ("Layers"), -1);
  g_signal_connect_object (self->list, "row-activated", G_CALLBACK (row_activated_cb), self, G_CONNECT_SWAPPED);
  gtk_event_controller_set_propagation_phase (key, GTK_PHASE_CAPTURE);
  g_signal_connect_object (key, "key-pressed", G_CALLBACK (list_key_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->list), key);
  gtk_search_entry_set_key_capture_widget (GTK_SEARCH_ENTRY (self->search), GTK_WIDGET (self->list));

  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), GTK_WIDGET (self->list));
  gtk_widget_set_vexpand (self->scroller, TRUE);
  gtk_box_append (GTK_BOX (self->box), self->scroller);
}

static void
lm_palette_constructed (GObject *object)
{
  LmPalette *self = LM_PALETTE (object);

  G_OBJECT_CLASS (lm_palette_parent_class)->constructed (object);
  self->settings = g_settings_new (APP_ID);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
  build_search (self);
  build_list (self);
  read_closed (self);
  fill (self);
  refresh (self);
}

static void
lm_palette_class_init (LmPaletteClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = lm_palette_constructed;
  object_class->set_property = lm_palette_set_property;
  object_class->dispose = lm_palette_dispose;

  props[PROP_COMPACT] = g_param_spec_boolean ("compact", NULL, NULL, FALSE, G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, props);
  signals[CHOSEN] = g_signal_new ("chosen", LM_TYPE_PALETTE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[DISMISSED] = g_signal_new ("dismissed", LM_TYPE_PALETTE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "palette");
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_install_action (widget_class, "palette.help", NULL, help_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F1, 0, "palette.help", NULL);
}

static void
lm_palette_init (LmPalette *self)
{
  self->fit.rank = -1;
}

GtkWidget *
lm_palette_new (gboolean is_compact)
{
  return g_object_new (LM_TYPE_PALETTE, "compact", is_compact, NULL);
}

void
lm_palette_set_editor (LmPalette *self,
                       LmEditor *editor)
{
  if (!g_set_object (&self->editor, editor) || editor == NULL)
    return;
  g_signal_connect_object (editor, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
}

void
lm_palette_set_fit (LmPalette *self,
                    const LmShape *shape,
                    gboolean only)
{
  gboolean is_same = shape == NULL ? self->fit.rank < 0 : lm_shape_equal (shape, &self->fit);

  if (is_same && only == self->only_fitting)
    return;
  self->fit = shape != NULL ? *shape : (LmShape){ .rank = -1 };
  self->only_fitting = only;
  for (int i = 0; row_at (self, i) != NULL; i++) {
    LmPaletteRow *row = row_at (self, i);

    row->fits = row->layer == NULL || (shape == NULL && !only) || lm_catalogue_fits (row->layer, &self->fit);
  }
  refresh (self);
}

void
lm_palette_search (LmPalette *self,
                   const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), text != NULL ? text : "");
  gtk_widget_grab_focus (self->search);
  gtk_editable_set_position (GTK_EDITABLE (self->search), -1);
}

const char *
lm_palette_get_first (LmPalette *self)
{
  LmPaletteRow *row = first_row (self);

  return row != NULL ? row->layer->member.id : NULL;
}

int
lm_palette_get_n_shown (LmPalette *self)
{
  int n = 0;

  for (int i = 0; row_at (self, i) != NULL; i++) {
    LmPaletteRow *row = row_at (self, i);

    n += row->layer != NULL && gtk_widget_get_child_visible (GTK_WIDGET (row));
  }
  return n;
}
