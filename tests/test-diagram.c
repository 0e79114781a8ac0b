/* test-diagram.c: the layout of networks, cards and wires
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-diagram.h"
#include "lm-layout.h"
#include "lm-test-picture.h"

#include <math.h>
#include <string.h>

/* Layout */

typedef struct {
  int n;
  int m;
  LmLayoutNode *nodes;
  LmLayoutWire *wires;
} Net;

static Net
net_new (int n,
         int m)
{
  Net net = { n, 0, g_new0 (LmLayoutNode, MAX (n, 1)), g_new0 (LmLayoutWire, MAX (m, 1)) };

  for (int i = 0; i < n; i++)
    net.nodes[i] = (LmLayoutNode){ .width = 216, .height = 56, .n_in = 1, .n_out = 1 };
  return net;
}

static void
net_wire (Net *net,
          int from,
          int to,
          int port)
{
  net->wires[net->m++] = (LmLayoutWire){ .from = from, .to = to, .to_port = port, .label = 66 };
  net->nodes[to].n_in = MAX (net->nodes[to].n_in, port + 1);
}

static void
net_clear (Net *net)
{
  for (int i = 0; i < net->m; i++)
    g_free (net->wires[i].bends);
  g_free (net->nodes);
  g_free (net->wires);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Net, net_clear)

static void
net_lay_out (Net *net,
             const LmLayoutOptions *options)
{
  for (int i = 0; i < net->m; i++)
    g_clear_pointer (&net->wires[i].bends, g_free);
  lm_layout (net->nodes, net->n, net->wires, net->m, options);
}

static void
check_no_overlaps (const Net *net,
                   double gap)
{
  for (int i = 0; i < net->n; i++) {
    for (int k = i + 1; k < net->n; k++) {
      const LmLayoutNode *a = &net->nodes[i], *b = &net->nodes[k];
      gboolean apart_x = fabs (a->x - b->x) >= (a->width + b->width) / 2 + gap - 1e-6;
      gboolean apart_y = fabs (a->y - b->y) >= (a->height + b->height) / 2 + gap - 1e-6;

      g_assert_true (apart_x || apart_y);
    }
  }
}

static void
check_wires_go_forward (const Net *net,
                        gboolean to_right)
{
  for (int w = 0; w < net->m; w++) {
    const LmLayoutWire *wire = &net->wires[w];
    const LmLayoutNode *a = &net->nodes[wire->from], *b = &net->nodes[wire->to];
    double end = to_right ? a->x + a->width / 2 : a->y + a->height / 2, begin = to_right ? b->x - b->width / 2 : b->y - b->height / 2;
    double at = end;

    g_assert_cmpfloat (begin, >, end);
    g_assert_cmpint (wire->n_bends % 2, ==, 0);
    for (int k = 0; k < wire->n_bends; k++) {
      double next = to_right ? wire->bends[k].x : wire->bends[k].y;

      g_assert_cmpfloat (next, >=, at - 1e-6);
      at = next;
      if (k % 2 == 1)
        g_assert_cmpfloat (to_right ? wire->bends[k].y : wire->bends[k].x, ==, to_right ? wire->bends[k - 1].y : wire->bends[k - 1].x);
    }
    g_assert_cmpfloat (begin, >=, at - 1e-6);
  }
}

/* The straight parts of wires keep clear of all cards. */
static void
check_lanes_are_free (const Net *net,
                      gboolean to_right)
{
  for (int w = 0; w < net->m; w++) {
    const LmLayoutWire *wire = &net->wires[w];

    for (int k = 0; k + 1 < wire->n_bends; k += 2) {
      for (int i = 0; i < net->n; i++) {
        const LmLayoutNode *v = &net->nodes[i];
        LmPoint a = wire->bends[k], b = wire->bends[k + 1];

        g_assert_false (MAX (a.x, b.x) > v->x - v->width / 2 - 5 && MIN (a.x, b.x) < v->x + v->width / 2 + 5 &&
                        MAX (a.y, b.y) > v->y - v->height / 2 + 1 && MIN (a.y, b.y) < v->y + v->height / 2 - 1);
      }
    }
  }
}

