/* lm-sample-grid.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-sample-grid.h"

#include "lm-look.h"
#include "lm-paint.h"
#include "lm-work.h"

#include <math.h>

#include "lm-i18n.h"

#define GAP 7
#define EDGE 4 /* around all: room for the ring of the chosen one */
#define MIN_TILE 52
#define WIDE 1500
#define BATCH 48                     /* tiles that are made at a time */
#define MAX_BYTES ((gsize) 24 << 20) /* of tiles that are kept */

struct _LmSampleGrid {
  GtkWidget parent_instance;

  LmDataset *dataset;
  GArray *items;
  int selected;
  int tile_wanted;

  int columns; /* as laid out */
  int tile;
  int words;

  GHashTable *tiles; /* number → cairo_surface_t */
  guint serial;      /* of samples and look: tiles for another one are dropped */
  gboolean is_busy;
  LmTheme theme; /* that the tiles were made in */

  GtkAdjustment *adjustment[2]; /* horizontal, vertical */
  guint policy[2];
  GtkWidget *popover;
};

enum {
  PROP_HADJUSTMENT = 1,
  PROP_VADJUSTMENT,
  PROP_HPOLICY,
  PROP_VPOLICY,
  N_PROPS
};

enum {
  SELECTION_CHANGED,
  ACTIVATED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE_WITH_CODE (LmSampleGrid, lm_sample_grid, GTK_TYPE_WIDGET, G_IMPLEMENT_INTERFACE (GTK_TYPE_SCROLLABLE, NULL))

/* --- Layout -------------------------------------------------------------------------- */

static int
n_items (LmSampleGrid *self)
{
  return self->items != NULL ? (int) self->items->len : 0;
}

static int
pitch (LmSampleGrid *self)
{
  return self->tile + self->words + GAP;
}

static int
n_rows (LmSampleGrid *self)
{
  return (n_items (self) + self->columns - 1) / self->columns;
}

static double
scroll_y (LmSampleGrid *self)
{
  return self->adjustment[1] != NULL ? floor (gtk_adjustment_get_value (self->adjustment[1])) : 0;
}

static void
find_layout (LmSampleGrid *self,
             int width)
{
  int inner = MAX (width - 2 * EDGE, MIN_TILE), columns;

  if (self->tile_wanted > 0)
    columns = MAX (1, (inner + GAP) / (self->tile_wanted + GAP));
  else
    columns = MIN (inner > WIDE ? 16 : 10, MAX (1, (inner + GAP) / (MIN_TILE + GAP)));
  self->columns = columns;
  self->tile = (inner + GAP) / columns - GAP;
}

graphene_rect_t
lm_sample_grid_tile_rect (LmSampleGrid *self,
                          int i)
{
  int column = i % self->columns, row = i / self->columns;

  return GRAPHENE_RECT_INIT (EDGE + column * (self->tile + GAP), (float) (EDGE + row * pitch (self) - scroll_y (self)), self->tile, self->tile + self->words);
}

static int
item_at (LmSampleGrid *self,
         double x,
         double y)
{
  int column = (int) floor ((x - EDGE) / (self->tile + GAP)), row = (int) floor ((y + scroll_y (self) - EDGE) / pitch (self));
  int i = row * self->columns + column;

  return x >= EDGE && column >= 0 && column < self->columns && row >= 0 && i < n_items (self) ? i : -1;
}

/* Items that are in view: from @first to before @last. */
static void
find_view (LmSampleGrid *self,
           int *first,
           int *last)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self)), y = (int) scroll_y (self) - EDGE;

  *first = CLAMP (y / pitch (self) * self->columns, 0, n_items (self));
  *last = CLAMP (((y + height) / pitch (self) + 1) * self->columns, *first, n_items (self));
}

/* --- Tiles --------------------------------------------------------------------------- */

