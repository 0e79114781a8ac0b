/* lm-engine.h: the engine for those above it: the only header of it that cli, draw and ui include
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */

#pragma once

#include "lm-activations.h"
#include "lm-array-file.h"
#include "lm-ascent.h"
#include "lm-check.h"
#include "lm-data-report.h"
#include "lm-design-json.h"
#include "lm-edit.h"
#include "lm-evaluate.h"
#include "lm-grad-cam.h"
#include "lm-graph-picture.h"
#include "lm-image.h"
#include "lm-ink.h"
#include "lm-json.h"
#include "lm-kernels-sheet.h"
#include "lm-kernels.h"
#include "lm-mailbox.h"
#include "lm-metric.h"
#include "lm-npy.h"
#include "lm-option-json.h"
#include "lm-picture.h"
#include "lm-prediction.h"
#include "lm-probes.h"
#include "lm-project.h"
#include "lm-range-test.h"
#include "lm-report.h"
#include "lm-run.h"
#include "lm-safetensors.h"
#include "lm-sample.h"
#include "lm-score.h"
#include "lm-source.h"
#include "lm-template.h"
#include "lm-trainer.h"