static Net
random_net (guint32 seed)
{
  guint32 state = seed;
  int n = 2 + (int) (fabs (noise (&state)) * 40);
  Net net = net_new (n, 3 * n);

  for (int i = 1; i < n; i++) {
    int n_in = 1 + (int) (fabs (noise (&state)) * 2.4);

    if (noise (&state) > 0.9)
      continue; /* a source, or a part of its own */
    for (int k = 0; k < n_in; k++) {
      int back = 1 + (int) (pow (noise (&state), 4) * i);

      net_wire (&net, MAX (i - back, 0), i, k);
    }
    if (noise (&state) > 0.5)
      net.nodes[i].height = 92;
    if (noise (&state) > 0.8)
      net.nodes[i].tail = 46;
  }
  return net;
}

static void
test_layout_of_random_networks (void)
{
  for (guint32 seed = 1; seed <= 300; seed++) {
    for (int variant = 0; variant < 3; variant++) {
      g_auto (Net) net = random_net (seed * 2654435761u);
      g_autofree LmLayoutNode *before = NULL;
      LmLayoutOptions options = LM_LAYOUT_OPTIONS_INIT;

      options.to_right = variant == 1;
      options.grid = variant == 2 ? 24 : 0;
      net_lay_out (&net, &options);
      check_no_overlaps (&net, 23.9);
      check_wires_go_forward (&net, options.to_right);
      check_lanes_are_free (&net, options.to_right);
      for (int i = 0; i < net.n && variant == 2; i++)
        g_assert_cmpfloat_with_epsilon (fmod (fabs (net.nodes[i].x), 24), 0, 1e-6);

      before = g_memdup2 (net.nodes, sizeof (LmLayoutNode) * (gsize) net.n);
      net_lay_out (&net, &options);
      for (int i = 0; i < net.n; i++) {
        g_assert_cmpfloat (net.nodes[i].x, ==, before[i].x);
        g_assert_cmpfloat (net.nodes[i].y, ==, before[i].y);
      }
    }
  }
}

static void
test_layout_of_a_chain_is_straight (void)
{
  g_auto (Net) net = net_new (30, 30);
  LmLayoutOptions options = LM_LAYOUT_OPTIONS_INIT;

  for (int i = 1; i < 30; i++)
    net_wire (&net, i - 1, i, 0);
  net_lay_out (&net, &options);
  for (int i = 0; i < 30; i++) {
    g_assert_cmpfloat (net.nodes[i].x, ==, 0);
    g_assert_cmpfloat_with_epsilon (net.nodes[i].y, i * 96, 1e-9);
  }
}

/* in → a → b → add, in → add: cards in one line, the skip beside them on one straight lane at the side of its port. */
static void
test_layout_of_a_residual_block (void)
{
  for (int port = 0; port < 2; port++) {
    g_auto (Net) net = net_new (4, 4);
    LmLayoutOptions options = LM_LAYOUT_OPTIONS_INIT;
    const LmLayoutWire *skip = &net.wires[3];

    net_wire (&net, 0, 1, 0);
    net_wire (&net, 1, 2, 0);
    net_wire (&net, 2, 3, 1 - port);
    net_wire (&net, 0, 3, port);
    net_lay_out (&net, &options);
    for (int i = 0; i < 4; i++)
      g_assert_cmpfloat (net.nodes[i].x, ==, 0);
    g_assert_cmpint (skip->n_bends, ==, 2);
    g_assert_cmpfloat (fabs (skip->bends[0].x), >, 108 + 12);
    g_assert_cmpfloat (fabs (skip->bends[0].x), <, 108 + 100);
    g_assert_true ((skip->bends[0].x > 0) == (port == 1));
  }
}

