/* lm-window-private.h: what the two halves of the window share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-coach-pane.h"
#include "lm-design-page.h"
#include "lm-problems.h"
#include "lm-train-cluster.h"
#include "lm-train-page.h"
#include "lm-window.h"

G_BEGIN_DECLS

struct _LmWindow {
  AdwApplicationWindow parent_instance;

  AdwHeaderBar *header;
  AdwViewSwitcherTitle *switcher;
  GtkMenuButton *project_button;
  GtkLabel *project_label;
  GtkWidget *undo_button;
  GtkWidget *redo_button;
  LmTrainCluster *cluster;
  GtkRevealer *banner;
  GtkLabel *banner_text;
  GtkButton *banner_button;
  GtkProgressBar *line;
  AdwToastOverlay *toasts;
  GtkRevealer *coach_revealer;
  LmCoachPane *coach;
  AdwViewStack *pages;
  AdwViewStackPage *design_stack_page;
  AdwViewStackPage *train_stack_page;
  LmDesignPage *design_page;
  GtkWidget *strip;
  GtkMenuButton *strip_button;
  LmProblems *problems;
  GtkWidget *dot;
  GtkLabel *strip_left;
  GtkLabel *strip_right;
  GMenu *templates_section;
  GMenu *recent_section;

  GSettings *settings;
  char *path;
  LmDocument *document;
  LmSession *session;
  LmEditor *editor;
  LmLens *lens;
  gboolean is_closing;
  gboolean is_narrow;
  gboolean is_wide;
  guint narrow_source;
  guint pages_source;
};

/* Actions of the class; those about files stand in a file of their own. */
void lm_window_install_actions (GtkWidgetClass *klass);
void lm_window_install_file_actions (GtkWidgetClass *klass);
void lm_window_install_design_actions (GtkWidgetClass *klass);

/* Once the editor is there. */
void lm_window_watch_problems (LmWindow *self);

/* Turns to the card that keeps the network from being trained. */
void lm_window_show_first_problem (LmWindow *self);

/* Files that are dropped anywhere on the window. */
void lm_window_take_drops (LmWindow *self);

/* Which of them make sense now. */
void lm_window_update_actions (LmWindow *self);

/* Pauses what runs, writes what is left, closes the file; the window goes at once. @done: (nullable): when it is closed. */
void lm_window_leave (LmWindow *self, void (*done) (gpointer data), gpointer data);

/* The page that is shown. */
LmPage *lm_window_get_shown (LmWindow *self);

/* (transfer full) (element-type LmPage): all of them. */
GPtrArray *lm_window_dup_pages (LmWindow *self);

/* The entries of the project menu that change. */
void lm_window_fill_menus (LmWindow *self);

void lm_window_set_banner (LmWindow *self, const char *text, const char *button, const char *action);

G_END_DECLS
