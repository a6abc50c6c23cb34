#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace folio::cli {

/// How a model chooses its tokens; the worker's `generate` says what they mean.
struct SamplingChoice {
  std::int64_t max_new_tokens = 100;
  double temperature = 0.8;
  std::int64_t top_k = 50;
  double top_p = 1.0;
  std::int64_t seed = 42;
};

/// "/max-new-tokens, /temperature, /top-k, /top-p and /seed".
std::string sampling_command_names();

/// Does what a typed line such as "/temperature 0.5" asks for, and gives what is to be told. Throws Error (usage) that
/// says what was expected and leaves the choice as it was.
std::string do_sampling_command(std::string_view line, SamplingChoice& choice);

}  // namespace folio::cli
