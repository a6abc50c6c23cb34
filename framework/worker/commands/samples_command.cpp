#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "data/collator.h"
#include "folio/error.h"
#include "support/cache.h"
#include "support/files.h"
#include "train/batches.h"
#include "train/training_plan.h"
#include "worker/commands/commands.h"
#include "worker/preparation.h"
#include "worker/token_text.h"

namespace folio::worker {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// Where the tokens lie where there is no cache for them: a folder that is gone when the work is done.
/// Locked as long as it is in use, so that what a killed process left can be told from it.
class ScratchFolder {
 public:
  ScratchFolder() {
    if (!cache_folder().empty()) return;
    const fs::path parent = fs::temp_directory_path();
    remove_abandoned(parent);
    std::string name = (parent / (std::string(kName) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr)
      throw_errno(ErrorKind::run, parent, "no folder can be made there (the variable TMPDIR names another)");
    path_ = name;
    lock_ = FileDescriptor(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    ::flock(lock_.get(), LOCK_EX | LOCK_NB);
  }
  ~ScratchFolder() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  static constexpr std::string_view kName = "folio-data-";

  static void remove_abandoned(const fs::path& parent) {
    std::error_code error;
    std::vector<fs::path> found;
    for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error))
      if (entry->path().filename().string().starts_with(kName)) found.push_back(entry->path());
    // One that was made this moment may not be locked yet.
    constexpr std::chrono::minutes kNew{1};
    for (const fs::path& path : found) {
      const FileDescriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
      struct stat status{};
      const bool ours = folder && ::fstat(folder.get(), &status) == 0 && status.st_uid == ::geteuid();
      if (!ours || fs::file_time_type::clock::now() - fs::last_write_time(path, error) < kNew || error) continue;
      if (::flock(folder.get(), LOCK_EX | LOCK_NB) == 0) fs::remove_all(path, error);
    }
  }

  fs::path path_;
  FileDescriptor lock_;
};

/// The first row of a batch's ids.
std::vector<TokenId> first_row(const at::Tensor& ids) {
  const auto* begin = ids.data_ptr<std::int64_t>();
  return {begin, begin + ids.size(1)};
}

json described(const std::vector<TokenId>& ids, TokenDescriber& describe) {
  json tokens = json::array();
  for (const TokenId id : ids) tokens.push_back(id == kIgnoredLabel ? json() : describe(id));
  return tokens;
}

json overview(const Job& job, const data::Samples& training, const data::Samples& evaluation) {
  std::int64_t shortest = training.longest();
  for (std::int64_t i = 0; i < training.size(); ++i) shortest = std::min(shortest, training.length(i));
  return {{"objective", to_string(job.objective())}, {"samples", training.size()},
          {"tokens", training.token_count()},        {"shortest", shortest},
          {"longest", training.longest()},           {"eval_samples", evaluation.size()},
          {"eval_tokens", evaluation.token_count()}};
}

/// What the objective makes of one sample.
json told_sample(const Batch& batch, const Tokenizer& tokenizer, TokenDescriber& describe) {
  const std::vector<TokenId> ids = first_row(batch.input_ids);
  const std::vector<TokenId> labels = first_row(batch.labels);
  json sample{{"tokens", described(ids, describe)},
              {"labels", described(labels, describe)},
              {"text", tokenizer.decode(ids, /*skip_special_tokens=*/false)}};
  if (batch.decoder_input_ids.defined())
    sample["target_text"] = tokenizer.decode(labels, /*skip_special_tokens=*/false);
  return sample;
}

}  // namespace

int samples(const std::string& request_text) {
  const Job job = Job::from_request(request_text);
  const json show = json::parse(request_text).at("show");
  ProgressLines out;
  const ScratchFolder scratch;
  const JobData job_data = prepare_data(job, scratch.path(), out);
  const std::int64_t count = job_data.training.size();
  const std::int64_t first = show.at("first");
  if (first >= count) {
    throw Error(ErrorKind::usage,
                fmt::format("--sample is {}, but there are {} samples, counted from 0", first, count));
  }
  out.write({{"data", overview(job, job_data.training, job_data.evaluation)}});
  const std::int64_t epoch = show.at("epoch");
  const train::TrainingPlan plan = train::plan_training(job.training(), count);
  train::EpochOrders orders(job_data.training, job.data_options().shuffle, job.training(), plan);
  for (std::int64_t before = 0; before < epoch; ++before) orders.next();
  const data::SampleOrder order = orders.next();
  const auto collator =
      data::make_collator(job.objective(), job.data_options().objective, *job_data.tokenizer, job.training().data_seed);
  TokenDescriber describe(*job_data.tokenizer);
  const std::int64_t end = std::min(count, first + show.at("count").get<std::int64_t>());
  for (std::int64_t position = first; position < end; ++position) {
    const std::int64_t index = order.at(position);
    json sample = told_sample(collator->collate(job_data.training, {&index, 1}, epoch), *job_data.tokenizer, describe);
    sample["position"] = position;
    sample["index"] = index;
    out.write({{"sample", std::move(sample)}});
  }
  return 0;
}

}  // namespace folio::worker
