#pragma once

#include <optional>
#include <string>

#include "runs/compare/comparability.h"

/// The checks of check_comparability() that are no plain look-up of a fact, and what those have in common with them.
namespace folio::runs {

struct Effects {
  Effect token_loss = Effect::none, text_loss = Effect::none, evaluation = Effect::none;
  Effect speed = Effect::none, memory = Effect::none;
  Effect train_loss = Effect::none,
         eval_loss = Effect::none;  ///< the losses per token of training, or of the evaluation, alone
};

void set_effects(Check& check, const Effects& effects);

/// `when_different`, as it is said of a finding; empty where they are equal.
std::string meaning_of(Finding finding, const std::string& when_different);

/// The same plugins in other builds. Two runs with other plugins differ in their settings, and not by this check.
Check check_builds(const Run& a, const Run& b);

/// What the models were before training. None where both were random.
std::optional<Check> check_starting_weights(const Run& a, const Run& b);

/// A run that is not over, or was cut short, has figures of a part of itself.
Check check_states(const Run& a, const Run& b);

/// A loss or a time over a whole run is one of so many steps.
Check check_length(const Run& a, const Run& b);

/// Of a machine that other work kept busy, times say little.
Check check_busy(const Run& a, const Run& b);

/// The variables of the environment that change what code runs or how it computes. None where both had the same.
std::optional<Check> check_variables(const Run& a, const Run& b);

}  // namespace folio::runs
