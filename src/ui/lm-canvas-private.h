/* lm-canvas-private.h: what the parts of the canvas share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-canvas.h"

#include "lm-diagram.h"

G_BEGIN_DECLS

#define LM_CANVAS_MIN_ZOOM 0.1
#define LM_CANVAS_MAX_ZOOM 4.0
#define LM_CANVAS_GRID 24.0

/* What the pointer is doing. */
typedef enum {
  LM_CANVAS_IDLE,
  LM_CANVAS_PRESSED, /* on a card or a wire, not yet moved */
  LM_CANVAS_PAN,
  LM_CANVAS_MARQUEE,
  LM_CANVAS_MOVE,
  LM_CANVAS_WIRE, /* from a port, or a wire's end */
  LM_CANVAS_CUT,
  LM_CANVAS_LAZY, /* from card to card */
} LmCanvasMode;

/* A wire that is being drawn: from a port that is there to the pointer. */
typedef struct {
  int card; /* index */
  int port;
  gboolean is_output;
  gboolean has_old; /* the wire whose end is moved */
  LmWire old;
  gboolean *fits; /* (array): by card: can be the other end */
  int target;     /* card under the pointer that is taken, −1 */
  int target_port;
  char *refusal;      /* why the port under the pointer is not taken */
  gboolean is_sticky; /* by two clicks, not by dragging */
} LmCanvasDraw;

struct _LmCanvas {
  GtkWidget parent_instance;

  LmEditor *editor;
  GtkWidget *layer; /* holds the views; moves as one */
  LmCanvasThumbs thumbs;
  gpointer thumbs_data;

  /* What is shown. */
  LmGraphPicture *picture;
  char *block;         /* whose inside it is */
  LmRect *rects;       /* by card */
  gboolean *is_high;   /* by card: with thumbnails */
  LmRect *bounds;      /* by card: with rings, ports and flag */
  LmCardFlags *flags;  /* by card: those that are in the tiles */
  gboolean *lifted;    /* by card: not in the tiles */
  LmWireShape *shapes; /* by wire, as the next four */
  LmPoint *bends;      /* two for each */
  LmRect *wire_bounds;
  LmRect *labels; /* width 0: no room, or nothing to say */
  int selected_wire;
  int hidden_wire;   /* its end is being moved */
  GHashTable *views; /* id → LmNodeView */
  GHashTable *label_widths;
  LmRect all; /* around everything */
  LmTheme theme;
  double text_scale;
  LmGraphPicture *ghost;
  LmRect *ghost_rects;

  /* Where it is shown. */
  double zoom;
  double layer_zoom; /* for which the views are allocated */
  double x;          /* place of the design's origin in the widget, whole pixels */
  double y;
  enum {
    LM_CANVAS_FREE,
    LM_CANVAS_START,
    LM_CANVAS_ALL
  } fit;
  guint rest_source;
  guint notify_source;

  /* Tiles. */
  GHashTable *tiles;
  GHashTable *old_tiles; /* of the zoom before, shown until there are new ones */
  double old_scale;
  gboolean is_new;      /* nothing of this has been shown yet */
  gboolean is_complete; /* the last frame had all its tiles */

  /* Pointer. */
  LmCanvasMode mode;
  gboolean wheel_zooms;
  gboolean space_held;
  gboolean space_used; /* for panning, so it selects nothing */
  gboolean is_inside;
  double pointer_x;
  double pointer_y;
  double press_x;
  double press_y;
  double pan_x;
  double pan_y;
  double pinch_zoom;
  GdkModifierType press_state;
  int press_card; /* index, −1 */
  gboolean press_selected;
  gboolean pressed_empty;
  int hover_card; /* index, −1 */
  int hover_wire;
  double move_x; /* of the lifted cards, in the design */
  double move_y;
  double guide_x; /* NaN: none */
  double guide_y;
  int drop_wire;        /* onto which the dragged card or kind would go, −1 */
  gboolean is_dropping; /* a kind from the palette */
  LmCanvasDraw draw;
  GArray *cut;        /* LmPoint: the way of the knife, in the design */
  GHashTable *marked; /* indices of wires under the knife */
  guint edge_tick;
  GtkGesture *drag;

  /* Keys. */
  gboolean is_connecting;
  int connect_at; /* card that is offered, −1 */

  /* Moving to new places. */
  guint tick;
  gint64 tick_start;
  double tick_at;       /* 0 … 1 */
  LmPoint *from_places; /* by card: the way that is behind it */
};

/* The scale of the drawing: zoom times that of text. */
static inline double
lm_canvas_scale (const LmCanvas *self)
{
  return self->zoom * self->text_scale;
}

static inline gboolean
lm_rect_overlaps (const LmRect *a,
                  const LmRect *b)
{
  return a->x < b->x + b->width && b->x < a->x + a->width && a->y < b->y + b->height && b->y < a->y + a->height;
}