/* The skips of a U-Net lie inside of each other, each on one straight lane. */
static void
test_layout_of_nested_skips (void)
{
  enum {
    DEPTH = 6
  };
  g_auto (Net) net = net_new (2 * DEPTH, 4 * DEPTH);
  LmLayoutOptions options = LM_LAYOUT_OPTIONS_INIT;
  double before = 0;

  for (int i = 1; i < 2 * DEPTH; i++)
    net_wire (&net, i - 1, i, 0);
  for (int i = 0; i < DEPTH - 1; i++)
    net_wire (&net, i, 2 * DEPTH - 1 - i, 1);
  net_lay_out (&net, &options);
  for (int w = net.m - 1; w >= 2 * DEPTH - 1; w--) { /* the innermost first */
    g_assert_cmpint (net.wires[w].n_bends, ==, 2);
    g_assert_cmpfloat (net.wires[w].bends[0].x, >, before);
    before = net.wires[w].bends[0].x;
  }
}

static void
test_layout_survives_cycles_and_nonsense (void)
{
  g_auto (Net) net = net_new (5, 10);
  LmLayoutOptions options = LM_LAYOUT_OPTIONS_INIT;

  net_wire (&net, 0, 1, 0);
  net_wire (&net, 1, 2, 0);
  net_wire (&net, 2, 0, 0);
  net_wire (&net, 3, 3, 0);
  net_wire (&net, 2, 1, 5);
  net.wires[net.m++] = (LmLayoutWire){ .from = -4, .to = 900 };
  net_lay_out (&net, &options);
  check_no_overlaps (&net, 20);
  lm_layout (NULL, 0, NULL, 0, &options);
}

static void
test_layout_of_thousands_is_fast (void)
{
  g_auto (Net) net = net_new (4000, 8000);
  LmLayoutOptions options = LM_LAYOUT_OPTIONS_INIT;
  gint64 best = G_MAXINT64;

  for (int i = 1; i < 4000; i++) {
    net_wire (&net, i - 1, i, 0);
    if (i % 4 == 0)
      net_wire (&net, i - 4, i, 1);
  }
  for (int k = 0; k < 3; k++) {
    gint64 start = g_get_monotonic_time ();

    net_lay_out (&net, &options);
    best = MIN (best, g_get_monotonic_time () - start);
  }
  g_test_message ("4,000 cards, 5,000 wires: %.1f ms", (double) best / 1000);
  check_wires_go_forward (&net, FALSE);
  if (!LM_TEST_IS_SLOW)
    g_assert_cmpint (best, <, 200 * 1000);
}

/* Dense blocks: every layer feeds all later ones; wires from one port share their lanes. */
static void
test_layout_of_dense_wiring (void)
{
  g_auto (Net) net = net_new (60, 60 * 60);
  LmLayoutOptions options = LM_LAYOUT_OPTIONS_INIT;

  for (int i = 1; i < 60; i++)
    for (int k = 0; k < i; k++)
      net_wire (&net, k, i, i - 1 - k);
  net_lay_out (&net, &options);
  check_no_overlaps (&net, 23.9);
  check_wires_go_forward (&net, FALSE);
  check_lanes_are_free (&net, FALSE);
}

/* Cards and wires */

static guint32
pixel (cairo_surface_t *surface,
       int x,
       int y)
{
  const unsigned char *row = cairo_image_surface_get_data (surface) + y * cairo_image_surface_get_stride (surface);
  guint32 value;

  memcpy (&value, row + 4 * x, 4);
  return value;
}

static void
test_ports_lie_on_the_edge (void)
{
  const LmTheme *theme = lm_theme_get (LM_THEME_LIGHT);
  LmCard card = { .n_in = 3, .n_out = 2 };
  LmRect rect = lm_card_rect (theme, 500, 300, FALSE);
  gboolean is_output;

  g_assert_cmpfloat (rect.width, ==, 216);
  g_assert_cmpfloat (rect.height, ==, 56);
  g_assert_cmpfloat (rect.x + rect.width / 2, ==, 500);
  for (int right = 0; right < 2; right++) {
    for (int i = 0; i < 3; i++) {
      LmPoint p = lm_card_port (&card, &rect, right, FALSE, i);

      g_assert_cmpfloat (right ? p.x : p.y, ==, right ? rect.x : rect.y);
      g_assert_cmpint (lm_card_port_at (theme, &card, &rect, right, 1, p.x + 3, p.y - 2, &is_output), ==, i);
      g_assert_false (is_output);
    }
    g_assert_cmpfloat (lm_card_port (&card, &rect, right, TRUE, 1).x, ==, right ? rect.x + 216 : rect.x + 144);
  }
  g_assert_cmpint (lm_card_port_at (theme, &card, &rect, FALSE, 1, 500, 300, &is_output), ==, -1);
  g_assert_true (lm_card_contains (&card, &rect, 500, 300));
  g_assert_false (lm_card_contains (&card, &rect, 500, 340));
}

