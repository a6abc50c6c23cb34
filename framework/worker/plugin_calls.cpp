#include "worker/plugin_calls.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string_view>
#include <utility>

#include "folio/error.h"
#include "worker/crash_report.h"
#include "worker/failure.h"

namespace folio::worker {
namespace {

/// What framework code threw from within a call that a plugin made: it passes through the plugin and comes out as it
/// was, whatever the plugin made of it.
class PassedThrough {
 public:
  template <typename Work>
  void run(const Work& work) {
    try {
      work();
    } catch (...) {
      exception_ = std::current_exception();
      throw;
    }
  }

  void rethrow_if_any() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::exception_ptr exception_;
};

bool is_lack_of_memory(const c10::Error& error) {
  const std::string_view what = error.what_without_backtrace();
  return what.find("not enough memory") != std::string_view::npos ||
         what.find("out of memory") != std::string_view::npos;
}

[[noreturn]] void throw_named(const std::string& name, const char* when, const std::string& what) {
  throw Error(ErrorKind::plugin, name + ": failed in " + when + ": " + what);
}

/// Of what was caught: no fault of the plugin's, perhaps, but it asked for the memory.
[[noreturn]] void throw_lack_of_memory(const std::string& name, const char* when) {
  throw Error(ErrorKind::run, name + ": no memory was left in " + when + ": " + current_failure().message);
}

/// `when` names the function of the plugin's interface: "loss()".
template <typename Work>
decltype(auto) call(const std::string& name, const char* when, const Work& work) {
  const PluginAtWork at_work(name.c_str());
  try {
    return work();
  } catch (const Error& error) {
    if (std::string_view(error.what()).starts_with(name)) throw;
    throw Error(error.kind(), name + ": " + error.what());
  } catch (const std::bad_alloc&) {
    throw_lack_of_memory(name, when);
  } catch (const c10::Error& error) {
    if (is_lack_of_memory(error)) throw_lack_of_memory(name, when);
    throw_named(name, when, plain_message(error));
  } catch (const std::exception& error) {
    throw_named(name, when, plain_message(error));
  } catch (...) {
    throw_named(name, when, "it threw something that is not an exception");
  }
}

class GuardedDataset : public Dataset {
 public:
  GuardedDataset(std::unique_ptr<Dataset> dataset, std::string name)
      : dataset_(std::move(dataset)), name_(std::move(name)) {}

  void read(const std::function<void(Document)>& sink) const override {
    PassedThrough from_sink;
    try {
      call(name_, "read()",
           [&] { dataset_->read([&](Document document) { from_sink.run([&] { sink(std::move(document)); }); }); });
    } catch (...) {
      from_sink.rethrow_if_any();
      throw;
    }
  }

  std::vector<TokenShard> token_shards() const override {
    return call(name_, "token_shards()", [&] { return dataset_->token_shards(); });
  }

 private:
  std::unique_ptr<Dataset> dataset_;
  std::string name_;
};

class GuardedTokenizer : public Tokenizer {
 public:
  GuardedTokenizer(std::unique_ptr<Tokenizer> tokenizer, std::string name)
      : tokenizer_(std::move(tokenizer)), name_(std::move(name)) {}

  void train(const TextSource& texts, const std::vector<SpecialToken>& special_tokens,
             const Progress& progress) override {
    PassedThrough from_framework;
    const TextSource passed_texts = [&](const std::function<void(std::string_view)>& take) {
      // What `take` throws is the plugin's own.
      std::exception_ptr of_plugin;
      try {
        texts([&](std::string_view text) {
          try {
            take(text);
          } catch (...) {
            of_plugin = std::current_exception();
            throw;
          }
        });
      } catch (...) {
        if (of_plugin) std::rethrow_exception(of_plugin);
        from_framework.run([] { throw; });
      }
    };
    const Progress passed_progress =
        progress ? Progress([&](double done, double total) { from_framework.run([&] { progress(done, total); }); })
                 : Progress();
    try {
      call(name_, "train()", [&] { tokenizer_->train(passed_texts, special_tokens, passed_progress); });
    } catch (...) {
      from_framework.rethrow_if_any();
      throw;
    }
  }

  bool is_pretrained() const override {
    return call(name_, "is_pretrained()", [&] { return tokenizer_->is_pretrained(); });
  }
  std::string to_json() const override {
    return call(name_, "to_json()", [&] { return tokenizer_->to_json(); });
  }
  void load_json(std::string_view text) override {
    call(name_, "load_json()", [&] { tokenizer_->load_json(text); });
  }
  void load_special_tokens(std::string_view tokenizer_config) override {
    call(name_, "load_special_tokens()", [&] { tokenizer_->load_special_tokens(tokenizer_config); });
  }
  std::vector<std::string> notes() const override {
    return call(name_, "notes()", [&] { return tokenizer_->notes(); });
  }
  std::vector<TokenId> encode(std::string_view text) const override {
    return call(name_, "encode()", [&] { return tokenizer_->encode(text); });
  }
  std::vector<TokenId> encode_rest(std::string_view text) const override {
    return call(name_, "encode_rest()", [&] { return tokenizer_->encode_rest(text); });
  }
  std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const override {
    return call(name_, "decode()", [&] { return tokenizer_->decode(ids, skip_special_tokens); });
  }
  std::string token(TokenId id) const override {
    return call(name_, "token()", [&] { return tokenizer_->token(id); });
  }
  std::int64_t vocab_size() const override {
    return call(name_, "vocab_size()", [&] { return tokenizer_->vocab_size(); });
  }
  std::optional<TokenId> special_token_id(SpecialToken token, int index) const override {
    return call(name_, "special_token_id()", [&] { return tokenizer_->special_token_id(token, index); });
  }