static inline int
lm_canvas_n_cards (const LmCanvas *self)
{
  return self->picture != NULL ? self->picture->n_cards : 0;
}

static inline int
lm_canvas_n_wires (const LmCanvas *self)
{
  return self->picture != NULL ? self->picture->n_wires : 0;
}

/* --- Scene: lm-canvas-scene.c -------------------------------------------------------- */

/* Takes what the editor has now; only what has changed is painted again. */
void lm_canvas_update_scene (LmCanvas *self);
void lm_canvas_update_selection (LmCanvas *self);
void lm_canvas_update_ghost (LmCanvas *self);
void lm_canvas_update_look (LmCanvas *self);
void lm_canvas_clear_scene (LmCanvas *self);

/* Index of a card by id, −1; the wire of the picture as the design has it. */
int lm_canvas_find_card (LmCanvas *self, int id);
LmWire lm_canvas_get_wire (LmCanvas *self, int wire);
int lm_canvas_find_wire (LmCanvas *self, const LmWire *wire);

/* Indices at a place of the widget, −1 for none. */
int lm_canvas_pick_card (LmCanvas *self, double x, double y);
int lm_canvas_pick_port (LmCanvas *self, double x, double y, int *card, gboolean *is_output);
int lm_canvas_pick_wire (LmCanvas *self, double x, double y);

LmPoint lm_canvas_port_place (LmCanvas *self, int card, int port, gboolean is_output);

/* How far a lifted card is from its place now: dragged, or on its way there. */
LmPoint lm_canvas_card_offset (LmCanvas *self, int card);

/* The wire between cards of which some are lifted. */
void lm_canvas_shape_wire (LmCanvas *self, int wire, LmWireShape *shape);

/* --- Painting: lm-canvas-paint.c, lm-canvas-overlay.c -------------------------------- */

void lm_canvas_invalidate (LmCanvas *self, const LmRect *area); /* in the design */
void lm_canvas_invalidate_card (LmCanvas *self, int card);      /* with its wires */
void lm_canvas_drop_tiles (LmCanvas *self);
void lm_canvas_zoom_tiles (LmCanvas *self, double factor);
void lm_canvas_free_tiles (LmCanvas *self);
void lm_canvas_paint (LmCanvas *self, cairo_t *cr, int width, int height);
void lm_canvas_paint_overlay (LmCanvas *self, cairo_t *cr, int width, int height);

/* --- View: lm-canvas.c --------------------------------------------------------------- */

void lm_canvas_moved (LmCanvas *self);
void lm_canvas_pan (LmCanvas *self, double dx, double dy);
void lm_canvas_set_zoom (LmCanvas *self, double zoom, double at_x, double at_y);
void lm_canvas_reveal (LmCanvas *self, int card); /* with the least movement */
void lm_canvas_emit_add (LmCanvas *self, double x, double y, int id, int port, gboolean is_output);
void lm_canvas_emit (LmCanvas *self, const char *signal, int id);
void lm_canvas_emit_menu (LmCanvas *self, double x, double y);
void lm_canvas_stop_animation (LmCanvas *self);

/* --- Pointer: lm-canvas-pointer.c, lm-canvas-wiring.c, lm-canvas-drop.c -------------- */

void lm_canvas_add_pointer (LmCanvas *self);
void lm_canvas_cancel_drag (LmCanvas *self);
void lm_canvas_update_hover (LmCanvas *self);
void lm_canvas_add_drop (LmCanvas *self);

/* A wire is drawn from that port, or the end of @old at the pointer is moved. */
void lm_canvas_begin_wire (LmCanvas *self, int card, int port, gboolean is_output, const LmWire *old);
void lm_canvas_aim_wire (LmCanvas *self, double x, double y);
gboolean lm_canvas_finish_wire (LmCanvas *self); /* TRUE if it was wired or asked for a layer */
void lm_canvas_stop_wire (LmCanvas *self);

/* (array by card): which can be the other end of a wire from @card; (transfer full) */
gboolean *lm_canvas_find_fitting (LmCanvas *self, int card, gboolean is_output);

/* The input of @card for a new wire: the first free one, else the first. */
int lm_canvas_free_input (LmCanvas *self, int card);

/* --- Keys: lm-canvas-keys.c ---------------------------------------------------------- */

void lm_canvas_add_keys (LmCanvas *self);
void lm_canvas_bind_keys (GtkWidgetClass *klass);
int lm_canvas_focused_card (LmCanvas *self);
void lm_canvas_focus_card (LmCanvas *self, int card);
gboolean lm_canvas_take_focus (LmCanvas *self, GtkDirectionType direction);

/* --- Views: lm-canvas-cards.c -------------------------------------------------------- */

void lm_canvas_add_layer (LmCanvas *self);

/* Makes a view for each card, and says what it is. */
void lm_canvas_update_views (LmCanvas *self);
void lm_canvas_update_states (LmCanvas *self);
void lm_canvas_allocate_views (LmCanvas *self);

G_END_DECLS
