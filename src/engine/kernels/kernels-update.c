/* kernels-update.c: one step of an optimizer, and dropout
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-vec.h"

/* Constants of a rule, spread once per call. */
typedef struct {
  vf keep; /* 1 − decay */
  vf scale;
  vf clip;
  vf rate;
  vf momentum;
  vf rho;
  vf one_rho;
  vf beta;
  vf one_beta;
  vf direct;
  vf eps;
} Spread;

/* State of one vector of weights; pointers to states that a rule lacks are never read. */
typedef struct {
  vf w;
  vf g;
  vf s0;
  vf s1;
  vf s2;
} Place;

typedef void (*Step) (Place *p, const Spread *c);

INLINE void
sgd (Place *p,
     const Spread *c)
{
  p->w -= c->rate * p->g;
}

INLINE void
momentum (Place *p,
          const Spread *c)
{
  p->s0 = c->momentum * p->s0 - c->rate * p->g;
  p->w += p->s0;
}

INLINE void
nesterov (Place *p,
          const Spread *c)
{
  p->s0 = c->momentum * p->s0 - c->rate * p->g;
  p->w += c->momentum * p->s0 - c->rate * p->g;
}

INLINE void
rmsprop (Place *p,
         const Spread *c)
{
  p->s0 = c->rho * p->s0 + c->one_rho * p->g * p->g;
  p->w -= c->rate * p->g / vsqrt (p->s0 + c->eps);
}

INLINE void
rmsprop_momentum (Place *p,
                  const Spread *c)
{
  p->s0 = c->rho * p->s0 + c->one_rho * p->g * p->g;
  p->s1 = c->momentum * p->s1 + c->rate * p->g / vsqrt (p->s0 + c->eps);
  p->w -= p->s1;
}

INLINE void
rmsprop_centered (Place *p,
                  const Spread *c)
{
  p->s0 = c->rho * p->s0 + c->one_rho * p->g * p->g;
  p->s2 = c->rho * p->s2 + c->one_rho * p->g;
  p->w -= c->rate * p->g / vsqrt (p->s0 - p->s2 * p->s2 + c->eps);
}

INLINE void
rmsprop_centered_momentum (Place *p,
                           const Spread *c)
{
  p->s0 = c->rho * p->s0 + c->one_rho * p->g * p->g;
  p->s2 = c->rho * p->s2 + c->one_rho * p->g;
  p->s1 = c->momentum * p->s1 + c->rate * p->g / vsqrt (p->s0 - p->s2 * p->s2 + c->eps);
  p->w -= p->s1;
}

INLINE void
adam (Place *p,
      const Spread *c)
{
  p->s0 += c->one_beta * (p->g - p->s0);
  p->s1 += c->one_rho * (p->g * p->g - p->s1);
  p->w -= c->rate * p->s0 / (vsqrt (p->s1) + c->eps);
}

INLINE void
amsgrad (Place *p,
         const Spread *c)
{
  p->s0 += c->one_beta * (p->g - p->s0);
  p->s1 += c->one_rho * (p->g * p->g - p->s1);
  p->s2 = vmax (p->s2, p->s1);
  p->w -= c->rate * p->s0 / (vsqrt (p->s2) + c->eps);
}

INLINE void
adagrad (Place *p,
         const Spread *c)
{
  p->s0 += p->g * p->g;
  p->w -= c->rate * p->g / vsqrt (p->s0 + c->eps);
}

INLINE void
adamax (Place *p,
        const Spread *c)
{
  p->s0 += c->one_beta * (p->g - p->s0);
  p->s1 = vmax (c->rho * p->s1, vmax (p->g, -p->g));
  p->w -= c->rate * p->s0 / (p->s1 + c->eps);
}

INLINE void
nadam (Place *p,
       const Spread *c)
{
  p->s0 += c->one_beta * (p->g - p->s0);
  p->s1 += c->one_rho * (p->g * p->g - p->s1);
  p->w -= c->rate * (c->momentum * p->s0 + c->direct * p->g) / (vsqrt (p->s1) + c->eps);
}

INLINE void
adadelta (Place *p,
          const Spread *c)
{
  vf step;

  p->s0 = c->rho * p->s0 + c->one_rho * p->g * p->g;
  step = vsqrt (p->s1 + c->eps) * p->g / vsqrt (p->s0 + c->eps);
  p->s1 = c->rho * p->s1 + c->one_rho * step * step;
  p->w -= c->rate * step;
}

