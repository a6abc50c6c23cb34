#include "tokenizers/special_roles.h"

#include <algorithm>
#include <utility>

namespace folio {
namespace {

constexpr std::pair<SpecialToken, std::string_view> kRoleNames[] = {
    {SpecialToken::end_of_text, "eos_token"},    {SpecialToken::beginning_of_text, "bos_token"},
    {SpecialToken::padding, "pad_token"},        {SpecialToken::unknown, "unk_token"},
    {SpecialToken::classification, "cls_token"}, {SpecialToken::separator, "sep_token"},
    {SpecialToken::mask, "mask_token"},
};

/// Where several processors have a token for one part, the first counts.
void add_roles(const JsonPart& part, SpecialRoles& roles) {
  const std::string& type = part.at("type").text();
  if (type == "Sequence") return part.at("processors").for_each([&](const JsonPart& step) { add_roles(step, roles); });
  std::string before;
  std::string after;
  if (type == "BertProcessing" || type == "RobertaProcessing") {
    const auto token = [&](const char* name) {
      const JsonPart pair = part.at(name);
      if (!pair.value().is_array() || pair.value().size() != 2) pair.fail_expecting("a token and its id");
      return JsonPart(pair.value()[0], pair.path() + "[0]").text();
    };
    before = token("cls");
    after = token("sep");
  } else if (type == "TemplateProcessing") {
    bool is_behind = false;
    part.at("single").for_each([&](const JsonPart& element) {
      is_behind |= element.has("Sequence");
      if (!element.has("SpecialToken")) return;
      const std::string& token = element.at("SpecialToken").at("id").text();
      if (is_behind)
        after = token;
      else if (before.empty())
        before = token;
    });
  }
  if (!before.empty()) roles.emplace(SpecialToken::beginning_of_text, before);
  if (!after.empty()) roles.emplace(SpecialToken::end_of_text, after);
  if (!before.empty() && !after.empty()) {  // as BERT has it; T5 and Llama have one of them
    roles.emplace(SpecialToken::classification, before);
    roles.emplace(SpecialToken::separator, after);
  }
}

}  // namespace

std::string_view role_name(SpecialToken token) {
  for (const auto& [role, name] : kRoleNames)
    if (role == token) return name;
  return "";
}

const std::vector<SpecialToken>& all_roles() {
  static const std::vector<SpecialToken> roles = [] {
    std::vector<SpecialToken> all;
    for (const auto& [role, name] : kRoleNames) all.push_back(role);
    return all;
  }();
  return roles;
}

SpecialRoles roles_of_config(std::string_view json, const std::string& name) {
  const nlohmann::json document = parse_strict_json(json, name);
  const JsonPart root(document, name + ": ");
  root.expect_object();
  SpecialRoles roles;
  for (const auto& [role, key] : kRoleNames) {
    const std::string member(key);
    if (!root.has(member) || root.at(member).is_null()) continue;
    const JsonPart given = root.at(member);
    roles[role] = given.value().is_object() ? given.at("content").text() : given.text();
  }
  return roles;
}

SpecialRoles roles_of_post_processor(const JsonPart& part) {
  SpecialRoles roles;
  if (!part.is_null()) add_roles(part, roles);
  return roles;
}

const std::vector<std::string>& usual_spellings(SpecialToken token) {
  static const std::map<SpecialToken, std::vector<std::string>> spellings{
      {SpecialToken::end_of_text,
       {"<|endoftext|>", "<|end_of_text|>", "[EOS]", "</s>", "<eos>", "<|eos|>", "<｜end▁of▁sentence｜>", "<|eot_id|>",
        "<|eot|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|return|>", "[SEP]", "<|sep|>", "<sep>"}},
      {SpecialToken::beginning_of_text,
       {"<|begin_of_text|>", "<|startoftext|>", "[BOS]", "<s>", "<bos>", "<|bos|>", "<｜begin▁of▁sentence｜>", "[CLS]",
        "<|endoftext|>"}},
      {SpecialToken::padding,
       {"<|pad|>", "[PAD]", "<pad>", "<|padding|>", "<|finetune_right_pad_id|>", "<｜▁pad▁｜>", "<|PAD_TOKEN|>"}},
      {SpecialToken::unknown, {"<|unk|>", "[UNK]", "<unk>", "<|unknown|>"}},
      {SpecialToken::classification, {"<|cls|>", "[CLS]", "<cls>"}},
      {SpecialToken::separator, {"<|sep|>", "[SEP]", "<sep>"}},
      {SpecialToken::mask, {"<|mask|>", "[MASK]", "<mask>", "<|mdm_mask|>"}},
  };
  static const std::vector<std::string> none;
  const auto found = spellings.find(token);
  return found == spellings.end() ? none : found->second;
}

}  // namespace folio