static void
test_detail_follows_zoom (void)
{
  g_assert_cmpint (lm_detail_for_zoom (1), ==, LM_DETAIL_ALL);
  g_assert_cmpint (lm_detail_for_zoom (0.75), ==, LM_DETAIL_ALL);
  g_assert_cmpint (lm_detail_for_zoom (0.5), ==, LM_DETAIL_NAME);
  g_assert_cmpint (lm_detail_for_zoom (0.2), ==, LM_DETAIL_BLOCK);
  g_assert_cmpint (lm_detail_for_zoom (0.1), ==, LM_DETAIL_PLAIN);
}

/* What a card paints stays within its bounds, whatever its state and the zoom. */
static void
test_card_bounds_hold (void)
{
  static const double zooms[] = { 1, 0.5, 0.3, 0.12 };
  const LmTheme *theme = lm_theme_get (LM_THEME_LIGHT);

  for (gsize z = 0; z < G_N_ELEMENTS (zooms); z++) {
    for (int right = 0; right < 2; right++) {
      cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, 900, 500);
      cairo_t *cr = cairo_create (surface);
      LmCard card = made_card (CASE_USUAL, "a name that is too long for its card", "attention");
      LmRect rect = lm_card_rect (theme, 350 / zooms[z], 250 / zooms[z], FALSE), b;

      card.n_in = 2;
      card.error = (char *) "wrong";
      card.error_port = 1;
      card.is_block = TRUE;
      card.target = (char *) "target: one of very many classes, each with a name";
      cairo_scale (cr, zooms[z], zooms[z]);
      b = lm_card_bounds (cr, theme, &card, &rect, right, zooms[z]);
      lm_draw_card (cr, theme, &card, &rect, right, zooms[z], LM_CARD_SELECTED | LM_CARD_FOCUSED | LM_CARD_POINTED | LM_CARD_LIFTED, NULL);
      cairo_surface_flush (surface);
      for (int y = 0; y < 500; y++)
        for (int x = 0; x < 900; x++)
          if ((x + 1) / zooms[z] < b.x || x / zooms[z] > b.x + b.width || (y + 1) / zooms[z] < b.y || y / zooms[z] > b.y + b.height)
            g_assert_cmphex (pixel (surface, x, y), ==, 0);
      g_assert_cmphex (pixel (surface, 350, 250) >> 24, ==, 255);
      cairo_destroy (cr);
      cairo_surface_destroy (surface);
      g_free (card.name);
      g_free (card.summary);
      g_free (card.params);
      g_free (card.category);
    }
  }
}

static void
test_wires_are_near_their_ends (void)
{
  static const LmPoint bends[] = { { -100, 60 }, { -100, 200 } };
  LmWireShape plain = { { 0, 0 }, { 50, 100 }, 0, NULL, FALSE };
  LmWireShape round = { { 0, 0 }, { 50, 260 }, 2, bends, FALSE };
  LmRect b = lm_wire_bounds (&round, 0);

  g_assert_cmpfloat (lm_wire_distance (&plain, 0, 0), <, 1e-9);
  g_assert_cmpfloat (lm_wire_distance (&plain, 50, 100), <, 1e-9);
  g_assert_cmpfloat (lm_wire_distance (&plain, 25, 50), <, 1e-6);
  g_assert_cmpfloat (lm_wire_distance (&plain, 200, 50), >, 100);
  g_assert_cmpfloat (lm_wire_distance (&round, -100, 130), <, 1e-9);
  g_assert_cmpfloat (lm_wire_distance (&round, -90, 130), ==, 10);
  g_assert_cmpfloat (lm_wire_middle (&round).x, ==, -100);
  g_assert_cmpfloat (lm_wire_middle (&round).y, ==, 130);
  g_assert_cmpfloat (b.x, <=, -100);
  g_assert_cmpfloat (b.x + b.width, >=, 50);
}