 private:
  std::unique_ptr<Tokenizer> tokenizer_;
  std::string name_;
};

class GuardedDecoding : public Decoding {
 public:
  GuardedDecoding(std::unique_ptr<Decoding> decoding, const std::string& name)
      : decoding_(std::move(decoding)), name_(name) {}

  at::Tensor read(const at::Tensor& ids) override {
    return call(name_, "read() of its decoding", [&] { return decoding_->read(ids); });
  }

 private:
  std::unique_ptr<Decoding> decoding_;
  const std::string& name_;  // the model's, which outlives it
};

class GuardedModel : public Model {
 public:
  GuardedModel(std::unique_ptr<Model> model, std::string name) : model_(std::move(model)), name_(std::move(name)) {}

  const std::vector<Parameter>& parameters() const override {
    return call(name_, "parameters()", [&]() -> const std::vector<Parameter>& { return model_->parameters(); });
  }
  void initialize() override {
    call(name_, "initialize()", [&] { model_->initialize(); });
  }
  void training(bool on) override {
    call(name_, "training()", [&] { model_->training(on); });
  }
  at::Tensor loss(const Batch& batch, std::int64_t num_items) override {
    return call(name_, "loss()", [&] { return model_->loss(batch, num_items); });
  }
  bool counts_labels_before_shift() const override {
    return call(name_, "counts_labels_before_shift()", [&] { return model_->counts_labels_before_shift(); });
  }
  bool smooths_labels() const override {
    return call(name_, "smooths_labels()", [&] { return model_->smooths_labels(); });
  }
  at::Tensor token_losses(const Batch& batch) override {
    return call(name_, "token_losses()", [&] { return model_->token_losses(batch); });
  }
  at::Tensor logits(const Batch& batch) override {
    return call(name_, "logits()", [&] { return model_->logits(batch); });
  }
  at::Tensor next_token_logits(const Batch& batch) override {
    return call(name_, "next_token_logits()", [&] { return model_->next_token_logits(batch); });
  }
  std::unique_ptr<Decoding> begin_decoding(const Batch& source) override {
    return std::make_unique<GuardedDecoding>(
        call(name_, "begin_decoding()", [&] { return model_->begin_decoding(source); }), name_);
  }
  std::int64_t max_length() const override {
    return call(name_, "max_length()", [&] { return model_->max_length(); });
  }
  double activation_bytes(const BatchShape& shape, int bytes_per_element) const override {
    return call(name_, "activation_bytes()", [&] { return model_->activation_bytes(shape, bytes_per_element); });
  }
  double training_flops(const BatchShape& shape) const override {
    return call(name_, "training_flops()", [&] { return model_->training_flops(shape); });
  }
  std::string config_json() const override {
    return call(name_, "config_json()", [&] { return model_->config_json(); });
  }
  std::vector<std::string> linear_layers() const override {
    return call(name_, "linear_layers()", [&] { return model_->linear_layers(); });
  }
  std::vector<std::string> usual_lora_layers() const override {
    return call(name_, "usual_lora_layers()", [&] { return model_->usual_lora_layers(); });
  }
  void add_lora(const Lora& lora) override {
    call(name_, "add_lora()", [&] { model_->add_lora(lora); });
  }
  const Lora* lora() const override {
    return call(name_, "lora()", [&] { return model_->lora(); });
  }

 private:
  std::unique_ptr<Model> model_;
  std::string name_;
};

}  // namespace

plugin_host::LoadedPlugin load_library(const std::string& path, const std::string& hash, const std::string& name) {
  const PluginAtWork at_work(name.c_str());
  plugin_host::LoadedPlugin plugin(path, hash);
  name_library_in_crashes(plugin.loaded_from(), plugin.name());
  return plugin;
}

plugin_host::LoadedPlugin load_library(const nlohmann::json& library) {
  const std::string path = library.at("library");
  return load_library(path, library.value("library_hash", ""), "the plugin in " + path);
}

std::unique_ptr<Dataset> guarded(std::unique_ptr<Dataset> dataset, const std::string& name) {
  return std::make_unique<GuardedDataset>(std::move(dataset), name);
}

std::unique_ptr<Tokenizer> guarded(std::unique_ptr<Tokenizer> tokenizer, const std::string& name) {
  return std::make_unique<GuardedTokenizer>(std::move(tokenizer), name);
}

std::unique_ptr<Model> guarded(std::unique_ptr<Model> model, const std::string& name) {
  return std::make_unique<GuardedModel>(std::move(model), name);
}

train::TrainingResult trained(const std::string& name, const std::function<train::TrainingResult()>& train) {
  try {
    return train();
  } catch (const Error&) {
    throw;
  } catch (const c10::Error& error) {
    if (is_lack_of_memory(error)) throw;
    throw_named(name, "the backward pass of its loss", error.what_without_backtrace());
  }
}

template <typename Interface>
std::unique_ptr<Interface> make_guarded(const plugin_host::LoadedPlugin& plugin, const OptionValues& values) {
  const std::string name = plugin.name();
  const PluginAtWork at_work(name.c_str());
  return guarded(plugin.make<Interface>(values), name);
}

template std::unique_ptr<Dataset> make_guarded(const plugin_host::LoadedPlugin&, const OptionValues&);
template std::unique_ptr<Tokenizer> make_guarded(const plugin_host::LoadedPlugin&, const OptionValues&);
template std::unique_ptr<Model> make_guarded(const plugin_host::LoadedPlugin&, const OptionValues&);

}  // namespace folio::worker
