/* lm-csv.h: the values behind a picture
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-picture.h"

G_BEGIN_DECLS

/* All return the whole text (transfer full): RFC 4180 with “\n”, a header line, the C locale, UTF-8. Numbers round-trip:
 * 17 significant digits for double, 9 for float32; what is not a number is an empty field, infinity is “inf”. Thread: any. */

/* panel,series,x,y; marks as panel “mark” with their text as series and no y. */
char *lm_csv_curves (const LmCurvesPicture *picture);

/* tile,label,row,column,channel,value; channel 0 to 2 is red, green, blue with %LM_MAP_RGB, else 0. */
char *lm_csv_sheet (const LmSheetPicture *picture);

/* The same with the sheet's title in front. */
char *lm_csv_film (const LmFilmPicture *picture);

/* row,column,value of the raw map. */
char *lm_csv_heatmap (const LmHeatmapPicture *picture);

/* The counts: a line per true class, a column per answer. */
char *lm_csv_confusion (const LmConfusionPicture *picture);

/* name,count; of a histogram from,to,count. */
char *lm_csv_bars (const LmBarsPicture *picture);

/* id,name,summary,params,inputs: a line per layer; the inputs by name with port and shape, separated by “; ”. */
char *lm_csv_graph (const LmGraphPicture *picture);

G_END_DECLS
