/* lm-panes.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-panes.h"

#include <adwaita.h>

#define FOLD_LEFT 1200
#define FOLD_RIGHT 900

struct _LmPanes {
  GtkWidget parent_instance;

  AdwFlap *outer; /* left */
  AdwFlap *inner; /* right */
  GtkWidget *left;
  GtkWidget *content;
  GtkWidget *right;
  gboolean fold_left; /* as the width wants it */
  gboolean fold_right;
  guint fold_source;
};

enum {
  PROP_LEFT = 1,
  PROP_CONTENT,
  PROP_RIGHT,
  PROP_LEFT_REVEALED,
  PROP_RIGHT_REVEALED,
  PROP_LEFT_FOLDED,
  PROP_RIGHT_FOLDED,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

G_DEFINE_FINAL_TYPE (LmPanes, lm_panes, GTK_TYPE_WIDGET)

/* Folding hides the pane, unfolding shows it: what has room is there. */
static void
fold (AdwFlap *flap,
      gboolean is_folded)
{
  AdwFlapFoldPolicy policy = is_folded ? ADW_FLAP_FOLD_POLICY_ALWAYS : ADW_FLAP_FOLD_POLICY_NEVER;

  if (adw_flap_get_fold_policy (flap) == policy)
    return;
  adw_flap_set_fold_policy (flap, policy);
  adw_flap_set_reveal_flap (flap, !is_folded);
}

static gboolean
fold_cb (gpointer data)
{
  LmPanes *self = data;

  self->fold_source = 0;
  fold (self->outer, self->fold_left);
  fold (self->inner, self->fold_right);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LEFT_FOLDED]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RIGHT_FOLDED]);
  return G_SOURCE_REMOVE;
}

static void
lm_panes_size_allocate (GtkWidget *widget,
                        int width,
                        int height,
                        int baseline)
{
  LmPanes *self = LM_PANES (widget);
  gboolean fold_left = width < FOLD_LEFT, fold_right = width < FOLD_RIGHT;

  /* Not from within an allocation. */
  if ((fold_left != self->fold_left || fold_right != self->fold_right) && self->fold_source == 0)
    self->fold_source = g_idle_add_full (G_PRIORITY_HIGH_IDLE, fold_cb, self, NULL);
  self->fold_left = fold_left;
  self->fold_right = fold_right;
  gtk_widget_allocate (GTK_WIDGET (self->outer), width, height, baseline, NULL);
}

static void
lm_panes_measure (GtkWidget *widget,
                  GtkOrientation orientation,
                  int for_size,
                  int *minimum,
                  int *natural,
                  int *minimum_baseline,
                  int *natural_baseline)
{
  gtk_widget_measure (GTK_WIDGET (LM_PANES (widget)->outer), orientation, for_size, minimum, natural, minimum_baseline, natural_baseline);
}

static void
revealed_cb (LmPanes *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LEFT_REVEALED]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RIGHT_REVEALED]);
}

static void
lm_panes_get_property (GObject *object,
                       guint id,
                       GValue *value,
                       GParamSpec *pspec)
{
  LmPanes *self = LM_PANES (object);

  switch (id) {
  case PROP_LEFT:
    g_value_set_object (value, self->left);
    break;
  case PROP_CONTENT:
    g_value_set_object (value, self->content);
    break;
  case PROP_RIGHT:
    g_value_set_object (value, self->right);
    break;
  case PROP_LEFT_REVEALED:
    g_value_set_boolean (value, adw_flap_get_reveal_flap (self->outer));
    break;
  case PROP_RIGHT_REVEALED:
    g_value_set_boolean (value, adw_flap_get_reveal_flap (self->inner));
    break;
  case PROP_LEFT_FOLDED:
    g_value_set_boolean (value, self->left != NULL && adw_flap_get_fold_policy (self->outer) == ADW_FLAP_FOLD_POLICY_ALWAYS);
    break;
  default:
    g_value_set_boolean (value, self->right != NULL && adw_flap_get_fold_policy (self->inner) == ADW_FLAP_FOLD_POLICY_ALWAYS);
    break;
  }
}

static GtkWidget *
separator (void)
{
  return gtk_separator_new (GTK_ORIENTATION_VERTICAL);
}

