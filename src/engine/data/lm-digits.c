/* lm-digits.c: handwritten-looking digits from stroke models
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-digits.h"

#include "lm-rng.h"

#include <math.h>
#include <string.h>

/* A digit is written as people write it: a few strokes, each a list of points that the pen goes through. A style is one
 * way to write a digit. For each sample the points are shaken, the curve through them is bent by a slow wave, slanted,
 * turned, stretched and shifted, and drawn with a nib whose width follows direction and pressure. What makes samples
 * differ is therefore what makes hands differ, and neighbouring pixels stay neighbours. */

#define MAX_POINTS 12 /* of a stroke */
#define MAX_STROKES 3 /* of a style */
#define MAX_STYLES 5  /* of a digit */
#define PER_SPAN 4    /* pieces of the curve between two points */
#define MAX_CURVE (MAX_POINTS * PER_SPAN)
#define SHARP 0.6F /* tangent of the turn between two pieces that needs a blob */
#define SIDES 8    /* corners of the blob that the nib leaves */

/* LmInkPoints lie in the unit square, y downwards. A negative x marks a corner: the curve is sharp at (−x, y). */
typedef struct {
  int n;
  LmInkPoint point[MAX_POINTS];
} Stroke;

typedef struct {
  int n_strokes;
  Stroke stroke[MAX_STROKES];
} Style;

typedef struct {
  int n_styles;
  Style style[MAX_STYLES];
} Digit;

