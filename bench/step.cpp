// Times one training step of GPT-2 small on random tokens: 4 sequences of 140, dropout 0.1, AdamW, gradients clipped.
//
//   usage: folio_bench_step float32|bfloat16 STEPS
//
// The time depends on how the C library keeps freed memory; run it with the tunables that the worker sets. On a machine
// that is busy, OMP_NUM_THREADS=1 and the processor's time tell more than the clock.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

#include "gpt.h"

namespace {

constexpr std::array kPhases{"forward", "backward", "norm", "optimizer"};

struct Time {
  double wall = 0;
  double processor = 0;  ///< of all threads together
};
using Times = std::array<Time, kPhases.size()>;

Time now() {
  const auto read = [](clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
  };
  return {read(CLOCK_MONOTONIC), read(CLOCK_PROCESS_CPUTIME_ID)};
}

class Bench {
 public:
  Bench() : model_(folio::OptionValues(folio::Gpt::options(), {{"vocab_size", std::int64_t{50257}}})) {
    const Time start = now();
    model_.initialize();
    std::printf("initialized in %.2f s, processor %.2f s\n", now().wall - start.wall,
                now().processor - start.processor);
    model_.training(true);
    for (const folio::Parameter& parameter : model_.parameters()) {
      weights_.push_back(parameter.tensor);
      first_moments_.push_back(at::zeros_like(parameter.tensor).detach());
      second_moments_.push_back(at::zeros_like(parameter.tensor).detach());
      counts_.push_back(at::zeros({}, at::TensorOptions().dtype(at::kFloat)));
    }
  }

  Times step() {
    Times times;
    Time last = now();
    const auto lap = [&](std::size_t phase) {
      const Time time = now();
      times[phase] = {time.wall - last.wall, time.processor - last.processor};
      last = time;
    };
    const at::Tensor tokens = at::randint(50257, {4, 141}, at::TensorOptions().dtype(at::kLong));
    const folio::Batch batch{.input_ids = tokens.slice(1, 0, 140), .attention_mask = {}, .labels = tokens.slice(1, 1)};
    const at::Tensor loss = model_.loss(batch, 4 * 140);
    lap(0);
    loss.backward();
    lap(1);
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> gradients;
    for (const at::Tensor& weight : weights_) {
      gradients.push_back(weight.grad());
    }
    const at::Tensor norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
    const at::Tensor divisor = norm.add(1e-6).clamp_min(1);
    lap(2);
    for (const at::Tensor& count : counts_) {
      count.add_(1);
    }
    at::_fused_adamw_(weights_, gradients, first_moments_, second_moments_, {}, counts_, /*lr=*/5e-5, 0.9, 0.999,
                      /*weight_decay=*/0.0, 1e-8, /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/divisor);
    for (const at::Tensor& weight : weights_) {
      weight.mutable_grad() = at::Tensor();
    }
    at::autocast::clear_cache();
    lap(3);
    return times;
  }

 private:
  folio::Gpt model_;
  std::vector<at::Tensor> weights_, first_moments_, second_moments_, counts_;
};

}  // namespace

int main(int argc, char** argv) {
  const std::string precision = argc == 3 ? argv[1] : "";
  if (precision != "float32" && precision != "bfloat16") {
    std::fprintf(stderr, "usage: %s float32|bfloat16 STEPS\n", argv[0]);
    return 2;
  }
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  generator.set_current_seed(42);
  Bench bench;
  if (precision == "bfloat16") {
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, true);
  }
  bench.step();
  const int steps = std::max(1, std::atoi(argv[2]));
  std::vector<Times> all;
  for (int i = 0; i < steps; ++i) {
    all.push_back(bench.step());
  }
  Time total;
  for (std::size_t phase = 0; phase < kPhases.size(); ++phase) {
    const auto best = [&](double Time::* clock) {
      return (*std::ranges::min_element(all, {}, [&](const Times& times) { return times[phase].*clock; }))[phase].*
             clock;
    };
    const Time time{best(&Time::wall), best(&Time::processor)};
    std::printf("%-14s %.3f s, processor %.3f s\n", kPhases[phase], time.wall, time.processor);
    total.wall += time.wall;
    total.processor += time.processor;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  std::printf("%s, %d threads: %.3f s a step, processor %.3f s (each phase at its best); peak %ld MiB\n",
              precision.c_str(), at::get_num_threads(), total.wall, total.processor, usage.ru_maxrss / 1024);
  return 0;
}