INLINE void
lion (Place *p,
      const Spread *c)
{
  const vf zero = { 0 };
  vf d = c->beta * p->s0 + c->one_beta * p->g;

  p->w -= vsel (d > zero, c->rate, vsel (d < zero, -c->rate, d));
  p->s0 = c->rho * p->s0 + c->one_rho * p->g;
}

INLINE void
run (const LmUpdate *u,
     gsize n,
     const lm_real *g,
     lm_real *w,
     int states,
     Step step)
{
  const LmUpdateRule *r = u->rule;
  const vf zero = { 0 };
  lm_real *s0 = u->s[0], *s1 = u->s[1], *s2 = u->s[2];
  Spread c = {
    .keep = vset (1 - r->decay),
    .scale = vset (r->scale),
    .clip = vset (r->clip > 0 ? r->clip : LM_REAL (INFINITY)),
    .rate = vset (r->rate),
    .momentum = vset (r->momentum),
    .rho = vset (r->rho),
    .one_rho = vset (1 - r->rho),
    .beta = vset (r->beta),
    .one_beta = vset (1 - r->beta),
    .direct = vset (r->direct),
    .eps = vset (r->eps),
  };

  VFOR (n, {
    Place p = {
      .w = VGET (w) * c.keep,
      .g = vmin (c.clip, vmax (-c.clip, VGET (g) * c.scale)),
      .s0 = (states & 1) ? VGET (s0) : zero,
      .s1 = (states & 2) ? VGET (s1) : zero,
      .s2 = (states & 4) ? VGET (s2) : zero,
    };

    step (&p, &c);
    VPUT (w, p.w);
    if (states & 1)
      VPUT (s0, p.s0);
    if (states & 2)
      VPUT (s1, p.s1);
    if (states & 4)
      VPUT (s2, p.s2);
  });
}

static void
update_rmsprop (const LmUpdate *u,
                gsize n,
                const lm_real *g,
                lm_real *w)
{
  gboolean has_momentum = u->rule->momentum != 0;

  if (u->rule->centered && has_momentum)
    run (u, n, g, w, 7, rmsprop_centered_momentum);
  else if (u->rule->centered)
    run (u, n, g, w, 5, rmsprop_centered);
  else if (has_momentum)
    run (u, n, g, w, 3, rmsprop_momentum);
  else
    run (u, n, g, w, 1, rmsprop);
}

void
kernel_update (const LmUpdate *u,
               gsize n,
               const lm_real *g,
               lm_real *w)
{
  switch (u->rule->kind) {
  case LM_UPDATE_SGD:
    run (u, n, g, w, 0, sgd);
    break;
  case LM_UPDATE_MOMENTUM:
    if (u->rule->nesterov)
      run (u, n, g, w, 1, nesterov);
    else
      run (u, n, g, w, 1, momentum);
    break;
  case LM_UPDATE_RMSPROP:
    update_rmsprop (u, n, g, w);
    break;
  case LM_UPDATE_ADAM:
    if (u->rule->amsgrad)
      run (u, n, g, w, 7, amsgrad);
    else
      run (u, n, g, w, 3, adam);
    break;
  case LM_UPDATE_ADAGRAD:
    run (u, n, g, w, 1, adagrad);
    break;
  case LM_UPDATE_ADAMAX:
    run (u, n, g, w, 3, adamax);
    break;
  case LM_UPDATE_NADAM:
    run (u, n, g, w, 3, nadam);
    break;
  case LM_UPDATE_ADADELTA:
    run (u, n, g, w, 3, adadelta);
    break;
  case LM_UPDATE_LION:
    run (u, n, g, w, 1, lion);
    break;
  default:
    break;
  }
}

static void
dropout (const LmRng *rng,
         guint64 first,
         gsize n,
         lm_real rate,
         const lm_real *x,
         lm_real *y,
         gboolean add)
{
  enum {
    BLOCK = 512
  };
  float draw[BLOCK];
  lm_real factor = 1 / (1 - rate);

  for (gsize from = 0; from < n; from += BLOCK) {
    gsize m = LM_MIN (n - from, BLOCK);

    lm_rng_fill_float (rng, first + from, m, draw);
    if (add)
      for (gsize i = 0; i < m; i++)
        y[from + i] += draw[i] >= (float) rate ? x[from + i] * factor : 0;
    else
      for (gsize i = 0; i < m; i++)
        y[from + i] = draw[i] >= (float) rate ? x[from + i] * factor : 0;
  }
}

void
LM_K (lm_fill_update) (LmKernels *table)
{
  table->update = kernel_update;
  table->dropout = dropout;
}