/* clang-format off */
static const Digit digits[10] = {
  { 3, { /* 0 */
    { 1, { { 9, { { .56F, .00F }, { .28F, .12F }, { .14F, .48F }, { .27F, .88F }, { .52F, 1.0F }, { .76F, .86F }, { .87F, .50F }, { .76F, .13F }, { .52F, .01F } } } } },
    { 1, { { 10, { { .66F, .06F }, { .40F, .00F }, { .18F, .25F }, { .14F, .62F }, { .34F, .97F }, { .64F, .95F }, { .85F, .65F }, { .82F, .28F }, { .62F, .05F }, { .44F, .09F } } } } },
    { 1, { { 9, { { .36F, .06F }, { .18F, .36F }, { .18F, .70F }, { .40F, .99F }, { .68F, .92F }, { .82F, .60F }, { .76F, .24F }, { .54F, .02F }, { .33F, .10F } } } } },
  } },
  { 4, { /* 1 */
    { 1, { { 3, { { .50F, .00F }, { .50F, .50F }, { .50F, 1.0F } } } } },
    { 1, { { 4, { { .30F, .24F }, { -.54F, .00F }, { .53F, .50F }, { .52F, 1.0F } } } } },
    { 2, { { 4, { { .28F, .22F }, { -.52F, .00F }, { .52F, .50F }, { .52F, .99F } } }, { 2, { { .24F, 1.0F }, { .80F, .99F } } } } },
    { 1, { { 3, { { .52F, .00F }, { .47F, .50F }, { .50F, 1.0F } } } } },
  } },
  { 4, { /* 2 */
    { 1, { { 8, { { .16F, .24F }, { .32F, .04F }, { .60F, .01F }, { .80F, .20F }, { .70F, .47F }, { .42F, .76F }, { -.13F, .99F }, { .88F, .98F } } } } },
    { 1, { { 10, { { .18F, .20F }, { .40F, .01F }, { .70F, .07F }, { .76F, .34F }, { .50F, .68F }, { .24F, .94F }, { .10F, .90F }, { .22F, .78F }, { .50F, .93F }, { .90F, .95F } } } } },
    { 1, { { 7, { { .20F, .10F }, { .48F, .00F }, { .76F, .14F }, { .68F, .44F }, { -.18F, .97F }, { .50F, .93F }, { .88F, 1.0F } } } } },
    { 1, { { 9, { { .12F, .30F }, { .24F, .08F }, { .54F, .02F }, { .78F, .18F }, { .66F, .50F }, { .34F, .82F }, { .14F, .96F }, { .40F, .92F }, { .86F, .98F } } } } },
  } },
  { 4, { /* 3 */
    { 1, { { 9, { { .18F, .12F }, { .44F, .00F }, { .76F, .12F }, { .70F, .36F }, { -.42F, .47F }, { .76F, .57F }, { .82F, .82F }, { .50F, 1.0F }, { .13F, .90F } } } } },
    { 1, { { 7, { { .18F, .02F }, { -.80F, .02F }, { -.42F, .42F }, { .74F, .50F }, { .84F, .76F }, { .56F, .99F }, { .14F, .92F } } } } },
    { 1, { { 9, { { .20F, .18F }, { .40F, .01F }, { .70F, .08F }, { .70F, .34F }, { .44F, .46F }, { .74F, .54F }, { .84F, .78F }, { .58F, .99F }, { .18F, .94F } } } } },
    { 1, { { 10, { { .22F, .08F }, { .52F, .00F }, { .78F, .16F }, { .62F, .40F }, { .40F, .48F }, { .52F, .43F }, { .80F, .60F }, { .78F, .88F }, { .46F, 1.0F }, { .12F, .84F } } } } },
  } },
  { 5, { /* 4 */
    { 2, { { 4, { { .24F, .02F }, { .16F, .36F }, { -.14F, .56F }, { .86F, .54F } } }, { 3, { { .70F, .12F }, { .66F, .56F }, { .62F, 1.0F } } } } },
    { 1, { { 5, { { .68F, 1.0F }, { .67F, .50F }, { -.66F, .00F }, { -.08F, .66F }, { .92F, .64F } } } } },
    { 2, { { 5, { { .20F, .02F }, { .12F, .34F }, { .24F, .53F }, { .50F, .53F }, { .78F, .46F } } }, { 3, { { .80F, .00F }, { .74F, .50F }, { .68F, 1.0F } } } } },
    { 2, { { 4, { { .58F, .00F }, { .30F, .36F }, { -.10F, .64F }, { .90F, .60F } } }, { 3, { { .72F, .30F }, { .68F, .66F }, { .64F, 1.0F } } } } },
    { 1, { { 8, { { .22F, .00F }, { .14F, .32F }, { .22F, .52F }, { .48F, .54F }, { .74F, .36F }, { -.82F, .02F }, { .74F, .52F }, { .68F, 1.0F } } } } },
  } },
  { 4, { /* 5 */
    { 2, { { 7, { { .30F, .02F }, { -.24F, .44F }, { .54F, .36F }, { .80F, .54F }, { .78F, .84F }, { .46F, 1.0F }, { .12F, .90F } } }, { 2, { { .29F, .03F }, { .82F, .00F } } } } },
    { 1, { { 8, { { .82F, .03F }, { -.32F, .05F }, { -.23F, .44F }, { .50F, .37F }, { .78F, .54F }, { .76F, .84F }, { .44F, 1.0F }, { .10F, .88F } } } } },
    { 1, { { 8, { { .84F, .02F }, { .54F, .05F }, { .34F, .12F }, { .30F, .38F }, { .58F, .48F }, { .74F, .70F }, { .52F, .96F }, { .16F, .93F } } } } },
    { 2, { { 6, { { .26F, .06F }, { .25F, .40F }, { .60F, .42F }, { .78F, .68F }, { .54F, .97F }, { .14F, .96F } } }, { 3, { { .24F, .07F }, { .50F, .08F }, { .86F, .02F } } } } },
  } },
  { 4, { /* 6 */
    { 1, { { 10, { { .70F, .00F }, { .42F, .20F }, { .20F, .54F }, { .20F, .84F }, { .46F, 1.0F }, { .76F, .90F }, { .80F, .68F }, { .58F, .53F }, { .32F, .62F }, { .22F, .80F } } } } },
    { 1, { { 9, { { .58F, .00F }, { .32F, .36F }, { .20F, .72F }, { .38F, .98F }, { .70F, .92F }, { .78F, .70F }, { .58F, .55F }, { .36F, .62F }, { .24F, .78F } } } } },
    { 1, { { 10, { { .76F, .08F }, { .54F, .01F }, { .28F, .24F }, { .16F, .62F }, { .30F, .93F }, { .58F, .99F }, { .80F, .78F }, { .64F, .56F }, { .40F, .56F }, { .20F, .70F } } } } },
    { 1, { { 9, { { .44F, .00F }, { .26F, .36F }, { .18F, .74F }, { .40F, 1.0F }, { .72F, .88F }, { .66F, .66F }, { .46F, .66F }, { .34F, .80F }, { .40F, .96F } } } } },
  } },
  { 5, { /* 7 */
    { 1, { { 5, { { .12F, .04F }, { .48F, .05F }, { -.84F, .03F }, { .60F, .46F }, { .40F, 1.0F } } } } },
    { 2, { { 5, { { .14F, .05F }, { .48F, .05F }, { -.82F, .03F }, { .60F, .46F }, { .44F, 1.0F } } }, { 2, { { .32F, .50F }, { .82F, .46F } } } } },
    { 1, { { 5, { { .14F, .22F }, { -.16F, .03F }, { -.84F, .04F }, { .64F, .44F }, { .50F, 1.0F } } } } },
    { 1, { { 6, { { .10F, .12F }, { .30F, .03F }, { .60F, .10F }, { -.86F, .01F }, { .62F, .48F }, { .48F, 1.0F } } } } },
    { 1, { { 6, { { .12F, .06F }, { .46F, .03F }, { .76F, .05F }, { .80F, .18F }, { .58F, .52F }, { .42F, 1.0F } } } } },
  } },
  { 4, { /* 8 */
    { 1, { { 12, { { .74F, .12F }, { .48F, .00F }, { .22F, .16F }, { .36F, .40F }, { .66F, .58F }, { .78F, .82F }, { .50F, 1.0F }, { .20F, .84F }, { .34F, .58F }, { .62F, .40F }, { .78F, .18F }, { .64F, .04F } } } } },
    { 2, { { 7, { { .52F, .00F }, { .28F, .12F }, { .30F, .36F }, { .52F, .46F }, { .72F, .34F }, { .72F, .12F }, { .50F, .01F } } }, { 7, { { .52F, .46F }, { .22F, .62F }, { .22F, .88F }, { .50F, 1.0F }, { .78F, .88F }, { .78F, .62F }, { .50F, .46F } } } } },
    { 1, { { 12, { { .46F, .48F }, { .22F, .26F }, { .36F, .03F }, { .66F, .04F }, { .74F, .26F }, { .50F, .50F }, { .22F, .74F }, { .32F, .97F }, { .62F, .98F }, { .80F, .76F }, { .62F, .54F }, { .38F, .42F } } } } },
    { 1, { { 11, { { .78F, .08F }, { .50F, .00F }, { .24F, .18F }, { .44F, .44F }, { .74F, .66F }, { .70F, .92F }, { .42F, 1.0F }, { .22F, .82F }, { .42F, .56F }, { .68F, .30F }, { .80F, .06F } } } } },
  } },
  { 5, { /* 9 */
    { 1, { { 9, { { .76F, .16F }, { .50F, .00F }, { .22F, .16F }, { .26F, .42F }, { .54F, .48F }, { .74F, .30F }, { -.78F, .12F }, { .75F, .56F }, { .70F, 1.0F } } } } },
    { 1, { { 10, { { .74F, .14F }, { .48F, .00F }, { .22F, .18F }, { .30F, .44F }, { .58F, .46F }, { .76F, .24F }, { .78F, .14F }, { .80F, .52F }, { .64F, .90F }, { .28F, .98F } } } } },
    { 1, { { 9, { { .72F, .26F }, { .60F, .04F }, { .32F, .04F }, { .20F, .28F }, { .42F, .46F }, { .70F, .32F }, { .76F, .08F }, { .70F, .54F }, { .56F, 1.0F } } } } },
    { 2, { { 7, { { .52F, .00F }, { .26F, .10F }, { .22F, .36F }, { .46F, .48F }, { .72F, .34F }, { .72F, .12F }, { .50F, .01F } } }, { 3, { { .74F, .06F }, { .72F, .54F }, { .66F, 1.0F } } } } },
    { 1, { { 9, { { .66F, .06F }, { .36F, .06F }, { .22F, .30F }, { .40F, .46F }, { .66F, .34F }, { .74F, .10F }, { .76F, .60F }, { .60F, .96F }, { .24F, .88F } } } } },
  } },
};
/* clang-format on */