typedef struct {
  LmDataset *dataset;
  LmTheme theme;
  int size;
  guint serial;
  int n;
  int number[BATCH];
  LmSampleItem item[BATCH];
  cairo_surface_t *tile[BATCH];
} Making;

static void want_tiles (LmSampleGrid *self);

static void
making_free (gpointer data)
{
  Making *making = data;

  for (int i = 0; i < making->n; i++)
    g_clear_pointer (&making->tile[i], cairo_surface_destroy);
  lm_dataset_unref (making->dataset);
  g_free (making);
}

static void
make_thread (gpointer data,
             GError **error)
{
  Making *making = data;

  for (int i = 0; i < making->n; i++)
    making->tile[i] = lm_sample_tile_new (making->dataset, &making->item[i], &making->theme, making->size);
}

static void
made_cb (gpointer owner,
         gpointer data,
         const GError *error)
{
  LmSampleGrid *self = owner;
  Making *making = data;

  self->is_busy = FALSE;
  for (int i = 0; i < making->n && making->serial == self->serial; i++)
    g_hash_table_insert (self->tiles, GINT_TO_POINTER (making->number[i]), g_steal_pointer (&making->tile[i]));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  want_tiles (self);
}

static void
add_missing (LmSampleGrid *self,
             Making *making,
             int from,
             int to)
{
  for (int i = MAX (from, 0); i < MIN (to, n_items (self)) && making->n < BATCH; i++) {
    if (g_hash_table_contains (self->tiles, GINT_TO_POINTER (i)))
      continue;
    making->number[making->n] = i;
    making->item[making->n++] = g_array_index (self->items, LmSampleItem, i);
  }
}

typedef struct {
  int from;
  int to;
} Range;

static gboolean
is_outside (gpointer key,
            gpointer value,
            gpointer data)
{
  const Range *range = data;

  return GPOINTER_TO_INT (key) < range->from || GPOINTER_TO_INT (key) >= range->to;
}

/* Forgets what is far away once there is too much. */
static void
forget (LmSampleGrid *self,
        int first,
        int last)
{
  gsize bytes = 4 * (gsize) (self->tile * (self->tile + self->words));
  int keep = (int) MAX ((gsize) (2 * (last - first)), MAX_BYTES / (gsize) (self->theme.device_scale * self->theme.device_scale) / MAX (bytes, 1));
  Range range = { first - keep / 3, last + keep / 3 };

  if ((int) g_hash_table_size (self->tiles) > keep)
    g_hash_table_foreach_remove (self->tiles, is_outside, &range);
}