static void
lm_panes_set_property (GObject *object,
                       guint id,
                       const GValue *value,
                       GParamSpec *pspec)
{
  LmPanes *self = LM_PANES (object);

  switch (id) {
  case PROP_LEFT:
    self->left = g_value_get_object (value);
    adw_flap_set_flap (self->outer, self->left);
    adw_flap_set_separator (self->outer, self->left != NULL ? separator () : NULL);
    break;
  case PROP_CONTENT:
    self->content = g_value_get_object (value);
    adw_flap_set_content (self->inner, self->content);
    break;
  case PROP_RIGHT:
    self->right = g_value_get_object (value);
    adw_flap_set_flap (self->inner, self->right);
    adw_flap_set_separator (self->inner, self->right != NULL ? separator () : NULL);
    break;
  case PROP_LEFT_REVEALED:
    adw_flap_set_reveal_flap (self->outer, g_value_get_boolean (value));
    break;
  default:
    adw_flap_set_reveal_flap (self->inner, g_value_get_boolean (value));
    break;
  }
}

static void
lm_panes_dispose (GObject *object)
{
  LmPanes *self = LM_PANES (object);

  g_clear_handle_id (&self->fold_source, g_source_remove);
  if (self->outer != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->outer));
  self->outer = NULL;

  G_OBJECT_CLASS (lm_panes_parent_class)->dispose (object);
}

static void
lm_panes_class_init (LmPanesClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags read = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = lm_panes_get_property;
  object_class->set_property = lm_panes_set_property;
  object_class->dispose = lm_panes_dispose;
  widget_class->size_allocate = lm_panes_size_allocate;
  widget_class->measure = lm_panes_measure;

  props[PROP_LEFT] = g_param_spec_object ("left", NULL, NULL, GTK_TYPE_WIDGET, flags);
  props[PROP_CONTENT] = g_param_spec_object ("content", NULL, NULL, GTK_TYPE_WIDGET, flags);
  props[PROP_RIGHT] = g_param_spec_object ("right", NULL, NULL, GTK_TYPE_WIDGET, flags);
  props[PROP_LEFT_REVEALED] = g_param_spec_boolean ("left-revealed", NULL, NULL, TRUE, flags);
  props[PROP_RIGHT_REVEALED] = g_param_spec_boolean ("right-revealed", NULL, NULL, TRUE, flags);
  props[PROP_LEFT_FOLDED] = g_param_spec_boolean ("left-folded", NULL, NULL, FALSE, read);
  props[PROP_RIGHT_FOLDED] = g_param_spec_boolean ("right-folded", NULL, NULL, FALSE, read);
  g_object_class_install_properties (object_class, N_PROPS, props);

  gtk_widget_class_set_css_name (widget_class, "panes");
}

static AdwFlap *
make_flap (GtkPackType side)
{
  AdwFlap *flap = ADW_FLAP (adw_flap_new ());

  adw_flap_set_flap_position (flap, side);
  adw_flap_set_fold_policy (flap, ADW_FLAP_FOLD_POLICY_NEVER);
  adw_flap_set_locked (flap, TRUE);
  adw_flap_set_swipe_to_open (flap, FALSE);
  return flap;
}

static void
lm_panes_init (LmPanes *self)
{
  self->outer = make_flap (GTK_PACK_START);
  self->inner = make_flap (GTK_PACK_END);
  adw_flap_set_content (self->outer, GTK_WIDGET (self->inner));
  gtk_widget_set_parent (GTK_WIDGET (self->outer), GTK_WIDGET (self));
  g_signal_connect_object (self->outer, "notify::reveal-flap", G_CALLBACK (revealed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->inner, "notify::reveal-flap", G_CALLBACK (revealed_cb), self, G_CONNECT_SWAPPED);
}

void
lm_panes_toggle_left (LmPanes *self)
{
  if (self->left != NULL)
    adw_flap_set_reveal_flap (self->outer, !adw_flap_get_reveal_flap (self->outer));
}

void
lm_panes_show_left (LmPanes *self)
{
  if (self->left != NULL)
    adw_flap_set_reveal_flap (self->outer, TRUE);
}

void
lm_panes_toggle_right (LmPanes *self)
{
  if (self->right != NULL)
    adw_flap_set_reveal_flap (self->inner, !adw_flap_get_reveal_flap (self->inner));
}

gboolean
lm_panes_next (LmPanes *self,
               gboolean backwards)
{
  GtkWidget *panes[] = {
    self->left != NULL && adw_flap_get_reveal_flap (self->outer) ? self->left : NULL,
    self->content,
    self->right != NULL && adw_flap_get_reveal_flap (self->inner) ? self->right : NULL,
  };
  int n = G_N_ELEMENTS (panes), step = backwards ? -1 : 1, at = backwards ? n : -1;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  for (int i = 0; i < n && focus != NULL; i++) {
    if (panes[i] != NULL && (focus == panes[i] || gtk_widget_is_ancestor (focus, panes[i])))
      at = i;
  }
  for (int i = at + step; i >= 0 && i < n; i += step) {
    if (panes[i] != NULL && gtk_widget_child_focus (panes[i], GTK_DIR_TAB_FORWARD))
      return TRUE;
  }
  return FALSE;
}