/* Numbers of one sample, drawn one after the other. */
typedef struct {
  LmRng rng;
  guint64 i;
} Dice;

static float
uniform (Dice *dice,
         float low,
         float high)
{
  return low + (high - low) * lm_rng_float (&dice->rng, dice->i++);
}

/* Close to normal, mean 0, standard deviation 1, within ±3.5: the sum of twelve bytes. */
static float
normal (Dice *dice)
{
  guint32 word[4];
  int sum = 0;

  lm_rng_block (&dice->rng, 1000 + dice->i++, word);
  for (int k = 0; k < 3; k++)
    sum += (int) (word[k] & 255) + (int) (word[k] >> 8 & 255) + (int) (word[k] >> 16 & 255) + (int) (word[k] >> 24);
  return ((float) sum - 1530.0F) / 255.99F;
}

/* How one sample is written. */
typedef struct {
  float shake;        /* of the points, in units of the digit's height */
  float wave[2][3];   /* amplitude, frequency, phase of the slow wave along x and y */
  float matrix[2][3]; /* unit square to pixels */
  float width;        /* of the pen, in pixels */
  float nib;          /* how much broader down-strokes are, −0.3 … 0.5 */
  float nib_angle;    /* direction in which the nib is broadest */
  float pressure[2];  /* change of width from begin to end of a stroke, in waves */
} Hand;

