/* lm-sheet-view.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-sheet-view.h"

#include "lm-look.h"
#include "lm-offscreen.h"
#include "lm-sheet.h"

#include <math.h>
#include <string.h>

#include "lm-i18n.h"

#define MARGIN 4     /* for the ring of a tile */
#define HEAVY 150000 /* values: more are drawn on another thread */
#define MIN_TILE 40  /* smaller ones are not looked at */

struct _LmTileView {
  GtkWidget parent_instance;

  LmSheetPicture *picture; /* as it came */
  LmSheetPicture *shown;
  int *numbers; /* of the tiles of @shown */
  LmTileOrder order;
  gboolean per_tile;
  int columns;
  int chosen; /* number */
  int hover;  /* place */

  LmOffscreen *offscreen; /* all tiles: rings come and go above them */
  guint resize_source;
};

enum {
  CHOSEN,
  ENLARGE,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (LmTileView, lm_tile_view, GTK_TYPE_WIDGET)

/* --- Arranging ----------------------------------------------------------------------- */

static int
compare_keys (gconstpointer a,
              gconstpointer b,
              gpointer data)
{
  const double *keys = data;
  int i = *(const int *) a, j = *(const int *) b;

  if (keys[i] != keys[j])
    return keys[i] > keys[j] ? -1 : 1;
  return i - j;
}

/* By what tiles are sorted: their mean, or the value that lies farthest from 0. */
static double
key_of (const float *tile,
        gsize size,
        LmTileOrder order)
{
  double sum = 0, peak = 0;

  for (gsize i = 0; i < size; i++) {
    double value = fabs ((double) tile[i]);

    sum += value;
    peak = MAX (peak, value);
  }
  return order == LM_TILES_BY_MEAN ? sum : peak;
}

static int *
sort (const LmSheetPicture *picture,
      LmTileOrder order)
{
  int n = (int) picture->tiles->shape.dim[0];
  gsize size = n > 0 ? (gsize) lm_tensor_n_elements (picture->tiles) / (gsize) n : 0;
  g_autofree double *keys = g_new0 (double, MAX (1, n));
  int *numbers = g_new (int, MAX (1, n));

  for (int i = 0; i < n; i++) {
    numbers[i] = i;
    keys[i] = order == LM_TILES_BY_NUMBER ? 0 : key_of (lm_tensor_f32 (picture->tiles) + (gsize) i * size, size, order);
  }
  if (order != LM_TILES_BY_NUMBER)
    g_qsort_with_data (numbers, n, sizeof *numbers, compare_keys, keys);
  return numbers;
}

/* Every sheet states its scale in words. */
static char *
scale_words (const LmSheetPicture *picture)
{
  const gint64 *dim = picture->tiles->shape.dim;
  g_autoptr (GString) words = g_string_new (NULL);
  int n_dead = 0;

  for (gint64 i = 0; picture->dead != NULL && i < dim[0]; i++)
    n_dead += picture->dead[i];
  if (dim[1] == 1 && dim[2] == 1)
    g_string_append_printf (words, _ ("%d values"), (int) dim[0]);
  else
    g_string_append_printf (words, _ ("%d×%d each"), (int) dim[1], (int) dim[2]);
  g_string_append (words, _ (" · each with its own scale, from its lowest to its highest"));
  if (n_dead > 0)
    g_string_append_printf (words, _ (" · %d always 0"), n_dead);
  return g_string_free (g_steal_pointer (&words), FALSE);
}

LmSheetPicture *
lm_tiles_arrange (const LmSheetPicture *picture,
                  LmTileOrder order,
                  gboolean per_tile,
                  int columns,
                  int **numbers)
{
  LmSheetPicture *self = lm_sheet_picture_copy (picture);
  int n = (int) picture->tiles->shape.dim[0];
  gsize size = n > 0 ? (gsize) lm_tensor_n_elements (picture->tiles) / (gsize) n : 0;

  *numbers = sort (picture, order);
  if (columns > 0)
    self->columns = columns;
  /* A single number has no range of its own. */
  if (per_tile && size > 1 && picture->map != LM_MAP_GREY && !picture->per_tile) {
    self->per_tile = TRUE;
    g_free (self->scale);
    self->scale = scale_words (self);
  }
  if (order == LM_TILES_BY_NUMBER || n == 0)
    return self;

  lm_tensor_unref (self->tiles);
  self->tiles = lm_tensor_new_copy (LM_F32, &picture->tiles->shape, picture->tiles->data);
  g_strfreev (self->labels);
  self->labels = g_new0 (char *, n + 1);
  for (int i = 0; i < n; i++) {
    int from = (*numbers)[i];

    memcpy (lm_tensor_f32 (self->tiles) + (gsize) i * size, lm_tensor_f32 (picture->tiles) + (gsize) from * size, size * sizeof (float));
    self->labels[i] = picture->labels != NULL ? g_strdup (picture->labels[from]) : g_strdup_printf ("%d", from);
    if (self->dead != NULL)
      self->dead[i] = picture->dead[from];
  }
  return self;
}

static void
arrange (LmTileView *self)
{
  g_clear_pointer (&self->shown, lm_sheet_picture_free);
  g_clear_pointer (&self->numbers, g_free);
  if (self->picture != NULL)
    self->shown = lm_tiles_arrange (self->picture, self->order, self->per_tile, self->columns, &self->numbers);
  lm_offscreen_invalidate (self->offscreen);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* --- Places -------------------------------------------------------------------------- */

static int
n_tiles (LmTileView *self)
{
  return self->shown != NULL ? (int) self->shown->tiles->shape.dim[0] : 0;
}

int
lm_tile_view_place_of (LmTileView *self,
                       int number)
{
  for (int i = 0; i < n_tiles (self); i++) {
    if (self->numbers[i] == number)
      return i;
  }
  return -1;
}

/* Height of what can be seen at once; 0 while not known. */
static double
seen_height (LmTileView *self)
{
  GtkWidget *window = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);

  return window != NULL ? gtk_widget_get_height (window) - 2 * MARGIN : 0;
}

static LmSheetGrid
try_columns (const LmSheetPicture *picture,
             const LmTheme *theme,
             double room,
             int columns)
{
  LmSheetPicture trial = *picture;

  trial.columns = columns;
  return lm_sheet_grid (&trial, theme, room, FALSE);
}

/* As many columns as give the largest tiles of which all can be seen at once; if they cannot, as many as leave little room
 * unused, for tiles grow by whole pixels. 0: as the sheet has it. */
static int
fitting_columns (const LmSheetPicture *picture,
                 const LmTheme *theme,
                 double room,
                 double height)
{
  const gint64 *dim = picture->tiles->shape.dim;
  int n = (int) dim[0], best = 0, seen = 0;
  double most = 0, largest = 0;

  if (picture->columns > 0 || n < 3 || dim[2] > 4 * dim[1] || (dim[1] == 1 && dim[2] == 1))
    return 0;
  for (int columns = MIN (n, n > 32 ? 16 : 8); columns >= 2; columns--) {
    LmSheetGrid grid = try_columns (picture, theme, room, columns);
    double share = grid.tile_width < MIN_TILE && columns > 4 ? 0 : grid.width / room;

    if (grid.height <= height && grid.tile_width > largest + 1) {
      largest = grid.tile_width;
      seen = columns;
    }
    if (columns > 2 && share > most + (most > 0.85 ? 1 : 0.02)) {
      most = share;
      best = columns;
    }
  }
  return seen > 0 && largest >= MIN_TILE ? seen : best;
}

static LmSheetGrid
grid_of (LmTileView *self,
         int width)
{
  double room = MAX (width - 2 * MARGIN, 40);
  LmSheetPicture shown = *self->shown;
  LmTheme theme;

  lm_look_theme (GTK_WIDGET (self), &theme);
  if (shown.columns == 0)
    shown.columns = fitting_columns (&shown, &theme, room, seen_height (self));
  return lm_sheet_grid (&shown, &theme, room, FALSE);
}

static int
tile_at (LmTileView *self,
         double x,
         double y)
{
  LmSheetGrid grid;

  if (self->shown == NULL)
    return -1;
  grid = grid_of (self, gtk_widget_get_width (GTK_WIDGET (self)));
  for (int i = 0; i < grid.n; i++) {
    LmRect rect = lm_sheet_grid_tile (&grid, i);

    if (x - MARGIN >= rect.x && x - MARGIN < rect.x + rect.width && y - MARGIN >= rect.y && y - MARGIN < rect.y + rect.height + grid.label_height)
      return i;
  }
  return -1;
}

gboolean
lm_tile_view_get_place (LmTileView *self,
                        int number,
                        GdkRectangle *place)
{
  int at = lm_tile_view_place_of (self, number);
  LmSheetGrid grid;
  LmRect rect;

  if (at < 0)
    return FALSE;
  grid = grid_of (self, gtk_widget_get_width (GTK_WIDGET (self)));
  rect = lm_sheet_grid_tile (&grid, at);
  *place = (GdkRectangle){ (int) rect.x + MARGIN, (int) rect.y + MARGIN, (int) ceil (rect.width), (int) ceil (rect.height) };
  return TRUE;
}

/* --- Choosing ------------------------------------------------------------------------ */

static void
say (LmTileView *self)
{
  int at = lm_tile_view_place_of (self, self->chosen);
  g_autofree char *words = NULL;

  if (self->shown == NULL)
    return;
  if (at >= 0 && self->shown->labels != NULL)
    words = g_strdup_printf (_ ("%s, tile %s chosen"), self->shown->title, self->shown->labels[at]);
  else if (at >= 0)
    words = g_strdup_printf (_ ("%s, tile %d chosen"), self->shown->title, self->chosen);
  else
    words = g_strdup_printf (_ ("%s, %d tiles"), self->shown->title, n_tiles (self));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, words, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, self->shown->scale, -1);
}

