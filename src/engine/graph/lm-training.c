/* lm-training.c: the training settings of a design, as a table like any other
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#include "config.h"

#include "lm-design.h"

#include "lm-i18n.h"

#include <math.h>

static const LmOptionSpec options[LM_TRAINING_N_OPTIONS] = {
  [LM_TRAINING_LOSS] = {
    .kind = LM_OPTION_OBJECT,
    .id = "loss",
    .title = N_ ("Loss"),
    .help = N_ ("What training makes small. None: the loss that suits the targets, which is sparse categorical crossentropy for classes and mean squared error for numbers."),
    .family = "loss",
    .nullable = TRUE,
  },
  [LM_TRAINING_OPTIMIZER] = {
    .kind = LM_OPTION_OBJECT,
    .id = "optimizer",
    .title = N_ ("Optimizer"),
    .help = N_ ("How the weights follow their gradients, with the learning rate."),
    .family = "optimizer",
    .initial_text = "rmsprop",
  },
  [LM_TRAINING_BATCH_SIZE] = {
    .kind = LM_OPTION_INT,
    .id = "batch_size",
    .title = N_ ("Batch size"),
    .help = N_ ("Samples whose mean gradient makes one step. Larger batches use the processor better and need more memory."),
    .unit = N_ ("samples"),
    .initial = 32,
    .min = 1,
    .max = 65536,
    .log_scale = TRUE,
  },
  [LM_TRAINING_EPOCHS] = {
    .kind = LM_OPTION_INT,
    .id = "epochs",
    .title = N_ ("Epochs"),
    .help = N_ ("How often training goes through all training samples, in total."),
    .initial = 10,
    .min = 1,
    .max = 1000000,
    .log_scale = TRUE,
  },
  [LM_TRAINING_VALIDATION_SPLIT] = {
    .kind = LM_OPTION_DOUBLE,
    .id = "validation_split",
    .title = N_ ("Validation split"),
    .help = N_ ("Share of the training samples that is kept for validation if the data have no validation part of their own. None: the rule of the data source, a tenth for most."),
    .initial = NAN,
    .min = 0,
    .max = 0.9,
    .nullable = TRUE,
  },
  [LM_TRAINING_SHUFFLE] = {
    .kind = LM_OPTION_BOOL,
    .id = "shuffle",
    .title = N_ ("Shuffle"),
    .help = N_ ("A new order of the training samples in each epoch, drawn from the seed."),
    .initial = TRUE,
    .rare = TRUE,
  },
  [LM_TRAINING_SEED] = {
    .kind = LM_OPTION_INT,
    .id = "seed",
    .title = N_ ("Seed"),
    .help = N_ ("First weights, order of the samples and dropout follow from this number: the same seed gives the same result."),
    .initial = 0,
    .min = 0,
    .max = 4294967295,
    .rare = TRUE,
  },
  [LM_TRAINING_STOP_EARLY] = {
    .kind = LM_OPTION_INT,
    .id = "stop_early",
    .title = N_ ("Stop early"),
    .help = N_ ("Training ends after so many epochs without a gain in the validation loss. None: never."),
    .unit = N_ ("epochs"),
    .initial = NAN,
    .min = 1,
    .max = 10000,
    .nullable = TRUE,
  },
};

const LmMember lm_training_member = {
  .id = "training",
  .title = N_ ("Training"),
  .help = N_ ("How the network is trained."),
  .options = options,
  .n_options = G_N_ELEMENTS (options),
};