/* From the unit square to pixels: its middle to the origin, stretched and slanted, turned, to the middle of the picture
 * and a little beside it. */
static void
place_sheet (Hand *hand,
             float width,
             float height,
             float slant,
             float turn,
             float shift_x,
             float shift_y)
{
  float c = cosf (turn);
  float s = sinf (turn);
  float xy = -slant * height;

  hand->matrix[0][0] = c * width;
  hand->matrix[0][1] = c * xy - s * height;
  hand->matrix[1][0] = s * width;
  hand->matrix[1][1] = s * xy + c * height;
  hand->matrix[0][2] = LM_DIGITS_SIDE / 2.0F + shift_x - (hand->matrix[0][0] + hand->matrix[0][1]) / 2;
  hand->matrix[1][2] = LM_DIGITS_SIDE / 2.0F + shift_y - (hand->matrix[1][0] + hand->matrix[1][1]) / 2;
}

static Hand
choose_hand (Dice *dice,
             int digit)
{
  Hand hand = { 0 };
  float care = expf (0.4F * normal (dice));
  float height = CLAMP (19.5F + 1.3F * normal (dice), 15, 23.5F);
  float aspect = CLAMP (0.82F + 0.12F * normal (dice), 0.5F, 1.15F);
  float slant = CLAMP (0.14F + 0.22F * normal (dice), -0.45F, 0.8F);
  float turn = CLAMP (0.09F * normal (dice), -0.3F, 0.3F);

  if (digit == 1)
    aspect *= uniform (dice, 0.45F, 0.9F);
  hand.shake = MIN (0.024F * care, 0.07F);
  for (int k = 0; k < 2; k++) {
    hand.wave[k][0] = 0.03F * care * normal (dice);
    hand.wave[k][1] = uniform (dice, 0.4F, 1.3F);
    hand.wave[k][2] = uniform (dice, 0, 1);
  }
  hand.width = CLAMP (2.3F * expf (0.28F * normal (dice)), 1.2F, 4.2F);
  hand.nib = uniform (dice, -0.1F, 0.4F);
  hand.nib_angle = uniform (dice, 0, (float) G_PI);
  hand.pressure[0] = uniform (dice, 0, 0.25F);
  hand.pressure[1] = uniform (dice, 0, 6.28F);
  place_sheet (&hand, height * aspect, height, slant, turn,
               CLAMP (0.9F * normal (dice), -2.5F, 2.5F), CLAMP (0.9F * normal (dice), -2.5F, 2.5F));
  return hand;
}

/* A point of the unit square, bent by the wave, in pixels. */
static LmInkPoint
place (const Hand *hand,
       float x,
       float y)
{
  float dx = hand->wave[0][0] * sinf (6.2831853F * (hand->wave[0][1] * y + hand->wave[0][2]));
  float dy = hand->wave[1][0] * sinf (6.2831853F * (hand->wave[1][1] * x + hand->wave[1][2]));

  x += dx;
  y += dy;
  return (LmInkPoint){
    hand->matrix[0][0] * x + hand->matrix[0][1] * y + hand->matrix[0][2],
    hand->matrix[1][0] * x + hand->matrix[1][1] * y + hand->matrix[1][2],
  };
}