static void
reveal (LmTileView *self)
{
  GtkWidget *window = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_SCROLLED_WINDOW);
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (self), GTK_TYPE_VIEWPORT);
  GdkRectangle place;
  graphene_point_t top;

  if (window == NULL || view == NULL || !lm_tile_view_get_place (self, self->chosen, &place))
    return;
  if (gtk_widget_compute_point (GTK_WIDGET (self), gtk_widget_get_first_child (view), &GRAPHENE_POINT_INIT (0, (float) place.y), &top))
    gtk_adjustment_clamp_page (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (window)), (double) top.y - 10, (double) top.y + place.height + 24);
}

static void
choose (LmTileView *self,
        int at)
{
  if (at < 0 || at >= n_tiles (self) || self->numbers[at] == self->chosen)
    return;
  lm_tile_view_set_chosen (self, self->numbers[at]);
  reveal (self);
  g_signal_emit (self, signals[CHOSEN], 0, self->chosen);
}

static void
enlarge (LmTileView *self)
{
  if (lm_tile_view_place_of (self, self->chosen) >= 0)
    g_signal_emit (self, signals[ENLARGE], 0, self->chosen);
}

static void
released_cb (LmTileView *self,
             int n_press,
             double x,
             double y)
{
  int at = tile_at (self, x, y);

  gtk_widget_grab_focus (GTK_WIDGET (self));
  if (at < 0)
    return;
  choose (self, at);
  enlarge (self);
}

