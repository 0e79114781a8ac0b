/* lm-page.h: what all pages of the window have in common
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include <gtk/gtk.h>

#include "lm-editor.h"
#include "lm-lens.h"
#include "lm-panes.h"
#include "lm-session.h"

G_BEGIN_DECLS

/**
 * LmSource: what a page is about; all of it lives as long as the window
 */
typedef struct {
  LmDocument *document;
  LmSession *session;
  LmEditor *editor;
  LmLens *lens;
} LmSource;

/**
 * LmView: something that goes into a file
 * @name: the end of the file's name, without ending: “run5-conv2d_1-activations”
 * @picture: with title and caption
 * @width, @height: as it stands on the screen, in pixels
 */
typedef struct {
  char *name;
  LmPicture picture;
  int width;
  int height;
} LmView;

/* (transfer full) @picture */
LmView *lm_view_new (const char *name, LmPicture picture, GtkWidget *shown);
void lm_view_free (LmView *self);

#define LM_TYPE_PAGE (lm_page_get_type ())

G_DECLARE_INTERFACE (LmPage, lm_page, LM, PAGE, GtkWidget)

/**
 * LmPageInterface:
 * @set_source: once, when the project is open; the page keeps references
 * @get_panes: (nullable): its columns, for F9, Shift+F9 and F6
 * @add_views: adds what can be exported now, LmView: what has the focus, or is looked at most, first
 * @find: (nullable): Ctrl+F: shows and focuses its search; FALSE if there is nothing to search
 * @drop: (nullable): takes a file that was dropped on it, or pasted; FALSE if it is not for this page
 */
struct _LmPageInterface {
  GTypeInterface parent_iface;

  void (*set_source) (LmPage *self, const LmSource *source);
  LmPanes *(*get_panes) (LmPage *self);
  void (*add_views) (LmPage *self, GPtrArray *views);
  gboolean (*find) (LmPage *self);
  gboolean (*drop) (LmPage *self, GFile *file);
};

void lm_page_set_source (LmPage *self, const LmSource *source);
LmPanes *lm_page_get_panes (LmPage *self);

/* (transfer full) (element-type LmView): may be empty. */
GPtrArray *lm_page_dup_views (LmPage *self);
gboolean lm_page_find (LmPage *self);
gboolean lm_page_drop (LmPage *self, GFile *file);

G_END_DECLS