/* The curve through the points of a stroke, in pixels. Source: Catmull & Rom 1974, uniform, with the ends repeated. */
static int
trace (const Stroke *stroke,
       const Hand *hand,
       Dice *dice,
       LmInkPoint *curve)
{
  LmInkPoint p[MAX_POINTS];
  int n = 0;

  for (int i = 0; i < stroke->n; i++) {
    p[i].x = fabsf (stroke->point[i].x) + hand->shake * normal (dice);
    p[i].y = stroke->point[i].y + hand->shake * normal (dice);
  }
  for (int i = 0; i + 1 < stroke->n; i++) {
    gboolean sharp_before = i == 0 || stroke->point[i].x < 0;
    gboolean sharp_after = i + 2 == stroke->n || stroke->point[i + 1].x < 0;
    LmInkPoint a = sharp_before ? p[i] : p[i - 1];
    LmInkPoint d = sharp_after ? p[i + 1] : p[i + 2];

    for (int k = 0; k < PER_SPAN; k++) {
      float t = (float) k / PER_SPAN;
      float wa = ((-t + 2) * t - 1) * t / 2;
      float wb = ((3 * t - 5) * t * t + 2) / 2;
      float wc = ((-3 * t + 4) * t + 1) * t / 2;
      float wd = (t - 1) * t * t / 2;

      curve[n++] = place (hand, wa * a.x + wb * p[i].x + wc * p[i + 1].x + wd * d.x,
                          wa * a.y + wb * p[i].y + wc * p[i + 1].y + wd * d.y);
    }
  }
  curve[n++] = place (hand, p[stroke->n - 1].x, p[stroke->n - 1].y);
  return n;
}

/* Half the width of the line at point @i, where it runs in direction (dx, dy). */
static float
half_width (const Hand *hand,
            float dx,
            float dy,
            float t)
{
  float along = dx * cosf (hand->nib_angle) + dy * sinf (hand->nib_angle);
  float length = dx * dx + dy * dy;
  float across = length > 0 ? 1 - along * along / length : 0.5F;

  return hand->width / 2 * (1 + hand->nib * (across - 0.5F)) * (1 + hand->pressure[0] * sinf (hand->pressure[1] + 3 * t));
}

static void
add_point (LmInk *ink,
           LmInkPoint p)
{
  g_assert (ink->n_points < LM_INK_MAX_POINTS);
  ink->point[ink->n_points++] = p;
}

static void
close_shape (LmInk *ink)
{
  g_assert (ink->n_shapes < LM_INK_MAX_SHAPES);
  ink->end[ink->n_shapes++] = ink->n_points;
}

/* What the nib leaves when it stands still. */
static void
draw_blob (LmInk *ink,
           LmInkPoint p,
           float r)
{
  static const float corner[SIDES][2] = {
    { 1, 0 },
    { 0.7071F, 0.7071F },
    { 0, 1 },
    { -0.7071F, 0.7071F },
    { -1, 0 },
    { -0.7071F, -0.7071F },
    { 0, -1 },
    { 0.7071F, -0.7071F },
  };

  for (int k = 0; k < SIDES; k++)
    add_point (ink, (LmInkPoint){ p.x + r * corner[k][0], p.y + r * corner[k][1] });
  close_shape (ink);
}

/* The line as one outline, there on its left and back on its right, with a blob at both ends and wherever it turns
 * sharply. All of them turn the same way round, so that the winding rule joins what overlaps. */