static void
test_wires_go_round_cards (void)
{
  LmRect cards[] = { { -108, 0, 216, 56 }, { -108, 96, 216, 56 }, { -108, 192, 216, 56 }, { 120, 96, 216, 56 } };
  LmPoint from = { 0, 56 }, to = { 0, 192 }, near_to = { 0, 96 }, bends[2];

  g_assert_cmpint (lm_wire_route (&from, &near_to, FALSE, cards, 4, bends), ==, 0);
  g_assert_cmpint (lm_wire_route (&from, &to, FALSE, cards, 4, bends), ==, 2);
  g_assert_cmpfloat (bends[0].x, ==, bends[1].x);
  for (gsize i = 0; i < G_N_ELEMENTS (cards); i++)
    g_assert_true (bends[0].x < cards[i].x - 10 || bends[0].x > cards[i].x + cards[i].width + 10);
}

static void
test_labels_keep_clear (void)
{
  cairo_t *cr = lm_paint_measure_new ();
  const LmTheme *theme = lm_theme_get (LM_THEME_LIGHT);
  LmRect cards[] = { { -108, -56, 216, 56 }, { -108, 40, 216, 56 } }, rects[4];
  LmWireShape shapes[4];
  const char *labels[] = { "28×28×32", "28×28×32", NULL, "" };

  for (int i = 0; i < 4; i++)
    shapes[i] = (LmWireShape){ { 0, 0 }, { -60 + 40 * i, 40 }, 0, NULL, FALSE };
  lm_wire_place_labels (cr, theme, shapes, labels, 4, cards, 2, rects);
  g_assert_cmpfloat (rects[0].width, >, 40);
  g_assert_cmpfloat (rects[3].width, ==, 0);
  for (int i = 0; i < 4; i++) {
    if (rects[i].width <= 0)
      continue;
    for (int k = 0; k < 2; k++)
      g_assert_true (rects[i].y >= cards[k].y + 56 || rects[i].y + rects[i].height <= cards[k].y);
    for (int k = 0; k < i; k++)
      g_assert_true (rects[i].x >= rects[k].x + rects[k].width || rects[k].x >= rects[i].x + rects[i].width ||
                     rects[i].y >= rects[k].y + rects[k].height || rects[k].y >= rects[i].y + rects[i].height);
  }
  cairo_destroy (cr);
}

int
main (int argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/draw/layout/random-networks", test_layout_of_random_networks);
  g_test_add_func ("/draw/layout/chain-is-straight", test_layout_of_a_chain_is_straight);
  g_test_add_func ("/draw/layout/residual-block", test_layout_of_a_residual_block);
  g_test_add_func ("/draw/layout/nested-skips", test_layout_of_nested_skips);
  g_test_add_func ("/draw/layout/cycles-and-nonsense", test_layout_survives_cycles_and_nonsense);
  g_test_add_func ("/draw/layout/dense-wiring", test_layout_of_dense_wiring);
  g_test_add_func ("/draw/layout/thousands-are-fast", test_layout_of_thousands_is_fast);
  g_test_add_func ("/draw/card/ports-lie-on-the-edge", test_ports_lie_on_the_edge);
  g_test_add_func ("/draw/card/detail-follows-zoom", test_detail_follows_zoom);
  g_test_add_func ("/draw/card/bounds-hold", test_card_bounds_hold);
  g_test_add_func ("/draw/wire/near-its-ends", test_wires_are_near_their_ends);
  g_test_add_func ("/draw/wire/goes-round-cards", test_wires_go_round_cards);
  g_test_add_func ("/draw/wire/labels-keep-clear", test_labels_keep_clear);

  return g_test_run ();
}