static void
want_tiles (LmSampleGrid *self)
{
  Making *making;
  int first, last, page;

  if (self->is_busy || n_items (self) == 0 || self->tile <= 0 || !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  find_view (self, &first, &last);
  page = last - first;
  making = g_new0 (Making, 1);
  add_missing (self, making, first, last);
  add_missing (self, making, last, last + page);
  add_missing (self, making, first - page, first);
  if (making->n == 0) {
    g_free (making);
    return;
  }
  forget (self, first, last);
  making->dataset = lm_dataset_ref (self->dataset);
  making->theme = self->theme;
  making->size = self->tile;
  making->serial = self->serial;
  self->is_busy = TRUE;
  lm_work_run (self, make_thread, made_cb, making, making_free);
}

static void
drop_tiles (LmSampleGrid *self)
{
  self->serial++;
  g_hash_table_remove_all (self->tiles);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

GArray *
lm_sample_grid_dup_view (LmSampleGrid *self)
{
  GArray *items = lm_sample_items_new ();
  int first = 0, last = 0;

  if (self->tile > 0)
    find_view (self, &first, &last);
  if (last > first)
    g_array_append_vals (items, &g_array_index (self->items, LmSampleItem, first), (guint) (last - first));
  return items;
}

int
lm_sample_grid_n_ready (LmSampleGrid *self,
                        int *n_wanted)
{
  int first = 0, last = 0, n = 0;

  if (self->tile > 0)
    find_view (self, &first, &last);
  for (int i = first; i < last; i++)
    n += g_hash_table_contains (self->tiles, GINT_TO_POINTER (i));
  if (n_wanted != NULL)
    *n_wanted = last - first;
  return n;
}

/* --- Scrolling ----------------------------------------------------------------------- */

static void
configure (LmSampleGrid *self)
{
  int height = gtk_widget_get_height (GTK_WIDGET (self)), width = gtk_widget_get_width (GTK_WIDGET (self));
  double content = n_rows (self) * pitch (self) - GAP + 2 * EDGE;

  if (self->adjustment[0] != NULL)
    gtk_adjustment_configure (self->adjustment[0], 0, 0, width, width * 0.1, width * 0.9, width);
  if (self->adjustment[1] != NULL)
    gtk_adjustment_configure (self->adjustment[1], gtk_adjustment_get_value (self->adjustment[1]), 0, MAX (content, height), pitch (self), MAX (height - pitch (self), 1), height);
}

static void
scrolled_cb (LmSampleGrid *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
  want_tiles (self);
}

static void
set_adjustment (LmSampleGrid *self,
                int axis,
                GtkAdjustment *adjustment)
{
  if (self->adjustment[axis] != NULL)
    g_signal_handlers_disconnect_by_func (self->adjustment[axis], scrolled_cb, self);
  if (adjustment == NULL)
    adjustment = gtk_adjustment_new (0, 0, 0, 0, 0, 0);
  g_object_ref_sink (adjustment);
  g_clear_object (&self->adjustment[axis]);
  self->adjustment[axis] = adjustment;
  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (scrolled_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

static void
reveal (LmSampleGrid *self,
        int i)
{
  int row = i / self->columns;

  if (self->tile > 0 && self->adjustment[1] != NULL)
    gtk_adjustment_clamp_page (self->adjustment[1], row * pitch (self), (row + 1) * pitch (self) - GAP + 2 * EDGE);
}

/* --- Choosing ------------------------------------------------------------------------ */

static void
say (LmSampleGrid *self)
{
  const LmSampleItem *item = lm_sample_grid_get_item (self);
  g_autofree char *sentence = item != NULL ? lm_sample_item_sentence (self->dataset, item) : g_strdup_printf (g_dngettext (GETTEXT_PACKAGE, "%d sample", "%d samples", (gulong) n_items (self)), n_items (self));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, sentence, -1);
}

static void
choose (LmSampleGrid *self,
        int i)
{
  if (n_items (self) == 0)
    return;
  lm_sample_grid_select (self, CLAMP (i, 0, n_items (self) - 1));
}

static void
open_menu (LmSampleGrid *self,
           const GdkRectangle *at)
{
  if (self->popover == NULL || self->selected < 0)
    return;
  gtk_popover_set_pointing_to (GTK_POPOVER (self->popover), at);
  gtk_popover_popup (GTK_POPOVER (self->popover));
}

static void
pressed_cb (LmSampleGrid *self,
            int n_press,
            double x,
            double y,
            GtkGestureClick *gesture)
{
  guint button = gtk_gesture_single_get_current_button (GTK_GESTURE_SINGLE (gesture));
  int i = item_at (self, x, y);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (i < 0)
    return;
  choose (self, i);
  if (button == GDK_BUTTON_SECONDARY)
    open_menu (self, &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  else if (n_press == 2)
    g_signal_emit (self, signals[ACTIVATED], 0);
}

static void
open_menu_at_selected (LmSampleGrid *self)
{
  graphene_rect_t rect = lm_sample_grid_tile_rect (self, MAX (self->selected, 0));

  open_menu (self, &(GdkRectangle){ (int) (rect.origin.x + rect.size.width / 2), (int) (rect.origin.y + rect.size.height / 2), 1, 1 });
}

static gboolean
key_pressed_cb (LmSampleGrid *self,
                guint key,
                guint code,
                GdkModifierType state)
{
  int page = self->columns * MAX (1, gtk_widget_get_height (GTK_WIDGET (self)) / MAX (pitch (self), 1) - 1), step = 0;

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0 || n_items (self) == 0)
    return GDK_EVENT_PROPAGATE;
  switch (key) {
  case GDK_KEY_Left:
  case GDK_KEY_Right:
    step = (key == GDK_KEY_Right) == (gtk_widget_get_direction (GTK_WIDGET (self)) != GTK_TEXT_DIR_RTL) ? 1 : -1;
    break;
  case GDK_KEY_Up:
    step = -self->columns;
    break;
  case GDK_KEY_Down:
    step = self->columns;
    break;
  case GDK_KEY_Page_Up:
    step = -page;
    break;
  case GDK_KEY_Page_Down:
    step = page;
    break;
  case GDK_KEY_Home:
    choose (self, 0);
    return GDK_EVENT_STOP;
  case GDK_KEY_End:
    choose (self, n_items (self) - 1);
    return GDK_EVENT_STOP;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
    if (self->selected >= 0)
      g_signal_emit (self, signals[ACTIVATED], 0);
    return GDK_EVENT_STOP;
  case GDK_KEY_Menu:
    open_menu_at_selected (self);
    return GDK_EVENT_STOP;
  case GDK_KEY_F10:
    if ((state & GDK_SHIFT_MASK) == 0)
      return GDK_EVENT_PROPAGATE;
    open_menu_at_selected (self);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
  if (self->selected < 0) {
    choose (self, 0);
    return GDK_EVENT_STOP;
  }
  /* Up in the first row leaves; nothing jumps to another column. */
  if (ABS (step) == self->columns && (self->selected + step < 0 || self->selected + step >= n_items (self)))
    return GDK_EVENT_STOP;
  choose (self, self->selected + step);
  return GDK_EVENT_STOP;
}

static gboolean
query_tooltip_cb (LmSampleGrid *self,
                  int x,
                  int y,
                  gboolean keyboard,
                  GtkTooltip *tooltip)
{
  int i = keyboard ? self->selected : item_at (self, x, y);
  g_autofree char *sentence = NULL;

  if (i < 0)
    return FALSE;
  sentence = lm_sample_item_sentence (self->dataset, &g_array_index (self->items, LmSampleItem, i));
  gtk_tooltip_set_text (tooltip, sentence);
  return TRUE;
}

/* --- Widget -------------------------------------------------------------------------- */

static void
lm_sample_grid_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  LmSampleGrid *self = LM_SAMPLE_GRID (widget);
  int side = self->tile_wanted > 0 ? self->tile_wanted : MIN_TILE;

  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    *minimum = 2 * EDGE + side;
    *natural = 2 * EDGE + 10 * (side + GAP);
  } else {
    *minimum = *natural = 2 * EDGE + side + self->words;
  }
}

static void
lm_sample_grid_size_allocate (GtkWidget *widget,
                              int width,
                              int height,
                              int baseline)
{
  LmSampleGrid *self = LM_SAMPLE_GRID (widget);
  int old_tile = self->tile, old_columns = self->columns;

  lm_look_theme (widget, &self->theme);
  self->words = (int) lm_sample_tile_words (&self->theme);
  find_layout (self, width);
  if (self->tile != old_tile)
    drop_tiles (self);
  configure (self);
  if (self->columns != old_columns && self->selected >= 0)
    reveal (self, self->selected);
  if (self->popover != NULL)
    gtk_popover_present (GTK_POPOVER (self->popover));
  want_tiles (self);
}

static void
draw_tiles (LmSampleGrid *self,
            cairo_t *cr,
            const LmTheme *theme)
{
  int first, last;

  find_view (self, &first, &last);
  for (int i = first; i < last; i++) {
    cairo_surface_t *tile = g_hash_table_lookup (self->tiles, GINT_TO_POINTER (i));
    graphene_rect_t at = lm_sample_grid_tile_rect (self, i);

    if (tile == NULL) {
      lm_paint_set (cr, &theme->pill);
      cairo_rectangle (cr, (double) at.origin.x, (double) at.origin.y, self->tile, self->tile);
      cairo_fill (cr);
      continue;
    }
    cairo_set_source_surface (cr, tile, (double) at.origin.x, (double) at.origin.y);
    cairo_paint (cr);
  }
  if (self->selected >= first && self->selected < last) {
    graphene_rect_t at = lm_sample_grid_tile_rect (self, self->selected);
    LmRect ring = { (double) at.origin.x - 3, (double) at.origin.y - 3, self->tile + 6, self->tile + self->words + 4 };

    lm_paint_box (cr, &ring, 5, NULL, &theme->accent, gtk_widget_has_focus (GTK_WIDGET (self)) ? 2.5 : 1.5);
  }
}

static void
lm_sample_grid_snapshot (GtkWidget *widget,
                         GtkSnapshot *snapshot)
{
  LmSampleGrid *self = LM_SAMPLE_GRID (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  LmTheme theme;
  cairo_t *cr;

  if (n_items (self) == 0 || width < 1 || height < 1)
    return;
  lm_look_theme (widget, &theme);
  if (theme.id != self->theme.id || theme.device_scale != self->theme.device_scale || theme.text_scale != self->theme.text_scale) {
    self->theme = theme;
    drop_tiles (self);
    want_tiles (self);
  }
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  draw_tiles (self, cr, &theme);
  cairo_destroy (cr);
}

static void
lm_sample_grid_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (lm_sample_grid_parent_class)->map (widget);
  want_tiles (LM_SAMPLE_GRID (widget));
}

static void
lm_sample_grid_get_property (GObject *object,
                             guint id,
                             GValue *value,
                             GParamSpec *pspec)
{
  LmSampleGrid *self = LM_SAMPLE_GRID (object);

  if (id == PROP_HADJUSTMENT || id == PROP_VADJUSTMENT)
    g_value_set_object (value, self->adjustment[id == PROP_VADJUSTMENT]);
  else
    g_value_set_enum (value, (int) self->policy[id == PROP_VPOLICY]);
}

static void
lm_sample_grid_set_property (GObject *object,
                             guint id,
                             const GValue *value,
                             GParamSpec *pspec)
{
  LmSampleGrid *self = LM_SAMPLE_GRID (object);

  if (id == PROP_HADJUSTMENT || id == PROP_VADJUSTMENT)
    set_adjustment (self, id == PROP_VADJUSTMENT, g_value_get_object (value));
  else
    self->policy[id == PROP_VPOLICY] = (guint) g_value_get_enum (value);
}

static void
lm_sample_grid_dispose (GObject *object)
{
  LmSampleGrid *self = LM_SAMPLE_GRID (object);

  g_clear_pointer (&self->popover, gtk_widget_unparent);
  g_clear_object (&self->adjustment[0]);
  g_clear_object (&self->adjustment[1]);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  g_clear_pointer (&self->items, g_array_unref);

  G_OBJECT_CLASS (lm_sample_grid_parent_class)->dispose (object);
}

static void
lm_sample_grid_finalize (GObject *object)
{
  g_hash_table_unref (LM_SAMPLE_GRID (object)->tiles);

  G_OBJECT_CLASS (lm_sample_grid_parent_class)->finalize (object);
}

static void
lm_sample_grid_class_init (LmSampleGridClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = lm_sample_grid_get_property;
  object_class->set_property = lm_sample_grid_set_property;
  object_class->dispose = lm_sample_grid_dispose;
  object_class->finalize = lm_sample_grid_finalize;
  widget_class->measure = lm_sample_grid_measure;
  widget_class->size_allocate = lm_sample_grid_size_allocate;
  widget_class->snapshot = lm_sample_grid_snapshot;
  widget_class->map = lm_sample_grid_map;

  g_object_class_override_property (object_class, PROP_HADJUSTMENT, "hadjustment");
  g_object_class_override_property (object_class, PROP_VADJUSTMENT, "vadjustment");
  g_object_class_override_property (object_class, PROP_HPOLICY, "hscroll-policy");
  g_object_class_override_property (object_class, PROP_VPOLICY, "vscroll-policy");
  signals[SELECTION_CHANGED] = g_signal_new ("selection-changed", LM_TYPE_SAMPLE_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ACTIVATED] = g_signal_new ("activated", LM_TYPE_SAMPLE_GRID, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  gtk_widget_class_set_css_name (widget_class, "samplegrid");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);
}

static void
lm_sample_grid_init (LmSampleGrid *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkEventController *focus = gtk_event_controller_focus_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->selected = -1;
  self->columns = 1;
  self->tiles = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) cairo_surface_destroy);
  gtk_widget_set_focusable (widget, TRUE);
  gtk_widget_set_overflow (widget, GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_has_tooltip (widget, TRUE);
  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), 0);
  g_signal_connect_swapped (click, "pressed", G_CALLBACK (pressed_cb), self);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (focus, "enter", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect_swapped (focus, "leave", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect (self, "query-tooltip", G_CALLBACK (query_tooltip_cb), NULL);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (widget, key);
  gtk_widget_add_controller (widget, focus);
  lm_look_watch (widget);
}

GtkWidget *
lm_sample_grid_new (void)
{
  return g_object_new (LM_TYPE_SAMPLE_GRID, NULL);
}

void
lm_sample_grid_set_samples (LmSampleGrid *self,
                            LmDataset *dataset,
                            GArray *items)
{
  g_return_if_fail (LM_IS_SAMPLE_GRID (self));

  if (dataset != NULL)
    lm_dataset_ref (dataset);
  g_clear_pointer (&self->dataset, lm_dataset_unref);
  g_clear_pointer (&self->items, g_array_unref);
  self->dataset = dataset;
  self->items = items;
  self->selected = -1;
  drop_tiles (self);
  if (self->adjustment[1] != NULL)
    gtk_adjustment_set_value (self->adjustment[1], 0);
  configure (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  say (self);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

LmDataset *
lm_sample_grid_get_dataset (LmSampleGrid *self)
{
  return self->dataset;
}

const GArray *
lm_sample_grid_get_items (LmSampleGrid *self)
{
  return self->items;
}

void
lm_sample_grid_set_tile (LmSampleGrid *self,
                         int size)
{
  self->tile_wanted = size;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

int
lm_sample_grid_get_selected (LmSampleGrid *self)
{
  return self->selected;
}

const LmSampleItem *
lm_sample_grid_get_item (LmSampleGrid *self)
{
  return self->selected >= 0 && self->selected < n_items (self) ? &g_array_index (self->items, LmSampleItem, self->selected) : NULL;
}

void
lm_sample_grid_select (LmSampleGrid *self,
                       int i)
{
  i = i < n_items (self) ? i : -1;
  if (i >= 0)
    reveal (self, i);
  if (i == self->selected)
    return;
  self->selected = i;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  say (self);
  g_signal_emit (self, signals[SELECTION_CHANGED], 0);
}

void
lm_sample_grid_set_menu (LmSampleGrid *self,
                         GMenuModel *menu)
{
  if (self->popover == NULL) {
    self->popover = gtk_popover_menu_new_from_model (menu);
    gtk_popover_set_has_arrow (GTK_POPOVER (self->popover), FALSE);
    gtk_widget_set_halign (self->popover, GTK_ALIGN_START);
    gtk_widget_set_parent (self->popover, GTK_WIDGET (self));
  } else {
    gtk_popover_menu_set_menu_model (GTK_POPOVER_MENU (self->popover), menu);
  }
}

void
lm_sample_grid_set_label (LmSampleGrid *self,
                          const char *label)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}