static void
draw_stroke (LmInk *ink,
             const Stroke *stroke,
             const Hand *hand,
             Dice *dice)
{
  LmInkPoint curve[MAX_CURVE];
  LmInkPoint side[2][MAX_CURVE];
  int n = trace (stroke, hand, dice, curve);

  for (int i = 0; i < n; i++) {
    LmInkPoint next = curve[MIN (i + 1, n - 1)];
    LmInkPoint last = curve[MAX (i - 1, 0)];
    float dx = next.x - last.x;
    float dy = next.y - last.y;
    float length = MAX (sqrtf (dx * dx + dy * dy), 1e-6F);
    float r = half_width (hand, dx, dy, (float) i / (float) n);
    float bend = (curve[i].x - last.x) * (next.y - curve[i].y) - (curve[i].y - last.y) * (next.x - curve[i].x);
    float dot = (curve[i].x - last.x) * (next.x - curve[i].x) + (curve[i].y - last.y) * (next.y - curve[i].y);

    side[0][i] = (LmInkPoint){ curve[i].x + r * dy / length, curve[i].y - r * dx / length };
    side[1][i] = (LmInkPoint){ curve[i].x - r * dy / length, curve[i].y + r * dx / length };
    if (i == 0 || i == n - 1 || fabsf (bend) > SHARP * dot)
      draw_blob (ink, curve[i], r);
  }
  for (int i = 0; i < n; i++)
    add_point (ink, side[0][i]);
  for (int i = n - 1; i >= 0; i--)
    add_point (ink, side[1][i]);
  close_shape (ink);
}

static Dice
dice_for (guint64 seed,
          int part,
          guint32 i)
{
  return (Dice){ .rng = lm_rng_init (seed, LM_RNG_DIGITS, (guint64) part, i) };
}

int
lm_digits_label (guint64 seed,
                 int part,
                 guint32 i)
{
  Dice dice = dice_for (seed, part, i);

  return (int) lm_rng_below (&dice.rng, 1 << 20, 10);
}

void
lm_digits_ink (guint64 seed,
               int part,
               guint32 i,
               LmInk *ink)
{
  Dice dice = dice_for (seed, part, i);
  int label = lm_digits_label (seed, part, i);
  const Digit *digit = &digits[label];
  const Style *style = &digit->style[(int) uniform (&dice, 0, (float) digit->n_styles)];
  Hand hand = choose_hand (&dice, label);

  ink->n_points = 0;
  ink->n_shapes = 0;
  for (int s = 0; s < style->n_strokes; s++)
    draw_stroke (ink, &style->stroke[s], &hand, &dice);
  ink->soft = uniform (&dice, 0, 0.16F);
  ink->gain = uniform (&dice, 0.8F, 1.25F);
  ink->noise = MAX (0, uniform (&dice, -6, 14));
}

void
lm_digits_develop (guint64 seed,
                   int part,
                   guint32 i,
                   const LmInk *ink,
                   guint8 *pixels)
{
  LmRng rng = dice_for (seed, part, i).rng;
  float soft = ink->soft;
  float gain = ink->gain;
  float noise = ink->noise / 147.8F;                          /* standard deviation of the sum of four bytes */
  float wide[LM_DIGITS_SIDE + 2][LM_DIGITS_SIDE + 2] = { 0 }; /* with a margin of paper */
  float row[LM_DIGITS_SIDE + 2][LM_DIGITS_SIDE] = { 0 };
  guint32 words[LM_DIGITS_PIXELS];

  for (int y = 0; y < LM_DIGITS_SIDE; y++) {
    for (int x = 0; x < LM_DIGITS_SIDE; x++)
      wide[y + 1][x + 1] = pixels[y * LM_DIGITS_SIDE + x];
  }
  for (int y = 1; y <= LM_DIGITS_SIDE; y++) {
    for (int x = 0; x < LM_DIGITS_SIDE; x++)
      row[y][x] = (1 - 2 * soft) * wide[y][x + 1] + soft * (wide[y][x] + wide[y][x + 2]);
  }
  for (guint64 k = 0; k < LM_DIGITS_PIXELS / 4; k++)
    lm_rng_block (&rng, 100000 + k, words + 4 * k);
  for (int y = 0; y < LM_DIGITS_SIDE; y++) {
    for (int x = 0; x < LM_DIGITS_SIDE; x++) {
      guint32 w = words[y * LM_DIGITS_SIDE + x];
      int speck = (int) (w & 255) + (int) (w >> 8 & 255) + (int) (w >> 16 & 255) + (int) (w >> 24) - 510;
      float value = ((1 - 2 * soft) * row[y + 1][x] + soft * (row[y][x] + row[y + 2][x])) * gain;

      value = MIN (value, 255) + noise * (float) speck + 0.5F;
      value = MAX (value, 0);
      pixels[y * LM_DIGITS_SIDE + x] = (guint8) (int) MIN (value, 255);
    }
  }
}
