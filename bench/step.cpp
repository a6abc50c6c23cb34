// Times one training step of a model at its defaults on random tokens: 4 sequences of 128, dropout 0.1, AdamW,
// gradients clipped. A masked model is asked for every seventh token; t5 reads 128 tokens and writes as many.
//
//   usage: folio_bench_step gpt|bert|distilbert|t5 float32|bfloat16 STEPS
//
// The time depends on how the C library keeps freed memory; run it with the tunables that the worker sets. On a machine
// that is busy, OMP_NUM_THREADS=1 and the processor's time tell more than the clock.

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adamw.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/ne.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/sum.h>
#include <ATen/ops/zeros_like.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>
#include <vector>

#include "bert.h"
#include "distilbert.h"
#include "gpt.h"
#include "t5.h"

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

constexpr std::int64_t kSamples = 4, kLength = 128;

/// A model at its defaults, and a batch of random tokens as its objective makes it.
struct Subject {
  std::unique_ptr<folio::Model> model;
  folio::Batch batch;
};

template <typename M>
std::unique_ptr<folio::Model> at_defaults(std::int64_t vocab_size) {
  return std::make_unique<M>(folio::OptionValues(M::options(), {{"vocab_size", vocab_size}}));
}

Subject make_subject(const std::string& name) {
  const auto tokens = [](std::int64_t vocab_size) {
    return at::randint(vocab_size, {kSamples, kLength + 1}, at::TensorOptions().dtype(at::kLong));
  };
  if (name == "gpt") {
    const at::Tensor ids = tokens(50257);
    return {at_defaults<folio::Gpt>(50257), {.input_ids = ids.slice(1, 0, kLength), .labels = ids.slice(1, 1)}};
  }
  if (name == "bert" || name == "distilbert") {
    const at::Tensor ids = tokens(30522).slice(1, 1).contiguous();
    const at::Tensor labels = ids.masked_fill(at::arange(kLength).remainder(7).ne(0), folio::kIgnoredLabel);
    return {name == "bert" ? at_defaults<folio::Bert>(30522) : at_defaults<folio::DistilBert>(30522),
            {.input_ids = ids, .labels = labels}};
  }
  if (name == "t5") {
    const at::Tensor ids = tokens(32128);
    return {at_defaults<folio::T5>(32128),
            {.input_ids = ids.slice(1, 1), .decoder_input_ids = ids.slice(1, 0, kLength), .labels = ids.slice(1, 1)}};
  }
  return {};
}

class Bench {
 public:
  explicit Bench(Subject subject) : model_(*subject.model), subject_(std::move(subject)) {
    labels_ = subject_.batch.labels.ne(folio::kIgnoredLabel).sum().item<std::int64_t>();
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
    const at::Tensor loss = model_.loss(subject_.batch, labels_);
    lap(0);
    loss.backward();
    lap(1);
    const at::NoGradGuard no_grad;
    std::vector<at::Tensor> gradients;
    for (const at::Tensor& weight : weights_) gradients.push_back(weight.grad());
    const at::Tensor norm = at::linalg_vector_norm(at::stack(at::_foreach_norm(gradients)));
    const at::Tensor divisor = norm.add(1e-6).clamp_min(1);
    lap(2);
    for (const at::Tensor& count : counts_) count.add_(1);
    at::_fused_adamw_(weights_, gradients, first_moments_, second_moments_, {}, counts_, /*lr=*/5e-5, 0.9, 0.999,
                      /*weight_decay=*/0.0, 1e-8, /*amsgrad=*/false, /*maximize=*/false, /*grad_scale=*/divisor);
    for (const at::Tensor& weight : weights_) weight.mutable_grad() = at::Tensor();
    at::autocast::clear_cache();
    lap(3);
    return times;
  }

 private:
  folio::Model& model_;
  Subject subject_;
  std::int64_t labels_ = 0;
  std::vector<at::Tensor> weights_, first_moments_, second_moments_, counts_;
};

}  // namespace

int main(int argc, char** argv) {
  at::Generator generator = at::detail::getDefaultCPUGenerator();
  generator.set_current_seed(42);
  const std::string precision = argc == 4 ? argv[2] : "";
  Subject subject = make_subject(argc == 4 ? argv[1] : "");
  if (!subject.model || (precision != "float32" && precision != "bfloat16")) {
    std::fprintf(stderr, "usage: %s gpt|bert|distilbert|t5 float32|bfloat16 STEPS\n", argv[0]);
    return 2;
  }
  Bench bench(std::move(subject));
  if (precision == "bfloat16") {
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, true);
  }
  bench.step();
  const int steps = std::max(1, std::atoi(argv[3]));
  std::vector<Times> all;
  for (int i = 0; i < steps; ++i) all.push_back(bench.step());
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