static void
motion_cb (LmTileView *self,
           double x,
           double y)
{
  int hover = tile_at (self, x, y);

  if (hover == self->hover)
    return;
  self->hover = hover;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
leave_cb (LmTileView *self)
{
  self->hover = -1;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static gboolean
key_pressed_cb (LmTileView *self,
                guint key,
                guint code,
                GdkModifierType state)
{
  int at = lm_tile_view_place_of (self, self->chosen), columns;

  if ((state & (GDK_CONTROL_MASK | GDK_ALT_MASK)) != 0 || self->shown == NULL || n_tiles (self) == 0)
    return GDK_EVENT_PROPAGATE;
  columns = grid_of (self, gtk_widget_get_width (GTK_WIDGET (self))).columns;
  switch (key) {
  case GDK_KEY_Left:
    choose (self, MAX (0, at - 1));
    return GDK_EVENT_STOP;
  case GDK_KEY_Right:
    choose (self, MIN (n_tiles (self) - 1, at + 1));
    return GDK_EVENT_STOP;
  case GDK_KEY_Up:
    choose (self, at < columns ? MAX (at, 0) : at - columns);
    return GDK_EVENT_STOP;
  case GDK_KEY_Down:
    choose (self, at < 0 ? 0 : MIN (at + columns, n_tiles (self) - 1));
    return GDK_EVENT_STOP;
  case GDK_KEY_Home:
    choose (self, 0);
    return GDK_EVENT_STOP;
  case GDK_KEY_End:
    choose (self, n_tiles (self) - 1);
    return GDK_EVENT_STOP;
  case GDK_KEY_Return:
  case GDK_KEY_KP_Enter:
  case GDK_KEY_space:
    if (at < 0)
      choose (self, 0);
    enlarge (self);
    return GDK_EVENT_STOP;
  default:
    return GDK_EVENT_PROPAGATE;
  }
}

/* --- Widget -------------------------------------------------------------------------- */

/* What the drawing needs, on its own. */
typedef struct {
  LmSheetPicture *picture;
  LmSheetGrid grid;
} Sheet;

static void
sheet_free (gpointer data)
{
  Sheet *sheet = data;

  lm_sheet_picture_free (sheet->picture);
  g_free (sheet);
}

static void
draw_sheet (cairo_t *cr,
            const LmTheme *theme,
            int width,
            int height,
            gpointer data)
{
  Sheet *sheet = data;

  lm_sheet_grid_draw (cr, theme, sheet->picture, &sheet->grid, MARGIN, MARGIN, NULL);
}

static void
need_surface (LmTileView *self,
              const LmTheme *theme,
              int width,
              int height)
{
  Sheet *sheet;

  if (lm_offscreen_is_valid (self->offscreen, theme, width, height))
    return;
  sheet = g_new (Sheet, 1);
  *sheet = (Sheet){ lm_sheet_picture_copy (self->shown), grid_of (self, width) };
  lm_offscreen_draw (self->offscreen, theme, width, height, lm_tensor_n_elements (self->shown->tiles) > HEAVY, draw_sheet, sheet, sheet_free);
}

static void
draw_ring (LmTileView *self,
           cairo_t *cr,
           const LmTheme *theme,
           int at,
           double line)
{
  LmSheetGrid grid = grid_of (self, gtk_widget_get_width (GTK_WIDGET (self)));
  LmRect rect;

  if (at < 0 || at >= grid.n)
    return;
  rect = lm_sheet_grid_tile (&grid, at);
  rect = (LmRect){ rect.x + MARGIN - line, rect.y + MARGIN - line, rect.width + 2 * line, rect.height + 2 * line };
  lm_paint_box (cr, &rect, 3, NULL, &theme->accent, line);
}

static void
lm_tile_view_snapshot (GtkWidget *widget,
                       GtkSnapshot *snapshot)
{
  LmTileView *self = LM_TILE_VIEW (widget);
  int width = gtk_widget_get_width (widget), height = gtk_widget_get_height (widget);
  LmTheme theme;
  cairo_t *cr;

  if (self->shown == NULL || width < 2 || height < 2)
    return;
  lm_look_theme (widget, &theme);
  need_surface (self, &theme, width, height);
  cr = gtk_snapshot_append_cairo (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  lm_offscreen_paint (self->offscreen, cr);
  draw_ring (self, cr, &theme, self->hover, 1);
  draw_ring (self, cr, &theme, lm_tile_view_place_of (self, self->chosen), gtk_widget_has_visible_focus (widget) ? 3.5 : 2.5);
  cairo_destroy (cr);
}

static GtkSizeRequestMode
lm_tile_view_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
lm_tile_view_measure (GtkWidget *widget,
                      GtkOrientation orientation,
                      int for_size,
                      int *minimum,
                      int *natural,
                      int *minimum_baseline,
                      int *natural_baseline)
{
  LmTileView *self = LM_TILE_VIEW (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL) {
    *minimum = 200;
    *natural = 440;
  } else {
    *minimum = *natural = self->shown != NULL ? (int) ceil (grid_of (self, for_size > 0 ? for_size : 440).height) + 2 * MARGIN : 100;
  }
}

static gboolean
resize_cb (gpointer data)
{
  LmTileView *self = data;

  self->resize_source = 0;
  lm_offscreen_invalidate (self->offscreen);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  return G_SOURCE_REMOVE;
}

/* Not from within an allocation. */
static void
seen_changed_cb (LmTileView *self)
{
  if (self->resize_source == 0)
    self->resize_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, resize_cb, self, NULL);
}

static void
lm_tile_view_root (GtkWidget *widget)
{
  GtkWidget *window = gtk_widget_get_ancestor (widget, GTK_TYPE_SCROLLED_WINDOW);

  GTK_WIDGET_CLASS (lm_tile_view_parent_class)->root (widget);
  if (window != NULL)
    g_signal_connect_object (gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (window)), "notify::page-size", G_CALLBACK (seen_changed_cb), widget, G_CONNECT_SWAPPED);
}

static void
lm_tile_view_finalize (GObject *object)
{
  LmTileView *self = LM_TILE_VIEW (object);

  g_clear_pointer (&self->offscreen, lm_offscreen_free);
  g_clear_handle_id (&self->resize_source, g_source_remove);
  lm_sheet_picture_free (self->picture);
  lm_sheet_picture_free (self->shown);
  g_free (self->numbers);

  G_OBJECT_CLASS (lm_tile_view_parent_class)->finalize (object);
}

static void
lm_tile_view_class_init (LmTileViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = lm_tile_view_finalize;
  widget_class->root = lm_tile_view_root;
  widget_class->snapshot = lm_tile_view_snapshot;
  widget_class->measure = lm_tile_view_measure;
  widget_class->get_request_mode = lm_tile_view_get_request_mode;
  gtk_widget_class_set_css_name (widget_class, "tileview");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_IMG);

  signals[CHOSEN] = g_signal_new ("chosen", LM_TYPE_TILE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
  signals[ENLARGE] = g_signal_new ("enlarge", LM_TYPE_TILE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

static void
lm_tile_view_init (LmTileView *self)
{
  GtkWidget *widget = GTK_WIDGET (self);
  GtkEventController *motion = gtk_event_controller_motion_new ();
  GtkEventController *key = gtk_event_controller_key_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  self->chosen = -1;
  self->hover = -1;
  self->offscreen = lm_offscreen_new (widget);
  gtk_widget_set_focusable (widget, TRUE);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (motion, "leave", G_CALLBACK (leave_cb), self);
  g_signal_connect_swapped (key, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), self);
  gtk_widget_add_controller (widget, motion);
  gtk_widget_add_controller (widget, key);
  gtk_widget_add_controller (widget, GTK_EVENT_CONTROLLER (click));
  lm_look_watch (widget);
}

void
lm_tile_view_set_picture (LmTileView *self,
                          LmSheetPicture *picture)
{
  LmShape before = self->picture != NULL ? self->picture->tiles->shape : LM_SCALAR, now = picture != NULL ? picture->tiles->shape : LM_SCALAR;
  gboolean is_other = !lm_shape_equal (&before, &now) || (self->picture != NULL && picture != NULL && g_strcmp0 (self->picture->title, picture->title) != 0);

  g_return_if_fail (LM_IS_TILE_VIEW (self));

  lm_sheet_picture_free (self->picture);
  self->picture = picture;
  arrange (self);
  if (!is_other)
    return;
  self->hover = -1;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  say (self);
}

const LmSheetPicture *
lm_tile_view_get_shown (LmTileView *self)
{
  return self->shown;
}

void
lm_tile_view_set_options (LmTileView *self,
                          LmTileOrder order,
                          gboolean per_tile,
                          int columns)
{
  if (self->order == order && self->per_tile == per_tile && self->columns == columns)
    return;
  self->order = order;
  self->per_tile = per_tile;
  self->columns = columns;
  arrange (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  say (self);
}

LmTileOrder
lm_tile_view_get_order (LmTileView *self)
{
  return self->order;
}

void
lm_tile_view_set_chosen (LmTileView *self,
                         int number)
{
  if (self->chosen == number)
    return;
  self->chosen = number;
  say (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

int
lm_tile_view_get_chosen (LmTileView *self)
{
  return self->chosen;
}
